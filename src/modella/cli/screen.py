"""One module turns events and results into what people read: bars, plain lines, or JSON for programs."""

import json
import sys
from collections.abc import Mapping
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.table import Table
from rich.text import Text

from modella.core.download import FINISHED, DownloadView, State
from modella.core.errors import ModellaError
from modella.core.events import DownloadChanged, DownloadProgress, Event
from modella.core.naming import shown
from modella.core.words import Words, duration, size

_MARKS = {
    State.done: ("✓", "green"),
    State.failed: ("✗", "red"),
    State.quarantined: ("✗", "red"),
    State.cancelled: ("–", "dim"),
    State.waiting: ("…", "yellow"),
    State.review: ("?", "cyan"),
    State.paused: ("‖", "yellow"),
}


class Screen(Protocol):
    """Somebody who reads what a command tells."""

    def event(self, event: Event) -> None:
        """Something has happened."""
        ...

    def close(self) -> None:
        """No more events."""
        ...


class JsonScreen:
    """One event a line on standard output, for programs."""

    def __init__(self) -> None:
        self._out = sys.stdout

    def event(self, event: Event) -> None:
        """Writes the event as a line of JSON."""
        self._out.write(event.model_dump_json() + "\n")
        self._out.flush()

    def close(self) -> None:
        """Nothing is left to write."""


class LineScreen:
    """Plain lines where there is no terminal: one for each change of state."""

    def __init__(self, console: Console, words: Words) -> None:
        self._console, self._words = console, words
        self._last: dict[str, str] = {}

    def event(self, event: Event) -> None:
        """Writes a line when a download enters a new state."""
        if not isinstance(event, DownloadChanged):
            return
        download = event.download
        line = f"{_title(download)}: {self._words.say(f'states.{download.state.value}')}"
        if self._last.get(download.id) != line and download.state not in FINISHED:
            self._last[download.id] = line
            self._console.print(line, markup=False, highlight=False)

    def close(self) -> None:
        """Nothing is left to write."""


class BarScreen:
    """A bar for each download: what it does, bytes, speed, time left."""

    def __init__(self, console: Console, words: Words) -> None:
        self._words = words
        self._tasks: dict[str, Any] = {}
        self._progress = Progress(
            TextColumn("{task.fields[step]:<12}", style="cyan"),
            _Name(),
            BarColumn(bar_width=28, complete_style="magenta", finished_style="green", pulse_style="magenta"),
            TextColumn("{task.fields[bytes]:>21}"),
            TextColumn("{task.fields[speed]:>12}", style="dim"),
            TextColumn("{task.fields[eta]:>8}", style="dim"),
            console=console,
            transient=True,
            expand=False,
        )
        self._progress.start()

    def event(self, event: Event) -> None:
        """Moves the bar of the download that the event is about."""
        if isinstance(event, DownloadChanged):
            self._changed(event.download)
        elif isinstance(event, DownloadProgress) and event.id in self._tasks:
            self._progress.update(
                self._tasks[event.id],
                completed=event.bytes,
                total=event.total,
                bytes=_bytes(event.bytes, event.total),
                speed=f"{size(event.speed)}/s",
                eta=duration(event.eta),
            )

    def close(self) -> None:
        """Takes the bars away; results are printed after."""
        self._progress.stop()

    def _changed(self, download: DownloadView) -> None:
        if download.id not in self._tasks:
            self._tasks[download.id] = self._progress.add_task(
                "", total=None, step="", bytes="", speed="", eta="", name=_title(download)
            )
        step = self._words.say(f"states.{download.state.value}")
        update: dict[str, Any] = {"step": step, "name": _title(download)}
        if download.state in FINISHED or download.state is State.waiting:
            update["visible"] = False
        self._progress.update(self._tasks[download.id], **update)


class _Name(ProgressColumn):
    """The name of a download, cut to a width."""

    def render(self, task: Task) -> Text:
        """The name in bold."""
        text = Text(str(task.fields["name"]), style="bold", no_wrap=True, overflow="ellipsis")
        text.truncate(36, overflow="ellipsis", pad=True)
        return text


def screen_for(as_json: bool, console: Console, words: Words) -> Screen:
    """The screen that fits whoever reads."""
    if as_json:
        return JsonScreen()
    return BarScreen(console, words) if console.is_terminal else LineScreen(console, words)


def print_json(value: Any) -> None:
    """One JSON value on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def print_problem(console: Console, words: Words, problem: ModellaError) -> None:
    """What happened and what to do, on two lines."""
    console.print(Text.assemble(("✗ ", "red"), words.sentence(problem.code, problem.facts)))
    console.print(Text(f"  {words.hint(problem.code, problem.facts)}", style="dim"))


def print_result(console: Console, words: Words, download: Mapping[str, Any], model: Mapping[str, Any] | None) -> None:
    """How one download ended."""
    state = State(download["state"])
    mark, style = _MARKS.get(state, ("·", "dim"))
    reason = download.get("reason") or {}
    name = shown(str((model or {}).get("name") or download.get("name") or download["link"]))
    line = Text.assemble((f"{mark} ", style), (name, "bold"))
    if download.get("version"):
        line.append(f"  {shown(str(download['version']))}")
    console.print(line)
    if model is not None and state is State.done:
        facts = [model["kind"], model.get("family") or model.get("base_model"), _weight(model)]
        console.print(Text("  " + " · ".join(str(fact) for fact in facts if fact), style="cyan"))
        for file in model["files"]:
            trust = words.say(f"trust.{file['verified']['state']}")
            colour = "green" if file["verified"]["state"] == "verified" else "yellow"
            console.print(Text.assemble("  ", (trust, colour), (f"  {file['sha256'] or ''}", "dim")))
        console.print(Text(f"  {model['path']}", style="dim"))
    if reason.get("code") == "duplicate":
        console.print(Text("  " + words.sentence("duplicate", reason.get("facts") or {}), style="yellow"))
    elif state is State.review:
        console.print(Text("  " + words.say("cli.review", id=download["id"]), style="cyan"))
    elif reason:
        console.print(Text("  " + words.sentence(reason["code"], reason.get("facts") or {})))
        console.print(Text("  " + words.hint(reason["code"], reason.get("facts") or {}), style="dim"))


def table(*columns: str) -> Table:
    """An empty table in the house's look; the column `name` takes the room that is left."""
    made = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=True)
    for column in columns:
        name = column == "name"
        made.add_column(column, overflow="fold" if name else "ellipsis", no_wrap=not name, ratio=1 if name else None)
    return made


def _weight(model: Mapping[str, Any]) -> str:
    return size(sum(int(file["size"]) for file in model["files"]))


def _title(download: DownloadView) -> str:
    return shown(download.name or download.link, 80)


def _bytes(done: int, total: int | None) -> str:
    return f"{size(done)} / {size(total)}" if total else size(done)
