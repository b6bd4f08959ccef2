"""What in an address is a secret, and how an address looks with its secrets masked."""

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

_SECRET_NAMES = re.compile(
    r"(?i)^(token|key|api[_-]?key|apikey|access[_-]?token|auth|authorization|sig|signature|policy|key-pair-id|expires|"
    r"x-amz-.*|x-goog-.*|password|passwd|pwd|secret|credential|code|jwt|se|sp|sv|skoid|sktid|ske|sks|skt|skv|rlkey|st)$"
)
_IN_TEXT = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}")
_KEYS = re.compile(r"\b(hf_[A-Za-z0-9]{8,}|gh[pousr]_[A-Za-z0-9]{16,})\b")
MASK = "***"


def is_secret_name(name: str) -> bool:
    """Whether a query parameter of this name may hold a secret."""
    return bool(_SECRET_NAMES.match(name))


def has_secret(url: str) -> bool:
    """Whether an address carries user info or a secret query parameter."""
    parts = urlsplit(url)
    return "@" in parts.netloc or any(
        is_secret_name(name) for name, _ in parse_qsl(parts.query, keep_blank_values=True)
    )


def without_secrets(url: str) -> str:
    """The address with user info, secret parameters and fragment left out: safe to store and to show."""
    parts = urlsplit(url)
    kept = [(n, v) for n, v in parse_qsl(parts.query, keep_blank_values=True) if not is_secret_name(n)]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, urlencode(kept, quote_via=quote), ""))


def mask_text(text: str) -> str:
    """Any text with the secrets of the addresses and headers inside it masked: for logs and messages."""
    masked = _IN_TEXT.sub(lambda match: _mask_url(match.group()), text)
    return _KEYS.sub(MASK, _BEARER.sub(lambda match: f"{match.group(1)} {MASK}", masked))


def _mask_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return MASK
    if "@" not in parts.netloc and not any(is_secret_name(name) for name, _ in pairs):
        return url
    shown = "&".join(f"{quote(n)}={MASK if is_secret_name(n) else quote(v)}" for n, v in pairs)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, shown, ""))
