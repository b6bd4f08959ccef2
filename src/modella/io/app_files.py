"""Reads the signs by which an app is known, and what its own files say; changes nothing there.

Names count as they are spelled on the disk, so that a drive which does not tell `Models` from `models` gives the same
answer as one that does. Only ordinary files are opened, and only their first megabyte.
"""

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from modella.core.errors import DiskTrouble
from modella.core.mapping import Finding, Sign
from modella.io.disk import disk_errors, read_ordinary

MOST_READ = 1024 * 1024
"""So much of a file is looked at, in bytes."""
LONGEST_LINE = 2_000
_PATIENCE = 2.0
"""So long may one pattern be tried on the lines of one file, in seconds."""
_KEYLESS: dict[str, Any] = {}


class AppFolder:
    """A folder that may be an app's. What was read once is remembered, so it is one moment's look."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._names: dict[PurePosixPath, frozenset[str] | None] = {}
        self._texts: dict[str, str | None] = {}

    def has(self, sign: Sign) -> bool:
        """Whether the sign is there, at any of its paths."""
        return any(self._has_at(path, sign.text) for path in sign.paths)

    def find(self, finding: Finding) -> str | None:
        """What the finding says, None where it says nothing."""
        for path in finding.paths:
            if self._has_at(path, finding.text) and (found := self._said_at(path, finding)):
                return _spelled(found, finding)
        return None

    def check_open(self) -> None:
        """DiskTrouble("folder-unreadable") and the like where the folder cannot be looked into."""
        try:
            with disk_errors(self.path):
                next(self.path.iterdir(), None)
        except DiskTrouble as problem:
            if problem.code != "permission":
                raise
            raise DiskTrouble("folder-unreadable", path=str(self.path)) from problem

    def is_there(self, path: str) -> bool:
        """Whether something lies at this path below the folder, under exactly these names."""
        inner = PurePosixPath(path)
        places = [*reversed(inner.parents)]
        for folder, name in zip(places, inner.parts, strict=True):
            names = self._listed(folder)
            if names is not None and name not in names:
                return False
        return os.path.lexists(self.path / inner)

    def _listed(self, folder: PurePosixPath) -> frozenset[str] | None:
        """Names in a folder; None where they may not be listed, though something in it may yet be opened."""
        if folder not in self._names:
            try:
                self._names[folder] = frozenset(each.name for each in (self.path / folder).iterdir())
            except PermissionError:
                self._names[folder] = None
            except OSError:
                self._names[folder] = frozenset()
        return self._names[folder]

    def _has_at(self, path: str, text: str | None) -> bool:
        return self.is_there(path) and (text is None or text in (self._text(path) or ""))

    def _said_at(self, path: str, finding: Finding) -> str | None:
        if finding.version is not None:
            return finding.version
        text = self._text(path)
        if text is None:
            return None
        return _by_key(text, finding.key) if finding.key is not None else _by_pattern(text, finding.pattern or "")

    def _text(self, path: str) -> str | None:
        if path not in self._texts:
            content = None
            with suppress(OSError):
                content = read_ordinary(self.path / path, MOST_READ)
            self._texts[path] = None if content is None else content.decode("utf-8-sig", "replace")
        return self._texts[path]


def _by_key(text: str, key: str) -> str | None:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    value = (said if isinstance(said, dict) else _KEYLESS).get(key)
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, str) and first.strip() else None


def _by_pattern(text: str, pattern: str) -> str | None:
    wanted = re.compile(pattern)
    deadline = time.monotonic() + _PATIENCE
    for line in _lines(text):
        if found := wanted.search(line):
            return ".".join(group for group in found.groups() if group)
        if time.monotonic() > deadline:
            return None
    return None


def _lines(text: str) -> Iterator[str]:
    return (line[:LONGEST_LINE] for line in text.splitlines())


def _spelled(text: str, finding: Finding) -> str | None:
    """The text with what the file writes otherwise put right; None where it cannot be a path or a version."""
    for written, meant in finding.replace.items():
        text = text.replace(written, meant)
    text = text.strip()
    return text if text and "\0" not in text else None
