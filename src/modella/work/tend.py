"""Tending a library while it is served: a look at every root at the start, at what changes in them, and then hashes."""

import queue
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import structlog
from watchfiles import Change, DefaultFilter, watch

from modella.core.errors import ModellaError
from modella.core.root import Root
from modella.io.disk import CONTROL, file_system_of
from modella.work.backup import is_due, make_backup
from modella.work.hands import Hands
from modella.work.hashwave import hash_all
from modella.work.reach import reach
from modella.work.roots import is_online, roots
from modella.work.scan import scan
from modella.work.tasks import Task

log = structlog.get_logger()
_QUIETLY_EVERY = 300.0
"""Seconds between two looks at roots that cannot be watched: network drives, and too many folders for the system."""
_OFFLINE_EVERY = 30.0
_BACKUP_LOOK_EVERY = 600.0
"""Seconds between two looks whether a backup is due; one that failed is tried again as often."""
_GATHER = 1.0
_FIRST = 2.0
"""Seconds before the first look: whoever has started the server wants to see its page first."""
REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smbfs", "smb3", "9p", "fuse.sshfs", "fuse.rclone", "afpfs", "webdav", "davfs"}
)

Wanted = tuple[Root, str]


class Caretaker:
    """Looks after the roots of a house until it is stopped. Everything happens in two threads of its own."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._stop = threading.Event()
        self._wanted: queue.Queue[Wanted] = queue.Queue()
        self._unwatchable: set[str] = set()
        self._unhashable, self._hash_again_at = (0, 0), 0.0
        self._backup_again_at = 0.0
        self._threads = [
            threading.Thread(target=each, name=f"modella-{name}", daemon=True)
            for name, each in (("tend", self._tend), ("watch", self._watch))
        ]

    def start(self) -> None:
        """Begins with a look at every root."""
        for root in roots(self._hands):
            self._wanted.put((root, ""))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends both threads; a scan that runs is stopped by the tasks of the house."""
        self._stop.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(5)

    # --------------------------------------------------------------------------------------------------- looking

    def _tend(self) -> None:
        self._stop.wait(_FIRST)
        while not self._stop.is_set():
            wanted = self._gathered()
            try:
                if wanted:
                    self._run("scan", wanted)
                    wanted = []
                self._hash_what_waits()
                self._keep_a_backup()
            except ModellaError as problem:
                for each in wanted:  # somebody scans something else just now
                    self._wanted.put(each)
                log.warning("looking after the library", reason=str(problem)[:200])
                self._stop.wait(_GATHER)

    def _hash_what_waits(self) -> None:
        """Hashes; what could not be hashed is not read again and again, but when there is more, or after a while."""
        waiting = self._hands.index.count_waiting("headers")
        if not waiting[0] or (waiting == self._unhashable and time.monotonic() < self._hash_again_at):
            return
        task = self._run("hash", [])
        if not task.stop.is_set() and not (task.result or {}).get("hashed"):
            self._unhashable = self._hands.index.count_waiting("headers")
            self._hash_again_at = time.monotonic() + _QUIETLY_EVERY

    def _keep_a_backup(self) -> None:
        """Makes a backup when one is due; looks only now and then whether it is."""
        if time.monotonic() < self._backup_again_at:
            return
        self._backup_again_at = time.monotonic() + _BACKUP_LOOK_EVERY
        if is_due(self._hands):
            self._run("backup", [])

    def _run(self, kind: str, wanted: list[Wanted]) -> Task:
        """Runs a task unless a person has begun one of its kind, which sees the same files anyway."""

        def work(task: Task) -> dict[str, object]:
            if kind == "backup":
                return make_backup(self._hands, task).model_dump(mode="json")
            return scan(self._hands, wanted, task).told() if kind == "scan" else self._hash(task)

        task = self._hands.tasks.begin(kind, work)
        while not task.finished.wait(0.5):
            if self._stop.is_set():
                task.stop.set()
        return task

    def _hash(self, task: Task) -> dict[str, object]:
        """Hashing gives way as soon as something has to be looked at."""
        over = threading.Event()
        watcher = threading.Thread(target=self._give_way, args=(task, over), daemon=True)
        watcher.start()
        try:
            return hash_all(self._hands, task)
        finally:
            over.set()

    def _give_way(self, task: Task, over: threading.Event) -> None:
        while not over.wait(0.5):
            if not self._wanted.empty() or self._stop.is_set():
                task.stop.set()

    def _gathered(self) -> list[Wanted]:
        """What has to be looked at: waits for the first of it, and takes along what comes in the next moment."""
        found: dict[tuple[str, str], Wanted] = {}
        try:
            first = self._wanted.get(timeout=_GATHER)
        except queue.Empty:
            return []
        found[first[0].id, first[1]] = first
        self._stop.wait(_GATHER)
        while not self._wanted.empty():
            each = self._wanted.get_nowait()
            found[each[0].id, each[1]] = each
        return _outermost(found.values())

    # -------------------------------------------------------------------------------------------------- watching

    def _watch(self) -> None:
        waited = 0.0
        while not self._stop.is_set():
            known = roots(self._hands)
            near = [root for root in known if self._may_watch(root)]
            try:
                self._follow(near)
            except OSError as problem:
                log.warning("folders cannot be watched; they are looked at now and then", reason=str(problem))
                self._unwatchable.update(root.id for root in near)
            waited += _OFFLINE_EVERY
            self._look_at_the_rest(known, near, often=waited < _QUIETLY_EVERY)
            waited = 0.0 if waited >= _QUIETLY_EVERY else waited

    def _follow(self, near: list[Root]) -> None:
        """Passes changes on until roots may have come or gone."""
        if not near:
            self._stop.wait(_OFFLINE_EVERY)
            return
        paths = {root.path: root for root in near}
        rounds = 0
        for changes in watch(
            *paths,
            watch_filter=_Ours(),
            stop_event=self._stop,
            yield_on_timeout=True,
            rust_timeout=2000,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            for wanted in _folders_of(self._hands, changes, near):
                self._wanted.put(wanted)
            rounds += not changes
            if rounds * 2 >= _OFFLINE_EVERY or {root.path for root in self._watchable()} != set(paths):
                return

    def _watchable(self) -> list[Root]:
        return [root for root in roots(self._hands) if self._may_watch(root)]

    def _may_watch(self, root: Root) -> bool:
        return (
            self._hands.settings().watch
            and root.watched
            and root.id not in self._unwatchable
            and is_online(self._hands, root)
            and file_system_of(Path(root.path)) not in REMOTE
        )

    def _look_at_the_rest(self, known: list[Root], near: list[Root], *, often: bool) -> None:
        """Roots that are not watched are looked at now and then; those that were away, when they are back."""
        watched = {root.id for root in near}
        for root in known:
            away = not is_online(self._hands, root)
            was_away = self._hands.index.is_unreachable(root.id)
            if away != was_away or (root.id not in watched and not often):
                self._wanted.put((root, ""))


class _Ours(DefaultFilter):
    """Leaves out what only we write, and what appears and goes within a write."""

    def __call__(self, change: Change, path: str) -> bool:  # noqa: ARG002 (the signature of the library)
        parts = Path(path).parts
        name = parts[-1]
        return CONTROL not in parts and not name.startswith((".", "models.db")) and not name.endswith((".tmp", ".part"))


def _folders_of(hands: Hands, changes: Iterable[tuple[Change, str]], near: list[Root]) -> list[Wanted]:
    """The folders in which something has changed, as a full scan meets them: the watcher looks through every link."""
    told: set[tuple[int, str]] = set()
    for folder in {Path(path).parent for _, path in changes}:
        for number, root in enumerate(near):
            if folder.is_relative_to(root.path):
                below = folder.relative_to(root.path).as_posix()
                told.add((number, "" if below == "." else below))
    reached = [reach(hands, near[number], below) for number, below in sorted(told)]
    return list({(each[0].id, each[1]): each for each in reached if each}.values())


def _outermost(wanted: Iterable[Wanted]) -> list[Wanted]:
    """Without folders that lie in one that is looked at anyway."""
    listed = list(wanted)
    tops = [(root.id, f"{below}/" if below else "") for root, below in listed]
    return [
        (root, below)
        for root, below in listed
        if not any(
            root.id == other and f"{below}/".startswith(top) and top != (f"{below}/" if below else "")
            for other, top in tops
        )
    ]
