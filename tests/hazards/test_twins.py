"""The same file from two sources at the same time (fault matrix N35): whoever comes second finds the first's model."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from modella.core.download import Download, State
from modella.demo.messages import Answer, Request
from modella.demo.repos import Repo, Weights
from modella.wiring import House
from modella.work.queue import Options
from tests.place import Place, until

TWIN = "twin/echo"


@pytest.fixture
def links(place: Place) -> tuple[str, str]:
    """One content on Civitai and in a repository of the Hub."""
    place.hub.huggingface.repos[TWIN] = Repo(TWIN, {"echo.safetensors": Weights("lora-sdxl", 777)}, {"license": "mit"})
    return place.hub.example("duplicate"), f"{place.hub.huggingface_url}/{TWIN}"


def is_of_file(request: Request) -> bool:
    """Whether a request is for the bytes of a model."""
    return request.path.startswith(("/model/", "/file/", "/xet-bridge-us/")) and request.method == "GET"


def let_both_begin(place: Place) -> None:
    """No byte of a file comes before both downloads have asked for theirs: neither can find the other's model."""
    both = threading.Barrier(2)
    respond = place.hub.files_origin._respond
    greeted: set[str] = set()
    lock = threading.Lock()

    def together(request: Request) -> Answer:
        with lock:
            is_first = is_of_file(request) and request.path not in greeted and len(greeted) < 2
            greeted.add(request.path) if is_first else None
        if is_first:
            both.wait(30)
        return respond(request)

    place.hub.files_origin._respond = together


def both_at_once(place: Place, links: tuple[str, str], policy: str) -> list[Download]:
    """What two downloads end as that begin together."""
    let_both_begin(place)

    async def story(house: House) -> list[Download]:
        house.hands.patience = type(house.hands.patience)(tries=8, pause=0.05)
        house.hands.net.policy = type(house.hands.net.policy)(
            **{**house.hands.net.policy.__dict__, "stall_timeout": 30.0}
        )
        options = Options(on_duplicate=policy)  # type: ignore[arg-type]
        added = [await house.queue.add(link, options) for link in links]
        return [(await until(house, each.id, State.waiting)).model_copy(deep=True) for each in added]

    return place.run(story)


def weights(place: Place) -> list[Path]:
    """Every model file with a name in the library."""
    return [p for p in place.root.rglob("*.safetensors") if ".modella" not in p.parts]


def by_state(ended: list[Download]) -> list[str]:
    """The states, in a fixed order."""
    return sorted(each.state.value for each in ended)


def test_skip_gives_one_model_and_both_downloads_lead_to_it(place: Place, links: tuple[str, str]) -> None:
    ended = both_at_once(place, links, "skip")
    assert by_state(ended) == ["done", "done"], [each.reason for each in ended]
    assert len(place.records()) == len(weights(place)) == 1
    assert len({each.model_id for each in ended}) == 1
    assert sorted(each.reason.code for each in ended if each.reason) == ["duplicate"]
    assert place.staging() == []


def test_link_gives_two_models_and_one_file(place: Place, links: tuple[str, str]) -> None:
    ended = both_at_once(place, links, "link")
    assert by_state(ended) == ["done", "done"], [each.reason for each in ended]
    assert len(place.records()) == len(weights(place)) == 2
    assert len({path.stat().st_ino for path in weights(place)}) == 1
    assert {place.model(each)["files"][0]["verified"]["state"] for each in ended} == {"verified"}
    assert place.staging() == []


def answer_late(place: Place, download: Download, change: Callable[[House], object]) -> Download:
    """Answers the question of a download in a process that was started anew."""

    async def story(house: House) -> Download:
        await change(house)  # type: ignore[misc]
        return await until(house, download.id, State.done)

    return place.run(story)


@pytest.mark.parametrize("answer", ["skip", "link", "overwrite"])
def test_ask_keeps_the_second_until_it_is_answered(place: Place, links: tuple[str, str], answer: str) -> None:
    ended = both_at_once(place, links, "ask")
    assert by_state(ended) == ["done", "waiting"], [each.reason for each in ended]
    waiting = next(each for each in ended if each.state is State.waiting)
    assert waiting.reason is not None
    assert waiting.reason.code == "duplicate"
    assert [path.name for path in (place.root / ".modella" / "incoming" / waiting.id).glob("*.part")] == ["0.part"]
    place.hub.forget()
    done = answer_late(place, waiting, lambda house: house.queue.change(waiting.id, on_duplicate=answer))  # type: ignore[arg-type]
    assert done.state is State.done, done.reason
    assert not any(is_of_file(request) for request in place.hub.requests)
    assert len(place.records()) == len(weights(place)) == (2 if answer == "link" else 1)
    assert len({path.stat().st_ino for path in weights(place)}) == 1
    assert place.staging() == []


def test_a_download_that_waits_for_its_twin_may_be_paused(place: Place, links: tuple[str, str]) -> None:
    place.hub.misbehave("civitai:/*.jpeg", "drip:10:0.2", times=None)

    async def story(house: House) -> tuple[Download, list[Download]]:
        options = Options(on_duplicate="skip")
        added = [await house.queue.add(link, options) for link in links]
        for each in added:
            await house.queue.pause(each.id)
        paused = [(await house.queue.get(each.id)).model_copy(deep=True) for each in added]
        for each in added:
            await house.queue.resume(each.id)
        place.hub.behave()
        return paused[0], [await until(house, each.id, State.done) for each in added]

    _, ended = place.run(story)
    assert by_state(ended) == ["done", "done"]
    assert len(place.records()) == 1
