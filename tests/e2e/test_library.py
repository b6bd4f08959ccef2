"""The wall: found as one types, walked by keyboard, selected, changed, and as it was when one comes back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import PHONE
from tests.e2e.conftest import Demo, Visits


def cards(page: Page) -> list[str]:
    """Names of the models in sight, in order."""
    found = page.get_by_role("gridcell").evaluate_all("all => all.map(each => each.querySelector('bdi')?.textContent)")
    return [str(name) for name in found]


def test_the_wall_finds_as_one_types_and_keeps_the_question_in_the_address(demo: Demo, visit: Visits) -> None:
    me = visit(demo.address)
    page = me.go("/library")
    expect(page.locator("[role=gridcell] bdi").first).to_be_visible()
    total = demo.ask("GET", "/api/models?limit=1")["total"]
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", re.compile(r"\d+"))
    page.get_by_role("searchbox").fill("sdxl")
    found = demo.ask("GET", "/api/models?q=sdxl&sort=match&limit=8")
    assert 1 < found["total"] < total
    expect(page.locator("main").get_by_text(f"{found['total']} models", exact=True)).to_be_visible()
    assert cards(page)[:4] == [each["name"] for each in found["items"]][:4]
    assert page.url.endswith("/library?q=sdxl")
    page.reload()
    expect(page.locator("main").get_by_text(f"{found['total']} models", exact=True)).to_be_visible()
    page.get_by_role("searchbox").press("Escape")
    expect(page.locator("main").get_by_text(f"{total} models", exact=True)).to_be_visible()


def test_a_facet_takes_in_leaves_out_and_forgets(demo: Demo, visit: Visits) -> None:
    page = visit(demo.address).go("/library")
    box = page.get_by_role("checkbox", name=re.compile("^LoRA,"))
    loras = demo.ask("GET", "/api/models?kind=lora&limit=1")["total"]
    others = demo.ask("GET", "/api/models?kind=!lora&limit=1")["total"]
    box.click()
    expect(page.locator("main").get_by_text(f"{loras} models", exact=True)).to_be_visible()
    page.get_by_role("checkbox", name=re.compile("^LoRA,")).click()
    expect(page.locator("main").get_by_text(f"{others} models", exact=True)).to_be_visible()
    expect(page.get_by_role("list", name="Active filters").get_by_text("Kind: not LoRA")).to_be_visible()
    page.get_by_role("checkbox", name=re.compile("^not LoRA,")).click()
    expect(page.locator("main").get_by_text(f"{loras + others} models", exact=True)).to_be_visible()


def test_nothing_fits_says_so_and_has_a_way_out(demo: Demo, visit: Visits) -> None:
    page = visit(demo.address).go("/library?q=zzzzqqqq")
    expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()
    page.get_by_text("Clear the search", exact=True).click()
    expect(page.locator("[role=gridcell] bdi").first).to_be_visible()


def test_the_wall_is_one_tab_stop_and_is_walked_by_keys(demo: Demo, visit: Visits) -> None:
    page = visit(demo.address).go("/library")
    expect(page.locator("[role=gridcell] bdi").first).to_be_visible()
    assert page.locator("[role=gridcell][tabindex='0']").count() == 1
    page.locator("[role=gridcell][tabindex='0']:has(bdi)").focus()

    def focused() -> int:
        return int(page.evaluate("document.activeElement.dataset.index ?? -1"))

    columns = int(page.get_by_role("grid").get_attribute("aria-colcount") or 0)
    total = demo.ask("GET", "/api/models?limit=1")["total"]
    for key, place in [("ArrowRight", 1), ("ArrowDown", columns + 1), ("Home", columns), ("Control+End", total - 1)]:
        page.keyboard.press(key)
        page.wait_for_function("place => document.activeElement?.dataset.index === String(place)", arg=place)
    page.keyboard.press("Control+Home")
    page.wait_for_function("() => document.activeElement?.dataset.index === '0'")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("main").get_by_text(f"2 of {total} selected")).to_be_visible()
    page.keyboard.press("Control+a")
    expect(page.locator("main").get_by_text(f"{total} of {total} selected")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("main").get_by_text(f"{total} models", exact=True)).to_be_visible()
    assert focused() == 1


def test_the_wall_is_found_again_where_it_was_left(demo: Demo, visit: Visits) -> None:
    page = visit(demo.address).go("/library")
    expect(page.locator("[role=gridcell] bdi").first).to_be_visible()
    page.locator("[role=gridcell][tabindex='0']:has(bdi)").focus()
    page.keyboard.press("Control+End")
    last = page.locator("[role=gridcell]:focus")
    expect(last).not_to_have_attribute("aria-busy", "true")
    name = str(last.locator("bdi").first.text_content())
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/models/"))
    page.go_back()
    expect(page.get_by_role("gridcell", name=name).last).to_be_in_viewport()


@pytest.mark.parametrize("density", ["comfortable", "compact", "list"])
def test_pictures_move_nothing_when_they_arrive(demo: Demo, visit: Visits, density: str) -> None:
    me = visit(demo.address, density=density)
    me.context.add_init_script(
        """window.shifts = 0
        new PerformanceObserver(list => { for (const each of list.getEntries()) window.shifts += each.value })
          .observe({ type: 'layout-shift', buffered: true })"""
    )
    page = me.go("/library")
    expect(page.locator("[role=gridcell] img").first).to_be_visible()
    page.mouse.move(700, 500)
    page.mouse.wheel(0, 1500)
    page.wait_for_function("() => [...document.querySelectorAll('[role=gridcell] img')].every(i => i.complete)")
    assert page.evaluate("window.shifts") < 0.01


def test_a_phone_shows_two_columns_and_nothing_hangs_over(demo: Demo, visit: Visits) -> None:
    page = visit(demo.address, size=PHONE).go("/library")
    expect(page.locator("[role=gridcell] bdi").first).to_be_visible()
    assert page.get_by_role("grid").get_attribute("aria-colcount") == "2"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.get_by_role("button", name="Filters").tap()
    expect(page.get_by_role("dialog", name="Filters")).to_be_visible()
