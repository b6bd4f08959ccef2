"""`<stem>.json` as the web UIs of the A1111 family keep it: what a person typed in, or what a tool typed for them.

The same keys are written by A1111, Forge and reForge; with ids by sd-civitai-browser-plus and -neo; and by Civitai
Link, whose weight of 0.8 is nobody's choice.
"""

from collections.abc import Mapping
from typing import Any, Literal

from modella.core.loose_json import identifier, mapping, text
from modella.core.sidecars.origins import civitai_record, is_address, origin_of
from modella.core.sidecars.reading import (
    Format,
    Reading,
    Sheet,
    has_tags,
    hints_of,
    prompt_words,
    prose,
    weight_of,
    words_of,
)

_TYPED = frozenset({"sd version", "activation text", "preferred weight", "negative text"})
_IDS = frozenset({"modelId", "modelVersionId", "modelPageURL"})
_LINK = frozenset({"description", "sd version", "activation text", "preferred weight", "notes"})
_LINK_WEIGHT = 0.8
_FAMILIES = {"SD1": "sd15", "SD2": "sd2", "SDXL": "sdxl", "PONY": "sdxl", "SD3": "sd3", "FLUX": "flux1"}
_NO_VAE = frozenset({"none", "automatic"})
Writer = Literal["a1111", "browser-plus", "civitai-link"]


def _is_link(value: Mapping[str, Any]) -> bool:
    return set(value) == _LINK and value.get("preferred weight") == _LINK_WEIGHT


def _has_ids(value: Mapping[str, Any]) -> bool:
    return bool(_IDS & set(value)) and "modelVersions" not in value and "trainedWords" not in value


def _is_typed(value: Mapping[str, Any]) -> bool:
    return bool(_TYPED & set(value)) or ("notes" in value and bool({"description", "vae"} & set(value)))


def read_a1111(sheet: Sheet) -> Reading:
    """A person's own words; a description in HTML was put there by a tool."""
    return _read(sheet, "a1111")


def read_browser_plus(sheet: Sheet) -> Reading:
    """The same, with the origin, and with a description that the extension wrote as plain text."""
    return _read(sheet, "browser-plus")


def read_link(sheet: Sheet) -> Reading:
    """The same without a choice of weight."""
    return _read(sheet, "civitai-link")


def _read(sheet: Sheet, writer: Writer) -> Reading:
    value = sheet.value
    by_tool = writer != "a1111" or has_tags(text(value.get("description")))
    described = prose(value.get("description"))
    notes = words_of(value.get("notes"))
    linked = notes if notes and is_address(notes) else None
    vae = words_of(value.get("vae"))
    said = {
        "trained_words": prompt_words([text(value.get("activation text")) or ""]),
        "preferred_weight": None if writer == "civitai-link" else weight_of(value.get("preferred weight")),
        "negative_text": words_of(value.get("negative text")),
        "notes": None if linked else notes,
        "vae": vae if vae and vae.lower() not in _NO_VAE else None,
        "description": None if by_tool else described.get("description"),
    }
    return sheet.reading(
        said=said,
        fetched={**(described if by_tool else {}), "family": _family(value)},
        hints=hints_of({"sha256": value.get("sha256")}),
        source=_source(value) or origin_of(linked),
        not_on_source=_is_absent(value),
    )


def _family(value: Mapping[str, Any]) -> str | None:
    return _FAMILIES.get((text(value.get("sd version")) or "").upper())


def _source(value: Mapping[str, Any]) -> Any:
    by_id = civitai_record(value.get("modelId"), value.get("modelVersionId"))
    return by_id or origin_of(value.get("modelPageURL"))


def _is_absent(value: Mapping[str, Any]) -> bool:
    """The helper's skeleton, or words like "Model not found" where an id should be."""
    skeleton = mapping(mapping(value.get("extensions")).get("sd_civitai_helper")).get("skeleton_file") is True
    ids = [value[name] for name in ("modelId", "modelVersionId") if text(value.get(name))]
    return skeleton or any(identifier(each) is None for each in ids)


FORMATS = (
    Format("browser-plus", read_browser_plus, endings=(".json",), claims=_has_ids),
    Format("civitai-link", read_link, endings=(".json",), claims=_is_link),
    Format("a1111", read_a1111, endings=(".json",), claims=_is_typed),
)
