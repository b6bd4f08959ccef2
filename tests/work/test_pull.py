"""A pasted link becomes a verified, placed, registered model."""

import asyncio
import json
import threading

import pytest

from modella.core.download import Download, State
from modella.core.errors import BadLink
from modella.core.events import DownloadChanged, ModelAdded
from modella.core.listing import Listing
from modella.wiring import House
from modella.work.job import Job
from modella.work.queue import Options
from tests.place import Place, eventually, until


def test_a_civitai_link_becomes_a_verified_model(place: Place) -> None:
    model = place.model(place.pull(place.hub.example("lora")))
    file = model["files"][0]
    assert (model["kind"], model["family"]) == ("lora", "sdxl")
    assert file["verified"]["state"] == "verified"
    assert file["verified"]["by"] == "civitai"
    assert (model["folder"] / file["name"]).stat().st_size == file["size"]
    assert model["folder"].relative_to(place.root).parts[:2] == ("loras", "sdxl")


def test_a_hugging_face_link_becomes_a_verified_model(place: Place) -> None:
    model = place.model(place.pull(place.hub.example("hf-lora")))
    assert model["files"][0]["verified"] == {**model["files"][0]["verified"], "state": "verified", "by": "huggingface"}
    assert model["sources"][0]["revision"]
    assert model["trained_words"]


def test_any_other_link_becomes_a_model_that_says_it_is_unproven(place: Place) -> None:
    model = place.model(place.pull(place.hub.example("direct")))
    assert model["kind"] == "upscaler"
    assert model["files"][0]["verified"]["state"] == "recorded"
    assert len(model["files"][0]["sha256"]) == 64


def test_a_diffusers_repository_keeps_its_folders(place: Place) -> None:
    model = place.model(place.pull(place.hub.example("hf-diffusers")))
    assert (model["folder"] / "model_index.json").is_file()
    assert any("/" in file["name"] for file in model["files"])
    assert {file["verified"]["state"] for file in model["files"]} == {"verified"}


def test_the_parts_of_a_split_model_keep_their_names(place: Place) -> None:
    model = place.model(place.pull(place.hub.example("hf-sharded")))
    names = [file["name"] for file in model["files"]]
    assert any("-00001-of-" in name for name in names)


def test_steps_are_told_in_their_order(place: Place) -> None:
    place.pull(place.hub.example("lora"))
    states = [event.download.state.value for event in place.events if isinstance(event, DownloadChanged)]
    seen = list(dict.fromkeys(states))
    assert seen == ["queued", "describing", "fetching", "verifying", "placing", "done"]
    assert any(isinstance(event, ModelAdded) for event in place.events)
    numbers = [event.seq for event in place.events]
    assert numbers == sorted(set(numbers))


def test_previews_lie_beside_the_model(place: Place) -> None:
    model = place.model(place.pull(place.hub.example("lora")))
    kept = [preview["file"] for preview in model["previews"] if preview["file"]]
    assert kept[0].startswith("preview.")
    assert all((model["folder"] / name).stat().st_size > 100 for name in kept)
    assert all(preview["blurhash"] for preview in model["previews"] if preview["type"] == "image")


def test_nothing_is_left_in_staging_when_a_download_is_done(place: Place) -> None:
    place.pull(place.hub.example("lora"))
    assert place.staging() == []


def test_one_of_many_files_is_chosen_by_pattern(place: Place) -> None:
    refused = place.pull(place.hub.example("hf-gguf"))
    assert (refused.state, refused.reason.code if refused.reason else "") == (State.failed, "choose-file")
    model = place.model(place.pull(place.hub.example("hf-gguf"), pattern="*Q4_K_M*"))
    assert model["kind"] == "llm"


def test_the_users_word_on_kind_and_family_wins(place: Place) -> None:
    done = place.pull(place.hub.example("direct"), kind="controlnet", family="sdxl")
    model = place.model(done)
    overrides = json.loads((model["folder"] / "overrides.json").read_text())
    assert overrides["fields"] == {"kind": "controlnet", "family": "sdxl"}
    assert model["folder"].relative_to(place.root).parts[:2] == ("controlnet", "sdxl")


def test_rules_decide_the_folder(place: Place) -> None:
    place.flags["rules"] = [{"when": {"kind": "lora"}, "to": "{source}/{creator}/{base model}/{name}"}]
    model = place.model(place.pull(place.hub.example("lora")))
    parts = model["folder"].relative_to(place.root).parts
    assert (parts[0], parts[2]) == ("civitai", "sdxl-1-0")


def test_the_same_link_twice_is_skipped_before_the_first_byte(place: Place) -> None:
    first = place.pull(place.hub.example("lora"))
    place.hub.forget()
    second = place.pull(place.hub.example("lora"))
    assert (second.state, second.model_id) == (State.done, first.model_id)
    assert not [r for r in place.hub.requests if "/model/" in r.path or "/download/" in r.path]


def test_a_duplicate_is_asked_about_and_waits_for_the_answer(place: Place) -> None:
    first = place.pull(place.hub.example("lora"))

    async def story(house: House) -> Download:
        record = await house.queue.add(place.hub.example("lora"), Options(on_duplicate="ask"))
        waiting = await until(house, record.id, State.waiting)
        assert waiting.reason is not None
        assert waiting.reason.code == "duplicate"
        assert (await house.queue.resume(record.id)).state is State.waiting
        await house.queue.change(record.id, on_duplicate="skip")
        return await until(house, record.id, State.done)

    assert place.run(story).model_id == first.model_id
    assert len(place.records()) == 1


def test_overwriting_a_duplicate_keeps_its_id_and_trashes_the_old_one(place: Place) -> None:
    first = place.pull(place.hub.example("lora"))
    second = place.pull(place.hub.example("lora"), on_duplicate="overwrite")
    assert second.model_id == first.model_id
    assert len(place.records()) == 1
    trashed = list((place.root / ".modella" / "trash").rglob("*.safetensors"))
    assert len(trashed) == 1


def test_linking_a_duplicate_fetches_nothing_and_shares_the_bytes(place: Place) -> None:
    first = place.model(place.pull(place.hub.example("duplicate")))
    place.hub.forget()
    second = place.model(place.pull(place.hub.example("duplicate-again"), on_duplicate="link"))
    assert second["files"][0]["verified"]["state"] == "verified"
    one = first["folder"] / first["files"][0]["name"]
    two = second["folder"] / second["files"][0]["name"]
    assert one.stat().st_ino == two.stat().st_ino
    assert not [r for r in place.hub.requests if "/download/" in r.path]


def test_a_review_waits_for_a_person_and_takes_the_changes(place: Place) -> None:
    async def story(house: House) -> Download:
        record = await house.queue.add(place.hub.example("lora"), Options(review=True))
        waiting = await until(house, record.id, State.review)
        assert waiting.draft["kind"] == "lora"
        assert place.leftovers() == []
        await house.queue.finalize(record.id, {"name": "My Own Name", "tags": ["mine"]})
        return await until(house, record.id, State.done)

    model = place.model(place.run(story))
    overrides = json.loads((model["folder"] / "overrides.json").read_text())
    assert overrides["fields"]["name"] == "My Own Name"
    assert model["name"] != "My Own Name"
    assert model["folder"].name.startswith("my-own-name")


def test_a_review_refuses_fields_that_make_no_sense(place: Place) -> None:
    async def story(house: House) -> None:
        record = await house.queue.add(place.hub.example("lora"), Options(review=True))
        await until(house, record.id, State.review)
        for fields in ({"name": 7}, {"kind": "spaceship"}, {"tags": [1]}, {"id": "x"}, {"name": "  "}):
            with pytest.raises(BadLink):
                await house.queue.finalize(record.id, fields)

    place.run(story)


@pytest.mark.parametrize(
    ("theme", "code", "state"),
    [
        ("early-access", "early-access", State.failed),
        ("paid", "paid", State.failed),
        ("disabled", "downloads-disabled", State.failed),
        ("generation-only", "generation-only", State.failed),
        ("archived", "archived", State.failed),
        ("no-versions", "no-files", State.failed),
        ("wrong-hash", "hash-mismatch", State.quarantined),
        ("hf-gated", "gated", State.failed),
        ("hf-private", "missing-or-private", State.failed),
        ("html", "login-needed", State.failed),
    ],
)
def test_what_cannot_be_had_says_why_and_leaves_nothing(place: Place, theme: str, code: str, state: State) -> None:
    ended = place.pull(place.hub.example(theme))
    assert (ended.state, ended.reason.code if ended.reason else None) == (state, code)
    assert place.leftovers() == []


def test_a_key_opens_what_needs_a_login_and_goes_nowhere_else(place: Place) -> None:
    place.hub.anonymous_downloads = False
    refused = place.pull(place.hub.example("lora"))
    assert refused.reason is not None
    assert refused.reason.code == "login-needed"
    place.env["CIVITAI_API_KEY"] = "demo-key"
    assert place.pull(place.hub.example("lora")).state is State.done
    foreign = [r for r in place.hub.files_origin.requests if "authorization" in r.headers]
    assert foreign == []


def test_quarantined_bytes_show_both_hashes(place: Place) -> None:
    ended = place.pull(place.hub.example("wrong-hash"))
    folder = place.root / ".modella" / "quarantine" / ended.id
    reason = json.loads((folder / "reason.json").read_text())
    assert len(reason["expected"]) == len(reason["actual"]) == 64
    assert reason["expected"] != reason["actual"]
    assert [p.name for p in folder.glob("*.part")] == ["0.part"]


def test_two_models_of_one_name_get_two_folders(place: Place) -> None:
    one = place.model(place.pull(place.hub.example("same-name")))
    two = place.model(place.pull(place.hub.example("same-name-again")))
    assert one["folder"] != two["folder"]
    assert (one["folder"] / one["files"][0]["name"]).is_file()


def test_hostile_names_land_safely_inside(place: Place) -> None:
    for theme in ("hostile", "traversal", "unicode"):
        model = place.model(place.pull(place.hub.example(theme)))
        assert model["folder"].resolve().is_relative_to(place.root.resolve())
        assert "<script" not in (model["description"] or "")


def test_nothing_outside_the_library_and_the_home_is_touched(
    place: Place, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place.pull(place.hub.example("traversal"))
    assert sorted(p.name for p in place.root.parent.iterdir()) == ["home", "library"]


def test_the_index_can_be_deleted_and_comes_back(place: Place) -> None:
    done = place.pull(place.hub.example("lora"))
    for path in place.root.glob("models.db*"):
        path.unlink()
    house = place.open()
    try:
        assert house.hands.index.get(done.model_id or "") is not None
    finally:
        house.close()


def test_the_same_idempotency_key_gives_the_same_download(place: Place) -> None:
    async def story(house: House) -> tuple[str, str]:
        one, two = await asyncio.gather(
            house.queue.add(place.hub.example("lora"), Options(), "key-1"),
            house.queue.add(place.hub.example("lora"), Options(), "key-1"),
        )
        return one.id, two.id

    first, second = place.run(story)
    assert first == second


def test_a_cancelled_download_leaves_nothing(place: Place) -> None:
    place.hub.misbehave("files:/files/*", "throttle:2000000", times=None)

    async def story(house: House) -> Download:
        record = await house.queue.add(place.hub.example("direct-big"), Options())
        await until(house, record.id, State.fetching)
        return await house.queue.cancel(record.id)

    assert place.run(story).state is State.cancelled
    assert place.staging() == []
    assert place.leftovers() == []


def test_a_paused_download_goes_on_where_it_was(place: Place) -> None:
    place.hub.misbehave("files:/files/*", "throttle:30000000", times=1)

    async def story(house: House) -> Download:
        record = await house.queue.add(place.hub.example("direct-big"), Options())
        while not place.staging() or (await house.queue.get(record.id)).received < 8 << 20:
            await asyncio.sleep(0.02)
            fetch = house.queue._jobs[record.id].fetch
            if fetch is not None and fetch._shared.written.total > 8 << 20:
                break
        paused = await house.queue.pause(record.id)
        assert paused.state is State.paused
        assert paused.received > 1 << 20
        await house.queue.resume(record.id)
        return await until(house, record.id, State.done)

    ended = place.run(story)
    assert ended.state is State.done, ended.reason


def test_downloads_can_be_reordered(place: Place) -> None:
    place.flags["download_hours"] = "00:00-00:00"

    async def story(house: House) -> list[str]:
        ids = [(await house.queue.add(place.hub.example(t), Options())).id for t in ("lora", "checkpoint", "gguf")]
        await house.queue.change(ids[2], position=1)
        order = [record.id for record in await house.queue.downloads()]
        return [str(ids.index(each)) for each in order]

    assert place.run(story) == ["2", "0", "1"]


def test_a_link_without_a_published_hash_is_known_again_by_its_page(place: Place) -> None:
    first = place.pull(place.hub.example("direct"))
    place.hub.forget()
    second = place.pull(place.hub.example("direct"))
    assert second.model_id == first.model_id
    assert sum(request.sent for request in place.hub.files_origin.requests) < 100_000


def test_what_the_source_says_lands_in_the_record(place: Place) -> None:
    async def story(house: House) -> Listing:
        source = house.hands.source("civitai")
        ref = source.recognise(place.hub.example("lora"))
        assert ref is not None
        return await asyncio.to_thread(source.describe, ref)

    listing = place.run(story).model_dump(mode="json")
    model = place.model(place.pull(place.hub.example("lora")))
    elsewhere = {"source", "ref", "page_url", "model_id", "version_id", "revision", "pictures", "kind", "payload"}
    renamed = {"updated_at": "source_updated_at"}
    for name, told in listing.items():
        if told and name not in elsewhere | {"files"}:
            assert model[renamed.get(name, name)], name
    assert model["sources"][0]["payload"] == listing["payload"]
    assert len(model["previews"]) == len(listing["pictures"])


def test_quants_of_one_repository_can_be_told_apart(place: Place) -> None:
    four = place.model(place.pull(place.hub.example("hf-gguf"), pattern="*Q4_K_M*"))
    five = place.model(place.pull(place.hub.example("hf-gguf"), pattern="*Q5_K_M*"))
    assert "q4-k-m" in four["cleaned_name"]
    assert "q5-k-m" in five["cleaned_name"]


def test_outside_the_hours_a_download_says_what_it_waits_for(place: Place) -> None:
    place.flags["download_hours"] = "00:00-00:00"

    async def story(house: House) -> Download:
        record = await house.queue.add(place.hub.example("lora"), Options())
        await eventually(lambda: record.reason is not None)
        return await house.queue.get(record.id)

    waiting = place.run(story)
    assert waiting.reason is not None
    assert (waiting.state, waiting.reason.code) == (State.queued, "outside-hours")


def test_a_file_whose_length_nobody_told_says_so(place: Place) -> None:
    place.hub.misbehave("files:/files/*", "no-length,range-ignored", times=None)
    model = place.model(place.pull(place.hub.example("direct")))
    assert [said for said in model["conflicts"] if said.startswith("size:")]
    place.hub.behave()
    told = place.model(place.pull(f"{place.hub.files_url}/files/upscaler-compact.safetensors"))
    assert not [said for said in told["conflicts"] if said.startswith("size:")]


def test_a_death_after_registering_does_not_trash_the_new_model(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.pull(place.hub.example("lora"))
    real = Job.become
    died = threading.Event()

    def dies(job: Job, state: State, *rest: object) -> None:
        if state is State.done:
            died.set()
            raise KeyError("the process dies here")
        if state is not State.failed:
            real(job, state, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Job, "become", dies)

    async def story(house: House) -> str:
        record = await house.queue.add(place.hub.example("lora"), Options(on_duplicate="overwrite"))
        await eventually(lambda: died.is_set() and record.id not in house.queue._tasks)
        return record.id

    download = place.run(story)
    monkeypatch.undo()

    async def again(house: House) -> Download:
        return await until(house, download, State.done)

    assert place.run(again).state is State.done
    assert len(list((place.root / ".modella" / "trash").rglob("*.safetensors"))) == 1
    assert len(list((place.root / "loras").rglob("*.safetensors"))) == 1
