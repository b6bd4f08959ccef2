"""Where a model goes: a template of words, filled in and made safe one component at a time."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from modella.core.kinds import FOLDERS, Kind
from modella.core.naming import slug

DEFAULT_RULE = "{kind folder}/{family}/{name}"
WORDS = ("kind folder", "kind", "family", "base model", "source", "creator", "name", "version")
FACTS = tuple(word for word in WORDS if word != "kind folder")
"""What the conditions of a rule may name."""
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


class RuleFault(BaseModel):
    """Why a rule cannot be used, or could never fit: the `word` of its `field` that is wrong.

    `unknown-word`: a template has a word that there is not; `needs-name`: it lacks `{name}`; `unknown-fact` and
    `unknown-kind`: a condition that holds for no model.
    """

    field: Literal["when", "to"]
    code: Literal["unknown-word", "needs-name", "unknown-fact", "unknown-kind"]
    word: str = ""


def choose(rules: Sequence[Rule], facts: Mapping[str, str | None]) -> Rule:
    """The first rule whose facts are all true of the model; the default rule when none is."""
    number = number_of(rules, facts)
    return Rule(to=DEFAULT_RULE) if number is None else rules[number]


def number_of(rules: Sequence[Rule], facts: Mapping[str, str | None]) -> int | None:
    """Which rule is the first whose facts are all true of the model, counted from 0; None when none is."""
    return next((number for number, rule in enumerate(rules) if _fits(rule, facts)), None)


def faults_of(when: Mapping[str, str], to: str) -> list[RuleFault]:
    """Everything that is wrong with a rule as somebody has typed it."""
    found = [RuleFault(field="when", code="unknown-fact", word=fact) for fact in when if fact not in FACTS]
    if when.get("kind", Kind.other).lower() not in set(Kind):
        found.append(RuleFault(field="when", code="unknown-kind", word=when["kind"]))
    strange = [word for word in _WORD.findall(to) if word not in WORDS]
    found += [RuleFault(field="to", code="unknown-word", word=word) for word in strange]
    return found if "{name}" in to else [*found, RuleFault(field="to", code="needs-name")]


def words_in(template: str) -> list[str]:
    """The words that stand in a template, in their order."""
    return list(dict.fromkeys(_WORD.findall(template)))


def _fits(rule: Rule, facts: Mapping[str, str | None]) -> bool:
    return all((facts.get(fact) or "").lower() == value.lower() for fact, value in rule.when.items())


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
