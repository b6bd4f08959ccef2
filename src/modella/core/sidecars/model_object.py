"""A whole model object of Civitai: SD.Next's `<stem>.json`, the browser extensions' `<stem>.api_info.json`."""

from collections.abc import Mapping
from typing import Any

from modella.core.loose_json import mappings, text
from modella.core.sidecars.civitai_part import told_version
from modella.core.sidecars.reading import Format, Reading, Sheet


def claims(value: Mapping[str, Any]) -> bool:
    """Only the model object has its versions in it."""
    return isinstance(value.get("modelVersions"), list)


def read(sheet: Sheet) -> Reading:
    """The model, and the version that has the file; where several may, only what is true of all of them."""
    version = _version(mappings(sheet.value.get("modelVersions")), sheet.model_file)
    found = told_version(version, sheet.value, sheet.model_file, None)
    return sheet.reading(**found)


def _version(versions: list[dict[str, Any]], model_file: str) -> Mapping[str, Any]:
    with_file = [each for each in versions if model_file.casefold() in _names(each)]
    for found in (with_file, versions):
        if len(found) == 1:
            return found[0]
    return {}


def _names(version: Mapping[str, Any]) -> set[str]:
    return {(text(file.get("name")) or "").casefold() for file in mappings(version.get("files"))}


FORMATS = (
    Format("browser-plus-answer", read, endings=(".api_info.json",), claims=claims),
    Format("sd-next", read, endings=(".json",), claims=claims),
)
