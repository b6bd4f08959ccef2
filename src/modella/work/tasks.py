"""Long tasks: one of a kind at a time, each with an id, progress that is told, and a stop that works."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

import structlog

from modella.core.errors import Conflict, Failed, ModellaError, NotFound
from modella.core.events import TaskProgress, TaskView
from modella.io.bus import Bus

log = structlog.get_logger()
_KEPT = 50
_EVERY = 0.2
"""Seconds between two tellings of progress."""

_Item = TypeVar("_Item")
TaskState = Literal["running", "done", "failed", "cancelled"]


class Task:
    """One long task. Its work looks at `stop` often and says how far it is by `progress`."""

    def __init__(self, identity: str, kind: str, bus: Bus) -> None:
        self.id, self.kind = identity, kind
        self.stop = threading.Event()
        self.finished = threading.Event()
        self.state: TaskState = "running"
        self.result: dict[str, Any] | None = None
        self.problem: ModellaError | None = None
        self.began_at = _now()
        self.ended_at: str | None = None
        self._bus = bus
        self._facts: dict[str, Any] = {}
        self._told_at = 0.0

    def progress(self, **facts: Any) -> None:
        """How far it is, in fields of the event; told a few times a second at most."""
        self._facts.update(facts)
        now = time.monotonic()
        if now - self._told_at >= _EVERY:
            self._told_at = now
            self.tell()

    def heed_stop(self) -> None:
        """Failed("cancelled") when somebody wants it to end."""
        if self.stop.is_set():
            raise Failed("cancelled")

    def end(self, state: TaskState, result: dict[str, Any] | None = None, problem: ModellaError | None = None) -> None:
        """Says how it ended."""
        self.state, self.result, self.problem, self.ended_at = state, result, problem, _now()
        self.tell()
        self.finished.set()

    def shown(self) -> TaskView:
        """The task as it is now."""
        error = {"code": self.problem.code, "context": _plain(self.problem.facts)} if self.problem else None
        return TaskView(
            task=self.id,
            kind=self.kind,
            state=self.state,
            result=self.result,
            error=error,
            began_at=self.began_at,
            ended_at=self.ended_at,
            **self._facts,
        )

    def tell(self) -> None:
        """Tells everybody how far it is."""
        self._bus.tell(TaskProgress(**self.shown().model_dump()))


def one_by_one(task: Task | None, items: Sequence[_Item], named: Callable[[_Item], str]) -> Iterator[_Item]:
    """The items, each told as progress by its name before its turn, until the task is to stop."""
    for number, item in enumerate(items):
        if task is not None:
            if task.stop.is_set():
                return
            task.progress(done=number, total=len(items), item=named(item))
        yield item


class Tasks:
    """The tasks of a house: running ones, and the last that ended."""

    def __init__(self, bus: Bus, new_id: Callable[[], str]) -> None:
        self._bus, self._new_id = bus, new_id
        self._lock = threading.Lock()
        self._tasks: OrderedDict[str, Task] = OrderedDict()
        self._threads: set[threading.Thread] = set()
        self.is_closing = False
        """Whether tasks are stopped because the program ends, and not because somebody wants them to."""

    def begin(self, kind: str, work: Callable[[Task], dict[str, Any]], *, alone: bool = True) -> Task:
        """Starts a task in a thread of its own. Conflict("task-running") when one of its kind must end first."""
        with self._lock:
            busy = next((each for each in self._tasks.values() if each.kind == kind and each.state == "running"), None)
            if busy is not None and alone:
                raise Conflict("task-running", kind=kind, task=busy.id)
            task = Task(self._new_id(), kind, self._bus)
            self._tasks[task.id] = task
            while len(self._tasks) > _KEPT:
                oldest = next((key for key, each in self._tasks.items() if each.state != "running"), None)
                if oldest is None:
                    break
                del self._tasks[oldest]
            thread = threading.Thread(target=self._run, args=(task, work), name=f"modella-{kind}", daemon=True)
            self._threads.add(thread)
        thread.start()
        return task

    def get(self, identity: str) -> Task:
        """A task by its id; NotFound("unknown-id")."""
        with self._lock:
            task = self._tasks.get(identity)
        if task is None:
            raise NotFound("unknown-id", id=identity[:64])
        return task

    def all(self) -> list[Task]:
        """Running tasks and the last ended ones, the newest first."""
        with self._lock:
            return list(reversed(self._tasks.values()))

    def cancel(self, identity: str) -> Task:
        """Asks a task to stop; one that has ended stays as it ended."""
        task = self.get(identity)
        task.stop.set()
        return task

    def close(self, seconds: float = 10.0) -> None:
        """Stops everything and waits for it."""
        self.is_closing = True
        for task in self.all():
            task.stop.set()
        deadline = time.monotonic() + seconds
        for thread in list(self._threads):
            thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self, task: Task, work: Callable[[Task], dict[str, Any]]) -> None:
        try:
            result = work(task)
            task.end("cancelled" if task.stop.is_set() else "done", result)
        except ModellaError as problem:
            task.end("cancelled" if problem.code == "cancelled" else "failed", problem=problem)
        except Exception:
            log.exception("a task broke", kind=task.kind, task=task.id)
            task.end("failed", problem=Failed("internal", error_id=task.id))
        finally:
            self._threads.discard(threading.current_thread())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str | int | float | bool | type(None)) else str(value)
        for name, value in facts.items()
    }
