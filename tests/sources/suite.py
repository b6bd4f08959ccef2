"""The suite every source runs through.

A source's own test file says how to make one, what it claims, what it refuses, and which answers of its site make a
whole listing; the promises are the same for all.
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modella.core.browsing import Found, Quest, card_of
from modella.core.errors import BadLink, ModellaError
from modella.core.listing import Listing, Ref
from modella.io.net import Headers
from modella.sources.civitai.source import Civitai
from modella.sources.huggingface.source import HuggingFace
from modella.sources.source import Source
from modella.sources.url.source import Url
from tests.sources.site import Reply, SilentNet, Site, TableNet, net

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BASE_CIVITAI = "http://127.0.0.1:1234"
BASE_HUB = "http://127.0.0.1:1235/hub"
TABLE_URL = "http://127.0.0.1:1236"
SHARED = settings(deadline=None, suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow])
"""Hypothesis, told that one test of the suite runs in the class of every source, and on a busy machine."""

NOBODYS = (
    "",
    "   ",
    "hello world",
    "a nice lora for flux",
    "12345",
    "1/2",
    "text/html",
    "and/or",
    "/home/someone/models/x.safetensors",
    "./a/b",
    "~/models/x.safetensors",
    "C:\\models\\x.safetensors",
    "C:/models/x",
    "models/x.safetensors",
    "loras/style/x.safetensors",
    "x.safetensors",
    "someone@example.org",
    "localhost:8188/x",
    "localhost/foo:8080",
    "a/b/c",
    "a//b",
    "../b/c.safetensors",
    "http://",
    "https://[::1",
    "http://h:99999/x",
    "urn:isbn:0451450523",
    "see https://civitai.com/models/1 there",
    "\x00\x01",
    "x" * 100_000,
)
WRAPPINGS = ('"{}"', "'{}'", "<{}>", " {} \n", "{}.", "({})", "`{}`", "\u200b{}", "“{}”,")
ODD_VALUES: tuple[Any, ...] = (
    None,
    "",
    "text",
    0,
    -1,
    1.5,
    10**400,
    True,
    [],
    {},
    [None],
    [[]],
    ["\ud800"],
    {"": "\x00"},
)


def _nested(inner: Any) -> Any:
    return st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)


@dataclass(frozen=True)
class Claim:
    """A text and the fields of the ref it stands for."""

    text: str
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """A text that is certainly this source's and no model, and what the refusal says."""

    text: str
    code: str
    facts: dict[str, Any] = field(default_factory=dict)


def all_sources() -> list[Source]:
    """Every source, in an order that must not matter, with a net that must not be asked."""
    quiet: Any = SilentNet()
    return [Url(quiet), HuggingFace(quiet, BASE_HUB), Civitai(quiet, BASE_CIVITAI)]


class SourceSuite:
    """The promises. `pages` are the answers of the site for `described`, as JSON or bytes by path."""

    name: ClassVar[str]
    claims: ClassVar[tuple[Claim, ...]]
    refuses: ClassVar[tuple[Refusal, ...]]
    secrets: ClassVar[tuple[str, ...]]
    described: ClassVar[Ref]
    pages: ClassVar[dict[str, Any]]
    searched: ClassVar[dict[str, Any]] = {}
    """The answer of the site to a search, by its path; empty for a source that cannot be searched."""

    def make(self, net: Any, base_url: str) -> Source:
        """The source, asking the site at this root."""
        raise NotImplementedError

    @pytest.fixture
    def site(self) -> Iterator[Site]:
        """The source's site with the answers for `described`."""
        with Site({path: _reply(page) for path, page in self.pages.items()}) as site:
            yield site

    @pytest.fixture
    def source(self, site: Site) -> Source:
        """The source, asking its site."""
        return self.make(real_net(), site.url)

    def quiet(self) -> Source:
        """The source with a net that must not be asked."""
        return next(source for source in all_sources() if source.name == self.name)

    def test_a_link_means_what_it_says(self, claim: Claim) -> None:
        assert self.quiet().recognise(claim.text) == Ref(source=self.name, **claim.fields)

    def test_a_link_is_claimed_by_no_other_source(self, claim: Claim) -> None:
        others = [source for source in all_sources() if source.name not in {self.name, "url"}]
        assert [source.name for source in others if source.recognise(claim.text)] == []

    @pytest.mark.parametrize("wrapping", WRAPPINGS)
    def test_what_clings_to_a_pasted_link_does_not_matter(self, claim: Claim, wrapping: str) -> None:
        assert self.quiet().recognise(wrapping.format(claim.text)) == Ref(source=self.name, **claim.fields)

    def test_a_link_of_a_document_counts_by_its_target(self) -> None:
        for claim in self.claims:
            if " " not in claim.text:
                ref = self.quiet().recognise(f"[the page]({claim.text})")
                assert ref == Ref(source=self.name, **claim.fields)

    def test_a_page_that_is_no_model_is_refused_with_the_reason(self, refused: Refusal) -> None:
        with pytest.raises(BadLink) as caught:
            self.quiet().recognise(refused.text)
        assert caught.value.code == refused.code
        assert refused.facts.items() <= caught.value.facts.items()

    @pytest.mark.parametrize("text", NOBODYS, ids=lambda text: text[:30])
    def test_text_that_is_no_link_is_nobodys(self, text: str) -> None:
        assert self.quiet().recognise(text) is None

    @SHARED
    @given(st.text(max_size=200))
    def test_any_text_is_a_ref_or_nothing_or_a_bad_link(self, text: str) -> None:
        try:
            ref = self.quiet().recognise(text)
        except BadLink:
            return
        assert ref is None or ref.source == self.name

    def test_no_secret_of_a_link_survives(self, secret_link: str) -> None:
        try:
            ref = self.quiet().recognise(secret_link)
        except BadLink as problem:
            assert "SECRET" not in repr(problem.facts)
            return
        assert ref is not None
        assert "SECRET" not in ref.model_dump_json()

    def test_a_description_is_exact_and_can_be_stored(self, source: Source) -> None:
        listing = source.describe(self.described)
        assert listing.source == listing.ref.source == self.name
        assert listing.name
        assert listing.files
        assert Listing.model_validate_json(listing.model_dump_json()) == listing

    def test_every_chosen_file_has_an_address_that_holds_no_credential(self, source: Source) -> None:
        listing = source.describe(self.described)
        for file in source.choose(listing, None):
            place = source.locate(listing, file)
            assert place.url.startswith(("http://", "https://"))
            assert "token=" not in place.url
            assert place.credential in {None, self.name}
            assert place.max_connections >= 1

    def test_a_pattern_that_fits_nothing_says_so(self, source: Source) -> None:
        if self.name == "url":
            pytest.skip("an address is one file: there is nothing to choose from")
        listing = source.describe(self.described)
        with pytest.raises(BadLink) as caught:
            source.choose(listing, "nothing-is-called-this-*")
        assert caught.value.code == "no-such-file"

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 407, 408, 410, 418, 429, 451, 500, 502, 503, 521])
    @pytest.mark.parametrize("body", [b"", b"<!DOCTYPE html><title>Oops</title>", b'{"error": 1}', b"\xff\xfe"])
    def test_any_refusal_of_the_site_is_an_error_of_ours(self, site: Site, status: int, body: bytes) -> None:
        site.replies = {path: Reply(body, status, {"Retry-After": "7"}) for path in self.pages}
        with pytest.raises(ModellaError) as caught:
            self.make(real_net(), site.url).describe(self.described)
        if status >= 500:
            assert caught.value.retry
        if status == 429:
            assert caught.value.facts["retry_after"] == 7

    def test_a_listing_survives_any_field_missing_or_of_another_type(self) -> None:
        for path, page in self.pages.items():
            for changed in _changes(page) if not isinstance(page, bytes) else ():
                self._describe_and_use({**self.pages, path: changed})

    @settings(SHARED, max_examples=200)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
            max_leaves=12,
        )
    )
    def test_any_json_is_a_listing_or_an_error_of_ours(self, value: Any) -> None:
        self._describe_and_use(dict.fromkeys(self.pages, value))

    def _describe_and_use(self, pages: dict[str, Any]) -> None:
        """All that may happen to a listing; only errors of the family may come out."""
        source = self.make(TableNet(pages), TABLE_URL)
        try:
            listing = source.describe(self.described)
            listing.model_dump_json()
            for file in source.choose(listing, None):
                source.locate(listing, file)
        except ModellaError:
            pass

    def test_a_search_gives_listings_that_can_be_described(self, site: Site) -> None:
        site.replies |= {path: _reply(page) for path, page in self.searched.items()}
        found = self.make(real_net(), site.url).search("paper lantern", "lora", 5)
        assert bool(found) == bool(self.searched)
        for listing in found:
            assert listing.source == listing.ref.source == self.name
            assert listing.page_url
            assert any(file.name for file in listing.files)
            assert Listing.model_validate_json(listing.model_dump_json()) == listing

    def test_a_search_gives_no_more_models_than_were_wanted(self, site: Site) -> None:
        for path, page in self.searched.items():
            site.replies[path] = _reply(_several([page] * 3))
        found = self.make(real_net(), site.url).search("paper lantern", None, 2)
        assert len({listing.model_id for listing in found}) <= 1
        listings = len(self.make(real_net(), site.url).search("paper lantern", None, 1))
        assert len(found) == 2 * listings

    def test_any_refusal_of_a_search_is_an_error_of_ours(self, site: Site) -> None:
        for status in (401, 403, 429, 500, 503) if self.searched else ():
            site.replies |= {path: Reply({"error": "no"}, status) for path in self.searched}
            with pytest.raises(ModellaError):
                self.make(real_net(), site.url).search("paper lantern")

    def test_a_search_survives_any_field_missing_or_of_another_type(self) -> None:
        for path, page in self.searched.items():
            for changed in [*_changes(page), *ODD_VALUES]:
                try:
                    for listing in self.make(TableNet({path: changed}), TABLE_URL).search("x"):
                        listing.model_dump_json()
                except ModellaError:
                    pass

    def test_a_page_of_the_catalogue_can_be_stored(self, site: Site) -> None:
        site.replies |= {path: _reply(page) for path, page in self.searched.items()}
        found = self.make(real_net(), site.url).browse(Quest(words="paper lantern", limit=5))
        assert bool(found.models) == bool(self.searched)
        assert Found.model_validate_json(found.model_dump_json()) == found
        cards = [card_of(some, mature=False) for some in found.models]
        assert all(card is not None and card.link and card.versions for card in cards)

    def test_any_refusal_of_the_catalogue_is_an_error_of_ours(self, site: Site) -> None:
        for status in (400, 401, 403, 404, 429, 451, 500, 503) if self.searched else ():
            site.replies |= {path: Reply({"error": "no"}, status, {"Retry-After": "7"}) for path in self.searched}
            with pytest.raises(ModellaError) as caught:
                self.make(real_net(), site.url).browse(Quest(words="x"))
            if status == 429:
                assert caught.value.facts["retry_after"] == 7

    def test_the_catalogue_survives_any_field_missing_or_of_another_type(self) -> None:
        for path, page in self.searched.items():
            for changed in [*_changes(page), *ODD_VALUES]:
                self._browse_and_use({path: changed})

    @settings(SHARED, max_examples=100)
    @given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), _nested, max_leaves=12))
    def test_any_json_is_a_page_or_an_error_of_ours(self, value: Any) -> None:
        self._browse_and_use(dict.fromkeys(self.searched, value))

    def _browse_and_use(self, pages: dict[str, Any]) -> None:
        try:
            found = self.make(TableNet(pages), TABLE_URL).browse(Quest(words="x"))
            for some in found.models:
                card = card_of(some, mature=True)
                assert card is None or card.model_dump_json()
        except ModellaError:
            pass

    def test_a_cursor_that_nobody_gave_is_refused(self) -> None:
        for cursor in ("x", "!", "\ud800", "e30=", "W10=", "bnVsbA==", "x" * 5000) if self.searched else ():
            problem = refusal_of(lambda cursor=cursor: self.quiet().browse(Quest(cursor=cursor)))  # type: ignore[misc]
            assert (problem.code, problem.facts["name"]) == ("bad-value", "cursor")

    def test_only_pictures_of_its_own_hosts_are_made_small(self) -> None:
        for url in ("https://elsewhere.example/a/width=1/b.jpeg", "file:///etc/passwd", "http://[::1", "", "x" * 9000):
            assert self.quiet().small_picture(url, 450) is None

    @SHARED
    @given(st.integers(100, 599), st.binary(max_size=300))
    def test_explaining_an_answer_never_fails(self, status: int, body: bytes) -> None:
        listing = Listing(source=self.name, ref=self.described, name="x")
        told = self.quiet().explain(status, Headers([("Content-Type", "text/html")]), body, listing)
        assert told is None or isinstance(told, ModellaError)

    def test_the_bytes_of_a_model_are_not_explained_away(self) -> None:
        listing = Listing(source=self.name, ref=self.described, name="x")
        body = b'\x10\x00\x00\x00\x00\x00\x00\x00{"a":{}}' + bytes(64)
        for status in (200, 206):
            assert self.quiet().explain(status, Headers([]), body, listing) is None


def refusal_of(call: Callable[[], object]) -> ModellaError:
    """The error that the call raises."""
    with pytest.raises(ModellaError) as caught:
        call()
    return caught.value


def real_net() -> Any:
    """A net that may reach this machine."""
    return net()


def _reply(page: Any) -> Reply:
    return page if isinstance(page, Reply) else Reply(page)


def _changes(page: Any) -> Iterator[Any]:
    """The page with each of its values removed or replaced by something odd, one at a time."""
    for path in _paths(page):
        for value in ODD_VALUES:
            yield _with(page, path, value)
        if isinstance(path[-1], str):
            yield _without(page, path)


def _paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*above, key)
        yield from _paths(each, (*above, key))


def _several(pages: list[Any]) -> Any:
    """The answers to a search as one: a list, or an object with `items`."""
    if isinstance(pages[0], list):
        return [each for page in pages for each in page]
    return {**pages[0], "items": [each for page in pages for each in page["items"]]}


def _with(page: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(page)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed


def _without(page: Any, path: tuple[Any, ...]) -> Any:
    changed = copy.deepcopy(page)
    place = changed
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return changed
