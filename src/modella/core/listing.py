"""What a link means and what a source says about it: refs, listings, their files, pictures and terms."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from modella.core.digests import Digests


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Ref(_Frozen):
    """A link, understood: which source, and what there. Holds no secret, so it may be stored and shown.

    civitai: `model_id`, `version_id`, `file_id`, `digest`, `image_id`, `pick` (type, format, size, fp, quantType).
    huggingface: `model_id` (org/name), `revision`, `path` (file or folder), `pick` (quant), `repo_type`.
    url: `url` (cleaned of secrets), `digest` (sha256 given by the user, when any).
    """

    source: str
    model_id: str | None = None
    version_id: str | None = None
    file_id: str | None = None
    image_id: str | None = None
    digest: str | None = None
    revision: str | None = None
    path: str | None = None
    url: str | None = None
    pick: dict[str, str] = Field(default_factory=dict)


class Access(StrEnum):
    """What stands between us and the bytes, as the source tells before anything is fetched."""

    open = "open"
    login = "login"
    gated = "gated"
    early_access = "early_access"
    paid = "paid"
    disabled = "disabled"
    generation_only = "generation_only"
    archived = "archived"
    taken_down = "taken_down"


MATURE = 8
"""What a bare "not for everyone" without a level counts as on Civitai's scale: hidden rather than shown."""


class ListedFile(_Frozen):
    """One file of a listing. `size` is in bytes; `size_exact` is False when the source rounds it.

    `role` is what the file is to its model: `model` and `shard` are weights; others are named for what they hold
    (`text_encoder`, `vae`, `config`, `index`, `negative`, `archive`, `training_data`, `picture`, `card` ...).
    `pick` selects the file at a source that gave it no id; `required` files belong to every download.
    """

    name: str
    path: str | None = None
    file_id: str | None = None
    size: int | None = None
    size_exact: bool = True
    digests: Digests = Digests()
    role: str = "model"
    primary: bool = False
    format: str | None = None
    precision: str | None = None
    quant: str | None = None
    variant: str | None = None
    pickle_scan: str | None = None
    virus_scan: str | None = None
    scan_message: str | None = None
    scanned_at: str | None = None
    required: bool = False
    pick: dict[str, str] = Field(default_factory=dict)


class Picture(_Frozen):
    """A preview picture or video. `nsfw_level` is Civitai's bit mask (1 PG … 16 XXX), None when unknown."""

    url: str
    type: Literal["image", "video"] = "image"
    width: int | None = None
    height: int | None = None
    blurhash: str | None = None
    nsfw_level: int | None = None
    prompt: str | None = None
    meta: dict[str, Any] = Field(default_factory=dict)


class Relation(_Frozen):
    """How this model relates to another: `ref` is free text such as a repo id, an AIR or a model id."""

    type: Literal["base", "version-of", "derived-from", "requires", "recommends"]
    ref: str


class Choice(_Frozen):
    """Another version of the same model, for people to choose from."""

    version_id: str
    name: str
    base_model: str | None = None
    published_at: str | None = None


class Listing(_Frozen):
    """What a source says about one version of one model; anything may be missing."""

    source: str
    ref: Ref
    page_url: str | None = None
    model_id: str | None = None
    version_id: str | None = None
    revision: str | None = None
    name: str
    version: str | None = None
    kind: str | None = None
    kind_text: str | None = None
    base_model: str | None = None
    base_model_type: str | None = None
    air: str | None = None
    description: str | None = None
    description_format: Literal["html", "markdown"] | None = None
    version_description: str | None = None
    tags: tuple[str, ...] = ()
    trained_words: tuple[str, ...] = ()
    creator: str | None = None
    creator_picture: str | None = None
    license: dict[str, Any] = Field(default_factory=dict)
    nsfw_level: int | None = None
    flags: dict[str, bool] = Field(default_factory=dict)
    published_at: str | None = None
    updated_at: str | None = None
    stats: dict[str, int | float] = Field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    files: tuple[ListedFile, ...] = ()
    relations: tuple[Relation, ...] = ()
    versions: tuple[Choice, ...] = ()
    access: Access = Access.open
    access_until: str | None = None
    payload: Any = None


class Location(_Frozen):
    """Where the bytes of one file are right now, and how to ask for them.

    `credential` names a secret (never the secret itself) that `io/net` adds for the origins bound to it.
    `digests` and `size` hold what the file host itself publishes; `max_connections` caps parallel ranges there.
    """

    url: str
    credential: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    digests: Digests = Digests()
    size: int | None = None
    max_connections: int = 16
