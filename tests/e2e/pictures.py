"""Makes the pictures of the documents from the program itself: `.venv/bin/python -m tests.e2e.pictures`."""

import io
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.browser import DESK, PHONE, ROOT, Visitor, chromium
from tests.e2e.conftest import Demo, demo_in

PICTURES = ROOT / "docs" / "pictures"
SAMPLE = 120


class Shot(NamedTuple):
    """A picture: its name, where it is taken, how the visitor came, and what is done before."""

    name: str
    path: str
    how: dict[str, object]
    act: Callable[[Visitor, Demo], None]


def _nothing(me: Visitor, _demo: Demo) -> None:
    expect(me.page.locator("main")).to_be_visible()


def _model(me: Visitor, demo: Demo) -> None:
    found = demo.ask("GET", "/api/models?q=kind:lora&limit=40")["items"]
    chosen = next(each for each in found if each["preview_count"] > 1 and each["trained_words"])
    me.go(f"/models/{chosen['id']}")


def _add(me: Visitor, demo: Demo) -> None:
    me.paste(demo.example("A checkpoint"))
    expect(me.page.get_by_role("dialog").get_by_role("heading").nth(1)).to_be_visible()
    expect(me.page.get_by_role("dialog").get_by_role("button", name="Download", exact=True)).to_be_enabled()


def _downloads(me: Visitor, demo: Demo) -> None:
    for about in ("A slow file", "Wrong hash", "Needs payment"):
        demo.ask("POST", "/api/downloads", {"url": demo.example(about)})
    expect(me.page.get_by_role("progressbar").first).to_have_attribute("aria-valuetext", re.compile(r"/s"))
    expect(me.page.get_by_text("Mislabelled Jar").first).to_be_visible()


SHOTS = (
    Shot("library-dark", "/library", {}, _nothing),
    Shot("library-light", "/library", {"theme": "light", "density": "compact"}, _nothing),
    Shot("phone", "/library", {"size": PHONE}, _nothing),
    Shot("model", "/library", {}, _model),
    Shot("add", "/library", {}, _add),
    Shot("downloads", "/downloads", {"theme": "light"}, _downloads),
    Shot("overview", "/", {}, _nothing),
)


def _settle(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => [...document.images].every(each => each.complete)")
    page.wait_for_timeout(600)


def main() -> None:
    """Takes every picture anew."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo_in(Path(folder), sample=SAMPLE) as demo, chromium() as browser:
        for shot in SHOTS:
            me = Visitor(browser, demo.address, **({"size": DESK} | shot.how))  # type: ignore[arg-type]
            me.go(shot.path)
            shot.act(me, demo)
            _settle(me.page)
            image = Image.open(io.BytesIO(me.page.screenshot()))
            image.convert("RGB").save(PICTURES / f"{shot.name}.webp", quality=82, method=6)
            me.close()
            print(f"took {shot.name}")


if __name__ == "__main__":
    main()
