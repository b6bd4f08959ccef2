"""Any http(s) address: the catch-all, asked last."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from modella.core.answers import content_length, content_range, no_model, unsatisfied_total
from modella.core.browsing import Found, Quest
from modella.core.digests import Digests
from modella.core.disposition import name_of_answer
from modella.core.errors import BadContent, BadLink, ModellaError
from modella.core.listing import ListedFile, Listing, Location, Ref
from modella.core.loose_json import settled
from modella.core.refusals import refusal
from modella.core.secrecy import without_secrets
from modella.io.net import Answer, Headers, Net
from modella.sources.url import links
from modella.sources.url.pages import form_address, is_page, judge_page, read_page

_PROBE = 1024
_PAGE_LIMIT = 65536
_NO_RANGES = frozenset({400, 403, 405, 406, 412, 501})
"""Refusals that may be meant for the range, not for us: asked once more without."""

_TELLS_BEFORE_REDIRECT = re.compile(r"(^|\.)modelscope\.(cn|ai)$")
_SHA256_IN_ETAG = re.compile(r'^(?:W/)?"?([0-9a-f]{64})"?$', re.IGNORECASE)
_DIGEST_FIELD = re.compile(r"sha-256=:?([A-Za-z0-9+/]{43}=):?", re.IGNORECASE)


@dataclass(frozen=True)
class _Probe:
    """What the address tells of its file."""

    name: str | None
    size: int | None
    sha256: str | None
    content_type: str | None
    etag: str | None
    last_modified: str | None
    host: str


class Url:
    """Asks an address for what it serves. `full_urls`: ref url → whole address, for links that hold a secret."""

    name = links.SOURCE
    per_lookup = 0

    def __init__(
        self,
        net: Net,
        full_urls: MutableMapping[str, str] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._net = net
        self._full_urls: MutableMapping[str, str] = {} if full_urls is None else full_urls
        self._now = now

    def recognise(self, text: str) -> Ref | None:
        """The file behind an http(s) address, secrets left out; BadLink("link-unsupported") for browser-only sites."""
        return links.recognise(text)

    def secret_of(self, text: str) -> str | None:
        """The whole address when the ref leaves a secret out: to be kept under `ref.url` in `full_urls`."""
        return links.secret_of(text)

    def describe(self, ref: Ref) -> Listing:
        """Name, size and published hash of the file, from the head of a GET: many servers lie to HEAD.

        Raises BadContent when a page, an error text, a Git LFS pointer or nothing comes instead of a file.
        """
        if not ref.url:
            raise BadLink("link-not-understood", source=self.name, link="")
        found = self._probe(self._address(ref.url), ref.url)
        digests = Digests(sha256=ref.digest or found.sha256)
        name = found.name or "download"
        file = ListedFile(name=name, size=found.size, digests=digests, primary=True)
        told = {
            "content_type": found.content_type,
            "etag": found.etag,
            "last_modified": found.last_modified,
            "host": found.host,
            "size": found.size,
        }
        return Listing(
            source=self.name,
            ref=ref,
            page_url=without_secrets(ref.url),
            name=name.rpartition(".")[0] or name,
            files=(file,),
            payload={key: value for key, value in told.items() if value is not None},
        )

    def choose(self, listing: Listing, pattern: str | None) -> tuple[ListedFile, ...]:  # noqa: ARG002 - one file only
        """The one file there is."""
        if not listing.files:
            raise BadLink("no-such-file", source=self.name, names=[])
        return listing.files[:1]

    def locate(self, listing: Listing, file: ListedFile) -> Location:
        """The whole address, secret included; where a site puts a form before the file, where the form leads."""
        if not listing.ref.url:
            raise BadLink("link-not-understood", source=self.name, link="")
        return Location(url=self._address(listing.ref.url), digests=file.digests, size=file.size)

    def lookup(self, sha256s: Sequence[str]) -> Mapping[str, Listing]:  # noqa: ARG002 - the protocol's signature
        """Nothing: addresses cannot be asked by hash."""
        return {}

    def browse(self, quest: Quest) -> Found:  # noqa: ARG002
        """Nothing: there is no list of all addresses."""
        return Found(models=())

    def versions_of(self, ref: Ref) -> Sequence[Listing]:
        """What lies at the address."""
        return [self.describe(ref)]

    def small_picture(self, url: str, width: int, *, poster: bool = False) -> str | None:  # noqa: ARG002
        """Nothing: addresses have no pictures of their own."""
        return None

    def search(self, words: str, kind: str | None = None, limit: int = 10) -> Sequence[Listing]:  # noqa: ARG002
        """Nothing: there is no list of all addresses."""
        return ()

    def who(self) -> str | None:
        """Nobody: there is no key for any address."""
        return None

    def explain(self, status: int, headers: Headers, body: bytes, listing: Listing) -> ModellaError | None:
        """The error behind a page: a quota, a login, a ban, a challenge, or just a page."""
        return judge_page(status, headers, body[:_PAGE_LIMIT], "", {"page_url": listing.page_url})

    def _address(self, url: str) -> str:
        """The address to fetch now. Google Drive asks a question before large files; its form is read once."""
        full = self._full_urls.get(url, url)
        if urlsplit(full).hostname != links.DRIVE_HOST:
            return full
        answer = self._net.ask(full, headers={"Range": f"bytes=0-{_PROBE - 1}"})
        if "html" not in (answer.headers.get("content-type") or ""):
            answer.close()
            return full
        return form_address(read_page(answer.peek(_PAGE_LIMIT)), answer.url) or full

    def _probe(self, url: str, shown_url: str) -> _Probe:
        linked = self._told_before_redirect(url)
        answer = self._net.ask(url, headers={"Range": f"bytes=0-{_PROBE - 1}"})
        if answer.status in _NO_RANGES:
            answer.close()
            answer = self._net.ask(url)
        body = answer.peek(_PAGE_LIMIT if _may_be_page(answer) else _PROBE)
        name = name_of_answer(answer.headers.get("content-disposition"), answer.url, url)
        self._refuse(answer, body, name or "", shown_url)
        size = _size(answer)
        if size == 0:
            raise BadContent("empty-file", host=answer.host)
        headers = answer.headers
        return _Probe(
            name=settled(name),
            size=size,
            sha256=_published_sha256(headers) or linked,
            content_type=settled(headers.get("content-type")),
            etag=settled(headers.get("etag")),
            last_modified=settled(headers.get("last-modified")),
            host=answer.host,
        )

    def _told_before_redirect(self, url: str) -> str | None:
        """The hash that some hubs publish on the redirect to their storage, and only there."""
        if not _TELLS_BEFORE_REDIRECT.search(urlsplit(url).hostname or ""):
            return None
        answer = self._net.ask(url, follow=0)
        answer.close()
        return _published_sha256(answer.headers)

    def _refuse(self, answer: Answer, body: bytes, name: str, shown_url: str) -> None:
        """Raises the error that the answer is, when it is no file."""
        facts = {"host": answer.host, "page_url": without_secrets(shown_url)}
        told = judge_page(answer.status, answer.headers, body, answer.url, facts)
        if told is not None and not (told.code == "html-page" and name.lower().endswith((".html", ".htm"))):
            raise told
        is_empty = answer.status == 416 and unsatisfied_total(answer.headers.get("content-range")) == 0
        if is_empty or (answer.status == 200 and not body and _size(answer) in {0, None}):
            raise BadContent("empty-file", **facts)
        if answer.status not in {200, 206}:
            raise refusal(answer.status, answer.headers, body, self._now(), **facts)
        if code := no_model(body, answer.headers.get("content-type"), name):
            raise BadContent(code, **facts)


def _may_be_page(answer: Answer) -> bool:
    return answer.status not in {200, 206} or is_page(answer.headers.get("content-type"), b"<")


def _size(answer: Answer) -> int | None:
    """Bytes of the whole file; a coded body's length is not the file's."""
    coding = (answer.headers.get("content-encoding") or "identity").lower()
    if coding != "identity":
        return None
    if answer.status == 206:
        found = content_range(answer.headers.get("content-range"))
        return found.total if found else None
    if "chunked" in (answer.headers.get("transfer-encoding") or "").lower():
        return None
    return content_length(answer.headers.get_all("content-length"))


def _published_sha256(headers: Headers) -> str | None:
    """A SHA-256 of the whole file: `X-Linked-ETag` of hubs, else Repr-Digest (RFC 9530) or Digest (RFC 3230)."""
    linked = _SHA256_IN_ETAG.match((headers.get("x-linked-etag") or "").strip())
    if linked:
        return linked.group(1).lower()
    for field in ("repr-digest", "digest"):
        if found := _DIGEST_FIELD.search(headers.get(field) or ""):
            try:
                return base64.b64decode(found.group(1), validate=True).hex()
            except binascii.Error:
                return None
    return None
