"""Builds model files for tests: real headers and directories, holes where the weights would be."""

import json
import math
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from modella.core.tensors import BITS

Tensors = Mapping[str, tuple[str, Sequence[int]]]

_GGUF_TYPES = {"F32": (0, 1, 4), "F16": (1, 1, 2), "BF16": (30, 1, 2), "Q8_0": (8, 32, 34), "Q4_K": (12, 256, 144)}
_STORAGES = {"F32": "FloatStorage", "F16": "HalfStorage", "BF16": "BFloat16Storage", "I64": "LongStorage"}


def safetensors(path: Path, tensors: Tensors, metadata: Mapping[str, str] | None = None, cut: int = 0) -> Path:
    """A safetensors file; `cut` bytes are missing at its end."""
    header: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    at = 0
    for name, (dtype, shape) in tensors.items():
        end = at + (math.prod(shape) * BITS[dtype] + 7) // 8
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    return raw_safetensors(path, text, at - cut)


def raw_safetensors(path: Path, header: bytes, data: int = 0, length: int | None = None) -> Path:
    """A file with exactly this header text, `data` bytes of hole, and a stated `length` that may lie."""
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(header) if length is None else length) + header)
        file.truncate(8 + len(header) + data)
    return path


def gguf_text(value: str) -> bytes:
    """A string as GGUF writes it."""
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def gguf(path: Path, tensors: Tensors, metadata: Mapping[str, str | int | list[str]] | None = None) -> Path:
    """A GGUF file of version 3; shapes are given rows first and stored reversed, as the format wants."""
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(metadata or {}))
    for key, value in (metadata or {}).items():
        head += gguf_text(key) + _gguf_value(value)
    at = 0
    for name, (dtype, shape) in tensors.items():
        number, block, width = _GGUF_TYPES[dtype]
        head += gguf_text(name) + struct.pack("<I", len(shape))
        head += b"".join(struct.pack("<Q", one) for one in reversed(shape)) + struct.pack("<IQ", number, at)
        at += -(-math.prod(shape) // block * width // 32) * 32 + 32
    with path.open("wb") as file:
        file.write(head)
        file.truncate(-(-len(head) // 32) * 32 + at)
    return path


def _gguf_value(value: str | int | list[str]) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", 8) + gguf_text(value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(gguf_text, value))


def state_pickle(tensors: Tensors, wrap: Sequence[str] = ()) -> bytes:
    """The opcodes of a state dictionary as torch writes it, made by hand; `wrap` names dictionaries around it."""
    body = b"\x80\x02" + b"".join(b"}" + _unicode(key) for key in wrap) + b"}("
    for index, (name, (dtype, shape)) in enumerate(tensors.items()):
        key = b"\x8a\x01" + bytes([int(name[1:])]) if name.startswith("\x00") else _unicode(name)
        body += key + _tensor(dtype, shape, index)
    return body + b"u" + b"s" * len(wrap) + b"."


def _unicode(text: str) -> bytes:
    data = text.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def _tensor(dtype: str, shape: Sequence[int], index: int) -> bytes:
    storage = f"ctorch\n{_STORAGES[dtype]}\n".encode()
    size = b"(" + b"".join(b"J" + struct.pack("<i", one) for one in shape) + b"t"
    identity = b"(" + _unicode("storage") + storage + _unicode(str(index)) + _unicode("cpu") + b"K\x01tQ"
    return (
        b"ctorch._utils\n_rebuild_tensor_v2\n("
        + identity
        + b"K\x00"
        + size
        + size
        + b"\x89ccollections\nOrderedDict\n)RtR"
    )


def torch_zip(path: Path, data: bytes, compress: bool = False) -> Path:
    """A torch zip around the given pickle."""
    packing = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", packing) as archive:
        archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/version", "3\n")
        archive.writestr("archive/data/0", b"\x00" * 64)
    return path


def torch_legacy(path: Path, data: bytes) -> Path:
    """A torch file from before 1.6: magic, protocol and system information before the object, keys after it."""
    magic = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
    path.write_bytes(magic + b"\x80\x02M\xe9\x03." + b"\x80\x02}." + data + b"\x80\x02]." + b"\x00" * 64)
    return path
