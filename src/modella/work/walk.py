"""Walking through a root: folder by folder, links followed once, loops guarded, what cannot be read told apart."""

import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from modella.core.grouping import DIFFUSERS_INDEX, is_weights
from modella.core.linking import LinkRecord, is_ours
from modella.io.disk import CONTROL, time_of
from modella.io.linked import see

_DEEPEST = 64
_SKIPPED = frozenset(
    {"__pycache__", "node_modules", "blobs", "venv", "site-packages", "$RECYCLE.BIN", "System Volume Information"}
)
_RECALLED = 0x00400000 | 0x00001000
"""Windows: the bytes are fetched when somebody reads them (FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS, _OFFLINE)."""
_DATALESS = 0x40000000
"""macOS: SF_DATALESS."""
_MOST_PARTS = 2000
_NOTHING: Mapping[str, LinkRecord] = {}


@dataclass(frozen=True)
class Entry:
    """One file as the disk tells it: size in bytes, times in nanoseconds, `link` its real path when it is a link."""

    name: str
    size: int
    mtime: int
    inode: int
    device: int
    link: str | None = None
    is_placeholder: bool = False


@dataclass
class Folder:
    """One folder: names of all files in it, and how to look at one. `problem` says why it cannot be listed.

    `whole` marks a diffusers model, whose files lie in folders below and are all named here. `is_closed` is set by
    whoever takes the folder when nobody shall look below it. `unnameable` are entries whose names are no text in any
    encoding that can be written down: they are told and left out.
    """

    path: str
    names: list[str] = field(default_factory=list)
    problem: str | None = None
    whole: bool = False
    is_closed: bool = False
    unnameable: list[str] = field(default_factory=list)
    entries: "dict[str, os.DirEntry[str]]" = field(default_factory=dict)

    def look(self, name: str) -> Entry | None:
        """The file as it is now; None when it is no file, or one that somebody else's listing shows."""
        entry = self.entries.get(name)
        try:
            return _entry(name, entry) if entry else None
        except OSError:
            return None


class Walk:
    """The folders of a root from one of them down; what lies in another root, or was met before, is left out.

    So are `ours`: second places that we have given to files in apps, as long as they are what we made.
    """

    def __init__(self, top: Path, others: Sequence[Path] = (), ours: Mapping[str, LinkRecord] = _NOTHING) -> None:
        self._top, self._ours = top, ours
        self._roots = [top.resolve(), *(other.resolve() for other in others)]
        self._met: set[tuple[int, int]] = set()
        self._linked: set[tuple[int, int]] = set()

    def folders(self, below: str = "") -> Iterator[Folder]:
        """Every folder, the upper ones first; not those below one that whoever takes it has closed."""
        self._pass_through(below)
        waiting = [below]
        while waiting:
            path = waiting.pop()
            folder, inner = self._list(path)
            yield folder
            if path.count("/") < _DEEPEST and not folder.is_closed:
                waiting += [f"{path}/{name}" if path else name for name in sorted(inner, reverse=True)]

    def is_elsewhere(self, entry: Entry) -> bool:
        """Whether a link leads to a file that is listed under its own name, or was met through another link."""
        if entry.link is None:
            return False
        real, key = Path(entry.link), (entry.device, entry.inode)
        listed = is_weights(real.name) and not any(part.startswith(".") or part in _SKIPPED for part in real.parts[1:])
        if key in self._linked or (listed and any(real.is_relative_to(root) for root in self._roots)):
            return True
        self._linked.add(key)
        return False

    def _pass_through(self, below: str) -> None:
        """Remembers the folders on the way to where the walk begins: a link back to one of them is a loop."""
        path = self._top
        for part in Path(below).parts:
            path /= part
            with suppress(OSError):
                told = path.stat()
                self._met.add((told.st_dev, told.st_ino))

    def _list(self, path: str) -> tuple[Folder, list[str]]:
        folder, inner = Folder(path), []
        try:
            with os.scandir(self._top / path if path else self._top) as found:
                for entry in found:
                    if not _is_text(entry.name):
                        folder.unnameable.append(os.fsencode(entry.name).decode("utf-8", "backslashreplace"))
                    elif not _is_folder(entry):
                        made = self._ours.get(entry.path)
                        if made is None or not is_ours(made, see(Path(entry.path))):
                            folder.entries[entry.name] = entry
                    elif self._may_enter(entry):
                        inner.append(entry.name)
        except OSError as problem:
            return Folder(path, problem=problem.strerror or str(problem)), []
        if DIFFUSERS_INDEX in folder.entries:
            self._take_parts(folder, inner)
            inner = []
        folder.names = list(folder.entries)
        return folder, inner

    def _may_enter(self, entry: "os.DirEntry[str]") -> bool:
        """Whether an entry is a folder to look into; one that a link leads to is looked into once, wherever it is."""
        try:
            if is_passed_over(entry.name):
                return False
            if entry.is_symlink() or getattr(entry, "is_junction", bool)():  # Python 3.12 knows junctions
                real = Path(entry.path).resolve()
                if any(real.is_relative_to(root) or root.is_relative_to(real) for root in self._roots):
                    return False
            told = entry.stat()
        except OSError:
            return False
        key = (told.st_dev, told.st_ino)
        if key in self._met and told.st_ino:
            return False
        self._met.add(key)
        return True

    def _take_parts(self, folder: Folder, inner: list[str]) -> None:
        """Names the files of a diffusers model, two floors down at most."""
        folder.whole = True
        waiting = [(name, 1) for name in inner]
        while waiting and len(folder.entries) < _MOST_PARTS:
            name, depth = waiting.pop()
            below = f"{folder.path}/{name}" if folder.path else name
            try:
                with os.scandir(self._top / below) as found:
                    for entry in filter(lambda each: _is_text(each.name), found):
                        inside = f"{name}/{entry.name}"
                        if entry.is_dir(follow_symlinks=False):
                            waiting += [(inside, depth + 1)] if depth < 2 and not entry.name.startswith(".") else []
                        else:
                            folder.entries[inside] = entry
            except OSError:
                continue


def is_passed_over(name: str) -> bool:
    """Whether a folder of this name is never looked into."""
    return name.startswith(".") or name in _SKIPPED or name == CONTROL


def _is_text(name: str) -> bool:
    """Whether a name can be written down: one in an old encoding, from an old archive, cannot."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _entry(name: str, entry: "os.DirEntry[str]") -> Entry | None:
    told = entry.stat()
    if not stat.S_ISREG(told.st_mode):
        return None
    link = os.path.realpath(entry.path) if entry.is_symlink() else None
    attributes, flags = getattr(told, "st_file_attributes", 0), getattr(told, "st_flags", 0)
    is_placeholder = bool(attributes & _RECALLED or flags & _DATALESS)
    inode, device = (told.st_ino, told.st_dev) if sys.platform != "win32" else (0, 0)
    return Entry(
        name,
        told.st_size,
        time_of(told),
        inode & 0x7FFFFFFFFFFFFFFF,
        device & 0x7FFFFFFFFFFFFFFF,
        link,
        is_placeholder,
    )
