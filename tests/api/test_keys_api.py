"""Keys on trial by HTTP and from the terminal: good, refused, unreachable or none; and never the key itself."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modella.cli.door import serve_quietly
from modella.demo.civitai import KEY
from modella.demo.hub import Hub
from modella.demo.huggingface import TOKEN
from tests.api.client import Client
from tests.place import Place
from tests.terminal import Terminal

BAD = "canary-0123456789"


def trial(client: Client, name: str) -> dict[str, Any]:
    status, told = client.ask("POST", f"/api/tokens/{name}/test", {})
    assert status == 200, told
    data: dict[str, Any] = told["data"]
    return data


@pytest.mark.parametrize(("name", "key"), [("civitai", KEY), ("huggingface", TOKEN)])
def test_a_good_key_tells_whose_it_is(client: Client, name: str, key: str) -> None:
    client.ask("PUT", f"/api/tokens/{name}", {"value": key})
    found = trial(client, name)
    assert (found["state"], found["who"], found["code"]) == ("good", "demo", None)
    assert found["sentence"] == f"The key for {name} is good: it belongs to demo"


@pytest.mark.parametrize("name", ["civitai", "huggingface"])
def test_a_bad_key_is_refused_and_not_repeated(client: Client, name: str) -> None:
    client.ask("PUT", f"/api/tokens/{name}", {"value": BAD})
    status, told = client.ask("POST", f"/api/tokens/{name}/test", {})
    assert (status, told["data"]["state"], told["data"]["code"]) == (200, "refused", "key-rejected")
    assert "…" not in told["data"]["sentence"] + told["data"]["hint"]
    assert BAD not in json.dumps(told)


@pytest.mark.parametrize("name", ["civitai", "huggingface"])
def test_without_a_key_nobody_is_asked(client: Client, hub: Hub, name: str) -> None:
    before = len(hub.requests)
    found = trial(client, name)
    assert (found["state"], found["sentence"]) == ("none", f"No key for {name} is stored")
    assert len(hub.requests) == before


@pytest.mark.parametrize("fault", ["status:503", "dropped", "html"])
@pytest.mark.parametrize("name", ["civitai", "huggingface"])
def test_a_source_that_does_not_answer_says_nothing_of_the_key(client: Client, hub: Hub, name: str, fault: str) -> None:
    client.ask("PUT", f"/api/tokens/{name}", {"value": BAD})
    hub.misbehave(f"{name}:*", fault, times=None)
    found = trial(client, name)
    assert (found["state"], found["who"]) == ("unreachable", None)
    assert found["code"]
    assert "…" not in found["sentence"]


def test_an_unknown_source_is_not_found(client: Client) -> None:
    assert client.ask("POST", "/api/tokens/nobody/test", {})[0] == 404


def test_a_source_that_is_gone_is_unreachable(place: Place) -> None:
    place.flags["civitai_url"] = "http://127.0.0.1:9"
    place.flags["allowed_hosts"] = "127.0.0.1:9"
    place.env["CIVITAI_API_KEY"] = BAD
    house = place.open()
    try:
        with serve_quietly(house) as address:
            found = trial(Client(address), "civitai")
    finally:
        house.close()
    assert (found["state"], found["code"]) == ("unreachable", "connection-refused")


@pytest.fixture
def terminal(tmp_path: Path, hub: Hub) -> Iterator[Terminal]:
    yield Terminal(tmp_path, hub)


def test_the_terminal_says_the_same_and_ends_accordingly(terminal: Terminal) -> None:
    assert terminal.run("tokens", "test", "civitai").returncode == 4
    assert terminal.run("tokens", "set", "civitai", "--value", BAD).returncode == 0
    refused = terminal.run("tokens", "test", "civitai", "--json")
    assert (refused.returncode, json.loads(refused.stdout)["state"]) == (4, "refused")
    assert BAD not in refused.stdout + refused.stderr
    assert terminal.run("tokens", "set", "civitai", "--value", KEY).returncode == 0
    good = terminal.run("tokens", "test", "civitai")
    assert (good.returncode, good.stdout.strip()) == (0, "✓ The key for civitai is good: it belongs to demo")
    assert terminal.run("tokens", "test", "nobody").returncode == 2
    assert not terminal.library.exists()


@pytest.mark.parametrize("given", [f"{BAD}\nX", [BAD], {BAD: 1}])
def test_a_key_that_cannot_be_one_is_refused_and_not_repeated(client: Client, given: Any) -> None:
    status, told = client.ask("PUT", "/api/tokens/civitai", {"value": given})
    assert (status, told["code"], told["context"]["name"]) == (422, "bad-value", "value")
    status, more = client.ask("PUT", "/api/tokens/civitai", {"value": BAD, "also": BAD})
    assert (status, more["code"]) == (422, "unknown-key")
    assert BAD not in json.dumps([told, more])
