"""A file sent over the wire, by HTTP: its bytes go straight to the disk, and then it is imported."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.requests import ClientDisconnect

from modella.api.answers import Answer
from modella.api.asked import check_parameters, hands_of
from modella.api.guard import UPLOAD
from modella.core.errors import Failed
from modella.core.events import TaskView
from modella.work.uploading import Upload

router = APIRouter(tags=["changes"])
_BLOCK = 4 * 1024 * 1024
"""Bytes that are gathered before they are written."""
_BODY = {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


@router.post(UPLOAD, status_code=202, openapi_extra={"requestBody": _BODY}, dependencies=[Depends(check_parameters)])
async def upload_model(
    request: Request,
    name: Annotated[str, Query(min_length=1, max_length=1024, description="The file's name, with its ending")],
    duplicates: Annotated[bool, Query(description="Takes it in though the library has its content")] = False,
) -> Answer[TaskView]:
    """Takes the bytes of one model file as they are; the task that imports it tells the rest, as of a moved file.

    Of any size, unless the setting `upload_limit` says otherwise. An upload that breaks off leaves nothing behind.
    """
    told = request.headers.get("content-length")
    upload = await asyncio.to_thread(Upload, hands_of(request), name, int(told) if told else None)
    try:
        await _receive(request, upload)
        await asyncio.to_thread(upload.finish)
    except ClientDisconnect:
        await asyncio.to_thread(upload.drop)
        raise Failed("cancelled") from None
    except BaseException:
        await asyncio.shield(asyncio.to_thread(upload.drop))
        raise
    return Answer(data=upload.begin_import(duplicates=duplicates))


async def _receive(request: Request, upload: Upload) -> None:
    gathered = bytearray()
    async for block in request.stream():
        gathered += block
        if len(gathered) >= _BLOCK:
            await asyncio.to_thread(upload.take, bytes(gathered))
            gathered.clear()
    if gathered:
        await asyncio.to_thread(upload.take, bytes(gathered))
