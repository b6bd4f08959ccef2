"""Model cards: the front matter that people and tools write, and what must never bring us down."""

import json

from hypothesis import given
from hypothesis import strategies as st

from modella.core.card import MAX_FRONT_MATTER, read_card


def test_front_matter_and_body_are_told_apart() -> None:
    card = read_card(b"---\nlicense: mit\ntags: [lora]\n---\n\n# Title\ntext\n")
    assert (card.front, card.body) == ({"license": "mit", "tags": ["lora"]}, "# Title\ntext")


def test_windows_line_ends_and_a_byte_order_mark_do_not_matter() -> None:
    assert read_card(b"\xef\xbb\xbf---\r\nlicense: mit\r\n---\r\ntext").front == {"license": "mit"}


def test_a_card_without_front_matter_is_all_text() -> None:
    for text in ("# Title\n\n---\nnot: front\n---\n", "", "--- x\na: 1\n---\n"):
        assert read_card(text).front == {}
    assert read_card("---\nlicense: mit\nno end").body == "---\nlicense: mit\nno end"


def test_front_matter_that_is_broken_or_no_mapping_reads_as_empty_and_the_text_stays() -> None:
    for front in (
        "[]",
        "just text",
        "a: [",
        "a: b: c",
        "\t- x",
        "? [a]: b",
        "a: !!python/object:os.system x",
        "[" * 5000,
    ):
        assert read_card(f"---\n{front}\n---\ntext").body == "text"
        assert read_card(f"---\n{front}\n---\ntext").front in ({}, {"['a']": "b"})


def test_dates_and_odd_values_stay_plain_json() -> None:
    front = read_card(
        "---\nwhen: 2026-01-02\nnever: .nan\nmany: 1e400\n1: one\nnull: x\nraw: !!binary aGk=\n---\n"
    ).front
    assert front["when"] == "2026-01-02"
    assert front["never"] is None
    assert json.loads(json.dumps(front, allow_nan=False)) == front


def test_aliases_do_not_unfold_into_gigabytes() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
    )
    assert len(json.dumps(read_card(f"---\n{bomb}---\n").front)) < 1000
    merged = "a: &a {x: 1}\nb: {<<: [*a, *a]}\n"
    assert read_card(f"---\n{merged}---\ntext").body == "text"


def test_front_matter_beyond_the_limit_is_not_read() -> None:
    assert read_card("---\na: " + "x" * MAX_FRONT_MATTER + "\n---\ntext").front == {}


@given(st.text(max_size=300))
def test_no_front_matter_breaks_the_reading(text: str) -> None:
    card = read_card(f"---\n{text}\n---\nbody")
    json.dumps(card.front, allow_nan=False)
