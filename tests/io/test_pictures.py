"""Pictures from outside: small, upright, without anything hidden in them, and never a reason to fall over."""

import io
from typing import Any

import pytest
from PIL import Image

from modella.io.pictures import FULL_WIDTH, LARGEST_PIXELS, THUMB_WIDTH, draw, video_suffix

EBML = b"\x1a\x45\xdf\xa3"


def encoded(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    """The picture of a file."""
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    ("mode", "kind", "written"),
    [
        ("RGB", "PNG", "RGB"),
        ("RGB", "JPEG", "RGB"),
        ("CMYK", "JPEG", "RGB"),
        ("L", "PNG", "RGB"),
        ("RGBA", "PNG", "RGBA"),
        ("LA", "PNG", "RGBA"),
        ("P", "GIF", "RGB"),
        ("1", "BMP", "RGB"),
        ("RGB", "WEBP", "RGB"),
        ("RGB", "AVIF", "RGB"),
    ],
)
def test_a_large_picture_becomes_a_small_one_and_a_thumbnail(mode: str, kind: str, written: str) -> None:
    drawn = draw(encoded(Image.new(mode, (2600, 1300), 1 if mode == "1" else None), kind))
    assert drawn is not None
    assert (drawn.width, drawn.height) == (FULL_WIDTH, FULL_WIDTH // 2)
    assert opened(drawn.content).size == (FULL_WIDTH, FULL_WIDTH // 2)
    assert opened(drawn.thumb).size == (THUMB_WIDTH, THUMB_WIDTH // 2)
    assert opened(drawn.content).format == "WEBP"
    assert {opened(drawn.content).mode, written} <= {"RGB", "RGBA"}


def test_colours_survive_and_transparency_too() -> None:
    drawn = draw(encoded(Image.new("RGBA", (3000, 3000), (200, 20, 20, 128))))
    assert drawn is not None
    red, green, blue, alpha = opened(drawn.content).getpixel((600, 600))  # type: ignore[misc]
    assert (abs(red - 200) < 6, abs(green - 20) < 6, abs(blue - 20) < 6, abs(alpha - 128) < 3) == (True,) * 4


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_picture_stands_upright_and_says_nothing_of_its_camera(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "Camera of Somebody"
    drawn = draw(encoded(Image.new("RGB", (3000, 1500)), "JPEG", exif=exif))
    assert drawn is not None
    expected = (FULL_WIDTH, FULL_WIDTH * 2) if orientation in {6, 8} else (FULL_WIDTH, FULL_WIDTH // 2)
    assert (drawn.width, drawn.height) == expected
    assert b"Somebody" not in drawn.content


def test_more_pixels_than_a_preview_needs_are_not_decoded() -> None:
    side = int(LARGEST_PIXELS**0.5)
    assert draw(encoded(Image.new("1", (side + 10, side + 10)))) is None
    assert draw(encoded(Image.new("1", (side, side)))) is not None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF", "BMP"])
def test_a_broken_picture_is_none_and_no_crash(kind: str) -> None:
    whole = encoded(Image.effect_noise((90, 70), 60).convert("RGB"), kind)
    for end in range(0, len(whole), max(1, len(whole) // 40)):
        draw(whole[:end])
        draw(whole[:end] + bytes(40) + whole[end + 40 :])
    assert draw(b"") is None
    assert draw(b"<svg xmlns='http://www.w3.org/2000/svg'/>") is None


@pytest.mark.parametrize("brand", [b"isom", b"iso2", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"])
def test_videos_that_browsers_play_are_known_by_their_brand(brand: bytes) -> None:
    assert video_suffix(b"\0\0\0\x20ftyp" + brand + bytes(20)) == ".mp4"


@pytest.mark.parametrize("brand", [b"avif", b"avis", b"heic", b"mif1", b"qt  ", b"evil", b""])
def test_pictures_and_unknown_things_in_the_same_box_are_no_videos(brand: bytes) -> None:
    assert video_suffix(b"\0\0\0\x20ftyp" + brand + bytes(20)) is None


def test_a_webm_says_that_it_is_one() -> None:
    assert video_suffix(EBML + b"\x9f\x42\x82\x84webm" + bytes(100)) == ".webm"
    assert video_suffix(EBML + b"\x9f\x42\x82\x88matroska" + bytes(100)) == ".webm"
    assert video_suffix(EBML + bytes(100) + b"webm") is None
    assert video_suffix(b"<html>webm") is None


def test_an_avif_is_a_picture_although_its_box_is_that_of_a_video() -> None:
    content = encoded(Image.new("RGB", (64, 64)), "AVIF")
    assert video_suffix(content) is None
    assert draw(content) is not None
