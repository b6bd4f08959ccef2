"""What a file is, told from its tensors."""

import json
import sys

import pytest

from modella.core.identity import Header, Identity, Tensor, identify
from modella.core.kinds import FOLDERS, Kind
from modella.io.packaged import load_rules
from tests.core.model_fixtures import CASES, Case, clip_text, flux, low_rank
from tests.core.published_fixtures import PUBLISHED
from tests.core.stranger_fixtures import STRANGERS

RULES = load_rules()


def header_of(case: Case, **changes: object) -> Header:
    tensors = {name: Tensor(*tensor) for name, tensor in case.tensors.items()}
    return Header(**{"format": case.format, "tensors": tensors, "metadata": case.metadata, **changes})  # type: ignore[arg-type]


def told(tensors: dict[str, tuple[str, tuple[int, ...]]], **metadata: str) -> Identity:
    return identify(header_of(Case("", "", None, tensors, metadata)), RULES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_model_is_recognised(case: Case) -> None:
    answer = identify(header_of(case), RULES)
    assert (answer.kind, answer.family) == (case.kind, case.family), answer.reasons
    if case.also:
        assert answer.also == case.also
    if case.variant:
        assert answer.variant == case.variant


@pytest.mark.parametrize("case", PUBLISHED, ids=lambda case: case.name)
def test_a_published_spelling_is_recognised(case: Case) -> None:
    answer = identify(header_of(case), RULES)
    assert (answer.kind, answer.family) == (case.kind, case.family), answer.reasons


@pytest.mark.parametrize("case", STRANGERS, ids=lambda case: case.name)
def test_a_model_of_another_field_gets_no_family(case: Case) -> None:
    answer = identify(header_of(case), RULES)
    assert answer.kind in case.kind.split(), answer.reasons
    assert answer.family is None, answer.reasons


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_answer_gives_a_reason(case: Case) -> None:
    assert identify(header_of(case), RULES).reasons


@pytest.mark.parametrize("family", sorted(RULES.families))
def test_every_family_has_a_model_that_proves_it(family: str) -> None:
    assert any(case.family == family for case in CASES)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.invalid, Kind.workflow)])
def test_every_kind_has_a_model_that_proves_it(kind: Kind) -> None:
    assert any(case.kind == kind for case in CASES)


def test_every_kind_has_a_folder() -> None:
    assert set(FOLDERS) == set(Kind)


def test_the_order_of_tensors_does_not_matter() -> None:
    for case in CASES:
        turned = Case(
            case.name, case.kind, case.family, dict(reversed(case.tensors.items())), case.metadata, case.format
        )
        answer = identify(header_of(turned), RULES)
        assert (answer.kind, answer.family) == (case.kind, case.family), case.name


def test_a_header_that_lies_is_overruled_and_the_lie_is_shown() -> None:
    answer = told(
        low_rank({"lora_unet_input_blocks_8_1_transformer_blocks_0_attn2_to_k": (1280, 2048)}),
        ss_base_model_version="sd_v1",
    )
    assert answer.family == "sdxl"
    assert "sd15" in answer.conflicts[0]
    assert "sdxl" in answer.conflicts[0]


def test_a_header_fills_in_where_shapes_cannot_tell_and_says_so() -> None:
    answer = told(
        low_rank({"lora_unet_up_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q": (1280, 1280)}),
        ss_base_model_version="sd_v1",
    )
    assert answer.family == "sd15"
    assert any("by header" in reason for reason in answer.reasons)


def test_a_header_never_names_a_family_for_a_shared_encoder() -> None:
    assert told(clip_text(), **{"modelspec.architecture": "stable-diffusion-xl-v1-base"}).family is None


def test_a_broken_file_is_invalid_and_still_shows_what_it_was() -> None:
    case = Case("", "", None, flux())
    answer = identify(header_of(case, problems=("cut off",)), RULES)
    assert (answer.kind, answer.family) == ("invalid", None)
    assert "cut off" in answer.reasons
    assert any("flux1" in reason for reason in answer.reasons)


def test_a_file_without_tensors_is_unknown() -> None:
    assert identify(Header("safetensors"), RULES).kind == "unknown"


def test_the_hash_of_nothing_is_not_shown_as_a_hash() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert "embedded_autov3" not in told(low_rank({"x": (8, 8)}), sshs_model_hash=empty).text
    assert told(low_rank({"x": (8, 8)}), sshs_model_hash="ab" * 32).text["embedded_autov3"] == "ab" * 6


def test_training_tags_come_most_frequent_first() -> None:
    tags = {"10_hero": {"hat": 2, "hero": 9}, "2_hat": {"hat": 3}}
    text = told(low_rank({"x": (8, 8)}), ss_tag_frequency=json.dumps(tags), ss_output_name="Hero").text
    assert text["tags"] == ["hero", "hat"]
    assert text["dataset_folders"] == ["hero", "hat"]
    assert text["title"] == "Hero"


@pytest.mark.parametrize("broken", ["{", "[1]", '{"a": 3}', "[" * 100_000, '{"a": {"b": "c"}}'])
def test_broken_training_tags_are_left_out(broken: str) -> None:
    assert "tags" not in told(low_rank({"x": (8, 8)}), ss_tag_frequency=broken).text


@pytest.mark.parametrize(
    ("tensors", "precision"),
    [
        ({"a": ("F16", (64, 64))}, "fp16"),
        ({"a": ("BF16", (64, 64)), "b": ("F32", (4,))}, "bf16"),
        ({"a": ("F8_E4M3", (64, 64))}, "fp8_e4m3"),
        ({"a.weight": ("F8_E4M3", (64, 64)), "a.scale_weight": ("F32", ())}, "fp8_scaled"),
        ({"a.weight": ("U8", (64, 1)), "a.weight.quant_state.bitsandbytes__nf4": ("U8", (9,))}, "nf4"),
        ({"a.weight": ("I8", (64, 64))}, "int8"),
        ({"a": ("F16", (64, 64)), "b": ("F32", (32, 64))}, "mixed"),
    ],
)
def test_precision_is_what_most_bytes_are_in(tensors: dict[str, tuple[str, tuple[int, ...]]], precision: str) -> None:
    assert told(tensors).precision == precision


def test_a_gguf_file_states_its_precision() -> None:
    header = Header("gguf", {"a": Tensor("Q4_K", (256, 256))}, {"general.file_type": "15"})
    assert identify(header, RULES).precision == "q4_k_m"


def test_a_large_header_is_not_read_once_per_rule() -> None:
    layers = {f"lora_unet_input_blocks_{n % 9}_1_transformer_blocks_{n}_attn1_to_q": (640, 640) for n in range(1250)}
    header = header_of(Case("", "", None, low_rank(layers)))
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(lambda _frame, event, _argument: count() if event == "call" else None)
    try:
        identify(header, RULES)
    finally:
        sys.setprofile(None)
    assert calls < 8 * len(header.tensors)
