"""A model's record: `metadata.json` and `overrides.json`, and the value that counts for each field.

Effective value, per field: user > source > header text > guess from the name; for kind and family the tensors beat
every text except the user's. Unknown keys survive a rewrite.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from modella.core.errors import BadLink
from modella.core.kinds import Kind
from modella.core.naming import is_inner

SCHEMA = 1

FileTrust = Literal["verified", "recorded", "unchecked", "mismatch", "changed", "damaged"]


class _Kept(BaseModel):
    model_config = ConfigDict(extra="allow")


class Verified(_Kept):
    """How far the bytes are proven: `verified` = equal to a hash published by the source (fault matrix 2.7)."""

    state: FileTrust = "unchecked"
    at: str | None = None
    expected: str | None = None
    by: str | None = None


class ModelFile(_Kept):
    """One file of a model. `name` is relative to the model's folder; size in bytes; digests in lower-case hex.

    `modified` is the file's time in nanoseconds when it was hashed; `hints` are hashes that others told.
    """

    name: str
    original_name: str | None = None
    size: int = Field(ge=0, lt=1 << 62)
    sha256: str | None = None
    blake3: str | None = None
    autov1: str | None = None
    autov2: str | None = None
    autov3: str | None = None
    crc32: str | None = None
    modified: int | None = None
    hints: dict[str, str] = Field(default_factory=dict)
    format: str | None = None
    precision: str | None = None
    role: str = "model"
    quant: str | None = None
    variant: str | None = None
    pickle_scan: str | None = None
    virus_scan: str | None = None
    scan_message: str | None = None
    scanned_at: str | None = None
    verified: Verified = Field(default_factory=Verified)

    @field_validator("name")
    @classmethod
    def _stays_inside(cls, name: str) -> str:
        if not is_inner(name):
            raise ValueError("a file's name leads out of its model's folder")
        return name


class Preview(_Kept):
    """A preview beside the model; `file` is None when it could not be fetched."""

    file: str | None = None
    url: str | None = None
    type: str = "image"
    width: int | None = None
    height: int | None = None
    blurhash: str | None = None
    nsfw_level: int | None = None
    prompt: str | None = None
    meta: dict[str, Any] = Field(default_factory=dict)

    @field_validator("file")
    @classmethod
    def _stays_inside(cls, name: str | None) -> str | None:
        if name is not None and (not is_inner(name) or "/" in name):
            raise ValueError("a preview's name leads out of its model's folder")
        return name


class SourceRecord(_Kept):
    """Where the model came from, with the payload as the source sent it."""

    source: str
    url: str | None = None
    model_id: str | None = None
    version_id: str | None = None
    file_id: str | None = None
    revision: str | None = None
    air: str | None = None
    ref: dict[str, Any] = Field(default_factory=dict)
    fetched_at: str | None = None
    state: Literal["present", "gone", "unreachable"] = "present"
    payload: Any = None


class Detected(_Kept):
    """What the bytes say of themselves."""

    kind: str | None = None
    family: str | None = None
    variant: str | None = None
    also: list[str] = Field(default_factory=list)
    reasons: list[str] = Field(default_factory=list)
    metadata: dict[str, Any] = Field(default_factory=dict)


class Imported(_Kept):
    """What other tools' sidecars say: `said` are a person's words by field, `files` were read, `conflicts` are told."""

    said: dict[str, Any] = Field(default_factory=dict)
    files: list[str] = Field(default_factory=list)
    fields: int = 0
    conflicts: list[str] = Field(default_factory=list)


class Metadata(_Kept):
    """`metadata.json`: what was fetched and what was detected; canonical."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    schema_version: int = Field(default=SCHEMA, alias="schema")
    id: str = Field(pattern=r"^[0-9a-z]{26}$")
    name: str
    cleaned_name: str
    kind: str = "unknown"
    kind_text: str | None = None
    family: str | None = None
    base_model: str | None = None
    base_model_type: str | None = None
    version: str | None = None
    air: str | None = None
    files: list[ModelFile] = Field(default_factory=list)
    trained_words: list[str] = Field(default_factory=list)
    tags: list[str] = Field(default_factory=list)
    description: str | None = None
    description_format: str | None = None
    version_description: str | None = None
    previews: list[Preview] = Field(default_factory=list)
    creator: str | None = None
    creator_picture: str | None = None
    license: dict[str, Any] = Field(default_factory=dict)
    nsfw_level: int | None = None
    flags: dict[str, bool] = Field(default_factory=dict)
    access: str | None = None
    access_until: str | None = None
    published_at: str | None = None
    source_updated_at: str | None = None
    stats: dict[str, Any] = Field(default_factory=dict)
    versions: list[dict[str, Any]] = Field(default_factory=list)
    relations: list[dict[str, Any]] = Field(default_factory=list)
    sources: list[SourceRecord] = Field(default_factory=list)
    detected: Detected = Field(default_factory=Detected)
    imported: Imported = Field(default_factory=Imported)
    conflicts: list[str] = Field(default_factory=list)
    notes: str | None = None
    rating: int | None = None
    favorite: bool | None = None
    preferred_weight: float | None = None
    negative_text: str | None = None
    vae: str | None = None
    usage_tips: dict[str, Any] = Field(default_factory=dict)
    inference_defaults: dict[str, Any] = Field(default_factory=dict)
    hidden: bool | None = None
    skip_refresh: bool | None = None
    added_at: str = ""
    updated_at: str = ""


class Overrides(_Kept):
    """`overrides.json`: what the user says; canonical."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    schema_version: int = Field(default=SCHEMA, alias="schema")
    fields: dict[str, Any] = Field(default_factory=dict)
    apps: dict[str, dict[str, Any]] = Field(default_factory=dict)
    never_match: list[str] = Field(default_factory=list)
    updated_at: str = ""


class PlannedFile(BaseModel):
    """One file's way to its final name, relative to the model's folder."""

    part: int
    name: str

    @field_validator("name")
    @classmethod
    def _stays_inside(cls, name: str) -> str:
        if not is_inner(name):
            raise ValueError("a planned name leads out of its model's folder")
        return name


class Plan(BaseModel):
    """What placing will do, written down before it is done so that it can be finished after a crash.

    `folder` is relative to the library's root; the metadata and overrides are the files to be written there.
    """

    folder: str
    files: list[PlannedFile]
    metadata: dict[str, Any]
    overrides: dict[str, Any]
    replaces: str | None = None
    links_to: str | None = None


def effective(metadata: Metadata, overrides: Overrides) -> dict[str, Any]:
    """The record with the user's word in front; a word that cannot stand in its field is passed over.

    What a person once said in another tool counts as theirs too, until they say something else here.
    """
    fields = metadata.model_dump(by_alias=True)
    fields["updated_at"] = max(metadata.updated_at, overrides.updated_at)
    told = {**metadata.imported.said, **overrides.fields}
    return {**fields, **{name: value for name, value in told.items() if name in EDITABLE and _fits(name, value)}}


_TEXT: tuple[type, ...] = (str, type(None))
EDITABLE: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "kind": str,
    "family": _TEXT,
    "base_model": _TEXT,
    "version": _TEXT,
    "creator": _TEXT,
    "tags": list,
    "trained_words": list,
    "description": _TEXT,
    "nsfw_level": (int, type(None)),
    "notes": _TEXT,
    "rating": (int, type(None)),
    "favorite": (bool, type(None)),
    "preferred_weight": (float, int, type(None)),
    "negative_text": _TEXT,
    "description_format": _TEXT,
    "vae": _TEXT,
    "usage_tips": dict,
    "inference_defaults": dict,
    "hidden": (bool, type(None)),
    "skip_refresh": (bool, type(None)),
    "relations": list,
}
"""Fields that a person may set, and what may stand in them."""

RELATIONS = ("base", "version-of", "derived-from", "requires", "recommends")


def check_fields(fields: dict[str, Any]) -> None:
    """BadLink("bad-value") for a field that cannot be set, or not to this value."""
    for name, value in fields.items():
        if name not in EDITABLE or not _fits(name, value):
            raise BadLink("bad-value", name=name[:40], value=str(value)[:80], reason="not a value for this field")


def _fits(name: str, value: Any) -> bool:
    if not isinstance(value, EDITABLE[name]) or (isinstance(value, bool) and name not in _YES_OR_NO):
        return False
    if isinstance(value, list):
        if name == "relations":
            return len(value) <= 1000 and all(_is_relation(each) for each in value)
        return len(value) <= 1000 and all(isinstance(each, str) and 0 < len(each) <= 1000 for each in value)
    bounds = _BOUNDS.get(name)
    if bounds and isinstance(value, int | float):
        return bounds[0] <= value <= bounds[1]
    if name == "kind":
        return value in set(Kind) - {Kind.invalid}
    return name != "name" or 0 < len(str(value).strip()) <= 512


_YES_OR_NO = frozenset({"favorite", "hidden", "skip_refresh"})
_BOUNDS = {"rating": (1, 5), "preferred_weight": (-20, 20), "nsfw_level": (0, 63)}


def _is_relation(value: Any) -> bool:
    """`{type, ref}`: another model's id, or whatever else names it."""
    if not isinstance(value, dict) or value.get("type") not in RELATIONS:
        return False
    ref = value.get("ref")
    return (isinstance(ref, str) and 0 < len(ref) <= 1000) or (isinstance(ref, dict) and 0 < len(ref) <= 20)
