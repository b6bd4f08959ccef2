"""No network, half a network, and networks that answer in place of others (fault matrix N22, N24, N26, N27)."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import pytest

from modella.core.download import Download, State
from modella.core.errors import AccessNeeded, BadLink, ModellaError, NetworkTrouble
from modella.core.events import DownloadChanged
from modella.demo.messages import Answer, Request, page, redirect, text
from modella.demo.origin import Origin, VirtualFile
from modella.io.net import Net
from modella.io.settings import proxies
from modella.wiring import House
from modella.work.fetch import Patience
from modella.work.queue import Options
from tests.fetching import MIB, Transfer, an_origin, quick_net
from tests.place import Place, until

LOGIN = "<!DOCTYPE html><html><head><title>Guest access</title></head><body>Accept our terms</body></html>"
MARKS = ("one.example", "two.example")
"""Names of the landmarks of these tests."""


@pytest.fixture
def served() -> Iterator[tuple[Origin, VirtualFile]]:
    """An origin with one file, and the file."""
    origin, content = an_origin(3 * MIB)
    with origin:
        yield origin, content


class Cable:
    """A resolver that can be unplugged: then no name is known. Plugged in, every name is this machine."""

    def __init__(self, code: int = socket.EAI_AGAIN) -> None:
        self.is_in = threading.Event()
        self.asked: list[str] = []
        self.code = code

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        if not self.is_in.is_set():
            raise socket.gaierror(self.code, "no answer")
        return ["127.0.0.1"]


def landmarks(port: int) -> tuple[str, ...]:
    """The landmarks, at the port of an origin of this test's own."""
    return tuple(f"http://{name}:{port}/" for name in MARKS)


def on_this_machine(house: House, **policy: object) -> None:
    """Gives a house a network of the test's own."""
    names = frozenset({*MARKS, "files.example"})
    old = house.hands.net.policy
    house.hands.net.policy = replace(old, **{"allowed": old.allowed | names, **policy})  # type: ignore[arg-type]
    house.hands.patience = replace(house.hands.patience, pause=0.02)


def to_itself(request: Request) -> Answer:
    """What a landmark does: sends everybody on to its own https door."""
    return redirect(f"https://{request.headers['host'].partition(':')[0]}/", 301)


# ----------------------------------------------------------------------------------------------- names (N22), offline


@pytest.mark.parametrize("code", [socket.EAI_AGAIN, socket.EAI_NONAME])
def test_offline_downloads_wait_burn_no_tries_and_go_on_by_themselves(
    place: Place, served: tuple[Origin, VirtualFile], code: int
) -> None:
    origin, _ = served
    cable = Cable(code)

    async def story(house: House) -> tuple[list[Download], list[Download]]:
        on_this_machine(house, resolve=cable, landmarks=landmarks(origin.port))
        links = [f"http://files.example:{origin.port}/{n}.bin" for n in range(5)]
        added = [await house.queue.add(link, Options(on_duplicate="skip")) for link in links]
        stuck = [(await until(house, each.id, State.waiting)).model_copy(deep=True) for each in added]
        cable.is_in.set()
        return stuck, [await until(house, each.id, State.done) for each in added]

    stuck, ended = place.run(story)
    assert [(each.state, each.reason.code if each.reason else "") for each in stuck] == [(State.waiting, "offline")] * 5
    assert [each.state for each in ended] == [State.done] * 5, [each.reason for each in ended]
    assert [each.attempts for each in ended] == [0] * 5
    assert not any(isinstance(e, DownloadChanged) and e.download.state is State.failed for e in place.events)


def test_a_network_that_goes_away_half_way_costs_no_tries(place: Place, served: tuple[Origin, VirtualFile]) -> None:
    origin, content = served
    cable = Cable()
    cable.is_in.set()

    def respond(request: Request) -> Answer:
        answer = serve(request)
        if request.headers.get("range", "").startswith("bytes=0-1023"):
            return answer
        if not cut.is_set():
            cut.set()
            cable.is_in.clear()
            return answer.but(close_at=1_000_001)
        return answer

    cut = threading.Event()
    serve = origin._respond
    with Origin(respond) as shaky:

        async def story(house: House) -> tuple[Download, Download]:
            on_this_machine(house, resolve=cable, landmarks=landmarks(shaky.port))
            record = await house.queue.add(f"http://files.example:{shaky.port}/model.bin", Options())
            stuck = (await until(house, record.id, State.waiting)).model_copy(deep=True)
            cable.is_in.set()
            return stuck, await until(house, record.id, State.done)

        stuck, ended = place.run(story)
        resumed = [r.headers.get("range", "") for r in shaky.requests][-1]
    assert (stuck.reason.code if stuck.reason else "", stuck.attempts) == ("offline", 0)
    assert sum(b - a for a, b in stuck.parts[0].durable) > 900_000
    assert (ended.state, ended.attempts) == (State.done, 0), ended.reason
    assert int(resumed.removeprefix("bytes=").partition("-")[0]) > 900_000
    assert place.model(ended)["files"][0]["sha256"] == content.sha256


def test_a_name_that_alone_is_unknown_fails_in_the_end(place: Place, served: tuple[Origin, VirtualFile]) -> None:
    origin, _ = served

    def resolve(host: str, port: int) -> list[str]:
        if host == "files.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return ["127.0.0.1"]

    async def story(house: House) -> Download:
        on_this_machine(house, resolve=resolve, landmarks=landmarks(origin.port))
        record = await house.queue.add(f"http://files.example:{origin.port}/model.bin", Options())
        return await until(house, record.id, State.waiting)

    ended = place.run(story)
    assert (ended.state, ended.reason.code if ended.reason else "") == (State.failed, "name-not-resolved")


def test_what_waits_for_the_network_may_be_cancelled(place: Place, served: tuple[Origin, VirtualFile]) -> None:
    origin, _ = served

    async def story(house: House) -> Download:
        on_this_machine(house, resolve=Cable(), landmarks=landmarks(origin.port))
        record = await house.queue.add(f"http://files.example:{origin.port}/model.bin", Options())
        await until(house, record.id, State.waiting)
        return await house.queue.cancel(record.id)

    assert place.run(story).state is State.cancelled
    assert place.staging() == []


def test_a_resolver_that_never_answers_holds_nobody_for_longer_than_a_connection_may(tmp_path: Path) -> None:
    answered = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        answered.wait(60)
        return ["127.0.0.1"]

    net = quick_net(resolve=resolve, connect_timeout=0.3)
    began = time.monotonic()
    with pytest.raises(NetworkTrouble) as caught:
        Transfer(tmp_path, "http://files.example/model", net=net, patience=Patience(tries=1, pause=0.01)).run()
    answered.set()
    assert caught.value.code == "name-not-resolved"
    assert time.monotonic() - began < 20


def test_a_name_with_another_answer_each_time_is_fetched(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, content = served
    origin.misbehave("*", "reset-after:500000", times=4)
    answers = [["127.0.0.2"], ["127.0.0.1"], ["::1", "127.0.0.1"], []]
    asked: list[int] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(port)
        found = answers[len(asked) % len(answers)]
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return found

    net = quick_net(allowed=frozenset({"files.example"}), resolve=resolve)
    transfer = Transfer(tmp_path, f"http://files.example:{origin.port}/model", net=net)
    assert transfer.run().digests.sha256 == content.sha256
    assert len(asked) >= 4


# ------------------------------------------------------------------------------------------------ two families (N24)


@contextmanager
def on_six() -> Iterator[int]:
    """A web server that only listens on `::1`; its port."""

    class Six(ThreadingHTTPServer):
        address_family = socket.AF_INET6

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "3")
            self.end_headers()
            self.wfile.write(b"six")

        def log_message(self, format: str, *args: object) -> None:
            return

    with Six(("::1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join()


needs_six = pytest.mark.skipif(not socket.has_ipv6 or not Path("/proc/net/if_inet6").exists(), reason="no IPv6 here")


@needs_six
@pytest.mark.parametrize("addresses", [["::1"], ["::1", "127.0.0.1"], ["127.0.0.1", "::1"]])
def test_a_server_that_only_lives_on_one_family_is_reached(addresses: list[str]) -> None:
    with on_six() as port:
        net = quick_net(allowed=frozenset({"files.example"}), resolve=lambda host, port: addresses)
        assert net.ask(f"http://files.example:{port}/").read(10) == b"six"
        assert quick_net(allowed=frozenset({"[::1]"})).ask(f"http://[::1]:{port}/").read(10) == b"six"


@contextmanager
def black_hole(address: str, port: int) -> Iterator[None]:
    """An address that takes no connection and refuses none: a queue of callers that nobody ever serves."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, port), family=family, backlog=0) as silent:
        waiting = []
        for _ in range(8):
            caller = socket.socket(family)
            caller.setblocking(False)
            caller.connect_ex(silent.getsockname()[:2])
            waiting.append(caller)
        yield
        for caller in waiting:
            caller.close()


@needs_six
@pytest.mark.parametrize("dead", [["::1"], ["127.0.0.2"], ["::1", "127.0.0.2"]], ids=" and ".join)
def test_dead_addresses_of_a_name_cost_a_moment_and_no_failure(
    tmp_path: Path, served: tuple[Origin, VirtualFile], dead: list[str]
) -> None:
    origin, content = served
    with black_hole(dead[0], origin.port), black_hole(dead[-1], origin.port) if len(dead) > 1 else served_too():
        net = quick_net(
            allowed=frozenset({"files.example"}),
            resolve=lambda host, port: [*dead, "127.0.0.1"],
            connect_timeout=60.0,
            stall_timeout=30.0,
        )
        url = f"http://files.example:{origin.port}/model"
        began = time.monotonic()
        transfer = Transfer(tmp_path, url, net=net, patience=Patience(tries=0))
        assert transfer.run().digests.sha256 == content.sha256
        assert time.monotonic() - began < 15


@contextmanager
def served_too() -> Iterator[None]:
    """Nothing more is in the way."""
    yield


def test_addresses_that_are_all_dead_end_in_time(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, _ = served
    with black_hole("127.0.0.2", origin.port):
        net = quick_net(
            allowed=frozenset({"files.example"}), resolve=lambda host, port: ["127.0.0.2"] * 3, connect_timeout=0.5
        )
        with pytest.raises(NetworkTrouble) as caught:
            net.ask(f"http://files.example:{origin.port}/")
    assert caught.value.code == "connect-timeout"


# ------------------------------------------------------------------------------------------------------ SOCKS (N26)


@dataclass
class Socks:
    """A SOCKS5 proxy of this test's own that leads every name to one port of this machine."""

    target: int
    login: tuple[str, str] | None = None
    answer: int = 0
    asked: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(caller,), daemon=True).start()

    def _talk(self, caller: socket.socket) -> None:
        with caller, caller.makefile("rb") as told:
            told.read(told.read(2)[1])
            if not self._is_welcome(caller, told.read):
                return
            if len(told.read(3)) < 3:
                return
            kind = told.read(1)[0]
            host = told.read(told.read(1)[0]).decode() if kind == 3 else socket.inet_ntoa(told.read(4))
            self.asked.append(f"{host}:{struct.unpack('>H', told.read(2))[0]}")
            caller.sendall(bytes([5, self.answer, 0, 1, 127, 0, 0, 1, 0, 0]))
            if self.answer == 0:
                with socket.create_connection(("127.0.0.1", self.target)) as behind:
                    back = threading.Thread(target=_pour, args=(behind, caller), daemon=True)
                    back.start()
                    _pour(caller, behind)
                    back.join(10)

    def _is_welcome(self, caller: socket.socket, read: Callable[[int], bytes]) -> bool:
        if self.login is None:
            caller.sendall(b"\x05\x00")
            return True
        caller.sendall(b"\x05\x02")
        read(1)
        told = tuple(read(read(1)[0]).decode() for _ in range(2))
        caller.sendall(b"\x01\x00" if told == self.login else b"\x01\x01")
        return told == self.login


def _pour(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


def public(host: str, port: int) -> list[str]:
    """A resolver for which every name lies on the public network."""
    return [host] if host[0].isdigit() else ["93.184.215.14"]


def through(address: str) -> Net:
    """The way out of a process with such a proxy in its environment."""
    found, bypass = proxies({"ALL_PROXY": address})
    return quick_net(resolve=public, stall_timeout=10.0, connect_timeout=10.0, proxies=found, no_proxy=bypass)


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks"])
def test_a_socks_proxy_of_the_environment_is_used_with_its_login(tmp_path: Path, scheme: str) -> None:
    origin, content = an_origin(MIB)
    with origin, Socks(origin.port, login=("me", "p@ss:word")) as proxy:
        net = through(f"{scheme}://me:p%40ss%3Aword@127.0.0.1:{proxy.port}")
        host = "93.184.215.14" if scheme == "socks5" else "files.example"
        transfer = Transfer(tmp_path, f"http://{host}/model", net=net)
        assert transfer.run().digests.sha256 == content.sha256
        assert "proxy-authorization" not in origin.requests[0].headers
        assert "authorization" not in origin.requests[0].headers
    assert proxy.asked == [f"{host}:80"]


def refusal_through(address: str) -> ModellaError:
    """The error of a request through such a proxy."""
    with pytest.raises(ModellaError) as caught:
        through(address).ask("http://files.example/a")
    assert "hunter2" not in str(caught.value)
    return caught.value


def test_a_socks_proxy_that_rejects_the_login_says_so() -> None:
    with Socks(1, login=("me", "right")) as proxy:
        found = refusal_through(f"socks5h://me:hunter2@127.0.0.1:{proxy.port}")
    assert isinstance(found, AccessNeeded)
    assert found.code == "proxy-login-needed"


@pytest.mark.parametrize("answer", [1, 2, 3, 4, 5])
def test_what_a_socks_proxy_cannot_do_is_told_as_its_failure(answer: int) -> None:
    with Socks(1, answer=answer) as proxy:
        found = refusal_through(f"socks5h://me:hunter2@127.0.0.1:{proxy.port}")
    assert (found.code, found.facts["host"]) == ("proxy-failed", "files.example")


def test_a_socks_proxy_that_is_down_is_told_as_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert refusal_through(f"socks5h://me:hunter2@127.0.0.1:{port}").code == "proxy-failed"


@pytest.mark.parametrize("address", ["socks9://me:hunter2@127.0.0.1:1", "gopher://127.0.0.1:1", "http://", "socks5://"])
def test_a_proxy_nobody_can_use_is_told_only_when_it_is_needed(address: str) -> None:
    found = refusal_through(address)
    assert isinstance(found, BadLink)
    assert found.code == "bad-value"
    assert "PROXY" in found.facts["name"]
    with Origin(lambda request: text("here")) as origin:
        assert through(address).ask(f"http://127.0.0.1:{origin.port}/").read(10) == b"here"


# ----------------------------------------------------------------------------------------------- captive portal (N27)


PORTALS: dict[str, Callable[[Request], Answer]] = {
    "a page": lambda request: page(LOGIN),
    "a page for 511": lambda request: page(LOGIN, 511),
    "a redirect": lambda request: page(LOGIN) if request.path == "/hotspot" else redirect("http://two.example/hotspot"),
}


@pytest.mark.parametrize("portal", ["a page", "a page for 511", "a redirect"])
@pytest.mark.parametrize("link", ["http://files.example:{port}/model.bin", "civitai", "hf-lora"])
def test_a_login_page_in_front_of_everything_makes_downloads_wait(place: Place, portal: str, link: str) -> None:
    passed = threading.Event()
    content = VirtualFile(MIB, 4)
    file_origin, _ = an_origin(content.size, 4)

    def everywhere(request: Request) -> Answer:
        host = request.headers["host"].partition(":")[0]
        if not passed.is_set():
            if portal == "a redirect" and request.path != "/hotspot":
                return redirect(f"http://portal.example:{front.port}/hotspot")
            return page(LOGIN, 511) if portal.endswith("511") else page(LOGIN)
        return to_itself(request) if host in MARKS else file_origin._respond(request)

    for origin in place.hub.origins:
        real = origin._respond
        origin._respond = lambda request, real=real: (  # type: ignore[misc]
            real(request) if passed.is_set() else everywhere(request)
        )
    front = Origin(everywhere)
    with front:
        wanted = (
            link.format(port=front.port) if "://" in link else place.hub.example({"civitai": "lora"}.get(link, link))
        )

        async def story(house: House) -> tuple[Download, Download]:
            marks = landmarks(front.port)
            names = frozenset({*MARKS, "files.example", "portal.example"})
            allowed = house.hands.net.policy.allowed | names

            def resolve(host: str, port: int) -> list[str]:
                return ["127.0.0.1"]

            on_this_machine(house, resolve=resolve, landmarks=marks, allowed=allowed)
            record = await house.queue.add(wanted, Options(on_duplicate="skip"))
            stuck = (await until(house, record.id, State.waiting)).model_copy(deep=True)
            passed.set()
            return stuck, await until(house, record.id, State.done)

        stuck, ended = place.run(story)
    assert (stuck.state, stuck.reason.code if stuck.reason else "") == (State.waiting, "captive-portal")
    assert (ended.state, ended.attempts) == (State.done, 0), ended.reason
    assert place.leftovers() != []


def test_a_page_of_one_host_is_no_captive_portal(place: Place) -> None:
    def respond(request: Request) -> Answer:
        is_mark = request.headers["host"].partition(":")[0] in MARKS
        return to_itself(request) if is_mark else page(LOGIN)

    with Origin(respond) as front:

        async def story(house: House) -> Download:
            on_this_machine(house, resolve=lambda host, port: ["127.0.0.1"], landmarks=landmarks(front.port))
            record = await house.queue.add(f"http://files.example:{front.port}/model.bin", Options())
            return await until(house, record.id, State.waiting)

        ended = place.run(story)
    assert (ended.state, ended.reason.code if ended.reason else "") == (State.failed, "html-page")


def test_names_that_all_lead_into_the_private_network_are_a_captive_portal() -> None:
    net = quick_net(allowed=frozenset(), resolve=lambda host, port: ["192.168.1.1"], landmarks=landmarks(80))
    assert net.outage() == "captive-portal"


# ---------------------------------------------------------------------------------- a source that fails for a moment


@pytest.mark.parametrize(
    "fault", ["reset-after:0", "dropped", "status:503", "status:502", "too-many:0", "close-after:5"]
)
@pytest.mark.parametrize("theme", ["lora", "hf-lora"])
def test_a_source_that_fails_for_a_moment_is_asked_again(place: Place, theme: str, fault: str) -> None:
    place.hub.misbehave("*/api/*", fault, times=2)
    place.hub.misbehave("/api/*", fault, times=2)
    ended = place.pull(place.hub.example(theme))
    assert ended.state is State.done, ended.reason
    assert ended.attempts == 0


def test_a_source_that_goes_on_failing_is_told_in_the_end(place: Place) -> None:
    place.hub.misbehave("/api/*", "status:503", times=None)
    ended = place.pull(place.hub.example("lora"))
    assert (ended.state, ended.reason.code if ended.reason else "") == (State.failed, "server-error")
    assert len(place.hub.civitai_origin.requests) <= 10
