"""Models by HTTP: list, find, look, verify, and their preview pictures."""

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse, Response

from modella.api.answers import REFUSALS_OF_FILES, Answer
from modella.api.asked import check_parameters, hands_of
from modella.api.finding import Asked
from modella.api.record_shapes import Checked, described
from modella.api.shapes import RECORD, ModelIds, ModelPage
from modella.core.errors import BadLink
from modella.io.store.search import Page
from modella.work.edit import look_closely
from modella.work.recheck import recheck
from modella.work.shown_previews import preview_file

router = APIRouter(prefix="/api/models", tags=["models"])

_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
_FOR_NOW = {"Cache-Control": "private, max-age=60"}
"""Pictures beside adopted files may be replaced by whoever put them there."""


@router.get("", response_model=Answer[ModelPage], dependencies=[Depends(check_parameters)])
async def list_models(
    request: Request,
    asked: Annotated[Asked, Depends()],
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
    offset: Annotated[
        int | None, Query(ge=0, le=1 << 31, description="Begins behind so many models, in place of `cursor`.")
    ] = None,
    facets: bool = True,
) -> Response:
    """Models that hold all words of `q` and have the values asked for; `!value` leaves out, `a|b` takes either.

    `facets` come with the first page. `next` is the cursor of the page that follows. `offset` begins anywhere, in every
    order; it has no `cursor` beside it. `id_end` finds models by the last letters of their ids, whatever else is asked.
    """
    if cursor and offset is not None:
        raise BadLink("bad-value", name="offset", value=str(offset), reason="say either offset or cursor")
    index = hands_of(request).index
    if asked.id_end:
        found = await asyncio.to_thread(index.ending, asked.id_end)
        return Response(_joined(Page(found, len(found), None, None, {})), media_type="application/json")
    wanted = (asked.query, asked.sort, asked.descending, limit, cursor, facets, offset or 0)
    page = await asyncio.to_thread(index.find, *wanted)
    return Response(_joined(page), media_type="application/json")


@router.get("/ids", response_model=Answer[ModelIds], dependencies=[Depends(check_parameters)])
async def list_model_ids(request: Request, asked: Annotated[Asked, Depends()]) -> Response:
    """The id of every model that `GET /api/models` would list for the same question, in the same order."""
    index = hands_of(request).index
    if asked.id_end:
        ids = [json.loads(each)["id"] for each in await asyncio.to_thread(index.ending, asked.id_end)]
    else:
        ids = await asyncio.to_thread(index.find_ids, asked.query, asked.sort, asked.descending)
    told = json.dumps({"success": True, "data": {"ids": ids, "total": len(ids)}}, separators=(",", ":"))
    return Response(told, media_type="application/json")


def _joined(page: Page) -> str:
    """The answer put together from summaries that are JSON already: parsing them would cost more than finding them."""
    rest = {"total": page.total, "next": page.next, "facets": page.facets, "meant": page.meant}
    told = json.dumps(rest, ensure_ascii=False)
    return f'{{"success": true, "data": {{"items": [{", ".join(page.items)}], {told[1:]}}}'


@router.get("/{model_id}", responses=RECORD)
async def get_model(model_id: str, request: Request) -> Answer[dict[str, Any]]:
    """One model's effective record; `fields` tells where each value is from and what else was said."""
    return Answer(data=await asyncio.to_thread(look_closely, hands_of(request), model_id))


@router.post("/{model_id}/verify", responses=described(Checked))
async def verify_model(model_id: str, request: Request) -> Answer[dict[str, Any]]:
    """Hashes the model's files again and compares; nothing is deleted."""
    return Answer(data=await asyncio.to_thread(recheck, hands_of(request), model_id))


@router.get("/{model_id}/previews/{number}", response_class=FileResponse, responses=REFUSALS_OF_FILES)
async def get_preview(model_id: str, number: int, request: Request, thumb: bool = False) -> FileResponse:
    """A preview picture or video of a model, counted from 1; `thumb` gives a small picture of it."""
    shown = await asyncio.to_thread(preview_file, hands_of(request), model_id, number, thumb=thumb)
    return FileResponse(shown.path, media_type=shown.media_type, headers=_FOREVER if shown.is_ours else _FOR_NOW)
