"""`python -m bench`: makes a temporary ground, measures on it, and prints what came out beside the bars."""

import json
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bench import delays, large, page, resume, scan, search, start, transfer
from bench.failure import BenchFailure
from bench.figures import Figure, markdown, table
from bench.ground import Ground, Measured, say
from bench.machine import check_space, check_tools, facts, load
from bench.origin import open_origin
from bench.weights import MIB

MEASURES: dict[str, Callable[[Ground], Measured]] = {
    "plain": transfer.plain,
    "throttled": transfer.throttled,
    "resume": resume.measure,
    "large": large.measure,
    "events": delays.measure,
    "start": start.measure,
    "scan": scan.measure,
    "search": search.measure,
    "page": page.measure,
}
TOOLS = ("nginx", "aria2c", "curl", "openssl", "tee")
_COPIES = 4


@dataclass(frozen=True)
class Options:
    """What is measured: size in MiB, rate in MiB a second for each throttled connection."""

    size: int = 2048
    rounds: int = 5
    rate: int = 40
    large: bool = False
    only: tuple[str, ...] = ()

    @property
    def measures(self) -> tuple[str, ...]:
        """The measurements in their order; the large file only when it is asked for."""
        wanted = self.only or tuple(MEASURES)
        return tuple(name for name in MEASURES if name in wanted and (name != "large" or self.large or self.only))


def run(options: Options, folder: Path | None = None) -> dict[str, Any]:
    """Measures in a temporary folder that is gone afterwards; machine, options, figures and single runs.

    BenchFailure when a tool or space is missing. A measurement that could not be made is named under `failures`.
    """
    check_tools(TOOLS)
    with tempfile.TemporaryDirectory(prefix="modella-bench-", dir=folder) as name:
        ground_folder = Path(name).resolve()
        check_space(ground_folder, _COPIES * options.size * MIB)
        machine = facts(ground_folder, TOOLS)
        with open_origin(ground_folder / "origin", options.rate) as origin:
            ground = Ground(ground_folder, origin, options.size * MIB, options.rounds, options.rate, options.large)
            measured, failures = _all(options.measures, ground)
    return {
        "machine": {**machine, "load after": load()},
        "options": asdict(options),
        "failures": failures,
        "figures": [figure for each in measured.values() for figure in each.figures],
        "runs": {each: list(found.runs) for each, found in measured.items()},
    }


def _all(names: Sequence[str], ground: Ground) -> tuple[dict[str, Measured], dict[str, str]]:
    """One measurement after the other; one that fails does not take the others with it."""
    measured: dict[str, Measured] = {}
    failures: dict[str, str] = {}
    for name in names:
        say(f"measuring {name}")
        try:
            measured[name] = MEASURES[name](ground)
        except BenchFailure as failure:
            failures[name] = str(failure)
            say(f"{name} could not be measured: {failure}")
    return measured, failures


def as_json(found: dict[str, Any]) -> str:
    """The outcome as a program reads it."""
    figures: Sequence[Figure] = found["figures"]
    return json.dumps({**found, "figures": [figure.as_json() for figure in figures]}, indent=1)


def main(
    size: Annotated[int, typer.Option(min=1, help="Size of the file, in MiB.")] = 2048,
    rounds: Annotated[int, typer.Option(min=1, help="How often everything is measured.")] = 5,
    rate: Annotated[int, typer.Option(min=1, help="MiB a second for each throttled connection.")] = 40,
    only: Annotated[str, typer.Option(metavar="NAME,...", help=f"Of {', '.join(MEASURES)}.")] = "",
    large_too: Annotated[bool, typer.Option("--large", help="Also 8 GiB files and 100,000 models.")] = False,
    folder: Annotated[Path | None, typer.Option(help="On the disk to measure; default: the temporary folder.")] = None,
    save: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Where to save everything.")] = None,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the table for a document.")] = False,
) -> None:
    """Measure Modella beside curl and aria2. A ✗ is a bar that is not met; it is not an error of this command."""
    chosen = tuple(name.strip() for name in only.split(",") if name.strip())
    unknown = set(chosen) - set(MEASURES)
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}", param_hint="--only")
    try:
        found = run(Options(size, rounds, rate, large_too, chosen), folder)
    except BenchFailure as failure:
        print(f"bench: {failure}", file=sys.stderr)
        raise typer.Exit(1) from None
    if save is not None:
        save.write_text(as_json(found))
    if as_markdown:
        print(markdown(found["figures"]))
    else:
        _show(found, f"{size} MiB, {rounds} rounds, medians")
    if found["failures"]:
        raise typer.Exit(1)


def _show(found: dict[str, Any], title: str) -> None:
    console = Console(highlight=False)
    console.print(table(found["figures"], title))
    console.print("  ".join(f"{name} {value}" for name, value in found["machine"].items()), style="dim")


if __name__ == "__main__":
    # A polite end unwinds, so that nginx and the temporary folder do not stay behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    typer.run(main)
