"""Searches that a person keeps under a name: they travel with the library, in `.modella/searches.json`."""

from typing import Any

from modella.core.errors import BadLink, NotFound
from modella.core.naming import name_key
from modella.core.query import read_query
from modella.io.disk import read_json, write_json
from modella.work.hands import Hands

_MOST = 500


def all_of(hands: Hands) -> list[dict[str, Any]]:
    """Every kept search, in the order of their names."""
    found = read_json(hands.library.control / "searches.json")
    listed = found.get("searches") if isinstance(found, dict) else None
    return sorted((each for each in listed or [] if isinstance(each, dict)), key=lambda each: name_key(each["name"]))


def keep(hands: Hands, search: dict[str, Any]) -> list[dict[str, Any]]:
    """Keeps a search in place of one of the same name. BadLink("bad-value") for one that means nothing."""
    read_query(str(search["q"]), search["params"])
    with hands.changing:
        others = [each for each in all_of(hands) if name_key(each["name"]) != name_key(search["name"])]
        if len(others) >= _MOST:
            raise BadLink("bad-value", name="name", value=str(search["name"])[:80], reason="too many kept searches")
        return _write(hands, [*others, search])


def drop(hands: Hands, name: str) -> list[dict[str, Any]]:
    """Forgets a search. NotFound("unknown-id")."""
    with hands.changing:
        known = all_of(hands)
        left = [each for each in known if name_key(each["name"]) != name_key(name)]
        if len(left) == len(known):
            raise NotFound("unknown-id", id=name[:64])
        return _write(hands, left)


def _write(hands: Hands, listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    write_json(hands.library.control / "searches.json", {"schema": 1, "searches": listed})
    return all_of(hands)
