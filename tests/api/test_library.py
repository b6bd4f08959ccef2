"""The library by HTTP: roots, scans, tasks, searches, health; and bad input at each of them."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from modella.demo.weights import build
from tests.api.client import Client

LONG_AGO = 1_700_000_000


def weights(path: Path, recipe: str = "lora-sdxl", seed: int = 1) -> Path:
    content = build(recipe, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.read(0, content.size))
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def ended(client: Client, task: dict[str, Any]) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while task["state"] == "running":
        assert time.monotonic() < deadline, task
        task = client.ask("GET", f"/api/tasks/{task['task']}?wait=5")[1]["data"]
    return task


def scanned(client: Client, **wish: Any) -> dict[str, Any]:
    status, told = client.ask("POST", "/api/models/scan", wish)
    assert status == 202, told
    return ended(client, told["data"])


def test_a_folder_is_adopted_scanned_found_and_left(client: Client, tmp_path: Path) -> None:
    weights(tmp_path / "have" / "Nice One.safetensors")
    status, told = client.ask("POST", "/api/models/adopt", {"folder": str(tmp_path / "have")})
    assert status == 202
    assert ended(client, told["data"]["task"])["result"]["added"] == 1
    found = client.ask("GET", "/api/models?q=nice")[1]["data"]
    assert (found["total"], found["items"][0]["kind"], dict(found["facets"]["kind"])) == (1, "lora", {"lora": 1})
    roots = client.ask("GET", "/api/roots")[1]["data"]
    assert [(root["models"], root["online"]) for root in roots] == [(0, True), (1, True)]
    assert client.ask("DELETE", f"/api/roots/{roots[1]['id']}", X_Modella="test")[0] == 200
    assert client.ask("GET", "/api/models")[1]["data"]["total"] == 0
    assert (tmp_path / "have" / "Nice One.safetensors").exists()


def test_hashes_verification_and_rebuilding_are_tasks(client: Client, tmp_path: Path) -> None:
    path = weights(tmp_path / "have" / "x.safetensors")
    assert scanned(client, folders=[str(tmp_path / "have")], hash=True)["result"]["added"] == 1
    model = client.ask("GET", "/api/models")[1]["data"]["items"][0]
    assert model["files"][0]["sha256"] == build("lora-sdxl", 1).sha256
    verified = ended(client, client.ask("POST", "/api/models/verify", {})[1]["data"])
    assert verified["result"] == {"models": 1, "fine": 1, "bad": []}
    content = bytearray(path.read_bytes())
    content[-1] ^= 255
    path.write_bytes(content)
    os.utime(path, (LONG_AGO, LONG_AGO))
    verified = ended(client, client.ask("POST", "/api/models/verify", {"ids": [model["id"]]})[1]["data"])
    assert verified["result"]["bad"][0]["files"][0]["state"] == "damaged"
    assert client.ask("GET", "/api/models?trust=damaged")[1]["data"]["total"] == 1
    assert ended(client, client.ask("POST", "/api/models/rebuild", {})[1]["data"])["state"] == "done"
    assert client.ask("GET", "/api/models?trust=damaged")[1]["data"]["total"] == 1


def test_the_doctor_says_what_is_wrong(client: Client, tmp_path: Path) -> None:
    path = weights(tmp_path / "have" / "x.safetensors")
    scanned(client, folders=[str(tmp_path / "have")])
    checks = {each["check"]: each["level"] for each in client.ask("GET", "/api/doctor")[1]["data"]}
    assert (checks["index-agrees"], checks["not-hashed"]) == ("fine", "note")
    path.unlink()
    checks = {each["check"]: each["level"] for each in client.ask("GET", "/api/doctor")[1]["data"]}
    assert checks["file-missing"] == "problem"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/models/scan", {"folders": ["relative/folder"]}, 422),
        ("/api/models/scan", {"folders": ["/no/such/folder"]}, 404),
        ("/api/models/scan", {"folders": ["/"]}, 422),
        ("/api/models/scan", {"folders": ["/x\u0000y"]}, 422),
        ("/api/models/scan", {"folders": "x"}, 422),
        ("/api/models/adopt", {}, 422),
        ("/api/models/adopt", {"folder": ""}, 422),
        ("/api/models/adopt", {"folder": "/no/such"}, 404),
        ("/api/models/verify", {"ids": [1]}, 422),
        ("/api/tasks/nothing/cancel", {}, 404),
    ],
)
def test_bad_wishes_are_refused_with_a_sentence(client: Client, path: str, body: Any, status: int) -> None:
    got, told = client.ask("POST", path, body)
    assert (got, told["success"]) == (status, False)
    assert told["error"]
    assert told["hint"]


@pytest.mark.parametrize(
    "query", ["cursor=zzz", "size=lots", "limit=0", "limit=501", "sort=nothing", "added_at=soon", "id_end=x"]
)
def test_bad_questions_are_refused(client: Client, query: str) -> None:
    assert client.ask("GET", f"/api/models?{query}")[0] == 422


def test_unknown_roots_tasks_and_searches_are_not_found(client: Client) -> None:
    assert client.ask("DELETE", "/api/roots/nothing", X_Modella="test")[0] == 404
    assert client.ask("PATCH", "/api/roots/nothing", {})[0] == 404
    assert client.ask("GET", "/api/tasks/nothing")[0] == 404
    assert client.ask("DELETE", "/api/searches/nothing", X_Modella="test")[0] == 404


def test_searches_are_kept_under_a_name(client: Client) -> None:
    search = {"name": "Dark", "q": "dark tag:anime", "params": {"kind": ["lora"]}}
    assert client.ask("PUT", "/api/searches", search)[1]["data"] == [search]
    assert client.ask("PUT", "/api/searches", {**search, "name": "DARK", "q": "x"})[1]["data"][0]["q"] == "x"
    assert client.ask("PUT", "/api/searches", {"name": "bad", "q": "size:>lots"})[0] == 422
    assert client.ask("DELETE", "/api/searches/dark", X_Modella="test")[1]["data"] == []


def test_models_are_filtered_from_both_sides(client: Client, tmp_path: Path) -> None:
    weights(tmp_path / "have" / "a.safetensors")
    weights(tmp_path / "have" / "b.safetensors", "vae-sd")
    scanned(client, folders=[str(tmp_path / "have")])
    for query, total in (
        ("kind=lora", 1),
        ("kind=!lora", 1),
        ("kind=lora|vae", 2),
        ("kind=lora&kind=vae", 2),
        ("family=none", 1),
    ):
        assert client.ask("GET", f"/api/models?{query}")[1]["data"]["total"] == total, query
    page = client.ask("GET", "/api/models?limit=1&sort=name")[1]["data"]
    rest = client.ask("GET", f"/api/models?limit=1&sort=name&cursor={page['next']}")[1]["data"]
    assert [page["items"][0]["name"], rest["items"][0]["name"], rest["next"], rest["facets"]] == ["a", "b", None, None]


def test_pictures_beside_adopted_files_are_drawn_anew(client: Client, tmp_path: Path) -> None:
    weights(tmp_path / "have" / "a.safetensors")
    Image.new("RGB", (900, 600), "red").save(tmp_path / "have" / "a.preview.png")
    (tmp_path / "have" / "a_1.jpg").write_bytes(b"<script>no picture</script>")
    scanned(client, folders=[str(tmp_path / "have")])
    model = client.ask("GET", "/api/models")[1]["data"]["items"][0]
    assert model["preview"]["file"] == "a.preview.png"
    answer = client._pool.request("GET", f"{client.address}/api/models/{model['id']}/previews/1?thumb=true")
    assert (answer.status, answer.headers["Content-Type"], answer.data[8:12]) == (200, "image/webp", b"WEBP")
    assert client.ask("GET", f"/api/models/{model['id']}/previews/2")[0] == 404
    assert sorted(p.name for p in (tmp_path / "have").iterdir() if p.is_file()) == [
        "a.preview.png",
        "a.safetensors",
        "a_1.jpg",
    ]


def test_a_record_of_an_adopted_model_is_read_whole(client: Client, tmp_path: Path) -> None:
    weights(tmp_path / "have" / "a.safetensors")
    (tmp_path / "have" / "a.json").write_text(json.dumps({"notes": "mine", "activation text": "abc"}))
    scanned(client, folders=[str(tmp_path / "have")])
    model = client.ask("GET", "/api/models?q=abc")[1]["data"]["items"][0]
    whole = client.ask("GET", f"/api/models/{model['id']}")[1]["data"]
    assert (whole["notes"], whole["imported"]["files"], whole["home"]) == ("mine", ["a.json"], "adopted")


def test_half_characters_and_impossible_folders_are_refused_in_words(client: Client, tmp_path: Path) -> None:
    weights(tmp_path / "have" / "a.safetensors")
    scanned(client, folders=[str(tmp_path / "have")])
    model = client.ask("GET", "/api/models")[1]["data"]["items"][0]["id"]
    half = "\ud800"
    for method, path, wish in [
        ("POST", "/api/models/scan", {"folders": [half]}),
        ("POST", "/api/models/adopt", {"folder": f"/tmp/{half}"}),
        ("POST", "/api/models/adopt", {"folder": "~nobody-here/x"}),
        ("POST", "/api/models/adopt", {"folder": "/" + "x" * 4000}),
        ("POST", f"/api/models/{model}/move", {"to": half}),
        ("POST", f"/api/models/{model}/move", {"name": half}),
        ("POST", "/api/models/delete", {"ids": [half]}),
        ("POST", "/api/models/import", {"paths": [f"/{half}"]}),
        ("POST", "/api/models/placement/plan", {"ids": [half]}),
        ("POST", "/api/trash/purge", {"entries": [half]}),
        ("POST", f"/api/models/{model}/never-match", {"source": f"civitai:{half}"}),
        ("PUT", "/api/searches", {"name": half}),
    ]:
        status, told = client.ask(method, path, wish)
        assert status in {202, 404, 409, 422}, (path, wish, told)
    for path in ("/api/models?q=a%00b&sort=match", "/api/tasks", "/api/trash"):
        assert client.ask("GET", path)[0] == 200, path
