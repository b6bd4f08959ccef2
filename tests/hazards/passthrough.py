"""A file system in user space that passes everything on, with habits: run as `passthrough.py BEHIND MOUNT HABIT...`.

Habits: `nfd` stores names decomposed and finds them in any form; `ignore-case` keeps case but does not heed it;
`no-links`, `no-chmod`, `no-folder-flush` refuse what they name. Blocks are never allocated ahead.
"""

import errno
import os
import stat
import sys
import time
import unicodedata
from pathlib import Path
from typing import Any

import mfusepy  # type: ignore[import-not-found, unused-ignore]


class PassThrough(mfusepy.Operations):  # type: ignore[misc]
    """Operations on the folder behind, as the habits have it."""

    use_ns = True

    def __init__(self, behind: Path, habits: set[str]) -> None:
        self._behind = str(behind)
        self._habits = habits

    def _stored(self, name: str) -> str:
        return unicodedata.normalize("NFD", name) if "nfd" in self._habits else name

    def _key(self, name: str) -> str:
        name = unicodedata.normalize("NFD", name) if "nfd" in self._habits else name
        return name.casefold() if "ignore-case" in self._habits else name

    def _real(self, path: str) -> str:
        """The path behind: each name as it is stored, or as it will be."""
        real = self._behind
        for name in filter(None, path.split("/")):
            wanted = self._stored(name)
            if not os.path.lexists(os.path.join(real, wanted)) and os.path.isdir(real):
                wanted = next((each for each in os.listdir(real) if self._key(each) == self._key(name)), wanted)
            real = os.path.join(real, wanted)
        return real

    def _refuse(self, habit: str, number: int) -> None:
        if habit in self._habits:
            raise mfusepy.FuseOSError(number)

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        found = os.lstat(self._real(path))
        names = ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size", "st_ino")
        told = {name: getattr(found, name) for name in names}
        return {**told, **{f"st_{w}time": getattr(found, f"st_{w}time_ns") for w in "amc"}}

    def readdir(self, path: str, fh: int) -> list[str]:
        return [".", "..", *os.listdir(self._real(path))]

    def access(self, path: str, amode: int) -> int:
        return 0

    def chmod(self, path: str, mode: int) -> int:
        self._refuse("no-chmod", errno.EPERM)
        os.chmod(self._real(path), mode)
        return 0

    def chown(self, path: str, uid: int, gid: int) -> int:
        return 0

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        return os.open(self._real(path), os.O_RDWR | os.O_CREAT, mode)

    def open(self, path: str, flags: int) -> int:
        return os.open(self._real(path), flags & ~os.O_APPEND)

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return os.pread(fh, size, offset)

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        return os.pwrite(fh, data, offset)

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        os.truncate(self._real(path), length)
        return 0

    def flush(self, path: str, fh: int) -> int:
        return 0

    def release(self, path: str, fh: int) -> int:
        os.close(fh)
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        os.fsync(fh)
        return 0

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        self._refuse("no-folder-flush", errno.EINVAL)
        return 0

    def fallocate(self, path: str, mode: int, offset: int, length: int, fh: int) -> int:
        raise mfusepy.FuseOSError(errno.EOPNOTSUPP)

    def mkdir(self, path: str, mode: int) -> int:
        os.mkdir(self._real(path), mode)
        return 0

    def rmdir(self, path: str) -> int:
        os.rmdir(self._real(path))
        return 0

    def unlink(self, path: str) -> int:
        os.unlink(self._real(path))
        return 0

    def link(self, target: str, source: str) -> int:
        self._refuse("no-links", errno.EPERM)
        os.link(self._real(source), self._real(target))
        return 0

    def symlink(self, target: str, source: str) -> int:
        self._refuse("no-links", errno.ENOSYS)
        os.symlink(source, self._real(target))
        return 0

    def readlink(self, path: str) -> str:
        return os.readlink(self._real(path))

    def rename(self, old: str, new: str) -> int:
        source, target = self._real(old), self._real(new)
        if os.path.lexists(target) and os.path.samefile(source, target):  # only the letters change
            target = os.path.join(os.path.dirname(target), self._stored(new.rsplit("/", 1)[-1]))
        os.rename(source, target)
        return 0

    def statfs(self, path: str) -> dict[str, int]:
        found = os.statvfs(self._behind)
        names = ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_frsize", "f_files", "f_ffree", "f_namemax")
        return {name: getattr(found, name) for name in names}

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
        moment = time.time_ns()
        os.utime(self._real(path), ns=times or (moment, moment))
        return 0


if __name__ == "__main__":
    assert stat.S_ISDIR(os.stat(sys.argv[1]).st_mode)
    mfusepy.FUSE(
        PassThrough(Path(sys.argv[1]), set(sys.argv[3:])),
        sys.argv[2],
        foreground=True,
        nothreads=True,
        allow_other=False,
    )
