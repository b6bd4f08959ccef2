"""A licence in plain words: what may be done with a model, as its source says it."""

from collections.abc import Mapping
from typing import Any

from modella.core.words import Words

_TERMS = {
    "allow_no_credit": ("credit-needed", "no-credit-needed"),
    "allow_derivatives": ("no-derivatives", "derivatives"),
    "allow_different_license": ("same-terms", "other-terms"),
}
"""A permission, and the words for no and yes."""
_WORDED = {
    *(each for pair in _TERMS.values() for each in pair),
    *("sell-nothing", "sell-image", "sell-rent", "sell-rentcivit", "sell-sell"),
}
"""What there are words for; a use that is new at the source is told as it is."""


def terms_of(words: Words, told: Mapping[str, Any]) -> list[str]:
    """A licence in plain words; what the source does not say is not said."""
    named = [str(told[name]) for name in ("name", "id") if told.get(name)][:1]
    said = [_TERMS[name][bool(value)] for name, value in told.items() if name in _TERMS and isinstance(value, bool)]
    uses = told.get("allow_commercial_use")
    if isinstance(uses, list):
        said += [f"sell-{use.lower()}" for use in uses if isinstance(use, str)] or ["sell-nothing"]
    return named + [words.say(f"license.{each}") if each in _WORDED else each for each in said]
