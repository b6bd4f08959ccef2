"""What a person asks the library for: words, and what must or must not hold, read from text and from parameters.

anime "detail tweaker" -realistic kind:lora base:pony tag:style -tag:photo size:>2gb rating:>=4 added:>2026-01-01
"""

import math
import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from modella.core.errors import BadLink
from modella.core.kinds import Kind
from modella.core.model import FileTrust
from modella.core.naming import name_key

NONE = "none"
"""The value of a facet for models that have nothing there."""

FACETS = (
    *("kind", "family", "base_model", "tag", "list", "source", "state", "creator", "format", "precision", "nsfw"),
    *("license", "root", "trust", "rating", "favorite", "conflict"),
)
"""What models are counted and filtered by; a model may have several values of one."""

ALL_OF = frozenset({"tag", "list", "license"})
"""Facets of which every included value must hold; of the others, any."""

RANGES = ("size", "added_at", "updated_at", "published_at", "rating")
SORTS = ("added", "name", "size", "updated", "published", "rating", "match")
Sort = Literal["added", "name", "size", "updated", "published", "rating", "match"]

KNOWN: Mapping[str, tuple[str, ...]] = {
    "kind": tuple(Kind),
    "state": ("present", "missing", "unreachable", "not-downloaded", NONE),
    "trust": (*get_args(FileTrust), NONE),
    "nsfw": ("pg", "pg13", "r", "x", "xxx", "blocked", NONE),
    "favorite": ("yes", "no"),
    "conflict": ("yes", "no"),
}
"""Facets of which every value is known; a typed value that is none of these is a slip."""

_COMMAS = frozenset({*KNOWN, "family", "source", "format", "precision", "root", "rating"})
"""Facets whose values hold no comma, so that one may stand between them."""

_SHORT = {
    "base": "base_model",
    "tags": "tag",
    "added": "added_at",
    "updated": "updated_at",
    "published": "published_at",
}
_WORD = re.compile(r'(?P<minus>-?)(?:(?P<field>[a-z_]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S+))')
_COMPARED = re.compile(r"(?P<sign><=|>=|<|>|=)?(?P<value>.+)")
_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>[kmgt]?)i?b?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}(T[\d:.]+)?)?)?")
_MOST_WORDS = 30
_LAST = "\U0010ffff"
"""Sorts behind every date, so that an upper bound takes in the whole day, month or year it names."""


@dataclass(frozen=True)
class Range:
    """Bounds of a number or a date, both taken in; None is open."""

    low: str | float | None = None
    high: str | float | None = None


@dataclass(frozen=True)
class Query:
    """What must hold of the models that are found. Words are folded; values are as they are stored."""

    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    include: Mapping[str, frozenset[str]] = field(default_factory=dict)
    exclude: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether every model fits."""
        return not (self.words or self.without or self.include or self.exclude or self.ranges)

    @property
    def key(self) -> Hashable:
        """Equal for queries that ask for the same."""
        sides = (self.include, self.exclude, self.ranges)
        return (self.words, self.without, *(frozenset(side.items()) for side in sides))


def read_query(text: str = "", given: Mapping[str, Iterable[str]] | None = None) -> Query:
    """The query of a typed line and of parameters; in both, `!value` or a leading `-` excludes.

    BadLink("bad-value") for a bound that is no size, number or date, and for typed slips: a value that a facet of
    which all are known cannot have, and a field that is nearly one there is. Other unknown fields are words.
    """
    words: list[str] = []
    without: list[str] = []
    rules: list[tuple[str, str, bool]] = []
    for found in list(_WORD.finditer(text))[:_MOST_WORDS]:
        value = found["quoted"] if found["quoted"] is not None else found["plain"]
        name = _SHORT.get(found["field"] or "", found["field"] or "")
        if name in FACETS or name in RANGES:
            _check_known(name, value)
            if found["minus"] and name in RANGES and value != NONE:
                raise BadLink("bad-value", name=f"-{name}", value=value[:40], reason="turn the sign around instead")
            rules.append((name, value, bool(found["minus"])))
            continue
        if name:
            _check_field(name)
        whole = name_key(f"{found['field']}:{value}" if found["field"] else value)
        if whole:
            (without if found["minus"] else words).append(whole)
    for name, values in (given or {}).items():
        rules += [(_SHORT.get(name, name), value.removeprefix("!"), value.startswith("!")) for value in values if value]
    return _built(tuple(words), tuple(without), rules)


def _built(words: tuple[str, ...], without: tuple[str, ...], rules: list[tuple[str, str, bool]]) -> Query:
    sides: tuple[dict[str, set[str]], dict[str, set[str]]] = ({}, {})
    ranges: dict[str, Range] = {}
    for name, value, negated in rules:
        if name in RANGES and not (name == "rating" and value == NONE):
            ranges[name] = _narrowed(ranges.get(name, Range()), name, value)
        else:
            sides[negated].setdefault(name, set()).update(_values(name, value))
    include, exclude = ({name: frozenset(values) for name, values in side.items()} for side in sides)
    return Query(words, without, include, exclude, ranges)


def _values(name: str, value: str) -> list[str]:
    """The values between which `|` stands, or a comma where no value can hold one."""
    return [part for part in (value.replace(",", "|") if name in _COMMAS else value).split("|") if part]


def _check_known(name: str, value: str) -> None:
    for part in _values(name, value) if name in KNOWN else ():
        if part.casefold() not in KNOWN[name]:
            raise BadLink("bad-value", name=name, value=part[:40], reason=f"known are {', '.join(KNOWN[name])}")


def _check_field(name: str) -> None:
    near = next((each for each in (*FACETS, *RANGES, *_SHORT) if _is_near(name, each)), None)
    if near is not None:
        raise BadLink("bad-value", name="a query", value=f"{name[:40]}:", reason=f"perhaps {near}: is meant")


def _is_near(typed: str, known: str) -> bool:
    """Whether two words differ by one letter, or by two letters that changed places."""
    if typed[0] != known[0] or len(typed) < 3 or abs(len(typed) - len(known)) > 1:
        return False
    start = next(
        (n for n, (a, b) in enumerate(zip(typed, known, strict=False)) if a != b), min(map(len, (typed, known)))
    )
    a, b = typed[start:], known[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _narrowed(known: Range, name: str, value: str) -> Range:
    """`>2gb`, `<=5`, `2026-01..2026-03`, or a bare value, as bounds."""
    if ".." in value:
        first, _, last = value.partition("..")
        bottom = _bound(name, first, False) if first else known.low
        return Range(bottom, _bound(name, last, True) if last else known.high)
    match = _COMPARED.fullmatch(value)
    sign, rest = (match["sign"] or "=", match["value"]) if match else ("=", value)
    low = _bound(name, rest, sign == ">", sign == ">") if sign in {">", ">=", "="} else known.low
    high = _bound(name, rest, sign != "<", sign == "<") if sign in {"<", "<=", "="} else known.high
    return Range(low, high)


def _is_date(text: str) -> bool:
    """Whether a text is a day, a month or a year of the calendar."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text[:10] + "-01-01"[len(text[:10]) - 4 :])
    except ValueError:
        return False
    return True


def _bound(name: str, text: str, up: bool, beyond: bool = False) -> str | float:
    """One bound; `up` is the end of a day and the greater neighbour of a number, `beyond` leaves the value out."""
    if name.endswith("_at"):
        if not _is_date(text):
            raise BadLink("bad-value", name=name, value=text[:40], reason="not a date like 2026-01-31")
        return text + _LAST if up else text
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise BadLink("bad-value", name=name, value=text[:40], reason="not a number or a size like 2gb")
    number = float(match["number"]) * 1024.0 ** " kmgt".index(match["unit"].lower() or " ")
    return math.nextafter(number, math.inf if up else -math.inf) if beyond else number
