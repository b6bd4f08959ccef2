"""Folders full of small LoRAs, as people have them: valid headers of a few trainers, names, and next to no weights."""

import json
import os
import struct
from pathlib import Path

_PER_FOLDER = 500
_LONG_AGO = 1_700_000_000
_LAYERS = ("attn1_to_q", "attn1_to_k", "attn1_to_v", "attn2_to_q")
_BASES = (("sdxl_base_v1-0", 2048), ("sd_v1.5", 768))


def fill(folder: Path, count: int) -> None:
    """Writes so many LoRAs, all older than a scan would wait for."""
    bodies = [_tensors(rank, width) for rank in (4, 8, 16, 32) for _, width in _BASES]
    for number in range(count):
        shelf = folder / f"shelf {number // _PER_FOLDER:03}"
        if number % _PER_FOLDER == 0:
            shelf.mkdir(parents=True)
        tensors, size = bodies[number % len(bodies)]
        _write(shelf / f"paper lantern {number}.safetensors", number, tensors, size)


def _write(path: Path, number: int, tensors: str, size: int) -> None:
    base, _ = _BASES[number % len(_BASES)]
    tags = {f"{10 + number % 5}_lantern": {f"tag {each} {number % 97}": each + 1 for each in range(40)}}
    texts = {
        "ss_base_model_version": base,
        "ss_network_module": "networks.lora",
        "ss_output_name": f"paper lantern {number}",
        "ss_tag_frequency": json.dumps(tags),
    }
    header = f'{{"__metadata__":{json.dumps(texts)},{tensors}}}'.encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        file.truncate(8 + len(header) + size)
    os.utime(path, (_LONG_AGO + number, _LONG_AGO + number))


def _tensors(rank: int, width: int) -> tuple[str, int]:
    """The tensors of a kohya LoRA as JSON, and the bytes of their data; its factors are thin, the disk is not large."""
    entries, at = {}, 0
    for block in range(4, 9):
        for layer in _LAYERS:
            name = f"lora_unet_input_blocks_{block}_1_transformer_blocks_0_{layer}"
            inner = width if layer == "attn2_to_k" else 320
            for part, shape in (("lora_down.weight", [1, inner]), ("lora_up.weight", [inner, 1]), ("alpha", [])):
                size = 2 * (inner if shape else 1)
                entries[f"{name}.{part}"] = {"dtype": "F16", "shape": shape, "data_offsets": [at, at + size]}
                at += size
    entries[f"lora_unet_rank_{rank}.alpha"] = {"dtype": "F16", "shape": [], "data_offsets": [at, at + 2]}
    return json.dumps(entries, separators=(",", ":"))[1:-1], at + 2
