"""`modella scan`, `adopt`, `roots`, `rebuild`, `doctor`: what lies where, and whether all is well."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from modella.cli.commands import JsonOption, LibraryOption, answers_errors, complaints, console, size, words
from modella.cli.door import open_door
from modella.cli.exits import DONE, FAILED
from modella.cli.follow import follow
from modella.cli.screen import add_row, print_json, table
from modella.core.errors import BadLink
from modella.core.naming import shown

app = typer.Typer(no_args_is_help=True, help="The folders that are looked after.")
_COUNTS = ("seen", "added", "changed", "moved", "missing", "seconds")
_WHEN_THERE = ("unreachable", "unsettled", "problems")
_STYLES = {"fine": ("✓", "green"), "note": ("·", "cyan"), "warning": ("!", "yellow"), "problem": ("✗", "red")}
_SHOWN = 8


@answers_errors
def scan(
    folders: Annotated[
        list[str] | None, typer.Argument(metavar="[FOLDER...]", help="Folders to scan; none means everything known.")
    ] = None,
    with_hashes: Annotated[bool, typer.Option("--hash", help="Wait for the hashes too.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Find the models in folders, where they are; a new folder is looked after from then on."""
    wish = {"folders": [_folder(each) for each in folders or []], "hash": with_hashes}
    with open_door({"library": library}) as door:
        found = follow(door, door.ask("POST", "/api/models/scan", wish), complaints(), quietly=as_json)
    _print_scan(found, as_json)


@answers_errors
def adopt(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="A folder with models; nothing in it is moved.")],
    central: Annotated[
        bool, typer.Option("--central", help="Keep Modella's records in the library, not beside the files.")
    ] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Look after a folder where it is: nothing in it is moved or changed."""
    wish = {"folder": _folder(folder), "central": central}
    with open_door({"library": library}) as door:
        told = door.ask("POST", "/api/models/adopt", wish)
        found = follow(door, told["task"], complaints(), quietly=as_json)
    _print_scan(found, as_json)


def _folder(said: str) -> str:
    """A folder that is named, counted from the current one; BadLink("bad-value") for nothing, and for a file."""
    path = Path(said).expanduser().absolute()
    if not said.strip() or path.is_file():
        reason = words().say("cli.not-a-folder" if said.strip() else "cli.no-folder-named")
        raise BadLink("bad-value", name="FOLDER", value=said or '""', reason=reason)
    return str(path)


@app.command("ls")
@answers_errors
def list_roots(as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """Show the folders that are looked after."""
    with open_door({"library": library}) as door:
        found = door.ask("GET", "/api/roots")
    if as_json:
        print_json(found)
        return
    made = table("name", "models", "state", "id")
    for root in found:
        state = words().say("cli.online" if root["online"] else "cli.offline")
        add_row(made, shown(root["path"]), str(root["models"]), state, root["id"] or "–")
    console().print(made)


@app.command("rm")
@answers_errors
def remove_root(
    root: Annotated[str, typer.Argument(metavar="ID|FOLDER", help="The folder, or its id as `roots ls` shows it.")],
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Stop looking after a folder; its files stay as they are."""
    with open_door({"library": library}) as door:
        wanted = str(Path(root).expanduser().absolute())
        known = {each["path"]: each["id"] for each in door.ask("GET", "/api/roots") if each["id"]}
        found = door.ask("DELETE", f"/api/roots/{known.get(wanted, root)}")
    if as_json:
        print_json(found)
    else:
        console().print(Text(words().say("cli.root-gone", path=found["path"])))


@answers_errors
def rebuild(as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """Make the index anew from the files; they and everything typed stay as they are."""
    with open_door({"library": library}) as door:
        found = follow(door, door.ask("POST", "/api/models/rebuild", {}), complaints(), quietly=as_json)
    _print_scan(found, as_json)


@answers_errors
def doctor(as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """Look for what is wrong with the library, its drives and this machine, and say what to do."""
    with open_door({"library": library}) as door:
        found = door.ask("GET", "/api/doctor")
    told = [{**each, **_said(each)} for each in found]
    if as_json:
        print_json(told)
    else:
        for each in told:
            _print_finding(each)
    raise typer.Exit(FAILED if any(each["level"] == "problem" for each in found) else DONE)


def _said(finding: dict[str, Any]) -> dict[str, str]:
    facts = {name: _readable(name, value) for name, value in finding["facts"].items()}
    said = words().say(f"doctor.{finding['check']}.sentence", **facts)
    hint = words().say(f"doctor.{finding['check']}.hint", **facts) if finding["level"] != "fine" else ""
    return {"sentence": said, "hint": hint}


def _readable(name: str, value: Any) -> Any:
    if name in {"free", "total", "size"}:
        return size(value)
    return words().number(value) if isinstance(value, int) and name != "count" else value


def _print_finding(finding: dict[str, Any]) -> None:
    mark, style = _STYLES[finding["level"]]
    out = console()
    out.print(Text.assemble((f"{mark} ", style), finding["sentence"]))
    for name in finding["facts"].get("names", [])[:_SHOWN]:
        out.print(Text(f"    {shown(name)}", style="dim"))
    if finding["hint"]:
        out.print(Text(f"  {finding['hint']}", style="dim"))


def _print_scan(found: dict[str, Any], as_json: bool) -> None:
    imported = found.get("imported") or {}
    if as_json:
        kept = {name: found.get(name, 0) for name in _COUNTS}
        told = {name: found[name] for name in _WHEN_THERE if found.get(name)}
        print_json(kept | told | ({"imported": imported} if imported.get("files") else {}))
        return
    out = console()
    counts = {name: found.get(name, 0) for name in (*_COUNTS, "unreachable", "unsettled")}
    out.print(Text.assemble(("✓ ", "green"), (words().say("cli.scanned", count=counts["seen"], **counts), "bold")))
    parts = [name for name in ("added", "changed", "moved", "missing", "unreachable", "unsettled") if counts[name]]
    if parts:
        out.print(Text("  " + " · ".join(words().say(f"scan.{name}", count=counts[name]) for name in parts)))
    if imported.get("files"):
        out.print(
            Text(
                "  " + words().say("scan.imported", **{k: words().number(v) for k, v in imported.items()}), style="cyan"
            )
        )
    for problem in found.get("problems", [])[:_SHOWN]:
        out.print(Text(f"  {shown(problem)}", style="yellow"))
