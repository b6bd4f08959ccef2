"""One file on its way to the disk: what is believed, what is told, and how it ends."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from modella.core.download import PartRecord
from modella.core.errors import DiskTrouble, ModellaError, NoSpace
from modella.core.listing import Location
from modella.demo.origin import Origin, VirtualFile
from modella.io.disk import PartFile
from modella.work import fetch as fetching
from modella.work.fetch import Patience, Progress, Stopped
from tests.fetching import MIB, Transfer, an_origin, published, serving, whole

SIZE = 6 * MIB


@pytest.fixture
def served() -> Iterator[tuple[Origin, VirtualFile]]:
    """An origin with one file, and the file."""
    origin, content = an_origin(SIZE)
    with origin:
        yield origin, content


def at(count: int, act: Callable[[], object]) -> Callable[[Progress], None]:
    """Acts once so many bytes are there."""

    def told(progress: Progress) -> None:
        if progress.received >= count:
            act()

    return told


def test_a_fetch_that_is_stopped_keeps_what_it_has(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, content = served
    origin.misbehave("*", "throttle:10000000", times=1)
    transfer = Transfer(tmp_path, f"{origin.url}/model")
    with pytest.raises(Stopped):
        transfer.run(at(MIB, lambda: transfer.fetch and transfer.fetch.stop()))
    [(start, end)] = transfer.saved.durable
    assert (start, end >= MIB) == (0, True)
    assert transfer.content()[:end] == content.read(0, end)
    assert transfer.run().digests.sha256 == content.sha256
    assert origin.requests[-1].headers["range"] == f"bytes={end}-"


def test_a_part_that_is_whole_needs_no_byte_more(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, content = served
    transfer = Transfer(tmp_path, f"{origin.url}/model", **published(content))
    transfer.run()
    transfer.saved.durable = [(0, SIZE)]
    origin.forget()
    assert transfer.run().digests.sha256 == content.sha256
    assert origin.requests == []


def test_a_whole_part_of_unknown_size_is_confirmed_by_a_416(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, content = served
    transfer = Transfer(tmp_path, f"{origin.url}/model", size=SIZE - 999, size_exact=False)
    transfer.run()
    transfer.saved.durable, transfer.saved.size = [(0, SIZE)], SIZE - 999
    origin.forget()
    assert transfer.run().digests.sha256 == content.sha256
    assert [request.status for request in origin.requests] == [416]


def test_what_was_learnt_of_the_file_is_remembered_before_its_bytes(
    tmp_path: Path, served: tuple[Origin, VirtualFile]
) -> None:
    origin, _ = served
    origin.misbehave("*", "throttle:10000000", times=1)
    transfer = Transfer(tmp_path, f"{origin.url}/model")
    assert transfer.run_until_killed(MIB)
    assert (transfer.saved.etag, transfer.saved.total) == ('"v1"', SIZE)


def test_a_part_nothing_vouches_for_begins_anew(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, content = served
    origin.misbehave("*", "no-validators,throttle:10000000", times=1)
    transfer = Transfer(tmp_path, f"{origin.url}/model")
    assert transfer.run_until_killed(MIB)
    transfer.run()
    assert transfer.content() == whole(content)
    assert origin.requests[-1].headers["range"] == "bytes=0-"


def test_the_size_of_the_disk_is_asked_before_the_first_byte(
    tmp_path: Path, served: tuple[Origin, VirtualFile]
) -> None:
    origin, _ = served
    transfer = Transfer(tmp_path, f"{origin.url}/model")
    asked: list[int] = []

    def room(size: int) -> None:
        asked.append(size)
        raise NoSpace("no-space", path=str(tmp_path), short=1)

    transfer.room = room
    with pytest.raises(NoSpace):
        transfer.run()
    assert asked == [SIZE]
    assert transfer.content() == b""
    assert len(origin.requests) == 1


def test_a_length_that_only_the_closing_connection_tells_is_not_proven(
    tmp_path: Path, served: tuple[Origin, VirtualFile]
) -> None:
    origin, _ = served
    assert Transfer(tmp_path, f"{origin.url}/a").run().length_proven
    origin.misbehave("*", "range-ignored,no-length", times=1)
    other = Transfer(tmp_path, f"{origin.url}/b")
    other.path = tmp_path / "1.part"
    assert not other.run().length_proven


def test_the_last_progress_told_is_the_whole_file(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, _ = served
    transfer = Transfer(tmp_path, f"{origin.url}/model")
    transfer.run()
    last = transfer.progress[-1]
    assert (last.received, last.size) == (SIZE, SIZE)
    assert all(progress.speed >= 0 for progress in transfer.progress)


def test_a_retry_is_told_as_waiting(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, _ = served
    origin.misbehave("*", "status:503", times=1)
    transfer = Transfer(tmp_path, f"{origin.url}/model", patience=Patience(tries=2, pause=0.5, longest_pause=0.5))
    transfer.run()
    waits = [progress for progress in transfer.progress if progress.waiting]
    assert {progress.waiting for progress in waits} == {"server-error"}
    assert all(0 <= progress.until < 1 for progress in waits)


def test_a_checkpoint_never_says_more_than_was_flushed(
    tmp_path: Path, served: tuple[Origin, VirtualFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    origin, _ = served
    monkeypatch.setattr(fetching, "CHECKPOINT_BYTES", 1)
    origin.misbehave("*", "throttle:10000000", times=1)
    transfer = Transfer(tmp_path, f"{origin.url}/model")
    flushed: list[int] = []
    believed: list[int] = []
    true_flush, true_save = PartFile.flush, transfer._save

    def flush(part: PartFile) -> None:
        flushed.append(part.length)
        true_flush(part)

    def save(record: PartRecord) -> None:
        believed.append(max((end for _, end in record.durable), default=0))
        assert believed[-1] <= max(flushed, default=0)
        true_save(record)

    monkeypatch.setattr(PartFile, "flush", flush)
    monkeypatch.setattr(transfer, "_save", save)
    transfer.run()
    assert len([size for size in believed if size]) > 2


def test_after_a_failed_flush_nothing_newer_is_believed_and_no_second_flush_is_asked(
    tmp_path: Path, served: tuple[Origin, VirtualFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    origin, content = served
    monkeypatch.setattr(fetching, "CHECKPOINT_BYTES", 1)
    origin.misbehave("*", "throttle:10000000", times=1)
    flushes: list[int] = []

    def flush(part: PartFile) -> None:
        flushes.append(part.length)
        if len(flushes) == 2:
            raise DiskTrouble("flush-failed", path=str(part.path))

    monkeypatch.setattr(PartFile, "flush", flush)
    transfer = Transfer(tmp_path, f"{origin.url}/model")
    with pytest.raises(DiskTrouble) as caught:
        transfer.run()
    assert caught.value.code == "flush-failed"
    assert len(flushes) == 2
    [(start, end)] = transfer.saved.durable
    assert (start, end <= flushes[0]) == (0, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.part"]
    monkeypatch.undo()
    assert transfer.run().digests.sha256 == content.sha256
    assert origin.requests[-1].headers["range"] == f"bytes={end}-"


def test_starting_over_and_a_slow_checkpoint_do_not_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "CHECKPOINT_BYTES", 1)
    older, newer = VirtualFile(SIZE, 1), VirtualFile(SIZE, 2)
    begun, released = threading.Event(), threading.Event()
    true_flush = PartFile.flush

    def slow_flush(part: PartFile) -> None:
        begun.set()
        released.wait(10)
        true_flush(part)

    with Origin(serving(older, "a")) as one, Origin(serving(newer, "b")) as two:
        one.misbehave("*", "throttle:10000000,close-after:3000000", times=None)
        transfer = Transfer(tmp_path, "", locate=lambda: Location(url=(two if begun.is_set() else one).url + "/x"))
        monkeypatch.setattr(PartFile, "flush", slow_flush)

        def told(progress: Progress) -> None:
            if transfer.fetch and begun.is_set():
                transfer.fetch._shared.location = None
            if two.requests:
                released.set()

        assert transfer.run(told).digests.sha256 == newer.sha256
    assert transfer.content() == whole(newer)


def fetching_threads() -> list[threading.Thread]:
    """Connections that have not let go yet."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("modella-fetch")]


def test_a_fetch_has_not_ended_while_a_slow_disk_still_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LET_GO_SECONDS", 0.0)
    origin, _ = an_origin(64 * MIB)
    slow, go_on = threading.Event(), threading.Event()
    written: list[int] = []
    true_write = PartFile.write

    def write(part: PartFile, offset: int, content: bytes) -> None:
        if offset > MIB and not slow.is_set():
            slow.set()
            go_on.wait(10)
        written.append(offset)
        true_write(part, offset, content)

    monkeypatch.setattr(PartFile, "write", write)
    with origin:
        transfer = Transfer(tmp_path, f"{origin.url}/model")

        def told(progress: Progress) -> None:
            if slow.is_set() and transfer.fetch:
                transfer.fetch.stop()
                threading.Timer(0.3, go_on.set).start()

        with pytest.raises(Stopped):
            transfer.run(told)
        by_then = len(written)
        go_on.set()
        for thread in fetching_threads():
            thread.join()
    assert len(written) == by_then
    assert transfer.saved.durable[-1][1] == transfer.path.stat().st_size


def test_nobody_begins_to_write_once_a_fetch_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LET_GO_SECONDS", 0.0)
    origin, _ = an_origin(SIZE)
    asked, go_on = threading.Event(), threading.Event()
    written: list[int] = []

    def room(size: int) -> None:
        asked.set()
        go_on.wait(10)

    def write(part: PartFile, offset: int, content: bytes) -> None:
        written.append(offset)

    monkeypatch.setattr(PartFile, "write", write)
    with origin:
        origin.misbehave("*", "range-ignored,no-length", times=None)
        transfer = Transfer(tmp_path, f"{origin.url}/model")
        transfer.room = room

        def told(progress: Progress) -> None:
            if asked.is_set() and transfer.fetch:
                transfer.fetch.stop()

        with pytest.raises(Stopped):
            transfer.run(told)
        go_on.set()
        for thread in fetching_threads():
            thread.join()
    assert written == []


def test_no_thread_outlives_a_fetch_however_it_ends(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, _ = served
    before = set(threading.enumerate())
    transfer = Transfer(tmp_path, f"{origin.url}/model", patience=Patience(tries=0))
    origin.misbehave("*", "throttle:10000000", times=1)
    assert transfer.run_until_killed(MIB)
    for fault in ("reset-after:100000", "status:404"):
        origin.misbehave("*", fault, times=1)
        with pytest.raises(ModellaError):
            transfer.run()
    transfer.run()
    mine = [thread for thread in set(threading.enumerate()) - before if thread.name.startswith("modella-")]
    assert mine == []


def test_more_connections_are_opened_where_each_of_them_is_slow(tmp_path: Path) -> None:
    origin, content = an_origin(48 * MIB)
    with origin:
        origin.misbehave("*", "throttle:15000000", times=None)
        transfer = Transfer(tmp_path, f"{origin.url}/model", connections=8)
        assert transfer.run().digests.sha256 == content.sha256
    assert 4 <= max(progress.connections for progress in transfer.progress) <= 8


def test_a_source_that_allows_few_connections_gets_no_more(tmp_path: Path) -> None:
    origin, content = an_origin(32 * MIB)
    with origin:
        origin.misbehave("*", "throttle:15000000", times=None)
        transfer = Transfer(tmp_path, "", connections=8)
        transfer.locate = lambda: Location(url=f"{origin.url}/model", max_connections=2)
        assert transfer.run().digests.sha256 == content.sha256
    assert max(progress.connections for progress in transfer.progress) == 2


def test_journals_go_with_the_part(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, _ = served
    transfer = Transfer(tmp_path, f"{origin.url}/model")
    transfer.run()
    with closing(PartFile(transfer.path)) as part:
        part.drop_journals(1 << 62)
    assert [path.name for path in tmp_path.iterdir()] == ["0.part"]


def test_a_gap_is_asked_for_exactly_and_the_rest_to_its_end(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, content = served
    transfer = Transfer(tmp_path, f"{origin.url}/model", **published(content))
    transfer.path.write_bytes(whole(content)[: 4 * MIB])
    transfer.saved.durable = [(0, MIB), (2 * MIB, 4 * MIB)]
    assert transfer.run().digests.sha256 == content.sha256
    asked = [request.headers["range"] for request in origin.requests]
    assert asked == [f"bytes={MIB}-{2 * MIB - 1}", f"bytes={4 * MIB}-"]
