"""A file sent over the wire: it becomes a model, however large; what breaks off or is refused leaves nothing behind."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import urllib3

from modella.demo.weights import build
from modella.io.disk import free_space
from modella.wiring import House
from modella.work.uploading import resume_uploads
from tests.api.client import Client
from tests.changing import Shelf, lora, tree
from tests.terminal import Terminal, end

OURS = {"X-Modella": "1"}


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    found = Shelf(tmp_path)
    yield found
    found.house.close()


@pytest.fixture
def house(shelf: Shelf) -> House:
    """The shelf's own."""
    return shelf.house


def weights(seed: int = 1) -> bytes:
    content = build("lora-sdxl", seed)
    return content.read(0, content.size)


def send(client: Client, name: str, body: Any, headers: dict[str, str] = OURS, more: str = "") -> tuple[int, Any]:
    address = f"{client.address}/api/models/upload?name={quote(name, safe='')}{more}"
    answer = urllib3.request("POST", address, body=body, headers=headers, retries=False)
    return answer.status, answer.json()


def finish(shelf: Shelf, told: tuple[int, Any]) -> dict[str, Any]:
    status, answer = told
    assert status == 202, answer
    task = shelf.hands.tasks.get(answer["data"]["task"])
    assert task.finished.wait(60)
    assert task.state == "done", task.problem
    return dict(task.result)


def left(shelf: Shelf) -> list[Path]:
    """What lies where uploads arrive."""
    return [path for path in (shelf.root / ".modella" / "incoming").rglob("*") if path.name != ".uploads"]


def wait_until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.mark.parametrize("name", ["My Look.safetensors", "水彩 v2.safetensors", "model.safetensors"])
def test_a_file_that_is_sent_becomes_a_model(shelf: Shelf, client: Client, name: str) -> None:
    content = weights()
    result = finish(shelf, send(client, name, content))
    assert (result["skipped"], result["problems"]) == ([], [])
    model = shelf.only()
    assert [each["id"] for each in result["models"]] == [model["id"]]
    assert (model["kind"], model["family"], model["files"][0]["sha256"]) == (
        "lora",
        "sdxl",
        sha256(content).hexdigest(),
    )
    assert next(shelf.root.rglob("loras/**/*.safetensors")).read_bytes() == content
    assert not any(part in model["name"] for part in ("arriving", "uploads"))
    assert left(shelf) == []


def test_bytes_without_a_length_and_more_than_other_requests_may_have_are_taken(shelf: Shelf, client: Client) -> None:
    content = weights(2)
    assert len(content) > 0
    big = content + bytes(9 * 1024 * 1024)

    def blocks() -> Iterator[bytes]:
        yield from (big[start : start + 70_001] for start in range(0, len(big), 70_001))

    told = finish(shelf, send(client, "big.safetensors", blocks()))
    assert [each["code"] for each in told["problems"]] in ([], ["broken-file"])
    told = finish(shelf, send(client, "small.safetensors", iter([content])))
    assert len(told["models"]) == 1
    big_pickle = finish(shelf, send(client, "net.ckpt", big))
    assert len(big_pickle["models"]) + len(big_pickle["problems"]) == 1
    assert left(shelf) == []


def test_what_is_here_already_is_told_and_not_kept_twice(shelf: Shelf, client: Client) -> None:
    finish(shelf, send(client, "one.safetensors", weights()))
    before = shelf.tree()
    told = finish(shelf, send(client, "two.safetensors", weights()))
    assert [each["id"] for each in told["skipped"]] == [shelf.only()["id"]]
    assert told["skipped"][0]["path"] == "two.safetensors"
    assert (shelf.tree(), left(shelf)) == (before, [])
    told = finish(shelf, send(client, "two.safetensors", weights(), more="&duplicates=true"))
    assert told["models"][0]["from"] == "two.safetensors"
    assert len(shelf.models()) == 2


def test_what_is_no_model_is_told_by_the_task_and_goes(shelf: Shelf, client: Client) -> None:
    told = finish(shelf, send(client, "broken.safetensors", b"<html>not a model</html>" * 100))
    assert [(each["path"], each["code"]) for each in told["problems"]] == [("broken.safetensors", "broken-file")]
    assert (shelf.tree(), left(shelf)) == ({}, [])


@pytest.mark.parametrize(
    ("name", "status"),
    [
        *(("notes.txt", 422), ("x", 422), ("", 422), ("../x.safetensors", 422), ("/etc/x.safetensors", 422)),
        *(("a\\b.safetensors", 422), (".safetensors", 422), ("x.safetensors\0.png", 422), ("y" * 2000, 422)),
        *(("metadata.json", 422), (".hidden.safetensors.part", 422), ("model.safetensors.index.json", 422)),
    ],
)
def test_names_that_are_none_of_model_files_are_refused(shelf: Shelf, client: Client, name: str, status: int) -> None:
    found, told = send(client, name, weights())
    assert (found, told["success"]) == (status, False)
    assert told["error"]
    assert (shelf.tree(), left(shelf)) == ({}, [])


def test_an_empty_file_and_an_unknown_parameter_are_refused(shelf: Shelf, client: Client) -> None:
    assert send(client, "x.safetensors", b"")[1]["code"] == "empty-file"
    assert send(client, "x.safetensors", b"x", more="&folder=y")[1]["code"] == "unknown-key"
    assert client.ask("POST", "/api/models/upload", X_Modella="1")[0] == 422
    assert left(shelf) == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Content-Type": "application/octet-stream"}, 403),
        ({"Origin": "http://evil.test", "X-Modella": "1"}, 403),
        ({"Host": "evil.test", "X-Modella": "1"}, 421),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "X-Modella": "1"}, 403),
    ],
)
def test_other_pages_cannot_send_files(shelf: Shelf, client: Client, headers: dict[str, str], status: int) -> None:
    assert send(client, "x.safetensors", weights(), headers)[0] == status
    assert (shelf.tree(), left(shelf)) == ({}, [])


def test_our_own_page_can(shelf: Shelf, client: Client) -> None:
    origin = {"Origin": f"http://{client.host}", "Content-Type": "application/octet-stream"}
    assert len(finish(shelf, send(client, "x.safetensors", weights(), origin))["models"]) == 1


def test_only_this_operation_takes_large_bodies(client: Client) -> None:
    for path in ("/api/models/upload/", "/api/models/uploads", "/api//models/upload", "/api/models/import"):
        answer = urllib3.request("POST", client.address + path, body=bytes(1_100_000), headers=OURS, retries=False)
        assert answer.status == 413
    answer = urllib3.request("PUT", client.address + "/api/models/upload", body=bytes(1_100_000), headers=OURS)
    assert answer.status == 413


def begun(client: Client, name: str, length: int, body: bytes) -> socket.socket:
    """A connection on which a part of a file was sent."""
    wire = socket.create_connection(("127.0.0.1", int(client.host.split(":")[1])), timeout=30)
    head = (
        f"POST /api/models/upload?name={name} HTTP/1.1\r\nHost: {client.host}\r\nX-Modella: 1\r\nConnection: close\r\n"
    )
    wire.sendall(head.encode() + f"Content-Length: {length}\r\n\r\n".encode() + body)
    return wire


def heard(wire: socket.socket) -> bytes:
    """All that is answered before the connection ends."""
    told = b""
    with suppress(ConnectionError):
        while block := wire.recv(8000):
            told += block
    wire.close()
    return told


def test_an_upload_that_breaks_off_leaves_nothing_behind(shelf: Shelf, client: Client) -> None:
    wire = begun(client, "x.safetensors", 50_000_000, bytes(9_000_000))
    wait_until(lambda: any(path.name == "arriving.part" for path in left(shelf)))
    wire.close()
    wait_until(lambda: left(shelf) == [])
    assert shelf.tree() == {}
    assert len(finish(shelf, send(client, "x.safetensors", weights()))["models"]) == 1


def test_a_full_disk_is_told_before_the_first_byte(shelf: Shelf, client: Client) -> None:
    wire = begun(client, "x.safetensors", free_space(shelf.root) + 1, b"")
    assert heard(wire).split()[1] == b"507"
    assert left(shelf) == []


def test_the_limit_of_the_settings_holds_for_told_and_for_untold_lengths(shelf: Shelf, client: Client) -> None:
    assert client.ask("PATCH", "/api/settings", {"upload_limit": 5_000_000})[0] == 200
    wire = begun(client, "x.safetensors", 5_000_001, b"")
    assert b"upload-too-large" in heard(wire)
    wire = socket.create_connection(("127.0.0.1", int(client.host.split(":")[1])), timeout=30)
    head = (
        f"POST /api/models/upload?name=x.ckpt HTTP/1.1\r\nHost: {client.host}\r\nX-Modella: 1\r\nConnection: close\r\n"
    )
    block = bytes(1_000_000)
    wire.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
    try:
        for _ in range(9):
            wire.sendall(b"%x\r\n" % len(block) + block + b"\r\n")
        wire.sendall(b"0\r\n\r\n")
    except OSError:
        pass  # it was told enough
    told = heard(wire)
    assert b"upload-too-large" in told or not told  # the system may throw the answer away with the connection
    wait_until(lambda: left(shelf) == [])
    assert client.ask("PATCH", "/api/settings", {"upload_limit": -1})[0] == 422


def test_what_a_dead_process_left_is_removed_or_imported(shelf: Shelf) -> None:
    uploads = shelf.root / ".modella" / "incoming" / ".uploads"
    (uploads / "half").mkdir(parents=True)
    (uploads / "half" / "arriving.part").write_bytes(b"x" * 1000)
    lora(uploads / "whole" / "my look.safetensors")
    outside = shelf.folder / "outside"
    lora(outside / "mine.safetensors", 3)
    (uploads / "link").symlink_to(outside)
    before = tree(outside)
    resume_uploads(shelf.hands, imports=False)
    assert {path.name for path in uploads.iterdir()} == {"whole", "link"}
    resume_uploads(shelf.hands, imports=True)
    wait_until(lambda: not (uploads / "whole").exists())
    assert shelf.only()["name"] == "my look"
    assert tree(outside) == before


def test_a_server_that_is_killed_leaves_no_half_of_an_upload(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    process, address = terminal.serve()
    client = Client(address)
    wire = begun(client, "x.safetensors", 50_000_000, bytes(9_000_000))
    incoming = terminal.library / ".modella" / "incoming"
    wait_until(lambda: any(incoming.rglob("arriving.part")))
    end(process, signal.SIGKILL)
    wire.close()
    assert any(incoming.rglob("arriving.part"))
    assert terminal.json("ls") == []
    assert not any(incoming.rglob("arriving.part"))
    assert [name for name in os.listdir(terminal.library) if not name.startswith((".modella", "models.db"))] == []
