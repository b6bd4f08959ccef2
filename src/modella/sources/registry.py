"""Finding the source a pasted text belongs to."""

from collections.abc import Iterable

from modella.core.errors import BadLink
from modella.core.listing import Ref
from modella.core.naming import shown
from modella.core.secrecy import mask_text
from modella.sources.source import Source

CATCH_ALL = "url"


def ask_in_order(sources: Iterable[Source], text: str) -> Ref:
    """The ref of the first source that claims the text, the catch-all asked last.

    Raises BadLink("link-not-understood") when nobody does, and the BadLink of a source that knows the text and
    knows that it is no model.
    """
    for source in sorted(sources, key=lambda each: each.name == CATCH_ALL):
        if (ref := source.recognise(text)) is not None:
            return ref
    raise BadLink("link-not-understood", link=shown(mask_text(text.strip())))
