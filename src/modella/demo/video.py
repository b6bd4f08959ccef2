"""Short looping videos without a video encoder: a lossy WebP picture holds exactly one VP8 key frame.

    WebM (EBML)                        every element: id · length · content
    ├── EBML header                    "webm", version 4
    └── Segment
        ├── Info                       milliseconds, duration
        ├── Tracks                     one video track, V_VP8
    ├── Cues                       where the first frame is
        └── Cluster                    one SimpleBlock for each frame, every one a key frame

The picture moves as a camera would over a poster: around an ellipse, so that the last frame meets the first.
"""

import io
import math
import struct
from functools import lru_cache

from PIL import Image

from modella.demo import art

FRAMES = 30
FRAME_MILLISECONDS = 80


@lru_cache(maxsize=24)
def loop(seed: int, width: int, height: int, style: str | None = None) -> bytes:
    """A WebM file of a poster in motion; the same seed gives the same bytes."""
    margin = 1.16
    wide = art.paint(seed, (round(width * margin), round(height * margin)), style)
    return webm([_key_frame(_view(wide, width, height, at / FRAMES)) for at in range(FRAMES)], width, height)


def _view(poster: Image.Image, width: int, height: int, share: float) -> Image.Image:
    """What the camera sees at a share of the way around."""
    angle = math.tau * share
    zoom = 1.05 + 0.05 * math.cos(angle)
    seen = (width * zoom, height * zoom)
    left = (poster.width - seen[0]) * (0.5 + 0.5 * math.sin(angle))
    top = (poster.height - seen[1]) * (0.5 + 0.5 * math.cos(angle))
    box = (left, top, left + seen[0], top + seen[1])
    return poster.resize((width, height), Image.Resampling.BILINEAR, box=box)


def _key_frame(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=58, method=1)
    return vp8_of(buffer.getvalue())


def vp8_of(webp: bytes) -> bytes:
    """The VP8 key frame inside a lossy WebP file; ValueError when there is none."""
    position = 12
    while position + 8 <= len(webp):
        name, size = webp[position : position + 4], int.from_bytes(webp[position + 4 : position + 8], "little")
        if name == b"VP8 ":
            return webp[position + 8 : position + 8 + size]
        position += 8 + size + size % 2
    raise ValueError("this WebP file holds no lossy picture")


def webm(frames: list[bytes], width: int, height: int) -> bytes:
    """A WebM file that shows the key frames one after another."""
    duration = float(len(frames) * FRAME_MILLISECONDS)
    head = _element(
        0x1A45DFA3,
        _number(0x4286, 1),
        _number(0x42F7, 1),
        _number(0x42F2, 4),
        _number(0x42F3, 8),
        _element(0x4282, b"webm"),
        _number(0x4287, 4),
        _number(0x4285, 2),
    )
    info = _element(
        0x1549A966,
        _number(0x2AD7B1, 1_000_000),
        _element(0x4489, struct.pack(">d", duration)),
        _element(0x4D80, b"Modella"),
        _element(0x5741, b"Modella"),
    )
    picture = _element(0xE0, _number(0xB0, width), _number(0xBA, height))
    track = _element(
        0xAE,
        _number(0xD7, 1),
        _number(0x73C5, 1),
        _number(0x83, 1),
        _number(0x9C, 0),
        _number(0x23E383, FRAME_MILLISECONDS * 1_000_000),
        _element(0x86, b"V_VP8"),
        picture,
    )
    blocks = [
        _element(0xA3, b"\x81" + struct.pack(">hB", number * FRAME_MILLISECONDS, 0x80) + frame)
        for number, frame in enumerate(frames)
    ]
    cluster = _element(0x1F43B675, _number(0xE7, 0), *blocks)
    tracks = _element(0x1654AE6B, track)
    return head + _element(0x18538067, info, tracks, _cues(len(info) + len(tracks)), cluster)


def _cues(before: int) -> bytes:
    """Where the first frame lies, counted from the start of the segment: without it no browser plays a loop."""

    def pointing(at: int) -> bytes:
        place = _element(0xB7, _number(0xF7, 1), _element(0xF1, at.to_bytes(4, "big")))
        return _element(0x1C53BB6B, _element(0xBB, _number(0xB3, 0), place))

    return pointing(before + len(pointing(0)))


def _element(name: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + (len(content) | 1 << 56).to_bytes(8, "big") + content


def _number(name: int, value: int) -> bytes:
    return _element(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))
