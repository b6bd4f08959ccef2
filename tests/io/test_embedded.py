"""Pictures, videos and sounds that carry a workflow."""

import io
import json
import struct
import zlib
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from modella.core.errors import BadContent
from modella.io.embedded import LARGEST_FILE, is_media, texts_of

SCREEN = json.dumps({"last_node_id": 1, "nodes": [{"id": 1, "type": "VAELoader", "widgets_values": ["ä.safetensors"]}]})
API = json.dumps({"1": {"class_type": "VAELoader", "inputs": {"vae_name": "a.safetensors"}}})
A1111 = "a cat\nSteps: 20, Model: x"


def picture(kind: str, **more: Any) -> bytes:
    """A small picture with what is saved beside it."""
    made = io.BytesIO()
    Image.new("RGB", (8, 8)).save(made, kind, **more)
    return made.getvalue()


def png(add: str, *, packed: bool = False) -> bytes:
    """A PNG with texts of one sort: `text` (also packed) or `itxt`."""
    told = PngInfo()
    for name, value in (("workflow", SCREEN), ("prompt", API)):
        getattr(told, f"add_{add}")(name, value, zip=packed)
    return picture("PNG", pnginfo=told)


@pytest.mark.parametrize(("add", "packed"), [("text", False), ("text", True), ("itxt", False), ("itxt", True)])
def test_a_png_carries_texts(add: str, packed: bool) -> None:
    assert texts_of(png(add, packed=packed)) == {"workflow": SCREEN, "prompt": API}


@pytest.mark.parametrize("kind", ["WEBP", "JPEG"])
def test_other_pictures_carry_fields(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = f"workflow:{SCREEN}"
    exif[0x0110] = f"Prompt: {API}"
    assert texts_of(picture(kind, exif=exif)) == {"workflow": SCREEN, "prompt": API}


@pytest.mark.parametrize("how", ["utf-16-le", "utf-16-be"])
def test_a_comment_carries_the_text_of_a1111(how: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + A1111.encode(how)
    assert texts_of(picture("JPEG", exif=exif)) == {"parameters": A1111}


def test_a_png_of_a1111_carries_its_text() -> None:
    told = PngInfo()
    told.add_text("parameters", A1111)
    assert texts_of(picture("PNG", pnginfo=told)) == {"parameters": A1111}


@pytest.mark.parametrize("start", [b"\0\0\0\x18ftypisom", b"\x1a\x45\xdf\xa3", b"fLaC", b"OggS"])
def test_videos_and_sounds_carry_them_in_tags(start: bytes) -> None:
    content = start + bytes(50) + b"prompt=" + API.encode() + b"\x01\0\0workflow=" + SCREEN.encode() + bytes(50)
    assert is_media(content)
    assert set(texts_of(content).values()) == {SCREEN, API}


def test_a_picture_without_one_says_so() -> None:
    for content in (picture("PNG"), picture("GIF"), b"\x89PNG\r\n\x1a\nbroken", b"fLaC", b"\xff\xd8\xff"):
        with pytest.raises(BadContent) as caught:
            texts_of(content)
        assert caught.value.code == "no-workflow-inside"


def test_a_text_that_unpacks_without_end_is_not_unpacked() -> None:
    bomb = b"workflow\0\0" + zlib.compress(bytes(80_000_000))
    chunk = struct.pack(">I", len(bomb)) + b"zTXt" + bomb + struct.pack(">I", zlib.crc32(b"zTXt" + bomb))
    plain = picture("PNG")
    with pytest.raises(BadContent) as caught:
        texts_of(plain[:33] + chunk + plain[33:])
    assert caught.value.code == "no-workflow-inside"


def test_a_picture_of_unreasonable_size_is_not_opened() -> None:
    content = bytearray(png("text"))
    content[16:24] = struct.pack(">II", 60_000, 60_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    with pytest.raises(BadContent) as caught:
        texts_of(bytes(content))
    assert caught.value.code == "no-workflow-inside"


def test_a_file_beyond_all_reason_is_refused() -> None:
    with pytest.raises(BadContent) as caught:
        texts_of(b"\x89PNG\r\n\x1a\n" + bytes(LARGEST_FILE))
    assert caught.value.code == "workflow-too-large"


def test_json_is_no_picture() -> None:
    assert not is_media(SCREEN.encode())
    assert not is_media(b"")
