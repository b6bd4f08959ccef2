"""Lists of models: they travel with the library, and what the index says of them is made from their files.

    .modella/lists/<name>.json   one list; its real name stands in it

A file that somebody has changed by hand, or that came from another machine, counts from the next look at it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from modella.core.errors import BadLink, Conflict, ModellaError, NotFound
from modella.core.events import ListsChanged, ModelsChanged
from modella.core.lists import MOST_ENTRIES, ListEntry, NamedList, checked_name
from modella.core.naming import file_name, name_key, shown, with_hash
from modella.io.disk import check_not_newer, make_folders, remove_file, rename_new, write_json
from modella.work.hands import Hands, new_id, now, stamp
from modella.work.records import read_own

log = structlog.get_logger()
_MOST_LISTS = 1000
_COVERS = 4
_LOOKED_AT = 40
"""The entries among which covers are looked for, those that came last first."""

Known = dict[str, tuple[Path, NamedList]]


@dataclass
class ListShown:
    """A list at a glance: `count` of its entries are in the library with `bytes`, `absent` are not."""

    name: str
    note: str | None
    count: int
    absent: int
    bytes: int
    covers: list[dict[str, Any]]
    created_at: str
    updated_at: str


@dataclass
class ListEdited:
    """What adding or removing has come to: how many entries it was, and ids that nothing is known of."""

    now: ListShown
    changed: int
    unknown: list[str] = field(default_factory=list)


def refresh_lists(hands: Hands) -> Known:
    """Every list by the key of its name; where a file has changed, the index is told what is in which list."""
    with hands.changing:
        files = _files(hands)
        seen = tuple((path.name, told.st_mtime_ns, told.st_size, told.st_ino) for path, told in files)
        known = hands.remembered.get("lists")
        if known is None or known[0] != seen:
            known = (seen, _read_all([path for path, _ in files]))
            hands.remembered["lists"] = known
            _tell_index(hands, known[1])
        found: Known = known[1]
        return dict(found)


def lists(hands: Hands) -> list[ListShown]:
    """Every list, in the order of their names."""
    known = refresh_lists(hands)
    return [_shown(hands, known[key][1]) for key in sorted(known)]


def list_of(hands: Hands, name: str) -> tuple[ListShown, list[dict[str, Any]]]:
    """One list, and its entries with whether they are in the library. NotFound("unknown-id")."""
    _, found = _get(refresh_lists(hands), name)
    here = {each["id"]: each for each in hands.index.summaries_of(found.ids)}
    entries = [
        {"id": each.id, "name": here.get(each.id, {}).get("name") or each.name or each.id, "present": each.id in here}
        for each in found.entries
    ]
    return _shown(hands, found), entries


def keep_list(hands: Hands, name: str, note: str | None, ids: Iterable[str] = ()) -> ListEdited:
    """Makes a list where there is none of this name; one that is there keeps what it holds, and gets what is said."""
    name = checked_name(name)
    with hands.changing:
        known = refresh_lists(hands)
        if name_key(name) not in known:
            if len(known) >= _MOST_LISTS:
                raise BadLink("bad-value", name="name", value=shown(name, 80), reason="too many lists")
            _write(hands, _free_path(hands, name), NamedList(name=name, note=note, created_at=now()))
        elif note is not None:
            change_list(hands, name, {"note": note})
        return add_to_list(hands, name, ids)


def change_list(hands: Hands, called: str, said: Mapping[str, str | None]) -> ListShown:
    """Gives a list another `name` or `note`. Conflict("name-taken") when another list is called so."""
    with hands.changing:
        known = refresh_lists(hands)
        path, found = _get(known, called)
        new = checked_name(said["name"] or "") if "name" in said else found.name
        other = known.get(name_key(new))
        if other is not None and other[0] != path:
            raise Conflict("name-taken", path=str(other[0]))
        changed = found.model_copy(update={"name": new, "note": said.get("note", found.note)})
        _write(hands, path, changed)
        if new != found.name:
            rename_new(path, _free_path(hands, new, path))
        _tell(hands, found.name, new)
        return _shown(hands, changed)


def drop_list(hands: Hands, name: str) -> None:
    """Removes a list; its models stay, and so does its file in the history. NotFound("unknown-id")."""
    with hands.changing:
        path, found = _get(refresh_lists(hands), name)
        hands.library.keep_history("lists", path, stamp())
        remove_file(path)
        _tell(hands, found.name)


def add_to_list(hands: Hands, name: str, ids: Iterable[str]) -> ListEdited:
    """Adds models; those in it stay where they are. What nobody knows is told, and not added."""
    wanted = list(dict.fromkeys(ids))
    called = {each["id"]: str(each["name"]) for each in hands.index.summaries_of(wanted)}

    def add(found: NamedList) -> list[ListEntry]:
        there = set(found.ids)
        moment = now()
        fresh = [ListEntry(id=each, name=called[each], added_at=moment) for each in called if each not in there]
        if len(found.entries) + len(fresh) > MOST_ENTRIES:
            raise BadLink("bad-value", name="ids", value=str(len(fresh)), reason="the list would be too long")
        return [*found.entries, *fresh]

    edited = _edit(hands, name, add)
    there = set(_get(refresh_lists(hands), name)[1].ids)
    edited.unknown = [each for each in wanted if each not in there]
    return edited


def remove_from_list(hands: Hands, name: str, ids: Iterable[str]) -> ListEdited:
    """Takes entries out, also of models that are not in the library any more. What is not in it is told."""
    wanted = list(dict.fromkeys(ids))
    there = set(_get(refresh_lists(hands), name)[1].ids)
    edited = _edit(hands, name, lambda found: [each for each in found.entries if each.id not in set(wanted)])
    edited.unknown = [each for each in wanted if each not in there]
    return edited


# ------------------------------------------------------------------------------------------------------------ files


def _edit(hands: Hands, name: str, how: Callable[[NamedList], list[ListEntry]]) -> ListEdited:
    with hands.changing:
        path, found = _get(refresh_lists(hands), name)
        entries = how(found)
        count = abs(len(entries) - len(found.entries))
        if count:
            found = found.model_copy(update={"entries": entries})
            _write(hands, path, found)
            _tell(hands, found.name)
        return ListEdited(_shown(hands, found), count)


def _write(hands: Hands, path: Path, told: NamedList) -> None:
    make_folders(path.parent)
    told.updated_at = now()
    hands.library.keep_history("lists", path, stamp())
    write_json(path, told.dumped())


def _tell(hands: Hands, *names: str) -> None:
    refresh_lists(hands)
    hands.bus.tell(ListsChanged(names=tuple(dict.fromkeys(names))))


def _get(known: Known, name: str) -> tuple[Path, NamedList]:
    found = known.get(name_key(" ".join(name.split())))
    if found is None:
        raise NotFound("unknown-id", id=shown(name, 64))
    return found


def _files(hands: Hands) -> list[tuple[Path, Any]]:
    folder = hands.library.control / "lists"
    if not folder.is_dir() or folder.is_symlink():
        return []
    paths = (path for path in sorted(folder.glob("*.json")) if not path.name.startswith("."))
    return [(path, path.lstat()) for path in paths]


def _read_all(paths: Iterable[Path]) -> Known:
    """What can be read; a file that cannot be, or one more of the same name, is left as it is and passed over."""
    found: Known = {}
    for path in paths:
        try:
            check_not_newer(path)
            told = NamedList.model_validate(read_own(path))
            key = name_key(checked_name(told.name))
            if key in found:
                raise ValueError(f"{found[key][0].name} has the same name in it")
            found[key] = (path, told)
        except (ValueError, OSError, RecursionError, ModellaError) as problem:
            log.warning("a list cannot be read; its file is left as it is", file=path.name, reason=str(problem)[:200])
    return found


def _free_path(hands: Hands, name: str, own: Path | None = None) -> Path:
    """The file of a list of this name; one that is free where another list, or anything else, has it."""
    folder = hands.library.control / "lists"
    taken = {name_key(path.name) for path in folder.iterdir() if path != own} if folder.is_dir() else set()
    wanted = file_name(f"{name}.json", fallback="list")
    while name_key(wanted) in taken:
        wanted = with_hash(file_name(f"{name}.json", fallback="list"), new_id()[-8:])
    return folder / wanted


# ------------------------------------------------------------------------------------------------------------ index


def _tell_index(hands: Hands, known: Known) -> None:
    of: dict[str, set[str]] = {}
    for _, each in known.values():
        for identity in each.ids:
            of.setdefault(identity, set()).add(each.name)
    ids = hands.index.set_lists({identity: tuple(sorted(names)) for identity, names in of.items()})
    if ids:
        hands.bus.tell(ModelsChanged(count=len(ids), ids=tuple(ids[:100])))


def _shown(hands: Hands, found: NamedList) -> ListShown:
    count, size = hands.index.weight_of(("list", found.name))
    absent = len(set(found.ids)) - count
    times = {"created_at": found.created_at, "updated_at": found.updated_at}
    return ListShown(found.name, found.note, count, absent, size, _covers(hands, found), **times)


def _covers(hands: Hands, found: NamedList) -> list[dict[str, Any]]:
    latest = [each.id for each in found.entries[: -_LOOKED_AT - 1 : -1]]
    cards: Mapping[str, dict[str, Any]] = {each["id"]: each for each in hands.index.summaries_of(latest)}
    pictured = [(each, cards[each].get("preview")) for each in latest if each in cards]
    return [{"model": each, **picture} for each, picture in pictured if picture][:_COVERS]
