"""`modella`: every command by its name."""

import logging
import sys

import typer

from modella import __version__
from modella.cli import change, demo, duplicates, library, models, pull, queue, registry, serve, tokens
from modella.cli.commands import wants_no_colour
from modella.cli.exits import FAILED, INTERRUPTED

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None if wants_no_colour() else "rich",
    help="A local-first library and download manager for generative-AI model files.",
)
app.command()(serve.serve)
app.command()(demo.demo)
app.command()(pull.pull)
app.command()(library.scan)
app.command()(library.adopt)
app.command()(models.ls)
app.command()(models.show)
app.command()(models.verify)
app.command()(models.identify)
for command in (*change.COMMANDS, duplicates.duplicates, *registry.COMMANDS):
    app.command()(command)
app.command("import")(change.import_)
app.add_typer(change.trash, name="trash")
app.command()(library.rebuild)
app.command()(library.doctor)
app.add_typer(queue.app, name="queue")
app.add_typer(library.app, name="roots")
app.add_typer(tokens.app, name="tokens")


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
