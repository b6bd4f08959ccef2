"""The file host on the second origin: signed storage, the CDN of Hugging Face, plain files and other people's pages.

/model/<uid>/<object>?X-Amz-Signature=...                    R2, as Civitai's download route points to it
/file/civitai-modelfiles/model/<uid>/<object>?Authorization= B2, the same with an hour to live
/xet-bridge-us/<repo>/<xet hash>?Expires=&Signature=         Hugging Face's CDN: ETag is the Xet hash
/files/<recipe>.<ending>?seed=N                              any file `weights` can make
/files/virtual-<size>[k|m|g].bin?seed=N                      bytes of any size; `zero-5g.bin` holds zeros
/<owner>/<repo>/releases/download/<tag>/<name>               a release page that redirects to a signed asset
/file/d/<id>/view · /uc · /download?id=                      a drive with its form, /s/<id>/<name>?dl=0|1 a box
"""

import hashlib
import hmac
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from modella.demo import weights
from modella.demo.messages import Answer, Content, Request, file, page, redirect, text
from modella.demo.origin import VirtualFile

_SECRET = b"a secret of this house only"
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


@dataclass(frozen=True)
class Stored:
    """An object in the storage: its bytes, its own ETag and the name it is handed out under."""

    content: Content
    etag: str
    name: str


class FileHost:
    """Answers for the second origin, and signs the addresses that lead there."""

    def __init__(self) -> None:
        self.url = ""
        self.signature_seconds: float | None = None
        """How long signed addresses live; None means as long as the real ones (24 h, 1 h, 1 h)."""
        self._stored: dict[str, Stored] = {}
        self._lock = threading.Lock()
        self._signed = 0

    # signing .................................................................................................

    def r2_address(self, uid: str, stored: Stored) -> str:
        """A signed address in the style of Cloudflare R2."""
        path = f"/model/{uid}/{_scrambled(stored.name)}"
        until = self._until(86_400)
        fields = {
            "X-Amz-Expires": "86400",
            "response-content-disposition": f'attachment; filename="{stored.name}"',
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"demo/{until}/auto/s3/aws4_request",
            "X-Amz-SignedHeaders": "host",
            "X-Amz-Signature": self._sign(path, until),
        }
        return self._keep(path, stored) + "?" + urlencode(fields, quote_via=quote)

    def b2_address(self, uid: str, stored: Stored) -> str:
        """A signed address in the style of Backblaze B2."""
        path = f"/file/civitai-modelfiles/model/{uid}/{_scrambled(stored.name)}"
        until = self._until(3600)
        ticket = f"3_{int(time.time())}_{until}_{self._sign(path, until)}_dnld"
        fields = {"Authorization": ticket, "b2ContentDisposition": f'attachment; filename="{stored.name}"'}
        return self._keep(path, stored) + "?" + urlencode(fields)

    def cdn_address(self, repo: str, stored: Stored) -> str:
        """A signed address in the style of Hugging Face's CDN; the object's name is its Xet hash."""
        path = f"/xet-bridge-us/{repo}/{stored.etag}"
        until = self._until(3600)
        shown = f"inline; filename*=UTF-8''{quote(stored.name)}; filename=\"{stored.name}\";"
        fields = {"response-content-disposition": shown, "Expires": until, "Policy": "e30_", "X-Xet-Cas-Uid": "public"}
        return self._keep(path, stored) + "?" + urlencode({**fields, "Signature": self._sign(path, until)})

    def _until(self, usual: int) -> str:
        with self._lock:
            self._signed += 1
        seconds = usual if self.signature_seconds is None else self.signature_seconds
        return f"{time.time() + seconds:.3f}.{self._signed}"

    def _sign(self, path: str, until: str) -> str:
        return hmac.new(_SECRET, f"{path} {until}".encode(), hashlib.sha256).hexdigest()

    def _keep(self, path: str, stored: Stored) -> str:
        with self._lock:
            self._stored[path] = stored
        return self.url + quote(path)

    def _valid(self, path: str, until: str, signature: str) -> bool:
        moment = until.rsplit(".", 1)[0]
        fresh = bool(re.fullmatch(r"\d+\.\d+", moment)) and float(moment) > time.time()
        return fresh and hmac.compare_digest(signature, self._sign(path, until))

    # answering ...............................................................................................

    def __call__(self, request: Request) -> Answer:
        """The answer to one request."""
        if request.method not in ("GET", "HEAD"):
            return text("method not allowed", 405)
        for pattern, answer in _ROUTES:
            found = pattern.fullmatch(request.path)
            if found:
                return answer(self, request, *found.groups())
        return page("<!DOCTYPE html><title>404</title><h1>Nothing here</h1>", 404)

    def _r2(self, request: Request) -> Answer:
        if "authorization" in request.headers:
            return _xml(400, "InvalidRequest", "Missing x-amz-content-sha256")
        credential = request.query.get("X-Amz-Credential", "").split("/")
        until = credential[1] if len(credential) > 1 else ""
        if not self._valid(request.path, until, request.query.get("X-Amz-Signature", "")):
            return _xml(403, "AccessDenied", "Request has expired")
        return self._object(request, request.query.get("response-content-disposition"))

    def _b2(self, request: Request) -> Answer:
        if "authorization" in request.headers:
            return _xml(400, "InvalidRequest", "Authorization given twice")
        parts = request.query.get("Authorization", "").split("_")
        if len(parts) != 5 or not self._valid(request.path, parts[2], parts[3]):
            return _xml(401, "unauthorized", "Authorization has expired")
        return self._object(request, request.query.get("b2ContentDisposition"))

    def _cdn(self, request: Request) -> Answer:
        if "authorization" in request.headers:
            return _xml(400, "InvalidRequest", "Only one auth mechanism allowed")
        if not self._valid(request.path, request.query.get("Expires", ""), request.query.get("Signature", "")):
            return _xml(403, "AccessDenied", "Access denied")
        shown = request.query.get("response-content-disposition")
        return self._object(request, shown).without("Last-Modified").but(if_range=False)

    def _object(self, request: Request, disposition: str | None) -> Answer:
        stored = self._stored.get(request.path)
        if stored is None:
            return _xml(404, "NoSuchKey", "The specified key does not exist.")
        answer = file(stored.content, stored.etag)
        return answer.with_headers({"Content-Disposition": disposition}) if disposition else answer

    def _direct(self, request: Request, name: str) -> Answer:
        content = content_named(name, int(request.query.get("seed", "1")))
        if content is None:
            return page("<!DOCTYPE html><title>404</title><h1>No such file</h1>", 404)
        return file(content, f"{name}-{request.query.get('seed', '1')}")

    def _release(self, _request: Request, name: str) -> Answer:
        content = content_named(name, 1)
        if content is None:
            return page("<!DOCTYPE html><title>Page not found</title>", 404)
        path = f"/github-production-release-asset/123456/{name}"
        until = self._until(300)
        shown = f"attachment; filename={name}"
        fields = {"sp": "r", "se": until, "rscd": shown, "sig": self._sign(path, until)}
        return redirect(f"{self._keep(path, Stored(content, '0x8DC' + name, name))}?{urlencode(fields)}")

    def _asset(self, request: Request) -> Answer:
        if not self._valid(request.path, request.query.get("se", ""), request.query.get("sig", "")):
            return _xml(403, "AuthenticationFailed", "Signature not valid in the specified time frame")
        return self._object(request, request.query.get("rscd"))

    def _viewer(self, request: Request) -> Answer:
        return page(f"<!DOCTYPE html><title>{request.path}</title><h1>Preview</h1><p>Nothing to download here.</p>")

    def _drive(self, request: Request) -> Answer:
        name = request.query.get("id", "")
        if request.query.get("confirm") == "t":
            content = content_named(name, 1)
            shown = f'attachment; filename="{name}"'
            return file(content, name, Content_Disposition=shown) if content else page("<title>404</title>", 404)
        fields = "".join(
            f'<input type="hidden" name="{key}" value="{value}">'
            for key, value in (("id", name), ("export", "download"), ("confirm", "t"), ("uuid", "0f2a"))
        )
        form = f'<form id="download-form" action="{self.url}/download" method="get">{fields}</form>'
        return page(f"<!DOCTYPE html><title>Virus scan warning</title><p>Too large to be scanned.</p>{form}")

    def _box(self, request: Request, name: str) -> Answer:
        if request.query.get("dl") != "1" and request.query.get("raw") != "1":
            return self._viewer(request)
        return redirect(f"{self.url}/files/{quote(name)}")


Route = Callable[..., Answer]

_ROUTES: tuple[tuple[re.Pattern[str], Route], ...] = tuple(
    (re.compile(pattern), answer)
    for pattern, answer in (
        (r"/model/.+", FileHost._r2),
        (r"/file/civitai-modelfiles/.+", FileHost._b2),
        (r"/xet-bridge-us/.+", FileHost._cdn),
        (r"/files/(.+)", FileHost._direct),
        (r"/[^/]+/[^/]+/releases/(?:latest/download|download/[^/]+)/([^/]+)", FileHost._release),
        (r"/[^/]+/[^/]+/raw/[^/]+/(.+)", FileHost._direct),
        (r"/github-production-release-asset/.+", FileHost._asset),
        (r"/file/d/[^/]+/view|/[^/]+/[^/]+/blob/.+", FileHost._viewer),
        (r"/uc|/download|/open", FileHost._drive),
        (r"/s/[^/]+/([^/]+)|/scl/fi/[^/]+/(?P<name>[^/]+)", lambda host, request, a, b: host._box(request, a or b)),
    )
)


def content_named(name: str, seed: int) -> Content | None:
    """The content behind a name such as `lora-sdxl.safetensors`, `virtual-64m.bin` or `zero-5g.bin`; else None."""
    plain = name.rsplit("/", 1)[-1]
    sized = re.fullmatch(r"(virtual|zero)-(\d+)([kmg]?)\.\w+", plain)
    if sized:
        return VirtualFile(int(sized[2]) * _UNITS[sized[3]], seed if sized[1] == "virtual" else None)
    recipe = plain.rsplit(".", 1)[0]
    return weights.build(recipe, seed) if recipe in weights.RECIPES else None


def _scrambled(name: str) -> str:
    """The storage's own spelling of a name: plain letters, and four random-looking characters before the ending."""
    stem, dot, ending = name.rpartition(".")
    plain = re.sub(r"[^\w-]+", "_", stem or ending, flags=re.ASCII)
    return f"{plain}.{hashlib.sha256(name.encode()).hexdigest()[:4]}{dot}{ending if dot else ''}"


def _xml(status: int, code: str, message: str) -> Answer:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return text(body, status, "application/xml")
