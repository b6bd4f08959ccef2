"""Reads what a model file says about itself: by its first bytes, never by its name, and never trusting a length.

Bad content never raises: it becomes a problem of the header. Only OSError comes through.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from modella.core.tensors import Header, Tensor
from modella.io import gguf, pickles, safetensors

_START = 512
_LARGEST_JSON = 16 * 1024 * 1024
_SHARD = re.compile(r"^(?P<stem>.+)-(?P<part>\d{5})-of-(?P<parts>\d{5})\.safetensors$")
_MOST_SHARDS = 200


def read_header(path: Path) -> Header:
    """The header of any model file; `format` is safetensors, gguf, torch, zip, workflow, json, html or unknown.

    A part of a split safetensors model also shows the tensors of the parts its sibling index names. Raises OSError.
    """
    header = _read_one(path)
    split = _SHARD.match(path.name) if header.format == "safetensors" else None
    return _with_siblings(path, header, split) if split and not header.problems else header


def _read_one(path: Path) -> Header:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        start = file.read(_START)
        file.seek(0)
        if not start:
            return Header("unknown", problems=("the file is empty",))
        return _reader_of(start)(file, size)


def _reader_of(start: bytes) -> Callable[[BinaryIO, int], Header]:
    if start[:4] == b"GGUF":
        return gguf.read
    if start[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return pickles.read_zip
    if safetensors.looks_right(start):
        return safetensors.read
    if start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return pickles.read_bare
    return _read_text


def _read_text(file: BinaryIO, size: int) -> Header:
    start = file.read(_START)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for mark, form, problem in _SAVED_BY_MISTAKE:
        if text.startswith(mark):
            return Header(form, size=size, problems=(problem,))
    if text.startswith((b"{", b"[")):
        return _read_json(file, size)
    if not start.strip(b"\x00"):
        file.seek(0)
        only = "only zeros" if _only_zeros(file, size) else "zeros at its beginning"
        return Header("unknown", size=size, problems=(f"the file holds {only}: an unfinished download",))
    if len(start) >= 8 and safetensors.stated_length(start) > 0 and b"{" in start[8:16]:
        return safetensors.read_from(file, size)
    return Header("unknown", size=size, problems=() if _known_elsewhere(start) else ("no known model format",))


_SAVED_BY_MISTAKE = (
    (b"<!doctype", "html", "a saved web page, not a model"),
    (b"<html", "html", "a saved web page, not a model"),
    (b"<head", "html", "a saved web page, not a model"),
    (b"<?xml", "html", "a saved XML answer, not a model"),
    (b"version https://git-lfs", "text", "a Git LFS pointer: the real file was never fetched"),
)


def _known_elsewhere(start: bytes) -> bool:
    return start.startswith(
        (b"\x89HDF", b"\x93NUMPY", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"\x08\x07\x12", b"\x89PNG")
    )


def _only_zeros(file: BinaryIO, size: int) -> bool:
    """Whether the first megabytes and the last bytes are zeros; the middle of a large file is not read."""
    beginning = any(file.read(1 << 20).strip(b"\x00") for _ in range(8))
    file.seek(max(0, size - _START))
    return not beginning and not file.read().strip(b"\x00")


def _read_json(file: BinaryIO, size: int) -> Header:
    file.seek(0)
    if size > _LARGEST_JSON:
        return Header("json", size=size)
    try:
        value = json.loads(file.read(_LARGEST_JSON))
    except (ValueError, RecursionError):
        return Header("text", size=size, problems=("a text file that is no readable JSON",))
    if isinstance(value, dict):
        if "error" in value and len(value) <= 6:
            said = json.dumps(value["error"], ensure_ascii=False)[:200]
            return Header("json", size=size, problems=(f"a saved error answer, not a model: {said}",))
        nodes = value.get("nodes")
        steps = [step for step in value.values() if isinstance(step, dict) and "class_type" in step]
        if (isinstance(nodes, list) and "links" in value) or (steps and len(steps) == len(value)):
            return Header("workflow", size=size, metadata={"nodes": str(len(nodes or steps))})
    return Header("json", size=size)


def _with_siblings(path: Path, header: Header, split: re.Match[str]) -> Header:
    here = f"{int(split['part'])} of {int(split['parts'])}"
    names = _indexed(path.with_name(f"{split['stem']}.safetensors.index.json"))
    tensors = dict(header.tensors)
    for name in sorted(set(names.values())):
        sibling = path.with_name(name)
        if _SHARD.match(name) and sibling != path and sibling.is_file():
            tensors |= _read_one(sibling).tensors
    complete = bool(names) and tensors.keys() >= names.keys()
    for tensor in names:
        tensors.setdefault(tensor, Tensor("unknown", ()))
    return Header(
        header.format,
        tensors,
        header.metadata,
        header.size,
        header.problems,
        header.suspicious,
        header.header_length,
        None if complete else here,
    )


def _indexed(path: Path) -> dict[str, str]:
    """Tensor name to file name, as a split model's index says; empty when there is none worth reading."""
    try:
        text = path.read_bytes() if path.stat().st_size <= _LARGEST_JSON else b""
        places = json.loads(text)["weight_map"]
    except (OSError, ValueError, RecursionError, LookupError, TypeError):
        return {}
    if not isinstance(places, dict):
        return {}
    plain = {key: name for key, name in places.items() if isinstance(name, str) and Path(name).name == name}
    return plain if len(set(plain.values())) <= _MOST_SHARDS else {}
