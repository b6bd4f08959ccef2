"""Power cuts on paper: what a run does to its disk, written down, and every disk that a cut may leave of it.

The model is that of a journalling file system that promises no more than POSIX: bytes of a file are durable once the
file was flushed, names in a folder once the folder was flushed. What was not flushed may have happened or not: names
in their order per folder, writes of a file in any mixture. A rename is never seen half done, but for the kind of cut
that leaves both names.
"""

import hashlib
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pytest

from modella.io import disk

Databases = dict[str, bytes]
"""Relative path → bytes of a database's files, companions included, as they were at one moment."""


YESTERDAY = time.time() - 86400


@dataclass(frozen=True)
class Act:
    """One thing done to the disk. Paths are relative to the world; `file` numbers what was opened."""

    verb: str
    path: str = ""
    other: str = ""
    file: int = 0
    at: int = 0
    content: bytes = b""


@dataclass
class Recording:
    """What was done, in order; the databases as they were before each act; and moments that have a name."""

    acts: list[Act] = field(default_factory=list)
    databases: list[tuple[int, Databases]] = field(default_factory=list)
    moments: dict[str, int] = field(default_factory=dict)

    def databases_at(self, cut: int) -> int:
        """Which of the noted states of the databases was the last before a cut."""
        return max(number for number, (at, _) in enumerate(self.databases) if at <= cut)


class Recorder:
    """Notes what `io/disk` does below a folder, by standing before the system's calls."""

    def __init__(self, world: Path, databases: tuple[str, ...], ignored: tuple[str, ...]) -> None:
        self._world = str(world) + os.sep
        self._watched = databases
        self._ignored = (*databases, *ignored)
        self._lock = threading.RLock()
        self._open: dict[int, tuple[int, str]] = {}
        self._numbers = 0
        self._stamps: tuple[tuple[int, int], ...] = ()
        self.recording = Recording()

    def moment(self, name: str) -> None:
        """Gives the present a name."""
        with self._lock:
            self._note_databases()
            self.recording.moments[name] = len(self.recording.acts)

    @contextmanager
    def at_work(self) -> Iterator[Recording]:
        """Notes until the end of the block."""
        with pytest.MonkeyPatch.context() as patch:
            for name in ("open", "close", "write", "pwrite", "ftruncate", "fsync", "fdatasync"):
                patch.setattr(os, name, self._handled(name, getattr(os, name)))
            for name in ("rename", "replace", "link", "unlink", "mkdir", "rmdir"):
                patch.setattr(os, name, self._named(name, getattr(os, name)))
            patch.setattr(disk, "_rename_new", self._renamed(disk._rename_new))
            self._note_databases()
            yield self.recording
            self._note_databases()

    def _renamed(self, call: Callable[[Path, Path], None]) -> Callable[[Path, Path], None]:
        def run(source: Path, target: Path) -> None:
            with self._lock:
                call(source, target)
                self._note(Act("rename", self._inside(source) or "", self._inside(target) or ""))

        return run

    def _named(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(path: Any, *more: Any, **options: Any) -> Any:
            first = self._inside(path)
            if first is None:
                return call(path, *more, **options)
            with self._lock:
                result = call(path, *more, **options)
                if name in {"rename", "replace"}:
                    self._note(Act("rename", first, self._inside(more[0]) or ""))
                else:
                    self._note(Act(name, first, (self._inside(more[0]) or "") if name == "link" else ""))
                return result

        return run

    def _handled(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def opened(path: Any, flags: int, *more: Any, **options: Any) -> int:
            inside = self._inside(path) if isinstance(path, (str, Path)) else None
            if inside is None:
                return int(call(path, flags, *more, **options))
            with self._lock:
                fresh = not os.path.lexists(path)
                handle = int(call(path, flags, *more, **options))
                self._numbers += 1
                self._open[handle] = (self._numbers, inside)
                self._note(Act("create" if fresh else "open", inside, file=self._numbers))
                return handle

        def used(handle: int, *more: Any) -> Any:
            with self._lock:
                known = self._open.get(handle)
                result = call(handle, *more)
                if known is not None:
                    self._use(name, known, handle, result, more)
                return result

        return opened if name == "open" else used

    def _use(self, name: str, known: tuple[int, str], handle: int, result: Any, more: tuple[Any, ...]) -> None:
        number, path = known
        if name == "close":
            del self._open[handle]
        elif name == "write":
            at = os.lseek(handle, 0, os.SEEK_CUR) - result
            self._note(Act("write", path, file=number, at=at, content=bytes(more[0][:result])))
        elif name == "pwrite":
            self._note(Act("write", path, file=number, at=more[1], content=bytes(more[0][:result])))
        elif name == "ftruncate":
            self._note(Act("cut", path, file=number, at=more[0]))
        else:
            self._note(Act("flush", path, file=number))

    def _inside(self, path: Any) -> str | None:
        text = os.fspath(path)
        if not isinstance(text, str) or not text.startswith(self._world):
            return "" if text == self._world[:-1] else None
        inside = text.removeprefix(self._world)
        return None if inside.startswith(self._ignored) else inside

    def _note(self, act: Act) -> None:
        self._note_databases()
        self.recording.acts.append(act)

    def _note_databases(self) -> None:
        """Copies the databases when they have changed: committed before the act that is noted next."""
        files = [Path(self._world + name + end) for name in self._watched for end in ("", "-wal")]
        there = [file for file in files if file.exists()]
        stamps = tuple((s.st_mtime_ns, s.st_size) for s in (file.stat() for file in there))
        if stamps == self._stamps and self.recording.databases:
            return
        self._stamps = stamps
        copies = {str(file).removeprefix(self._world): file.read_bytes() for file in there}
        self.recording.databases.append((len(self.recording.acts), copies))


# ----------------------------------------------------------------------------------------------------------- the disk

Node = int
Fate = Literal["all", "flushed", "zeros", "some"]


@dataclass
class _Bytes:
    """A file's bytes: what was flushed, and what was done since."""

    flushed: bytes = b""
    since: list[tuple[int, bytes | None]] = field(default_factory=list)
    """(offset, bytes written there), or (length, None) for a cut."""

    def after(self, kept: Callable[[int, bytes], bytes | None]) -> bytes:
        """The content when of each write only what `kept` says has happened."""
        content = bytearray(self.flushed)
        for at, written in self.since:
            if written is None:
                content = content[:at].ljust(at, b"\0")
                continue
            part = kept(at, written)
            if part is not None:
                content = content.ljust(at, b"\0")
                content[at : at + len(part)] = part
        return bytes(content)

    def copy(self) -> "_Bytes":
        return replace(self, since=list(self.since))


@dataclass(frozen=True)
class _Change:
    """Names that change together: (folder, name, what is there now)."""

    names: tuple[tuple[Node, str, Node | None], ...]


@dataclass
class _Moment:
    """What is durable, and what is only done, after some number of acts."""

    changes: int
    flushed: dict[Node, int]
    files: dict[Node, _Bytes]


@dataclass(frozen=True)
class State:
    """A disk after a cut: path → content (None for a folder), and paths that are one file."""

    tree: dict[str, bytes | None]
    twins: tuple[tuple[str, str], ...]
    databases: Databases
    what: str

    @property
    def fingerprint(self) -> bytes:
        """Equal for equal disks."""
        told = hashlib.blake2b()
        for path, content in sorted({**self.tree, **self.databases}.items()):
            told.update(path.encode() + b"\0" + (b"/" if content is None else hashlib.blake2b(content).digest()))
        return told.digest()

    def lay_out(self, world: Path) -> None:
        """Makes the disk in an empty folder."""
        first = dict(self.twins)
        for path, content in sorted(self.tree.items(), key=lambda item: (item[0] in first, item[0])):
            target = world / path
            if content is None:
                target.mkdir(parents=True, exist_ok=True)
            elif path in first:
                os.link(world / first[path], target)
            else:
                target.write_bytes(content)
                os.utime(target, (YESTERDAY, YESTERDAY))
        for path, content in self.databases.items():
            if (world / path).parent.is_dir():
                (world / path).write_bytes(content)


class Cuts:
    """All cuts through a recording that began on a given tree (path → content, None for a folder)."""

    def __init__(self, base: dict[str, bytes | None], recording: Recording) -> None:
        self.recording = recording
        self._live: dict[Node, dict[str, Node]] = {0: {}}
        self._files: dict[Node, _Bytes] = {}
        self._next = 1
        for path, content in sorted(base.items()):
            self._born(path, content)
        self._base = {folder: dict(names) for folder, names in self._live.items()}
        self._changes: list[_Change] = []
        self._flushed: dict[Node, int] = {}
        self._handles: dict[int, Node] = {}
        self.whole = {content for content in base.values() if content}
        """Every content that a file had when it was given its name."""
        self.moments: list[_Moment] = [self._moment()]
        for act in recording.acts:
            self._do(act)
            self.moments.append(self._moment())

    def state(self, cut: int, fate: Fate, seed: int = 0) -> State:
        """One disk that a cut after so many acts may leave."""
        chance = random.Random(f"{cut} {fate} {seed}")
        moment = self.moments[cut]
        included = self._included(moment, fate, chance)
        names = self._names(included, moment, chance if fate == "some" else None)
        contents = {node: self._content(found, fate, chance) for node, found in moment.files.items()}
        tree: dict[str, bytes | None] = {}
        places: dict[Node, str] = {}
        twins: list[tuple[str, str]] = []
        for path, node in self._walk(names, 0, ""):
            tree[path] = contents.get(node)
            if node in contents and node in places:
                twins.append((path, places[node]))
            places.setdefault(node, path)
        databases = self._databases(cut, fate, chance)
        return State(tree, tuple(twins), databases, f"cut {cut} of {len(self.moments) - 1}, {fate}, seed {seed}")

    def _included(self, moment: _Moment, fate: Fate, chance: random.Random) -> list[int]:
        """Changes of names that have happened: in their order per folder, and all of one change or nothing."""
        upto = dict.fromkeys(self._live, moment.changes)
        if fate in {"flushed", "some"}:
            upto = {folder: moment.flushed.get(folder, 0) for folder in self._live}
        if fate == "some":
            later = {folder: chance.randint(least, moment.changes) for folder, least in upto.items()}
            upto = {f: chance.choice((least, later[f], moment.changes)) for f, least in upto.items()}
        settled = False
        while not settled:
            settled = True
            for number in range(moment.changes - 1, -1, -1):
                folders = [folder for folder, _, _ in self._changes[number].names]
                if any(number < upto[folder] for folder in folders):
                    for folder in folders:
                        if upto[folder] <= number:
                            upto[folder], settled = number + 1, False
        return [
            number
            for number in range(moment.changes)
            if number < max(upto[f] for f, _, _ in self._changes[number].names)
        ]

    def _names(self, included: list[int], moment: _Moment, chance: random.Random | None) -> dict[Node, dict[str, Node]]:
        names = {folder: dict(entries) for folder, entries in self._base.items()}
        for number in included:
            change = self._changes[number]
            for folder, name, node in change.names:
                here = names.setdefault(folder, {})
                file = change.names[0][2] in self._files
                moved = node is None and len(change.names) > 1 and folder != change.names[0][0] and file
                if moved and chance and number >= moment.flushed.get(folder, 0) and chance.random() < 0.2:
                    continue
                if node is None:
                    here.pop(name, None)
                else:
                    here[name] = node
        return names

    def _content(self, found: _Bytes, fate: Fate, chance: random.Random) -> bytes:
        if fate == "flushed":
            return found.flushed
        if fate == "zeros":
            return found.after(lambda _, written: bytes(len(written)))
        if fate == "all":
            return found.after(lambda _, written: written)
        return found.after(
            lambda _, written: chance.choice(
                (written, written, None, written[: chance.randint(0, len(written))], bytes(len(written)))
            )
        )

    def _databases(self, cut: int, fate: Fate, chance: random.Random) -> Databases:
        """The queue's database as it was, because its commits are flushed; the index as it was at any time.

        A database that was closed is durable whole. One in five times a file has gone altogether.
        """
        recording = self.recording
        last = recording.databases_at(cut)
        now = recording.databases[last][1]
        if fate in {"all", "zeros"}:
            return now
        closed = not any(path.endswith("-wal") for path in now)
        before = now if closed else recording.databases[chance.randint(0, last)][1]
        index = chance.choice((before, before, now, now, {}))
        queue = {} if chance.random() < 0.2 else now
        kept = {path: content for path, content in queue.items() if "models.db" not in path}
        return {**kept, **{path: content for path, content in index.items() if "models.db" in path}}

    def _walk(self, names: dict[Node, dict[str, Node]], folder: Node, path: str) -> Iterator[tuple[str, Node]]:
        for name, node in names.get(folder, {}).items():
            here = f"{path}{name}"
            yield here, node
            if node not in self._files:
                yield from self._walk(names, node, here + "/")

    # ------------------------------------------------------------------------------------------------------- replaying

    def _moment(self) -> _Moment:
        files = {node: found.copy() for node, found in self._files.items()}
        return _Moment(len(self._changes), dict(self._flushed), files)

    def _do(self, act: Act) -> None:
        if act.verb in {"create", "open", "mkdir", "link", "unlink", "rmdir", "rename"}:
            self._name(act)
        elif act.verb == "flush":
            node = self._handles[act.file]
            if node in self._files:
                self._files[node] = _Bytes(self._files[node].after(lambda _, written: written))
            else:
                self._flushed[node] = len(self._changes)
        else:
            written = None if act.verb == "cut" else act.content
            self._files[self._handles[act.file]].since.append((act.at, written))

    def _name(self, act: Act) -> None:
        folder, name = self._parent(act.path)
        if act.verb == "open":
            self._handles[act.file] = self._find(act.path)
        elif act.verb == "create":
            self._files[self._next] = _Bytes()
            self._handles[act.file] = self._next
            self._change((folder, name, self._fresh()))
        elif act.verb == "mkdir":
            self._live[self._next] = {}
            self._change((folder, name, self._fresh()))
        elif act.verb == "link":
            self._change((*self._parent(act.other), self._find(act.path)))
        elif act.verb == "rename":
            node = self._find(act.path)
            if node in self._files:
                self.whole.add(self._files[node].after(lambda _, written: written))
            self._change((*self._parent(act.other), self._find(act.path)), (folder, name, None))
        else:
            self._change((folder, name, None))

    def _change(self, *names: tuple[Node, str, Node | None]) -> None:
        self._changes.append(_Change(names))
        for folder, name, node in names:
            if node is None:
                del self._live[folder][name]
            else:
                self._live[folder][name] = node

    def _born(self, path: str, content: bytes | None) -> None:
        folder, name = self._parent(path)
        if content is None:
            self._live[self._next] = {}
        else:
            self._files[self._next] = _Bytes(content)
        self._live[folder][name] = self._fresh()

    def _fresh(self) -> Node:
        self._next += 1
        return self._next - 1

    def _parent(self, path: str) -> tuple[Node, str]:
        above, _, name = path.rpartition("/")
        return self._find(above), name

    def _find(self, path: str) -> Node:
        node = 0
        for name in filter(None, path.split("/")):
            node = self._live[node][name]
        return node


def tree_of(world: Path, ignored: tuple[str, ...]) -> dict[str, bytes | None]:
    """Path → content (None for a folder) of everything below a folder but the ignored."""
    found: dict[str, bytes | None] = {}
    for path in sorted(world.rglob("*")):
        inside = path.relative_to(world).as_posix()
        if not inside.startswith(ignored):
            found[inside] = None if path.is_dir() else path.read_bytes()
    return found
