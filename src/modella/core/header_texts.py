"""The texts of a header that are worth showing to people. All of them are untrusted and shortened."""

import json
import re
from collections.abc import Mapping
from typing import Any

from modella.core.digests import clean

_LONGEST = 4000
_LARGEST_JSON = 4_000_000
_TAGS = 40
_REPEATS = re.compile(r"^\d+_")

_SIMPLE = {
    "title": ("modelspec.title", "ss_output_name", "general.name"),
    "description": ("modelspec.description", "ss_training_comment", "general.description"),
    "author": ("modelspec.author", "general.author"),
    "date": ("modelspec.date",),
    "license": ("modelspec.license", "general.license"),
    "usage_hint": ("modelspec.usage_hint",),
    "trigger_words": ("modelspec.trigger_phrase",),
    "resolution": ("modelspec.resolution", "ss_resolution"),
    "base_label": ("ss_base_model_version", "modelspec.architecture", "general.architecture", "_class_name"),
    "base_file": ("ss_sd_model_name", "general.base_model.0.name"),
    "prediction_type": ("modelspec.prediction_type",),
    "merged_from": ("modelspec.merged_from",),
    "network_module": ("ss_network_module",),
    "rank": ("ss_network_dim",),
    "alpha": ("ss_network_alpha",),
    "clip_skip": ("ss_clip_skip",),
    "steps": ("ss_steps",),
    "epochs": ("ss_num_epochs", "ss_epoch"),
    "images": ("ss_num_train_images",),
    "training_started": ("ss_training_started_at",),
    "training_finished": ("ss_training_finished_at",),
    "size_label": ("general.size_label",),
    "organization": ("general.organization",),
    "software": ("software", "modelspec.implementation"),
}
"""What we show, and the header keys it may stand under, best first (sd-scripts, ModelSpec 1.0.1, GGUF)."""


def readable(metadata: Mapping[str, str]) -> dict[str, Any]:
    """Texts by our own names: strings, plus `tags` (most frequent first) and `embedded_autov3`."""
    if not metadata:
        return {}
    texts: dict[str, Any] = {}
    for name, keys in _SIMPLE.items():
        for key in keys:
            if key in metadata and (value := _text(metadata[key])):
                texts[name] = value
                break
    counted = _json_object(metadata.get("ss_tag_frequency"))
    structured = {
        "tags": _tags(metadata, counted),
        "dataset_folders": _folders(metadata, counted),
        "embedded_autov3": _autov3(metadata),
    }
    return texts | {name: value for name, value in structured.items() if value}


def header_fields(text: Mapping[str, Any]) -> dict[str, Any]:
    """What a header's texts say in fields of a record: better than a guess, worse than everything else."""
    words = text.get("trigger_words")
    found = {
        "name": text.get("title"),
        "description": text.get("description"),
        "creator": text.get("author"),
        "base_model": text.get("base_model"),
        "trained_words": [words] if isinstance(words, str) else list(words or []),
    }
    return {name: value for name, value in found.items() if value}


def _text(value: str | None) -> str | None:
    text = (value or "").replace("\x00", "").strip()[:_LONGEST]
    return None if text in ("", "None", "null") else text


def _tags(metadata: Mapping[str, str], counted: Mapping[str, Any]) -> list[str]:
    counts: dict[str, int] = {}
    for tags in counted.values():
        for tag, count in tags.items() if isinstance(tags, dict) else ():
            if isinstance(count, int):
                counts[tag] = counts.get(tag, 0) + count
    if not counts:
        written = _text(metadata.get("modelspec.tags")) or ""
        return [tag for part in written.split(",") if (tag := part.strip())][:_TAGS]
    frequent = sorted(counts, key=counts.__getitem__, reverse=True)[: 2 * _TAGS]
    return list(dict.fromkeys(tag for each in frequent if (tag := each.strip()[:200])))[:_TAGS]


def _folders(metadata: Mapping[str, str], counted: Mapping[str, Any]) -> list[str]:
    folders = counted or _json_object(metadata.get("ss_dataset_dirs"))
    return [_REPEATS.sub("", folder)[:200] for folder in folders][:_TAGS]


def _autov3(metadata: Mapping[str, str]) -> str | None:
    claims = (metadata.get("sshs_model_hash"), metadata.get("modelspec.hash_sha256"))
    digests = (clean("autov3", claim) for claim in claims)
    return next((digest[:12] for digest in digests if digest), None)


def _json_object(text: str | None) -> dict[str, Any]:
    if not text or len(text) > _LARGEST_JSON:
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
