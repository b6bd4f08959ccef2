"""Starts the command line, for `modella` and `python -m modella` alike.

The collector rests while modules load: it would walk objects that live as long as the program, which costs a third of
the time until a command begins.
"""

import gc
import sys

gc.disable()

from modella.cli.main import run  # noqa: E402 (the collector must rest first)

SWITCH_SECONDS = 0.001
"""How long one thread may keep others waiting: dozens fetch, and one tells people how far they are."""


def main() -> None:
    """Runs the command line."""
    gc.freeze()
    gc.enable()
    sys.setswitchinterval(SWITCH_SECONDS)
    run()


if __name__ == "__main__":
    main()
