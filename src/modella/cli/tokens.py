"""`modella tokens`: keys for the sources; they go in and never come out."""

import re
import sys
from typing import Annotated

import typer
from rich.text import Text

from modella.api.settings import told_of
from modella.cli.commands import JsonOption, answers_errors, console, words
from modella.cli.exits import DONE, EXITS
from modella.cli.screen import add_row, print_json, table
from modella.core.errors import AccessNeeded, BadLink, NetworkTrouble
from modella.io.secrets import ENVIRONMENT
from modella.wiring import key_trial, secrets_of

_KEY = re.compile(r"[\x21-\x7e]{4,500}")

_ENDS = {
    "good": DONE,
    "none": EXITS[AccessNeeded],
    "refused": EXITS[AccessNeeded],
    "unreachable": EXITS[NetworkTrouble],
}

app = typer.Typer(no_args_is_help=True, help="Keys for the sources.")
Name = Annotated[str, typer.Argument(metavar="|".join(ENVIRONMENT))]


@app.command("ls")
@answers_errors
def list_tokens(as_json: JsonOption = False) -> None:
    """Show which keys are set, never the keys."""
    rows = secrets_of({}).describe()
    if as_json:
        print_json(rows)
        return
    made = table("source", "set", "ends with", "from")
    for row in rows:
        add_row(made, row["name"], "✓" if row["set"] else "–", row["last4"] or "", row["from"] or "")
    console().print(made)


@app.command("set")
@answers_errors
def set_token(
    name: Name,
    value: Annotated[
        str | None, typer.Option("--value", help="Better left out: it is asked for, unseen, or read from a pipe.")
    ] = None,
) -> None:
    """Store the key for a source."""
    _check(name)
    key = (value if value is not None else _read_key(name)).strip()
    if not _KEY.fullmatch(key):
        # The key itself is not repeated: it would stay on the screen.
        raise BadLink("bad-value", name=name, value=words().say("cli.this-key"), reason=words().say("cli.key-rule"))
    secrets_of({}).set_key(name, key)
    console().print(Text(words().say("cli.token-set", name=name)))


@app.command("rm")
@answers_errors
def remove_token(name: Name) -> None:
    """Forget the stored key for a source."""
    _check(name)
    key = "cli.token-gone" if secrets_of({}).remove_key(name) else "cli.token-none"
    console().print(Text(words().say(key, name=name)))


@app.command("test")
@answers_errors
def test_token(name: Name, as_json: JsonOption = False) -> None:
    """Ask the source whether the stored key is good, and whose it is."""
    _check(name)
    found = key_trial(name, {})
    sentence, hint = told_of(words(), found)
    if as_json:
        print_json({**found.model_dump(), "sentence": sentence, "hint": hint})
    else:
        mark, style = ("✓ ", "green") if found.state == "good" else ("✗ ", "red")
        console().print(Text.assemble((mark, style), sentence))
        if hint:
            console().print(Text(f"  {hint}", style="dim"))
    raise typer.Exit(_ENDS[found.state])


def _read_key(name: str) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(words().say("cli.key-prompt", name=name), hide_input=True))
    return sys.stdin.read()


def _check(name: str) -> None:
    if name not in ENVIRONMENT:
        raise typer.BadParameter(
            f"{words().say('cli.known', value=name)} {', '.join(ENVIRONMENT)}", param_hint="SOURCE"
        )
