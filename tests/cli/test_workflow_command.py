"""`modella workflow`: as a person and as a program meet it."""

import json
from pathlib import Path

import pytest

from modella.demo.hub import Hub
from tests.terminal import Terminal

GGUF = "pocket-poet-Q4_K_M.gguf"


@pytest.fixture
def terminal(tmp_path: Path, hub: Hub) -> Terminal:
    return Terminal(tmp_path, hub)


def written(path: Path, *names: str) -> str:
    """A file with a workflow that loads these text encoders."""
    nodes = [{"id": n, "type": "CLIPLoaderGGUF", "widgets_values": [name]} for n, name in enumerate(names)]
    path.write_text(json.dumps({"nodes": nodes}))
    return str(path)


def test_what_is_missing_is_shown_fetched_and_there(terminal: Terminal, tmp_path: Path) -> None:
    flow = written(tmp_path / "flow.json", GGUF)
    done = terminal.run("workflow", "missing", flow)
    assert (done.returncode, GGUF in done.stdout, "0 there, 0 on the way, 1 missing" in done.stdout) == (3, True, True)
    assert "huggingface" in done.stdout
    done = terminal.run("workflow", "missing", flow, "--pull")
    assert done.returncode == 0, done.stdout + done.stderr
    done = terminal.run("workflow", "missing", flow)
    assert (done.returncode, "1 there, 0 on the way, 0 missing" in done.stdout) == (0, True)


def test_a_program_reads_it_as_json(terminal: Terminal, tmp_path: Path) -> None:
    done = terminal.run("workflow", "missing", written(tmp_path / "flow.json", "of-nobody.gguf"), "--json")
    assert done.returncode == 3
    told = json.loads(done.stdout)
    assert (told["counts"]["missing"], told["models"][0]["offers"]) == (1, [])


def test_what_nobody_offers_stays_missing(terminal: Terminal, tmp_path: Path) -> None:
    done = terminal.run("workflow", "missing", written(tmp_path / "flow.json", "of-nobody.gguf"), "--pull")
    assert (done.returncode, "no source has it under this name" in done.stdout) == (3, True)


def test_a_file_that_is_none_is_told_in_words(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "flow.json").write_text("hello")
    done = terminal.run("workflow", "missing", str(tmp_path / "flow.json"))
    assert (done.returncode, "This is no workflow" in done.stderr) == (1, True)
    assert terminal.run("workflow", "missing", str(tmp_path / "not-there.json")).returncode == 1
    assert terminal.run("workflow", "missing", str(tmp_path)).returncode == 1
