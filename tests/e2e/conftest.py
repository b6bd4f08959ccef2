"""A demo with its sample library, and people who visit it. Journeys that change things get a demo of their own."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import urllib3
from playwright.sync_api import Browser

from modella.api import web
from tests.e2e.browser import CHROMIUM, Visitor, chromium

SAMPLE = 60
LOCALES = {"NO_COLOR": "1"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Says what is missing where these cannot run; a browser and a demo that begin take their time.

    They come last: while a browser is open, Playwright's event loop runs in this thread, and no test can start its own.
    """
    here = Path(__file__).parent
    items.sort(key=lambda item: here in item.path.parents)
    for item in items:
        if here in item.path.parents and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(300))
    missing = "Chromium is not installed" if not CHROMIUM else "the web app is not built"
    if CHROMIUM and (web.BUILT / "index.html").is_file():
        return
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=f"{missing}: run `python3 dev.py test`"))


class Demo:
    """A running `modella demo`: its address, and its API for looking behind the page."""

    def __init__(self, address: str, home: Path) -> None:
        self.address, self.home = address, home
        self._pool = urllib3.PoolManager(retries=False)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The data of an answer."""
        told = self._pool.request(method, self.address + path, json=body, headers={"X-Modella": "1"}).json()
        assert told["success"], told
        return told["data"]

    def example(self, about: str) -> str:
        """A link to try, by what it is for."""
        examples = self.ask("GET", "/api/about")["examples"]
        return str(next(each["link"] for each in examples if about in each["about"]).strip("'"))

    def settled(self, total: int) -> None:
        """Waits until so many models are listed and no task runs."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            found = self.ask("GET", "/api/models?limit=1")["total"]
            running = [each for each in self.ask("GET", "/api/tasks") if each["state"] == "running"]
            if found >= total and not running:
                return
            time.sleep(0.1)
        raise AssertionError(f"{found} models after two minutes, {running}")


@contextmanager
def demo_in(folder: Path, *arguments: str, sample: int = SAMPLE, more: int = 0) -> Iterator[Demo]:
    """A demo in a process of its own, at a free port, with so many sample models and so many tiny ones more."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("MODELLA_")} | LOCALES
    env |= {"MODELLA_HOME": str(folder), "MODELLA_LIBRARY": str(folder / "library")}
    command = [
        sys.executable,
        "-m",
        "modella",
        "demo",
        "--port",
        "0",
        "--sample",
        str(sample),
        "--models",
        str(more),
        *arguments,
    ]
    log = folder / "log"
    folder.mkdir(parents=True, exist_ok=True)
    with log.open("w") as said, subprocess.Popen(command, env=env, stdout=said, stderr=subprocess.STDOUT) as process:
        try:
            yield _ready(process, log, folder, sample + more)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _ready(process: subprocess.Popen[bytes], log: Path, folder: Path, total: int) -> Demo:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"http://[\d.:]+", log.read_text())
        if found:
            demo = Demo(found[0], folder)
            demo.settled(total)
            return demo
        time.sleep(0.05)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo that is only looked at."""
    with demo_in(tmp_path_factory.mktemp("demo")) as found:
        yield found


@pytest.fixture(scope="module")
def own_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of the journeys of one file, which may change it."""
    with demo_in(tmp_path_factory.mktemp("own")) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    with chromium() as found:
        yield found


Visits = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visits]:
    """Makes visitors of an address; at the end none of them may have met a complaint of the page."""
    visitors: list[Visitor] = []

    def come(address: str, **how: Any) -> Visitor:
        visitors.append(Visitor(browser, address, **how))
        return visitors[-1]

    yield come
    complaints = [each for visitor in visitors for each in visitor.complaints]
    for visitor in visitors:
        visitor.close()
    assert complaints == []
