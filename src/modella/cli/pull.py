"""`modella pull`: links become models; bars for people, events and a result for programs."""

from typing import Annotated, Any

import typer

from modella.cli.commands import JsonOption, LibraryOption, answers_errors, complaints, console, words
from modella.cli.door import Door, Listening, open_door
from modella.cli.exits import DONE, FAILED, exit_for
from modella.cli.screen import print_json, print_problem, print_result, screen_for
from modella.core.download import FINISHED, State
from modella.core.errors import ModellaError, error
from modella.core.events import DownloadChanged, DownloadProgress

_SETTLED = FINISHED | {State.review, State.paused}
_NEEDS_A_PERSON = {"duplicate", "no-space", "quota", "no-inodes", "read-only", "root-offline"}


@answers_errors
def pull(
    links: Annotated[
        list[str], typer.Argument(metavar="LINK...", help="Page or file links, AIR, org/name, or SHA-256.")
    ],
    file: Annotated[str | None, typer.Option("--file", metavar="PATTERN", help="Which files: name or pattern.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="What it is; wins over what the bytes say.")] = None,
    family: Annotated[str | None, typer.Option("--family", help="Its architecture; wins over the bytes.")] = None,
    on_duplicate: Annotated[
        str | None, typer.Option("--on-duplicate", metavar="ask|skip|overwrite|link", help="When the library has it.")
    ] = None,
    review: Annotated[bool, typer.Option("--review", help="Stop before placing, to look and edit.")] = False,
    link: Annotated[bool, typer.Option("--link/--no-link", help="Link the model into the apps.")] = True,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Fetch, verify, identify and place models from links."""
    asks = console().is_terminal and not as_json
    wish = {
        "file": file,
        "kind": kind,
        "family": family,
        "on_duplicate": on_duplicate or ("ask" if asks else "skip"),
        "review": review,
        "link": link,
    }
    with open_door({"library": library}) as door:
        code = _pull(door, links, wish, as_json=as_json, asks=asks)
    raise typer.Exit(code)


def _pull(door: Door, links: list[str], wish: dict[str, Any], *, as_json: bool, asks: bool) -> int:
    codes: list[int] = []
    with door.events() as listening:
        ids: list[str] = []
        for text in links:
            try:
                ids.append(door.ask("POST", "/api/downloads", {"url": text, **wish})["id"])
            except ModellaError as problem:
                codes.append(exit_for(problem))
                if as_json:
                    print_json({"state": "failed", "link": text, **words().explain(problem)})
                else:
                    print_problem(complaints(), words(), problem)
        unique = list(dict.fromkeys(ids))
        try:
            _watch(door, listening, unique, as_json=as_json, asks=asks)
        except KeyboardInterrupt:
            for each in unique:
                complaints().print(words().say("cli.paused", id=each))
            raise
    return next((code for code in [*codes, *(_result(door, each, as_json=as_json) for each in unique)] if code), DONE)


def _watch(door: Door, listening: Listening, ids: list[str], *, as_json: bool, asks: bool) -> None:
    """Follows the downloads until each is finished or needs a person."""
    open_ids = {each for each in ids if not _is_settled(door.ask("GET", f"/api/downloads/{each}"))}
    screen = screen_for(as_json, console(), words())
    try:
        while open_ids:
            event = listening.next()
            if event is None:
                open_ids = {each for each in open_ids if not _is_settled(door.ask("GET", f"/api/downloads/{each}"))}
                continue
            if isinstance(event, DownloadProgress) and event.id in ids:
                screen.event(event)
            if not isinstance(event, DownloadChanged) or event.download.id not in ids:
                continue
            screen.event(event)
            told = event.download.model_dump(mode="json")
            if asks and _asks_about_duplicate(told):
                screen.close()
                _answer(door, told)
                screen = screen_for(as_json, console(), words())
            elif _is_settled(told):
                open_ids.discard(event.download.id)
    finally:
        screen.close()


def _is_settled(download: dict[str, Any]) -> bool:
    state, reason = State(download["state"]), download.get("reason") or {}
    return state in _SETTLED or (state is State.waiting and reason.get("code") in _NEEDS_A_PERSON)


def _asks_about_duplicate(download: dict[str, Any]) -> bool:
    return download["state"] == State.waiting and (download.get("reason") or {}).get("code") == "duplicate"


def _answer(door: Door, download: dict[str, Any]) -> None:
    facts = (download.get("reason") or {}).get("facts") or {}
    choice = typer.prompt(words().say("cli.duplicate-question", **facts), default="s").strip().lower()[:1]
    policy = {"o": "overwrite", "l": "link"}.get(choice, "skip")
    door.ask("PATCH", f"/api/downloads/{download['id']}", {"on_duplicate": policy})


def _result(door: Door, download_id: str, *, as_json: bool) -> int:
    """Tells how a download ended, and gives the exit status for it."""
    download = door.ask("GET", f"/api/downloads/{download_id}")
    model = door.ask("GET", f"/api/models/{download['model_id']}") if download.get("model_id") else None
    if as_json:
        print_json({"state": download["state"], "download": download, "model": short_model(model)})
    else:
        print_result(console(), words(), download, model)
    if download["state"] in {State.done, State.review}:
        return DONE
    reason = download.get("reason") or {}
    problem = error(reason["code"], **(reason.get("facts") or {})) if reason.get("code") else None
    return exit_for(problem) if problem else FAILED


def short_model(model: dict[str, Any] | None) -> dict[str, Any] | None:
    """A model as results of commands show it."""
    if model is None:
        return None
    files = [
        {
            "path": f"{model['path']}/{file['name']}",
            "size": file["size"],
            "sha256": file.get("sha256"),
            "verified": file["verified"]["state"],
        }
        for file in model["files"]
    ]
    kept = ("id", "name", "kind", "family", "base_model", "path")
    return {**{name: model.get(name) for name in kept}, "files": files}
