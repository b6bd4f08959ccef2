"""Versions of apps and ranges of them, in the spelling of npm: `>=0.2 <1`, `^1.2`, `~1.2`, `1.x`, `<1 || >=2`."""

import re

from semantic_version import NpmSpec, Version

from modella.core.errors import BadLink
from modella.core.naming import shown

_NUMBERS = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,2}")
_LONGEST = 200


def version_of(text: str) -> Version | None:
    """The version that a text speaks of, `v1.10.1-rc` as `1.10.1`; None where there is no number in it.

    What comes after three numbers does not count: an early form of a release has its folders.
    """
    found = _NUMBERS.search(text[:_LONGEST])
    return Version.coerce(found.group()) if found else None


def check_range(text: str, name: str = "versions") -> str:
    """The range itself; BadLink("bad-value") for what is none."""
    _spec(text, name)
    return text


def is_range(text: str) -> bool:
    """Whether a text is a range of versions."""
    try:
        _spec(text, "versions")
    except BadLink:
        return False
    return True


def is_within(version: str, wanted: str) -> bool:
    """Whether a version lies in a range; an empty range holds every version, and a version without a number none.

    BadLink("bad-value") for what is no range.
    """
    spec = _spec(wanted, "versions")
    if not wanted.strip() or wanted.strip() == "*":
        return True
    found = version_of(version)
    return found is not None and bool(spec.match(found))


def _spec(text: str, name: str) -> NpmSpec:
    try:
        if len(text) > _LONGEST:
            raise ValueError("too long")
        return NpmSpec(re.sub(r"\s*,\s*", " ", text.strip()))
    except ValueError as problem:
        raise BadLink("bad-value", name=name, value=shown(text, 80), reason="not a range of versions") from problem
