"""`modella search`: what the sources have, with the link that fetches each."""

from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.text import Text

from modella.cli.commands import JsonOption, LibraryOption, answers_errors, complaints, console, words
from modella.cli.door import Door, open_door
from modella.cli.exits import DONE, NOT_FOUND
from modella.cli.find import check_kind
from modella.cli.screen import add_row, print_json, table
from modella.core.errors import ModellaError, NetworkTrouble, error
from modella.core.naming import shown


class At(StrEnum):
    """Where to search."""

    civitai = "civitai"
    huggingface = "huggingface"


class By(StrEnum):
    """Orders that every source knows by some word of its own."""

    downloads = "downloads"
    likes = "likes"
    newest = "newest"


@answers_errors
def search(
    text: Annotated[list[str], typer.Argument(metavar="TEXT...", help="Words to search for.")],
    source: Annotated[At | None, typer.Option("--source", help="Only there; both without.", show_default=False)] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only this kind.")] = None,
    base: Annotated[
        str | None, typer.Option("--base", help="Base model, as the source calls it: on Hugging Face org/name.")
    ] = None,
    sort: Annotated[By, typer.Option("--sort", help="Order.")] = By.downloads,
    mature: Annotated[bool, typer.Option("--mature", help="Let in what is not for everybody.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="How many of each source at most.")] = 20,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Search Civitai and Hugging Face. What a link stands for is fetched with `modella pull LINK`.

    Without --source, one that cannot be asked, or cannot be narrowed so, is told of, and the other's finds count. Exit
    status 3 when nothing is found.
    """
    check_kind(kind, None)
    asked = {"q": " ".join(text), "kind": kind, "base_models": base, "sort": sort.value, "limit": limit, "nsfw": mature}
    found: list[dict[str, Any]] = []
    with open_door({"library": library}) as door:
        problems = _gather(door, [source] if source else list(At), asked, found)
    if as_json:
        print_json(found)
    elif found:
        _print(found)
    for problem in problems:
        complaints().print(Text(words().sentence(problem.code, problem.facts), style="yellow"))
    if not found and not as_json:
        console().print(Text(words().say("cli.nothing-matches"), style="dim"))
    raise typer.Exit(DONE if found else NOT_FOUND)


def _gather(door: Door, places: list[At], asked: dict[str, Any], found: list[dict[str, Any]]) -> list[ModellaError]:
    """Takes in what the sources find; the error of the only one, or of all of them, ends the command."""
    problems: list[ModellaError] = []
    for place in places:
        try:
            page = door.ask("GET", f"/api/browse/{place.value}", query=asked)
        except ModellaError as problem:
            problems.append(problem)
            continue
        found += page["items"]
        heard = page["heard"]
        if heard["stale"]:
            problems.append(error(heard["problem"], **heard["facts"]))
    if len([each for each in problems if not isinstance(each, NetworkTrouble)]) == len(places):
        raise problems[0]
    if problems and not found and len(problems) == len(places):
        raise problems[0]
    return problems


def _print(found: list[dict[str, Any]]) -> None:
    if not console().is_terminal:
        for each in found:
            cells = (each["source"], each["name"], each["kind"] or "", _bases(each), each["link"], _state(each))
            typer.echo("\t".join(" ".join(str(cell).split()) for cell in cells))
        return
    made = table("name", "kind", "base", "downloads", "link", "state")
    for each in found:
        count = words().number(each["downloads"], 0) if each["downloads"] is not None else "–"
        add_row(
            made, shown(each["name"], 40), each["kind"] or "–", _bases(each) or "–", count, each["link"], _state(each)
        )
    console().print(made)
    console().print(Text(words().say("cli.search-pull"), style="dim"))


def _bases(card: dict[str, Any]) -> str:
    return shown(", ".join(card["base_models"][:2]), 40)


def _state(card: dict[str, Any]) -> str:
    """What is here of it, or what stands before it."""
    badge, newest = card["badge"], card["versions"][0]
    if badge["update"]:
        return words().say("cli.search-update")
    if badge["in_library"]:
        return words().say("cli.search-here")
    if badge["queued"]:
        return words().say("cli.search-queued")
    return "" if newest["access"] == "open" else words().say(f"access.{newest['access']}")
