"""Servers that drip, processes that are stopped, connections that die together (fault matrix N03, N28, N29, N32)."""

import json
import signal
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from modella.core.download import Download, State
from modella.core.errors import NetworkTrouble
from modella.core.events import DownloadChanged
from modella.demo.hub import Hub
from modella.demo.messages import Answer, Request, file
from modella.demo.origin import Origin, VirtualFile
from modella.wiring import House
from modella.work.fetch import Patience, Progress, Stopped
from modella.work.queue import Options
from tests.fetching import KIB, MIB, Transfer, an_origin, quick_net, serving, whole
from tests.place import Place, until
from tests.terminal import Terminal, end, wait_for

IMPATIENT = Patience(tries=4, pause=0.01, longest_pause=0.02, slow_window=0.5, slowest=4096, slow_reconnects=2)
DRIP = "drip:25:0.05"
"""Some 500 bytes a second: an eighth of what is slow for `IMPATIENT`, and lively enough for any stall timeout."""


# ------------------------------------------------------------------------------------------------------ slow servers


def test_a_server_that_drips_once_is_left_for_a_new_connection(tmp_path: Path) -> None:
    origin, content = an_origin()
    with origin:
        origin.misbehave("*", DRIP, times=2)
        transfer = Transfer(tmp_path, f"{origin.url}/model", patience=replace(IMPATIENT, tries=0))
        assert transfer.run().digests.sha256 == content.sha256
        assert len(origin.requests) == 3
    assert not any(progress.slow for progress in transfer.progress)
    assert not any(progress.waiting for progress in transfer.progress)


def test_a_server_that_always_drips_is_borne_with_a_note_and_stops_at_once_when_asked(tmp_path: Path) -> None:
    origin, _ = an_origin()
    with origin:
        origin.misbehave("*", DRIP, times=None)
        transfer = Transfer(tmp_path, f"{origin.url}/model", patience=replace(IMPATIENT, tries=0))
        noted: list[int] = []

        def told(progress: Progress) -> None:
            if progress.slow:
                noted.append(progress.received)
            if noted and progress.received > noted[0] + 1000 and transfer.fetch:
                transfer.fetch.stop()

        with pytest.raises(Stopped):
            transfer.run(told)
        assert len(origin.requests) == 1 + IMPATIENT.slow_reconnects
    assert transfer.saved.durable == [(0, transfer.saved.durable[0][1])]
    assert transfer.content()[:1000] == whole(VirtualFile(3 * MIB, 5))[:1000]


def test_a_server_that_becomes_quick_again_loses_its_note(tmp_path: Path) -> None:
    content = VirtualFile(2 * MIB, 6)
    quick = threading.Event()

    def respond(request: Request) -> Answer:
        return file(content, "v1") if quick.is_set() else file(content, "v1").but(piece=25, pause=0.05)

    with Origin(respond) as origin:
        transfer = Transfer(tmp_path, f"{origin.url}/model", patience=IMPATIENT)

        def told(progress: Progress) -> None:
            if progress.slow and not quick.is_set():
                quick.set()
                drop_all(origin)

        assert transfer.run(told).digests.sha256 == content.sha256
    assert quick.is_set()


def test_a_cap_of_our_own_is_no_fault_of_the_server(tmp_path: Path) -> None:
    origin, content = an_origin(200 * KIB)
    with origin:
        transfer = Transfer(tmp_path, f"{origin.url}/model", patience=replace(IMPATIENT, slowest=10**9))
        transfer.settings = transfer.settings.model_copy(update={"bandwidth": 100_000})
        assert transfer.run().digests.sha256 == content.sha256
        assert len(origin.requests) == 1


def test_the_head_of_an_answer_may_not_drip_for_ever(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        ended = threading.Event()

        def drip() -> None:
            caller, _ = door.accept()
            with caller:
                caller.recv(10_000)
                try:
                    caller.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
                    while not ended.wait(0.05):
                        caller.sendall(b"x")
                except OSError:
                    return

        dripping = threading.Thread(target=drip, daemon=True)
        dripping.start()
        net = quick_net(head_timeout=0.5, stall_timeout=30.0)
        url = f"http://127.0.0.1:{door.getsockname()[1]}/model"
        with pytest.raises(NetworkTrouble) as caught:
            Transfer(tmp_path, url, net=net, patience=Patience(tries=0)).run()
        ended.set()
        dripping.join(10)
    assert caught.value.code == "stalled"


def test_downloads_that_drip_hold_up_no_others(place: Place) -> None:
    place.flags["downloads_at_once"] = 1
    place.flags["downloads_per_host"] = 1
    place.hub.misbehave("files:/files/virtual-3m.bin", DRIP, times=None)
    place.hub.misbehave("files:/files/virtual-4m.bin", DRIP, times=None)

    async def story(house: House) -> tuple[Download, list[Download]]:
        house.hands.patience = IMPATIENT
        links = [f"{place.hub.files_url}/files/virtual-{n}m.bin" for n in (3, 4, 1)]
        added = [await house.queue.add(link, Options()) for link in links]
        quick = await until(house, added[2].id, State.done)
        slow = [await house.queue.get(each.id) for each in added[:2]]
        return quick.model_copy(deep=True), [each.model_copy(deep=True) for each in slow]

    began = time.monotonic()
    quick, slow = place.run(story)
    assert time.monotonic() - began < 60
    assert quick.state is State.done
    assert [(each.state, each.reason.code if each.reason else "") for each in slow] == [
        (State.fetching, "slow-server")
    ] * 2
    told = [event.download.reason for event in place.events if isinstance(event, DownloadChanged)]
    assert any(r is not None and r.code == "slow-server" and "localhost" in r.facts["host"] for r in told)


# --------------------------------------------------------------------------------------------- failing all at once


def drop_all(origin: Origin) -> None:
    """Cuts every connection of an origin that goes on listening."""
    loop = origin._loop
    assert loop is not None
    loop.call_soon_threadsafe(lambda: [task.cancel() for task in list(origin._tasks)])


def test_connections_that_die_together_are_one_failure(tmp_path: Path) -> None:
    origin, content = an_origin(40 * MIB, 21)
    with origin:
        origin.misbehave("*", "throttle:10000000", times=None)
        patience = Patience(tries=1, pause=0.05, longest_pause=0.1)
        transfer = Transfer(tmp_path, f"{origin.url}/model", connections=8, patience=patience)
        dropped: list[int] = []

        def told(progress: Progress) -> None:
            if progress.connections >= 4 and len(dropped) < 1:
                dropped.append(progress.connections)
                drop_all(origin)
                origin.behave()

        assert transfer.run(told).digests.sha256 == content.sha256
    assert dropped
    assert transfer.content() == whole(content)


# ---------------------------------------------------------------------------------------------------------- asleep


@pytest.fixture
def terminal(tmp_path: Path, hub: Hub) -> Terminal:
    """A terminal with a library and a hub."""
    return Terminal(tmp_path, hub)


def sent(hub: Hub) -> int:
    """Bytes of files that the hub has handed to the network."""
    return sum(request.sent for request in list(hub.files_origin.requests) if request.path.startswith("/files/"))


@pytest.mark.parametrize("cut", [False, True], ids=["the server waits", "the server gives up"])
def test_a_process_that_was_stopped_goes_on(terminal: Terminal, hub: Hub, cut: bool) -> None:
    hub.misbehave("files:/files/*", "throttle:20000000", times=None)
    terminal.env |= {"MODELLA_STALL_TIMEOUT": "2", "MODELLA_TRIES": "1"}
    process = terminal.start("pull", f"{hub.files_url}/files/virtual-64m.bin", "--json")
    lines: list[str] = []
    reading = threading.Thread(target=lambda: lines.extend(process.stdout or ()), daemon=True)
    reading.start()
    try:
        wait_for(lambda: sent(hub) > 8 * MIB)
        process.send_signal(signal.SIGSTOP)
        time.sleep(4)  # what is tested is the time that passes
        if cut:
            drop_all(hub.files_origin)
        process.send_signal(signal.SIGCONT)
        assert process.wait(90) == 0
        reading.join(10)
    finally:
        end(process, signal.SIGKILL)
    events = [json.loads(line) for line in lines if line.startswith("{")]
    assert events[-1]["state"] == "done", lines[-3:]
    assert events[-1]["model"]["files"][0]["size"] == 64 * MIB
    moved = [event for event in events if event.get("type") == "download-progress"]
    assert moved
    assert all(event["speed"] >= 0 and (event["eta"] is None or event["eta"] >= 0) for event in moved)
    assert [event["bytes"] for event in moved] == sorted(event["bytes"] for event in moved)
    assert events[-1]["download"]["attempts"] == 0


# ------------------------------------------------------------------------------------------------------- behind TLS


@contextmanager
def behind_tls(tmp_path: Path, content: VirtualFile) -> Iterator[tuple[Origin, str]]:
    """A file behind TLS, and the file with the authority that vouches for the server."""
    authority = trustme.CA()
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with Origin(serving(content), announce="localhost", tls=context) as origin:
        yield origin, str(path)


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize(
    "fault", ["reset-after:700001", "close-after:700001", "reset-after:0", "close-after:0", "stall-after:700001"]
)
def test_a_body_that_breaks_off_behind_tls_is_continued(tmp_path: Path, fault: str, connections: int) -> None:
    content = VirtualFile(3 * MIB, 8)
    with behind_tls(tmp_path, content) as (origin, ca_file):
        origin.misbehave("*", fault, times=2)
        net = quick_net(ca_file=ca_file)
        transfer = Transfer(tmp_path, f"{origin.url}/model", net=net, connections=connections)
        assert transfer.run().digests.sha256 == content.sha256
        sent_twice = sum(request.sent for request in origin.requests) - content.size
        assert len(origin.requests) <= 12
    assert transfer.content() == whole(content)
    assert sent_twice <= 4 * MIB


def test_only_http_1_1_is_spoken_also_to_servers_that_would_rather_speak_http_2(tmp_path: Path) -> None:
    authority = trustme.CA()
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["h2", "http/1.1"])
    authority.issue_cert("localhost").configure_cert(context)
    spoken: list[str | None] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def answer() -> None:
            plain, _ = door.accept()
            with context.wrap_socket(plain, server_side=True) as caller:
                spoken.append(caller.selected_alpn_protocol())
                caller.recv(10_000)
                caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        answering = threading.Thread(target=answer, daemon=True)
        answering.start()
        net = quick_net(ca_file=str(ca_file), stall_timeout=10.0)
        assert net.ask(f"https://localhost:{door.getsockname()[1]}/").read(100) == b"ok"
        answering.join(10)
    assert spoken == ["http/1.1"]
