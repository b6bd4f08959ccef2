"""What a reviewed download would become, and how a person's changes to it are read."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from modella.cli.commands import words
from modella.cli.door import Door
from modella.core.errors import BadLink
from modella.core.model import EDITABLE
from modella.core.naming import slug
from modella.core.placement import Rule, choose, place


def folder_of(door: Door, download: Mapping[str, Any]) -> str:
    """The folder that the rules give the draft of a download, should nothing be changed and the name be free."""
    draft = download["draft"]
    facts = {
        "kind": draft.get("kind"),
        "family": draft.get("family"),
        "base model": draft.get("base_model"),
        "source": download["source"],
        "name": slug(" ".join(filter(None, (draft.get("name"), draft.get("version"))))),
        "version": draft.get("version"),
    }
    rules = [Rule.model_validate(rule) for rule in door.ask("GET", "/api/rules")["rules"]]
    return place(choose(rules, facts).to, facts)


def changes_from(parts: Sequence[str]) -> dict[str, Any]:
    """The fields that FIELD=VALUE texts set; BadLink("bad-value") for what is none, or for a field nobody may set."""
    return dict(_change(part) for part in parts)


def _change(part: str) -> tuple[str, Any]:
    name, sign, value = part.partition("=")
    if not sign or name not in EDITABLE:
        reason = words().say("cli.set-how", fields=list(EDITABLE))
        raise BadLink("bad-value", name="--set", value=part[:80], reason=reason)
    allowed = EDITABLE[name]
    types: tuple[type, ...] = allowed if isinstance(allowed, tuple) else (allowed,)
    if type(None) in types and not value.strip():
        return name, None
    read = next((_READERS[each] for each in (list, dict, bool, float, int) if each in types), None)
    return name, read(name, value) if read else value


def _list(name: str, value: str) -> Any:
    """JSON, or words with commas between."""
    if value.lstrip().startswith("["):
        return _json(name, value)
    return [word for each in value.split(",") if (word := each.strip())]


def _json(name: str, value: str) -> Any:
    try:
        return json.loads(value or "{}")
    except (ValueError, RecursionError):
        raise _bad(name, value, "not-json") from None


def _yes_or_no(name: str, value: str) -> bool:
    if value.strip().casefold() not in _YES | _NO:
        raise _bad(name, value, "not-yes-or-no")
    return value.strip().casefold() in _YES


def _number(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise _bad(name, value, "not-a-number") from None


def _decimal(name: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise _bad(name, value, "no-number") from None


def _bad(name: str, value: str, reason: str) -> BadLink:
    return BadLink("bad-value", name=name, value=value[:80], reason=words().say(f"cli.{reason}"))


_YES, _NO = {"yes", "true", "on", "1"}, {"no", "false", "off", "0"}
_READERS: Mapping[type, Callable[[str, str], Any]] = {
    list: _list,
    dict: _json,
    bool: _yes_or_no,
    float: _decimal,
    int: _number,
}
"""How the text after `=` is read, by what may stand in the field."""
