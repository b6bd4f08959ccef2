"""The one hand that writes, renames, links and deletes.

    <library>/
      .modella/library.json            marker: this folder is a library, with a random id
      .modella/lock, owner.json        who owns the library now
      .modella/incoming/<download>/    state.json, listing.json, <n>.part, <n>.journal.<k>
      .modella/quarantine/<download>/  bytes that failed a check, with reason.json
      .modella/trash/<time>-<id>/      what was deleted or replaced, with manifest.json
      .modella/moves/<id>.json         what is being moved, written down before it is
      .modella/history/<model id>/     earlier versions of metadata.json and overrides.json

Order and durability follow the fault matrix, part 2: temporary name → write → flush → close → rename → flush the
folder; nothing is ever published over a name that exists; nothing is deleted that we did not make.
"""

import ctypes
import errno
import json
import os
import re
import secrets
import shutil
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import psutil

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

from modella.core.errors import Conflict, DiskTrouble, ModellaError, NoSpace, Refused
from modella.core.naming import name_key

CONTROL = ".modella"
HISTORY_KEPT = 10
_FORGET_EVERY = 32 * 1024 * 1024
SCHEMA = 1
"""The latest `schema` of the small files that this program knows."""
_RENAME_NOREPLACE = 1
_AT_FDCWD = -100
_KEEP_SIZE = 1
_NO_FOLDER_FLUSH = {errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES}
_NO_RENAME_FLAG = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}
_FICLONE = 0x40049409
_BLOCK = 8 * 1024 * 1024
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
"""Opening a pipe that nobody writes to is over at once; ordinary files do not heed it."""
RESPELLED = ".respelled"
"""Ends the name that a file has for a moment while only the spelling of its name is changed."""
_NO_REFLINK = {errno.EOPNOTSUPP, errno.ENOTSUP, errno.EXDEV, errno.EINVAL, errno.ENOTTY, errno.ENOSYS, errno.EPERM}
_NO_HARD_LINK = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}
_NO_PRIVILEGE = 1314
"""Windows: this user may not make symbolic links."""

_TEMPORARY = re.compile(r"^\..+\.[0-9a-f]{12}\.tmp$|^\.[0-9a-f]{16}\.part$")
"""Names under which this module writes before it renames."""
_RECORD_UNFINISHED = re.compile(r"^\.(.*\.modella(\.overrides)?|metadata|overrides)\.json\.[0-9a-f]{12}\.tmp$")
"""... a record of ours, in folders that others write to as well."""

_MEANING: dict[int, tuple[type[ModellaError], str]] = {
    errno.ENOSPC: (NoSpace, "no-space"),
    errno.EDQUOT: (NoSpace, "quota"),
    errno.EFBIG: (NoSpace, "file-too-large"),
    errno.EIO: (DiskTrouble, "disk-error"),
    errno.EROFS: (DiskTrouble, "read-only"),
    errno.EACCES: (DiskTrouble, "permission"),
    errno.EPERM: (DiskTrouble, "permission"),
    errno.ENAMETOOLONG: (DiskTrouble, "name-too-long"),
    errno.EMFILE: (DiskTrouble, "too-many-open-files"),
    errno.ENFILE: (DiskTrouble, "too-many-open-files"),
    errno.ESTALE: (DiskTrouble, "root-offline"),
    errno.ENODEV: (DiskTrouble, "root-offline"),
    errno.ENXIO: (DiskTrouble, "root-offline"),
    errno.ENOTCONN: (DiskTrouble, "root-offline"),
    errno.EBUSY: (DiskTrouble, "disk-busy"),
    errno.ETXTBSY: (DiskTrouble, "disk-busy"),
}


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turns an OSError into an error of the family, with the path that it concerns."""
    try:
        yield
    except OSError as problem:
        branch, code = _MEANING.get(problem.errno or 0, (DiskTrouble, "disk-error"))
        raise branch(code, path=str(path), errno=problem.errno, reason=os.strerror(problem.errno or 0)) from problem


# ---------------------------------------------------------------------------------------------------- small files


def write_atomic(path: Path, content: bytes, *, private: bool = False, keep_mode: bool = False) -> None:
    """Gives a small file of ours new content, whole or not at all, durable when this returns.

    Also used to replace: only ever called for files that are ours. With `private`, nobody but its owner can read it,
    not even for the moment before it has its name. With `keep_mode`, the same people can read and write it as before.
    """
    with disk_errors(path):
        temporary = path.with_name(f".{path.name[:80]}.{secrets.token_hex(6)}.tmp")
        mode = stat.S_IMODE(path.stat().st_mode) if keep_mode and path.exists() else 0o644
        try:
            _write_new(temporary, content, 0o600 if private or keep_mode else mode)
            if keep_mode:
                temporary.chmod(mode)
            os.replace(temporary, path)  # noqa: PTH105 (kept visible: this is the moment of truth)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        flush_folder(path.parent)


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A large file of ours to write into: it has its name once everything is written and flushed, or never.

    Nobody but its owner can read it. Conflict("name-taken") when the name exists.
    """
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    with disk_errors(path):
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | getattr(os, "O_BINARY", 0)
        try:
            with os.fdopen(os.open(temporary, flags, 0o600), "w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _rename_new(temporary, path)
        except FileExistsError:
            temporary.unlink(missing_ok=True)
            raise Conflict("name-taken", path=str(path)) from None
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        flush_folder(path.parent)


def write_json(path: Path, value: Any) -> None:
    """write_atomic for JSON that people may read."""
    write_atomic(path, (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode())


def read_json(path: Path) -> Any:
    """The JSON in a file, None when there is no such file.

    ValueError when it cannot be parsed, is empty, or is no ordinary file: a pipe would be waited for without end.
    """
    try:
        content = read_ordinary(path)
    except FileNotFoundError:
        return None
    except OSError as problem:
        branch, code = _MEANING.get(problem.errno or 0, (DiskTrouble, "disk-error"))
        raise branch(code, path=str(path), reason=problem.strerror) from problem
    if content is None:
        raise ValueError("it is no ordinary file")
    if not content.strip():
        raise ValueError("the file is empty")
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("the file is nested too deeply") from None


def read_ordinary(path: Path, most: int = -1) -> bytes | None:
    """What is in an ordinary file, or its first bytes; None for pipes, devices and folders, which might never end.

    Raises OSError.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_BINARY", 0) | _NO_WAIT
    with os.fdopen(os.open(path, flags), "rb") as file:
        return file.read(most) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None


def time_of(told: os.stat_result) -> int:
    """When a file was last changed, in nanoseconds, as the nearest number that 64 bits hold."""
    return max(-(1 << 63), min(told.st_mtime_ns, (1 << 63) - 1))


def check_not_newer(path: Path) -> None:
    """DiskTrouble("record-newer") for a JSON file of ours whose schema this program does not know yet."""
    try:
        found = read_json(path)
    except ValueError:
        return
    version = found.get("schema", found.get("schema_version")) if isinstance(found, dict) else None
    if isinstance(version, int) and version > SCHEMA:
        raise DiskTrouble("record-newer", path=str(path), version=version, known=SCHEMA)


def read_bytes(path: Path) -> bytes:
    """The whole of a small file."""
    with disk_errors(path):
        return path.read_bytes()


def set_aside(path: Path, stamp: str, companions: Sequence[str] = ()) -> None:
    """Renames a file of ours that cannot be read to `<name>.bad-<stamp>`; it is never replaced by defaults.

    `companions` are endings of files that belong to it and go along, such as the WAL of a database.
    """
    with disk_errors(path):
        for ending in ("", *companions):
            broken = path.with_name(path.name + ending)
            if broken.exists():
                broken.rename(path.with_name(f"{path.name}.bad-{stamp}{ending}"))
        flush_folder(path.parent)


def remove_database(path: Path) -> None:
    """Removes a derived database of ours and its companions: everything in it can be had again."""
    with disk_errors(path):
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)


def make_folders(path: Path) -> None:
    """Makes a folder and what is missing above it, each flushed into its parent."""
    with disk_errors(path):
        missing = [path, *path.parents]
        missing = missing[: next((i for i, each in enumerate(missing) if each.exists()), len(missing))]
        for folder in reversed(missing):
            folder.mkdir(exist_ok=True)
            flush_folder(folder.parent)


def make_private(folder: Path) -> None:
    """Makes a folder that nobody but its owner may look into, where the file system can say so."""
    make_folders(folder)
    with suppress(OSError):
        folder.chmod(0o700)


def flush_folder(folder: Path) -> None:
    """Makes the names in a folder durable where the file system can."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as problem:
        if problem.errno not in _NO_FOLDER_FLUSH:
            raise
    finally:
        os.close(handle)


def _write_new(path: Path, content: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0), mode)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)


# ------------------------------------------------------------------------------------------------------- publishing


def publish(source: Path, target: Path) -> None:
    """Gives a finished file its final name; Conflict("name-taken") when the name exists, whatever it is.

    A new spelling of the name it has, such as other case, is not taken. Both folders are flushed. On another file
    system the bytes are copied, flushed and then published there; the source goes last.
    """
    with disk_errors(target):
        try:
            _move_new(source, target)
        except OSError as problem:
            if problem.errno != errno.EXDEV:
                raise
            _copy_then_publish(source, target)
        flush_folder(target.parent)
        flush_folder(source.parent)


def _move_new(source: Path, target: Path) -> None:
    """Renames without replacing; Conflict("name-taken") when another file has the name."""
    try:
        _rename_new(source, target)
    except FileExistsError:
        if _is_respelling(source, target):
            _respell(source, target)
            return
        # One file under both names: a crash came between making the second and taking away the first.
        if not os.path.samestat(source.lstat(), target.lstat()):
            raise Conflict("name-taken", path=str(target)) from None
        source.unlink()


def _is_respelling(source: Path, target: Path) -> bool:
    """Whether both names stand for the one entry there is, where the file system takes them for the same."""
    key = name_key(target.name)
    if source.parent != target.parent or name_key(source.name) != key:
        return False
    return sum(1 for each in target.parent.iterdir() if name_key(each.name) == key) == 1


def rename_new(source: Path, target: Path) -> bool:
    """Gives a file a name that is free, durable when this returns; False when that is on another file system.

    A link is renamed itself. A name that differs only in the spelling of its letters is given by way of a third one.
    Conflict("name-taken") when the name exists.
    """
    with disk_errors(target):
        try:
            _move_new(source, target)
        except OSError as problem:
            if problem.errno == errno.EXDEV:
                return False
            raise
        flush_folder(target.parent)
        if source.parent != target.parent:
            flush_folder(source.parent)
        return True


def _respell(source: Path, target: Path) -> None:
    """Renames where the file system takes both names for one; undone when the second half fails."""
    between = source.with_name(source.name + RESPELLED)
    _rename_new(source, between)
    try:
        _rename_new(between, target)
    except BaseException:
        _rename_new(between, source)
        raise


def copy_new(
    source: Path,
    target: Path,
    take: Callable[[bytes], None],
    prove: Callable[[Path], None] = lambda _: None,
    by_way_of: Path | None = None,
) -> None:
    """Copies a file to a name that is free: first under another name, flushed and proven, and only then under its own.

    `take` is given every block as it is read; `prove` looks at the flushed copy and raises when it is not what it must
    be. The time of change is copied too. `by_way_of` is that other name, else one that nobody can guess.
    Conflict("name-taken") when the name exists.
    """
    with disk_errors(target):
        temporary = by_way_of or target.with_name(f".{secrets.token_hex(8)}.part")
        try:
            _copy_flushed(source, temporary, take)
            prove(temporary)
            _rename_new(temporary, target)
        except FileExistsError:
            temporary.unlink(missing_ok=True)
            raise Conflict("name-taken", path=str(target)) from None
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        flush_folder(target.parent)


def _copy_flushed(source: Path, copy: Path, take: Callable[[bytes], None]) -> None:
    reading_flags = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(source, reading_flags), "rb") as reading, copy.open("xb") as writing:
        before = os.fstat(reading.fileno())
        while block := reading.read(_BLOCK):
            take(block)
            writing.write(block)
        writing.flush()
        os.utime(writing.fileno() if os.utime in os.supports_fd else copy, ns=(before.st_atime_ns, before.st_mtime_ns))
        os.fsync(writing.fileno())


def replace_with(path: Path, make: Callable[[Path], bool]) -> bool:
    """Puts something else in the place of a file in one moment; False, and nothing done, when `make` could not.

    `make` is given a free name beside the file and makes there, and proves, what the file shall become.
    """
    with disk_errors(path):
        temporary = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            if not make(temporary):
                return False
            os.replace(temporary, path)  # noqa: PTH105 (kept visible: this is the moment of truth)
        finally:
            temporary.unlink(missing_ok=True)
        flush_folder(path.parent)
        return True


def reflink(existing: Path, target: Path) -> bool:
    """Makes a file that shares its blocks with another until one of them is written; False where that is impossible."""
    if sys.platform != "linux":
        return False
    with disk_errors(target), existing.open("rb") as reading, target.open("xb") as writing:
        try:
            fcntl.ioctl(writing.fileno(), _FICLONE, reading.fileno())
        except OSError as problem:
            if problem.errno in _NO_REFLINK:
                return False
            raise
        os.fsync(writing.fileno())
    return True


def unlink_unchanged(path: Path, size: int, modified: int, *, flush: bool = True) -> bool:
    """Removes one file, or one link itself, that is as it was seen; False when it is another one now.

    What is not there counts as removed. Never a folder. Who removes many flushes their folder once.
    """
    with disk_errors(path):
        try:
            told = path.lstat()
        except FileNotFoundError:
            return True
        if stat.S_ISDIR(told.st_mode) or (told.st_size, told.st_mtime_ns) != (size, modified):
            return False
        path.unlink()
        if flush:
            flush_folder(path.parent)
        return True


def _rename_new(source: Path, target: Path) -> None:
    """Renames without replacing: by the system's flag, else by hard link, else by a look under our lock."""
    if sys.platform == "win32":
        source.rename(target)
        return
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if hasattr(libc, "renameat2"):
            done = libc.renameat2(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), _RENAME_NOREPLACE)
            if done == 0:
                return
            if ctypes.get_errno() not in _NO_RENAME_FLAG:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(target))
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as problem:
        if problem.errno not in _NO_HARD_LINK:
            raise
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "exists", str(target)) from None
        source.rename(target)
        return
    source.unlink()


def _copy_then_publish(source: Path, target: Path) -> None:
    temporary = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with source.open("rb") as reading, temporary.open("xb") as writing:
            shutil.copyfileobj(reading, writing, 8 * 1024 * 1024)
            writing.flush()
            os.fsync(writing.fileno())
        _rename_new(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    source.unlink()


def write_new(path: Path, content: bytes) -> bool:
    """Writes a file under a name that is free, whole and durable; False when other content has the name.

    The same content under the name counts as written, so that a step may be done again after a crash.
    """
    with disk_errors(path):
        if os.path.lexists(path):
            return is_regular(path) and path.stat().st_size == len(content) and path.read_bytes() == content
        temporary = path.with_name(f".{path.name[:80]}.{secrets.token_hex(6)}.tmp")
        try:
            _write_new(temporary, content, 0o644)
            _rename_new(temporary, path)
        except FileExistsError:
            temporary.unlink(missing_ok=True)
            return False
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        flush_folder(path.parent)
        return True


def lay_out(folder: Path, files: Mapping[str, bytes | Path]) -> None:
    """Makes a folder with files that can be made again at any time: nothing is flushed, and what is there is replaced.

    A path instead of bytes stands for a file whose bytes are shared by a hard link, or copied where there is none.
    """
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            target = folder / name
            target.unlink(missing_ok=True)
            if isinstance(content, bytes):
                target.write_bytes(content)
                continue
            try:
                os.link(content, target)
            except OSError:
                target.write_bytes(content.read_bytes())


def remove_own(path: Path, size: int) -> bool:
    """Removes an ordinary file that we wrote, when it still has the size it was written with; whether it is gone."""
    with disk_errors(path):
        if not is_regular(path) or path.stat().st_size != size:
            return False
        path.unlink()
    flush_folder(path.parent)
    return True


def hard_link(existing: Path, target: Path) -> bool:
    """Makes a second name for the same bytes; False where the file system cannot."""
    with disk_errors(target):
        try:
            os.link(existing, target)
        except FileExistsError:
            raise Conflict("name-taken", path=str(target)) from None
        except OSError as problem:
            if problem.errno in _NO_HARD_LINK | {errno.EXDEV}:
                return False
            raise
        flush_folder(target.parent)
        return True


def hard_link_over(existing: Path, target: Path) -> bool:
    """Makes a name of ours, taken or not, a second name of a file; False, and nothing is changed, where that fails."""
    if same_file(existing, target):
        return True
    beside = target.with_name(f"{target.name}.{secrets.token_hex(4)}.tmp")
    if not hard_link(existing, beside):
        return False
    with disk_errors(target):
        beside.replace(target)
    flush_folder(target.parent)
    return True


def symbolic_link(text: str, place: Path, *, to_folder: bool = False) -> bool:
    """Makes a symbolic link that says `text`, under a name that is free; False where links cannot be made.

    Conflict("name-taken") when something has the name. Not flushed: `flush_folder` does that once for many.
    """
    with disk_errors(place):
        try:
            place.symlink_to(text, target_is_directory=to_folder)
        except FileExistsError:
            raise Conflict("name-taken", path=str(place)) from None
        except OSError as problem:
            if problem.errno in _NO_HARD_LINK or getattr(problem, "winerror", 0) == _NO_PRIVILEGE:
                return False
            raise
        return True


def clone_new(existing: Path, place: Path, by_way_of: Path | None = None) -> bool:
    """Gives a file a second place that shares its blocks, whole or not at all; False where that is impossible.

    Conflict("name-taken") when something has the name. The time of change is that of the file. `by_way_of` is the name
    that it has until it is whole, else one that nobody can guess.
    """
    with disk_errors(place):
        temporary = by_way_of or place.with_name(f".{secrets.token_hex(8)}.part")
        try:
            if not reflink(existing, temporary):
                return False
            told = existing.stat()
            os.utime(temporary, ns=(told.st_atime_ns, told.st_mtime_ns))
            _rename_new(temporary, place)
        except FileExistsError:
            raise Conflict("name-taken", path=str(place)) from None
        finally:
            temporary.unlink(missing_ok=True)
        flush_folder(place.parent)
        return True


def remove_part(path: Path) -> None:
    """Removes what a death has left of a copy, under the name that was written down for it; other names are refused."""
    if _TEMPORARY.match(path.name) and is_regular(path):
        with disk_errors(path):
            path.unlink(missing_ok=True)


def can_link(folder: Path, existing: Path | None = None) -> tuple[bool, bool]:
    """Whether symbolic links, and clones of a file, can be made in a folder: found out by making one of each.

    DiskTrouble when nothing can be made there at all.
    """
    probe = folder / f".{secrets.token_hex(8)}.part"
    with disk_errors(folder):
        probe.touch(exist_ok=False)
        probe.unlink()
        try:
            symbolic = symbolic_link("nowhere", probe)
            probe.unlink(missing_ok=True)
            shares = (
                existing is not None and existing.stat().st_dev == folder.stat().st_dev and reflink(existing, probe)
            )
        finally:
            probe.unlink(missing_ok=True)
        return symbolic, shares


def remove_made_folders(folders: Iterable[Path]) -> list[Path]:
    """Removes folders in which nothing is left, the innermost first; the ones that are gone now."""
    gone = []
    for folder in sorted(folders, key=lambda each: len(each.parts), reverse=True):
        try:
            if not folder.is_symlink():
                folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError:
            continue
        gone.append(folder)
    return gone


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths are one file (device and inode)."""
    try:
        a, b = one.stat(), other.stat()
    except OSError:
        return False
    return (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino)


# ------------------------------------------------------------------------------------------------------------ parts


class PartFile:
    """A file being fetched, written at offsets from several threads; and its journal of what was written.

    The journal is plain appended text, one `start end` a line, never flushed: it survives the death of the process,
    not of the machine, and is trusted only under the boot that wrote it. Each checkpoint begins a new journal; the
    old one goes once the record of the checkpoint is durable.
    """

    def __init__(self, path: Path, *, only_read: bool = False) -> None:
        self.path = path
        with disk_errors(path):
            access = os.O_RDONLY | _NO_WAIT if only_read else os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
            flags = access | os.O_CLOEXEC | getattr(os, "O_BINARY", 0)
            self._handle = os.open(path, flags, 0o644)
        self._forgotten = 0
        self._journal: int | None = None
        self._journal_lock = threading.Lock()

    def write(self, offset: int, content: bytes) -> None:
        """Writes all bytes at the offset, then says so in the journal."""
        with disk_errors(self.path):
            view, at = memoryview(content), offset
            while view:
                written = os.pwrite(self._handle, view, at)
                view, at = view[written:], at + written
            with self._journal_lock:
                if self._journal is not None:
                    os.write(self._journal, b"%d %d\n" % (offset, at))

    def read(self, offset: int, size: int) -> bytes:
        """Bytes as they are in the file now; fewer at its end."""
        with disk_errors(self.path):
            return os.pread(self._handle, size, offset)

    def read_once(self) -> None:
        """Tells the system that the file will be read from its start to its end."""
        self._advise("POSIX_FADV_SEQUENTIAL", 0, 0)

    def forget(self, end: int) -> None:
        """Tells the system that nobody needs the bytes before an offset in memory, every few megabytes."""
        if end - self._forgotten >= _FORGET_EVERY:
            self._advise("POSIX_FADV_DONTNEED", self._forgotten, end - self._forgotten)
            self._forgotten = end

    def fingerprint(self) -> tuple[int, int]:
        """Size, and time of the last change in nanoseconds."""
        told = os.fstat(self._handle)
        return told.st_size, time_of(told)

    def _advise(self, name: str, start: int, size: int) -> None:
        advice = getattr(os, name, None)
        if advice is not None:
            with suppress(OSError):
                os.posix_fadvise(self._handle, start, size, advice)

    def flush(self) -> None:
        """Makes the written bytes durable. When this raises, nothing since the last flush may be believed."""
        try:
            os.fdatasync(self._handle) if hasattr(os, "fdatasync") else os.fsync(self._handle)
        except OSError as problem:
            branch, code = _MEANING.get(problem.errno or 0, (DiskTrouble, "flush-failed"))
            code = "flush-failed" if code == "disk-error" else code
            raise branch(code, path=str(self.path), errno=problem.errno, reason=problem.strerror) from problem

    def reserve(self, size: int) -> None:
        """Asks the file system for the blocks without changing the length, where it can."""
        if sys.platform != "linux" or size <= 0:
            return
        libc = ctypes.CDLL(None, use_errno=True)
        done = libc.fallocate64(self._handle, _KEEP_SIZE, ctypes.c_int64(0), ctypes.c_int64(size))
        if done and ctypes.get_errno() in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            with disk_errors(self.path):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(self.path))

    def cut(self, size: int) -> None:
        """Cuts the file to a length."""
        with disk_errors(self.path):
            os.ftruncate(self._handle, size)

    def begin_journal(self, number: int) -> None:
        """Opens the journal of the next checkpoint; writes from now on are told there."""
        with disk_errors(self.path):
            fresh = os.open(self.journal_path(number), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        with self._journal_lock:
            old, self._journal = self._journal, fresh
            if old is not None:
                os.close(old)

    def drop_journals(self, before: int) -> None:
        """Removes journals that a durable record has made needless."""
        for number, path in self._journals():
            if number < before:
                path.unlink(missing_ok=True)

    def journalled(self) -> list[tuple[int, int]]:
        """The ranges that all journals tell of; a torn last line is left out."""
        found: list[tuple[int, int]] = []
        for _, path in self._journals():
            for line in path.read_bytes().split(b"\n")[:-1]:
                start, _, end = line.partition(b" ")
                if start.isdigit() and end.isdigit():
                    found.append((int(start), int(end)))
        return found

    def journal_path(self, number: int) -> Path:
        """Where the journal with this number lies."""
        return self.path.with_name(f"{self.path.stem}.journal.{number}")

    @property
    def length(self) -> int:
        """The length of the file: never evidence of progress."""
        return os.fstat(self._handle).st_size

    def close(self) -> None:
        """Lets go of the file."""
        os.close(self._handle)
        with self._journal_lock:
            if self._journal is not None:
                os.close(self._journal)
                self._journal = None

    def _journals(self) -> list[tuple[int, Path]]:
        found = self.path.parent.glob(f"{self.path.stem}.journal.*")
        return sorted((int(p.suffix[1:]), p) for p in found if p.suffix[1:].isdigit())


def boot_id() -> str:
    """Names the machine's run since it was started: what a dead process wrote is still there under the same one."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return f"boot-{psutil.boot_time():.0f}"


def free_space(path: Path) -> int:
    """Bytes that this user may still write to the file system of the path."""
    with disk_errors(path):
        return shutil.disk_usage(path).free if sys.platform == "win32" else _available(path)


def _available(path: Path) -> int:
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


def file_system_of(path: Path) -> str:
    """The type of the file system a path lies on, such as `ext4` or `nfs4`; empty where nobody can tell."""
    best, found = "", ""
    for part in psutil.disk_partitions(all=True):
        if len(part.mountpoint) > len(best) and (path == Path(part.mountpoint) or path.is_relative_to(part.mountpoint)):
            best, found = part.mountpoint, part.fstype
    return found.lower()


def total_space(path: Path) -> int:
    """Bytes of the whole file system of the path."""
    with disk_errors(path):
        return shutil.disk_usage(path).total


def volume_of(path: Path) -> Path:
    """The top of the file system that a path lies on."""
    with disk_errors(path):
        real = path.resolve()
        device = real.stat().st_dev
        while real.parent != real and real.parent.stat().st_dev == device:
            real = real.parent
        return real


# ---------------------------------------------------------------------------------------------------------- library


@dataclass(frozen=True)
class Library:
    """The folders of one library root, and what is done to them."""

    root: Path

    @property
    def control(self) -> Path:
        """The hidden folder that belongs to us."""
        return self.root / CONTROL

    @property
    def incoming(self) -> Path:
        """Where downloads grow."""
        return self.control / "incoming"

    @property
    def moves(self) -> Path:
        """Where it is written down what is being moved."""
        return self.control / "moves"

    def staging(self, download: str) -> Path:
        """The folder of one download."""
        return self.incoming / download

    def upload(self, entry: str) -> Path:
        """The folder of one file that is being sent to us."""
        return self.incoming / ".uploads" / entry

    def uploads(self) -> list[Path]:
        """The folders of all of them; links are none."""
        folder = self.incoming / ".uploads"
        entries = sorted(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []
        return [entry for entry in entries if entry.is_dir() and not entry.is_symlink()]

    def drop_upload(self, entry: str) -> None:
        """Removes a file that was sent to us: it has its place, or is not wanted."""
        folder = self.upload(entry)
        if folder not in self.uploads():
            return
        with disk_errors(folder):
            for path in folder.iterdir():
                if is_regular(path):
                    path.unlink(missing_ok=True)
        remove_emptied([folder])

    def quarantine(self, download: str) -> Path:
        """Where bytes of a download go that failed a check."""
        return self.control / "quarantine" / download

    def prepare(self) -> str:
        """Makes the control folder where there is none; the library's id.

        DiskTrouble("record-newer") when a later version has given the library another shape.
        """
        marker = self.control / "library.json"
        known = self._marker(marker)
        if known:
            check_not_newer(marker)
            return known
        for folder in (self.incoming, self.control / "quarantine", self.control / "trash", self.control / "history"):
            make_folders(folder)
        identity = secrets.token_hex(16)
        write_json(marker, {"schema": 1, "id": identity})
        return identity

    @property
    def identity(self) -> str | None:
        """The id in the marker; None when there is no library, or its drive is not connected."""
        return self._marker(self.control / "library.json")

    def check_present(self, identity: str) -> None:
        """DiskTrouble("root-offline") unless this very library is there: an empty mount point is not it."""
        if self.identity != identity:
            raise DiskTrouble("root-offline", path=str(self.root))

    def inside(self, relative: str) -> Path:
        """A path below the root from a relative one; Refused when it, or a link on the way, leads out."""
        path = self.root.joinpath(*PurePosixPath(relative).parts)
        real_root, real = self.root.resolve(), path.resolve()
        if (
            PurePosixPath(relative).is_absolute()
            or ".." in PurePosixPath(relative).parts
            or not real.is_relative_to(real_root)
        ):
            raise Refused("outside-library", path=relative)
        return path

    def keep_history(self, model_id: str, file: Path, stamp: str, kept_as: str = "") -> None:
        """Copies a canonical file to the history before it is overwritten, keeping the newest ten.

        DiskTrouble("record-newer") for a file that a later version wrote: it must not be overwritten.
        """
        if not file.exists():
            return
        check_not_newer(file)
        folder, name = self.control / "history" / model_id, kept_as or file.name
        make_folders(folder)
        write_atomic(folder / f"{stamp}-{name}", file.read_bytes())
        for old in sorted(folder.glob(f"*-{name}"))[:-HISTORY_KEPT]:
            old.unlink(missing_ok=True)

    def set_to_quarantine(self, download: str, reason: dict[str, Any]) -> Path:
        """Moves a download's staging folder to the quarantine, with the reason beside the bytes."""
        target = self.quarantine(download)
        make_folders(target.parent)
        write_json(self.staging(download) / "reason.json", reason)
        with disk_errors(target):
            if not target.exists():
                self.staging(download).rename(target)
            flush_folder(target.parent)
            flush_folder(self.incoming)
        return target

    def sweep(self) -> None:
        """Removes what writes that died have left in the control folder; called by the owner before it begins."""
        folders = (self.control, self.incoming, *self.incoming.glob("*"), *(self.control / "history").glob("*"))
        for folder in (*folders, *(self.control / "thumbs").glob("*"), *(self.control / "trash").glob("*"), self.moves):
            sweep(folder)

    def set_staging_aside(self, download: str) -> None:
        """Keeps a download's folder that cannot be read, out of the way; one with nothing in it goes."""
        with suppress(OSError):
            self.staging(download).rmdir()
            return
        lost = self.incoming / ".lost"
        make_folders(lost)
        with disk_errors(lost):
            self.staging(download).rename(lost / f"{download}-{secrets.token_hex(4)}")

    def drop_staging(self, download: str) -> None:
        """Removes a download's staging folder and the files in it that are of our making."""
        self._drop(self.staging(download))

    def drop_quarantine(self, download: str) -> None:
        """Removes a download's quarantined bytes."""
        self._drop(self.quarantine(download))

    def _drop(self, folder: Path) -> None:
        if not folder.is_dir() or folder.is_symlink():
            return
        with disk_errors(folder):
            # The record last: a crash in between leaves a folder that still says what it is.
            for entry in sorted(folder.iterdir(), key=lambda entry: entry.name == "state.json"):
                ours = entry.name in {"state.json", "listing.json", "reason.json"} or ".journal." in entry.name
                if ours or entry.suffix in {".part", ".tmp", ".preview"}:
                    entry.unlink(missing_ok=True)
            remove_if_empty(folder, folder.parent)

    def _marker(self, path: Path) -> str | None:
        try:
            found = read_json(path)
        except ValueError:
            return None
        return str(found["id"]) if isinstance(found, dict) and found.get("id") else None


def _flush_all(folders: Iterable[Path]) -> None:
    """Flushes each folder, or of one that is gone the one above it that is still there."""
    for folder in {next(found for found in (path, *path.parents) if found.is_dir()) for path in folders}:
        flush_folder(folder)


def sweep(folder: Path, older_than: float = 0.0) -> None:
    """Removes temporary files that a write of ours left in a folder when its process died.

    Where other processes of ours write too, only those that were last written so many seconds ago.
    """
    if not folder.is_dir():
        return
    latest = time.time() - older_than if older_than else float("inf")
    with disk_errors(folder):
        for entry in folder.iterdir():
            if _TEMPORARY.match(entry.name) and is_regular(entry) and entry.stat().st_mtime < latest:
                entry.unlink(missing_ok=True)


def remove_file(path: Path) -> None:
    """Removes a small file of our own making, durable when this returns."""
    with disk_errors(path):
        path.unlink(missing_ok=True)
        flush_folder(path.parent)


def remove_emptied(folders: Iterable[Path]) -> None:
    """Removes those folders that are empty, the inner ones first; durable when this returns."""
    ordered = sorted(set(folders), key=lambda each: len(each.parts), reverse=True)
    for folder in ordered:
        with suppress(OSError):
            folder.rmdir()
    if ordered:
        with disk_errors(ordered[-1]):
            _flush_all(each.parent for each in ordered)


def sweep_dead(folder: Path, names: Iterable[str], before: float) -> None:
    """Removes what a write of one of our records left in a folder when its process died.

    `before` is when this process began, as a time stamp: what is younger, this process may be writing just now.
    """
    for name in names:
        path = folder / name
        if _RECORD_UNFINISHED.match(name) and is_regular(path):
            with suppress(OSError):
                if path.stat().st_mtime < before:
                    path.unlink()


def remove_if_empty(folder: Path, root: Path) -> None:
    """Removes a folder and the ones above it that have become empty, never the root itself."""
    while folder != root and folder.is_relative_to(root):
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


# ------------------------------------------------------------------------------------------------------------- lock


class Ownership:
    """The lock on a library: held by one process at a time, beside a record that says who it is."""

    def __init__(self, library: Library) -> None:
        self._record = library.control / "owner.json"
        self._path = library.control / "lock"
        self._handle: int | None = None
        self.after_power_cut = False
        """Whether the last owner ended with the machine: what was not flushed may be gone."""

    def take(self, owner: dict[str, Any]) -> None:
        """Becomes the owner; Conflict("library-in-use") with the present owner's record when there is one."""
        with disk_errors(self._path):
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
            handle = os.open(self._path, flags, 0o600)
            if not _lock(handle):
                os.close(handle)
                raise Conflict("library-in-use", **(self.owner() or {})) from None
        self._handle = handle
        died = self.owner()
        self.after_power_cut = died is not None and died.get("boot") != boot_id()
        self.tell(owner)

    def tell(self, owner: dict[str, Any]) -> None:
        """Writes who the owner is, and where it can be reached."""
        write_json(self._record, {**owner, "pid": os.getpid(), "boot": boot_id()})

    def owner(self) -> dict[str, Any] | None:
        """The record of the owner, as it was last written; it may be gone since."""
        try:
            found = read_json(self._record)
        except (ValueError, ModellaError):
            return None
        return found if isinstance(found, dict) else None

    def is_held(self) -> bool:
        """Whether some process holds the lock now."""
        if not self._path.exists():
            return False
        handle = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            return not _lock(handle)
        finally:
            os.close(handle)

    def release(self) -> None:
        """Lets go; the lock file itself is never deleted."""
        if self._handle is not None:
            self._record.unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = None


def _lock(handle: int) -> bool:
    """Takes the system's lock on an open file, let go of when the process ends; False when another has it."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_writable(folder: Path) -> bool:
    """Whether a file can be made in a folder, found out by making one."""
    probe = folder / f".{secrets.token_hex(6)}.tmp"
    try:
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError:
        return False
    return True


def is_regular(path: Path) -> bool:
    """Whether the path itself, not what it may link to, is an ordinary file."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
