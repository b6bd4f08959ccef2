"""What needs a person, by HTTP: counted rightly, shown by the query it names, and gone when it was seen to."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from modella.api.attention import Code
from modella.demo.hub import Hub
from modella.io.packaged import load_words
from modella.wiring import House
from modella.work.attention import _DOWNLOADS, _MODELS
from tests.api.client import Client
from tests.api.test_changes import OURS
from tests.api.test_library import scanned, weights
from tests.place import Place


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    found = place.open()
    yield found
    found.close()


def matters(client: Client) -> dict[str, dict[str, Any]]:
    status, told = client.ask("GET", "/api/attention")
    assert status == 200, told
    return {each["code"]: each for each in told["data"]}


def shown(client: Client, matter: dict[str, Any]) -> Any:
    """What the operation that a matter names shows."""
    query = "&".join(f"{name}={value}" for name, values in matter["query"].items() for value in values)
    status, told = client.ask("GET", f"{matter['path']}?{query}")
    assert status == 200, told
    return told["data"]


def test_nothing_needs_anybody_in_an_empty_library(client: Client) -> None:
    assert matters(client) == {}
    assert client.ask("GET", "/api/attention?code=missing")[0] == 422


def test_every_matter_has_words() -> None:
    words = load_words("en")
    codes = get_args(Code)
    assert {each[0] for each in (*_MODELS, *_DOWNLOADS)} | {"duplicates", "updates"} == set(codes)
    for code in codes:
        one, many = (words.say(f"attention.{code}", count=count) for count in (1, 2))
        assert one != many
        assert "…" not in one + many


def test_models_that_are_not_as_they_should_be_are_counted_and_shown(client: Client, tmp_path: Path) -> None:
    have = tmp_path / "have"
    for seed in (1, 2, 3):
        weights(have / f"{seed}.safetensors", seed=seed)
    (have / "broken.safetensors").write_bytes(b"x" * 77)
    os.utime(have / "broken.safetensors", (1_700_000_000, 1_700_000_000))
    scanned(client, folders=[str(have)], hash=True)
    assert {code: each["count"] for code, each in matters(client).items()} == {"broken": 1}
    content = bytearray((have / "1.safetensors").read_bytes())
    content[-1] ^= 255
    told = (have / "1.safetensors").stat()
    (have / "1.safetensors").write_bytes(content)
    os.utime(have / "1.safetensors", ns=(told.st_atime_ns, told.st_mtime_ns))
    model = client.ask("GET", "/api/models?q=1&kind=lora")[1]["data"]["items"]
    for each in model:
        assert client.ask("POST", f"/api/models/{each['id']}/verify", {})[0] == 200
    (have / "2.safetensors").unlink()
    scanned(client)
    found = matters(client)
    assert {code: each["count"] for code, each in found.items()} == {"broken": 1, "damaged": 1, "missing": 1}
    assert (found["broken"]["bytes"], found["damaged"]["bytes"], found["missing"]["bytes"]) == (
        77,
        told.st_size,
        None,
    )
    for each in found.values():
        assert shown(client, each)["total"] == each["count"]
    assert [each["level"] for each in found.values()] == ["problem", "problem", "warning"]
    for each in shown(client, found["broken"])["items"]:
        assert client.ask("DELETE", f"/api/models/{each['id']}", **OURS)[0] == 200
    assert "broken" not in matters(client)


def test_duplicates_are_counted_as_the_report_of_them_counts(client: Client, tmp_path: Path) -> None:
    have = tmp_path / "have"
    path = weights(have / "one.safetensors")
    for folder in ("a", "b"):
        weights(have / folder / "copy.safetensors")
    (have / "c").mkdir()
    os.link(path, have / "c" / "name.safetensors")
    scanned(client, folders=[str(have)], hash=True)
    report = client.ask("GET", "/api/duplicates")[1]["data"]
    wait_until(lambda: "duplicates" in matters(client))
    found = matters(client)["duplicates"]
    assert (found["count"], found["bytes"]) == (report["total"], report["bytes"]) == (1, 2 * path.stat().st_size)
    (have / "a" / "copy.safetensors").unlink()
    scanned(client)
    wait_until(lambda: matters(client)["duplicates"]["bytes"] == path.stat().st_size)


def test_downloads_that_ended_badly_or_ask_something_are_told(client: Client, hub: Hub) -> None:
    assert client.pull(hub.example("wrong-hash"))["state"] == "quarantined"
    assert client.pull(hub.example("html"))["state"] == "failed"
    client.pull(hub.example("lora"))
    client.pull(hub.example("lora"), on_duplicate="ask")
    client.pull(hub.example("video"), review=True)
    found = matters(client)
    told = {code: each["count"] for code, each in found.items() if code.startswith("downloads")}
    wanted = ("downloads-quarantined", "downloads-failed", "downloads-asking", "downloads-review")
    assert told == dict.fromkeys(wanted, 1)
    assert found["downloads-quarantined"]["bytes"] > 0
    for code in wanted:
        assert len(shown(client, found[code])["items"]) == 1


def versioned(number: int, *listed: int) -> dict[str, Any]:
    """A model that is version `number`, whose source has listed these."""
    versions = [{"version_id": str(v), "base_model": "Pony", "published_at": f"2026-01-{v:02}"} for v in listed]
    sources = [{"source": "civitai", "model_id": "9", "version_id": str(number)}]
    told = {"id": f"{number:026}", "name": f"v{number}", "kind": "lora", "path": "", "sources": sources}
    times = {"added_at": f"2026-02-{number:02}", "updated_at": "2026"}
    return {**told, **times, "base_model": "Pony", "versions": versions, "files": []}


def test_a_newer_version_is_told_once_until_it_is_here(client: Client, house: House) -> None:
    index = house.hands.index
    index.put(versioned(1, 2, 1), "loras/one")
    found = matters(client)["updates"]
    assert (found["count"], found["ids"], found["level"]) == (1, [f"{1:026}"], "note")
    index.put(versioned(2, 3, 2, 1), "loras/two")
    wait_until(lambda: matters(client)["updates"]["ids"] == [f"{2:026}"])
    index.put(versioned(3, 3, 2, 1), "loras/three")
    wait_until(lambda: "updates" not in matters(client))


def wait_until(what: Callable[[], bool]) -> None:
    """Until an answer that is remembered for a moment has been found anew."""
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
