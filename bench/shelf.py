"""A library of many models, written straight into metadata files: the records are real, the weights are absent."""

import hashlib
import json
from pathlib import Path

_FAMILIES = ("sd15", "sdxl", "flux1", "wan21", "qwen-image")
_SHELF = 1000


def fill(library: Path, count: int) -> None:
    """Writes so many records; the index is left to whoever opens the library."""
    for number in range(count):
        family = _FAMILIES[number % len(_FAMILIES)]
        folder = library / "loras" / family / f"{number // _SHELF:03}" / f"paper-lantern-{number}"
        folder.mkdir(parents=True)
        (folder / "metadata.json").write_text(json.dumps(record(number, family)))


def record(number: int, family: str) -> dict[str, object]:
    """One model's metadata, about as long as one from Civitai without its payload."""
    name = f"paper-lantern-{number}"
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    moment = f"2026-01-{number % 28 + 1:02}T{number % 24:02}:00:00.000+00:00"
    return {
        "schema": 1,
        "id": f"bench{number:021}",
        "name": f"Paper Lantern No. {number}",
        "cleaned_name": name,
        "kind": "lora",
        "family": family,
        "base_model": family,
        "version": f"v{number % 9}",
        "files": [
            {
                "name": f"{name}.safetensors",
                "size": 36_000_000 + number,
                "sha256": sha256,
                "autov2": sha256[:10],
                "format": "safetensors",
                "verified": {"state": "verified", "by": "civitai", "expected": sha256, "at": moment},
            }
        ],
        "trained_words": [f"lantern{number}", "paper glow"],
        "tags": ["style", "lantern", "paper", f"series {number % 500}"],
        "description": "<p>Soft light through folded paper. Use it at a weight between 0.6 and 0.9.</p>" * 4,
        "description_format": "html",
        "creator": f"maker{number % 2000}",
        "sources": [{"source": "civitai", "model_id": str(number), "version_id": str(number * 3), "state": "present"}],
        "added_at": moment,
        "updated_at": moment,
    }
