"""How long a folder of small LoRAs takes until all are listed with kind and family, and a second look at it."""

import json
import shutil
import time
from statistics import median
from typing import Any

from bench.failure import BenchFailure
from bench.figures import Bar, Figure
from bench.folders import fill
from bench.ground import Ground, Measured, say, settle
from bench.product import Modella
from bench.weights import MB

COUNT, MANY = 20_000, 100_000
LORA_MANAGER = 66.0
"""Seconds that ComfyUI-Lora-Manager took for as many small files on a machine like this: its published behaviour."""
_SHARE, _AGAIN, _MEMORY = Bar(0.1, of_ratio=True), Bar(1.0), Bar(300.0)


def measure(ground: Ground) -> Measured:
    """20,000 files, and with `large` 100,000 for their memory."""
    runs = _scans(ground, COUNT, ground.rounds)
    first, again = (median([run[name] for run in runs]) for name in ("first", "again"))
    command = median([run["command"] for run in runs])
    files = f"{COUNT:,} small LoRAs"
    figures = [
        Figure("scan", f"{files}, first", "s", first, "Lora-Manager", LORA_MANAGER, _SHARE),
        Figure("scan", f"{files}, first, with the start of the command", "s", command, "Lora-Manager", LORA_MANAGER),
        Figure("scan", f"{files}, nothing changed", "s", again, bar=_AGAIN),
        Figure("scan", f"{files}, peak memory", "MB", max(run["memory"] for run in runs) / MB, bar=_MEMORY),
    ]
    if ground.large:
        many = _scans(ground, MANY, 1)
        figures += [
            Figure("scan", f"{MANY:,} small LoRAs, first", "s", many[0]["first"]),
            Figure("scan", f"{MANY:,} small LoRAs, nothing changed", "s", many[0]["again"]),
            Figure("scan", f"{MANY:,} small LoRAs, peak memory", "MB", many[0]["memory"] / MB, bar=_MEMORY),
        ]
        runs += many
    return Measured(figures, runs)


def _scans(ground: Ground, count: int, rounds: int) -> list[dict[str, Any]]:
    folder = ground.folder / f"loras-{count}"
    began = time.monotonic()
    fill(folder, count)
    say(f"wrote {count:,} small LoRAs in {time.monotonic() - began:.0f} s")
    runs = []
    for number in range(rounds):
        settle()
        modella = ground.modella(f"scan-{count}-{number}")
        runs.append(_one(modella, str(folder), count))
        modella.remove()
        shutil.rmtree(folder / ".modella")
        say(f"scan {number + 1}/{rounds}: {runs[-1]['first']:.2f} s, again {runs[-1]['again']:.2f} s")
    shutil.rmtree(folder)
    return runs


def _one(modella: Modella, folder: str, count: int) -> dict[str, Any]:
    first = modella.start("scan", folder, "--json")
    told = json.loads(first.output.read())
    spent = first.wait()
    if told.get("added") != count:
        raise BenchFailure(f"the scan found {json.dumps(told)[:300]}")
    second = modella.start("scan", "--json")
    again = json.loads(second.output.read())
    second.wait()
    if (again["added"], again["changed"], again["seen"]) != (0, 0, count):
        raise BenchFailure(f"the second scan found {json.dumps(again)[:300]}")
    return {"first": told["seconds"], "command": spent.wall, "again": again["seconds"], "memory": spent.peak}
