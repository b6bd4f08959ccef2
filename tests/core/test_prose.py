"""Descriptions keep what says something and lose what acts, whatever somebody has put into them."""

import pytest

from modella.core.prose import LONGEST, safe_html


def test_a_description_keeps_its_form_and_loses_what_acts() -> None:
    told = safe_html('<p onclick="x()">A <b>lantern</b> <script>alert(1)</script><a href="javascript:x">here</a></p>')
    assert told is not None
    assert told.startswith("<p>A <b>lantern</b>")
    assert "alert" not in told
    assert "javascript" not in told
    assert safe_html(None) is None


def test_hundreds_of_paragraphs_and_lines_are_no_depth() -> None:
    told = safe_html(
        "<p>one<br><img src=x><ul>" + "<li>two" * 300 + "</ul>" + "<p>three" * 300 + "<div><b>x</b></div>" * 300
    )
    assert told is not None
    assert told.count("<li>") == 300
    assert told.count("<b>") == 300


@pytest.mark.parametrize(
    "tags", ["<div>", "<ul><li>", "<table><tr><td>", "<svg><g>", "<DIV CLASS=x>", "<", "<!--", "<i x"]
)
def test_a_description_that_is_little_but_tags_keeps_its_words_only(tags: str) -> None:
    assert safe_html("a lantern & more " + tags * 100_000) == "a lantern &amp; more"


def test_words_within_too_many_tags_stay_and_do_not_act() -> None:
    told = safe_html("<div>" * 200 + "a lantern <script>&lt;img onerror=x&gt;" + "</div>" * 200)
    assert told is not None
    assert "a lantern" in told
    assert "<" not in told


def test_a_description_ends_somewhere() -> None:
    assert safe_html("x" * (LONGEST + 1)) == "x" * LONGEST
