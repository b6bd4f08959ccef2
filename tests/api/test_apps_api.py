"""Apps by HTTP: found, added, planned, linked, kept in step with the library, and forgotten."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modella.wiring import House
from tests.api.client import Client
from tests.linked import comfyui
from tests.place import Place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return comfyui(tmp_path / "ComfyUI")


@pytest.fixture
def app(client: Client, folder: Path) -> dict[str, Any]:
    return add(client, folder)


def add(client: Client, folder: Path, **wish: Any) -> dict[str, Any]:
    status, told = client.ask("POST", "/api/apps", {"path": str(folder), **wish})
    assert status == 200, told
    return dict(told["data"])


def ended(client: Client, told: dict[str, Any]) -> dict[str, Any]:
    task = told["data"]
    while task["state"] == "running":
        task = client.ask("GET", f"/api/tasks/{task['task']}?wait=10")[1]["data"]
    assert task["error"] is None
    return dict(task["result"])


def until(found: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 30
    while not found():
        assert time.monotonic() < deadline, "it did not come to this"
        time.sleep(0.02)


def links(folder: Path) -> list[str]:
    return sorted(each.name for each in (folder / "models/loras").iterdir())


def test_an_app_is_recognised_in_its_folder(client: Client, folder: Path) -> None:
    told = client.ask("POST", "/api/apps/find", {"path": str(folder)})[1]["data"]
    assert (told["app"], told["version"], told["added"]) == ("comfyui", "0.3.60", None)
    assert client.ask("GET", "/api/apps")[1]["data"] == []
    app = add(client, folder)
    assert (app["id"], app["there"], app["links"]) == ("comfyui", True, 0)
    assert client.ask("POST", "/api/apps/find", {"path": str(folder)})[1]["data"]["added"] == "comfyui"


def test_the_shelf_tells_which_apps_there_are_and_what_is_wrong(client: Client, place: Place) -> None:
    own = place.home / "model-library-translation"
    own.mkdir()
    (own / "comfyui_0.0.1_default.json").write_text("{}")
    told = client.ask("GET", "/api/apps/known")[1]["data"]
    assert {"comfyui", "a1111", "forge", "swarmui", "invokeai"} <= {each["app"] for each in told["apps"]}
    assert [each["code"] for each in told["faults"]] == ["bad-mapping"]
    assert "comfyui_0.0.1_default.json" in told["faults"][0]["error"]
    schema = client.ask("GET", "/api/apps/schema")[1]["data"]
    assert schema["properties"]["targets"]


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"path": "/nowhere/at/all"}, 404, "no-such-path"),
        ({"path": "/usr"}, 422, "no-known-app"),
        ({"path": "", "app": "comfyui"}, 422, "bad-value"),
        ({"path": "/", "app": "photoshop"}, 422, "unknown-app"),
        ({"path": "/", "colour": "red"}, 422, "unknown-key"),
        ({"path": "/", "method": "magic"}, 422, "bad-value"),
    ],
)
def test_a_folder_that_is_no_app_is_refused_in_words(
    client: Client, wish: dict[str, str], status: int, code: str
) -> None:
    found, told = client.ask("POST", "/api/apps", wish)
    assert found == status, told
    assert told["code"].startswith(code)
    assert told["error"]
    assert told["hint"]


def test_a_plan_is_read_and_then_done(client: Client, place: Place, folder: Path, app: dict[str, Any]) -> None:
    client.ask("PATCH", "/api/apps/comfyui", {"auto": False})
    client.pull(place.hub.example("lora"))
    plan = client.ask("POST", "/api/apps/comfyui/plan", {})[1]["data"]
    assert plan["actions"] == {"make": 1}
    assert plan["work"]
    assert plan["lines"][0]["path"].startswith("models/loras/")
    assert links(folder) == []
    result = ended(client, client.ask("POST", f"/api/apps/{app['id']}/apply", {})[1])
    assert (result["made"], result["failed"]) == (1, [])
    assert len(links(folder)) == 1
    assert client.ask("POST", "/api/apps/comfyui/plan?action=make&action=remove", {})[1]["data"]["lines"] == []
    assert client.ask("GET", "/api/apps")[1]["data"][0]["links"] == 1
    assert ended(client, client.ask("POST", "/api/apps/comfyui/unlink", {})[1])["removed"] == 1
    assert links(folder) == []


def test_an_app_follows_the_library(
    client: Client, house: House, place: Place, folder: Path, app: dict[str, Any]
) -> None:
    model = client.pull(place.hub.example("lora"))["model_id"]
    until(lambda: links(folder))
    (name,) = links(folder)
    link = folder / "models/loras" / name
    client.ask("POST", f"/api/models/{model}/move", {"name": "Quite another name"})
    until(lambda: links(folder) and links(folder) != [name] and link.parent.joinpath(links(folder)[0]).is_file())
    client.ask("PATCH", f"/api/models/{model}", {"set": {"kind": "checkpoint"}})
    until(lambda: not links(folder) and any((folder / "models/checkpoints").iterdir()))
    client.ask("DELETE", f"/api/models/{model}", {})
    until(lambda: not any((folder / "models/checkpoints").iterdir()))
    client.ask("POST", f"/api/models/{model}/restore", {})
    until(lambda: any((folder / "models/checkpoints").iterdir()))
    assert app["auto"]


def test_what_was_there_before_an_app_is_linked_only_after_its_plan_was_read(
    client: Client, place: Place, folder: Path
) -> None:
    old = client.pull(place.hub.example("lora"))["model_id"]
    add(client, folder)
    client.ask("PATCH", f"/api/models/{old}", {"set": {"rating": 5}})
    new = client.pull(place.hub.example("embedding"))["model_id"]
    until((folder / "models/embeddings").exists)
    assert links(folder) == []
    ended(client, client.ask("POST", "/api/apps/comfyui/apply", {})[1])
    assert len(links(folder)) == 1
    client.ask("PATCH", f"/api/models/{old}", {"apps": {"*": {"link": False}}})
    until(lambda: not links(folder))
    assert new != old


def test_a_model_tells_where_it_is_linked(client: Client, place: Place, folder: Path, app: dict[str, Any]) -> None:
    model = client.pull(place.hub.example("lora"))["model_id"]
    until(lambda: links(folder))
    (told,) = client.ask("GET", f"/api/models/{model}/links")[1]["data"]
    assert (told["app"], told["lines"][0]["action"], told["why"]) == (app["id"], "keep", None)
    client.ask("PATCH", f"/api/models/{model}", {"apps": {"comfyui": {"link": False}}})
    until(lambda: not links(folder))
    (told,) = client.ask("GET", f"/api/models/{model}/links")[1]["data"]
    assert (told["lines"], told["why"], told["said"]) == ([], "switched-off", {"link": False})
    assert client.ask("GET", "/api/models/nothing/links")[0] == 404


def test_a_download_may_be_kept_out_of_every_app(
    client: Client, place: Place, folder: Path, app: dict[str, Any]
) -> None:
    wish = {"url": place.hub.example("lora"), "link": False}
    model = client.wait(client.ask("POST", "/api/downloads", wish)[1]["data"]["id"])["model_id"]
    plan = client.ask("POST", f"/api/apps/{app['id']}/plan", {"ids": [model]})[1]["data"]
    assert plan["reasons"] == {"switched-off": 1}
    assert links(folder) == []


def test_forgetting_an_app_leaves_its_links(client: Client, place: Place, folder: Path, app: dict[str, Any]) -> None:
    client.pull(place.hub.example("lora"))
    until(lambda: links(folder))
    assert client.ask("DELETE", f"/api/apps/{app['id']}", {})[0] == 200
    assert client.ask("GET", f"/api/apps/{app['id']}")[0] == 404
    assert len(links(folder)) == 1


@pytest.mark.parametrize("path", ["plan", "apply", "unlink"])
def test_an_app_that_is_not_known_is_not_found(client: Client, path: str) -> None:
    assert client.ask("POST", f"/api/apps/nothing/{path}", {})[0] == 404
