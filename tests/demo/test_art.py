"""The posters and loops are real pictures, always the same, and playable."""

import io
import struct

import pytest
from PIL import Image, ImageStat

from modella.demo import art, video


@pytest.mark.parametrize("style", art.PAINTERS)
def test_every_painter_fills_any_canvas_with_more_than_one_tone(style: str) -> None:
    for size in ((192, 288), (288, 192)):
        poster = art.paint(11, size, style)
        assert poster.size == size
        assert max(ImageStat.Stat(poster).stddev) > 8


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_poster_is_a_file_of_the_form_that_was_asked_for(form: str) -> None:
    image = Image.open(io.BytesIO(art.picture(4, 200, 300, form)))
    image.load()
    assert (image.format, image.size) == (form, (200, 300))


def test_the_same_seed_is_the_same_poster_and_another_seed_another() -> None:
    first, again, other = (art.paint(seed, (120, 180), "tiles").tobytes() for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_posters_come_upright_square_and_wide() -> None:
    shapes = {(width > height) - (width < height) for width, height in map(art.shape, range(60))}
    assert shapes == {-1, 0, 1}


def test_a_blurhash_stands_for_the_colours_of_its_poster() -> None:
    first, other = art.hash_of(1, 512, 768, "hills"), art.hash_of(2, 512, 768, "night")
    assert len(first) == 4 + 2 + 2 * (4 * 4 - 1) - 0
    assert first != other


def elements(data: bytes) -> list[tuple[int, bytes]]:
    """The EBML elements of one level."""
    found, at = [], 0
    while at < len(data):
        width = next(n for n in range(1, 5) if data[at] & (0x80 >> (n - 1)))
        name, at = int.from_bytes(data[at : at + width], "big"), at + width
        size = int.from_bytes(data[at : at + 8], "big") & ((1 << 56) - 1)
        found.append((name, data[at + 8 : at + 8 + size]))
        at += 8 + size
    return found


def test_a_loop_is_a_webm_whose_every_frame_is_a_decodable_key_frame() -> None:
    header, segment = elements(video.loop(3, 96, 144, "planet"))
    assert (header[0], segment[0]) == (0x1A45DFA3, 0x18538067)
    parts = dict(elements(segment[1]))
    blocks = [content for name, content in elements(parts[0x1F43B675]) if name == 0xA3]
    assert len(blocks) == video.FRAMES
    for number, block in enumerate(blocks):
        track, moment, flags = struct.unpack(">BhB", block[:4])
        assert (track, moment, flags) == (0x81, number * video.FRAME_MILLISECONDS, 0x80)
        assert decoded(block[4:]).size == (96, 144)


def decoded(frame: bytes) -> Image.Image:
    """A VP8 key frame, put back into a WebP file and read."""
    body = b"WEBPVP8 " + struct.pack("<I", len(frame)) + frame + b"\0" * (len(frame) % 2)
    image = Image.open(io.BytesIO(b"RIFF" + struct.pack("<I", len(body)) + body))
    image.load()
    return image


def test_a_loop_moves_and_comes_back() -> None:
    (_, _), (_, segment) = elements(video.loop(3, 96, 144, "planet"))
    blocks = [content[4:] for name, content in elements(dict(elements(segment))[0x1F43B675]) if name == 0xA3]
    first, middle, last = (decoded(blocks[at]).convert("L") for at in (0, video.FRAMES // 2, -1))

    def apart(one: Image.Image, two: Image.Image) -> float:
        pairs = zip(one.tobytes(), two.tobytes(), strict=True)
        return sum(abs(a - b) for a, b in pairs) / (96 * 144)

    assert apart(first, middle) > apart(first, last)


def test_the_cues_point_at_the_cluster() -> None:
    (_, _), (_, segment) = elements(video.loop(3, 96, 144, "planet"))
    cues = dict(elements(segment))[0x1C53BB6B]
    place = dict(elements(dict(elements(dict(elements(cues))[0xBB]))[0xB7]))[0xF1]
    assert segment[int.from_bytes(place, "big") :][:4] == b"\x1f\x43\xb6\x75"


def test_a_lossless_webp_holds_no_video_frame() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "WEBP", lossless=True)
    with pytest.raises(ValueError, match="no lossy picture"):
        video.vp8_of(buffer.getvalue())
