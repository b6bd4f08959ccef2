"""`<stem>.metadata.json` of ComfyUI-Lora-Manager: a version object of Civitai with a person's changes around it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from modella.core.loose_json import integer, mapping, mappings, number, settled, text, texts
from modella.core.model import SourceRecord
from modella.core.sidecars.civitai_part import NOBODY_KNOWS, told_version
from modella.core.sidecars.origins import origin_of
from modella.core.sidecars.reading import (
    Format,
    Reading,
    Sheet,
    SidecarPicture,
    base_name,
    hints_of,
    kept,
    picture_of,
    prompt_words,
    prose,
    weight_of,
    words_of,
)

_KEYS = frozenset({"file_path", "from_civitai", "usage_tips", "preview_nsfw_level", "modelDescription"})
_TIPS = ("strength", "strength_min", "strength_max", "clip_strength", "clip_skip")
_LONGEST_TIP = 200
_TYPES = frozenset({"checkpoint", "diffusion_model", "lora", "embedding"})
_LATEST = 253_402_300_799
"""The last second of the year 9999."""


def claims(value: Mapping[str, Any]) -> bool:
    """Two of the keys that only this tool writes."""
    return len(_KEYS & set(value)) >= 2


def read(sheet: Sheet) -> Reading:
    """What was fetched stands under `civitai`; what differs from it at the top is a person's change."""
    value = sheet.value
    version = {name: each for name, each in mapping(value.get("civitai")).items() if name != "customImages"}
    found = told_version(version, {}, sheet.model_file, text(value.get("sha256")))
    fetched = found["fetched"]
    is_known = found["source"] is not None
    if not is_known:
        fetched.pop("trained_words", None)
    said = _said(value, version, fetched)
    found |= {
        "fetched": _copied(value, fetched, said) | fetched,
        "hints": hints_of({"autov3": value.get("autov3")}).or_else(found["hints"]),
        "source": _source(value, found["source"]),
        "pictures": [*_own_pictures(value), *found["pictures"]],
    }
    is_absent = value.get("civitai_deleted") is True or value.get("from_civitai") is False
    return sheet.reading(**found, said=said, not_on_source=is_absent)


def _said(value: Mapping[str, Any], version: Mapping[str, Any], fetched: Mapping[str, Any]) -> dict[str, Any]:
    tips = _tips(value.get("usage_tips"))
    own_words = prompt_words(texts(value.get("trainedWords")) or texts(version.get("trainedWords")))
    said = {
        "notes": words_of(value.get("notes")),
        "favorite": value.get("favorite") is True or None,
        "hidden": value.get("exclude") is True or None,
        "skip_refresh": value.get("skip_metadata_refresh") is True or None,
        "usage_tips": tips,
        "preferred_weight": weight_of(tips.get("strength")),
        "name": _renamed(value, fetched),
        "base_model": _other_base(text(value.get("base_model")), fetched.get("base_model")),
        "tags": _other_tags(texts(value.get("tags")), fetched.get("tags")),
        "trained_words": own_words if own_words != fetched.get("trained_words") else None,
    }
    return kept(said)


def _renamed(value: Mapping[str, Any], fetched: Mapping[str, Any]) -> str | None:
    """The name a person gave: neither the source's nor the file's."""
    name = words_of(value.get("model_name"))
    file = base_name(text(value.get("file_path")) or "")
    given_by_others = {fetched.get("name"), text(value.get("file_name")), file, file.rpartition(".")[0]}
    return None if name in given_by_others else name


def _other_base(told: str | None, fetched: str | None) -> str | None:
    """A base model that differs by more than spelling; the tool itself shortens "SDXL Turbo" to "SDXL 1.0"."""
    if not told or not fetched or told.lower() in NOBODY_KNOWS:
        return None
    return None if told.split()[0].lower() == fetched.split()[0].lower() else told


def _other_tags(told: list[str], fetched: list[str] | None) -> list[str] | None:
    """Tags that were changed: known only where the source's own are still there."""
    if not told or not fetched:
        return None
    return None if {each.lower() for each in told} == {each.lower() for each in fetched} else told


def _tips(told: Any) -> dict[str, Any]:
    """The settings a person noted; they are JSON written as a text."""
    if isinstance(told, str) and len(told) < 100_000:
        try:
            told = settled(json.loads(told))
        except (ValueError, RecursionError):
            return {}
    values = mapping(told)
    tips: dict[str, Any] = {name: number(values.get(name)) for name in _TIPS}
    tips["strength_range"] = (text(values.get("strength_range")) or "")[:_LONGEST_TIP]
    return kept(tips)


def _copied(value: Mapping[str, Any], fetched: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What the tool keeps beside the version: it counts where the version itself is silent."""
    base = text(value.get("base_model")) or ""
    kind = text(value.get("sub_type")) or text(value.get("model_type")) or ""
    copied = {
        **({} if "description" in fetched else prose(value.get("modelDescription"))),
        "base_model": base if base.lower() not in NOBODY_KNOWS else None,
        "tags": texts(value.get("tags")),
        "kind": kind if kind in _TYPES else None,
        "added_at": _moment(value.get("modified")),
    }
    return kept({name: each for name, each in copied.items() if name not in said})


def _moment(told: Any) -> str | None:
    """Seconds since 1970: when the file was brought in."""
    seconds = integer(told)
    if seconds is None or not 0 < seconds <= _LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _source(value: Mapping[str, Any], found: SourceRecord | None) -> SourceRecord | None:
    record = found or origin_of(value.get("hf_url"))
    if record is not None and value.get("civitai_deleted") is True:
        return record.model_copy(update={"state": "gone"})
    return record


def _own_pictures(value: Mapping[str, Any]) -> list[SidecarPicture]:
    """The preview beside the model, with the level that was set for it, and pictures a person added."""
    preview = picture_of(value.get("preview_url"), nsfw_level=integer(value.get("preview_nsfw_level")) or None)
    added = (
        picture_of(
            each.get("url") or each.get("path"),
            nsfw_level=integer(each.get("nsfwLevel")),
            meta=mapping(each.get("meta")),
            prompt=text(mapping(each.get("meta")).get("prompt")),
        )
        for each in mappings(mapping(value.get("civitai")).get("customImages"))
    )
    return [each for each in (preview, *added) if each]


FORMAT = Format("lora-manager", read, endings=(".metadata.json",), claims=claims)
