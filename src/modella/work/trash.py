"""The trash: deleting is moving into it, with a manifest that tells how everything comes back.

    <root>/.modella/trash/<time>-<id>/manifest.json   what it was, where each file lay, size, time, hash, the record
    <root>/.modella/trash/<time>-<id>/files/...       the files, by their names below the model's folder

The trash lies in the root of the file, so that nothing is ever copied. A link goes itself; its target stays. What is
not the model's stays, and so does its folder then.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import structlog

from modella.core.errors import Conflict, NotFound
from modella.core.events import ModelsChanged
from modella.core.family_names import renamed
from modella.core.naming import is_inner, name_key, with_hash
from modella.core.root import Root
from modella.io.disk import (
    CONTROL,
    make_folders,
    remove_emptied,
    remove_file,
    sweep,
    unlink_unchanged,
    write_atomic,
    write_json,
)
from modella.work.belongings import Belongings, belongings, check_no_link, own_folders
from modella.work.hands import Hands, new_id, now, stamp
from modella.work.ignored import ignore, unignore
from modella.work.moves import Move, alone, bring, fresh_folders, move_id, run, step_for
from modella.work.records import canonical_files, folder_of, read_json_or_none
from modella.work.roots import check_online, is_online, root_of, roots
from modella.work.settle import Where, settle

log = structlog.get_logger()
Why = Literal["deleted", "replaced", "duplicate", "forgotten"]
_OURS = ("manifest.json",)


# --------------------------------------------------------------------------------------------------------- deleting


def what_goes(hands: Hands, model: str) -> dict[str, Any]:
    """What deleting a model would put into the trash: every file with its size in bytes. Nothing is done."""
    known = _known(hands, model)
    mine = belongings(hands, known)
    files = [_told(path, name) for path, name in zip(mine.paths, mine.names, strict=True)]
    return {"id": model, "name": known["name"], "folder": str(mine.folder), "files": files, "size": mine.size}


def delete(hands: Hands, model: str, why: Why = "deleted") -> dict[str, Any]:
    """Puts a model with all that belongs to it into the trash of its root; the manifest of the entry.

    DiskTrouble when the trash cannot be made there: then nothing is removed. Refused("is-a-link") when it is reached
    through a link.
    """
    with alone(hands, [model]):
        known = _known(hands, model)
        mine = belongings(hands, known)
        check_online(hands, mine.root)
        return run(hands, _deletion(known, mine, why, mine.names), finish_delete)


def forget(hands: Hands, model: str) -> dict[str, Any]:
    """Takes only the entry away: the files stay where they are, and no scan lists them until it is restored.

    Our records go to the trash, so that what was typed is not lost; the manifest of the entry.
    """
    with alone(hands, [model]):
        known = _known(hands, model)
        mine = belongings(hands, known)
        check_online(hands, mine.root)
        ours = {path.name for path in canonical_files(hands, mine.root, mine.place, mine.home)}
        records = [name for name in mine.names if name in ours]
        return run(hands, _deletion(known, mine, "forgotten", records), finish_delete)


def _deletion(known: dict[str, Any], mine: Belongings, why: Why, names: list[str]) -> Move:
    entry = move_id(str(known["id"]))
    bin_ = _bin(mine.root, entry)
    hashes = {str(file["name"]): file.get("sha256") for file in known.get("files") or []}
    top = Path(mine.root.path)
    files = [
        {
            **_told(mine.folder / PurePosixPath(name), name),
            "path": (mine.folder / PurePosixPath(name)).relative_to(top).as_posix(),
            "sha256": hashes.get(name),
        }
        for name in names
    ]
    manifest = {
        "schema": 1,
        "entry": entry,
        "why": why,
        "at": now(),
        "root": mine.root.id,
        "id": known["id"],
        "name": known["name"],
        "place": mine.place,
        "home": mine.home,
        "folder": mine.folder.relative_to(top).as_posix(),
        "files": files,
        "size": sum(file["size"] for file in files),
        "records": {path.name: read_json_or_none(path) for path in mine.records},
        "record": known,
        "ignored": _places(known, mine) if why == "forgotten" else [],
    }
    steps = [step_for(mine.folder / name, bin_ / "files" / name, needed=False) for name in names]
    return Move("delete", entry, steps, {"manifest": manifest, "is_own": mine.is_own}, may_copy=False)


def finish_delete(hands: Hands, move: Move) -> dict[str, Any]:
    """Carries a deletion out, from wherever it has come to."""
    manifest: dict[str, Any] = move.facts["manifest"]
    root = root_of(hands, manifest["root"])
    check_online(hands, root)
    bin_ = _bin(root, move.id)
    make_folders(bin_ / "files")
    _write_manifest(bin_, manifest)
    with hands.changing:
        bring(hands, move)
        _drop_records(hands, root, manifest)
        if manifest["ignored"]:
            ignore(hands, root.id, manifest["ignored"], move.id)
        _leave_index(hands, manifest)
    if move.facts["is_own"]:
        _tidy(root, manifest)
    hands.bus.tell(ModelsChanged(count=1, ids=(manifest["id"],)))
    return manifest


def _drop_records(hands: Hands, root: Root, manifest: dict[str, Any]) -> None:
    """Our records that lie in the library: the manifest has them now, and so has the history."""
    for path in canonical_files(hands, root, manifest["place"], manifest["home"]):
        if path.name in manifest["records"] and path.is_file():
            kept_as = "overrides.json" if path.name.endswith(".overrides.json") else "metadata.json"
            hands.library.keep_history(manifest["id"], path, stamp(), kept_as)
            remove_file(path)


def _leave_index(hands: Hands, manifest: dict[str, Any]) -> None:
    place, root = manifest["place"], manifest["root"]
    if hands.index.place_of(manifest["id"]) == (root, place):
        hands.index.remove(manifest["id"])
    hands.index.forget_seen(hands.index.seen_at(root, place))


def _tidy(root: Root, manifest: dict[str, Any]) -> None:
    """Removes the model's own folder, and in the library the ones of its rule, where nothing is left in them."""
    folder = Path(root.path) / manifest["folder"]
    inner = {parent for file in manifest["files"] for parent in (folder / PurePosixPath(file["name"])).parents}
    remove_emptied(own_folders(root, folder, inner))


def _places(known: dict[str, Any], mine: Belongings) -> list[str]:
    """Where a scan would find the files of a model again."""
    if mine.home == "adopted":
        return [mine.place]
    return [f"{mine.place}/{file['name']}" for file in known.get("files") or []]


# -------------------------------------------------------------------------------------------------------- restoring


def restore(hands: Hands, what: str, *, as_new: bool = False) -> dict[str, Any]:
    """Puts an entry of the trash, named by itself or by its model's id, back where it was; the model's record.

    Conflict("name-taken") when something has one of its names or its id; with `as_new` it then comes back beside,
    under a name that is free. NotFound("unknown-id") without such an entry, NotFound("gone") without its files.
    """
    root, manifest = find_entry(hands, what)
    with alone(hands, [str(manifest["id"])]):
        where = _way_back(hands, root, manifest, as_new)
        targets = _targets(root, manifest, where)
        taken = next((path for path in targets.values() if os.path.lexists(path)), None)
        if taken is not None:
            raise Conflict("name-taken", path=str(taken))
        files = _bin(root, manifest["entry"]) / "files"
        top = Path(root.path)
        for name, path in targets.items():
            check_no_link(top, path.parent)
            check_no_link(top, (files / PurePosixPath(name)).parent)
        there = {name: path for name, path in targets.items() if os.path.lexists(files / PurePosixPath(name))}
        if manifest["files"] and not there:
            raise NotFound("file-gone", path=str(files))
        steps = [step_for(files / PurePosixPath(name), path) for name, path in there.items()]
        facts = {"manifest": manifest, "where": asdict(where)}
        move = Move("restore", move_id(manifest["id"]), steps, facts, fresh_folders(there.values()), may_copy=False)
        return run(hands, move, finish_restore)


def finish_restore(hands: Hands, move: Move) -> dict[str, Any]:
    """Carries a restoring out, from wherever it has come to."""
    manifest, where = move.facts["manifest"], Where(**move.facts["where"])
    root = root_of(hands, manifest["root"])
    check_online(hands, root)
    with hands.changing:
        bring(hands, move)
        paths = canonical_files(hands, root, where.place, manifest["home"])
        for path, told in zip(paths, _records_of(manifest), strict=True):
            if told is not None and not path.exists():
                make_folders(path.parent)
                write_json(path, told)
        unignore(hands, manifest["entry"])
        record = settle(hands, manifest["record"], where)
    _drop_entry(_bin(root, manifest["entry"]))
    hands.bus.tell(ModelsChanged(count=1, ids=(str(record.get("id")),)))
    return record


def _records_of(manifest: dict[str, Any]) -> tuple[Any, Any]:
    """The metadata and the overrides that a manifest holds itself."""
    told = manifest["records"]
    is_overrides = {name: name.endswith("overrides.json") for name in told}
    metadata = next((value for name, value in told.items() if not is_overrides[name]), None)
    return metadata, next((value for name, value in told.items() if is_overrides[name]), None)


def _way_back(hands: Hands, root: Root, manifest: dict[str, Any], as_new: bool) -> Where:
    place, identity = str(manifest["place"]), str(manifest["id"])
    check_online(hands, root)
    check_no_link(Path(root.path), Path(root.path) / manifest["folder"])
    other = hands.index.place_of(identity)
    if other == (root.id, place) and not os.path.lexists(Path(root.path) / PurePosixPath(place)):
        other = None  # an index that a power cut has set back
    if other is not None and not as_new:
        raise Conflict("name-taken", path=str(Path(root_of(hands, other[0]).path) / other[1]))
    if not as_new or manifest["why"] == "forgotten":
        return Where(root.id, place, id=identity)
    fresh = new_id() if other is not None else identity
    path = Path(root.path) / PurePosixPath(place)
    taken = {name_key(entry.name) for entry in path.parent.iterdir()} if path.parent.is_dir() else set()
    name = path.name
    while name_key(name) in taken:
        name = with_hash(path.name, new_id()[-8:])
    new_place = (PurePosixPath(place).parent / name).as_posix()
    is_file = manifest["home"] == "adopted" and folder_of(root, place, "adopted") != path
    names = renamed([file["name"] for file in manifest["files"]], path.name, name) if is_file else {}
    return Where(root.id, new_place, names, fresh)


def _targets(root: Root, manifest: dict[str, Any], where: Where) -> dict[str, Path]:
    """Where each file of an entry goes."""
    folder = folder_of(root, where.place, manifest["home"])
    return {
        file["name"]: folder / PurePosixPath(where.names.get(file["name"], file["name"])) for file in manifest["files"]
    }


# ---------------------------------------------------------------------------------------------------------- looking


def list_trash(hands: Hands) -> list[dict[str, Any]]:
    """Every entry of the trash in every root that is there, the newest first, with its size in bytes."""
    found = [_short(manifest) for _, manifest in _entries(hands)]
    return sorted(found, key=lambda each: str(each["entry"]), reverse=True)


def find_entry(hands: Hands, what: str) -> tuple[Root, dict[str, Any]]:
    """The entry of this name, or the newest of this model; NotFound("unknown-id")."""
    found = [(root, told) for root, told in _entries(hands, what) if what in (told["entry"], told["id"])]
    if not found:
        raise NotFound("unknown-id", id=what[:64])
    return max(found, key=lambda each: str(each[1]["entry"]))


def _entries(hands: Hands, what: str | None = None) -> Iterator[tuple[Root, dict[str, Any]]]:
    """The entries of all roots that are there; `what` leaves out those that are neither called so nor of this model."""
    for root in roots(hands):
        folder = Path(root.path) / CONTROL / "trash"
        if not is_online(hands, root) or not folder.is_dir() or folder.is_symlink() or folder.parent.is_symlink():
            continue
        for entry in sorted(each for each in folder.iterdir() if not each.is_symlink()):
            if what is not None and entry.name != what and not entry.name.endswith(f"-{what}"):
                continue
            told = read_json_or_none(entry / "manifest.json")
            if _is_manifest(told, entry.name, root):
                yield root, told


def _is_manifest(told: Any, entry: str, root: Root) -> bool:
    """Whether this is a manifest as we write it, of this very entry; a root that got another id keeps its trash."""
    wanted = {"why", "id", "name", "place", "home", "folder", "files", "record", "records", "size", "at"}
    if not isinstance(told, dict) or not wanted <= told.keys() or told.get("entry") != entry:
        return False
    if not stays_inside(told):
        return False
    told["root"] = root.id
    told["record"] |= {"root": root.id, **{name: told[name] for name in ("id", "place", "home")}}
    told.setdefault("ignored", [])
    return True


_ID = re.compile(r"[0-9a-z]{26}")


def stays_inside(told: dict[str, Any]) -> bool:
    """Whether no path of a manifest, which anybody may have written, leads out of its root or its entry."""
    try:
        if not _ID.fullmatch(told["id"]) or told["home"] not in ("placed", "adopted"):
            return False
        names = [str(file["name"]) for file in told["files"]]
        folders = [str(each) for each in (told["place"], told["folder"]) if each not in ("", ".")]
        known = isinstance(told["record"], dict) and isinstance(told["records"], dict)
        known = known and isinstance(told["record"]["path"], str) and isinstance(told["record"]["name"], str)
        numbers = all(isinstance(file[key], int) for file in told["files"] for key in ("size", "modified"))
    except (KeyError, TypeError):
        return False
    return known and numbers and all(is_inner(each) for each in [*names, *folders])


def _short(manifest: dict[str, Any]) -> dict[str, Any]:
    told = ("entry", "id", "name", "why", "at", "root", "place", "home", "size")
    return {**{name: manifest[name] for name in told}, "files": [file["path"] for file in manifest["files"]]}


def unlist_trashed(hands: Hands) -> None:
    """Takes out of the index what lies in the trash: a power cut may have set the index back behind the files."""
    for root, manifest in _entries(hands):
        files = _targets(root, manifest, Where(root.id, str(manifest["place"])))
        if files and not any(os.path.lexists(path) for path in files.values()):
            _leave_index(hands, manifest)


# ---------------------------------------------------------------------------------------------------------- purging


def purge(hands: Hands, entries: list[str] | None = None, older_than: int | None = None) -> dict[str, Any]:
    """Removes entries for good: those named, or those older than so many days, or all.

    Only files of the manifest that are as they were put there; whatever else lies there stays, and is told. What was
    forgotten goes only when it is named, since its entry is the only way back; the next scan lists its files again.
    """
    before = datetime.now(UTC) - timedelta(days=older_than) if older_than is not None else None
    wanted = [
        (root, told)
        for root, told in _entries(hands)
        if (told["entry"] in entries if entries is not None else told["why"] != "forgotten")
        and (before is None or _time_of(told) < before)
    ]
    missing = set(entries or ()) - {told["entry"] for _, told in wanted}
    if missing and before is None:
        raise NotFound("unknown-id", id=min(missing)[:64])
    purged, kept, freed = [], list[str](), 0
    for root, told in wanted:
        with alone(hands, [str(told["id"])]):
            size, left = _purge(_bin(root, told["entry"]), told)
            if not left:
                unignore(hands, told["entry"])
        freed, kept = freed + size, kept + left
        purged += [] if left else [told["entry"]]
    return {"purged": purged, "freed": freed, "kept": kept}


def _purge(bin_: Path, manifest: dict[str, Any]) -> tuple[int, list[str]]:
    freed, left = 0, []
    for file in manifest["files"]:
        path = bin_ / "files" / PurePosixPath(file["name"])
        if not os.path.lexists(path):
            continue
        check_no_link(bin_, path.parent)
        if unlink_unchanged(path, file["size"], file["modified"]):
            freed += file["size"]
        else:
            left.append(str(path))
    if not left:
        left = _drop_entry(bin_)
    return freed, left


def _drop_entry(bin_: Path) -> list[str]:
    """Removes an entry with its empty folders; what somebody has put there stays, and the manifest with it."""
    remove_emptied(Path(top) for top, _, _ in os.walk(bin_ / "files"))
    sweep(bin_)
    strangers = [str(entry) for entry in bin_.iterdir() if entry.name not in _OURS] if bin_.is_dir() else []
    if not strangers and bin_.is_dir():
        remove_file(bin_ / "manifest.json")
        remove_emptied([bin_])
    return strangers


def _time_of(manifest: dict[str, Any]) -> datetime:
    with suppress(ValueError, TypeError):
        found = datetime.fromisoformat(manifest["at"])
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return datetime.now(UTC)


# ----------------------------------------------------------------------------------------------------------- pieces


def _bin(root: Root, entry: str) -> Path:
    return Path(root.path) / CONTROL / "trash" / entry


def _write_manifest(bin_: Path, manifest: dict[str, Any]) -> None:
    """Durable before the first file goes; names that are no proper text survive it."""
    if read_json_or_none(bin_ / "manifest.json") is None:
        write_atomic(bin_ / "manifest.json", (json.dumps(manifest, ensure_ascii=True, indent=2) + "\n").encode())


def _told(path: Path, name: str) -> dict[str, Any]:
    told = path.lstat()
    link = str(path.readlink()) if path.is_symlink() else None
    return {"name": name, "size": told.st_size, "modified": told.st_mtime_ns, "inode": told.st_ino, "link": link}


def _known(hands: Hands, model: str) -> dict[str, Any]:
    known = hands.index.get(model)
    if known is None:
        raise NotFound("unknown-id", id=model[:64])
    return known
