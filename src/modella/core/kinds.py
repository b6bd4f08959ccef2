"""What a file can be, and the library folder each kind lives in."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What a file is; `invalid` is a broken file, `unknown` a sound one that tells nothing."""

    checkpoint = "checkpoint"
    diffusion_model = "diffusion_model"
    lora = "lora"
    vae = "vae"
    text_encoder = "text_encoder"
    clip_vision = "clip_vision"
    embedding = "embedding"
    controlnet = "controlnet"
    t2i_adapter = "t2i_adapter"
    ip_adapter = "ip_adapter"
    upscaler = "upscaler"
    motion_module = "motion_module"
    style_model = "style_model"
    hypernetwork = "hypernetwork"
    llm = "llm"
    workflow = "workflow"
    other = "other"
    unknown = "unknown"
    invalid = "invalid"


FOLDERS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.checkpoint: "checkpoints",
        Kind.diffusion_model: "diffusion_models",
        Kind.lora: "loras",
        Kind.vae: "vae",
        Kind.text_encoder: "text_encoders",
        Kind.clip_vision: "clip_vision",
        Kind.embedding: "embeddings",
        Kind.controlnet: "controlnet",
        Kind.t2i_adapter: "t2i_adapter",
        Kind.ip_adapter: "ip_adapter",
        Kind.upscaler: "upscale_models",
        Kind.motion_module: "motion_modules",
        Kind.style_model: "style_models",
        Kind.hypernetwork: "hypernetworks",
        Kind.llm: "llm",
        Kind.workflow: "workflows",
        Kind.other: "other",
        Kind.unknown: "unknown",
        Kind.invalid: "invalid",
    }
)
"""The first folder below the library for each kind (`{kind folder}` in placement rules)."""
