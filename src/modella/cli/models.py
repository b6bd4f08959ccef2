"""`modella ls`, `show`, `verify`, `identify`: what is in the library, and what a file is."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from modella.cli.commands import JsonOption, LibraryOption, answers_errors, console, words
from modella.cli.door import open_door
from modella.cli.exits import DONE
from modella.cli.pull import short_model
from modella.cli.screen import print_json, table
from modella.core.errors import NotFound
from modella.core.identity import identify as identity_of
from modella.core.naming import shown
from modella.core.words import size
from modella.io.headers import read_header
from modella.io.packaged import load_rules

_MISMATCH = 5


@answers_errors
def ls(
    query: Annotated[str, typer.Argument(help="Words that must all occur.")] = "",
    kind: Annotated[str | None, typer.Option("--kind", help="Only this kind.")] = None,
    family: Annotated[str | None, typer.Option("--family", help="Only this family.")] = None,
    base: Annotated[str | None, typer.Option("--base", help="Base model, as the source calls it.")] = None,
    sort: Annotated[str, typer.Option("--sort", metavar="added|name|size|updated", help="Order.")] = "added",
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="How many at most.")] = 100,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """List the models of the library."""
    asked = {"q": query, "kind": kind, "family": family, "base_model": base, "sort": sort, "limit": limit}
    with open_door({"library": library}) as door:
        page = door.ask("GET", "/api/models", query=asked)
    if as_json:
        print_json([short_model(item) for item in page["items"]])
        return
    if not page["items"]:
        console().print(Text(words().say("cli.no-models"), style="dim"))
        return
    made = table("name", "kind", "family", "base", "size", "id")
    for item in page["items"]:
        weight = size(sum(file["size"] for file in item["files"]))
        made.add_row(
            shown(item["name"], 60),
            item["kind"],
            item.get("family") or "–",
            item.get("base_model") or "–",
            weight,
            item["id"],
        )
    console().print(made)


@answers_errors
def show(
    model_id: Annotated[str, typer.Argument(metavar="ID")], as_json: JsonOption = False, library: LibraryOption = None
) -> None:
    """Show everything about one model."""
    with open_door({"library": library}) as door:
        model = door.ask("GET", f"/api/models/{model_id}")
    if as_json:
        print_json(model)
        return
    out = console()
    out.print(Text(shown(model["name"]), style="bold"))
    for name in ("version", "kind", "family", "base_model", "creator", "path", "added_at"):
        if model.get(name):
            out.print(Text.assemble((f"  {name:<12}", "dim"), shown(str(model[name]))))
    for name in ("trained_words", "tags", "conflicts"):
        if model.get(name):
            out.print(Text.assemble((f"  {name:<12}", "dim"), shown(", ".join(model[name]), 400)))
    for file in model["files"]:
        trust = words().say(f"trust.{file['verified']['state']}")
        out.print(Text.assemble((f"  {'file':<12}", "dim"), f"{file['name']}  {size(file['size'])}  {trust}"))
        out.print(Text(f"  {'':<12}{file.get('sha256') or ''}", style="dim"))


@answers_errors
def verify(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID...]")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every model of the library.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Hash the files of models again and compare; nothing is deleted."""
    results = []
    with open_door({"library": library}) as door:
        for each in _all_ids(door) if everything else ids or []:
            found = door.ask("POST", f"/api/models/{each}/verify")
            results.append(found)
            if not as_json:
                _print_verified(found)
    if as_json:
        print_json(results)
    raise typer.Exit(DONE if all(result["ok"] for result in results) else _MISMATCH)


@answers_errors
def identify(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Model files; only their headers are read.")],
    as_json: JsonOption = False,
) -> None:
    """Say what files are, from their bytes."""
    rows = [_identified(path) for path in files]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        line = Text.assemble(
            (Path(row["file"]).name, "bold"), f"  {row['kind']}", (f"  {row['family'] or '–'}", "cyan")
        )
        console().print(line.append(f"  {row['format']} {row['precision'] or ''}", style="dim"))
        for reason in row["reasons"][:4]:
            console().print(Text(f"  {shown(reason)}", style="dim"))


def _identified(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise NotFound("no-such-path", path=str(path))
    found = identity_of(read_header(path), load_rules())
    return {
        "file": str(path),
        "kind": found.kind.value,
        "family": found.family,
        "base_model": found.text.get("base_model"),
        "format": found.format,
        "precision": found.precision,
        "variant": found.variant,
        "also": list(found.also),
        "conflicts": list(found.conflicts),
        "reasons": list(found.reasons),
    }


def _all_ids(door: Any) -> list[str]:
    ids: list[str] = []
    cursor = None
    while True:
        page = door.ask("GET", "/api/models", query={"limit": 500, "cursor": cursor})
        ids += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return ids


def _print_verified(found: dict[str, Any]) -> None:
    mark, style = ("✓", "green") if found["ok"] else ("✗", "red")
    console().print(Text.assemble((f"{mark} ", style), (shown(str(found["name"])), "bold")))
    for file in found["files"]:
        said = words().say(f"trust.{file['state']}")
        console().print(Text(f"  {file['name']}  {said}", style="dim" if found["ok"] else "red"))
