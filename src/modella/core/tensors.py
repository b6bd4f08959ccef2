"""What a model file says about itself before any weight is read: its tensors, texts and faults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Tensor(NamedTuple):
    """Type and shape of one tensor; shape as torch prints it (rows first)."""

    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """The readable outside of a file. `problems` make it invalid, `suspicious` are names a pickle wants to import.

    `unread` says why not all of it was looked at: nothing is proven broken then, and nothing is proven good.

    `size` and `header_length` are in bytes; everything from `header_length` on is what AutoV3 hashes (safetensors).
    `shard` is the "2 of 5" of a split model whose other parts were not found. `structure` is the same for headers
    whose tensors are the same to the last byte, None where nobody has compared.
    """

    format: str
    tensors: Mapping[str, Tensor] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    size: int = 0
    problems: tuple[str, ...] = ()
    suspicious: tuple[str, ...] = ()
    header_length: int | None = None
    shard: str | None = None
    structure: str | None = None
    unread: tuple[str, ...] = ()


BITS = {
    "BOOL": 8,
    "U8": 8,
    "I8": 8,
    "F8_E5M2": 8,
    "F8_E4M3": 8,
    "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8,
    "I16": 16,
    "U16": 16,
    "F16": 16,
    "BF16": 16,
    "I32": 32,
    "U32": 32,
    "F32": 32,
    "I64": 64,
    "U64": 64,
    "F64": 64,
    "C64": 64,
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
}
"""Bits of one element by safetensors type name (safetensors 0.8); an unknown name is a newer format, not damage."""
