"""What commands tell of one model, in words: its facts line by line, its trust, its licence, and what is wrong."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from modella.cli.commands import words
from modella.core.header_texts import header_fields
from modella.core.naming import shown
from modella.core.sidecars.merging import HEADER
from modella.core.terms import terms_of

_SIMPLE = ("id", "version", "kind", "family", "base_model", "creator", "rating", "favorite", "state", "path")
_LISTS = ("trained_words", "tags", "conflicts")
_REASONS_SHOWN, _NAMES_SHOWN = 8, 6
_BAD_TRUST = ("damaged", "mismatch", "changed")


def facts_of(model: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is told of a model, line by line; what is not known is left out."""
    yield from ((name, _worded(name, model[name])) for name in _SIMPLE if model.get(name) is not None)
    if model.get("added_at"):
        yield "added", when(model["added_at"])
    for each in model.get("sources") or []:
        state = words().say(f"source-states.{each['state']}") if each.get("state") != "present" else ""
        yield "source", "  ".join(filter(None, (each.get("url") or each["source"], state)))
    if terms := terms_of(words(), model.get("license") or {}):
        yield "license", "; ".join(terms)
    yield from ((name, ", ".join(model[name])) for name in _LISTS if model.get(name))
    if model.get("notes"):
        yield "notes", " ".join(str(model["notes"]).split())
    yield from (("because", reason) for reason in ((model.get("detected") or {}).get("reasons") or [])[:_REASONS_SHOWN])
    if previews := [each["file"] for each in model.get("previews") or [] if each.get("file")]:
        yield "previews", _some(previews)
    if sidecars := (model.get("imported") or {}).get("files"):
        yield "read from", _some(sidecars)


def trust_of(model: Mapping[str, Any], file: Mapping[str, Any]) -> str:
    """How far a file is proven; where there is no source, nobody can have published a hash."""
    state = file["verified"]["state"]
    if not model.get("sources") and state in {"recorded", "unchecked"}:
        return words().say("cli.not-compared" if file.get("sha256") else "cli.not-hashed")
    return words().say(f"trust.{state}")


def mark_of(model: Mapping[str, Any]) -> str:
    """What is wrong with a model of a list, in a word; empty when nothing is."""
    trusts = {(file.get("verified") or {}).get("state") for file in model["files"]}
    bad = model["kind"] if model["kind"] == "invalid" else next((each for each in _BAD_TRUST if each in trusts), "")
    state = model.get("state") or "present"
    return words().say(f"marks.{mark}") if (mark := bad if state == "present" else state) else ""


def found_by(model: Mapping[str, Any], name: str, value: Any) -> str:
    """The origin of a value that stands beneath what a person says: the source, the tensors or the file itself."""
    if name in {"kind", "family"} and (model.get("detected") or {}).get(name) == value:
        return "tensors"
    detected = (model.get("detected") or {}).get("metadata") or {}
    if (model.get("origins") or {}).get(name) == HEADER:
        return HEADER
    if model.get("sources"):
        return "source"
    return "name" if name == "name" and header_fields(detected).get(name) != value else HEADER


def when(text: str) -> str:
    """A time of a record as the clock of this machine shows it, to the minute."""
    try:
        return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return text


def yes_or_no(value: bool) -> str:
    """A truth in a word."""
    return words().say("cli.yes" if value else "cli.no")


def _worded(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return yes_or_no(value)
    said = words().say(f"model-states.{value}") if name == "state" else ""
    return said if said and not said.startswith("model-states.") else str(value)


def _some(names: list[str]) -> str:
    more = f" … (+{len(names) - _NAMES_SHOWN})" if len(names) > _NAMES_SHOWN else ""
    return ", ".join(shown(each, 80) for each in names[:_NAMES_SHOWN]) + more
