"""Plain text beside a model: notes in `<stem>.txt`, a hash in `<stem>.sha256`."""

import re

from modella.core.sidecars.reading import Format, Reading, Sheet, hints_of, words_of

_HASH = re.compile(r"\b[0-9A-Fa-f]{64}\b")


def read_notes(sheet: Sheet) -> Reading:
    """Whatever was written down."""
    return sheet.reading(said={"notes": words_of(sheet.text)})


def read_hash(sheet: Sheet) -> Reading:
    """The hash alone, or a line of `sha256sum`; where several files are listed, the line of this one."""
    lines = [line for line in sheet.text.splitlines() if _HASH.search(line)]
    named = [line for line in lines if sheet.model_file.casefold() in line.casefold()]
    found = _HASH.search((named or lines)[0]) if len(lines) == 1 or len(named) == 1 else None
    return sheet.reading(hints=hints_of({"sha256": found[0] if found else None}))


FORMATS = (
    Format("sha256", read_hash, endings=(".sha256",), form="text"),
    Format("text", read_notes, endings=(".description.txt", ".txt"), form="text"),
)
