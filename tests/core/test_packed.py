"""Packed denoisers: the family survives every way of storing the same weights, and the precision names the way."""

import math

import pytest

from modella.core.identity import Header, Identity, Tensor, identify
from modella.io.packaged import load_rules
from tests.core.model_fixtures import CASES, Case, Tensors
from tests.core.published_fixtures import PUBLISHED

RULES = load_rules()
PLAIN = [
    case
    for case in (*CASES, *PUBLISHED)
    if case.kind == "diffusion_model" and case.format == "safetensors" and "svdquant" not in case.name
    if all(dtype in ("F16", "BF16", "F32") for dtype, _ in case.tensors.values())
]


def _layers(case: Case) -> list[str]:
    """The matrices that a quantiser packs: those of the blocks."""
    matrices = [name for name, (_, shape) in case.tensors.items() if len(shape) == 2 and name.endswith(".weight")]
    return [
        name
        for name in matrices
        if any(part.isdecimal() for part in name.split(".")) and shape_of(case, name)[1] % 32 == 0
    ]


def shape_of(case: Case, name: str) -> tuple[int, ...]:
    return case.tensors[name][1]


def _scaled(case: Case) -> Tensors:
    """fp8 with the scales that ComfyUI wrote first."""
    packed: Tensors = {"scaled_fp8": ("F8_E4M3", (0,))}
    for name in _layers(case):
        packed |= {name: ("F8_E4M3", shape_of(case, name)), f"{name.removesuffix('weight')}scale_weight": ("F32", ())}
    return packed


def _marked(case: Case) -> Tensors:
    """fp8 as ComfyUI writes it now."""
    packed: Tensors = {}
    for name in _layers(case):
        layer = name.removesuffix(".weight")
        packed |= {name: ("F8_E4M3", shape_of(case, name)), f"{layer}.weight_scale": ("F32", ())}
        packed[f"{layer}.comfy_quant"] = ("U8", (27,))
    return packed


def _nvfp4(case: Case) -> Tensors:
    packed: Tensors = {}
    for name in _layers(case):
        layer, (out, into) = name.removesuffix(".weight"), shape_of(case, name)
        packed |= {name: ("U8", (out, into // 2)), f"{layer}.weight_scale": ("F8_E4M3", (out, into // 16))}
        packed |= {f"{layer}.weight_scale_2": ("F32", ()), f"{layer}.comfy_quant": ("U8", (27,))}
    return packed


def _nf4(case: Case) -> Tensors:
    packed: Tensors = {}
    for name in _layers(case):
        values = math.prod(shape_of(case, name))
        packed |= {name: ("U8", (values // 2, 1)), f"{name}.absmax": ("F32", (values // 64,))}
        packed |= {f"{name}.quant_map": ("F32", (16,)), f"{name}.quant_state.bitsandbytes__nf4": ("U8", (90,))}
    return packed


FORMS = {"fp8_scaled": _scaled, "fp8_scaled, marked": _marked, "nvfp4": _nvfp4, "nf4": _nf4}


def told(case: Case, form: str) -> tuple[Identity, bool]:
    """The answer, and whether most bytes are packed."""
    packed = FORMS[form](case)
    tensors = {name: Tensor(*one) for name, one in {**case.tensors, **packed}.items()}
    most = sum(math.prod(one.shape) for one in tensors.values() if one.dtype in ("U8", "F8_E4M3"))
    rest = sum(2 * math.prod(one.shape) for one in tensors.values() if one.dtype not in ("U8", "F8_E4M3"))
    return identify(Header("safetensors", tensors, case.metadata), RULES), most > 4 * rest


@pytest.mark.parametrize("form", [form for form in FORMS if form != "nf4"])
@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case.name)
def test_packing_changes_neither_kind_nor_family(case: Case, form: str) -> None:
    answer, is_packed = told(case, form)
    assert (answer.kind, answer.family) == (case.kind, case.family), answer.reasons
    if is_packed:
        assert answer.precision == form.partition(",")[0]


@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case.name)
def test_packing_that_hides_the_shapes_never_names_another_family(case: Case) -> None:
    answer, is_packed = told(case, "nf4")
    assert answer.kind in (case.kind, "unknown")
    assert answer.family in (case.family, None), answer.reasons
    if is_packed:
        assert answer.precision == "nf4"


@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case.name)
def test_a_gguf_file_is_told_by_its_names_whatever_it_calls_its_architecture(case: Case) -> None:
    tensors = {name: Tensor("Q4_K" if len(shape) > 1 else "F32", shape) for name, (_, shape) in case.tensors.items()}
    for called in ("flux", "pig", "lumina2"):
        answer = identify(Header("gguf", tensors, {"general.architecture": called}), RULES)
        assert (answer.kind, answer.family) == (case.kind, case.family), answer.reasons
