"""Renaming and moving models: the whole family goes along, nothing is ever replaced, and a crash leaves one state.

A placed model moves as a folder, an adopted one as its file with its family. What is not the model's stays behind.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

from modella.core.errors import BadLink, Conflict, NoSpace, NotFound, Refused
from modella.core.family_names import renamed
from modella.core.grouping import is_weights
from modella.core.naming import file_name, is_inner, name_key, shown, slug, suffix_of
from modella.core.root import Root
from modella.io.disk import CONTROL, free_space, remove_emptied
from modella.work.belongings import CANONICAL, Belongings, belongings, check_no_link, own_folders
from modella.work.hands import Hands
from modella.work.moves import (
    Move,
    Step,
    alone,
    bring,
    bring_files,
    drop_sources,
    fresh_folders,
    move_id,
    run,
    step_for,
)
from modella.work.records import Home, canonical_files, folder_of
from modella.work.roots import check_online, root_at, root_of
from modella.work.settle import Where, settle
from modella.work.tasks import Task

_SHARD = re.compile(r"-\d{5}-of-\d{5}\.[A-Za-z]+$")
_LONGEST = 512


def rename(hands: Hands, model: str, name: str, task: Task | None = None) -> dict[str, Any]:
    """Gives a model another name: the one people see, and by the rules of naming those of its folder and its file.

    Files that other files speak of by name, shards and whole diffusers models, keep theirs. The model's record.
    """
    with alone(hands, [model]):
        known = _known(hands, model)
        mine = belongings(hands, known)
        return _go(hands, known, mine, mine.root, _renamed(known, mine, name), task)


def move(hands: Hands, model: str, to: str, task: Task | None = None) -> dict[str, Any]:
    """Moves a model into a folder: an absolute path in any root, or one below the model's own root; its record.

    Refused("outside-library") for a folder in no root, a whole drive or a home folder, Refused("is-a-link") for one
    that is a link; Conflict("name-taken") when one of its names is taken there.
    """
    with alone(hands, [model]):
        known = _known(hands, model)
        mine = belongings(hands, known)
        root, where = _moved(hands, mine, to)
        return _go(hands, known, mine, root, where, task)


def foresee(hands: Hands, model: str, to: str | None, name: str | None) -> dict[str, Any]:
    """Where a model would lie after `move` or `rename`, with every file's way; refused as they would be.

    `place` is below the root, `folder` absolute. Nothing is moved or made.
    """
    known = _known(hands, model)
    mine = belongings(hands, known)
    root, where = (mine.root, _renamed(known, mine, name)) if name is not None else _moved(hands, mine, to or "")
    check_online(hands, mine.root)
    check_online(hands, root)
    steps = _steps(hands, mine, root, where)
    _check_free(steps)
    _check_space(steps)
    ways = [{"source": step.source, "target": step.target, "size": step.size} for step in steps]
    return {"place": where.place, "root": root.id, "folder": str(_new_folder(mine, root, where.place)), "files": ways}


def replace(hands: Hands, model: str, folder: str, cleaned_name: str, task: Task | None = None) -> dict[str, Any]:
    """Moves a placed model to exactly this folder of the library, with the file names that belong to it."""
    with alone(hands, [model]):
        known = _known(hands, model)
        mine = belongings(hands, known)
        main = mine.main[0] if len(mine.main) == 1 and "/" not in mine.main[0] else None
        names = _names_for(mine, main, cleaned_name) if main and not _SHARD.search(main) else {}
        where = Where("", folder, names, cleaned_name=cleaned_name)
        return _go(hands, known, mine, root_of(hands, ""), where, task)


def _renamed(known: dict[str, Any], mine: Belongings, name: str) -> Where:
    """Where a model lies under another name; BadLink("bad-value") for what is none."""
    text = name.strip()
    if not 0 < len(text) <= _LONGEST or shown(text, _LONGEST) != text:
        raise BadLink("bad-value", name="name", value=shown(name, 80), reason="not a name")
    main = mine.main[0] if len(mine.main) == 1 else None
    keeps = main is None or "/" in main or bool(_SHARD.search(main))
    if mine.home == "placed":
        return _renamed_placed(known, mine, text, None if keeps else main)
    return _renamed_adopted(mine, text, None if keeps else main)


def _moved(hands: Hands, mine: Belongings, to: str) -> tuple[Root, Where]:
    root, folder = target_folder(hands, mine, to)
    name = PurePosixPath(mine.place).name
    if not name:
        raise BadLink("bad-value", name="to", value=to[:80], reason="the whole root is the model")
    return root, Where(root.id, (PurePosixPath(folder) / name).as_posix())


def _renamed_placed(known: dict[str, Any], mine: Belongings, name: str, main: str | None) -> Where:
    cleaned = slug(" ".join(filter(None, (name, known.get("version")))))
    place = (PurePosixPath(mine.place).parent / cleaned).as_posix()
    names = _names_for(mine, main, cleaned) if main else {}
    return Where(mine.root.id, place, names, fields={"name": name}, cleaned_name=cleaned)


def _names_for(mine: Belongings, main: str, cleaned: str) -> dict[str, str]:
    others = [name for name in mine.names if name not in CANONICAL]
    return renamed(others, main, cleaned + suffix_of(main).lower())


def _renamed_adopted(mine: Belongings, name: str, main: str | None) -> Where:
    if main is None:
        return Where(mine.root.id, mine.place, fields={"name": name})
    suffix = suffix_of(main)
    text = name.removesuffix(suffix) if len(name) > len(suffix) else name
    stem = text.strip(". ") or "model"
    new = file_name(f"{stem}{suffix}")
    place = (PurePosixPath(mine.place).parent / new).as_posix()
    return Where(mine.root.id, place, renamed(mine.names, main, new), fields={"name": text})


# -------------------------------------------------------------------------------------------------- carrying it out


def _go(
    hands: Hands, known: dict[str, Any], mine: Belongings, root: Root, where: Where, task: Task | None
) -> dict[str, Any]:
    check_online(hands, mine.root)
    check_online(hands, root)
    steps = _steps(hands, mine, root, where)
    if not steps and not where.fields and where.cleaned_name in (None, known.get("cleaned_name")):
        return known
    _check_free(steps)
    _check_space(steps)
    facts = {"record": known, "where": asdict(where), "left": str(mine.folder) if mine.is_own else None}
    fresh = fresh_folders(Path(step.target) for step in steps)
    planned = Move("move", move_id(str(known["id"])), steps, facts, fresh)
    return run(hands, planned, lambda h, m: finish_move(h, m, task))


def finish_move(hands: Hands, planned: Move, task: Task | None = None) -> dict[str, Any]:
    """Carries a move out, from wherever it has come to: files, record and index, and then the sources of copies."""
    known, where = planned.facts["record"], Where(**planned.facts["where"])
    for root in {str(known["root"]), where.root}:
        check_online(hands, root_of(hands, root))
    bring_files(hands, planned, task)
    with hands.changing:
        bring(hands, planned)
        record = settle(hands, known, where)
    drop_sources(planned)
    if planned.facts["left"]:
        _tidy(root_of(hands, str(known["root"])), Path(planned.facts["left"]), planned.steps)
    return record


def _tidy(root: Root, folder: Path, steps: list[Step]) -> None:
    """Removes the model's old folder, and in the library the ones of its rule, where nothing is left in them."""
    remove_emptied(own_folders(root, folder, {each for step in steps for each in Path(step.source).parents}))


def _steps(hands: Hands, mine: Belongings, root: Root, where: Where) -> list[Step]:
    """Where every file goes; our records last, and what goes nowhere not at all."""
    folder = _new_folder(mine, root, where.place)
    stays = _folder_papers(mine, folder) if mine.home == "adopted" and not mine.is_own else set()
    steps = []
    ours = dict(
        zip(
            canonical_files(hands, mine.root, mine.place, mine.home),
            canonical_files(hands, root, where.place, mine.home),
            strict=True,
        )
    )
    for name, path in zip(mine.names, mine.paths, strict=True):
        if path not in ours and name not in stays:
            steps.append(step_for(path, folder / PurePosixPath(where.names.get(name, name))))
    for old, new in ours.items():
        if old in mine.paths or old in mine.records:
            steps.append(step_for(old, new))
            steps[-1].is_record = True
    return [step for step in steps if step.source != step.target]


def _new_folder(mine: Belongings, root: Root, place: str) -> Path:
    home: Home = mine.home
    path = Path(root.path) / PurePosixPath(place)
    return path if mine.is_own else folder_of(root, place, home)


def _folder_papers(mine: Belongings, folder: Path) -> set[str]:
    """What speaks of a whole folder stays, where the model's new folder holds something else already."""
    if folder == mine.folder:
        return set()
    stems = {name.removesuffix(suffix_of(name)).casefold() for name in mine.main}
    papers = {name for name in mine.names if not any(name.casefold().startswith(stem) for stem in stems)}
    is_taken = folder.is_dir() and any(is_weights(entry.name) or entry.name in papers for entry in folder.iterdir())
    return papers if is_taken else set()


def _check_free(steps: list[Step]) -> None:
    """Conflict("name-taken") before anything is done; names that some file system takes for one count as one."""
    leaving = {step.source for step in steps}
    for folder in {Path(step.target).parent for step in steps}:
        names = {name_key(entry.name): entry for entry in folder.iterdir()} if folder.is_dir() else {}
        for step in steps:
            found = names.get(name_key(Path(step.target).name)) if Path(step.target).parent == folder else None
            if found is not None and str(found) not in leaving:
                raise Conflict("name-taken", path=str(found))
    for step in steps:
        if Path(step.source).is_symlink() and Path(step.source).parent != Path(step.target).parent:
            raise Refused("is-a-link", path=step.source)


def _check_space(steps: list[Step]) -> None:
    """NoSpace before the first byte, where the files must be copied to another file system."""
    for target, needed in _copies(steps).items():
        free = free_space(target)
        if needed > free:
            raise NoSpace("no-space", path=str(target), short=needed - free)


def _copies(steps: Iterable[Step]) -> dict[Path, int]:
    found: dict[Path, int] = {}
    for step in steps:
        top = next(each for each in Path(step.target).parents if each.exists())
        if top.stat().st_dev != Path(step.source).lstat().st_dev:
            found[top] = found.get(top, 0) + step.size
    return found


# --------------------------------------------------------------------------------------------------- where it may go


def target_folder(hands: Hands, mine: Belongings, to: str) -> tuple[Root, str]:
    """The root that a folder lies in, and the folder below it, with what must be made named by the rules."""
    if not to.strip() or "\0" in to or ".." in re.split(r"[/\\]", to):
        raise BadLink("bad-value", name="to", value=shown(to, 80), reason="not a folder")
    path = Path(to).expanduser()
    path = path if path.is_absolute() else Path(mine.root.path) / path
    real = path.resolve()
    if real in (Path(real.anchor), Path.home().resolve()):
        raise Refused("outside-library", path=to)
    if path.is_symlink():
        raise Refused("is-a-link", path=to)
    found = root_at(hands, path)
    if found is None or CONTROL in PurePosixPath(found[1]).parts:
        raise Refused("outside-library", path=to)
    root, below = found
    check_online(hands, root)
    _check_way(path, Path(root.path))
    folder = _named_by_rule(Path(root.path), below)
    _check_own(hands, mine, root, folder, to)
    return root, folder


def _check_way(path: Path, top: Path) -> None:
    """Refused("is-a-link") for a link on the way; Conflict("name-taken") for a file."""
    check_no_link(top, path)
    for each in [path, *path.parents]:
        if each.is_relative_to(top) and os.path.lexists(each) and not each.is_dir():
            raise Conflict("name-taken", path=str(each))


def _named_by_rule(top: Path, below: str) -> str:
    """Folders that are there keep their names; new ones get names that are safe everywhere."""
    at = PurePosixPath()
    for part in PurePosixPath(below).parts:
        there = (top / at / part).is_dir()
        name = part if there else file_name(part, fallback="")
        if not name or not is_inner(name):
            raise BadLink("bad-value", name="to", value=shown(part, 80), reason="not a name for a folder")
        at /= name
    return at.as_posix() if at.parts else ""


def _check_own(hands: Hands, mine: Belongings, root: Root, folder: str, to: str) -> None:
    """BadLink when a folder lies in the model itself, or in the folder of another placed one."""
    path = PurePosixPath(folder)
    for each in (path, *path.parents):
        place = "" if each == PurePosixPath() else each.as_posix()
        own = mine.is_own and (root.id, place) == (mine.root.id, mine.place)
        other = bool(place) and hands.index.id_at(root.id, place) is not None
        if own or other:
            raise BadLink("bad-value", name="to", value=shown(to, 80), reason="this folder is a model itself")


def _known(hands: Hands, model: str) -> dict[str, Any]:
    known = hands.index.get(model)
    if known is None:
        raise NotFound("unknown-id", id=model[:64])
    if known.get("state") == "missing":
        raise NotFound("file-gone", path=str(known["place"]))
    return known
