"""Records and libraries that somebody else has made: nothing leads out, nothing is believed that is not checked."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from modella.core.download import Download, State
from modella.core.errors import ModellaError
from modella.core.model import Metadata, Plan, PlannedFile
from modella.io.disk import write_new
from modella.wiring import House
from modella.work import admit
from modella.work.queue import Options
from modella.work.recheck import recheck
from tests.place import Place, until

ESCAPES = ("../out", "../../out", "/etc/out", "..\\out", "C:\\out", "a/../../out", "a\0b", "", ".", "a//b", "~/../x/..")


def record(**fields: Any) -> dict[str, Any]:
    """A small record of a model."""
    file = {"name": "x.safetensors", "size": 3, "sha256": "0" * 64}
    base = {"schema": 1, "id": "0" * 26, "name": "Model", "cleaned_name": "model", "kind": "lora", "files": [file]}
    return {**base, "added_at": "2026", "updated_at": "2026", **fields}


@pytest.mark.parametrize("name", ESCAPES)
def test_a_name_that_leads_out_is_no_name_of_a_file(name: str) -> None:
    with pytest.raises(ValueError, match="leads out"):
        PlannedFile(part=0, name=name)
    with pytest.raises(ValueError, match="leads out"):
        Metadata.model_validate(record(files=[{"name": name, "size": 3}]))


def test_a_plan_of_a_foreign_library_writes_nothing_outside(place: Place) -> None:
    done = place.pull(place.hub.example("lora"))
    plan = {"folder": "loras/x", "files": [{"part": 0, "name": "../../../evil"}], "metadata": {}, "overrides": {}}
    with pytest.raises(ValueError, match="leads out"):
        Plan.model_validate(plan)
    staging = place.root / ".modella" / "incoming" / ("1" * 26)
    staging.mkdir(parents=True)
    state = {**done.model_dump(mode="json"), "id": "1" * 26, "state": "placing", "plan": plan}
    (staging / "state.json").write_text(json.dumps(state))
    (staging / "0.part").write_bytes(b"evil")
    place.run(_nothing)
    assert not (place.root.parent / "evil").exists()
    assert list((place.root / ".modella" / "incoming" / ".lost").rglob("0.part"))


def test_downloads_of_a_library_from_elsewhere_wait_for_a_person(place: Place) -> None:
    place.flags["download_hours"] = "00:00-00:00"

    async def story(house: House) -> Download:
        return await house.queue.add(place.hub.example("lora"), Options())

    added = place.run(story)
    place.home = place.home.with_name("another home")
    place.flags |= {"home": place.home, "download_hours": ""}

    async def look(house: House) -> State:
        await asyncio.sleep(0.3)
        return (await house.queue.get(added.id)).state

    assert place.run(look) is State.paused


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[" * 100_000,
        json.dumps(record(id="../../../tmp/x")),
        json.dumps(record(files=[{"name": "../../x", "size": 1}])),
        json.dumps(record(files=[{"name": "x", "size": 10**30}])),
        json.dumps(record(previews=5)),
        json.dumps(record(name="\ud800")),
        json.dumps(record(previews=[{"file": "../../x"}])),
    ],
)
def test_a_record_without_sense_hides_no_other(place: Place, content: str) -> None:
    done = place.pull(place.hub.example("lora"))
    hostile = place.root / "loras" / "aaa"
    hostile.mkdir(parents=True)
    (hostile / "metadata.json").write_text(content)
    assert _ids_after_rebuild(place) == [done.model_id]
    assert (hostile / "metadata.json").read_text() == content


@pytest.mark.parametrize(
    "fields", [{"name": None}, {"files": "abc"}, {"kind": "spaceship"}, {"id": "x"}, {"sources": []}]
)
def test_overrides_without_sense_are_passed_over(place: Place, fields: dict[str, Any]) -> None:
    model = place.model(place.pull(place.hub.example("lora")))
    (model["folder"] / "overrides.json").write_text(json.dumps({"schema": 1, "fields": fields}))
    assert _ids_after_rebuild(place) == [model["id"]]


def test_a_record_below_a_model_is_not_a_second_model(place: Place) -> None:
    model = place.model(place.pull(place.hub.example("lora")))
    (model["folder"] / "vae").mkdir()
    (model["folder"] / "vae" / "metadata.json").write_text(json.dumps(record(id="2" * 26)))
    os.mkfifo(place.root / "loras" / "metadata.json")
    (place.root / "loras" / "metadata.json").unlink()
    assert _ids_after_rebuild(place) == [model["id"]]


def test_records_and_previews_keep_their_names_at_any_depth() -> None:
    for name in ("metadata.json", "METADATA.JSON", "overrides.json", "preview.webp", "preview-3.mp4"):
        assert admit._RESERVED.match(name.casefold()), name
    for name in ("model_index.json", "previewer.webp", "config.json"):
        assert not admit._RESERVED.match(name), name


def test_a_preview_never_takes_a_name_that_is_taken(tmp_path: Path) -> None:
    mine = tmp_path / "preview.webp"
    mine.write_bytes(b"the user's own picture")
    assert not write_new(mine, b"another picture")
    assert mine.read_bytes() == b"the user's own picture"
    assert write_new(tmp_path / "preview-2.webp", b"another picture")
    assert write_new(tmp_path / "preview-2.webp", b"another picture")
    assert not list(tmp_path.glob("*.tmp"))


def test_a_damaged_file_is_not_linked_as_a_verified_one(place: Place) -> None:
    first = place.model(place.pull(place.hub.example("duplicate")))
    weights = first["folder"] / first["files"][0]["name"]
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x99")
    second = place.model(place.pull(place.hub.example("duplicate-again"), on_duplicate="link"))
    linked = second["folder"] / second["files"][0]["name"]
    assert linked.read_bytes() != weights.read_bytes()
    assert second["files"][0]["verified"]["state"] == "verified"


def test_verified_is_only_what_equals_the_published_hash(place: Place) -> None:
    model = place.model(place.pull(place.hub.example("lora")))
    path = model["folder"] / "metadata.json"
    told = json.loads(path.read_text())
    told["files"][0]["sha256"] = None
    told["files"][0]["verified"]["expected"] = "a" * 64
    path.write_text(json.dumps(told))

    async def story(house: House) -> dict[str, Any]:
        return await asyncio.to_thread(recheck, house.hands, model["id"])

    result = place.run(story)
    assert (result["ok"], result["files"][0]["state"]) == (False, "mismatch")


def test_a_model_whose_folder_has_gone_is_reported_missing(place: Place) -> None:
    model = place.model(place.pull(place.hub.example("lora")))
    (place.root / "loras").rename(place.root.parent / "moved")

    async def story(house: House) -> dict[str, Any]:
        return await asyncio.to_thread(recheck, house.hands, model["id"])

    assert place.run(story)["files"][0]["state"] == "missing"


def test_a_folder_that_was_made_a_link_is_not_followed_out(place: Place) -> None:
    model = place.model(place.pull(place.hub.example("lora")))
    outside = place.root.parent / "outside"
    model["folder"].rename(outside)
    model["folder"].symlink_to(outside)
    before = (outside / "metadata.json").read_bytes()

    async def story(house: House) -> str:
        try:
            await asyncio.to_thread(recheck, house.hands, model["id"])
        except ModellaError as problem:
            return problem.code
        return "followed"

    assert place.run(story) == "outside-library"
    assert (outside / "metadata.json").read_bytes() == before


def test_cancelling_while_pictures_drip_leaves_nothing(place: Place) -> None:
    place.hub.misbehave("civitai:*.jpeg", "drip:1:0.2", times=None)
    place.hub.misbehave("civitai:*.webp", "drip:1:0.2", times=None)
    place.hub.misbehave("civitai:*.png", "drip:1:0.2", times=None)

    async def story(house: House) -> Download:
        record = await house.queue.add(place.hub.example("lora"), Options())
        await until(house, record.id, State.verifying)
        await house.queue.cancel(record.id)
        return await until(house, record.id, State.cancelled)

    ended = place.run(story)
    assert ended.state in {State.cancelled, State.done}
    if ended.state is State.cancelled:
        assert place.leftovers() == []
        assert place.staging() == []


async def _nothing(_: House) -> None:
    return None


def _ids_after_rebuild(place: Place) -> list[str]:
    for path in place.root.glob("models.db*"):
        path.unlink()
    house = place.open()
    try:
        return [json.loads(item)["id"] for item in house.hands.index.find().items]
    finally:
        house.close()


@pytest.mark.parametrize("taken", ["Marmalade-Sky-V1-0", "MARMALADE-SKY-V1-0", "marmalade-sky-v1-0"])
def test_a_folder_that_differs_only_by_case_is_taken(place: Place, taken: str) -> None:
    theirs = place.root / "loras" / "sdxl" / taken
    theirs.mkdir(parents=True)
    (theirs / "mine.txt").write_text("mine")
    model = place.model(place.pull(place.hub.example("lora")))
    assert model["folder"].name.casefold() != taken.casefold()
    assert [p.name for p in theirs.iterdir()] == ["mine.txt"]
