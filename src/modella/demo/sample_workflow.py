"""A workflow to try: of its models the sample library has some, and the stand-in hub some of the others."""

from typing import Any

from modella.demo.hub import Hub

_GGUF = "pocket-poet-Q4_K_M.gguf"


def sample_workflow(hub: Hub) -> dict[str, Any]:
    """The workflow as ComfyUI saves it: models that are there, some with addresses, some to be searched for."""
    checkpoint, lora, early = (hub.version(theme).files[0].name for theme in ("checkpoint", "lora", "pickle"))
    gguf = f"{hub.huggingface_url}/quietengine/pocket-poet-gguf/resolve/main/{_GGUF}"
    upscaler = f"{hub.files_url}/files/upscaler-esrgan.safetensors"
    nodes = [
        _node(1, "CheckpointLoaderSimple", [checkpoint]),
        _node(2, "LoraLoader", [f"SDXL\\{lora}", 0.8, 1]),
        _node(3, "CLIPLoaderGGUF", [_GGUF, "flux"], {"name": _GGUF, "url": gguf, "directory": "text_encoders"}),
        _node(4, "UpscaleModelLoader", ["upscaler-esrgan.safetensors"]),
        _node(5, "CheckpointLoaderSimple", [early], title="For comparison"),
        _node(6, "LoraLoaderModelOnly", ["nobody-has-this-one.safetensors", 1], mode=4),
        _node(7, "MarkdownNote", [f"The upscaler is [here]({upscaler})."]),
        _node(8, "SaveImage", ["postcard"]),
    ]
    return {"last_node_id": 8, "last_link_id": 0, "nodes": nodes, "links": [], "version": 0.4}


def _node(
    number: int, node_class: str, values: list[Any], model: dict[str, str] | None = None, **more: Any
) -> dict[str, Any]:
    properties = {"models": [model]} if model else {}
    return {"id": number, "type": node_class, "mode": 0, "properties": properties, "widgets_values": values, **more}
