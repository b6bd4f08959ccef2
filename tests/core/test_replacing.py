"""The plan of placing again: what would move by which rule, what stays, and who gets a folder that two want."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from modella.core.naming import name_key
from modella.core.placement import Rule
from modella.core.replacing import Placed, in_order, plan_placement

RULES = [Rule(to="{kind folder}/{base model}/{name}")]


def model(number: int, place: str, name: str = "one", **facts: Any) -> Placed:
    """A model as the plan looks at it."""
    told = {"kind": "lora", "family": "sdxl", "base model": "Pony", "name": name, **facts}
    return Placed(f"{number:026d}", name, None, name, place, "then", f"{number:08x}" * 8, told)


def test_what_is_in_its_place_stays() -> None:
    plan = plan_placement([model(1, "loras/pony/one")], RULES)
    assert (plan.moves, [each.why for each in plan.stays]) == ([], ["in-place"])


def test_what_would_move_says_where_and_why() -> None:
    plan = plan_placement([model(1, "loras/sdxl/one")], RULES)
    (move,) = plan.moves
    assert (move.source, move.target, move.rule) == ("loras/sdxl/one", "loras/pony/one", RULES[0].to)
    assert move.facts == {"base model": "Pony", "name": "one"}


def test_of_two_for_one_folder_the_one_that_is_there_keeps_it() -> None:
    plan = plan_placement([model(1, "loras/sdxl/one"), model(2, "loras/pony/one")], RULES)
    assert [each.id[-1] for each in plan.stays] == ["2"]
    assert (plan.moves[0].instead, plan.moves[0].target) == ("loras/pony/one", "loras/pony/one-00000001")


def test_a_hash_that_parted_two_stays() -> None:
    plan = plan_placement([model(1, "loras/pony/one-00000001")._replace(cleaned_name="one-00000001")], RULES)
    assert plan.moves == []


def test_folders_in_the_way_are_gone_around() -> None:
    plan = plan_placement([model(1, "loras/sdxl/one")], RULES, taken=["LORAS/Pony/ONE"])
    assert plan.moves[0].target == "loras/pony/one-00000001"


def test_a_model_that_leaves_goes_before_the_one_that_comes() -> None:
    one, two = model(1, "loras/pony/two", "one"), model(2, "elsewhere/two", "two")
    plan = plan_placement([two, one], RULES)
    assert [each.id[-1] for each in in_order(plan.moves)] == ["1", "2"]


places = st.sampled_from(["loras/pony/one", "loras/pony/two", "loras/sdxl/one", "x/y", "loras/pony/one-00000002"])


@given(st.lists(st.tuples(places, st.sampled_from(["one", "two", "ONE"])), max_size=5, unique_by=lambda each: each[0]))
def test_no_two_models_ever_get_one_folder_and_a_plan_carried_out_leaves_nothing_to_do(
    told: list[tuple[str, str]],
) -> None:
    models = [model(n, place, name) for n, (place, name) in enumerate(told, start=1)]
    plan = plan_placement(models, RULES)
    ends = [name_key(each.target) for each in plan.moves] + [name_key(each.place) for each in plan.stays]
    assert len(set(ends)) == len(ends)
    assert {each.id for each in plan.moves} | {each.id for each in plan.stays} == {each.id for each in models}
    assert sorted(each.id for each in in_order(plan.moves)) == sorted(each.id for each in plan.moves)
    moved = {each.id: each for each in plan.moves}
    after = [
        each._replace(place=moved[each.id].target, cleaned_name=moved[each.id].cleaned_name)
        if each.id in moved
        else each
        for each in models
    ]
    assert plan_placement(after, RULES).moves == []
