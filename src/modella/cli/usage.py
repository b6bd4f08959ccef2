"""`modella usage`: how much room the models take, by what they are, and how full the drives are."""

from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.text import Text

from modella.cli.commands import JsonOption, LibraryOption, answers_errors, console, words
from modella.cli.door import open_door
from modella.cli.screen import add_row, print_json, table
from modella.core.naming import shown
from modella.core.words import size

_ROWS = 12


class By(StrEnum):
    """What the room is told by."""

    kind = "kind"
    family = "family"
    base_model = "base_model"
    source = "source"
    root = "root"


@answers_errors
def usage(
    by: Annotated[By, typer.Option("--by", help="What to tell it by.")] = By.kind,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Show how much room the models take, and how full the drives are."""
    with open_door({"library": library}) as door:
        found = door.ask("GET", "/api/usage")
    if as_json:
        print_json(found)
        return
    _print_shares(found[f"by_{by.value}"], by.value)
    for each in found["volumes"]:
        facts = {name: size(each[name]) for name in ("total", "free", "ours")}
        console().print(Text(words().say("cli.volume", path=shown(each["path"]), **facts)))
    total, trash = found["total"], found["trash"]
    told = words().say("cli.usage", count=f"{total['count']:,}", size=size(total["bytes"]))
    console().print(Text(told, style="bold"))
    if trash["count"]:
        said = words().say("cli.usage-trash", count=trash["count"], size=size(trash["bytes"]))
        console().print(Text(said, style="dim"))


def _print_shares(shares: list[dict[str, Any]], by: str) -> None:
    made = table(by, "models", "size")
    for each in shares[:_ROWS]:
        add_row(made, shown(str(each.get("path") or each.get("value"))), f"{each['count']:,}", size(each["bytes"]))
    rest = shares[_ROWS:]
    if rest:
        add_row(made, "…", f"{sum(each['count'] for each in rest):,}", size(sum(each["bytes"] for each in rest)))
    console().print(made)
