"""Models by HTTP: list, find, look, verify, and their preview pictures."""

import asyncio
import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse, Response

from modella.api.answers import REFUSALS_OF_FILES, Answer
from modella.api.asked import check_parameters, hands_of
from modella.api.shapes import RECORD, ModelPage
from modella.core.query import Sort, read_query
from modella.io.store.search import Page
from modella.work.edit import look_closely
from modella.work.recheck import recheck
from modella.work.shown_previews import preview_file

router = APIRouter(prefix="/api/models", tags=["models"])

Values = Annotated[tuple[str, ...], Query()]
_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
_FOR_NOW = {"Cache-Control": "private, max-age=60"}
"""Pictures beside adopted files may be replaced by whoever put them there."""


@router.get("", response_model=Answer[ModelPage], dependencies=[Depends(check_parameters)])
async def list_models(
    request: Request,
    q: Annotated[
        str, Query(max_length=500, description="Words, and rules such as `kind:lora -tag:photo size:>2gb`.")
    ] = "",
    kind: Values = (),
    family: Values = (),
    base_model: Values = (),
    tag: Values = (),
    list_: Annotated[tuple[str, ...], Query(alias="list")] = (),
    source: Values = (),
    state: Values = (),
    creator: Values = (),
    file_format: Annotated[tuple[str, ...], Query(alias="format")] = (),
    precision: Values = (),
    nsfw: Values = (),
    license_: Annotated[tuple[str, ...], Query(alias="license")] = (),
    root: Values = (),
    trust: Values = (),
    rating: Values = (),
    favorite: Values = (),
    size: Values = (),
    added_at: Values = (),
    id_end: Annotated[str | None, Query(min_length=4, max_length=26, pattern="^[0-9a-z]+$")] = None,
    sort: Sort = "added",
    order: Literal["asc", "desc"] | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
    facets: bool = True,
) -> Response:
    """Models that hold all words of `q` and have the values asked for; `!value` leaves out, `a|b` takes either.

    `facets` come with the first page. `next` is the cursor of the page that follows. `id_end` finds models by the last
    letters of their ids, whatever else is asked.
    """
    if id_end:
        found = await asyncio.to_thread(hands_of(request).index.ending, id_end)
        return Response(_joined(Page(found, len(found), None, None, {})), media_type="application/json")
    given = {"kind": kind, "family": family, "base_model": base_model, "tag": tag, "list": list_, "source": source}
    given |= {"state": state, "creator": creator, "format": file_format, "precision": precision, "nsfw": nsfw}
    given |= {"license": license_, "root": root, "trust": trust, "rating": rating, "favorite": favorite}
    query = read_query(q, {**given, "size": size, "added_at": added_at})
    descending = order == "desc" if order else sort != "name"
    page = await asyncio.to_thread(hands_of(request).index.find, query, sort, descending, limit, cursor, facets)
    return Response(_joined(page), media_type="application/json")


def _joined(page: Page) -> str:
    """The answer put together from summaries that are JSON already: parsing them would cost more than finding them."""
    rest = {"total": page.total, "next": page.next, "facets": page.facets, "meant": page.meant}
    told = json.dumps(rest, ensure_ascii=False)
    return f'{{"success": true, "data": {{"items": [{", ".join(page.items)}], {told[1:]}}}'


@router.get("/{model_id}", responses=RECORD)
async def get_model(model_id: str, request: Request) -> Answer[dict[str, Any]]:
    """One model's effective record; `fields` tells where each value is from and what else was said."""
    return Answer(data=await asyncio.to_thread(look_closely, hands_of(request), model_id))


@router.post("/{model_id}/verify")
async def verify_model(model_id: str, request: Request) -> Answer[dict[str, Any]]:
    """Hashes the model's files again and compares; nothing is deleted."""
    return Answer(data=await asyncio.to_thread(recheck, hands_of(request), model_id))


@router.get("/{model_id}/previews/{number}", response_class=FileResponse, responses=REFUSALS_OF_FILES)
async def get_preview(model_id: str, number: int, request: Request, thumb: bool = False) -> FileResponse:
    """A preview picture or video of a model, counted from 1; `thumb` gives a small picture of it."""
    shown = await asyncio.to_thread(preview_file, hands_of(request), model_id, number, thumb=thumb)
    return FileResponse(shown.path, media_type=shown.media_type, headers=_FOREVER if shown.is_ours else _FOR_NOW)
