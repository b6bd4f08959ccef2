"""What is asked: bodies take known keys only, parameters too, and what is wrong with a request is said in words."""

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Self

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, model_validator
from pydantic_core import PydanticCustomError

from modella.core.errors import BadLink
from modella.core.words import Words
from modella.work.hands import Hands

_UNKNOWN = "unknown_key"
_LONGEST = 80
_REASONS: Mapping[str, str] = {
    "string_type": "text",
    "string_sub_type": "text",
    "string_unicode": "half-a-character",
    "string_too_short": "text-too-short",
    "string_too_long": "text-too-long",
    "string_pattern_mismatch": "pattern",
    "int_type": "whole-number",
    "int_parsing": "whole-number",
    "int_from_float": "whole-number",
    "int_parsing_size": "whole-number",
    "float_type": "number",
    "float_parsing": "number",
    "finite_number": "number",
    "bool_type": "yes-or-no",
    "bool_parsing": "yes-or-no",
    "list_type": "list",
    "tuple_type": "list",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
    "too_short": "list-too-short",
    "too_long": "list-too-long",
    "greater_than_equal": "too-small",
    "less_than_equal": "too-large",
    "literal_error": "one-of",
    "enum": "one-of",
}
"""Pydantic's types of errors, and our sentence for each (`requests.` in the locales)."""


class Wish(BaseModel):
    """The body of a request: a key that is not known is refused, because it was meant to say something."""

    model_config = ConfigDict(extra="forbid", populate_by_name=False)

    @model_validator(mode="wrap")
    @classmethod
    def _knows_every_key(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        known = [field.alias or name for name, field in cls.model_fields.items()]
        strange = next((key for key in given if key not in known), None) if isinstance(given, dict) else None
        if strange is not None:
            raise PydanticCustomError(_UNKNOWN, "unknown key", {"name": str(strange), "known": known})
        return handler(given)


def hands_of(request: Request) -> Hands:
    """The hands of the library that is asked."""
    hands: Hands = request.app.state.house.hands
    return hands


def check_parameters(request: Request) -> None:
    """A dependency: the query holds only parameters that the operation knows. BadLink("unknown-key")."""
    known = _parameters(request.scope["route"].dependant)
    strange = next((name for name in request.query_params if name not in known), None)
    if strange is not None:
        raise unknown(strange, known)


def _parameters(dependant: Dependant) -> list[str]:
    """The parameters of an operation, and of the classes that several operations share."""
    inner = [name for each in dependant.dependencies for name in _parameters(each)]
    return [*(each.alias for each in dependant.query_params), *inner]


def unknown(name: str, known: Iterable[str]) -> BadLink:
    """The refusal of a key or a parameter, with the one that was probably meant."""
    all_known = list(known)
    near = get_close_matches(name.lower(), all_known, 1, 0.6)
    return BadLink("unknown-key", name=name[:_LONGEST], known=all_known, hint=near[0] if near else None)


def explained(words: Words, problem: RequestValidationError, *, hides: bool = False) -> tuple[BadLink, str | None]:
    """The first thing that is wrong with a request, and a sentence of its own where it needs one.

    With `hides` nothing of what was given is repeated: it is a key.
    """
    first: dict[str, Any] = problem.errors()[0]
    kind, facts = first["type"], first.get("ctx") or {}
    name = ".".join(str(part) for part in first["loc"] if part not in {"body", "query", "path", "header"}) or "body"
    if kind == _UNKNOWN:
        return unknown(facts["name"], facts["known"]), None
    if kind == "extra_forbidden":
        return unknown(str(first["loc"][-1]), ()), None
    if kind == "json_invalid":
        reason = words.say("requests.not-json", error=str(facts.get("error", "")), at=first["loc"][-1])
        return BadLink("bad-value", name="body", value="" if hides else _shown(problem.body), reason=reason), None
    if kind == "missing":
        said = words.say("requests.no-body") if name == "body" else words.say("requests.missing", name=name)
        return BadLink("bad-value", name=name, value="", reason=said), said
    known = _REASONS.get(kind)
    reason = words.say(f"requests.{known}", **facts) if known else str(facts.get("error") or first["msg"])
    return BadLink("bad-value", name=name, value="" if hides else _shown(first.get("input")), reason=reason), None


def _shown(value: Any) -> str:
    """The beginning of what was given, as it would be written."""
    if isinstance(value, str) and value.strip():
        return value[:_LONGEST]
    return json.dumps(value, ensure_ascii=False, default=str)[:_LONGEST]
