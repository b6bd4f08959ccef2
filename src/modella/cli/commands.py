"""What all commands share: their options, and how an error leaves the program."""

import functools
import locale
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, ParamSpec, TypeVar

import typer
from rich.console import Console

from modella.cli.exits import INTERRUPTED, exit_for
from modella.cli.screen import print_json, print_problem
from modella.core.errors import ModellaError
from modella.core.words import Words
from modella.io.packaged import load_words
from modella.io.settings import load

P = ParamSpec("P")
R = TypeVar("R")

LibraryOption = Annotated[Path | None, typer.Option("--library", help="Folder of the library.", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON for programs on standard output.")]


def words() -> Words:
    """The language of the person at the terminal."""
    try:
        chosen = load({}).lang
    except ModellaError:
        chosen = os.environ.get("MODELLA_LANG", "")
    return load_words(chosen or locale.getlocale()[0] or "en")


def console() -> Console:
    """Where people read results."""
    return Console(file=sys.stdout, highlight=False, soft_wrap=True)


def complaints() -> Console:
    """Where people read what went wrong."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=True)


def answers_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Lets an error of the family end the program with its sentence, its hint and its exit status."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except ModellaError as problem:
            told: dict[str, Any] = dict(kwargs)
            if told.get("as_json"):
                print_json({"state": "failed", **words().explain(problem)})
            else:
                print_problem(complaints(), words(), problem)
            raise typer.Exit(exit_for(problem)) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None

    return run
