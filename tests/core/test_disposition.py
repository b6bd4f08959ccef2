"""The name of a download, in every form servers have been seen to send it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modella.core.disposition import name_in_address, name_in_header, name_of_answer


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="x.safetensors"', "x.safetensors"),
        ("attachment; filename=x.safetensors", "x.safetensors"),
        ("attachment; filename=my model v2.safetensors", "my model v2.safetensors"),
        ('ATTACHMENT; FileName="x.bin"', "x.bin"),
        ('filename="x.bin"', "x.bin"),
        ("inline; filename*=UTF-8''README.md; filename=\"README.md\";", "README.md"),
        ("attachment; filename=\"fallback.bin\"; filename*=UTF-8''%E7%B4%99.bin", "紙.bin"),
        ("attachment; filename*=UTF-8'en'a%20b.bin", "a b.bin"),
        ("attachment; filename*=iso-8859-1''%E4.bin", "ä.bin"),
        ("attachment; filename*=no-such-charset''a%20b.bin", "a b.bin"),
        ("attachment; filename*=\"UTF-8''a%20b.bin\"", "a b.bin"),
        ("attachment; filename*=a%20b.bin", "a b.bin"),
        ('attachment; filename="a;b.bin"; size=3', "a;b.bin"),
        ('attachment; filename="say \\"hi\\".bin"', 'say "hi".bin'),
        ('attachment; filename="C:\\temp\\x.bin"', "C:\\temp\\x.bin"),
        ('attachment; filename="../../x.bin"', "../../x.bin"),
        ('attachment; filename="ä.bin"', "ä.bin"),
        ('attachment; filename="紙.bin"'.encode().decode("latin-1"), "紙.bin"),
        ('attachment; filename="=?UTF-8?B?57SZLmJpbg==?="', "紙.bin"),
        ('attachment; filename="=?utf-8?Q?a=20b.bin?="', "a b.bin"),
        ('attachment; filename="a%20b.bin"', "a b.bin"),
        ('attachment; filename="100%.bin"', "100%.bin"),
        ('attachment; filename="first.bin"; filename="second.bin"', "first.bin"),
        ('attachment; filename="unclosed.bin', "unclosed.bin"),
        ('attachment; filename=""', None),
        ("attachment", None),
        ("", None),
        (None, None),
    ],
)
def test_the_name_in_the_header_is_found(header: str | None, name: str | None) -> None:
    assert name_in_header(header) == name


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://h.example/a/x%20y.bin?b=1", "x y.bin"),
        ("https://h.example/a/x.bin/", "x.bin"),
        ("https://h.example/u?response-content-disposition=attachment%3B%20filename%3D%22x.bin%22&X=1", "x.bin"),
        ("https://h.example/u?rscd=attachment%3B+filename%3Dx.bin&sig=s", "x.bin"),
        ("https://h.example/u?b2ContentDisposition=attachment%3B+filename%3D%22a+b.bin%22", "a b.bin"),
        ("https://h.example/download.php?filename=x.bin", "x.bin"),
        ("https://h.example/", None),
        ("https://[", None),
    ],
)
def test_the_name_in_an_address_is_found(url: str, name: str | None) -> None:
    assert name_in_address(url) == name


def test_the_last_answer_knows_best() -> None:
    first, final = "https://a.example/first.bin", "https://b.example/final.bin"
    assert name_of_answer('attachment; filename="h.bin"', final, first) == "h.bin"
    assert name_of_answer(None, final, first) == "final.bin"
    assert name_of_answer("inline", "https://b.example/", first) == "first.bin"


@given(st.text(max_size=200))
def test_no_header_breaks_the_reading(header: str) -> None:
    found = name_in_header("attachment; filename=" + header)
    assert found is None or found
