"""Weighing what the bytes say against what others say: the kind and family that count, and where they disagree."""

from modella.core.identity import Identity
from modella.core.kinds import Kind
from modella.core.rules import Rules, family_of

_TELLS_NOTHING = frozenset({Kind.unknown, Kind.invalid, Kind.other})


def kind_of(detected: Identity, told: str | None) -> str:
    """The kind that counts: the bytes' word, else what was told, else unknown."""
    if detected.kind not in _TELLS_NOTHING:
        return detected.kind
    return told or (detected.kind if detected.kind == Kind.other else Kind.unknown)


def disagreements(
    detected: Identity, told_kind: str | None, base_model: str | None, who: str, rules: Rules
) -> list[str]:
    """Where the one who tells says something else than the tensors, in words."""
    said = list(detected.conflicts)
    if told_kind and detected.kind not in _TELLS_NOTHING and told_kind != detected.kind:
        said.append(f"kind: {who} says {told_kind}, the tensors say {detected.kind}")
    family = family_of(base_model, rules)
    if family and detected.family and family != detected.family and family not in detected.also:
        said.append(f"family: {who} says {family} ({base_model}), the tensors say {detected.family}")
    return said
