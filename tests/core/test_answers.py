"""What the head of an HTTP answer means."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modella.core.answers import (
    ContentRange,
    content_length,
    content_range,
    no_model,
    retry_after,
    strong_etag,
    unsatisfied_total,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SIX_HOURS = 6 * 3600


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("bytes 0-99/100", ContentRange(0, 100, 100)),
        ("BYTES 5-5/6", ContentRange(5, 6, 6)),
        (" bytes  7-9/* ", ContentRange(7, 10, None)),
        ("bytes 9-7/100", None),
        ("bytes 0-100/100", None),
        ("bytes */100", None),
        ("bytes 0-/100", None),
        ("bytes -5/100", None),
        ("bits 0-9/10", None),
        ("bytes 0-9/10, 20-29/30", None),
        ("bytes 0-99999999999999999999/100", None),
        ("", None),
        (None, None),
    ],
)
def test_a_content_range_is_read_strictly(value: str | None, found: ContentRange | None) -> None:
    assert content_range(value) == found


@pytest.mark.parametrize(("value", "total"), [("bytes */123", 123), ("bytes 0-1/2", None), ("", None), (None, None)])
def test_a_416_tells_the_size(value: str | None, total: int | None) -> None:
    assert unsatisfied_total(value) == total


@pytest.mark.parametrize(
    ("values", "length"),
    [
        (["5"], 5),
        (["5", "5"], 5),
        (["5, 5"], 5),
        (["5", "6"], None),
        (["5, 6"], None),
        (["-5"], None),
        (["+5"], None),
        (["٥"], None),
        (["five"], None),
        (["9" * 30], None),
        ([], None),
    ],
)
def test_a_length_that_contradicts_itself_is_none(values: list[str], length: int | None) -> None:
    assert content_length(values) == length


@pytest.mark.parametrize(
    ("value", "strong"),
    [
        ('"abc"', '"abc"'),
        (' "abc" ', '"abc"'),
        ('W/"abc"', None),
        ('w/"abc"', None),
        ("abc", None),
        ('""', None),
        (None, None),
    ],
)
def test_only_strong_entity_tags_count(value: str | None, strong: str | None) -> None:
    assert strong_etag(value) == strong


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("315360000", SIX_HOURS),
        ("9" * 400, SIX_HOURS),
        ("Sat, 21 Nov 2026 12:01:00 GMT", 60),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0),
        ("Fri, 31 Dec 2099 23:59:59 GMT", SIX_HOURS),
        ("soon-ish", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_understood_and_clamped(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.text())
def test_retry_after_of_any_text_is_a_bearable_wait_or_none(value: str) -> None:
    wait = retry_after(value, NOW)
    assert wait is None or 0 <= wait <= SIX_HOURS


@pytest.mark.parametrize(
    ("first", "kind", "name", "code"),
    [
        (b"<!DOCTYPE html><html>", None, "a.safetensors", "html-page"),
        (b"\xef\xbb\xbf \r\n<HTML>", None, "a.safetensors", "html-page"),
        (b"<!-- hello --><p>", "text/html; charset=utf-8", "a.ckpt", "html-page"),
        (b"Please log in", "text/html", "a.ckpt", "html-page"),
        (b"PK\x03\x04\x00\x00", "text/html", "a.ckpt", None),
        (b"<?xml version='1.0'?><Error>", "application/octet-stream", "a.gguf", "error-page"),
        (b'{"error": "no"}', "application/json", "a.gguf", "error-page"),
        (b'{"message":"cut off in the mid', None, "a.gguf", "error-page"),
        (b'{"__metadata__": {}}', None, "a.gguf", None),
        (b"version https://git-lfs.github.com/spec/v1\noid", "text/plain", "a.json", "lfs-pointer"),
        (b'{"error": "a config may say so"}', "application/json", "config.json", None),
        (b"<!doctype html>", "text/html", "config.json", "html-page"),
        (b"<!doctype html>", "text/html", "page.html", None),
        (b"<html>", "text/plain", "README.md", None),
        (b"\x10\x00\x00\x00\x00\x00\x00\x00{", None, "a.safetensors", None),
        (b"", "text/html", "a.safetensors", None),
    ],
)
def test_a_page_is_told_from_a_model(first: bytes, kind: str | None, name: str, code: str | None) -> None:
    assert no_model(first, kind, name) == code


@given(st.binary(max_size=2000), st.text(max_size=30))
def test_no_bytes_are_too_odd_to_be_judged(first: bytes, kind: str) -> None:
    assert no_model(first, kind, "a.safetensors") in {None, "html-page", "error-page", "lfs-pointer"}
