"""Which files belong to a model on the disk as it is now: what is trashed, moved and shown before either is done.

Its own files, its whole family of sidecars and previews, and our records. What another model shares, and what nobody
knows, is left where it is. Nothing is reached through a link.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from modella.core.errors import Refused
from modella.core.grouping import DIFFUSERS_INDEX, group
from modella.core.naming import is_inner, name_key
from modella.core.root import Root
from modella.core.sidecars.families import families
from modella.io.disk import is_regular
from modella.work.hands import Hands
from modella.work.records import Home, canonical_files, folder_of, read_json_or_none
from modella.work.roots import root_of

CANONICAL = ("metadata.json", "overrides.json")
_WITH_A_DIFFUSERS_MODEL = frozenset({".json", ".md", ".txt", ".png", ".jpg", ".jpeg", ".webp", ".gitattributes", ""})


@dataclass
class Belongings:
    """The files of one model: `names` are relative to `folder`, those that hold weights first.

    `records` are our canonical files that lie in the library instead of beside the file. `is_own` tells that the
    folder is the model's own, so that it goes when it is empty.
    """

    root: Root
    place: str
    home: Home
    folder: Path
    names: list[str]
    main: list[str]
    records: list[Path] = field(default_factory=list)
    is_own: bool = False

    @property
    def paths(self) -> list[Path]:
        """Where the files lie."""
        return [self.folder / PurePosixPath(name) for name in self.names]

    @property
    def size(self) -> int:
        """Bytes of all of them; a link counts as itself."""
        return sum(path.lstat().st_size for path in [*self.paths, *self.records] if os.path.lexists(path))


def belongings(hands: Hands, known: dict[str, Any]) -> Belongings:
    """What belongs to a model of the index. Refused("is-a-link") when its folder is reached through a link."""
    root, place, home = root_of(hands, str(known["root"])), str(known["place"]), known["home"]
    folder = folder_of(root, place, home)
    check_no_link(Path(root.path), folder)
    told = [str(file["name"]) for file in known.get("files") or []]
    is_own = home == "placed" or folder == Path(root.path) / PurePosixPath(place)
    if home == "placed":
        names = _placed(folder, told, known)
    else:
        names = _whole(folder, told) if is_own else _adopted(folder, PurePosixPath(place).name, told)
    beside = {folder / name for name in names}
    records = [path for path in canonical_files(hands, root, place, home) if path.is_file() and path not in beside]
    return Belongings(root, place, home, folder, names, [name for name in told if name in names], records, is_own)


def own_folders(root: Root, folder: Path, inner: Iterable[Path]) -> set[Path]:
    """The folders that go with a model when they are empty: its own, those in it, and in the library its rule's."""
    found = {each for each in inner if each.is_relative_to(folder)} | {folder}
    top = Path(root.path)
    return found | {each for each in folder.parents if root.is_library and each != top and each.is_relative_to(top)}


def check_no_link(top: Path, path: Path) -> None:
    """Refused("is-a-link") when a folder between a root and a path is a link: nothing is changed through one."""
    for folder in [path, *path.parents]:
        if folder == top or not folder.is_relative_to(top):
            return
        if folder.is_symlink():
            raise Refused("is-a-link", path=str(folder))


def _placed(folder: Path, told: list[str], known: dict[str, Any]) -> list[str]:
    names = _names_in(folder)
    previews = [str(each["file"]) for each in known.get("previews") or [] if each.get("file")]
    mains = [name for name in told if "/" not in name]
    family = families([name for name in names if name not in CANONICAL], mains)
    more = [name for each in family.values() for name in each.all]
    return _there(folder, [*told, *previews, *more, *CANONICAL])


def _adopted(folder: Path, main: str, told: list[str]) -> list[str]:
    """The file or its shards, and what is theirs alone: what two models of one stem share stays."""
    names = _names_in(folder)
    mains = [each.main for each in group(names)]
    found = families(names, mains if main in mains else [*mains, main])
    others = {name for other, family in found.items() if other != main for name in family.all}
    shared = {name for name in others if not name.endswith((".modella.json", ".modella.overrides.json"))}
    mine = [name for name in found[main].all if name not in shared and _is_for(folder / name, main, others)]
    return _there(folder, [*(told or [main]), *mine])


def _is_for(path: Path, main: str, others: set[str]) -> bool:
    """Whether a record of ours that two models may claim is of this one."""
    if path.name not in others:
        return True
    stem = path.name.removesuffix(".modella.overrides.json").removesuffix(".modella.json")
    told = read_json_or_none(path.with_name(f"{stem}.modella.json"))
    return isinstance(told, dict) and told.get("file") == main


def _whole(folder: Path, told: list[str]) -> list[str]:
    """A diffusers model: everything in the folders of its parts, and the papers beside its index."""
    index = read_json_or_none(folder / DIFFUSERS_INDEX)
    parts = {name.partition("/")[0] for name in told if "/" in name}
    parts |= (
        {name for name, value in (index or {}).items() if isinstance(value, list)} if isinstance(index, dict) else set()
    )
    papers = [
        name
        for name in _names_in(folder)
        if PurePosixPath(name).suffix.lower() in _WITH_A_DIFFUSERS_MODEL or name.endswith(".modella.json")
    ]
    inner = [name for part in sorted(parts) if is_inner(part) for name in _below(folder, part)]
    return _there(folder, [*told, *papers, *inner])


def _below(folder: Path, part: str) -> Iterator[str]:
    if (folder / part).is_symlink():
        return
    for top, _, names in os.walk(folder / part):
        yield from ((Path(top) / name).relative_to(folder).as_posix() for name in sorted(names))


def _names_in(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if not entry.is_dir(follow_symlinks=False))
    except FileNotFoundError:
        return []


def _there(folder: Path, names: list[str]) -> list[str]:
    """Those names that are files or links below the folder, each once, none of them reached through a link."""
    found: dict[str, str] = {}
    for name in names:
        path = folder / PurePosixPath(name)
        inner = [each for each in path.parents if each != folder and each.is_relative_to(folder)]
        if is_inner(name) and (is_regular(path) or path.is_symlink()) and not any(each.is_symlink() for each in inner):
            found.setdefault(_key(folder, name), name)
    return list(found.values())


def _key(folder: Path, name: str) -> str:
    told = (folder / PurePosixPath(name)).lstat()
    return f"{name_key(name)}:{told.st_dev}:{told.st_ino}"
