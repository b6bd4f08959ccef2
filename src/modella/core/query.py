"""What a person asks the library for: words, and what must or must not hold, read from text and from parameters.

anime "detail tweaker" -realistic kind:lora base:pony tag:style -tag:photo size:>2gb rating:>=4 added:>2026-01-01
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from modella.core.errors import BadLink
from modella.core.naming import name_key

NONE = "none"
"""The value of a facet for models that have nothing there."""

FACETS = (
    *("kind", "family", "base_model", "tag", "list", "source", "state", "creator", "format", "precision", "nsfw"),
    *("license", "root", "trust", "rating", "favorite"),
)
"""What models are counted and filtered by; a model may have several values of one."""

ALL_OF = frozenset({"tag", "list", "license"})
"""Facets of which every included value must hold; of the others, any."""

RANGES = ("size", "added_at", "updated_at", "published_at", "rating")
SORTS = ("added", "name", "size", "updated", "published", "rating", "match")
Sort = Literal["added", "name", "size", "updated", "published", "rating", "match"]

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


def read_query(text: str = "", given: Mapping[str, Iterable[str]] | None = None) -> Query:
    """The query of a typed line and of parameters; in both, `!value` or a leading `-` excludes.

    BadLink("bad-value") for a bound that is no size, number or date.
    """
    words: list[str] = []
    without: list[str] = []
    rules: list[tuple[str, str, bool]] = []
    for found in list(_WORD.finditer(text))[:_MOST_WORDS]:
        value = found["quoted"] if found["quoted"] is not None else found["plain"]
        name = _SHORT.get(found["field"] or "", found["field"] or "")
        if name in FACETS or name in RANGES:
            rules.append((name, value, bool(found["minus"])))
            continue
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
            sides[negated].setdefault(name, set()).update(part for part in value.split("|") if part)
    include, exclude = ({name: frozenset(values) for name, values in side.items()} for side in sides)
    return Query(words, without, include, exclude, ranges)


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


def _bound(name: str, text: str, up: bool, beyond: bool = False) -> str | float:
    """One bound; `up` is the end of a day and the greater neighbour of a number, `beyond` leaves the value out."""
    if name.endswith("_at"):
        if not _DATE.fullmatch(text):
            raise BadLink("bad-value", name=name, value=text[:40], reason="not a date like 2026-01-31")
        return text + _LAST if up else text
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise BadLink("bad-value", name=name, value=text[:40], reason="not a number or a size like 2gb")
    number = float(match["number"]) * 1024.0 ** " kmgt".index(match["unit"].lower() or " ")
    return math.nextafter(number, math.inf if up else -math.inf) if beyond else number
