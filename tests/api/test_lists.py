"""Lists by HTTP: filled, renamed and taken away; what the index says of them is what their files say."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from websockets.sync.client import connect

from modella.cli.door import serve_quietly
from modella.wiring import House
from modella.work.rebuild import rebuild_all
from modella.work.tasks import Task
from tests.api.client import Client
from tests.api.test_changes import OURS
from tests.changing import Shelf, lora


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """A library that looks after a folder with three models, two of them with pictures."""
    found = Shelf(tmp_path)
    for seed, name in enumerate(("a", "b", "c"), 1):
        lora(found.folder / "have" / f"{name}.safetensors", seed)
    for name in ("a", "b"):
        Image.new("RGB", (8, 8), "teal").save(found.folder / "have" / f"{name}.png")
    found.scan(found.folder / "have")
    yield found
    found.house.close()


@pytest.fixture
def house(shelf: Shelf) -> House:
    """The shelf's own."""
    return shelf.house


def ids(shelf: Shelf) -> list[str]:
    return [each["id"] for each in shelf.models()]


def facet(client: Client) -> dict[str, int]:
    return dict(client.ask("GET", "/api/models")[1]["data"]["facets"]["list"])


def file_of(shelf: Shelf, name: str) -> Path:
    return shelf.root / ".modella" / "lists" / f"{name}.json"


def good(told: tuple[int, Any]) -> Any:
    status, answer = told
    assert status == 200, answer
    return answer["data"]


def test_a_list_is_made_filled_found_and_told_by_its_models(shelf: Shelf, client: Client) -> None:
    a, b, c = ids(shelf)
    told = good(client.ask("PUT", "/api/lists/My%20Favourites", {"note": "the best"}))
    assert (told["name"], told["count"], told["changed"], told["covers"]) == ("My Favourites", 0, 0, [])
    told = good(client.ask("POST", "/api/lists/my%20favourites/add", {"ids": [c, a, "nothing", a]}))
    assert (told["count"], told["changed"], told["unknown"]) == (2, 2, ["nothing"])
    assert good(client.ask("POST", "/api/lists/My Favourites/add".replace(" ", "%20"), {"ids": [b]}))["changed"] == 1
    (found,) = good(client.ask("GET", "/api/lists"))
    sizes = sum(each["files"][0]["size"] for each in shelf.models())
    assert (found["count"], found["absent"], found["bytes"], found["note"]) == (3, 0, sizes, "the best")
    assert [(each["model"], each["number"]) for each in found["covers"]] == [(b, 1), (a, 1)]
    assert facet(client) == {"My Favourites": 3}
    page = client.ask("GET", "/api/models?list=my%20favourites&sort=name")[1]["data"]
    assert [each["lists"] for each in page["items"]] == [["My Favourites"]] * 3
    assert good(client.ask("GET", f"/api/models/{a}"))["lists"] == ["My Favourites"]
    kept = json.loads(file_of(shelf, "My-Favourites").read_text())
    assert ([each["id"] for each in kept["entries"]], kept["schema"], kept["name"]) == ([c, a, b], 1, "My Favourites")
    told = good(client.ask("POST", "/api/lists/My%20Favourites/remove", {"ids": [a, "nothing"]}))
    assert (told["count"], told["changed"], told["unknown"]) == (2, 1, ["nothing"])
    assert facet(client) == {"My Favourites": 2, "none": 1}


def test_a_model_is_in_many_lists_and_a_list_can_be_renamed_and_taken_away(shelf: Shelf, client: Client) -> None:
    a, b, _ = ids(shelf)
    good(client.ask("PUT", "/api/lists/one", {"ids": [a, b]}))
    good(client.ask("PUT", "/api/lists/two", {"ids": [a]}))
    assert good(client.ask("GET", f"/api/models/{a}"))["lists"] == ["one", "two"]
    status, told = client.ask("PATCH", "/api/lists/one", {"name": "TWO"})
    assert (status, told["code"]) == (409, "name-taken")
    assert good(client.ask("PATCH", "/api/lists/one", {"name": "水彩", "note": "x"}))["name"] == "水彩"
    assert good(client.ask("PATCH", "/api/lists/two", {"name": "Two", "note": None}))["note"] is None
    assert good(client.ask("GET", f"/api/models/{a}"))["lists"] == ["Two", "水彩"]
    assert sorted(path.stem for path in file_of(shelf, "x").parent.iterdir()) == ["Two", "水彩"]
    assert client.ask("DELETE", "/api/lists/%E6%B0%B4%E5%BD%A9", **OURS)[0] == 200
    assert good(client.ask("GET", f"/api/models/{a}"))["lists"] == ["Two"]
    assert facet(client) == {"Two": 1, "none": 2}
    assert client.ask("DELETE", "/api/lists/%E6%B0%B4%E5%BD%A9", **OURS)[0] == 404
    assert len(shelf.models()) == 3
    assert list((shelf.root / ".modella" / "history" / "lists").glob("*水彩.json"))


def test_making_a_list_twice_keeps_what_is_in_it(shelf: Shelf, client: Client) -> None:
    a, b, _ = ids(shelf)
    good(client.ask("PUT", "/api/lists/one", {"ids": [a], "note": "first"}))
    told = good(client.ask("PUT", "/api/lists/One", {"ids": [b]}))
    assert (told["name"], told["count"], told["note"]) == ("one", 2, "first")
    assert good(client.ask("PUT", "/api/lists/one", X_Modella="1"))["count"] == 2


def test_what_goes_into_the_trash_stays_in_its_list_and_comes_back(shelf: Shelf, client: Client) -> None:
    a, b, c = ids(shelf)
    good(client.ask("PUT", "/api/lists/one", {"ids": [a, b, c]}))
    assert client.ask("DELETE", f"/api/models/{a}", **OURS)[0] == 200
    (shelf.folder / "have" / "b.safetensors").unlink()
    shelf.scan()
    told = good(client.ask("GET", "/api/lists/one"))
    size = next(each["files"][0]["size"] for each in shelf.models() if each["id"] == c)
    assert (told["count"], told["absent"], told["bytes"]) == (2, 1, size)
    assert [(each["id"], each["name"], each["present"]) for each in told["entries"]] == [
        *((a, "a", False), (b, "b", True), (c, "c", True))
    ]
    assert client.ask("POST", f"/api/models/{a}/restore", {}, **OURS)[1]["data"]["lists"] == ["one"]
    assert good(client.ask("GET", "/api/lists/one"))["count"] == 3
    assert facet(client) == {"one": 3}


def test_scans_rebuilding_and_a_new_start_keep_lists_right(shelf: Shelf) -> None:
    a, b, _ = ids(shelf)
    with serve_quietly(shelf.house) as address:
        good(Client(address).ask("PUT", "/api/lists/one", {"ids": [a, b]}))
    os.utime(shelf.folder / "have" / "a.safetensors", (1_600_000_000, 1_600_000_000))
    shelf.scan()
    assert [each["lists"] for each in shelf.models()] == [["one"], ["one"], []]
    rebuild_all(shelf.hands, Task("test", "scan", shelf.hands.bus))
    assert [each["lists"] for each in shelf.models()] == [["one"], ["one"], []]
    told = json.loads(file_of(shelf, "one").read_text())
    told["entries"] = told["entries"][:1]
    shelf.house.close()
    file_of(shelf, "one").write_text(json.dumps(told))
    (shelf.root / "models.db").unlink()
    shelf.again()
    shelf.scan()
    assert [each["lists"] for each in shelf.models()] == [["one"], [], []]


def test_a_file_that_somebody_changed_counts_at_the_next_look_and_keeps_its_own_keys(
    shelf: Shelf, client: Client
) -> None:
    a, b, _ = ids(shelf)
    listing = {"id": "civitai:@77", "ref": {"source": "civitai", "version_id": "77"}, "name": "Not here yet"}
    told = {"schema": 1, "name": "By hand", "colour": "teal", "entries": [{"id": a, "why": "nice"}, listing]}
    path = file_of(shelf, "anything")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(told))
    (found,) = good(client.ask("GET", "/api/lists"))
    assert (found["name"], found["count"], found["absent"]) == ("By hand", 1, 1)
    assert facet(client) == {"By hand": 1, "none": 2}
    good(client.ask("POST", "/api/lists/By%20hand/add", {"ids": [b]}))
    kept = json.loads(path.read_text())
    assert (kept["colour"], kept["entries"][0]["why"], kept["entries"][1]) == ("teal", "nice", listing)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"schema": 99, "name": "x"}', '{"name": "a/b"}', '{"name": 7}'])
def test_a_file_that_cannot_be_read_is_left_alone(shelf: Shelf, client: Client, content: str) -> None:
    path = file_of(shelf, "one")
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    assert good(client.ask("GET", "/api/lists")) == []
    good(client.ask("PUT", "/api/lists/one", {"ids": ids(shelf)[:1]}))
    assert path.read_text() == content
    assert facet(client) == {"one": 1, "none": 2}


def test_whoever_listens_hears_of_lists(shelf: Shelf, client: Client) -> None:
    a, *_ = ids(shelf)
    heard: list[dict[str, Any]] = []
    with connect(f"ws://{client.host}/ws/events") as channel:
        good(client.ask("PUT", "/api/lists/one", {"ids": [a]}))
        good(client.ask("PATCH", "/api/lists/one", {"name": "two"}))
        while not heard or heard[-1].get("names") != ["one", "two"]:
            heard.append(json.loads(channel.recv(timeout=30)))
    assert {each["type"] for each in heard} == {"lists-changed", "models-changed"}
    assert [each["ids"] for each in heard if each["type"] == "models-changed"] == [[a], [a]]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/api/lists/none", {}, 422),
        ("PUT", "/api/lists/a%7Cb", {}, 422),
        ("PUT", "/api/lists/a%22b", {}, 422),
        ("PUT", "/api/lists/a%5Cb", {}, 422),
        ("PUT", "/api/lists/%21a", {}, 422),
        ("PUT", "/api/lists/-a", {}, 422),
        ("PUT", "/api/lists/a%00b", {}, 422),
        ("PUT", "/api/lists/%20", {}, 422),
        ("PUT", "/api/lists/" + "x" * 101, {}, 422),
        ("PUT", "/api/lists/a%2Fb", {}, 422),
        ("PUT", "/api/lists/new", {"ids": "all"}, 422),
        ("PUT", "/api/lists/new", {"models": []}, 422),
        ("GET", "/api/lists/nothing", None, 404),
        ("PATCH", "/api/lists/nothing", {"note": "x"}, 404),
        ("PATCH", "/api/lists/one", {}, 422),
        ("PATCH", "/api/lists/one", {"name": None}, 422),
        ("PATCH", "/api/lists/one", {"name": "a/b"}, 422),
        ("POST", "/api/lists/nothing/add", {"ids": ["x"]}, 404),
        ("POST", "/api/lists/one/add", {"ids": []}, 422),
        ("POST", "/api/lists/one/remove", {}, 422),
        ("DELETE", "/api/lists/..%2F..%2Fx", None, 404),
    ],
)
def test_what_is_asked_wrongly_is_said_and_changes_nothing(
    shelf: Shelf, client: Client, method: str, path: str, body: Any, status: int
) -> None:
    good(client.ask("PUT", "/api/lists/one", {"ids": ids(shelf)[:1]}))
    before = file_of(shelf, "one").read_bytes()
    found, told = client.ask(method, path, body, **OURS)
    assert found == status, told
    assert "…" not in told["error"].replace("x…", "")
    assert [each.name for each in file_of(shelf, "x").parent.iterdir()] == ["one.json"]
    assert file_of(shelf, "one").read_bytes() == before
