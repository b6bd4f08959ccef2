"""Starts the command line, for `modella` and `python -m modella` alike.

The collector rests while modules load: it would walk objects that live as long as the program, which costs a third of
the time until a command begins.
"""

import gc

gc.disable()

from modella.cli.main import run  # noqa: E402 (the collector must rest first)


def main() -> None:
    """Runs the command line."""
    gc.freeze()
    gc.enable()
    run()


if __name__ == "__main__":
    main()
