"""Where a model goes: a template of words, filled in and made safe one component at a time."""

import re
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field, field_validator

from modella.core.kinds import FOLDERS, Kind
from modella.core.naming import slug

DEFAULT_RULE = "{kind folder}/{family}/{name}"
WORDS = ("kind folder", "kind", "family", "base model", "source", "creator", "name", "version")
_WORD = re.compile(r"\{([^{}]*)\}")


class Rule(BaseModel):
    """Where models go for which all the named facts are equal; no facts means every model."""

    model_config = ConfigDict(extra="forbid")

    when: dict[str, str] = Field(default_factory=dict)
    to: str

    @field_validator("to")
    @classmethod
    def _can_place(cls, text: str) -> str:
        return check_rule(text)


def choose(rules: Sequence[Rule], facts: Mapping[str, str | None]) -> Rule:
    """The first rule whose facts are all true of the model; the default rule when none is."""
    fits = (r for r in rules if all((facts.get(k) or "").lower() == v.lower() for k, v in r.when.items()))
    return next(fits, Rule(to=DEFAULT_RULE))


def place(rule: str, facts: Mapping[str, str | None]) -> str:
    """The folder for a model, relative to the library, with `/` between components.

    A word that is unknown for this model drops its component, so that no folder is called "unknown". ValueError when
    the rule has a word that does not exist or leaves no name.
    """
    known = {**facts, "kind folder": FOLDERS[Kind(facts.get("kind") or "unknown")]}
    components = [_component(part, known) for part in rule.split("/")]
    path = "/".join(component for component in components if component)
    if "{name}" not in rule:
        raise ValueError("a placement rule needs {name}")
    return path


def check_rule(rule: str) -> str:
    """The rule itself when it can place anything; ValueError with the reason otherwise."""
    place(rule, {"kind": "lora", "name": "x"})
    return rule


def _component(part: str, facts: Mapping[str, str | None]) -> str:
    for word in _WORD.findall(part):
        if word not in WORDS:
            raise ValueError(f"no such word in a placement rule: {{{word}}}")
        if not facts.get(word):
            return ""
    text = _WORD.sub(lambda found: facts[found.group(1)] or "", part)
    is_fixed = part in (text, "{kind folder}")
    return text if is_fixed and re.fullmatch(r"[A-Za-z0-9_-]+", text) else slug(text, fallback="")
