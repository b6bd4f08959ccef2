"""How long `modella serve` takes until it answers, and how much memory it then holds."""

import time
from collections.abc import Sequence
from statistics import median
from typing import Any

from bench.figures import Bar, Figure
from bench.ground import Ground, Measured, say, settle
from bench.product import Modella
from bench.server import serve
from bench.shelf import fill
from bench.weights import MB

MANY = 100_000
_START, _MEMORY = Bar(1.5), Bar(200.0)


def measure(ground: Ground) -> Measured:
    """An empty library; with `large` one of 100,000 models too, first without its index and then with it."""
    empty = ground.modella("start-empty")
    runs = _starts(empty, ground.rounds, "empty")
    figures = _figures(runs, "empty library")
    empty.remove()
    if ground.large:
        full, records = ground.modella("start-full"), f"{MANY:,} models"
        began = time.monotonic()
        fill(full.library, MANY)
        say(f"wrote {records} in {time.monotonic() - began:.0f} s")
        first = _starts(full, 1, "without index")
        runs_full = _starts(full, ground.rounds, "with index")
        figures += [Figure("start", f"{records}, index made anew", "s", first[0]["answered"])]
        figures += _figures(runs_full, records)
        runs += first + runs_full
        full.remove()
    return Measured(figures, runs)


def _starts(modella: Modella, rounds: int, library: str) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = []
    for number in range(rounds):
        settle()
        with serve(modella) as server:
            server.ask("GET", "/api/models?limit=100")
            runs.append({"library": library, "answered": server.answered, "memory": server.running.peak})
        say(f"start {library} {number + 1}/{rounds}: {server.answered:.2f} s, {runs[-1]['memory'] / MB:.0f} MB")
    return runs


def _figures(runs: Sequence[dict[str, Any]], library: str) -> list[Figure]:
    answered, memory = median([run["answered"] for run in runs]), max([run["memory"] for run in runs]) / MB
    return [
        Figure("start", f"{library}, until it answers", "s", answered, bar=_START),
        Figure("start", f"{library}, peak memory", "MB", memory, bar=_MEMORY),
    ]
