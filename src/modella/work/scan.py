"""Scanning: names and sizes first, then headers; hashes come later. What has not changed costs one look at its folder.

wave     what is known then                     what it costs
names    file, size, time, folder               one stat
headers  kind, family, texts, sidecars          the first bytes of the file
hashes   what it is worth, whose it is          all bytes, in the background (`hashwave.py`)
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field
from functools import cached_property, partial
from itertools import islice
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path, PurePosixPath
from threading import Event
from types import TracebackType
from typing import Any

import structlog

from modella.core.events import ModelsChanged
from modella.core.grouping import DIFFUSERS_INDEX, Group, group, is_weights, title
from modella.core.root import Root
from modella.core.sidecars.families import Family, families
from modella.core.sidecars.hub_folders import records_of
from modella.core.summary import Row, row_of
from modella.io.disk import publish
from modella.io.store.index import Seen
from modella.work.hands import Hands
from modella.work.hashwave import hash_all
from modella.work.look import LARGEST_RECORD, Looked, Target, derived_id, look_at, stub
from modella.work.records import OWN, canonical_files, read_json_or_none, signature_of, write_adopted
from modella.work.reindex import place_of
from modella.work.roots import add_root, is_online, root_at, roots
from modella.work.tasks import Task
from modella.work.walk import Entry, Folder, Walk

log = structlog.get_logger()
QUIET = 2.0
"""Seconds that a new file must have been left alone before it is taken in: half a copy is no model."""
_CHUNK = 48
_BATCH, _BATCH_SECONDS = 500, 1.0
"""Models, or seconds, after which what was found is committed: large commits cost less, early ones are seen early."""
_MOST_WAITING = 8000
"""Models described and not yet looked at: more would only fill the memory."""
_ALONE = 64
"""Up to so many models are looked at without other processes."""
_STUBS_AFTER = 30.0
"""Seconds of looking that lie ahead from which on names are shown before headers are read."""
_MEASURED = 1.0
"""Seconds of looking after which it is known how fast it goes."""
_PROCESSES = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
"""Never forked from this process, whose threads and locks a copy of it would inherit half way."""
if _PROCESSES.get_start_method() == "forkserver":
    _PROCESSES.set_forkserver_preload([look_at.__module__])
_OURS = (".modella.json", ".modella.overrides.json")


@dataclass
class ScanResult:
    """What a scan found, in models; `unreachable` are those of folders and drives that could not be looked at."""

    seen: int = 0
    added: int = 0
    changed: int = 0
    moved: int = 0
    missing: int = 0
    unreachable: int = 0
    unsettled: int = 0
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def told(self) -> dict[str, Any]:
        """As a plain value."""
        return {**asdict(self), "problems": self.problems[:100], "seconds": round(self.seconds, 3)}


@dataclass
class _Found:
    """One model as a folder shows it: its files as they were seen, and what to look at, told only when it is asked."""

    place: str
    seen: list[Seen]
    is_new: bool
    describe: Callable[[], Target]
    is_record_only: bool = False

    @cached_property
    def target(self) -> Target:
        """What to look at."""
        return self.describe()


def scan(hands: Hands, wanted: Sequence[tuple[Root, str]], task: Task, quiet: float = QUIET) -> ScanResult:
    """Scans roots, or folders below them, until every model is listed with kind and family."""
    began, result = time.monotonic(), ScanResult()
    with _Lookers(task.stop) as lookers:
        for root, below in wanted:
            if task.stop.is_set():
                break
            _Scan(hands, root, below, task, result, lookers, quiet).run()
    result.seconds = time.monotonic() - began
    return result


def begin_scan(hands: Hands, folders: Sequence[Path] = (), quiet: float = QUIET, *, with_hashes: bool = False) -> Task:
    """Starts scanning folders, or all roots; a folder that is in no root yet is adopted as one.

    Errors of `add_root`; Conflict("task-running") while another scan runs.
    """
    wanted = [_wanted(hands, folder) for folder in folders] or [(root, "") for root in roots(hands)]

    def work(task: Task) -> dict[str, Any]:
        found = scan(hands, wanted, task, quiet)
        if with_hashes and not task.stop.is_set():
            hash_all(hands, task)
        return found.told()

    return hands.tasks.begin("scan", work)


def _wanted(hands: Hands, folder: Path) -> tuple[Root, str]:
    return root_at(hands, folder) or (add_root(hands, folder), "")


class _Scan:
    """One root, or one folder of it."""

    def __init__(
        self, hands: Hands, root: Root, below: str, task: Task, result: ScanResult, lookers: "_Lookers", quiet: float
    ) -> None:
        self._hands, self._root, self._below, self._task = hands, root, below, task
        self._result, self._lookers, self._quiet = result, lookers, quiet
        self._index = hands.index
        self._top = Path(root.path)
        self._gone: dict[str, Seen] = {}
        self._spilled: dict[str, None] = {}
        self._waiting: dict[str, _Found] = {}
        self._young: list[tuple[str, str]] = []
        self._dead: list[str] = []
        self._is_fresh, self._is_first = not hands.index.knows(root.id), not hands.index.knows()
        self._hub_folders: dict[str, bool] = {}
        self._orphans: list[_Found] = []
        self._has_waited = self._takes_back = False
        self._named: set[str] = set()
        self._rows: list[Row] = []
        self._seen_now: list[Seen] = []
        self._put_at = time.monotonic()

    def run(self) -> None:
        """Walks, looks, and then says what is gone."""
        if not is_online(self._hands, self._root):
            self._result.unreachable += self._index.set_state(self._root.id, "unreachable")
            self._tell_changed()
            return
        self._index.revive(self._root.id)
        known = set(self._index.seen_folders(self._root.id, self._below))
        others = [Path(each.path) for each in roots(self._hands) if each.id != self._root.id]
        walk = Walk(self._top, others)
        for folder in walk.folders(self._below):
            if self._task.stop.is_set():
                return
            known.discard(folder.path)
            self._take(folder, walk)
        self._look_again(walk)
        self._finish_looking()
        self._take_orphans()
        if not self._task.stop.is_set() and is_online(self._hands, self._root):
            self._say_goodbye(known)

    # ------------------------------------------------------------------------------------------------ wave one

    def _take(self, folder: Folder, walk: Walk) -> None:
        if folder.problem:
            self._dead.append(folder.path)
            self._result.problems.append(f"{folder.path or '.'}: {folder.problem}")
            return
        known = self._index.seen_in(self._root.id, folder.path)
        present: set[str] = set()
        for found in self._models(folder, walk, known):
            present.update(seen.name for seen in found.seen)
            if found.is_record_only:
                self._orphans.append(found)
                continue
            self._result.seen += 1
            if not _is_unchanged(found, known):
                self._waiting[found.place] = found
        self._gone |= {seen.path: seen for name, seen in known.items() if name not in present}
        self._progress(folder.path)
        self._look(_CHUNK * 4)
        self._keep_up()

    def _models(self, folder: Folder, walk: Walk, known: dict[str, Seen]) -> Iterator[_Found]:
        """Every model of a folder: the one that was placed there, then those that are adopted where they are."""
        if DIFFUSERS_INDEX in folder.names and not _is_record(self._top, folder):
            yield from self._whole(folder, known)
            return
        placed = self._placed(folder)
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

    def _placed(self, folder: Folder) -> _Found | None:
        """The model whose record lies in the folder."""
        if not _is_record(self._top, folder):
            return None
        metadata = folder.look("metadata.json")
        overrides = folder.look("overrides.json") if "overrides.json" in folder.names else None
        if metadata is None:
            return None
        place = folder.path if folder.path.isascii() else place_of(self._top / folder.path, self._top)
        names = [name for name in folder.names if is_weights(name)]
        entries = [entry for name in names if (entry := folder.look(name))]
        known = self._index.seen_in(self._root.id, folder.path)
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

        return _Found(place, seen, "metadata.json" not in known, target)

    def _adopted(
        self, folder: Folder, walk: Walk, each: Group, family: Family, known: dict[str, Seen]
    ) -> _Found | None:
        entries = [entry for name in each.files if (entry := folder.look(name)) and not walk.is_elsewhere(entry)]
        if len(entries) < len(each.files):
            return None
        if each.main not in known and self._is_young(entries):
            self._young.append((folder.path, each.main))
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
                link=entries[0].link,
                state="not-downloaded" if entries[0].is_placeholder else "present",
                metadata=paths.get("metadata"),
                overrides=paths.get("overrides"),
            )

        return _Found(place, seen, each.main not in known, target)

    def _whole(self, folder: Folder, known: dict[str, Seen]) -> Iterator[_Found]:
        """A diffusers model: its folder is the model, the largest file of it speaks first."""
        entries = [entry for name in folder.names if is_weights(name) and (entry := folder.look(name))]
        if not entries or not folder.path:
            return
        entries.sort(key=lambda entry: (not _is_denoiser(entry.name), -entry.size, entry.name))
        index = folder.look(DIFFUSERS_INDEX)
        seen = [
            self._seen(folder, folder.path, entry, "", "names") for entry in [*([index] if index else []), *entries]
        ]
        name = PurePosixPath(folder.path).name
        describe = partial(self._target, folder, folder.path, name, _files(entries))
        yield _Found(folder.path, seen, DIFFUSERS_INDEX not in known, describe)

    def _only_records(self, folder: Folder, mains: set[str], known: dict[str, Seen]) -> Iterator[_Found]:
        """Records of ours whose file is gone: the model is known and missing."""
        for name in folder.names:
            if not name.endswith(_OURS[0]) or self._root.sidecars == "central":
                continue
            told = read_json_or_none(self._top / folder.path / name)
            main = told.get("file") if isinstance(told, dict) else None
            if not isinstance(main, str) or main in mains or main in folder.names or "/" in main:
                continue
            entry = folder.look(name)
            if entry is None:
                continue
            place = f"{folder.path}/{main}" if folder.path else main
            describe = partial(self._without_file, folder, place, main, entry)
            yield _Found(place, [self._seen(folder, place, entry, "", "hashes")], name not in known, describe, True)

    def _without_file(self, folder: Folder, place: str, main: str, entry: Entry) -> Target:
        record = self._top / folder.path / entry.name
        return self._target(folder, place, main, ((main, 0, entry.mtime),))._replace(
            metadata=str(record),
            overrides=str(record.with_name(entry.name.removesuffix(_OURS[0]) + _OURS[1])),
            state="missing",
        )

    def _own(self, folder: Folder, place: str, main: str) -> dict[str, Entry]:
        """Our own records of an adopted file, as they lie there now."""
        if self._root.sidecars == "central":
            return _central(canonical_files(self._hands, self._root, place, "adopted"))
        stem = main.removesuffix(PurePosixPath(main).suffix)
        found = {}
        for role, ending in zip(("metadata", "overrides"), _OURS, strict=True):
            for name in (f"{main}{ending}", f"{stem}{ending}"):
                entry = folder.look(name) if name in folder.entries else None
                if entry and (name.startswith(main) or self._is_for(folder, stem, main)):
                    found[role] = entry
                    break
        return found

    def _is_for(self, folder: Folder, stem: str, main: str) -> bool:
        """Whether the record that bears only the stem is of this file, and not of one with another ending."""
        others = [name for name in folder.names if name.startswith(f"{stem}.") and is_weights(name) and name != main]
        if not others:
            return True
        told = read_json_or_none(self._top / folder.path / f"{stem}{_OURS[0]}")
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
        if self._has_waited:
            return False
        now = time.time_ns()
        return any(entry.mtime > now - self._quiet * 1e9 for entry in entries)

    def _look_again(self, walk: Walk) -> None:
        """Files that were too young are taken in when nothing has happened to them for a while."""
        if not self._young or self._task.stop.is_set():
            return
        before = {each: _fingerprint(self._top / each[0] / each[1]) for each in self._young}
        self._finish_looking()
        self._task.stop.wait(self._quiet)
        settled = {
            each for each, told in before.items() if told and told == _fingerprint(self._top / each[0] / each[1])
        }
        self._result.unsettled += len(before) - len(settled)
        self._young, self._has_waited = [], True
        for path in sorted({folder for folder, _ in settled}):
            again = next(iter(Walk(self._top).folders(path)))
            known = self._index.seen_in(self._root.id, path)
            unsettled = {name for folder, name in before if folder == path and (folder, name) not in settled}
            for found in self._models(again, walk, known):
                fresh = (path, found.seen[0].name) in settled
                if fresh and found.seen[0].name not in unsettled and not _is_unchanged(found, known):
                    self._result.seen += 1
                    self._waiting[found.place] = found

    def _take_orphans(self) -> None:
        """Records whose file is nowhere, now that every file that was only moved has been found."""
        for found in self._orphans:
            known = self._index.seen_in(self._root.id, found.seen[0].folder)
            if os.path.lexists(self._top / found.seen[0].path) and not _is_unchanged(found, known):
                self._waiting[found.place] = found
        self._finish_looking()

    # ------------------------------------------------------------------------------------------------ wave two

    def _look(self, enough: int) -> None:
        """Hands models out to be looked at, once there are enough of them, and takes in what is done."""
        while len(self._waiting) >= max(enough, 1) and self._lookers.has_room:
            self._lookers.start(self._prepared(self._next(_CHUNK)))
        self._apply(self._lookers.done())

    def _next(self, count: int) -> list[_Found]:
        return [self._waiting.pop(place) for place in list(islice(self._waiting, count))]

    def _keep_up(self) -> None:
        """Walking never runs far ahead of looking: it waits, or where looking is slow, shows names and goes on."""
        while len(self._waiting) > _MOST_WAITING and not self._task.stop.is_set():
            if self._lookers.seconds_for(len(self._waiting)) > _STUBS_AFTER:
                self._spill()
                return
            self._look(1)
            self._lookers.wait()

    def _finish_looking(self) -> None:
        while (self._waiting or self._lookers.is_busy or self._spilled) and not self._task.stop.is_set():
            if not self._waiting and not self._lookers.is_busy:
                self._take_back()
            elif not self._lookers.is_busy and len(self._waiting) <= _ALONE:
                self._apply([(found, looked) for found, looked in self._alone(self._prepared(self._next(_ALONE)))])
            elif not self._takes_back and self._lookers.seconds_for(len(self._waiting)) > _STUBS_AFTER:
                self._spill()
            else:
                self._look(1)
                self._lookers.wait()
                self._progress(None)
        self._put()

    def _spill(self) -> None:
        """Shows what is new by its name, long before its turn to be read comes, and keeps it in the index alone."""
        while self._waiting and not self._task.stop.is_set():
            part = self._next(_BATCH)
            fresh = [each for each in part if self._index.id_at(self._root.id, each.place) is None]
            self._named.update(each.place for each in fresh)
            self._index.put_all([stub(each.target) for each in fresh if each.target.home == "adopted"])
            self._index.note_seen([seen._replace(wave="names") for each in part for seen in each.seen])
            self._spilled |= dict.fromkeys(each.seen[0].folder for each in part)
            self._tell_changed(len(part))

    def _take_back(self) -> None:
        """Describes the next folder of which only names are known yet."""
        self._put()
        folder = next(iter(self._spilled))
        del self._spilled[folder]
        walk = Walk(self._top)
        known = self._index.seen_in(self._root.id, folder)
        self._has_waited = self._takes_back = True
        for found in self._models(next(iter(walk.folders(folder))), walk, known):
            if not found.is_record_only and not _is_unchanged(found, known):
                self._waiting[found.place] = found

    def _alone(self, chunk: list[_Found]) -> Iterator[tuple[_Found, Looked]]:
        for found in chunk:
            if self._task.stop.is_set():
                return
            yield found, look_at([found.target])[0]

    def _prepared(self, chunk: list[_Found]) -> list[_Found]:
        """Moved files keep the id and the records that they had at their old place."""
        return [self._moved(found) if found.is_new and found.target.home == "adopted" else found for found in chunk]

    def _moved(self, found: _Found) -> _Found:
        main = found.seen[0]
        for old in self._index.seen_inode(main.inode, main.size) if main.inode and not self._is_first else []:
            if (old.root, old.path) == (main.root, main.path) or old.mtime != main.mtime or old.device != main.device:
                continue
            record = self._index.at(old.place, old.root)
            root = next((each for each in roots(self._hands) if each.id == old.root), None)
            if record is None or root is None or os.path.lexists(Path(root.path) / old.path):
                continue
            self._index.forget_seen([old])
            if old.root == self._root.id:
                self._gone.pop(old.path, None)
            self._result.moved += 1
            moved = self._with_records(found.target, record, root, old.place)
            own = signature_of([Path(each) for each in (moved.metadata, moved.overrides) if each])
            first = main._replace(beside=f"{main.beside.partition(OWN)[0]}{OWN}{own}")
            return _Found(found.place, [first, *found.seen[1:]], False, partial(_same, moved))
        return found

    def _with_records(self, target: Target, record: dict[str, Any], root: Root, place: str) -> Target:
        """Our records go where the file went; where there were none, they are written, so that the id stays."""
        target = target._replace(id=str(record["id"]))
        if target.metadata is not None:
            return target
        was = canonical_files(self._hands, root, place, "adopted")
        new = canonical_files(self._hands, self._root, target.place, "adopted")
        for old_file, new_file in zip(was, new, strict=True):
            if old_file.is_file() and not os.path.lexists(new_file):
                publish(old_file, new_file)
        told = read_json_or_none(new[0])
        write_adopted(new[0], told if isinstance(told, dict) else record, PurePosixPath(target.place).name)
        return target._replace(metadata=str(new[0]), overrides=str(new[1]) if new[1].is_file() else None)

    def _apply(self, done: Iterable[tuple[_Found, Looked]]) -> None:
        """Takes in what was looked at, and puts it into the index when there is enough of it."""
        for found, looked in done:
            if looked.row is None:
                self._result.problems.append(f"{looked.target.place}: {looked.problem}")
                continue
            wave = "hashes" if looked.is_hashed or looked.target.state != "present" else "headers"
            self._rows.append(self._unique(looked))
            self._seen_now += [each._replace(wave=wave) if each.wave == "names" else each for each in found.seen]
            self._count(found)
        if len(self._rows) >= _BATCH or (self._rows and time.monotonic() - self._put_at > _BATCH_SECONDS):
            self._put()

    def _put(self) -> None:
        """Commits what was found."""
        rows, self._rows = self._rows, []
        seen, self._seen_now = self._seen_now, []
        if rows:
            self._index.put_all(rows)
            self._index.note_seen(seen)
            self._tell_changed(len(rows), [row.id for row in rows])
        self._put_at = time.monotonic()

    def _count(self, found: _Found) -> None:
        """A model that the index had from elsewhere, a download or a rebuild, is neither new nor changed."""
        if found.place in self._named:
            self._result.added += 1
        elif not found.is_new:
            self._result.changed += 1
        elif self._is_fresh or self._index.id_at(self._root.id, found.place) is None:
            self._result.added += 1

    def _unique(self, looked: Looked) -> Row:
        """A copy of a file and of our record beside it is a model of its own."""
        row = looked.row
        assert row is not None
        if looked.target.metadata is None:
            return row
        other = self._index.place_of(row.id)
        if other is None or other == (row.root, row.place) or not self._is_there(*other):
            return row
        record = {**json.loads(row.record), "id": derived_id(row.root, row.place)}
        return row_of(record, row.place, row.root)

    def _is_there(self, root: str, place: str) -> bool:
        top = next((each.path for each in roots(self._hands) if each.id == root), None)
        return top is not None and os.path.lexists(Path(top) / place)

    # ----------------------------------------------------------------------------------------------- what is gone

    def _say_goodbye(self, folders: Iterable[str]) -> None:
        """Says which models are missing; what lies in a folder that could not be listed is unreachable instead."""
        dead = tuple(f"{path}/" if path else "" for path in self._dead)
        for folder in folders:
            rows = self._index.seen_in(self._root.id, folder).values()
            if any(f"{folder}/".startswith(each) for each in dead):
                places = {seen.place for seen in rows}
                self._result.unreachable += self._index.set_state(self._root.id, "unreachable", places)
            else:
                self._gone |= {seen.path: seen for seen in rows}
        for path in self._dead:
            places = {seen.place for seen in self._index.seen_in(self._root.id, path).values()}
            self._result.unreachable += self._index.set_state(self._root.id, "unreachable", places)
        places = {seen.place for seen in self._gone.values()}
        self._index.forget_seen(self._gone.values())
        self._result.missing += self._index.set_state(self._root.id, "missing", places)
        if places:
            self._tell_changed(len(places))

    # ------------------------------------------------------------------------------------------------------ telling

    def _progress(self, item: str | None) -> None:
        self._task.progress(
            wave="headers" if item is None else "names",
            done=self._result.added + self._result.changed,
            total=self._result.seen,
            item=item,
        )

    def _tell_changed(self, count: int = 0, ids: Sequence[str] = ()) -> None:
        self._hands.bus.tell(ModelsChanged(count=count, ids=tuple(ids[:100])))


class _Lookers:
    """Processes that look at models; started when there is enough to do, and not at all for a handful."""

    def __init__(self, stop: Event) -> None:
        self._stop = stop
        self._pool: ProcessPoolExecutor | None = None
        self._workers = max(1, min(4, os.cpu_count() or 1))
        self._running: dict[Future[list[Looked]], list[_Found]] = {}
        self._began, self._finished = 0.0, 0

    def __enter__(self) -> "_Lookers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def has_room(self) -> bool:
        """Whether more may be handed out without piling up."""
        return len(self._running) < self._workers * 2

    @property
    def is_busy(self) -> bool:
        """Whether something was handed out and not taken back."""
        return bool(self._running)

    def seconds_for(self, models: int) -> float:
        """How long so many models will take, by what was seen so far."""
        spent = time.monotonic() - self._began if self._began else 0.0
        return models * spent / self._finished if self._finished and spent > _MEASURED else 0.0

    def start(self, chunk: list[_Found]) -> None:
        """Hands models out."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self._workers, mp_context=_PROCESSES)
        try:
            future = self._pool.submit(look_at, [found.target for found in chunk])
        except BrokenProcessPool:
            self._pool.shutdown(wait=False)
            self._pool = None
            self.start(chunk)
            return
        self._running[future] = chunk

    def wait(self) -> None:
        """Waits a moment for something to be done."""
        if self._running:
            wait(self._running, timeout=0.25, return_when=FIRST_COMPLETED)

    def done(self) -> Iterator[tuple[_Found, Looked]]:
        """What is done since the last time."""
        for future in [each for each in self._running if each.done()]:
            chunk = self._running.pop(future)
            self._finished += len(chunk) if self._began else 0
            self._began = self._began or time.monotonic()
            try:
                looked = future.result()
            except BrokenProcessPool:
                looked = [_one_alone(found.target) for found in chunk]
            yield from zip(chunk, looked, strict=True)


def _one_alone(target: Target) -> Looked:
    """Looks at one model in a process of its own: the file that kills its reader is found that way."""
    with ProcessPoolExecutor(1, mp_context=_PROCESSES) as pool:
        try:
            return pool.submit(look_at, [target]).result()[0]
        except BrokenProcessPool:
            log.warning("a file killed the process that read it", place=target.place)
            return Looked(target, None, "reading it ended the process that read it")


def _is_unchanged(found: _Found, known: dict[str, Seen]) -> bool:
    """Whether every file is as it was seen, whatever was found out about it since; half-known models are not."""
    for seen in found.seen:
        old = known.get(seen.name)
        if old is None or old.wave == "names" or old._replace(wave=seen.wave) != seen:
            return False
    return True


def _is_record(top: Path, folder: Folder) -> bool:
    """Whether the folder holds a record of ours, and not another program's `metadata.json`."""
    if "metadata.json" not in folder.names:
        return False
    path = top / folder.path / "metadata.json"
    try:
        if path.stat().st_size > LARGEST_RECORD:
            return False
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError:
        return False
    return b'"schema"' in start and b'"id"' in start and b'"cleaned_name"' in start


def _is_denoiser(name: str) -> bool:
    return name.split("/", maxsplit=1)[0] in {"transformer", "unet", "prior", "decoder"}


def _files(entries: Iterable[Entry]) -> tuple[tuple[str, int, int], ...]:
    return tuple((entry.name, entry.size, entry.mtime) for entry in entries)


def _signature(entries: Iterable[Entry]) -> str:
    """Names, sizes and times of what lies beside a model: another one means that it must be looked at again."""
    return "|".join(f"{entry.name}:{entry.size}:{entry.mtime}" for entry in entries)


def _fingerprint(path: Path) -> tuple[int, int] | None:
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_size, told.st_mtime_ns


def _central(paths: Sequence[Path]) -> dict[str, Entry]:
    found = {}
    for role, path in zip(("metadata", "overrides"), paths, strict=True):
        told = _fingerprint(path)
        if told:
            found[role] = Entry(path.name, told[0], told[1], 0, 0)
    return found


def _same(target: Target) -> Target:
    return target
