"""Which files of a folder are one model: a file alone, the shards of one, or a whole diffusers folder."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from modella.core.naming import suffix_of

WEIGHTS = frozenset({".safetensors", ".sft", ".gguf", ".ckpt", ".pt", ".pth", ".pkl", ".bin", ".onnx"})
"""Endings of files that can be models; what they are is told by their bytes."""

DIFFUSERS_INDEX = "model_index.json"
_SHARD = re.compile(r"^(?P<stem>.+?)-(?P<part>\d{5})-of-(?P<parts>\d{5})(?P<end>\.[A-Za-z]+)$")
_NAMELESS = frozenset(
    [
        *("diffusion_pytorch_model", "diffusion_pytorch_model.fp16", "pytorch_model", "model", "model.fp16", "weights"),
        *(
            "adapter_model",
            "pytorch_lora_weights",
            "learned_embeds",
            "flax_model",
            "consolidated",
            "ggml-model",
            "lora",
        ),
    ]
)
"""Names that Hugging Face's libraries give to every model: the folder says more."""
_NEVER = re.compile(
    r"^(optimizer|scheduler|scaler|training_args|rng_state.*|trainer_state|random_states.*)\.|\.(index|incomplete|part)\.",
    re.IGNORECASE,
)
"""What training leaves beside a model, and halves of downloads."""


@dataclass(frozen=True)
class Group:
    """One model of a folder: `main` is the file (or first shard) that stands for it, `files` are all of them."""

    main: str
    files: tuple[str, ...]


def is_weights(name: str) -> bool:
    """Whether a file may be a model, by its name."""
    return suffix_of(name).lower() in WEIGHTS and not name.startswith(".") and not _NEVER.search(name)


def group(names: Iterable[str]) -> list[Group]:
    """The models among the names of one folder, in the order of their names."""
    shards: dict[tuple[str, str, str], list[str]] = {}
    groups: list[Group] = []
    for name in sorted(filter(is_weights, names)):
        split = _SHARD.match(name)
        if split:
            shards.setdefault((split["stem"], split["parts"], split["end"].lower()), []).append(name)
        else:
            groups.append(Group(name, (name,)))
    groups += [Group(parts[0], tuple(parts)) for parts in shards.values()]
    return sorted(groups, key=lambda each: each.main)


def title(main: str, folder: str) -> str:
    """What a file calls itself: its stem without the number of a shard, or its folder where the stem says nothing."""
    split = _SHARD.match(main)
    stem = split["stem"] if split else main.removesuffix(suffix_of(main))
    if stem.casefold() not in _NAMELESS or not folder:
        return stem
    parts = [part for part in folder.split("/") if part]
    inner = parts[-1]
    generic = inner in {"unet", "vae", "transformer", "text_encoder", "text_encoder_2", "image_encoder", "snapshots"}
    return f"{parts[-2]} {inner}" if generic and len(parts) > 1 else inner
