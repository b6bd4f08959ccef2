"""Following a long task from the terminal: a bar for people, nothing for programs, and Ctrl+C that stops it."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

from modella.cli.commands import size, words
from modella.cli.door import Door
from modella.core.errors import error
from modella.core.naming import shown

_WAIT = 0.3


def follow(door: Door, task: Mapping[str, Any], console: Console, *, quietly: bool = False) -> dict[str, Any]:
    """The result of a task, once it has ended; what it failed with is raised. A cancelled task gives what it has."""
    told = dict(task)
    try:
        if quietly or not console.is_terminal:
            while told["state"] == "running":
                told = door.ask("GET", f"/api/tasks/{told['task']}", query={"wait": 10})
        else:
            told = _with_bar(door, told, console)
    except KeyboardInterrupt:
        door.ask("POST", f"/api/tasks/{told['task']}/cancel", {})
        door.ask("GET", f"/api/tasks/{told['task']}", query={"wait": 10})
        raise
    if told.get("error"):
        raise error(told["error"]["code"], **(told["error"].get("context") or {}))
    return dict(told.get("result") or {})


def _with_bar(door: Door, told: dict[str, Any], console: Console) -> dict[str, Any]:
    columns = (
        SpinnerColumn(style="magenta"),
        TextColumn("{task.description}"),
        BarColumn(complete_style="magenta", finished_style="green", pulse_style="magenta"),
        TaskProgressColumn(),
        TextColumn("{task.fields[item]}", style="dim"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task(_title(told), total=None, item="")
        while told["state"] == "running":
            told = door.ask("GET", f"/api/tasks/{told['task']}", query={"wait": _WAIT})
            by_bytes = told.get("total_bytes") and told.get("wave") == "hashes"
            done, total = (told["bytes"], told["total_bytes"]) if by_bytes else (told["done"], told["total"])
            progress.update(bar, description=_title(told), completed=done, total=total, item=_item(told))
    return told


def _title(told: Mapping[str, Any]) -> str:
    return words().say(f"tasks.{told.get('wave') or told['kind']}")


def _item(told: Mapping[str, Any]) -> str:
    name = shown(str(told.get("item") or ""), 40)
    return f"{size(told['bytes'])}  {name}" if told.get("bytes") else name
