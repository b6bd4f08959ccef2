"""`modella queue`: look at the queue and steer it."""

from typing import Annotated, Any

import typer
from rich.text import Text

from modella.cli.commands import JsonOption, LibraryOption, answers_errors, console, words
from modella.cli.door import open_door
from modella.cli.screen import print_json, table
from modella.core.naming import shown
from modella.core.words import size

app = typer.Typer(no_args_is_help=True, help="Look at the queue and steer it.")
Id = Annotated[
    str, typer.Argument(metavar="ID", help="The download's id, or its last letters as `queue ls` shows them.")
]


@app.command("ls")
@answers_errors
def list_queue(
    everything: Annotated[bool, typer.Option("--all", help="Finished downloads too.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Show what is in the queue."""
    with open_door({"library": library}) as door:
        items = door.ask("GET", "/api/downloads", query={"limit": 500})["items"]
    finished = {"done", "failed", "quarantined", "cancelled"}
    rows = (
        items if everything or as_json else [d for d in items if d["state"] not in finished - {"failed", "quarantined"}]
    )
    if as_json:
        print_json(rows)
        return
    if not rows:
        console().print(Text(words().say("cli.queue-empty"), style="dim"))
        return
    made = table("id", "state", "name", "bytes")
    for row in rows:
        total = f"{size(row['bytes'])} / {size(row['total'])}" if row["total"] else size(row["bytes"])
        reason = row.get("reason") or {}
        about = words().sentence(reason["code"], reason.get("facts") or {}) if reason else ""
        name = Text(shown(str(row["name"] or row["link"])))
        name.append(f"\n{shown(about, 160)}" if about else "", style="dim")
        made.add_row(row["id"][-8:], words().say(f"states.{row['state']}"), name, total)
    console().print(made)


@app.command()
@answers_errors
def pause(download_id: Id, as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """Stop a download where it is; what is there is kept."""
    _steer("pause", download_id, as_json, library)


@app.command()
@answers_errors
def resume(download_id: Id, as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """Let a paused or waiting download go on (in the running server, or with the next `serve`)."""
    _steer("resume", download_id, as_json, library)


@app.command()
@answers_errors
def cancel(download_id: Id, as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """End a download and remove its unfinished files."""
    _steer("cancel", download_id, as_json, library)


@app.command()
@answers_errors
def retry(download_id: Id, as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """Try a failed download again."""
    _steer("retry", download_id, as_json, library)


@app.command()
@answers_errors
def move(
    download_id: Id,
    position: Annotated[int, typer.Argument(min=1, help="New place in the queue, from 1.")],
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Move a download to another place in the queue."""
    with open_door({"library": library}) as door:
        _tell(door.ask("PATCH", f"/api/downloads/{_full(door, download_id)}", {"position": position}), as_json)


@app.command()
@answers_errors
def finalize(
    download_id: Id,
    fields: Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="Change a field.")] = None,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Accept a reviewed download, with changes, and place its model."""
    changes = dict(part.partition("=")[::2] for part in fields or [])
    with open_door({"library": library}) as door:
        full = _full(door, download_id)
        with door.events() as listening:
            download = door.ask("POST", f"/api/downloads/{full}/finalize", {"fields": changes})
            while download["state"] not in {"done", "failed", "quarantined", "waiting"}:
                listening.next()
                download = door.ask("GET", f"/api/downloads/{full}")
        _tell(download, as_json)


def _steer(verb: str, download_id: str, as_json: bool, library: Any) -> None:
    with open_door({"library": library}) as door:
        _tell(door.ask("POST", f"/api/downloads/{_full(door, download_id)}/{verb}"), as_json)


def _full(door: Any, start: str) -> str:
    """The whole id for its last letters, when only one download ends so."""
    if len(start) >= 26:
        return start
    found = [
        d["id"] for d in door.ask("GET", "/api/downloads", query={"limit": 500})["items"] if d["id"].endswith(start)
    ]
    return found[0] if len(found) == 1 else start


def _tell(download: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(download)
        return
    name = shown(str(download["name"] or download["link"]))
    console().print(Text.assemble((name, "bold"), f"  {words().say('states.' + download['state'])}"))
