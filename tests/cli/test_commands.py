"""The commands as people and programs use them: what they print and how they end."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from modella.demo import weights
from modella.demo.hub import Hub
from tests.terminal import Terminal, end


@pytest.fixture
def terminal(tmp_path: Path, hub: Hub) -> Terminal:
    """A terminal with a library and a hub."""
    return Terminal(tmp_path, hub)


def test_pull_tells_events_and_ends_with_the_result(terminal: Terminal, hub: Hub) -> None:
    done = terminal.run("pull", "--json", hub.example("lora"))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert {line["type"] for line in lines[:-1]} <= {"download-changed", "download-progress"}
    result = lines[-1]
    assert set(result) == {"state", "download", "model"}
    assert set(result["model"]) == {"id", "name", "kind", "family", "base_model", "path", "files"}
    file = result["model"]["files"][0]
    assert (result["state"], file["verified"]) == ("done", "verified")
    assert (terminal.library / file["path"]).stat().st_size == file["size"]


def test_pull_of_several_links_ends_with_the_first_failure(terminal: Terminal, hub: Hub) -> None:
    done = terminal.run("pull", hub.example("lora"), hub.example("early-access"))
    assert done.returncode == 4
    assert "✓" in done.stdout
    assert "early access" in done.stdout


@pytest.mark.parametrize(
    ("link", "status"),
    [
        ("not a link at all", 2),
        ("https://civitai.com/user/somebody", 2),
        ("ftp://example.org/x.safetensors", 2),
        ("http://192.168.7.7/x.safetensors", 7),
        ("wrong-hash", 5),
        ("hf-gated", 4),
        ("archived", 3),
    ],
)
def test_each_failure_has_its_exit_status_and_says_what_to_do(
    terminal: Terminal, hub: Hub, link: str, status: int
) -> None:
    text = hub.example(link) if link in hub.themes else link
    done = terminal.run("pull", text)
    told = done.stdout + done.stderr
    assert done.returncode == status, told
    assert "Traceback" not in told
    assert len([line for line in told.splitlines() if line.strip()]) >= 2
    outside = [p for p in terminal.library.rglob("*") if ".modella" not in p.parts and "models.db" not in p.name]
    assert outside == []


def test_commands_talk_to_a_running_server(terminal: Terminal, hub: Hub) -> None:
    server, address = terminal.serve()
    try:
        assert address.startswith("http://127.0.0.1:")
        assert terminal.json("pull", hub.example("lora"))["state"] == "done"
        assert [model["kind"] for model in terminal.json("ls")] == ["lora"]
        assert terminal.json("queue", "ls")[0]["state"] == "done"
        second = terminal.run("serve", MODELLA_PORT="0")
        assert second.returncode == 1
        assert "already open" in second.stderr
    finally:
        assert end(server) == 0


def test_a_busy_port_is_explained(terminal: Terminal, tmp_path: Path) -> None:
    server, address = terminal.serve()
    try:
        other = Terminal(tmp_path / "other")
        done = other.run("serve", MODELLA_PORT=address.rsplit(":", 1)[1])
        assert done.returncode == 1
        assert "taken" in done.stderr
    finally:
        end(server)


def test_identify_reads_files_without_a_library(terminal: Terminal, tmp_path: Path) -> None:
    content = weights.build("lora-sdxl", 1, {})
    path = tmp_path / "some file.safetensors"
    path.write_bytes(content.read(0, content.size))
    row = terminal.json("identify", str(path))[0]
    assert (row["kind"], row["family"], row["format"]) == ("lora", "sdxl", "safetensors")
    assert set(row) >= {"file", "kind", "family", "base_model", "format", "precision", "reasons"}
    assert not terminal.library.exists()
    assert terminal.run("identify", str(tmp_path / "missing")).returncode == 3


def test_show_and_verify_know_a_model(terminal: Terminal, hub: Hub) -> None:
    model = terminal.json("pull", hub.example("lora"))["model"]
    assert terminal.json("show", model["id"])["sources"][0]["source"] == "civitai"
    assert terminal.run("verify", model["id"]).returncode == 0
    path = terminal.library / model["files"][0]["path"]
    path.write_bytes(path.read_bytes()[:-1] + b"\x55")
    assert terminal.run("verify", "--all").returncode == 5
    assert terminal.run("show", "nothing-like-it").returncode == 3


def test_keys_are_stored_unseen(terminal: Terminal) -> None:
    assert terminal.run("tokens", "set", "civitai", "--value", "canary-0123456789").returncode == 0
    told = terminal.run("tokens", "ls")
    assert "canary" not in told.stdout
    assert "6789" in told.stdout
    assert terminal.run("tokens", "rm", "civitai").returncode == 0
    assert terminal.run("tokens", "set", "nobody", "--value", "x123").returncode == 2


@pytest.mark.parametrize("variable", ["MODELLA_PORT", "MODELLA_CIVITAI_URL", "MODELLA_CONNECTIONS"])
def test_a_setting_without_sense_is_named(terminal: Terminal, variable: str) -> None:
    done = terminal.run("ls", **{variable: "banana"})
    assert done.returncode == 2
    assert "banana" in done.stderr


def test_a_person_sees_bars_and_no_json(terminal: Terminal, hub: Hub) -> None:
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "modella", "pull", hub.example("lora")]
    process = subprocess.Popen(command, env={**terminal.env, "TERM": "xterm"}, stdout=follower, stderr=follower)
    os.close(follower)
    shown = b""
    while chunk := _read(leader):
        shown += chunk
    assert process.wait(30) == 0
    assert "✓".encode() in shown
    assert b"{" not in shown


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 65536)
    except OSError:
        return b""
