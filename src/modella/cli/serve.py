"""`modella serve`: the web page, the API and the queue, until it is stopped."""

import signal
import sys
import webbrowser
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from modella.api.app import make_app
from modella.cli.commands import LibraryOption, answers_errors, console, words
from modella.cli.door import listen, server_for
from modella.core.errors import Conflict
from modella.io.settings import Settings
from modella.wiring import House, open_house

HostOption = Annotated[str | None, typer.Option("--host", help="Address to listen on.", show_default=False)]
PortOption = Annotated[int | None, typer.Option("--port", help="Port to listen on.", show_default=False)]
OpenOption = Annotated[bool, typer.Option("--open", help="Open the page in a browser.")]


@answers_errors
def serve(
    host: HostOption = None, port: PortOption = None, library: LibraryOption = None, open_page: OpenOption = False
) -> None:
    """Serve the web page, the API and the queue."""
    house = open_house({"host": host, "port": port, "library": library})
    try:
        serve_house(house, open_page=open_page)
    finally:
        house.close()


def serve_house(house: House, *, open_page: bool, examples: Sequence[str] = ()) -> None:
    """Serves until a signal comes; downloads stop at a checkpoint and go on next time."""
    settings = house.settings()
    try:
        wire = listen(settings.host, settings.port)
    except OSError:
        raise Conflict("port-in-use", host=settings.host, port=settings.port) from None
    with wire:
        address = reachable_address(settings, wire.getsockname()[1])
        house.announce(address)
        server = server_for(make_app(house, names=[settings.host], examples=examples))
        tell_address(address, house.hands.library.root, examples)
        if not is_loopback(settings.host):
            console().print(Text("  " + words().say("cli.exposed", host=settings.host), style="yellow"))
        if open_page:
            webbrowser.open(address)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
        server.run([wire])


def tell_address(address: str, root: Path, examples: Sequence[str]) -> None:
    """Says where the page is, and what may be tried."""
    out, say = console(), words().say
    out.print(Text.assemble(("● ", "green"), (say("cli.serving", address=address), "bold")))
    out.print(Text("  " + say("cli.library", path=str(root)), style="dim"))
    if examples:
        out.print(Text("  " + say("cli.demo")))
        for command in examples:
            out.print(Text(f"    {command}", style="cyan"))
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
