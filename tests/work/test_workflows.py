"""Workflows against a library: what is there, what is coming, and where the rest can be had."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modella.core.workflow import read
from modella.demo.catalogue import File
from modella.demo.hub import Hub
from modella.wiring import House
from modella.work.offers import searches_for
from modella.work.queue import Options
from modella.work.workflows import Compared, WantedModel, compare
from tests.place import Place
from tests.shelf import Shelf

GGUF = "pocket-poet-Q4_K_M.gguf"


@pytest.fixture
def stocked(place: Place, hub: Hub) -> Iterator[House]:
    """A house whose library has the LoRA of the hub."""
    place.pull(hub.example("lora"))
    house = place.open()
    yield house
    house.close()


def file_of(hub: Hub, theme: str) -> File:
    """The file of a theme's newest version."""
    return hub.version(theme).files[0]


def listed(name: str, **more: Any) -> dict[str, Any]:
    """A LoRA as the list of a node names it."""
    return {"name": name, "directory": "loras", **more}


def compared(house: House, *models: dict[str, Any], search: bool = True) -> Compared:
    """A workflow of these models against the library."""
    return compare(house.hands, read({"": {"nodes": [], "models": list(models)}}), search=search)


def one(house: House, model: dict[str, Any], *, search: bool = True) -> WantedModel:
    """How it stands with one model."""
    (found,) = compared(house, model, search=search).models
    return found


def test_a_model_is_there_by_its_hash_under_any_name(stocked: House, hub: Hub) -> None:
    digest = file_of(hub, "lora").digests["SHA256"]
    found = one(stocked, listed("quite-another.safetensors", hash=digest, hash_type="SHA256"), search=False)
    assert found.state == "present"
    assert found.model is not None
    assert (found.model.known_by, found.model.other_content) == ("hash", False)


def test_short_hashes_of_a1111_are_known_too(stocked: House, hub: Hub) -> None:
    digests = file_of(hub, "lora").digests
    for digest in (digests["AutoV2"], digests["AutoV3"]):
        text = f'x\nSteps: 20, Hashes: {{"lora:whatever": "{digest.lower()}"}}'
        (found,) = compare(stocked.hands, read({"parameters": text}), search=False).models
        assert found.state == "present"


def test_a_model_is_there_by_the_name_it_has_or_came_with(stocked: House, hub: Hub) -> None:
    came_with = file_of(hub, "lora").name
    (record,) = stocked.hands.index.every()
    is_called = record["files"][0]["name"]
    for name in (is_called, came_with, came_with.upper(), f"SDXL\\deep/{came_with}", came_with.rpartition(".")[0]):
        found = one(stocked, listed(name), search=False)
        assert found.model is not None, name
        assert found.model.id == record["id"]
        assert found.model.known_by in {"name", "original-name"}


def test_a_name_is_not_enough_where_the_kind_is_another(stocked: House, hub: Hub) -> None:
    name = file_of(hub, "lora").name
    assert one(stocked, {"name": name, "directory": "vae"}, search=False).state == "missing"
    assert one(stocked, {"name": name, "directory": "somewhere_new"}, search=False).state == "present"


def test_another_ending_is_another_file(stocked: House, hub: Hub) -> None:
    assert one(stocked, listed(file_of(hub, "lora").name.replace(".safetensors", ".ckpt")), search=False).state == (
        "missing"
    )


def test_a_file_of_the_name_with_other_content_is_told(stocked: House, hub: Hub) -> None:
    found = one(stocked, listed(file_of(hub, "lora").name, hash="ab" * 32, hash_type="SHA256"), search=False)
    assert found.model is not None
    assert (found.state, found.model.other_content) == ("present", True)


def test_a_model_is_there_by_the_page_it_came_from(stocked: House, hub: Hub) -> None:
    found = one(stocked, listed("renamed.safetensors", url=hub.download_link("lora")), search=False)
    assert found.model is not None
    assert found.model.known_by == "source"


def test_a_model_on_its_way_is_queued(place: Place, hub: Hub) -> None:
    async def story(house: House) -> Compared:
        record = await house.queue.add(hub.example("hf-file"), Options())
        await house.queue.pause(record.id)
        return compared(house, {"name": GGUF, "directory": "LLM"})

    (found,) = place.run(story).models
    assert (found.state, found.offers) == ("queued", [])
    assert found.download is not None


def test_the_address_of_the_workflow_is_the_sure_offer(place: Place, hub: Hub) -> None:
    house = place.open()
    url = f"{hub.huggingface_url}/quietengine/pocket-poet-gguf/resolve/main/{GGUF}?download=true"
    found = one(house, {"name": GGUF, "directory": "LLM", "url": url})
    house.close()
    (offer,) = found.offers
    assert (offer.sureness, offer.by, offer.source, offer.file_name) == ("sure", "workflow", "huggingface", GGUF)
    assert offer.size
    assert offer.sha256


def test_what_the_address_holds_may_be_here_under_another_name(place: Place, hub: Hub) -> None:
    place.pull(hub.example("hf-file"))
    house = place.open()
    digest = next(iter(house.hands.index.every()))["files"][0]["sha256"]
    assert digest
    url = f"{hub.huggingface_url}/quietengine/pocket-poet-gguf/resolve/main/{GGUF}"
    found = one(house, {"name": "nobody-calls-it-so.gguf", "directory": "LLM", "url": url})
    house.close()
    assert found.state == "present"


def test_a_hash_is_asked_for_where_hashes_are_known(place: Place, hub: Hub) -> None:
    file = file_of(hub, "lora")
    house = place.open()
    found = one(house, listed("renamed.safetensors", hash=file.digests["SHA256"], hash_type="SHA256"))
    house.close()
    assert [(each.sureness, each.by, each.file_name) for each in found.offers] == [("sure", "hash", file.name)]


@pytest.mark.parametrize("theme", ["lora", "upscaler"])
def test_a_name_is_searched_for(place: Place, hub: Hub, theme: str) -> None:
    themes = {name: model for name, model in hub.catalogue.themes.items() if model.listed and model.versions}
    model = themes.get(theme) or next(each for each in hub.catalogue.models.values() if each.type == "Upscaler")
    file = model.versions[0].files[0]
    folder = {"LORA": "loras", "Upscaler": "upscale_models"}[model.type]
    house = place.open()
    found = one(house, {"name": f"sub/{file.name}", "directory": folder})
    house.close()
    best = found.offers[0]
    assert (best.sureness, best.by, best.file_name) == ("likely", "search", file.name)
    assert best.size


def test_a_repository_is_searched_by_the_words_of_a_file(place: Place, hub: Hub) -> None:
    house = place.open()
    found = one(house, {"name": GGUF, "directory": "LLM"})
    house.close()
    assert [(each.source, each.sureness, each.file_name) for each in found.offers] == [("huggingface", "likely", GGUF)]
    assert found.offers[0].size


def test_an_offer_brings_exactly_its_file(place: Place, hub: Hub) -> None:
    async def story(house: House) -> tuple[str, WantedModel]:
        offer = one(house, {"name": GGUF, "directory": "LLM"}).offers[0]
        record = await house.queue.add(offer.link, Options(pattern=offer.file, on_duplicate="skip"))
        done = await house.queue.wait_for(record.id)
        return done.state.value, one(house, {"name": GGUF, "directory": "LLM"})

    state, after = place.run(story)
    assert (state, after.state) == ("done", "present")


def test_a_repository_is_meant_as_a_whole(place: Place, hub: Hub) -> None:
    repo = "marmaladelab/paper-harbour-flux-lora"
    told = read({"": {"nodes": [{"id": 1, "type": "DownloadAndLoadSomething", "widgets_values": [repo]}]}})
    house = place.open()
    (before,) = compare(house.hands, told).models
    house.close()
    assert [(each.link, each.file, each.sureness) for each in before.offers] == [(repo, None, "sure")]
    place.pull(repo)
    house = place.open()
    (after,) = compare(house.hands, told, search=False).models
    house.close()
    assert after.model is not None
    assert after.model.known_by == "source"


def test_a_stranger_s_address_is_offered_and_not_asked(place: Place, hub: Hub) -> None:
    house = place.open()
    hub.forget()
    url = f"{hub.files_url}/files/upscaler-esrgan.safetensors?token=SECRET"
    found = one(house, {"name": "upscaler-esrgan.safetensors", "directory": "upscale_models", "url": url})
    house.close()
    assert [(each.source, each.size, "SECRET" in each.link) for each in found.offers] == [("url", None, False)]
    assert [each for each in hub.requests if each.origin == "files"] == []


def test_a_source_that_is_down_is_told_once_and_the_others_answer(place: Place, hub: Hub) -> None:
    hub.misbehave("civitai:*", "status:503", times=None)
    house = place.open()
    told = compared(house, {"name": GGUF, "directory": "LLM"}, *(listed(f"lost-{n}.safetensors") for n in range(3)))
    house.close()
    assert [each.source for each in told.troubles] == ["civitai"]
    assert told.models[0].offers[0].source == "huggingface"
    assert told.counts == {"present": 0, "queued": 0, "missing": 4}


def test_nothing_is_asked_when_nobody_wants_a_search(place: Place, hub: Hub) -> None:
    house = place.open()
    hub.forget()
    told = compared(house, listed("lost.safetensors"), search=False)
    house.close()
    assert (told.searched, hub.requests) == (False, [])


def test_the_words_of_a_search_get_fewer() -> None:
    assert searches_for("detailTweakerXL_v20.safetensors") == [
        "detailTweakerXL v20",
        "detail Tweaker XL",
        "detail Tweaker",
    ]
    assert searches_for("v10.ckpt") == ["v10", "v 10"]


def test_content_that_is_gone_in_one_place_is_there_in_another(tmp_path: Path, stocked: House, hub: Hub) -> None:
    (first,) = stocked.hands.index.every()
    file = Shelf(stocked, tmp_path / "shelf", hub).put("lora", "elsewhere.safetensors")
    Shelf(stocked, tmp_path / "shelf", hub).scan()
    stocked.hands.index.set_state(first["root"], "missing", [first["place"]])
    found = one(stocked, listed("x.safetensors", hash=file.digests["SHA256"], hash_type="SHA256"), search=False)
    assert found.model is not None
    assert (found.model.known_by, found.model.file) == ("hash", "elsewhere.safetensors")


def test_a_drive_that_is_away_does_not_make_a_model_missing(place: Place, hub: Hub) -> None:
    place.pull(hub.example("lora"))
    house = place.open()
    (record,) = house.hands.index.every()
    house.hands.index.set_state(record["root"], "unreachable")
    assert one(house, listed(file_of(hub, "lora").name), search=False).state == "present"
    house.hands.index.set_state(record["root"], "missing")
    assert one(house, listed(file_of(hub, "lora").name), search=False).state == "missing"
    house.close()
