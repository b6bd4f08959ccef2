"""`<whole file name>.rgthree-info.json` of rgthree-comfy: what it asked, what the header says, what a person added."""

from collections.abc import Mapping
from typing import Any

from modella.core.civitai_objects import KINDS
from modella.core.loose_json import integer, mapping, mappings, number, text, texts
from modella.core.sidecars.civitai_part import NOBODY_KNOWS, told_version
from modella.core.sidecars.origins import origin_of
from modella.core.sidecars.reading import (
    Format,
    Reading,
    Sheet,
    SidecarPicture,
    kept,
    picture_of,
    prompt_words,
    words_of,
)

_META = {
    "seed": "seed",
    "negative": "negativePrompt",
    "steps": "steps",
    "sampler": "sampler",
    "cfg": "cfgScale",
    "model": "Model",
    "resources": "resources",
}
"""What it calls a picture's settings → what Civitai calls them."""


def read(sheet: Sheet) -> Reading:
    """Civitai's own version stands under `raw`. One word marked as the user's makes the list theirs."""
    value = sheet.value
    version = mapping(mapping(value.get("raw")).get("civitai"))
    found = told_version(version, {}, sheet.model_file, text(value.get("sha256")) or text(version.get("_sha256")))
    pictures = [each for told in mappings(value.get("images")) if (each := _picture(told))]
    found |= {
        "fetched": _copied(value) | found["fetched"],
        "source": found["source"] or next(filter(None, map(origin_of, texts(value.get("links")))), None),
        "pictures": pictures or found["pictures"],
    }
    is_absent = text(version.get("error")) is not None and found["source"] is None
    return sheet.reading(**found, said=_said(value), not_on_source=is_absent)


def _said(value: Mapping[str, Any]) -> dict[str, Any]:
    words = mappings(value.get("trainedWords"))
    chosen = [text(each.get("word")) or "" for each in words if each.get("user") is True or each.get("civitai") is True]
    has_own = any(each.get("user") is True for each in words)
    tips = {"strength_min": number(value.get("strengthMin")), "strength_max": number(value.get("strengthMax"))}
    return kept(
        {
            "trained_words": prompt_words(chosen) if has_own else None,
            "notes": words_of(value.get("userNote")),
            "usage_tips": kept(tips),
        }
    )


def _copied(value: Mapping[str, Any]) -> dict[str, Any]:
    base = text(value.get("baseModel")) or ""
    told = text(value.get("type")) or ""
    words = [
        text(each.get("word")) or "" for each in mappings(value.get("trainedWords")) if each.get("civitai") is True
    ]
    return kept(
        {
            "name": text(value.get("name")),
            "base_model": base if base.lower() not in NOBODY_KNOWS else None,
            "kind": KINDS.get(told.replace(" ", "").lower()),
            "kind_text": told,
            "trained_words": prompt_words(words),
        }
    )


def _picture(told: Mapping[str, Any]) -> SidecarPicture | None:
    size = {name: integer(told.get(name)) for name in ("width", "height")}
    return picture_of(
        told.get("url"),
        **{name: each for name, each in size.items() if each and each > 0},
        type="video" if told.get("type") == "video" else "image",
        nsfw_level=integer(told.get("nsfwLevel")),
        prompt=text(told.get("positive")),
        meta=kept({theirs: told.get(ours) for ours, theirs in _META.items()}),
    )


FORMAT = Format("rgthree", read, endings=(".rgthree-info.json",))
