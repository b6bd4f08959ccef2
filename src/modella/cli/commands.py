"""What all commands share: their options, and how an error leaves the program."""

import functools
import locale
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, ParamSpec, TypeVar

import structlog
import typer
from rich.console import Console
from typer.exceptions import TyperException

from modella.cli.exits import INTERRUPTED, exit_for
from modella.cli.screen import print_json, print_problem
from modella.core.errors import Failed, ModellaError
from modella.core.words import Words
from modella.io.disk import disk_errors
from modella.io.journal import start_log
from modella.io.packaged import load_words
from modella.io.settings import load
from modella.io.store.queue import saved_settings

P = ParamSpec("P")
R = TypeVar("R")

LibraryOption = Annotated[Path | None, typer.Option("--library", help="Folder of the library.", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON for programs on standard output.")]


def words() -> Words:
    """The language of the person at the terminal: MODELLA_LANG, else the setting, else that of the terminal."""
    return _words(os.environ.get("MODELLA_LANG", ""), os.environ.get("MODELLA_HOME", ""))


@functools.cache
def _words(variable: str, _home: str) -> Words:
    """Found once for each environment: a command says many things, and settings lie in files."""
    try:
        settings = load({})
        chosen = settings.lang or str(saved_settings(settings.home).get("lang") or "")
    except ModellaError:
        chosen = variable
    return load_words(chosen or locale.getlocale()[0] or "en")


def size(count: float) -> str:
    """Bytes for the person at the terminal."""
    return words().size(count)


def wants_no_colour() -> bool:
    """Whether the person has asked all programs for plain text (no-color.org)."""
    return bool(os.environ.get("NO_COLOR"))


def console() -> Console:
    """Where people read results."""
    return Console(file=sys.stdout, highlight=False, soft_wrap=True, color_system=_colours())


def complaints() -> Console:
    """Where people read what went wrong."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=True, color_system=_colours())


def answers_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Lets every error end the program with its sentence, its hint and its exit status, and none with a trace."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (KeyboardInterrupt, typer.Abort):
            raise typer.Exit(INTERRUPTED) from None
        except (typer.Exit, TyperException, BrokenPipeError):
            raise
        except Exception as found:  # noqa: BLE001 (the last door: whatever it is, a person gets a sentence)
            problem = as_error(found)
            told: dict[str, Any] = dict(kwargs)
            if told.get("as_json"):
                print_json({"state": "failed", **words().explain(problem)})
            else:
                print_problem(complaints(), words(), problem)
            raise typer.Exit(exit_for(problem)) from None

    return run


def agree(question: str) -> None:
    """Goes on when a person says yes; where nobody can be asked, the command ends as wrongly used."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise typer.BadParameter(words().say("cli.say-yes"), param_hint="--yes")
    typer.confirm(question, abort=True)


def as_error(found: Exception) -> ModellaError:
    """The error of the family that an exception means; the trace of one that nobody foresaw goes to the log."""
    if isinstance(found, ModellaError):
        return found
    if isinstance(found, OSError) and found.filename:
        return _disk_error(found)
    error_id = secrets.token_hex(4)
    try:
        settings = load({})
        start_log(settings.log_level, settings.log_dir or settings.home / "logs")
    except ModellaError:
        return Failed("internal", error_id=f"{type(found).__name__}: {found}"[:200])
    structlog.get_logger().error("a command broke", error_id=error_id, exc_info=found)
    return Failed("internal", error_id=error_id)


def _disk_error(found: OSError) -> ModellaError:
    try:
        with disk_errors(Path(os.fsdecode(found.filename))):
            raise found
    except ModellaError as meant:
        return meant


def _colours() -> Any:
    """Without colours there are no escape codes at all, not even for bold."""
    return None if wants_no_colour() else "auto"
