"""A subscriber in a process of its own: notes how old each event is when it arrives, until the server ends.

Run as `python -m bench.subscriber ADDRESS`; it writes `listening`, then one line `type milliseconds` for each event.
"""

import json
import sys
from datetime import UTC, datetime

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


def listen(address: str) -> None:
    """Writes the age of every event, in milliseconds; the clock is the one that stamped it."""
    with connect(address, proxy=None, max_size=None) as channel:
        print("listening", flush=True)
        try:
            for message in channel:
                arrived = datetime.now(UTC)
                event = json.loads(message)
                age = (arrived - datetime.fromisoformat(event["at"])).total_seconds() * 1000
                print(event["type"], f"{age:.1f}")
        except ConnectionClosed:
            return


if __name__ == "__main__":
    listen(sys.argv[1])
