"""What answers look like, as far as it stays the same: models at a glance, whole records, pages and facets."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from modella.api.answers import Answer
from modella.core.model import FileTrust


class Trust(BaseModel):
    """What the bytes of a file are worth."""

    model_config = ConfigDict(extra="allow")

    state: FileTrust | None = None


class FileShort(BaseModel):
    """A file of a model at a glance; `size` in bytes, the digest in lower-case hex."""

    name: str
    size: int
    sha256: str | None
    format: str | None
    precision: str | None
    verified: Trust


class PreviewShort(BaseModel):
    """The preview of a card: `number` is that of `/previews/{number}`, `nsfw_level` Civitai's bits."""

    model_config = ConfigDict(extra="allow")

    number: int
    file: str
    type: str
    width: int | None = None
    height: int | None = None
    blurhash: str | None = None
    nsfw_level: int | None = None


class ModelSummary(BaseModel):
    """A model at a glance: `files` are the first few of `file_count`, `size` counts all of them, in bytes."""

    id: str
    name: str
    kind: str
    family: str | None
    base_model: str | None
    version: str | None
    path: str = Field(description="Below the library; of an adopted model the whole path of its folder")
    creator: str | None
    nsfw_level: int | None
    rating: int | None
    favorite: bool | None
    state: Literal["present", "missing", "unreachable", "not-downloaded"]
    root: str
    home: Literal["placed", "adopted"]
    access: str | None
    added_at: str
    updated_at: str
    published_at: str | None
    invalid: Any
    group: str | None
    size: int
    file_count: int
    files: list[FileShort]
    preview: PreviewShort | None = Field(description="The first image; another preview where there is none")
    video: int | None = Field(description="The number of the first preview that is a video")
    preview_count: int
    trained_words: list[str]
    tags: list[str]
    lists: list[str]
    source: str | None
    url: str | None
    conflicts: int


class ModelPage(BaseModel):
    """A page of models. A facet is a list of its values and how many models have each; only the first page has them."""

    items: list[ModelSummary]
    total: int
    next: str | None = None
    facets: dict[str, list[tuple[str, int]]] | None = None
    meant: dict[str, str] = Field({}, description="Words that nothing holds, and those that were looked for instead")


class ModelIds(BaseModel):
    """The ids of all models that fit, in the order asked for."""

    ids: list[str]
    total: int


class Proof(Trust):
    """What the bytes of a file are worth, since when, and by whose hash."""

    at: str | None = None
    expected: str | None = None
    by: str | None = None


class RecordFile(BaseModel):
    """A file of a model; `name` is relative to the model's folder."""

    model_config = ConfigDict(extra="allow")

    name: str
    original_name: str | None = None
    size: int
    sha256: str | None = None
    blake3: str | None = None
    autov2: str | None = None
    autov3: str | None = None
    crc32: str | None = None
    format: str | None = None
    precision: str | None = None
    quant: str | None = None
    variant: str | None = None
    role: str = "model"
    verified: Proof


class RecordPreview(BaseModel):
    """A preview: `file` is null when it was not fetched; those with a file are counted by `/previews/{number}`."""

    model_config = ConfigDict(extra="allow")

    file: str | None = None
    url: str | None = None
    type: str = "image"
    width: int | None = None
    height: int | None = None
    blurhash: str | None = None
    nsfw_level: int | None = None
    prompt: str | None = None
    meta: dict[str, Any] = {}


class RecordSource(BaseModel):
    """Where a model came from, and whether it is still there."""

    model_config = ConfigDict(extra="allow")

    source: str
    url: str | None = None
    model_id: str | None = None
    version_id: str | None = None
    fetched_at: str | None = None
    state: Literal["present", "gone", "unreachable"] = "present"
    matched_by: str | None = None


class FieldOrigin(BaseModel):
    """Where the value of a field is from, and what else was said of it.

    `source` stands beneath all words; `user` and `imported` are there when such a word was said, `imported` in `file`.
    """

    model_config = ConfigDict(extra="allow")

    origin: Literal["user", "imported", "source", "tensors", "header", "name"] | None
    value: Any = None
    file: str | None = None
    source: Any = None
    user: Any = None
    imported: Any = None


class ModelRecord(BaseModel):
    """A model's effective record; it has more keys than these."""

    model_config = ConfigDict(extra="allow")

    id: str
    name: str
    kind: str
    family: str | None = None
    base_model: str | None = None
    version: str | None = None
    path: str
    root: str
    home: Literal["placed", "adopted"]
    state: Literal["present", "missing", "unreachable", "not-downloaded"]
    files: list[RecordFile]
    tags: list[str] = []
    lists: list[str] = []
    trained_words: list[str] = []
    description: str | None = None
    description_format: str | None = None
    version_description: str | None = None
    creator: str | None = None
    license: dict[str, Any] = {}
    nsfw_level: int | None = None
    notes: str | None = None
    rating: int | None = None
    favorite: bool | None = None
    preferred_weight: float | None = None
    negative_text: str | None = None
    vae: str | None = None
    previews: list[RecordPreview] = []
    sources: list[RecordSource] = []
    relations: list[dict[str, Any]] = []
    conflicts: list[str] = []
    apps: dict[str, dict[str, Any]] = {}
    never_match: list[str] = []
    place: str | None = None
    published_at: str | None = None
    added_at: str
    updated_at: str
    fields: dict[str, FieldOrigin] | None = None


class Problem(BaseModel):
    """Why something could not be done to a model; `error` and `hint` are sentences in the caller's language."""

    id: str
    code: str
    error: str
    hint: str | None = None
    context: dict[str, Any] = {}


class ManyChanged(BaseModel):
    """What was changed of many models, and what could not be.

    `link` is what was said before of linking them into the apps that were spoken of: app, model, true, false or null.
    """

    changed: list[str]
    failed: list[Problem]
    link: dict[str, dict[str, bool | None]] = {}


class TrashEntry(BaseModel):
    """A model in the trash: `entry` names it there, `why` tells how it came there, `size` in bytes."""

    entry: str
    id: str
    name: str
    why: str
    at: str
    size: int
    files: list[str]
    root: str = ""
    place: str = ""
    home: str = ""


class ManyDeleted(BaseModel):
    """What went into the trash of many models, and what could not."""

    done: list[TrashEntry]
    problems: list[Problem]


class KeptSearch(BaseModel):
    """A search that was kept: what was typed, and the facets that were chosen."""

    name: str
    q: str = ""
    params: dict[str, list[str]] = {}


RECORD: dict[int | str, dict[str, Any]] = {200: {"model": Answer[ModelRecord]}}
"""For operations that answer with a record: it goes out as it is, and is described like this."""
