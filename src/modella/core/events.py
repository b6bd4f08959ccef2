"""What happens, as it is told: one tagged union of events, each numbered and timed.

The same stream feeds the command line, the WebSocket and the tests.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from modella.core.download import DownloadView, Step


class _Event(BaseModel):
    """`seq` grows by one an event within a run; `at` is UTC, for display only."""

    model_config = ConfigDict(frozen=True)

    seq: int = 0
    at: str = ""


class DownloadChanged(_Event):
    """A download has a new state, step, reason or name."""

    type: Literal["download-changed"] = "download-changed"
    download: DownloadView


class DownloadProgress(_Event):
    """Bytes have moved. `bytes` and `total` count over all files of the download; speed is bytes a second."""

    type: Literal["download-progress"] = "download-progress"
    id: str
    step: Step
    file: str | None = None
    bytes: int
    total: int | None = None
    speed: float = 0.0
    eta: float | None = None
    connections: int = 0


class DownloadRemoved(_Event):
    """A download has left the history."""

    type: Literal["download-removed"] = "download-removed"
    id: str


class ModelAdded(_Event):
    """A model has entered the library."""

    type: Literal["model-added"] = "model-added"
    model: dict[str, Any]


class ModelChanged(_Event):
    """A model's record has changed."""

    type: Literal["model-changed"] = "model-changed"
    model: dict[str, Any]


class ModelsChanged(_Event):
    """Many models came, changed or went at once: read the lists again; `ids` names them when they are few."""

    type: Literal["models-changed"] = "models-changed"
    count: int
    ids: tuple[str, ...] = ()


class ListsChanged(_Event):
    """Lists came, changed or went: `names` are those it concerns, of one that was renamed the old and the new one."""

    type: Literal["lists-changed"] = "lists-changed"
    names: tuple[str, ...] = ()


class AppsChanged(_Event):
    """Apps were added or removed, or links came or went in them: `apps` are their ids."""

    type: Literal["apps-changed"] = "apps-changed"
    apps: tuple[str, ...] = ()


class TaskView(BaseModel):
    """How far a long task is: a scan, hashing, verifying, looking up, moving. `done` of `total` in its own unit.

    `began_at` and `ended_at` are UTC, for display only.
    """

    model_config = ConfigDict(frozen=True)

    task: str
    kind: str
    state: Literal["running", "done", "failed", "cancelled"] = "running"
    wave: str | None = None
    done: int = 0
    total: int | None = None
    bytes: int = 0
    total_bytes: int | None = None
    item: str | None = None
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    began_at: str = ""
    ended_at: str | None = None


class TaskProgress(_Event, TaskView):
    """A long task has come further, or has ended."""

    type: Literal["task-progress"] = "task-progress"


class QueueChanged(_Event):
    """The order of the queue has changed: ids of what waits, first come first."""

    type: Literal["queue-changed"] = "queue-changed"
    order: tuple[str, ...]


class SettingsChanged(_Event):
    """Settings have other values now; `values` holds those that do, as `GET /api/settings` tells them."""

    type: Literal["settings-changed"] = "settings-changed"
    values: dict[str, Any]


class Resync(_Event):
    """The listener has missed events that are no longer kept: read the lists again."""

    type: Literal["resync"] = "resync"


Event = Annotated[
    DownloadChanged
    | DownloadProgress
    | DownloadRemoved
    | ModelAdded
    | ModelChanged
    | ModelsChanged
    | ListsChanged
    | AppsChanged
    | TaskProgress
    | QueueChanged
    | SettingsChanged
    | Resync,
    Field(discriminator="type"),
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event)
