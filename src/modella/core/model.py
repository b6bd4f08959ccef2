"""A model's record: `metadata.json` and `overrides.json`, and the value that counts for each field.

Effective value, per field: user > source > header text > guess from the name; for kind and family the tensors beat
every text except the user's. Unknown keys survive a rewrite.
"""

import json
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from modella.core.errors import BadLink
from modella.core.kinds import Kind
from modella.core.naming import is_inner, shown

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
    """A preview beside the model; `file` is None when it could not be fetched.

    `by` is the source for which a lookup put it beside a file that was there before, `size` its bytes then.
    """

    file: str | None = None
    url: str | None = None
    type: str = "image"
    width: int | None = None
    height: int | None = None
    blurhash: str | None = None
    nsfw_level: int | None = None
    prompt: str | None = None
    meta: dict[str, Any] = Field(default_factory=dict)
    by: str | None = None
    size: int | None = None

    @field_validator("file")
    @classmethod
    def _stays_inside(cls, name: str | None) -> str | None:
        if name is not None and (not is_inner(name) or "/" in name):
            raise ValueError("a preview's name leads out of its model's folder")
        return name


class SourceRecord(_Kept):
    """Where the model came from, with the payload as the source sent it.

    `kind` is what the source calls it; `matched_by` is what a lookup knew it by (`sha256`, `sha256-hint`,
    `autov3-hint`, `autov2-hint`, `link`), None where the file itself came from there.
    """

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
    kind: str | None = None
    matched_by: str | None = None
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
    """What other tools' sidecars say: `said` are a person's words by field, `files` were read, `conflicts` are told.

    `origins` names the file that each of those words is from.
    """

    said: dict[str, Any] = Field(default_factory=dict)
    origins: dict[str, str] = Field(default_factory=dict)
    files: list[str] = Field(default_factory=list)
    fields: int = 0
    conflicts: list[str] = Field(default_factory=list)


class LookedUp(_Kept):
    """When a source was last asked for the file by its hash, by which one, and whether it knew it."""

    at: str
    found: bool = False
    by: str = "sha256"


class Metadata(_Kept):
    """`metadata.json`: what was fetched and what was detected; canonical.

    `origins` says of fields where their value was taken from: a source, a file of another tool, or `header`.
    """

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
    origins: dict[str, str] = Field(default_factory=dict)
    looked_up: dict[str, LookedUp] = Field(default_factory=dict)
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
    """`overrides.json`: what the user says; canonical.

    `reset` names fields in which no word of another tool counts any more. `never_match` holds sources, or
    `source:model id`, that this model is not from.
    """

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    schema_version: int = Field(default=SCHEMA, alias="schema")
    fields: dict[str, Any] = Field(default_factory=dict)
    apps: dict[str, dict[str, Any]] = Field(default_factory=dict)
    never_match: list[str] = Field(default_factory=list)
    reset: list[str] = Field(default_factory=list)
    updated_at: str = ""

    @property
    def says_something(self) -> bool:
        """Whether there is anything in it that a person has said."""
        return bool(self.fields or self.apps or self.never_match or self.reset)


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

    What a person once said in another tool counts as theirs too, until they say something else here or take it back.
    Relations are those of the source and of the user together. `beneath` keeps what stands below the user's words.
    """
    found = metadata.model_dump(by_alias=True)
    never = overrides.never_match
    found["sources"] = [s for s in found["sources"] if not is_forbidden(never, s["source"], s.get("model_id"))]
    told: dict[str, Any] = dict(words_of(metadata, overrides))
    if "relations" in told:
        told["relations"] = _together(told["relations"], found["relations"])
    told["updated_at"] = max(metadata.updated_at, overrides.updated_at)
    beneath = {name: found[name] for name, value in told.items() if found[name] != value}
    said = {"never_match": list(overrides.never_match), "apps": overrides.apps}
    return {**found, **told, **said, "beneath": beneath}


def is_forbidden(never: Iterable[str], source: str, model_id: str | None) -> bool:
    """Whether a person has said that a model is never from this source, or never from this model of it."""
    said = {each.lower() for each in never}
    return source.lower() in said or (model_id is not None and f"{source}:{model_id}".lower() in said)


def words_of(metadata: Metadata, overrides: Overrides) -> dict[str, Any]:
    """The user's words that count, by field: said here, or said in other tools and not taken back."""
    elsewhere = {name: value for name, value in metadata.imported.said.items() if name not in overrides.reset}
    told = {**elsewhere, **{name: value for name, value in overrides.fields.items() if fits(name, value)}}
    return {name: value for name, value in told.items() if fits(name, value)}


def _together(said: list[Any], found: list[Any]) -> list[Any]:
    """The user's relations, then those of the source that are not among them."""
    known = [(each["type"], each["ref"]) for each in said]
    return [*said, *(each for each in found if (each.get("type"), each.get("ref")) not in known)]


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


LARGEST_WORD = 1024 * 1024
"""Bytes of one value that a person sets."""


def check_fields(fields: dict[str, Any]) -> None:
    """BadLink("bad-value") for a field that cannot be set, or not to this value."""
    for name, value in fields.items():
        if not fits(name, value) or not is_storable(value):
            raise BadLink("bad-value", name=shown(name, 40), value=shown(str(value), 80), reason=_what_fits(name))


def _what_fits(name: str) -> str:
    """What a field takes, for somebody whose value it does not take."""
    if name in _BOUNDS:
        return f"it goes from {_BOUNDS[name][0]} to {_BOUNDS[name][1]}"
    known = ", ".join(kind for kind in Kind if kind is not Kind.invalid)
    return f"known are {known}" if name == "kind" else "not a value for this field"


def is_storable(value: Any) -> bool:
    """Whether a value can be written as JSON, every number and every letter of it, and is of a sensible size."""
    try:
        return len(json.dumps(value, ensure_ascii=False, allow_nan=False).encode()) <= LARGEST_WORD
    except (ValueError, TypeError, RecursionError):
        return False


def fits(name: str, value: Any) -> bool:
    """Whether a person may set this field to this value."""
    if name not in EDITABLE or not isinstance(value, EDITABLE[name]):
        return False
    if isinstance(value, bool):
        return name in _YES_OR_NO
    if isinstance(value, list):
        return len(value) <= _MOST and all(_is_relation(e) if name == "relations" else _is_short(e) for e in value)
    if isinstance(value, int | float) and name in _BOUNDS:
        return _BOUNDS[name][0] <= value <= _BOUNDS[name][1]
    if name == "kind":
        return value in set(Kind) - {Kind.invalid}
    return name != "name" or 0 < len(str(value).strip()) <= 512


_MOST = 1000
_YES_OR_NO = frozenset({"favorite", "hidden", "skip_refresh"})
_BOUNDS = {"rating": (1, 5), "preferred_weight": (-20, 20), "nsfw_level": (0, 63)}


_REF_PARTS = frozenset({"id", "source", "model_id", "version_id", "url", "sha256", "name"})


def _is_relation(value: Any) -> bool:
    """`{type, ref}`: another model's id or a text that names it, or an object with what is known of it."""
    if not isinstance(value, dict) or value.get("type") not in RELATIONS:
        return False
    ref = value.get("ref")
    if isinstance(ref, dict):
        texts = [text for text in ref.values() if text is not None]
        return bool(texts) and ref.keys() <= _REF_PARTS and all(_is_short(text) for text in texts)
    return _is_short(ref)


def _is_short(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 1000
