"""Processes that look at models: started when there is enough to do, and never taken along by a file that kills one."""

import gc
import os
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from multiprocessing import get_all_start_methods, get_context
from threading import Event
from types import TracebackType

import structlog

from modella.work.look import Looked, Target, look_at
from modella.work.sighting import Found

log = structlog.get_logger()
_ATTEMPTS, _BREATH = 12, 0.25
MEASURED = 1.0
"""Seconds of looking after which it is known how fast it goes."""
_PROCESSES = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
"""Never forked from this process, whose threads and locks a copy of it would inherit half way."""
if _PROCESSES.get_start_method() == "forkserver":
    _PROCESSES.set_forkserver_preload([look_at.__module__])


class Lookers:
    """Processes that look at models; started when there is enough to do, and not at all for a handful."""

    def __init__(self, stop: Event) -> None:
        self._stop = stop
        self._pool: ProcessPoolExecutor | None = None
        self._workers = max(1, min(4, os.cpu_count() or 1))
        self._running: dict[Future[list[Looked]], list[Found]] = {}
        self._began, self._finished = 0.0, 0

    def __enter__(self) -> "Lookers":
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
        return models * spent / self._finished if self._finished and spent > MEASURED else 0.0

    def start(self, chunk: list[Found]) -> None:
        """Hands models out."""
        targets = [found.target for found in chunk]
        for _ in range(_ATTEMPTS):
            if self._pool is None:
                self._pool = ProcessPoolExecutor(self._workers, mp_context=_PROCESSES, initializer=_begin)
            try:
                self._running[self._pool.submit(look_at, targets)] = chunk
            except Exception:  # noqa: BLE001 (whatever becomes of a pool whose processes were killed)
                self._pool.shutdown(wait=False)
                self._pool = None
                time.sleep(_BREATH)  # until the system, too, knows that it is dead
            else:
                return
        log.warning("no process can be started; models are looked at in this one")
        here: Future[list[Looked]] = Future()
        here.set_result(look_at(targets))
        self._running[here] = chunk

    def wait(self) -> None:
        """Waits a moment for something to be done."""
        if self._running:
            wait(self._running, timeout=0.25, return_when=FIRST_COMPLETED)

    def done(self) -> Iterator[tuple[Found, Looked]]:
        """What is done since the last time."""
        for future in [each for each in self._running if each.done()]:
            chunk = self._running.pop(future)
            self._finished += len(chunk) if self._began else 0
            self._began = self._began or time.monotonic()
            try:
                looked = future.result()
            except Exception:  # noqa: BLE001 (looking itself raises nothing: its process has ended)
                looked = [_one_alone(found.target) for found in chunk]
            yield from zip(chunk, looked, strict=True)


def _begin() -> None:
    """In a new process: what it has loaded stays, and what it makes of one file is gone with the next."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _one_alone(target: Target) -> Looked:
    """Looks at one model in a process of its own: the file that kills its reader is found that way."""
    for _ in range(2):  # once more, as somebody else may have ended the first process
        with suppress(Exception), ProcessPoolExecutor(1, mp_context=_PROCESSES) as pool:
            return pool.submit(look_at, [target]).result()[0]
    log.warning("a file killed the process that read it", place=target.place)
    return Looked(target, None, "reading it ended the process that read it")
