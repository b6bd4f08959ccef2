"""What needs a person, with how to see it: cheap to ask often, for everything is counted from what is known already.

No model's files are looked at, no source is asked. What takes a moment is found again only when something has changed,
and not more often than it is worth.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from modella.core.download import State
from modella.work.hands import Hands

Level = Literal["problem", "warning", "note"]
_PATIENCE = 20.0
"""What took so and so long counts for so many times as long, though models change: a scan changes some all the time."""
_MOST_IDS = 500

_MODELS: tuple[tuple[str, Level, str, str], ...] = (
    ("mismatch", "problem", "trust", "mismatch"),
    ("damaged", "problem", "trust", "damaged"),
    ("broken", "problem", "kind", "invalid"),
    ("missing", "warning", "state", "missing"),
    ("changed", "warning", "trust", "changed"),
    ("unreachable", "note", "state", "unreachable"),
    ("conflicts", "note", "conflict", "yes"),
)
"""Code, level, and the facet and value that tell which models are meant."""

_DOWNLOADS: tuple[tuple[str, Level, State, str | None], ...] = (
    ("downloads-quarantined", "problem", State.quarantined, None),
    ("downloads-failed", "warning", State.failed, None),
    ("downloads-asking", "warning", State.waiting, "duplicate"),
    ("downloads-review", "note", State.review, None),
)
"""Code, level, state, and the reason where only one of several is meant."""


@dataclass
class Matter:
    """One thing that needs a person: how often, how many bytes it is about, and the operation that shows it.

    `query` are parameters of a GET at `path`; `ids` name the models where no query can.
    """

    code: str
    level: Level
    count: int
    bytes: int | None
    path: str
    query: dict[str, list[str]] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)


def attention(hands: Hands) -> list[Matter]:
    """Everything that needs a person now, the worst first; nothing of what is fine."""
    rank = ("problem", "warning", "note")
    found = [*_models(hands), *_downloads(hands), *_slower(hands)]
    return sorted((each for each in found if each.count), key=lambda each: rank.index(each.level))


def _models(hands: Hands) -> Iterator[Matter]:
    for code, level, facet, value in _MODELS:
        count, size = hands.index.weight_of((facet, value))
        told = None if code in {"missing", "conflicts"} else size
        yield Matter(code, level, count, told, "/api/models", {facet: [value]})


def _downloads(hands: Hands) -> Iterator[Matter]:
    counts = hands.store.counts(hands.library_id)
    for code, level, state, reason in _DOWNLOADS:
        meant = (n for (at, why), n in counts.items() if at == state.value and reason in (None, why))
        count, size = sum(meant), None
        if count and state is State.quarantined:
            held = hands.store.downloads(hands.library_id, (state.value,))
            size = sum(_weight(hands.library.quarantine(each.id)) for each in held)
        yield Matter(code, level, count, size, "/api/downloads", {"state": [state.value]})


def _weight(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.iterdir()) if folder.is_dir() else 0


def _slower(hands: Hands) -> tuple[Matter, ...]:
    """Duplicates and newer versions, remembered."""
    version, now = hands.index.version, time.monotonic()
    known = hands.remembered.get("attention")
    if known is not None:
        until, matters = known[1]
        if known[0] == version or now < until:
            found: tuple[Matter, ...] = matters
            return found
    matters = (_duplicates(hands), _updates(hands))
    took = time.monotonic() - now
    hands.remembered["attention"] = (version, (now + took * (_PATIENCE + 1), matters))
    return matters


def _duplicates(hands: Hands) -> Matter:
    groups, size = hands.index.repeated()
    return Matter("duplicates", "note", groups, size, "/api/duplicates")


def _updates(hands: Hands) -> Matter:
    """Each newer version once, though several of its older ones may be here."""
    newest: dict[str, str] = {}
    for model, key in hands.index.outdated():
        newest.setdefault(key, model)
    ids: list[Any] = list(newest.values())
    return Matter("updates", "note", len(ids), None, "/api/models", {}, ids[:_MOST_IDS])
