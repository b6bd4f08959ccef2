"""What ComfyUI's nodes load: which folder each class and each input takes its file from, and what kind lies there.

Data alone. Classes come first, because `clip_name` of a CLIPVisionLoader is no text encoder; then inputs; then words in
the names of classes that nobody has listed. (Facts: ComfyUI's `nodes.py` and `folder_paths.py`, and the nodes of its
best known extensions.)
"""

import re
from collections.abc import Mapping

from modella.core.kinds import Kind

KINDS: Mapping[str, Kind] = {
    "checkpoints": Kind.checkpoint,
    "diffusion_models": Kind.diffusion_model,
    "unet": Kind.diffusion_model,
    "unet_gguf": Kind.diffusion_model,
    "loras": Kind.lora,
    "lora": Kind.lora,
    "animatediff_motion_lora": Kind.lora,
    "vae": Kind.vae,
    "vae_approx": Kind.vae,
    "text_encoders": Kind.text_encoder,
    "clip": Kind.text_encoder,
    "clip_gguf": Kind.text_encoder,
    "clip_vision": Kind.clip_vision,
    "embeddings": Kind.embedding,
    "controlnet": Kind.controlnet,
    "xlabs_controlnets": Kind.controlnet,
    "t2i_adapter": Kind.t2i_adapter,
    "ipadapter": Kind.ip_adapter,
    "ipadapter-flux": Kind.ip_adapter,
    "upscale_models": Kind.upscaler,
    "latent_upscale_models": Kind.upscaler,
    "animatediff_models": Kind.motion_module,
    "style_models": Kind.style_model,
    "hypernetworks": Kind.hypernetwork,
    "llm": Kind.llm,
}
"""Folder of ComfyUI → kind; the files of every other folder are «other»."""

CLASSES: Mapping[str, tuple[str, ...]] = {
    "CheckpointLoader": ("checkpoints",),
    "CheckpointLoaderSimple": ("checkpoints",),
    "ImageOnlyCheckpointLoader": ("checkpoints",),
    "unCLIPCheckpointLoader": ("checkpoints",),
    "UNETLoader": ("diffusion_models",),
    "UnetLoaderGGUF": ("diffusion_models",),
    "UnetLoaderGGUFAdvanced": ("diffusion_models",),
    "WanVideoModelLoader": ("diffusion_models",),
    "WanVideoVAELoader": ("vae",),
    "WanVideoLoraSelect": ("loras",),
    "LoadWanVideoT5TextEncoder": ("text_encoders",),
    "LoraLoader": ("loras",),
    "LoraLoaderModelOnly": ("loras",),
    "Power Lora Loader (rgthree)": ("loras",),
    "LoRA Stacker": ("loras",),
    "CR LoRA Stack": ("loras",),
    "VAELoader": ("vae",),
    "CLIPLoader": ("text_encoders",),
    "DualCLIPLoader": ("text_encoders",),
    "TripleCLIPLoader": ("text_encoders",),
    "QuadrupleCLIPLoader": ("text_encoders",),
    "CLIPLoaderGGUF": ("text_encoders",),
    "DualCLIPLoaderGGUF": ("text_encoders",),
    "LTXAVTextEncoderLoader": ("text_encoders", "checkpoints"),
    "LTXVAudioVAELoader": ("checkpoints",),
    "CLIPVisionLoader": ("clip_vision",),
    "ControlNetLoader": ("controlnet",),
    "DiffControlNetLoader": ("controlnet",),
    "ControlNetLoaderAdvanced": ("controlnet",),
    "StyleModelLoader": ("style_models",),
    "UpscaleModelLoader": ("upscale_models",),
    "LatentUpscaleModelLoader": ("latent_upscale_models",),
    "HypernetworkLoader": ("hypernetworks",),
    "GLIGENLoader": ("gligen",),
    "PhotoMakerLoader": ("photomaker",),
    "ConditioningLoader": ("embeddings",),
    "IPAdapterModelLoader": ("ipadapter",),
    "ADE_AnimateDiffLoaderGen1": ("animatediff_models",),
    "ADE_LoadAnimateDiffModel": ("animatediff_models",),
    "ADE_AnimateDiffLoRALoader": ("animatediff_motion_lora",),
    "ModelPatchLoader": ("model_patches",),
    "AudioEncoderLoader": ("audio_encoders",),
    "LoadMoGeModel": ("geometry_estimation",),
    "LoadDA3Model": ("geometry_estimation",),
    "LoadBackgroundRemovalModel": ("background_removal",),
    "FrameInterpolationModelLoader": ("frame_interpolation",),
    "OpticalFlowLoader": ("optical_flow",),
    "SAM3DBody_Loader": ("detection",),
    "SAMLoader": ("sams",),
    "UltralyticsDetectorProvider": ("ultralytics",),
    "InstantIDModelLoader": ("instantid",),
    "PulidModelLoader": ("pulid",),
}
"""Class → folder; of several the first file is from the first, the second from the second, the rest from the last."""

_INPUTS: tuple[tuple[str, str], ...] = (
    (r"(base_|refiner_)?ckpt(_name|_path)?(_?\d+)?", "checkpoints"),
    (r"checkpoint(_name)?", "checkpoints"),
    (r"(unet|diffusion_model)(_name)?(_?\d+)?", "diffusion_models"),
    (r"(lora|lora_name|lora_model)(_?\d+)?", "loras"),
    (r"vae(_name)?(_?\d+)?", "vae"),
    (r"(clip|clip_name|text_encoder|text_encoder_name|t5|t5_name|t5xxl)(_?\d+)?", "text_encoders"),
    (r"clip_vision(_name)?", "clip_vision"),
    (r"control_?net(_name|_path)?(_?\d+)?", "controlnet"),
    (r"style_model(_name)?", "style_models"),
    (r"upscale(r|_model)?(_name)?", "upscale_models"),
    (r"ipadapter(_file|_name)?", "ipadapter"),
    (r"hypernetwork(_name)?", "hypernetworks"),
    (r"gligen_name", "gligen"),
    (r"motion_(model|module)(_name)?", "animatediff_models"),
    (r"embedding(_name)?", "embeddings"),
)
_WORDS: tuple[tuple[str, str], ...] = (
    (r"clip.?vision", "clip_vision"),
    (r"ip.?adapter", "ipadapter"),
    (r"control.?net", "controlnet"),
    (r"lora|lycoris", "loras"),
    (r"latent.?upscale", "latent_upscale_models"),
    (r"upscal|esrgan", "upscale_models"),
    (r"animate.?diff|motion", "animatediff_models"),
    (r"unet|diffusion.?model", "diffusion_models"),
    (r"vae", "vae"),
    (r"style.?model", "style_models"),
    (r"text.?encoder|clip|t5", "text_encoders"),
    (r"checkpoint|ckpt", "checkpoints"),
    (r"embedding", "embeddings"),
)
_BY_INPUT = tuple((re.compile(pattern, re.IGNORECASE), folder) for pattern, folder in _INPUTS)
_BY_WORD = tuple((re.compile(pattern, re.IGNORECASE), folder) for pattern, folder in _WORDS)

HUB_CLASSES = re.compile(r"download.?and.?load|from.?(?:hf|hugging.?face|pretrained)|hf.?hub", re.IGNORECASE)
HUB_INPUTS = frozenset({"model", "model_id", "model_name", "repo", "repo_id", "hf_repo", "pretrained_model_name"})
"""Classes and inputs in which `org/name` means a repository of Hugging Face."""


def folder_of(node_class: str, name: str | None, place: int) -> str | None:
    """The folder of ComfyUI a file is wanted from: by class, by input where its name is known, by a word in the class.

    `place` is its number among the files that the node names, from 0.
    """
    known = CLASSES.get(node_class)
    if known:
        return known[min(place, len(known) - 1)]
    by_input = next((folder for pattern, folder in _BY_INPUT if name and pattern.fullmatch(name)), None)
    return by_input or next((folder for pattern, folder in _BY_WORD if pattern.search(node_class)), None)


def kind_of(folder: str | None) -> Kind | None:
    """The kind of what lies in a folder, also in one below it; None when no folder is known."""
    if not folder:
        return None
    return KINDS.get(re.split(r"[/\\]", folder.strip("/\\"))[0].lower(), Kind.other)
