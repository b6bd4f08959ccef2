"""`modella apps`: the programs that use the library's models, and the links in them."""

import json
from collections.abc import Iterable
from enum import StrEnum
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.text import Text

from modella.cli.commands import JsonOption, LibraryOption, agree, answers_errors, complaints, console, size, words
from modella.cli.door import Door, open_door
from modella.cli.exits import DONE, FAILED
from modella.cli.find import find_model
from modella.cli.follow import follow
from modella.cli.screen import add_row, print_json, table
from modella.core.errors import error
from modella.core.naming import shown

app = typer.Typer(no_args_is_help=True, help="Programs that use the library's models.")
AppArgument = Annotated[str, typer.Argument(metavar="APP", help="An app, as `modella apps ls` calls it.")]
AnyAppArgument = Annotated[
    str | None, typer.Argument(metavar="[APP]", help="An app, as `modella apps ls` calls it; none means every app.")
]
IdsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ID...]", help="Only these models: ids, their last letters, or names."),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
_SIGNS = {
    "make": ("+", "green"),
    "mend": ("~", "yellow"),
    "remove": ("-", "magenta"),
    "blocked": ("!", "red"),
    "there": ("=", "dim"),
    "keep": ("=", "dim"),
}
_CHANGES = ("make", "mend", "remove", "blocked")
_MOST_LINES = 100_000


class Method(StrEnum):
    """How a file gets its second place in an app."""

    auto = "auto"
    relative = "relative"
    absolute = "absolute"
    hardlink = "hardlink"
    reflink = "reflink"
    copy = "copy"


class Way(StrEnum):
    """Whether an app gets links, or a block in its own configuration."""

    links = "links"
    config = "config"


MethodOption = Annotated[
    Method | None,
    typer.Option("--method", help="How files get there: auto takes the best that works; copy only where you want it."),
]
WayOption = Annotated[
    Way | None, typer.Option("--by", help="Links, or a marked block in the app's own configuration (ComfyUI).")
]


@app.command("ls")
@answers_errors
def list_apps(as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """Show the apps, and how many links they have."""
    with open_door({"library": library}) as door:
        found = door.ask("GET", "/api/apps")
    if as_json:
        print_json(found)
    elif not found:
        console().print(Text(words().say("apps.none")))
    else:
        made = table(*(words().say(f"apps.columns.{each}") for each in ("app", "version", "links", "follows", "path")))
        for each in found:
            follows = words().say("apps.yes" if each["auto"] else "apps.no")
            path = shown(each["path"]) if each["there"] else f"{shown(each['path'])}  ✗ {words().say('apps.gone')}"
            add_row(made, each["id"], each["version"] or "?", f"{each['links']:,}", follows, path)
        console().print(made)


@app.command("known")
@answers_errors
def known_apps(as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """Show which apps can be added."""
    with open_door({"library": library}) as door:
        found = door.ask("GET", "/api/apps/known")
    if as_json:
        print_json(found)
        return
    made = table("app", "name")
    for name, listed in groupby(found["apps"], key=lambda each: each["app"]):
        told = list(listed)
        titles = list(dict.fromkeys(_known(each) for each in told))
        add_row(made, name, ", ".join(titles))
    console().print(made)
    for each in found["faults"]:
        complaints().print(Text(f"✗ {each['error']}", style="red"))


def _known(each: dict[str, Any]) -> str:
    title = f"{each['title']} *" if each["own"] else str(each["title"])
    return title if each["support"] == "links" else f"{title}: {words().say('apps.refused.' + each['why'])}"


@app.command("schema")
@answers_errors
def mapping_schema(library: LibraryOption = None) -> None:
    """Print the JSON Schema of mapping files."""
    with open_door({"library": library}) as door:
        print(json.dumps(door.ask("GET", "/api/apps/schema"), indent=2))


@app.command("add")
@answers_errors
def add_app(
    app_or_path: Annotated[
        str, typer.Argument(metavar="[APP] PATH", help="The app, where its folder is not enough to know it.")
    ],
    path: Annotated[str | None, typer.Argument(metavar="", help="The folder in which the app lies.")] = None,
    title: Annotated[str | None, typer.Option("--title", help="What to call it here.")] = None,
    method: MethodOption = None,
    way: WayOption = None,
    version: Annotated[
        str | None, typer.Option("--app-version", help="Its version, where its files do not say.")
    ] = None,
    auto: Annotated[bool, typer.Option("--auto/--no-auto", help="Keep its links in step with the library.")] = True,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Add an app; see what would be linked by `modella apps plan`."""
    kind, folder = (None, app_or_path) if path is None else (app_or_path, path)
    wish = {"path": str(Path(folder).expanduser().absolute()), "app": kind, "auto": auto, "title": title}
    wish |= {"method": method, "way": way, "version": version}
    with open_door({"library": library}) as door:
        found = door.ask("POST", "/api/apps", {name: value for name, value in wish.items() if value is not None})
    if as_json:
        print_json(found)
        return
    facts = {"title": shown(found["title"]), "version": found["version"] or "?", "path": shown(found["path"])}
    console().print(Text(words().say("apps.added", **facts), style="bold"))
    console().print(Text(words().say("apps.see-plan", id=found["id"]), style="dim"))


@app.command("set")
@answers_errors
def change_app(
    identity: AppArgument,
    path: Annotated[str | None, typer.Option("--path", help="Where the app lies now, when it was moved.")] = None,
    title: Annotated[str | None, typer.Option("--title", help="What to call it here.")] = None,
    method: MethodOption = None,
    way: WayOption = None,
    version: Annotated[
        str | None, typer.Option("--app-version", help="Its version, where its files do not say.")
    ] = None,
    auto: Annotated[
        bool | None, typer.Option("--auto/--no-auto", help="Keep its links in step with the library.")
    ] = None,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Change how an app is treated."""
    wish = {"title": title, "method": method, "way": way, "version": version, "auto": auto}
    wish["path"] = str(Path(path).expanduser().absolute()) if path is not None else None
    with open_door({"library": library}) as door:
        told = door.ask("PATCH", _path(identity), {name: value for name, value in wish.items() if value is not None})
    if as_json:
        print_json(told)
    else:
        console().print(Text(words().say("apps.see-plan", id=told["id"]), style="dim"))


@app.command("remove")
@answers_errors
def remove_app(
    identity: AppArgument,
    keep: Annotated[bool, typer.Option("--keep-links", help="Leave its links where they are.")] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Forget an app, and remove the links that were made in it."""
    with open_door({"library": library}) as door:
        found = door.ask("GET", _path(identity))
        if not (yes or as_json):
            agree(words().say("apps.remove-question", count=0 if keep else found["links"], title=shown(found["title"])))
        outcome = None
        if not keep and found["there"]:
            outcome = _finish(door, f"{_path(identity)}/unlink", None, as_json)
        if outcome is None or not outcome["failed"]:
            door.ask("DELETE", _path(identity))
    _end(outcome or {"app": identity, "failed": []}, as_json, words().say("apps.removed", title=shown(found["title"])))


@app.command("plan")
@answers_errors
def show_plan(
    identity: AnyAppArgument = None,
    ids: IdsArgument = None,
    everything: Annotated[bool, typer.Option("--all", help="Show also what is as it should be.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Show what would be linked, and how; nothing is changed."""
    with open_door({"library": library}) as door:
        models = _meant(door, ids)
        plans = [_plan(door, each, models, everything or as_json) for each in _apps_meant(door, identity)]
    if as_json:
        print_json(plans if identity is None else plans[0])
        return
    for plan in plans:
        _print_plan(plan)
        if plan["work"]:
            console().print(Text(words().say("apps.how-to-apply", id=plan["app"]["id"]), style="dim"))
    if not plans:
        console().print(Text(words().say("apps.none")))


@app.command("link")
@answers_errors
def link(
    identity: AnyAppArgument = None,
    ids: IdsArgument = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Make the links of an app, after showing what would be done."""
    with open_door({"library": library}) as door:
        models = _meant(door, ids)
        outcomes = [
            _finish(door, f"{_path(each)}/apply", models, as_json)
            for each in _apps_meant(door, identity)
            if yes or as_json or _agreed(door, each, models)
        ]
    if identity is not None and outcomes:
        _end(outcomes[0], as_json, _told(outcomes[0]))
    _end_all(outcomes, as_json)


def _apps_meant(door: Door, identity: str | None) -> list[str]:
    return [identity] if identity is not None else [str(each["id"]) for each in door.ask("GET", "/api/apps")]


def _agreed(door: Door, identity: str, models: list[str] | None) -> bool:
    """Whether there is something to do that the person wants, having seen it; a no ends the command."""
    plan = _plan(door, identity, models, everything=False)
    _print_plan(plan)
    if plan["work"]:
        agree(words().say("apps.link-question"))
    return bool(plan["work"])


def _end_all(outcomes: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(outcomes)
    for each in outcomes if not as_json else []:
        console().print(Text(f"{each['app']}  ", style="bold").append(_told(each), style="none"))
        _print_failed(each)
    raise typer.Exit(FAILED if any(each["failed"] for each in outcomes) else DONE)


@app.command("unlink")
@answers_errors
def unlink(
    identity: AppArgument,
    ids: IdsArgument = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Remove the links that were made in an app, and no others; without models it does not follow the library then."""
    with open_door({"library": library}) as door:
        found = door.ask("GET", _path(identity))
        models = _meant(door, ids)
        if not (yes or as_json):
            count = len(models) if models else found["links"]
            agree(words().say("apps.unlink-question", count=count, title=shown(found["title"])))
        outcome = _finish(door, f"{_path(identity)}/unlink", models, as_json)
    _end(outcome, as_json, _told(outcome))


def _path(identity: str) -> str:
    return f"/api/apps/{quote(identity, safe='')}"


def _meant(door: Door, ids: list[str] | None) -> list[str] | None:
    return list(dict.fromkeys(find_model(door, each) for each in ids)) if ids else None


def _plan(door: Door, identity: str, models: list[str] | None, everything: bool) -> dict[str, Any]:
    query: dict[str, Any] = {"limit": _MOST_LINES} | ({} if everything else {"action": list(_CHANGES)})
    plan = dict(door.ask("POST", f"{_path(identity)}/plan", {"ids": models}, query=query))
    while len(plan["lines"]) < plan["matching"]:
        more = door.ask(
            "POST", f"{_path(identity)}/plan", {"ids": models}, query={**query, "offset": len(plan["lines"])}
        )
        if not more["lines"]:
            break
        plan["lines"] += more["lines"]
    return plan


def _print_plan(plan: dict[str, Any]) -> None:
    about = plan["app"]
    title = Text.assemble((shown(about["title"]), "bold"), f" {about['version'] or '?'}", (f"  {about['path']}", "dim"))
    console().print(title)
    if plan["upgraded"]:
        told = {name: value or "?" for name, value in plan["upgraded"].items()}
        console().print(Text(words().say("apps.upgraded", before=told["before"], now=told["now"]), style="yellow"))
    for folder, lines in groupby(plan["lines"], key=lambda line: PurePosixPath(line["path"]).parent.as_posix()):
        console().print(Text(shown(folder), style="bold"))
        for line in lines:
            console().print(_line(line))
    if plan["config"]:
        _print_block(plan["config"])
    writes = plan["config"] is not None and plan["config"]["after"] != (plan["config"]["before"] or "")
    console().print(Text(_counted(plan["actions"], writes), style="bold"))
    if plan["reasons"]:
        console().print(Text(_left_out(plan["reasons"]), style="dim"))


def _line(line: dict[str, Any]) -> Text:
    """`+ name  → file  218 MiB`, and why where there is something to say."""
    sign, style = _SIGNS[line["action"]]
    told = Text(f"  {sign} {shown(PurePosixPath(line['path']).name)}", style=style)
    if line["action"] in {"make", "mend"}:
        told.append(f"  → {shown(line['to'])}", style="dim")
        told.append(f"  {words().say('links.method.' + line['method'])}, {size(line['size'])}", style="dim")
    if line["drift"]:
        told.append(f"  {words().say('links.drift.' + line['drift'])}", style="yellow")
    if line["why"]:
        said = words().say(f"links.why.{line['why']}")
        told.append(
            f"  {said}{': ' + shown(line['detail']) if line['detail'] else ''}", style="red" if sign == "!" else "dim"
        )
    return told


def _print_block(change: dict[str, Any]) -> None:
    console().print(Text(shown(change["file"]), style="bold"))
    before, after = (change["before"] or "").splitlines(), change["after"].splitlines()
    for sign, style, lines in (
        ("-", "magenta", [each for each in before if each not in after]),
        ("+", "green", [each for each in after if each not in before]),
    ):
        for each in lines:
            console().print(Text(f"  {sign} {shown(each)}", style=style))
    for each in change["mixed"]:
        console().print(Text(f"  ! {shown(each)}  {words().say('links.why.mixed-folder')}", style="red"))


def _counted(actions: dict[str, int], writes: bool) -> str:
    parts = [words().say("links.counted.config")] if writes else []
    parts += [words().say(f"links.counted.{each}", count=actions[each]) for each in _order(actions)]
    return " · ".join(parts) if parts else words().say("apps.nothing-to-do")


def _order(actions: dict[str, int]) -> Iterable[str]:
    return (each for each in ("make", "mend", "remove", "blocked", "keep", "there") if actions.get(each))


def _left_out(reasons: dict[str, int]) -> str:
    ranked = sorted(reasons, key=lambda why: -reasons[why])
    return " · ".join(f"{reasons[why]:,} {words().say('links.skipped.' + why)}" for why in ranked)


def _finish(door: Door, path: str, models: list[str] | None, as_json: bool) -> dict[str, Any]:
    return follow(door, door.ask("POST", path, {"ids": models}), complaints(), quietly=as_json)


def _told(outcome: dict[str, Any]) -> str:
    done = {"made": "made", "mended": "mended", "removed": "removed", "blocked": "blocked"}
    parts = [words().say(f"links.done.{key}", count=outcome[name]) for name, key in done.items() if outcome.get(name)]
    if outcome.get("config"):
        parts.append(words().say("links.done.config"))
    return " · ".join(parts) if parts else words().say("apps.nothing-to-do")


def _end(outcome: dict[str, Any], as_json: bool, said: str) -> None:
    if as_json:
        print_json(outcome)
    else:
        console().print(Text(said))
        _print_failed(outcome)
    raise typer.Exit(FAILED if outcome["failed"] else DONE)


def _print_failed(outcome: dict[str, Any]) -> None:
    for each in outcome["failed"]:
        problem = error(each["code"], **each["facts"])
        console().print(Text(f"✗ {shown(each['path'])}  {words().explain(problem)['error']}", style="red"))
