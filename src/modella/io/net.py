"""The one hand that opens connections: guarded, redirect by redirect, credentials only where they belong.

Every outgoing request of Modella passes here. Per hop the scheme and port are judged, the header set is rebuilt
from zero, and the address of the socket that is really connected is judged before a byte is sent, so that neither a
redirect nor a name that changes its answer reaches a private network (`MODELLA_ALLOWED_HOSTS` names exceptions).
"""

import base64
import ipaddress
import json
import os
import re
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, ClassVar
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

import socks
import truststore
import urllib3
from urllib3 import exceptions as trouble
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.contrib.socks import SOCKSConnection, SOCKSHTTPSConnection, SOCKSProxyManager

from modella import __version__
from modella.core.addresses import FORBIDDEN_PORTS, is_metadata_name, judge_address
from modella.core.errors import AccessNeeded, BadLink, ModellaError, NetworkTrouble, Refused
from modella.core.naming import shown
from modella.core.secrecy import mask_text, without_secrets

USER_AGENT = f"modella/{__version__} (local model library)"
JSON_LIMIT = 32 * 1024 * 1024
WINDOW = 1024 * 1024
"""Bytes that may wait unread in one connection: what is in there when the process is killed is fetched twice."""
BODY_SECONDS = 60.0
"""How long a whole body may take: a server that sends a byte now and then would otherwise hold us for days."""
PEEK_SECONDS = 10.0
"""The same for the beginning of a refusal."""
HEAD_START = 0.25
"""Seconds that one address of a name has for itself before the next is tried beside it (RFC 8305, section 5)."""
LANDMARK_SECONDS = 5.0
_READ = 256 * 1024
_DEFAULT_PORTS = {"http": 80, "https": 443}
_TITLE = re.compile(rb"<title[^>]*>([^<]{0,200})", re.IGNORECASE)
_KEY = re.compile(r"[\x21-\x7e]+")
_BAD_HEADER = re.compile(r"^(Invalid header|Header (name|part|value)|Values are not allowed)", re.IGNORECASE)
"""How the transport's refusals of a header field begin: they go on with its value, which may be a key."""
_FORBIDDEN_IN_URL = re.compile(r"[\x00-\x20\x7f\\]")
_PLAIN_IN_LOCATION = "".join(map(chr, range(0x21, 0x7F)))
_TRAVELLING = {"accept", "accept-encoding", "accept-language", "if-range", "range"}
"""Header fields of a request that may go to another origin than the one they were meant for."""


@dataclass(frozen=True)
class Credential:
    """A secret and the origins it may be sent to; `key` is asked anew for every request."""

    origins: frozenset[str]
    key: Callable[[], str | None]


@dataclass(frozen=True)
class NetPolicy:
    """What connections may do. Times in seconds; `allowed` holds `host` or `host:port` that may be private.

    `head_timeout` is how long the head of an answer may take, `landmarks` are plain http addresses of sites that
    send everybody on to https: where no such site is as it should be, the fault lies with the network.
    """

    allowed: frozenset[str] = frozenset()
    connect_timeout: float = 12.0
    stall_timeout: float = 30.0
    head_timeout: float = 60.0
    landmarks: tuple[str, ...] = ()
    proxies: Mapping[str, str] = field(default_factory=dict)
    no_proxy: tuple[str, ...] = ()
    ca_file: str | None = None
    resolve: Callable[[str, int], list[str]] | None = None


class Headers:
    """Header fields of an answer, names compared without case."""

    def __init__(self, fields: Iterable[tuple[str, str]]) -> None:
        self._fields = [(name.lower(), value) for name, value in fields]

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value of the field."""
        return next((value for key, value in self._fields if key == name.lower()), default)

    def get_all(self, name: str) -> list[str]:
        """All values of the field, in order."""
        return [value for key, value in self._fields if key == name.lower()]


class Answer:
    """An answer whose body has not been read yet. Close it, or read it to its end.

    `url` is where redirects have led, `credential` what may still be sent there, `length` the bytes of the decoded
    body once it has been read.
    """

    def __init__(
        self, response: urllib3.BaseHTTPResponse, url: str, *, credential: str | None = None, redirected: bool = False
    ) -> None:
        self._response = response
        self.url = url
        self.credential = credential
        self.redirected = redirected
        self.status = response.status
        self.headers = Headers(response.headers.items())
        self.length = 0

    @property
    def host(self) -> str:
        """The host that answered."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def packed(self) -> int:
        """Bytes of the body that have come over the wire, before any decoding."""
        return int(self._response.tell())

    def read1(self, size: int, *, decode: bool = False) -> bytes:
        """The next bytes, at most `size`, as they come off the wire; empty at the end of the body."""
        with _translated(self.url, reading=True):
            return self._response.read1(size, decode_content=decode)

    def read(self, limit: int, seconds: float = BODY_SECONDS) -> bytes:
        """The whole body, decoded; NetworkTrouble("bad-answer") when it is longer than `limit` bytes.

        NetworkTrouble("stalled") when it is not there after `seconds`, however lively it drips.
        """
        deadline = time.monotonic() + seconds
        pieces: list[bytes] = []
        try:
            while piece := self.read1(min(_READ, limit + 1 - self.length), decode=True):
                pieces.append(piece)
                self.length += len(piece)
                if self.length > limit:
                    raise NetworkTrouble("bad-answer", host=self.host, reason="too-long", limit=limit)
                if time.monotonic() > deadline:
                    raise NetworkTrouble("stalled", host=self.host, reason="too-slow", seconds=seconds)
        finally:
            self.close()
        return b"".join(pieces)

    def peek(self, limit: int = 4096) -> bytes:
        """The first bytes of a refusal, for its reason; closes the answer and never raises."""
        deadline = time.monotonic() + PEEK_SECONDS
        seen = b""
        try:
            while len(seen) < limit and time.monotonic() < deadline:
                piece = self._response.read1(limit - len(seen), decode_content=True)
                if not piece:
                    break
                seen += piece
        except (trouble.HTTPError, HTTPException, OSError, ValueError):
            return seen
        finally:
            self.close()
        return seen

    def json(self, limit: int = JSON_LIMIT, seconds: float = BODY_SECONDS) -> Any:
        """The body as JSON; NetworkTrouble("bad-answer") with the page's title when a web page came instead."""
        body = self.read(limit, seconds)
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            title = page_title(body)
            facts = {"title": title} if title else {}
            raise NetworkTrouble("bad-answer", host=self.host, status=self.status, reason="not-json", **facts) from None

    def close(self) -> None:
        """Drops the connection; what was not read is not fetched."""
        self._response.close()

    def abort(self) -> None:
        """Ends a read that another thread is waiting in."""
        try:
            self._response.shutdown()
        except (ValueError, OSError, AttributeError, RuntimeError):
            self._response.close()


class _translated:
    """Turns the transport's exceptions into errors of the family, masking what they say."""

    _TABLE: ClassVar[tuple[tuple[type[BaseException], str], ...]] = (
        (trouble.NameResolutionError, "name-not-resolved"),
        (trouble.ProxyError, "proxy-failed"),
        (trouble.SSLError, "tls-failed"),
        (ssl.SSLCertVerificationError, "tls-failed"),
        (trouble.NewConnectionError, "connection-refused"),
        (trouble.ConnectTimeoutError, "connect-timeout"),
        (trouble.ReadTimeoutError, "stalled"),
        (TimeoutError, "stalled"),
        (trouble.IncompleteRead, "incomplete"),
        (trouble.InvalidChunkLength, "incomplete"),
        (ConnectionError, "connection-lost"),
        (trouble.DecodeError, "bad-answer"),
        (trouble.LocationParseError, "bad-answer"),
        (ssl.SSLError, "connection-lost"),
        (trouble.ProtocolError, "connection-lost"),
        (trouble.HTTPError, "connection-lost"),
        (HTTPException, "bad-answer"),
        (OSError, "connection-lost"),
        (ValueError, "bad-answer"),
    )

    def __init__(self, url: str, *, reading: bool = False) -> None:
        self.url = url
        self.reading = reading

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, problem: BaseException | None, trace: Any) -> None:
        if problem is None or isinstance(problem, ModellaError):
            return
        inner = _innermost(problem)
        if isinstance(inner.__cause__, ModellaError):
            raise inner.__cause__ from None
        host = urlsplit(self.url).netloc.rpartition("@")[2]
        reason = "invalid-header" if _BAD_HEADER.match(str(inner)) else shown(mask_text(str(inner)), 300)
        if isinstance(inner, trouble.ProxyError) and " 407 " in reason:
            raise AccessNeeded("proxy-login-needed", host=host) from None
        code = next((code for branch, code in self._TABLE if isinstance(inner, branch)), None)
        if code == "tls-failed" and (self.reading or isinstance(inner.__cause__, _CUT)):
            code = "connection-lost"
        if code:
            raise NetworkTrouble(code, host=host, reason=reason) from None


_CUT = (ssl.SSLEOFError, ssl.SSLZeroReturnError)


def _innermost(problem: BaseException) -> BaseException:
    """What really happened, inside the transport's wrapping."""
    inner = problem.reason if isinstance(problem, trouble.MaxRetryError) and problem.reason else problem
    if isinstance(inner, trouble.ProtocolError) and inner.args[1:] and isinstance(inner.args[1], BaseException):
        return inner.args[1]
    return inner


class Net:
    """Asks, following redirects by hand. Safe to use from many threads."""

    def __init__(self, policy: NetPolicy, credentials: Mapping[str, Credential]) -> None:
        self.policy = policy
        self._credentials = credentials
        self._direct = self._guarded_pools()
        self._proxied = {url: _proxy_pools(url, self._options()) for url in set(policy.proxies.values())}
        """Pools of each proxy; None for an address that is no proxy's, which matters only once it is needed."""

    def ask(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        credential: str | None = None,
        body: bytes | None = None,
        follow: int = 10,
    ) -> Answer:
        """The answer to a request, redirects followed; any status is an answer, not an error.

        Raises Refused for addresses the policy forbids and NetworkTrouble when there is no answer.
        `follow=0` gives a redirect back as it is.
        """
        hops: list[str] = []
        sent = dict(headers or {})
        while True:
            credential = credential if self._belongs(url, credential) else None
            answer = self._one(url, method, sent, credential, body, redirected=bool(hops))
            place = answer.headers.get("location")
            if answer.status not in {301, 302, 303, 307, 308} or follow == 0:
                return answer
            answer.close()
            if place is None:
                raise NetworkTrouble("bad-answer", host=answer.host, status=answer.status, reason="no-location")
            hops.append(url)
            url = self._next_hop(url, place, hops, follow)
            if origin_of(url) != origin_of(hops[-1]):
                sent = {name: value for name, value in sent.items() if name.lower() in _TRAVELLING}
            if answer.status in {301, 302, 303} and body is not None:
                method, body = "GET", None

    def open_local(self, host: str, port: int) -> socket.socket:
        """A plain socket to a server of ours on this machine."""
        with _translated(f"http://{host}:{port}"):
            return socket.create_connection((host, port), timeout=self.policy.connect_timeout)

    def outage(self) -> str | None:
        """What is wrong with the network itself: "offline", "captive-portal", or None when it may be the one host.

        Offline: not one landmark can be found. Captive portal: every one of at least two shows a page of its own, or
        leads elsewhere, instead of sending us on to itself. Asks the landmarks, so it takes seconds.
        """
        marks = self.policy.landmarks
        near = [url for url in marks if not self._proxy_for(url)]
        if near and not any(self._is_reachable(urlsplit(url).hostname or "") for url in near):
            return "offline"
        return "captive-portal" if len(marks) > 1 and all(map(self._is_impersonated, marks)) else None

    def _is_reachable(self, host: str) -> bool:
        """Whether the name is known and a way leads there; nothing is sent."""
        try:
            addresses = self._resolved(host, 80)
        except OSError:
            return False
        return any(_has_route(address) for address in addresses)

    def _is_impersonated(self, url: str) -> bool:
        """Whether somebody else answers in place of a landmark."""
        try:
            answer = self._one(url, "GET", {}, None, None, redirected=False, seconds=LANDMARK_SECONDS)
        except Refused as problem:
            return problem.code == "private-address"
        except ModellaError:
            return False
        body, place = answer.peek(1024), answer.headers.get("location")
        if place is not None and 300 <= answer.status < 400:
            return not _is_same_site(url, place)
        return answer.status == 511 or (answer.status == 200 and bool(body))

    def close(self) -> None:
        """Drops all idle connections."""
        self._direct.clear()
        for pools in self._proxied.values():
            if pools is not None:
                pools.clear()

    def _next_hop(self, url: str, place: str, hops: list[str], follow: int) -> str:
        try:
            onward = urljoin(url, _repaired(place))
            self._judge_url(onward)
        except ValueError:
            host = urlsplit(url).netloc.rpartition("@")[2]
            raise NetworkTrouble("bad-answer", host=host, reason="bad-location") from None
        if len(hops) > follow or onward in hops:
            chain = " → ".join(without_secrets(hop) for hop in [*hops, onward][-4:])
            raise NetworkTrouble("too-many-redirects", chain=chain, hops=len(hops))
        if urlsplit(url).scheme == "https" and urlsplit(onward).scheme == "http":
            raise Refused("insecure-redirect", host=urlsplit(onward).hostname or "")
        return onward

    def _belongs(self, url: str, credential: str | None) -> bool:
        """Whether a credential may be sent to the origin of an address."""
        bound = self._credentials.get(credential or "")
        self._judge_url(url)
        return bound is not None and origin_of(url) in bound.origins

    def _one(
        self,
        url: str,
        method: str,
        headers: Mapping[str, str],
        credential: str | None,
        body: bytes | None,
        *,
        redirected: bool,
        seconds: float | None = None,
    ) -> Answer:
        """One request and its answer; `seconds` in place of the usual patience."""
        target, userinfo = self._judge_url(url)
        sent = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity", **headers}
        sent |= self._authorization(target, userinfo, credential)
        pools = self._pools_for(target)
        patience: dict[str, Any] = {}
        if seconds is not None:
            patience["timeout"] = urllib3.Timeout(connect=seconds, read=seconds)
        with _translated(target):
            response = pools.request(
                method,
                target,
                headers=sent,
                body=body,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
                **patience,
            )
        return Answer(response, target, credential=credential, redirected=redirected)

    def _judge_url(self, url: str) -> tuple[str, str | None]:
        """The address without user info, and the user info; Refused when scheme, host or port are not for us."""
        if _FORBIDDEN_IN_URL.search(url):
            raise Refused("bad-scheme", url=mask_text(url)[:200])
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
            userinfo, _, place = parts.netloc.rpartition("@")
            if not host.isascii():
                host = host.encode("idna").decode()
                place = host if parts.port is None else f"{host}:{parts.port}"
        except ValueError:
            raise Refused("bad-scheme", url=mask_text(url)[:200]) from None
        if parts.scheme not in _DEFAULT_PORTS or not host or "%" in host:
            raise Refused("bad-scheme", url=mask_text(url)[:200])
        if is_metadata_name(host):
            raise Refused("metadata-address", host=host)
        if port in FORBIDDEN_PORTS and not self._is_allowed(host, port):
            raise Refused("forbidden-port", host=host, port=port)
        return urlunsplit((parts.scheme, place, parts.path or "/", parts.query, "")), unquote(userinfo) or None

    def _authorization(self, url: str, userinfo: str | None, credential: str | None) -> dict[str, str]:
        """The header that logs in; AccessNeeded("key-rejected") for a key that no header can carry."""
        if userinfo:
            return {"Authorization": "Basic " + base64.b64encode(userinfo.encode()).decode()}
        key = self._credentials[credential].key() if credential else None
        if key and not _KEY.fullmatch(key):
            raise AccessNeeded("key-rejected", host=urlsplit(url).netloc, source=credential, reason="odd-characters")
        return {"Authorization": f"Bearer {key}"} if key else {}

    def _is_allowed(self, host: str, port: int) -> bool:
        names = {host.lower(), f"{host.lower()}:{port}", f"[{host.lower()}]:{port}", f"[{host.lower()}]"}
        return bool(names & self.policy.allowed)

    def _pools_for(self, url: str) -> urllib3.PoolManager:
        proxy = self._proxy_for(url)
        if proxy is None:
            return self._direct
        pools = self._proxied[proxy]
        if pools is None:
            name = f"{urlsplit(url).scheme.upper()}_PROXY / ALL_PROXY"
            raise BadLink("bad-value", name=name, value=mask_text(proxy)[:80], reason=_PROXY_FORMS)
        host, port = _host_and_port(url)
        self._judge_behind_proxy(host, private_too=not self._is_allowed(host, port))
        return pools

    def _proxy_for(self, url: str) -> str | None:
        """The proxy to ask for an address, if it is not to be asked directly."""
        proxies = self.policy.proxies
        proxy = proxies.get(urlsplit(url).scheme) or proxies.get("all")
        return None if not proxy or _bypasses_proxy(*_host_and_port(url), self.policy.no_proxy) else proxy

    def _judge_behind_proxy(self, host: str, *, private_too: bool) -> None:
        """A proxy connects for us: judge literals, and names as far as they resolve here."""
        try:
            addresses = self._resolved(host, 0)
        except OSError:
            return
        for address in addresses:
            _forbid(host, address, private_too=private_too)

    def _options(self) -> dict[str, Any]:
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self.policy.ca_file:
            context.load_verify_locations(self.policy.ca_file)
        timeout = urllib3.Timeout(connect=self.policy.connect_timeout, read=self.policy.stall_timeout)
        return {"ssl_context": context, "timeout": timeout, "maxsize": 32, "num_pools": 32}

    def _guarded_pools(self) -> urllib3.PoolManager:
        net = self

        class GuardedHTTP(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return net._connect(self.host, self.port or 80, self)

            def getresponse(self) -> Any:
                """The head of the answer, within the limit."""
                with _HeadLimit(self.sock, net.policy.head_timeout):
                    return super().getresponse()

        class GuardedHTTPS(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return net._connect(self.host, self.port or 443, self)

            def getresponse(self) -> Any:
                """The head of the answer, within the limit."""
                with _HeadLimit(self.sock, net.policy.head_timeout):
                    return super().getresponse()

        class HTTPPool(HTTPConnectionPool):
            ConnectionCls = GuardedHTTP

        class HTTPSPool(HTTPSConnectionPool):
            ConnectionCls = GuardedHTTPS

        pools = urllib3.PoolManager(**self._options())
        pools.pool_classes_by_scheme = {"http": HTTPPool, "https": HTTPSPool}
        return pools

    def _connect(self, host: str, port: int, connection: HTTPConnection) -> socket.socket:
        """A socket to one of the host's addresses, each judged; a dead address family costs a moment, not the day."""
        try:
            addresses = _interleaved(self._resolved(host, port))
        except OSError as problem:
            raise trouble.NameResolutionError(host, connection, socket.gaierror(*problem.args)) from None
        allowed = self._is_allowed(host, port)
        for address in addresses:
            _forbid(host, address, private_too=not allowed)
        try:
            made = _first_connected(addresses, port, self.policy.connect_timeout)
        except TimeoutError:
            raise trouble.ConnectTimeoutError(connection, f"no answer from {host}") from None
        except OSError as problem:
            raise trouble.NewConnectionError(connection, f"{problem}") from None
        made.settimeout(self.policy.connect_timeout)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_WINDOW_CLAMP"):
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_WINDOW_CLAMP, WINDOW)
        return made

    def _resolved(self, host: str, port: int) -> list[str]:
        """The addresses of a name; gaierror also when the resolver takes longer than a connection may."""
        found: list[str] = []
        problems: list[Exception] = []

        def ask() -> None:
            try:
                found.extend((self.policy.resolve or _resolve)(host, port))
            except Exception as problem:  # noqa: BLE001 (raised by whoever waits for it)
                problems.append(problem)

        if _is_literal(host):
            ask()
        else:
            asking = threading.Thread(target=ask, name="modella-resolve", daemon=True)
            asking.start()
            asking.join(self.policy.connect_timeout)
        if problems:
            raise problems[0]
        if not found:
            raise socket.gaierror(socket.EAI_AGAIN, "the resolver does not answer")
        return found


class _HeadLimit:
    """Ends the wait for the head of an answer: one that drips never runs into the timeout of a single read."""

    def __init__(self, link: socket.socket | None, seconds: float) -> None:
        self._link = link
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._late = False

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        if self._late:
            raise TimeoutError("the head of the answer does not end") from None

    def _cut(self) -> None:
        self._late = True
        try:
            if self._link is not None:
                self._link.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _first_connected(addresses: list[str], port: int, seconds: float) -> socket.socket:
    """The socket that connects first; each address has a head start before the next. OSError when none does in time."""
    deadline, next_at = time.monotonic() + seconds, 0.0
    left = list(addresses)
    last: OSError = TimeoutError("no address answers")
    with selectors.DefaultSelector() as racing:
        try:
            while left or racing.get_map():
                now = time.monotonic()
                if left and (now >= next_at or not racing.get_map()):
                    next_at = now + HEAD_START
                    last = _set_off(racing, left.pop(0), port) or last
                    continue
                if now >= deadline:
                    raise TimeoutError("no address answers")
                for key, _ in racing.select(min(deadline, next_at if left else deadline) - now):
                    made: socket.socket = key.data
                    problem = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    racing.unregister(made)
                    if not problem:
                        return made
                    made.close()
                    last, next_at = OSError(problem, os.strerror(problem)), 0.0
            raise last
        finally:
            for key in list(racing.get_map().values()):
                key.data.close()


def _set_off(racing: selectors.BaseSelector, address: str, port: int) -> OSError | None:
    """Begins to connect to an address; what is wrong with it, when that is known at once."""
    try:
        made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    except OSError as problem:
        return problem
    try:
        made.setblocking(False)
        made.connect((address, port))
    except BlockingIOError:
        pass
    except OSError as problem:
        made.close()
        return problem
    racing.register(made, selectors.EVENT_WRITE, made)
    return None


def _has_route(address: str) -> bool:
    """Whether this machine knows a way to an address; connecting a datagram socket sends nothing."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect((address, 80))
    except OSError:
        return False
    return True


def _is_same_site(url: str, place: str) -> bool:
    """Whether a redirect of a landmark stays with it."""
    try:
        there, here = urlsplit(urljoin(url, place)).hostname or "", urlsplit(url).hostname or ""
    except ValueError:
        return False
    return there == here or there.endswith(f".{here}") or here.endswith(f".{there}")


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, the port always written."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)}"


def page_title(body: bytes) -> str | None:
    """The title of a web page, when the bytes are one."""
    found = _TITLE.search(body[:65536])
    return shown(" ".join(found.group(1).decode("utf-8", "replace").split())) if found else None


def _forbid(host: str, address: str, *, private_too: bool) -> None:
    verdict = judge_address(address)
    if verdict == "metadata" or (verdict == "private" and private_too):
        raise Refused("metadata-address" if verdict == "metadata" else "private-address", host=host)


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as problem:
        raise socket.gaierror(socket.EAI_NONAME, str(problem)) from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _repaired(place: str) -> str:
    """A Location as it should have been sent: blanks and bytes beyond ASCII percent-encoded."""
    return quote(place.strip().encode("latin-1", "replace"), safe=_PLAIN_IN_LOCATION)


def _interleaved(addresses: list[str]) -> list[str]:
    """The addresses with families taking turns, the resolver's preferred family first (RFC 8305, section 4)."""
    first_is_six = bool(addresses) and ":" in addresses[0]
    one = [a for a in addresses if (":" in a) == first_is_six]
    other = [a for a in addresses if (":" in a) != first_is_six]
    mixed = [a for pair in zip(one, other, strict=False) for a in pair]
    return mixed + one[len(other) :] + other[len(one) :]


def _bypasses_proxy(host: str, port: int, no_proxy: tuple[str, ...]) -> bool:
    try:
        if ipaddress.ip_address(host).is_loopback:
            return True
    except ValueError:
        if host == "localhost" or host.endswith(".localhost"):
            return True
    for entry in no_proxy:
        name, _, only_port = entry.strip().lower().partition(":")
        suffix = "." + name.lstrip("*").lstrip(".")
        if entry.strip() == "*" or (
            (host == name or host.endswith(suffix)) and (not only_port or only_port == str(port)) and name
        ):
            return True
    return False


_PROXY_FORMS = "a proxy begins with http://, https://, socks4://, socks4a://, socks5:// or socks5h://"
_SOCKS = {"socks": "socks5h"}
"""Desktops write `socks://`; whether it resolves names for us is left open, so it does."""


def _proxy_pools(url: str, options: dict[str, Any]) -> urllib3.PoolManager | None:
    """Connections through a proxy; None when the address is none of a proxy."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if not parts.hostname or parts.port == 0:
            return None
        if parts.scheme.startswith("socks"):
            pools = SOCKSProxyManager(
                urlunsplit(parts._replace(scheme=_SOCKS.get(parts.scheme, parts.scheme))), **options
            )
            pools.pool_classes_by_scheme = {"http": _SocksPool, "https": _SocksTLSPool}
            return pools
        userinfo, _, place = parts.netloc.rpartition("@")
        headers = urllib3.make_headers(proxy_basic_auth=unquote(userinfo)) if userinfo else None
        bare = urlunsplit((parts.scheme, place, parts.path, "", ""))
        return urllib3.ProxyManager(bare, proxy_headers=headers, **options)
    except (ValueError, trouble.HTTPError):
        return None


def _socks_trouble(host: str, problem: trouble.HTTPError) -> ModellaError:
    """What a SOCKS proxy would not do, so that it is not told of the host behind it."""
    cause = problem.__cause__ or problem.__context__
    if isinstance(getattr(cause, "socket_err", None) or cause, socks.SOCKS5AuthError):
        return AccessNeeded("proxy-login-needed", host=host)
    reason = shown(mask_text(str(cause or problem)), 300)
    return NetworkTrouble("proxy-failed", host=host, reason=reason)


class _SocksHTTP(SOCKSConnection):
    def _new_conn(self) -> Any:
        try:
            return super()._new_conn()
        except (trouble.NewConnectionError, trouble.ConnectTimeoutError) as problem:
            raise _socks_trouble(self.host, problem) from None


class _SocksTLS(SOCKSHTTPSConnection):
    def _new_conn(self) -> Any:
        try:
            return super()._new_conn()
        except (trouble.NewConnectionError, trouble.ConnectTimeoutError) as problem:
            raise _socks_trouble(self.host, problem) from None


class _SocksPool(HTTPConnectionPool):
    ConnectionCls = _SocksHTTP


class _SocksTLSPool(HTTPSConnectionPool):
    ConnectionCls = _SocksTLS
