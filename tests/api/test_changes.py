"""Changing models by HTTP: what may take long is a task, what is asked wrongly is said, and nothing is lost."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modella.wiring import House
from tests.api.client import Client
from tests.changing import Shelf, family, lora, tree

OURS = {"X_Modella": "1"}
"""Says that a request without a body comes from no other web site."""


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """An empty library."""
    found = Shelf(tmp_path)
    yield found
    found.house.close()


@pytest.fixture
def house(shelf: Shelf) -> House:
    """The shelf's own."""
    return shelf.house


def finish(shelf: Shelf, told: tuple[int, Any]) -> dict[str, Any]:
    """The result of the task that an answer tells of."""
    status, answer = told
    assert status == 202, answer
    task = shelf.hands.tasks.get(answer["data"]["task"])
    assert task.finished.wait(30)
    assert task.state == "done", task.problem
    return dict(task.result)


def imported(shelf: Shelf, client: Client, seed: int = 1, how: str = "copy") -> str:
    """A model that was imported over the wire."""
    path = lora(shelf.folder / "in" / f"some lora {seed}.safetensors", seed)
    told = finish(shelf, client.ask("POST", "/api/models/import", {"paths": [str(path)], "how": how}))
    return str(told["models"][0]["id"])


def test_a_model_is_imported_trashed_restored_and_forgotten(shelf: Shelf, client: Client) -> None:
    model = imported(shelf, client)
    files = client.ask("GET", f"/api/models/{model}/files")[1]["data"]
    assert {file["name"] for file in files["files"]} == {"some-lora-1.safetensors", "metadata.json", "overrides.json"}
    status, told = client.ask("DELETE", f"/api/models/{model}", **OURS)
    assert (status, told["data"]["id"], told["data"]["why"]) == (200, model, "deleted")
    assert client.ask("GET", f"/api/models/{model}")[0] == 404
    trash = client.ask("GET", "/api/trash")[1]["data"]
    assert [entry["entry"] for entry in trash] == [told["data"]["entry"]]
    assert client.ask("POST", f"/api/models/{model}/restore", **OURS)[1]["data"]["id"] == model
    assert client.ask("POST", f"/api/models/{model}/restore", {"as_new": False})[0] == 404
    assert client.ask("POST", f"/api/models/{model}/forget", **OURS)[0] == 200
    assert client.ask("GET", f"/api/models/{model}")[0] == 404
    assert next(shelf.root.rglob("some-lora-1.safetensors")).exists()


def test_deleting_twice_is_told_and_harmless(shelf: Shelf, client: Client) -> None:
    model = imported(shelf, client)
    assert client.ask("DELETE", f"/api/models/{model}", **OURS)[0] == 200
    status, told = client.ask("DELETE", f"/api/models/{model}", **OURS)
    assert (status, told["code"]) == (404, "unknown-id")


def test_many_are_deleted_at_once_and_problems_are_told_one_by_one(shelf: Shelf, client: Client) -> None:
    ids = [imported(shelf, client, seed) for seed in (1, 2)]
    told = client.ask("POST", "/api/models/delete", {"ids": [*ids, "nothing", ids[0]]})[1]["data"]
    assert {each["id"] for each in told["done"]} == set(ids)
    assert [(each["id"], each["code"]) for each in told["problems"]] == [("nothing", "unknown-id")]
    purged = client.ask("POST", "/api/trash/purge", {"everything": True})[1]["data"]
    assert len(purged["purged"]) == 2
    assert shelf.tree() == {}


def test_a_model_is_renamed_and_moved(shelf: Shelf, client: Client) -> None:
    model = imported(shelf, client)
    path = f"/api/models/{model}/move"
    assert finish(shelf, client.ask("POST", path, {"name": "Other"}))["path"] == "loras/sdxl/other"
    assert finish(shelf, client.ask("POST", path, {"to": "favourites"}))["path"] == "favourites/other"


def test_a_plan_of_placing_is_asked_for_and_applied(shelf: Shelf, client: Client) -> None:
    model = imported(shelf, client)
    finish(shelf, client.ask("POST", f"/api/models/{model}/move", {"to": "elsewhere"}))
    plan = client.ask("POST", "/api/models/placement/plan", {})[1]["data"]
    assert [(each["from"], each["to"]) for each in plan["moves"]] == [
        ("elsewhere/some-lora-1", "loras/sdxl/some-lora-1")
    ]
    told = finish(shelf, client.ask("POST", "/api/models/placement/apply", {"moves": plan["moves"]}))
    assert [each["to"] for each in told["moved"]] == ["loras/sdxl/some-lora-1"]


def test_duplicates_are_told_reclaimed_and_undone(shelf: Shelf, client: Client) -> None:
    imported(shelf, client)
    path = lora(shelf.folder / "in" / "again.safetensors", 1)
    wish = {"paths": [str(path)], "duplicates": True}
    finish(shelf, client.ask("POST", "/api/models/import", wish))
    told = client.ask("GET", "/api/duplicates")[1]["data"]
    assert (told["total"], told["bytes"]) == (1, path.stat().st_size)
    plan = client.ask("POST", "/api/duplicates/reclaim", {"how": "hardlink", "plan": True})[1]["data"]
    assert (len(plan["plan"]["actions"]), "task" in plan) == (1, False)
    begun = client.ask("POST", "/api/duplicates/reclaim", {"how": "hardlink"})[1]["data"]
    task = shelf.hands.tasks.get(begun["task"]["task"])
    assert task.finished.wait(30)
    reclaimed = client.ask("GET", "/api/duplicates")[1]["data"]
    assert reclaimed["bytes"] == 0
    undone = finish(shelf, client.ask("POST", "/api/duplicates/undo", {"id": reclaimed["reclaimed"][0]["id"]}))
    assert len(undone["undone"]) == 1
    assert client.ask("GET", "/api/duplicates")[1]["data"]["bytes"] == path.stat().st_size


def test_a_long_verb_tells_how_far_it_is(shelf: Shelf, client: Client) -> None:
    family(shelf.folder / "in" / "a.safetensors")
    begun = client.ask("POST", "/api/models/import", {"paths": [str(shelf.folder / "in")], "how": "move"})
    assert begun[1]["data"]["kind"] == "import"
    result = finish(shelf, begun)
    assert tree(shelf.folder / "in") == {}
    assert result["models"][0]["name"] == "Detail Tweaker"
    deadline = time.monotonic() + 10
    while client.ask("GET", "/api/models")[1]["data"]["total"] != 1:
        assert time.monotonic() < deadline


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("DELETE", "/api/models/nothing", None, 404),
        ("DELETE", "/api/models/..%2f..%2fetc", None, 404),
        ("POST", "/api/models/delete", {"ids": []}, 422),
        ("POST", "/api/models/delete", {"ids": ["x" * 65]}, 422),
        ("POST", "/api/models/delete", {"ids": "all"}, 422),
        ("POST", "/api/models/nothing/move", {"to": "x"}, 404),
        ("POST", "/api/models/{id}/move", {}, 422),
        ("POST", "/api/models/{id}/move", {"to": "x", "name": "y"}, 422),
        ("POST", "/api/models/{id}/move", {"to": "x", "force": True}, 422),
        ("POST", "/api/models/{id}/move", {"name": "x" * 513}, 422),
        ("POST", "/api/models/nothing/forget", None, 404),
        ("POST", "/api/models/nothing/restore", {}, 404),
        ("POST", "/api/models/import", {"paths": []}, 422),
        ("POST", "/api/models/import", {"paths": ["relative/path"]}, 422),
        ("POST", "/api/models/import", {"paths": ["/x\u0000y"]}, 422),
        ("POST", "/api/models/import", {"paths": ["/x"], "how": "symlink"}, 422),
        ("POST", "/api/models/placement/plan", {"ids": ["nothing"]}, 404),
        ("POST", "/api/models/placement/apply", {"moves": []}, 422),
        ("POST", "/api/models/placement/apply", {"moves": [{"id": "x"}]}, 422),
        ("POST", "/api/trash/purge", {}, 422),
        ("POST", "/api/trash/purge", {"entries": ["../../x"]}, 404),
        ("POST", "/api/trash/purge", {"older_than": -1}, 422),
        ("POST", "/api/duplicates/reclaim", {"how": "delete"}, 422),
        ("POST", "/api/duplicates/reclaim", {"how": "HARDLINK"}, 422),
        ("POST", "/api/duplicates/reclaim", {"how": ""}, 422),
        ("POST", "/api/duplicates/reclaim", {"how": "hardlink", "groups": ["x"]}, 422),
        ("POST", "/api/duplicates/reclaim", {"how": "hardlink", "groups": ["ab" * 32]}, 404),
        ("POST", "/api/duplicates/undo", {"id": "../x"}, 422),
        ("GET", "/api/duplicates?limit=0", None, 422),
    ],
)
def test_what_is_asked_wrongly_is_said_and_changes_nothing(
    shelf: Shelf, client: Client, method: str, path: str, body: Any, status: int
) -> None:
    model = imported(shelf, client)
    before = shelf.tree()
    found, told = client.ask(method, path.format(id=model), body, **OURS)
    assert (found, shelf.tree()) == (status, before), told
    if isinstance(told, dict) and "error" in told:
        assert "…" not in str(told["error"])


@pytest.mark.parametrize("to", ["/", "/etc", "../x", ".modella/x"])
def test_a_target_that_cannot_be_meant_ends_the_task_with_its_reason(shelf: Shelf, client: Client, to: str) -> None:
    model = imported(shelf, client)
    before = shelf.tree()
    _, answer = client.ask("POST", f"/api/models/{model}/move", {"to": to})
    task = shelf.hands.tasks.get(answer["data"]["task"])
    assert task.finished.wait(30)
    assert task.state == "failed"
    assert task.problem.code in {"outside-library", "bad-value"}
    assert shelf.tree() == before
