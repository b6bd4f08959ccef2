"""Files in the shapes that other tools write, made up for the tests."""

import hashlib
import json
from typing import Any

MODEL = "mossy-lantern.safetensors"
SHA256 = hashlib.sha256(b"mossy lantern").hexdigest()
OTHER_SHA256 = hashlib.sha256(b"another file").hexdigest()
NOTHING = hashlib.sha256(b"").hexdigest()
UUID = "11111111-2222-4333-8444-555555555555"
PICTURE = f"https://image.civitai.com/abc/{UUID}/width=450/1.jpeg"


def written(value: Any, encoding: str = "utf-8") -> bytes:
    """JSON as bytes."""
    return json.dumps(value, ensure_ascii=False).encode(encoding)


def version(**more: Any) -> dict[str, Any]:
    """A version object of Civitai."""
    return {
        "id": 201,
        "modelId": 101,
        "name": "v2",
        "baseModel": "Pony",
        "trainedWords": ["mossy", "lantern, warm light"],
        "description": "<p>What is <b>new</b></p><script>alert(1)</script>",
        "publishedAt": "2025-03-04T05:06:07.000Z",
        "model": {
            "name": "Mossy Lantern",
            "type": "LORA",
            "nsfw": False,
            "description": "<p>Lights</p>",
            "tags": ["light", "style"],
        },
        "files": [
            {"id": 301, "name": MODEL, "sizeKB": 2048, "type": "Model", "primary": True, "hashes": {"SHA256": SHA256}},
        ],
        "images": [{"url": PICTURE, "nsfwLevel": 2, "width": 512, "height": 768, "meta": {"prompt": "a lantern"}}],
        **more,
    }


def lora_manager(civitai: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The record of ComfyUI-Lora-Manager."""
    return {
        "file_name": "mossy-lantern",
        "model_name": "Mossy Lantern",
        "file_path": "D:/loras/mossy-lantern.safetensors",
        "modified": 1_750_000_000.5,
        "sha256": SHA256,
        "base_model": "Pony",
        "preview_url": "D:/loras/mossy-lantern.webp",
        "preview_nsfw_level": 4,
        "notes": "",
        "from_civitai": True,
        "civitai": version() if civitai is None else civitai,
        "tags": ["light", "style"],
        "usage_tips": "{}",
        **more,
    }
