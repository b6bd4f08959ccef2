"""How many connections: more while they help, judged by the speed before and after."""

import time
from typing import Protocol

from modella.core.pieces import MIB

_FAST_ENOUGH = 400 * MIB
"""Bytes a second beyond which one machine has no use for more connections."""


class Scalable(Protocol):
    """A fetch, as far as the number of its connections goes."""

    def may_grow(self) -> bool:
        """Whether more connections could help."""
        ...

    def starving(self) -> float:
        """The share of their time that connections wait for the network."""
        ...

    @property
    def wanted(self) -> int:
        """Connections that should be at work."""
        ...

    def set_wanted(self, connections: int, rate: float) -> None:
        """Changes how many connections work; `rate` is what each of them brings, in bytes a second."""
        ...

    @property
    def settle_seconds(self) -> float:
        """How long a change of connections needs before it can be judged."""
        ...


class Meter:
    """Speed over the last seconds, and over the time since a mark."""

    WINDOW = 3.0

    def __init__(self, start: int) -> None:
        self._seen = [(time.monotonic(), start)]
        self.mark_now(start)

    def note(self, received: int) -> None:
        """Notes how many bytes are there now."""
        now = time.monotonic()
        self._seen.append((now, received))
        while len(self._seen) > 2 and self._seen[0][0] < now - self.WINDOW:
            self._seen.pop(0)

    def mark_now(self, received: int | None = None) -> None:
        """Begins to measure from here."""
        self._mark = (time.monotonic(), self._seen[-1][1] if received is None else received)

    @property
    def speed(self) -> float:
        """Bytes a second over the last seconds."""
        (begin, first), (end, last) = self._seen[0], self._seen[-1]
        return max(0.0, (last - first) / (end - begin)) if end > begin else 0.0

    @property
    def since_mark(self) -> float:
        """Seconds since the mark."""
        return time.monotonic() - self._mark[0]

    @property
    def speed_since_mark(self) -> float:
        """Bytes a second since the mark."""
        seconds = self.since_mark
        return max(0.0, (self._seen[-1][1] - self._mark[1]) / seconds) if seconds else 0.0


class Scaler:
    """Adds connections while they help: tries more, waits until it has settled, keeps them only if it got faster."""

    GAIN = 1.15
    FACTOR = 4

    def __init__(self) -> None:
        self._before: tuple[int, float] | None = None
        self._rest_until = 0.0
        self._started = False

    def consider(self, fetch: Scalable, meter: Meter) -> None:
        """Changes how many connections the fetch has, when it is time for that."""
        if not self._started:
            self._started = bool(meter.speed)
            meter.mark_now()
            return
        if meter.since_mark < fetch.settle_seconds or time.monotonic() < self._rest_until:
            return
        rate, wanted = meter.speed_since_mark, fetch.wanted
        if self._before is not None:
            connections, slower = self._before
            self._before = None
            if rate < slower * self.GAIN and wanted > connections:
                fetch.set_wanted(connections, slower / connections)
                self._rest_until = time.monotonic() + 30
                meter.mark_now()
                return
        if fetch.may_grow() and fetch.starving() > 0.5 and rate < _FAST_ENOUGH and rate > 0:
            self._before = (wanted, rate)
            fetch.set_wanted(wanted * self.FACTOR, rate / wanted)
        meter.mark_now()
