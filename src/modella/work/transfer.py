"""What one connection of a fetch does: ask for a piece, judge the answer, keep the bytes, meet trouble.

What an answer means is judged before a byte of it is written: an answer that is not exactly what was asked for is
never appended. A part always holds bytes of one version of the file: when entity tag, date or size change, it starts
again.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from modella.core import answers
from modella.core.download import PartRecord
from modella.core.errors import BadContent, Mismatch, ModellaError, NetworkTrouble
from modella.core.listing import Location
from modella.core.pieces import MIB, Piece, Pieces
from modella.core.refusals import has_expired, refusal
from modella.core.spans import Spans
from modella.io.disk import PartFile
from modella.io.net import Answer, Headers, Net, page_title
from modella.work.hashing import FollowingHasher
from modella.work.outage import OUTAGES, behind
from modella.work.pace import Pace

CHUNK = 512 * 1024
RENEWALS = 5
SAME_SHORTFALL = 3
MOST_RESTARTS = 3
BELIEVED_REFUSALS = 3
"""A refusal after bytes have come is believed when it is repeated so often without a byte between."""
_SNIFF = 1024
_FREE_OF_RATIO = 64 * MIB
_LARGEST_RATIO = 100


@dataclass(frozen=True)
class Patience:
    """How long and how often: tries without progress, and the first pause between them in seconds.

    A connection that brings less than `slowest` bytes a second over `slow_window` seconds is opened anew, but only
    `slow_reconnects` times a file.
    """

    tries: int = 8
    pause: float = 1.0
    longest_pause: float = 60.0
    slow_window: float = 60.0
    slowest: float = 1024.0
    slow_reconnects: int = 3


class Restart(Exception):
    """What is there belongs to another version, or the server cannot go on from it: begin again from zero."""

    def __init__(self, reason: str, whole: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.whole = whole


class TooMany(Exception):
    """The server refused one more connection while others are served."""


@dataclass
class Connection:
    """One thread's view of itself."""

    number: int
    epoch: int
    answer: Answer | None = None
    received: int = 0
    asked_at: float = 0.0
    window_began: float = 0.0
    window_received: int = 0
    dropped: bool = False
    """Cut by us because it was slow, which is no failure of its own."""
    reading: float = 0.0
    working: float = 0.0
    promised: int | None = None
    gate: threading.Lock = field(default_factory=threading.Lock)
    """Held while bytes are written: who holds it knows that nothing is being written by this connection."""


@dataclass(frozen=True)
class Direct:
    """Where redirects have led, and the credential that may still be sent there."""

    url: str
    credential: str | None


@dataclass
class Shared:
    """What all connections of a fetch share, under one lock."""

    written: Spans = field(default_factory=Spans)
    pieces: Pieces = field(default_factory=Pieces)
    wanted: int = 1
    most: int = 16
    ranges: bool | None = None
    strikes: int = 0
    struck_at: float = 0.0
    slow: bool = False
    renewals: int = 0
    restarts: int = 0
    was_crowded: bool = False
    shortfalls: dict[int, int] = field(default_factory=dict)
    problem: BaseException | None = None
    finished: bool = False
    epoch: int = 0
    length_proven: bool = True
    generation: int = 0
    location: Location | None = None
    direct: Direct | None = None
    host: str = ""
    received: int = 0
    first_byte_after: float = 0.01
    waiting: str | None = None
    waiting_until: float = 0.0


class Transfers:
    """The connections of one fetch and what they share. `work/fetch.py` starts, counts and ends them."""

    def __init__(
        self,
        record: PartRecord,
        file: PartFile,
        *,
        net: Net,
        locate: Callable[[], Location],
        explain: Callable[[int, Headers, bytes], ModellaError | None],
        pace: Pace,
        save: Callable[[PartRecord], None],
        room: Callable[[int], None],
        connections: int = 16,
        patience: Patience | None = None,
    ) -> None:
        self.record = record
        self._file = file
        self._net = net
        self._locate = locate
        self._explain = explain
        self._pace = pace
        self._save = save
        self._room = room
        self._patience = patience or Patience()
        self._most = connections
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._restarting = threading.Event()
        self._shared = Shared(most=connections)
        self._connections: dict[int, Connection] = {}
        self._hasher: FollowingHasher | None = None
        self._checkpoint_lock = threading.Lock()
        """Taken before `_lock`, never while holding it."""
        self._flush_failed = False

    def _hash_judges(self) -> bool:
        return bool(self.record.expected.sha256 or self.record.expected.git_sha1)

    def _may_resume(self) -> bool:
        """Parts are continued only when a validator, or size and hash, can tell that it is still the same file."""
        return self._hash_judges() or bool(self.record.etag or self.record.last_modified)

    def _prefix(self) -> int:
        with self._lock:
            return self._shared.written.prefix

    def _total(self) -> int:
        with self._lock:
            return self._shared.written.total

    def _known_size(self) -> int | None:
        return self._shared.pieces.size if self._shared.pieces.size is not None else self.record.size

    def _is_over(self) -> bool:
        with self._lock:
            shared = self._shared
            return self._stop.is_set() or shared.problem is not None or shared.finished

    def _is_wanted(self, connection: Connection) -> bool:
        """Whether a connection may go on: the fetch is not over, and has not begun again since."""
        with self._lock:
            current = connection.epoch == self._shared.epoch and not self._restarting.is_set()
            return current and not self._is_over()

    def _abort_all(self) -> None:
        with self._lock:
            live = [c.answer for c in self._connections.values() if c.answer is not None]
        for answer in live:
            answer.abort()

    def _fail(self, problem: BaseException) -> None:
        with self._lock:
            if self._shared.problem is None and not self._stop.is_set():
                self._shared.problem = problem
        self._abort_all()

    def _remember(self) -> None:
        """Writes the record without a flush: what was learnt about the file, not how far it is."""
        with self._checkpoint_lock:
            self._save(self.record)

    def _work(self, connection: Connection) -> None:
        """One connection: takes pieces until there are none, the fetch is over, or it is not wanted any more."""
        try:
            while self._is_wanted(connection) and connection.number < self._shared.wanted:
                with self._lock:
                    piece = self._shared.pieces.take(self._shared.written)
                if piece is None:
                    break
                try:
                    self._transfer(connection, piece)
                except ModellaError as problem:
                    self._let_go(connection, piece)
                    self._meet(connection, piece, problem)
                finally:
                    self._let_go(connection, piece)
            self._notice_end()
        except TooMany:
            with self._lock:
                self._shared.wanted = max(1, min(self._shared.wanted, connection.number))
                self._shared.most = self._shared.wanted
        except Restart as restart:
            self._ask_restart(restart)
        except BaseException as problem:  # noqa: BLE001 (a thread's failure becomes the fetch's)
            self._fail(problem)

    def _let_go(self, connection: Connection, piece: Piece) -> None:
        with self._lock:
            self._shared.pieces.give_back(piece)
            answer, connection.answer = connection.answer, None
        if answer is not None:
            answer.close()

    def _notice_end(self) -> None:
        with self._lock:
            shared = self._shared
            if shared.pieces.size is not None and shared.written.prefix >= shared.pieces.size:
                shared.finished = True

    def _ask_restart(self, restart: Restart) -> None:
        with self._lock:
            shared = self._shared
            shared.restarts += 1
            if restart.whole:
                shared.ranges = False
            if restart.whole or shared.pieces.shared:
                shared.most = 1
            if shared.restarts > (self._patience.tries if restart.whole else MOST_RESTARTS):
                problem = Mismatch("unstable-content", reason=restart.reason, host=shared.host)
                shared.problem = shared.problem or problem
            self._restarting.set()
        self._abort_all()

    def _meet(self, connection: Connection, piece: Piece, problem: ModellaError) -> None:
        """A connection failed: wait and go on, or give up."""
        if connection.dropped:
            connection.dropped = False
            return
        problem = behind(problem, self._net)
        if problem.code in OUTAGES:
            raise problem
        with self._lock:
            shared = self._shared
            if not self._is_wanted(connection):
                return
            others = any(c.answer is not None for n, c in self._connections.items() if n != connection.number)
            if problem.code in {"rate-limited", "server-error", "range-refused"} and others and connection.number:
                raise TooMany from None
            if problem.code == "incomplete":
                seen = shared.shortfalls[piece.at] = shared.shortfalls.get(piece.at, 0) + 1
                if seen >= SAME_SHORTFALL:
                    facts = {"received": piece.at, "expected": self._known_size(), "host": shared.host}
                    raise NetworkTrouble("incomplete", **facts) from None
            # Connections that fail together fail once: what ends one often ends all of them.
            if problem.code != "address-expired" and connection.asked_at >= shared.struck_at:
                shared.strikes, shared.struck_at = shared.strikes + 1, time.monotonic()
            passing = isinstance(problem, NetworkTrouble) and problem.retry
            if not passing or shared.strikes > self._patience.tries:
                raise problem
            wait = self._pause(problem, shared.strikes)
            shared.waiting, shared.waiting_until = problem.code, time.monotonic() + wait
        self._stop.wait(wait)

    def _pause(self, problem: ModellaError, strikes: int) -> float:
        asked = problem.facts.get("retry_after")
        if isinstance(asked, (int, float)):
            host = str(problem.facts.get("host") or "")
            self._pace.cool(host, float(asked))
            return float(asked) + random.uniform(0, 0.25)
        if problem.code == "address-expired":
            return 0.0
        step = self._patience.pause * 2 ** max(0, min(strikes - 1, 10))
        return float(min(self._patience.longest_pause, step) * random.uniform(0.75, 1.25))

    def _transfer(self, connection: Connection, piece: Piece) -> None:
        if piece.at and (self._shared.ranges is False or not self._may_resume()):
            raise Restart("range-ignored", whole=True)
        location, generation = self._where()
        connection.asked_at = time.monotonic()
        answer = self._ask(location, piece)
        with self._lock:
            connection.answer, connection.received, connection.promised = answer, 0, None
            connection.window_began, connection.window_received = time.monotonic(), 0
            connection.dropped = False
            self._shared.first_byte_after = time.monotonic() - connection.asked_at
        if not self._is_wanted(connection):
            return
        known = (self.record.etag, self.record.last_modified, self.record.total)
        self._judge(connection, answer, piece, generation)
        if known != (self.record.etag, self.record.last_modified, self.record.total):
            self._remember()
        self._receive(connection, answer, piece, generation)

    def _where(self) -> tuple[Location, int]:
        """The present address; asked from the source when there is none or the last has expired."""
        with self._lock:
            location, generation = self._shared.location, self._shared.generation
        if location is not None:
            return location, generation
        fresh = self._locate()
        with self._lock:
            if self._shared.location is None:
                self._shared.location = fresh
                self._shared.most = min(self._shared.most, self._most, fresh.max_connections)
            return self._shared.location, self._shared.generation

    def _ask(self, location: Location, piece: Piece) -> Answer:
        headers = dict(location.headers)
        if self._shared.ranges is not False:
            headers["Range"] = f"bytes={piece.at}-{self._last_wanted(piece)}"
            if piece.at and self.record.etag:
                headers["If-Range"] = self.record.etag
        direct = self._shared.direct or Direct(location.url, location.credential)
        host = urlsplit(direct.url).netloc.rpartition("@")[2]
        cooling = self._pace.cooling(host)
        if cooling:
            with self._lock:
                self._shared.waiting, self._shared.waiting_until = "rate-limited", time.monotonic() + cooling
            self._stop.wait(cooling)
        return self._net.ask(direct.url, headers=headers, credential=direct.credential)

    def _last_wanted(self, piece: Piece) -> str:
        """The last byte to ask for: left open only where the piece may grow to the end of the file."""
        pieces = self._shared.pieces
        is_open = piece.end is None or (piece.end == pieces.size and not pieces.shared)
        return "" if is_open or piece.end is None else str(piece.end - 1)

    def _judge(self, connection: Connection, answer: Answer, piece: Piece, generation: int) -> None:
        """Lets through only an answer whose body is exactly what is missing; sets what is learnt from it."""
        if answer.status == 206 and self._shared.ranges is not False:
            connection.promised = self._judge_part(answer, piece)
        elif answer.status == 200 and (piece.at or self._shared.pieces.shared):
            self._judge_unasked_whole(answer, generation)
        elif answer.status == 200:
            self._judge_whole(answer, piece, generation)
        elif answer.status == 416:
            self._judge_unsatisfied(answer)
        else:
            raise self._refusal(answer, generation)
        with self._lock:
            self._shared.host = answer.host
            if answer.redirected and self._shared.direct is None:
                self._shared.direct = Direct(answer.url, answer.credential)

    def _judge_part(self, answer: Answer, piece: Piece) -> int:
        """Where the body of a partial answer ends in the file."""
        found = answers.content_range(answer.headers.get("content-range"))
        coded = (answer.headers.get("content-encoding") or "identity").lower() != "identity"
        if found is None or found.start != piece.at or coded:
            raise Restart("wrong-range", whole=True)
        if found.total is not None:
            self._learn_size(found.total)
        elif self._shared.pieces.size is None:
            raise Restart("wrong-range", whole=True)
        self._learn_version(answer)
        with self._lock:
            self._shared.ranges = True
        return found.end

    def _judge_unasked_whole(self, answer: Answer, generation: int) -> None:
        """The whole file instead of a part: another version, a page, or a server that does not do ranges."""
        self._refuse_pages(answer.peek(_SNIFF), answer, generation)
        if self._has_changed(answer):
            raise Restart("file-changed")
        with self._lock:
            if answer.redirected and self._shared.direct is None:
                self._shared.direct = Direct(answer.url, answer.credential)
                raise NetworkTrouble("address-expired", host=answer.host, reason="range-lost")
        raise Restart("range-ignored", whole=True)

    def _judge_whole(self, answer: Answer, piece: Piece, generation: int) -> None:
        encoding = (answer.headers.get("content-encoding") or "identity").lower()
        length = answers.content_length(answer.headers.get_all("content-length"))
        chunked = "chunked" in (answer.headers.get("transfer-encoding") or "").lower()
        with self._lock:
            self._shared.length_proven = chunked or length is not None
            if piece.end is not None and piece.end != self._shared.pieces.size:
                piece.end = self._shared.pieces.size
            if encoding != "identity":
                self._shared.ranges = False
        if encoding not in {"identity", "gzip", "deflate"}:
            raise BadContent("unexpected-encoding", encoding=encoding[:40], host=answer.host)
        if encoding == "identity" and length is not None and not chunked:
            if length and self._shared.pieces.size not in {None, length}:
                self._refuse_pages(answer.peek(_SNIFF), answer, generation)
            self._learn_size(length)
        self._learn_version(answer)

    def _judge_unsatisfied(self, answer: Answer) -> None:
        total = answers.unsatisfied_total(answer.headers.get("content-range"))
        if total == 0:
            raise BadContent("empty-file", host=answer.host)
        with self._lock:
            shared = self._shared
            if total is not None and total == shared.written.prefix and shared.pieces.size in {None, total}:
                shared.pieces.size = total
                return
        raise Restart("range-unsatisfied", whole=True)

    def _learn_size(self, total: int) -> None:
        with self._lock:
            shared, record = self._shared, self.record
            known = shared.pieces.size
            if total == 0:
                raise BadContent("empty-file", host=shared.host)
            if known is not None and known != total:
                published = record.size_exact and record.size == known and record.total is None
                if published and not shared.written.total:
                    raise Mismatch("size-mismatch", expected=known, received=total, host=shared.host)
                raise Restart("size-changed")
            if known is None:
                self._room(total - shared.written.total)
                self._file.reserve(total)
            shared.pieces.size = record.total = record.size = total
            for connection_piece in shared.pieces.open_ended():
                connection_piece.end = total

    def _learn_version(self, answer: Answer) -> None:
        with self._lock:
            record = self.record
            if not self._shared.written.total:
                record.etag = record.last_modified = None
            elif self._has_changed(answer):
                raise Restart("file-changed")
            record.etag = answers.strong_etag(answer.headers.get("etag")) or record.etag
            record.last_modified = answer.headers.get("last-modified") or record.last_modified

    def _has_changed(self, answer: Answer) -> bool:
        """Whether an answer is about another version: its entity tag says so, or its date where a tag is missing."""
        record = self.record
        etag, modified = answers.strong_etag(answer.headers.get("etag")), answer.headers.get("last-modified")
        if etag and record.etag:
            return etag != record.etag
        if modified and record.last_modified:
            return modified != record.last_modified
        return bool(record.etag or record.last_modified) and not self._hash_judges()

    def _refusal(self, answer: Answer, generation: int) -> ModellaError:
        """The error that an answer without bytes stands for; an expired address is asked for anew."""
        body = answer.peek()
        status, host = answer.status, answer.host
        expired = has_expired(status, body)
        with self._lock:
            shared = self._shared
            signed = answer.redirected or shared.direct is not None
            others = sum(1 for c in self._connections.values() if c.answer is not None) > 1
            # Of several, the one refused may be the only one left by now, and the server may still count the others.
            several = shared.wanted > 1 or shared.was_crowded
            crowded = others or (several and shared.strikes < BELIEVED_REFUSALS)
            if crowded and status in {403, 429, 503} and shared.received and not expired:
                shared.was_crowded = True
                return NetworkTrouble("range-refused", host=host, status=status)
            if (signed or expired) and status in {400, 401, 403, 404, 410} and self._may_renew(generation):
                return NetworkTrouble("address-expired", host=host, status=status)
        explained = self._explain(status, answer.headers, body)
        return explained or refusal(status, answer.headers, body, datetime.now(UTC), host=host, title=page_title(body))

    def _may_renew(self, generation: int) -> bool:
        """Whether the address may be asked for anew; forgets it when no other connection has done so already."""
        with self._lock:
            shared = self._shared
            if shared.generation != generation:
                return True
            if shared.renewals >= RENEWALS:
                return False
            shared.generation, shared.renewals = shared.generation + 1, shared.renewals + 1
            shared.location = shared.direct = None
            return True

    def _receive(self, connection: Connection, answer: Answer, piece: Piece, generation: int) -> None:
        if answer.status == 416:
            return
        decode = (answer.headers.get("content-encoding") or "identity").lower() != "identity"
        if not piece.at and not self._receive_first(connection, answer, piece, generation, decode):
            return
        while self._is_wanted(connection):
            with self._lock:
                end = piece.end
                if end is not None and piece.at >= end and not self._shared.pieces.extend(piece, self._shared.written):
                    return
                end = piece.end
            began = time.monotonic()
            content = answer.read1(CHUNK if end is None else min(CHUNK, end - piece.at), decode=decode)
            read = time.monotonic()
            if not content:
                self._body_ended(connection, answer, piece)
                return
            if not self._keep(connection, piece, content):
                return
            if decode:
                self._refuse_bombs(answer, piece.at)
            connection.reading += read - began
            connection.working += time.monotonic() - read

    def _receive_first(
        self, connection: Connection, answer: Answer, piece: Piece, generation: int, decode: bool
    ) -> bool:
        """The first bytes of the file are kept only once they do not look like a page; whether to go on."""
        first = b""
        end = _SNIFF if piece.end is None else min(_SNIFF, piece.end)
        while len(first) < end:
            content = answer.read1(end - len(first), decode=decode)
            if not self._is_wanted(connection):
                return False
            if not content:
                break
            first += content
        self._refuse_pages(first, answer, generation)
        if first and not self._keep(connection, piece, first):
            return False
        if len(first) < end:
            self._body_ended(connection, answer, piece)
            return False
        return True

    def _refuse_bombs(self, answer: Answer, unpacked: int) -> None:
        if unpacked > _FREE_OF_RATIO and unpacked > _LARGEST_RATIO * answer.packed:
            raise BadContent("unexpected-encoding", encoding="gzip", host=answer.host, size=unpacked)

    def _keep(self, connection: Connection, piece: Piece, content: bytes) -> bool:
        """Writes what has come and says so; False when it is not wanted any more."""
        if self._shared.pieces.size is None:
            self._refuse_endless(piece.at + len(content))
            self._room(len(content))
        with connection.gate:
            if not self._is_wanted(connection):
                return False
            self._file.write(piece.at, content)
            with self._lock:
                shared = self._shared
                shared.written.add(piece.at, piece.at + len(content))
                shared.received += len(content)
                shared.strikes = shared.renewals = 0
                offset, piece.at = piece.at, piece.at + len(content)
                connection.received += len(content)
        if self._hasher:
            self._hasher.offer(offset, content)
        self._pace.take(len(content), self._stop)
        return True

    def _refuse_endless(self, received: int) -> None:
        """Where no answer tells the size, far more than the source listed is another file, or none that ends."""
        listed = self.record.size
        if listed is not None and received > 2 * listed + MIB:
            raise Mismatch("size-mismatch", expected=listed, received=received, host=self._shared.host)

    def _body_ended(self, connection: Connection, answer: Answer, piece: Piece) -> None:
        """No more bytes: the end of the file, all that this answer had, or less than was promised."""
        with self._lock:
            shared = self._shared
            if not self._is_wanted(connection):
                return
            if piece.end is not None and piece.at < piece.end:
                if connection.received and piece.at == connection.promised:
                    return
                raise NetworkTrouble("incomplete", host=answer.host, received=piece.at, expected=piece.end)
            if shared.pieces.size is None:
                expected = self.record.size
                if expected and self.record.size_exact and piece.at != expected:
                    raise NetworkTrouble("incomplete", host=answer.host, received=piece.at, expected=expected)
                if piece.at == 0:
                    raise BadContent("empty-file", host=answer.host)
                shared.pieces.size = piece.at
                piece.end = piece.at

    def _refuse_pages(self, first: bytes, answer: Answer, generation: int) -> None:
        """Raises when the bytes are a page: a signed address may answer so once it has expired."""
        code = answers.no_model(first, answer.headers.get("content-type"), self.record.name)
        if code is None:
            return
        if self._total() and self._may_renew(generation):
            raise NetworkTrouble("address-expired", host=answer.host, reason=code)
        explained = self._explain(answer.status, answer.headers, first)
        raise explained or BadContent(code, host=answer.host, title=page_title(first))
