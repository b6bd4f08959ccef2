"""A subscriber in a process of its own: notes how old each event is when it arrives, until it is told to end.

Run as `python -m bench.subscriber ADDRESS FILE`; it says `listening`, and at its end writes a list of `[type, age in
milliseconds]` into the file.
"""

import json
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


def listen(address: str, target: Path) -> None:
    """Notes the age of every event; the clock is the one that stamped it."""
    ages: list[tuple[str, float]] = []
    try:
        with connect(address, proxy=None, max_size=None) as channel:
            print("listening", flush=True)
            for message in channel:
                arrived = datetime.now(UTC)
                event = json.loads(message)
                ages.append((event["type"], (arrived - datetime.fromisoformat(event["at"])).total_seconds() * 1000))
    except ConnectionClosed:
        pass
    finally:
        target.write_text(json.dumps(ages))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    listen(sys.argv[1], Path(sys.argv[2]))
