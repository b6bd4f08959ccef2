"""Live events by WebSocket: one numbered stream for everything, and one per download."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from modella.core.download import FINISHED, view
from modella.core.errors import ModellaError
from modella.core.events import DownloadChanged, DownloadProgress, DownloadRemoved, Event

router = APIRouter()


@router.websocket("/ws/events")
async def all_events(socket: WebSocket, since: int | None = None) -> None:
    """Every event; with `since=N` first those after number N that are still kept, else a `resync`."""
    await socket.accept()
    await _send(socket, socket.app.state.house.hands.bus.listen(since))


@router.websocket("/ws/downloads/{download_id}")
async def download_events(socket: WebSocket, download_id: str) -> None:
    """The events of one download, its present state first; closes when it is finished."""
    house = socket.app.state.house
    await socket.accept()
    stream = house.hands.bus.listen(house.hands.bus.seq)
    try:
        record = await house.queue.get(download_id)
    except ModellaError:
        await socket.close(4404, "unknown download")
        return
    await socket.send_text(DownloadChanged(seq=house.hands.bus.seq, download=view(record)).model_dump_json())
    if record.state in FINISHED:
        await socket.close()
        return
    await _send(socket, _of(stream, download_id))


async def _of(stream: AsyncIterator[Event], download_id: str) -> AsyncIterator[Event]:
    async for event in stream:
        if isinstance(event, (DownloadProgress, DownloadRemoved)) and event.id == download_id:
            yield event
        elif isinstance(event, DownloadChanged) and event.download.id == download_id:
            yield event
            if event.download.state in FINISHED:
                return


async def _send(socket: WebSocket, stream: AsyncIterator[Event]) -> None:
    """Sends events until they end or the listener has gone."""

    async def sending() -> None:
        async for event in stream:
            await socket.send_text(event.model_dump_json())
        await socket.close()

    task = asyncio.create_task(sending())
    leaving = asyncio.create_task(_until_gone(socket))
    _, pending = await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
    for each in pending:
        each.cancel()
    await asyncio.gather(task, leaving, return_exceptions=True)


async def _until_gone(socket: WebSocket) -> None:
    try:
        while True:
            await socket.receive_text()
    except (WebSocketDisconnect, RuntimeError, KeyError):
        return
