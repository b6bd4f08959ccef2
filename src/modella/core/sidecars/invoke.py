"""`<stem>.json` as InvokeAI exports the settings of a model: everything in it was set by a person."""

from collections.abc import Mapping
from typing import Any

from modella.core.loose_json import text, texts
from modella.core.sidecars.origins import origin_of
from modella.core.sidecars.reading import Format, Reading, Sheet, picture_of, prompt_words, settings_of, words_of


def claims(value: Mapping[str, Any]) -> bool:
    """The two keys that every export has."""
    return "default_settings" in value and "trigger_phrases" in value


def read(sheet: Sheet) -> Reading:
    """Name, description, words and settings; the address it came from; its cover."""
    value = sheet.value
    cover = picture_of(value.get("cover_image"))
    said = {
        "name": text(value.get("name")),
        "description": words_of(value.get("description")),
        "trained_words": prompt_words(texts(value.get("trigger_phrases"))),
        "inference_defaults": settings_of(value.get("default_settings")),
    }
    return sheet.reading(said=said, source=origin_of(value.get("source_url")), pictures=[cover] if cover else [])


FORMAT = Format("invoke", read, endings=(".json",), claims=claims)
