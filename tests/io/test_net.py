"""The one hand that opens connections: redirects, limits, and errors that say what happened."""

import gzip
import socket
import threading
from collections.abc import Iterator

import pytest

from modella.core.errors import AccessNeeded, ModellaError, NetworkTrouble, Refused
from modella.demo.messages import Answer, Bytes, Request, data, page, redirect, text
from modella.demo.origin import Origin, VirtualFile
from modella.io.net import Credential, Headers, Net, NetPolicy, _interleaved, origin_of, page_title
from tests.fetching import OWN_HOSTS, quick_net


def echo(request: Request) -> Answer:
    """What was asked, as JSON; `/to/x` redirects to `/x` with the status in `?status=`."""
    if request.path.startswith("/to/"):
        return redirect(request.path.removeprefix("/to"), int(request.query.get("status", "302")))
    return data({"method": request.method, "path": request.path, "body": request.body.decode()})


@pytest.fixture
def echoing() -> Iterator[Origin]:
    """An origin that says what it was asked."""
    with Origin(echo) as origin:
        yield origin


def test_headers_are_found_without_regard_to_case_and_kept_in_order() -> None:
    headers = Headers([("Set-Cookie", "a"), ("ETag", "x"), ("set-cookie", "b")])
    assert headers.get("etag") == "x"
    assert headers.get_all("SET-COOKIE") == ["a", "b"]
    assert (headers.get("none"), headers.get("none", "y")) == (None, "y")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_every_kind_of_redirect_is_followed(echoing: Origin, status: int) -> None:
    answer = quick_net().ask(f"{echoing.url}/to/there?status={status}")
    assert answer.redirected
    assert answer.url == f"{echoing.url}/there"
    assert answer.json()["path"] == "/there"


@pytest.mark.parametrize(
    ("status", "method", "body"), [(302, "GET", ""), (303, "GET", ""), (307, "POST", "x"), (308, "POST", "x")]
)
def test_a_body_is_sent_again_only_where_the_redirect_means_it(
    echoing: Origin, status: int, method: str, body: str
) -> None:
    told = quick_net().ask(f"{echoing.url}/to/there?status={status}", method="POST", body=b"x").json()
    assert (told["method"], told["body"]) == (method, body)


def test_a_redirect_is_given_back_when_nobody_wants_to_follow(echoing: Origin) -> None:
    answer = quick_net().ask(f"{echoing.url}/to/there", follow=0)
    assert (answer.status, answer.headers.get("location"), answer.redirected) == (302, "/there", False)


def test_ten_redirects_are_followed_and_eleven_are_not() -> None:
    def respond(request: Request) -> Answer:
        left = int(request.path[1:])
        return redirect(f"/{left - 1}") if left else text("there")

    with Origin(respond) as origin:
        assert quick_net().ask(f"{origin.url}/10").read(100) == b"there"
        with pytest.raises(NetworkTrouble) as caught:
            quick_net().ask(f"{origin.url}/11?token=hunter2")
    assert caught.value.code == "too-many-redirects"
    assert "hunter2" not in str(caught.value)


def test_a_body_longer_than_the_limit_is_refused(echoing: Origin) -> None:
    with Origin(lambda request: text("x" * 5000)) as origin:
        assert len(quick_net().ask(origin.url).read(5000)) == 5000
        with pytest.raises(NetworkTrouble) as caught:
            quick_net().ask(origin.url).read(4999)
    assert caught.value.facts["reason"] == "too-long"


def test_a_page_instead_of_json_is_named_by_its_title() -> None:
    down = page("<html><title> Down for\n maintenance</title>")
    with Origin(lambda request: down) as origin, pytest.raises(NetworkTrouble) as caught:
        quick_net().ask(origin.url).json()
    assert (caught.value.code, caught.value.facts["title"]) == ("bad-answer", "Down for maintenance")


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"nope"])
def test_json_that_is_none_is_an_error_and_no_crash(body: bytes) -> None:
    with Origin(lambda request: Answer(body=Bytes(body))) as origin, pytest.raises(NetworkTrouble):
        quick_net().ask(origin.url).json()


def test_a_read_that_waits_can_be_ended_by_another_thread() -> None:
    content = VirtualFile(1 << 20, 1)
    with Origin(lambda request: Answer(body=content, stall_at=1000)) as origin:
        answer = quick_net(stall_timeout=30).ask(origin.url)
        assert len(answer.read1(1000)) == 1000
        ended = threading.Event()

        def wait_for_more() -> None:
            try:
                while answer.read1(1000):
                    pass
            except NetworkTrouble:
                pass
            ended.set()

        threading.Thread(target=wait_for_more, daemon=True).start()
        answer.abort()
        assert ended.wait(5)


def test_an_answer_may_be_aborted_after_its_end(echoing: Origin) -> None:
    answer = quick_net().ask(echoing.url)
    answer.json()
    answer.abort()
    answer.close()
    answer.abort()


def test_a_host_in_another_script_is_asked_by_its_ascii_name(echoing: Origin) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    net = quick_net(allowed=frozenset({"xn--bcher-kva.example"}), resolve=resolve)
    assert net.ask(f"http://bücher.example:{echoing.port}/x").json()["path"] == "/x"
    assert asked == ["xn--bcher-kva.example"]


def test_errors_name_the_host_and_no_secret() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ModellaError) as caught:
        quick_net().ask(f"http://user:hunter2@127.0.0.1:{port}/x?token=hunter2")
    assert caught.value.facts["host"] == f"127.0.0.1:{port}"
    assert "hunter2" not in str(caught.value)


def test_families_take_turns_so_that_a_dead_one_costs_little() -> None:
    assert _interleaved(["::1", "::2", "::3", "1.1.1.1"]) == ["::1", "1.1.1.1", "::2", "::3"]
    assert _interleaved(["1.1.1.1", "::1", "1.1.1.2"]) == ["1.1.1.1", "::1", "1.1.1.2"]
    assert _interleaved(["1.1.1.1"]) == ["1.1.1.1"]
    assert _interleaved([]) == []


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Files.Example/a", "https://files.example:443"),
        ("http://files.example:8080", "http://files.example:8080"),
        ("http://u:p@files.example/", "http://files.example:80"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_a_title_is_one_printable_line() -> None:
    assert page_title(b"<TITLE lang=en>a\n b\x1b[31m</title>") == "a b\\u001b[31m"
    assert page_title(b"no page") is None


def test_credentials_that_belong_elsewhere_are_not_sent(echoing: Origin) -> None:
    quick_net().ask(echoing.url, credential="nobody").close()
    assert "authorization" not in echoing.requests[0].headers


def test_a_header_cannot_be_smuggled_in(echoing: Origin) -> None:
    with pytest.raises(Refused):
        quick_net().ask(f"{echoing.url}/x\r\nX-Injected: 1")
    assert echoing.requests == []


def test_a_body_that_drips_for_ever_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                while not over.wait(0.01):
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        return

        threading.Thread(target=drip, daemon=True).start()
        try:
            answer = quick_net().ask(f"http://127.0.0.1:{server.getsockname()[1]}/")
            with pytest.raises(NetworkTrouble) as caught:
                answer.json(seconds=0.2)
        finally:
            over.set()
    assert caught.value.code == "stalled"


def test_a_packed_body_is_unpacked_and_measured_unpacked() -> None:
    packed = Answer(body=Bytes(gzip.compress(b"x" * 600_000)), headers=(("Content-Encoding", "gzip"),))
    with Origin(lambda request: packed) as origin:
        answer = quick_net().ask(origin.url)
        assert answer.read(600_000) == b"x" * 600_000
        assert answer.length == 600_000
        with pytest.raises(NetworkTrouble) as caught:
            quick_net().ask(origin.url).read(599_999)
    assert caught.value.facts["reason"] == "too-long"


@pytest.mark.parametrize("key", ["hunter2 hunter2", "hunter2\n", "hunter2\r\nX-Injected: 1", "hünter2", "hunter2\x00"])
def test_a_key_that_no_header_can_carry_is_rejected_and_never_told(echoing: Origin, key: str) -> None:
    net = Net(NetPolicy(allowed=OWN_HOSTS), {"home": Credential(frozenset({origin_of(echoing.url)}), lambda: key)})
    with pytest.raises(AccessNeeded) as caught:
        net.ask(echoing.url, credential="home")
    assert (caught.value.code, caught.value.facts["source"]) == ("key-rejected", "home")
    assert "nter2" not in str(caught.value)
    assert echoing.requests == []


def test_a_header_that_cannot_be_sent_is_not_repeated_in_the_error(echoing: Origin) -> None:
    with pytest.raises(NetworkTrouble) as caught:
        quick_net().ask(echoing.url, headers={"X-Key": "hunter2\nX: 1"})
    assert "hunter2" not in str(caught.value)


def test_a_bad_redirect_names_the_host_without_its_login() -> None:
    with Origin(lambda request: redirect("http://[::1")) as origin, pytest.raises(NetworkTrouble) as caught:
        quick_net().ask(f"http://user:hunter2@127.0.0.1:{origin.port}/x")
    assert caught.value.facts["host"] == f"127.0.0.1:{origin.port}"
    assert "hunter2" not in str(caught.value)
