"""Everything the verbs need, in one place: built once by `wiring.py` and handed in."""

import asyncio
import secrets
import threading
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from weakref import WeakValueDictionary

from modella.core.rules import Rules
from modella.io.bus import Bus
from modella.io.disk import Library
from modella.io.net import Net
from modella.io.secrets import FullAddresses, Secrets
from modella.io.settings import Settings
from modella.io.store.index import Index
from modella.io.store.queue import QueueStore
from modella.sources.source import Source
from modella.work.fetch import Patience
from modella.work.glimpses import Glimpses
from modella.work.manners import Browsing
from modella.work.pace import Pace
from modella.work.tasks import Tasks

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass
class Hands:
    """The hands of one library. `settings` is asked anew each time, because they may change while running."""

    library: Library
    library_id: str
    settings: Callable[[], Settings]
    store: QueueStore
    index: Index
    net: Net
    sources: Sequence[Source]
    rules: Rules
    pace: Pace
    bus: Bus
    secrets: Secrets
    addresses: FullAddresses
    patience: Patience
    tasks: Tasks
    browsing: Browsing
    planning: threading.Lock = field(default_factory=threading.Lock)
    began: float = field(default_factory=time.time)
    """When this process became the owner, as a time stamp."""
    changing: threading.RLock = field(default_factory=threading.RLock)
    """Held by whoever reads a canonical record in order to write it back."""
    linking: threading.RLock = field(default_factory=threading.RLock)
    """Held by whoever plans, makes or removes links in apps."""
    busy: set[str] = field(default_factory=set)
    """Models whose files are being moved, trashed or restored: one verb at a time for each."""
    planned: dict[str, str] = field(default_factory=dict)
    """Folder of each download that is about to be placed, so that two never choose the same."""
    remembered: dict[str, tuple[Hashable, Any]] = field(default_factory=dict)
    """Answers that take a while to find, each with what they were found for."""
    glimpses: Glimpses = field(default_factory=Glimpses)
    arriving: WeakValueDictionary[tuple[str, ...], asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """Contents that are being admitted now, by their hashes: the same content from elsewhere waits for its turn."""

    def source(self, name: str) -> Source:
        """The source of this name."""
        return next(source for source in self.sources if source.name == name)

    @property
    def by_name(self) -> Mapping[str, Source]:
        """Sources by their names."""
        return {source.name: source for source in self.sources}


def now() -> str:
    """This moment in UTC, for records and screens."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def stamp() -> str:
    """This moment as part of a file name, sortable."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")


def new_id() -> str:
    """A new id: 26 characters, sortable by time, unique without asking anybody (the layout of a ULID)."""
    number = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    letters = []
    for _ in range(26):
        letters.append(_ALPHABET[number & 31])
        number >>= 5
    return "".join(reversed(letters))
