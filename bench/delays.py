"""How long an event takes from the worker that tells it to a subscriber in another process, while much is going on."""

import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.failure import BenchFailure
from bench.figures import Bar, Figure, percentile
from bench.ground import Ground, Measured, say, settle
from bench.product import Modella, clean_environment
from bench.server import Server, serve
from bench.watched import Watched
from bench.weights import MIB

DOWNLOADS = 8
_LARGEST = 512 * MIB
_LONGEST = 180.0
_LOOK_EVERY = 0.2
_FINISHED = {"done", "failed", "quarantined", "cancelled"}
_AT_ONCE = {"MODELLA_DOWNLOADS_AT_ONCE": str(DOWNLOADS), "MODELLA_DOWNLOADS_PER_HOST": str(DOWNLOADS)}


def measure(ground: Ground) -> Measured:
    """Eight throttled downloads at once, and a subscriber to everything."""
    weights = ground.weights(min(ground.size, _LARGEST))
    modella = ground.modella("delays")
    settle()
    noted = modella.folder / "ages.json"
    with serve(modella, **_AT_ONCE) as server, _subscribed(server, modella, noted):
        for number in range(DOWNLOADS):
            url = ground.origin.url("slow", weights.path.name, number)
            server.ask("POST", "/api/downloads", {"url": url, "on_duplicate": "skip"})
        seconds = _until_finished(server)
    ages = json.loads(noted.read_text())
    modella.remove()
    if not ages:
        raise BenchFailure("the subscriber received no event")
    say(f"events: {len(ages)} in {seconds:.1f} s")
    delays = [age for _, age in ages]
    return Measured(
        (
            Figure("event, 8 downloads", "p50", "ms", percentile(delays, 0.5)),
            Figure("event, 8 downloads", "p95", "ms", percentile(delays, 0.95), bar=Bar(100)),
            Figure("event, 8 downloads", "longest", "ms", max(delays)),
        ),
        [{"type": name, "milliseconds": age} for name, age in ages],
    )


@contextmanager
def _subscribed(server: Server, modella: Modella, noted: Path) -> Iterator[None]:
    """A subscriber in a process of its own, listening from the first moment to the last."""
    env = {**clean_environment(modella.folder), "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-m", "bench.subscriber", f"ws://{server.place}/ws/events", str(noted)]
    subscriber = Watched(command, env)
    try:
        if subscriber.output.readline().strip() != b"listening":
            raise BenchFailure("the subscriber could not reach the event stream")
        yield
    finally:
        subscriber.end(signal.SIGTERM)


def _until_finished(server: Server) -> float:
    """Waits for the end of all downloads; the seconds it took."""
    began = time.monotonic()
    while time.monotonic() - began < _LONGEST:
        states = [each["state"] for each in server.ask("GET", "/api/downloads")["items"]]
        if len(states) == DOWNLOADS and set(states) <= _FINISHED:
            return time.monotonic() - began
        time.sleep(_LOOK_EVERY)
    raise BenchFailure(f"{DOWNLOADS} downloads did not end within {_LONGEST:.0f} s: {', '.join(sorted(states))}")
