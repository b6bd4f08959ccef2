"""What people paste, freed from what clung to it: quotes, brackets, a full stop, a missing scheme.

Addresses are taken apart leniently and never opened.
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\xa0"
_PAIRS = ('""', "''", "``", "<>", "()", "[]", "{}", "“”", "‘’", "«»", "„“", "「」", "（）")
_MARKDOWN_LINK = re.compile(r"^!?\[[^\[\]]*\]\(<?([^()\s<>]+)>?\)$")
_TRAILING = ".,;:!?…。，、"
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_BARE_HOST = re.compile(r"^(?:www\.)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?::\d+)?(?:[/?#]|$)", re.IGNORECASE)
MAX_LENGTH = 8192
"""Longer texts are no links."""


@dataclass(frozen=True)
class Address:
    """An address taken apart. `host` is lower-case with its port when one is written; `segments` are decoded."""

    parts: SplitResult
    host: str
    segments: tuple[str, ...]
    query: dict[str, str]

    @property
    def url(self) -> str:
        """The address as text, without its fragment."""
        return self.parts._replace(fragment="").geturl()


def unwrap(text: str) -> str:
    """The text without what surrounds it in messages and documents; empty when it is too long for a link."""
    bare = text[: MAX_LENGTH + 1].strip().strip(_INVISIBLE).strip()
    if len(bare) > MAX_LENGTH:
        return ""
    before = None
    while bare != before:
        before = bare
        linked = _MARKDOWN_LINK.match(bare)
        bare = _unpaired(linked.group(1) if linked else bare).strip().strip(_INVISIBLE)
    return bare.replace("&amp;", "&")


def address(text: str, known_hosts: frozenset[str] = frozenset()) -> Address | None:
    """The http(s) address that the unwrapped text is, or None.

    Without a scheme only addresses on one of `known_hosts` count: everything else could be a file path.
    """
    if not text or any(character.isspace() or ord(character) < 33 for character in text):
        return None
    scheme = _SCHEME.match(text)
    if scheme is None or scheme.group(1).lower() not in {"http", "https"}:
        bare = _BARE_HOST.match(text)
        if bare is None or not {bare.group(1).lower(), f"www.{bare.group(1).lower()}"} & known_hosts:
            return None
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    if not host:
        return None
    shown = f"[{host}]" if ":" in host else host
    return Address(parts, f"{shown}:{port}" if port else shown, _segments(parts.path), _query(parts.query))


def other_scheme(text: str) -> str | None:
    """The scheme of an address that is not http(s), such as `ftp` or `magnet`; None for anything else."""
    found = _SCHEME.match(text)
    name = found.group(1).lower() if found else ""
    is_address = text[len(name) + 1 :].startswith("//") and len(name) > 1
    if name in {"http", "https"} or not (is_address or name in {"magnet", "data"}):
        return None
    return name


def _unpaired(text: str) -> str:
    """One layer less: a pair of quotes or brackets around everything, or punctuation at the end."""
    if len(text) >= 2 and text[0] + text[-1] in _PAIRS:
        return text[1:-1]
    last = text[-1:]
    if last and last in _TRAILING:
        return text[:-1]
    opening = next((pair[0] for pair in _PAIRS if pair[1] == last), None)
    if opening and text.count(last) > (text.count(opening) if opening != last else 0):
        return text[:-1]
    return text


def _segments(path: str) -> tuple[str, ...]:
    return tuple(unquote(segment, errors="replace") for segment in path.split("/") if segment)


def _query(query: str) -> dict[str, str]:
    """The first value of each parameter, names in lower case."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return {}
    return {name.lower(): value for name, value in reversed(pairs)}
