"""From a link to a verified file: curl + tee + openssl, aria2 and Modella in turn, over the same file.

Every run begins with a new folder and a disk that has nothing left to write. After each run, outside the measured time,
the file is read again and its hash compared: a fast wrong file is not a result.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.failure import BenchFailure
from bench.figures import Bar, Figure
from bench.ground import Ground, Measured, say, settle
from bench.machine import tool
from bench.product import Modella, clean_environment
from bench.watched import Spent, pipeline
from bench.weights import MB, Weights, sha256_of

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


@dataclass(frozen=True)
class Errand:
    """What a program is asked for: this file, from this address, into this empty folder."""

    weights: Weights
    url: str
    folder: Path
    allowed: str

    @property
    def target(self) -> Path:
        """Where the programs that let one choose put the file."""
        return self.folder / self.weights.path.name


Program = Callable[[Errand], Run]


def with_curl(errand: Errand) -> Run:
    """`curl | tee FILE | openssl sha256`, and how long `sync FILE` takes after it."""
    env, target = clean_environment(errand.folder), str(errand.target)
    spent, said = pipeline(([tool("curl"), "-sf", errand.url], [tool("tee"), target], [tool("openssl"), "sha256"]), env)
    syncing, _ = pipeline([[tool("sync"), target]], env)
    if said.split()[-1] != errand.weights.sha256:
        raise BenchFailure(f"openssl computed {said.split()[-1]}, the file has {errand.weights.sha256}")
    return Run("curl", spent, sha256_of(errand.target), {"durable": spent.wall + syncing.wall})


def with_aria2_checked(errand: Errand) -> Run:
    """aria2 with 16 connections, which reads the file again at the end to compare its checksum."""
    return _with_aria2(errand, f"--checksum=sha-256={errand.weights.sha256}")


def with_aria2(errand: Errand) -> Run:
    """aria2 with 16 connections and without a checksum."""
    return _with_aria2(errand)


def _with_aria2(errand: Errand, *options: str) -> Run:
    command = [tool("aria2c"), *_ARIA2, *options, "-d", str(errand.folder), "-o", errand.target.name, errand.url]
    spent, _ = pipeline([command], clean_environment(errand.folder))
    return Run("aria2", spent, sha256_of(errand.target))


def with_modella(errand: Errand) -> Run:
    """`modella pull` into a new library."""
    pulled = Modella(errand.folder, errand.allowed).pull(errand.url)
    found = sha256_of(Path(errand.folder / "library" / pulled.file["path"]))
    if pulled.file["sha256"] != found:
        raise BenchFailure(f"Modella says {pulled.file['sha256']}, its file has {found}")
    clocks = {"first event": pulled.told[0][0], "hashed": pulled.hashed, "verified": pulled.verified}
    return Run("modella", pulled.spent, found, clocks)


def plain(ground: Ground) -> Measured:
    """From a server that sends as fast as it can."""
    runs = _rounds(ground, "plain", (with_curl, with_aria2_checked, with_modella))
    curl, aria2, modella = (_of(runs, name) for name in ("curl", "aria2", "modella"))
    verified, ended = _clock(modella, "verified"), _wall(modella)
    pipe, checked = "curl", "aria2"

    def figure(what: str, value: float, against: str, other: float, bar: Bar | None = None, unit: str = "s") -> Figure:
        return Figure("plain", what, unit, value, against, other, bar)

    return Measured(
        (
            figure("link → verified", verified, pipe, _wall(curl), Bar(1.15, of_ratio=True)),
            figure("link → verified", verified, checked, _wall(aria2), Bar(0.6, of_ratio=True)),
            figure("link → hash known", _clock(modella, "hashed"), pipe, _wall(curl)),
            figure("link → process ended", ended, "curl, sync", _clock(curl, "durable")),
            figure("processor", _processor(modella), pipe, _processor(curl), Bar(1.3, of_ratio=True)),
            figure("memory", _memory(modella), pipe, _memory(curl), Bar(_MEMORY_BAR), "MB"),
        ),
        [run.as_json() for run in runs],
    )


def throttled(ground: Ground) -> Measured:
    """From a server that gives each connection only so much."""
    runs = _rounds(ground, "slow", (with_aria2, with_modella))
    aria2, modella = _of(runs, "aria2"), _of(runs, "modella")
    other, measure = "aria2", "throttled"
    bar = Bar(1.1, of_ratio=True)
    return Measured(
        (
            Figure(measure, "link → verified", "s", _clock(modella, "verified"), other, _wall(aria2), bar),
            Figure(measure, "link → hash known", "s", _clock(modella, "hashed"), other, _wall(aria2)),
            Figure(measure, "link → process ended", "s", _wall(modella), other, _wall(aria2)),
            Figure(measure, "processor", "s", _processor(modella), other, _processor(aria2)),
            Figure(measure, "memory", "MB", _memory(modella), other, _memory(aria2), Bar(_MEMORY_BAR)),
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
            run = program(Errand(weights, ground.origin.url(way, weights.path.name), folder, ground.origin.place))
            shutil.rmtree(folder)
            if run.sha256 != weights.sha256:
                raise BenchFailure(f"{run.program} wrote other bytes than it was sent: {run.sha256}")
            clocks = "".join(f", {name} {moment:.2f} s" for name, moment in run.clocks.items())
            say(f"{way} {number}/{ground.rounds} {run.program}: {run.spent.wall:.2f} s{clocks}")
            runs.append(run)
    return runs


def _of(runs: Sequence[Run], program: str) -> list[Run]:
    return [run for run in runs if run.program == program]


def _wall(runs: Sequence[Run]) -> float:
    return median(run.spent.wall for run in runs)


def _processor(runs: Sequence[Run]) -> float:
    return median(run.spent.processor for run in runs)


def _memory(runs: Sequence[Run]) -> float:
    return max(run.spent.peak for run in runs) / MB


def _clock(runs: Sequence[Run], name: str) -> float:
    return median(run.clocks[name] for run in runs)
