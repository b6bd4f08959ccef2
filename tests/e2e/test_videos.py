"""A preview that moves: it plays while one points at its card, and never for who wants no motion."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.changing import lora
from tests.e2e.conftest import Demo, Visits, demo_in

RECORD = """async () => {
  const canvas = document.createElement('canvas');
  canvas.width = 128; canvas.height = 192;
  const pen = canvas.getContext('2d');
  const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm' });
  const parts = [];
  recorder.ondataavailable = event => parts.push(event.data);
  const stopped = new Promise(done => recorder.onstop = done);
  recorder.start();
  for (let n = 0; n < 30; n++) {
    pen.fillStyle = `hsl(${n * 12} 80% 50%)`;
    pen.fillRect(0, 0, 128, 192);
    await new Promise(done => setTimeout(done, 40));
  }
  recorder.stop();
  await stopped;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));
}"""


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Demo]:
    """A demo that looks after a folder with one model and its video, recorded by the browser itself."""
    page = browser.new_page()
    recorded = base64.b64decode(page.evaluate(RECORD))
    page.close()
    folder = tmp_path_factory.mktemp("moving")
    lora(folder / "dancer.safetensors")
    (folder / "dancer.webm").write_bytes(recorded)
    with demo_in(tmp_path_factory.mktemp("videos"), sample=0) as found:
        _adopt(found, folder)
        yield found


def _adopt(demo: Demo, folder: Path) -> None:
    task = demo.ask("POST", "/api/models/adopt", {"folder": str(folder)})["task"]["task"]
    demo.ask("GET", f"/api/tasks/{task}?wait=30")
    demo.settled(1)


def test_a_video_plays_while_one_points_at_its_card(at: Demo, visit: Visits) -> None:
    page = visit(at.address).go("/library")
    card = page.get_by_role("gridcell").first
    expect(card).to_contain_text("dancer")
    assert page.locator("video").count() == 0
    card.hover()
    page.wait_for_function("() => document.querySelector('video')?.currentTime > 0.1")
    assert page.locator("video").evaluate("each => each.muted")
    page.get_by_role("searchbox").hover()
    expect(page.locator("video")).to_have_count(0)


def test_no_video_plays_for_who_wants_no_motion(at: Demo, visit: Visits) -> None:
    page = visit(at.address).page
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{at.address}/library")
    page.get_by_role("gridcell").first.hover()
    page.wait_for_timeout(800)
    assert page.locator("video").count() == 0
