"""Misbehaviours of servers as data: a name and its arguments, such as `reset-after:65536`.

    ?fault=reset-after:65536             in the address of a file
    ?fault=range-ignored,etag-none       several at once
    origin.misbehave("/files/*", "reset-after:65536", times=2)      set by a test

Each fault changes an answer before it is sent; the origin then delivers exactly that. What a fault needs to know
about earlier requests (`nth`, `age`, `parallel`) the request carries, so the faults themselves keep no state.
"""

import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from urllib.parse import quote, urlsplit

from modella.demo.messages import Answer, Bytes, Content, Request, data, page, redirect, text

Change = Callable[..., Answer]
"""Takes the request, the answer and the fault's arguments as text; returns the changed answer."""

EXPIRED = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
)
LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Sign in</title></head>"
    "<body><h1>Sign in to continue</h1><form><input name='email'></form></body></html>"
)
LFS_POINTER = (
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
    "size 123456789\n"
)

DISPOSITIONS: dict[str, str] = {
    "plain": 'attachment; filename="plain name.safetensors"',
    "token": "attachment; filename=token.safetensors",
    "spaces": "attachment; filename=name with spaces.safetensors",
    "inline": "inline; filename*=UTF-8''inline.safetensors; filename=\"inline.safetensors\";",
    "starred": "attachment; filename=\"fallback.bin\"; filename*=UTF-8''%E6%B0%B4%E5%BD%A9.safetensors",
    "starred-first": "attachment; filename*=UTF-8''%C3%A9toile.safetensors; filename=fallback.bin",
    "starred-latin": "attachment; filename*=ISO-8859-1''caf%E9.safetensors",
    "starred-quoted": "attachment; filename*=\"UTF-8''quoted.safetensors\"",
    "starred-bare": "attachment; filename*=bare.safetensors",
    "raw-utf8": 'attachment; filename="墨絵.safetensors"',
    "encoded-word": 'attachment; filename="=?UTF-8?B?44GT44KT44Gr44Gh44GvLnNhZmV0ZW5zb3Jz?="',
    "percent": 'attachment; filename="percent%20encoded.safetensors"',
    "escaped": 'attachment; filename="a \\"quoted\\" word.safetensors"',
    "upper": 'ATTACHMENT; FILENAME="Upper.safetensors"',
    "twice": 'attachment; filename="first.safetensors"; filename="second.safetensors"',
    "traversal": 'attachment; filename="../../x.safetensors"',
    "traversal-encoded": "attachment; filename*=UTF-8''..%2F..%2Fx.safetensors",
    "backslash": 'attachment; filename="..\\\\..\\\\x.safetensors"',
    "absolute": 'attachment; filename="/etc/cron.d/x.safetensors"',
    "drive": 'attachment; filename="C:\\\\x.safetensors"',
    "share": 'attachment; filename="\\\\\\\\host\\\\share\\\\x.safetensors"',
    "stream": 'attachment; filename="x.safetensors:hidden"',
    "device": 'attachment; filename="con.txt"',
    "device-weights": 'attachment; filename="NUL.safetensors"',
    "long": f'attachment; filename="{"long-" * 59}.safetensors"',
    "emoji": "attachment; filename*=UTF-8''%F0%9F%A6%8A%20fox%20%F0%9F%8C%99.safetensors",
    "right-to-left": "attachment; filename*=UTF-8''evil%E2%80%AEsrosnetefas.exe",
    "control": "attachment; filename*=UTF-8''a%00b%0A%1Bc.safetensors",
    "dots": 'attachment; filename=".."',
    "hidden": 'attachment; filename=".bashrc"',
    "trailing-dot": 'attachment; filename="name.safetensors. "',
    "empty": 'attachment; filename=""',
    "no-name": "attachment",
    "nonsense": ';;;=";filename',
}
"""Content-Disposition as it is met in the wild, and as an attacker would write it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One misbehaviour: its name in `FAULTS` and its arguments."""

    name: str
    arguments: tuple[str, ...] = ()

    def change(self, request: Request, answer: Answer) -> Answer:
        """The answer as this fault wants it."""
        return FAULTS[self.name](request, answer, *self.arguments)

    def __str__(self) -> str:
        return ":".join((self.name, *self.arguments))


def parse(wish: str) -> tuple[Fault, ...]:
    """The faults of a text such as `etag-none,reset-after:65536`; ValueError names an unknown one."""
    faults = [Fault(name, tuple(arguments)) for name, *arguments in (part.split(":") for part in wish.split(","))]
    unknown = [fault.name for fault in faults if fault.name not in FAULTS]
    if unknown:
        raise ValueError(f"no such fault: {', '.join(unknown)}; there are {', '.join(sorted(FAULTS))}")
    return tuple(faults)


@dataclass(frozen=True, slots=True)
class _Flipped:
    """Content with one bit turned."""

    whole: Content
    at: int

    @property
    def size(self) -> int:
        return self.whole.size

    def read(self, start: int, stop: int) -> bytes:
        piece = bytearray(self.whole.read(start, stop))
        if start <= self.at < start + len(piece):
            piece[self.at - start] ^= 0x10
        return bytes(piece)


_NEXT = bytes((value + 1) % 256 for value in range(256))


@dataclass(frozen=True, slots=True)
class _NextVersion:
    """Content of the same size in which every byte is another one."""

    whole: Content

    @property
    def size(self) -> int:
        return self.whole.size

    def read(self, start: int, stop: int) -> bytes:
        return self.whole.read(start, stop).translate(_NEXT)


def _delivered(**fields: object) -> Change:
    """A fault without arguments that only sets fields of the delivery."""
    return lambda _request, answer: answer.but(**fields)


def _at(field: str) -> Change:
    """A fault with one argument: the number of body bytes after which something happens."""
    return lambda _request, answer, count="0": answer.but(**{field: int(count)})


def _answered(make: Callable[[], Answer]) -> Change:
    """A fault without arguments that answers something else altogether."""
    return lambda _request, _answer: make()


def _drip(_request: Request, answer: Answer, piece: str = "1", seconds: str = "1") -> Answer:
    return answer.but(piece=int(piece), pause=float(seconds))


def _throttle(_request: Request, answer: Answer, speed: str) -> Answer:
    rate = float(speed)
    return answer.but(speed=rate, piece=max(1, min(answer.piece, int(rate / 20))))


def _longer(_request: Request, answer: Answer, count: str = "1000") -> Answer:
    return answer.but(length_error=int(count))


def _shorter(_request: Request, answer: Answer, count: str = "1000") -> Answer:
    return answer.but(length_error=-int(count))


def _endless(_request: Request, answer: Answer, cap: str = "1099511627776") -> Answer:
    return answer.but(framing="close", extra=int(cap))


def _more_than_announced(_request: Request, answer: Answer, count: str = "100000") -> Answer:
    return answer.with_headers({"Content-Length": str(answer.body.size)}).but(framing="close", extra=int(count))


def _chunked_cut(_request: Request, answer: Answer, count: str = "0") -> Answer:
    return answer.but(framing="chunked-cut", close_at=int(count) or answer.body.size)


def _wrong_start(_request: Request, answer: Answer, shift: str = "100") -> Answer:
    return answer.but(partial="wrong-start", shift=int(shift))


def _final_only(request: Request, answer: Answer) -> Answer:
    if "final" in request.query:
        return answer
    if "range" in request.headers:
        return answer.but(partial="ignored")
    joint = "&" if "?" in request.target else "?"
    return redirect(f"{request.target}{joint}final=1")


def _weak(_request: Request, answer: Answer) -> Answer:
    tag = answer.header("ETag")
    return answer.with_headers({"ETag": f"W/{tag}"}) if tag else answer


def _changing(request: Request, answer: Answer) -> Answer:
    return answer.with_headers({"ETag": f'"version-{request.number}"'})


def _no_validators(_request: Request, answer: Answer) -> Answer:
    return answer.without("ETag", "Last-Modified")


def _new_version(request: Request, answer: Answer, count: str = "65536", growth: str = "0") -> Answer:
    """First answers are cut after `count` bytes; from the second on the file is another one, `growth` bytes longer."""
    if request.nth_of_path == 0 and request.method == "GET":
        return answer.but(reset_at=int(count))
    if request.nth_of_path == 0:
        return answer
    fresh: Content = _NextVersion(answer.body)
    if int(growth):
        fresh = Bytes(fresh.read(0, fresh.size) + bytes(int(growth)))
    changed = {"ETag": '"the-next-version"', "Last-Modified": "Sun, 08 Nov 2026 10:00:00 GMT"}
    return answer.with_headers(changed).but(body=fresh)


def _expired() -> Answer:
    return text(EXPIRED, 403, "application/xml")


def _expire_after(request: Request, answer: Answer, seconds: str) -> Answer:
    return _expired() if request.age > float(seconds) else answer


def _expire_requests(request: Request, answer: Answer, count: str) -> Answer:
    return _expired() if request.nth >= int(count) else answer


def _expire_bytes(request: Request, answer: Answer, count: str) -> Answer:
    return answer.but(reset_at=int(count)) if request.nth == 0 else _expired()


def _status(_request: Request, _answer: Answer, status: str, retry_after: str = "") -> Answer:
    answer = data({"error": f"status {status} was asked for"}, int(status))
    return answer.with_headers({"Retry-After": retry_after}) if retry_after else answer


def _too_many(_request: Request, _answer: Answer, wait: str = "2") -> Answer:
    waits = {"date": formatdate(4_102_444_800, usegmt=True), "garbage": "soon-ish", "forever": "315360000"}
    answer = data({"error": "Too many requests"}, 429)
    return answer if wait == "none" else answer.with_headers({"Retry-After": waits.get(wait, wait)})


def _burst(request: Request, answer: Answer, count: str = "3", status: str = "502") -> Answer:
    if request.nth_of_path >= int(count):
        return answer
    return page(f"<html><head><title>{status}</title></head><body>Bad gateway</body></html>", int(status))


def _crowded(request: Request, answer: Answer, count: str) -> Answer:
    return text("too many connections", 403) if request.parallel > int(count) else answer


def _with_query(request: Request, **changes: str) -> str:
    kept = [(name, value) for name, value in request.pairs if name not in changes]
    told = [(name, value) for name, value in [*kept, *changes.items()] if value]
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in told)
    return f"{quote(request.path)}?{query}"


def _loop(request: Request, _answer: Answer) -> Answer:
    return redirect(request.base + request.target)


def _chain(request: Request, answer: Answer, count: str = "12") -> Answer:
    hop = int(request.query.get("hop", "0"))
    return answer if hop >= int(count) else redirect(_with_query(request, hop=str(hop + 1)))


def _nowhere(_request: Request, _answer: Answer) -> Answer:
    return text("moved", 302)


def _relative(request: Request, answer: Answer) -> Answer:
    if "here" in request.query:
        return answer
    return redirect(f"{quote(request.path.rsplit('/', 1)[-1])}?here=1")


def _other_host(request: Request, answer: Answer) -> Answer:
    """To the same file under the machine's other name, which is another origin for every client."""
    if "elsewhere" in request.query:
        return answer
    here = urlsplit(request.base)
    other = "localhost" if here.hostname == "127.0.0.1" else "127.0.0.1"
    return redirect(f"{here.scheme}://{other}:{here.port}{_with_query(request, fault='', elsewhere='1')}")


def _to_http(request: Request, _answer: Answer) -> Answer:
    return redirect("http://" + request.base.split("://", 1)[1] + request.target)


def _to_file(_request: Request, _answer: Answer) -> Answer:
    return redirect("file:///etc/hostname")


def _to(_request: Request, _answer: Answer, *address: str) -> Answer:
    return redirect(":".join(address))


def _gzip(_request: Request, answer: Answer) -> Answer:
    packed = gzip.compress(answer.body.read(0, answer.body.size), mtime=0)
    return answer.with_headers({"Content-Encoding": "gzip"}).but(body=Bytes(packed), ranges=False)


def _bomb(_request: Request, answer: Answer, mebibytes: str = "256") -> Answer:
    return answer.with_headers({"Content-Encoding": "gzip"}).but(body=Bytes(bomb(int(mebibytes))), ranges=False)


@lru_cache(maxsize=4)
def bomb(mebibytes: int) -> bytes:
    """A gzip file of a thousandth of that size which unpacks to so many mebibytes of zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    zeros = bytes(1 << 20)
    block = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 0
    for _ in range(mebibytes):
        check = zlib.crc32(zeros, check)
    tail = check.to_bytes(4, "little") + ((mebibytes << 20) % (1 << 32)).to_bytes(4, "little")
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff" + block * mebibytes + b"\x03\x00" + tail


def _flip(_request: Request, answer: Answer, offset: str = "1000") -> Answer:
    return answer.but(body=_Flipped(answer.body, int(offset)))


def _truncated(_request: Request, answer: Answer, count: str = "1000") -> Answer:
    return answer.but(body=Bytes(answer.body.read(0, max(0, answer.body.size - int(count)))))


def _zeros(_request: Request, answer: Answer) -> Answer:
    return answer.but(body=Bytes(bytes(min(answer.body.size, 64 << 20))))


def _head_refused(request: Request, answer: Answer) -> Answer:
    return data({"error": "Method not allowed"}, 405) if request.method == "HEAD" else answer


def _head_lies(request: Request, answer: Answer, count: str = "1000") -> Answer:
    return answer.but(length_error=int(count)) if request.method == "HEAD" else answer


def _disposition(_request: Request, answer: Answer, form: str) -> Answer:
    return answer.with_headers({"Content-Disposition": DISPOSITIONS[form]})


def _delay(_request: Request, answer: Answer, seconds: str) -> Answer:
    return answer.but(delay=float(seconds))


def _huge_headers(_request: Request, answer: Answer, mebibytes: str = "5") -> Answer:
    filler = "".join(f"X-Filler-{number}: {'f' * 1000}\r\n" for number in range(int(mebibytes) * 1024))
    body = answer.body.read(0, 1024)
    return answer.but(raw=f"HTTP/1.1 200 OK\r\n{filler}Content-Length: {len(body)}\r\n\r\n".encode() + body)


def _early(_request: Request, answer: Answer, count: str = "100") -> Answer:
    return answer.but(prelude=b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n" * int(count))


def _injected(_request: Request, answer: Answer) -> Answer:
    return answer.with_headers({"X-Note": "a\x1b[31mred\x1b[0m", "Content-Disposition": 'attachment; filename="a\tb"'})


FAULTS: dict[str, Change] = {
    # how the body arrives
    "reset-after": _at("reset_at"),
    "close-after": _at("close_at"),
    "stall-after": _at("stall_at"),
    "drip": _drip,
    "throttle": _throttle,
    "delay": _delay,
    "length-longer": _longer,
    "length-shorter": _shorter,
    "endless": _endless,
    "more-than-announced": _more_than_announced,
    "chunked": _delivered(framing="chunked"),
    "chunked-cut": _chunked_cut,
    "chunked-garbage": _delivered(framing="chunked-garbage"),
    "no-length": _delivered(framing="close"),
    "http-1.0": _delivered(framing="close", version="HTTP/1.0", ranges=False),
    "dropped": _delivered(raw=b""),
    "garbage-status": _delivered(raw=b"ICY two hundred banana\r\n\r\n\x00\xff\x00"),
    "huge-headers": _huge_headers,
    "early-hints": _early,
    "escape-codes": _injected,
    # ranges
    "range-ignored": _delivered(partial="ignored"),
    "range-wrong-start": _wrong_start,
    "range-wrong-total": _delivered(partial="wrong-total"),
    "range-no-content-range": _delivered(partial="no-content-range"),
    "range-multipart": _delivered(partial="multipart"),
    "range-unasked": _delivered(partial="unasked"),
    "range-416": _delivered(partial="refused"),
    "range-416-total": _delivered(partial="refused-with-total"),
    "range-final-only": _final_only,
    # validators
    "etag-weak": _weak,
    "etag-none": lambda _request, answer: answer.without("ETag"),
    "etag-changing": _changing,
    "no-validators": _no_validators,
    "if-range-ignored": _delivered(if_range=False),
    "new-version-after": _new_version,
    # refusals
    "expire-after": _expire_after,
    "expire-requests": _expire_requests,
    "expire-bytes": _expire_bytes,
    "status": _status,
    "too-many": _too_many,
    "burst": _burst,
    "overloaded": _answered(lambda: data({"error": "overloaded"}, 503, Retry_After="2")),
    "crowded": _crowded,
    "head-405": _head_refused,
    "head-wrong-length": _head_lies,
    "challenge": _answered(lambda: page("<html><title>Just a moment...</title></html>", 403, cf_mitigated="challenge")),
    # redirects
    "redirect-loop": _loop,
    "redirect-chain": _chain,
    "redirect-nowhere": _nowhere,
    "redirect-relative": _relative,
    "redirect-other-host": _other_host,
    "redirect-to-http": _to_http,
    "redirect-to-file": _to_file,
    "redirect-to": _to,
    # what the bytes are
    "html": _answered(lambda: page(LOGIN_PAGE)),
    "json-error": _answered(lambda: data({"error": "Something went wrong"})),
    "xml-error": _answered(lambda: text(EXPIRED, 200, "application/xml")),
    "lfs-pointer": _answered(lambda: text(LFS_POINTER)),
    "empty": _delivered(body=Bytes(), ranges=False),
    "zeros": _zeros,
    "truncated": _truncated,
    "gzip": _gzip,
    "gzip-bomb": _bomb,
    "flip": _flip,
    "disposition": _disposition,
}
"""Every misbehaviour by name. Numbers in arguments are bytes, seconds or counts."""
