"""Fetching one file: as many connections as help, resumed by journal, hashed while it arrives.

The coordinator is a coroutine; each connection is a thread that reads, writes and journals its piece
(`work/transfer.py`). Checkpoints flush the part and then write its record: the record never says more than was flushed.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from modella.core.digests import Digests
from modella.core.download import PartRecord
from modella.core.errors import ModellaError
from modella.core.pieces import LARGEST_PIECE, MIB, SMALLEST_PIECE, Pieces
from modella.core.spans import Spans
from modella.io.disk import PartFile, boot_id
from modella.work.hashing import FollowingHasher
from modella.work.pace import CONNECTIONS_TOGETHER
from modella.work.scaling import Meter, Scaler
from modella.work.transfer import Connection, Patience, Transfers

__all__ = ["Fetch", "Fetched", "Patience", "Progress", "Stopped"]

CHECKPOINT_BYTES = 64 * MIB
CHECKPOINT_SECONDS = 5.0
TICK = 0.05
LET_GO_SECONDS = 5.0
ASLEEP = 3.0
"""Seconds between two looks after which the machine or the process has been asleep."""
_EVERY_JOURNAL = 1 << 62


@dataclass(frozen=True)
class Progress:
    """How far one file is. Speed in bytes a second over the last seconds."""

    received: int
    size: int | None
    speed: float
    connections: int
    waiting: str | None = None
    until: float = 0.0
    slow: bool = False
    host: str = ""
    """Who sends the bytes."""


@dataclass(frozen=True)
class Fetched:
    """A whole file. `length_proven` is False when only the end of the connection ended it.

    `flushed` is the flush under way: its result must be awaited before anything durable says that the file is whole.
    """

    size: int
    digests: Digests
    length_proven: bool
    host: str
    flushed: Future[None]


class Stopped(Exception):
    """The fetch was asked to stop; what is there is kept."""


class Fetch(Transfers):
    """One file on its way to the disk. `run` may be called once."""

    def __init__(self, record: PartRecord, file: PartFile, **hands: Any) -> None:
        super().__init__(record, file, **hands)
        self._threads: dict[int, threading.Thread] = {}
        self._checkpointed = 0
        self._checkpointed_at = time.monotonic()
        self._flush_failed = False

    async def run(self, told: Callable[[Progress], None]) -> Fetched:
        """Fetches what is missing; Stopped when asked to stop, a ModellaError when it cannot be done."""
        await asyncio.to_thread(self._begin)
        try:
            await self._supervise(told)
        except ModellaError as problem:
            self._fail(problem)
        except BaseException:
            self._abandon_hashing()
            raise
        finally:
            self._stop.set()
            await asyncio.to_thread(self._end_threads)
        return await asyncio.to_thread(self._complete)

    def stop(self) -> None:
        """Asks the fetch to stop; `run` then raises Stopped after a last checkpoint. Safe from any thread."""
        self._stop.set()
        self._abort_all()

    def _begin(self) -> None:
        record, shared = self.record, self._shared
        shared.written = self._believed()
        if record.size is not None and record.size_exact and (shared.written.total or record.total is None):
            shared.pieces.size = record.size
        if record.boot != boot_id() or not shared.written.total:
            # Lines of a journal that is not believed must not be believed later, under the boot written below.
            self._file.drop_journals(_EVERY_JOURNAL)
        record.boot, record.durable = boot_id(), list(shared.written)
        self._file.begin_journal(record.checkpoint)
        if shared.written.total:
            self._checkpoint()
        else:
            self._remember()
        self._start_hasher()

    def _believed(self) -> Spans:
        """What of the part is there: what was flushed, and what a journal tells when no power cut can lie between."""
        if not self._may_resume():
            return Spans()
        told = list(self.record.durable)
        if self.record.boot == boot_id():
            told += self._file.journalled()
        length = self._file.length
        return Spans((start, min(end, length)) for start, end in told if start < min(end, length))

    def _start_hasher(self) -> None:
        self._hasher = FollowingHasher(self._file, self._prefix)

    def _abandon_hashing(self) -> None:
        if self._hasher:
            self._hasher.abandon()

    async def _supervise(self, told: Callable[[Progress], None]) -> None:
        meter = Meter(self._total())
        scaler = Scaler()
        flushing: asyncio.Task[None] | None = None
        while not self._is_over():
            if self._restarting.is_set():
                await asyncio.to_thread(self._start_again)
                meter = Meter(0)
            self._fill_threads()
            slept_from = time.monotonic()
            await asyncio.sleep(TICK)
            if time.monotonic() - slept_from > ASLEEP:
                self._wake()
                meter = Meter(self._total())
            meter.note(self._total())
            scaler.consider(self, meter)
            self._drop_slow_connections()
            if self._needs_checkpoint() and (flushing is None or flushing.done()):
                if flushing is not None:
                    flushing.result()
                flushing = asyncio.create_task(asyncio.to_thread(self._checkpoint))
            told(self._progress(meter))
        if flushing is not None:
            await flushing
        told(self._progress(meter))

    def _progress(self, meter: Meter) -> Progress:
        with self._lock:
            shared = self._shared
            live = sum(1 for c in self._connections.values() if c.answer is not None)
            waiting = shared.waiting if not live and shared.waiting_until > time.monotonic() else None
            left = max(0.0, shared.waiting_until - time.monotonic())
            return Progress(
                shared.written.total,
                self._known_size(),
                meter.speed,
                live,
                waiting,
                left,
                shared.slow,
                shared.host,
            )

    def _fill_threads(self) -> None:
        with self._lock:
            if self._is_over() or self._restarting.is_set():
                return
            for number in range(self._shared.wanted):
                if number not in self._threads or not self._threads[number].is_alive():
                    if number and not self._has_more():
                        return
                    connection = self._connections[number] = Connection(number, self._shared.epoch)
                    name = f"modella-fetch-{number}"
                    thread = threading.Thread(target=self._work, args=(connection,), name=name, daemon=True)
                    self._threads[number] = thread
                    thread.start()

    def _has_more(self) -> bool:
        shared = self._shared
        return shared.pieces.size is None or shared.written.total < shared.pieces.size

    def _wake(self) -> None:
        """Time that passed in sleep counts against nobody: slowness is measured from here."""
        with self._lock:
            for connection in self._connections.values():
                connection.window_began, connection.window_received = time.monotonic(), connection.received

    def _drop_slow_connections(self) -> None:
        """A connection that only drips is opened anew a few times, then left alone and said to be slow."""
        now = time.monotonic()
        with self._lock:
            live = [c for c in self._connections.values() if c.answer is not None]
            due = [c for c in live if now - c.window_began > self._patience.slow_window]
            for connection in due:
                speed = (connection.received - connection.window_received) / (now - connection.window_began)
                connection.window_began, connection.window_received = now, connection.received
                if speed >= self._slowest():
                    self._shared.slow = False
                elif self.record.fetched_again >= self._patience.slow_reconnects:
                    self._shared.slow = True
                elif connection.answer is not None:
                    self.record.fetched_again += 1
                    connection.dropped = True
                    connection.answer.abort()

    def _slowest(self) -> float:
        """Bytes a second below which a connection is slow; under a cap it may be our own doing."""
        cap = self._pace.cap()
        return min(self._patience.slowest, cap / CONNECTIONS_TOGETHER / 2) if cap else self._patience.slowest

    def _end_threads(self) -> None:
        """Waits for the connections to let go; one that is still dialling or waiting is left behind.

        Its gate is passed once: whoever was writing has finished then, and nobody begins to write any more.
        """
        self._abort_all()
        deadline = time.monotonic() + LET_GO_SECONDS
        for thread in list(self._threads.values()):
            thread.join(max(0.0, deadline - time.monotonic()))
        for connection in list(self._connections.values()):
            with connection.gate:
                pass

    def _start_again(self) -> None:
        """Forgets all that is there and begins from zero, once every connection has let go."""
        self._end_threads()
        self._abandon_hashing()
        with self._checkpoint_lock, self._lock:
            shared = self._shared
            shared.written = Spans()
            shared.pieces = Pieces()
            shared.wanted = 1
            shared.finished = False
            shared.epoch += 1
            self.record.etag = self.record.last_modified = self.record.total = None
            self.record.durable = []
            self.record.checkpoint += 1
            self._file.drop_journals(_EVERY_JOURNAL)
            self._file.begin_journal(self.record.checkpoint)
            self._file.cut(0)
            self._threads, self._connections = {}, {}
            self._save(self.record)
            self._checkpointed = 0
            self._start_hasher()
            self._restarting.clear()

    def _complete(self) -> Fetched:
        """The end of the story: what went wrong, or the whole file flushed and its digests."""
        shared, hasher = self._shared, self._hasher
        if shared.finished and shared.problem is None and hasher is not None:
            size = shared.pieces.size if shared.pieces.size is not None else shared.written.prefix
            self._file.cut(size)
            flushed: Future[None] = Future()
            threading.Thread(target=self._flush, args=(flushed,), name="modella-flush", daemon=True).start()
            try:
                digests = hasher.finish(size)
            except BaseException:
                wait([flushed])
                raise
            return Fetched(size, digests, shared.length_proven, shared.host, flushed)
        self._abandon_hashing()
        if not self._flush_failed:
            with suppress(ModellaError):
                self._checkpoint()
        if shared.problem is not None:
            raise shared.problem
        raise Stopped

    def _flush(self, flushed: Future[None]) -> None:
        """Flushes while the last bytes are hashed."""
        try:
            self._flush_once()
        except ModellaError as problem:
            flushed.set_exception(problem)
        else:
            flushed.set_result(None)

    def _needs_checkpoint(self) -> bool:
        received = self._shared.received
        if received == self._checkpointed:
            return False
        late = time.monotonic() - self._checkpointed_at > CHECKPOINT_SECONDS
        return late or received - self._checkpointed >= CHECKPOINT_BYTES

    def _checkpoint(self) -> None:
        """Flushes the part, then writes the record: it never says more than was flushed."""
        with self._checkpoint_lock:
            try:
                with self._lock:
                    number = self.record.checkpoint + 1
                    self._file.begin_journal(number)
                    snapshot, received = self._shared.written.copy(), self._shared.received
                self._flush_once()
                self.record.checkpoint = number
                self.record.durable = list(snapshot)
                self._save(self.record)
                self._file.drop_journals(number)
            except ModellaError as problem:
                self._fail(problem)
                raise
            self._checkpointed, self._checkpointed_at = received, time.monotonic()

    def _flush_once(self) -> None:
        """Flushes the part. After a flush that failed, only what the last checkpoint flushed may be believed."""
        try:
            self._file.flush()
        except ModellaError:
            self._flush_failed = True
            self.record.boot = None
            with suppress(OSError):
                self._file.drop_journals(_EVERY_JOURNAL)
            raise

    def may_grow(self) -> bool:
        """Whether more connections could help: ranges work, much is left, and nobody asked us to be fewer."""
        with self._lock:
            shared = self._shared
            size = shared.pieces.size
            if not shared.ranges or not self._may_resume() or size is None or shared.wanted >= shared.most:
                return False
            return size - shared.written.total > 4 * SMALLEST_PIECE

    def starving(self) -> float:
        """The share of their time that connections wait for the network rather than for disk and hashing."""
        with self._lock:
            reading = sum(c.reading for c in self._connections.values())
            working = sum(c.working for c in self._connections.values())
        return reading / (reading + working) if reading + working else 0.0

    @property
    def wanted(self) -> int:
        """Connections that should be at work."""
        return self._shared.wanted

    def set_wanted(self, connections: int, rate: float) -> None:
        """Changes how many connections work, and cuts pieces to what suits their speed (bytes a second, each)."""
        with self._lock:
            shared = self._shared
            shared.wanted = max(1, min(connections, shared.most))
            seconds = max(0.4, 20 * shared.first_byte_after)
            shared.pieces.piece_size = int(min(LARGEST_PIECE, max(SMALLEST_PIECE, rate * seconds)))
            if shared.wanted > 1:
                shared.pieces.share()

    @property
    def most(self) -> int:
        """Connections that are allowed."""
        return self._shared.most

    @property
    def settle_seconds(self) -> float:
        """How long a change of connections needs before it can be judged."""
        return max(0.15, 6 * self._shared.first_byte_after)
