"""What an answer that is not the file stands for, when only HTTP itself tells: status and a few headers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from modella.core.answers import retry_after
from modella.core.errors import AccessNeeded, BadContent, ModellaError, NetworkTrouble, NotFound, Refused

_SIMPLE: Mapping[int, tuple[type[ModellaError], str]] = {
    401: (AccessNeeded, "login-needed"),
    402: (AccessNeeded, "paid"),
    403: (AccessNeeded, "forbidden"),
    404: (NotFound, "not-found"),
    407: (AccessNeeded, "proxy-login-needed"),
    408: (NetworkTrouble, "server-error"),
    410: (NotFound, "gone"),
    425: (NetworkTrouble, "server-error"),
    429: (NetworkTrouble, "rate-limited"),
    451: (Refused, "legal-block"),
    511: (NetworkTrouble, "captive-portal"),
}
_EXPIRED = (
    b"request has expired",
    b"expiredtoken",
    b"accessdenied",
    b"access denied",
    b"signaturedoesnotmatch",
    b"authenticationfailed",
    b"expired_auth_token",
    b"bad_auth_token",
    b"missing x-amz-content-sha256",
    b"missing key-pair-id",
)


class HeaderFields(Protocol):
    """Header fields of an answer, found without regard to case."""

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value of the field."""
        ...


def refusal(status: int, headers: HeaderFields, body: bytes, now: datetime, **facts: Any) -> ModellaError:
    """The error for an answer that no source can explain better. `facts` join it, None values left out."""
    told = {name: value for name, value in {"status": status, **facts}.items() if value is not None}
    if is_challenge(status, headers, body):
        return BadContent("challenge-page", **told)
    wait = retry_after(headers.get("retry-after"), now)
    if wait is not None and status in {408, 425, 429, 503}:
        told["retry_after"] = wait
    if status in {204, 205}:
        return BadContent("no-content", **told)
    if status >= 500 and status not in _SIMPLE:
        return NetworkTrouble("server-error", **told)
    branch, code = _SIMPLE.get(status, (NetworkTrouble, "bad-answer"))
    return branch(code, **told)


def is_challenge(status: int, headers: HeaderFields, body: bytes) -> bool:
    """Whether a protection service wants a browser instead of us."""
    if headers.get("cf-mitigated") == "challenge":
        return True
    return status in {403, 429, 503} and b"challenges.cloudflare.com" in body


def has_expired(status: int, body: bytes) -> bool:
    """Whether a storage host says that the signature of its address is no longer good. It never does so by a page."""
    lower = body[:4096].lower().lstrip(b"\xef\xbb\xbf \t\r\n")
    return (
        status in {400, 401, 403}
        and not lower.startswith((b"<!doctype", b"<html"))
        and any(mark in lower for mark in _EXPIRED)
    )
