"""Scanning: names and sizes first, then headers; hashes come later. What has not changed costs one look at its folder.

wave     what is known then                     what it costs
names    file, size, time, folder               one stat
headers  kind, family, texts, sidecars          the first bytes of the file
hashes   what it is worth, whose it is          all bytes, in the background (`hashwave.py`)
"""

import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from modella.core.errors import ModellaError
from modella.core.events import ModelsChanged
from modella.core.root import Root
from modella.core.summary import Row, row_of
from modella.io.disk import make_folders, publish, remove_file, sweep_dead
from modella.io.store.index import Seen
from modella.work.apps import places_made
from modella.work.hands import Hands
from modella.work.hashwave import hash_all
from modella.work.lists import refresh_lists
from modella.work.look import Looked, Target, derived_id, look_at, stub
from modella.work.lookers import Lookers
from modella.work.reach import is_met, reach_path
from modella.work.records import OWN, canonical_files, read_json_or_none, signature_of, without_words, write_adopted
from modella.work.roots import add_root, is_online, roots
from modella.work.sighting import Found, Sighting, fingerprint, is_only_named, is_unchanged
from modella.work.tasks import Task
from modella.work.walk import Folder, Walk

QUIET = 2.0
"""Seconds that a new file must have been left alone before it is taken in: half a copy is no model."""
_IMPORTED = ("fields", "files", "conflicts")
_CHUNK = 48
_BATCH, _BATCH_SECONDS = 500, 1.0
"""Models, or seconds, after which what was found is committed: large commits cost less, early ones are seen early."""
_MOST_WAITING = 8000
"""Models described and not yet looked at: more would only fill the memory."""
_ALONE = 64
"""Up to so many models are looked at without other processes."""
_STUBS_AFTER = 30.0
"""Seconds of looking that lie ahead from which on names are shown before headers are read."""


@dataclass
class ScanResult:
    """What a scan found, in models; `unreachable` are those of folders and drives that could not be looked at.

    `imported` counts what was taken from files of other tools: fields, files, and disagreements among them.
    """

    seen: int = 0
    added: int = 0
    changed: int = 0
    moved: int = 0
    missing: int = 0
    unreachable: int = 0
    unsettled: int = 0
    imported: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_IMPORTED, 0))
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def told(self) -> dict[str, Any]:
        """As a plain value."""
        return {**asdict(self), "problems": self.problems[:100], "seconds": round(self.seconds, 3)}


def scan(hands: Hands, wanted: Sequence[tuple[Root, str]], task: Task, quiet: float = QUIET) -> ScanResult:
    """Scans roots, or folders below them, until every model is listed with kind and family."""
    began, result = time.monotonic(), ScanResult()
    refresh_lists(hands)
    with Lookers(task.stop) as lookers:
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
        began = time.monotonic()
        found = scan(hands, wanted, task, quiet)
        if with_hashes and not task.stop.is_set():
            hash_all(hands, task)
            found.seconds = time.monotonic() - began
        return found.told()

    return hands.tasks.begin("scan", work)


def _wanted(hands: Hands, folder: Path) -> tuple[Root, str]:
    return reach_path(hands, folder) or (add_root(hands, folder), "")


class _Scan:
    """One root, or one folder of it."""

    def __init__(
        self, hands: Hands, root: Root, below: str, task: Task, result: ScanResult, lookers: Lookers, quiet: float
    ) -> None:
        self._hands, self._root, self._below, self._task = hands, root, below, task
        self._result, self._lookers, self._quiet = result, lookers, quiet
        self._index = hands.index
        self._top = Path(root.path)
        self._gone: dict[str, Seen] = {}
        self._spilled: dict[str, None] = {}
        self._waiting: dict[str, Found] = {}
        self._is_fresh, self._is_first = not hands.index.knows(root.id), not hands.index.knows()
        self._sighting = Sighting(hands, root, quiet, is_fresh=self._is_fresh)
        self._dead: list[str] = []
        self._orphans: list[Found] = []
        self._takes_back = False
        self._named: set[str] = set()
        self._met: set[str] = set()
        self._rows: list[Row] = []
        self._seen_now: list[Seen] = []
        self._put_at = time.monotonic()
        self._ours = places_made(hands)

    def run(self) -> None:
        """Walks, looks, and then says what is gone."""
        if not is_online(self._hands, self._root):
            self._result.unreachable += self._index.set_state(self._root.id, "unreachable")
            self._tell_changed()
            return
        self._index.revive(self._root.id)
        known = set(self._index.seen_folders(self._root.id, self._below))
        others = [Path(each.path) for each in roots(self._hands) if each.id != self._root.id]
        walk = Walk(self._top, others, self._ours)
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
        sweep_dead(self._top / folder.path, folder.names, self._hands.began)
        self._result.problems += [f"{folder.path or '.'}/{each}: its name is no text" for each in folder.unnameable]
        known = self._index.seen_in(self._root.id, folder.path)
        present: set[str] = set()
        for found in self._sighting.models(folder, walk, known):
            if self._below and found.is_new and self._is_listed(found):
                continue
            present.update(seen.name for seen in found.seen)
            self._met.add(found.place)
            folder.is_closed = folder.is_closed or found.is_placed
            if found.is_record_only:
                self._orphans.append(found)
                continue
            self._result.seen += 1
            if not is_unchanged(found, known):
                self._waiting[found.place] = found
                if is_only_named(found, known):
                    self._named.add(found.place)
        self._gone |= {seen.path: seen for name, seen in known.items() if name not in present}
        self._progress(folder.path)
        self._look(_CHUNK * 4)
        self._keep_up()

    def _is_listed(self, found: Found) -> bool:
        """Whether a file that only a link leads to is listed by another way: a part of a root cannot tell by itself."""
        main = found.seen[0]
        real = os.path.realpath(self._top / main.path)
        if not main.inode or real == str(Path(os.path.realpath(self._top)) / main.path):
            return False
        tops = {root.id: root.path for root in roots(self._hands)}
        others = [each for each in self._index.seen_inode(main.inode, main.size) if each.path != main.path]
        return any(each.root in tops and os.path.realpath(Path(tops[each.root]) / each.path) == real for each in others)

    def _look_again(self, walk: Walk) -> None:
        """Files that were too young are taken in when nothing has happened to them for a while."""
        if not self._sighting.young or self._task.stop.is_set():
            return
        before = {each: fingerprint(self._top / each[0] / each[1]) for each in self._sighting.young}
        self._finish_looking()
        self._task.stop.wait(self._quiet)
        settled = {each for each, told in before.items() if told and told == fingerprint(self._top / each[0] / each[1])}
        self._result.unsettled += len(before) - len(settled)
        self._sighting.young, self._sighting.has_waited = [], True
        for path in sorted({folder for folder, _ in settled}):
            again = next(iter(Walk(self._top, (), self._ours).folders(path)))
            known = self._index.seen_in(self._root.id, path)
            unsettled = {name for folder, name in before if folder == path and (folder, name) not in settled}
            for found in self._sighting.models(again, walk, known):
                fresh = (path, found.seen[0].name) in settled
                if self._below and found.is_new and self._is_listed(found):
                    continue
                if fresh and found.seen[0].name not in unsettled and not is_unchanged(found, known):
                    self._result.seen += 1
                    self._waiting[found.place] = found

    def _take_orphans(self) -> None:
        """Records whose file is nowhere, now that every file that was only moved has been found."""
        if not self._task.stop.is_set():
            left = [found.place for found in self._orphans if os.path.lexists(self._top / found.seen[0].path)]
            self._result.missing += self._index.set_state(self._root.id, "missing", left) if left else 0
        for found in self._orphans:
            known = self._index.seen_in(self._root.id, found.seen[0].folder)
            if os.path.lexists(self._top / found.seen[0].path) and not is_unchanged(found, known):
                self._waiting[found.place] = found
        self._finish_looking()

    # ------------------------------------------------------------------------------------------------ wave two

    def _look(self, enough: int) -> None:
        """Hands models out to be looked at, once there are enough of them, and takes in what is done."""
        while len(self._waiting) >= max(enough, 1) and self._lookers.has_room:
            self._lookers.start(self._prepared(self._next(_CHUNK)))
        self._apply(self._lookers.done())

    def _next(self, count: int) -> list[Found]:
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
        walk = Walk(self._top, (), self._ours)
        known = self._index.seen_in(self._root.id, folder)
        self._sighting.has_waited = self._takes_back = True
        for found in self._sighting.models(next(iter(walk.folders(folder))), walk, known):
            if not found.is_record_only and not is_unchanged(found, known):
                self._waiting[found.place] = found

    def _alone(self, chunk: list[Found]) -> Iterator[tuple[Found, Looked]]:
        for found in chunk:
            if self._task.stop.is_set():
                return
            yield found, look_at([found.target])[0]

    def _prepared(self, chunk: list[Found]) -> list[Found]:
        """Moved files keep the id and the records that they had at their old place."""
        return [self._moved(found) if found.is_new and found.target.home == "adopted" else found for found in chunk]

    def _moved(self, found: Found) -> Found:
        main = found.seen[0]
        for old in self._index.seen_inode(main.inode, main.size) if main.inode and not self._is_first else []:
            if (old.root, old.path) == (main.root, main.path) or old.mtime != main.mtime or old.device != main.device:
                continue
            record = self._index.at(old.place, old.root)
            root = next((each for each in roots(self._hands) if each.id == old.root), None)
            if record is None or root is None or is_met(self._hands, root, old.path):
                continue
            if not is_online(self._hands, root):
                continue  # a drive that is away has not lost it: this is a copy, however alike
            moved = self._with_records(found.target, record, root, old.place)
            self._index.forget_seen([old])  # only now: after a death on the way it is followed once more
            if old.root == self._root.id:
                self._gone.pop(old.path, None)
            self._result.moved += 1
            own = signature_of([Path(each) for each in (moved.metadata, moved.overrides) if each])
            first = main._replace(beside=f"{main.beside.partition(OWN)[0]}{OWN}{own}")
            return Found(found.place, [first, *found.seen[1:]], False, partial(_same, moved))
        return found

    def _with_records(self, target: Target, record: dict[str, Any], root: Root, place: str) -> Target:
        """Our records go where the file went; where there were none, they are written, so that the id stays."""
        target = target._replace(id=str(record["id"]))
        was = canonical_files(self._hands, root, place, "adopted")
        try:
            if target.metadata is None:
                target = self._brought(target, record, was)
            self._drop_brought(was[0], Path(target.metadata or was[0]))
        except (ModellaError, OSError) as problem:
            self._result.problems.append(f"{target.place}: {problem}")
        return target

    def _brought(self, target: Target, record: dict[str, Any], was: tuple[Path, Path]) -> Target:
        """The user's words go first, for without a record at the new place all this is done once more after a death."""
        new = canonical_files(self._hands, self._root, target.place, "adopted")
        if was[1].is_file() and not os.path.lexists(new[1]):
            make_folders(new[1].parent)
            publish(was[1], new[1])
        told = read_json_or_none(was[0])
        write_adopted(new[0], told if isinstance(told, dict) else record, PurePosixPath(target.place).name)
        return target._replace(metadata=str(new[0]), overrides=str(new[1]) if new[1].is_file() else None)

    def _drop_brought(self, was: Path, new: Path) -> None:
        """Removes our record at the old place once it is at the new one, where it names its file anew."""
        old, told = read_json_or_none(was), read_json_or_none(new)
        if was == new or not isinstance(old, dict) or not isinstance(told, dict):
            return
        if {**without_words(old), "file": None} == {**told, "file": None}:
            remove_file(was)

    def _apply(self, done: Iterable[tuple[Found, Looked]]) -> None:
        """Takes in what was looked at, and puts it into the index when there is enough of it."""
        for found, looked in done:
            if looked.row is None:
                self._result.problems.append(f"{looked.target.place}: {looked.problem}")
                continue
            wave = "hashes" if looked.is_hashed or looked.target.state != "present" else "headers"
            for name, count in zip(_IMPORTED, looked.imported, strict=True):
                self._result.imported[name] += count
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

    def _count(self, found: Found) -> None:
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
        at = next((each for each in roots(self._hands) if each.id == root), None)
        return at is not None and is_met(self._hands, at, place)

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
        places = {seen.place for seen in self._gone.values()} | self._never_seen(dead)
        self._index.forget_seen(self._gone.values())
        ghosts = {
            each for each in places if os.path.lexists(self._top / each) and not is_met(self._hands, self._root, each)
        }
        self._index.remove(*(model for place in ghosts if (model := self._index.id_at(self._root.id, place))))
        self._result.missing += self._index.set_state(self._root.id, "missing", places)
        if places:
            self._tell_changed(len(places))

    def _never_seen(self, dead: tuple[str, ...]) -> set[str]:
        """Models that a download or a rebuild put into the index, and that have gone before any scan saw them."""
        if self._below:
            return set()
        unmet = {place for place in self._index.places(self._root.id) if place not in self._met}
        reachable = (place for place in unmet if not any(f"{place}/".startswith(each) for each in dead))
        return {place for place in reachable if not os.path.lexists(self._top / place)}

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


def _same(target: Target) -> Target:
    return target
