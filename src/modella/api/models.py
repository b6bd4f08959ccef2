"""Models by HTTP: list, find, look, verify, and their preview pictures."""

import asyncio
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel

from modella.api.answers import Answer
from modella.core.errors import NotFound
from modella.io.disk import is_regular
from modella.work.hands import Hands
from modella.work.previews import thumb_path
from modella.work.recheck import recheck

router = APIRouter(prefix="/api/models", tags=["models"])

_TYPES = {".webp": "image/webp", ".mp4": "video/mp4", ".webm": "video/webm"}
_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}


class ModelPage(BaseModel):
    """A page of models."""

    items: list[dict[str, Any]]
    total: int
    next: str | None = None


def _hands(request: Request) -> Hands:
    hands: Hands = request.app.state.house.hands
    return hands


@router.get("")
async def list_models(
    request: Request,
    q: Annotated[str, Query(max_length=500)] = "",
    kind: str | None = None,
    family: str | None = None,
    base_model: str | None = None,
    source: str | None = None,
    sort: Literal["added", "name", "size", "updated"] = "added",
    order: Literal["asc", "desc"] | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> Answer[ModelPage]:
    """Models of the library whose record holds all words of `q`."""
    given = {"kind": kind, "family": family, "base_model": base_model, "source": source}
    filters = {name: value for name, value in given.items() if value}
    descending = order == "desc" if order else sort != "name"
    items, total, more = await asyncio.to_thread(
        _hands(request).index.search, q, filters, sort, descending, limit, cursor
    )
    return Answer(data=ModelPage(items=items, total=total, next=more))


@router.get("/{model_id}")
async def get_model(model_id: str, request: Request) -> Answer[dict[str, Any]]:
    """One model's effective record."""
    return Answer(data=await _found(request, model_id))


@router.post("/{model_id}/verify")
async def verify_model(model_id: str, request: Request) -> Answer[dict[str, Any]]:
    """Hashes the model's files again and compares; nothing is deleted."""
    return Answer(data=await asyncio.to_thread(recheck, _hands(request), model_id))


@router.get("/{model_id}/previews/{number}", response_class=FileResponse)
async def get_preview(model_id: str, number: int, request: Request, thumb: bool = False) -> FileResponse:
    """A preview picture or video of a model, counted from 1; `thumb` gives a small picture of it."""
    record = await _found(request, model_id)
    files = [preview["file"] for preview in record.get("previews") or [] if preview.get("file")]
    if not 1 <= number <= len(files):
        raise NotFound("unknown-id", id=f"{model_id}/previews/{number}")
    library = _hands(request).library
    path = library.inside(f"{record['path']}/{Path(files[number - 1]).name}")
    small = thumb_path(library, model_id, path.name)
    if thumb and is_regular(small):
        path = small
    if not is_regular(path) or path.suffix not in _TYPES:
        raise NotFound("unknown-id", id=f"{model_id}/previews/{number}")
    return FileResponse(path, media_type=_TYPES[path.suffix], headers=_FOREVER)


async def _found(request: Request, model_id: str) -> dict[str, Any]:
    record = await asyncio.to_thread(_hands(request).index.get, model_id)
    if record is None:
        raise NotFound("unknown-id", id=model_id[:64])
    return record
