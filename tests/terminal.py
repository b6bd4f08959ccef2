"""The command line as a person or a program starts it: a process of its own, with an environment of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import modella
from modella.demo.hub import Hub


class Terminal:
    """Runs `modella` with a home, a library and a hub; nothing of the caller's own environment comes along.

    It runs the code that the test itself has imported.
    """

    def __init__(self, folder: Path, hub: Hub | None = None) -> None:
        self.home = folder / "home"
        self.library = folder / "library"
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "user"),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(Path(modella.__file__).parents[1]),
            "MODELLA_HOME": str(self.home),
            "MODELLA_LIBRARY": str(self.library),
            "MODELLA_RETRY_PAUSE": "0.05",
            "MODELLA_STALL_TIMEOUT": "15",
            "MODELLA_TRIES": "3",
            "MODELLA_SPACE_MARGIN": "1048576",
        }
        if hub is not None:
            self.env |= {
                "MODELLA_CIVITAI_URL": hub.civitai_url,
                "HF_ENDPOINT": hub.huggingface_url,
                "MODELLA_ALLOWED_HOSTS": hub.allowed_hosts,
            }

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """A command, run to its end."""
        command = [sys.executable, "-m", "modella", *arguments]
        return subprocess.run(
            command, env={**self.env, **env}, capture_output=True, text=True, timeout=100, check=False
        )

    def start(self, *arguments: str, **env: str) -> subprocess.Popen[str]:
        """A command that goes on in the background."""
        command = [sys.executable, "-m", "modella", *arguments]
        return subprocess.Popen(
            command, env={**self.env, **env}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def json(self, *arguments: str) -> Any:
        """The JSON value that a command prints last."""
        done = self.run(*arguments, "--json")
        return json.loads(done.stdout.strip().splitlines()[-1])

    def serve(self) -> tuple[subprocess.Popen[str], str]:
        """A server of this library on a free port, and its address."""
        process = self.start("serve", MODELLA_PORT="0")
        assert process.stdout is not None
        line = process.stdout.readline()
        return process, line.rsplit(" ", 1)[-1].strip()


def end(process: subprocess.Popen[str], how: int = signal.SIGTERM) -> int:
    """Ends a process and gives its exit status."""
    process.send_signal(how)
    status = process.wait(30)
    if process.stdout is not None:
        process.stdout.close()
    return status


def wait_for(what: Any, seconds: float = 30.0) -> None:
    """Waits until a question is answered with something true."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
