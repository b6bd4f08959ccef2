"""Placing again: a plan that does nothing, and what of it still holds carried out."""

from contextlib import suppress
from pathlib import Path

import pytest

from modella.core.errors import NotFound
from modella.work.importing import import_paths
from modella.work.records import change
from modella.work.replacing import apply_placement, plan_placement
from modella.work.tasks import Task
from tests.changing import Died, Shelf, dying_at, lora

BY_CREATOR = [{"to": "{kind folder}/by/{creator}/{name}"}]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """A library with three models by one creator, placed by the default rule."""
    found = Shelf(tmp_path)
    for seed in (1, 2, 3):
        import_paths(found.hands, [lora(tmp_path / "in" / f"lora {seed}.safetensors", seed)])
    for model in found.models():
        change(found.hands, model["id"], lambda r: r.overrides.fields.update(creator="Ann"), overrides=True)
    found.house.change_settings({"rules": BY_CREATOR})
    return found


def test_a_plan_does_nothing_and_carried_out_leaves_nothing_to_do(shelf: Shelf) -> None:
    before = shelf.tree()
    plan = plan_placement(shelf.hands)
    assert sorted(each.target for each in plan.moves) == [f"loras/by/ann/lora-{n}" for n in (1, 2, 3)]
    assert shelf.tree() == before
    told = apply_placement(shelf.hands, plan.moves)
    assert (len(told["moved"]), told["problems"]) == (3, [])
    assert sorted(m["path"] for m in shelf.models()) == [f"loras/by/ann/lora-{n}" for n in (1, 2, 3)]
    assert not (shelf.root / "loras" / "sdxl").exists()
    again = plan_placement(shelf.hands)
    assert (again.moves, {each.why for each in again.stays}) == ([], {"in-place"})


def test_files_are_called_like_their_folder(shelf: Shelf) -> None:
    model = shelf.models()[0]
    change(shelf.hands, model["id"], lambda r: r.overrides.fields.update(name="Quite Other"), overrides=True)
    apply_placement(shelf.hands, plan_placement(shelf.hands, [model["id"]]).moves)
    assert (shelf.root / "loras/by/ann/quite-other/quite-other.safetensors").exists()
    assert plan_placement(shelf.hands, [model["id"]]).moves == []


def test_a_model_that_changed_since_is_refused_and_the_others_go(shelf: Shelf) -> None:
    plan = plan_placement(shelf.hands)
    model = shelf.models()[0]["id"]
    change(shelf.hands, model, lambda r: r.overrides.fields.update(notes="new"), overrides=True)
    told = apply_placement(shelf.hands, plan.moves)
    assert [(each["id"], each["code"]) for each in told["problems"]] == [(model, "changed-meanwhile")]
    assert len(told["moved"]) == 2


@pytest.mark.parametrize("to", ["../outside", "/etc/x", "loras/elsewhere/x", ".modella/trash/x", "loras/by/ann/other"])
def test_a_plan_that_was_tampered_with_is_refused(shelf: Shelf, to: str) -> None:
    before = shelf.tree()
    plan = plan_placement(shelf.hands)
    told = apply_placement(shelf.hands, [each.model_copy(update={"target": to}) for each in plan.moves])
    assert (told["moved"], len(told["problems"])) == ([], 3)
    assert shelf.tree() == before


def test_what_is_not_the_rules_business_stays(shelf: Shelf) -> None:
    lora(shelf.folder / "loras" / "adopted.safetensors", 9)
    shelf.scan(shelf.folder / "loras")
    assert {each.name: each.why for each in plan_placement(shelf.hands).stays} == {"adopted": "adopted"}
    with pytest.raises(NotFound):
        plan_placement(shelf.hands, ["nothing"])


def test_a_stop_leaves_the_rest_where_it_is(shelf: Shelf) -> None:
    task = Task("t", "placement", shelf.hands.bus)
    task.stop.set()
    assert apply_placement(shelf.hands, plan_placement(shelf.hands).moves, task) == {"moved": [], "problems": []}


@pytest.mark.timeout(240)
def test_a_death_in_the_middle_leaves_every_model_whole(shelf: Shelf) -> None:
    ids = {m["id"] for m in shelf.models()}
    for count in range(1, 300, 3):
        with pytest.MonkeyPatch.context() as patch:
            happened = dying_at(count, patch)
            with suppress(Died):
                apply_placement(shelf.hands, plan_placement(shelf.hands).moves)
        shelf.again()
        assert {m["id"] for m in shelf.models()} == ids
        for model in shelf.models():
            for name in (model["files"][0]["name"], "metadata.json", "overrides.json"):
                assert (shelf.root / model["path"] / name).exists(), count
        if not happened():
            return
    raise AssertionError("it never got through")
