"""The server that files are fetched from: an nginx of the bench's own, on a free port of the loopback.

    /plain/<anything>/<file>    as fast as it goes
    /slow/<anything>/<file>     each connection gets `rate` MiB a second

The part in the middle is ignored, so that one file has as many addresses as are wanted.
"""

import os
import re
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.failure import BenchFailure
from bench.machine import tool
from bench.watched import Watched

_PATIENCE = 15.0
_LOOK_EVERY = 0.02
_ACTIVE = re.compile(r"Active connections:\s*(\d+)")
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_SCRATCH = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass(frozen=True)
class Request:
    """A line of the access log: the address asked for, the answer's status, and the bytes of its body that left."""

    address: str
    status: int
    sent: int


class Origin:
    """A running nginx."""

    def __init__(self, port: int, files: Path, log: Path) -> None:
        self.place = f"127.0.0.1:{port}"
        self.files = files
        self._log = log

    def url(self, way: str, name: str, number: int = 0) -> str:
        """The address of a file; `way` is `plain` or `slow`."""
        return f"http://{self.place}/{way}/{number}/{name}"

    def mark(self) -> int:
        """A place in the log; `served` counts from there. Only to be asked for while no connection is open."""
        return self._log.stat().st_size

    def served(self, since: int) -> int:
        """Bytes of bodies that have left since a mark, once every connection has ended."""
        self.until_idle()
        with self._log.open("rb") as log:
            log.seek(since)
            return sum(request.sent for request in read_log(log.read().decode()))

    def until_idle(self) -> None:
        """Waits until nobody is connected: requests that were cut off are in the log by then."""
        deadline = time.monotonic() + _PATIENCE
        while self._active() > 1:
            if time.monotonic() > deadline:
                raise BenchFailure("a connection to nginx stays open although its client has ended")
            time.sleep(_LOOK_EVERY)

    def _active(self) -> int:
        with _OPENER.open(f"http://{self.place}/status", timeout=_PATIENCE) as answer:
            found = _ACTIVE.search(answer.read().decode())
        return int(found.group(1)) if found else 0


@contextmanager
def open_origin(folder: Path, rate: int) -> Iterator[Origin]:
    """Starts nginx over `folder/files` and ends it."""
    files, log, port = folder / "files", folder / "access.log", free_port()
    files.mkdir(parents=True, exist_ok=True)
    settings = folder / "nginx.conf"
    settings.write_text(configuration(folder, port, rate))
    command = [tool("nginx"), "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(settings)]
    server = Watched(command, {"PATH": os.environ.get("PATH", os.defpath)})
    try:
        _until_answering(server, port, folder / "error.log")
        yield Origin(port, files, log)
    finally:
        server.end(signal.SIGTERM)


def configuration(folder: Path, port: int, rate: int) -> str:
    """The whole configuration of nginx; it touches nothing outside the folder."""
    scratch = "\n".join(f"  {name}_temp_path {folder}/scratch-{name};" for name in _SCRATCH)
    # As root, nginx would hand its worker to an account that cannot enter the temporary folder.
    user = "user root;" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""
    return f"""{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
{scratch}
  log_format bytes '$request_uri $status $body_bytes_sent';
  access_log {folder}/access.log bytes;
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  server {{
    listen 127.0.0.1:{port};
    location = /status {{ stub_status; access_log off; }}
    location ~ ^/plain/[^/]+/([^/]+)$ {{ alias {folder}/files/$1; }}
    location ~ ^/slow/[^/]+/([^/]+)$ {{ limit_rate {rate}m; alias {folder}/files/$1; }}
  }}
}}
"""


def read_log(text: str) -> list[Request]:
    """The requests in a piece of the access log; a line that is still being written is left out."""
    found = []
    for line in text.split("\n")[:-1]:
        address, status, sent = line.rsplit(" ", 2)
        found.append(Request(address, int(status), int(sent)))
    return found


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as wire:
        return int(wire.getsockname()[1])


def _until_answering(server: Watched, port: int, complaints: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and server.is_running():
        try:
            with _OPENER.open(f"http://127.0.0.1:{port}/status", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(_LOOK_EVERY)
    said = complaints.read_text().strip()[-500:] if complaints.exists() else ""
    raise BenchFailure(f"nginx does not answer: {said or 'it said nothing'}")
