"""Looks at places in the folders of apps: what lies there, and where it leads. Reads names only, never contents."""

import errno
import os
import stat
from pathlib import Path

from modella.core.linking import NOTHING, Found


def see(path: Path) -> Found:
    """What lies at a path itself. What cannot be looked at counts as something foreign, so that it is left alone."""
    try:
        told = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return NOTHING
    except OSError as problem:
        if problem.errno == errno.ENAMETOOLONG:
            return NOTHING
        return Found("other", text=os.strerror(problem.errno or 0), loops=problem.errno == errno.ELOOP)
    facts = (told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns, told.st_nlink)
    if stat.S_ISLNK(told.st_mode):
        real, loops = _leads_to(path)
        return Found("link", _read(path), real, *facts, loops)
    if stat.S_ISDIR(told.st_mode):
        return Found("folder", "", os.path.realpath(path), *facts)
    what = "file" if stat.S_ISREG(told.st_mode) else "other"
    return Found(what, "", os.path.realpath(path), *facts)  # type: ignore[arg-type]


def see_content(path: Path) -> Found:
    """What a path leads to in the end, by its real place: for the library's own files."""
    real, loops = _leads_to(path)
    return Found(loops=loops) if real is None else see(Path(real))


def lowest_there(path: Path) -> Path:
    """The path itself or the closest folder above it that is there, links followed; what cannot be asked is not."""
    return next((each for each in (path, *path.parents) if is_there(each)), Path(path.anchor))


def is_there(path: Path) -> bool:
    """Whether something lies at a path, links followed; False as well where that cannot be found out."""
    return os.path.exists(path)  # noqa: PTH110 (Path.exists raises for names that are too long)


def is_folder(path: Path) -> bool:
    """Whether a path leads to a folder; False as well where that cannot be found out."""
    return os.path.isdir(path)  # noqa: PTH112 (Path.is_dir raises for names that are too long)


def _leads_to(path: Path) -> tuple[str | None, bool]:
    """Where a path really is, None when nothing is there; and whether that is because links lead in a circle."""
    try:
        return os.path.realpath(path, strict=True), False
    except OSError as problem:
        return None, problem.errno == errno.ELOOP


def _read(path: Path) -> str:
    """What a symbolic link says; Windows puts a prefix before what is absolute."""
    try:
        return os.readlink(path).removeprefix("\\\\?\\")  # noqa: PTH115 (a Path would tidy the text)
    except OSError:
        return ""
