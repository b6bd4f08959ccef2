"""Starting to serve, leaving a server that goes on, and setting a clone up."""

import asyncio
import errno
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import dev
from modella.cli.demo import examples_of
from modella.cli.door import listen
from modella.cli.serve import bind_error, listen_as_set
from modella.core.errors import ModellaError
from modella.demo.hub import Hub
from modella.io.settings import Settings
from tests.terminal import Terminal, end


@pytest.mark.parametrize(
    ("number", "code", "name"),
    [
        (errno.EACCES, "bad-value", "port"),
        (errno.EADDRNOTAVAIL, "bad-value", "host"),
        (socket.EAI_NONAME, "bad-value", "host"),
    ],
)
def test_an_address_that_cannot_be_served_is_explained(number: int, code: str, name: str) -> None:
    problem = bind_error(OSError(number, ""), Settings(host="127.0.0.1", port=80))
    assert (problem.code, problem.facts["name"]) == (code, name)


def test_a_port_of_another_program_is_called_taken_or_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = Settings(host="127.0.0.1", port=other.getsockname()[1])
        with pytest.raises(ModellaError, match="another program"):
            listen_as_set(settings)
        with listen_as_set(settings, any_port=True) as wire:
            assert wire.getsockname()[1] not in {0, settings.port}


def test_the_demo_names_commands_that_can_be_pasted(hub: Hub) -> None:
    examples = examples_of(hub, Path("/some where/library"))
    assert all(example.command.endswith(shlex.quote(example.link)) for example in examples)
    assert all(" pull --library '/some where/library' " in example.command for example in examples)
    assert all(example.about and not example.about.startswith("demo.") for example in examples)


def test_ctrl_c_says_that_the_server_goes_on(terminal: Terminal, hub: Hub) -> None:
    server, address = terminal.serve()
    try:
        pull = terminal.start("pull", f"{hub.files_url}/files/virtual-64m.bin?fault=throttle:100000")
        assert pull.stdout is not None
        said = next(line for line in pull.stdout if "Downloading" in line)
        pull.send_signal(signal.SIGINT)
        said, _ = pull.communicate(timeout=60)
        assert pull.returncode == 130
        assert address in said
        assert "modella queue pause" in said
    finally:
        end(server)


@pytest.fixture
def terminal(tmp_path: Path, hub: Hub) -> Terminal:
    """A terminal with a library and a hub."""
    return Terminal(tmp_path, hub)


@pytest.mark.parametrize(("words", "status"), [(["--help"], 0), (["help"], 0), (["nonsense"], 2), ([], 2)])
def test_the_set_up_program_explains_itself(words: list[str], status: int) -> None:
    done = subprocess.run([sys.executable, dev.__file__, *words], capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert "python3 dev.py serve" in done.stdout


def test_the_set_up_finds_a_pip_behind_an_environment_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def works(*command: object) -> bool:
        asked.append(command[0])
        return command[0] == "base"

    monkeypatch.setattr(dev, "works", works)
    monkeypatch.setattr(sys, "_base_executable", "base")
    assert dev.installer()[:3] == ("base", "-m", "pip")
    assert asked == [sys.executable, "base"]


def test_small_answers_are_sent_without_waiting_for_more() -> None:
    """An answer of a few bytes took 40 ms on a connection that was used before, because the system held it back."""
    found: list[int] = []

    async def told() -> None:
        def connected(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            found.append(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        wire = listen("127.0.0.1", 0)
        async with await asyncio.start_server(connected, sock=wire):
            reader, writer = await asyncio.open_connection(*wire.getsockname())
            await reader.read()
            writer.close()

    asyncio.run(told())
    assert found
    assert all(found)
