"""Models to be imported, as they lie anywhere on this machine: which files are one model, and what lies beside them."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from modella.core.errors import BadLink, NotFound, Refused
from modella.core.grouping import DIFFUSERS_INDEX, Group, group, is_weights, title
from modella.core.root import Root
from modella.core.sidecars.families import Family, families
from modella.io.disk import CONTROL
from modella.work.belongings import CANONICAL
from modella.work.hands import Hands, new_id
from modella.work.look import Target
from modella.work.records import canonical_files, read_json_or_none, record_name
from modella.work.roots import root_at

_OURS = (".modella.json", ".modella.overrides.json")


@dataclass
class Candidate:
    """One model: `files` are names below `folder`, `main` stands for it, `more` is the rest of a whole folder.

    `root` and `known` are there when it is in the index as an adopted model. `metadata` and `overrides` are our own
    records of it. `called` is its name where neither its file nor its folder tells.
    """

    folder: Path
    main: str
    files: tuple[str, ...]
    family: Family
    more: tuple[str, ...] = ()
    root: Root | None = None
    known: dict[str, Any] | None = None
    metadata: Path | None = None
    overrides: Path | None = None
    called: str | None = None

    @property
    def path(self) -> Path:
        """The file, or the folder, that a person would name."""
        return self.folder if self.more else self.folder / self.main

    @property
    def attached(self) -> list[str]:
        """The family without our own records and without what speaks of a whole folder."""
        return [name for name in self.family.all if name not in CANONICAL and not name.endswith(_OURS)]

    def target(self) -> Target:
        """What to look at."""
        files = []
        for name in self.files:
            told = (self.folder / name).stat()
            files.append((name, told.st_size, told.st_mtime_ns))
        called = self.called or (self.folder.name if self.more else title(self.main, self.folder.as_posix()))
        return Target(
            *("", str(self.folder), self.main, "", str((self.known or {}).get("id") or new_id()), called),
            files=tuple(files),
            sidecars=tuple(self.family.sidecars),
            previews=tuple(self.family.previews),
            metadata=str(self.metadata) if self.metadata else None,
            overrides=str(self.overrides) if self.overrides else None,
        )


def candidates(hands: Hands, paths: Iterable[Path]) -> Iterator[Candidate | tuple[Path, Exception]]:
    """Every model among files and folders, each once; for what is none the path, and why."""
    met: set[Path] = set()
    for path in paths:
        try:
            found = list(_of(path))
        except (OSError, NotFound, Refused, BadLink) as problem:
            yield path, problem
            continue
        for each in found:
            if each.path not in met:
                met.add(each.path)
                yield _with_records(hands, each)


def _of(path: Path) -> Iterator[Candidate]:
    path = path.absolute()
    if CONTROL in path.parts:
        raise Refused("not-ours", path=str(path))
    if not os.path.lexists(path):
        raise NotFound("no-such-path", path=str(path))
    if path.is_symlink():
        raise Refused("is-a-link", path=str(path))
    if path.is_dir():
        yield from _below(path)
        return
    if not is_weights(path.name):
        raise BadLink("bad-value", name="PATH", value=path.name, reason="not a model file")
    yield from (each for each in _in_folder(path.parent, _files_of(path.parent)) if path.name in each.files)


def _below(top: Path) -> Iterator[Candidate]:
    for folder, inner, names in os.walk(top):
        here = Path(folder)
        files = [name for name in names if not (here / name).is_symlink()]
        if DIFFUSERS_INDEX in files:
            inner.clear()
            yield from _whole(here)
            continue
        inner[:] = sorted(name for name in inner if not name.startswith(".") and name != "__pycache__")
        yield from _in_folder(here, files)


def _files_of(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir() if entry.is_file() and not entry.is_symlink()]


def _in_folder(folder: Path, names: list[str]) -> Iterator[Candidate]:
    groups: list[Group] = group(names)
    found = families(names, [each.main for each in groups])
    for each in groups:
        yield Candidate(folder, each.main, each.files, found[each.main])


def _whole(folder: Path) -> Iterator[Candidate]:
    """A diffusers model: everything in its folder and below."""
    names = sorted(
        (Path(top) / name).relative_to(folder).as_posix()
        for top, _, files in os.walk(folder)
        for name in files
        if not (Path(top) / name).is_symlink() and not name.startswith(".")
    )
    weights = [name for name in names if is_weights(PurePosixPath(name).name)]
    if weights:
        weights.sort(key=lambda name: (name.split("/")[0] not in {"transformer", "unet"}, -_size(folder / name), name))
        more = tuple(name for name in names if name not in weights and name not in CANONICAL)
        yield Candidate(folder, weights[0], tuple(weights), Family(), more)


def _size(path: Path) -> int:
    return path.stat().st_size


def _with_records(hands: Hands, found: Candidate) -> Candidate:
    """The candidate with what we know of it: as an adopted model of a root, or by records beside it."""
    at = root_at(hands, found.path)
    if at is not None:
        found.root = at[0]
        found.known = hands.index.at(at[1], at[0].id)
    if found.known is not None and found.known.get("home") == "adopted" and found.root is not None:
        metadata, overrides = canonical_files(hands, found.root, str(found.known["place"]), "adopted")
    else:
        metadata, overrides = _beside(found)
    found.metadata = metadata if metadata.is_file() else None
    found.overrides = overrides if found.metadata and overrides.is_file() else None
    return found


def _beside(found: Candidate) -> tuple[Path, Path]:
    """Records of another library, or of a root that is not known here."""
    placed = read_json_or_none(found.folder / "metadata.json")
    if isinstance(placed, dict) and {"schema", "id", "cleaned_name", "files"} <= placed.keys():
        names = {str(file.get("name")) for file in placed["files"] if isinstance(file, dict)}
        if set(found.files) <= names:
            return found.folder / "metadata.json", found.folder / "overrides.json"
    stem = record_name(found.main.removesuffix(PurePosixPath(found.main).suffix))
    adopted = read_json_or_none(found.folder / f"{stem}.modella.json")
    base = stem if isinstance(adopted, dict) and adopted.get("file") in (None, found.main) else record_name(found.main)
    return found.folder / f"{base}.modella.json", found.folder / f"{base}.modella.overrides.json"
