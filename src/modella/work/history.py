"""Earlier versions of a model's two canonical files: which there are, how they differ from now, and going back."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modella.core.errors import ModellaError, NotFound
from modella.core.model import Metadata, Overrides
from modella.core.naming import shown
from modella.io.disk import check_not_newer
from modella.work.hands import Hands
from modella.work.records import Record, load, read_json_or_none, save
from modella.work.roots import check_online

_ENTRY = re.compile(r"(?P<stamp>\d{8}T\d{12})-(?P<which>metadata|overrides)\.json")
_OF_NOW = frozenset({"id", "schema", "files", "detected", "cleaned_name", "added_at", "updated_at", "file"})
"""What is about the bytes and their place as they are now: it is not compared, and no restoring changes it."""
_NOT_SHOWN = frozenset({"sources", "stats", "versions", "imported"})
"""Fields of which only is told that they differ."""
_LONGEST = 400


def versions_of(hands: Hands, model: str) -> list[dict[str, Any]]:
    """The earlier versions, the newest first: `entry`, `at`, `file`, and `differs` by field as `{then, now}`.

    NotFound("unknown-id"). A version that cannot be read has a `problem` and cannot be restored.
    """
    record = load(hands, model)
    folder = hands.library.control / "history" / record.metadata.id
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return [_told(record, folder / name) for name in sorted(names, reverse=True) if _ENTRY.fullmatch(name)]


def restore(hands: Hands, model: str, entry: str) -> dict[str, Any]:
    """Goes back to an earlier version of one of the files; the present one goes to the history first.

    What the bytes say of themselves, where they lie and since when, stays as it is now. NotFound("unknown-id").
    """
    with hands.changing:
        record = load(hands, model)
        check_online(hands, record.root)
        found = _ENTRY.fullmatch(entry)
        path = hands.library.control / "history" / record.metadata.id / entry
        if found is None or not path.is_file():
            raise NotFound("unknown-id", id=shown(entry, 64))
        check_not_newer(path)
        before = _read(path, found["which"])
        if before is None:
            raise NotFound("unknown-id", id=shown(entry, 64))
        if isinstance(before, Overrides):
            record.overrides = before
            return save(hands, record, metadata=False, overrides=True)
        kept = {name: getattr(record.metadata, name) for name in _OF_NOW & Metadata.model_fields.keys()}
        record.metadata = before.model_copy(update=kept)
        return save(hands, record)


def _told(record: Record, path: Path) -> dict[str, Any]:
    found = _ENTRY.fullmatch(path.name)
    which = found["which"] if found else ""
    told = {"entry": path.name, "at": _moment(found["stamp"] if found else ""), "file": which, "problem": None}
    before = _read(path, which)
    if before is None:
        return {**told, "problem": "it cannot be read", "differs": {}}
    now = record.overrides if which == "overrides" else record.metadata
    return {**told, "differs": differences(_flat(before), _flat(now))}


def differences(then: dict[str, Any], now: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each field in which two versions differ; long values are shortened, huge ones left out."""
    names = sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))
    return {
        name: {} if name in _NOT_SHOWN else {"then": _short(then.get(name)), "now": _short(now.get(name))}
        for name in names
    }


def _flat(version: Metadata | Overrides) -> dict[str, Any]:
    """The fields that are compared; what a user says of fields stands beside what they say of apps."""
    told = version.model_dump(mode="json", by_alias=True)
    if isinstance(version, Overrides):
        fields = told.pop("fields")
        told = {**{name: value for name, value in told.items() if value}, **fields}
    return {name: value for name, value in told.items() if name not in _OF_NOW}


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST:
        return value[: _LONGEST - 1] + "…"
    return value


def _read(path: Path, which: str) -> Metadata | Overrides | None:
    told = read_json_or_none(path)
    try:
        return Overrides.model_validate(told) if which == "overrides" else Metadata.model_validate(told)
    except (ValueError, ModellaError, RecursionError):
        return None


def _moment(stamp: str) -> str:
    """The time in an entry's name, as records write times."""
    with suppress(ValueError):
        return _read_moment(stamp)
    return ""


def _read_moment(stamp: str) -> str:
    return datetime.strptime(stamp, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC).isoformat(timespec="milliseconds")
