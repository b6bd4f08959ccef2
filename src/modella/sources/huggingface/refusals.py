"""What the Hub's refusals say: `X-Error-Code` and `X-Error-Message`, by status; recorded in October 2026."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from modella.core.answers import retry_after
from modella.core.errors import AccessNeeded, ModellaError, NetworkTrouble, NotFound
from modella.core.refusals import HeaderFields


@dataclass(frozen=True)
class _Row:
    """A refusal is this one when status (0: any), error code (None: any) and words of the message all fit."""

    status: int
    code_header: str | None
    words: str
    branch: type[ModellaError]
    code: str


_ROWS = (
    _Row(403, "GatedRepo", "awaiting a review", AccessNeeded, "gated-pending"),
    _Row(403, "GatedRepo", "rejected", AccessNeeded, "forbidden"),
    _Row(0, "GatedRepo", "", AccessNeeded, "gated"),
    _Row(0, "RepoNotFound", "", NotFound, "not-found"),
    _Row(0, "EntryNotFound", "", NotFound, "not-found"),
    _Row(0, "RevisionNotFound", "", NotFound, "revision-not-found"),
    _Row(0, None, "invalid rev id", NotFound, "revision-not-found"),
    _Row(0, None, "this resource is disabled", AccessNeeded, "downloads-disabled"),
    _Row(401, None, "invalid credentials", AccessNeeded, "key-rejected"),
    # To an anonymous caller a missing repository looks like a failed login.
    _Row(401, None, "invalid username or password", AccessNeeded, "missing-or-private"),
    _Row(401, None, "repository not found", AccessNeeded, "missing-or-private"),
    _Row(429, None, "", NetworkTrouble, "rate-limited"),
)
_WHAT = {
    "RepoNotFound": "repository",
    "EntryNotFound": "file",
    "RevisionNotFound": "revision",
    "GatedRepo": "repository",
}
_WINDOW = re.compile(r"r\s*=\s*(\d{1,9})\s*;\s*t\s*=\s*(\d{1,6})")


def judge_refusal(status: int, headers: HeaderFields, body_start: bytes, **facts: Any) -> ModellaError | None:
    """The error that the Hub's answer stands for, or None when nothing in it is the Hub's own wording.

    Its storage signs addresses for an hour; a refusal without the Hub's headers comes from there and means that
    the signature is too old: NetworkTrouble("address-expired").
    """
    if 200 <= status < 400:
        return None
    told_code = headers.get("x-error-code")
    message = headers.get("x-error-message") or body_start[:1000].decode("utf-8", "replace")
    wait = rate_limit_wait(headers) if status == 429 else None
    told = {
        "status": status,
        "reason": message.strip()[:300] or None,
        "what": _WHAT.get(told_code or ""),
        "retry_after": wait,
        **facts,
    }
    told = {name: value for name, value in told.items() if value is not None}
    lower = message.lower()
    for row in _ROWS:
        if row.status in {0, status} and row.code_header in {None, told_code} and row.words in lower:
            return row.branch(row.code, **told)
    from_storage = status == 403 and told_code is None and headers.get("x-error-message") is None
    return NetworkTrouble("address-expired", status=status, **facts) if from_storage else None


def rate_limit_wait(headers: HeaderFields) -> float | None:
    """Seconds until the window opens again, by `RateLimit: "api";r=0;t=120`, else by Retry-After."""
    found = _WINDOW.search(headers.get("ratelimit") or "")
    if found and int(found[1]) == 0:
        return float(found[2]) + 1
    return retry_after(headers.get("retry-after"), datetime.now(UTC))
