"""`modella lists`: as a person and as a program meet it."""

from pathlib import Path

import pytest

from modella.demo.hub import Hub
from tests.changing import lora
from tests.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path, hub: Hub) -> Terminal:
    return Terminal(tmp_path, hub)


def test_a_list_is_made_filled_shown_and_taken_away(terminal: Terminal, tmp_path: Path) -> None:
    for seed, name in enumerate(("One", "Two"), 1):
        lora(tmp_path / "have" / f"{name}.safetensors", seed)
    terminal.json("scan", str(tmp_path / "have"))
    added = terminal.json("lists", "add", "My best", "One", "Two", "--note", "really")
    assert (added["count"], added["changed"], added["note"]) == (2, 2, "really")
    assert {each["name"] for each in terminal.json("ls", "--list", "my best")} == {"One", "Two"}
    assert "My best" in terminal.run("lists", "ls").stdout
    assert "Two" in terminal.run("lists", "ls", "My best").stdout
    terminal.json("rm", "Two")
    assert terminal.json("lists", "ls", "My best")["absent"] == 1
    done = terminal.run("lists", "rm", "My best", "Two")
    assert (done.returncode, "1 model taken out" in done.stdout) == (0, True)
    assert terminal.run("lists", "rm", "My best").returncode == 2
    assert terminal.json("lists", "rm", "My best") == {"name": "My best"}
    assert terminal.run("lists", "ls", "My best").returncode == 3
    assert "No lists yet" in terminal.run("lists", "ls").stdout
