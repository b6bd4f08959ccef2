"""Modella as a person starts it: a process of its own, with a home and a library that are new each time."""

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.failure import BenchFailure
from bench.watched import Spent, Watched
from modella.core.spans import Spans
from modella.io.disk import PartFile

Told = tuple[float, dict[str, Any]]


def clean_environment(folder: Path) -> dict[str, str]:
    """An environment without proxies, keys or settings of whoever runs the bench."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LANG": "C.UTF-8"}


@dataclass
class Pulled:
    """A pull that has ended: seconds from its start until the hash was known, the file was verified, the end."""

    spent: Spent
    told: list[Told]
    result: dict[str, Any]
    hashed: float
    verified: float

    @property
    def file(self) -> dict[str, Any]:
        """The one file of the model, as the result shows it."""
        found: dict[str, Any] = self.result["model"]["files"][0]
        return found


class Modella:
    """A home and a library in a folder of their own."""

    def __init__(self, folder: Path, allowed: str) -> None:
        self.folder = folder
        self.library = folder / "library"
        self.env = {
            **clean_environment(folder),
            "MODELLA_HOME": str(folder / "home"),
            "MODELLA_LIBRARY": str(self.library),
            "MODELLA_ALLOWED_HOSTS": allowed,
            "MODELLA_SPACE_MARGIN": "1",
        }
        folder.mkdir(parents=True, exist_ok=True)

    def start(self, *arguments: str, **env: str) -> Watched:
        """Starts a command."""
        return Watched([sys.executable, "-m", "modella", *arguments], {**self.env, **env})

    def pull(self, url: str) -> Pulled:
        """Downloads a link to its end; BenchFailure unless it has become a model."""
        running = self.start("pull", url, "--json")
        told = list(lines(running))
        spent = running.wait()
        result = told.pop()[1]
        if result.get("state") != "done" or not result.get("model"):
            raise BenchFailure(f"modella pull ended as {result.get('state')}: {json.dumps(result)[:500]}")
        return Pulled(spent, told, result, _first(told, "verifying"), _first(told, "placing"))

    def known_bytes(self) -> int:
        """Bytes of unfinished downloads that a next run may rely on: the records' durable ranges and the journals."""
        found = 0
        for state in self.library.glob(".modella/incoming/*/state.json"):
            for part in json.loads(state.read_text())["parts"]:
                file = PartFile(state.parent / f"{part['index']}.part", only_read=True)
                durable = [(start, end) for start, end in part["durable"]]
                found += Spans(durable + file.journalled()).total
                file.close()
        return found

    def remove(self) -> None:
        """Removes home and library."""
        shutil.rmtree(self.folder)


def lines(running: Watched) -> Iterator[Told]:
    """What a command tells by `--json`, each value with the seconds since its start."""
    for line in running.output:
        yield time.perf_counter() - running.began, json.loads(line)


def is_progress(event: dict[str, Any]) -> bool:
    """Whether an event tells of bytes that have moved."""
    return event.get("type") == "download-progress"


def _first(told: list[Told], state: str) -> float:
    """When a download entered a state."""
    moments = (moment for moment, event in told if (event.get("download") or {}).get("state") == state)
    found = next(moments, None)
    if found is None:
        raise BenchFailure(f"modella pull never told of the state {state}")
    return found
