"""Seven languages and three themes, chosen, remembered, and complete: nothing stays in English behind one's back."""

import json

import pytest
from playwright.sync_api import Page, expect

from modella.io.packaged import languages
from tests.e2e.browser import PHONE
from tests.e2e.conftest import Demo, Visits
from tests.e2e.test_accessible import PAGES, settle
from tests.test_locales import SOURCE

SECTIONS = ("library", "rules", "keys", "downloads", "appearance", "backups", "network", "system", "about")
ALL = ("de", "en", "es", "fr", "ja", "ru", "zh")
UNTRANSLATED = """() => {
  // What people have said or named stands in <bdi>, code or data-said; sizes and dates are made by Intl.
  const said = 'bdi, code, kbd, pre, input, select, [data-said], [lang]:not(html), [aria-hidden=true] *';
  const made = /^[\\d.,\\s]+(bytes?|[kMGT]B)$|^[A-Z][a-z]{2} \\d|\\bago$|^now$|^yesterday$/;
  const isFine = text => !/[A-Za-z]{3}/.test(text) || /⟦|~\\]/.test(text) || made.test(text);
  const isInside = node => {
    let around = node.parentElement;
    while (around.parentElement && getComputedStyle(around).display === 'inline') around = around.parentElement;
    return isFine(around.textContent);
  };
  const walker = document.createTreeWalker(document.querySelector('#root'), NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim();
    const isShown = !node.parentElement.closest(said) && node.parentElement.checkVisibility();
    if (isShown && !isFine(text) && !isInside(node)) found.push(text.slice(0, 60));
  }
  for (const each of document.querySelectorAll('[aria-label], [title], [placeholder]'))
    for (const name of ['aria-label', 'title', 'placeholder']) {
      const text = each.getAttribute(name) ?? '';
      const isName = each.querySelector('bdi') || each.textContent === text || each.role === 'gridcell';
      if (!isFine(text) && !isName) found.push(`${name}: ${text.slice(0, 60)}`);
    }
  return [...new Set(found)] }"""


def texts(language: str) -> dict[str, dict[str, dict[str, str]]]:
    """The sentences of a language."""
    found: dict[str, dict[str, dict[str, str]]] = json.loads(
        (SOURCE / "locales" / f"{language}.json").read_text("utf-8")
    )
    return found


def test_all_seven_are_there() -> None:
    assert tuple(languages()) == ALL


@pytest.mark.parametrize("language", ALL)
def test_every_page_speaks_the_language_that_was_chosen(demo: Demo, visit: Visits, language: str) -> None:
    page = visit(demo.address, language=language).go("/library")
    assert page.evaluate("document.documentElement.lang") == language
    for path, area in {"/": "dashboard", "/library": "library", "/downloads": "downloads", "/trash": "trash"}.items():
        page.goto(demo.address + path)
        expect(page.locator("h1")).to_have_text(texts(language)["web"][area]["title"])


def test_the_browser_chooses_until_somebody_does(demo: Demo, browser: object, visit: Visits) -> None:
    me = visit(demo.address)
    me.context.add_init_script("Object.defineProperty(navigator, 'languages', { get: () => ['xx', 'fr-CA', 'en'] })")
    page = me.go("/")
    assert page.evaluate("document.documentElement.lang") == "fr"
    page.evaluate("localStorage.setItem('modella.language', 'ja')")
    page.reload()
    page.wait_for_function("() => document.documentElement.lang === 'ja'")


@pytest.mark.parametrize(
    "path", [*PAGES, "/settings/appearance", "/settings/keys", "/settings/rules", "/settings/backups"]
)
def test_no_sentence_is_left_untranslated(demo: Demo, visit: Visits, path: str) -> None:
    """In the pretend language every sentence stands in brackets; names of people's things do not."""
    page = visit(demo.address, language="en-XA").go(path)
    settle(page)
    assert page.evaluate(UNTRANSLATED) == []


def test_a_model_s_page_has_no_sentence_left_untranslated(demo: Demo, visit: Visits) -> None:
    model = demo.ask("GET", "/api/models?limit=1")["items"][0]["id"]
    page = visit(demo.address, language="en-XA").go(f"/models/{model}")
    settle(page)
    assert page.evaluate(UNTRANSLATED) == []


@pytest.mark.parametrize("language", ["de", "ru", "en-XA", "ja"])
def test_longer_words_still_fit_on_a_phone(demo: Demo, visit: Visits, language: str) -> None:
    me = visit(demo.address, size=PHONE, language=language)
    for path in PAGES:
        settle(me.go(path))
        assert me.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], path


def _theme(page: Page) -> str:
    return str(page.evaluate("document.documentElement.dataset.theme"))


@pytest.mark.parametrize("theme", ["light", "contrast", "dark"])
def test_a_theme_is_there_before_the_first_paint_and_stays(demo: Demo, visit: Visits, theme: str) -> None:
    page = visit(demo.address, theme=theme).page
    page.goto(f"{demo.address}/library", wait_until="commit")
    page.wait_for_function("() => document.body")
    assert _theme(page) == theme
    page.reload()
    assert _theme(page) == theme


def test_the_system_may_choose_the_theme(demo: Demo, visit: Visits) -> None:
    page = visit(demo.address, theme="system").page
    page.emulate_media(color_scheme="light")
    page.goto(demo.address)
    assert _theme(page) == "light"
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    page.emulate_media(contrast="more")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'contrast'")
