"""Trained words as creators really type them."""

import pytest

from modella.core.trained_words import MOST, trained_words


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        (["paper lantern"], ("paper lantern",)),
        (["a, b,c ,", " d \n e"], ("a", "b", "c", "d", "e")),
        (["Night  Market", "night market"], ("Night Market",)),
        (["(red, round:1.2), (a\\)b), c"], ("(red, round:1.2)", "(a\\)b)", "c")),
        (["<lora:lantern:0.8> lantern"], ("lantern",)),
        (["红灯笼，纸灯、夜市"], ("红灯笼", "纸灯", "夜市")),
        (["unclosed (a, b\nc, d"], ("unclosed (a, b", "c", "d")),
        (["", "  ", ",,,"], ()),
    ],
)
def test_entries_become_words(entries: list[str], words: tuple[str, ...]) -> None:
    assert trained_words(entries) == words


def test_a_page_of_nonsense_is_cut() -> None:
    assert len(trained_words([", ".join(f"w{number}" for number in range(5000))])) == MOST
