"""The trash: what is in it, how it comes back, how it goes for good."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PHONE
from tests.e2e.conftest import Demo, Visits
from tests.e2e.test_model import settled


def throw(demo: Demo, count: int) -> list[str]:
    """Puts so many models into the trash; their names."""
    items = demo.ask("GET", f"/api/models?sort=name&limit={count}")["items"]
    demo.ask("POST", "/api/models/delete", {"ids": [each["id"] for each in items]})
    return [each["name"] for each in items]


def test_models_come_back_or_go_for_good(own_demo: Demo, visit: Visits) -> None:
    names = throw(own_demo, 3)
    page = visit(own_demo.address).go("/trash")
    expect(page.get_by_text(re.compile(r"^3 models, "))).to_be_visible()
    expect(page.get_by_text("Deleted ·").first).to_be_visible()
    page.get_by_role("searchbox").fill(names[1])
    expect(page.get_by_role("checkbox")).to_have_count(1)
    page.get_by_role("button", name=f"Restore {names[1]}").click()
    expect(page.get_by_text("1 model is back").first).to_be_visible()
    page.get_by_role("searchbox").fill("")
    expect(page.get_by_role("checkbox")).to_have_count(2)
    page.get_by_role("checkbox", name=f"Select {names[0]}").check()
    page.keyboard.press("Delete")
    sure = page.get_by_role("alertdialog")
    expect(sure).to_contain_text("cannot be undone")
    sure.get_by_role("button", name="Cancel").click()
    assert len(own_demo.ask("GET", "/api/trash")) == 2
    page.keyboard.press("Delete")
    sure.get_by_role("button", name="Remove for good").click()
    expect(page.get_by_text(re.compile("^1 model removed, ")).first).to_be_visible()
    expect(page.get_by_role("checkbox")).to_have_count(1)
    assert [each["name"] for each in own_demo.ask("GET", "/api/trash")] == [names[2]]


def test_many_go_only_when_their_number_is_typed(own_demo: Demo, visit: Visits) -> None:
    throw(own_demo, 25)
    page = visit(own_demo.address).go("/trash")
    count = len(own_demo.ask("GET", "/api/trash"))
    page.get_by_role("button", name="Empty the trash").click()
    sure = page.get_by_role("alertdialog")
    go = sure.get_by_role("button", name="Remove for good")
    expect(go).to_be_disabled()
    sure.get_by_role("textbox").fill(str(count))
    go.click()
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    assert own_demo.ask("GET", "/api/trash") == []


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
@pytest.mark.parametrize("size", [(1440, 900), PHONE])
def test_nobody_is_kept_out_of_the_trash(own_demo: Demo, visit: Visits, theme: str, size: tuple[int, int]) -> None:
    if not own_demo.ask("GET", "/api/trash"):
        throw(own_demo, 2)
    me = visit(own_demo.address, theme=theme, size=size)
    page = me.go("/trash")
    expect(page.get_by_role("checkbox").first).to_be_visible()
    assert me.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Empty the trash").click()
    expect(page.get_by_role("alertdialog")).to_be_visible()
    settled(page)
    assert me.axe() == []
