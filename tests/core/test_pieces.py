"""Pieces of a file: every byte is fetched by somebody, and by nobody twice at the same time."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from modella.core.pieces import LARGEST_PIECE, MIB, SMALLEST_PIECE, Piece, Pieces
from modella.core.spans import Spans

SIZES = st.integers(1, 300 * MIB)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["take", "progress", "finish", "give back", "share", "extend"]),
        st.integers(0, 30),
        st.integers(1, 80 * MIB),
    ),
    max_size=60,
)


class Crowd:
    """Connections at work on a file, in memory: what they fetch is marked, byte for byte."""

    def __init__(self, size: int, already: list[tuple[int, int]]) -> None:
        self.size = size
        self.pieces = Pieces()
        self.pieces.size = size
        self.written = Spans((min(a, size), min(b, size)) for a, b in already)
        self.working: list[Piece] = []

    def take(self) -> bool:
        """One more connection joins; whether there was something for it."""
        piece = self.pieces.take(self.written)
        if piece is None:
            return False
        assert piece.end is not None
        assert piece.at < piece.end <= self.size
        self.working.append(piece)
        return True

    def progress(self, piece: Piece, count: int) -> None:
        """A connection brings bytes that nobody has brought before."""
        assert piece.end is not None
        count = min(count, piece.end - piece.at)
        before = self.written.total
        self.written.add(piece.at, piece.at + count)
        assert self.written.total == before + count
        piece.at += count

    def let_go(self, piece: Piece) -> None:
        """A connection ends."""
        self.pieces.give_back(piece)
        self.working.remove(piece)

    def check(self) -> None:
        """Nobody works on what another one works on."""
        claims = sorted((piece.at, piece.end or 0) for piece in self.working if piece.left)
        assert all(one[1] <= two[0] for one, two in pairwise(claims))


@given(SIZES, st.lists(st.tuples(st.integers(0, 300 * MIB), st.integers(0, 20 * MIB)), max_size=4), STEPS)
def test_every_byte_is_fetched_once_whoever_comes_and_goes(
    size: int, holes: list[tuple[int, int]], steps: list[tuple[str, int, int]]
) -> None:
    crowd = Crowd(size, [(start, start + length) for start, length in holes])
    for what, who, count in steps:
        piece = crowd.working[who % len(crowd.working)] if crowd.working else None
        if what == "take":
            crowd.take()
        elif what == "share":
            crowd.pieces.piece_size = min(LARGEST_PIECE, max(SMALLEST_PIECE, count))
            crowd.pieces.share()
        elif piece is not None and what == "progress":
            crowd.progress(piece, count)
        elif piece is not None and what == "finish":
            crowd.progress(piece, size)
            crowd.let_go(piece)
        elif piece is not None and what == "give back":
            crowd.let_go(piece)
        elif piece is not None and what == "extend" and not piece.left:
            crowd.pieces.extend(piece, crowd.written)
        crowd.check()
    for piece in list(crowd.working):
        crowd.let_go(piece)
    while crowd.take():
        crowd.progress(crowd.working[0], size)
        crowd.let_go(crowd.working[0])
    assert list(crowd.written) == [(0, size)]


def test_one_connection_takes_all_that_is_missing_in_one_go() -> None:
    crowd = Crowd(100 * MIB, [(0, 10 * MIB)])
    assert crowd.take()
    assert (crowd.working[0].at, crowd.working[0].end) == (10 * MIB, 100 * MIB)
    assert not crowd.take()


def test_pieces_come_from_the_front_once_they_are_shared() -> None:
    crowd = Crowd(100 * MIB, [])
    crowd.take()
    crowd.pieces.share()
    crowd.take()
    crowd.take()
    assert [(p.at, p.end) for p in crowd.working] == [(n * SMALLEST_PIECE, (n + 1) * SMALLEST_PIECE) for n in range(3)]


def test_the_largest_piece_is_halved_for_who_comes_last() -> None:
    crowd = Crowd(SMALLEST_PIECE, [])
    crowd.take()
    crowd.pieces.share()
    assert crowd.take()
    assert [(p.at, p.end) for p in crowd.working] == [(0, 2 * MIB), (2 * MIB, 4 * MIB)]


def test_while_the_size_is_unknown_there_is_one_piece_without_end() -> None:
    pieces, written = Pieces(), Spans([(0, 7)])
    piece = pieces.take(written)
    assert piece is not None
    assert (piece.at, piece.end, piece.left) == (7, None, 0)
    assert pieces.open_ended() == [piece]
    assert pieces.take(written) is None


def test_a_piece_goes_on_past_its_end_only_where_nobody_else_is() -> None:
    crowd = Crowd(3 * SMALLEST_PIECE, [])
    crowd.take()
    crowd.pieces.share()
    crowd.take()
    first, second = crowd.working
    assert not crowd.pieces.extend(first, crowd.written)
    assert crowd.pieces.extend(second, crowd.written)
    assert second.end == 3 * SMALLEST_PIECE
