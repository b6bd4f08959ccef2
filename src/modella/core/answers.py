"""Reading an HTTP answer: is this the file, a part of it, another version of it, or no file at all?

Rules from RFC 9110 (semantics) and RFC 9112 (framing); practice from `direct-urls` notes: an answer that does not
say exactly what was asked for is never appended to a part.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_CONTENT_RANGE = re.compile(r"^\s*bytes\s+(\d{1,19})-(\d{1,19})/(\d{1,19}|\*)\s*$", re.IGNORECASE)
_UNSATISFIED = re.compile(r"^\s*bytes\s+\*/(\d{1,19})\s*$", re.IGNORECASE)
_LFS = b"version https://git-lfs.github.com/spec/v1"
_PAGE_STARTS = (b"<!doctype", b"<html", b"<head", b"<body")
_LONGEST_WAIT = 6 * 3600.0
_PAGE_KINDS = {"text/html", "application/xhtml+xml"}
_MAY_BE_MARKUP = (".html", ".htm", ".xml", ".md")
_MAY_BE_TEXT = (".json", ".txt", ".yaml", ".yml")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a]")
"""What text never holds: a server may call a binary file a page by mistake."""


@dataclass(frozen=True)
class ContentRange:
    """Which bytes a partial answer holds: `[start, end)` of `total` (None when the server does not say)."""

    start: int
    end: int
    total: int | None


def content_range(value: str | None) -> ContentRange | None:
    """The Content-Range of a 206 answer, or None when it is missing or senseless."""
    found = _CONTENT_RANGE.match(value or "")
    if not found:
        return None
    start, last = int(found[1]), int(found[2])
    total = None if found[3] == "*" else int(found[3])
    if last < start or (total is not None and last >= total):
        return None
    return ContentRange(start, last + 1, total)


def unsatisfied_total(value: str | None) -> int | None:
    """The size of the file as a 416 answer tells it."""
    found = _UNSATISFIED.match(value or "")
    return int(found[1]) if found else None


def content_length(values: list[str]) -> int | None:
    """The body's length; None when it is missing or contradicts itself (RFC 9112, 6.3)."""
    numbers = {piece.strip() for value in values for piece in value.split(",")}
    only = numbers.pop() if len(numbers) == 1 else ""
    return int(only) if only.isascii() and only.isdigit() and len(only) < 20 else None


def strong_etag(value: str | None) -> str | None:
    """The entity tag when it is strong: only such a one may stand in If-Range (RFC 9110, 13.1.5)."""
    text = (value or "").strip()
    return text if len(text) > 2 and text.startswith('"') and text.endswith('"') else None


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, from a number or a date, clamped to six hours; None when there is nothing to go by."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), _LONGEST_WAIT)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max(0.0, (when - now).total_seconds()), _LONGEST_WAIT)


def no_model(first: bytes, content_type: str | None, name: str) -> str | None:
    """The error code when a body that should be a model is a web page, an error text or a pointer.

    `first` is the beginning of the body (a kilobyte is enough); text files by name may well be text.
    """
    head = first.lstrip(b"\xef\xbb\xbf \t\r\n")[:1024]
    lower = head.lower()
    kind = (content_type or "").partition(";")[0].strip().lower()
    if head.startswith(_LFS):
        return "lfs-pointer"
    if name.lower().endswith(_MAY_BE_MARKUP):
        return None
    if lower.startswith(_PAGE_STARTS) or (kind in _PAGE_KINDS and head and not _CONTROL.search(head)):
        return "html-page"
    if name.lower().endswith(_MAY_BE_TEXT):
        return None
    if lower.startswith((b"<?xml", b"<error")):
        return "error-page"
    return "error-page" if _is_json_error(head) else None


def _is_json_error(head: bytes) -> bool:
    if not head.startswith(b"{"):
        return False
    try:
        body = json.loads(head)
    except (ValueError, RecursionError):
        return head.startswith((b'{"error"', b'{"message"', b'{"code"'))
    return isinstance(body, dict) and any(key in body for key in ("error", "message", "code", "detail"))
