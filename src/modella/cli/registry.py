"""`modella edit`, `history`, `match`, `refresh`, `related`: what is said of models, and whose they are."""

from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.text import Text

from modella.cli.commands import JsonOption, LibraryOption, answers_errors, complaints, console, words
from modella.cli.door import Door, open_door
from modella.cli.exits import DONE, exit_for
from modella.cli.facts import found_by, when, yes_or_no
from modella.cli.find import find_model, path_of, short
from modella.cli.follow import follow
from modella.cli.models import ModelId
from modella.cli.review import changes_from
from modella.cli.screen import print_json
from modella.core.errors import error
from modella.core.model import EDITABLE
from modella.core.naming import shown

Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Ids, their last letters, or names.")]
_FIELDS = ", ".join(EDITABLE)


@answers_errors
def edit(
    ids: Ids,
    fields: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help=f"Set a field: {_FIELDS}. Lists have commas between."),
    ] = None,
    reset: Annotated[
        list[str] | None, typer.Option("--reset", metavar="FIELD", help="Take your word on a field back.")
    ] = None,
    add_tag: Annotated[list[str] | None, typer.Option("--add-tag", metavar="TAG", help="One tag more.")] = None,
    remove_tag: Annotated[list[str] | None, typer.Option("--remove-tag", metavar="TAG", help="One tag less.")] = None,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Change what you say of models; what their sources say is kept beside it."""
    values = changes_from(fields or [])
    changes = {"set": values, "reset": reset, "add_tags": add_tag, "remove_tags": remove_tag}
    wish = {name: value for name, value in changes.items() if value}
    if not wish:
        raise typer.BadParameter(words().say("cli.edit-what"), param_hint="--set")
    with open_door({"library": library}) as door:
        found = [find_model(door, each) for each in ids]
        if len(found) > 1:
            _tell_many(door.ask("POST", "/api/models/edit", {"ids": found, **wish}), as_json)
            return
        model = door.ask("PATCH", path_of("models", found[0]), wish)
    if as_json:
        print_json(model)
        return
    _say("edited", name=model["name"])
    for name in [*values, *(reset or []), *(["tags"] if add_tag or remove_tag else [])]:
        _print_field(model, name)


@answers_errors
def history(
    model_id: ModelId,
    restore: Annotated[
        str | None, typer.Option("--restore", metavar="ENTRY", help="Go back to this version; the present one is kept.")
    ] = None,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Show earlier versions of what is known of a model, and how they differ from now."""
    with open_door({"library": library}) as door:
        model = find_model(door, model_id)
        if restore is not None:
            told = door.ask("POST", path_of("models", model, f"history/{quote(restore, safe='')}/restore"))
        else:
            told = door.ask("GET", path_of("models", model, "history"))
    if as_json:
        print_json(told)
    elif restore is not None:
        _say("restored", name=told["name"])
    else:
        _print_history(told)


@answers_errors
def match(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID...]", help="Ids, their last letters, or names; none means all.")
    ] = None,
    link: Annotated[str | None, typer.Option("--link", metavar="URL", help="It is what this link leads to.")] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="With --link: though hash or size differ.")] = False,
    never: Annotated[
        str | None, typer.Option("--never", metavar="SOURCE", help="It is never from here: a source, or SOURCE:MODEL.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="With --never: take that back.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also what was looked up lately in vain.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Find out where models are from: by their hashes, or by a link that you give."""
    if link and never:
        raise typer.BadParameter(words().say("cli.match-one"), param_hint="--link")
    if (link or never) and len(ids or []) != 1:
        raise typer.BadParameter(words().say("cli.match-what"), param_hint="ID")
    with open_door({"library": library}) as door:
        found = [find_model(door, each) for each in ids or []]
        if link:
            told = door.ask("POST", path_of("models", found[0], "match"), {"url": link, "confirm": confirm})
        elif never:
            told = door.ask("POST", path_of("models", found[0], "never-match"), {"source": never, "clear": clear})
        else:
            told = _look_up(door, found, again, as_json)
    if as_json:
        print_json(told)
    elif link:
        _say("matched", model=told["model"]["name"], name=told["listing"]["page_url"] or told["listing"]["name"])
    elif never:
        _say("may-match" if clear else "never-matched", name=told["name"], source=never)


@answers_errors
def refresh(ids: Ids, as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """Ask the sources of models anew; what is gone there is marked, and nothing is erased."""
    results = []
    with open_door({"library": library}) as door:
        for each in [find_model(door, said) for said in ids]:
            told = door.ask("POST", path_of("models", each, "refresh"))
            results.append({"id": told["id"], "name": told["model"]["name"], "sources": told["sources"]})
            if not as_json:
                states = [f"{name}: {words().say(f'source-states.{state}')}" for name, state in told["sources"].items()]
                _say("refreshed", name=told["model"]["name"], states=states)
    if as_json:
        print_json(results)


@answers_errors
def related(model_id: ModelId, as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """Show the models that a model names, those that name it, and its other versions."""
    with open_door({"library": library}) as door:
        model = find_model(door, model_id)
        told = door.ask("GET", path_of("models", model, "relations"))
        versions = door.ask("GET", path_of("models", model, "versions"))
    if as_json:
        print_json({**told, "versions": versions})
        return
    for each in told["relations"]:
        _print_relation(each)
    for each in told["incoming"]:
        _print_line(f"← {each['type']}", each["model"]["name"], short(each["model"]["id"]))
    if not told["relations"] and not told["incoming"]:
        _dim("no-relations")
    others = [each for each in versions["items"] if each["id"] != model]
    for each in others:
        _print_line("version", f"{each['name']}  {each.get('version') or ''}", short(each["id"]))
    for each in versions["missing"]:
        mark = f"  ({words().say('cli.newest')})" if each["newest"] else ""
        _print_line("version", f"{each.get('name') or each['version_id']}{mark}", each.get("get") or "")
    if not others and not versions["missing"]:
        _dim("no-versions")


COMMANDS = (edit, history, match, refresh, related)


def _look_up(door: Door, ids: list[str], again: bool, as_json: bool) -> dict[str, Any]:
    task = door.ask("POST", "/api/models/lookup", {"ids": ids, "again": again})
    told = follow(door, task, console(), quietly=as_json)
    if not as_json:
        if told.get("asked"):
            _say("looked-up", found=told["found"], asked=told["asked"])
        else:
            _dim("nothing-to-look-up")
    return told


def _tell_many(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        _say("edited", name=str(len(told["changed"])))
        for each in told["failed"]:
            complaints().print(Text.assemble(("✗ ", "red"), f"{short(each['id'])}  {each['error']}"))
    first = next(iter(told["failed"]), None)
    raise typer.Exit(exit_for(error(first["code"])) if first else DONE)


def _print_field(model: dict[str, Any], name: str) -> None:
    """What counts now and who says so; what was found beneath it when that is something else."""
    told = model["fields"][name]
    origin = words().say(f"origins.{told['origin']}", file=told.get("file") or "?") if told["origin"] else ""
    console().print(Text.assemble((f"  {name:<14}", "dim"), _plain(told["value"]), (f"  {origin}", "dim")))
    if told["origin"] in {"user", "imported"} and told["source"] not in (None, "", [], told["value"]):
        by_source = words().say(f"origins.{found_by(model, name, told['source'])}")
        console().print(Text(f"  {'':<14}{by_source}: {_plain(told['source'])}", style="dim"))


def _print_history(entries: list[dict[str, Any]]) -> None:
    if not entries:
        _dim("no-history")
    for each in entries:
        console().print(
            Text.assemble((each["entry"], "bold"), (f"  {when(each['at'])}  {each['problem'] or ''}", "dim"))
        )
        for name, values in each["differs"].items():
            said = f"{_plain(values['then'])} → {_plain(values['now'])}" if values else "…"
            console().print(Text.assemble((f"  {name:<14}", "dim"), said))


def _print_relation(told: dict[str, Any]) -> None:
    for each in told["models"]:
        _print_line(f"→ {told['type']}", each["name"], short(each["id"]))
    if told["missing"]:
        missing = words().say("cli.relation-missing")
        _print_line(f"→ {told['type']}", f"{_plain(told['ref'])}  {missing}", told.get("get") or "")


def _print_line(what: str, name: str, more: str) -> None:
    console().print(Text.assemble((f"  {what:<16}", "dim"), shown(name, 200), (f"  {more}", "cyan")))


def _plain(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return shown(", ".join(value), 200) or "–"
    if isinstance(value, bool):
        return yes_or_no(value)
    return "–" if value is None else shown(str(value), 200)


def _say(key: str, **facts: Any) -> None:
    console().print(Text(words().say(f"cli.{key}", **facts)))


def _dim(key: str) -> None:
    console().print(Text(words().say(f"cli.{key}"), style="dim"))
