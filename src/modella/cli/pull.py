"""`modella pull`: links become models; bars for people, events and a result for programs."""

import sys
from typing import Annotated, Any

import typer

from modella.cli.commands import JsonOption, LibraryOption, answers_errors, complaints, console, words
from modella.cli.door import Door, Listening, open_door
from modella.cli.exits import DONE, FAILED, exit_for
from modella.cli.find import check_kind, path_of, short
from modella.cli.review import folder_of
from modella.cli.screen import Screen, print_json, print_problem, print_result, print_review, screen_for
from modella.core.download import FINISHED, DownloadView, State
from modella.core.errors import ModellaError, error
from modella.core.events import DownloadChanged, DownloadProgress

_SETTLED = FINISHED | {State.review, State.paused}
_NEEDS_A_PERSON = {"duplicate", "no-space", "quota", "no-inodes", "read-only", "root-offline"}
_CHOICES = {letter: policy for policy in ("skip", "overwrite", "link") for letter in (policy, policy[0])}


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
    check_kind(kind, family)
    asks = console().is_terminal and sys.stdin.isatty() and not as_json
    wish = {
        "file": file,
        "kind": kind,
        "family": family,
        "on_duplicate": on_duplicate or ("ask" if asks else "skip"),
        "review": review,
        "link": link,
    }
    with open_door({"library": library}) as door:
        code = fetch(door, [{"url": text, **wish} for text in links], as_json=as_json, asks=asks)
    raise typer.Exit(code)


def fetch(door: Door, wishes: list[dict[str, Any]], *, as_json: bool, asks: bool) -> int:
    """Queues wishes, follows them until each is done or needs a person, and prints how; the exit status."""
    codes: list[int] = []
    with door.events() as listening:
        ids: list[str] = []
        for wish in wishes:
            try:
                ids.append(door.ask("POST", "/api/downloads", wish)["id"])
            except ModellaError as problem:
                codes.append(exit_for(problem))
                if as_json:
                    print_json({"state": "failed", "link": wish["url"], **words().explain(problem)})
                else:
                    print_problem(complaints(), words(), problem)
        unique = list(dict.fromkeys(ids))
        try:
            _Watch(door, unique, as_json=as_json, asks=asks).follow(listening)
        except (KeyboardInterrupt, typer.Abort):
            for each in unique:
                _tell_interrupted(door, each)
            raise
    return next((code for code in [*codes, *(_result(door, each, as_json=as_json) for each in unique)] if code), DONE)


class _Watch:
    """Follows downloads until each is finished or needs a person."""

    def __init__(self, door: Door, ids: list[str], *, as_json: bool, asks: bool) -> None:
        self._door = door
        self._open = set(ids)
        self._as_json, self._asks = as_json, asks
        self._shown: set[str] = set()
        self._screen: Screen = screen_for(as_json, console(), words())

    def follow(self, listening: Listening) -> None:
        """Reads events; looks for itself when none came for a while, since some changes are told by none."""
        try:
            for each in sorted(self._open):
                self._weigh(self._looked_up(each))
            while self._open:
                event = listening.next()
                if isinstance(event, DownloadChanged) and event.download.id in self._open:
                    self._show(event)
                    self._weigh(event.download)
                elif isinstance(event, DownloadProgress) and event.id in self._open:
                    if event.id not in self._shown:
                        self._show_now(self._looked_up(event.id))
                    self._screen.event(event)
                elif event is None:
                    for each in sorted(self._open):
                        self._show_now(self._looked_up(each))
        finally:
            self._screen.close()

    def _looked_up(self, download_id: str) -> DownloadView:
        return DownloadView.model_validate(self._door.ask("GET", path_of("downloads", download_id)))

    def _show_now(self, download: DownloadView) -> None:
        """Shows a state that no event told; programs read events only."""
        if not self._as_json:
            self._show(DownloadChanged(download=download))
        self._weigh(download)

    def _show(self, event: DownloadChanged) -> None:
        self._shown.add(event.download.id)
        self._screen.event(event)

    def _weigh(self, download: DownloadView) -> None:
        """Asks the person, or stops following, when it is time for that."""
        if self._asks and _waits_for_answer(download):
            self._screen.close()
            _answer(self._door, download)
            self._shown.clear()
            self._screen = screen_for(self._as_json, console(), words())
        elif _is_settled(download):
            self._open.discard(download.id)


def _is_settled(download: DownloadView) -> bool:
    needs_a_person = download.reason is not None and download.reason.code in _NEEDS_A_PERSON
    return download.state in _SETTLED or (download.state is State.waiting and needs_a_person)


def _waits_for_answer(download: DownloadView) -> bool:
    return download.state is State.waiting and download.reason is not None and download.reason.code == "duplicate"


def _answer(door: Door, download: DownloadView) -> None:
    facts = download.reason.facts if download.reason else {}
    policy = None
    while policy is None:
        said = typer.prompt(words().say("cli.duplicate-question", **facts), default="s")
        policy = _CHOICES.get(str(said).strip().lower())
    door.ask("PATCH", path_of("downloads", download.id), {"on_duplicate": policy})


def _tell_interrupted(door: Door, download_id: str) -> None:
    """Says what becomes of a download whose watcher leaves."""
    if door.is_own:
        complaints().print(words().say("cli.paused"))
    elif door.ask("GET", path_of("downloads", download_id))["state"] not in FINISHED:
        complaints().print(words().say("cli.goes-on", id=short(download_id), address=door.address))


def _result(door: Door, download_id: str, *, as_json: bool) -> int:
    """Tells how a download ended, and gives the exit status for it."""
    download = door.ask("GET", path_of("downloads", download_id))
    model = door.ask("GET", path_of("models", download["model_id"])) if download.get("model_id") else None
    if as_json:
        print_json({"state": download["state"], "download": download, "model": short_model(model)})
    else:
        print_result(console(), words(), download, model)
        if download["state"] == State.review:
            print_review(console(), words(), download, folder_of(door, download))
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
