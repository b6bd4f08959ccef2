"""What Civitai's refusals say: its error texts by status, as the download route and the API word them.

Texts and statuses from the server's source of August 2026; a table, tried from the top.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from modella.core.answers import retry_after
from modella.core.errors import (
    AccessNeeded,
    BadContent,
    BadLink,
    ModellaError,
    NetworkTrouble,
    NotFound,
    Refused,
)
from modella.core.loose_json import mapping, settled, text, timestamp
from modella.core.refusals import HeaderFields, has_expired


@dataclass(frozen=True)
class _Row:
    """A refusal is this one when the status fits (0: any) and the body holds the words, all in lower case."""

    status: int
    words: str
    branch: type[ModellaError]
    code: str


_ROWS = (
    _Row(0, "region_blocked", Refused, "region-blocked"),
    _Row(451, "", Refused, "region-blocked"),
    _Row(401, "disabled downloads", AccessNeeded, "downloads-disabled"),
    _Row(401, "", AccessNeeded, "login-needed"),
    _Row(403, "early access", AccessNeeded, "early-access"),
    _Row(403, "error code: 10", NetworkTrouble, "client-blocked"),
    _Row(403, "do not have access", AccessNeeded, "forbidden"),
    _Row(403, "forbidden", AccessNeeded, "forbidden"),
    _Row(0, "model archived", NotFound, "archived"),
    _Row(410, "", NotFound, "archived"),
    _Row(429, "unusual amount of downloading", NetworkTrouble, "download-limit"),
    _Row(0, "missing model file", NotFound, "no-files"),
    _Row(0, "no model with id", NotFound, "not-found"),
    _Row(404, "", NotFound, "not-found"),
    _Row(400, "", BadLink, "bad-value"),
)
_LOGIN_MARKS = ("reason=download-auth", "auth.civitai.com", 'action="/login', 'href="/login')


def judge_refusal(status: int, headers: HeaderFields, body_start: bytes, **facts: Any) -> ModellaError | None:
    """The error that Civitai's answer stands for, or None when nothing in it is Civitai's own wording.

    Storage that finds its signature too old is NetworkTrouble("address-expired"); a page instead of a file is
    AccessNeeded when it is the login page. `facts` join those of the answer.
    """
    if _is_page(body_start):
        return _page_refusal(status, body_start, facts)
    if has_expired(status, body_start):
        return NetworkTrouble("address-expired", status=status, **facts)
    if 200 <= status < 400 and not _is_error(body_start):
        return None
    told = _facts(status, headers, body_start) | facts
    wording = body_start[:4096].decode("utf-8", "replace").lower()
    row = next((row for row in _ROWS if row.status in {0, status} and row.words in wording), None)
    return row.branch(row.code, **told) if row else None


def _page_refusal(status: int, body: bytes, facts: dict[str, Any]) -> ModellaError | None:
    lower = body.decode("utf-8", "replace").lower()
    if any(mark in lower for mark in _LOGIN_MARKS):
        return AccessNeeded("login-needed", status=status, **facts)
    if "error code: 10" in lower and status == 403:
        return NetworkTrouble("client-blocked", status=status, **facts)
    return BadContent("html-page", status=status, **facts) if status == 200 else None


def _facts(status: int, headers: HeaderFields, body: bytes) -> dict[str, Any]:
    answer = _object(body)
    found = {
        "status": status,
        "reason": (text(answer.get("message")) or text(answer.get("error")) or "")[:300] or None,
        "deadline": timestamp(answer.get("deadline")),
        "retry_after": retry_after(headers.get("retry-after"), datetime.now(UTC)) if status in {429, 503} else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _object(body: bytes) -> dict[str, Any]:
    try:
        return mapping(settled(json.loads(body)))
    except (ValueError, RecursionError):
        return {}


def _is_error(body: bytes) -> bool:
    """A JSON object with an error where a file or a model should be."""
    answer = _object(body)
    return bool(answer.get("error")) and "id" not in answer


def _is_page(body: bytes) -> bool:
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:9].lower().startswith((b"<!doctype", b"<html", b"<head"))
