"""Requests that say something wrong are answered with what is wrong, and the description tells what answers hold."""

import time
from pathlib import Path
from typing import Any

import pytest
import urllib3

from modella.api.answers import Refusal
from modella.api.shapes import ModelRecord, ModelSummary
from modella.demo.hub import Hub
from tests.api.client import JSON, Client
from tests.documents import api, operations


def raw(client: Client, method: str, path: str, body: bytes | None) -> tuple[int, Any]:
    """Status and JSON of an answer to exactly these bytes."""
    answer = urllib3.request(method, client.address + path, body=body, headers=JSON, retries=False)
    return answer.status, answer.json()


@pytest.mark.parametrize(
    ("method", "path", "body", "key", "meant"),
    [
        ("POST", "/api/models/scan", {"folder": ["/x"]}, "folder", "folders"),
        ("POST", "/api/models/adopt", {"folder": "/x", "centrall": True}, "centrall", "central"),
        ("POST", "/api/models/verify", {"id": ["x"]}, "id", "ids"),
        ("POST", "/api/models/hash", {"ids": ["x"]}, "ids", None),
        ("POST", "/api/models/rebuild", {"ids": ["x"]}, "ids", None),
        ("PATCH", "/api/roots/library", {"watch": True}, "watch", "watched"),
        ("PUT", "/api/searches", {"name": "a", "query": "x"}, "query", None),
        ("POST", "/api/downloads", {"url": "a", "files": "x"}, "files", "file"),
        ("PATCH", "/api/models/x", {"fields": {"name": "x"}}, "fields", None),
        ("POST", "/api/models/edit", {"ids": ["x"], "add_tag": ["x"]}, "add_tag", "add_tags"),
        ("POST", "/api/models/x/move", {"target": "x"}, "target", None),
        ("POST", "/api/duplicates/reclaim", {"how": "hardlink", "group": []}, "group", "groups"),
        ("PUT", "/api/tokens/civitai", {"value": "abcdef", "kind": "x"}, "kind", None),
        ("GET", "/api/models?kinds=lora", None, "kinds", "kind"),
        ("GET", "/api/models?Limit=5", None, "Limit", "limit"),
        ("GET", "/api/downloads?states=done", None, "states", "state"),
    ],
)
def test_a_key_that_is_not_known_is_refused_by_its_name(
    client: Client, method: str, path: str, body: Any, key: str, meant: str | None
) -> None:
    status, told = client.ask(method, path, body)
    assert (status, told["code"], told["context"]["name"]) == (422, "unknown-key", key), told
    assert told["error"] == f"{key} is not known here"
    assert told["context"]["hint"] == meant
    assert meant is None or f"you mean {meant};" in told["hint"]


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("/api/models/scan", b'{"folders"', '{"folders" cannot be used for body: it is not JSON'),
        ("/api/models/scan", b"", "The request has no body, and a JSON object is needed"),
        ("/api/models/scan", b"[]", "[] cannot be used for body: a JSON object is needed"),
        ("/api/models/scan", b'{"folders": "x"}', "x cannot be used for folders: a list is needed"),
        ("/api/models/scan", b'{"folders": [1]}', "1 cannot be used for folders.0: text is needed"),
        ("/api/models/scan", b'{"hash": "perhaps"}', "perhaps cannot be used for hash: true or false is needed"),
        ("/api/models/adopt", b"{}", "folder is missing"),
        ("/api/models/adopt", b'{"folder": ""}', '"" cannot be used for folder: at least 1 characters are needed'),
        ("/api/models/delete", b'{"ids": []}', "[] cannot be used for ids: at least 1 entries are needed"),
        ("/api/duplicates/reclaim", b'{"how": "x"}', "x cannot be used for how: it must be 'hardlink'"),
        ("/api/models/scan", b"\xff\xfe", "cannot be used for body"),
    ],
)
def test_what_is_wrong_with_a_body_is_said_in_our_words(client: Client, path: str, body: bytes, sentence: str) -> None:
    status, told = raw(client, "POST", path, body)
    assert status in {400, 422}
    assert told["code"] == "bad-value"
    assert sentence in told["error"]
    assert told["hint"]
    assert {"name", "value", "reason"} <= told["context"].keys()


def test_a_parameter_out_of_its_bounds_is_told_with_the_bound(client: Client) -> None:
    told = client.ask("GET", "/api/models?limit=9000")[1]
    assert told["error"] == "9000 cannot be used for limit: at most 500 is allowed"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nosuch", 404, "no-such-operation"),
        ("GET", "/nosuch.js", 404, "no-such-operation"),
        ("POST", "/nosuch", 405, "wrong-method"),
        ("GET", "/api/models/a%2Fb", 404, "unknown-id"),
        ("DELETE", "/api/trash", 405, "wrong-method"),
        ("POST", "/api/models", 405, "wrong-method"),
    ],
)
def test_what_the_api_does_not_have_is_said_with_a_code_and_a_hint(
    client: Client, method: str, path: str, status: int, code: str
) -> None:
    found, told = client.ask(method, path, None, X_Modella="test")
    assert (found, told["code"]) == (status, code)
    Refusal.model_validate(told)
    assert "…" not in told["error"] + told["hint"]
    assert told["hint"]


def test_every_operation_declares_the_envelope_of_errors_and_nothing_of_the_framework() -> None:
    described = api().openapi()
    for method, path, told in operations():
        for group in ("4XX", "5XX"):
            schema = told["responses"][group]["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Refusal"}, f"{method} {path}"
        assert "422" not in told["responses"], f"{method} {path}"
    assert not {"HTTPValidationError", "ValidationError"} & described["components"]["schemas"].keys()
    assert set(described["components"]["schemas"]["Refusal"]["properties"]) == {
        *("success", "error", "code", "hint", "context"),
    }


def test_whatever_begins_a_task_answers_202_and_every_202_is_of_something_that_goes_on() -> None:
    begun = {f"{method} {path}" for method, path, told in operations() if "202" in told["responses"]}
    for verb in ("scan", "adopt", "hash", "verify", "rebuild", "lookup", "import", "placement/apply"):
        assert f"POST /api/models/{verb}" in begun
    assert {"POST /api/models/{model_id}/move", "POST /api/duplicates/reclaim", "POST /api/duplicates/undo"} <= begun


def test_the_list_and_the_record_are_as_they_are_described(client: Client, hub: Hub) -> None:
    model = client.pull(hub.example("lora"))["model_id"]
    item = client.ask("GET", "/api/models")[1]["data"]["items"][0]
    assert item.keys() == ModelSummary.model_fields.keys()
    assert ModelSummary.model_validate(item).id == model
    record = client.ask("GET", f"/api/models/{model}")[1]["data"]
    assert ModelRecord.model_validate(record).files[0].verified.state == "verified"
    described = api().openapi()
    for method, path in (("get", "/api/models/{model_id}"), ("patch", "/api/models/{model_id}")):
        schema = described["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Answer_ModelRecord_"}
    page = described["components"]["schemas"]["ModelPage"]["properties"]["items"]["items"]
    assert page == {"$ref": "#/components/schemas/ModelSummary"}


def test_a_task_tells_when_it_began_and_ended(client: Client, tmp_path: Path) -> None:
    (tmp_path / "have").mkdir()
    task = client.ask("POST", "/api/models/scan", {"folders": [str(tmp_path / "have")]})[1]["data"]
    deadline = time.monotonic() + 60
    while task["state"] == "running":
        assert time.monotonic() < deadline
        assert (bool(task["began_at"]), task["ended_at"]) == (True, None)
        task = client.ask("GET", f"/api/tasks/{task['task']}?wait=5")[1]["data"]
    assert "" < task["began_at"] <= task["ended_at"]
    assert not {"seq", "at", "type"} & task.keys()
    assert client.ask("GET", "/api/tasks")[1]["data"][0]["ended_at"] == task["ended_at"]
