"""Who fetches which bytes of a file: pieces handed out in order, so that hashing can follow close behind.

One connection takes all that is missing in one open-ended request. When more connections join, its piece is cut and
the rest is handed out in small pieces from the front; near the end the largest piece left is shared.
"""

from dataclasses import dataclass

from modella.core.spans import Spans

MIB = 1024 * 1024
SMALLEST_PIECE = 4 * MIB
LARGEST_PIECE = 64 * MIB


@dataclass
class Piece:
    """Bytes `[at, end)` that one connection is fetching; `end` is None while the size is unknown."""

    start: int
    at: int
    end: int | None

    @property
    def left(self) -> int:
        """Bytes still to come; 0 when the end is unknown."""
        return 0 if self.end is None else self.end - self.at


class Pieces:
    """The pieces being fetched now. Not safe for threads: the fetch holds its lock around every call."""

    def __init__(self) -> None:
        self.size: int | None = None
        self.piece_size = SMALLEST_PIECE
        self.shared = False
        self._taken: list[Piece] = []

    def take(self, written: Spans) -> Piece | None:
        """The next piece to fetch, or None when there is nothing left to take."""
        if self.size is None:
            return None if self._taken else self._taken_piece(Piece(written.prefix, written.prefix, None))
        gap = self._first_gap(written)
        if gap is None:
            return self._half_of_largest()
        start, end = gap
        return self._taken_piece(Piece(start, start, min(end, start + self.piece_size) if self.shared else end))

    def extend(self, piece: Piece, written: Spans) -> bool:
        """Lets a piece go on past its end where nobody else is at work; whether it was possible."""
        if self.size is None or piece.end is None or piece.end >= self.size:
            return False
        gap = self._first_gap(written, piece.end)
        if gap is None or gap[0] != piece.end:
            return False
        piece.end = min(gap[1], piece.end + self.piece_size) if self.shared else gap[1]
        return True

    def share(self) -> None:
        """More connections are coming: cuts the pieces taken to ordinary size."""
        self.shared = True
        for piece in self._taken:
            if piece.end is not None:
                piece.end = min(piece.end, piece.at + self.piece_size)

    def open_ended(self) -> list[Piece]:
        """Pieces taken before the size was known."""
        return [piece for piece in self._taken if piece.end is None]

    def give_back(self, piece: Piece) -> None:
        """The piece is done, or its connection is."""
        self._taken = [each for each in self._taken if each is not piece]

    def _taken_piece(self, piece: Piece) -> Piece:
        self._taken.append(piece)
        return piece

    def _first_gap(self, written: Spans, start: int = 0) -> tuple[int, int] | None:
        busy = written.copy()
        for piece in self._taken:
            busy.add(piece.start, piece.end if piece.end is not None else self.size or piece.start)
        return next(((max(a, start), b) for a, b in busy.gaps(self.size or 0) if b > start), None)

    def _half_of_largest(self) -> Piece | None:
        largest = max(self._taken, key=lambda piece: piece.left, default=None)
        if (
            not self.shared
            or largest is None
            or largest.end is None
            or largest.left < max(SMALLEST_PIECE // 2, self.piece_size // 2)
        ):
            return None
        middle = largest.at + largest.left // 2
        stolen = Piece(middle, middle, largest.end)
        largest.end = middle
        return self._taken_piece(stolen)
