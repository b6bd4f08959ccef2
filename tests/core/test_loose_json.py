"""Other people's JSON, made harmless."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modella.core.loose_json import identifier, integer, moment, number, settled, text, texts, timestamp


def test_what_cannot_be_stored_is_replaced_and_the_rest_stays() -> None:
    told = {"a": "\ud83d\ude00", "b": "\ud800x", "c": "n\0l", "d": float("nan"), "e": 10**5000, "f": [1, None, "ä"]}
    assert settled(told) == {"a": "😀", "b": "\ufffdx", "c": "nl", "d": None, "e": None, "f": [1, None, "ä"]}


def test_nesting_ends_somewhere() -> None:
    deep: Any = "bottom"
    for _ in range(500):
        deep = [deep]
    json.dumps(settled(deep))
    assert "bottom" not in json.dumps(settled(deep))


@given(
    st.recursive(st.none() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_settled_values_can_always_be_written(value: Any) -> None:
    json.dumps(settled(value), allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("value", "whole", "any_number", "id_"),
    [
        (7, 7, 7, "7"),
        ("7", 7, 7, "7"),
        (7.0, 7, 7.0, "7"),
        (7.5, 7, 7.5, None),
        ("7.5", 7, 7.5, None),
        (0, 0, 0, None),
        (-1, -1, -1, None),
        (True, None, None, None),
        ("x", None, None, None),
        (None, None, None, None),
        (2**63, None, 2**63, None),
        (10**400, None, None, None),
        (float("inf"), None, None, None),
        ([7], None, None, None),
    ],
)
def test_numbers_are_read_leniently_and_never_guessed(value: Any, whole: Any, any_number: Any, id_: Any) -> None:
    assert (integer(value), number(value), identifier(value)) == (whole, any_number, id_)


def test_texts_are_read_from_lists_single_values_and_named_objects() -> None:
    assert texts(["a", None, " ", {"name": "b"}, 3]) == ["a", "b", "3"]
    assert texts("a") == ["a"]
    assert texts(None) == texts({}) == []
    assert text(True) is None


def test_a_time_without_an_offset_is_utc() -> None:
    assert moment("2024-01-02T03:04:05.123") == datetime(2024, 1, 2, 3, 4, 5, 123000, tzinfo=UTC)
    assert timestamp("2024-01-02T05:04:05+02:00") == "2024-01-02T03:04:05Z"
    assert timestamp("0001-01-01T00:00:00+23:00") is None
    assert timestamp("soon") is timestamp(None) is timestamp(5) is None
