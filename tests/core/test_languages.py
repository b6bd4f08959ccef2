"""How languages count and write numbers, which one a person gets, and the pretend one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modella.core.languages import HABITS, PRETEND, accepted, best, is_plural, plural_form, pretend, written
from modella.core.words import Words

SAMPLES = {
    "en": {"one": (1,), "other": (0, 2, 5, 11, 21, 101, 1_000_000, 1.5)},
    "de": {"one": (1,), "other": (0, 2, 5, 11, 21, 101, 1_000_000, 0.5, 1.5)},
    "fr": {"one": (0, 1, 1.5, 0.5), "many": (1_000_000, 2_000_000), "other": (2, 17, 100, 1000, 1_000_001, 2.5)},
    "es": {"one": (1,), "many": (1_000_000, 3_000_000), "other": (0, 2, 16, 1000, 1_000_001, 1.5)},
    "ru": {
        "one": (1, 21, 31, 101, 1001),
        "few": (2, 3, 4, 22, 24, 102, 1002),
        "many": (0, 5, 6, 11, 12, 13, 14, 19, 20, 100, 111, 112, 114, 1_000_000),
        "other": (0.5, 1.5, 10.1),
    },
    "zh": {"other": (0, 1, 2, 100, 1.5)},
    "ja": {"other": (0, 1, 2, 100, 1.5)},
}
"""Samples of CLDR for each form."""


@pytest.mark.parametrize("language", HABITS)
def test_a_number_gets_the_form_of_its_language(language: str) -> None:
    found = {
        form: tuple(n for n in numbers if plural_form(language, n) == form)
        for form, numbers in SAMPLES[language].items()
    }
    assert found == SAMPLES[language]
    assert tuple(SAMPLES[language]) == HABITS[language].forms


@pytest.mark.parametrize("language", HABITS)
@given(number=st.integers(min_value=0, max_value=10**12))
def test_a_form_is_always_one_of_the_language_and_a_written_number_counts_as_itself(language: str, number: int) -> None:
    form = plural_form(language, number)
    assert form in HABITS[language].forms
    assert plural_form(language, written(language, number)) == form


@pytest.mark.parametrize("count", [None, "", "many", True])
def test_what_is_no_number_is_told_somehow(count: Any) -> None:
    assert plural_form("ru", count) == "other"


@pytest.mark.parametrize(
    ("language", "thousand", "million", "size"),
    [
        ("en", "1,000", "1,234,567", "1.5 KiB"),
        ("de", "1.000", "1.234.567", "1,5 KiB"),
        ("fr", "1\u202f000", "1\u202f234\u202f567", "1,5 KiB"),
        ("es", "1000", "1.234.567", "1,5 KiB"),
        ("ru", "1\u00a0000", "1\u00a0234\u00a0567", "1,5 KiB"),
        ("zh", "1,000", "1,234,567", "1.5 KiB"),
        ("ja", "1,000", "1,234,567", "1.5 KiB"),
    ],
)
def test_numbers_and_sizes_are_written_as_the_language_does(
    language: str, thousand: str, million: str, size: str
) -> None:
    words = Words({}, language)
    assert (words.number(1000), words.number(1_234_567), words.size(1536)) == (thousand, million, size)
    assert (words.number(7), words.number(-0.04, 1), words.size(0), words.size(1023)) == (
        "7",
        f"0{HABITS[language].decimal}0",
        "0 B",
        "1023 B" if language == "es" else f"{words.number(1023)} B",
    )


def test_units_are_those_of_the_language() -> None:
    words = Words({"units": {"B": "o", "MiB": "Mio"}, "said": "{short} sur {count}"}, "fr")
    assert words.size(3) == "3 o"
    assert words.say("said", short=5 * 1024 * 1024, count=12000) == "5,0 Mio sur 12\u202f000"


def test_a_sentence_takes_the_form_that_its_count_wants() -> None:
    forms = {"one": "{count} файл", "few": "{count} файла", "many": "{count} файлов", "other": "{count} файла"}
    words = Words({"files": forms}, "ru")
    told = [words.say("files", count=count) for count in (1, 3, 5, 21, 1000)]
    assert told == ["1 файл", "3 файла", "5 файлов", "21 файл", "1\u00a0000 файлов"]
    assert Words({"files": {"other": "{count} 個"}}, "ja").say("files", count=1) == "1 個"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", []),
        ("de", ["de"]),
        ("fr;q=0.2, de-AT, en;q=0.9", ["de-AT", "en", "fr"]),
        ("de;q=0, en", ["en"]),
        ("*;q=0.1, ,;;;q=x, ru;q=2", []),
        ("zh-Hans-CN, zh;q=0.9", ["zh-Hans-CN", "zh"]),
    ],
)
def test_a_browser_says_what_it_wants_most(header: str, found: list[str]) -> None:
    assert accepted(header) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["de_AT.UTF-8"], "de"),
        (["DE"], "de"),
        (["it", "fr-CA"], "fr"),
        (["zh-Hans-CN"], "zh"),
        (["C"], "en"),
        (["sr_RS@latin"], "en"),
        (["EN-xa"], PRETEND),
        ([], "en"),
    ],
)
def test_the_first_language_that_there_is_counts(wanted: list[str], found: str) -> None:
    assert best(wanted, list(HABITS)) == found


def test_the_pretend_language_is_longer_in_brackets_and_keeps_facts() -> None:
    told = pretend({"direction": "ltr", "a": {"one": "{count} model", "other": "{count} models of {name}"}, "b": "Yes"})
    assert told["direction"] == "ltr"
    assert Words(told, PRETEND).say("a", count=2, name="x").startswith("[2 models of x ~")
    assert Words(told, PRETEND).say("a", count=1).startswith("[1 model ~")
    assert len(told["a"]["other"]) >= 1.35 * len("{count} models of {name}")
    assert told["b"] == "[Yes ~]"


@pytest.mark.parametrize(
    ("found", "is_one"),
    [
        ({"one": "a", "other": "b"}, True),
        ({"other": "b"}, True),
        ({"one": "a"}, False),
        ({"other": {"sentence": "x"}}, False),
        ({"other": "b", "lora": "c"}, False),
    ],
)
def test_plural_forms_are_told_from_other_tables(found: dict[str, Any], is_one: bool) -> None:
    assert is_plural(found) is is_one
