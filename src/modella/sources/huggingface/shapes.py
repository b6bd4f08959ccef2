"""How the Hub's answers read: model info, file tree and model card become a listing.

LFS and Xet files are known by their SHA-256 (`lfs.oid`), small files by their git SHA-1; the `oid` of an LFS entry is
that of its pointer and means nothing, and a hash of 64 asterisks (gated, no access) reads as unknown.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from modella.core.card import Card
from modella.core.digests import Digests
from modella.core.listing import MATURE, Access, ListedFile, Listing, Picture, Ref, Relation
from modella.core.loose_json import integer, line, mapping, mappings, number, text, texts, timestamp
from modella.core.naming import suffix_of
from modella.core.trained_words import trained_words
from modella.sources.huggingface.links import QUANT, SOURCE

FORMATS: Mapping[str, str] = {
    ".safetensors": "safetensors",
    ".sft": "safetensors",
    ".gguf": "gguf",
    ".ckpt": "pickle",
    ".pt": "pickle",
    ".pth": "pickle",
    ".bin": "pickle",
    ".pkl": "pickle",
    ".onnx": "onnx",
    ".onnx_data": "onnx",
    ".msgpack": "flax",
    ".h5": "keras",
    ".tflite": "tflite",
    ".mlmodel": "coreml",
}
"""Suffixes of weights."""

_PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif"})
_VIDEO_SUFFIXES = frozenset({".mp4", ".webm", ".mov"})
_TRAINING = re.compile(
    r"^((optimizer|scheduler|training_args|rng_state|random_states|scaler)[\w-]*\.(bin|pt|pth|pkl|npz)|trainer_state\.json)$"
)
_SHARD = re.compile(r"-\d{5}-of-\d{5}(?=\.)")
_PRECISION = re.compile(
    r"(?<![a-z0-9])(fp32|f32|fp16|f16|bf16|fp8_e4m3fn_scaled|fp8_e4m3fn|fp8_e5m2|fp8_scaled|fp8|nvfp4|mxfp8|int8|nf4)(?![a-z0-9])",
    re.IGNORECASE,
)
_VARIANT = re.compile(r"\.(fp16|bf16|fp32|fp8|non_ema|ema)(?=[.-])")
_QUANT_IN_NAME = re.compile(rf"(?:^|[-._])({QUANT.pattern})(?=[-.]|$)", re.IGNORECASE)
_ROLE_RULES = (
    (re.compile(r"\.index(\.[\w-]+)?\.json$", re.IGNORECASE), "index"),
    (re.compile(r"^readme\.md$", re.IGNORECASE), "card"),
    (re.compile(r"^(licen[cs]e|notice|use_policy)[\w.-]*$", re.IGNORECASE), "license"),
    (re.compile(r"\.(json|ya?ml|txt|model|jinja|toml|cfg|vocab|tiktoken)$", re.IGNORECASE), "config"),
    (re.compile(r"\.(py|ipynb|sh)$", re.IGNORECASE), "code"),
)
_KIND_TAGS = (
    (("lora", "template:sd-lora", "template:diffusion-lora", "dora"), "lora"),
    (("textual_inversion", "textual-inversion"), "embedding"),
    (("t2i-adapter", "t2iadapter"), "t2i_adapter"),
    (("controlnet",), "controlnet"),
    (("ip-adapter", "ip_adapter"), "ip_adapter"),
    (("motion-adapter", "motion-module", "animatediff"), "motion_module"),
    (("super-resolution", "upscaler", "esrgan"), "upscaler"),
    (("vae", "autoencoder"), "vae"),
)
_KIND_PIPELINES = {
    "text-generation": "llm",
    "text2text-generation": "llm",
    "image-text-to-text": "llm",
    "image-to-text": "llm",
    "zero-shot-image-classification": "clip_vision",
}
_RELATIONS = {"adapter": "derived-from", "finetune": "derived-from", "merge": "derived-from", "quantized": "version-of"}
_MOST_PICTURES = 20
_MOST_TEXTS = 1000
_LONGEST_TEXT = 1000
_LONGEST_PATH = 4096
"""As on a disk; what is longer is the name of nothing."""
_MOST_LOOSE_PICTURES = 8


def read_listing(
    info: Mapping[str, Any], files: Sequence[ListedFile], card: Card, endpoint: str, masked: bool
) -> Listing:
    """The listing of one commit. `masked`: hashes were hidden from us, so the gate is closed for us."""
    front = {**mapping(info.get("cardData")), **card.front}
    repo, commit = line(info.get("id")) or line(info.get("modelId")) or "unnamed", line(info.get("sha"))
    tags = tuple(dict.fromkeys(_some([*texts(info.get("tags")), *texts(front.get("tags"))])))
    bases = _some(texts(front.get("base_model")))
    return Listing(
        source=SOURCE,
        ref=Ref(source=SOURCE, model_id=repo, revision=commit),
        page_url=f"{endpoint}/{repo}",
        model_id=repo,
        revision=commit,
        name=repo.rpartition("/")[2],
        kind=_kind(info, tags, front, files),
        kind_text=line(info.get("pipeline_tag")) or line(front.get("pipeline_tag")) or line(info.get("library_name")),
        base_model=bases[0] if bases else None,
        description=card.body or None,
        description_format="markdown" if card.body else None,
        tags=tags,
        trained_words=trained_words(_some(texts(front.get("instance_prompt")))),
        creator=line(info.get("author")) or (repo.partition("/")[0] if "/" in repo else None),
        license=_license(front, tags, f"{endpoint}/{repo}", commit),
        nsfw_level=MATURE if "not-for-all-audiences" in tags else None,
        flags={"nsfw": True} if "not-for-all-audiences" in tags else {},
        published_at=timestamp(info.get("createdAt")),
        updated_at=timestamp(info.get("lastModified")),
        stats=_stats(info),
        pictures=_pictures(front, files, f"{endpoint}/{repo}", commit),
        files=tuple(files),
        relations=tuple(_relations(front, tags, bases)),
        access=_access(info, masked, files),
        payload={"info": {k: v for k, v in info.items() if k not in {"siblings", "spaces"}}, "card": card.front},
    )


def read_file(entry: Mapping[str, Any]) -> ListedFile | None:
    """One file of a tree or of the info's siblings; None for folders and what has no path."""
    path = text(entry.get("path")) or text(entry.get("rfilename"))
    if path is None or len(path) > _LONGEST_PATH or text(entry.get("type")) == "directory" or path.endswith("/"):
        return None
    name = path.rpartition("/")[2]
    lfs = entry.get("lfs")
    sha256 = mapping(lfs).get("oid") or mapping(lfs).get("sha256")
    git = None if isinstance(lfs, dict) else (entry.get("oid") or entry.get("blobId"))
    suffix = suffix_of(name).lower()
    file_format = FORMATS.get(suffix)
    size = integer(mapping(lfs).get("size")) if isinstance(lfs, dict) else None
    size = size if size is not None else integer(entry.get("size"))
    precision = _PRECISION.search(name)
    return ListedFile(
        name=name,
        path=path,
        size=size if size is not None and size >= 0 else None,
        digests=Digests(sha256=sha256, git_sha1=git),
        role=_role(name, suffix, file_format),
        format=file_format,
        precision=precision.group(1).lower() if precision and file_format else None,
        quant=quant_of(name) if file_format == "gguf" else None,
        variant=_variant(name),
    )


def quant_of(name: str) -> str | None:
    """The quantisation in a GGUF file's name, upper-case; the last one counts (`model-f16-Q4_K_M.gguf`)."""
    found = _QUANT_IN_NAME.findall(_SHARD.sub("", name).removesuffix(".gguf"))
    return found[-1].upper() if found else None


def is_masked(entry: Mapping[str, Any]) -> bool:
    """Whether the Hub hides this file's hash from us."""
    told = mapping(entry.get("lfs")).get("oid")
    return isinstance(told, str) and bool(told) and set(told) == {"*"}


def unsharded(path: str) -> str:
    """The path that all shards of one file share; the path itself for a file in one piece."""
    return _SHARD.sub("", path)


def is_shard(path: str) -> bool:
    """Whether the name is that of one piece of several."""
    return bool(_SHARD.search(path.rpartition("/")[2]))


def _some(told: Sequence[str]) -> list[str]:
    """As many texts, and as much of each, as anybody reads."""
    return [each[:_LONGEST_TEXT] for each in told[:_MOST_TEXTS]]


def _role(name: str, suffix: str, file_format: str | None) -> str:
    if _TRAINING.match(name):
        return "training_data"
    if file_format is not None:
        return "shard" if is_shard(name) else "model"
    if suffix in _PICTURE_SUFFIXES | _VIDEO_SUFFIXES:
        return "picture"
    return next((role for pattern, role in _ROLE_RULES if pattern.search(name)), "other")


def _variant(name: str) -> str | None:
    found = _VARIANT.search(name)
    return found.group(1) if found else None


def _kind(
    info: Mapping[str, Any], tags: Sequence[str], front: Mapping[str, Any], files: Iterable[ListedFile]
) -> str | None:
    """A hint only: what tags, pipeline and the shape of the repository say; the bytes decide later."""
    lower = {tag.lower() for tag in tags}
    if (
        any(tag.startswith("base_model:adapter:") for tag in lower)
        or line(front.get("base_model_relation")) == "adapter"
    ):
        return "lora"
    for words, kind in _KIND_TAGS:
        if lower & set(words):
            return kind
    if any(file.path == "model_index.json" for file in files):
        return "checkpoint"
    pipeline = line(info.get("pipeline_tag")) or line(front.get("pipeline_tag")) or ""
    return _KIND_PIPELINES.get(pipeline)


def _license(front: Mapping[str, Any], tags: Sequence[str], page: str, commit: str | None) -> dict[str, Any]:
    tagged = [tag.removeprefix("license:") for tag in tags if tag.startswith("license:")]
    link = text(front.get("license_link"))
    told = {
        "id": next(iter([*texts(front.get("license")), *tagged]), None),
        "name": line(front.get("license_name")),
        "link": _resolved(f"{page}/blob/{commit or 'main'}/", link) if link else None,
    }
    return {key: value for key, value in told.items() if value is not None}


def _stats(info: Mapping[str, Any]) -> dict[str, int | float]:
    told = {"downloads": number(info.get("downloads")), "likes": number(info.get("likes"))}
    return {name: value for name, value in told.items() if value is not None}


def _pictures(
    front: Mapping[str, Any], files: Sequence[ListedFile], page: str, commit: str | None
) -> tuple[Picture, ...]:
    """Those the card shows as examples; without any, the pictures that lie in the repository."""
    base = f"{page}/resolve/{commit or 'main'}/"
    widgets = mappings(front.get("widget")) or [mapping(front.get("widget"))]
    shown = [(mapping(widget.get("output")).get("url"), widget.get("text")) for widget in widgets]
    found = [_picture(base, url, prompt) for url, prompt in [*shown, (front.get("thumbnail"), None)]]
    if not any(found):
        loose = [file.path for file in files if file.role == "picture" and file.path][:_MOST_LOOSE_PICTURES]
        found = [_picture(base, path, None) for path in loose]
    unique = {picture.url: picture for picture in reversed(found) if picture is not None}
    return tuple(reversed(unique.values()))[:_MOST_PICTURES]


def _picture(base: str, place: Any, prompt: Any) -> Picture | None:
    told = text(place)
    url = _resolved(base, told.strip()) if told else None
    if url is None:
        return None
    suffix = suffix_of(urlsplit(url).path.rpartition("/")[2]).lower()
    return Picture(url=url, type="video" if suffix in _VIDEO_SUFFIXES else "image", prompt=text(prompt))


def _resolved(base: str, place: str) -> str | None:
    """An absolute http(s) address for a place in the card; relative ones lie in the repository at this commit."""
    try:
        if not urlsplit(place).scheme:
            inner = [piece for piece in place.split("/") if piece not in {"", ".", ".."}]
            return base + quote("/".join(inner)) if inner and not place.startswith("//") else None
        absolute = urljoin(base, place)
        return absolute if urlsplit(absolute).scheme in {"http", "https"} else None
    except ValueError:
        return None


def _relations(front: Mapping[str, Any], tags: Sequence[str], bases: Sequence[str]) -> Iterable[Relation]:
    """What the card and the derived tags (`base_model:adapter:ID`) say of where the model comes from."""
    told = line(front.get("base_model_relation"))
    by_tag = {
        name: relation
        for relation in _RELATIONS
        for tag in tags
        if (name := tag.removeprefix(f"base_model:{relation}:")) != tag
    }
    tagged_only = [tag.removeprefix("base_model:") for tag in tags if tag.startswith("base_model:")]
    plain = [name for name in tagged_only if name.partition(":")[0] not in _RELATIONS]
    for name in dict.fromkeys([*bases, *by_tag, *plain]):
        yield Relation(type=_RELATIONS.get(by_tag.get(name) or told or "", "base"), ref=name)  # type: ignore[arg-type]
    for key, kind in (("duplicated_from", "version-of"), ("new_version", "recommends")):
        for name in texts(front.get(key)):
            yield Relation(type=kind, ref=name)  # type: ignore[arg-type]


def _access(info: Mapping[str, Any], masked: bool, files: Iterable[ListedFile]) -> Access:
    """A gate is only told of when it is closed, or when nothing shows that it is open for us."""
    if info.get("disabled") is True:
        return Access.disabled
    is_gated = bool(info.get("gated"))
    sees_hashes = any(file.digests.sha256 for file in files)
    return Access.gated if is_gated and (masked or not sees_hashes) else Access.open
