"""Answers of sources that are not as documented (fault matrix N34): read tolerantly, in bounded time and memory."""

import copy
import json
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from modella.core.download import Download, State
from modella.core.errors import ModellaError
from modella.core.events import DownloadChanged
from modella.demo.messages import Answer, Bytes, Request, data
from modella.demo.origin import Origin
from modella.wiring import House
from modella.work.queue import Options
from tests.place import Place, until

MIB = 1 << 20
LONG = "Lanterns! " * MIB
"""A text of more than ten megabytes."""
ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
    10**30,
    "",
    " ",
    "SomethingNew",
    "\x00\x1b[31m\u202e",
    "../../etc/passwd",
    "9999-99-99T99:99:99Z",
    [],
    {},
    [None],
    [[[]]],
    {"": None},
    [{"id": []}],
    "x" * 1_000_000,
)
LINKS = ("lora", "checkpoint", "hf-lora", "hf-gguf", "hf-diffusers")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value inside a JSON value."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*path, key))


def changed(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """The same JSON with something else at a place."""
    whole = copy.deepcopy(value)
    inner = whole
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = odd
    return whole


def rewrite(origin: Origin, change: Callable[[Request, Any], Any]) -> None:
    """Passes every JSON answer of an origin through a function."""
    respond = origin._respond

    def respond_otherwise(request: Request) -> Answer:
        answer = respond(request)
        if answer.status != 200 or "json" not in (answer.header("Content-Type") or "") or "/api/" not in request.path:
            return answer
        told = json.loads(answer.body.read(0, answer.body.size))
        fresh = json.dumps(change(request, told)).encode()
        return answer.but(body=Bytes(fresh))

    origin._respond = respond_otherwise


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("theme", LINKS)
def test_any_field_may_be_anything(place: Place, theme: str, seed: int) -> None:
    print("seed", seed)
    chance = random.Random(f"{theme} {seed}")

    def spoil(_request: Request, told: Any) -> Any:
        for _ in range(chance.choice((1, 1, 2, 6))):
            found = list(places(told))
            told = changed(told, chance.choice(found), chance.choice(ODD)) if found else told
        return told

    for origin in place.hub.origins[:2]:
        rewrite(origin, spoil)

    async def story(house: House) -> int:
        seen = 0
        for _ in range(12):
            try:
                (await house.queue.preview(place.hub.example(theme), Options())).model_dump_json()
                seen += 1
            except ModellaError as problem:
                assert problem.code != "internal"
        return seen

    began = time.monotonic()
    place.run(story)
    assert time.monotonic() - began < 50


@pytest.mark.parametrize("theme", ["lora", "hf-lora"])
def test_one_bad_entry_spoils_no_page(place: Place, theme: str) -> None:
    bad: list[Any] = [
        None,
        7,
        "text",
        [],
        {},
        {"id": []},
        {"name": {}},
        {"path": 3.5},
        {"rfilename": None},
        {"type": 1},
    ]

    def mix_in(_request: Request, told: Any) -> Any:
        if isinstance(told, list):
            return [*bad, *told, *bad]
        return {key: [*bad, *each, *bad] if isinstance(each, list) else each for key, each in told.items()}

    def deeper(request: Request, told: Any) -> Any:
        told = mix_in(request, told)
        for version in told.get("modelVersions", []) if isinstance(told, dict) else []:
            if isinstance(version, dict) and isinstance(version.get("files"), list):
                version["files"] = [*bad, *version["files"], *bad]
        return told

    for origin in place.hub.origins[:2]:
        rewrite(origin, deeper)
    ended = place.pull(place.hub.example(theme))
    assert place.model(ended)["files"][0]["verified"]["state"] == "verified"


@pytest.mark.parametrize("theme", ["lora", "hf-lora"])
def test_texts_of_ten_megabytes_stay_out_of_events_and_names(place: Place, theme: str) -> None:
    wordy = {"name", "description", "baseModel", "author", "pipeline_tag", "library_name"}

    def inflate(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: LONG if key in wordy and isinstance(each, str) else each for key, each in value.items()}
        return value

    for origin in place.hub.origins[:2]:
        rewrite(origin, lambda request, told: inflate(told))
    ended = place.pull(place.hub.example(theme))
    assert ended.state is State.done, ended.reason
    told = [event for event in place.events if isinstance(event, DownloadChanged)]
    assert max(len(event.model_dump_json()) for event in told) < 100_000
    assert max(len(part) for path in place.root.rglob("*") for part in path.parts) <= 180
    assert place.model(ended)["files"][0]["verified"]["state"] == "verified"


def test_a_list_without_end_ends(place: Place) -> None:
    counted: list[str] = []

    def endless(request: Request) -> Answer:
        answer = respond(request)
        if "/tree/" in request.path:
            counted.append(request.target)
            entry = {"type": "file", "path": f"more-{len(counted)}.bin", "size": 5, "oid": "c" * 40}
            onward = f"{request.base}{request.path}?cursor={len(counted)}"
            return data([entry]).with_headers({"Link": f'<{onward}>; rel="next"'})
        return answer

    respond = place.hub.huggingface_origin._respond
    place.hub.huggingface_origin._respond = endless

    async def story(house: House) -> Download:
        record = await house.queue.add(place.hub.example("hf-lora"), Options())
        return await until(house, record.id, State.done)

    ended = place.run(story)
    assert (ended.state, ended.reason.code if ended.reason else "") == (State.failed, "bad-answer")
    assert len(counted) <= 1000
