"""`modella queue`: look at the queue and steer it."""

from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.text import Text

from modella.cli.commands import JsonOption, LibraryOption, answers_errors, console, words
from modella.cli.door import open_door
from modella.cli.find import find_download, pages, path_of, short
from modella.cli.review import changes_from
from modella.cli.screen import print_json, print_rows
from modella.core.download import FINISHED, State
from modella.core.model import EDITABLE
from modella.core.naming import shown

app = typer.Typer(no_args_is_help=True, help="Look at the queue and steer it.")
Id = Annotated[
    str, typer.Argument(metavar="ID", help="The download's id, or its last letters as `queue ls` shows them.")
]
_STUCK = {State.waiting, State.paused, State.review}
_BROKEN = {State.failed, State.quarantined}


class Answer(StrEnum):
    """What may be done with a file that the library has already."""

    skip = "skip"
    overwrite = "overwrite"
    link = "link"


@app.command("ls")
@answers_errors
def list_queue(
    everything: Annotated[bool, typer.Option("--all", help="Finished downloads too.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Show what is in the queue."""
    with open_door({"library": library}) as door:
        rows = list(pages(door, "downloads"))
    if as_json:
        print_json(rows)
        return
    line = [row for row in rows if row["state"] not in FINISHED]
    places = {row["id"]: number for number, row in enumerate(line, start=1)}
    groups = {
        words().say("cli.queue-line"): [row for row in line if row["state"] not in _STUCK],
        words().say("cli.queue-waiting"): [row for row in line if row["state"] in _STUCK],
        words().say("cli.queue-failed"): [row for row in rows if row["state"] in _BROKEN],
        words().say("cli.queue-finished"): [row for row in rows if row["state"] in FINISHED - _BROKEN],
    }
    if not everything:
        del groups[words().say("cli.queue-finished")]
    if not any(groups.values()):
        console().print(Text(words().say("cli.queue-empty"), style="dim"))
    for title, found in groups.items():
        if found:
            print_rows(console(), words(), title, found, places)


@app.command()
@answers_errors
def clear(
    quarantined: Annotated[
        bool, typer.Option("--quarantined", help="Quarantined ones too, with the bytes that were set aside.")
    ] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Take done, failed and cancelled downloads out of the history; models stay."""
    over = FINISHED if quarantined else FINISHED - {State.quarantined}
    with open_door({"library": library}) as door:
        found = [row["id"] for row in pages(door, "downloads") if row["state"] in over]
        for each in found:
            door.ask("DELETE", path_of("downloads", each))
    if as_json:
        print_json({"removed": len(found)})
    else:
        console().print(Text(words().say("cli.queue-cleared", count=len(found))))


@app.command()
@answers_errors
def answer(
    download_id: Id,
    choice: Annotated[Answer, typer.Argument(metavar="skip|overwrite|link", help="What to do with it.")],
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Say what to do with a download whose file the library has already."""
    with open_door({"library": library}) as door:
        path = path_of("downloads", find_download(door, download_id))
        _tell(door.ask("PATCH", path, {"on_duplicate": choice.value}), as_json)


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
        path = path_of("downloads", find_download(door, download_id))
        moved = door.ask("PATCH", path, {"position": position})
    about = words().say("cli.queue-moved", position=moved["position"])
    _tell(moved, as_json, about)


@app.command()
@answers_errors
def finalize(
    download_id: Id,
    fields: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help=f"Change a field: {', '.join(EDITABLE)}. Lists have commas between, nothing means none.",
        ),
    ] = None,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Accept a reviewed download, with changes, and place its model."""
    changes = changes_from(fields or [])
    with open_door({"library": library}) as door:
        full = find_download(door, download_id)
        with door.events() as listening:
            download = door.ask("POST", path_of("downloads", full, "finalize"), {"fields": changes})
            while download["state"] not in {"done", "failed", "quarantined", "waiting"}:
                listening.next()
                download = door.ask("GET", path_of("downloads", full))
        _tell(download, as_json)


def _steer(verb: str, download_id: str, as_json: bool, library: Any) -> None:
    with open_door({"library": library}) as door:
        full = find_download(door, download_id)
        before = State(door.ask("GET", path_of("downloads", full))["state"])
        told = door.ask("POST", path_of("downloads", full, verb))
    is_over = before is State.done or (before in FINISHED and verb != "retry")
    state = words().say(f"states.{before.value}").lower()
    _tell(told, as_json, words().say("cli.already", state=state) if is_over else None)


def _tell(download: dict[str, Any], as_json: bool, about: str | None = None) -> None:
    if as_json:
        print_json(download)
        return
    name = shown(str(download["name"] or download["link"]))
    said = about or words().say("states." + download["state"])
    console().print(Text.assemble((short(download["id"]), "dim"), "  ", (name, "bold"), f"  {said}"))
