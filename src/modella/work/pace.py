"""How fast and how many: the bandwidth cap, hours, connections per host, and hosts that asked us to wait."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from modella.io.settings import HOURS, Settings

CONNECTIONS_TOGETHER = 24
"""Connections of all downloads together: more only take turns on the same line, and delay everything else."""
LEAST_CONNECTIONS = 2
_BURST = 0.25


class Pace:
    """Shared by all downloads; safe for threads. `settings` is asked anew, so that changes count at once."""

    def __init__(self, settings: Callable[[], Settings], local_time: Callable[[], datetime] = datetime.now) -> None:
        self._settings = settings
        self._local_time = local_time
        self._lock = threading.Lock()
        self._debt_paid_at = time.monotonic()
        self._cool_until: dict[str, float] = {}
        self._running: dict[str, int] = defaultdict(int)

    def take(self, size: int, stopped: threading.Event) -> None:
        """Waits until so many bytes may have passed under the cap, or until stopped."""
        cap = self.cap()
        if not cap:
            return
        with self._lock:
            now = time.monotonic()
            self._debt_paid_at = max(self._debt_paid_at, now - _BURST) + size / cap
            wait = self._debt_paid_at - now
        if wait > 0:
            stopped.wait(wait)

    def cap(self) -> int:
        """Bytes a second that are allowed now, 0 without a cap."""
        settings = self._settings()
        holds = not settings.bandwidth_hours or within(settings.bandwidth_hours, self._local_time())
        return settings.bandwidth if holds else 0

    def may_run(self) -> bool:
        """Whether this is an hour in which downloads may run."""
        hours = self._settings().download_hours
        return not hours or within(hours, self._local_time())

    def cool(self, host: str, seconds: float) -> None:
        """The host asked for a pause; other hosts go on."""
        with self._lock:
            self._cool_until[host] = max(self._cool_until.get(host, 0.0), time.monotonic() + seconds)

    def cooling(self, host: str) -> float:
        """Seconds until the host may be asked again."""
        with self._lock:
            return max(0.0, self._cool_until.get(host, 0.0) - time.monotonic())

    def enter(self, host: str) -> bool:
        """Counts a download in for a host, if the host has room."""
        with self._lock:
            if self._running[host] >= self._settings().downloads_per_host:
                return False
            self._running[host] += 1
            return True

    def share(self) -> int:
        """Connections that one of the downloads running now may open."""
        with self._lock:
            running = max(1, sum(self._running.values()))
        return min(self._settings().connections, max(LEAST_CONNECTIONS, CONNECTIONS_TOGETHER // running))

    def leave(self, host: str) -> None:
        """Counts a download out."""
        with self._lock:
            self._running[host] = max(0, self._running[host] - 1)


def within(hours: str, moment: datetime) -> bool:
    """Whether the moment lies in hours such as 22:00-07:00, which may pass midnight."""
    found = HOURS.match(hours)
    if not found:
        return True
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    minute = moment.hour * 60 + moment.minute
    return start <= minute < end if start <= end else minute >= start or minute < end
