"""Where we are in a list that a site gives out page by page: its cursor, and those that came before it.

A site that hands out a cursor a second time would be followed for ever; so what was seen travels along, as short
marks, in the text that our own caller gives back for the next page.
"""

import base64
import json
import zlib
from dataclasses import dataclass

from modella.core.errors import BadLink

_MOST_SEEN = 100
_LONGEST = 4000
_LONGEST_CURSOR = 1500


@dataclass(frozen=True)
class Place:
    """A place in a list; without a cursor it is its beginning."""

    cursor: str | None = None
    seen: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str | None) -> "Place":
        """The place that an answer of ours called `next`; BadLink("bad-value") for any other text."""
        if not text:
            return cls()
        try:
            told = json.loads(base64.urlsafe_b64decode(text.encode("ascii") if len(text) <= _LONGEST else b"?"))
            cursor, seen = told
            if isinstance(cursor, str) and cursor and all(isinstance(each, str) for each in seen):
                return cls(cursor, tuple(seen))
        except (ValueError, TypeError, RecursionError):
            pass
        raise BadLink("bad-value", name="cursor", value=text[:80], reason="it is not what an answer gave as next")

    def after(self, cursor: str | None) -> "Place | None":
        """The next place, None where the list ends: no cursor, one that was there before, or one of no sense."""
        if not cursor or len(cursor) > _LONGEST_CURSOR or cursor == self.cursor or _mark(cursor) in self.seen:
            return None
        seen = self.seen if self.cursor is None else (*self.seen, _mark(self.cursor))
        return Place(cursor, seen[-_MOST_SEEN:])

    def text(self) -> str:
        """The place as a text to be given back."""
        return base64.urlsafe_b64encode(json.dumps([self.cursor, self.seen]).encode()).decode("ascii")


def _mark(cursor: str) -> str:
    return f"{zlib.crc32(cursor.encode('utf-8', 'replace')):08x}"
