"""The hand-written server tells the truth when it is asked to, and lies exactly as told."""

import gzip
import hashlib
import http.client
import socket
import ssl
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest
import trustme
import urllib3

from modella.demo.faults import DISPOSITIONS, FAULTS, bomb, parse
from modella.demo.messages import Answer, Request, data, file
from modella.demo.origin import Origin, VirtualFile, parse_range
from tests.terminal import wait_for

CONTENT = VirtualFile(3_000_000, 7)


@pytest.fixture
def origin() -> Iterator[Origin]:
    def respond(request: Request) -> Answer:
        return file(CONTENT, "the-tag") if request.path != "/json" else data({"got": request.body.decode()})

    with Origin(respond) as running:
        yield running


@pytest.fixture
def client() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(retries=False) as pool:
        yield pool


def talk(origin: Origin, *lines: str) -> bytes:
    """Everything the server says to these lines until it hangs up."""
    with socket.create_connection(("127.0.0.1", origin.port), timeout=20) as link:
        link.sendall("\r\n".join([*lines, "", ""]).encode())
        pieces = []
        while piece := link.recv(65_536):
            pieces.append(piece)
        return b"".join(pieces)


def body_until_the_end(origin: Origin, fault: str, *headers: str) -> tuple[bytes, bytes, str]:
    """Head, body and the way it ended, read from a plain socket."""
    pieces, end = [], "closed"
    with socket.create_connection(("127.0.0.1", origin.port), timeout=20) as link:
        lines = [f"GET /x?fault={fault} HTTP/1.1", "Host: here", "Connection: close", *headers]
        link.sendall("\r\n".join([*lines, "", ""]).encode())
        try:
            while piece := link.recv(65_536):
                pieces.append(piece)
        except ConnectionResetError:
            end = "reset"
    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    return head, body, end


def test_the_whole_file_arrives_with_its_true_hash(origin: Origin, client: urllib3.PoolManager) -> None:
    answer = client.request("GET", f"{origin.url}/x")
    assert answer.headers["Content-Length"] == "3000000"
    assert answer.headers["ETag"] == '"the-tag"'
    assert hashlib.sha256(answer.data).hexdigest() == CONTENT.sha256


@pytest.mark.parametrize(
    ("wish", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=2999990-", 2_999_990, 3_000_000),
        ("bytes=-5", 2_999_995, 3_000_000),
    ],
)
def test_a_range_is_answered_with_exactly_those_bytes(
    origin: Origin, client: urllib3.PoolManager, wish: str, start: int, stop: int
) -> None:
    answer = client.request("GET", f"{origin.url}/x", headers={"Range": wish})
    assert answer.status == 206
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/3000000"
    assert answer.data == CONTENT.read(start, stop)


@pytest.mark.parametrize("wish", ["bytes=5-2", "bytes=a-b", "bytes=0-1,5-9", "lines=1-2", "bytes=-", "nonsense"])
def test_a_malformed_or_multiple_range_is_answered_in_whole(wish: str) -> None:
    assert parse_range(wish, 100) is None


def test_a_range_behind_the_end_is_416_and_names_the_total(origin: Origin, client: urllib3.PoolManager) -> None:
    answer = client.request("GET", f"{origin.url}/x", headers={"Range": "bytes=3000000-"})
    assert (answer.status, answer.headers["Content-Range"]) == (416, "bytes */3000000")


@pytest.mark.parametrize(("condition", "status"), [('"the-tag"', 206), ('"another"', 200), ('W/"the-tag"', 200)])
def test_if_range_decides_between_the_rest_and_the_whole(
    origin: Origin, client: urllib3.PoolManager, condition: str, status: int
) -> None:
    asked = {"Range": "bytes=10-19", "If-Range": condition}
    assert client.request("GET", f"{origin.url}/x", headers=asked).status == status


def test_head_tells_the_length_and_sends_nothing(origin: Origin, client: urllib3.PoolManager) -> None:
    answer = client.request("HEAD", f"{origin.url}/x")
    assert (answer.headers["Content-Length"], answer.data, origin.requests[0].sent) == ("3000000", b"", 0)


def test_one_connection_serves_many_requests(origin: Origin) -> None:
    link = http.client.HTTPConnection("127.0.0.1", origin.port, timeout=20)
    for _ in range(3):
        link.request("GET", "/json", headers={"Connection": "keep-alive"})
        link.getresponse().read()
    link.close()
    assert {request.connection for request in origin.requests} == {1}


def test_a_chunked_upload_is_read_like_any_other(origin: Origin, client: urllib3.PoolManager) -> None:
    answer = client.request("POST", f"{origin.url}/json", body=iter([b"one ", b"two"]), chunked=True)
    assert answer.json() == {"got": "one two"}


def test_every_request_is_kept_with_its_headers_and_the_bytes_that_left(
    origin: Origin, client: urllib3.PoolManager
) -> None:
    client.request("GET", f"{origin.url}/a%20b?x=1&x=2", headers={"X-Mark": "here", "Range": "bytes=0-9"})
    seen = origin.requests[0]
    wait_for(lambda: seen.complete)  # the client may have the bytes before the origin has noted that they left
    assert (seen.path, seen.values("x"), seen.headers["x-mark"]) == ("/a b", ["1", "2"], "here")
    assert (seen.status, seen.sent, seen.complete) == (206, 10, True)


def test_tls_serves_the_same(client: urllib3.PoolManager) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with Origin(lambda _: file(CONTENT), tls=context) as secure, urllib3.PoolManager(ssl_context=trusting) as pool:
        assert secure.url.startswith("https://")
        assert len(pool.request("GET", f"{secure.url}/x").data) == CONTENT.size


def test_an_origin_that_was_stopped_refuses_connections() -> None:
    origin = Origin(lambda _: file(CONTENT))
    origin.start()
    origin.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", origin.port), timeout=5)
    origin.stop()


def test_a_stopped_origin_leaves_a_stalled_client_alone() -> None:
    origin = Origin(lambda _: file(CONTENT))
    origin.start()
    link = http.client.HTTPConnection("127.0.0.1", origin.port, timeout=20)
    link.request("GET", "/x?fault=stall-after:1000")
    answer = link.getresponse()
    assert len(answer.read(1000)) == 1000
    origin.stop()
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        answer.read()
    link.close()


# virtual files


def test_a_virtual_file_reads_the_same_from_every_side() -> None:
    whole = b"".join(VirtualFile(5_000_001, 3).pieces())
    pieces = VirtualFile(5_000_001, 3)
    assert len(whole) == 5_000_001
    assert b"".join(pieces.read(start, start + 777_777) for start in range(0, 5_000_001, 777_777)) == whole


def test_the_blocks_of_a_virtual_file_differ_from_each_other() -> None:
    content = VirtualFile(8 << 20, 1)
    blocks = {content.read(start << 20, (start + 1) << 20) for start in range(8)}
    assert len(blocks) == 8


def test_a_virtual_file_larger_than_memory_can_be_read_at_its_end() -> None:
    content = VirtualFile(1 << 42, 5, b"head")
    assert content.read(0, 4) == b"head"
    assert len(content.read((1 << 42) - 100, 1 << 42)) == 100


def test_a_file_of_zeros_is_all_zeros() -> None:
    assert VirtualFile(3_000_000).read(1_500_000, 1_500_100) == bytes(100)


# faults


def test_a_reset_comes_after_exactly_so_many_bytes(origin: Origin) -> None:
    _, body, end = body_until_the_end(origin, "reset-after:65536")
    assert (body, end) == (CONTENT.read(0, 65_536), "reset")


def test_a_reset_at_zero_comes_before_the_first_byte(origin: Origin) -> None:
    _, body, end = body_until_the_end(origin, "reset-after:0")
    assert (body, end) == (b"", "reset")


def test_an_early_close_leaves_the_announced_length_unmet(origin: Origin) -> None:
    head, body, end = body_until_the_end(origin, "close-after:1000")
    assert b"Content-Length: 3000000" in head
    assert (len(body), end) == (1000, "closed")


@pytest.mark.parametrize(("fault", "announced"), [("length-longer:9", 3_000_009), ("length-shorter:9", 2_999_991)])
def test_a_wrong_length_is_announced(origin: Origin, fault: str, announced: int) -> None:
    head, body, _ = body_until_the_end(origin, fault)
    assert f"Content-Length: {announced}".encode() in head
    assert len(body) == 3_000_000


def test_more_bytes_than_announced_arrive(origin: Origin) -> None:
    head, body, _ = body_until_the_end(origin, "more-than-announced:500")
    assert b"Content-Length: 3000000" in head
    assert len(body) == 3_000_500


def test_an_endless_body_goes_on_until_the_client_leaves(origin: Origin) -> None:
    with socket.create_connection(("127.0.0.1", origin.port), timeout=20) as link:
        link.sendall(b"GET /x?fault=endless HTTP/1.1\r\nHost: here\r\n\r\n")
        received = 0
        while received < 6_000_000:
            received += len(link.recv(1 << 20))
    assert received > CONTENT.size


def test_a_body_without_a_length_ends_with_the_connection(origin: Origin) -> None:
    head, body, _ = body_until_the_end(origin, "http-1.0")
    assert head.startswith(b"HTTP/1.0 200")
    assert b"Content-Length" not in head
    assert len(body) == 3_000_000


def test_chunks_are_whole_cut_or_garbage_as_told(origin: Origin, client: urllib3.PoolManager) -> None:
    assert client.request("GET", f"{origin.url}/x?fault=chunked").data == CONTENT.read(0, CONTENT.size)
    for fault in ("chunked-cut:5000", "chunked-garbage"):
        with pytest.raises(urllib3.exceptions.HTTPError):
            client.request("GET", f"{origin.url}/x?fault={fault}")


def test_a_garbage_status_line_is_no_http(origin: Origin) -> None:
    assert talk(origin, "GET /x?fault=garbage-status HTTP/1.1", "Host: here").startswith(b"ICY two hundred banana")


def test_five_megabytes_of_headers_are_sent(origin: Origin) -> None:
    assert len(talk(origin, "GET /x?fault=huge-headers HTTP/1.1", "Host: here")) > 5_000_000


def test_a_hundred_early_answers_come_before_the_real_one(origin: Origin) -> None:
    told = talk(origin, "GET /x?fault=early-hints HTTP/1.1", "Host: here", "Connection: close")
    assert told.count(b"HTTP/1.1 103 ") == 100
    assert b"HTTP/1.1 200 OK" in told


@pytest.mark.parametrize(
    ("fault", "status", "told"),
    [
        ("range-ignored", 200, None),
        ("range-wrong-start:50", 206, "bytes 150-199/3000000"),
        ("range-wrong-total", 206, "bytes 100-199/3000001"),
        ("range-no-content-range", 206, None),
        ("range-416", 416, None),
        ("range-416-total", 416, "bytes */3000000"),
    ],
)
def test_ranges_are_met_wrongly_as_told(
    origin: Origin, client: urllib3.PoolManager, fault: str, status: int, told: str | None
) -> None:
    answer = client.request("GET", f"{origin.url}/x?fault={fault}", headers={"Range": "bytes=100-199"})
    assert (answer.status, answer.headers.get("Content-Range")) == (status, told)


def test_a_range_can_come_back_as_multipart(origin: Origin, client: urllib3.PoolManager) -> None:
    answer = client.request("GET", f"{origin.url}/x?fault=range-multipart", headers={"Range": "bytes=0-9"})
    assert answer.headers["Content-Type"].startswith("multipart/byteranges")
    assert CONTENT.read(0, 10) in answer.data


def test_a_part_comes_unasked(origin: Origin, client: urllib3.PoolManager) -> None:
    answer = client.request("GET", f"{origin.url}/x?fault=range-unasked")
    assert (answer.status, len(answer.data)) == (206, 1_500_000)


def test_ranges_may_be_honoured_only_behind_the_redirect(origin: Origin, client: urllib3.PoolManager) -> None:
    asked = {"Range": "bytes=0-9"}
    first = client.request("GET", f"{origin.url}/x?fault=range-final-only", redirect=False)
    assert client.request("GET", f"{origin.url}/x?fault=range-final-only", headers=asked).status == 200
    assert client.request("GET", origin.url + first.headers["Location"], headers=asked).status == 206


def test_validators_are_weakened_dropped_and_changed(origin: Origin, client: urllib3.PoolManager) -> None:
    def tag(fault: str) -> str | None:
        return client.request("HEAD", f"{origin.url}/x?fault={fault}").headers.get("ETag")

    assert tag("etag-weak") == 'W/"the-tag"'
    assert tag("etag-none") is None
    assert tag("etag-changing") != tag("etag-changing")


def test_the_file_is_another_one_after_the_first_cut(origin: Origin, client: urllib3.PoolManager) -> None:
    _, body, end = body_until_the_end(origin, "new-version-after:1000")
    later = client.request("GET", f"{origin.url}/x?fault=new-version-after:1000", headers={"Range": "bytes=1000-"})
    assert (body, end) == (CONTENT.read(0, 1000), "reset")
    assert later.headers["ETag"] != '"the-tag"'
    assert later.data != CONTENT.read(1000, CONTENT.size)


def test_an_address_expires_after_so_many_requests_or_bytes(origin: Origin, client: urllib3.PoolManager) -> None:
    statuses = [client.request("GET", f"{origin.url}/x?fault=expire-requests:2").status for _ in range(3)]
    _, body, end = body_until_the_end(origin, "expire-bytes:500")
    again = client.request("GET", f"{origin.url}/x?fault=expire-bytes:500")
    assert statuses == [200, 200, 403]
    assert (len(body), end, again.status) == (500, "reset", 403)
    assert b"<Code>AccessDenied</Code>" in again.data


def test_an_address_that_has_expired_by_time_stays_expired(origin: Origin, client: urllib3.PoolManager) -> None:
    statuses = {client.request("GET", f"{origin.url}/x?fault=expire-after:0").status for _ in range(2)}
    assert 403 in statuses


@pytest.mark.parametrize(
    ("fault", "wait"),
    [("too-many:7", "7"), ("too-many:garbage", "soon-ish"), ("too-many:0", "0"), ("too-many:none", None)],
)
def test_429_asks_to_wait_in_every_way(
    origin: Origin, client: urllib3.PoolManager, fault: str, wait: str | None
) -> None:
    answer = client.request("GET", f"{origin.url}/x?fault={fault}")
    assert (answer.status, answer.headers.get("Retry-After")) == (429, wait)


def test_retry_after_can_be_a_date_or_ten_years(origin: Origin, client: urllib3.PoolManager) -> None:
    date = client.request("GET", f"{origin.url}/x?fault=too-many:date").headers["Retry-After"]
    years = client.request("GET", f"{origin.url}/x?fault=too-many:forever").headers["Retry-After"]
    assert parsedate_to_datetime(date).year == 2100
    assert int(years) == 10 * 365 * 86_400


def test_a_burst_of_errors_passes(origin: Origin, client: urllib3.PoolManager) -> None:
    origin.misbehave("/x", "burst:2:503", times=None)
    assert [client.request("GET", f"{origin.url}/x").status for _ in range(3)] == [503, 503, 200]


def test_too_many_connections_at_once_are_refused(origin: Origin) -> None:
    origin.misbehave("/x", "crowded:1,stall-after:100", times=None)
    first = http.client.HTTPConnection("127.0.0.1", origin.port, timeout=20)
    first.request("GET", "/x")
    first.getresponse().read(100)
    second = http.client.HTTPConnection("127.0.0.1", origin.port, timeout=20)
    origin.behave()
    origin.misbehave("/x", "crowded:1", times=None)
    second.request("GET", "/x")
    assert second.getresponse().status == 403
    first.close()
    second.close()


def test_redirects_loop_chain_lead_nowhere_and_abroad(origin: Origin, client: urllib3.PoolManager) -> None:
    def location(fault: str) -> str | None:
        answer = client.request("GET", f"{origin.url}/x?fault={fault}", redirect=False)
        assert 300 <= answer.status < 400
        return answer.headers.get("Location")

    assert location("redirect-loop") == f"{origin.url}/x?fault=redirect-loop"
    assert "hop=1" in str(location("redirect-chain:12"))
    assert location("redirect-nowhere") is None
    assert location("redirect-relative") == "x?here=1"
    assert str(location("redirect-other-host")).startswith(f"http://localhost:{origin.port}/x")
    assert location("redirect-to-file") == "file:///etc/hostname"
    assert location("redirect-to:ftp://127.0.0.1/x") == "ftp://127.0.0.1/x"


def test_a_chain_of_redirects_ends_where_it_says(origin: Origin, client: urllib3.PoolManager) -> None:
    patient = urllib3.Retry(total=20, redirect=12)
    answer = client.request("GET", f"{origin.url}/x?fault=redirect-chain:12", retries=patient)
    assert (answer.status, len(origin.requests)) == (200, 13)


@pytest.mark.parametrize(
    ("fault", "begins"),
    [
        ("html", b"<!DOCTYPE html>"),
        ("json-error", b'{"error"'),
        ("xml-error", b"<?xml"),
        ("lfs-pointer", b"version https://git-lfs"),
        ("empty", b""),
    ],
)
def test_something_else_than_a_model_comes_with_status_200(
    origin: Origin, client: urllib3.PoolManager, fault: str, begins: bytes
) -> None:
    answer = client.request("GET", f"{origin.url}/x?fault={fault}")
    assert answer.status == 200
    assert answer.data.startswith(begins)
    assert len(answer.data) < 1000


def test_gzip_comes_although_it_was_not_asked_for(origin: Origin, client: urllib3.PoolManager) -> None:
    answer = client.request("GET", f"{origin.url}/x?fault=gzip", decode_content=False)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == CONTENT.read(0, CONTENT.size)


def test_the_bomb_is_a_valid_gzip_file_a_hundred_times_smaller() -> None:
    packed = bomb(8)
    assert len(packed) * 100 < 8 << 20
    assert gzip.decompress(packed) == bytes(8 << 20)


def test_one_bit_is_turned_and_no_other(origin: Origin, client: urllib3.PoolManager) -> None:
    damaged = client.request("GET", f"{origin.url}/x?fault=flip:2000000").data
    sound = CONTENT.read(0, CONTENT.size)
    assert [at for at in range(len(sound)) if damaged[at] != sound[at]] == [2_000_000]


def test_head_is_refused_while_get_works(origin: Origin, client: urllib3.PoolManager) -> None:
    assert client.request("HEAD", f"{origin.url}/x?fault=head-405").status == 405
    assert client.request("GET", f"{origin.url}/x?fault=head-405").status == 200


def test_a_throttled_connection_is_fed_in_small_pieces(origin: Origin, client: urllib3.PoolManager) -> None:
    (throttle,) = parse("throttle:40000")
    slow = throttle.change(Request(0, "", "GET", "/x", "/x", (), (), b"", "", 1), file(CONTENT))
    assert (slow.speed, slow.piece) == (40_000.0, 2000)
    assert len(client.request("GET", f"{origin.url}/x?fault=throttle:100000000").data) == CONTENT.size


@pytest.mark.parametrize("form", DISPOSITIONS)
def test_every_content_disposition_arrives_as_written(origin: Origin, form: str) -> None:
    told = talk(origin, f"HEAD /x?fault=disposition:{form} HTTP/1.1", "Host: here", "Connection: close")
    assert f"Content-Disposition: {DISPOSITIONS[form]}".encode() in told


def test_a_rule_spares_the_first_meets_so_many_and_forgets(origin: Origin, client: urllib3.PoolManager) -> None:
    origin.misbehave("/x*", "status:503", times=2, skip=1, method="GET")
    client.request("HEAD", f"{origin.url}/x")
    assert [client.request("GET", f"{origin.url}/x").status for _ in range(4)] == [200, 503, 503, 200]


def test_a_misspelt_fault_is_refused_by_name(origin: Origin, client: urllib3.PoolManager) -> None:
    with pytest.raises(ValueError, match="no such fault: reset-aftr"):
        origin.misbehave("/x", "reset-aftr:1")
    assert client.request("GET", f"{origin.url}/x?fault=nonsense").status == 400


def test_every_fault_can_be_asked_for_by_name() -> None:
    assert {fault.name for name in FAULTS for fault in parse(name)} == set(FAULTS)
