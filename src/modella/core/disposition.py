"""The name of a downloaded file, as the answer and the address tell it: raw, before any sanitising.

Content-Disposition by RFC 6266 and RFC 8187, and the forms that servers really send: names without quotes, raw
UTF-8, RFC 2047 words, percent-encoded names, a star parameter in quotes or without its charset.
"""

import re
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header
from urllib.parse import parse_qsl, unquote, unquote_to_bytes, urlsplit

_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ENCODED_WORD = re.compile(r"=\?[\w-]+\?[bqBQ]\?[^?]*\?=")
_QUERY_DISPOSITIONS = ("response-content-disposition", "rscd", "b2contentdisposition")
_QUERY_NAMES = ("filename", "file_name")
_LONGEST = 8192


def name_in_header(value: str | None) -> str | None:
    """The file name in a Content-Disposition header, or None; `filename*` wins over `filename` (RFC 6266, 4.3)."""
    parameters = _parameters((value or "")[:_LONGEST])
    extended = parameters.get("filename*")
    name = _extended(extended) if extended else None
    return name or _plain(parameters.get("filename", "")) or None


def name_in_address(url: str) -> str | None:
    """The file name that a signed address carries in its query, else its last path segment."""
    try:
        parts = urlsplit(url)
        query = {name.lower(): value for name, value in parse_qsl(parts.query)}
    except ValueError:
        return None
    for parameter in _QUERY_DISPOSITIONS:
        if found := name_in_header(query.get(parameter)):
            return found
    named = next((query[parameter] for parameter in _QUERY_NAMES if query.get(parameter)), None)
    last = unquote(parts.path.rstrip("/").rpartition("/")[2], errors="replace")
    return named or last or None


def name_of_answer(disposition: str | None, final_url: str, first_url: str) -> str | None:
    """The best name there is: header of the last answer, its address, the address that was pasted."""
    return name_in_header(disposition) or name_in_address(final_url) or name_in_address(first_url)


def _parameters(header: str) -> dict[str, str]:
    """Parameters by lower-case name; of duplicates the first counts."""
    found: dict[str, str] = {}
    for piece in _pieces(header):
        name, equals, value = piece.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), _unquoted(value.strip()))
    return found


def _pieces(header: str) -> list[str]:
    """The header cut at semicolons outside quotes."""
    pieces: list[str] = []
    piece, quoted, escaped = "", False, False
    for character in header:
        if character == ";" and not quoted:
            pieces, piece = [*pieces, piece], ""
            continue
        if character == '"' and not escaped:
            quoted = not quoted
        escaped = character == "\\" and not escaped
        piece += character
    return [*pieces, piece]


def _unquoted(value: str) -> str:
    """A quoted string's content. A backslash escapes only quotes and itself: Windows paths occur unescaped."""
    if not value.startswith('"'):
        return value
    inner = value[1:-1] if len(value) > 1 and value.endswith('"') else value[1:]
    return re.sub(r'\\(["\\])', r"\1", inner)


def _extended(value: str) -> str | None:
    """The value of a star parameter: charset'language'percent-encoded."""
    charset, first, rest = value.partition("'")
    _, second, encoded = rest.partition("'")
    if not first or not second:
        return unquote(value, errors="replace").strip() or None
    content = unquote_to_bytes(encoded.encode("latin-1", "replace"))
    try:
        return content.decode(charset.strip() or "utf-8", "replace").strip()
    except LookupError:
        return content.decode("utf-8", "replace").strip()


def _plain(value: str) -> str:
    """The value of `filename` in whatever encoding the server took for right."""
    if _ENCODED_WORD.search(value):
        return _decoded_words(value).strip()
    with suppress(UnicodeError):
        # Header bytes arrive read as Latin-1; most servers that send raw bytes mean UTF-8.
        value = value.encode("latin-1").decode("utf-8")
    if _PERCENT.search(value):
        with suppress(UnicodeDecodeError):
            value = unquote(value, errors="strict")
    return value.strip()


def _decoded_words(value: str) -> str:
    try:
        pieces = decode_header(value)
        return "".join(p.decode(charset or "utf-8", "replace") if isinstance(p, bytes) else p for p, charset in pieces)
    except (LookupError, ValueError, HeaderParseError):
        return value
