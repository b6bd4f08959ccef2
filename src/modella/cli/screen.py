"""One module turns events and results into what people read: bars, plain lines, or JSON for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task
from rich.table import Table
from rich.text import Text

from modella.core.download import FINISHED, DownloadView, State
from modella.core.errors import ModellaError
from modella.core.events import DownloadChanged, DownloadProgress, Event
from modella.core.model import EDITABLE
from modella.core.naming import shown
from modella.core.words import Words, duration

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
        line = f"{_title(download)}: {_why_not_yet(self._words, download) or _state(self._words, download.state)}"
        if self._last.get(download.id) != line and download.state not in FINISHED:
            self._last[download.id] = line
            self._console.print(line, markup=False, highlight=False)

    def close(self) -> None:
        """Nothing is left to write."""


class BarScreen:
    """A bar for each download: what it does, bytes, and where there is room speed and time left."""

    def __init__(self, console: Console, words: Words) -> None:
        self._console, self._words = console, words
        self._tasks: dict[str, Any] = {}
        self._explained: set[str] = set()
        self._progress = Progress(*_bar_columns(console.width), console=console, transient=True, expand=False)
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
                bytes=_bytes(self._words, event.bytes, event.total),
                speed=f"{self._words.size(event.speed)}/s",
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
        why = _why_not_yet(self._words, download)
        if why and download.id not in self._explained:
            self._explained.add(download.id)
            self._console.print(f"{_title(download)}: {why}", markup=False, highlight=False)
        update: dict[str, Any] = {"step": _state(self._words, download.state), "name": _title(download)}
        if download.state in FINISHED or download.state is State.waiting:
            update["visible"] = False
        self._progress.update(self._tasks[download.id], **update)


class _Cell(ProgressColumn):
    """A fact of a download, cut or filled to a width so that no column moves."""

    def __init__(self, field: str, width: int, style: str, *, right: bool = False) -> None:
        super().__init__()
        self._field, self._width, self._style, self._right = field, width, style, right

    def render(self, task: Task) -> Text:
        """The fact in its style."""
        text = Text(str(task.fields[self._field]), style=self._style, no_wrap=True)
        if text.cell_len > self._width:
            text.truncate(self._width - 1, overflow="crop")
            text.rstrip()
            text.append("…")
        text.align("right" if self._right else "left", self._width)
        return text


def _bar_columns(width: int) -> list[ProgressColumn]:
    """The columns that fit a terminal, with what is left for the name."""
    wide, narrow = width >= 90, width < 70
    step, bar = (12, 8) if narrow else (17, 28 if width >= 128 else 16)
    after = [_Cell("bytes", 21, "none", right=True)]
    if wide:
        after += [_Cell("speed", 12, "dim", right=True), _Cell("eta", 8, "dim", right=True)]
    taken = step + bar + sum((21, 12, 8)[: len(after)]) + len(after) + 3
    return [
        _Cell("step", step, "cyan"),
        _Cell("name", min(36, max(8, width - taken)), "bold"),
        BarColumn(bar_width=bar, complete_style="magenta", finished_style="green", pulse_style="magenta"),
        *after,
    ]


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
        facts = [model["kind"], model.get("family") or model.get("base_model"), _weight(words, model)]
        console.print(Text("  " + " · ".join(str(fact) for fact in facts if fact), style="cyan"))
        for file in model["files"]:
            trust = words.say(f"trust.{file['verified']['state']}")
            colour = "green" if file["verified"]["state"] == "verified" else "yellow"
            console.print(Text.assemble("  ", (trust, colour), (f"  {file['sha256'] or ''}", "dim")))
        console.print(Text(f"  {model['path']}", style="dim"))
    if reason.get("code") == "duplicate":
        console.print(Text("  " + words.sentence("duplicate", reason.get("facts") or {}), style="yellow"))
        if state is State.waiting:
            console.print(Text("  " + words.say("cli.duplicate-answer", id=download["id"][-8:]), style="dim"))
    elif reason:
        console.print(Text("  " + words.sentence(reason["code"], reason.get("facts") or {})))
        console.print(Text("  " + words.hint(reason["code"], reason.get("facts") or {}), style="dim"))


def print_review(console: Console, words: Words, download: Mapping[str, Any], folder: str) -> None:
    """What a reviewed download would become, and how to accept or change it."""
    draft = download["draft"]
    facts = {name: draft.get(name) for name in ("kind", "family", "base_model", "tags", "trained_words")}
    for name, value in {**facts, "folder": folder}.items():
        if value:
            said = ", ".join(value) if isinstance(value, list) else str(value)
            console.print(Text.assemble((f"  {name:<14}", "dim"), shown(said, 400)))
    for file in download["files"]:
        weight = words.size(file["size"]) if file["size"] is not None else ""
        console.print(Text.assemble((f"  {'file':<14}", "dim"), f"{shown(file['name'])}  {weight}"))
    console.print(Text("  " + words.say("cli.review", id=download["id"][-8:]), style="cyan"))
    console.print(Text("  " + words.say("cli.review-fields", fields=list(EDITABLE)), style="dim"))


def print_rows(
    console: Console, words: Words, title: str, rows: Sequence[Mapping[str, Any]], places: Mapping[str, int]
) -> None:
    """A part of the queue: a line for each download, and below it why it waits or has failed, in full."""
    console.print(Text(title, style="dim"))
    has_room = console.width >= 80
    left = max(16, console.width - (58 if has_room else 35))
    for row in rows:
        line = Text(f"{places.get(row['id'], ''):>4}  ", style="dim").append(f"{row['id'][-8:]}  ", style="cyan")
        state = Text(_state(words, State(row["state"])), style="none")
        state.truncate(17, overflow="ellipsis", pad=True)
        line.append_text(state).append("  ")
        if has_room:
            line.append(f"{_bytes(words, row['bytes'], row['total']):>21}  ", style="dim")
        name = Text(shown(str(row["name"] or row["link"])), style="bold")
        name.truncate(left, overflow="ellipsis")
        console.print(line.append_text(name))
        reason = row.get("reason") or {}
        if reason:
            console.print(Text(f"      {words.sentence(reason['code'], reason.get('facts') or {})}", style="yellow"))


def table(*columns: str) -> Table:
    """An empty table in the house's look; the column `name` takes the room that is left."""
    made = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=True)
    for column in columns:
        name = column == "name"
        made.add_column(
            column,
            overflow="fold" if name else "ellipsis",
            no_wrap=not name,
            ratio=1 if name else None,
            min_width=16 if name else None,
        )
    return made


def add_row(made: Table, *cells: str) -> None:
    """A line of a table, letter by letter: names may hold what looks like markup."""
    made.add_row(*(Text(cell) for cell in cells))


def _weight(words: Words, model: Mapping[str, Any]) -> str:
    return words.size(sum(int(file["size"]) for file in model["files"]))


def _state(words: Words, state: State) -> str:
    return words.say(f"states.{state.value}")


def _why_not_yet(words: Words, download: DownloadView) -> str:
    """Why a queued download does not begin, when there is a reason."""
    reason = download.reason if download.state is State.queued else None
    return words.sentence(reason.code, reason.facts) if reason else ""


def _title(download: DownloadView) -> str:
    return shown(download.name or download.link, 80)


def _bytes(words: Words, done: int, total: int | None) -> str:
    return f"{words.size(done)} / {words.size(total)}" if total else words.size(done)
