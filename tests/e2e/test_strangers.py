"""What strangers wrote and what small screens cut: nothing acts, nothing is only a code, nothing has no name."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Demo, Visits, demo_in
from tests.weights import safetensors

ACTS = (
    '<p style="color:red" onclick="window.acted=1">said<img src=x onerror="window.acted=1"><svg/onload=window.acted=1>'
)
LINKS = (
    '<a href="javascript:window.acted=1">one</a> [two](javascript:window.acted=1) <iframe srcdoc="<script>x</script>">'
)
TEXT = f"# {ACTS}\n\n{LINKS}</iframe>"
MODEL = {"type": "LORA", "name": f"Stranger {ACTS}", "tags": [ACTS], "creator": {"username": ACTS}}
VERSION = {
    "id": 1,
    "modelId": 2,
    "name": ACTS,
    "trainedWords": [ACTS],
    "baseModel": ACTS,
    "description": TEXT,
    "model": MODEL,
    "images": [{"url": "javascript:window.acted=1", "type": "image", "meta": {"prompt": ACTS}}],
}


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of our own with a few models, and a folder with one whose every text would like to act."""
    folder = tmp_path_factory.mktemp("strangers")
    lies = folder / "<b onmouseover=window.acted=1>models"
    lies.mkdir()
    lora(lies / "<img src=x onerror=window.acted=1>.safetensors")
    (lies / "<img src=x onerror=window.acted=1>.civitai.info").write_text(json.dumps(VERSION))
    (lies / "<img src=x onerror=window.acted=1>.txt").write_text(TEXT)
    with demo_in(folder / "demo", sample=6) as found:
        found.ask("POST", "/api/models/scan", {"folders": [str(lies)]})
        found.settled(7)
        yield found


def lora(path: Path) -> None:
    """A small LoRA whose own header says what would like to act."""
    layer = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"
    tensors = {f"{layer}.lora_down.weight": ("F16", [4, 320]), f"{layer}.lora_up.weight": ("F16", [320, 4])}
    safetensors(path, tensors, {"modelspec.title": ACTS, "modelspec.description": TEXT})


def stranger(at: Demo) -> dict[str, Any]:
    """The model of the stranger."""
    found: dict[str, Any] = at.ask("GET", "/api/models?q=stranger")["items"][0]
    return found


def test_nothing_that_a_stranger_wrote_acts_or_even_tries_to(at: Demo, visit: Visits) -> None:
    model = stranger(at)
    at.ask("PUT", "/api/lists/" + "%3Cimg%20src=x%20onerror=window.acted=1%3E", {"note": ACTS, "ids": [model["id"]]})
    me = visit(at.address)
    for path in (f"/models/{model['id']}", "/library?q=stranger", f"/library?q={ACTS}", "/folders", "/"):
        page = me.go(path)
        expect(page.locator("main")).to_contain_text(re.compile(r"\S"))
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.acted") is None
        assert not page.locator("[href^='javascript:'], [onclick], [onerror], [onload], iframe").count()
        assert me.complaints == [], path


def card_menu(page: Page, choice: str) -> None:
    """Chooses from the menu of the first card."""
    page.get_by_role("gridcell").filter(has=page.locator("bdi")).first.click(button="right")
    page.get_by_role("menuitem", name=choice, exact=True).click()


def test_the_menu_of_a_card_leads_to_lists_and_folders(at: Demo, visit: Visits) -> None:
    me = visit(at.address)
    page = me.go("/library?kind=!lora")
    card_menu(page, "Add to list")
    page.get_by_role("dialog").get_by_role("textbox").fill("Evenings")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Evenings").first).to_be_visible()
    assert [each["count"] for each in at.ask("GET", "/api/lists") if each["name"] == "Evenings"] == [1]

    card_menu(page, "Move")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("../../elsewhere")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("../../elsewhere cannot be used")
    dialog.get_by_role("textbox").fill("mine/own")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    assert [each["name"] for each in at.ask("GET", "/api/tree")["folders"]].count("mine") == 1


def test_the_narrowest_screen_still_says_which_folder_and_how_the_wall_is_sorted(at: Demo, visit: Visits) -> None:
    page = visit(at.address, size=(320, 480)).go("/folders")
    name = page.get_by_role("row").get_by_role("button").first
    expect(name).to_be_visible()
    box = name.bounding_box()
    assert box is not None
    assert box["width"] > 60
    page.goto(f"{at.address}/library")
    sort, order = page.get_by_label("Sort by").bounding_box(), page.get_by_role("button", name="ending").bounding_box()
    assert sort is not None
    assert order is not None
    assert sort["x"] + sort["width"] <= order["x"]


def test_a_model_that_went_elsewhere_is_said_to_be_gone_and_is_there_again_when_it_is_back(
    at: Demo, visit: Visits
) -> None:
    model = stranger(at)["id"]
    name = "<b>bold</b> 1 < 2"
    for each in ("another", name):
        at.ask("PATCH", f"/api/models/{model}", {"set": {"name": each}})
    me = visit(at.address)
    page = me.go(f"/models/{model}")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Earlier versions").click()
    expect(page.get_by_role("dialog", name="Earlier versions")).to_contain_text(name)
    page.keyboard.press("Escape")
    at.ask("DELETE", f"/api/models/{model}")
    expect(page.get_by_text("There is no such model")).to_be_visible()
    at.ask("POST", f"/api/models/{model}/restore", {})
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    me.complaints.clear()
