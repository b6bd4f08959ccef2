"""A plain client of a running server, for tests that are programs."""

import json
import time
from typing import Any
from urllib.parse import urlsplit

import urllib3

JSON = {"Content-Type": "application/json"}


class Client:
    """A plain client without manners: what it is told to send, it sends."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.host = urlsplit(address).netloc
        self._pool = urllib3.PoolManager(retries=False)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of an answer."""
        sent = {**(JSON if body is not None else {}), **{k.replace("_", "-"): v for k, v in headers.items()}}
        content = json.dumps(body).encode() if body is not None else None
        answer = self._pool.request(method, self.address + path, body=content, headers=sent)
        try:
            return answer.status, json.loads(answer.data)
        except ValueError:
            return answer.status, answer.data.decode("utf-8", "replace")

    def pull(self, link: str, **wish: Any) -> dict[str, Any]:
        """A download, waited for."""
        _, told = self.ask("POST", "/api/downloads", {"url": link, "on_duplicate": "skip", **wish})
        return self.wait(told["data"]["id"])

    def wait(self, download: str) -> dict[str, Any]:
        """A download that is settled."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            data: dict[str, Any] = self.ask("GET", f"/api/downloads/{download}")[1]["data"]
            if data["state"] in {"done", "failed", "quarantined", "cancelled", "review", "waiting", "paused"}:
                return data
            time.sleep(0.02)
        raise AssertionError(data)
