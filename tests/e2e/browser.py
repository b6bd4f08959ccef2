"""A real Chromium, and what every journey does with it: open a page as somebody with a theme, a language, a screen."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
DESK, PHONE = (1440, 900), (390, 844)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """Somebody at a page. What the page complains about, or cannot load, is kept in `complaints`."""

    def __init__(self, browser: Browser, address: str, *, size: tuple[int, int] = DESK, **stored: Any) -> None:
        self.address, self.complaints = address, list[str]()
        is_phone = size[0] < 760
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, has_touch=is_phone, is_mobile=is_phone, locale="en-US"
        )
        values = {
            f"modella.{name}": value if isinstance(value, str) else json.dumps(value) for name, value in stored.items()
        }
        self.context.add_init_script(
            f"for (const [name, value] of Object.entries({json.dumps(values)}))"
            " if (localStorage.getItem(name) === null) localStorage.setItem(name, value)"
        )
        self.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        self.page = self.new_page()

    def new_page(self) -> Page:
        """Another tab of the same person."""
        page = self.context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def go(self, path: str) -> Page:
        """Opens a page of the app and waits until it has its heading."""
        self.page.goto(self.address + path)
        self.page.locator("h1").first.wait_for(state="attached")
        return self.page

    def paste(self, text: str) -> None:
        """Ctrl+V of a text, outside of fields."""
        self.page.evaluate(
            """text => { const data = new DataTransfer(); data.setData('text/plain', text);
            (document.activeElement ?? document.body).dispatchEvent(
              new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })) }""",
            text,
        )

    def axe(self) -> list[str]:
        """What axe finds wrong with the page as it is now: rule, place and why."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("rules => axe.run(document, { runOnly: { type: 'tag', values: rules } })", RULES)
        return [
            f"{each['id']}: {node['target']} {node['failureSummary'][:300]}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    def close(self) -> None:
        """Leaves."""
        self.context.close()


def until(found: Callable[[], bool]) -> None:
    """Waits for what the page has only asked for yet."""
    deadline = time.monotonic() + 20
    while not found() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found()
