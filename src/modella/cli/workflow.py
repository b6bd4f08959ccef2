"""`modella workflow`: which models a workflow names, which are missing, and where to get them."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from modella.cli.commands import JsonOption, LibraryOption, answers_errors, complaints, console, words
from modella.cli.door import Door, open_door
from modella.cli.exits import DONE, NOT_FOUND
from modella.cli.find import short
from modella.cli.pull import fetch
from modella.cli.screen import print_json
from modella.core.errors import BadContent, error
from modella.core.naming import shown
from modella.io.disk import read_ordinary
from modella.io.embedded import LARGEST_FILE

app = typer.Typer(no_args_is_help=True, help="Models that a workflow needs.")
_MARKS = {"present": ("✓", "green"), "queued": ("…", "yellow"), "missing": ("✗", "red")}


@app.callback()
def workflow() -> None:
    """Models that a workflow needs."""


@app.command("missing")
@answers_errors
def missing(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A workflow of ComfyUI, or a picture or video made with it.")
    ],
    pull: Annotated[bool, typer.Option("--pull", help="Fetch what is missing, from the best offer of each.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Show which models a workflow names, which are missing, and where to get them.

    Exit status 3 when something is missing, and with --pull when it could not be fetched for want of a sure offer.
    """
    content = read_ordinary(file, LARGEST_FILE + 1)
    if content is None:
        raise BadContent("not-a-workflow")
    if len(content) > LARGEST_FILE:
        raise BadContent("workflow-too-large", size=len(content), limit=LARGEST_FILE)
    with open_door({"library": library}) as door:
        found = door.send("/api/workflows/missing", content)
        if as_json and not pull:
            print_json(found)
        elif not as_json:
            _print(found)
        code = _pull(door, found, as_json=as_json) if pull else DONE
    raise typer.Exit(code or (NOT_FOUND if _left(found, pulled=pull) else DONE))


def _pull(door: Door, found: dict[str, Any], *, as_json: bool) -> int:
    """Fetches the best offer of everything that is missing, but no offer that only may be what is meant."""
    offers = [_best(each) for each in found["models"] if each["state"] == "missing"]
    unique = {(each["link"], each["file"]): each for each in offers if each}
    wishes = [{"url": link, "file": file, "on_duplicate": "skip"} for link, file in unique]
    return fetch(door, wishes, as_json=as_json, asks=False) if wishes else DONE


def _best(model: dict[str, Any]) -> dict[str, Any] | None:
    return next((each for each in model["offers"] if each["sureness"] != "maybe"), None)


def _left(found: dict[str, Any], *, pulled: bool) -> bool:
    """Whether something stays missing."""
    return any(each["state"] == "missing" and not (pulled and _best(each)) for each in found["models"])


def _print(found: dict[str, Any]) -> None:
    if not found["models"]:
        console().print(Text(words().say("cli.workflow-empty")))
        return
    for each in found["models"]:
        mark, style = _MARKS[each["state"]]
        line = Text.assemble((f"{mark} ", style), (shown(each["name"]), "dim" if each["idle"] else "bold"))
        console().print(line.append(f"  {each['kind'] or ''}", style="cyan"))
        console().print(Text(f"  {_where(each)}", style="dim"))
    for each in found["troubles"]:
        problem = error(each["code"], **{"source": each["source"], **each["facts"]})
        complaints().print(Text(words().sentence(problem.code, problem.facts), style="yellow"))
    console().print(Text(words().say("cli.workflow", **found["counts"]), style="bold"))
    if any(each["state"] == "missing" and _best(each) for each in found["models"]):
        console().print(Text(words().say("cli.workflow-pull"), style="dim"))


def _where(model: dict[str, Any]) -> str:
    """Where a model is, on which way it comes, or where it can be had."""
    if model["state"] == "present":
        here = model["model"]
        said = f"{short(here['id'])}  {shown(here['name'], 60)}"
        return said + (f" ({words().say('cli.workflow-other-content')})" if here["other_content"] else "")
    if model["state"] == "queued":
        return f"{short(model['download']['id'])}  {words().say('states.' + model['download']['state'])}"
    if not model["offers"]:
        return words().say("cli.workflow-nowhere")
    best = model["offers"][0]
    weight = f"  {words().size(best['size'])}" if best["size"] is not None else ""
    doubt = f" ({words().say('cli.workflow-maybe')})" if best["sureness"] == "maybe" else ""
    return f"{best['source']}  {shown(best['name'], 60)}{weight}{doubt}"
