"""The files that are downloaded: valid safetensors of a chosen size, so that every step has its real work to do."""

import hashlib
import json
import os
import struct
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024
MB = 1_000_000
_BLOCK = 8 * MIB
_HALF = 2
_CONTEXT, _INNER = 2048, 640
_PLACES = tuple(
    f"lora_unet_{block}_transformer_blocks_{depth}_attn2_to_{letter}"
    for block in ("down_blocks_1_attentions_0", "down_blocks_1_attentions_1", "up_blocks_1_attentions_0")
    for depth in range(2)
    for letter in ("k", "v")
)


@dataclass(frozen=True)
class Weights:
    """A file to be downloaded, its size in bytes and its SHA-256."""

    path: Path
    size: int
    sha256: str


def lora_header(size: int) -> bytes:
    """The beginning of a LoRA for SDXL whose whole file is at most `size` bytes, and within 1 % of it when large."""
    row = (_CONTEXT + _INNER) * _HALF
    rank = max(1, (size - 8 * 1024) // (row * len(_PLACES)))
    header: dict[str, object] = {"__metadata__": {"ss_base_model_version": "sdxl_base_v1-0"}}
    at = 0
    for place in _PLACES:
        for side, shape in (("lora_down", [rank, _CONTEXT]), ("lora_up", [_INNER, rank])):
            end = at + shape[0] * shape[1] * _HALF
            header[f"{place}.{side}.weight"] = {"dtype": "F16", "shape": shape, "data_offsets": [at, end]}
            at = end
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text


def data_size(header: bytes) -> int:
    """Bytes of weights that a header announces."""
    tensors = json.loads(header[8:])
    return max(int(tensor["data_offsets"][1]) for name, tensor in tensors.items() if name != "__metadata__")


def random_lora(path: Path, size: int) -> Weights:
    """Writes a LoRA of random bytes: nothing on the way can compress it or find two blocks alike."""
    header = lora_header(size)
    left = data_size(header)
    hasher = hashlib.sha256(header)
    total = len(header) + left
    with path.open("wb") as file:
        file.write(header)
        while left:
            block = os.urandom(min(_BLOCK, left))
            file.write(block)
            hasher.update(block)
            left -= len(block)
    return Weights(path, total, hasher.hexdigest())


def sparse_lora(path: Path, size: int) -> Weights:
    """Writes a LoRA whose weights are a hole: large to everybody who reads it, nothing on the disk."""
    header = lora_header(size)
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + data_size(header))
    return Weights(path, path.stat().st_size, sha256_of(path))


def sha256_of(path: Path) -> str:
    """SHA-256 of a file as it lies there."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
