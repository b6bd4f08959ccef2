"""`metadata.json` and `overrides.json` of a Pumas library: one folder, one model."""

from collections.abc import Mapping
from typing import Any

from modella.core.kinds import Kind
from modella.core.listing import ListedFile
from modella.core.loose_json import integer, mapping, mappings, text, texts, timestamp
from modella.core.sidecars.origins import hub_record, origin_of
from modella.core.sidecars.reading import (
    Format,
    Reading,
    Sheet,
    hints_of,
    picture_of,
    prose,
    settings_of,
    words_of,
)

_MODEL_KEYS = frozenset({"model_id", "model_type", "official_name", "cleaned_name", "subtype", "download_url"})
_NO_KIND = frozenset({Kind.unknown, Kind.invalid})


def _is_metadata(value: Mapping[str, Any]) -> bool:
    return "model_id" in value and len(_MODEL_KEYS & set(value)) >= 3


def _is_overrides(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("version_ranges"), dict)


def read_metadata(sheet: Sheet) -> Reading:
    """A record much like ours. Its notes and inference settings are a person's."""
    value = sheet.value
    kind = text(value.get("model_type")) or ""
    repo = text(value.get("repo_id"))
    picture = picture_of(value.get("preview_image"))
    fetched = {
        "name": text(value.get("official_name")),
        "version": text(value.get("variant")),
        "kind": kind if kind in set(Kind) - _NO_KIND else None,
        "kind_text": kind,
        "base_model": text(value.get("base_model")) or text(value.get("family")),
        "tags": texts(value.get("tags")),
        **prose(value.get("model_card")),
        "published_at": timestamp(value.get("release_date")),
        "added_at": timestamp(value.get("added_date")),
    }
    said = {"notes": words_of(value.get("notes")), "inference_defaults": settings_of(value.get("inference_settings"))}
    files = mappings(value.get("files"))
    return sheet.reading(
        said=said,
        fetched=fetched,
        hints=hints_of(mapping(value.get("hashes"))) if len(files) <= 1 else hints_of({}),
        listed=_listed(files, sheet.model_file),
        source=(hub_record(repo) if repo else None) or origin_of(value.get("download_url")),
        pictures=[picture] if picture else [],
    )


def read_overrides(sheet: Sheet) -> Reading:
    """For which versions of an app the person allows the model."""
    ranges = mapping(sheet.value.get("version_ranges"))
    apps = {app: {"versions": told} for app, each in ranges.items() if (told := text(each))}
    return sheet.reading(apps=apps)


def _listed(files: list[dict[str, Any]], model_file: str) -> ListedFile | None:
    found = next((each for each in files if (text(each.get("name")) or "").casefold() == model_file.casefold()), None)
    if found is None:
        return None
    size = integer(found.get("size"))
    return ListedFile(
        name=text(found.get("original_name")) or model_file, size=size if size is not None and size > 0 else None
    )


FORMATS = (
    Format("pumas", read_metadata, names=("metadata.json",), claims=_is_metadata),
    Format("pumas-overrides", read_overrides, names=("overrides.json",), claims=_is_overrides),
)
