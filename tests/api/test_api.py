"""The API as a program meets it: envelopes, errors, events, and who is let in."""

import json
import socket
from typing import Any

import pytest
import urllib3
from websockets.sync.client import connect

from modella.demo.hub import Hub
from tests.api.client import Client
from tests.place import Place


def test_a_link_is_previewed_without_being_queued(client: Client, hub: Hub) -> None:
    status, told = client.ask("POST", "/api/downloads/preview", {"url": hub.example("lora")})
    assert (status, told["success"]) == (200, True)
    assert told["data"]["target"]["folder"].startswith("loras/sdxl/")
    assert told["data"]["size"] > 0
    assert client.ask("GET", "/api/downloads")[1]["data"]["items"] == []


def test_a_download_ends_as_a_model_that_can_be_listed_and_seen(client: Client, hub: Hub) -> None:
    done = client.pull(hub.example("lora"))
    assert done["state"] == "done"
    page = client.ask("GET", "/api/models?q=" + done["name"].split()[0])[1]["data"]
    assert [item["id"] for item in page["items"]] == [done["model_id"]]
    model = client.ask("GET", f"/api/models/{done['model_id']}")[1]["data"]
    assert model["files"][0]["verified"]["state"] == "verified"
    answer = urllib3.request("GET", f"{client.address}/api/models/{model['id']}/previews/1?thumb=true")
    assert answer.status == 200
    assert answer.headers["content-type"] in {"image/webp", "video/webm"}
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_finished_download_can_be_verified_again(client: Client, hub: Hub, place: Place) -> None:
    done = client.pull(hub.example("lora"))
    assert client.ask("POST", f"/api/downloads/{done['id']}/verify", {})[1]["data"]["ok"] is True
    weights = next(place.root.rglob("*.safetensors"))
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    again = client.ask("POST", f"/api/models/{done['model_id']}/verify", {})[1]["data"]
    assert (again["ok"], again["files"][0]["state"]) == (False, "damaged")
    assert weights.read_bytes() == content


@pytest.mark.parametrize(
    "body", [{}, {"url": ""}, {"url": 7}, {"url": "x" * 9000}, {"url": "a", "nonsense": 1}, [], "x"]
)
def test_a_senseless_wish_is_refused_with_a_sentence(client: Client, body: Any) -> None:
    status, told = client.ask("POST", "/api/downloads", body)
    assert status == 422
    assert told["success"] is False
    assert told["error"]
    assert told["hint"]


def test_an_unknown_download_is_404_with_a_code(client: Client) -> None:
    for path in ("/api/downloads/nope", "/api/models/nope", "/api/models/nope/previews/1"):
        status, told = client.ask("GET", path)
        assert (status, told["code"]) == (404, "unknown-id")


def test_paths_out_of_the_library_are_not_served(client: Client, hub: Hub) -> None:
    done = client.pull(hub.example("lora"))
    base = f"/api/models/{done['model_id']}/previews/"
    for tail in ("..%2f..%2fmetadata.json", "0", "-1", "999", "%2e%2e", "1%00"):
        assert client.ask("GET", base + tail)[0] in {404, 422}


def test_events_come_numbered_and_can_be_caught_up_with(client: Client, hub: Hub) -> None:
    with connect(f"ws://{client.host}/ws/events") as channel:
        done = client.pull(hub.example("lora"))
        seen = []
        while not seen or seen[-1].get("download", {}).get("state") != "done":
            seen.append(json.loads(channel.recv(timeout=10)))
    numbers = [event["seq"] for event in seen]
    assert numbers == sorted(set(numbers))
    with connect(f"ws://{client.host}/ws/events?since=0") as channel:
        again = json.loads(channel.recv(timeout=5))
    assert again["download"]["id"] == done["id"]


def test_a_downloads_own_stream_ends_with_it(client: Client, hub: Hub) -> None:
    done = client.pull(hub.example("lora"))
    with connect(f"ws://{client.host}/ws/downloads/{done['id']}") as channel:
        told = [json.loads(message) for message in channel]
    assert [event["download"]["state"] for event in told] == ["done"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.test"}, 421),
        ({"Host": "evil.test:80"}, 421),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "cors"}, 403),
        ({"Content_Type": "text/plain"}, 403),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 403),
    ],
)
def test_other_web_sites_cannot_use_the_api(client: Client, hub: Hub, headers: dict[str, str], status: int) -> None:
    assert client.ask("POST", "/api/downloads", {"url": hub.example("lora")}, **headers)[0] == status
    assert client.ask("GET", "/api/downloads")[1]["data"]["items"] == []


def test_a_foreign_page_cannot_listen_to_events(client: Client) -> None:
    with pytest.raises(Exception, match="403"), connect(f"ws://{client.host}/ws/events", origin="http://evil.test"):  # type: ignore[arg-type]
        pass


def test_no_answer_lets_another_origin_read_it(client: Client) -> None:
    answer = urllib3.request("GET", client.address + "/api/models", headers={"Origin": "http://" + client.host})
    assert "access-control-allow-origin" not in answer.headers
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_huge_and_broken_requests_are_turned_away(client: Client) -> None:
    assert client.ask("POST", "/api/downloads", {"url": "x" * 2_000_000})[0] == 413
    deep = b"[" * 50_000
    wire = socket.create_connection(("127.0.0.1", int(client.host.split(":")[1])))
    head = f"POST /api/downloads HTTP/1.1\r\nHost: {client.host}\r\nContent-Type: application/json\r\n"
    wire.sendall(head.encode() + f"Content-Length: {len(deep)}\r\n\r\n".encode() + deep)
    assert wire.recv(100).split()[1] in {b"422", b"400"}
    wire.close()
    assert client.ask("GET", "/healthz")[0] == 200


def test_keys_go_in_and_never_come_out(client: Client, place: Place) -> None:
    assert client.ask("PUT", "/api/tokens/civitai", {"value": "canary-7f3a9c"})[0] == 200
    told = json.dumps(client.ask("GET", "/api/tokens")[1]) + json.dumps(client.ask("GET", "/api/settings")[1])
    assert "canary-7f3a9c" not in told
    assert oct((place.home / "secrets").stat().st_mode)[-3:] == "600"
    assert client.ask("DELETE", "/api/tokens/civitai", {})[1]["data"] is True


def test_settings_and_rules_can_be_changed_while_running(client: Client, hub: Hub) -> None:
    assert client.ask("PATCH", "/api/settings", {"bandwidth": 1000})[1]["data"]["values"]["bandwidth"] == 1000
    assert client.ask("PATCH", "/api/settings", {"bandwidth": None})[1]["data"]["values"]["bandwidth"] == 0
    for wrong in ({"bandwidth": -1}, {"home": "/"}, {"nonsense": 1}, {"download_hours": "25:00-99:99"}):
        assert client.ask("PATCH", "/api/settings", wrong)[0] == 422
    rule = [{"when": {"kind": "lora"}, "to": "mine/{name}"}]
    assert client.ask("PUT", "/api/rules", rule)[0] == 200
    assert client.ask("PUT", "/api/rules", [{"to": "../{name}/{nonsense}"}])[0] == 422
    model = client.ask("GET", "/api/models/" + client.pull(hub.example("lora"))["model_id"])[1]["data"]
    assert model["path"].startswith("mine/")


def test_the_api_describes_itself_and_the_pages_need_no_other_host(client: Client) -> None:
    description = client.ask("GET", "/api/openapi.json")[1]
    for path in ("/api/downloads", "/api/downloads/preview", "/api/models", "/api/models/{model_id}"):
        assert path in description["paths"]
    status, page = client.ask("GET", "/api/docs")
    assert status == 200
    assert "//cdn" not in page
    assert "<script" not in page
    assert client.ask("GET", "/readyz")[0] == 200
    assert "modella_downloads" in client.ask("GET", "/metrics")[1]


def test_nothing_that_is_read_changes_anything(client: Client, place: Place) -> None:
    before = sorted(str(p) for p in place.root.rglob("*") if p.suffix != ".db" and "models.db" not in p.name)
    for path in client.ask("GET", "/api/openapi.json")[1]["paths"]:
        client.ask("GET", path.replace("{", "").replace("}", ""))
    after = sorted(str(p) for p in place.root.rglob("*") if p.suffix != ".db" and "models.db" not in p.name)
    assert after == before
