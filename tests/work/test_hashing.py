"""All digests in one pass, in whatever order and portions the bytes arrive."""

import hashlib
import threading
import zlib
from itertools import pairwise
from pathlib import Path

import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from modella.core.digests import Digests
from modella.demo.origin import VirtualFile
from modella.work.hashing import DigestSet, FollowingHasher

MIB = 1 << 20


def expected(content: bytes, body_start: int | None = None) -> Digests:
    """The digests by the book."""
    sha256 = hashlib.sha256(content).hexdigest()
    has_header = body_start is not None and len(content) > body_start
    return Digests(
        sha256=sha256,
        blake3=blake3(content).hexdigest(),
        crc32=f"{zlib.crc32(content):08x}",
        autov1=hashlib.sha256(content[MIB : MIB + 0x10000]).hexdigest()[:8] if len(content) > MIB else None,
        autov2=sha256[:10],
        autov3=hashlib.sha256(content[body_start:]).hexdigest()[:12] if has_header else None,
    )


def portions(content: bytes, cuts: list[int]) -> list[bytes]:
    """The content cut at some offsets."""
    edges = [0, *sorted({cut % (len(content) + 1) for cut in cuts}), len(content)]
    return [content[a:b] for a, b in pairwise(edges)]


@given(st.integers(2, 200), st.binary(max_size=300), st.lists(st.integers(0, 600), max_size=12))
def test_a_safetensors_file_has_its_digests_however_it_is_cut(header: int, body: bytes, cuts: list[int]) -> None:
    content = header.to_bytes(8, "little") + b"{".ljust(header) + body
    digests = DigestSet()
    for portion in portions(content, cuts):
        digests.update(portion)
    assert digests.digests() == expected(content, 8 + header)


@given(st.binary(min_size=1, max_size=40), st.lists(st.integers(0, 40), max_size=12))
def test_other_files_have_no_autov3(content: bytes, cuts: list[int]) -> None:
    content = b"\xff" + content
    digests = DigestSet()
    for portion in portions(content, cuts):
        digests.update(portion)
    assert digests.digests() == expected(content)


@pytest.mark.parametrize("size", [MIB, MIB + 1, MIB + 0x10000, 2 * MIB])
@pytest.mark.parametrize("step", [4097, 65536, MIB - 1])
def test_autov1_is_taken_at_its_offset_however_it_is_cut(size: int, step: int) -> None:
    content = VirtualFile(size, 3).read(0, size)
    digests = DigestSet()
    for start in range(0, size, step):
        digests.update(content[start : start + step])
    assert digests.digests().autov1 == expected(content).autov1


class GrowingFile:
    """A file that fills in any order; reading a hole is what must never happen."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.there = bytearray(len(content))

    def fill(self, start: int, end: int) -> None:
        """Bytes arrive."""
        self.there[start:end] = b"\1" * (end - start)

    def prefix(self) -> int:
        """How far everything is there."""
        hole = self.there.find(0)
        return len(self.there) if hole < 0 else hole

    def read(self, offset: int, size: int) -> bytes:
        """Bytes that have arrived."""
        assert all(self.there[offset : offset + size])
        return self.content[offset : offset + size]


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(8)), st.lists(st.booleans(), min_size=8, max_size=8))
def test_pieces_may_arrive_in_any_order(order: list[int], offered: list[bool]) -> None:
    content = VirtualFile(8 * 1000, 4).read(0, 8000)
    file = GrowingFile(content)
    hasher = FollowingHasher(file, file.prefix)
    for number in order:
        start = number * 1000
        file.fill(start, start + 1000)
        if offered[number]:
            hasher.offer(start, content[start : start + 1000])
    assert hasher.finish(8000).sha256 == hashlib.sha256(content).hexdigest()


def test_a_file_that_is_shorter_than_told_is_an_error_and_no_digest(tmp_path: Path) -> None:
    class Short:
        def read(self, offset: int, size: int) -> bytes:
            return b"x" * max(0, min(size, 500 - offset))

    hasher = FollowingHasher(Short(), lambda: 0)
    with pytest.raises(OSError, match="500"):
        hasher.finish(1000)


def test_an_error_while_reading_reaches_whoever_waits() -> None:
    class Broken:
        def read(self, offset: int, size: int) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        FollowingHasher(Broken(), lambda: 0).finish(1000)


def test_hashing_that_is_abandoned_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    file = GrowingFile(bytes(1000))
    hasher = FollowingHasher(file, file.prefix)
    hasher.offer(0, b"")
    hasher.abandon()
    hasher.offer(0, bytes(1000))
    assert set(threading.enumerate()) <= before
