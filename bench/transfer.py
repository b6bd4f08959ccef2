"""From a link to a verified file: curl + tee + openssl, aria2 and Modella in turn, over the same file.

Every run begins with a new folder and a disk that has nothing left to write. After each run, outside the measured time,
the file is read again and its hash compared: a fast wrong file is not a result.
"""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.failure import BenchFailure
from bench.figures import Bar, Figure
from bench.ground import Ground, Measured, say, settle
from bench.machine import tool
from bench.product import clean_environment
from bench.watched import Spent, pipeline
from bench.weights import MIB, Weights, sha256_of

_ARIA2 = ("-q", "--no-conf", "-x16", "-s16", "-k1M")
_MEMORY_BAR = 150.0


@dataclass(frozen=True)
class Run:
    """One program's way to the file. `clocks` are further moments, in seconds from the start."""

    program: str
    spent: Spent
    sha256: str
    clocks: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The run as plain values."""
        return asdict(self)


Program = Callable[[Ground, Weights, str, Path], Run]


def with_curl(ground: Ground, weights: Weights, url: str, folder: Path) -> Run:
    """`curl | tee FILE | openssl sha256`, and how long `sync FILE` takes after it."""
    target = folder / weights.path.name
    commands = ([tool("curl"), "-sf", url], [tool("tee"), str(target)], [tool("openssl"), "sha256"])
    spent, said = pipeline(commands, clean_environment(folder))
    began = time.perf_counter()
    pipeline([[tool("sync"), str(target)]], clean_environment(folder))
    durable = spent.wall + time.perf_counter() - began
    if said.split()[-1] != weights.sha256:
        raise BenchFailure(f"openssl computed {said.split()[-1]}, the file has {weights.sha256}")
    return Run("curl", spent, sha256_of(target), {"durable": durable})


def with_aria2_checked(ground: Ground, weights: Weights, url: str, folder: Path) -> Run:
    """aria2 with 16 connections, which reads the file again at the end to compare its checksum."""
    return _with_aria2(weights, url, folder, f"--checksum=sha-256={weights.sha256}")


def with_aria2(ground: Ground, weights: Weights, url: str, folder: Path) -> Run:
    """aria2 with 16 connections and without a checksum."""
    return _with_aria2(weights, url, folder)


def _with_aria2(weights: Weights, url: str, folder: Path, *options: str) -> Run:
    command = [tool("aria2c"), *_ARIA2, *options, "-d", str(folder), "-o", weights.path.name, url]
    spent, _ = pipeline([command], clean_environment(folder))
    return Run("aria2", spent, sha256_of(folder / weights.path.name))


def with_modella(ground: Ground, weights: Weights, url: str, folder: Path) -> Run:
    """`modella pull` into a new library."""
    modella = ground.modella(folder.name)
    pulled = modella.pull(url)
    file = modella.library / pulled.file["path"] if not Path(pulled.file["path"]).is_absolute() else None
    found = sha256_of(file or Path(pulled.file["path"]))
    if pulled.file["sha256"] != found:
        raise BenchFailure(f"Modella says {pulled.file['sha256']}, its file has {found}")
    clocks = {"hashed": pulled.hashed, "verified": pulled.verified, "first event": pulled.told[0][0]}
    return Run("modella", pulled.spent, found, clocks)


def plain(ground: Ground) -> Measured:
    """From a server that sends as fast as it can."""
    runs = _rounds(ground, "plain", (with_curl, with_aria2_checked, with_modella))
    curl, aria2, modella = (_of(runs, name) for name in ("curl", "aria2", "modella"))
    verified, ended = _clock(modella, "verified"), _wall(modella)
    pipe, checked = "curl | tee | openssl", "aria2 --checksum"

    def figure(what: str, value: float, against: str, other: float, bar: Bar | None = None, unit: str = "s") -> Figure:
        return Figure("plain", what, unit, value, against, other, bar)

    return Measured(
        (
            figure("link → verified", verified, pipe, _wall(curl), Bar(1.15, of_ratio=True)),
            figure("link → verified", verified, checked, _wall(aria2), Bar(0.6, of_ratio=True)),
            figure("... until the hash is known", _clock(modella, "hashed"), pipe, _wall(curl)),
            figure("... until the process has ended", ended, f"{pipe}, sync", _clock(curl, "durable")),
            figure("processor", _processor(modella), pipe, _processor(curl), Bar(1.3, of_ratio=True)),
            figure("memory", _memory(modella), pipe, _memory(curl), Bar(_MEMORY_BAR), "MiB"),
        ),
        [run.as_json() for run in runs],
    )


def throttled(ground: Ground) -> Measured:
    """From a server that gives each connection only so much."""
    runs = _rounds(ground, "slow", (with_aria2, with_modella))
    aria2, modella = _of(runs, "aria2"), _of(runs, "modella")
    other, measure = "aria2, no checksum", f"{ground.rate} MiB/s each"
    return Measured(
        (
            Figure(
                measure,
                "link → verified",
                "s",
                _clock(modella, "verified"),
                other,
                _wall(aria2),
                Bar(1.1, of_ratio=True),
            ),
            Figure(measure, "... until the hash is known", "s", _clock(modella, "hashed"), other, _wall(aria2)),
            Figure(measure, "... until the process has ended", "s", _wall(modella), other, _wall(aria2)),
            Figure(measure, "processor", "s", _processor(modella), other, _processor(aria2)),
            Figure(measure, "memory", "MiB", _memory(modella), other, _memory(aria2), Bar(_MEMORY_BAR)),
        ),
        [run.as_json() for run in runs],
    )


def _rounds(ground: Ground, way: str, programs: Sequence[Program]) -> list[Run]:
    """Every program once a round, so that a change of the machine's mood meets all of them."""
    weights = ground.weights()
    runs = []
    for number in range(1, ground.rounds + 1):
        for program in programs:
            folder = ground.folder / f"{way}-{number}-{program.__name__}"
            folder.mkdir()
            settle()
            run = program(ground, weights, ground.origin.url(way, weights.path.name), folder)
            shutil.rmtree(folder)
            if run.sha256 != weights.sha256:
                raise BenchFailure(f"{run.program} wrote other bytes than it was sent: {run.sha256}")
            clocks = ", ".join(f"{name} {moment:.2f} s" for name, moment in run.clocks.items())
            say(f"{way} {number}/{ground.rounds} {run.program}: {run.spent.wall:.2f} s {clocks}")
            runs.append(run)
    return runs


def _of(runs: Sequence[Run], program: str) -> list[Run]:
    return [run for run in runs if run.program == program]


def _wall(runs: Sequence[Run]) -> float:
    return median(run.spent.wall for run in runs)


def _processor(runs: Sequence[Run]) -> float:
    return median(run.spent.processor for run in runs)


def _memory(runs: Sequence[Run]) -> float:
    return max(run.spent.peak for run in runs) / MIB


def _clock(runs: Sequence[Run], name: str) -> float:
    return median(run.clocks[name] for run in runs)
