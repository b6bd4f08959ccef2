"""What a person at the wall feels: the first load, frames while scrolling, and results after the last key.

A real Chromium, without a graphics card: frames are drawn by the processor.
"""

import gzip
import json
import os
import shutil
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Error, Page, sync_playwright

from bench.failure import BenchFailure
from bench.figures import Bar, Figure, percentile
from bench.ground import Ground, Measured, say
from bench.product import Modella
from bench.server import serve
from modella.api.web import BUILT
from modella.demo.large_library import widen
from modella.io.disk import Library

MANY = 10_000
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
SPEEDS = (1000, 3000, 8000)
"""Pixels a second: reading, looking, searching."""
QUESTIONS = ("lantern", "portrait", "sdxl lora", "night", "harbour", "moon", "anime", "glass", "9", "kumo")
_SCRIPT, _FRAME, _RESULTS = Bar(150.0), Bar(20.0), Bar(100.0)

_SCROLL = """async speed => {
  const wall = document.querySelector('[role=grid]').parentElement;
  wall.scrollTop = 0;
  await new Promise(done => setTimeout(done, 800));
  const frames = [];
  let begun, last;
  await new Promise(done => requestAnimationFrame(function frame(now) {
    if (last !== undefined) frames.push(now - last);
    begun ??= now; last = now;
    wall.scrollTop = (now - begun) / 1000 * speed;
    if (now - begun < 5000) requestAnimationFrame(frame); else done();
  }));
  return frames;
}"""
_ASK = """async words => {
  const field = document.querySelector('input[type=search]');
  const shown = () => document.querySelector('[data-count]').dataset.count;
  const type = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  const before = shown(), began = performance.now();
  type.call(field, words);
  field.dispatchEvent(new Event('input', { bubbles: true }));
  while (shown() === before && performance.now() - began < 5000) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""


def measure(ground: Ground) -> Measured:
    """A library of 10,000 models with pictures, looked at in a window of 1440 by 900."""
    if not CHROMIUM or not (BUILT / "index.html").is_file():
        raise BenchFailure("chromium and a built web app are needed: python3 dev.py test makes both")
    modella = ground.modella("page")
    modella.library.mkdir(parents=True, exist_ok=True)
    widen(Library(modella.library), MANY)
    figures = [Figure("page", "first load, gzipped script", "KB", _script_of("library/LibraryPage"), bar=_SCRIPT)]
    runs = [_visit(modella, number) for number in range(min(ground.rounds, 3))]
    for speed in SPEEDS:
        frames = [frame for run in runs for frame in run["frames"][speed]]
        label = f"frame at {speed:,} px/s, 10,000 models, p95"
        figures.append(Figure("page", label, "ms", percentile(frames, 0.95), bar=_FRAME))
    waits = [wait for run in runs for wait in run["waits"]]
    figures.append(Figure("page", "key to results, 10,000 models, p95", "ms", percentile(waits, 0.95), bar=_RESULTS))
    figures.append(
        Figure("page", "wall painted after opening", "ms", percentile([run["painted"] for run in runs], 0.5))
    )
    modella.remove()
    return Measured(figures, runs)


def _script_of(page: str) -> float:
    """KB of gzipped JavaScript that a page needs at once."""
    manifest = json.loads((BUILT / ".vite" / "manifest.json").read_text(encoding="utf-8"))

    def whole(name: str) -> set[str]:
        return {manifest[name]["file"]}.union(*(whole(each) for each in manifest[name].get("imports", [])))

    files = whole("index.html") | whole(f"src/features/{page}.tsx")
    return sum(len(gzip.compress((BUILT / file).read_bytes(), 9)) for file in files) / 1000


def _visit(modella: Modella, number: int) -> dict[str, Any]:
    with serve(modella) as server, sync_playwright() as playwright:
        _until_listed(server.ask)
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        except Error as problem:
            raise BenchFailure(f"chromium does not start: {problem}") from None
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"http://{server.place}/library")
        page.locator("[role=gridcell] img").first.wait_for()
        painted = page.evaluate("performance.now()")
        page.wait_for_timeout(1500)
        told = {"painted": painted, "frames": _frames(page), "waits": _waits(page)}
        browser.close()
    shown = ", ".join(f"{percentile(told['frames'][each], 0.95):.1f}" for each in SPEEDS)
    say(f"page {number + 1}: frames of {shown} ms")
    return told


def _until_listed(ask: Any) -> None:
    for _ in range(600):
        if ask("GET", "/api/models?limit=1")["total"] >= MANY and not _running(ask("GET", "/api/tasks")):
            return
    raise BenchFailure("the library was not listed in time")


def _running(tasks: Sequence[dict[str, Any]]) -> bool:
    return any(each["state"] == "running" for each in tasks)


def _frames(page: Page) -> dict[int, list[float]]:
    return {speed: page.evaluate(_SCROLL, speed) for speed in SPEEDS}


def _waits(page: Page) -> list[float]:
    waits = []
    page.evaluate("document.querySelector('[role=grid]').parentElement.scrollTop = 0")
    for words in QUESTIONS:
        page.fill("input[type=search]", "")
        page.wait_for_timeout(600)
        waits.append(float(page.evaluate(_ASK, words)))
    return waits
