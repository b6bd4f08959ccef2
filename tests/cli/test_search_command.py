"""`modella search`: as a person and as a program meet it."""

import json
from pathlib import Path

import pytest

from modella.demo.hub import Hub
from tests.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path, hub: Hub) -> Terminal:
    return Terminal(tmp_path, hub)


def test_what_is_found_can_be_pulled(terminal: Terminal) -> None:
    done = terminal.run("search", "paper", "harbour")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert {row[0] for row in rows} >= {"huggingface"}
    link = next(row[4] for row in rows if row[0] == "huggingface")
    assert terminal.run("pull", link).returncode == 0
    again = terminal.run("search", "paper", "harbour", "--source", "huggingface")
    assert "in your library" in again.stdout


def test_a_program_reads_cards(terminal: Terminal) -> None:
    done = terminal.run("search", "marmalade", "--source", "civitai", "--kind", "lora", "--sort", "newest", "--json")
    cards = json.loads(done.stdout)
    assert (done.returncode, {card["source"] for card in cards}) == (0, {"civitai"})
    assert all(card["kind"] == "lora" and card["link"] for card in cards)


def test_nothing_found_is_its_own_status(terminal: Terminal) -> None:
    done = terminal.run("search", "nobody-has-this-anywhere")
    assert (done.returncode, "Nothing matches" in done.stdout) == (3, True)
    done = terminal.run("search", "nobody-has-this-anywhere", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (3, [])


def test_a_source_that_cannot_be_narrowed_so_does_not_stop_the_other(terminal: Terminal) -> None:
    done = terminal.run("search", "a", "--base", "SDXL 1.0", "--mature")
    assert done.returncode == 0, done.stderr
    assert "org/name" in done.stderr
    done = terminal.run("search", "a", "--base", "SDXL 1.0", "--source", "huggingface")
    assert (done.returncode, "org/name" in done.stderr) == (2, True)


def test_a_source_that_is_away_does_not_stop_the_other(terminal: Terminal, hub: Hub) -> None:
    hub.misbehave("civitai:/api/v1/models", "status:500", times=None)
    done = terminal.run("search", "a")
    assert (done.returncode, "trouble of its own" in done.stderr) == (0, True)
    assert terminal.run("search", "a", "--source", "civitai").returncode == 8


def test_what_makes_no_sense_is_refused(terminal: Terminal) -> None:
    for wrong in (["--kind", "banana"], ["--sort", "loudest"], ["--source", "mars"], ["--limit", "0"]):
        assert terminal.run("search", "a", *wrong).returncode == 2
    assert terminal.run("search").returncode == 2
