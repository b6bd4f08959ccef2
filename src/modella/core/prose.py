"""Remote prose made safe: a description keeps its paragraphs, lists and links, and loses everything that acts."""

import re

import nh3

TAGS = {
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "i",
    "li",
    "ol",
    "p",
    "pre",
} | {*("s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul", "span")}
LONGEST = 100_000
MOST_TAGS = 20_000
DEEPEST = 100
"""Deeper pages are no descriptions, and the time a parser takes grows with the square of the depth."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>?")
_ANY_TAG = re.compile(r"<[^<>]*>?")
_NEVER_NESTED = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_ENDED_BY_THE_NEXT = frozenset({"p", "li", "td", "th", "tr", "dt", "dd", "option", "a", "b", "i", "em", "strong"})
"""Tags that writers forget to close, which cost a parser nothing."""


def safe_html(text: str | None) -> str | None:
    """HTML with a small set of tags; only links keep an attribute, and they lead to the web or to a mailbox.

    Cut at 100,000 characters. What is nested deeper than 100 levels, or is little but tags, keeps its words only.
    """
    if text is None:
        return None
    cut = text[:LONGEST]
    if cut.count("<") > MOST_TAGS or _is_too_deep(cut):
        cut = " ".join(_ANY_TAG.sub(" ", cut).split())
    return nh3.clean(
        cut,
        tags=TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow ugc",
    )


def _is_too_deep(text: str) -> bool:
    """Whether tags are opened within each other to more levels than a description needs."""
    opened: dict[str, int] = {}
    depth = 0
    for closing, name in ((found[1], found[2].lower()) for found in _TAG.finditer(text)):
        if name in _NEVER_NESTED or name in _ENDED_BY_THE_NEXT:
            continue
        step = -min(1, opened.get(name, 0)) if closing else 1
        opened[name] = opened.get(name, 0) + step
        depth += step
        if depth > DEEPEST:
            return True
    return False
