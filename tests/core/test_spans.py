"""Ranges of bytes behave like a set of numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modella.core.spans import Spans

RANGES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda pair: (pair[0], pair[0] + pair[1])))


@given(RANGES)
def test_spans_hold_exactly_the_bytes_that_were_added(ranges: list[tuple[int, int]]) -> None:
    spans, model = Spans(ranges), {byte for start, end in ranges for byte in range(start, end)}
    assert {byte for start, end in spans for byte in range(start, end)} == model
    assert spans.total == len(model)
    assert spans.prefix == next(byte for byte in range(100) if byte not in model)


@given(RANGES)
def test_spans_are_sorted_apart_and_never_empty(ranges: list[tuple[int, int]]) -> None:
    edges = [edge for span in Spans(ranges) for edge in span]
    assert edges == sorted(set(edges))


@given(RANGES, st.integers(0, 90))
def test_gaps_are_what_is_missing_of_a_size(ranges: list[tuple[int, int]], size: int) -> None:
    model = {byte for start, end in ranges for byte in range(start, end)}
    missing = [byte for start, end in Spans(ranges).gaps(size) for byte in range(start, end)]
    assert missing == [byte for byte in range(size) if byte not in model]


@given(RANGES, st.integers(0, 90))
def test_end_after_is_the_next_missing_byte(ranges: list[tuple[int, int]], offset: int) -> None:
    model = {byte for start, end in ranges for byte in range(start, end)}
    assert Spans(ranges).end_after(offset) == next(byte for byte in range(offset, 200) if byte not in model)


@given(RANGES)
def test_a_copy_is_independent(ranges: list[tuple[int, int]]) -> None:
    spans = Spans(ranges)
    twin = spans.copy()
    twin.add(500, 501)
    assert spans == Spans(ranges)
    assert twin != spans


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (5, 4)])
def test_what_is_no_range_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="no range"):
        Spans().add(start, end)
