"""Manners towards sites that are browsed: one question at a time, the pauses they ask for, and what they told kept.

A site that asks for a pause of a few seconds gets it here and now; for a longer one everybody who asks is told, until
it is over, and the site is left in peace.
"""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from modella.core.errors import ModellaError, NetworkTrouble
from modella.io.store.browsed import BrowseStore

T = TypeVar("T")
LONGEST_PAUSE = 5.0
"""Seconds that somebody who looks at a page may be kept waiting at a time."""
_TRIES = 3
_LONGEST_BACKOFF = 30.0
_PATIENCE = 60.0
"""Seconds that a question may wait for the one before it."""
_BUSY = frozenset({"rate-limited", "server-error"})
_ASKING, _DRAWING = 4, 4


class Manners:
    """Asks each site one thing at a time; `pause` is the first pause without a wish of the site's, in seconds."""

    def __init__(self, pause: Callable[[], float]) -> None:
        self._pause = pause
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._rests: dict[str, tuple[float, NetworkTrouble]] = {}
        self._closing = threading.Event()

    def ask(self, site: str, call: Callable[[], T]) -> T:
        """The answer to a question; NetworkTrouble with the seconds left (`retry_after`) while the site wants peace."""
        lock = self._locks[site]
        if not lock.acquire(timeout=_PATIENCE):
            raise NetworkTrouble("stalled", source=site, host=site, reason="others are waiting for it too")
        try:
            self._heed(site)
            return self._politely(site, call)
        finally:
            lock.release()

    def close(self) -> None:
        """Ends every pause."""
        self._closing.set()

    def _heed(self, site: str) -> None:
        until, problem = self._rests.get(site, (0.0, None))
        left = until - time.monotonic()
        if problem is not None and left > 0:
            raise NetworkTrouble(problem.code, **{**problem.facts, "retry_after": round(left, 1)})

    def _politely(self, site: str, call: Callable[[], T]) -> T:
        tries = 0
        while True:
            try:
                return call()
            except NetworkTrouble as problem:
                tries += 1
                wished = problem.facts.get("retry_after")
                pause = float(wished) if isinstance(wished, int | float) else self._backoff(tries)
                if problem.code not in _BUSY or self._closing.is_set():
                    raise
                if tries >= _TRIES or pause > LONGEST_PAUSE:
                    self._rests[site] = (time.monotonic() + pause, problem)
                    raise NetworkTrouble(problem.code, **{**problem.facts, "retry_after": pause}) from problem
            self._closing.wait(pause)

    def _backoff(self, tries: int) -> float:
        return min(_LONGEST_BACKOFF, self._pause() * 2.0 ** (tries - 1)) * random.uniform(1.0, 1.25)


class Browsing:
    """What browsing needs: what was told, manners, and threads of its own, so that a slow site delays nothing else."""

    def __init__(self, store: BrowseStore, pause: Callable[[], float]) -> None:
        self.store = store
        self.manners = Manners(pause)
        self.asking = ThreadPoolExecutor(_ASKING, thread_name_prefix="modella-browse")
        self.drawing = ThreadPoolExecutor(_DRAWING, thread_name_prefix="modella-pictures")
        self.failed: dict[str, float] = {}
        """Pictures that could not be had, and when: not asked for again at once."""

    def recall(self, key: str) -> tuple[float, bytes] | None:
        """When an answer came and what it was; None also when the store cannot be read."""
        try:
            return self.store.answer(key)
        except ModellaError:
            return None

    def remember(self, key: str, body: bytes) -> None:
        """Keeps an answer, where that is possible."""
        try:
            self.store.keep_answer(key, body)
        except ModellaError:
            return

    def close(self) -> None:
        """Lets everybody who waits go, and closes the store."""
        self.manners.close()
        for pool in (self.asking, self.drawing):
            pool.shutdown(wait=False, cancel_futures=True)
        self.store.close()
