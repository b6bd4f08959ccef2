"""Where the value of each field is from: the user, another tool, the source, the bytes, the header, the file's name."""

from typing import Any

from modella.core.header_texts import header_fields
from modella.core.model import EDITABLE, Metadata, Overrides, effective, fits
from modella.core.sidecars.merging import HEADER

ORIGINS = ("user", "imported", "source", "tensors", "header", "name")
"""From the strongest word to the weakest; for kind and family the tensors stand above source and header."""
_BY_TENSORS = frozenset({"kind", "family"})
_NOTHING: tuple[Any, ...] = (None, "", [], {}, "unknown")


def standing(metadata: Metadata, overrides: Overrides) -> dict[str, dict[str, Any]]:
    """For each field that a person may set: `value`, `origin`, `file`, and what stands beside the value that counts.

    `origin` is one of `ORIGINS`, None for a field without a value. `file` is the other tool's file that a value is
    from. `user` and `imported` are there when such a word was said; `source` is what stands beneath all words.
    """
    counted = effective(metadata, overrides)
    return {name: _of_field(name, counted[name], metadata, overrides) for name in EDITABLE}


def is_guessed(metadata: Metadata) -> bool:
    """Whether nobody has named a model: its name is that of its file, and follows it."""
    return "name" not in metadata.origins and not metadata.sources


def _of_field(name: str, value: Any, metadata: Metadata, overrides: Overrides) -> dict[str, Any]:
    found = getattr(metadata, name)
    told: dict[str, Any] = {"value": value, "origin": None, "file": None, "source": found}
    if name in metadata.imported.said and name not in overrides.reset:
        told["imported"] = metadata.imported.said[name]
    if name in overrides.fields:
        told["user"] = overrides.fields[name]
    if "user" in told and fits(name, told["user"]):
        return {**told, "origin": "user"}
    if "imported" in told and fits(name, told["imported"]):
        return {**told, "origin": "imported", "file": metadata.imported.origins.get(name)}
    return {**told, "origin": _origin(name, found, metadata), "file": _file(name, metadata)}


def _origin(name: str, found: Any, metadata: Metadata) -> str | None:
    """Who found what stands beneath the words."""
    if found in _NOTHING:
        return None
    if name in _BY_TENSORS:
        return "tensors" if getattr(metadata.detected, name) == found else _told_by(metadata, "base_model")
    if name in metadata.origins:
        return HEADER if metadata.origins[name] == HEADER else "source"
    return (
        "name"
        if name == "name" and not metadata.sources and not _in_header(name, found, metadata)
        else (_told_by(metadata, name))
    )


def _told_by(metadata: Metadata, name: str) -> str:
    from_header = metadata.origins.get(name) == HEADER or (
        not metadata.sources and _in_header(name, getattr(metadata, name), metadata)
    )
    return HEADER if from_header else "source"


def _in_header(name: str, value: Any, metadata: Metadata) -> bool:
    return bool(header_fields(metadata.detected.metadata).get(name) == value)


def _file(name: str, metadata: Metadata) -> str | None:
    """The other tool's file that a fetched value is from."""
    told = metadata.origins.get(name)
    return told if told in metadata.imported.files else None
