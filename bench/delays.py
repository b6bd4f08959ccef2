"""How long an event takes from the worker that tells it to a subscriber in another process, while much is going on."""

import signal
import sys
import threading
import time

from bench.failure import BenchFailure
from bench.figures import Bar, Figure, percentile
from bench.ground import Ground, Measured, say, settle
from bench.product import Modella, clean_environment
from bench.server import Server, serve
from bench.watched import Watched
from bench.weights import MIB

DOWNLOADS = 8
_LARGEST = 512 * MIB
_LONGEST = 120.0
_FINISHED = {"done", "failed", "quarantined", "cancelled"}
_AT_ONCE = {"MODELLA_DOWNLOADS_AT_ONCE": str(DOWNLOADS), "MODELLA_DOWNLOADS_PER_HOST": str(DOWNLOADS)}


def measure(ground: Ground) -> Measured:
    """Eight throttled downloads at once, and a subscriber to everything."""
    weights = ground.weights(min(ground.size, _LARGEST))
    modella = ground.modella("delays")
    settle()
    with serve(modella, **_AT_ONCE) as server:
        subscriber = _subscribe(server, modella)
        try:
            for number in range(DOWNLOADS):
                url = ground.origin.url("slow", weights.path.name, number)
                server.ask("POST", "/api/downloads", {"url": url, "on_duplicate": "skip"})
            _until_finished(server)
        finally:
            ages = _ages(subscriber)
    modella.remove()
    delays = [age for age, _ in ages]
    if not delays:
        raise BenchFailure("the subscriber received no event")
    say(f"events: {len(delays)} received")
    kinds = sorted({kind for _, kind in ages})
    runs = [{"type": name, "milliseconds": [age for age, kind in ages if kind == name]} for name in kinds]
    what = f"age on arrival, {DOWNLOADS} downloads, {len(delays)} events"
    return Measured(
        (
            Figure("events", f"{what}, p50", "ms", percentile(delays, 0.5)),
            Figure("events", f"{what}, p95", "ms", percentile(delays, 0.95), bar=Bar(100)),
            Figure("events", f"{what}, longest", "ms", max(delays)),
        ),
        runs,
    )
