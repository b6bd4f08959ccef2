"""The texts that a picture, a video or a sound carries: the workflow it was made with, and the text of A1111.

Nothing is decoded but the texts: a picture's pixels stay packed, so that its size does not matter. ComfyUI writes
`workflow` and `prompt` as texts of a PNG, as EXIF fields of WEBP, JPEG and AVIF (`workflow:{...}` in Make,
`prompt:{...}` in Model), and as tags of MP4, WEBM, MKV, FLAC and OGG, where the JSON is looked for by its beginning.
"""

import io
import json
import re
import struct
import warnings
import zlib

from PIL import ExifTags, Image

from modella.core.errors import BadContent
from modella.core.workflow import LARGEST as LARGEST_TEXT

LARGEST_FILE = 64 * 1024 * 1024
_FORMATS = ("PNG", "JPEG", "WEBP", "AVIF")
_NAMES = ("workflow", "prompt", "parameters")
_FIELD = re.compile(r"\s*(workflow|prompt|parameters)\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)
_STILLS = frozenset({b"avif", b"avis", b"mif1"})
_MEDIA = (b"\x1a\x45\xdf\xa3", b"fLaC", b"OggS")
_BEGINNING = re.compile(
    rb'\{\s*"(?:id|revision|last_node_id|nodes|version|prompt|workflow|extra|\d{1,9}(?::\d{1,9})*)"\s*:\s*["{\[\d]'
)
_TO_THE_END = re.compile(rb"[^\x00-\x08\x0b\x0c\x0e-\x1f]*")
_MOST_TRIED = 40
_BROKEN = (
    *(OSError, EOFError, RuntimeError, ValueError, TypeError, SyntaxError, MemoryError, ArithmeticError, LookupError),
    *(struct.error, zlib.error, Image.DecompressionBombError, Image.DecompressionBombWarning),
)
"""What Pillow raises over broken pictures."""


def is_media(content: bytes) -> bool:
    """Whether the bytes are no text, but something that may carry one."""
    return _is_video(content) or _is_picture(content)


def texts_of(content: bytes) -> dict[str, str]:
    """`workflow`, `prompt` and `parameters`, those of them that the bytes carry.

    BadContent("no-workflow-inside") when they carry none, "workflow-too-large" for more than 64 MiB.
    """
    if len(content) > LARGEST_FILE:
        raise BadContent("workflow-too-large", size=len(content), limit=LARGEST_FILE)
    found = _of_media(content) if _is_video(content) else _of_picture(content)
    if not found:
        raise BadContent("no-workflow-inside")
    return found


def _is_video(content: bytes) -> bool:
    return content.startswith(_MEDIA) or (content[4:8] == b"ftyp" and content[8:12] not in _STILLS)


def _is_picture(content: bytes) -> bool:
    starts = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM")
    return content.startswith(starts) or content[8:12] == b"WEBP" or content[4:8] == b"ftyp"


def _of_picture(content: bytes) -> dict[str, str]:
    try:
        with warnings.catch_warnings():
            # The pixels are not unpacked: a picture of any size may tell what it was made with.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                return {**_of_exif(picture.getexif()), **_of_info(picture.info)}
    except _BROKEN:
        return {}


def _of_info(info: dict[str | tuple[int, int], object]) -> dict[str, str]:
    """The texts of a PNG."""
    told = {str(name).lower(): value for name, value in info.items() if isinstance(value, str)}
    return {name: told[name] for name in _NAMES if told.get(name)}


def _of_exif(exif: Image.Exif) -> dict[str, str]:
    """Fields that say what they are, and the comment, which is A1111's or an object of both formats."""
    found: dict[str, str] = {}
    for value in exif.values():
        if isinstance(value, str) and (told := _FIELD.match(value)):
            found.setdefault(told[1].lower(), told[2].strip("\0 "))
    comment = _comment(exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment))
    if comment:
        found.setdefault("workflow" if comment.startswith("{") else "parameters", comment)
    return found


def _comment(value: object) -> str:
    """The text of a UserComment: eight bytes say how it is written."""
    if isinstance(value, str):
        return value.strip("\0 ")
    if not isinstance(value, bytes):
        return ""
    if value.startswith(b"UNICODE\0"):
        little = value[8:9] != b"\0"
        return value[8:].decode("utf-16-le" if little else "utf-16-be", "replace").strip("\0 ")
    return value.removeprefix(b"ASCII\0\0\0").decode("utf-8", "replace").strip("\0 ")


def _of_media(content: bytes) -> dict[str, str]:
    """JSON texts in the tags of a video or a sound: they lie there in one piece."""
    found: list[str] = []
    end = 0
    for tried, begin in enumerate(_BEGINNING.finditer(content)):
        if tried >= _MOST_TRIED:
            break
        if begin.start() < end:
            continue
        stretch = _TO_THE_END.match(content, begin.start(), begin.start() + LARGEST_TEXT)
        told = _whole_object(stretch[0]) if stretch else None
        if told:
            found.append(told)
            end = begin.start() + len(told.encode("utf-8", "surrogateescape"))
    return dict(zip(_NAMES, found[:2], strict=False))


def _whole_object(content: bytes) -> str | None:
    """The JSON object that bytes begin with, as its text."""
    told = content.decode("utf-8", "surrogateescape")
    try:
        _, end = json.JSONDecoder().raw_decode(told)
    except (ValueError, RecursionError):
        return None
    return told[:end]
