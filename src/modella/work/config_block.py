"""Telling an app by its own configuration: the block is planned, written beside a copy of the file, and undone."""

import stat
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

from modella.core.config_block import block_of, has_block, pure_folders, with_block
from modella.core.errors import DiskTrouble
from modella.core.linking import Wanted
from modella.io.disk import read_ordinary, remove_file, write_atomic, write_new
from modella.work.apps import MappedApp
from modella.work.hands import Hands
from modella.work.records import folder_of
from modella.work.roots import roots

_LARGEST = 1024 * 1024
_BACKUP = ".before-modella"
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class ConfigChange(BaseModel):
    """What becomes of a configuration file: its text before and after, None before where there was no file.

    `folders` are those that the app is told, by its own categories; `mixed` are files that share their folder with
    files of other kinds, and cannot be told this way.
    """

    file: str
    before: str | None
    after: str
    folders: dict[str, list[str]]
    mixed: list[str]

    @property
    def changes(self) -> bool:
        """Whether the file would be another one."""
        return self.after != (self.before or "")


def plan_block(hands: Hands, found: MappedApp, wanted: Sequence[Wanted]) -> ConfigChange:
    """The block for these files. DiskTrouble("config-unreadable") when the file is not one that we may write to."""
    path = _file(found)
    tops = [root.path for root in roots(hands)]
    by_category: dict[str, list[str]] = {}
    for each in wanted:
        by_category.setdefault(each.category, []).append(each.source)
    library = str(hands.library.root)
    folders, mixed = pure_folders(by_category, _every_file(hands), tops, library)
    before = _text(path)
    block = block_of(folders, library) if folders else ""
    return ConfigChange(
        file=str(path),
        before=before,
        after=_placed(path, before or "", block),
        folders=folders,
        mixed=mixed,
    )


def apply_block(found: MappedApp, change: ConfigChange) -> None:
    """Writes the file; the first time a copy of what was there is kept beside it."""
    path = _file(found)
    if _text(path) != change.before:
        raise DiskTrouble("config-unreadable", path=str(path), reason="it was changed meanwhile")
    if change.before is not None:
        write_new(path.with_name(path.name + _BACKUP), change.before.encode())
    _write(path, change.after)


def plan_no_block(found: MappedApp) -> ConfigChange | None:
    """What becomes of the file of an app that gets links now: our block goes. None where there is none to be read."""
    try:
        told = _without_block(found)
    except DiskTrouble:
        return None
    if told is None:
        return None
    path, before, after = told
    return ConfigChange(file=str(path), before=before, after=after, folders={}, mixed=[])


def drop_block(found: MappedApp) -> bool:
    """Takes our block out again, and the file with it where there was none before; whether there was a block.

    DiskTrouble("config-unreadable") where there may be one and it cannot be told from the rest.
    """
    try:
        told = _without_block(found)
    except DiskTrouble:
        if found.app.way == "config":
            raise
        return False
    if told is None:
        return False
    path, _, rest = told
    _write(path, rest)
    return True


def _without_block(found: MappedApp) -> tuple[Path, str, str] | None:
    """The file, its text, and its text without our block; None where no block of ours is in it."""
    if found.mapping.config_block is None:
        return None
    path = _file(found)
    text = _text(path)
    return None if text is None or not has_block(text) else (path, text, _placed(path, text, ""))


def _write(path: Path, text: str) -> None:
    """Writes the file, with the rights that it had; one that is empty, and was not there before us, goes.

    DiskTrouble("permission") for one that nobody may write to: somebody wants it to stay as it is.
    """
    if path.exists() and not path.stat().st_mode & _WRITABLE:
        raise DiskTrouble("permission", path=str(path), reason="it is write-protected")
    if not text.strip() and not path.with_name(path.name + _BACKUP).exists():
        remove_file(path)
        return
    write_atomic(path, text.encode(), keep_mode=True)


def _placed(path: Path, text: str, block: str) -> str:
    try:
        return with_block(text, block)
    except DiskTrouble as problem:
        raise DiskTrouble(problem.code, path=str(path), reason=problem.facts["reason"]) from problem


def _file(found: MappedApp) -> Path:
    block = found.mapping.config_block
    if block is None:
        raise DiskTrouble("config-unreadable", path=found.app.path, reason="this app has no such file")
    return found.at(block.file)


def _text(path: Path) -> str | None:
    if path.is_symlink():
        raise DiskTrouble("config-unreadable", path=str(path), reason="it is a link")
    try:
        content = read_ordinary(path, _LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise DiskTrouble("config-unreadable", path=str(path), reason=str(problem.strerror)) from problem
    if content is None:
        raise DiskTrouble("config-unreadable", path=str(path), reason="it is no ordinary file")
    if len(content) > _LARGEST:
        raise DiskTrouble("config-unreadable", path=str(path), reason="it is too large")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise DiskTrouble("config-unreadable", path=str(path), reason="it is not UTF-8") from problem


def _every_file(hands: Hands) -> list[str]:
    """Every model file of the library, wherever its root is."""
    tops = {root.id: root for root in roots(hands)}
    found = []
    for record in hands.index.every():
        if (root := tops.get(str(record["root"]))) is not None:
            folder = folder_of(root, str(record["place"]), record.get("home", "placed"))
            found += [str(folder / str(file["name"])) for file in record["files"]]
    return found
