"""A small HTTP/1.1 server written by hand on sockets, because HTTP libraries hide the faults we need to make.

    client ──► Origin ──► respond(request) ──► faults change the answer ──► range ──► bytes, by hand
                 │
                 └─ requests: every request with its headers, its status and the bytes that really left

An origin runs its own event loop in its own thread, so that tests and the demo stay ordinary blocking code.
"""

import asyncio
import contextlib
import hashlib
import random
import socket
import ssl
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from http import HTTPStatus
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from modella.demo.faults import Fault, parse
from modella.demo.messages import Answer, Bytes, Content, Part, Request, data, text

if sys.platform != "win32":
    import fcntl
    import termios

Respond = Callable[[Request], Answer]

_HEAD_LIMIT = 262_144
_BODY_LIMIT = 16 << 20
_BLOCK = 1 << 20
_STRIDE = 611_953
"""A prime: each block of a virtual file is the same block, turned by a different amount."""
_BOUNDARY = "MODELLA-PART"


class VirtualFile:
    """Bytes of any size that are computed from their offset and never held: `head`, then a pattern of the seed.

    Without a seed the pattern is zeros. `alphabet` limits the values (256 bytes, as for `bytes.translate`).
    Every mebibyte begins with its own number, so that a misplaced piece never goes unnoticed.
    """

    def __init__(self, size: int, seed: int | None = None, head: bytes = b"", alphabet: bytes | None = None) -> None:
        self.size = max(size, len(head))
        self.head = head
        block = bytes(_BLOCK) if seed is None else _pattern(seed, min(_BLOCK, max(self.size, 1)))
        block = block if alphabet is None else block.translate(alphabet)
        self._alphabet = alphabet
        self._numbered = seed is not None
        self._turning = (block * (2 * _BLOCK // len(block) + 1))[: 2 * _BLOCK] if self.size > _BLOCK else block

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from start up to stop."""
        stop = min(stop, self.size)
        pieces = [self.head[start:stop]]
        position = max(start, len(self.head))
        while position < stop:
            index, offset = divmod(position, _BLOCK)
            length = min(_BLOCK - offset, stop - position)
            pieces.append(self._block(index)[offset : offset + length])
            position += length
        return b"".join(pieces)

    def _block(self, index: int) -> bytes:
        if len(self._turning) < 2 * _BLOCK:
            return self._turning
        turn = index * _STRIDE % _BLOCK
        block = self._turning[turn : turn + _BLOCK]
        if not self._numbered:
            return block
        number = index.to_bytes(8, "little")
        return (number if self._alphabet is None else number.translate(self._alphabet)) + block[8:]

    def pieces(self) -> Iterator[bytes]:
        """The whole content, a mebibyte at a time."""
        return (self.read(start, start + _BLOCK) for start in range(0, self.size, _BLOCK))

    @cached_property
    def sha256(self) -> str:
        """The true SHA-256 in lower-case hex; computed once, when first asked for."""
        digest = hashlib.sha256()
        for piece in self.pieces():
            digest.update(piece)
        return digest.hexdigest()


def _pattern(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)


@dataclass
class Rule:
    """Requests that are to be met by misbehaviour: the next `left` matching ones, after `skip` were spared."""

    pattern: str
    faults: tuple[Fault, ...]
    left: int | None
    skip: int
    method: str | None

    def takes(self, request: Request) -> bool:
        """Whether this request is met; counts it."""
        named = f"{request.origin}:{request.path}"
        fits = fnmatchcase(named if ":" in self.pattern else request.path, self.pattern)
        if not fits or self.left == 0 or self.method not in (None, request.method):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.left = None if self.left is None else self.left - 1
        return True


class Origin:
    """A server on 127.0.0.1 that answers what `respond` says and misbehaves on request.

    `announce` is the host name in its own address: `localhost` makes a second host of the same machine.
    `respond` is called in worker threads, so it may take its time but must bear company.
    """

    def __init__(
        self,
        respond: Respond,
        name: str = "origin",
        announce: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.name = name
        self.announce = announce
        self.port = port
        self.tls = tls
        self.requests: list[Request] = []
        self._respond = respond
        self._rules: list[Rule] = []
        self._lock = threading.Lock()
        self._asked: Counter[tuple[str, str]] = Counter()
        self._first: dict[str, float] = {}
        self._busy: Counter[str] = Counter()
        self._connections = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._workers: ThreadPoolExecutor | None = None

    @property
    def url(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return f"{'https' if self.tls else 'http'}://{self.announce}:{self.port}"

    def start(self) -> str:
        """Begins to listen and returns the address; OSError when the port is taken."""
        listener = socket.create_server(("127.0.0.1", self.port), backlog=256)
        self.port = listener.getsockname()[1]
        self._ready.clear()
        self._workers = ThreadPoolExecutor(max_workers=4, thread_name_prefix=f"{self.name}-answers")
        self._thread = threading.Thread(target=self._run, args=(listener,), name=self.name, daemon=True)
        self._thread.start()
        self._ready.wait()
        return self.url

    def stop(self) -> None:
        """Closes every connection and waits until nothing of it is left; may be called twice."""
        if self._thread is None or self._loop is None or self._end is None:
            return
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()
        self._thread = None
        if self._workers:
            self._workers.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def misbehave(
        self, pattern: str, fault: str | Fault, times: int | None = 1, skip: int = 0, method: str | None = None
    ) -> None:
        """Meets the next `times` requests for paths like the pattern (a glob) with the fault; None means for ever.

        A pattern with a colon is matched against `name:path`. `skip` spares the first ones; ValueError for an
        unknown fault. Several faults may be joined with commas.
        """
        wanted = parse(fault) if isinstance(fault, str) else (fault,)
        with self._lock:
            self._rules.append(Rule(pattern, wanted, times, skip, method))

    def behave(self) -> None:
        """Forgets every misbehaviour that was asked for."""
        with self._lock:
            self._rules.clear()

    def forget(self) -> None:
        """Forgets the requests seen so far, and how often each address was asked for."""
        with self._lock:
            self.requests.clear()
            self._asked.clear()
            self._first.clear()

    def asked(self, pattern: str, method: str | None = None) -> list[Request]:
        """The requests so far whose path is like the pattern."""
        fitting = [request for request in list(self.requests) if fnmatchcase(request.path, pattern)]
        return [request for request in fitting if method in (None, request.method)]

    def _run(self, listener: socket.socket) -> None:
        asyncio.run(self._serve(listener))

    async def _serve(self, listener: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        server = await asyncio.start_server(self._greet, sock=listener, ssl=self.tls, limit=_HEAD_LIMIT)
        self._ready.set()
        await self._end.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._tasks.add(task)
        self._connections += 1
        if self.tls is None:  # a TLS transport with such limits never wakes its writer up again
            writer.transport.set_write_buffer_limits(high=0)
        link: socket.socket = writer.get_extra_info("socket")
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await self._converse(reader, writer, self._connections)
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> None:
        stays = True
        while stays:
            head = await reader.readuntil(b"\r\n\r\n")
            request = await self._read_request(head, reader, writer, connection)
            self._note(request)
            try:
                stays = await self._answer(request, writer)
            finally:
                with self._lock:
                    self._busy[request.path] -= 1

    async def _read_request(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> Request:
        first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
        asked = {name.lower(): value for name, value in headers}
        if asked.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        parts = urlsplit(target)
        scheme = "https" if self.tls else "http"
        return Request(
            number=len(self.requests),
            origin=self.name,
            method=method,
            target=target,
            path=unquote(parts.path),
            pairs=tuple(parse_qsl(parts.query, keep_blank_values=True)),
            raw_headers=headers,
            body=await _read_body(asked, reader),
            base=f"{scheme}://{asked.get('host', f'{self.announce}:{self.port}')}",
            connection=connection,
        )

    def _note(self, request: Request) -> None:
        now = time.monotonic()
        with self._lock:
            request.nth = self._asked[request.method, request.target]
            request.nth_of_path = self._asked[request.method, f"path {request.path}"]
            self._asked[request.method, request.target] += 1
            self._asked[request.method, f"path {request.path}"] += 1
            request.age = now - self._first.setdefault(request.target, now)
            self._busy[request.path] += 1
            request.parallel = self._busy[request.path]
            self.requests.append(request)

    def _decide(self, request: Request) -> Answer:
        try:
            wanted = parse(request.query["fault"]) if "fault" in request.query else ()
        except ValueError as problem:
            return text(str(problem), 400)
        with self._lock:
            ruled = [fault for rule in self._rules if rule.takes(request) for fault in rule.faults]
        answer = self._respond(request)
        for fault in (*wanted, *ruled):
            answer = fault.change(request, answer)
        request.faults = tuple(str(fault) for fault in (*wanted, *ruled))
        return settle(request, answer)

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        try:
            answer = await asyncio.get_running_loop().run_in_executor(self._workers, self._decide, request)
        except Exception as problem:  # noqa: BLE001 - a broken answer must show up as one, not as a hanging client
            answer = data({"error": f"{type(problem).__name__}: {problem}"}, 500)
        request.status = answer.status
        request.answer_headers = answer.headers
        await asyncio.sleep(answer.delay)
        if answer.raw is not None:
            writer.write(answer.raw)
            await writer.drain()
            return False
        keep = _may_stay(request, answer)
        writer.write(answer.prelude + _head(answer, keep))
        if request.method != "HEAD":
            keep = await self._send_body(request, answer, writer) and keep
        await writer.drain()
        request.complete = True
        return keep

    async def _send_body(self, request: Request, answer: Answer, writer: asyncio.StreamWriter) -> bool:
        """Sends the body as the answer wants it; False when the connection cannot be used any more."""
        end = answer.body.size + answer.extra
        cuts = [at for at in (answer.reset_at, answer.close_at, answer.stall_at) if at is not None]
        stop = min([end, *cuts])
        while request.sent < stop:
            piece = _read_piece(answer, request.sent, min(stop, request.sent + answer.piece))
            writer.write(_framed(answer, piece))
            await writer.drain()
            request.sent += len(piece)
            await _wait(answer, len(piece))
        if answer.reset_at is not None and stop == answer.reset_at:
            await _reset(writer)
        if answer.stall_at is not None and stop == answer.stall_at:
            await asyncio.sleep(3600)
        if answer.close_at is not None and stop == answer.close_at:
            raise EOFError
        writer.write(_LAST.get(answer.framing, b""))
        return answer.framing in ("length", "chunked") and not answer.extra and not answer.length_error


_LAST = {"chunked": b"0\r\n\r\n", "chunked-garbage": b"zebra\r\nnot a chunk at all\r\n"}


async def _read_body(headers: dict[str, str], reader: asyncio.StreamReader) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        pieces = []
        while size := int((await reader.readline()).split(b";")[0], 16):
            pieces.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readline()
        return b"".join(pieces)
    return await reader.readexactly(min(int(headers.get("content-length") or 0), _BODY_LIMIT))


def settle(request: Request, answer: Answer) -> Answer:
    """The answer after the request's Range was considered, truly or as a misbehaviour wants it."""
    if request.method != "GET" or answer.status != 200:
        return answer
    wish = request.headers.get("range")
    if wish is None:
        return _partial(answer, 0, max(answer.body.size // 2, 1)) if answer.partial == "unasked" else answer
    if answer.partial in ("refused", "refused-with-total"):
        return _refused(answer, answer.partial == "refused-with-total")
    stretch = parse_range(wish, answer.body.size)
    if not answer.ranges or answer.partial == "ignored" or not _unchanged(request, answer) or stretch is None:
        return answer
    return _refused(answer, True) if stretch[0] >= answer.body.size else _partial(answer, *stretch)


def parse_range(wish: str, size: int) -> tuple[int, int] | None:
    """One range as start and stop; None when it is malformed or asks for several, which we answer in whole.

    A start at or behind `size` means that nothing can be had.
    """
    unit, _, numbers = wish.partition("=")
    first, dash, last = numbers.strip().partition("-")
    if unit.strip() != "bytes" or not dash or not (first + last).isdigit():
        return None
    if not first:
        return (size - min(int(last), size), size) if int(last) else (size, size)
    stop = min(int(last) + 1, size) if last else size
    return None if last and int(last) < int(first) else (int(first), stop)


def _unchanged(request: Request, answer: Answer) -> bool:
    condition = request.headers.get("if-range")
    if condition is None or not answer.if_range:
        return True
    strong = answer.header("ETag")
    known = {strong if strong and not strong.startswith("W/") else None, answer.header("Last-Modified")}
    return condition in known


def _refused(answer: Answer, with_total: bool) -> Answer:
    headers = {"Content-Type": "text/plain"} | ({"Content-Range": f"bytes */{answer.body.size}"} if with_total else {})
    return answer.with_headers(headers).but(status=416, body=Bytes(b"range not satisfiable"))


def _partial(answer: Answer, start: int, stop: int) -> Answer:
    total = answer.body.size
    if answer.partial == "wrong-start":
        start = max(0, min(start + answer.shift, stop - 1))
    told = f"bytes {start}-{stop - 1}/{total + 1 if answer.partial == 'wrong-total' else total}"
    part: Content = Part(answer.body, start, stop)
    if answer.partial == "no-content-range":
        return answer.but(status=206, body=part)
    if answer.partial == "multipart":
        head = f"--{_BOUNDARY}\r\nContent-Type: application/octet-stream\r\nContent-Range: {told}\r\n\r\n"
        body = head.encode() + part.read(0, part.size) + f"\r\n--{_BOUNDARY}--\r\n".encode()
        kind = f"multipart/byteranges; boundary={_BOUNDARY}"
        return answer.with_headers({"Content-Type": kind}).but(status=206, body=Bytes(body))
    return answer.with_headers({"Content-Range": told}).but(status=206, body=part)


def _may_stay(request: Request, answer: Answer) -> bool:
    return (
        request.headers.get("connection", "").lower() != "close"
        and answer.version == "HTTP/1.1"
        and answer.framing not in ("close", "chunked-cut", "chunked-garbage")
        and not answer.length_error
    )


def _head(answer: Answer, keep: bool) -> bytes:
    reason = answer.reason or (HTTPStatus(answer.status).phrase if answer.status in _KNOWN else "Unknown")
    headers = [*answer.headers, ("Connection", "keep-alive" if keep else "close")]
    if not answer.header("Date"):
        headers.insert(0, ("Date", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())))
    if answer.framing == "length" and answer.header("Content-Length") is None:
        headers.append(("Content-Length", str(answer.body.size + answer.length_error)))
    if answer.framing.startswith("chunked"):
        headers.append(("Transfer-Encoding", "chunked"))
    lines = [f"{answer.version} {answer.status} {reason}", *(f"{name}: {value}" for name, value in headers)]
    return b"\r\n".join([line.encode("utf-8") for line in lines]) + b"\r\n\r\n"


_KNOWN = {status.value for status in HTTPStatus}


def _read_piece(answer: Answer, start: int, stop: int) -> bytes:
    piece = answer.body.read(start, min(stop, answer.body.size)) if start < answer.body.size else b""
    return piece + bytes(stop - start - len(piece))


def _framed(answer: Answer, piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece) if answer.framing.startswith("chunked") else piece


async def _wait(answer: Answer, count: int) -> None:
    pause = answer.pause + (count / answer.speed if answer.speed else 0.0)
    await asyncio.sleep(pause)


async def _reset(writer: asyncio.StreamWriter) -> None:
    """Cuts the connection with a reset, but only after the client's side has taken what was sent before."""
    link: socket.socket = writer.get_extra_info("socket")
    for _ in range(400):
        if not _unacknowledged(link):
            break
        await asyncio.sleep(0.005)
    with contextlib.suppress(OSError):
        link.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        )
    writer.transport.abort()
    raise EOFError


def _unacknowledged(link: socket.socket) -> int:
    if sys.platform == "win32":
        return 0
    count = bytearray(4)
    with contextlib.suppress(OSError):
        fcntl.ioctl(link.fileno(), termios.TIOCOUTQ, count)
    return int.from_bytes(count, sys.byteorder)
