"""Byte ranges of a file that are there, as a sorted set of disjoint half-open intervals."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator


class Spans:
    """Half-open byte ranges `[start, end)`, merged as they touch."""

    def __init__(self, ranges: Iterable[Iterable[int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in ranges:
            self.add(start, end)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(zip(self._starts, self._ends, strict=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spans) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Spans({list(self)})"

    def add(self, start: int, end: int) -> None:
        """Marks a range as there; what it touches becomes one with it."""
        if start < 0 or end < start:
            raise ValueError(f"no range: {start}..{end}")
        if start == end:
            return
        first = bisect_left(self._ends, start)
        last = bisect_right(self._starts, end)
        if first < last:
            start, end = min(start, self._starts[first]), max(end, self._ends[last - 1])
        self._starts[first:last] = [start]
        self._ends[first:last] = [end]

    @property
    def total(self) -> int:
        """Bytes that are there."""
        return sum(end - start for start, end in self)

    @property
    def prefix(self) -> int:
        """Where the first gap begins: everything before it is there."""
        return self._ends[0] if self._starts and self._starts[0] == 0 else 0

    def gaps(self, size: int) -> list[tuple[int, int]]:
        """What is missing of a file of this size."""
        edges = [0, *(edge for span in self for edge in span), size]
        return [(a, min(b, size)) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < min(b, size)]

    def end_after(self, offset: int) -> int:
        """The end of the range that holds the offset, or the offset itself when it is missing."""
        at = bisect_right(self._starts, offset) - 1
        return max(offset, self._ends[at]) if at >= 0 else offset

    def copy(self) -> "Spans":
        """An independent copy."""
        twin = Spans()
        twin._starts, twin._ends = self._starts.copy(), self._ends.copy()
        return twin
