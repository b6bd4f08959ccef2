"""A model's page: its pictures, its words, what one says of it oneself, where it lies; by hand and by keyboard."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import PHONE, until
from tests.e2e.conftest import Demo, Visits


def model(demo: Demo, query: str = "limit=1", *, words: int = 0) -> dict[str, Any]:
    """A model's record, of those that a question finds; with so many trigger words at least."""
    items = demo.ask("GET", f"/api/models?{query}" if "limit" in query else f"/api/models?{query}&limit=200")["items"]
    found = next(each for each in items if len(each["trained_words"]) >= words)
    return dict(demo.ask("GET", f"/api/models/{found['id']}"))


def with_pictures(demo: Demo) -> dict[str, Any]:
    """A model with several pictures, which were made with a prompt, and several trigger words."""
    for each in demo.ask("GET", "/api/models?source=civitai&limit=200")["items"]:
        record = demo.ask("GET", f"/api/models/{each['id']}")
        shown = [preview for preview in record["previews"] if preview["file"]]
        is_tame = all((preview["nsfw_level"] or 0) < 4 for preview in shown)
        if len(shown) > 1 and is_tame and shown[0]["prompt"] and len(record["trained_words"]) > 1:
            return dict(record)
    raise AssertionError("no such model in the demo")


def opened(page: Page) -> Page:
    """The page of a model, once the model is there."""
    expect(page.get_by_role("button", name="Edit details")).to_be_visible()
    return page


def settled(page: Page) -> None:
    """Waits until a dialog has faded in: what is half transparent has no contrast yet, and at first is not there."""
    page.wait_for_function(
        """() => { for (let at = document.querySelector('[role=dialog],[role=alertdialog]'); at; at = at.parentElement)
        if (getComputedStyle(at).opacity !== '1') return false; return true }"""
    )


def clipboard(page: Page) -> str:
    """What was copied last."""
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_the_pictures_are_walked_by_keys_and_fill_the_screen(demo: Demo, visit: Visits) -> None:
    record = with_pictures(demo)
    page = opened(visit(demo.address).go(f"/models/{record['id']}"))
    gallery = page.get_by_role("region", name=f"Pictures of {record['name']}")
    expect(gallery.get_by_role("img", name=re.compile("^Picture 1 of"))).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(gallery.get_by_role("img", name=re.compile("^Picture 2 of"))).to_be_visible()
    gallery.get_by_role("button", name="Full screen").focus()
    page.keyboard.press("Home")
    expect(gallery.get_by_role("img", name=re.compile("^Picture 1 of"))).to_be_visible()
    page.keyboard.press("Enter")
    large = page.get_by_role("dialog")
    expect(large).to_be_visible()
    page.keyboard.press("End")
    expect(large.get_by_role("img", name=re.compile(f"^Picture {len(record['previews'])} of"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(large).to_have_count(0)
    expect(gallery.get_by_role("button", name="Full screen")).to_be_focused()


def test_prompts_words_and_hashes_are_copied_with_one_click(demo: Demo, visit: Visits) -> None:
    record = with_pictures(demo)
    page = opened(visit(demo.address).go(f"/models/{record['id']}"))
    page.get_by_role("button", name="Copy: Prompt").click()
    expect(page.get_by_role("log")).to_contain_text("Copied")
    assert clipboard(page) == record["previews"][0]["prompt"]
    page.get_by_role("button", name="Copy everything").click()
    page.wait_for_function("async () => (await navigator.clipboard.readText()).includes('Negative prompt: ')")
    page.get_by_role("button", name=record["trained_words"][1], exact=True).click()
    page.wait_for_function(
        "async word => await navigator.clipboard.readText() === word", arg=record["trained_words"][1]
    )
    page.keyboard.press("c")
    all_words = ", ".join(record["trained_words"])
    page.wait_for_function("async words => await navigator.clipboard.readText() === words", arg=all_words)
    page.get_by_text("Hashes", exact=True).click()
    page.get_by_role("button", name="Copy: SHA-256").click()
    page.wait_for_function(
        "async hash => await navigator.clipboard.readText() === hash", arg=record["files"][0]["sha256"]
    )


def test_a_strong_picture_is_covered_until_it_is_asked_for(demo: Demo, visit: Visits) -> None:
    strong = next(
        (each["id"], at)
        for each in demo.ask("GET", "/api/models?source=civitai&limit=200")["items"]
        for at, preview in enumerate(
            [p for p in demo.ask("GET", f"/api/models/{each['id']}")["previews"] if p["file"]], start=1
        )
        if (preview["nsfw_level"] or 0) >= 4 and preview["type"] == "image"
    )
    me = visit(demo.address)
    asked: list[str] = []
    me.page.on("request", lambda request: asked.append(request.url))
    page = opened(me.go(f"/models/{strong[0]}"))
    for _ in range(strong[1] - 1):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Covered: rated")).to_be_visible()
    sharp = f"/previews/{strong[1]}?"
    assert not [url for url in asked if sharp in url]
    expect(page.get_by_role("img", name=re.compile(rf"^Picture {strong[1]} of"))).to_have_count(0)
    page.get_by_role("button", name="Show the picture").click()
    expect(page.get_by_role("img", name=re.compile(rf"^Picture {strong[1]} of"))).to_be_visible()
    assert [url for url in asked if sharp in url]


def test_one_goes_on_through_what_was_asked_and_back_to_the_same_place(demo: Demo, visit: Visits) -> None:
    page = visit(demo.address).go("/library?kind=lora&sort=name")
    ids = demo.ask("GET", "/api/models/ids?kind=lora&sort=name")["ids"]
    expect(page.get_by_role("gridcell").first).to_have_attribute("data-index", "0")
    page.locator("[role=gridcell][tabindex='0']:has(bdi)").focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/models/"))
    first = page.url.rsplit("/", 1)[1]
    at = ids.index(first)
    expect(page.get_by_text(f"{at + 1} of {len(ids)}", exact=True)).to_be_visible()
    page.keyboard.press("]")
    page.wait_for_url(f"**/models/{ids[at + 1]}")
    expect(page.get_by_text(f"{at + 2} of {len(ids)}", exact=True)).to_be_visible()
    page.keyboard.press("k")
    page.wait_for_url(f"**/models/{first}")
    page.reload()
    expect(page.get_by_text(f"{at + 1} of {len(ids)}", exact=True)).to_be_visible()
    page.keyboard.press("j")
    page.wait_for_url(f"**/models/{ids[at + 1]}")
    page.go_back()
    page.wait_for_url("**/library?kind=lora&sort=name")
    expect(page.locator("[role=gridcell] bdi").first).to_be_visible()


def test_name_stars_favourite_tags_and_notes_are_ones_own(own_demo: Demo, visit: Visits) -> None:
    record = model(own_demo, "source=civitai")
    path = f"/api/models/{record['id']}"
    page = opened(visit(own_demo.address).go(f"/models/{record['id']}"))
    page.keyboard.press("F2")
    page.keyboard.type("Another name")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Another name")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(record["name"])
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("radio", name="3 stars").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="4 stars")).to_be_checked()
    page.get_by_role("button", name="Add tags").click()
    page.keyboard.type("mine, for-winter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="for-winter")).to_be_visible()
    page.get_by_role("button", name="Remove tag mine").click()
    expect(page.get_by_role("link", name="mine", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Add notes").click()
    page.keyboard.type("Works **well**")
    page.keyboard.press("Control+Enter")
    expect(page.locator("strong", has_text="well")).to_be_visible()
    told = own_demo.ask("GET", path)
    assert (told["rating"], told["favorite"], told["notes"]) == (4, True, "Works **well**")
    assert "for-winter" in told["tags"] and "mine" not in told["tags"]
    page.get_by_role("link", name="for-winter").click()
    page.wait_for_url("**/library?tag=for-winter")


def test_details_show_where_they_are_from_and_are_taken_back(own_demo: Demo, visit: Visits) -> None:
    record = model(own_demo, "kind=checkpoint")
    page = opened(visit(own_demo.address).go(f"/models/{record['id']}"))
    page.keyboard.press("e")
    sheet = page.get_by_role("dialog", name="Edit details")
    expect(sheet.get_by_text("from: the source").first).to_be_visible()
    sheet.get_by_role("textbox", name="Base model").fill("My base")
    sheet.get_by_role("button", name="Save").click()
    expect(sheet).to_have_count(0)
    page.keyboard.press("e")
    expect(sheet.get_by_text(f"Without your word: {record['base_model']}")).to_be_visible()
    sheet.get_by_role("button", name="Reset: Base model").click()
    expect(sheet.get_by_role("textbox", name="Base model")).to_have_value(record["base_model"])
    sheet.get_by_role("button", name="Save").click()
    expect(sheet).to_have_count(0)
    assert own_demo.ask("GET", f"/api/models/{record['id']}")["base_model"] == record["base_model"]


def test_what_somebody_else_has_changed_meanwhile_is_shown_first(own_demo: Demo, visit: Visits) -> None:
    record = model(own_demo, "kind=upscaler")
    path = f"/api/models/{record['id']}"
    me = visit(own_demo.address)
    page = opened(me.go(f"/models/{record['id']}"))
    page.keyboard.press("e")
    sheet = page.get_by_role("dialog", name="Edit details")
    sheet.get_by_role("textbox", name="Creator").fill("Me")
    own_demo.ask("PATCH", path, {"set": {"version": "v9"}})
    sheet.get_by_role("button", name="Save").click()
    expect(sheet.get_by_role("alert")).to_contain_text("Version")
    expect(sheet.get_by_role("textbox", name="Version")).to_have_value("v9")
    expect(sheet.get_by_role("textbox", name="Creator")).to_have_value("Me")
    me.complaints.clear()  # the browser tells of every refusal
    sheet.get_by_role("button", name="Save anyway").click()
    expect(sheet).to_have_count(0)
    told = own_demo.ask("GET", path)
    assert (told["creator"], told["version"]) == ("Me", "v9")


def test_one_goes_back_to_an_earlier_version(own_demo: Demo, visit: Visits) -> None:
    record = model(own_demo, "kind=workflow")
    path = f"/api/models/{record['id']}"
    for name in ("First", "Second"):
        own_demo.ask("PATCH", path, {"set": {"name": name}})
    page = opened(visit(own_demo.address).go(f"/models/{record['id']}"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Second")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Earlier versions").click()
    sheet = page.get_by_role("dialog", name="Earlier versions")
    sheet.get_by_role("button", name=re.compile("^Go back to the version of")).first.click()
    expect(page.locator("h1", has_text="First")).to_have_count(1)
    assert own_demo.ask("GET", path)["name"] == "First"


def test_where_it_will_lie_is_shown_before_it_is_renamed(own_demo: Demo, visit: Visits) -> None:
    record = model(own_demo, "kind=embedding")
    page = opened(visit(own_demo.address).go(f"/models/{record['id']}"))
    page.keyboard.press("m")
    sheet = page.get_by_role("dialog", name="Rename or move")
    sheet.get_by_role("textbox", name="Name").fill("Brand new thing")
    expect(sheet.get_by_text(re.compile("/brand-new-thing"))).to_be_visible()
    sheet.get_by_role("button", name="Rename").last.click()
    expect(sheet).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Brand new thing")
    told = own_demo.ask("GET", f"/api/models/{record['id']}")
    assert "brand-new-thing" in told["place"]


def test_a_link_to_something_else_shows_both_hashes_before_it_is_taken(own_demo: Demo, visit: Visits) -> None:
    records = own_demo.ask("GET", "/api/models?kind=lora&source=civitai&limit=20")["items"]
    record, other = records[0], next(each for each in records[1:] if each["files"][0]["sha256"])
    page = opened(visit(own_demo.address).go(f"/models/{record['id']}"))
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Source and match").click()
    sheet = page.get_by_role("dialog", name="Source and match")
    sheet.get_by_role("textbox").fill(re.sub("^https?://[^/]+", "https://civitai.com", other["url"]))
    sheet.get_by_role("button", name="Look", exact=True).click()
    expect(sheet.get_by_text("Not the same file: the hashes differ")).to_be_visible()
    assert own_demo.ask("GET", f"/api/models/{record['id']}")["sources"][0]["url"] == record["url"]
    sheet.get_by_role("button", name="They belong together anyway").click()
    expect(sheet).to_have_count(0)
    groups = {f"civitai:{each['model_id']}" for each in own_demo.ask("GET", f"/api/models/{record['id']}")["sources"]}
    assert other["group"] in groups


def test_deleting_leads_back_to_the_wall_and_can_be_undone(own_demo: Demo, visit: Visits) -> None:
    page = visit(own_demo.address).go("/library?kind=diffusion_model")
    page.locator("[role=gridcell][tabindex='0']:has(bdi)").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/models/"))
    gone = page.url.rsplit("/", 1)[1]
    expect(page.get_by_role("button", name="Edit details")).to_be_visible()
    page.keyboard.press("Delete")
    page.wait_for_url("**/library?kind=diffusion_model")
    until(lambda: gone in {each["id"] for each in own_demo.ask("GET", "/api/trash")})
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 model is back").first).to_be_visible()
    assert own_demo.ask("GET", "/api/trash") == []


def test_a_model_that_is_not_there_says_so(demo: Demo, visit: Visits) -> None:
    me = visit(demo.address)
    page = me.go("/models/01aaaaaaaaaaaaaaaaaaaaaaaa")
    expect(page.get_by_role("heading", name="There is no such model")).to_be_visible()
    me.complaints.clear()


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
@pytest.mark.parametrize("size", [(1440, 900), PHONE])
def test_nobody_is_kept_out(demo: Demo, visit: Visits, theme: str, size: tuple[int, int]) -> None:
    record = with_pictures(demo)
    me = visit(demo.address, theme=theme, size=size)
    page = opened(me.go(f"/models/{record['id']}"))
    expect(page.get_by_role("heading", name="Files", exact=True)).to_be_visible()
    assert me.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for key, name in [("e", "Edit details"), ("m", "Rename or move")]:
        page.keyboard.press(key)
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        settled(page)
        assert me.axe() == []
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
