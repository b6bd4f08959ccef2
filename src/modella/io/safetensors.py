"""Reads the header of a safetensors file strictly, and says everything that is wrong with it.

Source of the rules: the format description and the reference reader of safetensors 0.8. What the reference accepts
although the format forbids it (a name twice, blanks before the brace) is reported too.
"""

import json
import math
import re
import struct
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, BinaryIO, NamedTuple

from blake3 import blake3

from modella.core.tensors import BITS, Header, Tensor

_LARGEST = 100_000_000
_PARSED = 48 * 1024 * 1024
"""Bytes of JSON we are willing to hold in memory; real headers stay far below."""
_MOST_PROBLEMS = 5
_TEXTS_FIRST = re.compile(rb'\{\s*"__metadata__"\s*:\s*')
_DECODER = json.JSONDecoder()


def stated_length(start: bytes) -> int:
    """The header length the first eight bytes state."""
    return int(struct.unpack_from("<Q", start)[0])


def looks_right(start: bytes) -> bool:
    """Whether the file begins like safetensors: a length, then a brace; JSON text begins with a brace of its own."""
    return start[8:9] == b"{" and not (start[:1] in (b"{", b"[") and stated_length(start) >> 56)


def read(file: BinaryIO, size: int) -> Header:
    """The header; problems for everything that breaks the format."""
    length = stated_length(file.read(8))
    problem = _bad_length(length, size)
    if problem:
        return Header("safetensors", size=size, problems=(problem,))
    if length > _PARSED:
        long = f"its header is {length} bytes long, more than is read of any file"
        return Header("safetensors", size=size, header_length=8 + length, unread=(long,))
    text = file.read(length)
    return _read_alike(text, size) or _read_whole(text, size)


def _read_whole(text: bytes, size: int) -> Header:
    length = len(text)
    entries, problems = _parse(text)
    if entries is None:
        return Header("safetensors", size=size, problems=tuple(problems), header_length=8 + length)
    metadata = _texts(entries.pop("__metadata__", {}), problems)
    tensors, end = _tensors(entries, problems)
    problems += _misfit(end, size - 8 - length) if not problems else []
    return Header("safetensors", tensors, metadata, size, tuple(problems[:_MOST_PROBLEMS]), (), 8 + length)


class _Described(NamedTuple):
    """The tensors of a sound header, and where the last of them ends."""

    tensors: Mapping[str, Tensor]
    end: int


_MOST_TENSORS, _MOST_TOGETHER = 4000, 128_000
"""Tensors of one remembered header (an SDXL LoRA with both text encoders has 2,958), and of all of them."""
_known: "OrderedDict[str, _Described]" = OrderedDict()
_known_lock = threading.Lock()


def _read_alike(text: bytes, size: int) -> Header | None:
    """The header of a file whose tensors are described to the last byte like those of one that was just read.

    A trainer writes the same thousand tensors into every file; only the texts in front of them differ. None when the
    texts do not come first, or when anything at all is wrong: the whole header is read then.
    """
    begin = _TEXTS_FIRST.match(text)
    if begin is None:
        return None
    try:
        texts, end = _DECODER.raw_decode(decoded := text.decode(), begin.end())
    except (ValueError, RecursionError):
        return None
    problems: list[str] = []
    metadata, rest = _texts(texts, problems), decoded[end:]
    if problems or not rest.startswith((",", "}")) or '"__metadata__"' in rest:
        return None
    structure = blake3(rest.encode()).hexdigest()
    described = _remembered(structure) or _described(structure, rest)
    if described is None or _misfit(described.end, size - 8 - len(text)):
        return None
    return Header("safetensors", described.tensors, metadata, size, (), (), 8 + len(text), None, structure)


def _remembered(structure: str) -> _Described | None:
    with _known_lock:
        found = _known.get(structure)
        if found is not None:
            _known.move_to_end(structure)
        return found


def _described(structure: str, rest: str) -> _Described | None:
    entries, problems = _parse(f"{{{rest[1:] if rest.startswith(',') else rest}".encode())
    if entries is None or problems or len(entries) > _MOST_TENSORS:
        return None
    tensors, end = _tensors(entries, problems)
    if problems:
        return None
    found = _Described(tensors, end)
    with _known_lock:
        _known[structure] = found
        while len(_known) > 1 and sum(len(one.tensors) for one in _known.values()) > _MOST_TOGETHER:
            _known.popitem(last=False)
    return found


def read_from(file: BinaryIO, size: int) -> Header:
    """The header of a file whose brace does not follow the length at once."""
    file.seek(0)
    header = read(file, size)
    early = "blanks before the header's brace, which the format forbids"
    return Header(
        header.format,
        header.tensors,
        header.metadata,
        size,
        (*header.problems, *(() if header.problems else (early,))),
        (),
        header.header_length,
    )


def _bad_length(length: int, size: int) -> str | None:
    if length > _LARGEST:
        return f"the header claims {length} bytes; the format allows {_LARGEST}"
    if 8 + length > size:
        return f"the header claims {length} bytes, the file has {size}: cut off or broken"
    return None


def _parse(text: bytes) -> tuple[dict[str, Any] | None, list[str]]:
    try:
        entries = json.loads(text.decode("utf-8"))
    except UnicodeDecodeError:
        return None, ["the header is not UTF-8"]
    except RecursionError:
        return None, ["the header is nested too deeply"]
    except ValueError as error:
        return None, [f"the header is not JSON: {str(error)[:100]}"]
    if not isinstance(entries, dict):
        return None, ["the header is not a JSON object"]
    # Counting a word that each tensor needs once finds repeated names without a slower parser.
    tensors = len(entries) - ("__metadata__" in entries)
    if text.count(b'"data_offsets"') == tensors and text.count(b'"__metadata__"') <= 1:
        return entries, []
    return entries, _repeated(text)


def _repeated(text: bytes) -> list[str]:
    twice: list[str] = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen = dict(pairs)
        if len(seen) != len(pairs):
            names = [name for name, _ in pairs]
            twice.extend(name for name in seen if names.count(name) > 1)
        return seen

    try:
        json.loads(text, object_pairs_hook=note)
    except (ValueError, RecursionError):
        return ["the header is nested too deeply"]
    return [f"the name {name[:100]!r} stands in the header twice" for name in twice[:_MOST_PROBLEMS]]


def _texts(value: Any, problems: list[str]) -> Mapping[str, str]:
    listed = value.items() if isinstance(value, dict) else ()
    texts = {key: text for key, text in listed if isinstance(text, str)}
    if not isinstance(value, dict) or len(texts) != len(value):
        problems.append("the header's metadata is not text to text")
    return texts


def _tensors(entries: Mapping[str, Any], problems: list[str]) -> tuple[dict[str, Tensor], int]:
    """The tensors, and the byte of the data where the last one ends."""
    tensors: dict[str, Tensor] = {}
    spans: list[tuple[int, int]] = []
    for name, entry in entries.items():
        try:
            dtype, shape, (begin, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
            fault = _fault(dtype, shape, begin, end)
        except (TypeError, KeyError, ValueError):
            fault = "is not described as the format wants"
        if fault:
            problems.append(f"tensor {name[:100]!r} {fault}")
            continue
        tensors[name] = Tensor(dtype, tuple(shape))
        spans.append((begin, end))
    if not problems:
        problems.extend(_untiled(spans))
    return tensors, max((end for _, end in spans), default=0)


def _fault(dtype: Any, shape: Any, begin: Any, end: Any) -> str | None:
    if type(dtype) is not str or type(shape) is not list or type(begin) is not int or type(end) is not int:
        return "is not described as the format wants"
    for one in shape:
        if type(one) is not int or one < 0:
            return "has a dimension that is no size"
    if not 0 <= begin <= end:
        return "has impossible offsets"
    bits = BITS.get(dtype)
    # A type that is not in the table is a newer format, whose size we cannot check.
    if bits is None:
        return None
    if len(shape) > 64 or (math.prod(shape) * bits + 7) // 8 != end - begin:
        return f"states {end - begin} bytes, its shape needs another number"
    return None


def _untiled(spans: list[tuple[int, int]]) -> list[str]:
    spans.sort()
    at = 0
    for begin, end in spans:
        if begin != at:
            return [f"tensors {'overlap' if begin < at else 'leave a hole'} at byte {min(begin, at)} of the data"]
        at = end
    return []


def _misfit(end: int, space: int) -> list[str]:
    if end > space:
        return [f"cut off: the header promises {end} bytes of data, the file has {space}"]
    if end < space:
        return [f"{space - end} bytes follow the last tensor"]
    return []
