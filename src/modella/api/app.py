"""The server: every router, the guard around them, and the queue that works while it lives."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from fastapi import FastAPI
from fastapi.routing import APIRoute

from modella import __version__
from modella.api import (
    about,
    apps,
    attention,
    backups,
    browse,
    changes,
    downloads,
    events,
    families,
    health,
    languages,
    library,
    lists,
    models,
    pages,
    registry,
    settings,
    tree,
    upload,
    usage,
    web,
    workflows,
)
from modella.api.answers import REFUSALS, answer_errors
from modella.api.guard import Guard
from modella.wiring import House
from modella.work.autolink import AutoLinker
from modella.work.tend import Caretaker
from modella.work.uploading import resume_uploads

ROOMS = (
    about,
    families,
    downloads,
    changes,
    library,
    registry,
    upload,
    models,
    lists,
    apps,
    workflows,
    browse,
    attention,
    tree,
    usage,
    settings,
    backups,
    languages,
    events,
    health,
    pages,
    web,
)
"""In the order in which they are asked whether a path is theirs."""


def make_app(
    house: House, *, names: Sequence[str] = (), examples: Sequence[tuple[str, str, str]] = (), tends: bool = False
) -> FastAPI:
    """The ASGI app of one house. `names` are host names it may be addressed by; `examples` what to try
    in a demo: a name for each, what it shows, and the link.

    With `tends` the roots are looked at from the start on, watched and hashed in the background.
    """

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await house.queue.recover()
        await asyncio.to_thread(resume_uploads, house.hands, imports=tends)
        running = asyncio.create_task(house.queue.run())
        caretaker, linker = Caretaker(house.hands), AutoLinker(house.hands, looks_first=tends)
        linker.start()
        if tends:
            await asyncio.to_thread(caretaker.start)
        try:
            yield
        finally:
            running.cancel()
            await asyncio.to_thread(caretaker.stop)
            await asyncio.to_thread(linker.stop)
            await asyncio.to_thread(house.hands.tasks.close)
            await asyncio.gather(running, return_exceptions=True)

    app = FastAPI(
        title="Modella",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        responses=REFUSALS,
        generate_unique_id_function=_operation_id,
    )
    app.state.house = house
    app.state.examples = list(examples)
    app.include_router(apps.of_models)
    for room in ROOMS:
        app.include_router(room.router)
    answer_errors(app)
    app.add_middleware(Guard, names=names)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name
