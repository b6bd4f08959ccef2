"""`modella scan`, `adopt`, `roots`, `rebuild`, `doctor`: as a person and as a program meet them."""

import os
from pathlib import Path

import pytest

from modella.demo.hub import Hub
from modella.demo.weights import build
from tests.terminal import Terminal, end, wait_for


@pytest.fixture
def terminal(tmp_path: Path, hub: Hub) -> Terminal:
    return Terminal(tmp_path, hub)


@pytest.fixture
def have(tmp_path: Path) -> Path:
    """A folder with two models that somebody has."""
    folder = tmp_path / "have"
    for name, recipe in (("Style One", "lora-sdxl"), ("vae", "vae-sd")):
        content = build(recipe, 1)
        path = folder / f"{name}.safetensors"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.read(0, content.size))
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return folder


def test_scan_gives_exactly_the_counts(terminal: Terminal, have: Path) -> None:
    found = terminal.json("scan", str(have))
    assert {**found, "seconds": 0} == {"seen": 2, "added": 2, "changed": 0, "moved": 0, "missing": 0, "seconds": 0}
    listed = terminal.json("ls", "--sort", "name")
    assert [(m["name"], m["kind"], m["family"], m["path"]) for m in listed] == [
        ("Style One", "lora", "sdxl", str(have)),
        ("vae", "vae", None, str(have)),
    ]
    assert terminal.json("scan")["added"] == 0


def test_scan_with_hashes_waits_for_them(terminal: Terminal, have: Path) -> None:
    terminal.json("scan", str(have), "--hash")
    assert {m["files"][0]["sha256"] for m in terminal.json("ls")} == {
        build(r, 1).sha256 for r in ("lora-sdxl", "vae-sd")
    }


def test_people_read_a_line(terminal: Terminal, have: Path) -> None:
    done = terminal.run("adopt", str(have))
    assert done.returncode == 0, done.stderr
    assert "2 models" in done.stdout
    assert "2 new" in done.stdout
    doctor = terminal.run("doctor")
    assert (doctor.returncode, "index agrees" in doctor.stdout) == (0, True)
    listed = terminal.run("roots", "ls", COLUMNS="200")
    assert str(have) in listed.stdout
    assert terminal.run("roots", "rm", str(have)).returncode == 0
    assert terminal.json("ls") == []
    assert terminal.json("rebuild")["seen"] == 0


@pytest.mark.parametrize("folder", ["/no/such/folder", ""])
def test_a_folder_that_is_not_there_is_said(terminal: Terminal, folder: str) -> None:
    done = terminal.run("scan", folder or "/proc/self/mem")
    assert done.returncode == (3 if folder else 2)
    assert "✗" in done.stderr


def test_a_running_server_sees_what_is_put_into_its_folders(terminal: Terminal, have: Path) -> None:
    terminal.json("scan", str(have))
    process, _ = terminal.serve()
    try:
        content = build("lora-flux1", 5)
        fresh = have / "later.safetensors"
        fresh.write_bytes(content.read(0, content.size))
        wait_for(lambda: [m for m in terminal.json("ls", "later") if m["files"][0]["sha256"] == content.sha256], 60)
        fresh.unlink()
        wait_for(lambda: terminal.json("ls", "state:missing"), 60)
    finally:
        assert end(process) == 0
