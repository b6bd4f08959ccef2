"""The table of all formats, in the order in which their word counts, and the one way to read a file."""

import re
from collections.abc import Mapping
from typing import Any

from modella.core.naming import suffix_of
from modella.core.sidecars import (
    civitai_info,
    connected_info,
    hub_folders,
    invoke,
    loramanager,
    markdown,
    model_object,
    plain,
    pumas,
    rgthree,
    swarm,
    user_metadata,
)
from modella.core.sidecars.reading import LARGEST, Format, Reading, Sheet, base_name, decoded, parsed

FORMATS: tuple[Format, ...] = (
    loramanager.FORMAT,
    civitai_info.FORMAT,
    *connected_info.FORMATS,
    rgthree.FORMAT,
    swarm.FORMAT,
    *pumas.FORMATS,
    *model_object.FORMATS,
    invoke.FORMAT,
    *user_metadata.FORMATS,
    markdown.FORMAT,
    *plain.FORMATS,
)
"""Every format. Where two people's words are equally good, the earlier format's counts."""

RANKS: Mapping[str, int] = {
    name: rank for rank, name in enumerate([*(each.name for each in FORMATS), hub_folders.LOCAL, hub_folders.CACHE])
}
_OURS = (".modella.json", ".modella.overrides.json")
_OUR_ID = re.compile(r"^[0-9a-z]{26}$")
_ANYTHING = ".json"
PICTURES = frozenset({".webp", ".png", ".jpeg", ".jpg", ".gif", ".avif", ".jxl", ".bmp", ".mp4", ".webm"})


def read(name: str, content: bytes, model_file: str, size: int | None = None) -> Reading | None:
    """What a file says of the model beside it; None when it is no such file. Never raises, whatever the bytes.

    `name` is the file's name, or its path where a folder is part of its meaning (`.cache/huggingface/...`). `size` in
    bytes may be told instead of a `content` that is too large to be read: above 16 MiB nothing is.
    """
    file, too_large = base_name(name), max(size or 0, len(content)) > LARGEST
    if hub_folders.is_record(name):
        record = Reading(file=file, format=hub_folders.LOCAL, problem="too-large")
        return record if too_large else hub_folders.read_record(name, decoded(content))
    formats = [] if _is_not_ours_to_read(file, model_file) else [each for each in FORMATS if each.ending_of(file)]
    if not formats:
        return None
    if too_large:
        return _unreadable(file, formats, "too-large")
    if formats[0].form == "text":
        sheet = Sheet(file, formats[0].name, base_name(model_file), text=decoded(content).replace("\0", ""))
        return formats[0].read(sheet)
    return _read_json(file, decoded(content), base_name(model_file), formats)


def _is_not_ours_to_read(file: str, model_file: str) -> bool:
    """Our own records, and what lies beside a picture."""
    return file.lower().endswith(_OURS) or suffix_of(model_file).lower() in PICTURES


def _read_json(file: str, content: str, model_file: str, formats: list[Format]) -> Reading | None:
    if not content.strip("\0 \t\r\n"):
        says_absent = formats[0].empty_says_absent
        reading = Reading(file=file, format=formats[0].name, not_on_source=True)
        return reading if says_absent else _unreadable(file, formats, "empty")
    value, problem = parsed(content)
    if problem is not None or not isinstance(value, dict):
        return _unreadable(file, formats, problem or "not-an-object")
    if _is_our_record(value):
        return None
    chosen = next((each for each in formats if each.claims(value)), None)
    return chosen.read(Sheet(file, chosen.name, model_file, value)) if chosen else None


def _unreadable(file: str, formats: list[Format], problem: str) -> Reading | None:
    """A file whose name tells its format; a name that tells less could be anything, but stands beside a model."""
    known = formats[0].ending_of(file) != _ANYTHING
    return Reading(file=file, format=formats[0].name if known else "json", problem=problem)


def _is_our_record(value: Mapping[str, Any]) -> bool:
    marked, own_id = value.get("schema"), value.get("id")
    return isinstance(marked, int) and isinstance(own_id, str) and bool(_OUR_ID.match(own_id))
