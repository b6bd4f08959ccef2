"""Trained words as people type them into a prompt: one entry may hold a comma list, a line break, a whole prompt."""

import re
from collections.abc import Iterable

_NETWORK = re.compile(r"<(?:lora|lyco|hypernet|locon)\s*:[^<>]*>", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
MOST = 500
"""More words than this are a mistake of the page, not words."""


def trained_words(entries: Iterable[str]) -> tuple[str, ...]:
    """The words of all entries, split at commas and line breaks outside brackets, each once, in order.

    Network tags such as `<lora:name:1>` are how a file is loaded, not a word, and are left out.
    """
    found: dict[str, str] = {}
    for entry in entries:
        for word in _split(_NETWORK.sub(",", entry)):
            found.setdefault(word.casefold(), word)
            if len(found) >= MOST:
                return tuple(found.values())
    return tuple(found.values())


def _split(entry: str) -> list[str]:
    words: list[str] = []
    word, depth = "", 0
    for character in entry:
        depth = max(0, depth + (character in "([{") - (character in ")]}"))
        if character in "\r\n" or (character in ",，、;" and depth == 0):
            words, word = [*words, word], ""
            depth = 0
        else:
            word += character
    return [cleaned for each in [*words, word] if (cleaned := _SPACE.sub(" ", each).strip())]
