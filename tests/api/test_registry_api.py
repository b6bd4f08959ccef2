"""What is said of models, as a program meets it: edits, history, relations, and whose they are."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modella.demo.hub import Hub
from modella.wiring import House
from tests.api.client import Client
from tests.place import Place
from tests.shelf import Shelf


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    """An open house."""
    opened = place.open()
    yield opened
    opened.close()


def ended(client: Client, task: dict[str, Any]) -> dict[str, Any]:
    """A task that has ended."""
    deadline = time.monotonic() + 60
    while task["state"] == "running":
        assert time.monotonic() < deadline
        task = client.ask("GET", f"/api/tasks/{task['task']}?wait=5")[1]["data"]
    return task


def test_a_model_is_edited_compared_and_gone_back_to(client: Client, hub: Hub) -> None:
    model = client.pull(hub.example("lora"))["model_id"]
    path = f"/api/models/{model}"
    before = client.ask("GET", path)[1]["data"]
    assert before["fields"]["name"]["origin"] == "source"
    wish = {"set": {"name": "Mine"}, "apps": {"comfyui": {"versions": ">=0.3"}}, "if_updated_at": before["updated_at"]}
    status, told = client.ask("PATCH", path, wish)
    assert (status, told["data"]["name"], told["data"]["fields"]["name"]["source"]) == (200, "Mine", before["name"])
    assert told["data"]["apps"] == {"comfyui": {"versions": ">=0.3"}}
    status, told = client.ask("PATCH", path, {"set": {"name": "Late"}, "if_updated_at": before["updated_at"]})
    assert (status, told["code"]) == (409, "changed-meanwhile")
    client.ask("PATCH", path, {"set": {"name": "Other"}})
    entries = client.ask("GET", f"{path}/history")[1]["data"]
    assert entries[0]["differs"]["name"] == {"then": "Mine", "now": "Other"}
    status, told = client.ask("POST", f"{path}/history/{entries[0]['entry']}/restore", {})
    assert (status, told["data"]["name"]) == (200, "Mine")
    page = client.ask("GET", "/api/models?q=Mine")[1]["data"]
    assert [each["id"] for each in page["items"]] == [model]
    assert client.ask("PATCH", path, {"reset": ["name"]})[1]["data"]["name"] == before["name"]


def test_many_models_are_edited_and_each_failure_is_told(client: Client, hub: Hub) -> None:
    model = client.pull(hub.example("lora"))["model_id"]
    wish = {"ids": [model, "0" * 26], "set": {"rating": 3}, "add_tags": ["kept"]}
    status, told = client.ask("POST", "/api/models/edit", wish)
    assert (status, told["data"]["changed"]) == (200, [model])
    assert [(each["id"], each["code"]) for each in told["data"]["failed"]] == [("0" * 26, "unknown-id")]
    assert told["data"]["failed"][0]["error"]
    assert "kept" in client.ask("GET", f"/api/models/{model}")[1]["data"]["tags"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"set": {"id": "x"}}),
        ("PATCH", "", {"set": {"rating": 9}}),
        ("PATCH", "", {"set": []}),
        ("PATCH", "", {"nonsense": 1}),
        ("PATCH", "", {"reset": ["files"]}),
        ("PATCH", "", {"apps": {"x": {"link": "perhaps"}}}),
        ("PATCH", "", []),
        ("POST", "/match", {"url": ""}),
        ("POST", "/match", {"url": "no link at all"}),
        ("POST", "/match", {}),
        ("POST", "/never-match", {"source": "nowhere"}),
        ("POST", "/never-match", {"source": "civitai", "clear": "perhaps"}),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    client: Client, hub: Hub, method: str, path: str, body: Any
) -> None:
    model = client.pull(hub.example("direct"))["model_id"]
    status, told = client.ask(method, f"/api/models/{model}{path}", body)
    assert (status, told["success"]) == (422, False)
    assert told["error"]
    assert told["hint"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/x", {"set": {"notes": "a"}}),
        ("GET", "/x/history", None),
        ("POST", "/x/history/20260101T000000000000-metadata.json/restore", {}),
        ("GET", "/x/relations", None),
        ("GET", "/x/versions", None),
        ("POST", "/x/match", {"url": "https://civitai.com/models/1"}),
        ("POST", "/x/never-match", {"source": "civitai"}),
        ("POST", "/x/refresh", {}),
        ("POST", "/lookup", {"ids": ["x"]}),
    ],
)
def test_an_unknown_model_is_404(client: Client, method: str, path: str, body: Any) -> None:
    status, told = client.ask(method, f"/api/models{path}", body)
    assert (status, told["code"]) == (404, "unknown-id")


def test_models_of_a_folder_are_looked_up_matched_and_freed(
    client: Client, house: House, hub: Hub, tmp_path: Path
) -> None:
    shelf = Shelf(house, tmp_path / "shelf", hub)
    shelf.put("lora", "a.safetensors")
    shelf.put("checkpoint", "b.safetensors")
    models = shelf.scan()
    status, told = client.ask("POST", "/api/models/lookup", {"ids": [models["a.safetensors"]["id"]]})
    task = ended(client, told["data"])
    assert (status, task["state"], task["result"]["found"]) == (202, "done", 1)
    picture = f"/api/models/{models['a.safetensors']['id']}/previews/1"
    assert [client.ask("GET", f"{picture}{thumb}")[0] for thumb in ("", "?thumb=true")] == [200, 200]
    path = f"/api/models/{models['b.safetensors']['id']}"
    status, told = client.ask("POST", f"{path}/match", {"url": hub.example("lora")})
    assert (status, told["code"]) == (409, "differs-from-source")
    assert len(told["context"]["expected"]) == len(told["context"]["actual"]) == 64
    status, told = client.ask("POST", f"{path}/match", {"url": hub.example("checkpoint")})
    assert (status, told["data"]["file"]["fits"]["hash"]) == (200, "sha256")
    assert client.ask("POST", f"{path}/refresh", {})[1]["data"]["sources"] == {"civitai": "present"}
    versions = client.ask("GET", f"{path}/versions")[1]["data"]
    assert [each["id"] for each in versions["items"]] == [models["b.safetensors"]["id"]]
    told = client.ask("POST", f"{path}/never-match", {"source": "civitai"})[1]["data"]
    assert (told["sources"], told["never_match"]) == ([], ["civitai"])
    assert client.ask("GET", "/api/models?source=civitai")[1]["data"]["total"] == 1


def test_a_source_that_has_enough_is_named(client: Client, house: House, hub: Hub, tmp_path: Path) -> None:
    shelf = Shelf(house, tmp_path / "shelf", hub)
    shelf.put("lora", "a.safetensors")
    shelf.scan()
    hub.misbehave("civitai:*by-hash", "status:429", times=None)
    task = ended(client, client.ask("POST", "/api/models/lookup", {})[1]["data"])
    assert (task["state"], task["error"]["code"], task["error"]["context"]["left"]) == ("failed", "rate-limited", 1)
