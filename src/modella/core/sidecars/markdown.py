"""`<stem>.md` of ComfyUI-Model-Manager: a front matter with the origin, then text a person may have changed."""

import re

from modella.core.card import read_card
from modella.core.loose_json import mapping, text, texts
from modella.core.sidecars.civitai_part import NOBODY_KNOWS
from modella.core.sidecars.origins import origin_of
from modella.core.sidecars.reading import Format, Reading, Sheet, hints_of, picture_of, prompt_words, words_of

_SECTION = re.compile(
    r"^#{1,3} +trigger words *$\n(?P<words>.*?)(?=^#{1,3} |\Z)", re.IGNORECASE | re.MULTILINE | re.DOTALL
)
_NO_WORDS = "no trigger words"


def read(sheet: Sheet) -> Reading:
    """The front matter is what was fetched; the text below it, but for the trigger words, counts as notes."""
    card = read_card(sheet.text)
    section = _SECTION.search(card.body)
    body = card.body[: section.start()] + card.body[section.end() :] if section else card.body
    base = text(card.front.get("baseModel")) or ""
    fetched = {
        "creator": text(card.front.get("author")),
        "base_model": base if base.lower() not in NOBODY_KNOWS else None,
        "trained_words": _words(section["words"]) if section else None,
    }
    pictures = [found for each in texts(card.front.get("preview")) if (found := picture_of(each))]
    return sheet.reading(
        said={"notes": words_of(body)},
        fetched=fetched,
        hints=hints_of(mapping(card.front.get("hashes"))),
        source=origin_of(card.front.get("modelPage")),
        pictures=pictures,
    )


def _words(section: str) -> list[str]:
    lines = (line.strip().lstrip("-*").strip(" `") for line in section.splitlines())
    return prompt_words(line for line in lines if line.lower() != _NO_WORDS)


FORMAT = Format("model-manager-markdown", read, endings=(".md",), form="text")
