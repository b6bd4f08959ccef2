"""Apps: added by their folder, linked after a plan was read, kept in step model by model, and unlinked again."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import DESK, PHONE, until
from tests.e2e.conftest import Demo, Visits
from tests.e2e.test_model import settled
from tests.linked import comfyui


@pytest.fixture
def folder(own_demo: Demo, tmp_path: Path) -> Iterator[Path]:
    """A ComfyUI that nobody has added yet; what was added is removed with its links at the end."""
    yield comfyui(tmp_path / "ComfyUI")
    for app in own_demo.ask("GET", "/api/apps"):
        ended(own_demo, own_demo.ask("POST", f"/api/apps/{app['id']}/unlink", {}))
        own_demo.ask("DELETE", f"/api/apps/{app['id']}", {})


def ended(demo: Demo, task: dict[str, Any]) -> dict[str, Any]:
    """The result of a task."""
    done = demo.ask("GET", f"/api/tasks/{task['task']}?wait=30")
    assert done["state"] == "done", done
    return dict(done["result"])


def added(demo: Demo, folder: Path, *, linked: bool = True, **wish: Any) -> dict[str, Any]:
    """An app that was added behind the page; with its links."""
    app: dict[str, Any] = demo.ask("POST", "/api/apps", {"path": str(folder), **wish})
    if linked:
        ended(demo, demo.ask("POST", f"/api/apps/{app['id']}/apply", {}))
    return app


def links(folder: Path) -> set[str]:
    """The names of all links in the app's folders of models."""
    return {each.name for each in (folder / "models").rglob("*") if each.is_symlink()}


def said(page: Page, text: str) -> Locator:
    """A message that came up; the region for screen readers says it, too."""
    return page.get_by_role("region", name="Messages").get_by_text(text)


def lora(demo: Demo) -> dict[str, Any]:
    """A LoRA of the library with one file."""
    return dict(demo.ask("GET", "/api/models?kind=lora&sort=name&limit=1")["items"][0])


def file_of(demo: Demo, model: dict[str, Any]) -> str:
    """The name of a model's file."""
    return str(demo.ask("GET", f"/api/models/{model['id']}")["files"][0]["name"])


def in_the_way(demo: Demo, folder: Path) -> Path:
    """Puts a file of the person's own where a link would lie."""
    path = folder / "models/loras" / file_of(demo, lora(demo))
    path.write_bytes(b"my own")
    return path


def test_an_app_is_added_by_its_folder_and_linked_after_its_plan_was_read(
    own_demo: Demo, visit: Visits, folder: Path
) -> None:
    own = in_the_way(own_demo, folder)
    me = visit(own_demo.address)
    page = me.go("/apps")
    expect(page.get_by_role("heading", name="No apps yet")).to_be_visible()
    page.get_by_role("button", name="Add an app").click()
    sheet = page.get_by_role("dialog", name="Add an app")
    expect(sheet.get_by_text("it keeps models in a store of its own")).to_be_visible()
    field = sheet.get_by_role("textbox", name="Folder of the app")
    field.fill(str(folder / "models"))
    expect(sheet.get_by_role("status")).to_contain_text("lies inside the folder of ComfyUI")
    me.complaints.clear()  # the browser itself complains about every refusal
    sheet.get_by_role("button", name="Use that folder").click()
    expect(field).to_have_value(str(folder))
    expect(sheet.get_by_role("status")).to_contain_text("ComfyUI lies hereVersion 0.3.60")
    sheet.get_by_role("button", name="Add an app").click()
    expect(page).to_have_title("ComfyUI · Modella")
    expect(page.get_by_text("1 place blocked")).to_be_visible()
    expect(page.get_by_text("a file that Modella did not make has this name")).to_be_visible()
    assert links(folder) == set()
    page.reload()
    page.get_by_role("button", name=re.compile(r"^Make \d+ links$")).click()
    expect(page.get_by_role("region", name="What was done")).to_contain_text(re.compile(r"\d+ links made · 1 place"))
    plan = own_demo.ask("POST", "/api/apps/comfyui/plan?action=keep", {})
    assert plan["matching"] == len(links(folder)) > 20
    assert all(each.exists() for each in (folder / "models").rglob("*"))
    assert own.read_bytes() == b"my own"
    page.get_by_role("button", name=re.compile("place blocked")).click()
    expect(page).to_have_url(re.compile(r"/apps/comfyui\?action=blocked$"))
    expect(page.get_by_text("What stays as it is")).to_have_count(0)
    page.get_by_role("link", name="All apps").click()
    expect(page.get_by_text("In 1 place something is in the way")).to_be_visible()


def test_a_model_is_taken_out_of_an_app_and_comes_back(own_demo: Demo, visit: Visits, folder: Path) -> None:
    added(own_demo, folder)
    model = lora(own_demo)
    name = file_of(own_demo, model)
    assert name in links(folder)
    page = visit(own_demo.address).go(f"/models/{model['id']}")
    switch = page.get_by_role("switch", name="Link in ComfyUI")
    expect(switch).to_be_checked()
    switch.click()
    expect(page.get_by_text("Not linked: switched off for this app")).to_be_visible()
    until(lambda: name not in links(folder))
    page.get_by_role("button", name="Undo").click()
    until(lambda: name in links(folder))
    expect(switch).to_be_checked()
    expect(page.get_by_role("button", name="Let the rule of ComfyUI decide")).to_have_count(0)
    assert own_demo.ask("GET", f"/api/models/{model['id']}")["apps"] == {}


def test_a_model_is_for_some_versions_of_an_app(own_demo: Demo, visit: Visits, folder: Path) -> None:
    added(own_demo, folder)
    model = lora(own_demo)
    me = visit(own_demo.address)
    page = me.go(f"/models/{model['id']}")
    page.get_by_role("button", name="Options for ComfyUI").click()
    field = page.get_by_role("textbox", name="Versions of the app")
    field.fill("banana")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("it is no range of versions")
    expect(field).to_have_attribute("aria-invalid", "true")
    me.complaints.clear()
    field.fill(">=1.0")
    field.press("Enter")
    expect(page.get_by_text("Not linked: not for this version of the app")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Linked", exact=True)).to_be_visible()


def test_several_models_are_taken_out_at_once_and_come_back(own_demo: Demo, visit: Visits, folder: Path) -> None:
    added(own_demo, folder)
    before = links(folder)
    page = visit(own_demo.address).go("/library?kind=lora")
    expect(page.locator("[role=gridcell] bdi").first).to_be_visible()
    page.locator("[role=gridcell][tabindex='0']:has(bdi)").focus()
    page.keyboard.press(" ")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("k")
    sheet = page.get_by_role("dialog", name="Link")
    sheet.get_by_text("Do not link").click()
    sheet.get_by_role("button", name="Apply").click()
    expect(said(page, "Changed for 2 models")).to_be_visible()
    until(lambda: len(links(folder)) == len(before) - 2)
    page.get_by_role("button", name="Undo").click()
    until(lambda: links(folder) == before)


def test_links_that_were_lost_are_told_and_made_again(own_demo: Demo, visit: Visits, folder: Path) -> None:
    added(own_demo, folder)
    lost = next(each for each in (folder / "models/loras").iterdir() if each.is_symlink())
    lost.unlink()
    page = visit(own_demo.address).go("/apps")
    expect(page.get_by_text("1 of our links is gone or leads nowhere")).to_be_visible()
    page.get_by_role("button", name="Review and apply: ComfyUI").click()
    expect(page.get_by_text("our link is gone", exact=True)).to_be_visible()
    page.get_by_role("button", name="Make 1 link").click()
    expect(page.get_by_text("Everything is as it should be")).to_be_visible()
    assert lost.exists()


def test_our_links_go_and_nothing_else(own_demo: Demo, visit: Visits, folder: Path) -> None:
    own = in_the_way(own_demo, folder)
    added(own_demo, folder)
    count = len(links(folder))
    page = visit(own_demo.address).go("/apps/comfyui")
    page.get_by_role("button", name="Remove our links").click()
    sure = page.get_by_role("alertdialog")
    expect(sure).to_contain_text(f"{count} links that Modella made are removed")
    expect(sure).to_contain_text("does not follow the library from then on")
    sure.get_by_role("button", name="Remove our links").click()
    expect(said(page, f"{count} links removed from ComfyUI")).to_be_visible()
    assert links(folder) == set()
    assert own.read_bytes() == b"my own"
    expect(page.get_by_role("switch", name="Follows the library")).not_to_be_checked()
    page.get_by_role("button", name="Follow again").click()
    expect(page.get_by_role("switch", name="Follows the library")).to_be_checked()


@pytest.mark.parametrize("with_links", [True, False])
def test_an_app_is_removed_with_its_links_or_without(
    own_demo: Demo, visit: Visits, folder: Path, with_links: bool
) -> None:
    added(own_demo, folder)
    count = len(links(folder))
    page = visit(own_demo.address).go("/apps")
    page.get_by_role("button", name="Remove ComfyUI").click()
    sure = page.get_by_role("alertdialog")
    if not with_links:
        sure.get_by_text("Leave them where they are").click()
    sure.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("heading", name="No apps yet")).to_be_visible()
    assert len(links(folder)) == (0 if with_links else count)
    assert own_demo.ask("GET", "/api/apps") == []


def test_an_app_is_told_by_its_configuration(own_demo: Demo, visit: Visits, folder: Path) -> None:
    (folder / "extra_model_paths.yaml").write_text("mine:\n  base_path: /somewhere\n")
    added(own_demo, folder, linked=False, way="config")
    page = visit(own_demo.address).go("/apps/comfyui")
    change = page.get_by_role("region", name="Its configuration, before and after")
    expect(change).to_contain_text("base_path: /somewhere")
    expect(change).to_contain_text("added: + modella:")
    page.get_by_role("button", name="Write the configuration").click()
    expect(page.get_by_text("Its configuration is as it should be")).to_be_visible()
    assert "modella:" in (folder / "extra_model_paths.yaml").read_text()


def test_an_app_that_is_away_says_so(own_demo: Demo, visit: Visits, folder: Path) -> None:
    added(own_demo, folder)
    away = folder.with_name("away")
    os.rename(folder, away)
    page = visit(own_demo.address).go("/apps")
    expect(page.get_by_text("Not there now; connect its drive")).to_be_visible()
    page.get_by_role("link", name="ComfyUI").click()
    expect(page.get_by_text("Not there now; connect its drive")).to_be_visible()
    os.rename(away, folder)


def open_plan(page: Page) -> None:
    """A plan with everything that can stand in it."""
    expect(page.get_by_role("heading", name="What changes")).to_be_visible()
    page.locator("summary").first.click()


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_nobody_is_kept_out_of_apps(
    own_demo: Demo, visit: Visits, folder: Path, theme: str, size: tuple[int, int]
) -> None:
    in_the_way(own_demo, folder)
    added(own_demo, folder, linked=False)
    me = visit(own_demo.address, theme=theme, size=size)
    page = me.go("/apps/comfyui")
    open_plan(page)
    settled(page)
    assert me.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page = me.go(f"/models/{lora(own_demo)['id']}")
    page.get_by_role("button", name="Options for ComfyUI").click()
    settled(page)
    assert me.axe() == []
    page = me.go("/apps")
    expect(page.get_by_text("changes wait")).to_be_visible()
    settled(page)
    assert me.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Add an app").click()
    page.get_by_role("textbox", name="Folder of the app").fill(str(folder))
    expect(page.get_by_role("status")).to_contain_text("ComfyUI is in your list already")
    settled(page)
    assert me.axe() == []
