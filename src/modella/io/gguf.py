"""Reads the header of a GGUF file (ggml docs/gguf.md), skipping what is only long.

Every count and length is held against the bytes that remain; tokenizer lists are walked over, not built.
"""

import struct
from collections.abc import Callable
from typing import BinaryIO

from modella.core.tensors import Header, Tensor

_LARGEST = 256 * 1024 * 1024
"""Bytes of header we are willing to walk; the longest tokenizers need about a tenth."""
_MOST_KEYS = 100_000
_MOST_TENSORS = 200_000
_LEAST = 9
"""Bytes that the description of a tensor or a text needs at least (version 1 counts in four bytes)."""
_DEEPEST = 4
_LONGEST_TEXT = 65_535
_LONGEST_ARRAY = 64
_MOST_ENTRIES = 2_000_000
"""Entries of all lists together; the largest tokenizers have about a million."""
_STRING, _ARRAY = 8, 9
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}

_TYPES = {
    0: ("F32", 1, 4),
    1: ("F16", 1, 2),
    2: ("Q4_0", 32, 18),
    3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34),
    9: ("Q8_1", 32, 36),
    10: ("Q2_K", 256, 84),
    11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210),
    15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74),
    18: ("IQ3_XXS", 256, 98),
    19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18),
    21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1),
    25: ("I16", 1, 2),
    26: ("I32", 1, 4),
    27: ("I64", 1, 8),
    28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56),
    30: ("BF16", 1, 2),
    34: ("TQ1_0", 256, 54),
    35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17),
}
"""ggml type number: its name, values per block, bytes per block (ggml.h)."""


class _BrokenError(Exception):
    """The file does not hold what it says."""


class _UnreadError(Exception):
    """The file may be sound; that much is not read of any."""


class _Cursor:
    """Walks forward through the header, never past the end of the file."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = min(size, _LARGEST)
        self._whole = size
        self.at = 0
        self.order = "<"
        self._entries = 0

    def take(self, count: int) -> bytes:
        self._check(count)
        data = self._file.read(count)
        if len(data) != count:
            raise _BrokenError(f"cut off or broken: {count} bytes are promised at byte {self.at} of {self._whole}")
        self.at += count
        return data

    def skip(self, count: int) -> None:
        self._check(count)
        self._file.seek(count, 1)
        self.at += count

    def number(self, form: str) -> int | float:
        value: int | float = struct.unpack(self.order + form, self.take(struct.calcsize(self.order + form)))[0]
        return value

    def count(self, form: str = "Q") -> int:
        return int(self.number(form))

    def text(self, form: str = "Q") -> str:
        length = self.count(form)
        kept = self.take(min(length, _LONGEST_TEXT))
        self.skip(length - len(kept))
        return kept.decode("utf-8", "replace")

    def walk(self, count: int) -> range:
        """The turns of a list, if the file may have that many."""
        self._entries += count
        if count > self._whole - self.at:
            raise _BrokenError(f"a list of {count} entries does not fit into the file")
        if self._entries > _MOST_ENTRIES:
            raise _UnreadError("its lists are longer than is read of any file")
        return range(count)

    def _check(self, count: int) -> None:
        if count > self._whole - self.at:
            raise _BrokenError(f"cut off or broken: {count} bytes are promised at byte {self.at} of {self._whole}")
        if count > self._size - self.at:
            raise _UnreadError(f"its header is longer than the {_LARGEST} bytes that are read of any file")


def read(file: BinaryIO, size: int) -> Header:
    """The header; what was read before a fault is kept."""
    metadata: dict[str, str] = {}
    tensors: dict[str, Tensor] = {}
    problems: list[str] = []
    unread: list[str] = []
    cursor = _Cursor(file, size)
    try:
        _walk(cursor, size, metadata, tensors)
    except _BrokenError as fault:
        problems.append(str(fault))
    except _UnreadError as limit:
        unread.append(str(limit))
    for name, tensor in tensors.items():
        shape = _written_shape(metadata.get(f"comfy.gguf.orig_shape.{name}"))
        if shape:
            tensors[name] = Tensor(tensor.dtype, shape)
    return Header("gguf", tensors, metadata, size, tuple(problems), unread=tuple(unread))


def _walk(cursor: _Cursor, size: int, metadata: dict[str, str], tensors: dict[str, Tensor]) -> None:
    cursor.take(4)
    version = cursor.count("I")
    if version and not version & 0xFFFF:
        cursor.order, version = ">", int.from_bytes(version.to_bytes(4, "little"), "big")
    if version not in (1, 2, 3):
        raise _BrokenError(f"GGUF version {version} is not known")
    form = "I" if version == 1 else "Q"
    count, keys = cursor.count(form), cursor.count(form)
    if (count + keys) * _LEAST > size:
        raise _BrokenError(f"{count} tensors and {keys} texts do not fit into {size} bytes")
    if count > _MOST_TENSORS or keys > _MOST_KEYS:
        raise _UnreadError(f"{count} tensors and {keys} texts are more than is read of any file")
    for _ in range(keys):
        key = cursor.text(form)
        value = _value(cursor, cursor.count("I"), form, 0)
        if value is not None:
            metadata[key] = value
    end = _read_tensors(cursor, count, form, tensors)
    _check_data(cursor, size, metadata, end)


def _read_tensors(cursor: _Cursor, count: int, form: str, tensors: dict[str, Tensor]) -> int:
    end = 0
    for _ in range(count):
        name = cursor.text(form)
        dimensions = cursor.count("I")
        if dimensions > 8:
            raise _BrokenError(f"tensor {name[:100]!r} has {dimensions} dimensions")
        shape = tuple(reversed([cursor.count(form) for _ in range(dimensions)]))
        kind, offset = cursor.count("I"), cursor.count()
        dtype, block, width = _TYPES.get(kind, (f"TYPE_{kind}", 1, 0))
        if name in tensors:
            raise _BrokenError(f"the name {name[:100]!r} stands in the header twice")
        tensors[name] = Tensor(dtype, shape)
        values = 1
        for one in shape:
            values *= one
        end = max(end, offset + values // block * width)
    return end


def _check_data(cursor: _Cursor, size: int, metadata: dict[str, str], end: int) -> None:
    stated = metadata.get("general.alignment", "32")
    alignment = int(stated) if stated.isdecimal() and len(stated) < 10 else 0
    if not 0 < alignment <= 1 << 20 or alignment % 8:
        raise _BrokenError(f"alignment {stated[:20]} is impossible")
    begin = -(-cursor.at // alignment) * alignment
    if end and begin + end > size:
        raise _BrokenError(f"cut off: the header promises {begin + end} bytes, the file has {size}")


def _value(cursor: _Cursor, kind: int, form: str, depth: int) -> str | None:
    if kind == _STRING:
        return cursor.text(form)
    if kind == _ARRAY:
        return _array(cursor, form, depth)
    if kind not in _SCALARS:
        raise _BrokenError(f"value type {kind} is not known")
    return str(cursor.number(_SCALARS[kind]))


def _array(cursor: _Cursor, form: str, depth: int) -> str | None:
    if depth >= _DEEPEST:
        raise _BrokenError("lists are nested too deeply")
    kind, count = cursor.count("I"), cursor.count(form)
    if kind in _SCALARS:
        width = struct.calcsize("<" + _SCALARS[kind])
        if count > _LONGEST_ARRAY:
            cursor.skip(count * width)
            return None
        return " ".join(str(cursor.number(_SCALARS[kind])) for _ in range(count))
    if kind == _STRING and count <= _LONGEST_ARRAY:
        return ", ".join(cursor.text(form) for _ in range(count))
    step: Callable[[], object] = (
        (lambda: cursor.skip(cursor.count(form)))
        if kind == _STRING
        else (lambda: _value(cursor, kind, form, depth + 1))
    )
    for _ in cursor.walk(count):
        step()
    return None


def _written_shape(text: str | None) -> tuple[int, ...]:
    parts = (text or "").split()
    return tuple(map(int, parts)) if parts and all(part.isdecimal() and len(part) < 20 for part in parts) else ()
