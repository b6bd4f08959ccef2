"""The way from a command to a library: the server that owns it, or one of our own for as long as the command runs.

There is only one way in, the API: a command without a server starts one on a loopback port nobody knows, so that both
cases are the same code and a second command can join.
"""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import uvicorn
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from modella.api.app import make_app
from modella.core.errors import BadLink, Failed, ModellaError, NotFound, all_codes, error
from modella.core.events import EVENT, Event
from modella.io.net import Answer, Net, NetPolicy
from modella.io.settings import load
from modella.wiring import House, open_house, owner_of

Wire = socket.socket
"""What a server listens on."""

_START_SECONDS = 20.0


class Door:
    """Speaks the API of one server. `is_own` tells that the server ends with the command."""

    def __init__(self, address: str, *, is_own: bool = False, patience: float = 600) -> None:
        self.address = address
        self.is_own = is_own
        place = urlsplit(address)
        self._host, self._port = place.hostname or "127.0.0.1", place.port or 80
        policy = NetPolicy(allowed=frozenset({place.netloc}), stall_timeout=patience)
        self._net = Net(policy, {})

    def ask(self, method: str, path: str, body: Any = None, query: Mapping[str, Any] | None = None) -> Any:
        """The data of an answer; the error of the family that the server gave, as if it had happened here."""
        content = json.dumps(body).encode() if body is not None else None
        return self._ask(method, path, content, "application/json", query)

    def send(self, path: str, content: bytes, query: Mapping[str, Any] | None = None) -> Any:
        """The data of an answer to the bytes of a file."""
        return self._ask("POST", path, content, "application/octet-stream", query)

    def _ask(self, method: str, path: str, content: bytes | None, sort: str, query: Mapping[str, Any] | None) -> Any:
        lists = ((k, v if isinstance(v, list) else [v]) for k, v in (query or {}).items() if v is not None)
        pairs = ((k, each) for k, values in lists for each in values)
        tail = "&".join(f"{quote(k, safe='')}={quote(str(v), safe='')}" for k, v in pairs)
        headers = {"Content-Type": sort, "X-Modella": "cli"}
        url = f"{self.address}{path}" + (f"?{tail}" if tail else "")
        try:
            answer = self._net.ask(url, method=method, headers=headers, body=content)
            told = _read(answer)
        except ModellaError:
            raise Failed("server-unreachable", address=self.address) from None
        if told.get("success") is True:
            return told.get("data")
        raise _error_of(told, answer.status, path)

    @contextlib.contextmanager
    def events(self) -> Iterator["Listening"]:
        """The event stream, open from the moment this is entered."""
        try:
            wire = self._net.open_local(self._host, self._port)
            uri = f"ws://{self._host}:{self._port}/ws/events"
            with connect(uri, sock=wire, open_timeout=10, close_timeout=1, max_size=None, proxy=None) as channel:
                yield Listening(channel, self.address)
        except (InvalidHandshake, OSError):
            raise Failed("server-unreachable", address=self.address) from None


def _read(answer: Answer) -> dict[str, Any]:
    """The envelope of an answer; an empty one when what came is none."""
    try:
        told = answer.json()
    except ModellaError as problem:
        if problem.code != "bad-answer":
            raise
        return {}
    return told if isinstance(told, dict) else {}


def _error_of(told: Mapping[str, Any], status: int, path: str) -> ModellaError:
    """The error that an answer tells; one without a code of ours is read by its status."""
    code, context = str(told.get("code") or ""), dict(told.get("context") or {})
    if code in all_codes() and code != "internal":
        return error(code, **context)
    if status == 404:
        return NotFound("unknown-id", id=unquote(path.removeprefix("/api/").partition("/")[2])[:64])
    return Failed("internal", error_id=context.get("error_id") or told.get("error_id") or f"HTTP {status}")


class Listening:
    """Events as they come over the wire."""

    def __init__(self, channel: ClientConnection, address: str) -> None:
        self._channel = channel
        self._address = address

    def next(self, timeout: float = 0.5) -> Event | None:
        """The next event, or None when none came in time."""
        try:
            return EVENT.validate_json(self._channel.recv(timeout=timeout))
        except TimeoutError:
            return None
        except ConnectionClosed:
            raise Failed("server-unreachable", address=self._address) from None


@contextlib.contextmanager
def open_door(flags: Mapping[str, Any]) -> Iterator[Door]:
    """A door to the library that the flags name, whoever owns it."""
    owner = owner_of(flags)
    if owner is not None:
        yield Door(_address_of(flags, owner))
        return
    house = house_of(flags, only_asked=True)
    try:
        with serve_quietly(house) as address:
            yield Door(address, is_own=True)
    finally:
        house.close()


def house_of(flags: Mapping[str, Any], *env: Mapping[str, str], only_asked: bool = False) -> House:
    """Becomes the owner of the library, by an environment or the process's own.

    BadLink("bad-value") when the file of certificates cannot be used.
    """
    try:
        return open_house(flags, *env, only_asked=only_asked)
    except OSError as problem:
        # TLS libraries do not say which file they could not read; everything else that is opened has a name.
        file = load(flags, *env).ca_file
        if problem.filename or file is None:
            raise
        raise BadLink(
            "bad-value", name="MODELLA_CA_FILE", value=str(file), reason=problem.strerror or str(problem)
        ) from None


def _address_of(flags: Mapping[str, Any], owner: Mapping[str, Any]) -> str:
    """Where the owner can be reached; one that has just begun gets a moment to say so."""
    deadline = time.monotonic() + 5
    found: Mapping[str, Any] | None = owner
    while time.monotonic() < deadline:
        if found and found.get("address"):
            return str(found["address"])
        time.sleep(0.1)
        found = owner_of(flags)
    raise Failed("server-unreachable", address=str((found or {}).get("host") or "?"))


@contextlib.contextmanager
def serve_quietly(house: House) -> Iterator[str]:
    """A server of our own in a thread, on a port that the system chooses; stops at a checkpoint."""
    with listen("127.0.0.1", 0) as wire:
        address = f"http://127.0.0.1:{wire.getsockname()[1]}"
        server = server_for(make_app(house))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([wire])), name="modella-server")
        thread.start()
        try:
            _until_started(server, thread)
            house.announce(address)
            yield address
        finally:
            server.should_exit = True
            thread.join()


def listen(host: str, port: int) -> Wire:
    """A listening socket; its port is known before the server starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named: asyncio sends small answers without delay only on sockets that say they are TCP.
    wire = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        wire.bind((host, port))
    except OSError:
        wire.close()
        raise
    wire.listen(128)
    return wire


def server_for(app: FastAPI) -> uvicorn.Server:
    """The HTTP server around an app, with limits against slow and huge requests."""
    config = uvicorn.Config(
        app,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=3,
        h11_max_incomplete_event_size=65536,
        limit_concurrency=500,
        ws="websockets-sansio",
        ws_max_size=65536,
        loop="asyncio",
    )
    return uvicorn.Server(config)


def _until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise Failed("server-unreachable", address="127.0.0.1")
        time.sleep(0.01)
