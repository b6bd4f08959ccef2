"""All digests of a file in one pass that follows the bytes as they arrive, in a thread of its own.

Bytes that come in order are hashed from memory. Where several connections fill the file out of order, the hasher
reads the gap from the file once it has closed: usually from the page cache, moments after it was written.
"""

import hashlib
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from blake3 import blake3
from isal import isal_zlib

from modella.core.digests import Digests

QUEUE_LENGTH = 16
READ_SIZE = 1024 * 1024
_AUTOV1_OFFSET, _AUTOV1_SIZE = 0x100000, 0x10000
_LARGEST_HEADER = 100_000_000
_WORTH_A_THREAD = 8 * 1024 * 1024


class Readable(Protocol):
    """Something that can be read at an offset."""

    def read(self, offset: int, size: int) -> bytes:
        """Bytes from the offset; fewer at the end."""
        ...


class DigestSet:
    """Every digest Modella knows, fed in order from the first byte to the last.

    AutoV1 is SHA-256 over the 64 KiB at 1 MiB, AutoV3 SHA-256 over what follows a safetensors header.
    """

    def __init__(self) -> None:
        self.offset = 0
        self._sha256, self._blake3, self._crc32 = hashlib.sha256(), blake3(), 0
        self._autov1, self._autov3 = hashlib.sha256(), hashlib.sha256()
        self._head = b""
        self._body_start: int | None = None
        self._beside: _Beside | None = None

    def update(self, content: bytes) -> None:
        """Takes the next bytes."""
        self._sha256.update(content)
        self._blake3.update(content)
        self._crc32 = isal_zlib.crc32(content, self._crc32)
        self._update_autov1(content)
        self._update_autov3(content)
        self.offset += len(content)

    def digests(self) -> Digests:
        """The digests of what was taken; nothing can be added after."""
        self.close()
        sha256 = self._sha256.hexdigest()
        with_header = self._body_start is not None and self.offset > self._body_start
        return Digests(
            sha256=sha256,
            blake3=self._blake3.hexdigest(),
            crc32=f"{self._crc32:08x}",
            autov1=self._autov1.hexdigest()[:8] if self.offset > _AUTOV1_OFFSET else None,
            autov2=sha256[:10],
            autov3=self._autov3.hexdigest()[:12] if with_header else None,
        )

    def _update_autov1(self, content: bytes) -> None:
        start, end = _AUTOV1_OFFSET - self.offset, _AUTOV1_OFFSET + _AUTOV1_SIZE - self.offset
        if end > 0 and start < len(content):
            self._autov1.update(memoryview(content)[max(0, start) : end])

    def _update_autov3(self, content: bytes) -> None:
        if self.offset + len(content) < 9 and self._body_start is None:
            self._head += content
            return
        if self._body_start is None and self.offset < 9:
            head = self._head + content[: 9 - len(self._head)]
            length = int.from_bytes(head[:8], "little")
            looks_right = head[8:9] == b"{" and length <= _LARGEST_HEADER
            self._body_start = 8 + length if looks_right else None
        if self._body_start is not None and self.offset + len(content) > self._body_start:
            body = memoryview(content)[max(0, self._body_start - self.offset) :]
            if self._beside is None and self.offset > _WORTH_A_THREAD:
                self._beside = _Beside(self._autov3.update)
            (self._beside.take if self._beside else self._autov3.update)(body)

    def close(self) -> None:
        """Lets go of the second thread; may be called twice."""
        if self._beside is not None:
            self._beside.finish()
            self._beside = None


def sha256_of(path: Path) -> str:
    """SHA-256 of a whole file, in lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Beside:
    """Does one thing with every block in a thread of its own: AutoV3 is a second SHA-256 over nearly all of a file."""

    def __init__(self, work: Callable[[memoryview], None]) -> None:
        self._queue: queue.Queue[memoryview | None] = queue.Queue(QUEUE_LENGTH)
        self._work = work
        self._thread = threading.Thread(target=self._run, name="modella-hash-2", daemon=True)
        self._thread.start()

    def take(self, content: memoryview) -> None:
        """Hands over the next block; waits while too many are waiting."""
        self._queue.put(content)

    def finish(self) -> None:
        """Waits until every block is done."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (content := self._queue.get()) is not None:
            self._work(content)


class FollowingHasher:
    """Hashes a file while it is written. `written_to` tells how far everything from the start is there."""

    def __init__(self, file: Readable, written_to: Callable[[], int]) -> None:
        self._file = file
        self._written_to = written_to
        self._set = DigestSet()
        self._queue: queue.Queue[tuple[int, bytes] | None] = queue.Queue(QUEUE_LENGTH)
        self._tail = 0
        self._lock = threading.Lock()
        self._problem: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="modella-hash", daemon=True)
        self._final_size: int | None = None
        self._abandoned = False
        self._thread.start()

    @property
    def offset(self) -> int:
        """How far hashing has come."""
        return self._set.offset

    def offer(self, offset: int, content: bytes) -> None:
        """Hands over bytes that were just written; those out of order are read from the file later."""
        with self._lock:
            if offset != self._tail or self._abandoned:
                return
            self._tail = offset + len(content)
        while not self._abandoned:
            try:
                self._queue.put((offset, content), timeout=0.2)
            except queue.Full:
                continue
            return

    def finish(self, size: int) -> Digests:
        """The digests of the whole file; raises what went wrong while reading it."""
        self._final_size = size
        while self._thread.is_alive():
            try:
                self._queue.put(None, timeout=0.2)
            except queue.Full:
                continue
            self._thread.join()
        if self._problem:
            raise self._problem
        return self._set.digests()

    def abandon(self) -> None:
        """Stops hashing; the result is not wanted."""
        self._abandoned = True
        while self._thread.is_alive():
            try:
                self._queue.put_nowait(None)
            except queue.Full:
                self._drain()
            self._thread.join(0.05)
        self._set.close()

    def _drain(self) -> None:
        try:
            while True:
                self._queue.get_nowait()
        except queue.Empty:
            return

    def _run(self) -> None:
        try:
            while not self._abandoned:
                behind = self._written_to() > self._set.offset
                try:
                    item = self._queue.get(block=not behind, timeout=0.05)
                except queue.Empty:
                    self._catch_up(self._written_to(), blocks=32)
                    continue
                if item is None:
                    break
                self._take(*item)
            if not self._abandoned and self._final_size is not None:
                self._catch_up(self._final_size)
        except BaseException as problem:  # noqa: BLE001 (handed to whoever waits in finish)
            self._problem = problem
            self._abandoned = True

    def _take(self, offset: int, content: bytes) -> None:
        self._catch_up(offset)
        if offset == self._set.offset:
            self._set.update(content)

    def _catch_up(self, end: int, blocks: int | None = None) -> None:
        """Reads from the file up to an offset, or a few blocks of it, so that new bytes may come from memory again."""
        while self._set.offset < end and not self._abandoned and blocks != 0:
            content = self._file.read(self._set.offset, min(READ_SIZE, end - self._set.offset))
            if not content:
                raise OSError(f"the file ends at {self._set.offset}, {end} expected")
            self._set.update(content)
            blocks = blocks - 1 if blocks is not None else None
        with self._lock:
            if self._queue.empty():
                self._tail = max(self._tail, self._set.offset)
