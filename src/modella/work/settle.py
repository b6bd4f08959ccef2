"""A model that lies elsewhere now: its record, the index and what was seen of it say so."""

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from modella.core.errors import ModellaError
from modella.core.model import Metadata
from modella.io.disk import write_json
from modella.io.store.index import Seen
from modella.work.hands import Hands
from modella.work.records import Record, canonical_files, load, publish, read_json_or_none, record_name, save
from modella.work.roots import root_of


@dataclass
class Where:
    """Where a model is now. `names` are the files whose names below its folder have changed; `id` is its new id.

    `fields` are a person's new words on it, `cleaned_name` the name that its folder has by rule.
    """

    root: str
    place: str
    names: dict[str, str] = field(default_factory=dict)
    id: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    cleaned_name: str | None = None


def settle(hands: Hands, known: dict[str, Any], where: Where) -> dict[str, Any]:
    """Makes the record fit where the files are; the effective record as the index has it. May be called again.

    A record that cannot be read stays as it is, and the index says where it lies.
    """
    with hands.changing:
        identity = where.id or str(known["id"])
        seen = hands.index.seen_at(str(known["root"]), str(known["place"]))
        _readdress(hands, known, where)
        hands.index.put({**known, "id": identity, "state": "present"}, where.place, where.root)
        _see(hands, seen, known, where)
        try:
            record = load(hands, identity)
        except (ValueError, ModellaError):
            return hands.index.get(identity) or {}
        return (
            save(hands, record, overrides=bool(where.fields))
            if _changed(record, known, where)
            else publish(hands, record)
        )


def _changed(record: Record, known: dict[str, Any], where: Where) -> bool:
    """Changes the record; whether its files must be written."""
    metadata = record.metadata
    _rename(metadata, where.names)
    has_moved = (where.root, where.place) != (str(known["root"]), str(known["place"]))
    is_new = bool(where.names or where.fields) or (record.home == "adopted" and has_moved)
    if where.id is not None and metadata.id != where.id:
        metadata.id, is_new = where.id, True
    if where.cleaned_name and metadata.cleaned_name != where.cleaned_name:
        metadata.cleaned_name, is_new = where.cleaned_name, True
    record.overrides.fields.update(where.fields)
    return is_new


def _rename(metadata: Metadata, names: dict[str, str]) -> None:
    for file in metadata.files:
        file.name = names.get(file.name, file.name)
    for preview in metadata.previews:
        preview.file = names.get(preview.file, preview.file) if preview.file else None
    metadata.imported.files = sorted(names.get(each, each) for each in metadata.imported.files)


def _readdress(hands: Hands, known: dict[str, Any], where: Where) -> None:
    """Our record of an adopted file names the file it is of: now that is another name."""
    if known["home"] != "adopted":
        return
    old, new = PurePosixPath(str(known["place"])).name, PurePosixPath(where.place).name
    for base in dict.fromkeys((new, new.removesuffix(PurePosixPath(new).suffix))):
        path = canonical_files(hands, root_of(hands, where.root), where.place, "adopted")[0]
        path = path.with_name(f"{record_name(base)}.modella.json")
        told = read_json_or_none(path)
        if isinstance(told, dict) and told.get("file") == old != new:
            write_json(path, {**told, "file": new})


def _see(hands: Hands, seen: list[Seen], known: dict[str, Any], where: Where) -> None:
    """What a scan has seen at the old place it has seen at the new one; files that were copied are other files now."""
    if (where.root, where.place) == (str(known["root"]), str(known["place"])) and not where.names:
        return
    is_file = known["home"] == "adopted" and bool(PurePosixPath(where.place).suffix)
    folder = PurePosixPath(where.place).parent.as_posix() if is_file else where.place
    found = []
    for each in seen:
        name = where.names.get(each.name, each.name)
        told = _stat(Path(root_of(hands, where.root).path) / folder / name)
        if told:
            at = each._replace(root=where.root, folder="" if folder == "." else folder, place=where.place)
            found.append(at._replace(name=name, inode=told[0], device=told[1]))
    hands.index.forget_seen(seen)
    hands.index.note_seen(found)


def _stat(path: Path) -> tuple[int, int] | None:
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_ino, told.st_dev
