"""Waiting for a long task: its progress for people, its result for the command that began it."""

from typing import Any

from rich.text import Text

from modella.cli.commands import complaints
from modella.cli.door import Door
from modella.core.errors import Failed, error
from modella.core.events import TaskProgress
from modella.core.naming import shown


def finish_task(door: Door, method: str, path: str, body: Any, *, quiet: bool = False) -> Any:
    """Asks for a task and waits until it has ended; its result, or its error as if it had happened here.

    The events are listened to before it is asked for, so that a quick end is not missed.
    """
    with door.events() as listening:
        told = door.ask(method, path, body)
        task = told.get("task", told)
        last = ""
        while True:
            event = listening.next()
            if not isinstance(event, TaskProgress) or event.task != task["id"]:
                continue
            if event.state == "running":
                if not quiet and event.item and event.item != last and complaints().is_terminal:
                    last = event.item
                    complaints().print(Text(f"  {event.done}/{event.total or '?'}  {shown(last, 100)}", style="dim"))
                continue
            if event.error:
                raise error(str(event.error["code"]), **event.error.get("context", {}))
            if event.state == "cancelled" and event.result is None:
                raise Failed("cancelled")
            return event.result or {}
