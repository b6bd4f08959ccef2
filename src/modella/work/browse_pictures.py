"""Pictures of what a source shows: asked for small, drawn anew, kept; only those that an answer has told of."""

import re
import time
from typing import Literal

from modella.core.errors import ModellaError, NotFound
from modella.io.net import Net
from modella.io.pictures import draw
from modella.work.hands import Hands

Size = Literal["small", "large"]
_WIDTHS = {"small": 450, "large": 1200}
LARGEST = 24 * 1024 * 1024
"""Bytes of a picture that are fetched: a site that makes pictures small sends far less."""
_SECONDS = 20.0
_AGAIN_AFTER = 60.0
_MOST_FAILED = 1000
_ID = re.compile(r"[0-9a-f]{32}")


def browsed_picture(hands: Hands, identity: str, size: Size = "small") -> bytes:
    """A picture as WebP; NotFound("unknown-id") for one that no answer has told of, and where there is none."""
    known = hands.browsing.store.address(identity) if _ID.fullmatch(identity) else None
    source = hands.by_name.get(known.source) if known else None
    address = source.small_picture(known.url, _WIDTHS[size], poster=known.video) if known and source else None
    if address is None:
        raise NotFound("unknown-id", id=identity[:64])
    key = f"{identity}-{size}"
    drawn = hands.browsing.store.picture(key)
    if drawn is None:
        drawn = _drawn(hands, key, address, size)
        hands.browsing.store.keep_picture(key, drawn)
    return drawn


def _drawn(hands: Hands, key: str, address: str, size: Size) -> bytes:
    failed = hands.browsing.failed
    if time.monotonic() - failed.get(key, -_AGAIN_AFTER) < _AGAIN_AFTER:
        raise NotFound("unknown-id", id=key)
    drawn = draw(_fetched(hands.net, address))
    if drawn is None:
        if len(failed) >= _MOST_FAILED:
            failed.clear()
        failed[key] = time.monotonic()
        raise NotFound("unknown-id", id=key)
    return drawn.content if size == "large" else drawn.thumb


def _fetched(net: Net, url: str) -> bytes:
    try:
        answer = net.ask(url, headers={"Accept": "image/avif,image/webp,image/*"}, follow=3)
        if answer.status != 200:
            answer.close()
            return b""
        return answer.read(LARGEST, seconds=_SECONDS)
    except ModellaError:
        return b""
