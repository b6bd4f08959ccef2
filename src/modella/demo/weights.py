"""Tiny but valid model files of many families, whose telling tensors have their true names and shapes.

A recipe is a list of tensors; a file is its header followed by a pattern computed from the seed, so even the few
bigger ones take no memory. Factors of low rank stand in for big matrices, F8 for half precision, and only the
blocks that tell something are there. Every float in them reads as a finite, modest number in every float type.

    safetensors   8 bytes length · JSON header · tensors
    gguf          magic · key-values · tensor table · padding · tensors
    torch zip     archive/data.pkl (opcodes written by hand; nothing is ever pickled) · archive/data/0 ...
"""

import io
import json
import math
import struct
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from modella.demo.messages import Bytes, Content
from modella.demo.origin import VirtualFile

Shape = tuple[int, ...]
Tensor = tuple[str, str, Shape]
"""Name, type as safetensors (or ggml) calls it, and shape with the rows first."""

BITS = {"F64": 64, "F32": 32, "F16": 16, "BF16": 16, "I64": 64, "U8": 8, "F8_E4M3": 8, "F8_E5M2": 8}
_GGML = {"F32": (0, 1, 4), "F16": (1, 1, 2), "Q4_0": (2, 32, 18), "Q8_0": (8, 32, 34), "Q4_K": (12, 256, 144)}
"""ggml's number of a type, values per block, bytes per block."""

FINITE = bytes((0xB0 if value & 1 else 0x30) + (value >> 1) % 12 for value in range(256))
"""Bytes that make a finite float of any width, with either sign."""

F8 = "F8_E4M3"


@dataclass(frozen=True)
class Recipe:
    """What a file is (in the words of the identifier), how it is packed and which tensors it holds."""

    kind: str
    family: str | None
    tensors: tuple[Tensor, ...] = ()
    container: str = "safetensors"
    metadata: Mapping[str, str] = field(default_factory=dict)
    nest: str | None = None
    """In a torch zip: the key under which the tensors lie."""
    data: bytes | None = None
    """For files that hold no tensors at all."""

    @property
    def extension(self) -> str:
        """The ending people give such a file."""
        return {"torch": ".pt"}.get(self.container, f".{self.container}")


def build(name: str, seed: int, metadata: Mapping[str, str] | None = None) -> Content:
    """The file of a recipe; the same seed and metadata give the same bytes. KeyError for an unknown recipe."""
    recipe = RECIPES[name]
    if recipe.data is not None:
        return Bytes(recipe.data + f"\n# {seed}\n".encode() if recipe.container in ("txt", "yaml") else recipe.data)
    texts = {**recipe.metadata, **(metadata or {})}
    if recipe.container == "gguf":
        return gguf(recipe.tensors, texts, seed)
    if recipe.container == "torch":
        return torch_zip(recipe.tensors, seed, recipe.nest)
    return safetensors(recipe.tensors, texts, seed)


def safetensors(tensors: Iterable[Tensor], metadata: Mapping[str, str], seed: int) -> VirtualFile:
    """A safetensors file: the header, then values of the seed without a hole."""
    header: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    end = 0
    for name, dtype, shape in tensors:
        begin, end = end, end + math.prod(shape) * BITS[dtype] // 8
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}
    packed = json.dumps(header, separators=(",", ":")).encode()
    packed += b" " * (-len(packed) % 8)
    head = struct.pack("<Q", len(packed)) + packed
    return VirtualFile(len(head) + end, seed, head, FINITE)


def gguf(tensors: Iterable[Tensor], values: Mapping[str, str | int], seed: int) -> VirtualFile:
    """A GGUF file, version 3. Texts of digits become numbers."""
    table, end = b"", 0
    tensors = tuple(tensors)
    for name, dtype, shape in tensors:
        number, count, size = _GGML[dtype]
        table += _gguf_text(name) + struct.pack("<I", len(shape))
        table += struct.pack(f"<{len(shape)}Q", *reversed(shape)) + struct.pack("<IQ", number, end)
        end += -(-math.prod(shape) * size // count) + 31 & ~31
    pairs = b"".join(_gguf_text(key) + _gguf_value(value) for key, value in values.items())
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(values)) + pairs + table
    return VirtualFile(len(head) + -len(head) % 32 + end, seed, head + bytes(-len(head) % 32), FINITE)


def _gguf_text(words: str) -> bytes:
    return struct.pack("<Q", len(words.encode())) + words.encode()


def _gguf_value(value: str | int) -> bytes:
    if str(value).isdigit():
        return struct.pack("<II", 4, int(value))
    return struct.pack("<I", 8) + _gguf_text(str(value))


def torch_zip(tensors: Iterable[Tensor], seed: int, nest: str | None = None) -> Bytes:
    """A file as torch saves it since 1.6: a stored zip whose pickle is written opcode by opcode."""
    tensors = tuple(tensors)
    members = {"archive/data.pkl": pickled_state(tensors, nest), "archive/byteorder": b"little"}
    for number, (_, dtype, shape) in enumerate(tensors):
        size = math.prod(shape) * BITS[dtype] // 8
        members[f"archive/data/{number}"] = VirtualFile(size, seed + number, alphabet=FINITE).read(0, size)
    return Bytes(zipped({**members, "archive/version": b"3\n"}))


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip with these members, uncompressed and always dated alike."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return buffer.getvalue()


_STORAGE = {"F32": "FloatStorage", "F16": "HalfStorage", "BF16": "BFloat16Storage"}


def pickled_state(tensors: Iterable[Tensor], nest: str | None = None) -> bytes:
    """The opcodes (protocol 2) of a dictionary of tensors, perhaps inside another under the key `nest`."""
    pairs = b"".join(_text(name) + _tensor(number, dtype, shape) for number, (name, dtype, shape) in enumerate(tensors))
    state = b"}(" + pairs + b"u"
    return b"\x80\x02" + (b"}" + _text(nest) + state + b"s" if nest else state) + b"."


def _text(words: str) -> bytes:
    return b"X" + struct.pack("<I", len(words.encode())) + words.encode()


def _number(value: int) -> bytes:
    return b"K" + bytes([value]) if value < 256 else b"J" + struct.pack("<i", value)


def _numbers(values: Iterable[int]) -> bytes:
    return b"(" + b"".join(_number(value) for value in values) + b"t"


def _tensor(number: int, dtype: str, shape: Shape) -> bytes:
    strides = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
    storage = b"(" + _text("storage") + f"ctorch\n{_STORAGE[dtype]}\n".encode() + _text(str(number)) + _text("cpu")
    storage += _number(math.prod(shape)) + b"tQ"
    hooks = b"ccollections\nOrderedDict\n)R"
    body = b"(" + storage + _number(0) + _numbers(shape) + _numbers(strides) + b"\x89" + hooks + b"t"
    return b"ctorch._utils\n_rebuild_tensor_v2\n" + body + b"R"


def calling_pickle() -> bytes:
    """A torch zip that would call `os.getcwd` when loaded: harmless, yet every scanner must object."""
    return zipped({"archive/data.pkl": b"\x80\x02}" + _text("note") + b"cos\ngetcwd\n)Rs.", "archive/version": b"3\n"})


def training_notes(
    base: str, title: str, words: Mapping[str, int], rank: int = 2, lies: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Header text as sd-scripts writes it; `words` are the training tags with their counts, `lies` replace keys."""
    return {
        "ss_base_model_version": base,
        "ss_network_module": "networks.lora",
        "ss_network_dim": str(rank),
        "ss_network_alpha": str(max(1, rank // 2)),
        "ss_output_name": title,
        "ss_sd_model_name": "studio-base.safetensors",
        "ss_num_epochs": "12",
        "ss_steps": "2400",
        "ss_resolution": "(1024, 1024)" if base != "sd_v1" else "(512, 512)",
        "ss_num_train_images": "64",
        "ss_tag_frequency": json.dumps({f"10_{title}": dict(words)}, ensure_ascii=False),
        "modelspec.title": title,
        "modelspec.sai_model_spec": "1.0.1",
        **(lies or {}),
    }


# --- low-rank adapters -------------------------------------------------------------------------------------------

Module = tuple[str, int, int]
"""A layer's name and its width in and out."""


def _named(pattern: str, blocks: Iterable[int], width: int, out: int) -> list[Module]:
    return [(pattern.replace("#", str(block)), width, out) for block in blocks]


def _kohya(modules: Iterable[Module], rank: int = 2, dtype: str = "F16") -> tuple[Tensor, ...]:
    return tuple(
        tensor
        for name, width, out in modules
        for tensor in (
            (f"{name}.alpha", dtype, ()),
            (f"{name}.lora_down.weight", dtype, (rank, width)),
            (f"{name}.lora_up.weight", dtype, (out, rank)),
        )
    )


def _peft(modules: Iterable[Module], rank: int = 2, dtype: str = "BF16") -> tuple[Tensor, ...]:
    return tuple(
        tensor
        for name, width, out in modules
        for tensor in (
            (f"{name}.lora_A.weight", dtype, (rank, width)),
            (f"{name}.lora_B.weight", dtype, (out, rank)),
        )
    )


def _dora(modules: Iterable[Module], rank: int = 2) -> tuple[Tensor, ...]:
    modules = tuple(modules)
    return _kohya(modules, rank) + tuple((f"{name}.dora_scale", "F16", (out, 1)) for name, _, out in modules)


def _lokr(modules: Iterable[Module]) -> tuple[Tensor, ...]:
    return tuple(
        tensor
        for name, width, out in modules
        for tensor in (
            (f"{name}.alpha", "F16", ()),
            (f"{name}.lokr_w1", "F16", (8, 8)),
            (f"{name}.lokr_w2_a", "F16", (out // 8, 2)),
            (f"{name}.lokr_w2_b", "F16", (2, width // 8)),
        )
    )


def _sd_modules(cross: int) -> list[Module]:
    text = 768 if cross == 768 else 1024
    layers = []
    for place, width in (
        ("down_blocks_0", 320),
        ("down_blocks_1", 640),
        ("down_blocks_2", 1280),
        ("up_blocks_1", 1280),
    ):
        block = f"lora_unet_{place}_attentions_0_transformer_blocks_0"
        layers += [
            (f"{block}_attn1_to_q", width, width),
            (f"{block}_attn2_to_k", cross, width),
            (f"{block}_attn2_to_v", cross, width),
            (f"{block}_ff_net_0_proj", width, 8 * width),
        ]
    te = "lora_te_text_model_encoder_layers_#"
    return [
        *layers,
        *_named(f"{te}_self_attn_q_proj", (0, 11), text, text),
        *_named(f"{te}_mlp_fc1", (0,), text, 4 * text),
    ]


def _sdxl_modules() -> list[Module]:
    layers = []
    for place, width, depth in (
        ("input_blocks_4_1", 640, 1),
        ("input_blocks_7_1", 1280, 9),
        ("middle_block_1", 1280, 9),
    ):
        for index in (0, depth):
            block = f"lora_unet_{place}_transformer_blocks_{index}"
            layers += [
                (f"{block}_attn1_to_q", width, width),
                (f"{block}_attn2_to_k", 2048, width),
                (f"{block}_attn2_to_v", 2048, width),
            ]
    layers += [("lora_unet_output_blocks_0_1_transformer_blocks_0_ff_net_0_proj", 1280, 10240)]
    layers += _named("lora_te1_text_model_encoder_layers_#_self_attn_q_proj", (0, 11), 768, 768)
    return layers + _named("lora_te2_text_model_encoder_layers_#_self_attn_q_proj", (0, 31), 1280, 1280)


_FLUX_KOHYA = [
    *_named("lora_unet_double_blocks_#_img_attn_qkv", (0, 1, 18), 3072, 9216),
    *_named("lora_unet_double_blocks_#_img_mlp_0", (0, 18), 3072, 12288),
    *_named("lora_unet_single_blocks_#_linear1", (0, 37), 3072, 21504),
    *_named("lora_te1_text_model_encoder_layers_#_mlp_fc1", (0, 11), 768, 3072),
]
_FLUX_DIFFUSERS = [
    *_named("transformer.single_transformer_blocks.#.attn.to_k", (0, 1, 37), 3072, 3072),
    *_named("transformer.single_transformer_blocks.#.proj_mlp", (0, 37), 3072, 12288),
    *_named("transformer.transformer_blocks.#.attn.add_k_proj", (0, 18), 3072, 3072),
    *_named("transformer.transformer_blocks.#.ff.net.0.proj", (0, 18), 3072, 12288),
]
_FLUX2 = [
    *_named("diffusion_model.double_blocks.#.img_attn.qkv", (0, 7), 6144, 18432),
    *_named("diffusion_model.double_blocks.#.img_mlp.0", (0, 7), 6144, 36864),
    *_named("diffusion_model.single_blocks.#.linear1", (0, 47), 6144, 55296),
]
_FLUX2_KLEIN = [
    *_named("diffusion_model.double_blocks.#.img_attn.qkv", (0, 1, 4), 3072, 9216),
    *_named("diffusion_model.double_blocks.#.img_mlp.0", (0, 4), 3072, 18432),
    *_named("diffusion_model.single_blocks.#.linear1", (0, 19), 3072, 27648),
]


def _wan(width: int, inner: int, last: int, image: bool = False) -> list[Module]:
    parts = [("self_attn.q", width), ("self_attn.v", width), ("cross_attn.k", width), ("ffn.0", inner)]
    parts += [("cross_attn.k_img", width)] if image else []
    return [(f"diffusion_model.blocks.{block}.{part}", width, out) for block in (0, 1, last) for part, out in parts]


_QWEN = [
    *_named("transformer_blocks.#.attn.add_k_proj", (0, 1, 59), 3072, 3072),
    *_named("transformer_blocks.#.attn.to_q", (0, 1, 59), 3072, 3072),
    *_named("transformer_blocks.#.img_mod.1", (0, 59), 3072, 18432),
    *_named("transformer_blocks.#.img_mlp.net.0.proj", (0, 59), 3072, 12288),
]
_Z_IMAGE = [
    *_named("diffusion_model.layers.#.attention.to_q", (0, 1, 29), 3840, 3840),
    *_named("diffusion_model.layers.#.attention.to_out.0", (0, 1, 29), 3840, 3840),
    *_named("diffusion_model.layers.#.feed_forward.w1", (0, 29), 3840, 10240),
]
_HUNYUAN = [
    *_named("diffusion_model.double_blocks.#.img_attn_qkv", (0, 1, 19), 3072, 9216),
    *_named("diffusion_model.double_blocks.#.img_mlp.fc1", (0, 19), 3072, 12288),
    *_named("diffusion_model.single_blocks.#.linear1", (0, 39), 3072, 21504),
]
_LTX = [
    *_named("diffusion_model.transformer_blocks.#.attn1.to_q", (0, 1, 27), 2048, 2048),
    *_named("diffusion_model.transformer_blocks.#.attn2.to_k", (0, 1, 27), 2048, 2048),
]
_SD35_LARGE = [
    *_named("transformer.transformer_blocks.#.attn.add_k_proj", (0, 1, 37), 2432, 2432),
    *_named("transformer.transformer_blocks.#.attn.to_q", (0, 1, 37), 2432, 2432),
]
_LUMINA2 = [
    *_named("diffusion_model.layers.#.attention.qkv", (0, 1, 25), 2304, 3840),
    *_named("diffusion_model.layers.#.feed_forward.w1", (0, 25), 2304, 9216),
]
_HIDREAM = _named("diffusion_model.double_stream_blocks.#.block.attn1.to_q", (0, 1, 15), 2560, 2560)
_AURAFLOW = _named("transformer.joint_transformer_blocks.#.attn.add_k_proj", (0, 1, 3), 3072, 3072)
_ANIMA = [
    *_named("diffusion_model.blocks.#.self_attn.q_proj", (0, 1, 27), 2048, 2048),
    *_named("diffusion_model.blocks.#.cross_attn.q_proj", (0, 1, 27), 2048, 2048),
    *_named("diffusion_model.llm_adapter.blocks.#.self_attn.q_proj", (0, 5), 1024, 1024),
]


# --- whole networks ----------------------------------------------------------------------------------------------


def _prefixed(prefix: str, tensors: Iterable[Tensor]) -> tuple[Tensor, ...]:
    return tuple((prefix + name, dtype, shape) for name, dtype, shape in tensors)


def _repeated(patterns: Iterable[Tensor], blocks: Iterable[int]) -> tuple[Tensor, ...]:
    return tuple((name.replace("#", str(block)), dtype, shape) for block in blocks for name, dtype, shape in patterns)


def _unet(cross: int, channels: int = 4, extra: tuple[Tensor, ...] = ()) -> tuple[Tensor, ...]:
    """The telling parts of a U-Net in its original naming; `cross` is the width of what it listens to."""
    deep = cross == 2048
    block = "input_blocks.4.1.transformer_blocks.0" if deep else "input_blocks.1.1.transformer_blocks.0"
    width = 640 if deep else 320
    linear = cross != 768
    return (
        ("time_embed.0.weight", F8, (1280, 320)),
        ("time_embed.2.bias", "F16", (1280,)),
        ("input_blocks.0.0.weight", "F16", (320, channels, 3, 3)),
        ("input_blocks.0.0.bias", "F16", (320,)),
        (f"{block.rsplit('.', 2)[0]}.proj_in.weight", F8, (width, width) if linear else (width, width, 1, 1)),
        (f"{block}.attn1.to_q.weight", F8, (width, width)),
        (f"{block}.attn2.to_k.weight", F8, (width, cross)),
        (f"{block}.norm2.weight", "F16", (width,)),
        ("middle_block.0.in_layers.0.weight", "F16", (1280,)),
        (f"output_blocks.{'8' if deep else '11'}.0.in_layers.0.weight", "F16", (960 if deep else 640,)),
        ("out.2.weight", "F16", (4, 320, 3, 3)),
        ("out.2.bias", "F16", (4,)),
        *extra,
    )


_ADM = (("label_emb.0.0.weight", F8, (1280, 2816)), ("label_emb.0.0.bias", "F16", (1280,)))

_VAE = (
    ("encoder.conv_in.weight", "F16", (128, 3, 3, 3)),
    ("encoder.conv_in.bias", "F16", (128,)),
    ("encoder.mid.block_1.norm1.weight", "F16", (512,)),
    ("encoder.conv_out.weight", "F16", (8, 512, 3, 3)),
    ("decoder.conv_in.weight", "F16", (512, 4, 3, 3)),
    ("decoder.conv_in.bias", "F16", (512,)),
    ("decoder.mid.block_1.norm1.weight", "F16", (512,)),
    ("decoder.up.0.block.0.norm1.weight", "F16", (256,)),
    ("decoder.conv_out.weight", "F16", (3, 128, 3, 3)),
    ("quant_conv.weight", "F16", (8, 8, 1, 1)),
    ("quant_conv.bias", "F16", (8,)),
    ("post_quant_conv.weight", "F16", (4, 4, 1, 1)),
    ("post_quant_conv.bias", "F16", (4,)),
)
_VAE_FLUX = (
    ("encoder.conv_in.weight", "BF16", (128, 3, 3, 3)),
    ("encoder.mid.block_1.norm1.weight", "BF16", (512,)),
    ("encoder.conv_out.weight", "BF16", (32, 512, 3, 3)),
    ("decoder.conv_in.weight", "BF16", (512, 16, 3, 3)),
    ("decoder.conv_in.bias", "BF16", (512,)),
    ("decoder.mid.block_1.norm1.weight", "BF16", (512,)),
    ("decoder.up.0.block.0.norm1.weight", "BF16", (256,)),
    ("decoder.conv_out.weight", "BF16", (3, 128, 3, 3)),
)
_VAE_WAN = (
    ("conv1.weight", "BF16", (32, 32, 1, 1, 1)),
    ("conv2.weight", "BF16", (16, 16, 1, 1, 1)),
    ("decoder.conv1.weight", "BF16", (384, 16, 3, 3, 3)),
    ("decoder.conv1.bias", "BF16", (384,)),
    ("decoder.middle.0.residual.0.gamma", "BF16", (384, 1, 1, 1)),
    ("decoder.middle.1.norm.gamma", "BF16", (384, 1, 1)),
    ("decoder.head.0.gamma", "BF16", (96, 1, 1, 1)),
    ("encoder.conv1.weight", "BF16", (96, 3, 3, 3, 3)),
    ("encoder.head.0.gamma", "BF16", (384, 1, 1, 1)),
)
_CLIP_L = (
    ("text_model.embeddings.position_embedding.weight", "F16", (77, 768)),
    *_repeated(
        (
            ("text_model.encoder.layers.#.layer_norm1.weight", "F16", (768,)),
            ("text_model.encoder.layers.#.self_attn.q_proj.bias", "F16", (768,)),
            ("text_model.encoder.layers.#.mlp.fc1.bias", "F16", (3072,)),
        ),
        range(12),
    ),
    ("text_model.encoder.layers.0.self_attn.q_proj.weight", F8, (768, 768)),
    ("text_model.final_layer_norm.weight", "F16", (768,)),
)
_OPEN_CLIP = (
    *_repeated(
        (
            ("transformer.resblocks.#.ln_1.weight", "F16", (1280,)),
            ("transformer.resblocks.#.attn.in_proj_bias", "F16", (3840,)),
        ),
        (0, 1, 31),
    ),
    ("ln_final.weight", "F16", (1280,)),
    ("positional_embedding", "F16", (77, 1280)),
)
_SD2_TEXT = (
    *_repeated((("transformer.resblocks.#.ln_1.weight", "F16", (1024,)),), range(23)),
    ("ln_final.weight", "F16", (1024,)),
    ("positional_embedding", "F16", (77, 1024)),
)


def _flux(channels: int = 64, guidance: bool = True, vector: bool = True) -> tuple[Tensor, ...]:
    double = (
        ("double_blocks.#.img_attn.norm.key_norm.scale", "BF16", (128,)),
        ("double_blocks.#.img_attn.norm.query_norm.scale", "BF16", (128,)),
        ("double_blocks.#.img_attn.proj.bias", "BF16", (3072,)),
        ("double_blocks.#.img_attn.qkv.bias", "BF16", (9216,)),
        ("double_blocks.#.img_mlp.0.bias", "BF16", (12288,)),
    )
    modulation = (("double_blocks.#.img_mod.lin.bias", "BF16", (18432,)),) if vector else ()
    return (
        ("img_in.weight", F8, (3072, channels)),
        ("img_in.bias", "BF16", (3072,)),
        ("txt_in.bias", "BF16", (3072,)),
        *((("txt_in.weight", F8, (3072, 4096)),) if vector else ()),
        ("time_in.in_layer.weight", F8, (3072, 256)),
        *((("vector_in.in_layer.weight", F8, (3072, 768)),) if vector else ()),
        *((("guidance_in.in_layer.weight", F8, (3072, 256)),) if guidance else ()),
        *_repeated(double + modulation, (0, 1, 18)),
        *_repeated(
            (
                ("single_blocks.#.linear1.bias", "BF16", (21504,)),
                ("single_blocks.#.norm.key_norm.scale", "BF16", (128,)),
            ),
            (0, 1, 37),
        ),
        ("final_layer.linear.weight", F8, (64, 3072)),
    )


_CHROMA = (
    ("distilled_guidance_layer.in_proj.weight", F8, (5120, 64)),
    ("distilled_guidance_layer.in_proj.bias", "BF16", (5120,)),
    ("distilled_guidance_layer.layers.0.in_layer.bias", "BF16", (5120,)),
    ("distilled_guidance_layer.norms.0.scale", "BF16", (5120,)),
    *_flux(guidance=False, vector=False),
)
_FLUX2_KLEIN_4B = (
    ("img_in.weight", F8, (3072, 128)),
    ("txt_in.weight", F8, (3072, 7680)),
    ("time_in.in_layer.weight", F8, (3072, 256)),
    ("double_stream_modulation_img.lin.weight", F8, (18432, 3072)),
    *_repeated(
        (
            ("double_blocks.#.img_attn.norm.key_norm.scale", "BF16", (128,)),
            ("double_blocks.#.img_attn.norm.query_norm.scale", "BF16", (128,)),
        ),
        range(5),
    ),
    ("single_stream_modulation.lin.weight", F8, (9216, 3072)),
    *_repeated((("single_blocks.#.norm.key_norm.scale", "BF16", (128,)),), range(20)),
    ("final_layer.linear.weight", F8, (128, 3072)),
)


def _wan_model(
    width: int, inner: int, last: int, channels: int = 16, out: int = 64, image: bool = False
) -> tuple[Tensor, ...]:
    seen = (("img_emb.proj.0.weight", "BF16", (1280,)), ("img_emb.proj.1.bias", "BF16", (1280,))) if image else ()
    block: tuple[Tensor, ...] = (
        ("blocks.#.modulation", "F32", (1, 6, width)),
        ("blocks.#.self_attn.norm_q.weight", "BF16", (width,)),
        ("blocks.#.self_attn.q.bias", "BF16", (width,)),
        ("blocks.#.cross_attn.norm_q.weight", "BF16", (width,)),
        ("blocks.#.cross_attn.k.bias", "BF16", (width,)),
        ("blocks.#.ffn.0.bias", "BF16", (inner,)),
    )
    block += (("blocks.#.cross_attn.k_img.bias", "BF16", (width,)),) if image else ()
    return (
        ("patch_embedding.weight", F8, (width, channels, 1, 2, 2)),
        ("patch_embedding.bias", "BF16", (width,)),
        *_repeated(block, (0, 1, last)),
        *seen,
        ("head.modulation", "F32", (1, 2, width)),
        ("head.head.weight", F8, (out, width)),
    )


_QWEN_IMAGE = (
    ("img_in.weight", F8, (3072, 64)),
    ("img_in.bias", "BF16", (3072,)),
    ("txt_norm.weight", "BF16", (3584,)),
    ("txt_in.bias", "BF16", (3072,)),
    *_repeated(
        (
            ("transformer_blocks.#.attn.norm_q.weight", "BF16", (128,)),
            ("transformer_blocks.#.attn.to_q.bias", "BF16", (3072,)),
            ("transformer_blocks.#.attn.add_k_proj.bias", "BF16", (3072,)),
            ("transformer_blocks.#.img_mod.1.bias", "BF16", (18432,)),
            ("transformer_blocks.#.img_mlp.net.0.proj.bias", "BF16", (12288,)),
        ),
        (0, 1, 59),
    ),
    ("norm_out.linear.bias", "BF16", (6144,)),
    ("proj_out.weight", F8, (64, 3072)),
)


def _next_dit(width: int, text: int, head: int, last: int) -> tuple[Tensor, ...]:
    """The layout that Lumina 2 and Z-Image share; only the widths differ."""
    part = (
        ("#.attention.q_norm.weight", "BF16", (head,)),
        ("#.attention_norm1.weight", "BF16", (width,)),
        ("#.adaLN_modulation.1.bias", "BF16", (4 * width,)),
    )
    return (
        ("x_embedder.weight", F8, (width, 64)),
        ("cap_embedder.0.weight", "BF16", (text,)),
        ("cap_embedder.1.weight", F8, (width, text)),
        ("cap_embedder.1.bias", "BF16", (width,)),
        *_prefixed("noise_refiner.", _repeated(part, (0, 1))),
        *_prefixed("context_refiner.", _repeated(part[:2], (0, 1))),
        *_prefixed("layers.", _repeated(part, (0, 1, last))),
        ("final_layer.linear.weight", F8, (64, width)),
    )


_HUNYUAN_VIDEO = (
    ("img_in.proj.weight", F8, (3072, 16, 1, 2, 2)),
    ("txt_in.input_embedder.bias", "BF16", (3072,)),
    *_repeated(
        (
            ("txt_in.individual_token_refiner.blocks.#.norm1.weight", "BF16", (3072,)),
            ("txt_in.individual_token_refiner.blocks.#.self_attn_qkv.bias", "BF16", (9216,)),
        ),
        (0, 1),
    ),
    ("vector_in.in_layer.bias", "BF16", (3072,)),
    ("guidance_in.mlp.0.bias", "BF16", (3072,)),
    *_repeated(
        (
            ("double_blocks.#.img_attn_q_norm.weight", "BF16", (128,)),
            ("double_blocks.#.img_attn_qkv.bias", "BF16", (9216,)),
            ("double_blocks.#.img_mlp.fc1.bias", "BF16", (12288,)),
            ("double_blocks.#.txt_mod.linear.bias", "BF16", (18432,)),
        ),
        (0, 1, 19),
    ),
    *_repeated((("single_blocks.#.linear1.bias", "BF16", (21504,)),), (0, 1, 39)),
    ("final_layer.linear.weight", F8, (64, 3072)),
)
_LTX_VIDEO = (
    ("patchify_proj.weight", F8, (2048, 128)),
    ("patchify_proj.bias", "BF16", (2048,)),
    ("adaln_single.emb.timestep_embedder.linear_1.weight", F8, (2048, 256)),
    ("adaln_single.linear.bias", "BF16", (12288,)),
    ("caption_projection.linear_1.bias", "BF16", (2048,)),
    ("scale_shift_table", "BF16", (2, 2048)),
    *_repeated(
        (
            ("transformer_blocks.#.attn1.to_q.bias", "BF16", (2048,)),
            ("transformer_blocks.#.attn1.q_norm.weight", "BF16", (2048,)),
            ("transformer_blocks.#.attn2.to_k.bias", "BF16", (2048,)),
            ("transformer_blocks.#.scale_shift_table", "BF16", (6, 2048)),
        ),
        (0, 1, 27),
    ),
    ("proj_out.weight", F8, (128, 2048)),
)
_SD35 = (
    ("x_embedder.proj.weight", F8, (2432, 16, 2, 2)),
    ("context_embedder.bias", "BF16", (2432,)),
    *_repeated(
        (
            ("joint_blocks.#.x_block.attn.qkv.bias", "BF16", (7296,)),
            ("joint_blocks.#.x_block.attn.ln_q.weight", "BF16", (64,)),
            ("joint_blocks.#.x_block.attn.proj.bias", "BF16", (2432,)),
            ("joint_blocks.#.context_block.attn.qkv.bias", "BF16", (7296,)),
        ),
        (0, 1, 37),
    ),
    ("final_layer.linear.weight", F8, (64, 2432)),
)


def _t5() -> tuple[Tensor, ...]:
    return (
        ("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", "BF16", (32, 64)),
        *_repeated(
            (
                ("encoder.block.#.layer.0.layer_norm.weight", "BF16", (4096,)),
                ("encoder.block.#.layer.1.layer_norm.weight", "BF16", (4096,)),
            ),
            range(24),
        ),
        *_repeated((("encoder.block.#.layer.0.SelfAttention.q.weight", "F8_E4M3", (4096, 4096)),), (0,)),
        ("encoder.final_layer_norm.weight", "BF16", (4096,)),
    )


_CLIP_VISION = (
    ("vision_model.embeddings.class_embedding", "F16", (1280,)),
    ("vision_model.embeddings.patch_embedding.weight", F8, (1280, 3, 14, 14)),
    ("vision_model.embeddings.position_embedding.weight", F8, (257, 1280)),
    ("vision_model.pre_layrnorm.weight", "F16", (1280,)),
    *_repeated(
        (
            ("vision_model.encoder.layers.#.layer_norm1.weight", "F16", (1280,)),
            ("vision_model.encoder.layers.#.self_attn.q_proj.bias", "F16", (1280,)),
            ("vision_model.encoder.layers.#.mlp.fc1.bias", "F16", (5120,)),
        ),
        (0, 1, 31),
    ),
    ("vision_model.post_layernorm.weight", "F16", (1280,)),
    ("visual_projection.weight", F8, (1024, 1280)),
)


def _controlnet(cross: int) -> tuple[Tensor, ...]:
    hint = (
        ("input_hint_block.0.weight", "F16", (16, 3, 3, 3)),
        ("input_hint_block.14.weight", F8, (320, 256, 3, 3)),
        ("zero_convs.0.0.weight", F8, (320, 320, 1, 1)),
        ("zero_convs.0.0.bias", "F16", (320,)),
        ("middle_block_out.0.bias", "F16", (1280,)),
    )
    body = tuple(tensor for tensor in _unet(cross) if not tensor[0].startswith("out"))
    return _prefixed("control_model.", body + hint)


_CONTROLNET_DIFFUSERS = (
    ("conv_in.weight", "F16", (320, 4, 3, 3)),
    ("time_embedding.linear_1.weight", F8, (1280, 320)),
    ("add_embedding.linear_1.bias", "F16", (1280,)),
    ("controlnet_cond_embedding.conv_in.weight", "F16", (16, 3, 3, 3)),
    ("controlnet_cond_embedding.blocks.0.weight", "F16", (16, 16, 3, 3)),
    ("controlnet_cond_embedding.conv_out.bias", "F16", (320,)),
    ("controlnet_down_blocks.0.weight", F8, (320, 320, 1, 1)),
    ("controlnet_down_blocks.8.bias", "F16", (1280,)),
    ("controlnet_mid_block.bias", "F16", (1280,)),
    ("down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.weight", F8, (640, 640)),
    ("down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight", F8, (640, 2048)),
    ("down_blocks.1.attentions.0.proj_in.weight", F8, (640, 640)),
)
_CONTROLNET_FLUX = (
    ("double_blocks.0.img_attn.norm.key_norm.scale", "BF16", (128,)),
    ("double_blocks.0.img_attn.norm.query_norm.scale", "BF16", (128,)),
    ("double_blocks.0.img_attn.proj.bias", "BF16", (3072,)),
    *_repeated((("controlnet_blocks.#.bias", "BF16", (3072,)),), range(2)),
    ("input_hint_block.0.weight", "BF16", (16, 3, 3, 3)),
    ("img_in.bias", "BF16", (3072,)),
    ("pos_embed_input.weight", F8, (3072, 64)),
)
_T2I_ADAPTER = (
    ("conv_in.weight", F8, (320, 192, 3, 3)),
    ("conv_in.bias", "F16", (320,)),
    *_repeated((("body.#.block2.weight", F8, (320, 320, 1, 1)), ("body.#.block1.bias", "F16", (320,))), (0, 1)),
    ("body.0.block1.weight", F8, (320, 320, 3, 3)),
    ("body.2.in_conv.weight", F8, (640, 320, 1, 1)),
)
_MOTION = (
    *_repeated(
        (
            ("down_blocks.#.motion_modules.0.temporal_transformer.norm.weight", "F16", (320,)),
            ("down_blocks.#.motion_modules.0.temporal_transformer.proj_in.weight", F8, (320, 320)),
        ),
        (0,),
    ),
    *(
        (f"{place}.motion_modules.0.temporal_transformer.transformer_blocks.0.{name}", dtype, shape)
        for place, width in (("down_blocks.0", 320), ("down_blocks.3", 1280), ("mid_block", 1280), ("up_blocks.3", 320))
        for name, dtype, shape in (
            ("norms.0.weight", "F16", (width,)),
            ("attention_blocks.0.pos_encoder.pe", "F16", (1, 32, width)),
            ("attention_blocks.0.to_q.bias", "F16", (width,)),
        )
    ),
    (
        "down_blocks.0.motion_modules.0.temporal_transformer.transformer_blocks.0.attention_blocks.0.to_q.weight",
        F8,
        (320, 320),
    ),
)
_ESRGAN = (
    ("model.0.weight", "F32", (64, 3, 3, 3)),
    ("model.0.bias", "F32", (64,)),
    ("model.1.sub.0.RDB1.conv1.0.weight", "F32", (32, 64, 3, 3)),
    ("model.1.sub.0.RDB1.conv1.0.bias", "F32", (32,)),
    ("model.1.sub.22.RDB3.conv1.0.bias", "F32", (32,)),
    ("model.1.sub.23.weight", "F32", (64, 64, 3, 3)),
    ("model.3.weight", "F32", (64, 64, 3, 3)),
    ("model.6.weight", "F32", (64, 64, 3, 3)),
    ("model.8.weight", "F32", (64, 64, 3, 3)),
    ("model.10.weight", "F32", (3, 64, 3, 3)),
    ("model.10.bias", "F32", (3,)),
)
_REAL_ESRGAN = (
    ("conv_first.weight", "F32", (64, 3, 3, 3)),
    ("conv_first.bias", "F32", (64,)),
    ("body.0.rdb1.conv1.weight", "F32", (32, 64, 3, 3)),
    ("body.0.rdb1.conv5.bias", "F32", (64,)),
    ("body.22.rdb3.conv1.bias", "F32", (32,)),
    ("conv_body.weight", "F32", (64, 64, 3, 3)),
    ("conv_up1.weight", "F32", (64, 64, 3, 3)),
    ("conv_up2.weight", "F32", (64, 64, 3, 3)),
    ("conv_hr.weight", "F32", (64, 64, 3, 3)),
    ("conv_last.weight", "F32", (3, 64, 3, 3)),
    ("conv_last.bias", "F32", (3,)),
)
_COMPACT = (
    ("body.0.weight", "F16", (64, 3, 3, 3)),
    ("body.0.bias", "F16", (64,)),
    ("body.1.weight", "F16", (64,)),
    *_repeated((("body.#.weight", "F16", (64, 64, 3, 3)), ("body.#.bias", "F16", (64,))), (2, 4, 6)),
    *_repeated((("body.#.weight", "F16", (64,)),), (3, 5, 7)),
    ("body.8.weight", "F16", (48, 64, 3, 3)),
    ("body.8.bias", "F16", (48,)),
)


def _ip_adapter(cross: int, projection: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    keys = tuple(
        (f"ip_adapter.{number}.to_{part}_ip.weight", F8, (width, cross))
        for number, width in ((1, 320 if cross == 768 else 640), (3, 640))
        for part in ("k", "v")
    )
    return projection + keys


_LLM_VALUES = {
    "general.architecture": "llama",
    "general.name": "Pocket Poet",
    "general.size_label": "1M",
    "general.file_type": "7",
    "general.quantization_version": "2",
    "llama.block_count": "2",
    "llama.context_length": "2048",
    "llama.embedding_length": "256",
    "tokenizer.ggml.model": "llama",
}


def _llm(dtype: str) -> tuple[Tensor, ...]:
    return (
        ("token_embd.weight", dtype, (512, 256)),
        ("output_norm.weight", "F32", (256,)),
        *_repeated(
            (
                ("blk.#.attn_norm.weight", "F32", (256,)),
                ("blk.#.attn_q.weight", dtype, (256, 256)),
                ("blk.#.attn_k.weight", dtype, (256, 256)),
                ("blk.#.attn_v.weight", dtype, (256, 256)),
                ("blk.#.attn_output.weight", dtype, (256, 256)),
                ("blk.#.ffn_norm.weight", "F32", (256,)),
                ("blk.#.ffn_gate.weight", dtype, (512, 256)),
                ("blk.#.ffn_up.weight", dtype, (512, 256)),
                ("blk.#.ffn_down.weight", dtype, (256, 512)),
            ),
            (0, 1),
        ),
    )


def _quantised(tensors: Iterable[Tensor], dtype: str) -> tuple[Tensor, ...]:
    """The same network as a GGUF converter leaves it: matrices in blocks, the rest in F32."""
    return tuple(
        (name, dtype if len(shape) == 2 and shape[-1] % 32 == 0 else "F32", shape) for name, _, shape in tensors
    )


def _of_flux(dtype: str, number: str) -> Recipe:
    values = {"general.architecture": "flux", "general.quantization_version": "2", "general.file_type": number}
    return Recipe("diffusion_model", "flux1", _quantised(_flux(), dtype), "gguf", values)


def _sd_checkpoint(channels: int = 4) -> tuple[Tensor, ...]:
    return (
        ("alphas_cumprod", "F32", (1000,)),
        ("betas", "F32", (1000,)),
        *_prefixed("model.diffusion_model.", _unet(768, channels)),
        *_prefixed("first_stage_model.", _VAE),
        *_prefixed("cond_stage_model.transformer.", _CLIP_L[:8]),
    )


_SDXL_CHECKPOINT = (
    *_prefixed("model.diffusion_model.", _unet(2048, extra=_ADM)),
    *_prefixed("first_stage_model.", _VAE),
    *_prefixed("conditioner.embedders.0.transformer.", _CLIP_L[:8]),
    *_prefixed("conditioner.embedders.1.model.", _OPEN_CLIP),
)

_SAVED_GRAPH = json.dumps(
    {
        "last_node_id": 3,
        "last_link_id": 2,
        "nodes": [
            {"id": 1, "type": "CheckpointLoaderSimple", "widgets_values": ["paper-lantern-xl.safetensors"]},
            {"id": 2, "type": "LoraLoader", "widgets_values": ["marmalade-watercolour.safetensors", 0.8, 0.8]},
            {"id": 3, "type": "SaveImage", "widgets_values": ["postcard"]},
        ],
        "links": [[1, 1, 0, 2, 0, "MODEL"], [2, 2, 0, 3, 0, "IMAGE"]],
        "version": 0.4,
    }
).encode()


def _adapters() -> dict[str, Recipe]:
    plain: dict[str, tuple[str, tuple[Tensor, ...]]] = {
        "lora-sd15": ("sd15", _kohya(_sd_modules(768))),
        "lora-sd2": ("sd2", _kohya(_sd_modules(1024))),
        "lora-sdxl": ("sdxl", _kohya(_sdxl_modules())),
        "lora-sdxl-rank8": ("sdxl", _kohya(_sdxl_modules(), 8)),
        "dora-sdxl": ("sdxl", _dora(_sdxl_modules())),
        "lokr-sdxl": ("sdxl", _lokr(_sdxl_modules())),
        "lora-flux1": ("flux1", _kohya(_FLUX_KOHYA, dtype="BF16")),
        "lora-flux1-diffusers": ("flux1", _peft(_FLUX_DIFFUSERS)),
        "lora-flux2": ("flux2", _peft(_FLUX2)),
        "lora-flux2-klein": ("flux2", _peft(_FLUX2_KLEIN)),
        "lora-wan21": ("wan21", _peft(_wan(5120, 13824, 39))),
        "lora-wan21-i2v": ("wan21", _peft(_wan(5120, 13824, 39, True))),
        "lora-wan21-small": ("wan21", _peft(_wan(1536, 8960, 29))),
        "lora-wan22-5b": ("wan22", _peft(_wan(3072, 14336, 29))),
        "lora-qwen-image": ("qwen-image", _peft(_QWEN)),
        "lora-z-image": ("z-image", _peft(_Z_IMAGE)),
        "lora-hunyuan-video": ("hunyuan-video", _peft(_HUNYUAN)),
        "lora-ltx": ("ltx", _peft(_LTX)),
        "lora-sd35-large": ("sd35-large", _peft(_SD35_LARGE)),
        "lora-lumina2": ("lumina2", _peft(_LUMINA2)),
        "lora-hidream": ("hidream", _peft(_HIDREAM)),
        "lora-auraflow": ("auraflow", _peft(_AURAFLOW)),
        "lora-anima": ("anima", _peft(_ANIMA)),
    }
    return {name: Recipe("lora", family, tensors) for name, (family, tensors) in plain.items()}


def _networks() -> dict[str, Recipe]:
    title = {"modelspec.architecture": "stable-diffusion-xl-v1-base", "modelspec.sai_model_spec": "1.0.0"}
    sdxl_plus = (("image_proj.latents", "F16", (1, 16, 1280)), ("image_proj.norm_out.weight", "F16", (2048,)))
    sd_basic = (("image_proj.proj.weight", F8, (3072, 1024)), ("image_proj.norm.weight", "F16", (768,)))
    flux_parts = (
        *_prefixed("model.diffusion_model.", _flux()),
        *_prefixed("vae.", _VAE_FLUX),
        *_prefixed("text_encoders.clip_l.transformer.", _CLIP_L[:8]),
    )
    ltx_parts = (
        *_prefixed("model.diffusion_model.", _LTX_VIDEO),
        ("vae.per_channel_statistics.mean-of-means", "BF16", (128,)),
    )
    sd2_parts = (
        *_prefixed("model.diffusion_model.", _unet(1024)),
        *_prefixed("first_stage_model.", _VAE),
        *_prefixed("cond_stage_model.model.", _SD2_TEXT),
    )
    z_pads = (("x_pad_token", "BF16", (1, 3840)), ("cap_pad_token", "BF16", (1, 3840)))
    rows: dict[str, tuple[str, str | None, tuple[Tensor, ...]]] = {
        "checkpoint-sd15": ("checkpoint", "sd15", _sd_checkpoint()),
        "checkpoint-sd15-inpainting": ("checkpoint", "sd15", _sd_checkpoint(9)),
        "checkpoint-sd2": ("checkpoint", "sd2", sd2_parts),
        "checkpoint-flux1": ("checkpoint", "flux1", flux_parts),
        "checkpoint-ltx": ("checkpoint", "ltx", ltx_parts),
        "diffusion-sdxl": ("diffusion_model", "sdxl", _prefixed("model.diffusion_model.", _unet(2048, extra=_ADM))),
        "diffusion-flux1": ("diffusion_model", "flux1", _flux()),
        "diffusion-flux1-schnell": ("diffusion_model", "flux1", _flux(guidance=False)),
        "diffusion-flux1-fill": ("diffusion_model", "flux1", _flux(384)),
        "diffusion-chroma": ("diffusion_model", "chroma", _CHROMA),
        "diffusion-flux2-klein": ("diffusion_model", "flux2", _FLUX2_KLEIN_4B),
        "diffusion-wan21-14b": ("diffusion_model", "wan21", _wan_model(5120, 13824, 39)),
        "diffusion-wan21-i2v": ("diffusion_model", "wan21", _wan_model(5120, 13824, 39, 36, image=True)),
        "diffusion-wan21-small": ("diffusion_model", "wan21", _wan_model(1536, 8960, 29)),
        "diffusion-wan22-5b": ("diffusion_model", "wan22", _wan_model(3072, 14336, 29, 48, 192)),
        "diffusion-qwen-image": ("diffusion_model", "qwen-image", _QWEN_IMAGE),
        "diffusion-z-image": ("diffusion_model", "z-image", _next_dit(3840, 2560, 128, 29) + z_pads),
        "diffusion-lumina2": ("diffusion_model", "lumina2", _next_dit(2304, 2304, 96, 25)),
        "diffusion-hunyuan-video": ("diffusion_model", "hunyuan-video", _HUNYUAN_VIDEO),
        "diffusion-ltx": ("diffusion_model", "ltx", _LTX_VIDEO),
        "diffusion-sd35-large": ("diffusion_model", "sd35-large", _SD35),
        "vae-sd": ("vae", None, _VAE),
        "vae-flux": ("vae", None, _VAE_FLUX),
        "vae-wan21": ("vae", "wan21", _VAE_WAN),
        "text-encoder-clip-l": ("text_encoder", None, _CLIP_L),
        "text-encoder-t5": ("text_encoder", None, _t5()),
        "clip-vision-h": ("clip_vision", None, _CLIP_VISION),
        "controlnet-sd15": ("controlnet", "sd15", _controlnet(768)),
        "controlnet-sdxl": ("controlnet", "sdxl", _CONTROLNET_DIFFUSERS),
        "controlnet-flux1": ("controlnet", "flux1", _CONTROLNET_FLUX),
        "t2i-adapter-sd15": ("t2i_adapter", "sd15", _T2I_ADAPTER),
        "ip-adapter-sd15": ("ip_adapter", "sd15", _ip_adapter(768, sd_basic)),
        "ip-adapter-sdxl": ("ip_adapter", "sdxl", _ip_adapter(2048, sdxl_plus)),
        "motion-module-sd15": ("motion_module", "sd15", _MOTION),
        "upscaler-esrgan": ("upscaler", None, _ESRGAN),
        "upscaler-compact": ("upscaler", None, _COMPACT),
        "embedding-sd15": ("embedding", "sd15", (("emb_params", "F32", (8, 768)),)),
        "embedding-sdxl": ("embedding", "sdxl", (("clip_l", "F32", (4, 768)), ("clip_g", "F32", (4, 1280)))),
        "unknown": ("unknown", None, (("x.weight", "F16", (0,)), ("y", "F16", (0, 8)))),
    }
    made = {name: Recipe(kind, family, tensors) for name, (kind, family, tensors) in rows.items()}
    return {**made, "checkpoint-sdxl": Recipe("checkpoint", "sdxl", _SDXL_CHECKPOINT, metadata=title)}


def _others() -> dict[str, Recipe]:
    def plain(kind: str, container: str, data: bytes) -> Recipe:
        return Recipe(kind, None, container=container, data=data)

    poses = {"poses/wave.txt": b"wave", "poses/bow.txt": b"bow", "LICENSE.txt": b"CC0"}
    colours = b"# colours of a harbour at dawn\nrose grey\nwet slate\nlemon light\nold rope\n"
    return {
        "upscaler-real-esrgan-pickle": Recipe("upscaler", None, _REAL_ESRGAN, "torch", nest="params_ema"),
        "embedding-sd15-pickle": Recipe(
            "embedding", "sd15", (("*", "F32", (6, 768)),), "torch", nest="string_to_param"
        ),
        "vae-sd-pickle": Recipe("vae", None, tuple((n, "F16", s) for n, _, s in _VAE), "torch", nest="state_dict"),
        "pickle-that-calls": plain("unknown", "pt", calling_pickle()),
        "gguf-flux1-q8": _of_flux("Q8_0", "7"),
        "gguf-flux1-q4": _of_flux("Q4_0", "2"),
        "gguf-llm-q4": Recipe("llm", None, _llm("Q4_K"), "gguf", {**_LLM_VALUES, "general.file_type": "15"}),
        "gguf-llm-q8": Recipe("llm", None, _llm("Q8_0"), "gguf", _LLM_VALUES),
        "workflow": plain("workflow", "json", _SAVED_GRAPH),
        "workflow-zip": plain("unknown", "zip", zipped({"postcard.json": _SAVED_GRAPH, "README.txt": b"Drag me in."})),
        "poses": plain("unknown", "zip", zipped(poses)),
        "wildcards": plain("invalid", "txt", colours),
        "config": plain("invalid", "yaml", b"model:\n  target: sd.v1\n  params:\n    timesteps: 1000\n"),
    }


RECIPES: dict[str, Recipe] = {**_adapters(), **_networks(), **_others()}
"""Every file we can make, by name. `kind` and `family` are what a reader of the bytes should find."""
