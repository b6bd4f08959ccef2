"""A download: a wish with a state, how one listing's files become a model."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from modella.core.digests import Digests
from modella.core.listing import Ref
from modella.core.model import FileTrust, Plan

SCHEMA = 1
"""The version of the record that this program writes; a record of a later one is left alone."""

Duplicates = Literal["ask", "skip", "overwrite", "link"]


class State(StrEnum):
    """The states people see."""

    queued = "queued"
    waiting = "waiting"
    describing = "describing"
    fetching = "fetching"
    paused = "paused"
    verifying = "verifying"
    review = "review"
    placing = "placing"
    done = "done"
    failed = "failed"
    quarantined = "quarantined"
    cancelled = "cancelled"


FINISHED = frozenset({State.done, State.failed, State.quarantined, State.cancelled})
WORKING = frozenset({State.describing, State.fetching, State.verifying, State.placing})


class Step(StrEnum):
    """The seven steps, by the names used everywhere."""

    describe = "describe"
    fetch = "fetch"
    verify = "verify"
    identify = "identify"
    place = "place"
    register = "register"
    link = "link"


class Wish(BaseModel):
    """What somebody asked for. `kind` and `family` are the person's word and win over everything."""

    model_config = ConfigDict(extra="ignore")

    ref: Ref
    shown: str
    """The link as it may be shown: without secrets."""
    pattern: str | None = None
    kind: str | None = None
    family: str | None = None
    on_duplicate: Duplicates = "ask"
    review: bool = False
    link: bool = True


class Reason(BaseModel):
    """Why a download waits or has failed: a code of `core/errors` (or of waiting), the facts, and until when."""

    model_config = ConfigDict(extra="ignore")

    code: str
    facts: dict[str, Any] = Field(default_factory=dict)
    until: str | None = None


class PartRecord(BaseModel):
    """What is known of one file on its way. `durable` are byte ranges that were flushed to the disk.

    `received` may be ahead of them; only a journal written under the same boot of the machine makes it trusted.
    """

    model_config = ConfigDict(extra="ignore")

    index: int
    name: str
    path: str | None = None
    file_id: str | None = None
    role: str = "model"
    size: int | None = None
    size_exact: bool = True
    expected: Digests = Digests()
    actual: Digests | None = None
    etag: str | None = None
    last_modified: str | None = None
    total: int | None = None
    durable: list[tuple[int, int]] = Field(default_factory=list)
    checkpoint: int = 0
    boot: str | None = None
    complete: bool = False
    length_proven: bool = True
    trust: FileTrust = "unchecked"
    verified_by: str | None = None
    retried_clean: bool = False
    fetched_again: int = 0


class Download(BaseModel):
    """The durable record of one download: `state.json` beside the parts, and its mirror in the queue's database."""

    model_config = ConfigDict(extra="ignore")

    schema_version: int = SCHEMA
    id: str
    state: State = State.queued
    step: Step | None = None
    wish: Wish
    position: int = 0
    name: str | None = None
    version: str | None = None
    page_url: str | None = None
    kind: str | None = None
    base_model: str | None = None
    parts: list[PartRecord] = Field(default_factory=list)
    reason: Reason | None = None
    duplicate_of: dict[str, Any] | None = None
    duplicate_answered: bool = False
    approved: bool = False
    cleared: bool = False
    """The model that is replaced is in the trash: from here on its names belong to the new one."""
    plan: Plan | None = None
    draft: dict[str, Any] = Field(default_factory=dict)
    model_id: str | None = None
    attempts: int = 0
    owner: str | None = None
    created_at: str = ""
    updated_at: str = ""
    finished_at: str | None = None

    @property
    def total(self) -> int | None:
        """Bytes of all files, None while one of them is unknown."""
        sizes = [part.size for part in self.parts]
        return sum(s for s in sizes if s is not None) if sizes and None not in sizes else None

    @property
    def received(self) -> int:
        """Bytes known to be on the disk."""
        return sum(p.size or 0 if p.complete else sum(b - a for a, b in p.durable) for p in self.parts)


class FileView(BaseModel):
    """One file of a download, as doors show it."""

    name: str
    size: int | None = None
    received: int = 0
    sha256: str | None = None
    expected_sha256: str | None = None
    verified: str = "unchecked"


class DownloadView(BaseModel):
    """A download as doors show it: the API, events, `queue ls --json`."""

    id: str
    state: State
    step: Step | None = None
    link: str
    source: str
    name: str | None = None
    version: str | None = None
    page_url: str | None = None
    kind: str | None = None
    base_model: str | None = None
    position: int = 0
    bytes: int = 0
    total: int | None = None
    files: list[FileView] = Field(default_factory=list)
    reason: Reason | None = None
    duplicate_of: dict[str, Any] | None = None
    draft: dict[str, Any] = Field(default_factory=dict)
    model_id: str | None = None
    attempts: int = 0
    created_at: str = ""
    updated_at: str = ""
    finished_at: str | None = None


def view(download: Download) -> DownloadView:
    """The download as doors show it."""
    return DownloadView(
        **download.model_dump(include=set(DownloadView.model_fields) - {"files", "bytes", "total", "link", "source"}),
        link=download.wish.shown,
        source=download.wish.ref.source,
        bytes=download.received,
        total=download.total,
        files=[_file_view(part) for part in download.parts],
    )


def _file_view(part: PartRecord) -> FileView:
    return FileView(
        name=part.name,
        size=part.size,
        received=(part.size or 0) if part.complete else sum(b - a for a, b in part.durable),
        sha256=part.actual.sha256 if part.actual else None,
        expected_sha256=part.expected.sha256,
        verified=part.trust,
    )
