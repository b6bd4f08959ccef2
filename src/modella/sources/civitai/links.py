"""What a pasted text means on Civitai: pages of all its hosts, download and API addresses, AIR, `ID@V`, hashes."""

import re
from collections.abc import Callable, Mapping

from modella.core import pasted
from modella.core.civitai_objects import PICKS, SOURCE
from modella.core.errors import BadLink
from modella.core.listing import Ref
from modella.core.loose_json import identifier

HOSTS = frozenset(
    {"civitai.com", "www.civitai.com", "civitai.red", "www.civitai.red", "civitai.green", "www.civitai.green"}
    | {"civitai.blue", "www.civitai.blue", "api.civitai.com", "auth.civitai.com"}
)
PICTURE_HOSTS = frozenset(
    {"image.civitai.com", "imagecache.civitai.com", "image-b2.civitai.com", "blobs-b2.civitai.com"}
)

_PAGES = {
    "posts": "post",
    "user": "user",
    "collections": "collection",
    "articles": "article",
    "bounties": "bounty",
    "tag": "tag",
    "search": "search",
    "models": "list",
    "videos": "list",
    "images": "list",
    "login": "login",
}
_LARGEST_ID = 2**31 - 1
_HASH = re.compile(r"^(?:sha-?256[:=]\s*|0x)?([0-9a-f]{64}|[0-9a-f]{12}|[0-9a-f]{10}|[0-9a-f]{8})$", re.IGNORECASE)
_ID_AT_VERSION = re.compile(r"^(?:civitai:)?(\d{1,10})@(\d{1,10})$", re.IGNORECASE)
_AIR = re.compile(
    r"^(?P<prefix>(?:urn:)?(?:air:)?)(?P<ecosystem>[\w.-]+):(?P<type>[\w-]+):(?P<source>civitai(?:-r2)?|orchestrator):"
    r"(?P<id>[^@+:\s]+?)(?:@(?P<version>[^+.:\s]+))?(?::[^+.\s]*)?(?:\+(?P<file>\d+))?(?:\.(?P<format>\w+))?$",
    re.IGNORECASE,
)
_AIR_FORMATS = {
    "safetensors": "SafeTensor",
    "safetensor": "SafeTensor",
    "ckpt": "PickleTensor",
    "pickletensor": "PickleTensor",
    "gguf": "GGUF",
    "diffusers": "Diffusers",
    "onnx": "ONNX",
    "coreml": "Core ML",
}


def recognise(text: str, base_url: str) -> Ref | None:
    """The ref of a text that is Civitai's, None when it is not; BadLink for Civitai pages that are no model."""
    bare = pasted.unwrap(text)
    return _from_hash(bare) or _from_id_at_version(bare) or _from_air(bare) or _from_address(bare, base_url)


def _from_hash(text: str) -> Ref | None:
    found = _HASH.match(text)
    return Ref(source=SOURCE, digest=found.group(1).lower()) if found else None


def _from_id_at_version(text: str) -> Ref | None:
    found = _ID_AT_VERSION.match(text)
    return _model_ref(found.group(1), found.group(2)) if found else None


def _from_air(text: str) -> Ref | None:
    found = _AIR.match(text)
    if found is None:
        return None
    if found["source"].lower() != "civitai":
        raise BadLink("link-unsupported", site=found["source"].lower(), reason="air-source")
    wanted = _AIR_FORMATS.get((found["format"] or "").lower())
    ref = _model_ref(found["id"], found["version"])
    return ref.model_copy(update={"file_id": found["file"], "pick": {"format": wanted} if wanted else {}})


def _from_address(text: str, base_url: str) -> Ref | None:
    found = pasted.address(text, HOSTS | PICTURE_HOSTS)
    if found is None:
        return None
    if found.host in PICTURE_HOSTS:
        raise _no_model("picture")
    segments = _segments_below(found, base_url)
    if segments is None:
        return None
    if found.host == "auth.civitai.com":
        raise _no_model("login")
    for path, read in _READERS:
        if segments[: len(path)] == path and len(segments) > len(path):
            return read(segments[len(path) :], found.query)
    raise _no_model(_PAGES.get(segments[0], "page") if segments else "page")


def _segments_below(found: pasted.Address, base_url: str) -> tuple[str, ...] | None:
    """The path below the site's root; None when the address is on another site."""
    base = pasted.address(base_url)
    if base is not None and found.host == base.host and found.segments[: len(base.segments)] == base.segments:
        return found.segments[len(base.segments) :]
    return found.segments if found.host.partition(":")[0] in HOSTS else None


def _page(segments: tuple[str, ...], query: Mapping[str, str]) -> Ref:
    """A model page. A version that is no number is what the site itself overlooks."""
    version = _id(query.get("modelversionid"))
    file = _id(query.get("fileid")) if version else None
    return _model_ref(segments[0], version).model_copy(update={"file_id": file})


def _version(segments: tuple[str, ...], _: Mapping[str, str]) -> Ref:
    return Ref(source=SOURCE, version_id=_needed(segments[0]))


def _download(segments: tuple[str, ...], query: Mapping[str, str]) -> Ref:
    """A download address: of its query only the selectors are kept, never `token`."""
    picks = {PICKS[name]: query[name] for name in PICKS if query.get(name)}
    return Ref(source=SOURCE, version_id=_needed(segments[0]), file_id=_id(query.get("fileid")), pick=picks)


def _training_data(segments: tuple[str, ...], _: Mapping[str, str]) -> Ref:
    return Ref(source=SOURCE, version_id=_needed(segments[0]), pick={"type": "Training Data"})


def _by_hash(segments: tuple[str, ...], _: Mapping[str, str]) -> Ref:
    found = _HASH.match(segments[0])
    if found is None:
        raise _no_model("page")
    return Ref(source=SOURCE, digest=found.group(1).lower())


def _image(segments: tuple[str, ...], _: Mapping[str, str]) -> Ref:
    return Ref(source=SOURCE, image_id=_needed(segments[0]))


_Reader = Callable[[tuple[str, ...], Mapping[str, str]], Ref]
_READERS: tuple[tuple[tuple[str, ...], _Reader], ...] = (
    (("models",), _page),
    (("model-versions",), _version),
    (("images",), _image),
    (("api", "download", "models"), _download),
    (("api", "download", "training-data"), _training_data),
    (("api", "v1", "models"), _page),
    (("api", "v1", "model-versions", "by-hash"), _by_hash),
    (("api", "v1", "model-versions", "mini"), _version),
    (("api", "v1", "model-versions"), _version),
)


def _model_ref(model: str, version: str | None) -> Ref:
    return Ref(source=SOURCE, model_id=_needed(model), version_id=_id(version))


def _id(value: str | None) -> str | None:
    """An id Civitai could have given out, or None."""
    found = identifier(value) if value and value.isascii() and value.isdigit() else None
    return found if found is not None and int(found) <= _LARGEST_ID else None


def _needed(value: str) -> str:
    found = _id(value)
    if found is None:
        raise _no_model("unknown-id")
    return found


def _no_model(what: str) -> BadLink:
    return BadLink("link-not-a-model", source=SOURCE, what=what)
