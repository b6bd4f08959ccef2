"""At the wrong moment: a stop at the finish, a step that breaks, a clock that jumps, a disk that fails."""

import asyncio
import errno
import os
import random
import resource
from datetime import datetime, timedelta
from typing import Any

import pytest

from modella.core.download import FINISHED, Download, State
from modella.io import disk
from modella.wiring import House
from modella.work import download, hands, recheck
from modella.work.queue import Options
from tests.place import Place, until

MIB = 1024 * 1024


def check_promises(place: Place) -> None:
    """What must be true after any fault: no half files, no rubbish, every unfinished folder has its download."""
    for record in place.records():
        assert record.stat().st_size > 0
    assert not list(place.root.rglob("*.tmp"))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("verb", ["pause", "cancel"])
def test_a_stop_near_the_finish_has_one_clean_outcome(place: Place, seed: int, verb: str) -> None:
    print("seed", seed)
    pause = random.Random(seed).uniform(0.0, 0.25)

    async def story(house: House) -> Download:
        record = await house.queue.add(place.hub.example("lora"), Options())
        await asyncio.sleep(pause)
        stopped = await (house.queue.pause if verb == "pause" else house.queue.cancel)(record.id)
        assert stopped.state in {State.done, State.paused, State.cancelled}
        return stopped

    ended = place.run(story)
    if ended.state is State.done:
        assert len(place.records()) == 1
    else:
        assert place.leftovers() == []
    if ended.state is State.cancelled:
        assert place.staging() == []
    check_promises(place)


def test_a_step_that_breaks_ends_the_download_with_a_number_for_the_log(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("secret detail https://example.org/?token=canary-12345678")

    monkeypatch.setattr(download, "admit", broken)
    ended = place.pull(place.hub.example("lora"))
    assert ended.state is State.failed
    assert ended.reason is not None
    assert (ended.reason.code, len(ended.reason.facts["error_id"])) == ("internal", 8)
    log = (place.home / "logs" / "modella.log").read_text()
    assert ended.reason.facts["error_id"] in log
    assert "canary-12345678" not in log
    monkeypatch.undo()

    async def story(house: House) -> Download:
        await house.queue.retry(ended.id)
        return await until(house, ended.id, State.done)

    assert place.run(story).state is State.done


def test_a_jump_of_the_clock_changes_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    jumps = iter([timedelta(days=1), timedelta(hours=-2), timedelta(days=-20000), timedelta(days=4000)] * 100)

    class Jumping(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.fromisoformat("2026-06-01T00:00:00+00:00") + next(jumps)

    monkeypatch.setattr(hands, "datetime", Jumping)

    async def story(house: House) -> list[State]:
        ids = [(await house.queue.add(place.hub.example(t), Options())).id for t in ("lora", "checkpoint", "hf-lora")]
        return [(await until(house, each, State.done)).state for each in ids]

    assert place.run(story) == [State.done] * 3


def test_a_disk_that_cannot_write_stops_the_download_without_trying_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any) -> int:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(disk.os, "pwrite", failing)
    ended = place.pull(place.hub.example("direct"))
    assert (ended.state, ended.reason.code if ended.reason else "") == (State.failed, "disk-error")
    monkeypatch.undo()
    check_promises(place)
    assert place.leftovers() == []


def test_a_disk_that_cannot_be_read_is_not_called_damage(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    done = place.pull(place.hub.example("lora"))
    real = os.pread

    def failing(handle: int, size: int, offset: int) -> bytes:
        if offset > 1000:
            raise OSError(errno.EIO, "Input/output error")
        return real(handle, min(size, 2000), offset)

    async def story(house: House) -> dict[str, Any]:
        monkeypatch.setattr(disk.os, "pread", failing)
        return await asyncio.to_thread(admit_recheck, house, done.model_id or "")

    result = place.run(story)
    assert result["files"][0]["state"] == "unreachable"
    monkeypatch.undo()
    assert place.model(done)["files"][0]["verified"]["state"] == "verified"


def admit_recheck(house: House, model: str) -> dict[str, Any]:
    """Verifies a model again."""
    return recheck.recheck(house.hands, model)


def test_few_open_files_slow_a_download_but_do_not_break_it(place: Place) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def story(house: House) -> Download:
        used = len(os.listdir("/proc/self/fd"))
        resource.setrlimit(resource.RLIMIT_NOFILE, (used + 6, hard))
        try:
            record = await house.queue.add(f"{place.hub.files_url}/files/virtual-24m.bin", Options())
            return await until(house, record.id, State.done)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    ended = place.run(story)
    assert ended.state in FINISHED
    if ended.state is State.failed:
        assert ended.reason is not None
        assert ended.reason.code in {
            "too-many-open-files",
            "connection-lost",
            "name-not-resolved",
            "connection-refused",
        }
        assert place.leftovers() == []


def test_many_downloads_at_once_all_end_whole(place: Place) -> None:
    place.hub.misbehave("files:/files/*", "reset-after:700000", times=5)

    async def story(house: House) -> list[Download]:
        links = [f"{place.hub.files_url}/files/virtual-{n}m.bin?seed={n}" for n in range(1, 9)]
        added = [await house.queue.add(link, Options()) for link in links]
        return [await until(house, each.id, State.done) for each in added]

    ended = place.run(story)
    assert [d.state for d in ended] == [State.done] * 8, [d.reason for d in ended]
    assert sorted(p.stat().st_size for p in place.root.rglob("*.bin")) == [n * MIB for n in range(1, 9)]
    assert len({d.model_id for d in ended}) == 8


def test_the_same_content_from_two_links_at_once_is_kept_once_or_twice_but_whole(place: Place) -> None:
    async def story(house: House) -> list[Download]:
        options = Options(on_duplicate="skip")
        one = await house.queue.add(place.hub.example("duplicate"), options)
        two = await house.queue.add(place.hub.example("duplicate-again"), options)
        return [await until(house, one.id, State.done), await until(house, two.id, State.done)]

    ended = place.run(story)
    assert [d.state for d in ended] == [State.done] * 2
    assert 1 <= len(place.records()) <= 2
    check_promises(place)
