"""Who may speak to the API: only this machine's own names, and only pages of our own.

A foreign web page can make a browser send requests to this port. Host is checked against DNS rebinding, Origin and
Fetch Metadata against other sites; what changes something must be JSON or carry our header, which forces a preflight
that is never granted. Decisions are made on the routed path.
"""

import ipaddress
import json
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 1024 * 1024
_SAFE = {"GET", "HEAD", "OPTIONS"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'; object-src 'none'"
)
_HEADERS = {
    b"content-security-policy": _POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}


class Guard:
    """The outermost layer. `names` are host names beside loopback under which the server may be addressed."""

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self.app = app
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, or answers it."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not self._is_our_host(headers.getlist("host")):
            await _refuse(scope, send, 421, "This address is not one that Modella listens to")
        elif not self._is_our_page(scope, headers):
            await _refuse(scope, send, 403, "Another web site tried to use Modella")
        elif int(headers.get("content-length") or 0) > LARGEST_BODY:
            await _refuse(scope, send, 413, "The request is too large")
        else:
            await self.app(scope, _limited(receive), _with_headers(send))

    def _is_our_host(self, values: list[str]) -> bool:
        if len(values) != 1:
            return False
        try:
            host = (urlsplit(f"//{values[0]}").hostname or "").lower()
        except ValueError:
            return False
        if host == "localhost" or host in self._names:
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return address.is_loopback or str(address) in self._names or bool(self._names & {"0.0.0.0", "::"})  # noqa: S104

    def _is_our_page(self, scope: Scope, headers: Headers) -> bool:
        method = scope.get("method", "GET")
        changes = scope["type"] == "websocket" or method not in _SAFE
        origin = headers.get("origin")
        if origin is not None and (changes or origin == "null"):
            return origin.lower().split("://")[-1] == (headers.get("host") or "").lower()
        site = (headers.get("sec-fetch-site") or "none").lower()
        navigates = (headers.get("sec-fetch-mode") or "").lower() == "navigate" and method == "GET"
        if site in {"cross-site", "same-site"} and not navigates:
            return False
        is_json = (headers.get("content-type") or "").lower().startswith("application/json")
        return scope["type"] == "websocket" or method in _SAFE or is_json or "x-modella" in headers


def _limited(receive: Receive) -> Receive:
    """A body without a length may not grow without end either."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > LARGEST_BODY else message

    return limited


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message["headers"]}
            message = {
                **message,
                "headers": [*message["headers"], *((n, v) for n, v in _HEADERS.items() if n not in present)],
            }
        await send(message)

    return sending


async def _refuse(scope: Scope, send: Send, status: int, sentence: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": sentence})
        return
    body = json.dumps({"success": False, "error": sentence, "code": "cross-site"}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
