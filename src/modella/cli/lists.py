"""`modella lists`: named collections of models."""

from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.text import Text

from modella.cli.commands import JsonOption, LibraryOption, agree, answers_errors, console, words
from modella.cli.door import Door, open_door
from modella.cli.find import find_model, short
from modella.cli.screen import add_row, print_json, table
from modella.core.errors import NotFound
from modella.core.naming import shown
from modella.core.words import size

app = typer.Typer(no_args_is_help=True, help="Named collections of models.")
_SHORTEST = 4
"""Letters at the end of an id that are enough to mean it."""


@app.command("ls")
@answers_errors
def list_lists(
    name: Annotated[str | None, typer.Argument(metavar="[LIST]", help="A list, to show what is in it.")] = None,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Show the lists, or what is in one."""
    with open_door({"library": library}) as door:
        found = door.ask("GET", _path(name) if name is not None else "/api/lists")
    if as_json:
        print_json(found)
    elif name is not None:
        for each in found["entries"]:
            style = "none" if each["present"] else "dim"
            console().print(Text(f"{short(each['id'])}  {shown(each['name'])}", style=style))
    elif not found:
        console().print(Text(words().say("cli.no-lists")))
    else:
        made = table("name", "models", "size")
        for each in found:
            add_row(made, shown(each["name"]), f"{each['count']:,}", size(each["bytes"]))
        console().print(made)


@app.command("add")
@answers_errors
def add_to_list(
    name: Annotated[str, typer.Argument(metavar="LIST", help="The list; it is made where there is none.")],
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID...]", help="Models: ids, their last letters, or names.")
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help="What to note of the list.")] = None,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Make a list, or add models to one."""
    with open_door({"library": library}) as door:
        wanted = list(dict.fromkeys(find_model(door, each) for each in ids or []))
        told = door.ask("PUT", _path(name), {"ids": wanted} | ({"note": note} if note is not None else {}))
    _end(told, as_json, "cli.list-added")


@app.command("rm")
@answers_errors
def remove_from_list(
    name: Annotated[str, typer.Argument(metavar="LIST", help="The list.")],
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID...]", help="What to take out of it; nothing means the list itself."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Take models out of a list, or the whole list away; the models stay."""
    with open_door({"library": library}) as door:
        found = door.ask("GET", _path(name))
        if ids:
            wanted = list(dict.fromkeys(_meant(door, found, each) for each in ids))
            _end(door.ask("POST", f"{_path(name)}/remove", {"ids": wanted}), as_json, "cli.list-removed")
            return
        if not (yes or as_json):
            agree(words().say("cli.list-question", name=shown(found["name"])))
        door.ask("DELETE", _path(name))
    if as_json:
        print_json({"name": found["name"]})
    else:
        console().print(Text(words().say("cli.list-gone", name=shown(found["name"]))))


def _meant(door: Door, found: dict[str, Any], said: str) -> str:
    """An entry of the list, which need not be in the library any more."""
    ids = [each["id"] for each in found["entries"] if said in (each["id"], each["name"])]
    ids = ids or [each["id"] for each in found["entries"] if len(said) >= _SHORTEST and each["id"].endswith(said)]
    if len(ids) == 1:
        return str(ids[0])
    return find_model(door, said)


def _path(name: str) -> str:
    if not name.strip():
        raise NotFound("unknown-id", id='""')
    return f"/api/lists/{quote(name, safe='')}"


def _end(told: dict[str, Any], as_json: bool, key: str) -> None:
    if as_json:
        print_json(told)
        return
    console().print(Text(words().say(key, count=told["changed"], name=shown(told["name"]), all=told["count"])))
