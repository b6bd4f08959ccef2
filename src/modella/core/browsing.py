"""Browsing: what is asked of a source's catalogue, what it finds, and the card of one model on a page of finds."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from modella.core.listing import Access, Listing, Picture

Sort = Literal[
    "rating", "downloads", "likes", "discussed", "collected", "images", "newest", "oldest", "trending", "updated"
]
"""Orders of a catalogue, by words of our own; no source knows all of them."""
Period = Literal["day", "week", "month", "year", "all"]

SAFE = 1
"""The level of a picture that everybody may see."""
_MOST_VERSIONS = 200
_MOST_BASES = 12
_MOST_TAGS = 20


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Quest(_Frozen):
    """What is asked of a source's catalogue; what it does not know is refused or left out, as each source says.

    `types` are the source's own words for what something is, `kind` is ours; `tags` must all fit. `mature` lets in
    what is not for everybody. `cursor` is what the answer before called `next`.
    """

    words: str = ""
    creator: str | None = None
    tags: tuple[str, ...] = ()
    kind: str | None = None
    types: tuple[str, ...] = ()
    base_models: tuple[str, ...] = ()
    sort: Sort | None = None
    period: Period | None = None
    mature: bool = False
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 40


class Found(_Frozen):
    """One page of a catalogue: of each model its versions, newest first; `next` asks for the page after this one."""

    models: tuple[tuple[Listing, ...], ...]
    next: str | None = None


class CardVersion(_Frozen):
    """A version on a card. `sha256s` are those of its files, as far as a list tells them."""

    id: str | None
    name: str | None
    base_model: str | None
    published_at: str | None
    access: Access
    access_until: str | None
    page_url: str | None
    sha256s: tuple[str, ...] = ()


class Card(_Frozen):
    """A model on a page of finds; `versions` come newest first. `link` is what a download is asked by."""

    source: str
    id: str
    name: str
    creator: str | None
    kind: str | None
    kind_text: str | None
    tags: tuple[str, ...]
    base_models: tuple[str, ...]
    nsfw_level: int | None
    rating: float | None
    likes: int | None
    downloads: int | None
    updated_at: str | None
    license: str | None
    page_url: str | None
    link: str
    picture: Picture | None
    versions: tuple[CardVersion, ...]


def card_of(listings: Sequence[Listing], *, mature: bool) -> Card | None:
    """The card of one model by its versions, newest first; None without any version or id."""
    newest = listings[0] if listings else None
    if newest is None or not newest.model_id:
        return None
    rating = newest.stats.get("rating")
    bases = dict.fromkeys(each.base_model for each in listings if each.base_model)
    return Card(
        source=newest.source,
        id=newest.model_id,
        name=newest.name,
        creator=newest.creator,
        kind=newest.kind,
        kind_text=newest.kind_text,
        tags=newest.tags[:_MOST_TAGS],
        base_models=tuple(bases)[:_MOST_BASES],
        nsfw_level=newest.nsfw_level,
        rating=float(rating) if rating else None,
        likes=_count(newest, "likes"),
        downloads=_count(newest, "downloads"),
        updated_at=newest.updated_at,
        license=newest.license.get("id") or newest.license.get("name"),
        page_url=newest.page_url,
        link=newest.page_url or newest.model_id,
        picture=shown_first([each.pictures for each in listings], mature=mature),
        versions=tuple(_version(each) for each in listings[:_MOST_VERSIONS]),
    )


def shown_first(pictures: Sequence[Sequence[Picture]], *, mature: bool) -> Picture | None:
    """The picture of a card: the newest version's first one, or for everybody the first that everybody may see.

    Where there is none for everybody the first one is told with its level, so that a page can hide it.
    """
    known = [each for some in pictures for each in some]
    safe = (each for each in known if each.nsfw_level is not None and each.nsfw_level <= SAFE)
    return (None if mature else next(safe, None)) or next(iter(known), None)


def plain(listing: Listing) -> Listing:
    """The listing without what nobody reads who only looks at it: what was received, and what pictures were made with.

    The prompt stays.
    """
    pictures = tuple(each.model_copy(update={"meta": {}}) for each in listing.pictures)
    return listing.model_copy(update={"payload": None, "versions": (), "pictures": pictures})


def _version(listing: Listing) -> CardVersion:
    return CardVersion(
        id=listing.version_id,
        name=listing.version,
        base_model=listing.base_model,
        published_at=listing.published_at,
        access=listing.access,
        access_until=listing.access_until,
        page_url=listing.page_url,
        sha256s=tuple(file.digests.sha256 for file in listing.files if file.digests.sha256)[:50],
    )


def _count(listing: Listing, name: str) -> int | None:
    told = listing.stats.get(name)
    return int(told) if told is not None else None
