"""`modella`: every command by its name."""

import logging
import sys
from collections.abc import Callable

import typer

from modella import __version__
from modella.cli import (
    apps,
    backups,
    change,
    demo,
    duplicates,
    library,
    lists,
    models,
    pull,
    queue,
    registry,
    search,
    serve,
    tokens,
    usage,
    workflow,
)
from modella.cli.commands import wants_no_colour
from modella.cli.exits import FAILED, INTERRUPTED

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None if wants_no_colour() else "rich",
    help="A local-first library and download manager for generative-AI model files.",
)
_PANELS: dict[str, tuple[Callable[..., None], ...]] = {
    "Start": (serve.serve, demo.demo, search.search, pull.pull),
    "What you have": (library.scan, library.adopt, models.ls, models.show, models.identify, usage.usage),
    "Change": (*change.COMMANDS, duplicates.duplicates),
    "What is known": registry.COMMANDS,
    "Keep whole": (models.verify, library.doctor, library.rebuild, backups.backup),
}
"""The commands as the help shows them; groups of commands stand below."""
for panel, commands in _PANELS.items():
    for command in commands:
        takes_minus = {"ignore_unknown_options": True} if command is models.ls else None
        app.command(rich_help_panel=panel, context_settings=takes_minus)(command)
app.command("import", rich_help_panel="Change")(change.import_)
app.command("restore-backup", rich_help_panel="Keep whole")(backups.restore_backup)
app.add_typer(apps.app, name="apps", rich_help_panel="What you have")
app.add_typer(backups.app, name="backups", rich_help_panel="Keep whole")
app.add_typer(change.trash, name="trash", rich_help_panel="Change")
app.add_typer(library.app, name="roots", rich_help_panel="What you have")
app.add_typer(lists.app, name="lists", rich_help_panel="What you have")
app.add_typer(queue.app, name="queue", rich_help_panel="Start")
app.add_typer(workflow.app, name="workflow", rich_help_panel="What you have")
app.add_typer(tokens.app, name="tokens", rich_help_panel="Start")


@app.callback(invoke_without_command=True)
def version(
    context: typer.Context, show: bool = typer.Option(False, "--version", help="Show the version and exit.")
) -> None:
    """Show the version when asked to."""
    if show:
        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def run() -> None:
    """Runs the command line; whatever happens, there is an exit status and no stack trace without a reason."""
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(FAILED)
