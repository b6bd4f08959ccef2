"""Where a model that is only known by a name can be had: by its hash, by an address, by searching for the name.

Sources are asked side by side, each question once. One that does not answer is left alone for the rest, and its
problem is told; what others found counts all the same. An address that belongs to no source that we know is offered
as it is and asked for nothing: whoever wrote a workflow shall not learn who looks at it.
"""

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, TypeVar
from urllib.parse import quote

from pydantic import BaseModel
from rapidfuzz import fuzz

from modella.core.errors import BadLink, ModellaError, NotFound
from modella.core.kinds import Kind
from modella.core.listing import ListedFile, Listing, Ref
from modella.core.naming import WEIGHTS, name_key, shown, stem_key, suffix_of
from modella.core.secrecy import without_secrets
from modella.core.workflow import Named
from modella.sources.registry import CATCH_ALL, ask_in_order
from modella.sources.source import Source
from modella.work.hands import Hands

T = TypeVar("T")
Sureness = Literal["sure", "likely", "maybe"]
MOST_OFFERS = 6
_AT_ONCE = 6
_SECONDS = 60.0
"""After so long nothing new is asked."""
_FOUND = 10
_MOST_DESCRIBED = 2
_ALIKE = 82
"""How much of a hundred two names must agree for one to be offered for the other."""
_MOST_MAYBE = 3
_SHORT_DIGESTS = ("autov3", "autov2", "autov1")
_ORDER: Mapping[str, int] = {"sure": 0, "likely": 1, "maybe": 2}
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_]+")
_NOISE = re.compile(
    r"v\d*|fp\d+|bf\d+|f\d+|int\d+|e\dm\d\w*|q\d+|k|m|s|scaled|pruned|emaonly|safetensors|rank|lora|model|final|\d+",
    re.IGNORECASE,
)
"""Words of file names that the names of models do not have."""
_RELATED: tuple[frozenset[Kind], ...] = (
    frozenset({Kind.checkpoint, Kind.diffusion_model}),
    frozenset({Kind.controlnet, Kind.t2i_adapter}),
    frozenset({Kind.text_encoder, Kind.llm}),
)
_VAGUE = frozenset({Kind.other, Kind.unknown})


class Offer(BaseModel):
    """A file that can be had. `link` and `file` are what a download wants; `size` is in bytes, None when not told.

    `sure`: a hash or the workflow's own address says that it is this file; `likely`: it is called exactly so; `maybe`:
    it is called alike. `by` is what told: `hash`, `workflow`, `search`.
    """

    source: str
    link: str
    file: str | None = None
    file_name: str
    name: str
    version: str | None = None
    size: int | None = None
    sha256: str | None = None
    kind: str | None = None
    base_model: str | None = None
    page_url: str | None = None
    access: str = "open"
    sureness: Sureness
    by: Literal["hash", "workflow", "search"]


class Trouble(BaseModel):
    """A source that could not tell everything, and why."""

    source: str
    code: str
    facts: dict[str, Any]


@dataclass
class Hunt:
    """One look for many models: what was asked is asked once, and who failed is asked no more."""

    hands: Hands
    troubles: dict[str, Trouble] = field(default_factory=dict)
    ends: float = field(default_factory=lambda: time.monotonic() + _SECONDS)
    _answers: dict[tuple[str, ...], Any] = field(default_factory=dict)
    _locks: dict[tuple[str, ...], threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def sources(self) -> list[Source]:
        """The sources that can be searched."""
        return [source for source in self.hands.sources if source.name != CATCH_ALL]

    def ask(self, source: Source, question: tuple[str, ...], call: Callable[[], T]) -> T | None:
        """The answer to a question; None when the source says no, when it cannot be asked, or when time is up."""
        key = (source.name, *question)
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key in self._answers:
                known: T | None = self._answers[key]
                return known
            if source.name in self.troubles or time.monotonic() > self.ends:
                return None
            answer = self._answered(source, call)
            self._answers[key] = answer
            return answer

    def _answered(self, source: Source, call: Callable[[], T]) -> T | None:
        try:
            return call()
        except (NotFound, BadLink):
            return None
        except ModellaError as problem:
            if problem.retry:
                told = Trouble(source=source.name, code=problem.code, facts=problem.plain_facts)
                self.troubles.setdefault(source.name, told)
            return None


def offers_for(hands: Hands, wanted: Sequence[Named]) -> tuple[list[list[Offer]], list[Trouble]]:
    """Where each of the models can be had, the best offer first, and the sources that could not tell everything."""
    hunt = Hunt(hands)
    by_hash = _by_whole_hash(hunt, wanted)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="modella-offers") as pool:
        found = list(pool.map(lambda named: _offers(hunt, named, by_hash), wanted))
    return found, list(hunt.troubles.values())


def _offers(hunt: Hunt, named: Named, by_hash: Mapping[str, Listing]) -> list[Offer]:
    found = [*_of_hash(hunt, named, by_hash), *_of_addresses(hunt, named)]
    if not named.repo and not any(offer.sureness == "sure" for offer in found):
        found += _of_searches(hunt, named)
    best: dict[tuple[str, str, str | None], Offer] = {}
    for offer in found:
        best.setdefault((offer.source, offer.link, offer.file), offer)
    kept = sorted(best.values(), key=lambda offer: (_ORDER[offer.sureness], offer.access != "open"))
    return kept[:MOST_OFFERS]


# ------------------------------------------------------------------------------------------------------------ by hash


def _by_whole_hash(hunt: Hunt, wanted: Iterable[Named]) -> dict[str, Listing]:
    digests = [digest for named in wanted if (digest := named.digests.get("sha256"))]
    found: dict[str, Listing] = {}
    for source in hunt.sources if digests else ():
        if source.per_lookup:
            found |= hunt.ask(source, ("hashes",), partial(source.lookup, digests)) or {}
    return found


def _of_hash(hunt: Hunt, named: Named, by_hash: Mapping[str, Listing]) -> Iterator[Offer]:
    listing = by_hash.get(named.digests.get("sha256", ""))
    if listing is None:
        short = next((named.digests[each] for each in _SHORT_DIGESTS if each in named.digests), None)
        listing = _described_by(hunt, short) if short else None
    if listing is None:
        return
    for file in _meant(hunt, listing)[:1]:
        yield offer_of(listing, file, "sure", "hash")


def _described_by(hunt: Hunt, digest: str) -> Listing | None:
    asked = (source for source in hunt.sources if source.per_lookup)
    refs = ((source, Ref(source=source.name, digest=digest)) for source in asked)
    return next((found for source, ref in refs if (found := _described(hunt, source, ref)) is not None), None)


# -------------------------------------------------------------------------------------------------------- by address


def _of_addresses(hunt: Hunt, named: Named) -> Iterator[Offer]:
    """What the workflow's own addresses offer; a repository is an address too."""
    for told in (named.name,) if named.repo else named.urls:
        ref = ref_of(hunt.hands, told)
        if ref is None:
            continue
        source = hunt.hands.source(ref.source)
        listing = _described(hunt, source, ref) if source.name != CATCH_ALL else None
        if listing is not None:
            yield from _of_page(hunt, named, listing)
        elif source.name == CATCH_ALL or source.name in hunt.troubles:
            address = told if named.repo else without_secrets(told)
            yield Offer(
                source=source.name,
                link=address,
                file_name=named.file,
                name=named.file,
                page_url=None if named.repo else address,
                sureness="sure",
                by="workflow",
            )


def ref_of(hands: Hands, address: str) -> Ref | None:
    """What an address means, None when it means no model."""
    try:
        return ask_in_order(hands.sources, address)
    except ModellaError:
        return None


def _of_page(hunt: Hunt, named: Named, listing: Listing) -> Iterator[Offer]:
    """The file that the workflow means on a page: the one of its name, else the one that the address names.

    A repository is meant as a whole.
    """
    if named.repo:
        known = {"link": named.name, "file": None, "file_name": named.name, "size": None, "sha256": None}
        yield offer_of(listing, ListedFile(name=named.name), "sure", "workflow").model_copy(update=known)
        return
    called = [file for file in listing.files if stem_key(file.name) == stem_key(named.file)]
    for file in (called or _meant(hunt, listing))[:1]:
        yield offer_of(listing, file, "sure", "workflow")


def _meant(hunt: Hunt, listing: Listing) -> list[ListedFile]:
    try:
        return list(hunt.hands.source(listing.source).choose(listing, None))
    except ModellaError:
        return []


def _described(hunt: Hunt, source: Source, ref: Ref) -> Listing | None:
    return hunt.ask(source, ("describe", ref.model_dump_json()), lambda: source.describe(ref))


# --------------------------------------------------------------------------------------------------------- by searching


def _of_searches(hunt: Hunt, named: Named) -> list[Offer]:
    found = [offer for source in hunt.sources for offer in _of_search(hunt, source, named)]
    exact = [offer for offer in found if offer.sureness == "likely"]
    return exact or found[:_MOST_MAYBE]


def _of_search(hunt: Hunt, source: Source, named: Named) -> list[Offer]:
    """What one source has under the name, asked with fewer and fewer words of it until a file is called exactly so."""
    kind = named.kind.value if named.kind else None
    alike: list[tuple[float, Offer]] = []
    for words in searches_for(named.file):
        listings = hunt.ask(source, ("search", words, kind or ""), partial(source.search, words, kind, _FOUND))
        files = [(listing, file) for listing in listings or () for file in _fitting(listing, named)]
        exact = [(listing, file) for listing, file in files if stem_key(file.name) == stem_key(named.file)]
        if exact:
            return [_completed(hunt, source, *each) for each in exact[:_MOST_DESCRIBED]]
        alike += [
            (score, offer_of(listing, file, "maybe", "search"))
            for listing, file in files
            if (score := _likeness(file.name, named.file)) >= _ALIKE
        ]
    best = {(offer.link, offer.file): (score, offer) for score, offer in alike}
    return [offer for _, offer in sorted(best.values(), key=lambda each: -each[0])[:_MOST_MAYBE]]


def searches_for(file: str) -> list[str]:
    """The words to search for a file by, from all that its name has to the first two."""
    suffix = suffix_of(file)
    stem = file.removesuffix(suffix) if suffix.lower() in WEIGHTS else file
    words = _WORD.findall(stem.rpartition("/")[2])
    telling = [word for word in words if not _NOISE.fullmatch(word)] or words
    whole = " ".join(part for part in re.split(r"[\s_]+", stem) if part)
    return list(dict.fromkeys(filter(None, (whole, " ".join(telling[:6]), " ".join(telling[:2])))))


def _fitting(listing: Listing, named: Named) -> list[ListedFile]:
    """The weights of a listing, when it may be of the kind that is wanted."""
    if not may_be(named.kind, listing.kind):
        return []
    suffix = suffix_of(named.file).lower()
    endings = {suffix} if suffix in WEIGHTS else WEIGHTS
    return [file for file in listing.files if suffix_of(file.name).lower() in endings]


def may_be(wanted: Kind | str | None, kind: Kind | str | None) -> bool:
    """Whether what has one kind may be meant where another is wanted: some are told apart by nobody."""
    if not wanted or not kind or wanted == kind or {wanted, kind} & _VAGUE:
        return True
    return any({wanted, kind} <= related for related in _RELATED)


def _likeness(one: str, other: str) -> float:
    keys = (re.sub(r"[\W_]+", " ", stem_key(each)) for each in (one, other))
    return fuzz.token_sort_ratio(*keys)


def _completed(hunt: Hunt, source: Source, listing: Listing, file: ListedFile) -> Offer:
    """The offer of an exact name, with the size and the hash that lists leave out."""
    if file.size is None:
        whole = _described(hunt, source, listing.ref)
        same = next((each for each in whole.files if each.path == file.path), None) if whole else None
        if whole and same:
            return offer_of(whole, same, "likely", "search")
    return offer_of(listing, file, "likely", "search")


def offer_of(
    listing: Listing, file: ListedFile, sureness: Sureness, by: Literal["hash", "workflow", "search"]
) -> Offer:
    """The offer of one file of a listing."""
    link, pattern = _link(listing, file)
    return Offer(
        source=listing.source,
        link=link,
        file=pattern,
        file_name=shown(file.name),
        name=shown(listing.name),
        version=listing.version,
        size=file.size,
        sha256=file.digests.sha256,
        kind=listing.kind,
        base_model=listing.base_model,
        page_url=listing.page_url,
        access=listing.access.value,
        sureness=sureness,
        by=by,
    )


def _link(listing: Listing, file: ListedFile) -> tuple[str, str | None]:
    """What is to be pasted for exactly this file: a file of a repository has an address, one of a version a name."""
    page = listing.page_url or listing.ref.url or ""
    if listing.revision and file.path:
        return f"{page}/blob/{quote(listing.revision, safe='')}/{quote(file.path)}", None
    return page, file.name


def same_name(one: str, other: str) -> bool:
    """Whether two names mean one file: their endings count where both have one."""
    ends = {ending for each in (one, other) if (ending := suffix_of(each).lower()) in WEIGHTS}
    return len(ends) < 2 and stem_key(one) == stem_key(other) and bool(name_key(one))
