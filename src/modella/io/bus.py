"""The event stream inside one process: numbered, kept for a while, never blocking whoever tells."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from modella.core.events import DownloadProgress, Event, Resync, TaskProgress

KEPT = 2000
QUEUE_LIMIT = 1000


class Bus:
    """Tells events to every listener of this process; may be told from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seq = 0
        self._kept: deque[Event] = deque(maxlen=KEPT)
        self._listeners: set[_Listener] = set()
        self._taps: list[Callable[[Event], None]] = []

    @property
    def seq(self) -> int:
        """The number of the newest event."""
        return self._seq

    def tell(self, event: Event) -> Event:
        """Numbers, times and delivers an event; progress is not kept for latecomers."""
        with self._lock:
            self._seq += 1
            told = event.model_copy(
                update={"seq": self._seq, "at": datetime.now(UTC).isoformat(timespec="milliseconds")}
            )
            if not _passes(told):
                self._kept.append(told)
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener.put(told)
        for tap in tuple(self._taps):
            tap(told)
        return told

    def tap(self, take: Callable[[Event], None]) -> Callable[[], None]:
        """Hands every event to a function, in the thread that tells it: it must be quick. Gives the way to end that."""
        self._taps.append(take)
        return lambda: self._taps.remove(take)

    async def listen(self, since: int | None = None) -> AsyncIterator[Event]:
        """Events as they come, after those kept since a number; a Resync when some of these are gone.

        A listener that falls too far behind gets a Resync instead of what it missed.
        """
        listener = _Listener(asyncio.get_running_loop())
        with self._lock:
            missed = [event for event in self._kept if since is not None and event.seq > since]
            oldest = self._kept[0].seq if self._kept else self._seq + 1
            self._listeners.add(listener)
            lost = since is not None and (since > self._seq or (since + 1 < oldest and self._seq > KEPT))
        try:
            if lost:
                yield Resync(seq=self._seq, at=datetime.now(UTC).isoformat(timespec="milliseconds"))
            else:
                for event in missed:
                    yield event
            while True:
                yield await listener.next()
        finally:
            with self._lock:
                self._listeners.discard(listener)


def _passes(event: Event) -> bool:
    """Whether an event is worth nothing a moment later."""
    return isinstance(event, DownloadProgress) or (isinstance(event, TaskProgress) and event.state == "running")


class _Listener:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[Event] = deque()
        self._ready = asyncio.Event()
        self._lock = threading.Lock()

    def put(self, event: Event) -> None:
        with self._lock:
            if len(self._waiting) >= QUEUE_LIMIT:
                self._waiting.clear()
                event = Resync(seq=event.seq, at=event.at)
            self._waiting.append(event)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ready.set)

    async def next(self) -> Event:
        while True:
            with self._lock:
                if self._waiting:
                    return self._waiting.popleft()
                self._ready.clear()
            await self._ready.wait()
