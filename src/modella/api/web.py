"""The web app as it was built: its page with base and nonce filled in, its files packed and forever, nothing else.

The page is answered to every address that no other door knows, so that links into the app and reloads work; `/api`,
`/ws` and files with an ending never fall back to it.
"""

import re
import secrets
from importlib import resources
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.convertors import Convertor, register_url_convertor

from modella.api.answers import words_for
from modella.api.guard import policy


class _Elsewhere(Convertor[str]):
    """Every path that belongs to no other door."""

    regex = r"(?!(?:api|ws|healthz|readyz|metrics)(?:/|$)).*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("elsewhere", _Elsewhere())
router = APIRouter(include_in_schema=False)
BUILT = Path(str(resources.files("modella"))) / "_web"
_PART = re.compile(r"\w[\w.-]*", re.ASCII)
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_ASK_AGAIN = {"Cache-Control": "no-cache"}
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".png": "image/png",
}
_PACKED = (("br", ".br"), ("gzip", ".gz"))
_NOT_BUILT = (
    '<!doctype html><title>Modella</title><link rel=stylesheet href="{}style.css"><main><h1>Modella</h1><p>{}</p>'
)


@router.get("/{path:elsewhere}")
async def web_app(path: str, request: Request) -> Response:
    """A file of the web app, or its page."""
    file = _file(path)
    if file is not None:
        return _packed(file, path, request.headers.get("accept-encoding", ""))
    if path.startswith("assets/") or Path(path).suffix in _TYPES:
        raise HTTPException(404)
    return _page(request)


def _file(path: str) -> Path | None:
    """A built file, by the exact path that it has; there is no way out of the folder."""
    ending = Path(path).suffix
    if ending not in _TYPES or not all(_PART.fullmatch(part) for part in path.split("/")):
        return None
    file = BUILT / path
    return file if file.is_file() else None


def _packed(file: Path, path: str, accepted: str) -> Response:
    headers = {**(_FOREVER if path.startswith("assets/") else _ASK_AGAIN), "Vary": "Accept-Encoding"}
    known = {part.split(";")[0].strip() for part in accepted.split(",")}
    for encoding, ending in _PACKED:
        packed = file.with_name(file.name + ending)
        if encoding in known and packed.is_file():
            headers["Content-Encoding"] = encoding
            return FileResponse(packed, media_type=_TYPES[file.suffix], headers=headers)
    return FileResponse(file, media_type=_TYPES[file.suffix], headers=headers)


def _page(request: Request) -> Response:
    """The page: `<base>` says below which path the app is served, the nonce allows the styles of its own scripts."""
    index = BUILT / "index.html"
    base = f"{request.scope.get('root_path', '').rstrip('/')}/"
    if not index.is_file():
        return HTMLResponse(_NOT_BUILT.format(_attribute(base), words_for(request).say("page.not-built")), 503)
    nonce = secrets.token_urlsafe(18)
    told = f'<base href="{_attribute(base)}" /><meta property="csp-nonce" nonce="{nonce}" />'
    page = index.read_text(encoding="utf-8").replace("<!--server-->", told, 1)
    return HTMLResponse(page, headers={**_ASK_AGAIN, "Content-Security-Policy": policy(nonce)})


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
