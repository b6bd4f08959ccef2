"""Addresses and ids in other tools' files, as the source they lead to."""

import re
from typing import Any

from modella.core.civitai_objects import SITE, SOURCE, page_url
from modella.core.loose_json import identifier, text
from modella.core.model import SourceRecord
from modella.core.pasted import Address, address, unwrap
from modella.core.secrecy import without_secrets

_CIVITAI = re.compile(r"^(?:www\.|api\.)?civitai\.(?:com|red|green|blue)$")
_HUB = frozenset({"huggingface.co", "www.huggingface.co", "hf.co"})
_NOT_MODELS = frozenset({"datasets", "spaces", "api", "docs", "papers", "collections", "blog"})
_OPEN_MODEL_DB = "openmodeldb.info"
_SEPARATORS = frozenset({"resolve", "blob", "tree", "raw"})
_REPO = re.compile(r"^[\w.-]+$")


def civitai_record(model_id: Any, version_id: Any, **more: Any) -> SourceRecord | None:
    """A record of Civitai by its ids; empty and invented ids are none."""
    model, version = identifier(model_id), identifier(version_id)
    if model is None and version is None:
        return None
    ref = {name: each for name, each in (("model_id", model), ("version_id", version)) if each}
    return SourceRecord(
        source=SOURCE,
        url=page_url(SITE, model, version),
        model_id=model,
        version_id=version,
        ref={"source": SOURCE, **ref},
        **more,
    )


def hub_record(repo: str, revision: str | None = None, path: str | None = None) -> SourceRecord | None:
    """A record of the Hugging Face Hub, None for what is no repository."""
    parts = repo.split("/")
    if len(parts) > 2 or not all(_REPO.match(part) for part in parts):
        return None
    ref = {name: each for name, each in (("model_id", repo), ("revision", revision), ("path", path)) if each}
    return SourceRecord(
        source="huggingface",
        url=f"https://huggingface.co/{repo}",
        model_id=repo,
        revision=revision,
        ref={"source": "huggingface", **ref},
    )


def origin_of(told: Any) -> SourceRecord | None:
    """The source behind an http(s) address; one that no source claims is kept as an address, without its secrets."""
    found = address(unwrap(text(told) or ""))
    if found is None:
        return None
    if _CIVITAI.match(found.host):
        return _civitai(found)
    if found.host in _HUB:
        return _hub(found)
    source = "openmodeldb" if found.host.removeprefix("www.") == _OPEN_MODEL_DB else "url"
    return SourceRecord(source=source, url=without_secrets(found.url))


def is_address(told: Any) -> bool:
    """Whether a text is nothing but an address."""
    return address((text(told) or "").strip()) is not None


def _civitai(found: Address) -> SourceRecord | None:
    segments = found.segments
    if segments[:3] == ("api", "download", "models") and len(segments) > 3:
        return civitai_record(None, segments[3])
    if segments[:2] == ("api", "v1"):
        segments = segments[2:]
    if segments[:1] == ("model-versions",) and len(segments) > 1:
        return civitai_record(None, segments[1])
    if segments[:1] == ("models",) and len(segments) > 1:
        return civitai_record(segments[1], found.query.get("modelversionid"))
    return None


def _hub(found: Address) -> SourceRecord | None:
    segments = found.segments
    if not segments or segments[0] in _NOT_MODELS:
        return None
    depth = next((at for at in (1, 2) if len(segments) > at and segments[at] in _SEPARATORS), min(len(segments), 2))
    rest = segments[depth + 1 :]
    return hub_record("/".join(segments[:depth]), rest[0] if rest else None, "/".join(rest[1:]) or None)
