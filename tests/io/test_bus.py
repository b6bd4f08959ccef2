"""The event stream: numbered, caught up with, and never held up by a slow listener."""

import asyncio

from modella.core.events import DownloadRemoved, Event
from modella.io.bus import KEPT, QUEUE_LIMIT, Bus


async def _take(bus: Bus, count: int, since: int | None = None, tell: int = 0) -> list[Event]:
    async def taking() -> list[Event]:
        seen: list[Event] = []
        async for event in bus.listen(since):
            seen.append(event)
            if len(seen) == count:
                break
        return seen

    task = asyncio.create_task(taking())
    await asyncio.sleep(0)
    for number in range(tell):
        bus.tell(DownloadRemoved(id=f"live-{number}"))
    return await asyncio.wait_for(task, 5)


def test_events_are_numbered_in_the_order_they_are_told() -> None:
    seen = asyncio.run(_take(Bus(), 3, tell=3))
    assert [event.seq for event in seen] == [1, 2, 3]
    assert all(event.at for event in seen)


def test_a_latecomer_gets_what_it_missed() -> None:
    bus = Bus()
    for number in range(5):
        bus.tell(DownloadRemoved(id=str(number)))
    seen = asyncio.run(_take(bus, 3, since=3, tell=1))
    assert [event.seq for event in seen] == [4, 5, 6]


def test_who_missed_too_much_is_told_to_read_again() -> None:
    bus = Bus()
    for number in range(KEPT + 10):
        bus.tell(DownloadRemoved(id=str(number)))
    assert asyncio.run(_take(bus, 1, since=1))[0].type == "resync"
    assert asyncio.run(_take(bus, 1, since=KEPT + 999))[0].type == "resync"


def test_a_slow_listener_is_resynchronised_and_memory_is_bounded() -> None:
    async def story() -> list[str]:
        bus = Bus()
        stream = bus.listen()
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        for number in range(QUEUE_LIMIT * 3 + 5):
            bus.tell(DownloadRemoved(id=str(number)))
        seen = [(await first).type]
        seen.append((await anext(stream)).type)
        await stream.aclose()  # type: ignore[attr-defined]
        return seen

    assert "resync" in asyncio.run(story())
