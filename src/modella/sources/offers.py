"""What a person is told who must choose among files, and how many files one download may have."""

from collections.abc import Sequence
from typing import Any

from modella.core.errors import BadLink
from modella.core.listing import ListedFile, Listing

MOST_NAMES = 50
MOST_FILES = 2000


def named(names: Sequence[str]) -> dict[str, Any]:
    """The facts `names` and `count` of an error: the first names, and how many there are."""
    return {"names": list(names[:MOST_NAMES]), "count": len(names)}


def countable(listing: Listing, files: Sequence[ListedFile]) -> tuple[ListedFile, ...]:
    """The files, when they are not too many for one download; BadLink("choose-file") otherwise."""
    if len(files) > MOST_FILES:
        names = [file.path or file.name for file in files]
        facts = {"reason": "too-many-files", "most": MOST_FILES, "page_url": listing.page_url}
        raise BadLink("choose-file", source=listing.source, **named(names), **facts)
    return tuple(files)
