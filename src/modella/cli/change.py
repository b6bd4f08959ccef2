"""`modella rm`, `restore`, `forget`, `mv`, `import`, `place`, `trash`: what changes where models lie."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from modella.cli.commands import JsonOption, LibraryOption, agree, answers_errors, complaints, console, size, words
from modella.cli.door import Door, open_door
from modella.cli.exits import DONE, exit_for
from modella.cli.find import find_model, path_of, short
from modella.cli.follow import follow
from modella.cli.pull import short_model
from modella.cli.screen import print_json, print_problem
from modella.core.errors import ModellaError, error
from modella.core.naming import shown

Ids = Annotated[
    list[str], typer.Argument(metavar="ID...", help="Ids, their last letters as `ls` shows them, or names.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
trash = typer.Typer(no_args_is_help=True, help="Look at the trash, and empty it.")


@answers_errors
def rm(ids: Ids, yes: Yes = False, as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """Put models into the trash, with all that belongs to them."""
    with open_door({"library": library}) as door:
        wanted = list(dict.fromkeys(find_model(door, each) for each in ids))
        going = [door.ask("GET", path_of("models", each, "files")) for each in wanted]
        if not as_json:
            _print_going(going)
        if not (yes or as_json):
            agree(words().say("cli.trash-question", count=len(going)))
        told = door.ask("POST", "/api/models/delete", {"ids": wanted})
    _end(told, as_json, [words().say("cli.trashed", name=shown(each["name"])) for each in told["done"]])


@answers_errors
def forget(ids: Ids, as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """Take models off the list; their files stay where they are."""
    done, problems, gone = [], list[dict[str, Any]](), set[str]()
    with open_door({"library": library}) as door:
        for each in dict.fromkeys(find_model(door, said) for said in ids):
            if door.ask("GET", path_of("models", each)).get("state") == "missing":
                gone.add(each)
            done.append(door.ask("POST", path_of("models", each, "forget"), {}))
    said = [
        words().say(
            "cli.forgotten-missing" if each["id"] in gone else "cli.forgotten",
            name=shown(each["name"]),
            id=short(each["id"]),
        )
        for each in done
    ]
    _end({"done": done, "problems": problems}, as_json, said)


@answers_errors
def restore(
    model: Annotated[str, typer.Argument(metavar="ID", help="Id, its last letters, or name, as `trash ls` shows it.")],
    as_new: Annotated[bool, typer.Option("--as-new", help="Beside what has its name now.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Put a model back from the trash."""
    with open_door({"library": library}) as door:
        entry = _find_entry(door, model)
        found = door.ask("POST", path_of("models", entry, "restore"), {"as_new": as_new})
    if as_json:
        print_json(short_model(found))
        return
    console().print(Text(words().say("cli.restored", name=shown(found["name"]), path=shown(str(found["path"])))))


@answers_errors
def mv(
    model: Annotated[str, typer.Argument(metavar="ID", help="A model's id, its last letters, or its name.")],
    name: Annotated[str | None, typer.Option("--name", help="Another name, for people and for its files.")] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="FOLDER",
            help="Another folder: one that is there from where you are, or begins with ./ ../ or ~, is meant from "
            "there; any other name is a folder below the library's (or the adopted one's) own.",
        ),
    ] = None,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Rename a model, or move it, with all that belongs to it."""
    if (name is None) == (to is None):
        raise typer.BadParameter(words().say("cli.move-what"), param_hint="--name")
    wish = {"name": name} if to is None else {"to": _folder_meant(to)}
    with open_door({"library": library}) as door:
        found = _finish(door, path_of("models", find_model(door, model), "move"), wish, as_json)
        roots = [] if as_json else door.ask("GET", "/api/roots")
    if as_json:
        print_json(short_model(found))
        return
    top = next((each["path"] for each in roots if each["id"] == (found.get("root") or "")), "")
    console().print(
        Text(words().say("cli.moved", name=shown(found["name"]), path=shown(str(Path(top) / found["path"]), 400)))
    )


def _folder_meant(said: str) -> str:
    """An absolute folder where somebody means one from the current folder; anything else as it is, below the root."""
    path = Path(said).expanduser() if said.strip() else Path(said)
    is_from_here = said.startswith(_FROM_HERE) or said in {".", ".."} or (bool(said.strip()) and path.is_dir())
    return os.path.normpath(path.absolute()) if is_from_here else said


_FROM_HERE = ("./", "../", "~", *((".\\", "..\\") if os.sep == "\\" else ()))


@answers_errors
def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Model files, and folders with models.")],
    move: Annotated[bool, typer.Option("--move", help="Move them into the library.")] = False,
    copy: Annotated[bool, typer.Option("--copy", help="Copy them (this is what happens by itself).")] = False,
    hardlink: Annotated[
        bool, typer.Option("--hardlink", help="Give them a second name where that is possible.")
    ] = False,
    duplicates: Annotated[bool, typer.Option("--duplicates", help="Also what the library has already.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Take files into the library: identified, hashed, named and placed by its rules."""
    chosen = [how for how, is_wanted in (("move", move), ("copy", copy), ("hardlink", hardlink)) if is_wanted]
    if len(chosen) > 1:
        raise typer.BadParameter(words().say("cli.import-how"), param_hint="--move")
    how = chosen[0] if chosen else "copy"
    wish = {"paths": [str(path.absolute()) for path in paths], "how": how, "duplicates": duplicates}
    with open_door({"library": library}) as door:
        found = _finish(door, "/api/models/import", wish, as_json)
    said = [words().say("cli.imported", name=shown(each["name"]), path=shown(each["path"])) for each in found["models"]]
    said += [words().say("cli.had-it", path=shown(each["path"]), name=shown(each["name"])) for each in found["skipped"]]
    _end(found, as_json, said)


@answers_errors
def place(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID...]", help="Only these models.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it, instead of only saying what would be done.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Show which models would lie elsewhere by the present rules, and move them with --apply."""
    with open_door({"library": library}) as door:
        wanted = [find_model(door, each) for each in ids] if ids else None
        plan = door.ask("POST", "/api/models/placement/plan", {"ids": wanted})
        if not as_json:
            _print_plan(plan)
        if not apply or not plan["moves"]:
            if as_json:
                print_json(plan)
            return
        wish = {"moves": plan["moves"]}
        found = _finish(door, "/api/models/placement/apply", wish, as_json)
    _end(found, as_json, [words().say("cli.placed", count=len(found["moved"]))])


@trash.command("ls")
@answers_errors
def list_trash(as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """Show what is in the trash."""
    with open_door({"library": library}) as door:
        found = door.ask("GET", "/api/trash")
    if as_json:
        print_json(found)
        return
    for each in found:
        line = Text(f"{short(each['id'])}  ", style="cyan").append(shown(each["name"]), style="bold")
        console().print(line.append(f"  {size(each['size'])}  {each['at'][:10]}", style="dim"))
    if not found:
        console().print(Text(words().say("cli.trash-empty"), style="dim"))


@trash.command("purge")
@answers_errors
def purge_trash(
    models: Annotated[list[str] | None, typer.Argument(metavar="[ID...]", help="Only these.")] = None,
    older_than: Annotated[
        int | None, typer.Option("--older-than", min=0, metavar="DAYS", help="Only older ones.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything.")] = False,
    yes: Yes = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Remove what is in the trash for good."""
    if not models and older_than is None and not everything:
        raise typer.BadParameter(words().say("cli.purge-what"), param_hint="ID")
    with open_door({"library": library}) as door:
        entries = [_find_entry(door, each) for each in models] if models else None
        if not (yes or as_json):
            going = _going_for_good(door, entries, older_than)
            weight = size(sum(each["size"] for each in going))
            agree(words().say("cli.purge-question", count=len(going), size=weight))
        wish = {"entries": entries, "older_than": older_than, "everything": everything}
        found = door.ask("POST", "/api/trash/purge", wish)
    if as_json:
        print_json(found)
        return
    text = words().say("cli.purged", count=len(found["purged"]), freed=size(found["freed"]))
    console().print(Text(text))
    for path in found["kept"]:
        console().print(Text(words().say("cli.purge-kept", path=shown(path)), style="yellow"))


def _going_for_good(door: Door, entries: list[str] | None, older_than: int | None) -> list[dict[str, Any]]:
    """What a purge would remove; what was forgotten goes only when it is named."""
    before = datetime.now(UTC) - timedelta(days=older_than) if older_than is not None else None
    return [
        each
        for each in door.ask("GET", "/api/trash")
        if (each["entry"] in entries if entries is not None else each["why"] != "forgotten")
        and (before is None or datetime.fromisoformat(each["at"]) < before)
    ]


def _find_entry(door: Door, said: str) -> str:
    """The entry of the trash that is meant: by its name, its model's id, the end of it, or the model's name."""
    found = door.ask("GET", "/api/trash")
    for fits in (
        lambda each: said in (each["entry"], each["id"]),
        lambda each: each["name"].casefold() == said.strip().casefold(),
        lambda each: len(said) >= 4 and each["id"].endswith(said.strip().lower()),
    ):
        hits = [each for each in found if fits(each)]
        if hits:
            return str(hits[0]["entry"])
    return said


def _print_going(going: list[dict[str, Any]]) -> None:
    for model in going:
        console().print(Text.assemble((shown(model["name"]), "bold"), (f"  {size(model['size'])}", "dim")))
        for file in model["files"]:
            console().print(Text(f"  {shown(file['name'])}  {size(file['size'])}", style="dim"))


def _print_plan(plan: dict[str, Any]) -> None:
    for each in plan["moves"]:
        console().print(Text(shown(each["name"]), style="bold"))
        console().print(Text(f"  {shown(each['from'])} → {shown(each['to'])}"))
        console().print(Text(f"  {shown(each['rule'])}", style="dim"))
    console().print(Text(words().say("cli.plan", moves=len(plan["moves"]), stays=len(plan["stays"])), style="dim"))


def _end(told: dict[str, Any], as_json: bool, said: list[str]) -> None:
    """Says what was done and what could not be, and ends with the status of the first problem."""
    problems: list[ModellaError] = [error(each["code"], **each.get("context", {})) for each in told["problems"]]
    if as_json:
        print_json(told)
    else:
        for line in said:
            console().print(Text(line))
        for problem in problems:
            print_problem(complaints(), words(), problem)
    raise typer.Exit(exit_for(problems[0]) if problems else DONE)


def _finish(door: Door, path: str, wish: dict[str, Any], as_json: bool) -> dict[str, Any]:
    """The result of a task that is asked for."""
    told = door.ask("POST", path, wish)
    return follow(door, told["task"] if "plan" in told else told, complaints(), quietly=as_json)


COMMANDS = (rm, restore, forget, mv, place)
