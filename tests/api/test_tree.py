"""Folders by HTTP: sums of what lies below, another name for one, emptying one; and nothing leads out of a root."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modella.wiring import House
from tests.api.client import Client
from tests.api.test_changes import OURS
from tests.changing import Shelf, family, lora, tree


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """A library that looks after one folder with models in several of its folders."""
    found = Shelf(tmp_path)
    have = found.folder / "have"
    for seed, name in enumerate(("top", "styles/a", "styles/b", "styles/deep/c", "people/d"), 1):
        lora(have / f"{name}.safetensors", seed)
    found.scan(have)
    yield found
    found.house.close()


@pytest.fixture
def house(shelf: Shelf) -> House:
    """The shelf's own."""
    return shelf.house


def root_id(shelf: Shelf) -> str:
    return str(shelf.models()[0]["root"])


def ask(client: Client, shelf: Shelf, path: str, **more: Any) -> dict[str, Any]:
    asked = "".join(f"&{name}={value}" for name, value in more.items())
    status, told = client.ask("GET", f"/api/tree?root={root_id(shelf)}&path={path}{asked}")
    assert status == 200, told
    return dict(told["data"])


def change(client: Client, shelf: Shelf, verb: str, **wish: Any) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The plan, and the result of the task where there was one."""
    status, told = client.ask("POST", f"/api/tree/{verb}", {"root": root_id(shelf), **wish})
    assert status == (200 if wish.get("plan") else 202), told
    if told["data"]["task"] is None:
        return told["data"]["plan"], None
    task = shelf.hands.tasks.get(told["data"]["task"]["task"])
    assert task.finished.wait(60)
    assert task.state == "done", task.problem
    return told["data"]["plan"], task.result


def test_folders_are_told_with_all_that_lies_below_them(client: Client, shelf: Shelf) -> None:
    sizes = {each["name"]: each["files"][0]["size"] for each in shelf.models()}
    told = ask(client, shelf, "")
    assert (told["bytes"], told["models"]) == (sum(sizes.values()), 5)
    assert [(each["path"], each["models"]) for each in told["folders"]] == [("styles", 3), ("people", 1)]
    assert told["folders"][0]["bytes"] == sizes["a"] + sizes["b"] + sizes["c"]
    assert [(each["name"], each["kind"], each["state"]) for each in told["items"]] == [("top", "lora", "present")]
    inner = ask(client, shelf, "styles", limit=1)
    assert [each["path"] for each in inner["folders"]] == ["styles/deep"]
    assert (len(inner["items"]), inner["item_count"]) == (1, 2)
    assert ask(client, shelf, "styles/deep")["items"][0]["size"] == sizes["c"]


def test_a_placed_model_lies_in_the_folder_above_its_own(client: Client, shelf: Shelf) -> None:
    path = lora(shelf.folder / "in" / "mine.safetensors", 9)
    _, answer = client.ask("POST", "/api/models/import", {"paths": [str(path)]})
    assert shelf.hands.tasks.get(answer["data"]["task"]).finished.wait(30)
    told = client.ask("GET", "/api/tree?path=loras/sdxl")[1]["data"]
    assert ([each["name"] for each in told["items"]], told["folders"]) == (["mine"], [])
    status, refused = client.ask("GET", "/api/tree?path=loras/sdxl/mine")
    assert (status, "model itself" in refused["error"]) == (422, True)


def test_what_is_missing_weighs_nothing(client: Client, shelf: Shelf) -> None:
    (shelf.folder / "have" / "people" / "d.safetensors").unlink()
    shelf.scan()
    told = ask(client, shelf, "people")
    assert (told["bytes"], told["models"], told["items"][0]["state"]) == (0, 1, "missing")


def test_a_folder_gets_another_name_with_everything_in_it(client: Client, shelf: Shelf) -> None:
    have = shelf.folder / "have"
    family(have / "styles" / "e.safetensors", 8)
    shelf.scan()
    (have / "styles" / "notes of mine.docx").write_bytes(b"not ours")
    before = tree(have)
    ids = {each["id"]: each["name"] for each in shelf.models()}
    plan, nothing = change(client, shelf, "rename", path="styles", name="My Looks", plan=True)
    assert (plan["to"], plan["models"], plan["left"], nothing) == ("My-Looks", 4, ["styles/notes of mine.docx"], None)
    assert {each["to"] for each in plan["items"]} >= {"My-Looks/a.safetensors", "My-Looks/deep/c.safetensors"}
    assert tree(have) == before
    _, result = change(client, shelf, "rename", path="styles", name="My Looks")
    assert result is not None
    assert (result["done"], result["problems"], result["left"]) == (4, [], ["styles/notes of mine.docx"])
    moved = {
        (name if name.endswith(".docx") else name.replace("styles/", "My-Looks/")): content
        for name, content in before.items()
    }
    after = tree(have)
    assert {name: content for name, content in after.items() if not name.endswith(".modella.json")} == moved
    assert {each["id"]: each["name"] for each in shelf.models()} == ids
    assert not (have / "styles" / "deep").exists()
    assert shelf.scan()["moved"] == shelf.scan()["added"] == 0


def test_a_name_that_is_taken_is_refused_unless_both_may_become_one(client: Client, shelf: Shelf) -> None:
    wish = {"root": root_id(shelf), "path": "styles", "name": "people"}
    status, told = client.ask("POST", "/api/tree/rename", wish)
    assert (status, told["code"]) == (409, "name-taken")
    _, result = change(client, shelf, "rename", path="styles", name="people", merge=True)
    assert result is not None
    assert (result["done"], result["left"]) == (3, [])
    assert ask(client, shelf, "people")["models"] == 4
    assert not (shelf.folder / "have" / "styles").exists()


def test_everything_below_a_folder_goes_into_the_trash_and_comes_back(client: Client, shelf: Shelf) -> None:
    have = shelf.folder / "have"
    (have / "styles" / "deep" / "notes.docx").write_bytes(b"not ours")
    before = tree(have)
    plan, _ = change(client, shelf, "delete", path="styles", plan=True)
    assert (plan["models"], plan["to"], plan["left"]) == (3, None, ["styles/deep/notes.docx"])
    assert tree(have) == before
    _, result = change(client, shelf, "delete", path="styles")
    assert result is not None
    assert (result["done"], result["bytes"], result["left"]) == (3, plan["bytes"], ["styles/deep/notes.docx"])
    assert set(tree(have)) == {"top.safetensors", "people/d.safetensors", "styles/deep/notes.docx"}
    for entry in client.ask("GET", "/api/trash")[1]["data"]:
        assert client.ask("POST", f"/api/models/{entry['id']}/restore", {}, **OURS)[0] == 200
    assert tree(have) == before


def test_an_emptied_folder_goes_and_a_sidecar_of_what_stays_does_not(client: Client, shelf: Shelf) -> None:
    have = shelf.folder / "have"
    family(have / "people" / "e.safetensors", 8)
    (have / "people" / "unknown.safetensors").write_bytes(b"came after the last scan")
    (have / "people" / "unknown.txt").write_bytes(b"notes")
    plan, _ = change(client, shelf, "delete", path="people", plan=True)
    left = {"people/unknown.safetensors", "people/unknown.txt"}
    assert {each for each in plan["left"] if "/e." not in each} == left
    _, result = change(client, shelf, "delete", path="styles")
    assert result is not None
    assert not (have / "styles").exists()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        *(("..", 422), ("../have", 422), ("styles/../..", 422), ("/etc", 422), ("styles/", 422), ("./styles", 422)),
        *(("styles\\deep", 422), ("C:/x", 422), (".modella", 422), ("styles/.modella/trash", 422), ("a\u0000b", 422)),
        *(("nowhere", 404), ("top.safetensors", 422), ("x" * 5000, 422), ("out", 403), ("styles//deep", 422)),
    ],
)
def test_no_path_leads_anywhere_else(client: Client, shelf: Shelf, path: str, status: int) -> None:
    outside = shelf.folder / "outside"
    lora(outside / "x.safetensors", 7)
    (shelf.folder / "have" / "out").symlink_to(outside)
    before = tree(shelf.folder)
    root = root_id(shelf)
    quoted = path.replace("\\", "%5C").replace("\0", "%00")
    assert client.ask("GET", f"/api/tree?root={root}&path={quoted}")[0] == status
    for verb, more in (("delete", {}), ("rename", {"name": "x"})):
        for plan in (True, False):
            found, told = client.ask("POST", f"/api/tree/{verb}", {"root": root, "path": path, "plan": plan, **more})
            assert (found, told["success"]) == (status, False), told
            assert "…" not in told["error"] or len(path) > 80
    assert tree(shelf.folder) == before


@pytest.mark.parametrize("name", ["", "..", ".", "a/b", "///", "styles", "\u0000", "x" * 600])
def test_no_name_leads_anywhere_else(client: Client, shelf: Shelf, name: str) -> None:
    before = tree(shelf.folder)
    wish = {"root": root_id(shelf), "path": "styles", "name": name}
    assert client.ask("POST", "/api/tree/rename", wish)[0] == 422
    assert tree(shelf.folder) == before


def test_a_whole_root_an_unknown_root_and_a_link_inside_are_refused(client: Client, shelf: Shelf) -> None:
    have = shelf.folder / "have"
    os.symlink(have / "styles", have / "again")
    root = root_id(shelf)
    assert client.ask("POST", "/api/tree/delete", {"root": root, "path": ""})[0] == 422
    assert client.ask("POST", "/api/tree/delete", {"root": root})[0] == 422
    assert client.ask("POST", "/api/tree/delete", {"root": "nothing", "path": "styles"})[0] == 404
    assert client.ask("GET", "/api/tree?root=nothing")[0] == 404
    assert client.ask("GET", "/api/tree?folder=x")[0] == 422
    status, told = client.ask("POST", "/api/tree/delete", {"root": root, "path": "again"})
    assert (status, told["code"]) == (403, "is-a-link")
    assert len(shelf.models()) == 5
