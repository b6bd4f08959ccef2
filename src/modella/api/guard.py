"""Who may speak to the API: only this machine's own names, and only pages of our own.

A foreign web page can make a browser send requests to this port. Host is checked against DNS rebinding, Origin and
Fetch Metadata against other sites; what changes something must be JSON or carry our header, which forces a preflight
that is never granted. Decisions are made on the routed path. A proxy that serves us below a path takes
that away and says it in X-Forwarded-Prefix.
"""

import ipaddress
import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 1024 * 1024
UPLOAD = "/api/models/upload"
"""The one operation whose body may be of any size: it looks after that itself."""
WORKFLOW = "/api/workflows/missing"
"""A workflow may come inside of a picture or a video."""
WORKFLOW_BODY = 64 * 1024 * 1024
_LARGER = {UPLOAD: math.inf, WORKFLOW: WORKFLOW_BODY}
_SAFE = {"GET", "HEAD", "OPTIONS"}
_PREFIX = re.compile(r"(?:/[\w.~-]+){1,20}", re.ASCII)
_HOST = re.compile(r"^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$", re.IGNORECASE)


def policy(nonce: str | None = None) -> str:
    """What a page may load and do. With a nonce it is the web app's: its scripts may add styles that carry it."""
    style, base = (f" 'nonce-{nonce}'", "'self'") if nonce else ("", "'none'")
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'{style}; img-src 'self' blob: data:; "
        "font-src 'self'; connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; "
        f"frame-ancestors 'none'; base-uri {base}; form-action 'self'; object-src 'none'"
    )


_HEADERS = {
    b"content-security-policy": policy().encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"cache-control": b"no-store",
}
"""What an answer has that does not say otherwise; nobody keeps what a library holds, keys or backups."""


@dataclass(frozen=True)
class _Refusal:
    """Why a request is not let in, and what its sender may do about it."""

    status: int
    sentence: str
    hint: str


_NOT_OUR_HOST = _Refusal(
    421, "This address is not one that Modella listens to", "Open the address that `modella serve` has printed"
)
_OTHER_SITE = _Refusal(403, "Another web site tried to use Modella", "Open Modella itself and do it there")
_PLAIN_FORM = _Refusal(
    403,
    "This request could come from a form of another web site",
    "Send Content-Type: application/json or the header X-Modella: 1",
)
_TOO_LARGE = _Refusal(413, "The request is too large", "Send at most 1 MiB")
_TOO_LARGE_FILE = _Refusal(413, "The file is too large", "Send at most 64 MiB")


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
        scope = _below(scope, headers)
        refusal = self._refusal(scope, headers)
        if refusal is None:
            await self.app(scope, _limited(receive, _most(scope)), _with_headers(send))
        else:
            await _refuse(scope, send, refusal)

    def _refusal(self, scope: Scope, headers: Headers) -> _Refusal | None:
        if not self._is_our_host(headers.getlist("host")):
            return _NOT_OUR_HOST
        length = headers.get("content-length") or "0"
        if not length.isdecimal() or (int(length[:20]) > _most(scope)):
            return _TOO_LARGE if _most(scope) == LARGEST_BODY else _TOO_LARGE_FILE
        return _page_refusal(scope, headers)

    def _is_our_host(self, values: list[str]) -> bool:
        if len(values) != 1:
            return False
        found = _HOST.match(values[0])
        host = found[1].strip("[]").lower() if found else ""
        if host == "localhost" or host in self._names:
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return address.is_loopback or str(address) in self._names or bool(self._names & {"0.0.0.0", "::"})  # noqa: S104


def _below(scope: Scope, headers: Headers) -> Scope:
    """The request below the path that a proxy has taken from its address, as it tells us.

    A page of another site cannot send the header: it would need a preflight, which is never granted.
    """
    prefix = headers.get("x-forwarded-prefix", "").rstrip("/")
    if scope.get("root_path") or not _PREFIX.fullmatch(prefix):
        return scope
    raw = prefix.encode() + (scope.get("raw_path") or b"")
    return {**scope, "root_path": prefix, "path": prefix + str(scope["path"]), "raw_path": raw}


def _most(scope: Scope) -> float:
    """How many bytes the body may have."""
    path = str(scope.get("path")).removeprefix(scope.get("root_path", "").rstrip("/"))
    return _LARGER.get(path, LARGEST_BODY) if scope.get("method") == "POST" else LARGEST_BODY


def _page_refusal(scope: Scope, headers: Headers) -> _Refusal | None:
    """Whether the page that sends the request is ours, as far as the browser tells."""
    method = scope.get("method", "GET")
    changes = scope["type"] == "websocket" or method not in _SAFE
    origins = headers.getlist("origin")
    if len(origins) > 1:
        return _OTHER_SITE
    if origins and (changes or origins[0] == "null"):
        host = (headers.get("host") or "").lower()
        return None if origins[0].lower() in {f"http://{host}", f"https://{host}"} else _OTHER_SITE
    site = (headers.get("sec-fetch-site") or "none").lower()
    navigates = (headers.get("sec-fetch-mode") or "").lower() == "navigate" and method == "GET"
    if site in {"cross-site", "same-site"} and not navigates:
        return _OTHER_SITE
    is_json = (headers.get("content-type") or "").lower().startswith("application/json")
    is_unmistakable = scope["type"] == "websocket" or method in _SAFE or is_json or "x-modella" in headers
    return None if is_unmistakable else _PLAIN_FORM


def _limited(receive: Receive, most: float) -> Receive:
    """A body without a length may not grow without end either."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > most else message

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


async def _refuse(scope: Scope, send: Send, refusal: _Refusal) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": refusal.sentence})
        return
    told = {"success": False, "error": refusal.sentence, "code": "cross-site", "hint": refusal.hint, "context": {}}
    body = json.dumps(told).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
