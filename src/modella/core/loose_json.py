"""Reading other people's JSON: any key may be missing, null or of another type, and nothing of it may hurt us."""

import math
from datetime import UTC, datetime
from typing import Any

_DEEPEST = 64
_LARGEST = 2**63
_LARGEST_KEPT = 10**40
_LONGEST_KEPT = 1 << 20
_LONGEST_LINE = 1000


def settled(value: Any, depth: int = 0) -> Any:
    """The same JSON without what later steps stumble over.

    Halves of surrogate pairs, NUL characters, NaN and infinities, numbers of thousands of digits, nesting deeper
    than 64 levels, and what a text has beyond its first million characters.
    """
    if not isinstance(value, dict | list | tuple):
        return _settled_scalar(value)
    if depth >= _DEEPEST:
        return None
    if isinstance(value, dict):
        return {_whole(str(key)): settled(each, depth + 1) for key, each in value.items()}
    return [settled(each, depth + 1) for each in value]


def text(value: Any) -> str | None:
    """A text with something in it, unchanged; numbers are written out."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value.strip() else None


def line(value: Any) -> str | None:
    """A text as names are: what is beyond a thousand characters is no name, and would travel in every event."""
    found = text(value)
    return found[:_LONGEST_LINE] if found else None


def integer(value: Any) -> int | None:
    """A whole number that fits 64 bits, also from text."""
    number_found = number(value)
    if number_found is None or abs(number_found) >= _LARGEST:
        return None
    return int(number_found)


def number(value: Any) -> int | float | None:
    """A finite number, also from text; a truth value is none."""
    if isinstance(value, str) and len(value) < 40:
        try:
            value = float(value) if "." in value else int(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) < _LARGEST * 2 else None


def identifier(value: Any) -> str | None:
    """A positive whole number as text: how Civitai counts its models, versions and files."""
    found = integer(value)
    return str(found) if found is not None and found > 0 and found == number(value) else None


def mapping(value: Any) -> dict[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; whatever else is in it is left out."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The texts of a list, or of a single text; objects count by their `name`."""
    values = value if isinstance(value, list) else [value]
    found = (text(each.get("name")) if isinstance(each, dict) else text(each) for each in values)
    return [each for each in found if each is not None]


def moment(value: Any) -> datetime | None:
    """A point in time; without an offset it is UTC."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def timestamp(value: Any) -> str | None:
    """A point in time as text in UTC, to the second or finer as it was given."""
    found = moment(value)
    return found.isoformat().replace("+00:00", "Z") if found else None


def _settled_scalar(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < _LARGEST_KEPT else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return _whole(str(value)[:_LONGEST_KEPT])


def _whole(value: str) -> str:
    """The text with surrogate pairs joined and lone halves replaced."""
    if value.isascii():
        return value.replace("\0", "")
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")
