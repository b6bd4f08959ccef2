"""The tiny model files are valid, small, always the same, and say in their tensors what they are."""

import json
import math
import pickletools
import struct
import zipfile
from pathlib import Path

import pytest

from modella.core.identity import identify
from modella.demo.messages import Content
from modella.demo.weights import BITS, RECIPES, build, calling_pickle, training_notes
from modella.io.headers import read_header
from modella.io.packaged import load_rules

SAFETENSORS = [name for name, recipe in RECIPES.items() if recipe.container == "safetensors"]
GGUF = [name for name, recipe in RECIPES.items() if recipe.container == "gguf"]
PICKLED = [name for name, recipe in RECIPES.items() if recipe.container == "torch"]


def header_of(content: Content) -> tuple[dict[str, dict[str, object]], int]:
    length = int.from_bytes(content.read(0, 8), "little")
    return json.loads(content.read(8, 8 + length)), 8 + length


@pytest.mark.parametrize("name", SAFETENSORS)
def test_the_tensors_of_a_safetensors_file_fill_it_without_hole_or_overlap(name: str) -> None:
    content = build(name, 1)
    header, start = header_of(content)
    header.pop("__metadata__", None)
    position = 0
    for tensor in header.values():
        begin, end = tensor["data_offsets"]
        assert begin == position
        assert end - begin == math.prod(tensor["shape"]) * BITS[str(tensor["dtype"])] // 8
        position = end
    assert start + position == content.size


@pytest.mark.parametrize("name", ["lora-sdxl", "lora-flux1", "vae-sd", "upscaler-esrgan"])
def test_every_value_is_a_finite_number(name: str) -> None:
    content = build(name, 1)
    header, start = header_of(content)
    for key, tensor in header.items():
        if key == "__metadata__":
            continue
        begin, end = tensor["data_offsets"]
        raw = content.read(start + begin, start + end)
        if tensor["dtype"] == "BF16":
            raw = b"".join(b"\0\0" + raw[at : at + 2] for at in range(0, len(raw), 2))
        letter, size = ("e", 2) if tensor["dtype"] == "F16" else ("f", 4)
        assert all(math.isfinite(value) for (value,) in struct.iter_unpack(f"<{letter}", raw)), key
        assert len(raw) % size == 0


@pytest.mark.parametrize("name", GGUF)
def test_the_tensors_of_a_gguf_file_begin_aligned_and_end_with_it(name: str) -> None:
    content = build(name, 1)
    magic, version, tensors, values = struct.unpack("<4sIQQ", content.read(0, 24))
    assert (magic, version, tensors) == (b"GGUF", 3, len(RECIPES[name].tensors))
    assert values == len(RECIPES[name].metadata)
    assert content.size % 32 == 0


@pytest.mark.parametrize("name", PICKLED)
def test_a_torch_file_names_only_tensors_and_holds_their_bytes(name: str, tmp_path: Path) -> None:
    content = build(name, 1)
    path = tmp_path / "x.pt"
    path.write_bytes(content.read(0, content.size))
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        opcodes = list(pickletools.genops(archive.read("archive/data.pkl")))
        sizes = [archive.getinfo(f"archive/data/{n}").file_size for n in range(len(RECIPES[name].tensors))]
    names = {str(argument) for opcode, argument, _ in opcodes if opcode.name == "GLOBAL"}
    assert all(name.startswith(("torch ", "torch._utils ", "collections ")) for name in names)
    assert sizes == [math.prod(shape) * BITS[dtype] // 8 for _, dtype, shape in RECIPES[name].tensors]


def test_the_parcel_that_calls_something_names_it_in_its_opcodes(tmp_path: Path) -> None:
    path = tmp_path / "x.pt"
    path.write_bytes(calling_pickle())
    with zipfile.ZipFile(path) as archive:
        opcodes = list(pickletools.genops(archive.read("archive/data.pkl")))
    assert "os getcwd" in [argument for opcode, argument, _ in opcodes if opcode.name == "GLOBAL"]


@pytest.mark.parametrize("name", RECIPES)
def test_the_same_seed_is_the_same_file_and_another_seed_another(name: str) -> None:
    first, again, other = build(name, 1), build(name, 1), build(name, 2)
    end = min(first.size, 1 << 20)
    assert first.read(0, end) == again.read(0, end)
    if RECIPES[name].tensors and name != "unknown":
        assert first.read(0, end) != other.read(0, end)


def test_files_stay_small_but_for_the_one_that_shows_progress() -> None:
    big = {name for name in RECIPES if build(name, 1).size > 20 << 20}
    assert big == {"diffusion-flux2-klein"}
    assert all(build(name, 1).size < 1_200_000 for name in RECIPES if name.startswith("lora"))


def test_training_notes_are_texts_and_lies_replace_them() -> None:
    notes = training_notes(
        "sdxl_base_v1-0", "marmalade", {"marmalade style": 12}, lies={"ss_base_model_version": "sd_v1"}
    )
    header, _ = header_of(build("lora-sdxl", 1, notes))
    assert header["__metadata__"] == notes
    assert notes["ss_base_model_version"] == "sd_v1"
    assert json.loads(notes["ss_tag_frequency"]) == {"10_marmalade": {"marmalade style": 12}}


@pytest.mark.parametrize(
    "name",
    sorted(RECIPES),
)
def test_the_bytes_alone_tell_kind_and_family(name: str, tmp_path: Path) -> None:
    recipe = RECIPES[name]
    path = tmp_path / f"nameless{recipe.extension}"
    content = build(name, 1)
    path.write_bytes(content.read(0, content.size))
    found = identify(read_header(path), load_rules())
    assert (str(found.kind), found.family) == (recipe.kind, recipe.family), found.reasons
