"""Reads what a model file says about itself: by its first bytes, never by its name, and never trusting a length.

Bad content never raises: it becomes a problem of the header. Only OSError comes through.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from modella.core.grouping import DIFFUSERS_INDEX, group
from modella.core.tensors import Header, Tensor
from modella.io import gguf, pickles, safetensors

_START = 512
_LARGEST_JSON = 16 * 1024 * 1024
_SHARD = re.compile(r"^(?P<stem>.+)-(?P<part>\d{5})-of-(?P<parts>\d{5})\.safetensors$")
_MOST_SHARDS = 200

_COMPONENTS = {
    "transformer": "transformer.",
    **dict.fromkeys(("unet", "prior", "decoder"), "unet."),
    **dict.fromkeys(("vae", "vqgan", "movq", "vqvae"), "vae."),
    **{name: f"{name}." for name in ("text_encoder", "text_encoder_2", "text_encoder_3")},
    **dict.fromkeys(("text_encoder_4", "text_model", "mllm"), "text_encoders."),
    "image_encoder": "clip_l_vision.",
}
"""The folders of a diffusers model, and what their tensors are called in a checkpoint of one file.

A second denoiser (Wan 2.2 has one for each half of the steps) is like the first; safety checkers say nothing.
"""


def read_header(path: Path) -> Header:
    """The header of any model file; `format` is safetensors, gguf, torch, zip, workflow, json, html or unknown.

    A part of a split safetensors model also shows the tensors of its other parts, as an index beside it or their
    names tell. Raises OSError.
    """
    header = _read_one(path)
    split = _SHARD.match(path.name) if header.format == "safetensors" else None
    return _with_siblings(path, header, split) if split and not header.problems else header


def read_folder(path: Path) -> Header | None:
    """The header of a folder that is one model; None for any other folder.

    A diffusers model (`model_index.json` and a folder for each part) reads as a checkpoint of one file would: format
    `diffusers`, tensors of all parts. A folder of one part (weights, perhaps in shards, with or without a
    `config.json`) reads as that part. What the configurations say is kept under `_class_name`. Raises OSError.
    """
    names = sorted(entry.name for entry in path.iterdir() if entry.is_file())
    if DIFFUSERS_INDEX in names:
        return _read_diffusers(path)
    main = _one_model(names)
    if main is None:
        return None
    header = read_header(path / main)
    return replace(header, metadata={**_class_of(path / "config.json"), **header.metadata})


def _one_model(names: Sequence[str]) -> str | None:
    """The file that stands for the only model among these; the plain form where the same weights lie in several."""
    groups = group(names)
    if not _CONFIGURATIONS.isdisjoint(names):
        mains = [each.main for each in groups if re.split(r"[.-]", each.main)[0] in _OF_LIBRARIES or len(groups) == 1]
        mains.sort(key=lambda name: (Path(name).suffix != ".safetensors", len(name), name))
        return mains[0] if mains else None
    return groups[0].main if len(groups) == 1 and len(groups[0].files) > 1 else None


_CONFIGURATIONS = frozenset({"config.json", "adapter_config.json"})
_OF_LIBRARIES = frozenset({"diffusion_pytorch_model", "model", "pytorch_model", "adapter_model"})


def _read_diffusers(path: Path) -> Header:
    tensors: dict[str, Tensor] = {}
    metadata = _class_of(path / DIFFUSERS_INDEX)
    size, problems, suspicious, unread = 0, list[str](), list[str](), list[str]()
    for folder, prefix in _COMPONENTS.items():
        names = sorted(each.name for each in (path / folder).iterdir()) if (path / folder).is_dir() else []
        main = _one_model([*names, "config.json"])
        if main is None or (prefix in _DENOISER and any(name.startswith(_DENOISER) for name in tensors)):
            continue
        part = read_header(path / folder / main)
        tensors |= {prefix + name: tensor for name, tensor in part.tensors.items()}
        size += part.size
        problems += [f"{folder}/{main}: {problem}" for problem in part.problems]
        unread += [f"{folder}/{main}: {reason}" for reason in part.unread]
        suspicious += part.suspicious
    if not tensors and not problems:
        unread.append("none of its folders holds weights that can be read")
    return Header("diffusers", tensors, metadata, size, tuple(problems), tuple(suspicious), unread=tuple(unread))


_DENOISER = ("transformer.", "unet.")


def _class_of(path: Path) -> dict[str, str]:
    """What a configuration calls its model; empty when there is none worth reading."""
    try:
        text = path.read_bytes() if path.stat().st_size <= _LARGEST_JSON else b""
        told = json.loads(text)
    except (OSError, ValueError, RecursionError):
        return {}
    name = told.get("_class_name") if isinstance(told, dict) else None
    return {"_class_name": name[:200]} if isinstance(name, str) else {}


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
    tensors, problems, there = dict(header.tensors), list(header.problems), 1
    for name in sorted(set(names.values())) or _parts(split):
        sibling = path.with_name(name)
        if _SHARD.match(name) and sibling != path and sibling.is_file():
            part = _read_one(sibling)
            tensors |= part.tensors
            problems += [f"{name}: {problem}" for problem in part.problems]
            there += 1
    complete = tensors.keys() >= names.keys() if names else there == int(split["parts"])
    for tensor in names:
        tensors.setdefault(tensor, Tensor("unknown", ()))
    shard = None if complete else here
    return replace(header, tensors=tensors, problems=tuple(problems), shard=shard, structure=None)


def _parts(split: re.Match[str]) -> list[str]:
    """The names of all parts of a split model that has no index."""
    count = min(int(split["parts"]), _MOST_SHARDS)
    return [f"{split['stem']}-{part:05d}-of-{split['parts']}.safetensors" for part in range(1, count + 1)]


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
