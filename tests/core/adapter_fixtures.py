"""Low-rank files made by code: the layers of each architecture, spelled and factored as each trainer does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.core.model_fixtures import Tensors

Layers = Mapping[str, tuple[int, ...]]
"""Name of a layer with dots, and its size as (out, in, kernel ...)."""


@dataclass(frozen=True)
class Network:
    """The layers that trainers change in one architecture, in one of its spellings.

    `also` are families with the very same layers: an answer that names one of them is no mistake.
    """

    name: str
    family: str
    layers: Layers
    root: str = "diffusion_model."
    also: tuple[str, ...] = ()


def _blocks(pattern: str, count: int, layers: Layers) -> dict[str, tuple[int, ...]]:
    return {f"{pattern}.{index}.{name}": size for index in range(count) for name, size in layers.items()}


def _unet_block(width: int, cross: int, conv: bool, depth: int) -> dict[str, tuple[int, ...]]:
    ends: tuple[int, ...] = (width, width, 1, 1) if conv else (width, width)
    inner: dict[str, tuple[int, ...]] = {"proj_in": ends, "proj_out": ends}
    for index in range(depth):
        block = f"transformer_blocks.{index}"
        for part, read in (("attn1", width), ("attn2", cross)):
            inner |= {f"{block}.{part}.to_q": (width, width), f"{block}.{part}.to_out.0": (width, width)}
            inner |= {f"{block}.{part}.to_k": (width, read), f"{block}.{part}.to_v": (width, read)}
        inner |= {f"{block}.ff.net.0.proj": (8 * width, width), f"{block}.ff.net.2": (width, 4 * width)}
    return inner


def _small_unet(cross: int, conv: bool) -> dict[str, tuple[int, ...]]:
    layers: dict[str, tuple[int, ...]] = {}
    for level, width in enumerate((320, 640, 1280)):
        for kind, place, count in (("down", level, 2), ("up", 3 - level, 3)):
            for index in range(count):
                inner = _unet_block(width, cross, conv, 1)
                layers |= {f"{kind}_blocks.{place}.attentions.{index}.{name}": size for name, size in inner.items()}
                layers[f"{kind}_blocks.{place}.resnets.{index}.conv1"] = (width, width, 3, 3)
                layers[f"{kind}_blocks.{place}.resnets.{index}.time_emb_proj"] = (width, 1280)
    return layers | {f"mid_block.attentions.0.{n}": size for n, size in _unet_block(1280, cross, conv, 1).items()}


def _large_unet(places: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, ...]]:
    return {
        f"{place}.{name}": size
        for place, (width, depth) in places.items()
        for name, size in _unet_block(width, 2048, False, depth).items()
    }


_SDXL_ORIGINAL = {
    **{f"input_blocks.{n}.1": (640, 2) for n in (4, 5)},
    **{f"input_blocks.{n}.1": (1280, 10) for n in (7, 8)},
    "middle_block.1": (1280, 10),
    **{f"output_blocks.{n}.1": (1280, 10) for n in (0, 1, 2)},
    **{f"output_blocks.{n}.1": (640, 2) for n in (3, 4, 5)},
}
_SDXL_DIFFUSERS = {
    **{f"down_blocks.1.attentions.{n}": (640, 2) for n in (0, 1)},
    **{f"down_blocks.2.attentions.{n}": (1280, 10) for n in (0, 1)},
    "mid_block.attentions.0": (1280, 10),
    **{f"up_blocks.0.attentions.{n}": (1280, 10) for n in (0, 1, 2)},
    **{f"up_blocks.1.attentions.{n}": (640, 2) for n in (0, 1, 2)},
}


def _streams(width: int, inner: int, names: tuple[str, ...], gate: int = 1) -> dict[str, tuple[int, ...]]:
    qkv, proj, up, down, modulation = names
    layers: dict[str, tuple[int, ...]] = {}
    for side in ("img", "txt"):
        layers |= {
            f"{side}_{qkv}": (3 * width, width),
            f"{side}_{proj}": (width, width),
            f"{side}_{up}": (gate * inner, width),
            f"{side}_{down}": (width, inner),
        }
        layers |= {f"{side}_{modulation}": (6 * width, width)} if modulation else {}
    return layers


_FLUX_NAMES = ("attn.qkv", "attn.proj", "mlp.0", "mlp.2", "mod.lin")
_HUNYUAN_NAMES = ("attn_qkv", "attn_proj", "mlp.fc1", "mlp.fc2", "mod.linear")


def _twin_blocks(
    width: int, inner: int, double: int, single: int, names: tuple[str, ...], gate: int = 1
) -> dict[str, tuple[int, ...]]:
    """Double and single stream blocks in the spelling of Flux or Hunyuan."""
    alone: dict[str, tuple[int, ...]] = {
        "linear1": (3 * width + gate * inner, width),
        "linear2": (width, width + inner),
    }
    if names[4]:
        alone[f"modulation.{names[4].removeprefix('mod.')}"] = (3 * width, width)
    return _blocks("double_blocks", double, _streams(width, inner, names, gate)) | _blocks(
        "single_blocks", single, alone
    )


def _joint(width: int, text: bool = True) -> dict[str, tuple[int, ...]]:
    names = ["attn.to_q", "attn.to_k", "attn.to_v", "attn.to_out.0"]
    names += ["attn.add_q_proj", "attn.add_k_proj", "attn.add_v_proj", "attn.to_add_out"] if text else []
    return dict.fromkeys(names, (width, width))


def _diffusers_flux(width: int, double: int, single: int, modulated: bool = True) -> dict[str, tuple[int, ...]]:
    inner = 4 * width
    feed = {
        name + part: size
        for name in ("ff", "ff_context")
        for part, size in ((".net.0.proj", (inner, width)), (".net.2", (width, inner)))
    }
    modulation = {"norm1.linear": (6 * width, width), "norm1_context.linear": (6 * width, width)}
    alone = {**_joint(width, False), "proj_mlp": (inner, width), "proj_out": (width, width + inner)}
    alone.pop("attn.to_out.0")
    return _blocks("transformer_blocks", double, {**_joint(width), **feed, **(modulation if modulated else {})}) | (
        _blocks(
            "single_transformer_blocks", single, {**alone, **({"norm.linear": (3 * width, width)} if modulated else {})}
        )
    )


def _diffusers_flux2(width: int, double: int, single: int) -> dict[str, tuple[int, ...]]:
    inner = 3 * width
    feed = {
        name + part: size
        for name in ("ff", "ff_context")
        for part, size in ((".linear_in", (2 * inner, width)), (".linear_out", (width, inner)))
    }
    alone = {"attn.to_qkv_mlp_proj": (3 * width + 2 * inner, width), "attn.to_out": (width, width + inner)}
    return _blocks("transformer_blocks", double, {**_joint(width), **feed}) | _blocks(
        "single_transformer_blocks", single, alone
    )


def _attention(width: int, prefix: str, read: int = 0) -> dict[str, tuple[int, ...]]:
    """Query, key, value and output of one attention in diffusers names; `read` is the width of what is attended to."""
    return {
        f"{prefix}.to_q": (width, width),
        f"{prefix}.to_k": (width, read or width),
        f"{prefix}.to_v": (width, read or width),
        f"{prefix}.to_out.0": (width, width),
    }


def _wan(width: int, inner: int, blocks: int, image: bool = False) -> dict[str, tuple[int, ...]]:
    layers = {f"{part}.{name}": (width, width) for part in ("self_attn", "cross_attn") for name in "qkvo"}
    layers |= {"ffn.0": (inner, width), "ffn.2": (width, inner)}
    layers |= {"cross_attn.k_img": (width, width), "cross_attn.v_img": (width, width)} if image else {}
    return _blocks("blocks", blocks, layers)


def _diffusers_wan(width: int, inner: int, blocks: int) -> dict[str, tuple[int, ...]]:
    feed = {"ffn.net.0.proj": (inner, width), "ffn.net.2": (width, inner)}
    return _blocks("blocks", blocks, {**_attention(width, "attn1"), **_attention(width, "attn2"), **feed})


def _cosmos(width: int, blocks: int, text: int = 1024) -> dict[str, tuple[int, ...]]:
    layers: dict[str, tuple[int, ...]] = {}
    for part, read in (("self_attn", width), ("cross_attn", text)):
        layers |= {f"{part}.q_proj": (width, width), f"{part}.output_proj": (width, width)}
        layers |= {f"{part}.k_proj": (width, read), f"{part}.v_proj": (width, read)}
    layers |= {"mlp.layer1": (4 * width, width), "mlp.layer2": (width, 4 * width)}
    return _blocks("blocks", blocks, layers)


def _feed(width: int, inner: int, name: str = "ff") -> dict[str, tuple[int, ...]]:
    return {f"{name}.net.0.proj": (inner, width), f"{name}.net.2": (width, inner)}


def _qwen() -> dict[str, tuple[int, ...]]:
    rest = {**_feed(3072, 12288, "img_mlp"), **_feed(3072, 12288, "txt_mlp")}
    rest |= {"img_mod.1": (18432, 3072), "txt_mod.1": (18432, 3072)}
    return _blocks("transformer_blocks", 60, {**_joint(3072), **rest})


def _refined(
    width: int, inner: int, blocks: int, fused: int = 0, diffusers: bool = False
) -> dict[str, tuple[int, ...]]:
    """Lumina 2 and Z-Image."""
    attention = "attn" if diffusers else "attention"
    layers: dict[str, tuple[int, ...]] = _attention(width, attention)
    if fused:
        layers = {"attention.qkv": (fused, width), "attention.out": (width, width)}
    w1, w2, w3 = ("linear_1", "linear_2", "linear_3") if diffusers else ("w1", "w2", "w3")
    layers |= {f"feed_forward.{w1}": (inner, width), f"feed_forward.{w2}": (width, inner)}
    layers |= {f"feed_forward.{w3}": (inner, width)}
    return _blocks("layers", blocks, layers)


def _sd3(width: int, blocks: int, dual: int = 0) -> dict[str, tuple[int, ...]]:
    layers: dict[str, tuple[int, ...]] = {}
    for index in range(blocks):
        for part in ("x_block", "context_block"):
            name = f"joint_blocks.{index}.{part}"
            layers |= {f"{name}.attn.qkv": (3 * width, width), f"{name}.attn.proj": (width, width)}
            layers |= {f"{name}.mlp.fc1": (4 * width, width), f"{name}.mlp.fc2": (width, 4 * width)}
            parts = 9 if part == "x_block" and index < dual else 6
            layers[f"{name}.adaLN_modulation.1"] = (parts * width, width)
            if parts == 9:
                layers |= {f"{name}.attn2.qkv": (3 * width, width), f"{name}.attn2.proj": (width, width)}
    return layers


def _diffusers_sd3(width: int, blocks: int, dual: int = 0) -> dict[str, tuple[int, ...]]:
    layers = _blocks("transformer_blocks", blocks, {**_joint(width), **_feed(width, 4 * width)})
    layers |= _blocks("transformer_blocks", dual, _attention(width, "attn2"))
    for index in range(blocks):
        layers[f"transformer_blocks.{index}.norm1.linear"] = ((9 if index < dual else 6) * width, width)
    return layers


def _crossed(width: int, inner: int, blocks: int, read: int = 0, both: bool = True) -> dict[str, tuple[int, ...]]:
    """Blocks of diffusers with self-attention and (`both`) cross-attention to something `read` wide."""
    second = _attention(width, "attn2", read) if both else {}
    return _blocks("transformer_blocks", blocks, {**_attention(width, "attn1"), **second, **_feed(width, inner)})


NETWORKS: tuple[Network, ...] = (
    Network("sd15", "sd15", _small_unet(768, True), "unet.", ("sd2",)),
    Network("sd2", "sd2", _small_unet(1024, False), "unet.", ("sd15",)),
    Network("sdxl original", "sdxl", _large_unet(_SDXL_ORIGINAL)),
    Network("sdxl diffusers", "sdxl", _large_unet(_SDXL_DIFFUSERS), "unet."),
    Network("flux1", "flux1", _twin_blocks(3072, 12288, 19, 38, _FLUX_NAMES), also=("chroma",)),
    Network("flux1 diffusers", "flux1", _diffusers_flux(3072, 19, 38), "transformer.", ("chroma",)),
    Network("chroma", "chroma", _twin_blocks(3072, 12288, 19, 38, (*_FLUX_NAMES[:4], "")), also=("flux1",)),
    Network("flux2 dev", "flux2", _twin_blocks(6144, 18432, 8, 48, (*_FLUX_NAMES[:4], ""), 2)),
    Network("flux2 klein 9B", "flux2", _twin_blocks(4096, 12288, 8, 24, (*_FLUX_NAMES[:4], ""), 2)),
    Network("flux2 klein 4B", "flux2", _twin_blocks(3072, 9216, 5, 20, (*_FLUX_NAMES[:4], ""), 2)),
    Network("flux2 dev diffusers", "flux2", _diffusers_flux2(6144, 8, 48), "transformer."),
    Network("flux2 klein 9B diffusers", "flux2", _diffusers_flux2(4096, 8, 24), "transformer."),
    Network("flux2 klein 4B diffusers", "flux2", _diffusers_flux2(3072, 5, 20), "transformer."),
    Network("hunyuan video", "hunyuan-video", _twin_blocks(3072, 12288, 20, 40, _HUNYUAN_NAMES)),
    Network("hunyuan video diffusers", "hunyuan-video", _diffusers_flux(3072, 20, 40), "transformer."),
    Network("hunyuan image", "hunyuan-image", _twin_blocks(3584, 14336, 20, 40, _HUNYUAN_NAMES)),
    Network("hunyuan image diffusers", "hunyuan-image", _diffusers_flux(3584, 20, 40), "transformer."),
    Network("hunyuan video 1.5", "hunyuan-video-15", _twin_blocks(2048, 8192, 54, 0, _HUNYUAN_NAMES)),
    Network("hunyuan video 1.5 diffusers", "hunyuan-video-15", _diffusers_flux(2048, 54, 0), "transformer."),
    Network("longcat image", "longcat-image", _diffusers_flux(3072, 10, 20), "transformer.", ("flux1",)),
    Network("sd3", "sd3", _sd3(1536, 24), also=("sd35-medium",)),
    Network("sd3 diffusers", "sd3", _diffusers_sd3(1536, 24), "transformer.", ("sd35-medium",)),
    Network("sd3.5 medium", "sd35-medium", _sd3(1536, 24, 13), also=("sd3",)),
    Network("sd3.5 medium diffusers", "sd35-medium", _diffusers_sd3(1536, 24, 13), "transformer.", ("sd3",)),
    Network("sd3.5 large", "sd35-large", _sd3(2432, 38)),
    Network("sd3.5 large diffusers", "sd35-large", _diffusers_sd3(2432, 38), "transformer."),
    Network("wan 14B", "wan21", _wan(5120, 13824, 40), also=("wan22",)),
    Network("wan i2v 14B", "wan21", _wan(5120, 13824, 40, True), also=("wan22",)),
    Network("wan 1.3B", "wan21", _wan(1536, 8960, 30)),
    Network("wan 5B", "wan22", _wan(3072, 14336, 30)),
    Network("wan 14B diffusers", "wan21", _diffusers_wan(5120, 13824, 40), "transformer.", ("wan22",)),
    Network("wan 1.3B diffusers", "wan21", _diffusers_wan(1536, 8960, 30), "transformer."),
    Network("wan 5B diffusers", "wan22", _diffusers_wan(3072, 14336, 30), "transformer."),
    Network("anima", "anima", _cosmos(2048, 28), also=("cosmos",)),
    Network("cosmos predict2 14B", "cosmos", _cosmos(5120, 36)),
    Network("cosmos predict2 2B diffusers", "cosmos", _crossed(2048, 8192, 28, 1024), "transformer.", ("anima",)),
    Network("qwen-image", "qwen-image", _qwen()),
    Network("qwen-image diffusers", "qwen-image", _qwen(), "transformer."),
    Network("z-image", "z-image", _refined(3840, 10240, 30)),
    Network("z-image fused", "z-image", _refined(3840, 10240, 30, 11520)),
    Network("lumina2", "lumina2", _refined(2304, 9216, 26, 3840)),
    Network("lumina2 diffusers", "lumina2", _refined(2304, 9216, 26, diffusers=True), "transformer."),
    Network("omnigen2 diffusers", "omnigen2", _refined(2520, 10240, 32, diffusers=True), "transformer."),
    Network("ltx 2B", "ltx", _crossed(2048, 8192, 28), also=()),
    Network("ltx 13B", "ltx", _crossed(4096, 16384, 48)),
    Network("pixart", "pixart", _crossed(1152, 4608, 28), "transformer.", ("sana",)),
    Network("allegro", "allegro", _crossed(2304, 9216, 32), "transformer."),
    Network("cogvideox 5B", "cogvideox", _crossed(3072, 12288, 42, both=False), "transformer."),
    Network("mochi diffusers", "mochi", _crossed(3072, 12288, 48, both=False), "transformer.", ("cogvideox",)),
    Network("cogvideox 2B", "cogvideox", _crossed(1920, 7680, 30, both=False), "transformer."),
    Network("cogview4", "cogview4", _crossed(4096, 16384, 28, both=False), "transformer."),
    Network(
        "sana",
        "sana",
        _blocks("transformer_blocks", 20, {**_attention(2240, "attn1"), **_attention(2240, "attn2")}),
        "transformer.",
    ),
    Network(
        "hidream",
        "hidream",
        _blocks(
            "double_stream_blocks",
            16,
            {f"block.attn1.{n}": (2560, 2560) for n in ("to_q", "to_k", "to_v", "to_out", "to_q_t")},
        )
        | _blocks(
            "single_stream_blocks", 32, {f"block.attn1.{n}": (2560, 2560) for n in ("to_q", "to_k", "to_v", "to_out")}
        ),
    ),
    Network(
        "auraflow",
        "auraflow",
        _blocks("joint_transformer_blocks", 4, _joint(3072))
        | _blocks("single_transformer_blocks", 32, {**_joint(3072, False), "ff.linear_1": (8192, 3072)}),
        "transformer.",
    ),
    Network(
        "kandinsky5",
        "kandinsky5",
        _blocks(
            "visual_transformer_blocks", 32, {f"self_attention.to_{n}": (1792, 1792) for n in ("query", "key", "value")}
        ),
    ),
    Network(
        "krea2", "krea2", _blocks("blocks", 28, {f"attn.{n}": (6144, 6144) for n in ("wq", "wk", "wv", "wo", "gate")})
    ),
    Network(
        "mochi",
        "mochi",
        _blocks("blocks", 48, {"attn.qkv_x": (9216, 3072), "attn.qkv_y": (4608, 1536), "attn.proj_x": (3072, 3072)}),
    ),
    Network(
        "hunyuan dit",
        "hunyuan-dit",
        _blocks(
            "blocks",
            40,
            {
                "attn1.Wqkv": (4224, 1408),
                "attn1.out_proj": (1408, 1408),
                "attn2.q_proj": (1408, 1408),
                "attn2.kv_proj": (2816, 1024),
            },
        ),
    ),
)

SUBSETS: Mapping[str, Callable[[str], bool]] = {
    "everything": lambda _: True,
    "attention": lambda name: "att" in name or "Attn" in name,
    "queries and keys": lambda name: name.rsplit(".", 1)[-1] in ("to_q", "to_k", "q", "k", "q_proj", "k_proj", "qkv"),
    "feed forward": lambda name: any(word in name for word in ("ff", "mlp", "feed_forward", "linear")),
    "self attention": lambda name: any(word in name for word in ("attn1.", "self_attn", "attention.")),
    "double blocks": lambda name: name.startswith(("double_blocks", "transformer_blocks")),
    "single blocks": lambda name: name.startswith("single"),
    "one block": lambda name: ".1." in name and not name.startswith("single"),
}


def _pairs(down: str, up: str) -> Callable[[str, tuple[int, ...], int], Tensors]:
    def factored(name: str, size: tuple[int, ...], rank: int) -> Tensors:
        point = (1,) * len(size[2:])
        return {name + down: ("BF16", (rank, *size[1:])), name + up: ("BF16", (size[0], rank, *point))}

    return factored


def _with_alpha(name: str, size: tuple[int, ...], rank: int) -> Tensors:
    return {f"{name}.alpha": ("F32", ()), **_pairs(".lora_down.weight", ".lora_up.weight")(name, size, rank)}


def _dora(name: str, size: tuple[int, ...], rank: int) -> Tensors:
    return {**_with_alpha(name, size, rank), f"{name}.dora_scale": ("BF16", (size[0], 1))}


def _loha(name: str, size: tuple[int, ...], rank: int) -> Tensors:
    wide = size[1]
    for one in size[2:]:
        wide *= one
    return {
        f"{name}.alpha": ("F32", ()),
        **{f"{name}.hada_w{n}_a": ("BF16", (size[0], rank)) for n in (1, 2)},
        **{f"{name}.hada_w{n}_b": ("BF16", (rank, wide)) for n in (1, 2)},
    }


def _lokr(name: str, size: tuple[int, ...], rank: int) -> Tensors:
    out, into = size[0] // 4, size[1] // 4
    second: Tensors = {f"{name}.lokr_w2": ("BF16", (out, into, *size[2:]))}
    if len(size) == 2:
        second = {f"{name}.lokr_w2_a": ("BF16", (out, rank)), f"{name}.lokr_w2_b": ("BF16", (rank, into))}
    return {f"{name}.lokr_w1": ("BF16", (4, 4)), f"{name}.alpha": ("F32", ()), **second}


def _glora(name: str, size: tuple[int, ...], rank: int) -> Tensors:
    out, into = size[:2]
    return {
        f"{name}.a1.weight": ("BF16", (into, rank)),
        f"{name}.a2.weight": ("BF16", (rank, into)),
        f"{name}.b1.weight": ("BF16", (out, rank)),
        f"{name}.b2.weight": ("BF16", (rank, into)),
    }


def _full(name: str, size: tuple[int, ...], rank: int) -> Tensors:
    return {f"{name}.diff": ("BF16", size), f"{name}.diff_b": ("BF16", (size[0],))}


FORMS: Mapping[str, Callable[[str, tuple[int, ...], int], Tensors]] = {
    "lora": _with_alpha,
    "peft": _pairs(".lora_A.weight", ".lora_B.weight"),
    "peft default": _pairs(".lora_A.default.weight", ".lora_B.default.weight"),
    "old diffusers": _pairs(".lora.down.weight", ".lora.up.weight"),
    "dora": _dora,
    "loha": _loha,
    "lokr": _lokr,
    "glora": _glora,
    "full": _full,
}


def _flat(prefix: str) -> Callable[[str, str], str]:
    return lambda name, _: prefix + name.replace(".", "_")


SPELLINGS: Mapping[str, Callable[[str, str], str]] = {
    "kohya": _flat("lora_unet_"),
    "lycoris": _flat("lycoris_"),
    "onetrainer": lambda name, root: (
        ("lora_transformer_" if root == "transformer." else "lora_unet_") + name.replace(".", "_")
    ),
    "dots": lambda name, root: root + name,
    "peft wrapped": lambda name, _: f"base_model.model.{name}",
    "bare": lambda name, _: name,
}


def written(network: Network, spelling: str, subset: str, form: str, rank: int = 16) -> Tensors:
    """The file of a network's layers in a spelling and form; empty where the subset leaves nothing."""
    spelled, takes, factored = SPELLINGS[spelling], SUBSETS[subset], FORMS[form]
    tensors: Tensors = {}
    for name, size in network.layers.items():
        if takes(name):
            tensors |= factored(spelled(name, network.root), size, rank)
    return tensors
