"""Browsing: what is kept and told again, manners towards busy sites, badges, pictures."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import apsw
import pytest

from modella.core.browsing import Quest
from modella.core.errors import ModellaError, NetworkTrouble, NotFound
from modella.core.listing import Access
from modella.demo.hub import Hub
from modella.wiring import House
from modella.work.browse import browse, model_page, tree, version_page
from modella.work.browse_pictures import browsed_picture
from modella.work.hands import Hands
from modella.work.manners import Manners
from modella.work.packages import presets
from tests.place import Place

LIST = "civitai:/api/v1/models"
QUEST = Quest(limit=5)


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    opened = place.open()
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def hands(house: House) -> Hands:
    return house.hands


def refused(call: Any) -> ModellaError:
    with pytest.raises(ModellaError) as caught:
        call()
    return caught.value


def asked(hub: Hub) -> int:
    return len(hub.civitai_origin.requests)


# ------------------------------------------------------------------------------------------------- kept and told again


def test_a_fresh_answer_is_told_again_without_asking(hands: Hands, hub: Hub) -> None:
    first = browse(hands, "civitai", QUEST)
    before = asked(hub)
    again = browse(hands, "civitai", QUEST)
    assert (again.items, asked(hub)) == (first.items, before)
    assert (first.heard.from_cache, again.heard.from_cache, again.heard.stale) == (False, True, False)
    assert browse(hands, "civitai", QUEST, refresh=True).heard.from_cache is False
    assert asked(hub) > before


def test_what_was_told_is_known_after_a_restart(place: Place, hub: Hub) -> None:
    for expected in (False, True):
        house = place.open()
        try:
            assert browse(house.hands, "civitai", QUEST).heard.from_cache is expected
        finally:
            house.close()


def test_while_the_site_is_down_what_it_told_before_is_told_as_stale(hands: Hands, hub: Hub) -> None:
    first = browse(hands, "civitai", QUEST)
    hub.misbehave(LIST, "status:500", times=None)
    stale = browse(hands, "civitai", QUEST, refresh=True)
    assert (stale.items, stale.heard.stale, stale.heard.problem) == (first.items, True, "server-error")
    assert refused(lambda: browse(hands, "civitai", Quest(limit=6))).code == "server-error"


def test_another_key_asks_anew(hands: Hands, hub: Hub) -> None:
    browse(hands, "civitai", QUEST)
    hands.secrets.set_key("civitai", "another-key")
    assert browse(hands, "civitai", QUEST).heard.from_cache is False


def test_what_was_kept_and_is_broken_is_asked_anew(hands: Hands, place: Place) -> None:
    browse(hands, "civitai", QUEST)
    with closing(apsw.Connection(str(place.home / "browse.db"))) as db:
        db.execute("UPDATE answers SET body = x'0102'")
    assert browse(hands, "civitai", QUEST).heard.from_cache is False


# ------------------------------------------------------------------------------------------------------------- manners


def test_a_short_pause_is_kept_and_then_it_goes_on(hands: Hands, hub: Hub) -> None:
    hub.misbehave(LIST, "status:429:1", times=1)
    begun = time.monotonic()
    assert browse(hands, "civitai", QUEST).items
    assert time.monotonic() - begun >= 1
    hub.misbehave(LIST, "status:503", times=2)
    assert browse(hands, "civitai", Quest(limit=4)).items


def test_a_long_pause_is_told_and_the_site_left_in_peace(hands: Hands, hub: Hub) -> None:
    hub.misbehave(LIST, "status:429:600", times=1)
    problem = refused(lambda: browse(hands, "civitai", QUEST))
    assert (problem.code, problem.facts["retry_after"]) == ("rate-limited", 600)
    before = asked(hub)
    again = refused(lambda: browse(hands, "civitai", QUEST))
    assert (again.code, 590 < again.facts["retry_after"] <= 600, asked(hub)) == ("rate-limited", True, before)
    assert browse(hands, "huggingface", QUEST).items


def test_a_site_that_stays_busy_is_asked_three_times(hands: Hands, hub: Hub) -> None:
    hub.misbehave(LIST, "status:503", times=None)
    assert refused(lambda: browse(hands, "civitai", QUEST)).code == "server-error"
    assert asked(hub) == 3


def test_a_site_is_asked_one_thing_at_a_time() -> None:
    manners, inside, most = Manners(lambda: 0.01), 0, 0
    meeting = threading.Barrier(6)

    def call() -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        threading.Event().wait(0.02)
        inside -= 1

    def ask() -> None:
        meeting.wait()
        manners.ask("site", call)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_closing_ends_a_pause() -> None:
    manners = Manners(lambda: 0.01)
    manners.close()

    def call() -> None:
        raise NetworkTrouble("rate-limited", host="x", retry_after=4)

    begun = time.monotonic()
    with pytest.raises(NetworkTrouble):
        manners.ask("x", call)
    assert time.monotonic() - begun < 3


def test_who_asks_the_same_at_once_shares_the_answer(hands: Hands, hub: Hub) -> None:
    threads = [threading.Thread(target=lambda: browse(hands, "civitai", QUEST)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked(hub) == 1


# -------------------------------------------------------------------------------------------------------------- badges


def test_badges_tell_what_is_here(place: Place, hub: Hub) -> None:
    done = place.pull(hub.example("several-versions") if "several-versions" in hub.themes else hub.example("lora"))
    house = place.open()
    try:
        card = next(
            each
            for each in browse(house.hands, "civitai", Quest(limit=100, mature=True)).items
            if each.badge.in_library
        )
        assert card.badge.in_library == [done.model_id]
        found = model_page(house.hands, "civitai", card.id)
        held = [version for version in found.versions if version.badge.in_library]
        assert len(held) == 1
        assert any(file.badge.in_library == [done.model_id] for file in held[0].files)
        assert found.badge.in_library == [done.model_id]
    finally:
        house.close()


def test_an_update_is_a_later_version_for_the_same_base(place: Place, hub: Hub) -> None:
    model = next(m for m in hub.catalogue.models.values() if same_base_twice(m) and m.listed and m.mode is None)
    older = [v for v in model.versions if v.base_model == model.versions[0].base_model][-1]
    place.pull(f"{hub.civitai_url}/models/{model.id}?modelVersionId={older.id}")
    house = place.open()
    try:
        assert model_page(house.hands, "civitai", str(model.id)).badge.update
    finally:
        house.close()
    place.pull(f"{hub.civitai_url}/models/{model.id}?modelVersionId={model.versions[0].id}")
    house = place.open()
    try:
        assert not model_page(house.hands, "civitai", str(model.id)).badge.update
    finally:
        house.close()


def same_base_twice(model: Any) -> bool:
    versions = [v for v in model.versions if v.base_model == model.versions[0].base_model]
    times = [v.published or "" for v in versions]
    return (
        len(versions) == 2 and times[0] > times[1] and not any(v.paid_access or v.early_access_until for v in versions)
    )


# ----------------------------------------------------------------------------------------------------- models and trees


def test_a_model_is_told_whole(hands: Hands, hub: Hub) -> None:
    for theme in hub.catalogue.themes:
        model = hub.catalogue.themes[theme]
        if not model.versions:
            problem = refused(lambda model=model: model_page(hands, "civitai", str(model.id)))
            assert problem.code == "no-files"
            continue
        found = model_page(hands, "civitai", str(model.id))
        assert (found.name, found.version_count) == (model.name, len(model.versions))
        assert len(found.versions) == min(10, len(model.versions))


def test_early_access_and_paid_are_told_apart(hands: Hands, hub: Hub) -> None:
    told = {
        t: model_page(hands, "civitai", str(hub.catalogue.themes[t].id)).versions[0] for t in ("early-access", "paid")
    }
    assert (told["early-access"].access, told["paid"].access) == (Access.early_access, Access.paid)
    assert told["early-access"].access_until == "2099-12-24T00:00:00Z"
    assert told["paid"].access_until is None


def test_a_deleted_model_is_not_found(hands: Hands, hub: Hub) -> None:
    model = hub.catalogue.themes["lora"]
    hub.civitai.deleted.add(model.id)
    assert isinstance(refused(lambda: model_page(hands, "civitai", str(model.id))), NotFound)
    assert isinstance(refused(lambda: version_page(hands, "civitai", str(model.versions[0].id))), NotFound)


def test_descriptions_are_made_safe(hands: Hands, hub: Hub) -> None:
    for model in list(hub.catalogue.models.values())[:40]:
        if model.versions:
            found = model_page(hands, "civitai", str(model.id))
            assert "<script" not in (found.description or "")
            assert "onerror" not in (found.description or "")


def test_a_tree_is_walked_folder_by_folder(hands: Hands, hub: Hub) -> None:
    top = tree(hands, "huggingface", "little-atlas/atlas-xl")
    assert "unet" in [folder.name for folder in top.folders]
    before = len(hub.requests)
    inner = tree(hands, "huggingface", "little-atlas/atlas-xl", path="/unet/")
    assert [file.name for file in inner.files if file.is_weight]
    assert (inner.path, inner.heard.from_cache, len(hub.requests)) == ("unet", True, before)
    folder = next(each for each in top.folders if each.name == "unet")
    assert (folder.count, folder.size) == (len(inner.files), sum(file.size or 0 for file in inner.files))
    assert refused(lambda: tree(hands, "huggingface", "little-atlas/atlas-xl", path="un")).code == "no-such-path"
    assert isinstance(refused(lambda: tree(hands, "huggingface", "little-atlas/nothing")), ModellaError)


def test_a_closed_gate_is_told_with_where_to_ask(hands: Hands, hub: Hub) -> None:
    found = tree(hands, "huggingface", "vetka/closed-gate")
    assert (found.access, found.ask_at) == (Access.gated, f"{hub.huggingface_url}/vetka/closed-gate")
    assert all(file.sha256 is None for file in found.files)


def test_a_file_of_a_revision_is_asked_for_at_it(place: Place, hub: Hub) -> None:
    house = place.open()
    try:
        found = tree(house.hands, "huggingface", "quietengine/pocket-poet-gguf", revision="main")
        file = next(each for each in found.files if each.is_weight)
    finally:
        house.close()
    assert file.link is not None
    done = place.pull(file.link, pattern=file.file)
    house = place.open()
    try:
        again = tree(house.hands, "huggingface", "quietengine/pocket-poet-gguf", revision="main")
        here = [each.name for each in again.files if each.badge.in_library == [done.model_id]]
        assert here == [file.name]
    finally:
        house.close()


# ------------------------------------------------------------------------------------------------------------- pictures


def test_pictures_are_drawn_anew_once(hands: Hands, hub: Hub) -> None:
    card = next(each for each in browse(hands, "civitai", QUEST).items if each.thumbnail)
    assert card.thumbnail is not None
    first = browsed_picture(hands, card.thumbnail.id)
    before = asked(hub)
    assert first[8:12] == b"WEBP"
    assert (browsed_picture(hands, card.thumbnail.id), asked(hub)) == (first, before)
    assert "width=450" in hub.civitai_origin.requests[-1].path
    assert browsed_picture(hands, card.thumbnail.id, "large")[8:12] == b"WEBP"


@pytest.mark.parametrize("identity", ["", "x", "0" * 32, "../../etc/passwd", "f" * 31])
def test_pictures_that_nobody_told_of_are_refused(hands: Hands, identity: str) -> None:
    assert refused(lambda: browsed_picture(hands, identity)).code == "unknown-id"


def test_a_picture_that_is_none_is_not_asked_for_again_at_once(hands: Hands, hub: Hub) -> None:
    card = next(each for each in browse(hands, "civitai", QUEST).items if each.thumbnail)
    assert card.thumbnail is not None
    identity = card.thumbnail.id
    hub.misbehave("civitai:*.jpeg", "html", times=None)
    hub.misbehave("civitai:*.webp", "html", times=None)
    hub.misbehave("civitai:*.png", "html", times=None)
    for _ in range(3):
        assert refused(lambda: browsed_picture(hands, identity)).code == "unknown-id"
    shown = [each for each in hub.civitai_origin.requests if "width=450" in each.path]
    assert len(shown) == 1


# ------------------------------------------------------------------------------------------------------------- packages


def test_the_users_packages_join_those_of_the_program(place: Place, hub: Hub) -> None:
    place.home.mkdir(parents=True, exist_ok=True)
    own = (
        '{"groups": [{"name": "Mine", "packages": ['
        '{"repo": "quietengine/pocket-poet-gguf", "files": ["pocket-poet-Q4_K_M.gguf", "pocket-poet-Q8_0.gguf"]}, 1]}]}'
    )
    (place.home / "hf-packages.json").write_text(own)
    done = place.pull(f"{hub.huggingface_url}/quietengine/pocket-poet-gguf", pattern="pocket-poet-Q4_K_M.gguf")
    house = place.open()
    try:
        found = presets(house.hands)
    finally:
        house.close()
    mine = next(group for group in found.groups if group.name == "Mine").packages[0]
    assert [file.badge.in_library for file in mine.files] == [[done.model_id], []]
    assert [fault.code for fault in found.faults] == ["bad-packages"]
    assert len(found.groups) > 1


def test_a_broken_file_of_packages_is_told(hands: Hands, place: Place) -> None:
    (place.home / "hf-packages.json").mkdir()
    found = presets(hands)
    assert ([fault.code for fault in found.faults], bool(found.groups)) == (["bad-packages"], True)
