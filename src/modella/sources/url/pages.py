"""What the web pages say that come instead of a file: a form to press on, a quota, a login, a ban."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from modella.core.errors import AccessNeeded, BadContent, ModellaError, NetworkTrouble
from modella.core.refusals import HeaderFields, has_expired, is_challenge
from modella.io.net import page_title

_LOGIN_HOSTS = ("accounts.google.com/", "login.microsoftonline.com/", "login.live.com/", "www.dropbox.com/login")
_LOGIN_TITLES = ("sign in", "log in", "login", "anmelden", "connexion", "iniciar sesi", "登录", "ログイン")
_BAN_MARKS = ("temporarily disabled", "generating too much traffic", "too many requests", "quota exceeded")


@dataclass
class Page:
    """A page's title, its download form, and the text of Google Drive's error lines."""

    title: str | None = None
    form_action: str | None = None
    form_fields: dict[str, str] = field(default_factory=dict)
    error_text: str | None = None


class _Reader(HTMLParser):
    """Collects what `Page` holds; everything else on the page is read over."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._in_form = False
        self._in_error = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._in_form = values.get("id") == "download-form"
            if self._in_form:
                self.page.form_action = values.get("action")
        elif tag == "input" and self._in_form and values.get("name"):
            self.page.form_fields[values["name"]] = values.get("value", "")
        self._in_error = values.get("class", "").startswith("uc-error-subcaption") or (
            self._in_error and tag not in {"p", "div"}
        )

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_form = False
        if tag in {"p", "div"}:
            self._in_error = False

    def handle_data(self, data: str) -> None:
        if self._in_error:
            self.page.error_text = " ".join(f"{self.page.error_text or ''}{data}".split(" "))[:300]


def read_page(body: bytes) -> Page:
    """The page's telling parts; an empty one when it makes no sense."""
    reader = _Reader()
    try:
        reader.feed(body.decode("utf-8", "replace"))
    except (AssertionError, ValueError):
        return Page(title=page_title(body))
    reader.page.title = page_title(body)
    return reader.page


def form_address(page: Page, page_url: str) -> str | None:
    """Where the page's download form leads, when that is on the site the page came from and no less safe."""
    if not page.form_action or not page.form_fields:
        return None
    try:
        target = urljoin(page_url, page.form_action)
        there, here = urlsplit(target), urlsplit(page_url)
        same = there.netloc == here.netloc and there.scheme in {"https", here.scheme} & {"https", "http"}
    except ValueError:
        return None
    return f"{target.partition('?')[0]}?{urlencode(page.form_fields)}" if same else None


def judge_page(
    status: int, headers: HeaderFields, body_start: bytes, url: str, facts: Mapping[str, Any]
) -> ModellaError | None:
    """The error that an answer other than the file stands for; None when it is no page and nothing tells.

    `url` is the address that answered: some logins are known by where they are.
    """
    told = {"status": status, **facts}
    if is_challenge(status, headers, body_start):
        return BadContent("challenge-page", **told)
    if has_expired(status, body_start):
        # Nobody but the person who pasted it can renew this address.
        return AccessNeeded("forbidden", reason="address-expired", **told)
    if not is_page(headers.get("content-type"), body_start):
        return None
    page = read_page(body_start)
    told = {name: value for name, value in {**told, "title": page.title}.items() if value}
    wording = body_start.decode("utf-8", "replace").lower()
    if page.error_text is not None or any(mark in wording for mark in _BAN_MARKS):
        return NetworkTrouble("download-limit", **told, **({"reason": page.error_text} if page.error_text else {}))
    is_login = (page.title or "").lower().startswith(_LOGIN_TITLES) or any(host in url for host in _LOGIN_HOSTS)
    if is_login or (status == 200 and 'type="password"' in wording):
        return AccessNeeded("login-needed", **told)
    return BadContent("html-page", **told) if 200 <= status < 300 else None


def is_page(content_type: str | None, body_start: bytes) -> bool:
    """Whether the body is a web page: by its beginning; a type alone is believed only when markup follows."""
    start = body_start.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    kind = (content_type or "").partition(";")[0].strip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return True
    return kind in {"text/html", "application/xhtml+xml"} and start.startswith(b"<")
