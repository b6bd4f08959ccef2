"""A version of Civitai inside another tool's file: read by the code that reads the source's own answers."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from modella.core.civitai_objects import SITE, read_listing
from modella.core.digests import Digests
from modella.core.listed_fields import listed_fields
from modella.core.listing import ListedFile, Listing
from modella.core.loose_json import identifier, mapping, mappings, text
from modella.core.model import SourceRecord
from modella.core.sidecars.origins import civitai_record
from modella.core.sidecars.reading import SidecarPicture, hints_of, kept, picture_of

_AFTER_EVERY_DEADLINE = datetime.max.replace(tzinfo=UTC)
_OLD_BY_NOW = frozenset({"access", "access_until"})
"""What was true when the file was written; nobody decides by it now."""
NOBODY_KNOWS = frozenset({"unknown", "other", "none", "null"})


def told_version(
    version: Mapping[str, Any], model: Mapping[str, Any], model_file: str, digest: str | None
) -> dict[str, Any]:
    """The parts of a reading that a version and its model fill: fetched, hints, listed, source, pictures.

    Either object may be empty. `digest` is the SHA-256 that the tool itself counted, when it tells one.
    """
    about = {"creator": version.get("creator"), **mapping(version.get("model")), **model}
    listing = read_listing(kept(about), version, SITE, _AFTER_EVERY_DEADLINE)
    known = hints_of({"sha256": digest})
    listed = file_in(listing.files, model_file, known)
    hints = hints_of(listed.digests.known()) if listed else Digests()
    listed = listed and listed.model_copy(update={"digests": hints})
    return {
        "fetched": _fields(listing, about),
        "hints": known if known.contradicts(hints) else known.or_else(hints),
        "listed": listed,
        "source": _record(listing, listed),
        "pictures": pictures_of(listing, mappings(version.get("images"))),
    }


def file_in(files: Sequence[ListedFile], model_file: str, known: Digests) -> ListedFile | None:
    """The entry that is this file: by hash, by name, or because there is only one; None where it is a guess."""
    by_hash = [each for each in files if known.agrees(each.digests)]
    if by_hash:
        return by_hash[0]
    fitting = [each for each in files if not known.contradicts(each.digests)]
    by_name = [each for each in fitting if each.name.casefold() == model_file.casefold()]
    weights = [each for each in fitting if each.role == "model"]
    for found in (by_name, weights):
        if len(found) == 1:
            return found[0]
    return None


def pictures_of(listing: Listing, images: Sequence[Mapping[str, Any]]) -> list[SidecarPicture]:
    """The version's pictures; `local_file` is where a tool saved one of them."""
    saved = {text(each.get("url")): picture_of(each.get("local_file")) for each in images}
    return [
        SidecarPicture(**{**each.model_dump(), "file": local.file if (local := saved.get(each.url)) else None})
        for each in listing.pictures
    ]


def _fields(listing: Listing, about: Mapping[str, Any]) -> dict[str, Any]:
    fields = kept({name: each for name, each in listed_fields(listing).items() if name not in _OLD_BY_NOW})
    if text(about.get("name")) is None:
        fields.pop("name", None)
    if "description" not in fields:
        fields.pop("description_format", None)
    if str(fields.get("base_model", "")).lower() in NOBODY_KNOWS:
        fields.pop("base_model")
    return fields | kept({"kind": listing.kind})


def _record(listing: Listing, listed: ListedFile | None) -> SourceRecord | None:
    return civitai_record(
        listing.model_id,
        listing.version_id,
        file_id=listed.file_id if listed else None,
        air=listing.air,
        payload=listing.payload,
    )


def has_ids(value: Mapping[str, Any]) -> bool:
    """Whether an object was really found: skeletons have empty ids."""
    return bool(identifier(value.get("id")) or identifier(value.get("modelId")))
