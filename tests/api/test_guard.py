"""Who may speak to the API, judged by the headers of a request alone."""

import asyncio
import json
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from modella.api.guard import Guard

HOST = ("host", "127.0.0.1:8190")


async def _inner(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


def ask(method: str, *headers: tuple[str, str]) -> tuple[int, dict[str, Any]]:
    """Status and body of the guard's answer to a request."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": "/", "headers": [(n.encode(), v.encode()) for n, v in headers]}
    asyncio.run(Guard(_inner, names=["studio.lan"])(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8190", "localhost", "LOCALHOST:1", "[::1]:8190", "studio.lan", "127.8.8.8", "[::1]"]
)
def test_our_own_names_are_let_in(host: str) -> None:
    assert ask("GET", ("host", host))[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil@127.0.0.1", "evil.test", "127.0.0.1.evil.test", "127.0.0.1/evil", "127.0.0.1?x", "127.0.0.1#x", ""),
        *("[::1", "127.0.0.1:x", "localhost:1@evil.test", "10.0.0.7", "127.0.0.1 ", "\\\\127.0.0.1"),
    ],
)
def test_other_names_are_told_that_they_are_none(host: str) -> None:
    assert ask("GET", ("host", host))[0] == 421


def test_two_hosts_are_none() -> None:
    assert ask("GET", HOST, HOST)[0] == 421


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8190", "https://127.0.0.1:8190", "HTTP://127.0.0.1:8190"])
def test_our_own_pages_may_change_things(origin: str) -> None:
    assert ask("POST", HOST, ("origin", origin))[0] == 200


@pytest.mark.parametrize(
    "origin",
    [
        *("http://evil.test", "http://evil://127.0.0.1:8190", "null", "127.0.0.1:8190", "http://127.0.0.1:8190/x", ""),
        *("ftp://127.0.0.1:8190", "http://127.0.0.1", "http://evil@127.0.0.1:8190"),
    ],
)
def test_other_pages_may_not(origin: str) -> None:
    status, told = ask("POST", HOST, ("origin", origin), ("content-type", "application/json"))
    assert (status, told["code"], told["success"]) == (403, "cross-site", False)


def test_two_origins_are_refused_even_when_one_is_ours() -> None:
    ours = ("origin", "http://127.0.0.1:8190")
    assert ask("POST", HOST, ours, ("origin", "http://evil.test"))[0] == 403
    assert ask("POST", HOST, ours, ours)[0] == 403


def test_a_program_is_told_which_header_is_missing() -> None:
    status, told = ask("POST", HOST, ("content-type", "text/plain"))
    assert status == 403
    assert "Content-Type: application/json" in told["hint"]
    assert "X-Modella" in told["hint"]
    assert told["context"] == {}
    assert ask("POST", HOST, ("x-modella", "1"))[0] == 200
    assert ask("POST", HOST, ("content-type", "application/json; charset=utf-8"))[0] == 200


@pytest.mark.parametrize("length", ["1048577", "9" * 5000, "x", "-1"])
def test_a_body_without_measure_is_refused(length: str) -> None:
    assert ask("POST", HOST, ("x-modella", "1"), ("content-length", length))[0] == 413
