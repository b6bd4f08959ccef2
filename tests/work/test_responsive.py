"""The event loop goes on while folders are scanned, hashed and searched."""

import asyncio
import json
import os
import struct
import time
from pathlib import Path

import pytest

from modella.core.query import read_query
from modella.wiring import House, open_house
from modella.work.hashwave import hash_all
from modella.work.scan import begin_scan
from modella.work.tasks import Task

LONGEST = 0.05


@pytest.fixture
def house(tmp_path: Path):  # type: ignore[no-untyped-def]
    opened = open_house({"home": tmp_path / "home", "library": tmp_path / "library"}, {})
    yield opened
    opened.close()


def fill(folder: Path, count: int) -> None:
    """Small LoRAs, and one checkpoint whose header is as large as headers get."""
    folder.mkdir()
    for number in range(count):
        write(folder / f"{number}.safetensors", 60, number)
    write(folder / "huge.safetensors", 60_000, 0)


def write(path: Path, tensors: int, seed: int) -> None:
    layers = {
        f"lora_unet_down_blocks_{n}_attn1_to_q.lora_{way}.weight": {
            "dtype": "F16",
            "shape": [2, 2],
            "data_offsets": [0, 0],
        }
        for n in range(tensors)
        for way in ("down", "up")
    }
    at = 0
    for entry in layers.values():
        entry["data_offsets"] = [at, at + 8]
        at += 8
    header = json.dumps({"__metadata__": {"seed": str(seed)}, **layers}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(at))
    os.utime(path, (1_700_000_000, 1_700_000_000))


async def lateness(stop: asyncio.Event) -> list[float]:
    """By how much the loop was late, time after time."""
    late = []
    while not stop.is_set():
        before = time.perf_counter()
        await asyncio.sleep(0.005)
        late.append(time.perf_counter() - before - 0.005)
    return late


def test_the_loop_is_never_kept_waiting_by_a_scan(house: House, tmp_path: Path) -> None:
    fill(tmp_path / "have", 500)

    async def story() -> list[float]:
        stop = asyncio.Event()
        watching = asyncio.create_task(lateness(stop))
        task = await asyncio.to_thread(begin_scan, house.hands, [tmp_path / "have"])
        while not task.finished.is_set():
            await asyncio.to_thread(house.hands.index.find, read_query("lora"), facets=True)
        await asyncio.to_thread(hash_all, house.hands, Task("t", "hash", house.hands.bus))
        stop.set()
        return await watching

    late = sorted(asyncio.run(story()))
    assert house.hands.index.count() == 501
    # A busy machine may take the processor away from everybody; what we do to ourselves happens again and again.
    blocked = [each for each in late if each > LONGEST]
    assert len(blocked) <= max(3, len(late) // 200), blocked[-10:]
