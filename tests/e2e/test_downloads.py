"""Links become models: looked at before they are fetched, followed while they come, explained when they fail."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from modella.demo.weights import build
from tests.e2e.browser import PHONE
from tests.e2e.conftest import Demo, Visits, demo_in

expect.set_options(timeout=20_000)
UNFINISHED = "&".join(f"state={each}" for each in ("queued", "waiting", "describing", "fetching", "paused", "review"))


@pytest.fixture(scope="module")
def queue_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of our own, without a sample library."""
    with demo_in(tmp_path_factory.mktemp("queue"), sample=0) as found:
        yield found


@pytest.fixture
def at(queue_demo: Demo) -> Iterator[Demo]:
    """The demo of this file, without downloads when a journey ends."""
    yield queue_demo
    for each in queue_demo.ask("GET", f"/api/downloads?{UNFINISHED}")["items"]:
        queue_demo.ask("POST", f"/api/downloads/{each['id']}/cancel", {})
    queue_demo.ask("DELETE", "/api/downloads?state=done&state=failed&state=quarantined&state=cancelled")


def slow(at: Demo, number: int) -> str:
    """A link to a file that takes minutes; each number is another one."""
    return at.example("slow file").replace("throttle:300000", "throttle:20000") + f"&n={number}"


def begin(at: Demo, link: str, **wish: Any) -> str:
    return str(at.ask("POST", "/api/downloads", {"url": link, **wish})["id"])


def rows(page: Page) -> Locator:
    return page.locator("li[data-id]")


def row(page: Page, download: str) -> Locator:
    return page.locator(f"li[data-id='{download}']")


def paused(page: Page) -> Locator:
    """Rows of the group of paused ones: the sample library may still be coming in above it."""
    return page.get_by_role("region", name=re.compile("^Paused")).locator("li[data-id]")


def in_order(at: Demo, ids: list[str]) -> list[str]:
    """These ids as they stand in the queue."""
    found = [each["id"] for each in at.ask("GET", f"/api/downloads?{UNFINISHED}&limit=500")["items"]]
    return [each for each in found if each in ids]


def has_order(at: Demo, wanted: list[str]) -> None:
    """Waits until the server has the order that the page shows already."""
    deadline = time.monotonic() + 20
    while in_order(at, wanted) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    assert in_order(at, wanted) == wanted


def test_a_pasted_link_is_looked_at_and_becomes_a_model(at: Demo, visit: Visits) -> None:
    me = visit(at.address)
    page = me.go("/library")
    me.paste(at.example("A LoRA"))
    sheet = page.get_by_role("dialog", name="Add models")
    expect(sheet.get_by_role("heading", name="Marmalade Sky")).to_be_visible()
    expect(sheet.get_by_text("loras/sdxl/marmalade-sky-v1-0")).to_be_visible()
    expect(sheet.get_by_role("region", name="Pictures").get_by_role("img").last).to_be_visible()
    sheet.get_by_role("button", name="Download").click()
    expect(sheet).to_have_count(0)
    expect(page.get_by_text("In your library: Marmalade Sky").first).to_be_visible()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(re.compile(r"/models/\w+$"))
    page.go_back()
    me.paste(at.example("A LoRA"))
    expect(sheet.get_by_text("Already in your library as Marmalade Sky").last).to_be_visible()
    expect(sheet.get_by_role("button", name="Download")).to_be_disabled()
    sheet.get_by_role("radio", name=re.compile("^Add a second entry")).check()
    expect(sheet.get_by_role("button", name="Download")).to_be_enabled()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_of_several_files_each_ticked_one_becomes_a_download(at: Demo, visit: Visits) -> None:
    page = visit(at.address).go("/downloads")
    page.keyboard.press("n")
    sheet = page.get_by_role("dialog", name="Add models")
    sheet.get_by_role("button", name=re.compile("^A repository with several files")).click()
    expect(sheet.get_by_role("button", name="Download")).to_be_disabled()
    sheet.get_by_role("checkbox", name=re.compile("Q4_K_M")).check()
    sheet.get_by_role("checkbox", name=re.compile("Q8_0")).check()
    expect(sheet.get_by_text("2 downloads, 2.36 MB")).to_be_visible()
    sheet.get_by_role("button", name="Download").click()
    expect(page.get_by_role("link", name="pocket-poet-gguf")).to_have_count(2)


def test_what_is_wrong_with_a_link_is_said_in_its_place(at: Demo, visit: Visits) -> None:
    me = visit(at.address)
    page = me.go("/downloads")
    page.get_by_role("textbox", name="Paste a link").fill("this is nothing")
    page.get_by_role("textbox", name="Paste a link").press("Enter")
    sheet = page.get_by_role("dialog", name="Add models")
    expect(sheet.get_by_role("alert")).to_contain_text("This is not a link Modella understands: this is nothing")
    expect(sheet.get_by_role("button", name="Download")).to_be_disabled()
    links = sheet.get_by_role("textbox", name="Links")
    links.fill(f"this is nothing\n{at.example('Needs payment')}")
    expect(sheet.get_by_text("is in early access until Dec 2")).to_be_visible()
    expect(sheet.get_by_role("button", name="Open its page").last).to_be_visible()
    sheet.get_by_role("button", name="Take off: this is nothing").click()
    expect(links).to_have_value(at.example("Needs payment"))
    assert all("422" in each for each in me.complaints)
    me.complaints.clear()


def test_the_queue_is_stopped_moved_and_goes_on(at: Demo, visit: Visits) -> None:
    ids = [begin(at, slow(at, number)) for number in range(5)]
    page = visit(at.address).go("/downloads")
    running = page.get_by_role("region", name=re.compile("^Running"))
    expect(running.get_by_role("progressbar").first).to_have_attribute("aria-valuetext", re.compile(r"MB.*/s"))
    row(page, ids[0]).get_by_role("button", name="Pause virtual-64m").click()
    expect(row(page, ids[0]).get_by_role("button", name="Resume virtual-64m")).to_be_visible()
    row(page, ids[4]).get_by_role("button", name=re.compile("^Cancel")).focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_role("log")).to_contain_text("place")
    wanted = [*ids[:3], ids[4], ids[3]]
    page.wait_for_function(
        "([a, b]) => { const all = [...document.querySelectorAll('li[data-id]')].map(e => e.dataset.id);"
        " return all.indexOf(a) < all.indexOf(b) }",
        arg=[ids[4], ids[3]],
    )
    has_order(at, wanted)
    row(page, ids[3]).get_by_role("button", name=re.compile("^More")).click()
    page.get_by_role("menuitem", name="Move to the top").click()
    expect(page.get_by_role("menu")).to_have_count(0)
    page.mouse.move(5, 5)
    page.get_by_role("button", name="Pause all").click()
    expect(paused(page)).to_have_count(5)
    order = in_order(at, ids)
    assert order.index(ids[3]) < order.index(ids[4])
    page.get_by_role("button", name="Resume all").click()
    expect(paused(page)).to_have_count(0)


def test_a_row_is_dragged_to_its_place(at: Demo, visit: Visits) -> None:
    ids = [begin(at, slow(at, number)) for number in range(10, 14)]
    at.ask("POST", "/api/downloads/pause", {})
    page = visit(at.address).go("/downloads")
    expect(paused(page)).to_have_count(4)
    row(page, ids[3]).hover()
    row(page, ids[3]).locator("[draggable=true]").drag_to(row(page, ids[0]), target_position={"x": 200, "y": 4})
    expect(paused(page).first).to_have_attribute("data-id", ids[3])
    has_order(at, [ids[3], *ids[:3]])


def test_the_order_stands_still_while_somebody_points_at_it(at: Demo, visit: Visits) -> None:
    ids = [begin(at, slow(at, number)) for number in range(20, 23)]
    at.ask("POST", "/api/downloads/pause", {})
    page = visit(at.address).go("/downloads")
    expect(paused(page)).to_have_count(3)
    row(page, ids[1]).hover()
    at.ask("POST", f"/api/downloads/{ids[0]}/cancel", {})
    expect(paused(page).first).to_contain_text("Cancelled")
    expect(paused(page)).to_have_count(3)
    expect(page.get_by_role("button", name="1 change: put the list in order")).to_be_visible()
    page.mouse.move(5, 5)
    expect(paused(page)).to_have_count(2)


def test_a_review_changes_what_is_registered(at: Demo, visit: Visits) -> None:
    asked = begin(at, at.example("other site"), review=True)
    page = visit(at.address).go("/downloads")
    form = page.get_by_role("form", name=re.compile("^Review"))
    expect(form.get_by_role("textbox", name="Name")).to_have_value("upscaler-esrgan")
    form.get_by_role("textbox", name="Name").fill("My Upscaler")
    form.get_by_role("combobox", name="Kind").select_option("style_model")
    form.get_by_role("combobox", name="Family").select_option("sdxl")
    expect(form.get_by_text("style_models/sdxl/my-upscaler")).to_be_visible()
    form.get_by_role("textbox", name="Trigger words").fill("one, two words ,, one")
    form.get_by_role("button", name="Place").click()
    expect(page.get_by_text("In your library:").first).to_be_visible()
    done = at.ask("GET", f"/api/downloads/{asked}")
    model = at.ask("GET", f"/api/models/{done['model_id']}")
    assert (model["name"], model["path"]) == ("My Upscaler", "style_models/sdxl/my-upscaler")
    assert model["trained_words"] == ["one", "two words"]


def test_failures_say_what_to_do_and_the_history_is_found_and_cleared(at: Demo, visit: Visits) -> None:
    wrong = begin(at, at.example("Wrong hash"))
    paid = begin(at, at.example("Needs payment"))
    me = visit(at.address)
    page = me.go("/downloads")
    expect(row(page, wrong)).to_contain_text("The bytes of mislabelledJar.safetensors are not the published ones")
    expect(row(page, wrong).locator("code")).to_have_count(2)
    expect(row(page, paid).get_by_role("button", name="Open its page")).to_be_visible()
    row(page, paid).get_by_role("button", name="Copy details").click()
    expect(row(page, paid).get_by_role("button", name="Copied")).to_be_visible()
    assert paid in page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("combobox", name="State").select_option("quarantined")
    expect(row(page, paid)).to_have_count(0)
    assert page.url.endswith("/downloads?state=quarantined")
    page.get_by_role("combobox", name="State").select_option("")
    page.get_by_role("searchbox", name="Search the history").fill("weather")
    expect(row(page, wrong)).to_have_count(0)
    expect(row(page, paid)).to_be_visible()
    row(page, paid).get_by_role("button", name=re.compile("^Take .* off the history")).click()
    page.get_by_role("button", name="Undo").click()
    expect(row(page, paid)).to_be_visible()
    page.get_by_role("searchbox", name="Search the history").fill("")
    page.get_by_role("button", name="Clear finished").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Clear", exact=True).click()
    expect(row(page, paid)).to_have_count(0)
    expect(row(page, wrong)).to_be_visible()


def test_files_of_this_device_are_sent(at: Demo, visit: Visits, tmp_path: Path) -> None:
    content = build("lora-sdxl", 4711)
    good, bad = tmp_path / "Sent From Afar.safetensors", tmp_path / "notes.txt"
    good.write_bytes(content.read(0, content.size))
    bad.write_text("no model")
    me = visit(at.address)
    page = me.go("/library")
    page.keyboard.press("n")
    sheet = page.get_by_role("dialog", name="Add models")
    sheet.locator("input[type=file]").set_input_files([good, bad])
    files = sheet.get_by_role("list", name="Files")
    expect(files.get_by_text("In your library as")).to_be_visible()
    expect(files.get_by_role("alert")).to_be_visible()
    assert at.ask("GET", "/api/models?q=Sent%20From%20Afar")["total"] == 1
    assert all("422" in each for each in me.complaints), me.complaints
    me.complaints.clear()


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_everybody_can_use_the_queue_and_the_sheet(at: Demo, visit: Visits, theme: str) -> None:
    for number in range(30, 33):
        begin(at, slow(at, number))
    begin(at, at.example("Wrong hash"))
    begin(at, at.example("A checkpoint"), review=True, on_duplicate="overwrite")
    me = visit(at.address, theme=theme)
    page = me.go("/downloads")
    expect(page.get_by_role("form", name=re.compile("^Review"))).to_be_visible()
    expect(page.get_by_text("are not the published ones").first).to_be_visible()
    assert me.axe() == []
    page.keyboard.press("n")
    sheet = page.get_by_role("dialog", name="Add models")
    sheet.get_by_role("textbox", name="Links").fill("\n".join(map(at.example, ("several files", "A LoRA"))))
    expect(sheet.get_by_role("heading", name="Marmalade Sky")).to_be_visible()
    expect(sheet.get_by_role("checkbox", name=re.compile("Q4_K_M"))).to_be_visible()
    assert me.axe() == []


def test_it_fits_a_phone(at: Demo, visit: Visits) -> None:
    begin(at, slow(at, 40))
    me = visit(at.address, size=PHONE)
    page = me.go("/downloads")
    expect(rows(page).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert me.axe() == []
