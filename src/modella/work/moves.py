"""Moving files so that a crash leaves the old or the new state: written down, carried out, finished or undone.

    .modella/moves/<id>.json   which files go where, and what is to be done when they are there

Every verb that moves files is one function that may be called again: it finds out what is done already. On the same
file system a file is renamed; on another one it is copied, flushed, hashed and compared, and its source goes last.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, TypeVar

import structlog

from modella.core.errors import Conflict, DiskTrouble, Mismatch, ModellaError, NotFound
from modella.io.disk import (
    RESPELLED,
    copy_new,
    hard_link,
    is_regular,
    make_folders,
    read_json,
    remove_emptied,
    remove_file,
    rename_new,
    same_file,
    set_aside,
    sweep,
    unlink_unchanged,
    write_atomic,
)
from modella.work.hands import Hands, now, stamp
from modella.work.hashing import sha256_of
from modella.work.tasks import Task

log = structlog.get_logger()
T = TypeVar("T")
RECORD_NAMES = ("metadata.json", "overrides.json", ".modella.json", ".modella.overrides.json")
How = Literal["move", "copy", "hardlink"]


@dataclass
class Step:
    """One file's way: absolute paths, size in bytes, time of change in nanoseconds.

    `copied` says that a file to be moved had to be copied: its source is then removed at the very end. `needed` is
    False for a file that may be gone meanwhile. `is_record` marks our own record, which a person may be changing.
    """

    source: str
    target: str
    size: int
    modified: int
    how: How = "move"
    needed: bool = True
    copied: bool = False
    is_record: bool = False
    done: bool = False


@dataclass
class Move:
    """What is being done: the verb, its files, and what the verb must know to finish it.

    `fresh` are folders that are made for it. `brought` says that every file is where it shall be, so that there is no
    way back but the verb's own opposite.
    """

    kind: str
    id: str
    steps: list[Step]
    facts: dict[str, Any]
    fresh: list[str] = field(default_factory=list)
    may_copy: bool = True
    brought: bool = False
    at: str = ""
    schema: int = 1


Finish = Callable[[Hands, Move], Any]


@contextmanager
def alone(hands: Hands, models: Iterable[str]) -> Iterator[None]:
    """Lets nobody else move the files of these models meanwhile; Conflict("task-running") when somebody does."""
    wanted = set(models)
    with hands.changing:
        taken = hands.busy & wanted
        if taken:
            raise Conflict("task-running", kind="move", task=next(iter(taken)))
        hands.busy |= wanted
    try:
        yield
    finally:
        with hands.changing:
            hands.busy -= wanted


def move_id(model: str) -> str:
    """A name for what is done to a model now: sortable, and free in every trash and journal."""
    return f"{stamp()}-{model}"


def step_for(source: Path, target: Path, how: How = "move", *, needed: bool = True) -> Step:
    """The step of a file as it lies there now; a link is taken as itself."""
    told = source.lstat()
    return Step(str(source), str(target), told.st_size, told.st_mtime_ns, how, needed)


def fresh_folders(targets: Iterable[Path]) -> list[str]:
    """The folders that must be made for these files, the innermost first."""
    found = {folder for target in targets for folder in target.parents if not os.path.lexists(folder)}
    return [str(folder) for folder in sorted(found, key=lambda each: -len(each.parts))]


def run(hands: Hands, move: Move, finish: Callable[[Hands, Move], T]) -> T:
    """Writes a move down and carries it out; what cannot be carried out is undone, and the error told."""
    move.at = move.at or now()
    make_folders(hands.library.moves)
    save(hands, move)
    try:
        found = finish(hands, move)
    except Exception:
        _give_up(hands, move)
        raise
    end(hands, move)
    return found


def _give_up(hands: Hands, move: Move) -> None:
    if move.brought:
        return
    try:
        undo(move)
        end(hands, move)
    except (ModellaError, OSError) as problem:
        log.warning("a move could be neither finished nor undone; the next start tries again", reason=str(problem))


def save(hands: Hands, move: Move) -> None:
    """Writes down how far a move is; names that are no proper text survive it."""
    write_atomic(_file(hands, move), json.dumps(asdict(move), ensure_ascii=True, indent=1).encode())


def end(hands: Hands, move: Move) -> None:
    """Forgets a move that is over."""
    remove_file(_file(hands, move))


def unfinished(hands: Hands) -> list[Move]:
    """The moves that a dead process has left, in the order in which they were begun."""
    folder = hands.library.moves
    sweep(folder)
    found = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        try:
            told = read_json(path)
            move = Move(**{**told, "steps": [Step(**each) for each in told["steps"]]})
            if move.id != path.stem:
                raise ValueError("it tells of another move")
            found.append(move)
        except (ValueError, TypeError, KeyError):
            set_aside(path, stamp())
    return found


def lay_aside(hands: Hands, move: Move) -> None:
    """Keeps a move that cannot be ours, out of the way and as it is."""
    set_aside(_file(hands, move), stamp())


def is_copied(step: Step) -> bool:
    """Whether the source of a copy may go: it is gone, or its copy is there and has the same content.

    Our own records are written anew at their new place before the old ones go.
    """
    source, target = Path(step.source), Path(step.target)
    if step.is_record and source.name.endswith(RECORD_NAMES):
        return True
    if not step.copied or not os.path.lexists(source) or not os.path.lexists(target):
        return True
    return not same_file(source, target) and is_regular(target) and sha256_of(target) == sha256_of(source)


def _file(hands: Hands, move: Move) -> Path:
    return hands.library.moves / f"{move.id}.json"


# ------------------------------------------------------------------------------------------------------- the steps


def bring(hands: Hands, move: Move, task: Task | None = None) -> None:
    """Gives every file its new place; what is there already is left. Failed("cancelled") when the task shall end.

    Our records come last: whoever calls holds `hands.changing` for these, so that no change to them is lost.
    """
    if move.brought:
        return
    bring_files(hands, move, task)
    for step in move.steps:
        _bring(hands, move, step, _heeding(None))
    move.brought = True
    save(hands, move)


def bring_files(hands: Hands, move: Move, task: Task | None = None) -> None:
    """The long part of `bring`: all files but our own records."""
    if move.brought:
        return
    for step in move.steps:
        if task is not None and not step.is_record:
            task.heed_stop()
            task.progress(item=Path(step.target).name)
        if not step.is_record:
            _bring(hands, move, step, _heeding(task))


def drop_sources(move: Move) -> list[str]:
    """Removes what was copied in order to be moved, once its copy counts; the paths that have changed and stay."""
    left = []
    for step in move.steps:
        is_moved = step.how == "move" and step.copied and os.path.lexists(step.target)
        if is_moved and not unlink_unchanged(Path(step.source), step.size, step.modified):
            left.append(step.source)
    return left


def undo(move: Move) -> None:
    """Gives every file its old place again and removes copies that were made; the sources were never touched."""
    for step in reversed(move.steps):
        source, target = Path(step.source), Path(step.target)
        _end_respelling(source, source)
        if not os.path.lexists(target):
            continue
        if not os.path.lexists(source):
            make_folders(source.parent)
            rename_new(target, source)
        elif _is_our_copy(step):
            told = target.lstat()
            unlink_unchanged(target, told.st_size, told.st_mtime_ns)
    remove_emptied(Path(folder) for folder in move.fresh)


def _bring(hands: Hands, move: Move, step: Step, take: Callable[[bytes], None]) -> None:
    if not step.done:
        _carry(hands, move, step, take)
        step.done = True


def _carry(hands: Hands, move: Move, step: Step, take: Callable[[bytes], None]) -> None:
    source, target = Path(step.source), Path(step.target)
    _end_respelling(source, target)
    is_here, is_there = os.path.lexists(source), os.path.lexists(target)
    if not is_here:
        if is_there or not step.needed:
            return
        raise NotFound("file-gone", path=str(source))
    if is_there and _is_our_copy(step):
        return
    make_folders(target.parent)
    if step.how == "hardlink" and hard_link(source, target):
        return
    if step.how == "move" and not step.copied:
        if rename_new(source, target):
            return
        if not move.may_copy:
            raise DiskTrouble("other-disk", path=str(source), other=str(target.parent))
    step.copied = True
    save(hands, move)
    copy_proven(source, target, take)


def copy_proven(source: Path, target: Path, take: Callable[[bytes], None]) -> str:
    """Copies a file to another place and compares the copy with it, as both are on the disk; its SHA-256."""
    digest = sha256()

    def both(block: bytes) -> None:
        digest.update(block)
        take(block)

    def prove(copy: Path) -> None:
        if sha256_of(copy) != digest.hexdigest():
            raise Mismatch("copy-differs", path=str(source))

    copy_new(source, target, both, prove)
    return digest.hexdigest()


def _heeding(task: Task | None) -> Callable[[bytes], None]:
    def heed(_block: bytes) -> None:
        if task is not None:
            task.heed_stop()

    return heed


def _is_our_copy(step: Step) -> bool:
    """Whether what is at the target is what this step puts there while the source stays."""
    source, target = Path(step.source), Path(step.target)
    if step.how == "hardlink" and same_file(source, target):
        return True
    is_copy = step.copied and target.is_file() and source.is_file() and not same_file(source, target)
    return is_copy and target.stat().st_size == step.size and sha256_of(target) == sha256_of(source)


def _end_respelling(source: Path, target: Path) -> None:
    """A death between the two halves of a respelling has left the file under a third name."""
    between = source.with_name(source.name + RESPELLED)
    if os.path.lexists(between) and not os.path.lexists(source) and not os.path.lexists(target):
        rename_new(between, target)
