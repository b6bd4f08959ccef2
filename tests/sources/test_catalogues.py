"""The catalogues of the sources: what is asked of the sites, how their cursors are followed, pictures made small."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from modella.core.browsing import Quest
from modella.core.errors import BadLink
from modella.demo.hub import Hub
from modella.sources.civitai import catalogue as civitai
from modella.sources.civitai.source import Civitai
from modella.sources.huggingface import catalogue as hub_catalogue
from modella.sources.huggingface.source import HuggingFace
from modella.sources.paging import Place
from modella.sources.source import Source
from tests.sources.site import TableNet
from tests.sources.suite import refusal_of
from tests.sources.test_hub import net_to

PICTURE = "https://image.civitai.com/account/1fa7dcfa/{}/7004338.{}"


def everything(source: Source, **asked: Any) -> list[str]:
    """Ids of all pages of a catalogue."""
    found, cursor = list[str](), None
    for _ in range(500):
        page = source.browse(Quest(**asked, cursor=cursor))
        found += [str(some[0].model_id) for some in page.models]
        cursor = page.next
        if cursor is None:
            return found
    raise AssertionError("the list has no end")


@pytest.fixture
def site(hub: Hub) -> Iterator[Civitai]:
    """Civitai as the stand-in speaks it."""
    yield Civitai(net_to(hub), hub.civitai_url)


def test_every_listed_model_comes_once(hub: Hub, site: Civitai) -> None:
    listed = {str(m.id) for m in hub.catalogue.models.values() if m.listed and m.versions}
    found = everything(site, mature=True, limit=17)
    assert sorted(found) == sorted(listed)
    assert len(everything(site, limit=17)) < len(found)


def test_empty_pages_are_passed_over(hub: Hub, site: Civitai) -> None:
    hub.civitai.empty_page = 1
    first = site.browse(Quest(limit=5, mature=True))
    second = site.browse(Quest(limit=5, mature=True, cursor=first.next))
    assert (len(second.models), second.next is not None) == (5, True)


class Endless(TableNet):
    """A site of empty pages, each with another cursor."""

    asked = 0

    def ask(self, url: str, **_: Any) -> Any:
        self.asked += 1
        self.pages = {"/api/v1/models": {"items": [], "metadata": {"nextCursor": f"{self.asked}|x"}}}
        return super().ask(url)


def test_only_a_few_empty_pages_are_passed_over_in_one_go() -> None:
    net: Any = Endless({})
    found = Civitai(net, "http://127.0.0.1:1234").browse(Quest())
    assert (found.models, found.next is not None, net.asked) == ((), True, 5)


def test_a_repeated_cursor_ends_the_list(hub: Hub, site: Civitai) -> None:
    hub.civitai.repeated_cursor = 2
    assert len(everything(site, limit=5)) <= 20
    hub.huggingface.repeated_cursor = True
    repos = HuggingFace(net_to(hub), hub.huggingface_url)
    assert len(everything(repos, limit=2)) <= 6


def test_a_circle_of_cursors_ends_the_list() -> None:
    place: Place | None = Place()
    for step, cursor in enumerate("abcabcabc"):
        assert place is not None
        place = Place.read(place.text()).after(cursor) if step else place.after(cursor)
        if place is None:
            break
    assert step == 3


def test_the_whole_of_a_repository_list_is_walked(hub: Hub) -> None:
    found = everything(HuggingFace(net_to(hub), hub.huggingface_url), limit=3, sort="downloads")
    assert len(found) == len(set(found)) > 5


def test_what_civitai_is_asked_keeps_its_rules() -> None:
    quest = Quest(
        words=" paper   100% ", creator="me", types=("LORA", "DoRA"), base_models=("SDXL 1.0", "Pony"), sort="newest",
        period="all", tags=("style",), limit=7,
    )  # fmt: skip
    asked = civitai.query(quest, "12|3|4")
    assert parse_qs(asked) == {
        "limit": ["7"], "query": ["paper 100"], "tag": ["style"], "username": ["me"], "types": ["LORA", "DoRA"],
        "baseModels": ["SDXL 1.0", "Pony"], "sort": ["Newest"], "period": ["AllTime"], "cursor": ["12|3|4"],
    }  # fmt: skip
    assert ("%7C" in asked, "page=" in asked, "nsfw" in asked) == (True, False, False)
    assert "nsfw=true" in civitai.query(Quest(mature=True), None)


def test_kinds_become_the_words_of_the_site() -> None:
    assert civitai.wanted_types(Quest(kind="lora")) == ("LORA", "LoCon", "DoRA")
    assert civitai.wanted_types(Quest(kind="lora", types=("VAE",))) == ("VAE",)
    assert civitai.wanted_types(Quest(kind="diffusion_model")) == ("Checkpoint", "UNet")
    assert refusal_of(lambda: civitai.query(Quest(kind="ip_adapter"), None)).code == "bad-value"
    assert "filter=lora" in hub_catalogue.query(Quest(kind="lora"), None)


@pytest.mark.parametrize(
    "quest",
    [Quest(sort="trending"), Quest(kind="style_model")],
)
def test_what_civitai_has_not_is_refused(quest: Quest) -> None:
    with pytest.raises(BadLink):
        civitai.query(quest, None)


@pytest.mark.parametrize("quest", [Quest(sort="collected"), Quest(kind="upscaler"), Quest(base_models=("SDXL 1.0",))])
def test_what_the_hub_has_not_is_refused(quest: Quest) -> None:
    with pytest.raises(BadLink):
        hub_catalogue.query(quest, None)


def test_an_unknown_type_is_refused_in_words(site: Civitai) -> None:
    problem = refusal_of(lambda: site.browse(Quest(types=("Nonsense",))))
    assert (problem.code, problem.facts["name"], problem.facts["value"]) == ("bad-value", "types", "Nonsense")


def test_types_that_a_text_search_forgot_are_left_out() -> None:
    assert civitai.fits({"type": "lora"}, Quest(kind="lora"))
    assert not civitai.fits({"type": "VAE"}, Quest(kind="lora"))
    assert not civitai.fits({"type": "LORA", "tags": ["a"]}, Quest(tags=("a", "b")))
    assert civitai.fits({"type": "LORA", "tags": [{"name": "A"}, "B"]}, Quest(tags=("a", "b")))


@pytest.mark.parametrize(
    ("told", "cursor"),
    [
        ({}, None),
        ({"metadata": {"nextCursor": 40}}, "40"),
        ({"metadata": {"nextCursor": "a|b"}}, "a|b"),
        ({"metadata": {"nextPage": "https://api.civitai.com/v1/models?page=2&cursor=a%7Cb"}}, "a|b"),
        ({"metadata": {"nextPage": "http://[::1"}}, None),
        ({"metadata": [1]}, None),
    ],
)
def test_the_next_cursor_is_found_and_no_address_followed(told: dict[str, Any], cursor: str | None) -> None:
    assert civitai.next_cursor(told) == cursor


@pytest.mark.parametrize(
    ("url", "small"),
    [
        (PICTURE.format("original=true", "jpeg"), PICTURE.format("width=450", "jpeg")),
        (PICTURE.format("width=1800,quality=90", "png"), PICTURE.format("width=450", "png")),
        (PICTURE.format("original=true", "mp4"), PICTURE.format("anim=false,transcode=true,width=450", "jpeg")),
        ("https://image.civitai.com/a/b.png?token=x", "https://image.civitai.com/a/b.png"),
        ("https://image.civitai.com/a/b.mp4", None),
        ("http://image.civitai.com/account/u/width=1/b.png", None),
        ("https://image.civitai.com:444/account/u/width=1/b.png", None),
        ("https://image.civitai.com.evil.example/account/u/width=1/b.png", None),
    ],
)
def test_pictures_are_asked_for_small(url: str, small: str | None) -> None:
    assert civitai.small_picture(url, 400, "https://civitai.com") == small


def test_the_hub_gives_out_only_pictures_of_repositories() -> None:
    base = "https://huggingface.co"
    assert hub_catalogue.own_picture(f"{base}/a/b/resolve/main/x.png", base)
    for url in (f"{base}/a/b/resolve/main/x.safetensors", f"{base}/api/whoami-v2", "https://x.example/resolve/x.png"):
        assert hub_catalogue.own_picture(url, base) is None
