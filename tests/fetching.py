"""One file fetched straight from an origin of the test's own, without the house around it."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from modella.core.digests import Digests
from modella.core.download import PartRecord
from modella.core.errors import ModellaError
from modella.core.listing import Location
from modella.demo.messages import Answer, Content, Request, file
from modella.demo.origin import Origin, VirtualFile
from modella.io.disk import PartFile
from modella.io.net import Headers, Net, NetPolicy
from modella.io.settings import Settings
from modella.work.fetch import Fetch, Fetched, Patience, Progress
from modella.work.pace import Pace

KIB, MIB = 1 << 10, 1 << 20
OWN_HOSTS = frozenset({"127.0.0.1", "localhost"})


class Killed(BaseException):
    """The process dies here: nothing is saved and nothing is flushed any more."""


def serving(content: Content, etag: str | None = "v1") -> Callable[[Request], Answer]:
    """Answers every address with the same file."""
    return lambda _request: file(content, etag)


def an_origin(size: int = 3 * MIB, seed: int = 5, etag: str | None = "v1") -> tuple[Origin, VirtualFile]:
    """An origin, not started yet, and the one file that it serves."""
    content = VirtualFile(size, seed)
    return Origin(serving(content, etag)), content


def quick_net(**policy: Any) -> Net:
    """A way out that reaches this machine and does not wait for long."""
    return Net(NetPolicy(**{"allowed": OWN_HOSTS, "connect_timeout": 10.0, "stall_timeout": 2.0, **policy}), {})


class Transfer:
    """A part and its record on the disk. Every `run` is a fresh Fetch, as after a restart of the program."""

    def __init__(
        self,
        folder: Path,
        url: str,
        *,
        net: Net | None = None,
        connections: int = 1,
        patience: Patience | None = None,
        locate: Callable[[], Location] | None = None,
        explain: Callable[[int, Headers, bytes], ModellaError | None] = lambda status, headers, body: None,
        **record: Any,
    ) -> None:
        self.path = folder / "0.part"
        self.net = net or quick_net()
        self.connections = connections
        self.patience = patience or Patience(tries=4, pause=0.01, longest_pause=0.02)
        self.settings = Settings()
        self.pace = Pace(lambda: self.settings)
        self.locate = locate or (lambda: Location(url=url))
        self.explain = explain
        self.room: Callable[[int], None] = lambda size: None
        self.saved = PartRecord(index=0, name="model.safetensors", **record)
        self.progress: list[Progress] = []
        self.fetch: Fetch | None = None

    def run(self, told: Callable[[Progress], None] = lambda progress: None) -> Fetched:
        """Fetches from what was saved last; the whole file, or the error that ended it."""
        with closing(PartFile(self.path)) as part:
            self.fetch = Fetch(
                self.saved.model_copy(deep=True),
                part,
                net=self.net,
                locate=self.locate,
                explain=self.explain,
                pace=self.pace,
                save=self._save,
                room=self.room,
                connections=self.connections,
                patience=self.patience,
            )

            def listen(progress: Progress) -> None:
                self.progress.append(progress)
                told(progress)

            fetched = asyncio.run(self.fetch.run(listen))
            fetched.flushed.result()
            return fetched

    def run_until_killed(self, at: int) -> bool:
        """Runs until so many bytes are there and dies; False when the whole file was there before."""

        def told(progress: Progress) -> None:
            if progress.received >= at:
                raise Killed

        try:
            self.run(told)
        except Killed:
            return True
        return False

    def content(self) -> bytes:
        """The bytes of the part."""
        return self.path.read_bytes()

    def _save(self, record: PartRecord) -> None:
        self.saved = record.model_copy(deep=True)


def published(content: VirtualFile) -> dict[str, Any]:
    """What a source publishes of a file: its size and its hash."""
    return {"size": content.size, "expected": Digests(sha256=content.sha256)}


def whole(content: Content) -> bytes:
    """All bytes of a content."""
    return content.read(0, content.size)
