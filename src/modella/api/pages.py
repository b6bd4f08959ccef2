"""The description of the API for reading: one page without scripts."""

from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from modella import __version__
from modella.io.packaged import load_text

router = APIRouter(include_in_schema=False)


@router.get("/api/docs")
async def api_docs(request: Request) -> HTMLResponse:
    """The API for reading, made from its own description."""
    paths: dict[str, dict[str, Any]] = request.app.openapi()["paths"]
    rows = "".join(
        f"<tr><td><code>{method.upper()}</code></td><td><code>{escape(path)}</code></td>"
        f"<td>{escape(operation.get('description', ''))}</td></tr>"
        for path, operations in paths.items()
        for method, operation in operations.items()
    )
    head = "<tr><th></th><th></th><th></th></tr>"
    link = '<a href="openapi.json">/api/openapi.json</a>'
    return _page("API", f"<h1>API</h1><p class=lead>Modella {__version__} · {link}</p><table>{head}{rows}</table>")


@router.get("/style.css")
async def style() -> Response:
    """The looks of these pages."""
    return Response(load_text("pages", "style.css"), media_type="text/css")


def _page(title: str, body: str) -> HTMLResponse:
    head = (
        '<meta charset=utf-8><meta name=viewport content="width=device-width,initial-scale=1">'
        f'<title>{escape(title)}</title><link rel=stylesheet href="../style.css">'
    )
    return HTMLResponse(f"<!doctype html><html lang=en><head>{head}</head><body><main>{body}</main></body></html>")
