"""What travels between a client and an origin: requests as they came, answers with every knob of their delivery."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, Protocol, Self

Framing = Literal["length", "chunked", "chunked-cut", "chunked-garbage", "close"]
"""How the end of a body is told. The two bad ones leave out the last chunk or write nonsense for a chunk's size."""

Partial = Literal[
    "honest",
    "ignored",
    "wrong-start",
    "wrong-total",
    "no-content-range",
    "multipart",
    "unasked",
    "refused",
    "refused-with-total",
]
"""How a request for a range is met."""


class Content(Protocol):
    """Bytes that can be read from any offset without holding all of them."""

    @property
    def size(self) -> int:
        """Number of bytes."""
        ...

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from start up to (not including) stop."""
        ...


@dataclass(frozen=True, slots=True)
class Bytes:
    """Content held in memory."""

    data: bytes = b""

    @property
    def size(self) -> int:
        """Number of bytes."""
        return len(self.data)

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from start up to stop."""
        return self.data[start:stop]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of another content."""

    whole: Content
    start: int
    stop: int

    @property
    def size(self) -> int:
        """Number of bytes."""
        return self.stop - self.start

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from start up to stop, counted from the beginning of the stretch."""
        return self.whole.read(self.start + start, min(self.start + stop, self.stop))


@dataclass
class Request:
    """One request as it came, and what became of it (`status`, `sent`, `complete`), for tests to look at."""

    number: int
    origin: str
    method: str
    target: str
    path: str
    """Percent-decoded once, without the query."""
    pairs: tuple[tuple[str, str], ...]
    raw_headers: tuple[tuple[str, str], ...]
    body: bytes
    base: str
    """Scheme, host and port as the client addressed them."""
    connection: int
    nth: int = 0
    """How often exactly this target was asked before with this method."""
    nth_of_path: int = 0
    """How often this path was asked before with this method, whatever the query."""
    age: float = 0.0
    """Seconds since this target was first asked for."""
    parallel: int = 1
    """Requests for this path being answered at this moment, this one included."""
    status: int = 0
    sent: int = 0
    """Bytes of the body handed to the network."""
    complete: bool = False
    faults: tuple[str, ...] = ()
    answer_headers: tuple[tuple[str, str], ...] = ()

    @cached_property
    def headers(self) -> dict[str, str]:
        """Headers by lower-case name; repeated ones joined by a comma."""
        joined: dict[str, str] = {}
        for name, value in self.raw_headers:
            key = name.lower()
            joined[key] = f"{joined[key]}, {value}" if key in joined else value
        return joined

    @cached_property
    def query(self) -> dict[str, str]:
        """Query parameters; the last value of a repeated one."""
        return dict(self.pairs)

    def values(self, *names: str) -> list[str]:
        """Every value of a query parameter that may be repeated, under any of its spellings."""
        return [value for name, value in self.pairs if name in names]

    def json(self) -> Any:
        """The body read as JSON; ValueError when it is none."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """An answer and how it is delivered. A misbehaviour is a change of these fields."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: Content = field(default_factory=Bytes)
    reason: str | None = None
    ranges: bool = False
    """Whether Range is honoured at all."""
    if_range: bool = True
    partial: Partial = "honest"
    shift: int = 0
    """With `wrong-start`: how far off the 206 begins."""
    framing: Framing = "length"
    length_error: int = 0
    """Added to the true length in Content-Length."""
    extra: int = 0
    """Zero bytes sent after the body."""
    version: str = "HTTP/1.1"
    prelude: bytes = b""
    """Sent before the status line."""
    raw: bytes | None = None
    """Sent instead of everything, then the connection is closed."""
    delay: float = 0.0
    reset_at: int | None = None
    close_at: int | None = None
    stall_at: int | None = None
    piece: int = 262_144
    pause: float = 0.0
    """Seconds between two pieces of the body."""
    speed: float | None = None
    """Bytes per second of this connection."""

    def but(self, **changes: Any) -> Self:
        """The same answer with some fields changed."""
        return replace(self, **changes)

    def header(self, name: str) -> str | None:
        """The first header of that name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """The same answer with these headers set; earlier ones of the same name are gone."""
        names = {name.lower() for name in headers}
        kept = tuple(pair for pair in self.headers if pair[0].lower() not in names)
        return replace(self, headers=kept + tuple(headers.items()))

    def without(self, *names: str) -> Self:
        """The same answer without these headers."""
        gone = {name.lower() for name in names}
        return replace(self, headers=tuple(pair for pair in self.headers if pair[0].lower() not in gone))


def text(body: str, status: int = 200, kind: str = "text/plain; charset=utf-8", **headers: str) -> Answer:
    """An answer in words; underscores in header names become dashes."""
    pairs = (("Content-Type", kind), *((name.replace("_", "-"), value) for name, value in headers.items()))
    return Answer(status, pairs, Bytes(body.encode()))


def page(body: str, status: int = 200, **headers: str) -> Answer:
    """An answer in HTML."""
    return text(body, status, "text/html; charset=utf-8", **headers)


def data(value: Any, status: int = 200, **headers: str) -> Answer:
    """An answer in JSON."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text(body, status, "application/json; charset=utf-8", **headers)


def redirect(location: str, status: int = 302, **headers: str) -> Answer:
    """An answer that points elsewhere and repeats the address as its body."""
    return text(location, status, Location=location, **headers)


def file(content: Content, etag: str | None = None, kind: str = "application/octet-stream", **headers: str) -> Answer:
    """An answer with bytes that can be asked for in ranges. `etag` comes without quotes."""
    validators = {"ETag": f'"{etag}"'} if etag else {}
    fixed = {"Content-Type": kind, "Accept-Ranges": "bytes", "Last-Modified": "Sat, 07 Nov 2026 09:30:00 GMT"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(200, tuple({**fixed, **validators, **named}.items()), content, ranges=True)
