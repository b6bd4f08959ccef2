"""What must not change an answer, or may only make it weaker: prefixes, types, strangers, lies, losses."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from modella.core.identity import Header, Identity, Tensor, identify
from modella.io.packaged import load_rules
from tests.core.adapter_fixtures import FORMS, NETWORKS, Network, written
from tests.core.model_fixtures import CASES, Case

RULES = load_rules()
PREFIXES = (
    "model.diffusion_model.",
    "diffusion_model.",
    "module.",
    "base_model.model.",
    "transformer.",
    "unet.",
    "net.",
)
PACKED = {"U8", "I8", "F4"}
BY_HEADER = [case for case in CASES if "ss_base_model_version" in case.metadata]
ALONE = [case for case in CASES if case.kind != "checkpoint" and case not in BY_HEADER]
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)


def told(tensors: Mapping[str, Tensor], case: Case, **metadata: str) -> Identity:
    return identify(Header(case.format, tensors, {**case.metadata, **metadata}), RULES)


def tensors_of(case: Case) -> dict[str, Tensor]:
    return {name: Tensor(*one) for name, one in case.tensors.items()}


def is_no_worse(answer: Identity, case: Case) -> bool:
    """The same answer, or a weaker one: unknown, or without a family, or one of those named as possible before."""
    honest = told(tensors_of(case), case)
    return answer.kind in (case.kind, "unknown") and answer.family in (case.family, None, *honest.also)


@pytest.mark.parametrize("case", ALONE, ids=lambda case: case.name)
def test_a_prefix_never_makes_it_something_else(case: Case) -> None:
    for prefix in PREFIXES:
        answer = told({prefix + name: one for name, one in tensors_of(case).items()}, case)
        assert is_no_worse(answer, case), (prefix, answer)


@pytest.mark.parametrize(
    "case", [case for case in CASES if not any(one[0] in PACKED for one in case.tensors.values())], ids=lambda c: c.name
)
def test_another_type_changes_neither_kind_nor_family(case: Case) -> None:
    for dtype in ("F32", "F16", "F8_E4M3", "I8"):
        answer = told({name: replace_type(one, dtype) for name, one in tensors_of(case).items()}, case)
        assert (answer.kind, answer.family) == (case.kind, case.family)


def replace_type(tensor: Tensor, dtype: str) -> Tensor:
    return Tensor(dtype, tensor.shape)


@pytest.mark.parametrize("case", [case for case in CASES if case.family], ids=lambda case: case.name)
def test_strange_tensors_beside_it_change_no_family(case: Case) -> None:
    strangers = {"zz_stranger.0.foo": Tensor("F32", (3, 7)), "step": Tensor("I64", ()), "x": Tensor("F32", (5, 5, 5))}
    answer = told({**tensors_of(case), **strangers}, case)
    assert answer.family in (case.family, None)
    assert answer.kind in (case.kind, "unknown")


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.family and case not in BY_HEADER], ids=lambda case: case.name
)
def test_a_lie_in_the_texts_is_shown_and_not_believed(case: Case) -> None:
    honest = told(tensors_of(case), case)
    for lie, family in (("sd_v1", "sd15"), ("sdxl_base_v1-0", "sdxl"), ("flux1", "flux1"), ("mochi", "mochi")):
        answer = told(tensors_of(case), case, ss_base_model_version=lie)
        assert answer.kind == case.kind
        assert answer.family in (case.family, *honest.also), answer
        if family in RULES.families and family not in (case.family, *honest.also) and lie != "mochi":
            assert answer.conflicts


@seed(20)
@QUIET
@given(network=st.sampled_from(NETWORKS), form=st.sampled_from(sorted(FORMS)), chosen=st.randoms(use_true_random=False))
def test_half_of_the_tensors_never_name_another_family(network: Network, form: str, chosen: Random) -> None:
    tensors = written(network, "dots", "everything", form)
    kept = set(chosen.sample(sorted(tensors), len(tensors) // 2))
    half = {name: Tensor(*one) for name, one in tensors.items() if name in kept}
    answer = identify(Header("safetensors", half), RULES)
    assert answer.kind == "lora"
    assert answer.family in (network.family, None, *network.also) or network.family in answer.also, answer


@seed(20)
@QUIET
@given(data=st.data())
def test_the_order_of_the_tensors_never_matters(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(CASES))
    names = data.draw(st.permutations(list(case.tensors)))
    answer = told({name: Tensor(*case.tensors[name]) for name in names}, case)
    assert (answer.kind, answer.family, answer.variant) == (
        case.kind,
        case.family,
        told(tensors_of(case), case).variant,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_remembered_answer_is_the_answer(case: Case) -> None:
    fresh = told(tensors_of(case), case)
    header = Header(case.format, tensors_of(case), case.metadata, structure=f"structure of {case.name}")
    again = [identify(replace(header, tensors=tensors_of(case)), RULES) for _ in range(2)]
    assert [replace(one, text={}) for one in again] == [replace(fresh, text={})] * 2


def test_what_was_not_read_whole_is_unknown_and_says_why() -> None:
    case = CASES[0]
    header = Header("torch", tensors_of(case), suspicious=("os.system",), unread=("its pickle is too long",))
    answer = identify(header, RULES)
    assert (answer.kind, answer.family) == ("unknown", None)
    assert answer.reasons[0] == "its pickle is too long"
    assert "os.system" in answer.reasons[1]
