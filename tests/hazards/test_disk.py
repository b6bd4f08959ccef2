"""Full, read-only, gone: what the disk may do to a download. Small real file systems, mounted for the test."""

import asyncio
import ctypes
import errno
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from modella.core.download import Download, State
from modella.core.errors import Conflict, DiskTrouble, ModellaError, NoSpace
from modella.demo.hub import Hub
from modella.io import disk
from modella.wiring import House
from modella.work import queue
from modella.work.queue import Options
from tests.mounts import mounted
from tests.place import Place, until

MIB = 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MiB."""
    yield from mounted(tmp_path / "small", "size=64m")


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """Another file system."""
    yield from mounted(tmp_path / "other", "size=64m")


def test_too_little_space_is_said_before_the_first_byte(small_disk: Path, hub: Hub) -> None:
    place = Place(small_disk, hub)
    ended = place.pull(hub.example("direct-big"))
    assert (ended.state, ended.reason.code if ended.reason else "") == (State.waiting, "no-space")
    assert ended.reason is not None
    assert int(ended.reason.facts["short"]) > 100 * MIB
    assert sum(r.sent for r in hub.files_origin.requests) < MIB
    assert place.leftovers() == []


def test_a_disk_that_fills_up_makes_the_download_wait_and_go_on_by_itself(small_disk: Path, hub: Hub) -> None:
    place = Place(small_disk, hub)
    hub.misbehave("files:/files/*", "no-length", times=None)
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"\0" * 30 * MIB)
    link = f"{hub.files_url}/files/virtual-40m.bin"

    async def story(house: House) -> Download:
        record = await house.queue.add(link, Options())
        waiting = await until(house, record.id, State.waiting)
        assert waiting.reason is not None, waiting.state
        assert waiting.reason.code == "no-space"
        hub.behave()
        ballast.unlink()
        return await until(house, record.id, State.done)

    ended = place.run(story)
    assert ended.state is State.done, ended.reason
    assert place.model(ended)["files"][0]["size"] == 40 * MIB


def test_a_library_without_its_drive_is_offline_not_empty(small_disk: Path, tmp_path: Path, hub: Hub) -> None:
    place = Place(tmp_path, hub, library=small_disk / "library")
    place.root = small_disk / "library"
    place.pull(hub.example("lora"))

    def unplug() -> None:
        subprocess.run(["umount", "-l", str(small_disk)], check=True)
        (small_disk / "library").mkdir()

    async def story(house: House) -> str:
        await asyncio.to_thread(unplug)
        try:
            await house.queue.add(hub.example("checkpoint"), Options())
        except DiskTrouble as problem:
            return problem.code
        return "accepted"

    assert place.run(story) == "root-offline"
    assert list((small_disk / "library").iterdir()) == []


def test_a_disk_that_becomes_read_only_makes_the_download_wait(
    place: Place, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, state = os.pwrite, {"read-only": True, "written": 0}

    def write(handle: int, content: bytes, offset: int) -> int:
        if state["read-only"] and state["written"] > 4 * MIB:
            raise OSError(errno.EROFS, "Read-only file system")
        state["written"] += len(content)
        return real(handle, content, offset)

    monkeypatch.setattr(disk.os, "pwrite", write)
    monkeypatch.setattr(queue, "is_writable", lambda _: not state["read-only"])

    async def story(house: House) -> Download:
        record = await house.queue.add(f"{hub.files_url}/files/virtual-32m.bin", Options())
        waiting = await until(house, record.id, State.waiting)
        assert waiting.reason is not None, waiting.state
        assert waiting.reason.code == "read-only"
        while True:  # the origin may note late what was asked before
            asked = len(hub.files_origin.requests)
            await asyncio.sleep(1.2)
            if len(hub.files_origin.requests) == asked:
                break
        state["read-only"] = False
        return await until(house, record.id, State.done)

    ended = place.run(story)
    assert ended.state is State.done, ended.reason


def test_a_model_on_another_disk_is_copied_and_the_source_goes_last(small_disk: Path, other_disk: Path) -> None:
    source, target = small_disk / "0.part", other_disk / "model.safetensors"
    source.write_bytes(b"weights" * 1000)
    disk.publish(source, target)
    assert target.read_bytes() == b"weights" * 1000
    assert not source.exists()
    assert sorted(p.name for p in other_disk.iterdir()) == ["model.safetensors"]


def test_publishing_never_replaces_what_has_the_name(tmp_path: Path) -> None:
    source, target = tmp_path / "0.part", tmp_path / "mine.safetensors"
    source.write_bytes(b"new")
    target.write_bytes(b"somebody else's")
    with pytest.raises(Conflict):
        disk.publish(source, target)
    assert target.read_bytes() == b"somebody else's"
    assert source.read_bytes() == b"new"


def test_a_file_system_without_rename_flags_still_never_replaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Old:
        """A C library from before the flag."""

    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Old())
    source, target = tmp_path / "0.part", tmp_path / "mine.safetensors"
    source.write_bytes(b"new")
    target.write_bytes(b"old")
    with pytest.raises(Conflict):
        disk.publish(source, target)
    target.unlink()
    disk.publish(source, target)
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("failing", ["write", "fsync", "replace"])
def test_a_small_file_is_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    path = tmp_path / "overrides.json"
    disk.write_json(path, {"note": "mine"})

    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk.os, failing, full)
    with pytest.raises(NoSpace):
        disk.write_json(path, {"note": "x" * 10_000})
    monkeypatch.undo()
    assert json.loads(path.read_text()) == {"note": "mine"}
    assert [p.name for p in tmp_path.iterdir()] == ["overrides.json"]


def test_a_failed_flush_is_not_believed_and_nothing_is_published(
    place: Place, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failed = os.fdatasync, []

    def once(handle: int) -> None:
        if not failed:
            failed.append(handle)
            raise OSError(5, "Input/output error")
        real(handle)

    monkeypatch.setattr(disk.os, "fdatasync", once)
    ended = place.pull(f"{hub.files_url}/files/virtual-8m.bin")
    assert (ended.state, ended.reason.code if ended.reason else "") == (State.failed, "flush-failed")
    assert place.leftovers() == []
    assert all(part.durable == [] for part in ended.parts)


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 4096, b"SQLite format 3\0" + b"\xff" * 5000, b"not a database at all" * 99]
)
def test_a_broken_database_is_moved_aside_and_the_library_is_whole(place: Place, hub: Hub, content: bytes) -> None:
    done = place.pull(hub.example("lora"))
    for name in (place.root / "models.db", place.home / "modella.db"):
        for suffix in ("-wal", "-shm"):
            name.with_name(name.name + suffix).unlink(missing_ok=True)
        name.write_bytes(content)
    house = place.open()
    try:
        assert house.hands.index.get(done.model_id or "") is not None
    finally:
        house.close()


def test_a_record_that_cannot_be_read_is_kept_and_shown(place: Place, hub: Hub) -> None:
    folder = place.root / ".modella" / "incoming" / "01broken"
    house = place.open()
    house.close()
    folder.mkdir(parents=True)
    (folder / "state.json").write_text("{half")
    (folder / "0.part").write_bytes(b"bytes somebody may want")

    async def story(house: House) -> int:
        return len(await house.queue.downloads())

    assert place.run(story) == 0
    kept = list((place.root / ".modella" / "incoming" / ".lost").rglob("0.part"))
    assert [p.read_bytes() for p in kept] == [b"bytes somebody may want"]


def test_files_of_others_in_a_models_folder_stay(place: Place, hub: Hub) -> None:
    model = place.model(place.pull(hub.example("lora")))
    foreign = model["folder"] / "my notes.txt"
    foreign.write_text("keep me")
    place.pull(hub.example("lora"), on_duplicate="overwrite")
    assert foreign.read_text() == "keep me"


def test_a_second_owner_is_told_who_the_first_is(place: Place) -> None:
    house = place.open()
    try:
        with pytest.raises(Conflict) as refused:
            place.open()
        assert refused.value.code == "library-in-use"
        assert refused.value.facts["pid"] == os.getpid()
    finally:
        house.close()


def test_every_error_of_the_system_has_a_class(tmp_path: Path) -> None:
    for number in (28, 122, 27, 5, 30, 13, 36, 24, 116, 16, 99):
        with pytest.raises(ModellaError), disk.disk_errors(tmp_path):
            raise OSError(number, "x")
