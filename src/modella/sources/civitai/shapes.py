"""Which of Civitai's answers count: what two of them say of one version, and which version is meant when none is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from modella.core.civitai_objects import read_access
from modella.core.listing import Access
from modella.core.loose_json import identifier, mappings


def merged_version(listed: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """One version from the model's list and from its own address: each knows what the other leaves out."""
    files = _merged_files(mappings(listed.get("files")), mappings(asked.get("files")))
    images = mappings(asked.get("images")) or mappings(listed.get("images"))
    return _merged(listed, asked) | {"files": files, "images": images}


def newest_downloadable(
    versions: Sequence[Mapping[str, Any]], model: Mapping[str, Any], now: datetime
) -> Mapping[str, Any]:
    """The first version that can be downloaded now, else the first with files, else the first; newest come first."""
    with_files = [version for version in versions if mappings(version.get("files"))]
    open_ones = (version for version in with_files if read_access(model, version, now)[0] is Access.open)
    return next(open_ones, None) or next(iter(with_files), None) or versions[0]


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {**one, **{key: value for key, value in other.items() if value is not None}}


def _merged_files(listed: list[dict[str, Any]], asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {identifier(file.get("id")): file for file in listed if identifier(file.get("id"))}
    return [_merged(known.get(identifier(file.get("id")), {}), file) for file in asked] or listed
