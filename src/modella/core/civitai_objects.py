"""How Civitai's objects read, in its answers and in other tools' files: a model and a version become a listing.

Any key may be missing, null or of another type, lists may be empty and every enumeration grows; what is unknown is
kept verbatim or left out, never guessed. Shapes of 2023 to 2026 (`/api/v1/models`, `/api/v1/model-versions`).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from modella.core.digests import Digests
from modella.core.listing import MATURE, Access, Choice, ListedFile, Listing, Picture, Ref, Relation
from modella.core.loose_json import identifier, integer, line, mapping, mappings, moment, number, text, texts, timestamp
from modella.core.naming import suffix_of
from modella.core.trained_words import trained_words

SOURCE = "civitai"
SITE = "https://civitai.com"
PICKS: Mapping[str, str] = {"type": "type", "format": "format", "size": "size", "fp": "fp", "quanttype": "quantType"}
"""Selectors of the download route: lower-case name → the name the route knows."""

KINDS: Mapping[str, str] = {
    "checkpoint": "checkpoint",
    "textualinversion": "embedding",
    "hypernetwork": "hypernetwork",
    "aestheticgradient": "other",
    "lora": "lora",
    "locon": "lora",
    "dora": "lora",
    "controlnet": "controlnet",
    "upscaler": "upscaler",
    "motionmodule": "motion_module",
    "vae": "vae",
    "textencoder": "text_encoder",
    "unet": "diffusion_model",
    "clipvision": "clip_vision",
    "clip": "text_encoder",
    "visionlanguage": "llm",
    "llm": "llm",
    "workflows": "workflow",
    "comfyworkflows": "workflow",
    "poses": "other",
    "wildcards": "other",
    "detection": "other",
    "other": "other",
}
"""ModelType in lower case → kind; what is not here is told as the source's own word only."""

ROLES: Mapping[str, str] = {
    "model": "model",
    "pruned model": "model",
    "diffusion model": "model",
    "unet": "model",
    "text encoder": "text_encoder",
    "vision encoder": "clip_vision",
    "clipvision": "clip_vision",
    "negative": "negative",
    "training data": "training_data",
    "vae": "vae",
    "config": "config",
    "archive": "archive",
    "controlnet": "controlnet",
    "workflow": "workflow",
    "upscaler": "upscaler",
    "enhancement lora": "lora",
    "other": "other",
}
"""FileType in lower case → role."""

_FORMATS = {"safetensor": "safetensors", "pickletensor": "pickle", "core ml": "coreml"}
_SUFFIX_FORMATS = {
    ".safetensors": "safetensors",
    ".gguf": "gguf",
    ".ckpt": "pickle",
    ".pt": "pickle",
    ".pth": "pickle",
    ".bin": "pickle",
    ".onnx": "onnx",
}
_STATS = {
    "downloadCount": "downloads",
    "thumbsUpCount": "likes",
    "thumbsDownCount": "dislikes",
    "commentCount": "comments",
    "favoriteCount": "favorites",
    "ratingCount": "ratings",
    "rating": "rating",
    "tippedAmountCount": "tips",
}
_FLAGS = {
    "nsfw": "nsfw",
    "poi": "real_person",
    "minor": "minor",
    "sfwOnly": "safe_only",
    "supportsGeneration": "runs_on_site",
}
_LICENSE = {
    "allowNoCredit": "allow_no_credit",
    "allowDerivatives": "allow_derivatives",
    "allowDifferentLicense": "allow_different_license",
}
_PICTURE_LEVELS = {"none": 1, "soft": 2, "mature": 4, "x": 8}
_VIDEO_SUFFIXES = (".mp4", ".webm", ".mov", ".m4v")
_NO_QUANT = {"none", ""}
_LIST_MARKS = re.compile(r"[\[\]{}\"']")
MOST_PICTURES = 200
MOST_FILES = 5000
MOST_VERSIONS = 2000
_MOST_TEXTS = 1000
_LONGEST_TEXT = 1000


def read_listing(model: Mapping[str, Any], version: Mapping[str, Any], base_url: str, now: datetime) -> Listing:
    """The listing of one version. `model` may be empty (it could not be fetched): the version knows the name."""
    about = {**mapping(version.get("model")), **model}
    model_id = identifier(about.get("id")) or identifier(version.get("modelId"))
    version_id = identifier(version.get("id"))
    access, until = read_access(about, version, now)
    return Listing(
        source=SOURCE,
        ref=Ref(source=SOURCE, model_id=model_id, version_id=version_id),
        page_url=page_url(base_url, model_id, version_id),
        model_id=model_id,
        version_id=version_id,
        name=line(about.get("name")) or line(version.get("name")) or f"civitai-{model_id or version_id or 'unnamed'}",
        version=line(version.get("name")),
        kind=_kind(about, version),
        kind_text=line(about.get("type")),
        base_model=line(version.get("baseModel")),
        base_model_type=line(version.get("baseModelType")),
        air=line(version.get("air")),
        description=text(about.get("description")),
        description_format="html",
        version_description=text(version.get("description")),
        tags=tuple(_some(texts(about.get("tags")))),
        trained_words=trained_words(_some(texts(version.get("trainedWords")))),
        creator=line(mapping(about.get("creator")).get("username")),
        creator_picture=_web_address(mapping(about.get("creator")).get("image")),
        license=_license(about),
        nsfw_level=_level(version, about),
        flags=_flags({**version, **{key: value for key, value in about.items() if value is not None}}),
        published_at=timestamp(version.get("publishedAt")) or timestamp(version.get("createdAt")),
        updated_at=timestamp(version.get("updatedAt")),
        stats=_stats(about, "") | _stats(version, "version_"),
        pictures=tuple(filter(None, map(_picture, mappings(version.get("images"))[:MOST_PICTURES]))),
        files=tuple(filter(None, map(_file, mappings(version.get("files"))[:MOST_FILES]))),
        relations=_relations(version, base_url),
        versions=tuple(filter(None, map(_choice, mappings(model.get("modelVersions"))[:MOST_VERSIONS]))),
        access=access,
        access_until=until,
        payload=_payload(model, version),
    )


def read_access(model: Mapping[str, Any], version: Mapping[str, Any], now: datetime) -> tuple[Access, str | None]:
    """What the source says stands between us and the files, and until when.

    `open` says nothing about a key: since August 2026 every download needs one, and no answer tells.
    """
    mode = {"archived": Access.archived, "takendown": Access.taken_down}.get((line(model.get("mode")) or "").lower())
    if mode is not None:
        return mode, None
    usage = line(version.get("usageControl"))
    if usage is not None and usage.lower() != "download":
        return Access.generation_only, None
    return _paid(version.get("paidAccess"), now) or _early(version, now) or (Access.open, None)


def _paid(terms: Any, now: datetime) -> tuple[Access, str | None] | None:
    if not isinstance(terms, dict):
        return None
    ends = moment(terms.get("endsAt"))
    over = ends is not None and ends <= now and not terms.get("permanent")
    return None if over else (Access.paid, timestamp(terms.get("endsAt")))


def _early(version: Mapping[str, Any], now: datetime) -> tuple[Access, str | None] | None:
    told = version.get("earlyAccessEndsAt") or version.get("earlyAccessDeadline")
    ends = moment(told)
    if ends is not None:
        return (Access.early_access, timestamp(told)) if ends > now else None
    return (Access.early_access, None) if line(version.get("availability")) == "EarlyAccess" else None


def _some(told: Sequence[str]) -> list[str]:
    """As many texts, and as much of each, as anybody reads."""
    return [each[:_LONGEST_TEXT] for each in told[:_MOST_TEXTS]]


def _kind(model: Mapping[str, Any], version: Mapping[str, Any]) -> str | None:
    """The kind by the model's type. A "checkpoint" of which only the diffusion model is there, is one of those."""
    kind = KINDS.get((line(model.get("type")) or "").replace(" ", "").lower())
    types = {(line(file.get("type")) or "").lower() for file in mappings(version.get("files"))}
    bare = types & {"diffusion model", "unet"} and not types & {"model", "pruned model"}
    return "diffusion_model" if kind == "checkpoint" and bare else kind


def _file(file: Mapping[str, Any]) -> ListedFile | None:
    name = line(file.get("name"))
    if name is None:
        return None
    about, pick = mapping(file.get("metadata")), _pick(file)
    kilobytes = number(file.get("sizeKB"))
    told_type = (line(file.get("type")) or "Model").lower()
    quant = line(about.get("quantType"))
    return ListedFile(
        name=name,
        file_id=identifier(file.get("id")) or identifier(_query(file).get("fileid")),
        size=round(kilobytes * 1024) if kilobytes is not None and kilobytes > 0 else None,
        size_exact=False,
        digests=Digests.read(mapping(file.get("hashes"))),
        role=ROLES.get(told_type, "other"),
        primary=file.get("primary") is True,
        format=_format(line(about.get("format")), name),
        precision=line(about.get("fp")),
        quant=quant if quant and quant.lower() not in _NO_QUANT else None,
        variant=line(about.get("size")) or ("pruned" if told_type == "pruned model" else None),
        pickle_scan=line(file.get("pickleScanResult")),
        virus_scan=line(file.get("virusScanResult")),
        scan_message=line(file.get("pickleScanMessage")) or line(file.get("virusScanMessage")),
        scanned_at=timestamp(file.get("scannedAt")),
        required=about.get("isRequired") is True,
        pick=pick,
    )


def _format(told: str | None, name: str) -> str | None:
    by_name = _SUFFIX_FORMATS.get(suffix_of(name).lower())
    if told is None or told.lower() == "other":
        return by_name or (told.lower() if told else None)
    return _FORMATS.get(told.lower(), told.lower())


def _pick(file: Mapping[str, Any]) -> dict[str, str]:
    """The selectors of the file on the download route, as the source spells them. Its host is never trusted."""
    about, query = mapping(file.get("metadata")), _query(file)
    told = {"type": file.get("type"), **{name: about.get(name) for name in ("format", "size", "fp", "quantType")}}
    values = {name: line(query.get(name.lower())) or line(told.get(name)) for name in PICKS.values()}
    return {name: value for name, value in values.items() if value and value.lower() not in _NO_QUANT}


def _query(file: Mapping[str, Any]) -> dict[str, str]:
    try:
        pairs = parse_qsl(urlsplit(text(file.get("downloadUrl")) or "").query, max_num_fields=50)
    except ValueError:
        return {}
    return {name.lower(): value for name, value in pairs}


def _picture(image: Mapping[str, Any]) -> Picture | None:
    url = _web_address(image.get("url"))
    told = (text(image.get("type")) or "image").lower()
    if url is None or told == "audio":
        return None
    is_video = told == "video" or urlsplit(url).path.lower().endswith(_VIDEO_SUFFIXES)
    meta = mapping(image.get("meta"))
    meta = mapping(meta.get("meta")) if set(meta) <= {"id", "meta"} else meta
    shape = {**mapping(image.get("metadata")), **{k: v for k, v in image.items() if v is not None}}
    return Picture(
        url=url,
        type="video" if is_video else "image",
        width=_positive(shape.get("width")),
        height=_positive(shape.get("height")),
        blurhash=text(shape.get("hash")),
        nsfw_level=_picture_level(image),
        prompt=text(meta.get("prompt")),
        meta=meta,
    )


def _picture_level(image: Mapping[str, Any]) -> int | None:
    """The bit mask; lists call it `browsingLevel`, answers of 2023 had words."""
    told = image.get("browsingLevel") or image.get("nsfwLevel")
    level = integer(told)
    if level:
        return level
    word = text(told) or text(image.get("nsfw"))
    return _PICTURE_LEVELS.get(word.lower()) if word else (MATURE if image.get("nsfw") is True else None)


def _level(version: Mapping[str, Any], model: Mapping[str, Any]) -> int | None:
    level = integer(version.get("nsfwLevel")) or integer(model.get("nsfwLevel"))
    return level or (MATURE if model.get("nsfw") is True else None)


def _license(model: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        ours: model[theirs] for theirs, ours in _LICENSE.items() if isinstance(model.get(theirs), bool)
    }
    uses = commercial_uses(model.get("allowCommercialUse"))
    return told if uses is None else told | {"allow_commercial_use": uses}


def commercial_uses(told: Any) -> list[str] | None:
    """The permitted uses: one word (2023), a list (2024), the database's `{a,b}` text, Python's `['a', 'b']`."""
    if isinstance(told, str):
        told = re.split(r"[,\s]+", _LIST_MARKS.sub("", told))
    if not isinstance(told, list):
        return None
    return [use for use in texts(told) if use.lower() != "none"]


def _flags(values: Mapping[str, Any]) -> dict[str, bool]:
    return {ours: values[theirs] for theirs, ours in _FLAGS.items() if isinstance(values.get(theirs), bool)}


def _stats(holder: Mapping[str, Any], prefix: str) -> dict[str, int | float]:
    numbers = {ours: number(mapping(holder.get("stats")).get(theirs)) for theirs, ours in _STATS.items()}
    return {prefix + name: value for name, value in numbers.items() if value is not None}


def _relations(version: Mapping[str, Any], base_url: str) -> tuple[Relation, ...]:
    vae = identifier(version.get("vaeId"))
    return (Relation(type="recommends", ref=f"{base_url}/model-versions/{vae}"),) if vae else ()


def _choice(version: Mapping[str, Any]) -> Choice | None:
    version_id = identifier(version.get("id"))
    if version_id is None:
        return None
    return Choice(
        version_id=version_id,
        name=line(version.get("name")) or version_id,
        base_model=line(version.get("baseModel")),
        published_at=timestamp(version.get("publishedAt")) or timestamp(version.get("createdAt")),
    )


def _payload(model: Mapping[str, Any], version: Mapping[str, Any]) -> dict[str, Any]:
    """What was received, without the other versions."""
    return {"model": {key: value for key, value in model.items() if key != "modelVersions"}, "version": dict(version)}


def page_url(base_url: str, model_id: str | None, version_id: str | None) -> str | None:
    """The page people read, as exact as the ids allow."""
    if model_id is None:
        return f"{base_url}/model-versions/{version_id}" if version_id else None
    return f"{base_url}/models/{model_id}" + (f"?modelVersionId={version_id}" if version_id else "")


def _web_address(value: Any) -> str | None:
    found = text(value)
    try:
        return found if found and urlsplit(found).scheme in {"http", "https"} else None
    except ValueError:
        return None


def _positive(value: Any) -> int | None:
    found = integer(value)
    return found if found is not None and found > 0 else None
