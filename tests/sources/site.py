"""A real web server of a few lines: answers from a table, writes down what it was asked."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from modella.io.net import Headers, Net, NetPolicy


@dataclass(frozen=True)
class Reply:
    """An answer: bytes as they are, anything else as JSON."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The body's bytes."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()

    @property
    def content_type(self) -> str:
        """The type unless the headers name one."""
        return "application/octet-stream" if isinstance(self.body, bytes) else "application/json"


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Site:
    """`replies` maps a path, with or without its query, to a reply or to a function of the request."""

    def __init__(self, replies: Mapping[str, Reply | Callable[[Asked], Reply]] | None = None) -> None:
        self.replies: dict[str, Reply | Callable[[Asked], Reply]] = dict(replies or {})
        self.asked: list[Asked] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one segment an answer: two would wait for a delayed acknowledgement

            def _answer(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                asked = Asked(self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
                site.asked.append(asked)
                reply = site._reply(asked)
                self.send_response(reply.status)
                headers = {"Content-Type": reply.content_type, "Content-Length": str(len(reply.content))}
                for name, value in {**headers, **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.content)

            do_GET = do_POST = _answer

            def log_message(self, format: str, *args: Any) -> None:
                """Keeps quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def _reply(self, asked: Asked) -> Reply:
        found = self.replies.get(asked.path) or self.replies.get(asked.path.partition("?")[0])
        if found is None:
            return Reply({"error": "Not found here"}, 404)
        return found if isinstance(found, Reply) else found(asked)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def net() -> Net:
    """A real net that may reach this machine."""
    return Net(NetPolicy(allowed=frozenset({"127.0.0.1", "localhost"}), stall_timeout=10), {})


class TableNet:
    """A net of tables for thousands of answers in a second; `pages` maps a path to JSON or bytes."""

    def __init__(self, pages: Mapping[str, Any]) -> None:
        self.pages = pages

    def ask(self, url: str, **_: Any) -> Any:
        """The answer the table has for the path."""
        page = self.pages.get(urlsplit(url).path)
        reply = Reply({"error": "Not found here"}, 404) if page is None else Reply(page)
        return _TableAnswer(reply, url)


class _TableAnswer:
    def __init__(self, reply: Reply, url: str) -> None:
        self.status, self.url, self.host = reply.status, url, "127.0.0.1"
        self.headers = Headers([("Content-Type", reply.content_type), ("Content-Length", str(len(reply.content)))])
        self._body = reply.content
        self.length = len(self._body)

    def read(self, limit: int) -> bytes:
        return self._body[:limit]

    peek = read

    def json(self, limit: int = 0) -> Any:
        return json.loads(self._body)

    def close(self) -> None:
        """Nothing to close."""


class SilentNet:
    """A net that must not be asked."""

    def ask(self, url: str, **_: Any) -> Any:
        """Fails the test."""
        raise AssertionError(f"recognising asked the network: {url}")
