"""`modella duplicates`: what lies there twice, and having the room back."""

from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.text import Text

from modella.cli.commands import JsonOption, LibraryOption, agree, answers_errors, complaints, console, size, words
from modella.cli.door import Door, open_door
from modella.cli.exits import DONE, FAILED
from modella.cli.facts import when
from modella.cli.follow import follow
from modella.cli.screen import print_json
from modella.core.naming import shown


class How(StrEnum):
    """What is done with the copies that are too many."""

    hardlink = "hardlink"
    reflink = "reflink"
    keep_one = "keep-one"


_HOW = (
    "Have the room back: hardlink makes all names lead to one file (a change to one is a change to all); reflink lets "
    "copies share their room until one is changed (where the disk can do that); keep-one keeps one model and puts the "
    "others into the trash."
)


@answers_errors
def duplicates(
    how: Annotated[How | None, typer.Option("--reclaim", help=_HOW)] = None,
    undo: Annotated[
        str | None,
        typer.Option("--undo", metavar="ID", help="Undo what was reclaimed; without options, the ids are listed."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Show content that lies in several places, and reclaim its room."""
    if how is not None and undo is not None:
        raise typer.BadParameter(words().say("cli.reclaim-or-undo"), param_hint="--undo")
    with open_door({"library": library}) as door:
        if undo is not None:
            found = _finish(door, "/api/duplicates/undo", {"id": undo}, as_json)
            _end(found, as_json, words().say("cli.undone", count=len(found["undone"])))
        if how is None:
            _print_report(door.ask("GET", "/api/duplicates"), as_json)
            return
        plan = door.ask("POST", "/api/duplicates/reclaim", {"how": how.value, "plan": True})["plan"]
        if not as_json:
            _print_plan(plan)
        if as_json and not yes:
            print_json({"plan": plan})
            return
        if not plan["actions"]:
            _end({"plan": plan, "done": [], "problems": []}, as_json, words().say("cli.nothing-to-reclaim"))
        if not yes:
            agree(words().say("cli.reclaim-question", count=len(plan["actions"])))
        found = _finish(door, "/api/duplicates/reclaim", {"how": how.value}, as_json)
    said = words().say("cli.reclaimed", count=len(found["done"]), won=size(found["bytes"]), id=str(found["id"]))
    _end(found, as_json, said)


def _print_report(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    for group in found["groups"]:
        console().print(Text.assemble((size(group["bytes"]), "bold"), (f"  {group['sha256'][:10]}", "dim")))
        for file in group["files"]:
            mark = "✓" if file["keep"] else "=" if file["shared"] else " "
            console().print(Text(f"  {mark} {shown(file['path'])}", style="none" if file["keep"] else "dim"))
    for each in found.get("reclaimed") or []:
        facts = {"at": when(each["at"]), "won": size(each["bytes"]), "how": each["how"], "id": each["id"]}
        console().print(Text(words().say("cli.can-undo", count=len(each["items"]), **facts), style="dim"))
    count = len(found["groups"])
    console().print(Text(words().say("cli.duplicates", count=count, won=size(found["bytes"])), style="dim"))


def _print_plan(plan: dict[str, Any]) -> None:
    for each in plan["actions"]:
        console().print(Text(shown(each["path"]), style="bold").append(f"  {size(each['size'])}", style="dim"))
        console().print(Text(f"  = {shown(each['keep'])}", style="dim"))
    for each in plan["left"]:
        console().print(Text(f"{shown(each['path'])}  {each['why']}", style="dim"))


def _end(found: dict[str, Any], as_json: bool, said: str) -> None:
    if as_json:
        print_json(found)
    else:
        console().print(Text(said))
        for each in found["problems"]:
            console().print(Text(f"✗ {shown(each['path'])}  {each['code']}", style="red"))
    raise typer.Exit(FAILED if found["problems"] else DONE)


def _finish(door: Door, path: str, wish: dict[str, Any], as_json: bool) -> dict[str, Any]:
    """The result of a task that is asked for."""
    told = door.ask("POST", path, wish)
    return follow(door, told["task"] if "plan" in told else told, complaints(), quietly=as_json)
