"""What a `kill -9` costs: how many bytes are fetched twice when the download goes on.

Two counts. *By Modella*: what the server sent to the second run, less what was missing from the journal when the first
was killed. *Seen by the server*: what both runs were sent, less the size; it holds bytes that were under way in socket
buffers when the process died, which no program can keep.
"""

import signal
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.failure import BenchFailure
from bench.figures import Bar, Figure
from bench.ground import Ground, Measured, say, settle
from bench.product import Modella, is_progress, lines
from bench.weights import MIB, Weights

_KILL_AT = 0.45
_BAR = Bar(16.0)


@dataclass(frozen=True)
class Resumed:
    """One download that was killed and went on. All sizes in bytes."""

    way: str
    size: int
    known_at_kill: int
    served_before: int
    served_after: int

    @property
    def twice(self) -> int:
        """Bytes that the second run fetched although the journal had them."""
        return self.served_after - (self.size - self.known_at_kill)

    @property
    def twice_for_server(self) -> int:
        """Bytes that left the server more than once."""
        return self.served_before + self.served_after - self.size


def measure(ground: Ground, ways: Sequence[str] = ("plain", "slow")) -> Measured:
    """Kills and resumes a download each round, from the fast and from the throttled server.

    BenchFailure when a download is over before it can be killed, or ends with other bytes than the server's.
    """
    weights = ground.weights()
    figures: list[Figure] = []
    runs: list[dict[str, Any]] = []
    for way in ways:
        found = []
        for number in range(ground.rounds):
            resumed = _once(ground, weights, way, number)
            say(
                f"resume {way} {number + 1}/{ground.rounds}: killed with {resumed.known_at_kill / MIB:.0f} MiB known,"
                f" {resumed.twice / MIB:.1f} MiB fetched twice, {resumed.twice_for_server / MIB:.1f} MiB seen twice"
            )
            found.append(resumed)
        worst = max(each.twice for each in found) / MIB
        seen = max(each.twice_for_server for each in found) / MIB
        figures.append(Figure("kill -9", f"{way}, fetched twice by Modella", "MiB", worst, bar=_BAR))
        figures.append(Figure("kill -9", f"{way}, seen by the server", "MiB", seen))
        runs += [asdict(each) for each in found]
    return Measured(figures, runs)


def _once(ground: Ground, weights: Weights, way: str, number: int) -> Resumed:
    modella = ground.modella(f"resume-{way}-{number}")
    url = ground.origin.url(way, weights.path.name)
    ground.origin.until_idle()
    settle()
    begin = ground.origin.mark()
    _kill_half_way(modella, url, weights.size)
    served_before = ground.origin.served(begin)
    known = modella.known_bytes()
    again = ground.origin.mark()
    pulled = modella.pull(url)
    served_after = ground.origin.served(again)
    if pulled.file["sha256"] != weights.sha256:
        raise BenchFailure(f"the resumed file has the hash {pulled.file['sha256']} instead of {weights.sha256}")
    modella.remove()
    return Resumed(way, weights.size, known, served_before, served_after)


def _kill_half_way(modella: Modella, url: str, size: int) -> None:
    """Kills a pull at the first progress past the mark; BenchFailure when the file is too small to be caught."""
    running = modella.start("pull", url, "--json")
    caught = any(is_progress(event) and _KILL_AT <= event["bytes"] / size < 1 for _, event in lines(running))
    running.end(signal.SIGKILL)
    if not caught:
        raise BenchFailure("the download was over before it could be killed; use a larger --size")
