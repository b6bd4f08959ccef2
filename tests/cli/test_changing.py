"""The commands that change where models lie, as people and programs use them."""

import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from modella.cli.main import app
from tests.changing import family, lora, tree
from tests.terminal import Terminal, end


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A terminal with a library."""
    return Terminal(tmp_path)


def imported(terminal: Terminal, tmp_path: Path, seed: int = 1) -> Any:
    """A model that was imported."""
    return terminal.json("import", str(lora(tmp_path / "in" / f"some lora {seed}.safetensors", seed)))["models"][0]


def test_import_rm_and_restore(terminal: Terminal, tmp_path: Path) -> None:
    model = imported(terminal, tmp_path)
    assert model["path"] == "loras/sdxl/some-lora-1"
    done = terminal.run("rm", model["id"][-8:], "--yes")
    assert done.returncode == 0, done.stderr
    assert "some-lora-1.safetensors" in done.stdout
    assert " KiB" in done.stdout or " MiB" in done.stdout or " B" in done.stdout
    assert terminal.json("ls") == []
    assert [entry["id"] for entry in terminal.json("trash", "ls")] == [model["id"]]
    assert terminal.json("restore", "some lora 1")["id"] == model["id"]
    assert [each["id"] for each in terminal.json("ls")] == [model["id"]]


def test_rm_asks_first_and_does_nothing_without_a_yes(terminal: Terminal, tmp_path: Path) -> None:
    model = imported(terminal, tmp_path)
    assert terminal.run("rm", model["id"]).returncode != 0
    assert len(terminal.json("ls")) == 1


def test_mv_renames_and_moves(terminal: Terminal, tmp_path: Path) -> None:
    model = imported(terminal, tmp_path)
    assert terminal.json("mv", model["id"], "--name", "Other name")["path"] == "loras/sdxl/other-name"
    assert terminal.json("mv", "Other name", "--to", "favourites")["path"] == "favourites/other-name"
    assert terminal.run("mv", model["id"]).returncode == 2
    assert terminal.run("mv", model["id"], "--name", "x", "--to", "y").returncode == 2
    refused = terminal.run("mv", model["id"], "--to", "/etc")
    assert (refused.returncode, "Traceback" in refused.stderr) == (7, False)


def test_import_says_what_it_had_and_what_it_could_not_take(terminal: Terminal, tmp_path: Path) -> None:
    imported(terminal, tmp_path)
    again = lora(tmp_path / "in" / "again.safetensors", 1)
    done = terminal.run("import", "--move", str(again), str(tmp_path / "missing.safetensors"))
    assert done.returncode == 3
    assert "left out" in done.stdout
    assert "missing.safetensors" in done.stderr
    assert again.exists()
    assert terminal.run("import", "--move", "--copy", str(again)).returncode == 2


def test_import_by_move_takes_the_family(terminal: Terminal, tmp_path: Path) -> None:
    family(tmp_path / "in" / "tweak.safetensors")
    assert terminal.run("import", "--move", str(tmp_path / "in")).returncode == 0
    assert tree(tmp_path / "in") == {}


def test_forget_leaves_the_file_and_restore_brings_the_entry_back(terminal: Terminal, tmp_path: Path) -> None:
    model = imported(terminal, tmp_path)
    assert terminal.run("forget", model["id"]).returncode == 0
    assert terminal.json("ls") == []
    assert list(terminal.library.rglob("some-lora-1.safetensors"))
    assert terminal.json("restore", model["id"][-8:])["id"] == model["id"]


def test_duplicates_are_shown_reclaimed_and_undone(terminal: Terminal, tmp_path: Path) -> None:
    imported(terminal, tmp_path)
    again = lora(tmp_path / "in" / "again.safetensors", 1)
    assert len(terminal.json("import", "--duplicates", str(again))["models"]) == 1
    assert len(terminal.json("duplicates")["groups"]) == 1
    assert len(terminal.json("duplicates", "--reclaim", "keep-one")["plan"]["actions"]) == 1
    told = terminal.json("duplicates", "--reclaim", "hardlink", "--yes")
    assert (len(told["done"]), told["problems"]) == (1, [])
    assert terminal.json("duplicates")["bytes"] == 0
    assert len(terminal.json("duplicates", "--undo", told["id"])["undone"]) == 1
    assert terminal.run("duplicates", "--reclaim", "symlink").returncode == 2
    assert terminal.run("duplicates", "--undo", "nothing").returncode == 3


def test_place_shows_a_plan_and_applies_it(terminal: Terminal, tmp_path: Path) -> None:
    model = imported(terminal, tmp_path)
    terminal.json("mv", model["id"], "--to", "elsewhere")
    shown = terminal.run("place")
    assert "elsewhere/some-lora-1 → loras/sdxl/some-lora-1" in shown.stdout
    assert terminal.json("show", model["id"])["path"] == "elsewhere/some-lora-1"
    assert len(terminal.json("place", "--apply")["moved"]) == 1
    assert terminal.json("place")["moves"] == []


def test_the_trash_is_emptied_only_when_that_is_said(terminal: Terminal, tmp_path: Path) -> None:
    terminal.json("rm", imported(terminal, tmp_path)["id"])
    assert terminal.run("trash", "purge").returncode == 2
    assert terminal.run("trash", "purge", "--all").returncode != 0
    assert len(terminal.json("trash", "ls")) == 1
    assert len(terminal.json("trash", "purge", "--all")["purged"]) == 1
    assert terminal.json("trash", "ls") == []


@pytest.mark.parametrize("command", [("rm", "--yes"), ("restore",), ("forget",), ("mv", "--name", "x"), ("place",)])
def test_what_is_not_there_is_said(terminal: Terminal, command: tuple[str, ...]) -> None:
    done = terminal.run(command[0], "nothing-like-it", *command[1:])
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_commands_change_the_library_of_a_running_server(terminal: Terminal, tmp_path: Path) -> None:
    server, _ = terminal.serve()
    try:
        model = imported(terminal, tmp_path)
        assert terminal.json("mv", model["id"], "--name", "Other")["path"] == "loras/sdxl/other"
        assert terminal.run("rm", model["id"], "--yes").returncode == 0
        assert terminal.json("ls") == []
    finally:
        assert end(server) == 0


def test_mv_takes_a_folder_from_where_one_is_and_says_where_the_model_went(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal(tmp_path)
    runner = CliRunner(env={**terminal.env, "COLUMNS": "200"})
    file = lora(tmp_path / "in" / "some lora.safetensors", 1)
    assert runner.invoke(app, ["import", str(file)]).exit_code == 0
    here = terminal.library / "mine"
    (here / "there").mkdir(parents=True)
    monkeypatch.chdir(here)
    for said, where in (("there", here / "there"), ("./new", here / "new"), ("../up", terminal.library / "up")):
        done = runner.invoke(app, ["mv", "some lora", "--to", said])
        assert done.exit_code == 0, done.stderr
        assert str(where) in done.stdout
        assert list(where.rglob("*.safetensors"))
    assert runner.invoke(app, ["mv", "some lora", "--to", "below"]).exit_code == 0
    assert list((terminal.library / "below").rglob("*.safetensors"))


def test_names_with_brackets_are_shown_whole(tmp_path: Path) -> None:
    runner = CliRunner(env={**Terminal(tmp_path).env, "COLUMNS": "200"})
    folder = tmp_path / "in [old]"
    file = lora(folder / "name.safetensors", 1)
    assert runner.invoke(app, ["import", str(file)]).exit_code == 0
    assert runner.invoke(app, ["mv", "name", "--name", "my [bold] style [v2]"]).exit_code == 0
    assert "my [bold] style [v2]" in runner.invoke(app, ["ls"]).stdout
    assert runner.invoke(app, ["adopt", str(folder)]).exit_code == 0
    assert "in [old]" in runner.invoke(app, ["roots", "ls"]).stdout


def test_without_a_person_to_ask_the_commands_say_that_yes_is_needed(tmp_path: Path) -> None:
    runner = CliRunner(env=Terminal(tmp_path).env)
    assert runner.invoke(app, ["import", str(lora(tmp_path / "in" / "a b.safetensors", 1))]).exit_code == 0
    for command in (["rm", "a b"], ["rm", "a b", "--yes"], ["trash", "purge", "--all"]):
        done = runner.invoke(app, command)
        if "--yes" in command:
            assert done.exit_code == 0
            continue
        assert done.exit_code == 2
        assert "say --yes" in done.stderr.replace("\n", " ")
    assert runner.invoke(app, ["trash", "purge", "--older-than", "0", "--yes"]).exit_code == 0


def test_a_file_or_nothing_in_place_of_a_folder_is_told_as_what_it_is(tmp_path: Path) -> None:
    runner = CliRunner(env={**Terminal(tmp_path).env, "COLUMNS": "300"})
    (tmp_path / "README.md").write_text("x")
    for command in ("scan", "adopt"):
        done = runner.invoke(app, [command, str(tmp_path / "README.md")])
        assert (done.exit_code, "it is a file" in done.stderr) == (2, True)
        done = runner.invoke(app, [command, ""])
        assert (done.exit_code, "no folder is named" in done.stderr) == (2, True)
    done = runner.invoke(app, ["import", str(lora(tmp_path / "in" / "a b.safetensors", 1))])
    assert "reset" in (told := runner.invoke(app, ["edit", "a b", "--reset", "nope"]).stderr)
    assert told.index("nope") < told.index("reset")


def test_forgetting_a_model_that_is_missing_does_not_say_that_its_files_stay(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    runner = CliRunner(env=terminal.env)
    assert runner.invoke(app, ["import", str(lora(tmp_path / "in" / "a b.safetensors", 1))]).exit_code == 0
    next(terminal.library.rglob("a-b.safetensors")).unlink()
    assert runner.invoke(app, ["scan"]).exit_code == 0
    told = runner.invoke(app, ["forget", "a b"])
    assert (told.exit_code, "Its files stay" in told.stdout) == (0, False)
    assert "missing already" in told.stdout


def test_show_says_in_words_what_is_known_of_a_local_file(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    runner = CliRunner(env={**terminal.env, "COLUMNS": "200"})
    assert runner.invoke(app, ["import", str(lora(tmp_path / "in" / "a b.safetensors", 1))]).exit_code == 0
    told = runner.invoke(app, ["show", "a b"]).stdout
    assert "because" in told
    assert "nobody has published a hash" in told
    assert "the source publishes no hash" not in told
    assert re.search(r"added +\d{4}-\d\d-\d\d \d\d:\d\d\n", told)
    edited = runner.invoke(app, ["edit", "a b", "--set", "favorite=yes", "--set", "name=other", "--set", "kind=vae"])
    assert "True" not in edited.stdout
    assert "the source" not in edited.stdout
    assert "the file's name: a b" in edited.stdout
    assert "the tensors: lora" in edited.stdout
    assert "from 1 to 5" in runner.invoke(app, ["edit", "other", "--set", "rating=9"]).stderr
    next(terminal.library.rglob("a-b.safetensors")).unlink()
    assert runner.invoke(app, ["scan"]).exit_code == 0
    assert "missing: its files" in runner.invoke(app, ["show", "other"]).stdout
    listed = runner.invoke(app, ["ls"], env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout
    assert "state" in listed.splitlines()[0]
    assert "missing" in listed


def test_duplicates_lists_what_can_be_undone(tmp_path: Path) -> None:
    runner = CliRunner(env={**Terminal(tmp_path).env, "COLUMNS": "200"})
    for name in ("a", "b"):
        file = lora(tmp_path / name / f"{name}.safetensors", 1)
        assert runner.invoke(app, ["import", "--duplicates", str(file)]).exit_code == 0
    assert runner.invoke(app, ["duplicates", "--reclaim", "keep-one", "--yes"]).exit_code == 0
    told = runner.invoke(app, ["duplicates"]).stdout
    assert "1 file," in told
    entry = told.split("--undo ")[1].split("`")[0]
    assert runner.invoke(app, ["duplicates", "--undo", entry]).exit_code == 0
    assert "--undo" not in runner.invoke(app, ["duplicates"]).stdout
