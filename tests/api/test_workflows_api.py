"""Workflows by HTTP: as JSON, as files, as anything else, and all that is missing in one go."""

import io
import json
from typing import Any

import pytest
import urllib3
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from modella.demo.hub import Hub
from tests.api.client import Client

GGUF = "pocket-poet-Q4_K_M.gguf"
PATH = "/api/workflows/missing"


def graph(*names: str) -> dict[str, Any]:
    """A workflow that loads these text encoders."""
    return {"nodes": [{"id": n, "type": "CLIPLoaderGGUF", "widgets_values": [name]} for n, name in enumerate(names)]}


def sent(client: Client, content: bytes, query: str = "", **headers: str) -> tuple[int, Any]:
    """The answer to a file."""
    known = {"Content-Type": "application/octet-stream", "X-Modella": "1"}
    told = {**known, **{name.replace("_", "-"): value for name, value in headers.items()}}
    answer = urllib3.request("POST", f"{client.address}{PATH}{query}", body=content, headers=told)
    return answer.status, answer.json()


def picture(told: dict[str, Any]) -> bytes:
    """A picture that carries a workflow."""
    made, info = io.BytesIO(), PngInfo()
    info.add_text("workflow", json.dumps(told))
    Image.new("RGB", (8, 8)).save(made, "PNG", pnginfo=info)
    return made.getvalue()


def test_a_workflow_is_told_what_it_misses_and_gets_it(client: Client) -> None:
    status, told = client.ask("POST", PATH, {"workflow": graph(GGUF, "of-nobody-at-all.gguf")})
    assert status == 200
    first, second = told["data"]["models"]
    assert told["data"]["counts"] == {"present": 0, "queued": 0, "missing": 2}
    assert (first["state"], first["kind"], second["offers"]) == ("missing", "text_encoder", [])
    offer = first["offers"][0]
    wish = {"items": [{"link": offer["link"], "file": offer["file"]}, {"link": "no link at all"}]}
    status, told = client.ask("POST", "/api/workflows/pull", wish)
    assert status == 202
    queued, refused = told["data"]
    assert (refused["problem"]["code"], refused["download"]) == ("link-not-understood", None)
    assert client.wait(queued["download"]["id"])["state"] == "done"
    data = client.ask("POST", f"{PATH}?search=false", {"workflow": graph(GGUF)})[1]["data"]
    assert (data["counts"]["present"], data["searched"]) == (1, False)


def test_files_are_taken_as_they_are(client: Client) -> None:
    for content in (json.dumps(graph("a.gguf")).encode(), picture(graph("a.gguf"))):
        status, told = sent(client, content, "?search=false")
        assert (status, [each["name"] for each in told["data"]["models"]]) == (200, ["a.gguf"])


def test_a_large_workflow_is_taken(client: Client) -> None:
    large = graph("a.gguf") | {"extra": "x" * 3_000_000}
    assert sent(client, json.dumps(large).encode(), "?search=false")[0] == 200
    assert client.ask("POST", f"{PATH}?search=false", {"workflow": large})[0] == 200


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not-a-workflow"),
        (b"{}", "not-a-workflow"),
        (b"\x00" * 100, "not-a-workflow"),
        (b"[" * 500_000, "not-a-workflow"),
        (picture({"a": 1}), "not-a-workflow"),
        (b"\x89PNG\r\n\x1a\n", "no-workflow-inside"),
        (b" " * (17 << 20), "workflow-too-large"),
    ],
)
def test_what_is_no_workflow_is_refused(client: Client, content: bytes, code: str) -> None:
    status, told = sent(client, content)
    assert (status, told["code"]) == (422, code)
    assert told["error"]


def test_a_file_of_no_size_anybody_needs_is_not_even_read(client: Client) -> None:
    assert client.ask("POST", PATH, None, Content_Length=str(65 << 20), X_Modella="1")[0] == 413


@pytest.mark.parametrize("body", [{}, {"workflow": 5}, {"workflow": None}, {"workflow": {}, "x": 1}, [], "text"])
def test_a_body_that_asks_for_something_else_is_told_so(client: Client, body: Any) -> None:
    status, told = client.ask("POST", PATH, body)
    assert (status, told["code"] in {"bad-value", "unknown-key"}) == (422, True)


def test_json_that_is_none_is_refused(client: Client) -> None:
    status, told = sent(client, b"{", Content_Type="application/json")
    assert (status, told["code"]) == (422, "not-a-workflow")


def test_a_page_of_another_site_cannot_send_a_workflow(client: Client) -> None:
    assert sent(client, b"{}", Origin="https://evil.example")[0] == 403
    answer = urllib3.request("POST", f"{client.address}{PATH}", body=b"{}", headers={"Content-Type": "text/plain"})
    assert answer.status == 403


def test_parameters_that_nobody_knows_are_refused(client: Client) -> None:
    assert sent(client, b"{}", "?serach=false")[0] == 422


def test_a_source_that_is_down_is_told(client: Client, hub: Hub) -> None:
    hub.misbehave("huggingface:*", "status:503", times=None)
    (trouble,) = client.ask("POST", PATH, {"workflow": graph("lost.gguf")})[1]["data"]["troubles"]
    assert (trouble["source"], trouble["code"]) == ("huggingface", "server-error")
