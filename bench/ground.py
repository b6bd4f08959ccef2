"""What every measurement stands on: the folder, the server, the files, and how often to measure."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.figures import Figure
from bench.origin import Origin
from bench.product import Modella
from bench.weights import MIB, Weights, random_lora


@dataclass
class Ground:
    """The folder belongs to this run and is removed after it. `size` is in bytes, `rate` in MiB a second."""

    folder: Path
    origin: Origin
    size: int
    rounds: int
    rate: int
    large: bool = False
    made: dict[int, Weights] = field(default_factory=dict)

    def weights(self, size: int | None = None) -> Weights:
        """The file to download, written the first time it is asked for and in the page cache since."""
        wanted = size or self.size
        if wanted not in self.made:
            say(f"writing {wanted / MIB:.0f} MiB of random weights")
            self.made[wanted] = random_lora(self.origin.files / f"lora-{wanted}.safetensors", wanted)
        return self.made[wanted]

    def modella(self, name: str) -> Modella:
        """A new Modella with nothing in it."""
        return Modella(self.folder / name, self.origin.place)


@dataclass(frozen=True)
class Measured:
    """What a measurement gives: figures for people, and each run it made for whoever wants to look closer."""

    figures: Sequence[Figure]
    runs: Sequence[dict[str, Any]]


def settle() -> None:
    """Lets earlier writes reach the disk, so that no program pays for another."""
    os.sync()


def say(text: str) -> None:
    """Tells whoever waits what is measured now."""
    print(f"· {text}", file=sys.stderr, flush=True)
