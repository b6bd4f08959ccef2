"""Finding the source a pasted text belongs to."""

import re
from collections.abc import Iterable
from typing import Any

from modella.core import pasted
from modella.core.errors import BadLink
from modella.core.listing import Ref
from modella.core.naming import shown
from modella.core.secrecy import mask_text
from modella.sources.source import Source
from modella.sources.url.links import is_misspelt

CATCH_ALL = "url"
_LONGEST_HINT = 200
_NUMBER = re.compile(r"^\d{1,10}$")
_SLIP = re.compile(r"^([a-z]{2,7})(?::/{0,3}|/{2,3})((?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#].*)?)$", re.IGNORECASE)
_PATH = re.compile(
    r"^(?:\.{0,2}/|~|[a-z]:[\\/]|\\\\)|\.(?:safetensors|sft|gguf|ckpt|pt|pth|bin|onnx)$", re.IGNORECASE | re.DOTALL
)


def ask_in_order(sources: Iterable[Source], text: str) -> Ref:
    """The ref of the first source that claims the text, the catch-all asked last.

    Raises BadLink("link-not-understood") when nobody does, and the BadLink of a source that knows the text and
    knows that it is no model. Its fact `hint` is what could be written instead, where that can be told.
    """
    for source in sorted(sources, key=lambda each: each.name == CATCH_ALL):
        if (ref := source.recognise(text)) is not None:
            return ref
    raise BadLink("link-not-understood", link=shown(mask_text(text.strip())), **_advice(pasted.unwrap(text)))


def _advice(text: str) -> dict[str, Any]:
    """What the text may have been meant to be: a link with a slip in it, a file on this disk, a number of Civitai."""
    slip = _SLIP.match(text)
    if slip and is_misspelt(slip[1].lower()):
        return {"hint": shown(mask_text(f"https://{slip[2]}"), _LONGEST_HINT)}
    if _NUMBER.match(text):
        example = f"https://civitai.com/models/{text}"
        return {"hint": example, "example": example}
    if _PATH.search(text):
        return {"hint": f"modella identify {shown(mask_text(text), _LONGEST_HINT)}"}
    return {}
