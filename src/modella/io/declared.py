"""What is declared of each setting: its section, what its value is, its bounds, choices and default."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from modella.io.settings import CHANGEABLE, Settings

Shape = Literal[
    "integer",
    "number",
    "text",
    "choice",
    "flag",
    "hours",
    "bytes",
    "bytes-per-second",
    "folder",
    "file",
    "url",
    "rules",
]
"""What the value of a setting is, for whoever shows a field for it."""
Section = Literal["library", "downloads", "network", "previews", "appearance", "backups", "system"]
_BY_JSON: Mapping[str, Shape] = {
    "integer": "integer",
    "number": "number",
    "boolean": "flag",
    "string": "text",
    "path": "folder",
    "array": "rules",
}
"""The shape of a setting that names none of its own, by its type in JSON Schema."""


class Declared(BaseModel):
    """One setting as it is declared; bounds are taken in, except `above`, which is not."""

    model_config = ConfigDict(frozen=True)

    name: str
    variable: str
    section: Section
    shape: Shape
    default: Any
    choices: tuple[str, ...] = ()
    minimum: int | float | None = None
    above: int | float | None = None
    maximum: int | float | None = None
    most: int | None = None
    changeable: bool


@cache
def declared() -> Mapping[str, Declared]:
    """Every setting by its name, in the order of their sections."""
    schemas = Settings.model_json_schema()["properties"]
    defaults = Settings().model_dump(mode="json")
    return {name: _declared(name, schema, defaults[name]) for name, schema in schemas.items()}


def _declared(name: str, schema: Mapping[str, Any], default: Any) -> Declared:
    return Declared(
        name=name,
        variable=schema["env"],
        section=schema["section"],
        shape=schema.get("shape") or _shape(schema),
        default=default,
        choices=schema.get("enum", ()),
        minimum=schema.get("minimum"),
        above=schema.get("exclusiveMinimum"),
        maximum=schema.get("maximum"),
        most=schema.get("maxItems"),
        changeable=name in CHANGEABLE,
    )


def _shape(schema: Mapping[str, Any]) -> Shape:
    sides = [schema, *schema.get("anyOf", ())]
    told = next(side for side in sides if "type" in side)
    if "enum" in schema:
        return "choice"
    return _BY_JSON[told.get("format", told["type"])]
