"""The pages for people until the web app is built in: a start page and the description of the API, no scripts."""

import asyncio
import json
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from modella import __version__
from modella.api.answers import words_for
from modella.core.words import Words
from modella.io.packaged import load_text

router = APIRouter(include_in_schema=False)
TAME = 2
"""Civitai's PG and PG-13: what the start page shows without being asked."""


@router.get("/")
async def start(request: Request) -> HTMLResponse:
    """The start page: what is here, and how to begin."""
    house, words = request.app.state.house, words_for(request)
    page = await asyncio.to_thread(house.hands.index.find, limit=24)
    wall = "".join(_card(words, json.loads(item)) for item in page.items)
    facts = {
        words.say("page.models"): words.number(page.total),
        words.say("page.library"): str(house.hands.library.root),
        words.say("page.api"): '<a href="/api/docs">/api/docs</a>',
    }
    rows = "".join(f"<dt>{escape(n)}</dt><dd>{v if v.startswith('<a') else escape(v)}</dd>" for n, v in facts.items())
    commands = escape("\n".join(request.app.state.examples or ["modella pull LINK", "modella scan FOLDER"]))
    shown = f"{words.number(len(page.items))} / {words.number(page.total)}" if page.total > len(page.items) else ""
    wall = f"<ul class=wall>{wall}</ul>" if wall else f"<p class=lead>{escape(words.say('page.empty'))}</p>"
    body = (
        f"<h1>{escape(words.say('page.title'))}</h1><p class=lead>{escape(words.say('page.lead'))}. "
        f"{escape(words.say('page.running'))}</p><dl>{rows}</dl>"
        f"<h2>{escape(words.say('page.paste'))}</h2><pre>{commands}</pre>"
        f"<h2>{escape(words.say('page.models'))} <small>{shown}</small></h2>{wall}"
    )
    return _page(words.say("page.title"), body)


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
    link = '<a href="/api/openapi.json">/api/openapi.json</a>'
    return _page("API", f"<h1>API</h1><p class=lead>Modella {__version__} · {link}</p><table>{head}{rows}</table>")


@router.get("/style.css")
async def style() -> Response:
    """The looks of these pages."""
    return Response(load_text("pages", "style.css"), media_type="text/css")


def _card(words: Words, model: dict[str, Any]) -> str:
    name, preview = escape(str(model["name"])), model.get("preview") or {}
    address = f"/api/models/{escape(model['id'])}/previews/{preview.get('number')}?thumb=true"
    picture = f'<img loading=lazy alt="" src="{address}">' if _is_tame(preview) else "<div class=none></div>"
    about = " · ".join(
        filter(None, (model["kind"], model.get("base_model") or model.get("family"), words.size(model["size"])))
    )
    return f"<li>{picture}<p><bdi>{name}</bdi><small>{escape(about)}</small></p></li>"


def _is_tame(preview: dict[str, Any]) -> bool:
    return preview.get("type") == "image" and (preview.get("nsfw_level") or 1) <= TAME


def _page(title: str, body: str) -> HTMLResponse:
    head = (
        '<meta charset=utf-8><meta name=viewport content="width=device-width,initial-scale=1">'
        f'<title>{escape(title)}</title><link rel=stylesheet href="/style.css">'
    )
    return HTMLResponse(f"<!doctype html><html lang=en><head>{head}</head><body><main>{body}</main></body></html>")
