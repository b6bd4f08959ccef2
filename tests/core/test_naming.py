"""Whatever a stranger calls a file, what lands on the disk is one safe name."""

import re
import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modella.core.naming import file_name, inner_path, name_key, shown, slug, suffix_of, with_hash

ODD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from('/\\:.*?"<>|-_ \t\n\0\x7f\u202e\u200b\ufeff\u0301\ud800\U0001f98a¹²³İßﬁ'),
    ),
    max_size=300,
)
DEVICES = re.compile(r"(?i)^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)")


def is_safe(name: str) -> bool:
    """Whether a name is one component that every file system takes."""
    return (
        0 < len(name) <= 128
        and len(name.encode()) <= 180
        and name.isprintable()
        and not set(name) & set('<>:"/\\|?* ')
        and name[0] not in "-."
        and name[-1] not in ". "
        and not DEVICES.match(name)
    )


@given(ODD)
def test_a_file_name_is_always_one_safe_component(text: str) -> None:
    assert is_safe(file_name(text))


@given(ODD)
def test_a_slug_is_always_one_safe_component(text: str) -> None:
    assert is_safe(slug(text))


@given(ODD)
def test_an_inner_path_never_leads_out(text: str) -> None:
    path = inner_path(text)
    assert not path.is_absolute()
    assert path.parts
    assert all(is_safe(part) for part in path.parts)


@given(ODD)
def test_a_safe_name_stays_as_it_is(text: str) -> None:
    once = file_name(text)
    assert file_name(once) == once


@given(ODD, st.text("0123456789abcdef", min_size=64, max_size=64))
def test_a_name_with_a_hash_is_safe_and_keeps_its_suffix(text: str, digest: str) -> None:
    name = file_name(text)
    marked = with_hash(name, digest)
    assert is_safe(marked)
    assert suffix_of(marked) == suffix_of(name)
    assert digest[:8] in marked


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My LoRA (v2).safetensors", "My-LoRA-v2.safetensors"),
        ("../../x.safetensors", "x.safetensors"),
        ("..\\..\\x.safetensors", "x.safetensors"),
        ("C:\\x.safetensors", "x.safetensors"),
        ("D:x.safetensors", "x.safetensors"),
        ("con.txt", "_con.txt"),
        ("NUL.safetensors", "_NUL.safetensors"),
        (".bashrc", "bashrc"),
        ("name.safetensors. ", "name.safetensors"),
        ("evil\u202esrosnetefas.exe", "evilsrosnetefas.exe"),
        ("墨絵.safetensors", "墨絵.safetensors"),
        ("e\u0301toile.pt", "étoile.pt"),
        ("", "file"),
        ("..", "file"),
    ],
)
def test_names_as_they_are_met(text: str, name: str) -> None:
    assert file_name(text) == name


def test_the_suffix_survives_a_name_that_is_too_long() -> None:
    for text in ("long-" * 100 + ".safetensors", "墨" * 400 + ".safetensors"):
        assert file_name(text).endswith(".safetensors")


def test_names_that_some_disk_takes_for_one_have_one_key() -> None:
    assert name_key("Model.PT") == name_key("model.pt") == name_key("MODEL.pt. ")
    assert name_key("e\u0301") == name_key("É")


def test_an_inner_path_keeps_the_folders_of_a_repository() -> None:
    assert inner_path("unet/diffusion_pytorch_model.safetensors") == PurePosixPath(
        "unet/diffusion_pytorch_model.safetensors"
    )
    assert inner_path("/../a//./b") == PurePosixPath("a/b")


@given(ODD)
def test_what_is_shown_is_printable_and_short(text: str) -> None:
    assert len(shown(text, 50)) <= 50
    assert not [
        character for character in shown(text) if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    ]
