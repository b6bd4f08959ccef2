"""`modella serve` as the bench starts it: reached over HTTP, ended by its process id."""

import http.client
import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.failure import BenchFailure
from bench.origin import free_port
from bench.product import Modella
from bench.watched import Watched

_PATIENCE = 120.0
_LOOK_EVERY = 0.005


class Server:
    """A server of Modella's. `answered` is when it first answered, in seconds from its start."""

    def __init__(self, running: Watched, port: int) -> None:
        self.running = running
        self.place = f"127.0.0.1:{port}"
        self.answered = 0.0

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The data of an answer; BenchFailure when the answer is an error."""
        wire = http.client.HTTPConnection(self.place, timeout=_PATIENCE)
        try:
            headers = {"Content-Type": "application/json", "X-Modella": "bench"}
            wire.request(method, path, json.dumps(body) if body is not None else None, headers)
            told = json.loads(wire.getresponse().read())
        finally:
            wire.close()
        if not told.get("success"):
            raise BenchFailure(f"{method} {path}: {json.dumps(told)[:300]}")
        return told.get("data")


@contextmanager
def serve(modella: Modella, **env: str) -> Iterator[Server]:
    """Starts a server, waits until it answers, and ends it."""
    port = free_port()
    running = modella.start("serve", MODELLA_PORT=str(port), **env)
    server = Server(running, port)
    try:
        _until_healthy(server)
        yield server
    finally:
        running.end(signal.SIGTERM)


def _until_healthy(server: Server) -> None:
    while server.running.is_running() and time.perf_counter() - server.running.began < _PATIENCE:
        try:
            server.ask("GET", "/healthz")
        except OSError:
            time.sleep(_LOOK_EVERY)
            continue
        server.answered = time.perf_counter() - server.running.began
        return
    raise BenchFailure("modella serve does not answer")
