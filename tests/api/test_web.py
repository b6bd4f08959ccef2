"""The web app as the server gives it: its page, its files, and what is never answered with it."""

import gzip
import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import urllib3
from websockets.sync.client import connect

from modella.api import web
from modella.cli.door import serve_quietly
from modella.core.events import ListsChanged
from tests.place import Place

BUILT = pytest.mark.skipif(
    not (web.BUILT / "index.html").is_file(),
    reason="the web app is not built: run `python3 dev.py test`, or unset MODELLA_WEB",
)


class Browser:
    """Asks as a browser does."""

    def __init__(self, address: str) -> None:
        self._address, self._pool = address, urllib3.PoolManager(retries=False)

    def get(self, path: str, **headers: str) -> urllib3.BaseHTTPResponse:
        """The answer as it came, still packed."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._pool.request("GET", self._address + path, headers=sent, decode_content=False)

    def scripts(self) -> list[str]:
        """The scripts and styles that the page names."""
        return re.findall(r'(?:src|href)="\./(assets/[^"]+)"', self.get("/").data.decode())


@pytest.fixture
def browser(place: Place) -> Iterator[Browser]:
    """A browser at a running server."""
    house = place.open()
    try:
        with serve_quietly(house) as address:
            yield Browser(address)
    finally:
        house.close()


@BUILT
@pytest.mark.parametrize("path", ["/", "/library", "/models/01abc", "/settings/rules", "/no/such/page"])
def test_every_address_inside_the_app_gives_its_page(browser: Browser, path: str) -> None:
    told = browser.get(path)
    assert (told.status, told.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert told.headers["cache-control"] == "no-cache"
    assert '<base href="/" />' in told.data.decode()


@BUILT
def test_the_page_allows_only_its_own_scripts_and_styles(browser: Browser) -> None:
    one, other = browser.get("/"), browser.get("/")
    nonce = re.search(r'nonce="([^"]+)"', one.data.decode())
    policy = one.headers["content-security-policy"]
    assert nonce is not None
    assert f"style-src 'self' 'nonce-{nonce[1]}'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert nonce[1] not in other.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=", one.data.decode())


@BUILT
def test_files_come_packed_and_for_ever(browser: Browser) -> None:
    script = next(each for each in browser.scripts() if each.endswith(".js"))
    plain = browser.get(f"/{script}")
    packed = browser.get(f"/{script}", accept_encoding="gzip, deflate")
    best = browser.get(f"/{script}", accept_encoding="gzip, deflate, br, zstd")
    assert gzip.decompress(packed.data) == plain.data
    assert best.headers["content-encoding"] == "br"
    assert len(best.data) < len(packed.data) < len(plain.data)
    for each in (plain, packed, best):
        assert "immutable" in each.headers["cache-control"]
        assert each.headers["vary"] == "Accept-Encoding"
        assert each.headers["content-type"].startswith("text/javascript")


@BUILT
def test_the_first_load_is_small(browser: Browser) -> None:
    """DESIGN 7: under 150 KB of JavaScript, gzipped; the page of the library with all that it imports at once."""
    manifest = json.loads((web.BUILT / ".vite" / "manifest.json").read_text(encoding="utf-8"))

    def whole(name: str) -> set[str]:
        return {manifest[name]["file"]}.union(*(whole(each) for each in manifest[name].get("imports", [])))

    for page in ("library/LibraryPage", "dashboard/DashboardPage", "downloads/DownloadsPage", "model/ModelPage"):
        files = whole("index.html") | whole(f"src/features/{page}.tsx")
        sizes = {file: len(gzip.compress((web.BUILT / file).read_bytes(), 9)) for file in files}
        assert sum(sizes.values()) < 150_000, (page, sizes)


@BUILT
@pytest.mark.parametrize(
    "path",
    [
        *("/assets/", "/assets/nothing.js", "/nothing.js", "/.stamp", "/.vite/manifest.json", "/../__init__.py"),
        *("/..%2f__init__.py", "/assets/..%2f..%2fapi%2fweb.py", "/assets/%00.js", "/assets//index.js"),
        "/%2e%2e/_web/theme.js",
    ],
)
def test_nothing_but_what_was_built_is_given(browser: Browser, path: str) -> None:
    told = browser.get(path)
    assert told.status == 404 or told.data.lstrip().lower().startswith(b"<!doctype html>"), told.data[:80]


BELOW = {"x-forwarded-prefix": "/tools/models"}


@BUILT
def test_behind_a_proxy_the_page_lives_below_the_path_that_it_tells(browser: Browser) -> None:
    assert '<base href="/tools/models/" />' in browser.get("/library", **BELOW).data.decode()
    assert browser.get(f"/{browser.scripts()[0]}", **BELOW).status == 200
    assert browser.get("/api/models", **BELOW).json()["success"]
    assert browser.get("/api/nothing", **BELOW).json()["code"] == "no-such-operation"
    for strange in ("//evil.test", "/a b", '/"><script>', "tools", "/a//b", "/é", "/../x\\y"):
        assert (
            '<base href="/" />' in browser.get("/", x_forwarded_prefix=strange.encode().decode("latin-1")).data.decode()
        )


def test_behind_a_proxy_events_come_and_large_files_go(place: Place) -> None:
    house = place.open()
    try:
        with serve_quietly(house) as address:
            with connect(f"ws{address.removeprefix('http')}/ws/events?since=0", additional_headers=BELOW) as channel:
                house.hands.bus.tell(ListsChanged(names=("a",)))
                assert json.loads(channel.recv(10))["type"] in {"resync", "lists-changed"}
            asked = f"{address}/api/models/upload?name=a.safetensors"
            told = urllib3.request("POST", asked, body=b"x" * 2_000_000, headers={**BELOW, "X-Modella": "1"})
            large = urllib3.request("POST", f"{address}/api/trash/purge", body=b"x" * 2_000_000, headers=BELOW)
    finally:
        house.close()
    assert (told.status, large.status) == (202, 413)


def test_nobody_keeps_what_is_private(browser: Browser) -> None:
    for path in ("/api/models", "/api/tokens", "/api/settings", "/api/backups", "/api/nothing", "/api/docs"):
        assert browser.get(path).headers["cache-control"] == "no-store", path


def test_the_description_of_the_api_is_read_below_a_path_too(browser: Browser) -> None:
    told = browser.get("/api/docs").data.decode()
    assert 'href="../style.css"' in told
    assert not re.search(r'(?:href|src)="?/', told)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/nothing"), ("POST", "/api/nothing"), ("GET", "/ws/nothing")]
)
def test_programs_are_never_answered_with_the_page(place: Place, method: str, path: str) -> None:
    house = place.open()
    try:
        with serve_quietly(house) as address:
            told = urllib3.request(method, address + path, headers={"X-Modella": "1"}, retries=False)
    finally:
        house.close()
    assert (told.status, told.json()["code"]) == (404, "no-such-operation")
    assert urlsplit(address).hostname == "127.0.0.1"


def test_without_the_app_the_page_says_so(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "BUILT", web.BUILT / "nowhere")
    told = browser.get("/")
    assert told.status == 503
    assert "MODELLA_WEB" in told.data.decode()
    assert "{" not in told.data.decode()
