"""Ten thousand models: found at once, walked to the end, scrolled without a hitch."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Demo, Visits, demo_in

MANY = 10_000
STALLED = 250
"""Milliseconds. A loaded machine drops frames: `python3 dev.py bench` measures them, this finds what blocks."""

SCROLL = """async ([speed, seconds]) => {
  const wall = document.querySelector('[role=grid]').parentElement;
  const frames = [];
  let begun, last;
  await new Promise(done => requestAnimationFrame(function frame(now) {
    if (last !== undefined) frames.push(now - last);
    begun ??= now; last = now;
    wall.scrollTop = (now - begun) / 1000 * speed;
    if (now - begun < seconds * 1000) requestAnimationFrame(frame); else done();
  }));
  frames.sort((a, b) => a - b);
  const at = share => frames[Math.floor(frames.length * share)];
  return { p50: at(.5), p95: at(.95), nodes: document.querySelectorAll('*').length };
}"""


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo with a large wall."""
    with demo_in(tmp_path_factory.mktemp("many"), sample=0, more=MANY) as found:
        yield found


def wall(page: Page) -> None:
    """Waits until the first cards are there."""
    expect(page.locator("[role=gridcell] bdi").first).to_be_visible()


def test_the_end_is_one_key_away(at: Demo, visit: Visits) -> None:
    page = visit(at.address).go("/library?sort=name")
    wall(page)
    page.locator("[role=gridcell][tabindex='0']:has(bdi)").focus()
    page.keyboard.press("Control+End")
    page.wait_for_function("last => document.activeElement.dataset.index === String(last)", arg=MANY - 1)
    last = at.ask("GET", f"/api/models?sort=name&offset={MANY - 1}&limit=1")["items"][0]["name"]
    expect(page.locator("[role=gridcell]:focus bdi").first).to_have_text(last)


def test_only_what_is_in_sight_exists(at: Demo, visit: Visits) -> None:
    page = visit(at.address).go("/library")
    wall(page)
    told = page.evaluate(SCROLL, [3000, 2])
    assert told["nodes"] < 2500
    assert told["p50"] < STALLED, told
    assert page.locator("[role=gridcell]").count() < 120


def test_all_of_them_are_selected_at_once(at: Demo, visit: Visits) -> None:
    page = visit(at.address).go("/library")
    wall(page)
    page.locator("[role=gridcell][tabindex='0']:has(bdi)").focus()
    page.keyboard.press("Control+a")
    expect(page.get_by_text("10,000 of 10,000 selected")).to_be_visible()
