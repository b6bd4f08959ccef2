"""What a folder holds: each model with its files as they were seen, described only when somebody looks at it."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import Any, TypeGuard

from modella.core.grouping import DIFFUSERS_INDEX, Group, group, is_weights, title
from modella.core.naming import is_inner
from modella.core.root import Root
from modella.core.sidecars.families import Family, families
from modella.core.sidecars.hash_caches import LARGEST, by_name, hint, read_hashes
from modella.core.sidecars.hub_folders import records_of
from modella.io.disk import is_regular, read_ordinary, time_of
from modella.io.store.index import Seen
from modella.work.hands import Hands
from modella.work.ignored import ignored
from modella.work.look import LARGEST_RECORD, Target, derived_id
from modella.work.records import OWN, canonical_files, read_json_or_none, record_name
from modella.work.reindex import place_of
from modella.work.walk import Entry, Folder, Walk

_OURS = (".modella.json", ".modella.overrides.json")
_ROLES = ("metadata", "overrides")


@dataclass
class Found:
    """One model as a folder shows it: its files as they were seen, and what to look at, told only when it is asked."""

    place: str
    seen: list[Seen]
    is_new: bool
    describe: Callable[[], Target]
    is_record_only: bool = False

    @property
    def is_placed(self) -> bool:
        """Whether its record lies in its folder: everything below belongs to it then."""
        return self.seen[0].name == "metadata.json"

    @cached_property
    def target(self) -> Target:
        """What to look at."""
        return self.describe()


class Sighting:
    """Sees the models in the folders of one root.

    `young` are files that may still be growing; they are left out until `has_waited` says that somebody has waited.
    """

    def __init__(self, hands: Hands, root: Root, quiet: float, *, is_fresh: bool) -> None:
        self.young: list[tuple[str, str]] = []
        self.has_waited = False
        self._hands, self._root, self._quiet, self._is_fresh = hands, root, quiet, is_fresh
        self._index, self._top = hands.index, Path(root.path)
        self._ignored = ignored(hands, root.id)
        self._hub_folders: dict[str, bool] = {}

    def models(self, folder: Folder, walk: Walk, known: dict[str, Seen]) -> Iterator[Found]:
        """Every model of a folder but those that the library was told to forget; `known` was seen there before."""
        return (found for found in self._all_models(folder, walk, known) if found.place not in self._ignored)

    def _all_models(self, folder: Folder, walk: Walk, known: dict[str, Seen]) -> Iterator[Found]:
        """Every model of a folder: the one that was placed there, then those that are adopted where they are."""
        if DIFFUSERS_INDEX in folder.names and not _is_record(self._top, folder):
            yield from self._whole(folder, known)
            return
        placed = self._placed(folder, known)
        if placed:
            yield placed
        claimed = {each.name for each in placed.seen} if placed else set[str]()
        groups = [each for each in group(folder.names) if not claimed.issuperset(each.files)]
        belongings = families(folder.names, [each.main for each in groups])
        for each in groups:
            found = self._adopted(folder, walk, each, belongings[each.main], known)
            if found:
                yield found
        yield from self._only_records(folder, {each.main for each in groups}, known)

    def _placed(self, folder: Folder, known: dict[str, Seen]) -> Found | None:
        """The model whose record lies in the folder."""
        if not folder.path or ("metadata.json" not in known and not _is_record(self._top, folder)):
            return None
        metadata = folder.look("metadata.json")
        overrides = folder.look("overrides.json") if "overrides.json" in folder.names else None
        if metadata is None:
            return None
        place = folder.path if folder.path.isascii() else place_of(self._top / folder.path, self._top)
        names = [name for name in folder.names if is_weights(name)]
        entries = [entry for name in names if (entry := folder.look(name))]
        files = tuple((entry.name, entry.size, entry.mtime) for entry in entries)
        beside = _signature([overrides] if overrides else [])
        seen = [self._seen(folder, place, metadata, beside, "hashes")]
        seen += [self._seen(folder, place, entry, "", "hashes") for entry in entries]

        def target() -> Target:
            records = (str(self._top / place / name) for name in ("metadata.json", "overrides.json"))
            metadata_file, overrides_file = records
            return self._target(folder, place, "", files, home="placed")._replace(
                metadata=metadata_file, overrides=overrides_file if overrides else None
            )

        return Found(place, seen, "metadata.json" not in known, target)

    def _adopted(self, folder: Folder, walk: Walk, each: Group, family: Family, known: dict[str, Seen]) -> Found | None:
        entries = [entry for name in each.files if (entry := folder.look(name)) and not walk.is_elsewhere(entry)]
        if len(entries) < len(each.files):
            return None
        if each.main not in known and self._is_young(entries):
            self.young.append((folder.path, each.main))
            return None
        place = f"{folder.path}/{each.main}" if folder.path else each.main
        beside = [entry for name in family.sidecars if (entry := folder.look(name))]
        own = self._own(folder, place, each.main)
        signature = f"{_signature(beside)}{OWN}{_signature(own.values())}"
        seen = [
            self._seen(folder, place, entry, signature if entry is entries[0] else "", "names") for entry in entries
        ]

        def target() -> Target:
            paths = self._own_paths(place, own)
            return self._target(folder, place, title(each.main, folder.path), _files(entries))._replace(
                sidecars=(*family.sidecars, *self._hub_records(folder, each.main)),
                previews=tuple(family.previews),
                link=_as_text(entries[0].link),
                state="not-downloaded" if entries[0].is_placeholder else "present",
                metadata=paths.get("metadata"),
                overrides=paths.get("overrides"),
                told_sha256=hint(self._told_hashes, each.main, entries[0].mtime / 1e9),
            )

        return Found(place, seen, each.main not in known, target)

    def _whole(self, folder: Folder, known: dict[str, Seen]) -> Iterator[Found]:
        """A diffusers model: its folder is the model, the largest file of it speaks first."""
        entries = [entry for name in folder.names if is_weights(name) and (entry := folder.look(name))]
        if not entries or not folder.path:
            return
        entries.sort(key=lambda entry: (not _is_denoiser(entry.name), -entry.size, entry.name))
        index, own = folder.look(DIFFUSERS_INDEX), self._own_of_whole(folder)
        beside = f"{OWN}{_signature(own.values())}"
        seen = [self._seen(folder, folder.path, index, beside, "hashes")] if index else []
        seen += [self._seen(folder, folder.path, entry, "", "names") for entry in entries]
        name = PurePosixPath(folder.path).name

        def target() -> Target:
            where = canonical_files(self._hands, self._root, folder.path, "adopted")[0].parent
            metadata, overrides = (str(where / own[role].name) if role in own else None for role in _ROLES)
            whole = self._target(folder, folder.path, name, _files(entries))
            return whole._replace(metadata=metadata, overrides=overrides)

        yield Found(folder.path, seen, DIFFUSERS_INDEX not in known, target)

    def _own_of_whole(self, folder: Folder) -> dict[str, Entry]:
        """Our own records of a folder that is one model, as they lie in it now."""
        files = canonical_files(self._hands, self._root, folder.path, "adopted")
        if self._root.sidecars == "central":
            return _central(files)
        named = zip(_ROLES, (file.name for file in files), strict=True)
        found = ((role, folder.look(name)) for role, name in named if name in folder.names)
        return {role: entry for role, entry in found if entry}

    def _only_records(self, folder: Folder, mains: set[str], known: dict[str, Seen]) -> Iterator[Found]:
        """Records of ours whose file is gone: the model is known and missing."""
        for name in folder.names:
            if not name.endswith(_OURS[0]) or self._root.sidecars == "central":
                continue
            told = read_json_or_none(self._top / folder.path / name)
            main = told.get("file") if isinstance(told, dict) else None
            if not _is_a_model_file(main) or main in mains or main in folder.names:
                continue
            entry = folder.look(name)
            if entry is None:
                continue
            place = f"{folder.path}/{main}" if folder.path else main
            describe = partial(self._without_file, folder, place, main, entry)
            yield Found(place, [self._seen(folder, place, entry, "", "hashes")], name not in known, describe, True)

    def _without_file(self, folder: Folder, place: str, main: str, entry: Entry) -> Target:
        record = self._top / folder.path / entry.name
        return self._target(folder, place, main, ((main, 0, entry.mtime),))._replace(
            metadata=str(record),
            overrides=str(record.with_name(entry.name.removesuffix(_OURS[0]) + _OURS[1])),
            state="missing",
        )

    @cached_property
    def _told_hashes(self) -> dict[str, list[tuple[float, str]]]:
        """What A1111 or reForge has counted before, when the root lies in its folder."""
        found: dict[str, list[tuple[float, str]]] = {}
        for folder in (self._top, *list(self._top.parents)[:2]):
            cache = folder / "cache.json"
            with suppress(OSError):
                if is_regular(cache) and cache.stat().st_size <= LARGEST:
                    found |= by_name(read_hashes(cache.read_bytes()))
        return found

    def _own(self, folder: Folder, place: str, main: str) -> dict[str, Entry]:
        """Our own records of an adopted file, as they lie there now."""
        if self._root.sidecars == "central":
            return _central(canonical_files(self._hands, self._root, place, "adopted"))
        stem = main.removesuffix(PurePosixPath(main).suffix)
        whole, found = record_name(main), {}
        for role, ending in zip(_ROLES, _OURS, strict=True):
            for name in (f"{whole}{ending}", f"{record_name(stem)}{ending}"):
                entry = folder.look(name) if name in folder.entries else None
                if entry and (name.startswith(whole) or self._is_for(folder, stem, main)):
                    found[role] = entry
                    break
        return found

    def _is_for(self, folder: Folder, stem: str, main: str) -> bool:
        """Whether the record that bears only the stem is of this file, and not of one with another ending."""
        others = [name for name in folder.names if name.startswith(f"{stem}.") and is_weights(name) and name != main]
        if not others:
            return True
        told = read_json_or_none(self._top / folder.path / f"{record_name(stem)}{_OURS[0]}")
        return not isinstance(told, dict) or told.get("file") in (None, main)

    def _own_paths(self, place: str, own: dict[str, Entry]) -> dict[str, str]:
        folder = self._top / PurePosixPath(place).parent
        if self._root.sidecars == "central":
            folder = canonical_files(self._hands, self._root, place, "adopted")[0].parent
        return {role: str(folder / entry.name) for role, entry in own.items()}

    def _hub_records(self, folder: Folder, main: str) -> tuple[str, ...]:
        """What Hugging Face's client wrote about a file that it fetched into a folder, relative to that folder."""
        if not self._hub_client_was_here(folder.path):
            return ()
        path = f"{folder.path}/{main}" if folder.path else main
        for candidate in records_of(PurePosixPath(path).parts):
            if (self._top / candidate).is_file():
                return (os.path.relpath(self._top / candidate, self._top / folder.path).replace(os.sep, "/"),)
        return ()

    def _hub_client_was_here(self, path: str) -> bool:
        """Whether Hugging Face's client has fetched something into this folder or one above it; asked once each."""
        known = self._hub_folders.get(path)
        if known is None:
            here = (self._top / path / ".cache" / "huggingface").is_dir()
            known = here or (bool(path) and self._hub_client_was_here(path.rpartition("/")[0]))
            self._hub_folders[path] = known
        return known

    def _target(
        self, folder: Folder, place: str, name: str, files: tuple[tuple[str, int, int], ...], home: str = "adopted"
    ) -> Target:
        known = None if self._is_fresh else self._index.id_at(self._root.id, place)
        identity = known or derived_id(self._root.id, place)
        return Target(self._root.id, str(self._top), place, folder.path, identity, name, files, home=home)

    def _seen(self, folder: Folder, place: str, entry: Entry, beside: str, wave: str) -> Seen:
        return Seen(
            self._root.id,
            folder.path,
            entry.name,
            place,
            entry.size,
            entry.mtime,
            entry.inode,
            entry.device,
            entry.link is not None,
            beside,
            wave,
        )

    def _is_young(self, entries: Iterable[Entry]) -> bool:
        """Whether a file may still be growing: changed a moment ago, or in the future."""
        if self.has_waited:
            return False
        now = time.time_ns()
        return any(entry.mtime > now - self._quiet * 1e9 for entry in entries)


def is_unchanged(found: Found, known: dict[str, Seen]) -> bool:
    """Whether every file is as it was seen, whatever was found out about it since; half-known models are not."""
    for seen in found.seen:
        old = known.get(seen.name)
        if old is None or old.wave == "names" or old._replace(wave=seen.wave) != seen:
            return False
    return True


def is_only_named(found: Found, known: dict[str, Seen]) -> bool:
    """Whether the files are as they were seen, and nobody has come to look into them yet."""
    olds = [known.get(seen.name) for seen in found.seen]
    same = all(old and old._replace(wave=seen.wave) == seen for old, seen in zip(olds, found.seen, strict=True))
    return same and any(old is not None and old.wave == "names" for old in olds)


def _is_record(top: Path, folder: Folder) -> bool:
    """Whether the folder holds a record of ours, and not another program's `metadata.json`."""
    if "metadata.json" not in folder.names:
        return False
    path = top / folder.path / "metadata.json"
    try:
        if path.stat().st_size > LARGEST_RECORD:
            return False
        start = read_ordinary(path, 4096) or b""
    except OSError:
        return False
    return b'"schema"' in start and b'"id"' in start and b'"cleaned_name"' in start


def _is_a_model_file(name: Any) -> TypeGuard[str]:
    """Whether a record, which anybody may have written, names a file of its own folder that can be a model."""
    return isinstance(name, str) and "/" not in name and is_inner(name) and is_weights(name) and len(name) <= 255


def _as_text(path: str | None) -> str | None:
    """Where a link leads, in a form that can be written down."""
    return os.fsencode(path).decode("utf-8", "backslashreplace") if path is not None else None


def _is_denoiser(name: str) -> bool:
    return name.split("/", maxsplit=1)[0] in {"transformer", "unet", "prior", "decoder"}


def _files(entries: Iterable[Entry]) -> tuple[tuple[str, int, int], ...]:
    return tuple((entry.name, entry.size, entry.mtime) for entry in entries)


def _signature(entries: Iterable[Entry]) -> str:
    """Names, sizes and times of what lies beside a model: another one means that it must be looked at again."""
    return "|".join(f"{entry.name}:{entry.size}:{entry.mtime}" for entry in entries)


def fingerprint(path: Path) -> tuple[int, int] | None:
    """Size and time of a file; None when it cannot be looked at."""
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_size, time_of(told)


def _central(paths: Sequence[Path]) -> dict[str, Entry]:
    found = {}
    for role, path in zip(_ROLES, paths, strict=True):
        told = fingerprint(path)
        if told:
            found[role] = Entry(path.name, told[0], told[1], 0, 0)
    return found
