"""Folders of a root as people see them: what lies below each, giving one another name, and emptying one into the trash.

Only models go anywhere, each with all that belongs to it and by the verb for one model. Files that are not ours stay.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from modella.core.errors import BadLink, Conflict, ModellaError, NotFound
from modella.core.grouping import group
from modella.core.naming import file_name, is_inner, name_key, shown
from modella.core.root import Root
from modella.core.sidecars.families import families
from modella.io.disk import CONTROL, Library, remove_emptied
from modella.work.belongings import belongings, check_no_link
from modella.work.hands import Hands
from modella.work.moving import move
from modella.work.roots import check_online, root_of
from modella.work.tasks import Task, one_by_one
from modella.work.trash import delete

_TOLD = 1000
"""Names of a plan that are told; all are counted."""


@dataclass
class Folder:
    """A folder below another one; `bytes` and `models` count everything below it, however deep."""

    name: str
    path: str
    bytes: int = 0
    models: int = 0


@dataclass
class Inside:
    """What a folder holds: folders and models, the largest first. `item_count` may be more than there are `items`."""

    root: str
    path: str
    bytes: int
    models: int
    folders: list[Folder]
    items: list[dict[str, Any]]
    item_count: int


@dataclass
class FolderPlan:
    """What would be done: each model with the places it has and gets, and the files that stay, relative to the root."""

    root: str
    path: str
    to: str | None
    models: int
    bytes: int
    items: list[dict[str, Any]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    left_count: int = 0


def look_into(hands: Hands, root_id: str, path: str, most: int) -> Inside:
    """What lies in a folder, as the index knows it; drives that are away are told as they were.

    BadLink("bad-value") for what is no folder below the root; Refused("outside-library") for a way out of it;
    NotFound("no-such-path").
    """
    root, top = _place(hands, root_id, path)
    there = hands.index.below(root.id, path)
    if path and not there and not top.is_dir():
        raise NotFound("no-such-path", path=str(top))
    folders: dict[str, Folder] = {}
    direct: list[tuple[int, int]] = []
    start = len(path) + 1 if path else 0
    for place, n, size in there:
        name, deeper, _ = place[start:].partition("/")
        if not deeper:
            direct.append((size, n))
            continue
        found = folders.setdefault(name, Folder(name, place[:start] + name))
        found.bytes += size
        found.models += 1
    direct.sort(reverse=True)
    return Inside(
        root.id,
        path,
        sum(size for *_, size in there),
        len(there),
        sorted(folders.values(), key=lambda each: (-each.bytes, each.name)),
        hands.index.summaries_at([n for _, n in direct[:most]]),
        len(direct),
    )


# ------------------------------------------------------------------------------------------------------------ plans


def plan_rename(hands: Hands, root_id: str, path: str, name: str, *, merge: bool = False) -> FolderPlan:
    """What giving a folder another name would do. Conflict("name-taken") when it is taken, unless they may `merge`."""
    root, top = _to_change(hands, root_id, path)
    new = file_name(name.strip(), fallback="")
    if not new or not is_inner(new) or "/" in name.strip() or new == top.name:
        raise BadLink("bad-value", name="name", value=shown(name, 80), reason="not a new name for a folder")
    taken = next((each for each in top.parent.iterdir() if name_key(each.name) == name_key(new)), None)
    if taken is not None and not (merge and taken.name == new and taken.is_dir() and not taken.is_symlink()):
        raise Conflict("name-taken", path=str(taken))
    to = (PurePosixPath(path).parent / new).as_posix()
    return _plan(hands, root, path, to)


def plan_delete(hands: Hands, root_id: str, path: str) -> FolderPlan:
    """What putting everything below a folder into the trash would do."""
    root, _ = _to_change(hands, root_id, path)
    return _plan(hands, root, path, None)


def _plan(hands: Hands, root: Root, path: str, to: str | None) -> FolderPlan:
    there = sorted(hands.index.below(root.id, path))
    if not there:
        raise BadLink("bad-value", name="path", value=shown(path, 80), reason="there are no models below it")
    left = sorted(_left(hands, root, path, {place for place, *_ in there}))
    plan = FolderPlan(root.id, path, to, len(there), sum(size for *_, size in there), [], left[:_TOLD], len(left))
    names = hands.index.summaries_at([n for _, n, _ in there[:_TOLD]])
    for (place, _, size), each in zip(there, names, strict=False):
        told = {"id": each["id"], "name": each["name"], "place": place, "bytes": size}
        plan.items.append({**told, "to": to + place[len(path) :] if to else None})
    return plan


# ------------------------------------------------------------------------------------------------------- carrying out


def rename_folder(hands: Hands, root_id: str, path: str, to: str, task: Task | None = None) -> dict[str, Any]:
    """Moves every model below a folder to the same place below another one; what was done, and what could not be."""
    root, top = _to_change(hands, root_id, path)

    def one(place: str, model: str) -> None:
        target = PurePosixPath(to + place[len(path) :]).parent
        move(hands, model, str(Path(root.path) / target), task)

    return {**_each(hands, root, path, one, task), "to": to, "folder": str(top.parent / PurePosixPath(to).name)}


def delete_folder(hands: Hands, root_id: str, path: str, task: Task | None = None) -> dict[str, Any]:
    """Puts every model below a folder into the trash; what was done, and what could not be."""
    root, _ = _to_change(hands, root_id, path)
    return _each(hands, root, path, lambda _, model: delete(hands, model), task)


def _each(hands: Hands, root: Root, path: str, verb: Callable[[str, str], object], task: Task | None) -> dict[str, Any]:
    there = sorted(hands.index.below(root.id, path))
    known = hands.index.summaries_at([n for _, n, _ in there])
    sizes = {place: size for place, _, size in there}
    places = {each["id"]: place for each in known if (place := (hands.index.place_of(each["id"]) or ("", ""))[1])}
    done, won, problems = 0, 0, list[dict[str, Any]]()
    for each in one_by_one(task, [each for each in known if each["id"] in places], lambda each: str(each["name"])):
        try:
            verb(places[each["id"]], each["id"])
        except ModellaError as problem:
            if problem.code == "cancelled":
                break
            told = {"id": each["id"], "name": each["name"]}
            problems.append({**told, "code": problem.code, "context": problem.plain_facts})
        else:
            done, won = done + 1, won + sizes.get(places[each["id"]], 0)
    _tidy(root, path, places.values())
    left = sorted(_left(hands, root, path, set()))
    return {"done": done, "bytes": won, "problems": problems, "left": left[:_TOLD], "left_count": len(left)}


def _tidy(root: Root, path: str, places: Any) -> None:
    """Removes the folders in which the models lay, where nothing is left in them, and those above up to this one."""
    top = Path(root.path)
    inner = {top / each for place in places for each in PurePosixPath(place).parents}
    remove_emptied(each for each in inner if each == top / path or each.is_relative_to(top / path))


# --------------------------------------------------------------------------------------------------- what is not ours


def _left(hands: Hands, root: Root, path: str, going: set[str]) -> Iterator[str]:
    """Every file and link below a folder that belongs to none of the models that go, relative to the root."""
    top = Path(root.path)
    for folder, inner, names in os.walk(top / path):
        here = Path(folder)
        below = here.relative_to(top).as_posix()
        if below in going:
            inner.clear()
            yield from _left_in_model(hands, root, below)
            continue
        yield from (f"{below}/{name}" for name in inner if (here / name).is_symlink())
        inner[:] = [name for name in inner if name != CONTROL and not (here / name).is_symlink()]
        claimed = _claimed(names, {name for name in names if f"{below}/{name}" in going})
        yield from (f"{below}/{name}" for name in names if name not in claimed)


def _left_in_model(hands: Hands, root: Root, place: str) -> Iterator[str]:
    known = hands.index.at(place, root.id)
    top = Path(root.path)
    mine = set(belongings(hands, known).paths) if known else set()
    for folder, _, names in os.walk(top / place):
        paths = (Path(folder) / name for name in names)
        yield from (path.relative_to(top).as_posix() for path in paths if path not in mine)


def _claimed(names: list[str], going: set[str]) -> set[str]:
    """The names of a folder that go with the models that go: theirs, and what they share with none that stays."""
    groups = {each.main: each.files for each in group(names)}
    mains = list(dict.fromkeys([*groups, *going]))
    found = families(names, mains)
    mine = {name for main in going for name in (*groups.get(main, (main,)), *found[main].all)}
    return mine - {name for main in mains if main not in going for name in (*groups[main], *found[main].all)}


# ------------------------------------------------------------------------------------------------------------ places


def _place(hands: Hands, root_id: str, path: str) -> tuple[Root, Path]:
    """The root and the folder that are meant; nothing leads out of the root, nor into what is ours alone."""
    root = root_of(hands, root_id)
    if path and (not is_inner(path) or CONTROL in PurePosixPath(path).parts):
        raise BadLink("bad-value", name="path", value=shown(path, 80), reason="not a folder below a root")
    if path and hands.index.id_at(root.id, path) is not None:
        raise BadLink("bad-value", name="path", value=shown(path, 80), reason="this folder is a model itself")
    return root, Library(Path(root.path)).inside(path)


def _to_change(hands: Hands, root_id: str, path: str) -> tuple[Root, Path]:
    """The same for a folder that shall be changed: its drive is there, and no link is on the way."""
    root, top = _place(hands, root_id, path)
    if not path:
        raise BadLink("bad-value", name="path", value='""', reason="a whole root")
    check_online(hands, root)
    check_no_link(Path(root.path), top)
    if not top.is_dir():
        raise NotFound("no-such-path", path=str(top))
    return root, top
