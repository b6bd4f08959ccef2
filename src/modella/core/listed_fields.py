"""What a listing says, under the names a model's record has for it: used for downloads and for other tools' files."""

from typing import Any

from modella.core.listing import Listing
from modella.core.prose import safe_html

_AS_THEY_ARE = {
    *("name", "version", "kind_text", "base_model", "base_model_type", "air", "description_format", "tags", "creator"),
    *("creator_picture", "license", "nsfw_level", "flags", "access", "access_until", "published_at", "stats"),
    *("versions", "relations"),
}
"""Fields that go from the listing into the record under the same name."""


def listed_fields(listing: Listing) -> dict[str, Any]:
    """Fields of `core/model.Metadata` as plain JSON values; prose is made safe.

    HTML is cleaned before it is stored; Markdown stays text and is cleaned where it becomes HTML. The kind is left
    out: it is weighed against what the bytes say.
    """
    is_markdown = listing.description_format == "markdown"
    return {
        **listing.model_dump(mode="json", include=_AS_THEY_ARE),
        "trained_words": list(listing.trained_words),
        "description": listing.description if is_markdown else safe_html(listing.description),
        "version_description": safe_html(listing.version_description),
        "source_updated_at": listing.updated_at,
    }
