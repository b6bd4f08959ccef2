"""`modella serve`: the web page, the API and the queue, until it is stopped."""

import errno
import shlex
import signal
import sys
import webbrowser
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.text import Text

from modella.api.app import make_app
from modella.cli.commands import LibraryOption, answers_errors, console, words
from modella.cli.door import Door, Wire, house_of, listen, server_for
from modella.core.errors import BadLink, Conflict, ModellaError
from modella.io.settings import Settings
from modella.wiring import House

HostOption = Annotated[str | None, typer.Option("--host", help="Address to listen on.", show_default=False)]
PortOption = Annotated[int | None, typer.Option("--port", help="Port to listen on.", show_default=False)]
OpenOption = Annotated[bool, typer.Option("--open", help="Open the page in a browser.")]


class Example(NamedTuple):
    """A link to try: what it shows, and the command that fetches it."""

    name: str
    about: str
    link: str
    command: str


@answers_errors
def serve(
    host: HostOption = None, port: PortOption = None, library: LibraryOption = None, open_page: OpenOption = False
) -> None:
    """Serve the web page, the API and the queue."""
    house = house_of({"host": host, "port": port, "library": library})
    try:
        serve_house(house, open_page=open_page)
    finally:
        house.close()


def serve_house(house: House, *, open_page: bool, examples: Sequence[Example] = (), any_port: bool = False) -> None:
    """Serves until a signal comes; downloads stop at a checkpoint and go on next time.

    With `any_port` a free port is taken when the one of the settings is in use.
    """
    settings = house.settings()
    with listen_as_set(settings, any_port=any_port) as wire:
        address = reachable_address(settings, wire.getsockname()[1])
        house.announce(address)
        links = [(example.name, example.about, example.link) for example in examples]
        server = server_for(make_app(house, names=[settings.host], examples=links, tends=True))
        tell_address(address, house.hands.library.root, examples)
        if not is_loopback(settings.host):
            console().print(Text("  " + words().say("cli.exposed", host=settings.host), style="yellow"))
        if open_page:
            webbrowser.open(address)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
        server.run([wire])


def listen_as_set(settings: Settings, *, any_port: bool = False) -> Wire:
    """The socket to serve on; an error of the family says why there is none."""
    try:
        return listen(settings.host, settings.port)
    except OSError as problem:
        if any_port and problem.errno == errno.EADDRINUSE:
            return listen(settings.host, 0)
        raise bind_error(problem, settings) from None


def bind_error(problem: OSError, settings: Settings) -> ModellaError:
    """Why nothing can listen at the address of the settings."""
    host, port = settings.host, settings.port
    if problem.errno == errno.EADDRINUSE:
        return Conflict("port-in-use", host=host, port=port, program=_program_at(reachable_address(settings, port)))
    if problem.errno in {errno.EACCES, errno.EPERM}:
        return BadLink("bad-value", name="port", value=str(port), reason=words().say("cli.port-forbidden"))
    return BadLink("bad-value", name="host", value=host, reason=words().say("cli.host-not-here"))


def _program_at(address: str) -> str:
    """Who has the port: a Modella tells its version to whoever asks."""
    try:
        told = Door(address, patience=2).ask("GET", "/healthz")
    except ModellaError:
        told = None
    is_ours = isinstance(told, dict) and "version" in told
    return words().say("cli.this-modella", address=address) if is_ours else words().say("cli.another-program")


def tell_address(address: str, root: Path, examples: Sequence[Example]) -> None:
    """Says where the page is, and what may be tried."""
    out, say = console(), words().say
    out.print(Text.assemble(("● ", "green"), (say("cli.serving", address=address), "bold")))
    out.print(Text("  " + say("cli.library", path=str(root)), style="dim"))
    if examples:
        command = examples[0].command.removesuffix(shlex.quote(examples[0].link))
        out.print(Text("  " + say("cli.demo")))
        out.print(Text(f"    {command}{say('cli.demo-link')}", style="cyan"))
        for example in examples:
            out.print(Text(f"  {example.about}", style="dim"))
            out.print(Text(shlex.quote(example.link), style="cyan"))
    out.print(Text("  " + say("cli.stop-with"), style="dim"))
    sys.stdout.flush()


def reachable_address(settings: Settings, port: int) -> str:
    """The address under which this machine reaches the server."""
    host = settings.host
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 (compared, not bound)
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
