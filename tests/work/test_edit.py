"""What a person says of a model is kept, counts before everything else, and can be taken back."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modella.core.errors import BadLink, Conflict, ModellaError, NotFound
from modella.core.model import EDITABLE, Metadata, Overrides, effective, fits
from modella.core.standing import ORIGINS, standing
from modella.io.packaged import load_words
from modella.wiring import House
from modella.work.edit import Edit, edit, edit_many, look_closely
from modella.work.reindex import rebuild
from modella.work.trash import delete, restore
from tests.place import Place
from tests.shelf import Shelf


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    """An open house with an empty library."""
    opened = place.open()
    yield opened
    opened.close()


@pytest.fixture
def shelf(house: House, tmp_path: Path, place: Place) -> Shelf:
    """An empty folder beside the library."""
    return Shelf(house, tmp_path / "shelf", place.hub)


@pytest.fixture
def placed(place: Place) -> Iterator[tuple[House, str, Path]]:
    """A house with one downloaded model, its id and its folder."""
    done = place.pull(place.hub.example("lora"))
    folder = place.model(done)["folder"]
    opened = place.open()
    yield opened, done.model_id or "", folder
    opened.close()


def test_a_set_field_counts_and_the_sources_value_stands_beside_it(placed: tuple[House, str, Path]) -> None:
    house, model, folder = placed
    metadata = (folder / "metadata.json").read_bytes()
    source = json.loads(metadata)["name"]
    told = edit(house.hands, model, Edit(set={"name": "My Name", "rating": 5}))
    assert told["name"] == "My Name"
    assert told["fields"]["name"] == {
        "value": "My Name",
        "origin": "user",
        "file": None,
        "source": source,
        "user": "My Name",
    }
    assert json.loads((folder / "overrides.json").read_text())["fields"] == {"name": "My Name", "rating": 5}
    assert (folder / "metadata.json").read_bytes() == metadata
    back = edit(house.hands, model, Edit(reset=["name"]))
    assert (back["name"], back["fields"]["name"]["origin"]) == (source, "source")
    assert back["rating"] == 5
    assert "user" not in back["fields"]["name"]


def test_every_value_tells_where_it_is_from(placed: tuple[House, str, Path]) -> None:
    house, model, _ = placed
    fields = look_closely(house.hands, model)["fields"]
    assert {fields[name]["origin"] for name in ("kind", "family")} == {"tensors"}
    assert {fields[name]["origin"] for name in ("name", "creator", "tags", "base_model")} == {"source"}
    assert {fields[name]["origin"] for name in ("notes", "rating", "vae")} == {None}
    assert set(fields) == set(EDITABLE)


def test_words_of_other_tools_are_told_with_their_file_and_can_be_taken_back_for_good(
    shelf: Shelf, house: House
) -> None:
    shelf.put("checkpoint", "x1.safetensors")
    shelf.put_json("x1.json", {"notes": "old words", "activation text": "abc"})
    model = shelf.scan()["x1.safetensors"]
    field = look_closely(house.hands, model["id"])["fields"]["notes"]
    assert (field["value"], field["origin"], field["file"]) == ("old words", "imported", "x1.json")
    told = edit(house.hands, model["id"], Edit(reset=["notes"]))
    assert (told["notes"], told["trained_words"]) == (None, ["abc"])
    shelf.put_json("x1.json", {"notes": "old words, longer", "activation text": "abc"})
    after = shelf.scan()["x1.safetensors"]
    assert (after["notes"], after["trained_words"]) == (None, ["abc"])
    again = edit(house.hands, model["id"], Edit(set={"notes": "new words"}))
    assert again["notes"] == "new words"
    assert edit(house.hands, model["id"], Edit(reset=["notes"]))["notes"] is None


def test_the_name_of_a_file_is_the_weakest_word(shelf: Shelf, house: House) -> None:
    shelf.put_bytes("just a file.safetensors", b"\x02\0\0\0\0\0\0\0{}")
    model = shelf.scan()["just a file.safetensors"]
    assert look_closely(house.hands, model["id"])["fields"]["name"]["origin"] == "name"
    shelf.put_json("just a file.cm-info.json", {"ModelName": "Told By A Tool", "ModelId": 5, "VersionId": 6})
    after = shelf.scan()["just a file.safetensors"]
    field = look_closely(house.hands, model["id"])["fields"]["name"]
    assert (after["name"], field["origin"], field["file"]) == ("Told By A Tool", "source", "just a file.cm-info.json")


def test_hashing_an_adopted_file_does_not_turn_a_persons_words_into_the_sources(shelf: Shelf, house: House) -> None:
    shelf.put("checkpoint", "x1.safetensors")
    shelf.put_json("x1.cm-info.json", {"ModelName": "Of The Source", "UserTitle": "Of The User", "ModelId": 5})
    model = shelf.scan()["x1.safetensors"]
    assert model["name"] == "Of The User"
    assert shelf.written("x1.modella.json")["name"] == "Of The Source"
    assert edit(house.hands, model["id"], Edit(reset=["name"]))["name"] == "Of The Source"


def test_tags_are_added_and_removed_in_many_models_at_once(shelf: Shelf, house: House) -> None:
    shelf.put("checkpoint", "a.safetensors")
    shelf.put("lora", "b.safetensors")
    ids = [each["id"] for each in shelf.scan().values()]
    done = edit_many(house.hands, [*ids, "0" * 26], Edit(set={"rating": 4}, add_tags=["New", "new", "Old"]))
    assert done["changed"] == ids
    assert [(model, problem.code) for model, problem in done["failed"]] == [("0" * 26, "unknown-id")]
    edit_many(house.hands, ids, Edit(remove_tags=["OLD"]))
    for each in shelf.models().values():
        assert (each["rating"], each["tags"]) == (4, ["New"])


def test_linking_is_said_of_many_models_at_once_and_keeps_other_words(shelf: Shelf, house: House) -> None:
    shelf.put("checkpoint", "a.safetensors")
    shelf.put("lora", "b.safetensors")
    one, two = (each["id"] for each in shelf.scan().values())
    edit(house.hands, one, Edit(apps={"comfyui": {"versions": ">=0.3", "link": True}}))
    done = edit_many(house.hands, [one, two], Edit(link={"comfyui": False}))
    assert done["link"] == {"comfyui": {one: True, two: None}}
    said = {each["id"]: each.get("apps") for each in shelf.models().values()}
    assert said == {one: {"comfyui": {"versions": ">=0.3", "link": False}}, two: {"comfyui": {"link": False}}}
    edit_many(house.hands, [one, two], Edit(link={"comfyui": None}))
    said = {each["id"]: each.get("apps") or {} for each in shelf.models().values()}
    assert said == {one: {"comfyui": {"versions": ">=0.3"}}, two: {}}


@pytest.mark.parametrize(
    ("word", "value", "reason"), [("versions", "banana", "no-range"), ("path", "../x", "no-inner-path")]
)
def test_a_word_about_an_app_is_refused_by_its_name(
    placed: tuple[House, str, Path], word: str, value: str, reason: str
) -> None:
    house, model, _ = placed
    with pytest.raises(BadLink) as refused:
        edit(house.hands, model, Edit(apps={"comfyui": {word: value}}))
    assert (refused.value.facts["name"], refused.value.facts["reason"]) == (word, reason)
    assert load_words("en").sentence(refused.value.code, refused.value.facts).startswith(f"{value} cannot be used")


def test_an_edit_is_refused_when_somebody_else_was_faster(placed: tuple[House, str, Path]) -> None:
    house, model, _ = placed
    seen = look_closely(house.hands, model)["updated_at"]
    first = edit(house.hands, model, Edit(set={"notes": "one"}, if_updated_at=seen))
    assert first["updated_at"] > seen
    with pytest.raises(Conflict, match="changed-meanwhile"):
        edit(house.hands, model, Edit(set={"notes": "two"}, if_updated_at=seen))
    assert edit(house.hands, model, Edit(set={"notes": "two"}, if_updated_at=first["updated_at"]))["notes"] == "two"
    assert (house.hands.index.get(model) or {})["updated_at"] == look_closely(house.hands, model)["updated_at"]


def test_what_changes_nothing_writes_nothing(placed: tuple[House, str, Path]) -> None:
    house, model, folder = placed
    edit(house.hands, model, Edit(set={"notes": "one"}))
    before = (folder / "overrides.json").stat().st_mtime_ns
    edit(house.hands, model, Edit(set={"notes": "one"}, remove_tags=["no such tag"]))
    assert (folder / "overrides.json").stat().st_mtime_ns == before


def test_what_is_edited_survives_a_new_index(placed: tuple[House, str, Path]) -> None:
    house, model, _ = placed
    edit(house.hands, model, Edit(set={"name": "Kept", "tags": ["a"]}, apps={"comfyui": {"link": False}}))
    before = house.hands.index.get(model)
    house.hands.index.remove(model)
    rebuild(house.hands)
    assert house.hands.index.get(model) == before


def test_a_typed_description_never_acts(placed: tuple[House, str, Path]) -> None:
    house, model, _ = placed
    bad = "<script>alert(1)</script><b>bold</b>"
    told = edit(house.hands, model, Edit(set={"description": bad, "description_format": "html"}))
    assert "script" not in told["description"]
    told = edit(house.hands, model, Edit(set={"description": "*plain*", "description_format": "markdown"}))
    assert told["description_format"] == "markdown"
    back = edit(house.hands, model, Edit(reset=["description"]))
    assert back["description_format"] == "html"


@pytest.mark.parametrize(
    "wish",
    [
        {"set": {"id": "x"}},
        {"set": {"name": ""}},
        {"set": {"name": 7}},
        {"set": {"kind": "spaceship"}},
        {"set": {"kind": "invalid"}},
        {"set": {"rating": 6}},
        {"set": {"rating": True}},
        {"set": {"tags": ["a", 1]}},
        {"set": {"tags": "a"}},
        {"set": {"notes": "\ud800"}},
        {"set": {"notes": "x" * 2_000_000}},
        {"set": {"usage_tips": {"a": float("nan")}}},
        {"set": {"preferred_weight": float("inf")}},
        {"set": {"relations": [{"type": "cousin", "ref": "x"}]}},
        {"set": {"relations": [{"type": "base", "ref": {"wat": "x"}}]}},
        {"set": {"relations": [{"type": "base"}]}},
        {"reset": ["files"]},
        {"set": {"notes": "a"}, "reset": ["notes"]},
        {"apps": {"": {}}},
        {"apps": {"comfyui": {"surprise": 1}}},
        {"apps": {"comfyui": {"path": "../../etc"}}},
        {"apps": {"comfyui": {"link": "yes"}}},
        {"apps": {"comfyui": 7}},
        {"add_tags": [""]},
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    placed: tuple[House, str, Path], wish: dict[str, Any]
) -> None:
    house, model, folder = placed
    before = (folder / "overrides.json").read_bytes()
    with pytest.raises(BadLink, match="bad-value"):
        edit(house.hands, model, Edit(**wish))
    assert (folder / "overrides.json").read_bytes() == before


def test_an_unknown_model_cannot_be_edited(house: House) -> None:
    for identity in ("0" * 26, "../../x", ""):
        with pytest.raises(NotFound):
            edit(house.hands, identity, Edit(set={"notes": "x"}))


def test_what_was_said_with_the_link_can_be_taken_back(place: Place) -> None:
    done = place.pull(place.hub.example("lora"), kind="controlnet", family="sd15")
    house = place.open()
    try:
        fields = look_closely(house.hands, done.model_id or "")["fields"]
        assert (fields["kind"]["value"], fields["kind"]["source"]) == ("controlnet", "lora")
        back = edit(house.hands, done.model_id or "", Edit(reset=["kind", "family"]))
        assert (back["kind"], back["family"]) == ("lora", "sdxl")
    finally:
        house.close()


# ---------------------------------------------------------------------------------------------------------- interrupted


class _Stop(BaseException):
    """The process ends here."""


_MOMENTS = ("write", "fsync", "replace", "rename", "link", "unlink", "open")


@pytest.mark.parametrize("adopted", [False, True])
def test_an_edit_that_is_cut_off_anywhere_leaves_the_old_words_or_the_new_ones(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, adopted: bool
) -> None:
    house = place.open()
    shelf = Shelf(house, tmp_path / "shelf", place.hub)
    shelf.put("lora", "x1.safetensors")
    model = shelf.scan(hashes=not adopted)["x1.safetensors"]["id"]
    edit(house.hands, model, Edit(set={"notes": "old", "rating": 1}))
    cut, outcomes = 0, set()
    while True:
        made = _stopping_after(monkeypatch, cut)
        try:
            edit(house.hands, model, Edit(set={"notes": f"new {cut}", "rating": 2}))
            finished = True
        except (_Stop, ModellaError):
            finished = False
        monkeypatch.undo()
        told = look_closely(house.hands, model)
        assert (told["notes"], told["rating"]) in {("old", 1), (f"new {cut}", 2)}
        json.loads((shelf.folder / "x1.modella.overrides.json").read_text())
        outcomes.add(told["notes"] == "old")
        edit(house.hands, model, Edit(set={"notes": "old", "rating": 1}))
        if finished:
            break
        cut += 1
    assert cut == made
    assert cut >= 4
    assert outcomes == {True, False}
    house.close()


def _stopping_after(monkeypatch: pytest.MonkeyPatch, count: int) -> int:
    """Lets so many of the calls by which something is written pass, and ends the process at the next."""
    passed = [0]

    def guard(name: str) -> None:
        real = getattr(os, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            if passed[0] >= count:
                raise _Stop(name)
            passed[0] += 1
            return real(*args, **kwargs)

        monkeypatch.setattr(os, name, call)

    for name in _MOMENTS:
        guard(name)
    return count


# ------------------------------------------------------------------------------------------------------------ for any


_WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(lambda text: bool(text.strip()))
_LISTS = st.lists(_WORDS, max_size=3)
_VALUES = {
    "name": _WORDS,
    "creator": st.none() | _WORDS,
    "tags": _LISTS,
    "trained_words": _LISTS,
    "notes": st.none() | _WORDS,
    "rating": st.none() | st.integers(-1, 7),
    "kind": st.sampled_from(["lora", "vae", "spaceship", "invalid", "checkpoint"]),
    "family": st.none() | _WORDS,
}
_SAID = st.fixed_dictionaries({}, optional={**_VALUES, "nonsense": _WORDS})


@settings(max_examples=200, deadline=None)
@given(user=_SAID, imported=_SAID, found=_SAID, reset=st.lists(st.sampled_from(sorted(_VALUES)), max_size=4))
def test_the_user_counts_before_other_tools_and_those_before_what_was_found(
    user: dict[str, Any], imported: dict[str, Any], found: dict[str, Any], reset: list[str]
) -> None:
    least = {"schema": 1, "id": "a" * 26, "name": "x", "cleaned_name": "x", "imported": {"said": imported}}
    metadata = Metadata.model_validate({**least, **{k: v for k, v in found.items() if k != "nonsense"}})
    overrides = Overrides(schema=1, fields=user, reset=reset)
    counted, told = effective(metadata, overrides), standing(metadata, overrides)
    for name in _VALUES:
        words = [user[name]] if name in user and fits(name, user[name]) else []
        words += [imported[name]] if name in imported and name not in reset and fits(name, imported[name]) else []
        expected = [*words, getattr(metadata, name)][0]
        assert counted[name] == expected
        assert told[name]["value"] == expected
        assert told[name]["origin"] in {*ORIGINS, None}
        assert {**counted, **counted["beneath"]}[name] == getattr(metadata, name)


@pytest.mark.parametrize("stem", ["a" * 238, "名" * 79], ids=["latin", "chinese"])
def test_a_file_whose_name_leaves_no_room_for_our_records_keeps_words_and_hashes(
    shelf: Shelf, house: House, stem: str
) -> None:
    name, other = f"{stem}.safetensors", f"{stem[:-1]}b.safetensors"
    shelf.put("lora", name)
    shelf.put("checkpoint", other)
    models = shelf.scan()
    assert all(models[each]["files"][0]["sha256"] for each in (name, other))
    edit(house.hands, models[name]["id"], Edit(set={"notes": "mine", "rating": 4}))
    edit(house.hands, models[other]["id"], Edit(set={"notes": "the other one"}))
    assert (shelf.folder / name).exists()
    assert max(len(os.fsencode(path.name)) for path in shelf.folder.iterdir()) <= 255
    house.hands.index.forget_root(house.hands.index.get(models[name]["id"])["root"])  # type: ignore[index]
    again = shelf.scan(hashes=False)
    assert (again[name]["id"], again[name]["notes"]) == (models[name]["id"], "mine")
    assert (again[other]["id"], again[other]["notes"]) == (models[other]["id"], "the other one")
    assert again[name]["files"][0]["sha256"] == models[name]["files"][0]["sha256"]
    before = sorted(path.name for path in shelf.folder.iterdir())
    delete(house.hands, models[name]["id"])
    left = sorted(path.name for path in shelf.folder.iterdir())
    assert len(left) == len(before) - 3
    restore(house.hands, models[name]["id"])
    assert sorted(path.name for path in shelf.folder.iterdir()) == before
