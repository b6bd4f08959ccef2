"""Requests the server makes for somebody (fault matrix, table S): no private address is ever asked for anything."""

import itertools
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from modella.core.errors import ModellaError, NetworkTrouble, Refused
from modella.demo.messages import Answer, Request, data, redirect, text
from modella.demo.origin import Origin
from modella.io.net import Net, NetPolicy
from modella.sources.huggingface.source import HuggingFace
from tests.place import Place

PUBLIC = "93.184.215.14"


@pytest.fixture
def inside() -> Iterator[Origin]:
    """A server of this machine that must see no request."""
    with Origin(lambda request: text("a secret of the inner network")) as origin:
        yield origin


def net(*allowed: str, **policy: Any) -> Net:
    """A way out as strict as it is delivered, but for the hosts allowed."""
    return Net(NetPolicy(allowed=frozenset(allowed), connect_timeout=5.0, stall_timeout=5.0, **policy), {})


def resolving(**names: list[str]) -> Callable[[str, int], list[str]]:
    """A resolver that knows a few names."""

    def resolve(host: str, port: int) -> list[str]:
        if host.replace(".", "_") not in names:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return names[host.replace(".", "_")]

    return resolve


SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "0.0.0.0",
    "0",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[::1%25lo]",
    "[fe80::1%25eth0]",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "１２７.0.0.1",
    "127。0。0。1",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "user@127.0.0.1",
    "public.example@127.0.0.1",
    "public.example:80@127.0.0.1",
    "public.example%40@127.0.0.1",
    "public.example\\@127.0.0.1",
    "127.0.0.1\\.public.example",
    " 127.0.0.1",
    "127.0.0.1\t",
]


@pytest.mark.parametrize("host", SPELLINGS)
def test_this_machine_is_not_asked_however_it_is_spelled(inside: Origin, host: str) -> None:
    with pytest.raises(ModellaError) as caught:
        net().ask(f"http://{host}:{inside.port}/")
    assert inside.requests == []
    assert isinstance(caught.value, Refused) or caught.value.code in {"name-not-resolved", "bad-answer"}
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433"])
def test_a_refusal_is_a_clear_one(inside: Origin, host: str) -> None:
    with pytest.raises(Refused) as caught:
        net().ask(f"http://{host}:{inside.port}/")
    assert caught.value.code == "private-address"
    assert caught.value.facts["host"]


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "100.127.255.255",
        "169.254.1.1",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "198.18.0.1",
        "192.0.0.8",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fdff::1",
        "ff02::1",
        "2001:db8::1",
        "100::1",
        "4000::1",
    ],
)
def test_networks_that_are_not_the_public_one_are_refused(address: str) -> None:
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(Refused) as caught:
        net().ask(f"http://{literal}/")
    assert caught.value.code == "private-address"
    with pytest.raises(Refused):
        net(resolve=lambda host, port: [address]).ask("http://innocent.example/")


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        "fd00:ec2::254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
    ],
)
def test_metadata_is_refused_even_where_everything_private_is_allowed(address: str) -> None:
    literal = f"[{address}]" if ":" in address else address
    allowing = net(literal, address, f"{literal}:80", "innocent.example", resolve=lambda host, port: [address])
    for host in (literal, "innocent.example"):
        with pytest.raises(Refused) as caught:
            allowing.ask(f"http://{host}/latest/meta-data/")
        assert caught.value.code == "metadata-address"


@pytest.mark.parametrize("name", ["metadata", "metadata.google.internal", "METADATA.google.internal.", "instance-data"])
def test_the_names_of_metadata_are_refused_even_when_allowed(inside: Origin, name: str) -> None:
    allowing = net(name, name.lower(), resolve=lambda host, port: ["127.0.0.1"])
    with pytest.raises(Refused) as caught:
        allowing.ask(f"http://{name}:{inside.port}/")
    assert caught.value.code == "metadata-address"
    assert inside.requests == []


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "//127.1:{port}/x", "//0:{port}/"]
)
def test_a_redirect_into_the_inner_network_is_refused_at_that_hop(inside: Origin, target: str) -> None:
    with Origin(lambda request: redirect(target.format(port=inside.port))) as outside:
        strict = net(f"files.example:{outside.port}", resolve=_outside_or_real)
        with pytest.raises(Refused) as caught:
            strict.ask(f"http://files.example:{outside.port}/")
        assert caught.value.code == "private-address"
        assert len(outside.requests) == 1
    assert inside.requests == []


def _outside_or_real(host: str, port: int) -> list[str]:
    """The name of the tests leads to this machine; other names are resolved as ever."""
    if host == "files.example":
        return ["127.0.0.1"]
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest/meta-data/", "http://metadata.google.internal/"])
def test_a_redirect_to_metadata_is_refused(target: str) -> None:
    with Origin(lambda request: redirect(target)) as outside:
        with pytest.raises(Refused) as caught:
            net(f"127.0.0.1:{outside.port}").ask(outside.url)
        assert caught.value.code == "metadata-address"


@pytest.mark.parametrize(
    "answers", [[PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], [PUBLIC, "::1"], [PUBLIC, "10.0.0.1"]]
)
def test_a_name_with_public_and_private_answers_is_refused(inside: Origin, answers: list[str]) -> None:
    with pytest.raises(Refused):
        net(resolve=lambda host, port: answers).ask(f"http://both.example:{inside.port}/")
    assert inside.requests == []


def test_a_name_whose_answers_change_is_connected_where_it_was_judged(inside: Origin) -> None:
    """DNS rebinding: were the name asked again after it was judged, the second answer would be connected."""
    for turn in range(4):
        answers = itertools.cycle([[PUBLIC], ["127.0.0.1"]] if turn % 2 else [["127.0.0.1"], [PUBLIC]])
        rebinding = net(resolve=lambda host, port, answers=answers: next(answers))  # type: ignore[misc]
        for _ in range(2):
            with pytest.raises(ModellaError):
                rebinding.ask(f"http://rebinding.example:{inside.port}/")
    assert inside.requests == []


def test_an_allowed_host_and_port_works_and_its_neighbours_stay_refused(inside: Origin) -> None:
    with Origin(lambda request: text("mirror")) as mirror:
        allowing = net(f"127.0.0.1:{mirror.port}")
        assert allowing.ask(mirror.url).read(100) == b"mirror"
        for url in (inside.url, f"http://localhost:{mirror.port}/", f"http://127.0.0.2:{mirror.port}/"):
            with pytest.raises(Refused):
                allowing.ask(url)
        assert len(mirror.requests) == 1
    assert inside.requests == []


def test_an_allowed_mirror_cannot_pass_us_on_to_its_neighbours(inside: Origin) -> None:
    with Origin(lambda request: redirect(inside.url)) as mirror, pytest.raises(Refused):
        net(f"127.0.0.1:{mirror.port}").ask(mirror.url)
    assert inside.requests == []


@pytest.mark.parametrize("port", [22, 25, 53, 110, 3306, 5432, 6379, 11211, 27017])
def test_ports_of_other_protocols_are_refused(port: int) -> None:
    with pytest.raises(Refused) as caught:
        net(resolve=lambda host, port: [PUBLIC]).ask(f"http://files.example:{port}/")
    assert caught.value.code == "forbidden-port"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://files.example/x",
        "gopher://127.0.0.1:6379/_INFO",
        "data:text/plain,x",
        "javascript:alert(1)",
        "//files.example/x",
        "http:///x",
        "http://",
        "http://[::1",
        "http://files.example:99999/",
        "http://files.example:-1/",
        "http://files.example:x/",
        "http://a\r\nHost: b/",
        "http://a/\x00",
        "",
        "http://\udc80.example/",
        f"http://{'ä' * 300}.example/",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Refused) as caught:
        net().ask(url)
    assert caught.value.code == "bad-scheme"


@pytest.mark.parametrize("host", ["x" * 300 + ".example", ".".join(["a" * 60] * 9), "a..example", "."])
def test_a_host_name_that_cannot_be_is_an_error_and_no_crash(host: str) -> None:
    with pytest.raises(ModellaError):
        net().ask(f"http://{host}/")


def test_open_and_closed_doors_behind_a_refusal_look_the_same(inside: Origin) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    told = set()
    for port in (inside.port, closed):
        with pytest.raises(Refused) as caught:
            net().ask(f"http://127.0.0.1:{port}/")
        told.add(str(caught.value))
    assert len(told) == 1
    assert inside.requests == []


# ---------------------------------------------------------------------------------- whoever asks, the guard is the same


def test_a_pasted_link_into_the_inner_network_is_refused(place: Place, inside: Origin) -> None:
    ended = place.pull(f"{inside.url}/model.safetensors")
    assert ended.reason is not None
    assert ended.reason.code == "private-address"
    assert inside.requests == []
    assert place.leftovers() == []


def test_a_pasted_link_that_redirects_into_the_inner_network_is_refused(place: Place, inside: Origin) -> None:
    place.hub.misbehave("files:/files/*", f"redirect-to:{inside.url}/x", times=None)
    ended = place.pull(place.hub.example("direct"))
    assert ended.reason is not None
    assert ended.reason.code == "private-address"
    assert inside.requests == []


def test_a_file_that_redirects_inwards_after_it_was_described_is_refused(place: Place, inside: Origin) -> None:
    place.hub.misbehave("files:/files/*", f"redirect-to:{inside.url}/x", times=None, skip=1)
    ended = place.pull(place.hub.example("direct"))
    assert ended.reason is not None
    assert ended.reason.code == "private-address"
    assert inside.requests == []
    assert place.leftovers() == []


def test_previews_that_lead_inwards_are_left_out_and_the_model_is_there(place: Place, inside: Origin) -> None:
    place.hub.misbehave("civitai:*.jpeg", f"redirect-to:{inside.url}/x", times=None)
    place.hub.misbehave("civitai:*.mp4", f"redirect-to:{inside.url}/x", times=None)
    model = place.model(place.pull(place.hub.example("lora")))
    assert model["previews"]
    assert [preview["file"] for preview in model["previews"] if preview["file"]] == []
    assert inside.requests == []


def test_the_next_page_of_a_hub_cannot_lie_in_the_inner_network(inside: Origin) -> None:
    def respond(request: Request) -> Answer:
        return data([{"type": "file", "path": "a.safetensors", "size": 1}], Link=f'<{inside.url}/more>; rel="next"')

    with Origin(respond) as hub:
        source = HuggingFace(net(f"127.0.0.1:{hub.port}"), hub.url)
        ref = source.recognise(f"{hub.url}/owner/name")
        assert ref is not None
        with pytest.raises(ModellaError) as caught:
            source.describe(ref)
        assert not isinstance(caught.value, NetworkTrouble) or caught.value.code == "bad-answer"
        assert hub.requests
    assert inside.requests == []


def test_no_secret_of_a_refused_address_is_told(tmp_path: Path) -> None:
    for url in ("ftp://user:hunter2@files.example/x?token=hunter2", "http://user:hunter2@10.0.0.1/?sig=hunter2"):
        with pytest.raises(Refused) as caught:
            net().ask(url)
        assert "hunter2" not in str(caught.value)
