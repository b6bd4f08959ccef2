"""Pictures that came from outside: checked by content, re-encoded, made small; never passed on as they are.

A picture is decoded under caps on bytes, pixels and frames and written anew as WebP, so that no metadata, script or
oddity of the original reaches a browser. Videos are only recognised by their first bytes and kept as they are.
"""

import io
import warnings
from dataclasses import dataclass

import blurhash
from PIL import Image, ImageOps

LARGEST_FILE = 64 * 1024 * 1024
LARGEST_PIXELS = 80_000_000
FULL_WIDTH = 1200
THUMB_WIDTH = 450
_BLUR_SIZE = 32
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
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                if picture.width * picture.height > LARGEST_PIXELS:
                    return None
                picture.draft("RGB", (FULL_WIDTH, FULL_WIDTH))
                upright = ImageOps.exif_transpose(picture).convert("RGBA" if _is_transparent(picture) else "RGB")
    except (
        OSError,
        ValueError,
        SyntaxError,
        MemoryError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        return None
    full, thumb = _within(upright, FULL_WIDTH), _within(upright, THUMB_WIDTH)
    return Drawn(_webp(full, 86), _webp(thumb, 80), full.width, full.height, blurhash_of(thumb))


def video_suffix(content: bytes) -> str | None:
    """The suffix of a video by its first bytes, None when it is no video."""
    if content[4:8] == b"ftyp":
        return ".mp4"
    return ".webm" if content.startswith(b"\x1a\x45\xdf\xa3") else None


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


def _within(picture: Image.Image, width: int) -> Image.Image:
    copy = picture.copy()
    copy.thumbnail((width, width * 3), Image.Resampling.LANCZOS)
    return copy


def _webp(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=quality, method=3)
    return out.getvalue()
