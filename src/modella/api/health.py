"""Whether the server lives, is ready, and how much it does: for supervisors and dashboards."""

import asyncio
from collections import Counter

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from modella import __version__
from modella.api.answers import REFUSALS_OF_FILES, Answer
from modella.api.asked import hands_of

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> Answer[dict[str, str]]:
    """The process lives."""
    return Answer(data={"version": __version__})


@router.get("/readyz")
async def readyz(request: Request) -> Answer[dict[str, str]]:
    """The library is there and the databases answer; an error says what is not."""
    hands = hands_of(request)
    await asyncio.to_thread(hands.library.check_present, hands.library_id)
    await asyncio.to_thread(hands.store.settings)
    return Answer(data={"library": hands.library_id})


@router.get("/metrics", response_class=PlainTextResponse, responses=REFUSALS_OF_FILES)
async def metrics(request: Request) -> PlainTextResponse:
    """Counts in the text format of Prometheus."""
    house = request.app.state.house
    counted = Counter(record.state.value for record in await house.queue.downloads(limit=100_000))
    models = await asyncio.to_thread(house.hands.index.count)
    lines = ["# TYPE modella_downloads gauge"]
    lines += [f'modella_downloads{{state="{state}"}} {count}' for state, count in sorted(counted.items())]
    lines += ["# TYPE modella_models gauge", f"modella_models {models}"]
    lines += ["# TYPE modella_events_total counter", f"modella_events_total {house.hands.bus.seq}"]
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")
