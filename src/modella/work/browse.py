"""Browsing a source: pages of cards, one model with everything in it, the files of a repository.

What a source told is kept for a while. It is told again as it was while it is fresh, and while the source cannot be
asked; then it says so. What is in the library is looked up anew each time.
"""

import hashlib
import json
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, Field, TypeAdapter

from modella.core.browsing import Card, CardVersion, Quest, card_of, plain
from modella.core.errors import ModellaError, NetworkTrouble, NotFound
from modella.core.listing import Access, ListedFile, Listing, Picture, Ref
from modella.core.naming import WEIGHTS, shown, suffix_of
from modella.core.prose import safe_html
from modella.io.store.browsed import Address
from modella.sources.source import Source
from modella.work.badges import Badge, Badges, badges_for
from modella.work.hands import Hands
from modella.work.outage import behind

FRESH = 300.0
"""Seconds that an answer is good for; the site's own caches keep lists as long."""
VERSIONS_PAGE = 10
_VERSIONS_ON_CARD = 10
_MOST_ENTRIES = 5000
_LISTINGS = TypeAdapter(list[Listing])


class Heard(BaseModel):
    """How old an answer is, in seconds, and whether it is told again; `stale` says that the source cannot be asked.

    Then `problem` is the code of the error that says why, with its facts.
    """

    age: float
    from_cache: bool
    stale: bool = False
    problem: str | None = None
    facts: dict[str, Any] = {}


class PictureView(BaseModel):
    """A picture or a video of a source. `url` is where our own server gives out a small still picture of it.

    `original` is where it is at the source, for following by hand; `nsfw_level` Civitai's bits, null when not told.
    """

    id: str
    url: str
    original: str
    type: Literal["image", "video"]
    width: int | None
    height: int | None
    blurhash: str | None
    nsfw_level: int | None
    prompt: str | None = None


class VersionShort(BaseModel):
    """A version on a card. `link` is what a download is asked by."""

    id: str | None
    name: str | None
    base_model: str | None
    published_at: str | None
    access: Access
    access_until: str | None
    link: str | None
    badge: Badge


class CardView(BaseModel):
    """A model on a page of finds: `versions` are the newest ten of `version_count`, the first is the newest."""

    source: str
    id: str
    name: str
    creator: str | None
    kind: str | None
    type: str | None = Field(description="What it is, in the source's own word")
    tags: list[str]
    base_models: list[str]
    nsfw_level: int | None
    rating: float | None
    likes: int | None
    downloads: int | None
    updated_at: str | None
    license: str | None
    page_url: str | None
    link: str
    thumbnail: PictureView | None
    versions: list[VersionShort]
    version_count: int
    badge: Badge


class CardPage(BaseModel):
    """A page of finds; a page may be short or empty and still have a `next`."""

    items: list[CardView]
    next: str | None
    heard: Heard


class FileView(BaseModel):
    """A file at a source. `link` and `file` are what a download is asked by; `size` in bytes, rounded by some."""

    id: str | None
    name: str
    path: str | None
    size: int | None
    size_exact: bool
    role: str
    primary: bool
    format: str | None
    precision: str | None
    quant: str | None
    variant: str | None
    sha256: str | None
    pickle_scan: str | None
    virus_scan: str | None
    scan_message: str | None
    scanned_at: str | None
    is_weight: bool
    link: str | None
    file: str | None
    badge: Badge


class VersionView(VersionShort):
    """A version with everything in it; `description` is HTML made safe."""

    base_model_type: str | None
    description: str | None
    trained_words: list[str]
    nsfw_level: int | None
    downloads: int | None
    air: str | None
    files: list[FileView]
    pictures: list[PictureView]


class ModelView(BaseModel):
    """A model with a page of its versions: `next` asks for the page after, `version_count` counts all of them."""

    source: str
    id: str
    name: str
    creator: str | None
    kind: str | None
    type: str | None
    description: str | None = Field(description="HTML made safe, or Markdown, as `description_format` says")
    description_format: Literal["html", "markdown"] | None
    tags: list[str]
    license: dict[str, Any]
    flags: dict[str, bool]
    stats: dict[str, int | float]
    nsfw_level: int | None
    page_url: str | None
    versions: list[VersionView]
    version_count: int
    next: str | None
    badge: Badge
    heard: Heard


class FolderView(BaseModel):
    """A folder of a repository: how many files lie below it, and how much they weigh in bytes."""

    name: str
    path: str
    count: int
    size: int
    weights: int


class TreeView(BaseModel):
    """One folder of a repository at one commit. `access` tells of a gate: then `ask_at` is where to ask for it."""

    repo: str
    revision: str | None
    path: str
    folders: list[FolderView]
    files: list[FileView]
    more: int = Field(description="Files of this folder that are left out, because there are too many")
    access: Access
    ask_at: str | None
    license: dict[str, Any]
    kind: str | None
    base_model: str | None
    page_url: str | None
    badge: Badge
    heard: Heard


def browse(hands: Hands, name: str, quest: Quest, *, refresh: bool = False) -> CardPage:
    """A page of a source's catalogue. NetworkTrouble when it cannot be asked and nothing is known from before."""
    source = hands.source(name)

    def ask() -> dict[str, Any]:
        found = source.browse(quest)
        cards = [card for some in found.models if (card := card_of(some, mature=quest.mature)) is not None]
        return {"cards": [card.model_dump(mode="json") for card in cards], "next": found.next}

    told, heard = _heard(hands, source, ("list", quest.model_dump(mode="json")), ask, refresh=refresh)
    cards = [Card.model_validate(each) for each in told["cards"]]
    badges = badges_for(hands, name, [(card.id, card.versions) for card in cards])
    _let_see(hands, source, [card.picture for card in cards if card.picture])
    return CardPage(items=[_card(card, source, badges) for card in cards], next=told["next"], heard=heard)


def model_page(hands: Hands, name: str, model: str, offset: int = 0, *, refresh: bool = False) -> ModelView:
    """A model of a source with ten of its versions, from the `offset`-th on; NotFound when there is none."""
    listings, heard = _listings(hands, name, Ref(source=name, model_id=model), refresh=refresh)
    if not listings:
        raise NotFound("no-files", source=name, model_id=model)
    first = listings[0]
    versions = [version for each in listings if (card := card_of([each], mature=True)) for version in card.versions]
    badges = badges_for(hands, name, [(model, versions)])
    whole, each_badge = badges.of_model(name, model, versions)
    shown_now = range(offset, min(offset + VERSIONS_PAGE, len(listings)))
    source = hands.source(name)
    _let_see(hands, source, [picture for n in shown_now for picture in listings[n].pictures])
    more = offset + VERSIONS_PAGE
    return ModelView(
        **first.model_dump(include={"source", "name", "creator", "kind", "license", "flags", "nsfw_level"}),
        id=model,
        type=first.kind_text,
        description=_safe(first),
        description_format=first.description_format,
        tags=list(first.tags),
        stats={key: value for key, value in first.stats.items() if not key.startswith("version_")},
        page_url=(first.page_url or "").partition("?")[0] or None,
        versions=[_version(listings[n], versions[n], each_badge[n], source, badges) for n in shown_now],
        version_count=len(listings),
        next=str(more) if more < len(listings) else None,
        badge=whole,
        heard=heard,
    )


def version_page(hands: Hands, name: str, version: str, *, refresh: bool = False) -> VersionView:
    """One version as its own page tells of it: only there all prompts are told."""
    ref = Ref(source=name, version_id=version)
    source = hands.source(name)
    told, _ = _heard(
        hands, source, ("version", ref.model_dump()), lambda: _plain([source.describe(ref)]), refresh=refresh
    )
    listing = _LISTINGS.validate_python(told)[0]
    card = card_of([listing], mature=True)
    if card is None:
        host = urlsplit(listing.page_url or "").netloc
        raise NotFound("not-found", source=name, host=host, what="version", version_id=version)
    badges = badges_for(hands, name, [(card.id, card.versions)])
    _let_see(hands, source, listing.pictures)
    badge = badges.of_version(name, card.id, card.versions[0])
    return _version(listing, card.versions[0], badge, source, badges)


def tree(
    hands: Hands, name: str, repo: str, revision: str | None = None, path: str = "", *, refresh: bool = False
) -> TreeView:
    """One folder of a repository; NotFound("no-such-path") when it has no such folder at this revision."""
    listings, heard = _listings(hands, name, Ref(source=name, model_id=repo, revision=revision), refresh=refresh)
    listing, base = listings[0], f"{path.strip('/')}/" if path.strip("/") else ""
    below = [file for file in listing.files if (file.path or file.name).startswith(base)]
    if base and not below:
        raise NotFound("no-such-path", path=shown(path, 200), source=name)
    here = [file for file in below if "/" not in (file.path or file.name)[len(base) :]]
    whole = listing.model_id or repo
    digests = [file.digests.sha256 for file in here[:_MOST_ENTRIES] if file.digests.sha256]
    badges = badges_for(hands, name, [(whole, ())], digests)
    is_closed = listing.access is Access.gated
    at = f"/tree/{quote(revision, safe='')}" if revision else ""
    return TreeView(
        repo=whole,
        revision=listing.revision,
        path=base.rstrip("/"),
        folders=_folders(below, base),
        files=[_file(file, listing, badges, at) for file in here[:_MOST_ENTRIES]],
        more=max(0, len(here) - _MOST_ENTRIES),
        access=listing.access,
        ask_at=listing.page_url if is_closed else None,
        license=listing.license,
        kind=listing.kind,
        base_model=listing.base_model,
        page_url=listing.page_url,
        badge=badges.of_model(name, whole, ())[0],
        heard=heard,
    )


# -------------------------------------------------------------------------------------------------- asked or remembered


@dataclass(frozen=True)
class _Told:
    """An answer, when it came, and whether it has just come."""

    value: Any
    at: float
    is_new: bool


def _listings(hands: Hands, name: str, ref: Ref, *, refresh: bool) -> tuple[list[Listing], Heard]:
    source = hands.source(name)
    question = ("model", ref.model_dump(mode="json"))
    told, heard = _heard(hands, source, question, lambda: _plain(source.versions_of(ref)), refresh=refresh)
    return _LISTINGS.validate_python(told), heard


def _plain(listings: Sequence[Listing]) -> list[dict[str, Any]]:
    return [plain(each).model_dump(mode="json") for each in listings]


def _heard(
    hands: Hands, source: Source, question: tuple[str, Any], ask: Callable[[], Any], *, refresh: bool
) -> tuple[Any, Heard]:
    """The answer to a question, from the source or from before, and how old it is."""
    key = _key(hands, source, question)
    begun = time.time()

    def answered() -> _Told:
        known = _recalled(hands, key)  # somebody who waited before us may have asked the same
        if known and (known.at >= begun or (not refresh and time.time() - known.at < FRESH)):
            return known
        value = ask()
        hands.browsing.remember(key, zlib.compress(json.dumps(value).encode(), 3))
        return _Told(value, time.time(), is_new=True)

    known = _recalled(hands, key)
    if known and not refresh and time.time() - known.at < FRESH:
        return known.value, _age(known)
    try:
        told = hands.browsing.manners.ask(source.name, answered)
    except NetworkTrouble as problem:
        meant = behind(problem, hands.net)
        if known is None:
            raise meant from problem
        return known.value, _age(known, meant)
    return told.value, _age(told)


def _age(told: _Told, problem: ModellaError | None = None) -> Heard:
    return Heard(
        age=round(max(0.0, time.time() - told.at), 1),
        from_cache=not told.is_new,
        stale=problem is not None,
        problem=problem.code if problem else None,
        facts=dict(problem.plain_facts) if problem else {},
    )


def _recalled(hands: Hands, key: str) -> _Told | None:
    known = hands.browsing.recall(key)
    if known is None:
        return None
    try:
        return _Told(json.loads(zlib.decompress(known[1])), known[0], is_new=False)
    except (ValueError, zlib.error):
        return None


def _key(hands: Hands, source: Source, question: tuple[str, Any]) -> str:
    """What a question is kept under: another site, another key of the user's, another version of ours ask anew."""
    settings = hands.settings()
    secret = hands.secrets.key(source.name) or ""
    asked = [1, source.name, settings.civitai_url, settings.hf_endpoint, secret, *question]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode("utf-8", "replace")).hexdigest()


# ------------------------------------------------------------------------------------------------------------- as shown


def _card(card: Card, source: Source, badges: Badges) -> CardView:
    whole, each_badge = badges.of_model(card.source, card.id, card.versions)
    pairs = list(zip(card.versions, each_badge, strict=True))[:_VERSIONS_ON_CARD]
    return CardView(
        **card.model_dump(exclude={"versions", "picture", "kind_text"}),
        type=card.kind_text,
        thumbnail=_picture(card.picture, source) if card.picture else None,
        versions=[_short(version, badge) for version, badge in pairs],
        version_count=len(card.versions),
        badge=whole,
    )


def _short(version: CardVersion, badge: Badge) -> VersionShort:
    told = version.model_dump(exclude={"sha256s", "page_url"})
    return VersionShort(**told, link=version.page_url, badge=badge)


def _version(listing: Listing, short: CardVersion, badge: Badge, source: Source, badges: Badges) -> VersionView:
    downloads = listing.stats.get("version_downloads")
    return VersionView(
        **_short(short, badge).model_dump(),
        base_model_type=listing.base_model_type,
        description=safe_html(listing.version_description),
        trained_words=list(listing.trained_words),
        nsfw_level=listing.nsfw_level,
        downloads=int(downloads) if downloads is not None else None,
        air=listing.air,
        files=[_file(file, listing, badges) for file in listing.files],
        pictures=[view for each in listing.pictures if (view := _picture(each, source)) is not None],
    )


def _file(file: ListedFile, listing: Listing, badges: Badges, at: str = "") -> FileView:
    link, pattern = _wish(file, listing, at)
    told = file.model_dump(
        include={"name", "path", "size", "size_exact", "role", "primary", "format", "precision", "quant", "variant"}
        | {"pickle_scan", "virus_scan", "scan_message", "scanned_at"}
    )
    return FileView(
        **told,
        id=file.file_id,
        sha256=file.digests.sha256,
        is_weight=suffix_of(file.name).lower() in WEIGHTS,
        link=link,
        file=pattern,
        badge=badges.of_file(listing.source, listing.model_id, file),
    )


def _wish(file: ListedFile, listing: Listing, at: str) -> tuple[str | None, str | None]:
    """The link and the pattern by which exactly this file is asked for; `at` is what a revision adds to the link."""
    if file.file_id and listing.version_id and listing.page_url:
        return f"{listing.page_url}&fileId={file.file_id}", None
    return (f"{listing.page_url}{at}" if listing.page_url else None), file.path or file.name


def _folders(below: Iterable[ListedFile], base: str) -> list[FolderView]:
    found: dict[str, FolderView] = {}
    for file in below:
        name, slash, _ = (file.path or file.name)[len(base) :].partition("/")
        if slash and (name in found or len(found) < _MOST_ENTRIES):
            folder = found.setdefault(name, FolderView(name=name, path=base + name, count=0, size=0, weights=0))
            folder.count += 1
            folder.size += file.size or 0
            folder.weights += suffix_of(file.name).lower() in WEIGHTS
    return sorted(found.values(), key=lambda folder: folder.name)


def _safe(listing: Listing) -> str | None:
    is_markdown = listing.description_format == "markdown"
    return listing.description if is_markdown else safe_html(listing.description)


def picture_id(source: str, url: str) -> str:
    """What our server calls a picture of a source."""
    return hashlib.sha256(f"{source} {url}".encode("utf-8", "replace")).hexdigest()[:32]


def _picture(picture: Picture, source: Source) -> PictureView | None:
    """The picture as it is shown; None for one that the source does not give out itself."""
    if source.small_picture(picture.url, 1, poster=picture.type == "video") is None:
        return None
    identity = picture_id(source.name, picture.url)
    told = picture.model_dump(include={"type", "width", "height", "blurhash", "nsfw_level", "prompt"})
    return PictureView(**told, id=identity, url=f"/api/browse/pictures/{identity}", original=picture.url)


def _let_see(hands: Hands, source: Source, pictures: Iterable[Picture]) -> None:
    """Lets our server give out these pictures."""
    known = [
        Address(picture_id(source.name, each.url), source.name, each.url, each.type == "video") for each in pictures
    ]
    hands.browsing.store.know(known)
