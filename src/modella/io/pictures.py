"""Pictures that came from outside: checked by content, re-encoded, made small; never passed on as they are.

A picture is decoded under caps on bytes, pixels and frames, one at a time, and written anew as WebP, so that no
metadata, script or oddity of the original reaches a browser. Videos are only recognised by their first bytes and kept
as they are.
"""

import io
import struct
import threading
import warnings
from dataclasses import dataclass

import blurhash
from PIL import Image, ImageOps

LARGEST_FILE = 64 * 1024 * 1024
LARGEST_PIXELS = 40_000_000
FULL_WIDTH = 1200
THUMB_WIDTH = 450
_BLUR_SIZE = 32
_SIDEWAYS = frozenset({5, 6, 7, 8})
"""EXIF orientations that swap width and height."""
_ORIENTATION = 0x0112
_SMOOTH = frozenset({"L", "RGB", "RGBX", "CMYK", "YCbCr"})
"""Modes that shrink smoothly without a copy of the whole picture in another mode."""
_VIDEO_BRANDS = frozenset({b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"})
_EBML = b"\x1a\x45\xdf\xa3"
_NO_PICTURE = (
    *(OSError, EOFError, RuntimeError, ValueError, TypeError, SyntaxError, MemoryError, ArithmeticError, LookupError),
    *(struct.error, Image.DecompressionBombError, Image.DecompressionBombWarning),
)
"""What decoders raise over broken pictures."""
_drawing = threading.Lock()
"""Held while a picture is decoded: several big ones at once would not fit into a small machine."""
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "BMP")


@dataclass(frozen=True)
class Drawn:
    """A picture made safe: WebP bytes, their size in pixels, and the BlurHash of it."""

    content: bytes
    thumb: bytes
    width: int
    height: int
    blurhash: str


def draw(content: bytes) -> Drawn | None:
    """The picture re-encoded with its thumbnail, or None when it is none that we want."""
    if len(content) > LARGEST_FILE:
        return None
    try:
        with _drawing, warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                if picture.width * picture.height > LARGEST_PIXELS:
                    return None
                return _drawn(picture)
    except _NO_PICTURE:
        return None


def video_suffix(content: bytes) -> str | None:
    """The suffix of a video by its first bytes, None when it is no video that browsers play."""
    if content[4:8] == b"ftyp":
        return ".mp4" if content[8:12] in _VIDEO_BRANDS else None
    start = content[:64]
    return ".webm" if start.startswith(_EBML) and (b"webm" in start or b"matroska" in start) else None


def blurhash_of(picture: Image.Image) -> str:
    """The BlurHash of a picture, four by three components."""
    small = picture.convert("RGB")
    small.thumbnail((_BLUR_SIZE, _BLUR_SIZE))
    data = small.tobytes()
    rows = [
        [list(data[3 * (y * small.width + x) : 3 * (y * small.width + x) + 3]) for x in range(small.width)]
        for y in range(small.height)
    ]
    return str(blurhash.encode(rows, components_x=4, components_y=3))


def _is_transparent(picture: Image.Image) -> bool:
    return picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info


def _drawn(picture: Image.Image) -> Drawn:
    full = _shrunk(picture)
    thumb = full.copy()
    thumb.thumbnail((THUMB_WIDTH, THUMB_WIDTH * 3), Image.Resampling.LANCZOS)
    return Drawn(_webp(full, 86), _webp(thumb, 80), full.width, full.height, blurhash_of(thumb))


def _shrunk(picture: Image.Image) -> Image.Image:
    """The picture upright and small, in the mode it is written in; made small before anything copies it."""
    width, height = FULL_WIDTH, FULL_WIDTH * 3
    if picture.getexif().get(_ORIENTATION) in _SIDEWAYS:
        width, height = height, width
    picture.draft("RGB", (width, height))
    if picture.mode not in _SMOOTH:
        picture.thumbnail((width * 2, height * 2), Image.Resampling.NEAREST)
        picture = picture.convert("RGBA" if _is_transparent(picture) else "RGB")
    picture.thumbnail((width, height), Image.Resampling.LANCZOS)
    return ImageOps.exif_transpose(picture).convert("RGBA" if _is_transparent(picture) else "RGB")


def _webp(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=quality, method=3)
    return out.getvalue()
