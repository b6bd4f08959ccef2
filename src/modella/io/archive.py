"""One zip of small files: written whole or not at all, and read without trusting what it says of itself."""

import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from modella.core.backup import LARGEST_ENTRY, MANIFEST, MOST_ENTRIES, SCHEMA, About, Entry, Manifest, What
from modella.core.errors import BadContent, NotFound
from modella.io.disk import disk_errors, read_ordinary, written_whole

_LARGEST_MANIFEST = 1024 * 1024 * 1024
_END = b"PK\x05\x06"
_END_SIZE = 22
_UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError, struct.error)
"""What reading a forged or damaged archive may raise; zipfile's NotImplementedError is a packing it cannot undo."""


class ArchiveWriter:
    """An archive that grows, and remembers what it holds."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names: set[str] = set()
        self.entries: list[Entry] = []

    def take(
        self, path: Path, name: str, what: What, below: str, root: str | None = None, model: str | None = None
    ) -> bool:
        """Takes a small file in under a name; False when there is no such ordinary file, or it is too large.

        A name that is no proper text cannot be written down.
        """
        try:
            name.encode()
            if path.lstat().st_size > LARGEST_ENTRY:
                return False
            content = read_ordinary(path, LARGEST_ENTRY + 1)
            modified = changed_at(path)
        except (OSError, OverflowError, ValueError):
            return False
        if content is None or len(content) > LARGEST_ENTRY or name in self._names:
            return False
        self._names.add(name)
        self._archive.writestr(name, content)
        self.entries.append(
            Entry(
                name=name,
                what=what,
                root=root,
                path=below,
                model=model,
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                modified=modified,
            )
        )
        return True

    def end(self, manifest: Manifest, about: About) -> None:
        """Writes what the archive holds into it."""
        self._archive.writestr(MANIFEST, manifest.model_dump_json(by_alias=True))
        self._archive.comment = about.model_dump_json().encode()


@contextmanager
def new_archive(path: Path) -> Iterator[ArchiveWriter]:
    """An archive that has its name only when it is whole; nobody but its owner may read it."""
    with written_whole(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        yield ArchiveWriter(archive)


class ArchiveReader:
    """An archive somebody gives us. BadContent("not-a-backup") when it is none of ours, or damaged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with disk_errors(path):
                self._archive = zipfile.ZipFile(path)
        except _UNREADABLE as problem:
            raise self._refusal(str(problem)) from None
        try:
            self.manifest = self._read_manifest()
        except BaseException:
            self._archive.close()
            raise

    def read(self, entry: Entry) -> bytes | None:
        """The content of an entry; None when it is not what the manifest says of it."""
        if entry.size > LARGEST_ENTRY:
            return None
        try:
            with self._archive.open(entry.name) as file:
                content = file.read(entry.size + 1)
        except (*_UNREADABLE, KeyError, OSError):
            return None
        is_same = len(content) == entry.size and hashlib.sha256(content).hexdigest() == entry.sha256
        return content if is_same else None

    def _read_manifest(self) -> Manifest:
        try:
            with self._archive.open(MANIFEST) as file:
                content = file.read(_LARGEST_MANIFEST)
            found = Manifest.model_validate_json(content)
        except (*_UNREADABLE, KeyError, OSError, ValidationError):
            raise self._refusal("manifest") from None
        if found.schema_ > SCHEMA or len(found.entries) > MOST_ENTRIES:
            raise self._refusal(f"schema {found.schema_}")
        return found

    def _refusal(self, reason: str) -> BadContent:
        return BadContent("not-a-backup", file=self._path.name, reason=reason[:200])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        self._archive.close()


def open_archive(path: Path) -> ArchiveReader:
    """An archive to read; NotFound("no-such-path") when there is no such file."""
    if not path.is_file():
        raise NotFound("no-such-path", path=str(path))
    return ArchiveReader(path)


def changed_at(path: Path) -> str:
    """When a file was changed last, as records write times."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="milliseconds")


def about(path: Path) -> About | None:
    """What an archive says of itself in its comment; None when it is none of ours. Only its end is read."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _END_SIZE - 65535))
            tail = file.read()
        return About.model_validate(json.loads(tail[tail.rindex(_END) + _END_SIZE :]))
    except (OSError, ValueError, RecursionError):
        return None
