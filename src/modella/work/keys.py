"""Keys on trial: the source is asked whose a stored key is; the key itself is never told."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from modella.core.errors import AccessNeeded, ModellaError
from modella.core.naming import shown
from modella.io.net import Net
from modella.io.secrets import Secrets
from modella.sources.source import Source
from modella.work.outage import behind

_REFUSALS = frozenset({"login-needed", "key-rejected", "forbidden", "missing-or-private"})
"""How sites word that a key is not good, where nothing else is asked of them."""


class KeyTrial(BaseModel):
    """What a source said of the stored key: `good` with whose it is, `refused`, `unreachable` with why, or `none`.

    `code` and `context` are those of the error that came instead of an answer.
    """

    name: str
    state: Literal["good", "refused", "unreachable", "none"]
    who: str | None = None
    code: str | None = None
    context: dict[str, Any] = Field(default_factory=dict)


def try_key(source: Source, secrets: Secrets, net: Net) -> KeyTrial:
    """Asks a source whether the stored key is good; takes as long as the network lets it."""
    name = source.name
    if not secrets.key(name):
        return KeyTrial(name=name, state="none")
    try:
        who = source.who()
    except ModellaError as problem:
        return _failed(name, behind(problem, net))
    return KeyTrial(name=name, state="good", who=shown(who)[:200] if who else None)


def _failed(name: str, problem: ModellaError) -> KeyTrial:
    if isinstance(problem, AccessNeeded) and problem.code in _REFUSALS:
        context = {"source": name, "host": problem.facts.get("host") or name}
        return KeyTrial(name=name, state="refused", code="key-rejected", context=context)
    return KeyTrial(name=name, state="unreachable", code=problem.code, context=problem.plain_facts)
