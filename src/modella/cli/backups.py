"""`modella backup`, `modella backups`, `modella restore-backup`: what only we know, kept in one file and put back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.text import Text

from modella.cli.commands import JsonOption, LibraryOption, answers_errors, complaints, console, size, words
from modella.cli.door import open_door
from modella.cli.exits import DONE, FAILED
from modella.cli.follow import follow
from modella.cli.screen import add_row, print_json, table
from modella.core.naming import shown

app = typer.Typer(no_args_is_help=True, help="Backups that there are.")
_MOST_LINES = 200


@answers_errors
def backup(as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """Keep the queue, the settings and every record of models in one file; no keys, no model files."""
    with open_door({"library": library}) as door:
        made = follow(door, door.ask("POST", "/api/backups", {}), complaints(), quietly=as_json)
    if as_json:
        print_json(made)
        return
    say, count = words().say, (made.get("about") or {}).get("models", 0)
    console().print(Text(say("backups.made", path=made["path"])))
    console().print(Text(f"{say('backups.holds', count=count)}, {size(made['size'])}", style="dim"))


@app.command("ls")
@answers_errors
def list_all(as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """List the backups, the newest first."""
    with open_door({"library": library}) as door:
        found = door.ask("GET", "/api/backups")
    if as_json:
        print_json(found)
    elif not found:
        console().print(Text(words().say("backups.none")))
    else:
        made = table("name", "made", "size", "models")
        for each in found:
            models = str((each["about"] or {}).get("models", "?"))
            add_row(made, each["name"], each["made_at"][:16].replace("T", " "), size(each["size"]), models)
        console().print(made)


@app.command("rm")
@answers_errors
def remove(name: Annotated[str, typer.Argument()], library: LibraryOption = None) -> None:
    """Remove a backup."""
    with open_door({"library": library}) as door:
        door.ask("DELETE", f"/api/backups/{quote(name, safe='')}")
    console().print(Text(words().say("backups.removed", name=shown(name))))


@answers_errors
def restore_backup(
    file: Annotated[str, typer.Argument(help="A file, or the name of a backup.")],
    plan: Annotated[bool, typer.Option("--plan", help="Only tell what would be done.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Put records back also for models whose folder is gone.")
    ] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Put records back from a backup: what is missing or older; nothing newer is touched."""
    path = Path(file).expanduser()
    named = str(path.absolute()) if path.exists() or "/" in file else file
    wish = {"file": named, "plan": plan, "everything": everything}
    with open_door({"library": library}) as door:
        told = door.ask("POST", "/api/backups/restore", wish)
        result = follow(door, told["task"], complaints(), quietly=as_json) if told["task"] else None
    if as_json:
        print_json(result if result is not None else told["plan"])
    else:
        _print(told["plan"], result)
    raise typer.Exit(FAILED if result and result["problems"] else DONE)


def _print(plan: Mapping[str, Any], result: Mapping[str, Any] | None) -> None:
    out, say = console(), words().say
    if not plan["same_library"]:
        out.print(Text(say("backups.other-library"), style="yellow"))
    if result is None:
        for each in plan["returns"][:_MOST_LINES]:
            out.print(Text(f"  {shown(each['path'], 200)} ({say('backups.why.' + each['why'])})"))
    for each in plan["leaves"][:_MOST_LINES]:
        out.print(Text(f"  {shown(each['path'], 200)} {say('backups.left.' + each['why'])}", style="dim"))
    for each in (result or {}).get("problems", ()):
        out.print(Text(f"  {shown(each['path'], 200)}: {words().sentence(each['code'], each['context'])}", style="red"))
    key, count = ("backups.would-return", len(plan["returns"])) if result is None else ("backups.returned", 0)
    out.print(Text(say(key, count=count if result is None else result["returned"])))
    out.print(Text(say("backups.same", count=plan["same"]), style="dim"))
