"""Earlier versions of a record are kept, compared with now, and gone back to."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from modella.core.errors import DiskTrouble, NotFound
from modella.wiring import House
from modella.work.edit import Edit, edit
from modella.work.history import restore, versions_of
from modella.work.match import refresh
from modella.work.recheck import recheck
from tests.place import Place


@pytest.fixture
def placed(place: Place) -> Iterator[tuple[House, str, Path]]:
    """A house with one downloaded model, its id and its folder."""
    done = place.pull(place.hub.example("lora"))
    folder = place.model(done)["folder"]
    opened = place.open()
    yield opened, done.model_id or "", folder
    opened.close()


def test_each_edit_can_be_gone_back_from(placed: tuple[House, str, Path]) -> None:
    house, model, _ = placed
    for notes in ("one", "two", "three"):
        edit(house.hands, model, Edit(set={"notes": notes}))
    entries = versions_of(house.hands, model)
    assert [each["file"] for each in entries] == ["overrides"] * 3
    assert [each["differs"]["notes"]["then"] for each in entries] == ["two", "one", None]
    assert {each["differs"]["notes"]["now"] for each in entries} == {"three"}
    told = restore(house.hands, model, entries[1]["entry"])
    assert told["notes"] == "one"
    again = versions_of(house.hands, model)
    assert again[0]["differs"]["notes"] == {"then": "three", "now": "one"}
    assert restore(house.hands, model, again[0]["entry"])["notes"] == "three"


def test_what_a_source_said_before_can_be_gone_back_to(placed: tuple[House, str, Path], place: Place) -> None:
    house, model, folder = placed
    before = json.loads((folder / "metadata.json").read_text())
    object.__setattr__(place.hub.catalogue.themes["lora"], "name", "A New Name")
    assert refresh(house.hands, model)["model"]["name"] == "A New Name"
    entry = versions_of(house.hands, model)[0]
    assert (entry["file"], entry["differs"]["name"]) == ("metadata", {"then": before["name"], "now": "A New Name"})
    told = restore(house.hands, model, entry["entry"])
    after = json.loads((folder / "metadata.json").read_text())
    assert told["name"] == after["name"] == before["name"]
    for name in ("id", "files", "detected", "added_at", "tags", "description"):
        assert after[name] == before[name]


def test_the_newest_ten_of_each_file_are_kept(placed: tuple[House, str, Path]) -> None:
    house, model, _ = placed
    for number in range(14):
        edit(house.hands, model, Edit(set={"notes": str(number)}))
    entries = versions_of(house.hands, model)
    assert [each["differs"]["notes"]["then"] for each in entries] == [str(number) for number in range(12, 2, -1)]


@pytest.mark.parametrize(
    "entry", ["", "x", "../metadata.json", "20260101T000000000000-metadata.json", "%2e%2e/x", "20260101T000000000000-x"]
)
def test_what_is_no_version_cannot_be_restored(placed: tuple[House, str, Path], entry: str) -> None:
    house, model, _ = placed
    with pytest.raises(NotFound):
        restore(house.hands, model, entry)
    with pytest.raises(NotFound):
        versions_of(house.hands, "0" * 26)


def test_broken_and_newer_versions_are_told_and_left_alone(placed: tuple[House, str, Path]) -> None:
    house, model, folder = placed
    edit(house.hands, model, Edit(set={"notes": "now"}))
    shelf = house.hands.library.control / "history" / model
    (shelf / "20200101T000000000000-overrides.json").write_text("{broken")
    (shelf / "20200101T000000000001-overrides.json").write_text(json.dumps({"schema": 99, "fields": {}}))
    (shelf / "readme.txt").write_text("mine")
    told = {each["entry"][:21]: each for each in versions_of(house.hands, model)}
    assert told["20200101T000000000000"]["problem"]
    before = (folder / "overrides.json").read_bytes()
    with pytest.raises((NotFound, DiskTrouble)):
        restore(house.hands, model, "20200101T000000000000-overrides.json")
    with pytest.raises(DiskTrouble, match="record-newer"):
        restore(house.hands, model, "20200101T000000000001-overrides.json")
    assert (folder / "overrides.json").read_bytes() == before


def test_looking_again_without_finding_anything_pushes_no_version_out(placed: tuple[House, str, Path]) -> None:
    house, model, folder = placed
    before = json.loads((folder / "metadata.json").read_text())
    for _ in range(3):
        assert recheck(house.hands, model)["ok"]
    after = json.loads((folder / "metadata.json").read_text())
    assert versions_of(house.hands, model) == []
    assert after["updated_at"] == before["updated_at"]
    assert after["files"][0]["verified"]["at"] > before["files"][0]["verified"]["at"]
    weights = folder / before["files"][0]["name"]
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert not recheck(house.hands, model)["ok"]
    assert [each["file"] for each in versions_of(house.hands, model)] == ["metadata"]
    assert json.loads((folder / "metadata.json").read_text())["updated_at"] > before["updated_at"]
