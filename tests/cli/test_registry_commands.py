"""Editing, going back and matching as people do it at a terminal."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from modella.cli.main import app
from modella.cli.review import changes_from
from modella.core.errors import BadLink
from modella.demo.hub import Hub
from tests.terminal import Terminal

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, hub: Hub) -> Run:
    """Runs commands of one library in this process."""
    env = Terminal(tmp_path, hub).env

    def _run(*arguments: str, **more: str) -> Result:
        return CliRunner(env={**env, **more}).invoke(app, list(arguments))

    return _run


@pytest.fixture
def model(run: Run, hub: Hub) -> str:
    """The id of a downloaded model."""
    return str(last_json(run("pull", "--json", hub.example("lora")))["model"]["id"])


def last_json(result: Result) -> Any:
    """The JSON value that a command printed last."""
    return json.loads(result.stdout.strip().splitlines()[-1])


def test_fields_are_set_shown_beside_the_sources_and_taken_back(run: Run, model: str) -> None:
    before = last_json(run("show", model, "--json"))
    told = run("edit", model, "--set", "name=Mine", "--set", "rating=4", "--set", "favorite=yes", "--add-tag", "x")
    assert told.exit_code == 0, told.output
    assert "Mine" in told.stdout
    assert before["name"] in told.stdout
    after = last_json(run("show", model, "--json"))
    assert (after["name"], after["rating"], after["favorite"]) == ("Mine", 4, True)
    assert after["tags"] == [*before["tags"], "x"]
    back = last_json(run("edit", model, "--reset", "name", "--remove-tag", "X", "--json"))
    assert (back["name"], back["tags"]) == (before["name"], before["tags"])


def test_several_models_are_edited_at_once(run: Run, model: str, hub: Hub) -> None:
    other = last_json(run("pull", "--json", hub.example("checkpoint")))["model"]["id"]
    told = last_json(run("edit", model, other, "--set", "notes=both", "--json"))
    assert told == {"changed": [model, other], "failed": [], "link": {}}
    assert last_json(run("show", other, "--json"))["notes"] == "both"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ((), 2),
        (("--set", "nonsense=1"), 2),
        (("--set", "rating"), 2),
        (("--set", "rating=many"), 2),
        (("--set", "rating=9"), 2),
        (("--set", "favorite=perhaps"), 2),
        (("--set", "usage_tips={broken"), 2),
        (("--set", "kind=spaceship"), 2),
        (("--reset", "files"), 2),
        (("--set", "notes=a", "--reset", "notes"), 2),
    ],
)
def test_a_senseless_edit_is_a_usage_error(run: Run, model: str, arguments: tuple[str, ...], status: int) -> None:
    told = run("edit", model, *arguments)
    assert told.exit_code == status, told.output
    assert "Traceback" not in told.output


def test_values_are_read_by_what_may_stand_in_a_field() -> None:
    read = changes_from(
        ["preferred_weight=0.8", "hidden=no", 'usage_tips={"strength": 1}', 'tags=["a, b", "c"]', "notes=", "rating="]
    )
    assert read == {
        "preferred_weight": 0.8,
        "hidden": False,
        "usage_tips": {"strength": 1},
        "tags": ["a, b", "c"],
        "notes": None,
        "rating": None,
    }
    for bad in ("preferred_weight=heavy", "tags=[broken"):
        with pytest.raises(BadLink):
            changes_from([bad])


def test_an_earlier_version_is_shown_and_restored(run: Run, model: str) -> None:
    assert "No earlier versions" in run("history", model).stdout
    run("edit", model, "--set", "notes=one")
    run("edit", model, "--set", "notes=two")
    entries = last_json(run("history", model, "--json"))
    assert "one → two" in run("history", model).stdout
    assert run("history", model, "--restore", entries[0]["entry"]).exit_code == 0
    assert last_json(run("show", model, "--json"))["notes"] == "one"
    for entry in ("nothing", "../x", "a/b"):
        assert run("history", model, "--restore", entry).exit_code == 3


def test_show_tells_a_person_all_that_matters(run: Run, model: str) -> None:
    run("edit", model, "--set", "notes=Use it gently", "--set", "rating=5")
    told = run("show", model).stdout
    for part in (model, "/models/", "Use it gently", "rating", "5", "state", "there", "license"):
        assert part in told, part
    record = last_json(run("show", model, "--json"))
    credit = record["license"]["allow_no_credit"]
    assert ("the creator need not be named" if credit else "name the creator") in told


def test_unknown_files_are_matched_by_hash_and_by_link(run: Run, hub: Hub, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for theme in ("lora", "checkpoint"):
        file = hub.version(theme).files[0]
        (shelf / f"{theme}-x.safetensors").write_bytes(file.content.read(0, file.content.size))
    assert run("adopt", str(shelf)).exit_code == 0
    assert run("scan", "--hash", str(shelf)).exit_code == 0
    lora, checkpoint = (last_json(run("ls", "--kind", kind, "--json"))[0]["id"] for kind in ("lora", "checkpoint"))
    told = last_json(run("match", lora, "--json"))
    assert (told["asked"], told["found"]) == (1, 1)
    wrong = run("match", checkpoint, "--link", hub.example("lora"))
    assert wrong.exit_code == 1
    assert "--confirm" in wrong.stderr
    right = run("match", checkpoint, "--link", hub.example("checkpoint"))
    assert right.exit_code == 0, right.output
    name = hub.catalogue.themes["checkpoint"].name
    assert run("refresh", name).exit_code == 0
    assert run("match", name, "--never", "civitai").exit_code == 0
    assert "Nothing to look up" in run("match").stdout
    assert run("match", checkpoint, "--never", "civitai", "--clear").exit_code == 0
    assert "Found 1 of 1" in run("match", "--again").stdout


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("--link", "https://civitai.com/models/1"), 2),
        (("--never", "civitai"), 2),
        (("ID", "--never", "nowhere"), 2),
        (("ID", "--link", "no link"), 2),
        (("ID", "--link", "https://civitai.com/models/1", "--never", "civitai"), 2),
        (("nothing-like-it",), 3),
    ],
)
def test_a_senseless_match_is_refused(run: Run, model: str, arguments: tuple[str, ...], status: int) -> None:
    told = run("match", *(model if each == "ID" else each for each in arguments))
    assert told.exit_code == status, told.output


def test_relations_and_versions_are_shown(run: Run, model: str, hub: Hub) -> None:
    assert "No relations" in run("related", model).stdout
    base = last_json(run("pull", "--json", hub.example("checkpoint")))["model"]
    relations = json.dumps([{"type": "base", "ref": base["id"]}, {"type": "requires", "ref": "some/thing"}])
    assert run("edit", model, "--set", f"relations={relations}").exit_code == 0
    told = run("related", model).stdout
    assert base["name"] in told
    assert "https://huggingface.co/some/thing" in told
    assert "← base" in run("related", base["id"]).stdout
    assert set(last_json(run("related", model, "--json"))) == {"relations", "incoming", "versions"}
