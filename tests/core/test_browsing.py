"""Cards, packages and terms: pure, and content with whatever they are given."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modella.core.browsing import card_of, plain, shown_first
from modella.core.listing import Access, Listing, Picture, Ref
from modella.core.packages import Group, Package, merged, read_packages
from modella.core.terms import terms_of
from modella.io.own_packages import packaged
from modella.io.packaged import load_words


def listing(version: str, **more: object) -> Listing:
    told = {"source": "civitai", "ref": Ref(source="civitai"), "name": "Lantern", "model_id": "1", **more}
    return Listing.model_validate({**told, "version_id": version})


def picture(level: int | None, url: str = "https://x.example/1.png") -> Picture:
    return Picture(url=url, nsfw_level=level)


def test_a_card_tells_of_every_version() -> None:
    newest = listing("3", base_model="Pony", access=Access.paid, stats={"downloads": 7, "rating": 4.5})
    card = card_of([newest, listing("2", base_model="SDXL 1.0"), listing("1", base_model="Pony")], mature=False)
    assert card is not None
    assert ([each.id for each in card.versions], card.base_models) == (["3", "2", "1"], ("Pony", "SDXL 1.0"))
    assert (card.downloads, card.rating, card.likes, card.versions[0].access) == (7, 4.5, None, Access.paid)


def test_there_is_no_card_of_nothing() -> None:
    assert card_of([], mature=True) is None
    assert card_of([listing("1", model_id=None)], mature=True) is None


def test_everybody_sees_the_first_picture_for_everybody() -> None:
    pictures = [[picture(16), picture(None)], [picture(1, "https://x.example/2.png")]]
    assert shown_first(pictures, mature=False) == pictures[1][0]
    assert shown_first(pictures, mature=True) == pictures[0][0]
    assert shown_first([[picture(8)]], mature=False) == picture(8)
    assert shown_first([], mature=False) is None


def test_a_plain_listing_keeps_prompts_and_drops_what_was_received() -> None:
    shown = Picture(url="https://x.example/1.png", prompt="a lantern", meta={"seed": 1})
    told = plain(listing("1", payload={"a": 1}, pictures=(shown,)))
    assert (told.payload, told.pictures[0].prompt, told.pictures[0].meta) == (None, "a lantern", {})


def test_the_packages_of_the_program_are_sound() -> None:
    groups = packaged()
    assert groups
    assert all(group.packages and each.files and each.kind for group in groups for each in group.packages)


def test_packages_that_cannot_be_used_are_told_and_the_rest_stays() -> None:
    told = {
        "groups": [
            {"name": "Mine", "packages": [{"repo": "a/b"}, {"repo": "no repo"}, 7, {"repo": "c/d", "kind": "banana"}]},
            {"packages": []},
            None,
        ]
    }
    groups, faults = read_packages("x.json", json.dumps(told).encode())
    assert groups == [Group(name="Mine", packages=(Package(name="a/b", repo="a/b"), Package(name="c/d", repo="c/d")))]
    assert [each.facts["at"] for each in faults] == [
        "groups.0.packages.1.repo", "groups.0.packages.2.repo", "groups.0.packages.3.kind", "groups.1", "groups.2",
    ]  # fmt: skip
    assert {each.code for each in faults} == {"bad-packages"}


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"{}", b'{"groups": 1}', b'{"schema": 9, "groups": []}'])
def test_a_file_that_is_none_is_told_once(content: bytes) -> None:
    groups, faults = read_packages("x.json", content)
    assert (groups, len(faults)) == ([], 1)


SCALARS = st.none() | st.integers() | st.text()


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_any_json_is_read_without_an_accident(value: object) -> None:
    for told in (value, {"groups": value}, {"groups": [value]}, {"groups": [{"name": "x", "packages": value}]}):
        read_packages("x.json", json.dumps(told).encode())


def test_the_users_package_counts_where_two_are_the_same() -> None:
    ours = Group(name="A", packages=(Package(name="x", repo="a/b"), Package(name="y", repo="a/b")))
    own = Group(name="A", packages=(Package(name="x", repo="A/B", note="mine"),))
    assert [each.note for each in merged([ours, own])[0].packages] == ["mine", None]


def test_terms_are_told_in_words() -> None:
    words = load_words("en")
    assert terms_of(words, {"allow_no_credit": False, "allow_commercial_use": []}) == [
        "name the creator", "no commercial use",
    ]  # fmt: skip
    assert terms_of(words, {"id": "mit", "link": "x"}) == ["mit"]
    assert terms_of(words, {}) == []
