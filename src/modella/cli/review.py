"""What a reviewed download would become, and how a person's changes to it are read."""

from collections.abc import Mapping, Sequence
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
    if list in types:
        return name, [word for each in value.split(",") if (word := each.strip())]
    if type(None) in types and not value.strip():
        return name, None
    return name, _number(name, value) if int in types else value


def _number(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise BadLink("bad-value", name=name, value=value[:80], reason=words().say("cli.not-a-number")) from None
