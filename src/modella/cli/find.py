"""Finds the model or the download that a person means: by id, by the last letters of one, or by name."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import typer

from modella.cli.commands import words
from modella.cli.door import Door
from modella.core.errors import BadLink, NotFound
from modella.core.kinds import Kind
from modella.io.packaged import load_rules

SHORT = 8
"""Letters of an id that lists show."""
_FEWEST = 4
_ID = re.compile(r"[0-9a-z]{26}")
_END = re.compile(rf"[0-9a-z]{{{_FEWEST},25}}")
_LONGEST_NAME = 500


def short(identity: str) -> str:
    """An id as lists show it, and as every command takes it."""
    return identity[-SHORT:]


def path_of(room: str, identity: str, verb: str = "") -> str:
    """The address of one thing, whatever stands in its id."""
    return f"/api/{room}/{quote(identity, safe='')}" + (f"/{verb}" if verb else "")


def pages(door: Door, room: str, **query: Any) -> Iterator[dict[str, Any]]:
    """Everything of a list, page by page."""
    cursor: str | None = None
    while True:
        page = door.ask("GET", f"/api/{room}", query={"limit": 500, "cursor": cursor, **query})
        yield from page["items"]
        cursor = page["next"]
        if cursor is None:
            return


def find_model(door: Door, said: str) -> str:
    """The id of the model that is meant: an id, the end of one, or an exact name; NotFound when there is none."""
    text = said.strip()
    if _ID.fullmatch(text.lower()):
        return text.lower()
    named = _named(door, text) if 0 < len(text) <= _LONGEST_NAME else []
    return _only(named or _ending(door, "models", text), said)


def find_download(door: Door, said: str) -> str:
    """The id of the download that is meant: an id or the end of one; NotFound when there is none."""
    text = said.strip()
    return text.lower() if _ID.fullmatch(text.lower()) else _only(_ending(door, "downloads", text), said)


def check_kind(kind: str | None, family: str | None) -> None:
    """Ends the command as wrongly used when a kind or a family is not one we know, and names those."""
    for option, value, known in (("--kind", kind, list(Kind)), ("--family", family, list(load_rules().families))):
        if value is not None and value not in known:
            raise typer.BadParameter(f"{words().say('cli.known', value=value)} {', '.join(known)}", param_hint=option)


def _named(door: Door, name: str) -> list[str]:
    wanted = name.casefold()
    asked = {"q": f'"{name}"', "facets": "false"}
    return [item["id"] for item in pages(door, "models", **asked) if str(item["name"]).casefold() == wanted]


def _ending(door: Door, room: str, text: str) -> list[str]:
    end = text.lower()
    if not _END.fullmatch(end):
        return []
    if room == "models":
        return [item["id"] for item in door.ask("GET", "/api/models", query={"id_end": end})["items"]]
    return [item["id"] for item in pages(door, room) if item["id"].endswith(end)]


def _only(found: list[str], said: str) -> str:
    if len(found) > 1:
        reason = words().say("cli.several", ids=[short(each) for each in found])
        raise BadLink("bad-value", name="ID", value=said[:80], reason=reason)
    if not found:
        raise NotFound("unknown-id", id=said[:64] or '""')
    return found[0]
