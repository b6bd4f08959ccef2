"""Writes the generated parts of the documents from the program itself.

    .venv/bin/python -m tests.documents      refreshes all of them; a test fails when one is stale

A generated part stands between `<!-- NAME -->` and `<!-- /NAME -->`; everything outside the marks is written by hand.
"""

import ast
import json
import re
import sys
import typing
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import typer
from fastapi import FastAPI
from pydantic_core import PydanticUndefined
from typer.core import TyperArgument, TyperOption

from modella.api import events
from modella.api.answers import STATUS
from modella.api.app import make_app
from modella.cli.exits import EXITS
from modella.cli.main import app
from modella.core.errors import BRANCHES
from modella.core.kinds import Kind
from modella.core.mapping import Mapping, json_schema, newest_first
from modella.io.declared import declared
from modella.io.packaged import load_mappings
from modella.io.secrets import ENVIRONMENT
from modella.io.settings import CHANGEABLE, Settings, environment_names

ROOT = Path(__file__).parents[1]
REFRESH = ".venv/bin/python -m tests.documents"
COMPUTED_DEFAULTS = {"home": "the platform's folder for data of programs", "library": "`~/modella`", "rules": "none"}
"""Defaults that depend on the machine, in words."""
EXIT_MEANINGS = {
    0: "done",
    1: "failed",
    2: "usage: the command or the link cannot be understood",
    3: "not found",
    4: "needs a login, a permission, a payment or patience",
    5: "the bytes differ from the published hash",
    6: "no space",
    7: "refused by a rule",
    8: "network",
    130: "interrupted with Ctrl+C; downloads can be resumed",
}


class Command(NamedTuple):
    """One command of the command line."""

    name: str
    help: str
    arguments: list[TyperArgument]
    options: list[TyperOption]


def table(head: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def prose(text: str) -> str:
    """Plain text as Markdown: what would be taken for a mark is escaped, except in backticks."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([*_<>])", r"\\\1", part) for part in parts)


# -------------------------------------------------------------------------------------------------- the command line


def commands() -> list[Command]:
    """Every command, groups resolved, in the order of the program."""
    return list(_commands(typer.main.get_command(app), "modella"))


def _commands(group: Any, path: str) -> Iterator[Command]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{path} {name}")
        else:
            arguments = [each for each in command.params if isinstance(each, TyperArgument)]
            options = [each for each in command.params if isinstance(each, TyperOption)]
            yield Command(f"{path} {name}", command.help or "", arguments, options)


def _option(option: TyperOption) -> str:
    """An option as it is typed."""
    names = " / ".join([*option.opts, *option.secondary_opts])
    if option.is_flag:
        return f"`{names}`"
    return f"`{names} {option.metavar or option.opts[0].strip('-').replace('-', '_').upper()}`"


def _default(option: TyperOption) -> str:
    given = option.default
    if option.secondary_opts:
        return f"`{(option.opts if given else option.secondary_opts)[0]}`"
    return "" if given in (None, False, ()) else f"`{given}`"


def _usage(command: Command) -> str:
    named = [each.metavar or each.name.upper() for each in command.arguments]
    written = [
        word if each.required or word.startswith("[") else f"[{word}]"
        for word, each in zip(named, command.arguments, strict=True)
    ]
    return " ".join([command.name, *written, *(["[OPTIONS]"] if command.options else [])])


def _section(command: Command) -> str:
    parts = [f"### {command.name}", prose(command.help), f"```\n{_usage(command)}\n```"]
    helped = [each for each in command.arguments if each.help]
    rows = [(f"`{each.metavar or each.name.upper()}`", prose(each.help or ""), "") for each in helped]
    rows += [(_option(each), prose(each.help or ""), _default(each)) for each in command.options]
    return "\n\n".join([*parts, table(("", "", "default"), rows)])


def cli_part() -> str:
    """Every command with its arguments and options."""
    return "\n\n".join(_section(command) for command in commands())


# ------------------------------------------------------------------------------------------------ settings and errors


def settings_part() -> str:
    """Every setting: key, variable, default, meaning, and whether it may change while the server runs."""
    names, texts = environment_names(), english()["settings"]
    rows = [
        (
            f"`{key}`",
            f"`{names[key]}`",
            default_of(key),
            prose(_with_choices(key, texts[key]["help"])),
            "yes" if key in CHANGEABLE else "",
        )
        for key in Settings.model_fields
    ]
    return table(("key", "variable", "default", "what it is", "changes live"), rows)


def _with_choices(key: str, text: str) -> str:
    """The help of a setting, with the values it may have where there are few."""
    choices = declared()[key].choices
    return f"{text} ({', '.join(f'`{each}`' for each in choices)})" if choices else text


def default_of(key: str) -> str:
    """The default of a setting in words that hold on every machine."""
    if key in COMPUTED_DEFAULTS:
        return COMPUTED_DEFAULTS[key]
    default = Settings.model_fields[key].default
    if default is PydanticUndefined:
        raise LookupError(f"the default of {key} is computed: describe it in COMPUTED_DEFAULTS")
    return "none" if default in (None, "") else f"`{default}`"


def keys_part() -> str:
    """The variables that hold secrets."""
    return table(("variable", "key for"), [(f"`{variable}`", name) for name, variable in ENVIRONMENT.items()])


def exits_part() -> str:
    """The exit statuses of the command line."""
    return table(("status", "meaning"), [(f"`{status}`", meaning) for status, meaning in EXIT_MEANINGS.items()])


def english() -> dict[str, Any]:
    """The English sentences, as they lie in their file."""
    found: dict[str, Any] = json.loads((ROOT / "src/modella/locales/en.json").read_text(encoding="utf-8"))
    return found


def errors_part() -> str:
    """Every error: code, sentence, hint, and whether the same wish may succeed later; by branch."""
    texts = english()["errors"]
    sections = []
    for branch in BRANCHES:
        head = f"### {branch.__name__}: exit {EXITS[branch]}, HTTP {STATUS[branch]}\n\n{branch.__doc__}"
        rows = [
            (f"`{code}`", prose(texts[code]["sentence"]), prose(texts[code]["hint"]), "yes" if retry else "")
            for code, retry in branch.codes.items()
        ]
        sections.append(f"{head}\n\n{table(('code', 'what people read', 'what they can do', 'may pass'), rows)}")
    return "\n\n".join(sections)


# --------------------------------------------------------------------------------------------------------- the API


def api() -> FastAPI:
    """The API without a house behind it: enough to describe itself."""
    return make_app(typing.cast(Any, None))


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every operation, in the order of the program."""
    paths = api().openapi()["paths"]
    return [(method.upper(), path, told) for path, methods in paths.items() for method, told in methods.items()]


def sockets() -> list[tuple[str, str]]:
    """Path and meaning of every WebSocket."""
    routes: list[Any] = list(events.router.routes)
    return [(route.path, route.endpoint.__doc__.strip()) for route in routes]


def api_part() -> str:
    """Every operation, the bodies that they take, and every WebSocket."""
    schemas = api().openapi()["components"]["schemas"]
    rows = [
        (f"`{method} {path}`", prose(_line(told.get("description", ""))), _inputs(told, schemas), _begins(told))
        for method, path, told in operations()
    ]
    live = [(f"`{path}`", _line(meaning)) for path, meaning in sockets()]
    bodies = dict.fromkeys(name for _, _, told in operations() if (name := _body_of(told)))
    parts = [table(("operation", "what it does", "takes", "task"), rows), "### Bodies"]
    parts += [_body_part(name, schemas) for name in bodies if schemas[name].get("properties")]
    return "\n\n".join([*parts, "### Events", table(("WebSocket", "what it tells"), live)])


def _line(text: str) -> str:
    """A text on one line, as a cell of a table needs it."""
    return " ".join(text.split())


def _begins(told: dict[str, Any]) -> str:
    """Whether an operation starts a task, by what it answers with."""
    answer = told["responses"].get("202", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = answer.get("$ref", "").rpartition("/")[2]
    return "starts one" if name in _WITH_A_TASK else ""


_WITH_A_TASK = {"Answer_TaskView_", "Answer_Adopted_", "Answer_Reclaiming_", "Answer_Restoring_"}


def _body_of(told: dict[str, Any]) -> str:
    """The name of the object that an operation takes as its body."""
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return next((each["$ref"].rpartition("/")[2] for each in [body, *body.get("anyOf", ())] if "$ref" in each), "")


def _body_part(name: str, schemas: dict[str, Any]) -> str:
    """The fields of one body: type, default and meaning."""
    schema = schemas[name]
    needed = set(schema.get("required", ()))
    rows = [
        (f"`{field}`", _type(told), "needed" if field in needed else _default_of(told), prose(_limits(told)))
        for field, told in schema["properties"].items()
    ]
    users = [f"`{method} {path}`" for method, path, told in operations() if _body_of(told) == name]
    head = f"**{', '.join(users)}**\n\n{prose(_line(schema.get('description', '')))}"
    return f"{head}\n\n{table(('field', 'type', 'default', ''), rows)}"


def _type(told: dict[str, Any]) -> str:
    """The type of a field, as JSON has it."""
    if "anyOf" in told:
        return " or ".join(_type(each) for each in told["anyOf"])
    if "$ref" in told:
        return str(told["$ref"].rpartition("/")[2])
    if "enum" in told or "const" in told:
        return ", ".join(f"`{each}`" for each in told.get("enum") or [told["const"]])
    if told.get("type") == "array":
        return f"list of {_type(told.get('items', {}))}"
    return str(told.get("type", "anything"))


def _default_of(told: dict[str, Any]) -> str:
    empty = {"array": "`[]`", "object": "`{}`"}
    default = told.get("default")
    return f"`{json.dumps(default)}`" if default is not None else empty.get(str(told.get("type")), "none")


_BOUNDS = (
    ("minimum", "from {}"),
    ("maximum", "to {}"),
    ("maxLength", "at most {} characters"),
    ("maxItems", "at most {}"),
)


def _limits(told: dict[str, Any]) -> str:
    """What a field means, and its bounds."""
    sides = [told, *told.get("anyOf", ())]
    bounds = [text.format(int(side[key])) for key, text in _BOUNDS for side in sides if key in side]
    return "; ".join([*([str(told["description"])] if "description" in told else []), *bounds])


def _inputs(told: dict[str, Any], schemas: dict[str, Any]) -> str:
    """Query parameters, headers and the fields of the body."""
    asked = [each["name"] for each in told.get("parameters", ()) if each["in"] != "path"]
    name = _body_of(told)
    fields = list(schemas[name].get("properties", ())) if name else []
    said = [", ".join(f"`{each}`" for each in asked), ", ".join(f"`{each}`" for each in fields)]
    return "; ".join(part for part in (said[0], f"body {said[1]}" if fields else "") if part)


# --------------------------------------------------------------------------------------------------------- the map


def map_part() -> str:
    """One line a file: the first sentence of its docstring, room by room."""
    rooms: dict[str, list[str]] = {}
    source = ROOT / "src" / "modella"
    for path in sorted(source.rglob("*.py")):
        relative = path.relative_to(source)
        room = relative.parent.as_posix()
        sentence = first_sentence(path)
        if path.name == "__init__.py" and room != ".":
            rooms.setdefault(room, []).insert(0, f"\n**`{room}/`** {sentence}\n")
        else:
            rooms.setdefault(room, []).append(f"- `{path.name}`: {sentence}")
    return "\n".join(line for lines in rooms.values() for line in lines).strip()


def first_sentence(path: Path) -> str:
    """What a file says it is for."""
    text = " ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n\n")[0].split())
    return re.split(r"(?<=[.?!])\s+(?=[A-Z`])", text)[0]


# -------------------------------------------------------------------------------------------------------------- apps

WHY_NOT = {"api-only": "only by its own API", "own-store": "a store of its own", "takes-paths": "takes paths"}
"""Why an app gets no links, in a few words."""


def apps_part() -> str:
    """Every mapping file of the shelf at a glance."""
    rows = [
        [
            f"[{each.mapping.title}]({each.mapping.homepage})" if each.mapping.homepage else each.mapping.title,
            f"`{each.mapping.app}`",
            each.mapping.config,
            each.first,
            _links(each.mapping),
            _families(each.mapping),
        ]
        for each in newest_first(load_mappings())
    ]
    return table(["app", "in commands", "set up as", "from version", "links", "families"], rows)


def _links(mapping: Mapping) -> str:
    return ", ".join(mapping.links) if mapping.support == "links" else f"none: {WHY_NOT[str(mapping.why)]}"


def _families(mapping: Mapping) -> str:
    if mapping.support == "none":
        return ""
    return " ".join(f"`{name}`" for name in mapping.families if name != "-") or "all"


def folders_part() -> str:
    """Where each app gets each kind, for the newest version that its file speaks of."""
    return "\n\n".join(
        f"### {each.mapping.title}\n\n{_folders_of(each.mapping)}"
        for each in newest_first(load_mappings())
        if each.mapping.support == "links"
    )


def _folders_of(mapping: Mapping) -> str:
    rows = [
        [
            ", ".join(_plain_kind(kind) for kind in each.kinds),
            f"`{each.folder}/{each.name}`",
            each.versions and f"`{each.versions}`",
            " ".join(f"`{name}`" for name in (*each.formats, *(f"not {name}" for name in each.not_families))),
            " ".join(f"`{sign.path}`" for sign in each.when),
        ]
        for each in mapping.targets
    ]
    places = [f"- `{{{name}}}`: {_place(mapping, name)}" for name in mapping.places]
    notes = [mapping.notes] if mapping.notes else []
    head = ["kinds", "place", "app versions", "only", "where there is"]
    return "\n\n".join([*notes, table(head, rows), *(["\n".join(places)] if places else [])])


def _plain_kind(kind: Kind) -> str:
    return kind.value.replace("_", " ")


def _place(mapping: Mapping, name: str) -> str:
    place = mapping.places[name]
    usual = f"`{{{place.below}}}/{place.default}`" if place.below else f"`{place.default}`"
    said = " or ".join(dict.fromkeys(f"`{path}`" for each in place.found for path in each.paths))
    return f"{usual}, or where {said} puts it" if said else usual


# ---------------------------------------------------------------------------------------------------------- writing

PARTS: dict[tuple[str, str], Callable[[], str]] = {
    ("ARCHITECTURE.md", "map"): map_part,
    ("docs/cli.md", "commands"): cli_part,
    ("docs/errors.md", "exits"): exits_part,
    ("docs/errors.md", "errors"): errors_part,
    ("docs/settings.md", "settings"): settings_part,
    ("docs/settings.md", "keys"): keys_part,
    ("docs/api.md", "operations"): api_part,
    ("docs/apps.md", "apps"): apps_part,
    ("docs/apps.md", "folders"): folders_part,
}
"""Document and mark of each generated part, and what writes it."""


def mapping_schema() -> str:
    """The JSON Schema of mapping files, for editors."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


WHOLE: dict[str, Callable[[], str]] = {"docs/mapping.schema.json": mapping_schema}
"""Files that are generated from beginning to end, and what writes each."""


def between(text: str, mark: str) -> str | None:
    """What stands between the marks now; None when the document lacks them."""
    found = re.search(rf"<!-- {mark} -->\n(.*?)<!-- /{mark} -->", text, re.DOTALL)
    return found.group(1).strip("\n") if found else None


def with_part(text: str, mark: str, content: str) -> str:
    """The document with new content between the marks."""
    begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    head, _, rest = text.partition(begin)
    return f"{head}{begin}\n\n{content}\n\n{end}{rest.partition(end)[2]}"


def description() -> str:
    """The API as OpenAPI, of which the web app's types are made (`python3 dev.py types`)."""
    return json.dumps(api().openapi(), indent=1, ensure_ascii=False)


def main() -> None:
    """Refreshes every generated part; with `openapi` only prints the description of the API."""
    if sys.argv[1:] == ["openapi"]:
        print(description())
        return
    for (name, mark), write in PARTS.items():
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        fresh = with_part(text, mark, write())
        if fresh != text:
            path.write_text(fresh, encoding="utf-8")
            print(f"refreshed {name}: {mark}")
    for name, write in WHOLE.items():
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != write():
            path.write_text(write(), encoding="utf-8")
            print(f"refreshed {name}")


if __name__ == "__main__":
    main()
