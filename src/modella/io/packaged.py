"""Reads the data that is packed with the program."""

import json
import tomllib
from functools import cache
from importlib import resources

from modella.core.languages import PRETEND, best, pretend
from modella.core.mapping import MappingFile, read_mapping
from modella.core.rules import Rules, parse
from modella.core.words import Words


@cache
def load_rules() -> Rules:
    """How models are recognised, from `families/`; read once."""
    folder = resources.files("modella") / "families"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    return parse(
        {entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text(encoding="utf-8")) for entry in files}
    )


@cache
def load_mappings() -> tuple[MappingFile, ...]:
    """The mapping files of `apps/`; read once."""
    folder = resources.files("modella") / "apps"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".json")), key=lambda entry: entry.name)
    return tuple(read_mapping(entry.name, entry.read_bytes()) for entry in files)


@cache
def languages() -> tuple[str, ...]:
    """Languages that have a file in `locales/`."""
    folder = resources.files("modella") / "locales"
    return tuple(sorted(e.name.removesuffix(".json") for e in folder.iterdir() if e.name.endswith(".json")))


@cache
def load_words(*wanted: str) -> Words:
    """The sentences of the first of these languages that there is; English where there is none of them."""
    name = best(wanted, languages())
    is_pretended = name == PRETEND
    text = (resources.files("modella") / "locales" / f"{'en' if is_pretended else name}.json").read_text("utf-8")
    texts = json.loads(text)
    return Words(pretend(texts) if is_pretended else texts, name)


@cache
def load_text(folder: str, name: str) -> str:
    """A text file packed with the program."""
    return (resources.files("modella") / folder / name).read_text(encoding="utf-8")
