"""Reading the outside of files: sound, strange and hostile ones."""

import json
import os
import re
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modella.core.identity import Identity, identify
from modella.io.headers import read_folder, read_header
from modella.io.packaged import load_rules
from tests import weights

SAMPLES = Path(os.environ.get("MODELLA_SAMPLES", Path(__file__).parents[3] / "shared" / "samples")) / "identify"
SMALL = {"a.weight": ("F16", (4, 8)), "b": ("F32", (2,))}


def told(path: Path) -> Identity:
    return identify(read_header(path), load_rules())


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared sample headers are not here")
@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_a_published_layout_is_recognised_from_a_real_file(sample: Path, tmp_path: Path) -> None:
    case = json.loads(sample.read_text())
    build = {"safetensors": weights.safetensors, "gguf": weights.gguf}[case["format"]]
    file = build(tmp_path / "x.bin", case["tensors"], case["metadata"] or case.get("gguf_kv"))
    answer = told(file)
    assert (answer.kind, answer.family) == (case["expected"]["kind"], case["expected"]["base"]), answer.reasons
    assert answer.format == case["format"]


# Content decides, never the name.


def test_a_safetensors_file_named_ckpt_is_safetensors(tmp_path: Path) -> None:
    header = read_header(weights.safetensors(tmp_path / "x.ckpt", SMALL, {"k": "v"}))
    assert (header.format, header.problems, header.metadata) == ("safetensors", (), {"k": "v"})
    assert header.tensors["a.weight"] == ("F16", (4, 8))


def test_a_gguf_file_named_safetensors_is_gguf(tmp_path: Path) -> None:
    header = read_header(weights.gguf(tmp_path / "x.safetensors", {"a": ("Q8_0", (32, 64))}, {"general.name": "A"}))
    assert (header.format, header.problems) == ("gguf", ())
    assert header.tensors["a"] == ("Q8_0", (32, 64))


def test_a_pickle_named_safetensors_is_torch(tmp_path: Path) -> None:
    header = read_header(weights.torch_zip(tmp_path / "x.safetensors", weights.state_pickle(SMALL)))
    assert (header.format, header.problems) == ("torch", ())


def test_the_header_length_is_where_the_weights_begin(tmp_path: Path) -> None:
    path = weights.safetensors(tmp_path / "x", SMALL)
    length = read_header(path).header_length
    assert length is not None
    assert path.stat().st_size - length == 4 * 8 * 2 + 2 * 4


@pytest.mark.parametrize("wrap", [(), ("state_dict",), ("params_ema",)])
def test_pickled_weights_are_listed_without_running_them(tmp_path: Path, wrap: tuple[str, ...]) -> None:
    for path in (
        weights.torch_zip(tmp_path / "zip.pt", weights.state_pickle(SMALL, wrap)),
        weights.torch_legacy(tmp_path / "old.pt", weights.state_pickle(SMALL, wrap)),
    ):
        header = read_header(path)
        assert header.tensors == SMALL
        assert (header.problems, header.suspicious) == ((), ())


def test_a_hypernetwork_with_integer_keys_is_recognised(tmp_path: Path) -> None:
    layer = weights.state_pickle({"linear.0.weight": ("F32", (1536, 768))})[2:-1]
    table = b"\x80\x02}M\x00\x03" + layer + layer + b"\x86s."
    answer = told(weights.torch_zip(tmp_path / "h.pt", table))
    assert (answer.kind, answer.family) == ("hypernetwork", "sd15")


def test_a_textual_inversion_pickle_is_an_embedding(tmp_path: Path) -> None:
    answer = told(
        weights.torch_zip(tmp_path / "e.pt", weights.state_pickle({"*": ("F32", (3, 768))}, ("string_to_param",)))
    )
    assert (answer.kind, answer.family) == ("embedding", "sd15")


def test_stored_shapes_of_gguf_are_put_right(tmp_path: Path) -> None:
    metadata = {"comfy.gguf.orig_shape.a": "320 4 3 3"}
    assert read_header(weights.gguf(tmp_path / "x", {"a": ("F16", (1280, 9))}, metadata)).tensors["a"].shape == (
        320,
        4,
        3,
        3,
    )


def test_long_tokenizer_lists_are_walked_over(tmp_path: Path) -> None:
    words = [f"word{index}" for index in range(5000)]
    path = weights.gguf(tmp_path / "x", {"a": ("F16", (1,))}, {"tokenizer.ggml.tokens": words, "general.name": "after"})
    header = read_header(path)
    assert header.metadata == {"general.name": "after"}
    assert "a" in header.tensors


def test_a_workflow_is_a_workflow(tmp_path: Path) -> None:
    path = tmp_path / "flow.json"
    path.write_text('{"nodes": [{"id": 1}], "links": []}')
    assert told(path).kind == "workflow"
    path.write_text('{"3": {"class_type": "KSampler", "inputs": {}}}')
    assert told(path).kind == "workflow"
    path.write_text('{"some": "settings"}')
    assert told(path).kind == "unknown"


def test_a_split_model_is_told_from_its_sibling_parts(tmp_path: Path) -> None:
    first = {
        "model.layers.0.self_attn.q_proj.weight": ("BF16", (64, 64)),
        "model.layers.0.mlp.gate_proj.weight": ("BF16", (64, 64)),
    }
    second = {"model.embed_tokens.weight": ("BF16", (32000, 64))}
    one = weights.safetensors(tmp_path / "m-00001-of-00002.safetensors", first)
    assert read_header(one).shard == "1 of 2"
    weights.safetensors(tmp_path / "m-00002-of-00002.safetensors", second)
    places = dict.fromkeys(first, one.name) | dict.fromkeys(second, "m-00002-of-00002.safetensors")
    (tmp_path / "m.safetensors.index.json").write_text(json.dumps({"weight_map": places}))
    header = read_header(one)
    assert header.shard is None
    assert header.tensors["model.embed_tokens.weight"].shape == (32000, 64)
    assert told(one).kind == "llm"


def test_an_index_cannot_lead_outside_its_folder(tmp_path: Path) -> None:
    outside = weights.safetensors(tmp_path / "m-00002-of-00002.safetensors", {"secret": ("F16", (1,))})
    inside = tmp_path / "inside"
    inside.mkdir()
    one = weights.safetensors(inside / "m-00001-of-00002.safetensors", SMALL)
    (inside / "m.safetensors.index.json").write_text(json.dumps({"weight_map": {"secret": f"../{outside.name}"}}))
    assert "secret" not in read_header(one).tensors


# Files that are no models.


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\x00" * 4096, "zeros"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        (b"\n  <HTML>", "web page"),
        (b'{"error":"Unauthorized","message":"log in"}', "Unauthorized"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n", "LFS"),
        (b"PK\x03\x04" + b"\x00" * 50, "zip"),
        (b"hello, I am a text", "no known"),
        (b"GGUF", "cut off"),
        (b"GGUF\x09\x00\x00\x00" + b"\x00" * 16, "version"),
        (b"\x80\x02", "pickle"),
    ],
)
def test_what_is_no_model_is_invalid_and_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    answer = told(path)
    assert answer.kind == "invalid"
    assert reason in answer.reasons[0]


def entry(begin: int, end: int, dtype: str = "F16", shape: object = (2,)) -> dict[str, object]:
    return {"dtype": dtype, "shape": list(shape) if isinstance(shape, tuple) else shape, "data_offsets": [begin, end]}


HOSTILE_SAFETENSORS = {
    "not json": (b'{"a": ', 0, None, "not JSON"),
    "not utf-8": (b'{"\xff\xfe": 1}', 0, None, "UTF-8"),
    "a list": (b'{"a": [1]}', 0, None, "format wants"),
    "length of 2^63": (b"{}", 0, 1 << 63, "claims"),
    "length of 2^64-1": (b"{}", 0, (1 << 64) - 1, "claims"),
    "longer than the file": (b"{}", 0, 5000, "cut off"),
    "over the cap of the format": (b"{}", 0, 100_000_001, "allows"),
    "200,000 levels": (b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}", 0, None, "deeply"),
    "a name twice": (
        b'{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}',
        2,
        None,
        "twice",
    ),
    "overlap": (json.dumps({"a": entry(0, 4), "b": entry(2, 6)}).encode(), 6, None, "overlap"),
    "hole": (json.dumps({"a": entry(0, 4), "b": entry(8, 12)}).encode(), 12, None, "hole"),
    "backwards": (json.dumps({"a": entry(4, 0)}).encode(), 4, None, "offsets"),
    "negative offset": (json.dumps({"a": entry(-4, 0)}).encode(), 4, None, "offsets"),
    "negative dimension": (json.dumps({"a": entry(0, 4, shape=(-2,))}).encode(), 4, None, "dimension"),
    "overflowing shape": (json.dumps({"a": entry(0, 4, shape=(1 << 62, 1 << 62))}).encode(), 4, None, "bytes"),
    "shape of a bool": (json.dumps({"a": entry(0, 2, shape=[True])}).encode(), 2, None, "dimension"),
    "thousands of dimensions": (
        json.dumps({"a": entry(0, 2, shape=tuple([1 << 60] * 5000))}).encode(),
        2,
        None,
        "bytes",
    ),
    "trailing bytes": (json.dumps({"a": entry(0, 4)}).encode(), 5, None, "follow"),
    "cut off": (json.dumps({"a": entry(0, 4)}).encode(), 3, None, "cut off"),
    "numbers as metadata": (b'{"__metadata__": {"a": 1}}', 0, None, "metadata"),
    "blanks before the brace": (b"   {}", 0, None, "blanks"),
}


@pytest.mark.parametrize(("header", "data", "length", "reason"), HOSTILE_SAFETENSORS.values(), ids=HOSTILE_SAFETENSORS)
def test_a_hostile_safetensors_file_is_invalid_and_says_why(
    tmp_path: Path, header: bytes, data: int, length: int | None, reason: str
) -> None:
    answer = told(weights.raw_safetensors(tmp_path / "x", header, data, length))
    assert answer.kind == "invalid"
    assert reason in answer.reasons[0]


def test_a_type_newer_than_ours_is_no_damage(tmp_path: Path) -> None:
    path = weights.raw_safetensors(tmp_path / "x", json.dumps({"a": entry(0, 4, "F2_E1M0")}).encode(), 4)
    assert read_header(path).problems == ()


def test_a_truncated_model_is_invalid_and_shows_what_it_was(tmp_path: Path) -> None:
    layers = {"lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight": ("F16", (8, 2048))}
    answer = told(weights.safetensors(tmp_path / "x", layers, cut=100))
    assert answer.kind == "invalid"
    assert "cut off" in answer.reasons[0]
    assert any("lora sdxl" in reason for reason in answer.reasons)


def gguf_bytes(tensors: int, keys: int, rest: bytes) -> bytes:
    return struct.pack("<4sIQQ", b"GGUF", 3, tensors, keys) + rest


KEY = weights.gguf_text("k")
HOSTILE_GGUF = {
    "2^60 tensors": gguf_bytes(1 << 60, 0, b""),
    "2^60 texts": gguf_bytes(0, 1 << 60, b""),
    "a string of 2^60 bytes": gguf_bytes(0, 1, struct.pack("<Q", 1 << 60)),
    "a list of 2^60 numbers": gguf_bytes(0, 1, KEY + struct.pack("<IIQ", 9, 4, 1 << 60)),
    "a list of 2^60 words": gguf_bytes(0, 1, KEY + struct.pack("<IIQ", 9, 8, 1 << 60)),
    "lists in lists": gguf_bytes(0, 1, KEY + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 100_000),
    "an unknown value type": gguf_bytes(0, 1, KEY + struct.pack("<I", 77)),
    "a tensor of 2^31 dimensions": gguf_bytes(1, 0, KEY + struct.pack("<I", 1 << 31)),
    "a tensor beyond the file": gguf_bytes(1, 0, KEY + struct.pack("<IQIQ", 1, 1 << 40, 0, 0)),
    "no alignment": gguf_bytes(0, 1, weights.gguf_text("general.alignment") + struct.pack("<II", 4, 0)),
    "cut in a key": gguf_bytes(0, 1, KEY[:-1]),
}


@pytest.mark.parametrize("content", HOSTILE_GGUF.values(), ids=HOSTILE_GGUF)
def test_a_hostile_gguf_file_is_invalid_and_says_why(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(content)
    answer = told(path)
    assert answer.kind == "invalid"
    assert answer.reasons[0]


def test_code_in_a_pickle_is_named_and_never_run(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    command = f"touch {marker}".encode()
    body = b"\x80\x02}(X\x01\x00\x00\x00ccos\nsystem\n(X" + struct.pack("<I", len(command)) + command + b"tRu."
    for path in (weights.torch_zip(tmp_path / "zip.pt", body), weights.torch_legacy(tmp_path / "old.ckpt", body)):
        header = read_header(path)
        assert header.suspicious == ("os.system",)
        assert not marker.exists()
    path = tmp_path / "bare.bin"
    path.write_bytes(body)
    assert read_header(path).suspicious == ("os.system",)
    assert not marker.exists()


def test_names_taken_from_the_stack_and_the_memo_are_seen(tmp_path: Path) -> None:
    body = b"\x80\x04\x8c\x05posix\x94\x8c\x06system\x94\x93\x8c\x02id\x85R0h\x00h\x01\x93."
    assert read_header(weights.torch_zip(tmp_path / "x.pt", body)).suspicious == ("posix.system",)


HOSTILE_PICKLES = {
    "no end": b"\x80\x02}",
    "an empty stack": b"\x80\x02R.",
    "a missing mark": b"\x80\x02t.",
    "a missing memo": b"\x80\x02h\x07.",
    "a text of 2^63 bytes": b"\x80\x04\x8d" + struct.pack("<Q", 1 << 63) + b"x.",
    "an unknown opcode": b"\x80\x02\xff.",
    "a tensor without a shape": b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(NK\x00NtR.",
}


@pytest.mark.parametrize("body", HOSTILE_PICKLES.values(), ids=HOSTILE_PICKLES)
def test_a_broken_pickle_is_invalid_and_says_why(tmp_path: Path, body: bytes) -> None:
    answer = told(weights.torch_zip(tmp_path / "x.pt", body))
    assert answer.kind == "invalid"
    assert "pickle" in answer.reasons[0]


def test_a_zip_bomb_is_not_unfolded(tmp_path: Path) -> None:
    path = weights.torch_zip(tmp_path / "x.pt", b"\x80\x02" + b"N" * (60 << 20), compress=True)
    assert path.stat().st_size < 1 << 20
    header = read_header(path)
    assert (header.problems, "longer" in header.unread[0]) == ((), True)
    assert told(path).kind == "unknown"


def test_shared_parts_cannot_multiply(tmp_path: Path) -> None:
    layers = b"".join(b"]q" + bytes([depth]) + b"(" + (b"h" + bytes([depth - 1])) * 16 + b"e" for depth in range(1, 60))
    path = weights.torch_zip(tmp_path / "x.pt", b"\x80\x02" + b"]q\x00" + layers + b".")
    assert read_header(path).tensors == {}


def test_a_cut_off_torch_zip_is_invalid_and_shows_its_tensors(tmp_path: Path) -> None:
    path = weights.torch_zip(tmp_path / "x.pt", weights.state_pickle(SMALL))
    path.write_bytes(path.read_bytes()[:-100])
    header = read_header(path)
    assert header.problems
    assert header.tensors == SMALL


def test_an_ordinary_archive_is_unknown_not_broken(tmp_path: Path) -> None:
    path = weights.torch_zip(tmp_path / "x.zip", b"")
    path.write_bytes(path.read_bytes().replace(b"archive/data.pkl", b"archive/pose.png"))
    assert told(path).kind == "unknown"


STARTS = (
    b"",
    b"GGUF\x03\x00\x00\x00",
    b"PK\x03\x04",
    b"\x80\x02",
    b"\x80\x04",
    b"\x10\x00\x00\x00\x00\x00\x00\x00{",
    b"{",
    b"<",
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=400))
def test_random_bytes_never_raise_and_never_become_a_model(tmp_path: Path, start: bytes, rest: bytes) -> None:
    path = tmp_path / "random"
    path.write_bytes(start + rest)
    answer = told(path)
    assert answer.kind in ("invalid", "unknown")
    assert answer.family is None


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.integers(min_value=0, max_value=300), byte=st.integers(min_value=0, max_value=255), which=st.integers(0, 3)
)
def test_one_wrong_byte_never_raises(tmp_path: Path, at: int, byte: int, which: int) -> None:
    path = tmp_path / "flipped"
    (
        lambda: weights.safetensors(path, SMALL, {"k": "v"}),
        lambda: weights.gguf(path, {"a": ("F16", (4, 4))}, {"general.name": "A", "l": ["a", "b"]}),
        lambda: weights.torch_zip(path, weights.state_pickle(SMALL)),
        lambda: weights.torch_legacy(path, weights.state_pickle(SMALL)),
    )[which]()
    data = bytearray(path.read_bytes())
    data[at % len(data)] = byte
    path.write_bytes(data)
    assert re.fullmatch(r"\w+", told(path).kind)


# Whole folders.

BLOCK = "transformer_blocks.0."
DENOISER = {
    "x_embedder.weight": ("BF16", (3072, 64)),
    "context_embedder.weight": ("BF16", (3072, 4096)),
    "time_text_embed.text_embedder.linear_1.weight": ("BF16", (3072, 768)),
    "time_text_embed.timestep_embedder.linear_1.weight": ("BF16", (3072, 256)),
    f"{BLOCK}attn.to_q.weight": ("BF16", (3072, 3072)),
    f"single_{BLOCK}attn.to_q.weight": ("BF16", (3072, 3072)),
}
VAE = {"decoder.conv_in.weight": ("BF16", (512, 16, 3, 3)), "encoder.conv_in.weight": ("BF16", (128, 3, 3, 3))}
TEXT = {"text_model.encoder.layers.0.self_attn.q_proj.weight": ("BF16", (768, 768))}


def component(folder: Path, tensors: weights.Tensors, name: str = "diffusion_pytorch_model.safetensors") -> Path:
    """One folder of a diffusers model."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"_class_name": "FluxTransformer2DModel"}')
    return weights.safetensors(folder / name, tensors)


def pipeline(folder: Path) -> Path:
    """A diffusers model of three parts, its denoiser in two shards."""
    (folder / "transformer").mkdir(parents=True)
    names = list(DENOISER)
    for part, half in ((1, names[:3]), (2, names[3:])):
        name = f"diffusion_pytorch_model-{part:05d}-of-00002.safetensors"
        weights.safetensors(folder / "transformer" / name, {name: DENOISER[name] for name in half})
    component(folder / "vae", VAE)
    component(folder / "text_encoder", TEXT, "model.safetensors")
    (folder / "scheduler").mkdir()
    (folder / "model_index.json").write_text('{"_class_name": "FluxPipeline", "vae": ["diffusers", "AutoencoderKL"]}')
    return folder


def told_folder(path: Path) -> Identity:
    header = read_folder(path)
    assert header is not None
    return identify(header, load_rules())


def test_a_diffusers_folder_is_one_checkpoint(tmp_path: Path) -> None:
    answer = told_folder(pipeline(tmp_path / "pipe"))
    assert (answer.kind, answer.family, answer.variant) == ("checkpoint", "flux1", "schnell")
    assert (answer.format, answer.precision, answer.conflicts) == ("diffusers", "bf16", ())
    assert answer.text["base_label"] == "FluxPipeline"


def test_the_bytes_of_a_folder_beat_what_its_configuration_says(tmp_path: Path) -> None:
    folder = pipeline(tmp_path / "pipe")
    (folder / "model_index.json").write_text('{"_class_name": "StableDiffusionXLPipeline"}')
    answer = told_folder(folder)
    assert answer.family == "flux1"
    assert "sdxl" in answer.conflicts[0]


def test_a_denoiser_without_its_other_parts_is_a_diffusion_model(tmp_path: Path) -> None:
    component(tmp_path / "transformer", DENOISER)
    (tmp_path / "model_index.json").write_text("{}")
    assert told_folder(tmp_path).kind == "diffusion_model"


def test_one_broken_part_makes_the_folder_invalid_and_is_named(tmp_path: Path) -> None:
    folder = pipeline(tmp_path / "pipe")
    shard = folder / "transformer" / "diffusion_pytorch_model-00002-of-00002.safetensors"
    shard.write_bytes(shard.read_bytes()[:-10])
    answer = told_folder(folder)
    assert answer.kind == "invalid"
    assert shard.name in answer.reasons[0]


@pytest.mark.parametrize("index", ["{", "[]", '{"_class_name": 3}', "[" * 100_000])
def test_a_diffusers_folder_whose_index_is_broken_is_still_told_from_its_bytes(tmp_path: Path, index: str) -> None:
    folder = pipeline(tmp_path / "pipe")
    (folder / "model_index.json").write_text(index)
    assert told_folder(folder).family == "flux1"


def test_a_diffusers_folder_without_weights_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_text("{}")
    answer = told_folder(tmp_path)
    assert (answer.kind, answer.format) == ("unknown", "diffusers")
    assert "weights" in answer.reasons[0]


def test_a_folder_of_one_part_is_that_part_in_its_plain_form(tmp_path: Path) -> None:
    component(tmp_path / "part", DENOISER)
    weights.safetensors(tmp_path / "part" / "diffusion_pytorch_model.fp16.safetensors", {"x": ("F16", (1,))})
    answer = told_folder(tmp_path / "part")
    assert (answer.kind, answer.family, answer.format) == ("diffusion_model", "flux1", "safetensors")


def test_a_folder_of_shards_without_an_index_is_one_model(tmp_path: Path) -> None:
    folder = pipeline(tmp_path / "pipe") / "transformer"
    assert told_folder(folder).family == "flux1"
    assert read_header(sorted(folder.iterdir())[0]).shard is None


def test_a_folder_of_many_models_is_none_of_them(tmp_path: Path) -> None:
    weights.safetensors(tmp_path / "a.safetensors", SMALL)
    weights.safetensors(tmp_path / "b.safetensors", SMALL)
    assert read_folder(tmp_path) is None


# What is too long to be read is not called broken.


def test_a_header_too_long_to_be_read_is_unknown(tmp_path: Path) -> None:
    path = weights.raw_safetensors(tmp_path / "x.safetensors", b"{", 60 << 20, 50 << 20)
    answer = told(path)
    assert answer.kind == "unknown"
    assert "bytes long" in answer.reasons[0]


def test_a_bare_pickle_too_long_to_be_read_is_unknown_and_keeps_its_imports(tmp_path: Path) -> None:
    path = tmp_path / "x.pkl"
    path.write_bytes(b"\x80\x02cos\nsystem\n0" + b"B" + struct.pack("<I", 60 << 20) + bytes(60 << 20) + b".")
    answer = told(path)
    assert answer.kind == "unknown"
    assert "longer" in answer.reasons[0]
    assert "os.system" in answer.reasons[1]


def test_a_pickle_of_too_many_steps_is_unknown(tmp_path: Path) -> None:
    answer = told(weights.torch_zip(tmp_path / "x.pt", b"\x80\x02" + b"N0" * 500_000 + b"N.", compress=True))
    assert answer.kind == "unknown"
    assert "steps" in answer.reasons[0]
