"""The whole story of a model, by keyboard alone and on a phone: pasted, done, found, edited, deleted, restored."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import PHONE, until
from tests.e2e.conftest import Demo, Visits, demo_in


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of our own with a few models."""
    with demo_in(tmp_path_factory.mktemp("journey"), sample=8) as found:
        yield found


def tab_to(page: Page, name: str) -> None:
    """Tab until the focus is on something of that name; at most a hundred steps."""
    wanted = re.compile(name)
    for _ in range(100):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "() => { const here = document.activeElement;"
            " return here.ariaLabel || here.labels?.[0]?.textContent || here.textContent }"
        )
        if wanted.search(said or ""):
            return
    raise AssertionError(f"{name} is reached by no Tab")


def test_the_whole_story_by_keyboard_alone(at: Demo, visit: Visits) -> None:
    me = visit(at.address)
    page = me.go("/library")
    me.paste(at.example("A LoRA"))
    expect(page.get_by_role("dialog").get_by_role("heading", name="Marmalade Sky")).to_be_visible()
    tab_to(page, "^Download$")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("In your library: Marmalade Sky").first).to_be_visible()

    page.keyboard.press("/")
    page.keyboard.type("marmalade sky")
    expect(page.get_by_role("gridcell").first).to_contain_text("Marmalade Sky")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.getAttribute('role') === 'gridcell'")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Marmalade Sky")).to_be_visible()

    page.keyboard.press("F2")
    page.keyboard.press("Control+a")
    page.keyboard.type("My own sky")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="My own sky")).to_be_visible()
    model = page.url.rpartition("/")[2]
    until(lambda: at.ask("GET", f"/api/models/{model}")["name"] == "My own sky")

    page.keyboard.press("Delete")
    expect(page).to_have_url(re.compile("/library"))
    until(lambda: [each["id"] for each in at.ask("GET", "/api/trash")] == [model])
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.get_by_role("heading", level=1, name="Trash")).to_be_visible()
    expect(page.get_by_text("My own sky").first).to_be_visible()
    tab_to(page, "^Restore.*My own sky|^Restore$")
    page.keyboard.press("Enter")
    expect(page.locator("main").get_by_text("My own sky")).to_have_count(0)
    until(lambda: at.ask("GET", "/api/trash") == [])
    assert at.ask("GET", f"/api/models/{model}")["name"] == "My own sky"


def test_a_card_is_deleted_and_undone_on_a_phone(at: Demo, visit: Visits) -> None:
    page = visit(at.address, size=PHONE).go("/library")
    total = at.ask("GET", "/api/models?limit=1")["total"]
    first = page.get_by_role("gridcell").first
    name = str(first.locator("bdi").first.text_content())
    first.dispatch_event("contextmenu")
    page.get_by_role("menuitem", name="Delete").tap()
    expect(page.locator("main").get_by_text(f"{total - 1} models", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").tap()
    expect(page.locator("main").get_by_text(f"{total} models", exact=True)).to_be_visible()
    assert name in {each["name"] for each in at.ask("GET", "/api/models")["items"]}


def test_several_are_tagged_at_once(at: Demo, visit: Visits) -> None:
    page = visit(at.address).go("/library")
    page.locator("[role=gridcell][tabindex='0']:has(bdi)").focus()
    page.keyboard.press(" ")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("t")
    page.get_by_role("textbox", name="Tags to add").fill("holiday, sea")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 models changed").first).to_be_visible()
    assert at.ask("GET", "/api/models?tag=holiday&tag=sea")["total"] == 2


def test_two_tabs_tell_the_same(at: Demo, visit: Visits) -> None:
    me = visit(at.address)
    page, other = me.go("/library"), me.new_page()
    other.goto(f"{at.address}/library")
    total = at.ask("GET", "/api/models?limit=1")["total"]
    expect(other.locator("main").get_by_text(f"{total} models", exact=True)).to_be_visible()
    page.locator("[role=gridcell][tabindex='0']:has(bdi)").focus()
    page.keyboard.press(" ")
    page.keyboard.press("Delete")
    expect(other.locator("main").get_by_text(f"{total - 1} models", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(other.locator("main").get_by_text(f"{total} models", exact=True)).to_be_visible()


def test_a_server_that_is_away_is_said_and_found_again(at: Demo, visit: Visits) -> None:
    me = visit(at.address)
    page = me.go("/library")
    expect(page.locator("[role=gridcell] bdi").first).to_be_visible()
    me.context.set_offline(True)
    page.get_by_role("searchbox").fill("zzz")
    page.get_by_role("searchbox").fill("")
    expect(page.locator("[role=gridcell] bdi").first).to_be_visible()
    me.context.set_offline(False)
    page.get_by_role("searchbox").fill("lora")
    expect(page.locator("[role=gridcell] bdi").first).to_be_visible()
    me.complaints.clear()
