"""What answers about one model look like: its history, its kin, whose it is, and what goes where with it.

They describe what goes out as it is; nothing is added to an answer or taken from it.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from modella.api.answers import Answer
from modella.api.shapes import ModelRecord, ModelSummary


class Difference(BaseModel):
    """A field in an earlier version and now; both are left out where only is told that they differ."""

    then: Any = None
    now: Any = None


class HistoryVersion(BaseModel):
    """An earlier version of one of a model's files, and how it differs from now, by field."""

    entry: str
    at: str
    file: Literal["metadata", "overrides"]
    problem: str | None
    differs: dict[str, Difference]


class Relation(BaseModel):
    """What a model names: the `models` that are meant, or other versions that are here and where to `get` it."""

    type: str
    ref: Any
    models: list[ModelSummary]
    other_versions: list[ModelSummary]
    missing: bool
    get: str | None


class Namer(BaseModel):
    """A model that names this one, and as what."""

    type: str
    model: ModelSummary


class Relations(BaseModel):
    """What a model names, and what names it."""

    relations: list[Relation]
    incoming: list[Namer]


class VersionHere(ModelSummary):
    """A version that is in the library; `newest` is the one published last."""

    newest: bool


class VersionOffer(BaseModel):
    """A version that is not in the library, and where to `get` it."""

    model_config = ConfigDict(extra="allow")

    version_id: str
    name: str | None = None
    base_model: str | None = None
    published_at: str | None = None
    newest: bool
    get: str | None
    key: str


class Versions(BaseModel):
    """The versions of one model; `group` is null where no source groups it."""

    group: str | None
    items: list[VersionHere]
    missing: list[VersionOffer]


class FoundListing(BaseModel):
    """What a link leads to."""

    source: str
    page_url: str | None = None
    model_id: str | None = None
    version_id: str | None = None
    name: str | None = None
    version: str | None = None
    kind: str | None = None
    base_model: str | None = None
    creator: str | None = None


class FitTold(BaseModel):
    """How a listed file compares: `hash` names the equal digest or is false; null is what cannot be told."""

    hash: str | Literal[False] | None
    size: bool | None
    name: bool


class FoundFile(BaseModel):
    """The listed file that is most likely ours; `size` in bytes."""

    name: str
    file_id: str | None
    size: int | None
    sha256: str | None
    fits: FitTold


class Matching(BaseModel):
    """What a link leads to beside what is here; `contradicts` names the proof that they are not the same."""

    listing: FoundListing
    file: FoundFile | None
    contradicts: str | None
    forbidden: bool
    matched: bool
    model: ModelRecord | None = Field(None, description="The record as it is then, once it is matched")


class Refreshed(BaseModel):
    """What each source of a model said when it was asked anew."""

    id: str
    sources: dict[str, Literal["present", "gone", "unreachable"]]
    model: ModelRecord | None


class CheckedFile(BaseModel):
    """A file that was hashed again; the digests in lower-case hex."""

    name: str
    state: str
    sha256: str | None = None
    expected: str | None = None


class Checked(BaseModel):
    """What hashing a model again has found; `problem` says why it is broken, whatever its hashes."""

    id: str
    name: str | None
    files: list[CheckedFile]
    ok: bool
    url: str | None = None
    problem: str | None = None


class GoingFile(BaseModel):
    """A file that belongs to a model; `size` in bytes, `modified` in nanoseconds, `link` is where a link leads."""

    name: str
    size: int
    modified: int
    inode: int
    link: str | None


class Going(BaseModel):
    """What would go with a model, and the folder that it lies in."""

    id: str
    name: str
    folder: str
    files: list[GoingFile]
    size: int


class FileMove(BaseModel):
    """One file's way: absolute paths."""

    source: str
    target: str
    size: int


class Foreseen(BaseModel):
    """Where a model would lie after a move or with another name, and what would be moved for it."""

    place: str
    root: str
    folder: str
    files: list[FileMove]


class Purged(BaseModel):
    """Entries that are gone for good, the bytes they took, and the paths of what was left there."""

    purged: list[str]
    freed: int
    kept: list[str]


def described(model: Any) -> dict[int | str, dict[str, Any]]:
    """For an operation whose answer goes out as it is: what it looks like."""
    return {200: {"model": Answer[model]}}
