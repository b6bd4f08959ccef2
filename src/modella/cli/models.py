"""`modella ls`, `show`, `verify`, `identify`: what is in the library, and what a file is."""

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from modella.cli.commands import (
    JsonOption,
    LibraryOption,
    answers_errors,
    as_error,
    complaints,
    console,
    size,
    words,
)
from modella.cli.door import Door, open_door
from modella.cli.exits import DONE, exit_for
from modella.cli.facts import facts_of, mark_of, trust_of
from modella.cli.find import check_kind, find_model, path_of, short
from modella.cli.follow import follow
from modella.cli.pull import short_model
from modella.cli.screen import add_row, print_json, print_problem, table
from modella.core.errors import BadLink, ModellaError, NotFound
from modella.core.identity import identify as identity_of
from modella.core.naming import shown
from modella.core.query import SORTS
from modella.io.headers import read_folder, read_header
from modella.io.packaged import load_rules

_MISMATCH = 5
_ROOM_FOR = {"base": 100, "size": 70}
"""Columns of `ls` that only a terminal of this width shows: the name comes first."""

ModelId = Annotated[
    str, typer.Argument(metavar="ID", help="A model's id, its last letters as `ls` shows them, or its name.")
]


@answers_errors
def ls(
    query: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[QUERY...]",
            help="Words that must all occur, -words that must not, and rules such as kind:lora -tag:photo.",
        ),
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only this kind.")] = None,
    family: Annotated[str | None, typer.Option("--family", help="Only this family.")] = None,
    base: Annotated[str | None, typer.Option("--base", help="Base model, as the source calls it.")] = None,
    in_list: Annotated[str | None, typer.Option("--list", metavar="LIST", help="Only what is in this list.")] = None,
    sort: Annotated[str, typer.Option("--sort", metavar="|".join(SORTS), help="Order.")] = "added",
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="How many at most.")] = 100,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """List the models of the library.

    Where no terminal reads, each is a line with tabs between: name, kind, family, base model, bytes, id, what is wrong.
    """
    check_kind(kind, family)
    text = _query_of(query or [])
    asked: dict[str, Any] = {"q": text, "kind": kind, "family": family, "base_model": base, "list": in_list}
    asked |= {"sort": sort, "limit": limit}
    with open_door({"library": library}) as door:
        page = door.ask("GET", "/api/models", query=asked)
    if as_json:
        print_json([short_model(item) for item in page["items"]])
        return
    if not page["items"]:
        is_filtered = text or kind or family or base or in_list
        console().print(Text(words().say("cli.nothing-matches" if is_filtered else "cli.no-models"), style="dim"))
        return
    _print_meant(page["meant"])
    if console().is_terminal:
        _print_table(page["items"])
    else:
        _print_lines(page["items"])
    if page["total"] > len(page["items"]):
        some = words().say("cli.some-of", count=len(page["items"]), total=page["total"])
        _aside().print(Text(some, style="dim"))


def _aside() -> Console:
    """Where it is told what is no model: not between the lines that a program reads."""
    return console() if console().is_terminal else complaints()


def _print_table(items: list[dict[str, Any]]) -> None:
    out = console()
    marks = {item["id"]: mark_of(item) for item in items}
    columns = [name for name in ("name", "kind", "family", "base", "size", "id") if out.width >= _ROOM_FOR.get(name, 0)]
    columns += ["state"] if any(marks.values()) else []
    made = table(*columns)
    for item in items:
        row = {
            "name": shown(item["name"], 60),
            "kind": item["kind"],
            "family": item.get("family") or "–",
            "base": item.get("base_model") or "–",
            "size": size(item["size"]),
            "id": short(item["id"]),
            "state": marks[item["id"]],
        }
        add_row(made, *(row[name] for name in columns))
    out.print(made)


def _print_lines(items: list[dict[str, Any]]) -> None:
    """For programs without JSON: full values, nothing is cut, folded or filled."""
    for item in items:
        told = [item["name"], item["kind"], item.get("family"), item.get("base_model"), item["size"], item["id"]]
        typer.echo("\t".join(shown(str(each or ""), 2000) for each in (*told, mark_of(item))))


def _query_of(parts: list[str]) -> str:
    """The words of a query in one line; what begins with two minus signs is a slip in the name of an option."""
    for part in parts:
        if part.startswith("--"):
            name = part.partition("=")[0]
            near = get_close_matches(name, _OPTIONS, 1)
            reason = words().say("cli.option-meant", known=near[0]) if near else words().say("cli.no-option")
            raise typer.BadParameter(reason, param_hint=shown(name, 40))
    return " ".join(parts)


_OPTIONS = ("--kind", "--family", "--base", "--sort", "--limit", "--json", "--library", "--help")


def _print_meant(meant: dict[str, str]) -> None:
    """Says which words were taken for slips."""
    for typed, known in meant.items():
        _aside().print(Text(words().say("cli.meant", typed=shown(typed), known=shown(known)), style="yellow"))


@answers_errors
def show(model_id: ModelId, as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """Show everything about one model."""
    with open_door({"library": library}) as door:
        model = door.ask("GET", path_of("models", find_model(door, model_id)))
    if as_json:
        print_json(model)
        return
    out = console()
    out.print(Text(shown(model["name"]), style="bold"))
    for name, value in facts_of(model):
        out.print(Text.assemble((f"  {name:<14}", "dim"), shown(value, 400)))
    for file in model["files"]:
        trust = trust_of(model, file)
        out.print(Text.assemble((f"  {'file':<14}", "dim"), f"{shown(file['name'])}  {size(file['size'])}  {trust}"))
        out.print(Text(f"  {'':<14}{file.get('sha256') or ''}", style="dim"))


@answers_errors
def verify(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID...]", help="Ids, their last letters, or names.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every model of the library.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Hash the files of models again and compare; nothing is deleted."""
    if not ids and not everything:
        raise typer.BadParameter(words().say("cli.verify-what"), param_hint="ID")
    with open_door({"library": library}) as door:
        if everything:
            _verify_all(door, as_json)
        results = []
        for each in [find_model(door, each) for each in ids or []]:
            results.append(door.ask("POST", path_of("models", each, "verify")))
            if not as_json:
                _print_verified(results[-1])
    if as_json:
        print_json(results)
    raise typer.Exit(DONE if all(result["ok"] for result in results) else _MISMATCH)


def _verify_all(door: Door, as_json: bool) -> NoReturn:
    task = door.ask("POST", "/api/models/verify", {})
    found = follow(door, task, complaints(), quietly=as_json)
    if as_json:
        print_json(found)
    else:
        for each in found["bad"]:
            _print_verified(each)
        console().print(Text(words().say("cli.verified", fine=found["fine"], count=found["models"])))
    raise typer.Exit(DONE if found["fine"] == found["models"] else _MISMATCH)


@answers_errors
def identify(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Model files, or folders that are one model; only headers are read."),
    ],
    as_json: JsonOption = False,
) -> None:
    """Say what files are, from their bytes."""
    rows: list[dict[str, Any]] = []
    problems: list[ModellaError] = []
    for path in files:
        try:
            rows.append(_identified(path))
        except (ModellaError, OSError) as found:
            problems.append(as_error(found))
            rows.append({"file": str(path), **words().explain(problems[-1])})
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            if "kind" in row:
                _print_identified(row)
        for problem in problems:
            print_problem(complaints(), words(), problem)
    raise typer.Exit(exit_for(problems[0]) if problems else DONE)


def _print_identified(row: dict[str, Any]) -> None:
    line = Text.assemble(
        (shown(Path(row["file"]).name), "bold"), f"  {row['kind']}", (f"  {row['family'] or '–'}", "cyan")
    )
    console().print(line.append(f"  {row['format']} {row['precision'] or ''}", style="dim"))
    for reason in row["reasons"][:4]:
        console().print(Text(f"  {shown(reason)}", style="dim"))


def _identified(path: Path) -> dict[str, Any]:
    if not path.is_file() and not path.is_dir():
        raise NotFound("no-such-path", path=str(path))
    header = read_folder(path) if path.is_dir() else read_header(path)
    if header is None:
        raise BadLink("not-one-model", path=str(path))
    found = identity_of(header, load_rules())
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


def _print_verified(found: dict[str, Any]) -> None:
    mark, style = ("✓", "green") if found["ok"] else ("✗", "red")
    console().print(Text.assemble((f"{mark} ", style), (shown(str(found["name"])), "bold")))
    for file in found["files"]:
        said = words().say(f"trust.{file['state']}")
        console().print(Text(f"  {file['name']}  {said}", style="dim" if found["ok"] else "red"))
    if found.get("problem"):
        console().print(Text(f"  {shown(found['problem'])}", style="red"))
    if not found["ok"] and found.get("url"):
        console().print(Text("  " + words().say("cli.repair", url=found["url"]), style="cyan"))
