"""Settings: saved where they are typed, refused in words, followed by browsers; rules are read before they move."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import PHONE, Visitor
from tests.e2e.conftest import Demo, Visits

SECTIONS = ["library", "rules", "keys", "downloads", "appearance", "backups", "network", "system", "about"]


def settings_of(demo: Demo) -> dict[str, Any]:
    return dict(demo.ask("GET", "/api/settings")["values"])


def refused(me: Visitor, status: int) -> None:
    """The browser complains about every answer that is a refusal: this one was meant."""
    assert len(me.complaints) == 1
    assert str(status) in me.complaints[0]
    me.complaints.clear()


def is_told(page: Page, text: str) -> None:
    expect(page.get_by_role("log").get_by_text(text).first).to_be_attached()


def test_a_value_is_saved_when_it_is_left_and_undone(own_demo: Demo, visit: Visits) -> None:
    page = visit(own_demo.address).go("/settings/downloads")
    field = page.get_by_label("Speed limit", exact=True)
    field.fill("2.5 MB")
    field.press("Tab")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert settings_of(own_demo)["bandwidth"] == 2_500_000
    expect(field).to_have_value("2.5 MB/s")
    page.get_by_role("button", name="Undo the change of Speed limit").click()
    expect(field).to_have_value("0")
    assert settings_of(own_demo)["bandwidth"] == 0


def test_a_value_that_makes_no_sense_is_refused_in_place(own_demo: Demo, visit: Visits) -> None:
    me = visit(own_demo.address)
    page = me.go("/settings/downloads")
    field = page.get_by_label("Tries", exact=True)
    field.fill("0")
    field.press("Enter")
    expect(page.get_by_role("alert").get_by_text("at least 1")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    field.press("Escape")
    expect(field).to_have_value(str(settings_of(own_demo)["tries"]))
    expect(page.get_by_role("alert")).to_have_count(0)
    refused(me, 422)


def test_hours_are_shown_as_a_day(own_demo: Demo, visit: Visits) -> None:
    page = visit(own_demo.address).go("/settings/downloads")
    hours = page.get_by_role("group", name="Hours for downloads")
    hours.get_by_label("From").fill("22:00")
    hours.get_by_label("Until").fill("07:00")
    hours.get_by_label("Until").press("Enter")
    expect(page.get_by_text("22:00 – 07:00")).to_be_visible()
    assert settings_of(own_demo)["download_hours"] == "22:00-07:00"
    hours.get_by_role("button", name="Always").click()
    expect(page.get_by_text("all day")).to_have_count(1)
    assert settings_of(own_demo)["download_hours"] == ""


def test_what_is_fixed_elsewhere_says_by_what(own_demo: Demo, visit: Visits) -> None:
    page = visit(own_demo.address).go("/settings/network")
    expect(page.get_by_label("Port", exact=True)).to_have_js_property("readOnly", True)
    expect(page.get_by_text("Fixed by --port, given when Modella was started.")).to_be_visible()
    expect(page.get_by_text("Set it by the environment variable MODELLA_STALL_TIMEOUT")).to_be_visible()


def test_settings_are_found_by_words_and_changed_there(own_demo: Demo, visit: Visits) -> None:
    page = visit(own_demo.address).go("/settings")
    expect(page.get_by_role("heading", name="Library", level=2)).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("MODELLA_TRIES")
    field = page.get_by_label("Tries", exact=True)
    field.fill("9")
    field.press("Enter")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert settings_of(own_demo)["tries"] == 9
    page.get_by_role("button", name="Clear the search").click()
    expect(page.get_by_role("heading", name="Library", level=2)).to_be_visible()


def test_a_browser_that_has_chosen_nothing_follows_the_others(own_demo: Demo, visit: Visits) -> None:
    follower, chooser = visit(own_demo.address), visit(own_demo.address)
    one, other = follower.go("/settings/appearance"), chooser.go("/settings/appearance")
    root = "document.documentElement.dataset.theme"
    other.get_by_role("radio", name="High contrast").check()
    other.wait_for_function(f"() => {root} === 'contrast'")
    other.get_by_role("radio", name="All browsers").check()
    other.get_by_label("Theme", exact=True).select_option("light")
    one.wait_for_function(f"() => {root} === 'light'")
    assert other.evaluate(root) == "contrast"
    one.reload()
    assert one.evaluate(root) == "light"
    other.get_by_role("radio", name="This browser").check()
    other.get_by_role("button", name="Theme: as for all browsers").click()
    other.wait_for_function(f"() => {root} === 'light'")
    own_demo.ask("PATCH", "/api/settings", {"theme": None})


def test_levels_that_are_hidden_leave_the_wall_until_they_are_asked_for(own_demo: Demo, visit: Visits) -> None:
    found = own_demo.ask("GET", "/api/models?limit=2")
    total, model = found["total"], found["items"][0]
    own_demo.ask("PATCH", f"/api/models/{model['id']}", {"set": {"nsfw_level": 8}})
    assert own_demo.ask("GET", "/api/models?nsfw=x&limit=1")["total"] == 1
    page = visit(own_demo.address, hide="r").go("/library")
    expect(page.get_by_text(f"{total - 1} models", exact=True)).to_be_visible()
    page.get_by_role("link", name="Hidden: R and above").click()
    page.get_by_label("Hide models", exact=True).select_option("never")
    page.goto(own_demo.address + "/library")
    expect(page.get_by_text(f"{total} models", exact=True)).to_be_visible()
    page = visit(own_demo.address, hide="r").go("/library?nsfw=x")
    expect(page.get_by_text("1 model", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^Hidden"))).to_have_count(0)


def test_rules_are_tried_as_one_types_moved_by_keys_and_carried_out_after_reading(
    own_demo: Demo, visit: Visits
) -> None:
    page = visit(own_demo.address).go("/settings/rules")
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_role("combobox", name="Kind").select_option("upscaler")
    target = page.get_by_label("it goes to")
    target.fill("big/{nam}")
    expect(page.get_by_text("There is no word {nam}")).to_be_visible()
    expect(page.get_by_role("button", name="Save rules")).to_be_disabled()
    target.fill("big/{name}")
    rows = page.get_by_role("row").filter(has_text="Rule 1 fits: kind = upscaler")
    expect(rows.first).to_contain_text("big/")
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_role("button", name="Move rule 2: drag").press("Alt+ArrowUp")
    is_told(page, "Rule 1 of 2")
    page.get_by_role("button", name="Remove rule 1", exact=True).click()
    page.get_by_role("button", name="Save rules").click()
    expect(page.get_by_role("button", name="Save rules")).to_have_count(0)
    assert own_demo.ask("GET", "/api/rules")["rules"] == [{"when": {"kind": "upscaler"}, "to": "big/{name}"}]
    page.get_by_role("button", name="Show the plan").click()
    plan = page.get_by_role("dialog", name="What would move")
    moves = own_demo.ask("POST", "/api/models/placement/plan", {})["moves"]
    expect(plan.get_by_text(f"{len(moves)} of {len(moves)} chosen")).to_be_visible()
    plan.get_by_role("button", name=re.compile("^Move ")).press("Enter")
    expect(page.get_by_text(re.compile(r"models? moved$")).first).to_be_visible()
    assert own_demo.ask("POST", "/api/models/placement/plan", {})["moves"] == []


def test_a_folder_comes_under_care_and_leaves_it(own_demo: Demo, visit: Visits, tmp_path: Path) -> None:
    me = visit(own_demo.address)
    page = me.go("/settings/library")
    field = page.get_by_label("Folder", exact=True)
    field.fill(str(tmp_path / "nowhere"))
    field.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    refused(me, 404)
    field.fill(str(tmp_path))
    field.press("Enter")
    leave = page.get_by_role("button", name=f"Stop looking after it: {tmp_path}")
    expect(leave).to_be_visible()
    leave.click()
    page.get_by_role("alertdialog").get_by_role("button", name="Stop looking after it").click()
    expect(leave).to_have_count(0)
    assert tmp_path.is_dir()
    assert len(own_demo.ask("GET", "/api/roots")) == 1


def test_a_key_goes_in_is_tried_and_never_comes_out(own_demo: Demo, visit: Visits) -> None:
    page = visit(own_demo.address).go("/settings/keys")
    page.get_by_label("Key for Civitai").fill("not-a-good-key-1234")
    page.get_by_label("Key for Civitai").press("Enter")
    expect(page.get_by_text("The key was refused")).to_be_visible()
    expect(page.get_by_text("Ends in 1234")).to_be_visible()
    expect(page.get_by_label("New key for Civitai")).to_have_value("")
    assert "not-a-good-key" not in page.content()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("Not set")).to_have_count(2)


def test_a_backup_is_made_read_and_deleted(own_demo: Demo, visit: Visits) -> None:
    before = len(own_demo.ask("GET", "/api/backups"))
    page = visit(own_demo.address).go("/settings/backups")
    page.get_by_role("button", name="Back up now").click()
    restore = page.get_by_role("button", name=re.compile("^Restore the backup"))
    expect(restore).to_have_count(before + 1)
    restore.first.click()
    expect(page.get_by_role("dialog").get_by_text("as in the backup")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^Delete the backup")).first.click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(restore).to_have_count(before)


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_no_section_keeps_anybody_out(demo: Demo, visit: Visits, theme: str) -> None:
    me = visit(demo.address, theme=theme)
    for section in SECTIONS:
        page = me.go(f"/settings/{section}")
        page.wait_for_load_state("networkidle")
        assert me.axe() == [], section


def test_everything_fits_on_a_phone(demo: Demo, visit: Visits) -> None:
    me = visit(demo.address, size=PHONE)
    for section in SECTIONS:
        page = me.go(f"/settings/{section}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.querySelector('main').scrollWidth <= innerWidth"), section
    page.get_by_label("Section", exact=True).select_option("keys")
    expect(page.get_by_role("heading", name="Keys", level=2)).to_be_visible()
    assert me.axe() == []
