"""A library in a temporary folder, for tests: the real house, a real queue, and a hub that may misbehave."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from modella.core.download import FINISHED, Download, State
from modella.core.events import Event
from modella.demo.hub import Hub
from modella.wiring import House, open_house
from modella.work.queue import Options

T = TypeVar("T")

QUICK = {"retry_pause": 0.02, "stall_timeout": 15.0, "connect_timeout": 10.0, "tries": 4, "space_margin": 1 << 20}


class Place:
    """A home, a library and a hub. `pull` is what `modella pull` does, without the process around it."""

    def __init__(self, folder: Path, hub: Hub, **flags: Any) -> None:
        self.hub = hub
        self.root = folder / "library"
        self.home = folder / "home"
        self.flags = {
            **QUICK,
            "home": self.home,
            "library": self.root,
            "civitai_url": hub.civitai_url,
            "hf_endpoint": hub.huggingface_url,
            "allowed_hosts": hub.allowed_hosts,
            **flags,
        }
        self.env: dict[str, str] = {}
        self.events: list[Event] = []

    def open(self) -> House:
        """Becomes the owner of the library."""
        return open_house(self.flags, self.env)

    def run(self, story: Callable[[House], Coroutine[Any, Any, T]]) -> T:
        """Opens the house, recovers, works while the story is told, and closes."""
        house = self.open()

        async def tell() -> T:
            await house.queue.recover()
            working = asyncio.create_task(house.queue.run())
            listening = asyncio.create_task(self._listen(house))
            try:
                return await asyncio.wait_for(story(house), 60)
            finally:
                working.cancel()
                listening.cancel()
                await asyncio.gather(working, listening, return_exceptions=True)

        try:
            return asyncio.run(tell())
        finally:
            house.close()

    def pull(self, link: str, **options: Any) -> Download:
        """Downloads a link until it is settled; its record."""

        async def story(house: House) -> Download:
            record = await house.queue.add(link, Options(**{"on_duplicate": "skip", **options}))
            return await house.queue.wait_for(record.id)

        return self.run(story)

    def model(self, download: Download) -> dict[str, Any]:
        """`metadata.json` of the model that a download has become."""
        assert download.state is State.done, download.reason
        found = next(p for p in self.records() if json.loads(p.read_text())["id"] == download.model_id)
        return {**json.loads(found.read_text()), "folder": found.parent}

    def records(self) -> list[Path]:
        """Every metadata.json of the library."""
        return [p for p in self.root.rglob("metadata.json") if ".modella" not in p.parts]

    def leftovers(self) -> list[str]:
        """What lies in the library beside the control folder and the index: nothing, when a download has failed."""
        kept = (p.relative_to(self.root) for p in self.root.rglob("*") if ".modella" not in p.parts)
        return sorted(str(p) for p in kept if not str(p).startswith("models.db"))

    def staging(self) -> list[str]:
        """Files below `.modella/incoming`."""
        folder = self.root / ".modella" / "incoming"
        return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())

    async def _listen(self, house: House) -> None:
        async for event in house.hands.bus.listen():
            self.events.append(event)


async def until(house: House, download: str, *states: State) -> Download:
    """Waits until a download is in one of the states, or finished."""
    while True:
        record = await house.queue.get(download)
        if record.state in states or record.state in FINISHED:
            return record
        await asyncio.sleep(0.01)


async def eventually(what: Callable[[], object], seconds: float = 30.0) -> None:
    """Waits until a question is answered with something true."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)
