"""What the downloads page asks: pictures of links, everything at once, words in the history, where a review leads."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import urllib3

from modella.demo.hub import Hub
from tests.api.client import Client


def until(look: Callable[[], Any], seconds: float = 60) -> Any:
    """What a look gives as soon as it gives something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come")


def slow(hub: Hub, number: int) -> str:
    return f"{hub.files_url}/files/virtual-64m.bin?fault=throttle:200000&n={number}"


def test_pictures_of_a_pasted_link_come_small_and_only_those(client: Client, hub: Hub) -> None:
    listing = client.ask("POST", "/api/downloads/preview", {"url": hub.example("lora")})[1]["data"]["listing"]
    url = next(each["url"] for each in listing["pictures"] if each["type"] == "image")
    asked = f"{client.address}/api/downloads/preview/picture?url="
    for _ in range(2):
        answer = urllib3.request("GET", asked + quote(url, safe=""))
        assert (answer.status, answer.headers["content-type"], answer.data[8:12]) == (200, "image/webp", b"WEBP")
    assert urllib3.request("GET", asked + quote(f"{hub.files_url}/files/other.png", safe="")).status == 404


def test_everything_can_be_paused_and_resumed_at_once(client: Client, hub: Hub) -> None:
    ids = [client.ask("POST", "/api/downloads", {"url": slow(hub, n)})[1]["data"]["id"] for n in range(6)]
    until(lambda: client.ask("GET", "/api/downloads?state=fetching")[1]["data"]["items"])
    assert client.ask("POST", "/api/downloads/pause", {})[1]["data"] == len(ids)
    paused = client.ask("GET", "/api/downloads?state=paused")[1]["data"]["items"]
    assert [each["id"] for each in paused] == ids
    assert client.ask("POST", "/api/downloads/resume", {})[1]["data"] == len(ids)
    assert client.ask("GET", "/api/downloads?state=paused")[1]["data"]["items"] == []
    for each in ids:
        client.ask("POST", f"/api/downloads/{each}/cancel", {})


def test_the_history_is_searched_by_words_and_cleared_by_state(client: Client, hub: Hub) -> None:
    done = client.pull(hub.example("lora"))
    gone = client.ask("POST", "/api/downloads", {"url": slow(hub, 1)})[1]["data"]["id"]
    client.ask("POST", f"/api/downloads/{gone}/cancel", {})

    def found(query: str) -> list[str]:
        return [each["id"] for each in client.ask("GET", f"/api/downloads?{query}")[1]["data"]["items"]]

    assert found(f"q={quote(done['name'].upper())}") == [done["id"]]
    assert found(f"q={quote(done['files'][0]['name'])}") == [done["id"]]
    assert found("q=virtual%2064M") == [gone]
    assert found("q=virtual%20nothing") == []
    assert client.ask("DELETE", "/api/downloads?state=cancelled&state=queued", {})[1]["data"] == 1
    assert found("") == [done["id"]]
    assert client.ask("DELETE", "/api/downloads", {})[0] == 422


def test_a_review_tells_where_the_model_would_go(client: Client, hub: Hub) -> None:
    wish = {"url": hub.example("lora"), "review": True}
    asked = client.ask("POST", "/api/downloads", wish)[1]["data"]["id"]
    until(lambda: client.ask("GET", f"/api/downloads/{asked}")[1]["data"]["state"] == "review")

    def folder(fields: dict[str, Any]) -> str:
        told = client.ask("POST", f"/api/downloads/{asked}/target", {"fields": fields})[1]["data"]
        return str(told["folder"])

    assert folder({}).startswith("loras/sdxl/")
    changed = {"name": "My Own", "version": None, "family": "flux1", "kind": "vae"}
    assert folder(changed) == "vae/flux1/my-own"
    placed = client.ask("POST", f"/api/downloads/{asked}/finalize", {"fields": changed})
    assert placed[0] == 200
    done = until(lambda: client.ask("GET", "/api/downloads?state=done")[1]["data"]["items"])[0]
    assert client.ask("GET", f"/api/models/{done['model_id']}")[1]["data"]["path"] == "vae/flux1/my-own"
    assert client.ask("POST", f"/api/downloads/{asked}/target", {"fields": {}})[0] == 409


def test_architectures_are_told_with_their_names(client: Client) -> None:
    told = client.ask("GET", "/api/families")[1]["data"]
    assert {"name": "sdxl", "label": "Stable Diffusion XL", "short": "SDXL"} in told
