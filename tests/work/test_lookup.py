"""Unknown files are looked up by their hashes, politely, and what was said by a person is never touched."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modella.core.errors import BadLink, Conflict, NotFound
from modella.demo import weights
from modella.wiring import House
from modella.work import lookup
from modella.work.edit import Edit, edit
from modella.work.lookup import begin_lookup
from modella.work.match import match_link, never_match, refresh
from modella.work.records import change
from tests.place import Place
from tests.shelf import Shelf

THEMES = ("lora", "checkpoint", "unicode", "hostile")


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


def batches(place: Place) -> list[Any]:
    """The hashes of each batch that was asked for."""
    return [r.json() for r in place.hub.civitai_origin.requests if r.path.endswith("/by-hash") and r.method == "POST"]


def other_lora(seed: int) -> bytes:
    """A LoRA that no source knows."""
    content = weights.build("lora-sdxl", 100_000 + seed, {})
    return content.read(0, content.size)


def test_a_file_whose_hash_is_published_becomes_a_known_verified_model(shelf: Shelf, place: Place) -> None:
    listed = shelf.put("lora", "x1.safetensors")
    shelf.scan()
    task = shelf.look_up()
    assert (task.state, task.result and task.result["found"]) == ("done", 1)
    found = shelf.models()["x1.safetensors"]
    theirs = place.hub.catalogue.themes["lora"]
    assert (found["name"], found["creator"], found["base_model"]) == (theirs.name, theirs.creator, "SDXL 1.0")
    assert (found["sources"][0]["source"], found["sources"][0]["model_id"]) == ("civitai", str(theirs.id))
    assert found["sources"][0]["matched_by"] == "sha256"
    verified = found["files"][0]["verified"]
    assert (verified["state"], verified["by"]) == ("verified", "civitai")
    assert verified["expected"] == listed.digests["SHA256"].lower()
    assert found["kind"] == "lora"
    shown = [each["file"] for each in found["previews"] if each["file"]]
    assert shown
    assert shown[0].startswith("x1.preview.")
    assert all((shelf.folder / name).stat().st_size > 100 for name in shown)


def test_what_was_found_survives_another_look_and_a_new_index(shelf: Shelf, house: House) -> None:
    shelf.put("lora", "x1.safetensors")
    shelf.scan()
    shelf.look_up()
    before = shelf.models()["x1.safetensors"]
    house.hands.index.remove(before["id"])
    house.hands.index.forget_root(before["root"])
    after = shelf.scan(hashes=False)["x1.safetensors"]
    for name in ("id", "name", "creator", "kind", "tags", "description", "trained_words", "sources", "looked_up"):
        assert after[name] == before[name], name
    assert {each["file"] for each in after["previews"]} == {each["file"] for each in before["previews"]}
    assert after["origins"]["name"] == "civitai"


def test_what_nobody_knows_is_remembered_and_not_asked_again(shelf: Shelf, place: Place) -> None:
    shelf.put_bytes("mine.safetensors", other_lora(1))
    shelf.scan()
    first = shelf.look_up()
    assert (first.result or {})["unknown"] == 1
    assert shelf.written("mine.modella.json")["looked_up"]["civitai"]["found"] is False
    assert (shelf.look_up().result or {})["asked"] == 0
    assert len(batches(place)) == 1
    assert (shelf.look_up(again=True).result or {})["asked"] == 1


def test_a_batch_has_at_most_a_hundred_hashes_and_each_content_is_asked_once(shelf: Shelf, place: Place) -> None:
    for number in range(130):
        shelf.put_bytes(f"m{number:03}.safetensors", other_lora(number))
    shelf.put_bytes("twin.safetensors", other_lora(5))
    shelf.put("lora", "z.safetensors")
    shelf.scan()
    task = shelf.look_up()
    assert (task.result or {})["asked"] == 132
    assert (task.result or {})["found"] == 1
    sizes = [len(each) for each in batches(place)]
    assert sizes == [100, 31]


def test_answers_in_another_order_with_gaps_and_nulls_go_to_the_right_files(shelf: Shelf, place: Place) -> None:
    for theme in THEMES:
        shelf.put(theme, f"{theme}.safetensors")
    shelf.put_bytes("nobody.safetensors", other_lora(2))
    shelf.scan()
    shelf.look_up()
    found = shelf.models()
    for theme in THEMES:
        theirs = place.hub.catalogue.themes[theme]
        assert found[f"{theme}.safetensors"]["sources"][0]["model_id"] == str(theirs.id), theme
    assert found["nobody.safetensors"]["sources"] == []


def test_the_users_word_is_never_overwritten(shelf: Shelf, house: House) -> None:
    shelf.put("lora", "x1.safetensors")
    shelf.put_json("x1.json", {"notes": "from my old tool", "activation text": "my words"})
    model = shelf.scan()["x1.safetensors"]
    mine = {"name": "My Name", "kind": "controlnet", "tags": ["mine"], "family": None, "creator": None}
    edit(house.hands, model["id"], Edit(set=mine))
    before = shelf.written("x1.modella.overrides.json")
    shelf.look_up()
    assert shelf.written("x1.modella.overrides.json") == before
    after = shelf.models()["x1.safetensors"]
    assert {name: after[name] for name in mine} == mine
    assert after["notes"] == "from my old tool"
    assert after["trained_words"] == ["my words"]
    assert shelf.written("x1.modella.json")["name"] != "My Name"
    assert shelf.written("x1.modella.json")["sources"]


def test_tensors_beat_the_source_and_the_disagreement_is_told(shelf: Shelf, place: Place) -> None:
    shelf.put("lora", "x1.safetensors")
    model = place.hub.catalogue.themes["lora"]
    object.__setattr__(model, "type", "Checkpoint")
    shelf.scan()
    shelf.look_up()
    found = shelf.models()["x1.safetensors"]
    assert found["kind"] == "lora"
    assert any("civitai says checkpoint" in each for each in found["conflicts"])


def test_a_pause_that_is_asked_for_is_made(shelf: Shelf, place: Place) -> None:
    shelf.put("lora", "x1.safetensors")
    shelf.scan()
    place.hub.misbehave("civitai:*by-hash", "status:429:1")
    task = shelf.look_up()
    assert (task.state, (task.result or {}).get("found")) == ("done", 1)


@pytest.mark.parametrize(("fault", "code"), [("status:429", "rate-limited"), ("status:503", "server-error")])
@pytest.mark.parametrize("where", ["civitai:*by-hash", "civitai:*/models"])
def test_a_source_that_has_enough_is_left_alone_and_later_gone_on_with(
    shelf: Shelf, place: Place, fault: str, code: str, where: str
) -> None:
    shelf.put("lora", "x1.safetensors")
    shelf.put("checkpoint", "x2.safetensors")
    shelf.scan()
    place.hub.misbehave(where, fault, times=None)
    stopped = shelf.look_up()
    assert (stopped.state, stopped.problem and stopped.problem.code) == ("failed", code)
    assert stopped.problem is not None
    assert stopped.problem.facts["left"] == 2
    assert [each["sources"] for each in shelf.models().values()] == [[], []]
    place.hub.behave()
    assert (shelf.look_up().result or {})["found"] == 2


def test_a_pause_of_an_hour_ends_the_lookup(shelf: Shelf, place: Place) -> None:
    shelf.put("lora", "x1.safetensors")
    shelf.scan()
    place.hub.misbehave("civitai:*by-hash", "status:429:3600")
    stopped = shelf.look_up()
    assert stopped.problem is not None
    assert stopped.problem.facts["retry_after"] == 3600


def test_a_lookup_can_be_cancelled_and_goes_on_where_it_was(
    shelf: Shelf, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        shelf.put_bytes(f"m{number}.safetensors", other_lora(number))
    shelf.scan()
    reached, go_on = threading.Event(), threading.Event()

    def slowly(*given: Any) -> Any:
        told = change(*given)
        reached.set()
        assert go_on.wait(60)
        return told

    monkeypatch.setattr(lookup, "change", slowly)
    task = begin_lookup(house.hands)
    assert reached.wait(60)
    with pytest.raises(Conflict, match="task-running"):
        begin_lookup(house.hands)
    house.hands.tasks.cancel(task.id)
    go_on.set()
    assert shelf.ended(task).state == "cancelled"
    assert (task.result or {})["asked"] == 1
    monkeypatch.undo()
    assert (shelf.look_up().result or {})["asked"] == 5


@pytest.mark.parametrize("hint", ["SHA256", "AutoV3", "AutoV2"])
def test_a_hash_that_others_told_is_marked_and_confirmed_by_the_counted_one(shelf: Shelf, hint: str) -> None:
    listed = shelf.put("lora", "x1.safetensors")
    told = {"SHA256": "sha256", "AutoV3": "autov3", "AutoV2": "autov2"}[hint]
    shelf.put_json("x1.cm-info.json", {"ModelId": None, "Hashes": {hint: listed.digests[hint]}, "UserTitle": "Mine"})
    model = shelf.scan(hashes=False)["x1.safetensors"]
    assert told in model["files"][0]["hints"]
    shelf.look_up()
    found = shelf.models()["x1.safetensors"]
    assert found["sources"][0]["matched_by"] == f"{told}-hint"
    assert found["files"][0]["verified"]["state"] == "unchecked"
    after = shelf.scan()["x1.safetensors"]
    assert after["sources"][0]["matched_by"] == told
    assert after["files"][0]["verified"]["state"] == ("recorded" if hint == "AutoV3" else "verified")
    assert not any(each.startswith("hash: ") for each in after["conflicts"])


def test_a_told_hash_that_was_another_files_is_shown_to_be_wrong(shelf: Shelf, place: Place) -> None:
    other = place.hub.version("checkpoint").files[0]
    shelf.put("lora", "x1.safetensors")
    shelf.put_json("x1.cm-info.json", {"Hashes": {"SHA256": other.digests["SHA256"]}})
    shelf.scan(hashes=False)
    shelf.look_up()
    after = shelf.scan()["x1.safetensors"]
    assert after["files"][0]["verified"]["state"] == "mismatch"
    assert any(each.startswith("hash: ") for each in after["conflicts"])


# ------------------------------------------------------------------------------------------------------------ by link


def test_a_link_says_what_a_file_is(shelf: Shelf, place: Place, house: House) -> None:
    shelf.put("lora", "x1.safetensors")
    model = shelf.scan()["x1.safetensors"]
    looked = match_link(house.hands, model["id"], place.hub.example("lora"), only_look=True)
    assert (looked["matched"], looked["file"]["fits"]["hash"], looked["contradicts"]) == (False, "sha256", None)
    assert shelf.models()["x1.safetensors"]["sources"] == []
    told = match_link(house.hands, model["id"], place.hub.example("lora"))
    assert told["model"]["sources"][0]["matched_by"] == "link"
    assert told["model"]["files"][0]["verified"]["state"] == "verified"


def test_a_link_to_other_bytes_needs_a_confirmation_and_is_never_called_verified(
    shelf: Shelf, place: Place, house: House
) -> None:
    shelf.put("lora", "x1.safetensors")
    model = shelf.scan()["x1.safetensors"]
    with pytest.raises(Conflict, match="differs-from-source") as refused:
        match_link(house.hands, model["id"], place.hub.example("checkpoint"))
    facts = refused.value.facts
    assert facts["actual"] == model["files"][0]["sha256"]
    assert facts["expected"] == place.hub.version("checkpoint").files[0].digests["SHA256"].lower()
    assert shelf.models()["x1.safetensors"]["sources"] == []
    told = match_link(house.hands, model["id"], place.hub.example("checkpoint"), confirm=True)["model"]
    assert told["files"][0]["verified"]["state"] == "mismatch"
    assert any("publishes another SHA-256" in each for each in told["conflicts"])
    assert told["kind"] == "lora"


def test_a_hugging_face_link_matches_too(shelf: Shelf, place: Place, house: House) -> None:
    shelf.put("lora", "x1.safetensors")
    model = shelf.scan()["x1.safetensors"]
    told = match_link(house.hands, model["id"], place.hub.example("hf-lora"), confirm=True)
    assert told["model"]["sources"][0]["source"] == "huggingface"


def test_a_link_that_is_none_is_refused(shelf: Shelf, house: House) -> None:
    shelf.put("lora", "x1.safetensors")
    model = shelf.scan(hashes=False)["x1.safetensors"]
    for text in ("", "not a link", "https://civitai.com/user/somebody"):
        with pytest.raises(BadLink):
            match_link(house.hands, model["id"], text)
    with pytest.raises(NotFound):
        match_link(house.hands, "0" * 26, "https://civitai.com/models/1")


# -------------------------------------------------------------------------------------------------------------- never


@pytest.mark.parametrize("whole", [True, False])
def test_what_is_never_matched_is_taken_away_and_stays_away(
    shelf: Shelf, place: Place, house: House, whole: bool
) -> None:
    shelf.put("lora", "x1.safetensors")
    model = shelf.scan()["x1.safetensors"]
    shelf.look_up()
    matched = shelf.models()["x1.safetensors"]
    group = f"civitai:{matched['sources'][0]['model_id']}"
    told = never_match(house.hands, model["id"], "civitai" if whole else group)
    assert (told["sources"], told["name"], told["creator"], told["tags"]) == ([], model["name"], model["creator"], [])
    assert told["files"][0]["verified"]["state"] == "recorded"
    assert [path for path in shelf.folder.iterdir() if ".preview." in path.name] == []
    place.hub.forget()
    shelf.look_up(again=True)
    assert shelf.models()["x1.safetensors"]["sources"] == []
    assert len(batches(place)) == (0 if whole else 1)
    never_match(house.hands, model["id"], "civitai" if whole else group, clear=True)
    shelf.look_up()
    assert shelf.models()["x1.safetensors"]["name"] == matched["name"]


def test_another_tools_wrong_match_is_not_believed_again(shelf: Shelf, house: House, place: Place) -> None:
    shelf.put_bytes("x1.safetensors", other_lora(3))
    wrong = {"id": 7, "modelId": 77, "name": "v1", "model": {"name": "Wrong One", "type": "LORA"}}
    shelf.put_json("x1.civitai.info", wrong)
    model = shelf.scan()["x1.safetensors"]
    assert model["name"] == "Wrong One"
    never_match(house.hands, model["id"], "civitai:77")
    shelf.put_json("x1.civitai.info", {**wrong, "trainedWords": ["more"]})
    after = shelf.scan(hashes=False)["x1.safetensors"]
    assert (after["name"], after["sources"], after["trained_words"]) == ("x1", [], [])


@pytest.mark.parametrize("said", ["", "nowhere", "civitai:", "nowhere:7", "x" * 300])
def test_never_wants_a_source(shelf: Shelf, house: House, said: str) -> None:
    shelf.put("lora", "x1.safetensors")
    model = shelf.scan(hashes=False)["x1.safetensors"]
    with pytest.raises(BadLink):
        never_match(house.hands, model["id"], said)


# ------------------------------------------------------------------------------------------------------------ refresh


def test_refreshing_brings_what_is_new_and_keeps_what_a_person_said(place: Place) -> None:
    done = place.pull(place.hub.example("lora"))
    theirs = place.hub.catalogue.themes["lora"]
    house = place.open()
    try:
        edit(house.hands, done.model_id or "", Edit(set={"tags": ["mine"]}))
        object.__setattr__(theirs, "name", "A New Name")
        object.__setattr__(theirs, "tags", ("fresh",))
        told = refresh(house.hands, done.model_id or "")
        assert told["sources"] == {"civitai": "present"}
        assert (told["model"]["name"], told["model"]["tags"]) == ("A New Name", ["mine"])
        assert told["model"]["files"][0]["verified"]["state"] == "verified"
    finally:
        house.close()


def test_what_is_gone_is_marked_and_nothing_is_erased(place: Place) -> None:
    done = place.pull(place.hub.example("lora"))
    house = place.open()
    try:
        before = house.hands.index.get(done.model_id or "") or {}
        place.hub.misbehave("civitai:/api/v1/model*", "status:404", times=None)
        assert refresh(house.hands, done.model_id or "")["sources"] == {"civitai": "gone"}
        after = house.hands.index.get(done.model_id or "") or {}
        assert after["sources"][0]["state"] == "gone"
        same = {"name", "tags", "description", "creator", "files", "previews", "license", "trained_words"}
        assert {name: after[name] for name in same} == {name: before[name] for name in same}
        place.hub.behave()
        assert refresh(house.hands, done.model_id or "")["sources"] == {"civitai": "present"}
    finally:
        house.close()


def test_an_outage_changes_nothing(place: Place) -> None:
    done = place.pull(place.hub.example("lora"))
    house = place.open()
    try:
        before = place.records()[0].read_bytes()
        place.hub.misbehave("civitai:/api/v1/model*", "status:503", times=None)
        with pytest.raises(Exception, match="server-error"):
            refresh(house.hands, done.model_id or "")
        assert place.records()[0].read_bytes() == before
    finally:
        house.close()


def test_a_model_without_a_source_cannot_be_refreshed(shelf: Shelf, house: House) -> None:
    shelf.put("lora", "x1.safetensors")
    model = shelf.scan(hashes=False)["x1.safetensors"]
    with pytest.raises(NotFound, match="no-source"):
        refresh(house.hands, model["id"])
