"""Killed, stopped, started twice: what a download survives, and what it may cost."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from modella.demo.hub import Hub
from tests.terminal import Terminal, end, wait_for

MIB = 1024 * 1024
MOST_FETCHED_TWICE = 16 * MIB


@pytest.fixture
def terminal(tmp_path: Path, hub: Hub) -> Terminal:
    """A terminal with a library and a hub."""
    return Terminal(tmp_path, hub)


def sent(hub: Hub) -> int:
    """Bytes of files that the hub has handed to the network."""
    return sum(request.sent for request in hub.files_origin.requests if request.path.startswith("/files/"))


def test_a_killed_download_goes_on_and_fetches_little_twice(terminal: Terminal, hub: Hub) -> None:
    link = hub.example("direct-big")
    hub.misbehave("files:/files/*", "throttle:25000000", times=2)
    process = terminal.start("pull", link)
    wait_for(lambda: sent(hub) > 60 * MIB)
    end(process, signal.SIGKILL)
    hub.behave()
    result = terminal.json("pull", link)
    assert result["state"] == "done", result
    size = result["model"]["files"][0]["size"]
    assert size == 256 * MIB
    assert sent(hub) - size <= MOST_FETCHED_TWICE


def test_a_download_killed_again_and_again_ends_whole(terminal: Terminal, hub: Hub) -> None:
    link = hub.example("direct-big")
    for times in range(1, 4):
        hub.misbehave("files:/files/*", "throttle:40000000", times=None)
        process = terminal.start("pull", link)
        wait_for(lambda goal=times * 40 * MIB: sent(hub) > goal)
        end(process, signal.SIGKILL)
        hub.behave()
    assert terminal.json("pull", link)["state"] == "done"
    assert terminal.run("verify", "--all").returncode == 0
    assert [p.name for p in (terminal.library / ".modella" / "incoming").iterdir()] == []


def test_ctrl_c_keeps_what_is_there(terminal: Terminal, hub: Hub) -> None:
    hub.misbehave("files:/files/*", "throttle:20000000", times=1)
    process = terminal.start("pull", hub.example("direct-big"))
    wait_for(lambda: sent(hub) > 20 * MIB)
    assert end(process, signal.SIGINT) == 130
    state = json.loads(next((terminal.library / ".modella" / "incoming").glob("*/state.json")).read_text())
    assert sum(b - a for a, b in state["parts"][0]["durable"]) > 10 * MIB


def test_a_stopped_server_ends_cleanly_and_goes_on_when_started(terminal: Terminal, hub: Hub) -> None:
    hub.misbehave("files:/files/*", "throttle:25000000", times=1)
    server, _ = terminal.serve()
    pulling = terminal.start("pull", hub.example("direct-big"))
    wait_for(lambda: sent(hub) > 20 * MIB)
    assert end(server) == 0
    pulling.wait(30)
    pulling.stdout.close() if pulling.stdout else None
    server, _ = terminal.serve()
    try:
        wait_for(lambda: [d["state"] for d in terminal.json("queue", "ls")] == ["done"])
    finally:
        end(server)


def test_the_owner_that_died_is_no_obstacle(terminal: Terminal, hub: Hub) -> None:
    server, _ = terminal.serve()
    end(server, signal.SIGKILL)
    assert (terminal.library / ".modella" / "owner.json").exists()
    assert terminal.json("pull", hub.example("lora"))["state"] == "done"


def test_state_beside_the_parts_explains_itself_and_holds_no_secret(terminal: Terminal, hub: Hub) -> None:
    hub.misbehave("files:/files/*", "throttle:20000000", times=1)
    link = hub.example("direct-big") + "?token=canary-secret-1&X-Amz-Signature=canary-secret-2"
    terminal.env["CIVITAI_API_KEY"] = "canary-secret-3"
    process = terminal.start("pull", link)
    wait_for(lambda: sent(hub) > 10 * MIB)
    end(process, signal.SIGKILL)
    for path in [*terminal.library.rglob("*"), *terminal.home.rglob("*")]:
        if path.is_file() and path.name != "secrets" and path.suffix != ".part":
            assert b"canary-secret" not in path.read_bytes(), path
    assert "downloading" in json.loads(next(terminal.library.rglob("state.json")).read_text())["about"]


KILL_AT = """
import os, signal, sys
from modella.io import disk
calls = {"left": int(sys.argv[1])}
def deadly(call):
    def run(*arguments, **options):
        calls["left"] -= 1
        if calls["left"] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **options)
    return run
for name in ("fsync", "fdatasync", "replace", "link", "unlink", "mkdir", "rmdir", "rename", "ftruncate"):
    setattr(disk.os, name, deadly(getattr(os, name)))
disk._rename_new = deadly(disk._rename_new)
from modella.cli.main import run
sys.argv = ["modella", "pull", sys.argv[2]]
run()
"""


@pytest.mark.timeout(300)
def test_a_kill_at_any_write_leaves_the_old_or_the_new_state(terminal: Terminal, hub: Hub) -> None:
    link = hub.example("lora")
    for count in (*range(1, 60, 4), *range(60, 140, 10)):
        command = [sys.executable, "-c", KILL_AT, str(count), link]
        killed = subprocess.run(command, env=terminal.env, capture_output=True, timeout=60, check=False)
        _check_promises(terminal)
        if killed.returncode == 0:
            break
    result = terminal.json("pull", link)
    assert result["state"] == "done", result
    assert len(list(terminal.library.rglob("*.safetensors"))) == 1
    assert terminal.run("verify", "--all").returncode == 0
    left = [p for p in terminal.library.rglob("*") if p.suffix == ".tmp" or "/incoming/" in str(p)]
    assert left == []


def _check_promises(terminal: Terminal) -> None:
    """No name in the library shows wrong bytes; every record can be read."""
    for path in terminal.library.rglob("*.json"):
        json.loads(path.read_text())
    for record in terminal.library.rglob("metadata.json"):
        if ".modella" not in record.parts:
            for file in json.loads(record.read_text())["files"]:
                assert (record.parent / file["name"]).stat().st_size == file["size"]
