"""Files that the library is to forget: they stay where they are, and no scan lists them until somebody asks."""

from collections.abc import Iterable
from typing import Any

from modella.core.errors import DiskTrouble
from modella.io.disk import read_json, write_json
from modella.work.hands import Hands


def ignored(hands: Hands, root: str) -> frozenset[str]:
    """The places of a root that are not listed."""
    return frozenset(place for each in _read(hands) if each.get("root") == root for place in each.get("places", []))


def ignore(hands: Hands, root: str, places: Iterable[str], entry: str) -> None:
    """Lists these places no longer. `entry` is where in the trash their records are."""
    with hands.changing:
        others = [each for each in _read(hands) if each.get("entry") != entry]
        _write(hands, [*others, {"entry": entry, "root": root, "places": sorted(places)}])


def unignore(hands: Hands, entry: str) -> None:
    """Lets the next scan list again what went by this entry."""
    with hands.changing:
        found = _read(hands)
        left = [each for each in found if each.get("entry") != entry]
        if len(left) != len(found):
            _write(hands, left)


def _read(hands: Hands) -> list[dict[str, Any]]:
    path = hands.library.control / "ignored.json"
    try:
        found = read_json(path) or {}
        return [each for each in found.get("files", []) if isinstance(each, dict)]
    except (ValueError, AttributeError, TypeError) as problem:
        raise DiskTrouble("disk-error", path=str(path), reason=str(problem)[:200]) from None


def _write(hands: Hands, files: list[dict[str, Any]]) -> None:
    write_json(hands.library.control / "ignored.json", {"schema": 1, "files": files})
