"""Plain addresses through the suite, and what is special about them."""

from typing import Any, ClassVar

import pytest

from modella.core.listing import Listing, Ref
from modella.io.net import Headers
from modella.sources.civitai.source import Civitai
from modella.sources.huggingface.source import HuggingFace
from modella.sources.registry import ask_in_order
from modella.sources.url.pages import form_address, read_page
from modella.sources.url.source import Url
from tests.sources.site import Asked, Reply, Site
from tests.sources.suite import (
    BASE_CIVITAI,
    BASE_HUB,
    NOW,
    TABLE_URL,
    Claim,
    Refusal,
    SourceSuite,
    all_sources,
    real_net,
    refusal_of,
)

SHA = "ab" * 32
BODY = bytes(range(256)) * 20
DRIVE = "https://drive.usercontent.google.com/download?id=1AbCdEfGhIjKlMn&export=download&confirm=t"


class TestUrl(SourceSuite):
    """Everything with an address."""

    name = "url"
    described = Ref(source="url", url=f"{TABLE_URL}/files/lantern.safetensors")
    pages: ClassVar = {"/files/lantern.safetensors": BODY}
    claims = (
        Claim("https://host.example/x.safetensors", {"url": "https://host.example/x.safetensors"}),
        Claim("http://192.0.2.7:8080/a%20b.gguf?x=1", {"url": "http://192.0.2.7:8080/a%20b.gguf?x=1"}),
        Claim("https://host.example/x.gguf#part", {"url": "https://host.example/x.gguf"}),
        Claim(f"https://host.example/x.gguf#sha256={SHA}", {"url": "https://host.example/x.gguf", "digest": SHA}),
        Claim("https://host.example/x?token=abc&b=1", {"url": "https://host.example/x?b=1"}),
        Claim("https://me:pw@host.example/x", {"url": "https://host.example/x"}),
        Claim("https://github.com/o/r/blob/main/a/x.pth?raw=true", {"url": "https://github.com/o/r/raw/main/a/x.pth"}),
        Claim("github.com/o/r/raw/main/x.pth", {"url": "https://github.com/o/r/raw/main/x.pth"}),
        Claim(
            "https://github.com/o/r/releases/download/v1/x.pth",
            {"url": "https://github.com/o/r/releases/download/v1/x.pth"},
        ),
        Claim(
            "https://github.com/o/r/releases/latest/download/x.pth",
            {"url": "https://github.com/o/r/releases/latest/download/x.pth"},
        ),
        Claim("https://drive.google.com/file/d/1AbCdEfGhIjKlMn/view?usp=sharing", {"url": DRIVE}),
        Claim("https://drive.google.com/file/u/0/d/1AbCdEfGhIjKlMn/edit", {"url": DRIVE}),
        Claim("drive.google.com/open?id=1AbCdEfGhIjKlMn", {"url": DRIVE}),
        Claim("https://drive.google.com/uc?id=1AbCdEfGhIjKlMn&export=download", {"url": DRIVE}),
        Claim("https://docs.google.com/uc?export=download&id=1AbCdEfGhIjKlMn", {"url": DRIVE}),
        Claim(DRIVE, {"url": DRIVE}),
        Claim("https://www.dropbox.com/s/abc/x.pth?dl=0", {"url": "https://www.dropbox.com/s/abc/x.pth?dl=1"}),
        Claim(
            "https://www.dropbox.com/scl/fi/abc/x.pth?rlkey=k&st=s&dl=0",
            {"url": "https://www.dropbox.com/scl/fi/abc/x.pth?dl=1"},
        ),
        Claim("https://pixeldrain.com/u/aBcD1234", {"url": "https://pixeldrain.com/api/file/aBcD1234?download="}),
        Claim(
            "https://modelscope.cn/models/o/n/resolve/master/x.gguf",
            {"url": "https://modelscope.cn/models/o/n/resolve/master/x.gguf"},
        ),
        Claim(
            "https://modelscope.cn/models/o/n/file/view/master/a/x.gguf?status=2",
            {"url": "https://modelscope.cn/models/o/n/resolve/master/a/x.gguf"},
        ),
        Claim(
            "https://x-my.sharepoint.com/personal/u/x.pth?download=1",
            {"url": "https://x-my.sharepoint.com/personal/u/x.pth?download=1"},
        ),
    )
    refuses = (
        Refusal("https://mega.nz/file/abc#key", "link-unsupported", {"site": "MEGA"}),
        Refusal("https://www.mediafire.com/file/abc/x.zip/file", "link-unsupported", {"site": "MediaFire"}),
        Refusal("https://1drv.ms/u/s!abc", "link-unsupported", {"site": "OneDrive"}),
        Refusal("https://onedrive.live.com/?id=1", "link-unsupported", {"site": "OneDrive"}),
        Refusal("https://gofile.io/d/abc", "link-unsupported", {"site": "Gofile"}),
        Refusal("https://we.tl/t-abc", "link-unsupported", {"site": "WeTransfer"}),
        Refusal("https://pan.baidu.com/s/1abc", "link-unsupported", {"site": "Baidu"}),
        Refusal("https://pan.quark.cn/s/abc", "link-unsupported", {"site": "Quark"}),
        Refusal("https://drive.google.com/drive/folders/1AbCdEfGhIjKlMn", "link-unsupported", {"reason": "folder"}),
        Refusal("https://docs.google.com/document/d/1AbCdEfGhIjKlMn/edit", "link-unsupported", {"site": "Google Docs"}),
        Refusal("https://www.dropbox.com/scl/fo/abc/h?rlkey=k", "link-unsupported", {"reason": "folder"}),
        Refusal("https://github.com/o/r", "link-unsupported", {"site": "GitHub"}),
        Refusal("https://github.com/o/r/releases/tag/v1", "link-unsupported", {"site": "GitHub"}),
        Refusal("https://modelscope.cn/models/o/n", "link-unsupported", {"site": "ModelScope"}),
        Refusal("ftp://host.example/x.gguf", "link-unsupported", {"site": "ftp", "reason": "scheme"}),
        Refusal("file:///etc/passwd", "link-unsupported", {"site": "file"}),
        Refusal("https://host.example/x#sha256=abc", "bad-value", {"name": "sha256", "value": "abc"}),
        Refusal(f"https://host.example/x#sha256={'z' * 64}", "bad-value", {"name": "sha256"}),
        Refusal(f"https://host.example/x#name=x&sha256={SHA}00", "bad-value", {"name": "sha256"}),
        Refusal("magnet:?xt=urn:btih:abc", "link-unsupported", {"site": "magnet"}),
    )
    secrets = (
        "https://host.example/x?token=SECRET",
        "https://user:SECRET@host.example/x",
        "https://host.example/x?X-Amz-Signature=SECRET&X-Amz-Credential=SECRET",
        "https://host.example/x?sig=SECRET&se=2026",
        "https://host.example/x#SECRET",
        "https://www.dropbox.com/scl/fi/abc/x.pth?rlkey=SECRET&dl=0",
        "https://mega.nz/file/abc#SECRET",
        "https://cas-bridge.xethub.hf.co/x?Signature=SECRET&Policy=SECRET&Expires=SECRET",
        "https://b2.civitai.com/file/x?Authorization=SECRET&b2ContentDisposition=a",
    )

    def make(self, net: Any, base_url: str) -> Url:
        # The suite describes one fixed address; the table of whole addresses leads it to the site of the test.
        return Url(net, {self.described.url or "": f"{base_url}/files/lantern.safetensors"}, now=lambda: NOW)

    def test_name_and_size_come_from_the_head_of_the_answer(self, source: Url) -> None:
        listing = source.describe(self.described)
        assert (listing.name, listing.files[0].name, listing.files[0].size) == ("lantern", "lantern.safetensors", 5120)


def describe(reply: Any, path: str = "/x.safetensors", **given: Any) -> tuple[Listing, Site]:
    """The listing of a single address that gives this reply."""
    with Site({path: reply}) as site:
        return Url(real_net(), now=lambda: NOW).describe(Ref(source="url", url=site.url + path, **given)), site


def ranged(asked: Asked) -> Reply:
    """A server that knows ranges."""
    assert asked.headers["Range"] == "bytes=0-1023"
    return Reply(BODY[:1024], 206, {"Content-Range": f"bytes 0-1023/{len(BODY)}"})


def test_the_size_of_a_partial_answer_is_that_of_the_file() -> None:
    listing, site = describe(ranged)
    assert listing.files[0].size == len(BODY)
    assert [asked.method for asked in site.asked] == ["GET"]


def test_a_server_that_refuses_ranges_is_asked_without() -> None:
    listing, site = describe(lambda asked: Reply(b"no", 403) if "Range" in asked.headers else Reply(BODY))
    assert listing.files[0].size == len(BODY)
    assert len(site.asked) == 2


def test_the_servers_name_wins_over_the_address() -> None:
    disposition = {"Content-Disposition": "attachment; filename*=UTF-8''%E7%B4%99.safetensors; filename=\"x.bin\""}
    assert describe(Reply(BODY, 200, disposition))[0].files[0].name == "紙.safetensors"


@pytest.mark.parametrize(
    "field", [{"X-Linked-ETag": f'"{SHA}"'}, {"Repr-Digest": "sha-256=:q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=:"}]
)
def test_a_published_hash_is_taken(field: dict[str, str]) -> None:
    assert describe(Reply(BODY, 200, field))[0].files[0].digests.sha256 == SHA


def test_the_persons_own_hash_wins() -> None:
    listing, _ = describe(Reply(BODY, 200, {"X-Linked-ETag": '"' + "cd" * 32 + '"'}), digest=SHA)
    assert listing.files[0].digests.sha256 == SHA


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(b"<!DOCTYPE html><title>My model</title>", 200, {"Content-Type": "text/html"}), "html-page"),
        (Reply(b"<html><title>Sign in - Box</title>", 200, {"Content-Type": "text/html"}), "login-needed"),
        (Reply(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"), "lfs-pointer"),
        (Reply(b"", 200), "empty-file"),
        (Reply(b"", 416, {"Content-Range": "bytes */0"}), "empty-file"),
        (Reply(b"", 204), "no-content"),
        (Reply({"error": "expired"}, 200), "error-page"),
        (Reply(b"<?xml version='1.0'?><Error><Code>x</Code></Error>"), "error-page"),
        (Reply(b"<?xml version='1.0'?><Error><Code>ExpiredToken</Code></Error>", 403), "forbidden"),
        (Reply(b"<html>checking your browser", 403, {"cf-mitigated": "challenge"}), "challenge-page"),
        (Reply(b"<html>This account's links are generating too much traffic", 429), "download-limit"),
        (Reply(b"", 401), "login-needed"),
        (Reply(b"", 404), "not-found"),
        (Reply(b"", 410), "gone"),
        (Reply(b"", 451), "legal-block"),
        (Reply(b"", 429), "rate-limited"),
        (Reply(b"", 503), "server-error"),
    ],
)
def test_what_is_no_file_is_told_before_anything_is_stored(reply: Reply, code: str) -> None:
    assert refusal_of(lambda: describe(reply)).code == code


def test_a_page_instead_of_a_file_is_named_by_its_title() -> None:
    page = Reply(b"<!DOCTYPE html><title>My model</title>", 200, {"Content-Type": "text/html"})
    assert refusal_of(lambda: describe(page)).facts["title"] == "My model"


def test_an_html_file_that_was_asked_for_is_a_file() -> None:
    page = Reply(b"<!DOCTYPE html><title>My model</title>", 200, {"Content-Type": "text/html"})
    assert describe(page, "/notes.html")[0].files[0].name == "notes.html"


def test_the_secret_of_an_address_is_used_and_never_stored() -> None:
    with Site({"/x.gguf": Reply(BODY)}) as site:
        text = f"{site.url}/x.gguf?b=1&token=SECRET"
        source = Url(real_net())
        ref, secret = source.recognise(text), source.secret_of(text)
        assert ref is not None
        assert secret == text
        source = Url(real_net(), {ref.url or "": secret})
        listing = source.describe(ref)
        assert source.locate(listing, listing.files[0]).url == text
        assert "SECRET" not in listing.model_dump_json()
        assert site.asked[-1].path.endswith("token=SECRET")


def test_an_address_without_secrets_has_none_to_keep() -> None:
    assert Url(real_net()).secret_of("https://host.example/x?b=1") is None
    assert Url(real_net()).secret_of("not an address") is None
    assert Url(real_net()).secret_of("https://mega.nz/file/a#k") is None


def test_the_keys_of_a_box_link_are_its_secret() -> None:
    text = "https://www.dropbox.com/scl/fi/abc/x.pth?rlkey=k&dl=0"
    assert Url(real_net()).secret_of(text) == "https://www.dropbox.com/scl/fi/abc/x.pth?rlkey=k&dl=1"


def test_the_form_before_a_large_file_of_a_drive_is_read_and_stays_on_its_site() -> None:
    page = read_page(
        b'<!DOCTYPE html><title>Drive - Virus scan warning</title><form id="download-form" action='
        b'"https://drive.usercontent.google.com/download" method="get"><input type="hidden" name="id" value="1A">'
        b'<input type="hidden" name="confirm" value="t"><input type="hidden" name="uuid" value="u-1"></form>'
    )
    address = "https://drive.usercontent.google.com/download"
    assert form_address(page, DRIVE) == f"{address}?id=1A&confirm=t&uuid=u-1"
    assert form_address(page, "https://elsewhere.example/x") is None


def test_the_form_of_a_drive_never_leads_from_https_to_http() -> None:
    body = b'<form id="download-form" action="http://drive.example/get"><input name="id" value="1"></form>'
    assert form_address(read_page(body), "https://drive.example/x") is None
    assert form_address(read_page(body), "http://drive.example/x") == "http://drive.example/get?id=1"


def test_a_drives_quota_is_told_in_its_own_words() -> None:
    body = (
        b'<!DOCTYPE html><title>Quota exceeded</title><p class="uc-error-subcaption">Too many users <b>today</b>.</p>'
    )
    listing = Listing(source="url", ref=Ref(source="url"), name="x")
    told = Url(real_net()).explain(200, Headers([("Content-Type", "text/html")]), body, listing)
    assert told is not None
    assert (told.code, told.facts["reason"], told.retry) == ("download-limit", "Too many users today.", True)


def test_the_catch_all_is_asked_last_whatever_the_order() -> None:
    texts = {
        "https://civitai.com/models/1": "civitai",
        "https://hf.co/a/b": "huggingface",
        "https://a.example/x": "url",
    }
    texts |= {f"{BASE_CIVITAI}/models/1": "civitai", f"{BASE_HUB}/a/b": "huggingface"}
    for order in (all_sources(), list(reversed(all_sources()))):
        assert {text: ask_in_order(order, text).source for text in texts} == texts


def test_text_that_nobody_knows_is_not_understood_and_gives_no_secret_away() -> None:
    problem = refusal_of(lambda: ask_in_order(all_sources(), "look: https://a.example/x?token=SECRET please"))
    assert problem.code == "link-not-understood"
    assert "SECRET" not in repr(problem.facts)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("https//civitai.com/models/1?a=b", "https://civitai.com/models/1?a=b"),
        ("htps://host.example/x.safetensors", "https://host.example/x.safetensors"),
        ("https:/huggingface.co/a/b", "https://huggingface.co/a/b"),
        ("htttps://civitai.com/models/1?token=SECRET", "https://civitai.com/models/1?token=***"),
        ("401528", "https://civitai.com/models/401528"),
        ("./file.safetensors", "modella identify ./file.safetensors"),
        ("/data/loras/x.pt", "modella identify /data/loras/x.pt"),
        ("C:\\models\\x.safetensors", "modella identify C:\\models\\x.safetensors"),
        ("lantern.safetensors", "modella identify lantern.safetensors"),
        ("a nice lora for flux", None),
        ("sftphost", None),
    ],
)
def test_a_slip_of_the_finger_is_told_with_what_may_have_been_meant(text: str, hint: str | None) -> None:
    problem = refusal_of(lambda: ask_in_order(all_sources(), text))
    assert (problem.code, problem.facts.get("hint")) == ("link-not-understood", hint)
    assert "SECRET" not in repr(problem.facts)


def test_a_bare_number_is_shown_as_the_link_it_may_stand_for() -> None:
    facts = refusal_of(lambda: ask_in_order(all_sources(), "401528")).facts
    assert facts["example"] == "https://civitai.com/models/401528"


def test_every_source_has_a_name_of_its_own() -> None:
    assert {Civitai.name, HuggingFace.name, Url.name} == {"civitai", "huggingface", "url"}
