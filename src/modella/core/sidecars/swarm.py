"""`<stem>.swarm.json` of SwarmUI and of those who write for it: ModelSpec keys, as in a file's own header."""

import re
from collections.abc import Mapping
from typing import Any

from modella.core.loose_json import text, texts, timestamp
from modella.core.sidecars.origins import origin_of
from modella.core.sidecars.reading import (
    Format,
    Reading,
    Sheet,
    hints_of,
    kept,
    picture_of,
    prompt_words,
    prose,
    weight_of,
)

_PREFIX = "modelspec."
_FROM = re.compile(r'^\s*From <a href="([^"<>]{1,2000})"[^<>]*>[^<]*</a>\s*')
_HEADER = frozenset(
    {"title", "author", "description", "license", "usage_hint", "trigger_phrase", "merged_from", "date"}
    | {"resolution", "prediction_type", "architecture", "preprocessor"}
)
_LONGEST_HEADER = 4000


def claims(value: Mapping[str, Any]) -> bool:
    """Keys of ModelSpec; the file of the same name beside an image has none."""
    return any(name.startswith(_PREFIX) for name in value)


def read(sheet: Sheet) -> Reading:
    """What the downloader or the editor wrote. The default weight can only be a person's."""
    value = {name.removeprefix(_PREFIX): each for name, each in sheet.value.items() if name.startswith(_PREFIX)}
    described = text(value.get("description")) or ""
    downloaded = _FROM.match(described)
    weight = weight_of(value.get("lora_default_weight"))
    picture = picture_of(value.get("thumbnail"))
    hashes = text(value.get("hash_sha256")) or text(value.get("hash"))
    return sheet.reading(
        said={"preferred_weight": weight},
        fetched=_fetched(value, described[downloaded.end() :] if downloaded else described, downloaded is not None),
        hints=hints_of({"autov3": _short(hashes)}),
        source=origin_of(downloaded[1]) if downloaded else None,
        pictures=[picture] if picture and picture.embedded else [],
        header=_header(value),
    )


def _fetched(value: Mapping[str, Any], described: str, downloaded: bool) -> dict[str, Any]:
    """The downloader joins name and version, and writes the base model where a hint belongs."""
    title = text(value.get("title"))
    name, sign, version = (title or "").rpartition(" - ")
    tags = value.get("tags")
    merged = text(value.get("merged_from"))
    licence = text(value.get("license"))
    return kept(
        {
            "name": name if downloaded and sign else title,
            "version": version if downloaded and sign else None,
            "creator": text(value.get("author")),
            **prose(described),
            "trained_words": prompt_words(texts(value.get("trigger_phrase"))),
            "tags": [each.strip() for part in texts(tags) for each in part.split(",") if each.strip()],
            "published_at": timestamp(value.get("date")),
            "license": {"name": licence} if licence else None,
            "relations": [{"type": "derived-from", "ref": merged[:_LONGEST_HEADER]}] if merged else None,
            "base_model": text(value.get("usage_hint")) if downloaded else None,
            "flags": {"negative_embedding": True} if value.get("is_negative_embedding") is True else None,
        }
    )


def _short(told: str | None) -> str | None:
    """ModelSpec's hash leaves the header out, as AutoV3 does; that one is known by its first twelve digits."""
    digits = (told or "").strip().lower().removeprefix("0x")
    return digits[:12] if len(digits) == 64 else digits


def _header(value: Mapping[str, Any]) -> dict[str, str]:
    told = ((name, text(value.get(name))) for name in sorted(_HEADER))
    return {_PREFIX + name: each[:_LONGEST_HEADER] for name, each in told if each}


FORMAT = Format("swarm", read, endings=(".swarm.json",), claims=claims)
