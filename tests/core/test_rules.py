"""The language in which families are recognised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modella.core.identity import ASKED_TEXTS
from modella.core.kinds import Kind
from modella.core.rules import Condition, Names, Pattern, RuleError, family_of, family_of_header, fold, parse
from modella.io.packaged import load_rules

RULES = load_rules()


def names(*listed: str, flattened: bool = False, **shapes: tuple[int, ...]) -> Names:
    told = {name.replace("__", "."): shape for name, shape in shapes.items()}
    return Names(fold([*listed, *told]), lambda name: told.get(name, (1,)), flattened=flattened)


@pytest.mark.parametrize(
    ("text", "name", "matches"),
    [
        ("img_attn.qkv", "double_blocks.0.img_attn.qkv.weight", True),
        ("img_attn.qkv", "double_blocks.0.img_attn_qkv.weight", False),
        ("attn.qkv", "double_blocks.0.img_attn.qkv.weight", False),
        ("double_blocks.#.img_attn", "double_blocks.17.img_attn.proj.bias", True),
        ("model.0.weight", "model.0.weight", True),
        ("model.0.weight", "model.10.weight", False),
        ("^conv_in", "conv_in.weight", True),
        ("^conv_in", "decoder.conv_in.weight", False),
        ("weight$", "emb.weight", True),
        ("weight$", "weight.scale", False),
        ("*stats*", "per_channel_stats_mean.x", True),
        ("decoder.*.time_stack", "decoder.up.0.time_stack.weight", True),
        ("decoder.*.time_stack", "encoder.up.0.time_stack.weight", False),
    ],
)
def test_a_pattern_matches_whole_segments(text: str, name: str, matches: bool) -> None:
    assert names(name).has(Pattern(text)) is matches


def test_a_dotted_pattern_also_finds_flattened_names() -> None:
    flat = names("lora_unet_double_blocks_0_img_attn_qkv", flattened=True)
    assert flat.has(Pattern("double_blocks.#.img_attn.qkv"))
    assert not flat.has_dotted(Pattern("double_blocks.#.img_attn.qkv"))


def test_flattened_single_blocks_are_not_taken_for_double_ones() -> None:
    flat = names("lora_transformer_single_transformer_blocks_37_attn_to_q", flattened=True)
    assert not flat.has(Pattern("transformer_blocks.#.attn"))
    assert flat.count("transformer_blocks") == 0
    assert flat.count("single_transformer_blocks") == 38


def test_blocks_are_counted_by_the_highest_index() -> None:
    assert names("blocks.0.x", "blocks.29.x", "layers.3.x").count("blocks") == 30
    assert names("layers.3.x").count("blocks") == 0


def test_a_name_with_a_line_break_does_not_upset_the_rest() -> None:
    assert fold(["a.1.b", "c\nd.2"]) == {"a.#.b": ["a.1.b"], "c d.#": ["c\nd.2"]}


@given(st.lists(st.text(max_size=30), unique=True, max_size=30))
def test_folding_loses_no_name(listed: list[str]) -> None:
    assert sorted(name for group in fold(listed).values() for name in group) == sorted(listed)


def rules_of(**rule: object) -> object:
    return parse({"fam": {"family": "fam", "label": "Fam", "denoiser": [rule]}})


def holds(condition: dict[str, object], subject: Names) -> bool:
    return (
        parse({"fam": {"family": "fam", "label": "Fam", "denoiser": [condition]}}).first("denoiser", subject)
        is not None
    )


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"has": ["a.weight"]}, True),
        ({"has": ["a.weight", "c"]}, False),
        ({"any": ["c", "a"]}, True),
        ({"has": ["a"], "lacks": ["b"]}, False),
        ({"shape": {"a.weight": [4, "*"]}}, True),
        ({"shape": {"a.weight": [[3, 4], 8]}}, True),
        ({"shape": {"a.weight": [4, 9]}}, False),
        ({"shape": {"a.weight": [4]}}, False),
        ({"shape": {"a.weight": [4, "..."]}}, True),
        ({"tensors": [2, 2]}, True),
        ({"tensors": [3]}, False),
        ({"has": ["a"], "either": [{"has": ["c"]}, {"has": ["b"]}]}, True),
        ({"has": ["a"], "unless": [{"has": ["b"]}]}, False),
        ({"last": [8]}, True),
        ({"last": [9]}, False),
    ],
)
def test_a_condition_holds_when_all_its_tests_do(condition: dict[str, object], expected: bool) -> None:
    assert holds(condition, names(a__weight=(4, 8), b__bias=(8,))) is expected


@pytest.mark.parametrize("broken", [{"hass": ["a"]}, {}, {"has": [""]}])
def test_a_mistake_in_the_data_is_an_error(broken: dict[str, object]) -> None:
    with pytest.raises(RuleError):
        rules_of(**broken)


def test_a_family_file_carries_its_own_name() -> None:
    with pytest.raises(RuleError):
        parse({"fam": {"family": "other", "label": "x"}})


def test_the_specific_rule_is_asked_before_the_general_one() -> None:
    rules = parse(
        {
            "general": {"family": "general", "label": "g", "denoiser": [{"has": ["a"], "priority": 1}]},
            "specific": {"family": "specific", "label": "s", "denoiser": [{"has": ["a"], "priority": 2}]},
        }
    )
    hit = rules.first("denoiser", names("a"))
    assert hit is not None
    assert hit[0].name == "specific"


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("SDXL 1.0", "sdxl"),
        ("Pony", "sdxl"),
        ("Pony V7", "auraflow"),
        ("sd 1.5", "sd15"),
        ("Wan Video 2.2 I2V-A14B", "wan22"),
        ("Other", None),
        ("Tomorrow's Model", None),
        ("", None),
        (None, None),
    ],
)
def test_a_source_s_word_leads_to_a_family_or_to_none(text: str | None, family: str | None) -> None:
    assert family_of(text, RULES) == family


def test_no_two_families_claim_one_base_model() -> None:
    claimed = [text for family in RULES.families.values() for text in family.base_models]
    assert len(claimed) == len(set(claimed))


def test_the_longest_header_text_decides() -> None:
    assert family_of_header({"ss_base_model_version": "sd3.5_medium"}, RULES) == (
        "sd35-medium",
        "ss_base_model_version",
    )
    assert family_of_header({"ss_base_model_version": "anything"}, RULES) is None


def test_the_version_changes_with_the_data() -> None:
    one = parse({"a": {"family": "a", "label": "A"}}).version
    assert one == parse({"a": {"family": "a", "label": "A"}}).version
    assert one != parse({"a": {"family": "a", "label": "B"}}).version


def test_rules_name_only_families_that_exist() -> None:
    named = {name for rules in RULES.slots.values() for rule in rules for name in (*rule.also, *rule.yields)}
    assert named <= set(RULES.families)


def test_every_kind_rule_names_a_kind() -> None:
    assert {rule.name for rule in RULES.slots["kind"]} <= {*Kind, "denoiser"}


def texts_of(condition: Condition) -> set[str]:
    inner = (texts_of(one) for one in (*condition.either, *condition.unless))
    return {key for key, _ in condition.metadata}.union(*inner)


def test_remembered_answers_know_every_text_the_rules_ask_for() -> None:
    asked = {key for rules in RULES.slots.values() for rule in rules for key in texts_of(rule.condition)}
    assert asked <= {*ASKED_TEXTS, "format", "shard"}
