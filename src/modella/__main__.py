"""Lets `python -m modella` do what the `modella` command does."""

from modella.cli.main import run

run()
