"""A workflow to try: of its models the sample library has some, and the stand-in hub some of the others."""

from typing import Any

from modella.demo.hub import Hub
from modella.demo.sample_library import samples

_GGUF = "pocket-poet-Q4_K_M.gguf"


def sample_workflow(hub: Hub) -> dict[str, Any]:
    """The workflow as ComfyUI saves it: models that are there, some with addresses, some to be searched for."""
    checkpoint, lora = (_first(hub, sort) for sort in ("Checkpoint", "LORA"))
    searched = hub.version("lora").files[0].name
    gguf = f"{hub.huggingface_url}/quietengine/pocket-poet-gguf/resolve/main/{_GGUF}"
    upscaler = f"{hub.files_url}/files/upscaler-esrgan.safetensors"
    nodes = [
        _node(1, "CheckpointLoaderSimple", [checkpoint]),
        _node(2, "LoraLoader", [f"SDXL\\{lora}", 0.8, 1]),
        _node(3, "CLIPLoaderGGUF", [_GGUF, "flux"], {"name": _GGUF, "url": gguf, "directory": "text_encoders"}),
        _node(4, "UpscaleModelLoader", ["upscaler-esrgan.safetensors"]),
        _node(5, "LoraLoaderModelOnly", [searched, 1], title="A little colour"),
        _node(6, "LoraLoaderModelOnly", ["nobody-has-this-one.safetensors", 1], mode=4),
        _node(7, "MarkdownNote", [f"The upscaler is [here]({upscaler})."]),
        _node(8, "SaveImage", ["postcard"]),
    ]
    return {"last_node_id": 8, "last_link_id": 0, "nodes": nodes, "links": [], "version": 0.4}


def _first(hub: Hub, sort: str) -> str:
    """The file of the first sample model of a type."""
    return next(model for model in samples(hub) if model.type == sort).versions[0].files[0].name


def _node(
    number: int, node_class: str, values: list[Any], model: dict[str, str] | None = None, **more: Any
) -> dict[str, Any]:
    properties = {"models": [model]} if model else {}
    return {"id": number, "type": node_class, "mode": 0, "properties": properties, "widgets_values": values, **more}
