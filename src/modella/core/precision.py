"""The number format most of a file's bytes are in, by the names people use for it."""

import math

from modella.core.tensors import BITS, Header

_NAMES = {
    "F16": "fp16",
    "BF16": "bf16",
    "F32": "fp32",
    "F64": "fp64",
    "F8_E4M3": "fp8_e4m3",
    "F8_E5M2": "fp8_e5m2",
    "F8_E4M3FNUZ": "fp8_e4m3",
    "F8_E5M2FNUZ": "fp8_e5m2",
    "I8": "int8",
    "U8": "uint8",
    "F4": "fp4",
}

_MARKS = (
    (("bitsandbytes__nf4",), "nf4"),
    (("bitsandbytes__fp4",), "fp4"),
    ((".weight_scale_2",), "nvfp4"),
    ((".wscales",), "svdq_int4"),
    ((".qzeros",), "int4"),
)
"""Tensors that only a certain quantisation leaves behind, tested in this order."""

_SCALES = ("scaled_fp8", ".scale_weight", ".weight_scale")

_GGUF_FILE_TYPES = {
    0: "fp32",
    1: "fp16",
    2: "q4_0",
    3: "q4_1",
    7: "q8_0",
    8: "q5_0",
    9: "q5_1",
    10: "q2_k",
    11: "q3_k_s",
    12: "q3_k_m",
    13: "q3_k_l",
    14: "q4_k_s",
    15: "q4_k_m",
    16: "q5_k_s",
    17: "q5_k_m",
    18: "q6_k",
    19: "iq2_xxs",
    20: "iq2_xs",
    21: "q2_k_s",
    22: "iq3_xs",
    23: "iq3_xxs",
    24: "iq1_s",
    25: "iq4_nl",
    26: "iq3_s",
    27: "iq3_m",
    28: "iq2_s",
    29: "iq2_m",
    30: "iq4_xs",
    31: "iq1_m",
    32: "bf16",
    36: "tq1_0",
    37: "tq2_0",
    38: "mxfp4",
}
"""`general.file_type` (ggml docs/gguf.md and llama.h)."""

_MOSTLY = 0.6


def precision_of(header: Header) -> str | None:
    """The dominating format, `mixed` when none dominates, None when there is nothing to weigh."""
    if header.format == "gguf":
        stated = header.metadata.get("general.file_type", "")
        if stated.isdecimal() and len(stated) < 4 and int(stated) in _GGUF_FILE_TYPES:
            return _GGUF_FILE_TYPES[int(stated)]
    weights = _weights(header)
    total = sum(weights.values())
    if not total:
        return None
    dtype, most = max(weights.items(), key=lambda one: one[1])
    marked = _marked(header, dtype)
    if marked:
        return marked
    return _NAMES.get(dtype, dtype.lower()) if most >= _MOSTLY * total else "mixed"


def _weights(header: Header) -> dict[str, int]:
    weights: dict[str, int] = {}
    for dtype, shape in header.tensors.values():
        weights[dtype] = weights.get(dtype, 0) + math.prod(shape)
    return {dtype: count * BITS.get(dtype, 8) for dtype, count in weights.items()}


def _marked(header: Header, dtype: str) -> str | None:
    if dtype not in ("U8", "I8", "I32", "F4") and not dtype.startswith("F8"):
        return None
    names = "\n".join(header.tensors)
    for marks, word in _MARKS:
        if any(mark in names for mark in marks):
            return "svdq_fp4" if word == "svdq_int4" and _four_bit_float(header) else word
    if dtype.startswith("F8_E"):
        return "fp8_scaled" if any(mark in names for mark in _SCALES) else None
    return None


def _four_bit_float(header: Header) -> bool:
    return "fp4" in header.metadata.get("quantization_config", "").lower()
