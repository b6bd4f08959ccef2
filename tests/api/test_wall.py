"""A wall of models that is entered anywhere: every page by its offset, and the ids of what is not loaded."""

from collections.abc import Iterator
from typing import Any

import pytest

from modella.cli.door import serve_quietly
from tests.api.client import Client
from tests.changing import Shelf

SORTS = ("added", "name", "size", "updated", "published", "rating", "match")
QUESTIONS = ("", "&q=model", "&q=lantern", "&kind=lora", "&kind=!lora&q=model", "&tag=even", "&q=nothing-like-it")
COUNT = 2300
"""More than are walked to without a remembered order."""


def record(number: int) -> dict[str, Any]:
    files = [{"name": f"{number}.safetensors", "size": number % 97 * 10, "sha256": f"{number:064x}"}]
    name = f"Model {number * 7919 % 1000}" + (" lantern" if number % 300 == 0 else "")
    times = {"added_at": f"2026-01-{number % 28 + 1:02}", "updated_at": f"2026-02-{number % 5 + 1:02}"}
    tags = ["even" if number % 2 == 0 else "lantern"]
    told = {"id": f"{number:026}", "name": name, "kind": ("lora", "vae")[number % 3 == 0], "tags": tags, **times}
    return {**told, "files": files, "rating": number % 6 or None, "path": f"loras/{number}"}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """A library whose index knows many models."""
    found = Shelf(tmp_path_factory.mktemp("wall"))
    for number in range(COUNT):
        found.hands.index.put(record(number), f"loras/{number}")
    yield found
    found.house.close()


@pytest.fixture(scope="module")
def client(shelf: Shelf) -> Iterator[Client]:
    """A client of a running server."""
    with serve_quietly(shelf.house) as address:
        yield Client(address)


def page(client: Client, asked: str) -> dict[str, Any]:
    status, told = client.ask("GET", f"/api/models?facets=false{asked}")
    assert status == 200, told
    return dict(told["data"])


def all_ids(client: Client, asked: str) -> list[str]:
    found: list[str] = []
    cursor = ""
    while True:
        told = page(client, f"{asked}&limit=500{cursor}")
        found += [each["id"] for each in told["items"]]
        if told["next"] is None:
            return found
        cursor = f"&cursor={told['next']}"


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_offset_shows_what_walking_there_shows(client: Client, sort: str, question: str) -> None:
    for order in ("asc", "desc"):
        asked = f"{question}&sort={sort}&order={order}"
        walked = all_ids(client, asked)
        for offset in (0, 1, 99, len(walked) // 2, 1990, len(walked) - 7, len(walked), len(walked) + 1):
            told = page(client, f"{asked}&limit=50&offset={max(offset, 0)}")
            assert [each["id"] for each in told["items"]] == walked[max(offset, 0) :][:50]
            assert told["total"] == len(walked)
            assert (told["next"] is not None) == (max(offset, 0) + 50 < len(walked))
        ids = client.ask("GET", f"/api/models/ids?{asked.strip('&')}")[1]["data"]
        assert ids == {"ids": walked, "total": len(walked)}


@pytest.mark.parametrize("offset", [30, 2100])
def test_a_page_at_an_offset_is_followed_by_its_cursor(client: Client, offset: int) -> None:
    for asked in ("&sort=size", "&sort=match&q=model"):
        first = page(client, f"{asked}&limit=20&offset={offset}")
        second = page(client, f"{asked}&limit=20&cursor={first['next']}")
        both = page(client, f"{asked}&limit=40&offset={offset}")
        assert [*first["items"], *second["items"]] == both["items"]


def test_an_offset_follows_every_change(shelf: Shelf, client: Client) -> None:
    before = page(client, "&sort=size&order=desc&limit=5&offset=2200")
    shelf.hands.index.put({**record(9000), "files": [{"name": "x", "size": 10**9}]}, "loras/9000")
    after = page(client, "&sort=size&order=desc&limit=5&offset=2201")
    assert (after["items"], after["total"]) == (before["items"], before["total"] + 1)
    shelf.hands.index.remove(f"{9000:026}")
    assert page(client, "&sort=size&order=desc&limit=5&offset=2200") == before


def test_facets_come_with_the_first_page_only(client: Client) -> None:
    assert client.ask("GET", "/api/models?offset=0")[1]["data"]["facets"]
    assert client.ask("GET", "/api/models?offset=10")[1]["data"]["facets"] is None


def test_ids_are_found_by_their_end(client: Client) -> None:
    found = client.ask("GET", "/api/models/ids?id_end=0001234")[1]["data"]
    assert found == {"ids": [f"{1234:026}"], "total": 1}


@pytest.mark.parametrize(
    "asked",
    [
        *("?offset=-1", "?offset=x", "?offset=1&cursor=abc", "?offset=99999999999", "/ids?limit=3", "/ids?offset=3"),
        *("/ids?sort=nothing", "/ids?order=up", "/ids?size=>lots", "?ofset=1"),
    ],
)
def test_a_senseless_question_is_refused_with_a_sentence(client: Client, asked: str) -> None:
    status, told = client.ask("GET", f"/api/models{asked}")
    assert (status, told["success"]) == (422, False)
    assert "…" not in told["error"]
