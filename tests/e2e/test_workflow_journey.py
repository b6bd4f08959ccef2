"""A workflow is dropped: what is there, what is missing, all of it fetched, all of it there."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import PHONE
from tests.e2e.conftest import Demo, Visits

DROP = """([name, text]) => {
  const given = new DataTransfer();
  given.items.add(new File([text], name));
  for (const what of ['dragenter', 'dragover', 'drop'])
    document.querySelector('main').dispatchEvent(
      new DragEvent(what, { dataTransfer: given, bubbles: true, cancelable: true }));
}"""
PASTE = """(text) => {
  const given = new DataTransfer();
  given.setData('text/plain', text);
  document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: given, bubbles: true, cancelable: true }));
}"""


def sample(demo: Demo) -> str:
    """The workflow that the demo brings along."""
    return (demo.home / "demo" / "sample-workflow.json").read_text()


def drop(page: Page, name: str, text: str) -> None:
    """Drops a file onto the page."""
    page.evaluate(DROP, [name, text])


def test_a_dropped_workflow_gets_all_it_misses(own_demo: Demo, visit: Visits) -> None:
    page = visit(own_demo.address).go("/workflows")
    expect(page.get_by_role("heading", name="Drop a workflow here")).to_be_visible()
    drop(page, "postcard.json", sample(own_demo))
    expect(page.get_by_text("4 of 6 models are missing")).to_be_visible()
    expect(page.get_by_role("heading", name="In the library: 2")).to_be_visible()
    expect(page.get_by_text("No source has it under this name")).to_be_visible()
    expect(page.get_by_text("switched off in the workflow")).to_be_visible()
    page.get_by_role("button", name="Get all 3").click()
    expect(page.get_by_text("3 downloads begun").first).to_be_visible()
    expect(page.get_by_role("heading", name="In the library: 5")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("1 of 6 models is missing")).to_be_visible()
    page.get_by_role("region", name="In the library").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="In the library: 5")).to_be_visible()


def test_a_pasted_workflow_is_read_and_a_pasted_link_is_not(own_demo: Demo, visit: Visits) -> None:
    page = visit(own_demo.address).go("/workflows")
    lora: dict[str, Any] = next(each for each in json.loads(sample(own_demo))["nodes"] if each["id"] == 2)
    page.evaluate(PASTE, json.dumps({"nodes": [lora]}))
    expect(page.get_by_text("The only model is there")).to_be_visible()
    page.evaluate(PASTE, own_demo.example("LoRA"))
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_model_dropped_here_is_added_as_on_every_page(own_demo: Demo, visit: Visits) -> None:
    page = visit(own_demo.address).go("/workflows")
    drop(page, "model.safetensors", "x")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_chosen_workflow_without_models_says_so(own_demo: Demo, visit: Visits, tmp_path: Path) -> None:
    me = visit(own_demo.address)
    page = me.go("/workflows")
    (tmp_path / "flow.json").write_text('{"nodes": []}')
    page.locator("input[type=file]").set_input_files(tmp_path / "flow.json")
    expect(page.get_by_role("heading", name="This workflow names no models")).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
@pytest.mark.parametrize("size", [(1440, 900), PHONE])
def test_nobody_is_kept_out_of_a_workflow(own_demo: Demo, visit: Visits, theme: str, size: tuple[int, int]) -> None:
    me = visit(own_demo.address, theme=theme, size=size)
    page = me.go("/workflows")
    drop(page, "postcard.json", sample(own_demo))
    expect(page.get_by_text("No source has it under this name")).to_be_visible()
    assert me.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
