"""Workflows by HTTP: which models one names, which of them are missing, and all of those queued in one go."""

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from modella.api.answers import Answer
from modella.api.asked import Wish, check_parameters, hands_of
from modella.api.downloads import Queued, Several, queued
from modella.api.guard import WORKFLOW, WORKFLOW_BODY
from modella.core.errors import BadContent
from modella.core.workflow import read
from modella.work.hands import Hands
from modella.work.queue import Queue
from modella.work.workflows import Compared, compare, read_file

router = APIRouter(tags=["workflows"])
_MOST_AT_ONCE = 500


class WorkflowIn(Wish):
    """A workflow as JSON: of the screen's format or the API's, or the text that pictures of A1111 carry."""

    workflow: dict[str, Any] | str


_RAW = {"schema": {"type": "string", "format": "binary"}}
_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": WorkflowIn.model_json_schema()},
        "application/octet-stream": _RAW,
    },
}


@router.post(WORKFLOW, openapi_extra={"requestBody": _BODY}, dependencies=[Depends(check_parameters)])
async def missing_models(
    request: Request,
    search: Annotated[
        bool, Query(description="Asks the sources for what is missing; without, it answers at once")
    ] = True,
) -> Answer[Compared]:
    """What a workflow names, and what of it is in the library, on its way, or missing with where to get it.

    The body is `{"workflow": ...}`, or the bytes of a file: the workflow's JSON, or a picture, video or sound that was
    made with it. At most 64 MiB.
    """
    is_json = (request.headers.get("content-type") or "").lower().startswith("application/json")
    content = await _received(request)
    return Answer(data=await asyncio.to_thread(_compared, hands_of(request), content, is_json=is_json, search=search))


@router.post("/api/workflows/pull", status_code=202)
async def pull_models(wish: Several, request: Request) -> Answer[list[Queued]]:
    """Puts the chosen offers into the queue, and tells of each what became of it."""
    queue: Queue = request.app.state.house.queue
    return Answer(data=[await queued(queue, each, wish) for each in wish.items])


def _compared(hands: Hands, content: bytes, *, is_json: bool, search: bool) -> Compared:
    workflow = read({"": _asked(content).workflow}) if is_json else read_file(content)
    return compare(hands, workflow, search=search)


def _asked(content: bytes) -> WorkflowIn:
    """The body, read as every other JSON body is."""
    try:
        return WorkflowIn.model_validate(json.loads(content))
    except ValidationError as problem:
        errors = [{**each, "loc": ("body", *each["loc"])} for each in problem.errors()]
        raise RequestValidationError(errors) from None
    except (ValueError, RecursionError):
        raise BadContent("not-a-workflow") from None


async def _received(request: Request) -> bytes:
    gathered = bytearray()
    async for block in request.stream():
        gathered += block
        if len(gathered) > WORKFLOW_BODY:
            raise BadContent("workflow-too-large", size=len(gathered), limit=WORKFLOW_BODY)
    return bytes(gathered)
