"""Pictures of things that are not here yet: small, made safe, kept in memory; only addresses that a listing has told.

A browser that shows our page connects to nobody but us. So the pictures of a link that was pasted are fetched through
the guard and drawn anew, like those of a model that comes into the library.
"""

import threading
from collections import OrderedDict

from modella.core.errors import ModellaError, NotFound
from modella.core.listing import Listing
from modella.io.net import Net
from modella.io.pictures import LARGEST_FILE, draw

_MOST_ADDRESSES = 2000
_MOST_PICTURES = 100
_SECONDS = 20.0


class Glimpses:
    """Which addresses were told lately, and the last pictures that were looked at."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, None] = OrderedDict()
        self._drawn: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, listing: Listing) -> None:
        """Lets the pictures of a listing be asked for."""
        with self._lock:
            for picture in listing.pictures:
                if picture.type == "image":
                    self._told[picture.url] = None
                    self._told.move_to_end(picture.url)
            while len(self._told) > _MOST_ADDRESSES:
                self._told.popitem(last=False)

    def glimpse(self, net: Net, url: str) -> bytes:
        """A small WebP of the picture at an address that was told; NotFound for any other, and where there is none."""
        with self._lock:
            if url not in self._told:
                raise NotFound("unknown-id", id=url[:64])
            known = self._drawn.get(url)
        if known is not None:
            return known
        drawn = draw(_fetched(net, url))
        if drawn is None:
            raise NotFound("unknown-id", id=url[:64])
        with self._lock:
            self._drawn[url] = drawn.thumb
            while len(self._drawn) > _MOST_PICTURES:
                self._drawn.popitem(last=False)
        return drawn.thumb


def _fetched(net: Net, url: str) -> bytes:
    try:
        answer = net.ask(url)
        if answer.status != 200:
            answer.close()
            return b""
        return answer.read(LARGEST_FILE, seconds=_SECONDS)
    except ModellaError:
        return b""
