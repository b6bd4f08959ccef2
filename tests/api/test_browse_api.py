"""Browsing by HTTP: pages, models, trees, pictures, many downloads at once, and anything else that is asked."""

import time
from typing import Any
from urllib.parse import quote

import pytest
import urllib3

from modella.demo.hub import Hub
from tests.api.client import Client

CIVITAI = "/api/browse/civitai"
HUB = "/api/browse/huggingface"


def data(client: Client, path: str) -> Any:
    status, told = client.ask("GET", path)
    assert status == 200, told
    return told["data"]


def settled(client: Client, download: str) -> Any:
    """A download once it is done: from review it goes on by itself."""
    deadline = time.monotonic() + 30
    while (found := client.wait(download))["state"] != "done" and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def test_a_page_leads_to_the_next(client: Client, hub: Hub) -> None:
    first = data(client, f"{CIVITAI}?limit=4&sort=downloads&nsfw=true")
    second = data(client, f"{CIVITAI}?limit=4&sort=downloads&nsfw=true&cursor={first['next']}")
    ids = [each["id"] for page in (first, second) for each in page["items"]]
    assert len(ids) == len(set(ids)) == 8
    downloads = [each["downloads"] for page in (first, second) for each in page["items"]]
    assert downloads == sorted(downloads, reverse=True)
    assert (first["heard"]["from_cache"], first["heard"]["stale"]) == (False, False)


def test_a_card_tells_what_a_card_needs(client: Client) -> None:
    card = next(each for each in data(client, f"{CIVITAI}?kind=lora")["items"] if each["thumbnail"])
    assert card["kind"] == "lora"
    assert card["versions"][0]["access"] == "open"
    assert card["thumbnail"]["url"] == f"/api/browse/pictures/{card['thumbnail']['id']}"
    assert {"width", "height", "blurhash", "nsfw_level", "type"} <= set(card["thumbnail"])
    answer = urllib3.request("GET", client.address + card["thumbnail"]["url"])
    assert (answer.status, answer.headers["content-type"], answer.data[8:12]) == (200, "image/webp", b"WEBP")
    assert "private" in answer.headers["cache-control"]


def test_imperfect_models_are_shown_too(client: Client, hub: Hub) -> None:
    cards = {}
    for theme in ("no-creator", "missing-fields", "unknown-values", "hostile", "mature"):
        model = hub.catalogue.themes[theme]
        found = data(client, f"{CIVITAI}?limit=100&nsfw=true&q={quote(model.name)}")["items"]
        cards[theme] = next(each for each in found if each["id"] == str(model.id))
    assert (cards["no-creator"]["creator"], cards["missing-fields"]["downloads"]) == (None, None)
    assert (cards["missing-fields"]["creator"], cards["mature"]["nsfw_level"] > 1) == (None, True)


def test_what_is_queued_and_what_is_here_is_marked(client: Client, hub: Hub) -> None:
    model = str(hub.catalogue.themes["lora"].id)
    coming = client.pull(f"{hub.civitai_url}/models/{model}", review=True)
    assert data(client, f"{CIVITAI}/models/{model}")["badge"]["queued"] == coming["id"]
    card = next(e for e in data(client, f"{CIVITAI}?limit=100&nsfw=true")["items"] if e["id"] == model)
    assert card["badge"]["queued"] == card["versions"][0]["badge"]["queued"] == coming["id"]
    client.ask("POST", f"/api/downloads/{coming['id']}/finalize", {})
    done = settled(client, coming["id"])
    found = data(client, f"{CIVITAI}/models/{model}")
    assert found["badge"] == {"in_library": [done["model_id"]], "queued": None, "update": False}
    assert found["versions"][0]["files"][0]["badge"]["in_library"] == [done["model_id"]]


def test_a_model_is_told_with_its_terms(client: Client, hub: Hub) -> None:
    model = hub.catalogue.themes["lora"]
    found = data(client, f"{CIVITAI}/models/{model.id}")
    assert found["terms"]
    assert found["versions"][0]["files"][0]["pickle_scan"]
    whole = data(client, f"{CIVITAI}/versions/{model.versions[0].id}")
    assert any(each["prompt"] for each in whole["pictures"])
    german = client.ask("GET", f"{CIVITAI}/models/{model.id}", Accept_Language="de")[1]["data"]
    assert german["terms"] != found["terms"]


def test_a_chosen_file_comes_by_its_link(client: Client, hub: Hub) -> None:
    model = hub.catalogue.themes["lora"]
    file = data(client, f"{CIVITAI}/models/{model.id}")["versions"][0]["files"][0]
    assert client.pull(file["link"], file=file["file"])["state"] == "done"


def test_repositories_are_browsed_and_their_trees(client: Client) -> None:
    found = data(client, f"{HUB}?q=atlas&sort=downloads")
    card = found["items"][0]
    assert (card["source"], card["creator"]) == ("huggingface", "little-atlas")
    tree = data(client, f"{HUB}/{card['id']}/tree?path=unet")
    assert any(each["is_weight"] and each["sha256"] for each in tree["files"])
    assert (tree["gate"], tree["access"]) == (None, "open")
    gate = data(client, f"{HUB}/vetka/closed-gate/tree")["gate"]
    assert gate["ask_at"].endswith("vetka/closed-gate")
    assert "…" not in gate["sentence"] + gate["hint"]
    assert data(client, f"{HUB}?filter=gguf&author=quietengine")["items"]
    assert data(client, f"{HUB}/presets")["groups"]


@pytest.mark.parametrize(
    "path",
    [
        f"{CIVITAI}?limit=0", f"{CIVITAI}?limit=101", f"{CIVITAI}?sort=loudest", f"{CIVITAI}?period=century",
        f"{CIVITAI}?cursor=nonsense", f"{CIVITAI}?cursor={'x' * 5000}", f"{CIVITAI}?page=2", f"{CIVITAI}?kind=banana",
        f"{CIVITAI}?types=Nonsense", f"{CIVITAI}?types=", f"{CIVITAI}?nsfw=perhaps", f"{CIVITAI}?q={'x' * 201}",
        f"{CIVITAI}?sort=trending", f"{CIVITAI}/models/0", f"{CIVITAI}/models/x", f"{CIVITAI}/models/99999999999",
        f"{CIVITAI}/models/1?cursor=-1", f"{CIVITAI}/versions/-1", f"{HUB}?sort=collected", f"{HUB}?base_models=Pony",
        f"{HUB}?cursor=W10=", f"{HUB}/a/b/tree?path=%00&revision=", f"{HUB}/-a/b/tree", f"{HUB}/a/b/tree?depth=1",
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_words(client: Client, path: str) -> None:
    status, told = client.ask("GET", path)
    assert (status, told["success"]) == (422, False), told
    assert "…" not in told["error"]


@pytest.mark.parametrize(
    "path",
    [
        f"{CIVITAI}/models/7", f"{CIVITAI}/versions/7", f"{HUB}/little-atlas/atlas-xl/tree?path=nowhere",
        f"{HUB}/little-atlas/atlas-xl/tree?revision=nowhere", "/api/browse/pictures/x", "/api/browse/elsewhere",
        f"/api/browse/pictures/{'a' * 32}", f"{HUB}/a/b/c/tree",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert client.ask("GET", path)[0] == 404


def test_a_busy_site_is_told_with_the_pause_that_it_wants(client: Client, hub: Hub) -> None:
    hub.misbehave("civitai:/api/v1/models", "status:429:900", times=1)
    for _ in range(2):
        status, told = client.ask("GET", CIVITAI)
        assert (status, told["code"]) == (502, "rate-limited")
        assert 800 < told["context"]["retry_after"] <= 900
    assert client.ask("GET", "/api/models")[0] == 200


def test_a_region_that_is_blocked_is_told(client: Client, hub: Hub) -> None:
    hub.civitai.region_blocked = True
    status, told = client.ask("GET", CIVITAI)
    assert (status, told["code"]) == (403, "region-blocked")


def test_a_page_of_html_is_no_answer(client: Client, hub: Hub) -> None:
    hub.misbehave("civitai:/api/v1/models", "html", times=None)
    assert client.ask("GET", CIVITAI)[1]["code"] in {"bad-answer", "captive-portal"}


def test_many_are_queued_in_one_go(client: Client, hub: Hub) -> None:
    items = [{"link": hub.example("lora")}, {"link": "no link at all"}]
    items.append({"link": hub.example("hf-gguf"), "file": "pocket-poet-Q4_K_M.gguf"})
    status, told = client.ask("POST", "/api/downloads/many", {"items": items}, Idempotency_Key="k1")
    assert status == 202
    first, refused, third = told["data"]
    assert (refused["download"], refused["problem"]["code"]) == (None, "link-not-understood")
    assert {client.wait(each["download"]["id"])["state"] for each in (first, third)} == {"done"}
    again = client.ask("POST", "/api/downloads/many", {"items": items}, Idempotency_Key="k1")[1]["data"]
    assert [each["download"] and each["download"]["id"] for each in again] == [
        each["download"] and each["download"]["id"] for each in told["data"]
    ]


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"items": []},
        {"items": [{}]},
        {"items": [{"link": 1}]},
        {"items": [{"link": "a", "url": "b"}]},
        {"items": 1},
    ],
)
def test_many_of_nothing_are_refused(client: Client, wish: Any) -> None:
    assert client.ask("POST", "/api/downloads/many", wish)[0] == 422
