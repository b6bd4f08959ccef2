"""Broken networks and lying servers (fault matrix, table N): right bytes or an honest error, never anything between."""

import datetime
import socket
import ssl
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from pathlib import Path

import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modella.core.download import Download, State
from modella.core.errors import (
    AccessNeeded,
    BadContent,
    Mismatch,
    ModellaError,
    NetworkTrouble,
    NoSpace,
    NotFound,
    Refused,
)
from modella.core.listing import Location
from modella.demo.faults import DISPOSITIONS, bomb
from modella.demo.messages import Answer, Bytes, Request, file, page, redirect, text
from modella.demo.origin import Origin, VirtualFile
from modella.io.disk import PartFile
from modella.io.net import Credential, Net, NetPolicy, origin_of
from modella.wiring import House
from modella.work.fetch import Patience, Progress, Stopped
from modella.work.queue import Options
from modella.work.transfer import RENEWALS
from tests.fetching import KIB, MIB, OWN_HOSTS, Transfer, an_origin, published, quick_net, serving, whole
from tests.place import Place

SIZE = 3 * MIB
MOST_REQUESTS = 12
EXPIRED = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>'
LOGIN = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to continue</body></html>"


@pytest.fixture
def served() -> Iterator[tuple[Origin, VirtualFile]]:
    """An origin with one file, and the file."""
    origin, content = an_origin(SIZE)
    with origin:
        yield origin, content


def code_of(run: Callable[[], object]) -> str:
    """The code of the error that a run ends with."""
    with pytest.raises(ModellaError) as caught:
        run()
    return caught.value.code


def test_a_body_that_never_ends_is_given_up_once_it_is_far_larger_than_listed(tmp_path: Path) -> None:
    endless = Answer(body=VirtualFile(64 * MIB, 3), framing="chunked")
    with Origin(lambda request: endless) as origin:
        transfer = Transfer(tmp_path, f"{origin.url}/model", size=MIB, size_exact=False)
        with pytest.raises(Mismatch) as caught:
            transfer.run()
    assert caught.value.code == "size-mismatch"
    assert caught.value.facts["expected"] == MIB
    assert transfer.path.stat().st_size <= 4 * MIB


# ------------------------------------------------------------------------------------- what passes ends in the bytes


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize(
    "fault",
    [
        "reset-after:0",
        "reset-after:1",
        "reset-after:700001",
        f"reset-after:{SIZE - 1}",
        "close-after:0",
        "close-after:700001",
        f"close-after:{SIZE - 1}",
        "stall-after:700001",
        "length-longer:5000",
        "more-than-announced:100000",
        "chunked",
        "chunked-cut:700001",
        "chunked-garbage",
        "range-ignored,chunked-cut:700001",
        "range-ignored,chunked-garbage",
        "range-ignored",
        "range-wrong-start:100",
        "range-wrong-total",
        "range-no-content-range",
        "range-multipart",
        "range-416",
        "range-416-total",
        "etag-none,reset-after:700001",
        "etag-weak,reset-after:700001",
        "etag-changing,reset-after:700001",
        "no-validators,reset-after:700001",
        "if-range-ignored,reset-after:700001",
        "status:500",
        "status:502",
        "status:503",
        "status:504",
        "status:408",
        "status:429:0",
        "garbage-status",
        "dropped",
        "huge-headers:1",
        "early-hints:100",
        "gzip",
    ],
)
def test_a_fault_that_passes_ends_in_the_right_bytes(
    tmp_path: Path, served: tuple[Origin, VirtualFile], fault: str, times: int
) -> None:
    origin, content = served
    origin.misbehave("*", fault, times=times)
    transfer = Transfer(tmp_path, f"{origin.url}/model")
    fetched = transfer.run()
    assert fetched.digests.sha256 == content.sha256
    assert transfer.content() == whole(content)
    assert len(origin.requests) <= MOST_REQUESTS


@pytest.mark.parametrize(
    "fault",
    [
        "range-ignored",
        "range-wrong-start:100",
        "range-wrong-start:-100",
        "range-wrong-total",
        "range-no-content-range",
        "range-multipart",
        "range-416",
        "range-416-total",
        "range-final-only",
        "etag-none",
        "etag-weak",
        "etag-changing",
        "no-validators",
        "if-range-ignored",
        "http-1.0",
        "gzip",
    ],
)
def test_a_server_that_cannot_resume_is_started_over_not_appended(
    tmp_path: Path, served: tuple[Origin, VirtualFile], fault: str
) -> None:
    origin, content = served
    origin.misbehave("*", "reset-after:1000001", times=1)
    origin.misbehave("*", fault, times=None, skip=1)
    transfer = Transfer(tmp_path, f"{origin.url}/model")
    assert transfer.run().digests.sha256 == content.sha256
    assert transfer.content() == whole(content)
    assert len(origin.requests) <= MOST_REQUESTS


def test_a_resumed_body_asks_for_the_rest_only(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, content = served
    origin.misbehave("*", "reset-after:2000000", times=1)
    assert Transfer(tmp_path, f"{origin.url}/model").run().digests.sha256 == content.sha256
    first, second = origin.requests
    assert second.headers["range"] == "bytes=2000000-"
    assert second.headers["if-range"] == '"v1"'
    assert first.headers["accept-encoding"] == "identity"


def test_a_206_nobody_asked_for_is_never_written(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, content = served
    origin.misbehave("*", "range-416", times=1)
    origin.misbehave("*", "range-unasked", times=1, skip=1)
    transfer = Transfer(tmp_path, f"{origin.url}/model")
    assert transfer.run().digests.sha256 == content.sha256


def test_a_206_that_tells_no_total_is_not_taken_for_the_whole(tmp_path: Path) -> None:
    content = VirtualFile(SIZE, 9)

    def respond(request: Request) -> Answer:
        if "range" not in request.headers:
            return file(content, "v1")
        part = Bytes(content.read(0, 1000))
        return file(part, "v1").with_headers({"Content-Range": "bytes 0-999/*"}).but(status=206)

    with Origin(respond) as origin:
        assert Transfer(tmp_path, f"{origin.url}/model").run().digests.sha256 == content.sha256


def test_a_server_that_gives_less_than_asked_is_asked_for_more_without_a_strike(tmp_path: Path) -> None:
    content = VirtualFile(SIZE, 9)

    def respond(request: Request) -> Answer:
        start = int(request.headers["range"].removeprefix("bytes=").partition("-")[0])
        end = min(start + 600_000, SIZE)
        told = {"Content-Range": f"bytes {start}-{end - 1}/{SIZE}"}
        return file(Bytes(content.read(start, end)), "v1").with_headers(told).but(status=206)

    with Origin(respond) as origin:
        transfer = Transfer(tmp_path, f"{origin.url}/model", patience=Patience(tries=0))
        assert transfer.run().digests.sha256 == content.sha256


def test_a_range_lost_on_the_way_is_asked_for_at_the_final_address(tmp_path: Path) -> None:
    content = VirtualFile(SIZE, 9)

    def respond(request: Request) -> Answer:
        if request.path == "/model":
            return redirect("/final?by=redirect" if "range" in request.headers else "/final")
        answer = file(content, "v1")
        return answer.but(ranges=False) if request.query.get("by") and request.nth == 0 else answer

    with Origin(respond) as origin:
        origin.misbehave("/final", "reset-after:1000000", times=1)
        assert Transfer(tmp_path, f"{origin.url}/model").run().digests.sha256 == content.sha256
        assert "bytes=1000000-" in [r.headers.get("range") for r in origin.asked("/final")]


# -------------------------------------------------------------------------------------------------- what does not pass


def test_the_same_shortfall_three_times_fails_with_numbers(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, _ = served
    origin.misbehave("*", "range-ignored,length-longer:1000", times=None)
    transfer = Transfer(tmp_path, f"{origin.url}/model", patience=Patience(tries=8, pause=0.01))
    with pytest.raises(NetworkTrouble) as caught:
        transfer.run()
    assert caught.value.code == "incomplete"
    assert (caught.value.facts["received"], caught.value.facts["expected"]) == (SIZE, SIZE + 1000)
    assert len(origin.requests) <= MOST_REQUESTS


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("dropped", "connection-lost"),
        ("garbage-status", "bad-answer"),
        ("status:500", "server-error"),
        ("status:503:0", "server-error"),
        ("status:429:0", "rate-limited"),
        ("stall-after:0", "stalled"),
        ("reset-after:0", "connection-lost"),
    ],
)
def test_retries_without_progress_are_counted_and_end(
    tmp_path: Path, served: tuple[Origin, VirtualFile], fault: str, code: str
) -> None:
    origin, _ = served
    origin.misbehave("*", fault, times=None)
    transfer = Transfer(
        tmp_path,
        f"{origin.url}/model",
        net=quick_net(stall_timeout=1.0),
        patience=Patience(tries=3, pause=0.01, longest_pause=0.01),
    )
    assert code_of(transfer.run) == code
    assert len(origin.requests) == 4


@pytest.mark.parametrize(
    ("fault", "code", "branch"),
    [
        ("status:401", "login-needed", AccessNeeded),
        ("status:402", "paid", AccessNeeded),
        ("status:403", "forbidden", AccessNeeded),
        ("status:404", "not-found", NotFound),
        ("status:410", "gone", NotFound),
        ("status:451", "legal-block", Refused),
        ("status:204", "no-content", BadContent),
        ("challenge", "challenge-page", BadContent),
        ("html", "html-page", BadContent),
        ("json-error", "error-page", BadContent),
        ("xml-error", "error-page", BadContent),
        ("lfs-pointer", "lfs-pointer", BadContent),
        ("empty", "empty-file", BadContent),
        ("redirect-loop", "too-many-redirects", NetworkTrouble),
        ("redirect-chain:12", "too-many-redirects", NetworkTrouble),
        ("redirect-to-file", "bad-scheme", Refused),
        ("redirect-to:ftp://127.0.0.1/x", "bad-scheme", Refused),
        ("redirect-to:data:text/plain;x", "bad-scheme", Refused),
    ],
)
def test_what_is_no_file_is_refused_at_once_and_nothing_is_written(
    tmp_path: Path, served: tuple[Origin, VirtualFile], fault: str, code: str, branch: type[ModellaError]
) -> None:
    origin, _ = served
    origin.misbehave("*", fault, times=None)
    transfer = Transfer(tmp_path, f"{origin.url}/model")
    with pytest.raises(branch) as caught:
        transfer.run()
    assert caught.value.code == code
    assert transfer.content() == b""
    assert len(origin.requests) <= 11


@pytest.mark.parametrize("place_named", ["http://[::1/x", "http://127.0.0.1:99999/", "//", "http://"])
def test_a_redirect_to_nonsense_is_an_error_and_no_crash(
    tmp_path: Path, served: tuple[Origin, VirtualFile], place_named: str
) -> None:
    origin, _ = served
    origin.misbehave("*", f"redirect-to:{place_named}", times=None)
    transfer = Transfer(tmp_path, f"{origin.url}/model", patience=Patience(tries=0))
    assert code_of(transfer.run) in {"bad-answer", "bad-scheme", "too-many-redirects"}


def test_a_redirect_without_an_address_is_an_error(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, _ = served
    origin.misbehave("*", "redirect-nowhere", times=None)
    transfer = Transfer(tmp_path, f"{origin.url}/model", patience=Patience(tries=1, pause=0.01))
    assert code_of(transfer.run) == "bad-answer"


@pytest.mark.parametrize("place_named", ["/with blank?a b", "/mit-ä", "relative name"])
def test_a_redirect_with_characters_that_belong_encoded_is_followed(tmp_path: Path, place_named: str) -> None:
    content = VirtualFile(100 * KIB, 3)

    def respond(request: Request) -> Answer:
        return redirect(place_named) if request.path == "/model" else file(content, "v1")

    with Origin(respond) as origin:
        assert Transfer(tmp_path, f"{origin.url}/model").run().digests.sha256 == content.sha256


def test_a_page_in_place_of_the_rest_keeps_the_part(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, content = served
    origin.misbehave("*", "reset-after:1000000", times=1)
    origin.misbehave("*", "html", times=None, skip=1)
    transfer = Transfer(tmp_path, f"{origin.url}/model")
    assert code_of(transfer.run) == "html-page"
    assert list(map(tuple, transfer.saved.durable)) == [(0, 1_000_000)]
    assert transfer.content() == content.read(0, 1_000_000)
    assert len(origin.requests) <= RENEWALS + 3
    origin.behave()
    assert transfer.run().digests.sha256 == content.sha256
    assert origin.requests[-1].headers["range"] == "bytes=1000000-"


def test_a_page_that_comes_byte_by_byte_is_still_a_page(tmp_path: Path) -> None:
    blanks = page("\n" * 40 + LOGIN).but(piece=7)
    with Origin(lambda request: blanks) as origin:
        transfer = Transfer(tmp_path, f"{origin.url}/model")
        assert code_of(transfer.run) == "html-page"
        assert transfer.content() == b""


@pytest.mark.parametrize(("status", "code"), [(404, "not-found"), (410, "gone"), (451, "legal-block")])
def test_half_of_a_file_that_vanished_is_kept(
    tmp_path: Path, served: tuple[Origin, VirtualFile], status: int, code: str
) -> None:
    origin, content = served
    origin.misbehave("*", "reset-after:1000000", times=1)
    origin.misbehave("*", f"status:{status}", times=None, skip=1)
    transfer = Transfer(tmp_path, f"{origin.url}/model")
    assert code_of(transfer.run) == code
    assert transfer.content() == content.read(0, 1_000_000)
    assert list(map(tuple, transfer.saved.durable)) == [(0, 1_000_000)]


# ----------------------------------------------------------------------------------------------- versions do not mix


@pytest.mark.parametrize("growth", [0, 5000])
@pytest.mark.parametrize("extra", ["", ",if-range-ignored", ",etag-none", ",no-validators", ",range-ignored"])
def test_a_file_that_changes_half_way_is_one_version_never_both(
    tmp_path: Path, served: tuple[Origin, VirtualFile], growth: int, extra: str
) -> None:
    origin, content = served
    origin.misbehave("*", f"new-version-after:1000001:{growth}{extra}", times=None)
    transfer = Transfer(tmp_path, f"{origin.url}/model")
    transfer.run()
    fresh = bytes((value + 1) % 256 for value in range(256))
    assert transfer.content() == whole(content).translate(fresh) + bytes(growth)


def test_a_file_that_is_another_one_each_time_is_given_up_in_the_end(tmp_path: Path) -> None:
    def respond(request: Request) -> Answer:
        content = VirtualFile(SIZE + request.number, request.number)
        return file(content, f"v{request.number}").but(reset_at=1_000_000)

    with Origin(respond) as origin:
        transfer = Transfer(tmp_path, f"{origin.url}/model")
        with pytest.raises(Mismatch) as caught:
            transfer.run()
        assert caught.value.code == "unstable-content"
        assert len(origin.requests) <= MOST_REQUESTS


def test_a_file_that_changed_between_two_runs_is_started_over(
    tmp_path: Path, served: tuple[Origin, VirtualFile]
) -> None:
    origin, _ = served
    origin.misbehave("*", "reset-after:1000000", times=1)
    transfer = Transfer(tmp_path, f"{origin.url}/model", patience=Patience(tries=0))
    assert code_of(transfer.run) == "connection-lost"
    newer = VirtualFile(SIZE + 77, 6)
    with Origin(serving(newer, "v2")) as other:
        transfer.locate = lambda: Location(url=f"{other.url}/model")
        assert transfer.run().digests.sha256 == newer.sha256
        assert transfer.content() == whole(newer)


# --------------------------------------------------------------------------------------------------------- signatures


class Signing:
    """Hands out addresses that are good for a number of requests, on another host than the one that signs."""

    def __init__(self, content: VirtualFile, good_for: int, refusal: Callable[[], Answer]) -> None:
        self.content = content
        self.good_for = good_for
        self.refusal = refusal
        self.signed = 0
        self.storage = Origin(self._store, announce="localhost")

    def locate(self) -> Location:
        """A fresh address."""
        self.signed += 1
        return Location(url=f"{self.storage.url}/object?sig={self.signed}", headers={})

    def _store(self, request: Request) -> Answer:
        if request.nth >= self.good_for or not request.query.get("sig"):
            return self.refusal()
        return file(self.content, "v1")


@pytest.mark.parametrize(
    "refusal",
    [
        lambda: text(EXPIRED, 403, "application/xml"),
        lambda: text(EXPIRED, 400, "application/xml"),
        lambda: text(EXPIRED, 401, "application/xml"),
        lambda: page(LOGIN),
    ],
)
def test_an_expired_signature_is_renewed_and_is_no_failure(tmp_path: Path, refusal: Callable[[], Answer]) -> None:
    signing = Signing(VirtualFile(SIZE, 4), good_for=1, refusal=refusal)
    with signing.storage as storage:
        storage.misbehave("*", "reset-after:700000", times=1)
        transfer = Transfer(
            tmp_path, "", locate=signing.locate, patience=Patience(tries=1, pause=0.01, longest_pause=0.01)
        )
        assert transfer.run().digests.sha256 == signing.content.sha256
        assert signing.signed == 2
        assert storage.requests[-1].headers["range"] == "bytes=700000-"


def test_a_signature_that_is_never_good_is_renewed_a_few_times_only(tmp_path: Path) -> None:
    signing = Signing(VirtualFile(SIZE, 4), good_for=0, refusal=lambda: text(EXPIRED, 403, "application/xml"))
    with signing.storage as storage:
        transfer = Transfer(tmp_path, "", locate=signing.locate, patience=Patience(tries=1, pause=0.01))
        assert code_of(transfer.run) == "forbidden"
        assert signing.signed == len(storage.requests) == RENEWALS + 1


def test_a_pull_survives_signatures_that_expire_all_the_time(place: Place) -> None:
    place.hub.misbehave("files:/xet-bridge-us/*", "expire-bytes:3000", times=None)
    ended = place.pull(place.hub.example("hf-lora"))
    assert ended.state is State.done, ended.reason
    assert place.model(ended)["files"][0]["verified"]["state"] == "verified"


# -------------------------------------------------------------------------------------------------------- credentials


def test_credentials_end_at_the_first_foreign_hop_and_do_not_come_back() -> None:
    def home_says(request: Request) -> Answer:
        steps = {"/start": "/step", "/step": f"{foreign.url}/away"}
        return redirect(steps[request.path]) if request.path in steps else text("here")

    home = Origin(home_says)
    foreign = Origin(lambda request: redirect(f"{home.url}/back"), announce="localhost")
    with home, foreign:
        key = Credential(frozenset({origin_of(home.url)}), lambda: "the-key")
        net = Net(NetPolicy(allowed=OWN_HOSTS), {"home": key})
        sent = {"X-Api-Key": "k", "Cookie": "c=1", "Referer": "r", "Range": "bytes=0-"}
        answer = net.ask(f"{home.url}/start", headers=sent, credential="home")
        assert (answer.status, answer.credential) == (200, None)
        seen = {r.path: set(r.headers) & {"authorization", "x-api-key", "cookie", "referer"} for r in home.requests}
        assert len(seen["/start"]) == len(seen["/step"]) == 4
        assert seen["/back"] == set()
        assert set(foreign.requests[0].headers) & {"authorization", "x-api-key", "cookie", "referer"} == set()
        assert foreign.requests[0].headers["range"] == "bytes=0-"


def test_another_port_of_the_same_host_is_foreign() -> None:
    with Origin(lambda request: text("x")) as other, Origin(lambda request: redirect(other.url)) as home:
        net = Net(NetPolicy(allowed=OWN_HOSTS), {"home": Credential(frozenset({home.url}), lambda: "the-key")})
        net.ask(home.url, credential="home").close()
        assert home.requests[0].headers["authorization"] == "Bearer the-key"
        assert "authorization" not in other.requests[0].headers


def test_a_login_in_the_address_serves_every_range_of_the_file(tmp_path: Path) -> None:
    content = VirtualFile(SIZE, 4)

    def respond(request: Request) -> Answer:
        return file(content, "v1") if request.headers.get("authorization") == "Basic dTpw" else text("no", 401)

    with Origin(respond) as origin:
        origin.misbehave("*", "reset-after:1000000", times=1)
        url = origin.url.replace("//", "//u:p@") + "/model"
        assert Transfer(tmp_path, url).run().digests.sha256 == content.sha256
        assert [r.status for r in origin.requests] == [206, 206]


# ------------------------------------------------------------------------------------------------ being asked to wait


@pytest.mark.parametrize("wait", ["0", "1", "garbage", "none"])
def test_too_many_requests_is_waited_out(tmp_path: Path, served: tuple[Origin, VirtualFile], wait: str) -> None:
    origin, content = served
    origin.misbehave("*", f"too-many:{wait}", times=1)
    assert Transfer(tmp_path, f"{origin.url}/model").run().digests.sha256 == content.sha256
    assert [r.status for r in origin.requests] == [429, 206]


def test_a_date_to_wait_for_is_understood(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, content = served
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=2)
    refused = text("wait", 429).with_headers({"Retry-After": format_datetime(soon, usegmt=True)})
    answers = iter([refused])
    patient = Origin(lambda request: next(answers, file(content, "v1")))
    with patient:
        transfer = Transfer(tmp_path, f"{patient.url}/model")
        assert transfer.run().digests.sha256 == content.sha256
        assert any(progress.waiting == "rate-limited" for progress in transfer.progress)
    assert origin.requests == []


@pytest.mark.parametrize("wait", ["forever", "date"])
def test_a_wait_of_years_is_clamped_told_and_holds_up_no_other_host(
    tmp_path: Path, served: tuple[Origin, VirtualFile], wait: str
) -> None:
    origin, _ = served
    origin.misbehave("*", f"too-many:{wait}", times=None)
    transfer = Transfer(tmp_path, f"{origin.url}/model")
    waits: list[float] = []

    def told(progress: Progress) -> None:
        if progress.waiting and transfer.fetch:
            waits.append(progress.until)
            transfer.fetch.stop()

    with pytest.raises(Stopped):
        transfer.run(told)
    assert 5 * 3600 < waits[0] <= 6 * 3600 + 1
    assert len(origin.requests) == 1
    assert transfer.pace.cooling(origin.url.removeprefix("http://")) > 3600
    assert transfer.pace.cooling("localhost") == 0
    other, content = an_origin(200 * KIB)
    with other:
        elsewhere = Transfer(tmp_path / "..", f"{other.url}/model")
        elsewhere.path, elsewhere.pace = tmp_path / "1.part", transfer.pace
        assert elsewhere.run().digests.sha256 == content.sha256


# ------------------------------------------------------------------------------------------------ too much and too big


@contextmanager
def flat_memory(limit: int) -> Iterator[None]:
    """Fails when Python holds more than so many bytes at once inside."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


def test_an_endless_body_ends_at_the_published_size(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, content = served
    origin.misbehave("*", "range-ignored,endless", times=None)
    transfer = Transfer(tmp_path, f"{origin.url}/model", **published(content))
    with flat_memory(48 * MIB):
        assert transfer.run().digests.sha256 == content.sha256
    assert transfer.path.stat().st_size == SIZE


def test_an_endless_body_of_unknown_size_ends_where_the_room_ends(
    tmp_path: Path, served: tuple[Origin, VirtualFile]
) -> None:
    origin, _ = served
    origin.misbehave("*", "range-ignored,endless", times=None)
    transfer = Transfer(tmp_path, f"{origin.url}/model")

    def room(size: int) -> None:
        if transfer.path.stat().st_size + size > 8 * MIB:
            raise NoSpace("no-space", path=str(tmp_path), short=size)

    transfer.room = room
    assert code_of(transfer.run) == "no-space"
    assert transfer.path.stat().st_size <= 8 * MIB
    assert len(origin.requests) == 1


def test_a_published_size_that_the_server_contradicts_is_refused(
    tmp_path: Path, served: tuple[Origin, VirtualFile]
) -> None:
    origin, _ = served
    transfer = Transfer(tmp_path, f"{origin.url}/model", size=SIZE + 1)
    with pytest.raises(Mismatch) as caught:
        transfer.run()
    assert (caught.value.facts["expected"], caught.value.facts["received"]) == (SIZE + 1, SIZE)
    assert transfer.content() == b""


@pytest.mark.parametrize("size", [None, 5 * MIB])
def test_a_gzip_bomb_neither_fills_the_memory_nor_the_disk(
    tmp_path: Path, served: tuple[Origin, VirtualFile], size: int | None
) -> None:
    origin, _ = served
    origin.misbehave("*", "gzip-bomb:1024", times=None)
    transfer = Transfer(tmp_path, f"{origin.url}/model", size=size)
    bomb(1024)
    with flat_memory(48 * MIB):
        if size is None:
            assert code_of(transfer.run) == "unexpected-encoding"
        else:
            transfer.run()
    assert transfer.path.stat().st_size < 80 * MIB
    if size is not None:
        assert transfer.path.stat().st_size == size


def test_a_gzip_bomb_as_an_answer_in_json_is_refused(served: tuple[Origin, VirtualFile]) -> None:
    origin, _ = served
    origin.misbehave("*", "gzip-bomb:512", times=None)
    bomb(512)
    with flat_memory(160 * MIB), pytest.raises(NetworkTrouble) as caught:
        quick_net().ask(origin.url).json()
    assert caught.value.facts["reason"] == "too-long"


def test_an_encoding_we_did_not_ask_for_and_cannot_read_is_refused(tmp_path: Path) -> None:
    answer = file(Bytes(b"x" * 5000)).with_headers({"Content-Encoding": "br"}).but(ranges=False)
    with Origin(lambda request: answer) as origin:
        assert code_of(Transfer(tmp_path, origin.url).run) == "unexpected-encoding"


def test_endless_headers_cost_no_memory(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, _ = served
    origin.misbehave("*", "huge-headers:5", times=None)
    transfer = Transfer(tmp_path, f"{origin.url}/model", patience=Patience(tries=1, pause=0.01))
    with flat_memory(48 * MIB):
        assert code_of(transfer.run) == "bad-answer"


def test_escape_codes_of_a_server_reach_no_message(tmp_path: Path) -> None:
    title = "<html><title>\x1b[31mred\u202egnp\x07</title>"
    garbage = Answer(raw=b"ICY \x1b[31m two hundred\r\n\r\n")
    with Origin(lambda request: page(title) if request.path == "/page" else garbage) as origin:
        for path in ("page", "garbage"):
            with pytest.raises(ModellaError) as caught:
                Transfer(tmp_path, f"{origin.url}/{path}", patience=Patience(tries=0)).run()
            assert str(caught.value).isprintable()


# --------------------------------------------------------------------------------------- names, doors and certificates


def test_a_name_that_does_not_resolve_is_told_and_bounded(tmp_path: Path) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    transfer = Transfer(tmp_path, "http://nowhere.example/model", net=quick_net(resolve=resolve))
    assert code_of(transfer.run) == "name-not-resolved"
    assert asked == ["nowhere.example"] * 5


def test_a_name_that_resolves_again_is_fetched(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, content = served
    failures = iter([1, 2])

    def resolve(host: str, port: int) -> list[str]:
        if next(failures, None):
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return ["127.0.0.1"]

    net = quick_net(allowed=frozenset({"files.example"}), resolve=resolve)
    transfer = Transfer(tmp_path, f"http://files.example:{origin.port}/model", net=net)
    assert transfer.run().digests.sha256 == content.sha256


def test_a_dead_address_of_a_name_costs_no_failure(tmp_path: Path, served: tuple[Origin, VirtualFile]) -> None:
    origin, content = served
    net = quick_net(allowed=frozenset({"files.example"}), resolve=lambda host, port: ["::1", "127.0.0.1"])
    url = f"http://files.example:{origin.port}/model"
    transfer = Transfer(tmp_path, url, net=net, patience=Patience(tries=0))
    assert transfer.run().digests.sha256 == content.sha256


def test_a_closed_door_is_told_apart_from_a_silent_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    impatient = {"net": quick_net(connect_timeout=0.3), "patience": Patience(tries=0)}
    assert code_of(Transfer(tmp_path, f"http://127.0.0.1:{port}/", **impatient).run) == "connection-refused"
    with socket.create_server(("127.0.0.1", 0), backlog=0) as silent:
        address = silent.getsockname()
        waiting = []
        for _ in range(8):
            caller = socket.socket()
            caller.setblocking(False)
            caller.connect_ex(address)
            waiting.append(caller)
        code = code_of(Transfer(tmp_path, f"http://127.0.0.1:{address[1]}/", **impatient).run)
        for caller in waiting:
            caller.close()
    assert code == "connect-timeout"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority that nobody knows."""
    return trustme.CA()


def tls_origin(certificate: trustme.LeafCert, respond: Callable[[Request], Answer]) -> Origin:
    """An origin behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return Origin(respond, announce="localhost", tls=context)


@pytest.fixture
def ca_file(tmp_path: Path, authority: trustme.CA) -> str:
    """The authority as a file, as a studio's administrator has it."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def test_a_certificate_of_an_extra_authority_is_accepted_when_its_file_is_set(
    tmp_path: Path, authority: trustme.CA, ca_file: str
) -> None:
    content = VirtualFile(SIZE, 8)
    with tls_origin(authority.issue_cert("localhost"), serving(content)) as origin:
        origin.misbehave("*", "reset-after:1000000", times=1)
        transfer = Transfer(tmp_path, f"{origin.url}/model", net=quick_net(ca_file=ca_file))
        assert transfer.run().digests.sha256 == content.sha256


@pytest.mark.parametrize("flaw", ["unknown-authority", "expired", "not-yet", "wrong-name", "self-signed"])
def test_a_certificate_with_a_flaw_is_refused_at_once_with_the_reason(
    tmp_path: Path, authority: trustme.CA, ca_file: str, flaw: str
) -> None:
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    certificates: dict[str, Callable[[], trustme.LeafCert]] = {
        "unknown-authority": lambda: trustme.CA().issue_cert("localhost"),
        "expired": lambda: authority.issue_cert("localhost", not_before=now - 9 * day, not_after=now - day),
        "not-yet": lambda: authority.issue_cert("localhost", not_before=now + day, not_after=now + 9 * day),
        "wrong-name": lambda: authority.issue_cert("other.example"),
        "self-signed": lambda: trustme.CA().issue_cert("localhost"),
    }
    with tls_origin(certificates[flaw](), lambda request: text("secret")) as origin:
        transfer = Transfer(tmp_path, origin.url, net=quick_net(ca_file=ca_file))
        with pytest.raises(NetworkTrouble) as caught:
            transfer.run()
        assert caught.value.code == "tls-failed"
        assert "certificate" in caught.value.facts["reason"].lower()
        assert origin.requests == []
        assert transfer.content() == b""


def test_a_redirect_from_https_to_http_is_refused(tmp_path: Path, authority: trustme.CA, ca_file: str) -> None:
    with (
        Origin(lambda request: text("plain")) as plain,
        tls_origin(authority.issue_cert("localhost"), lambda request: redirect(plain.url)) as origin,
    ):
        transfer = Transfer(tmp_path, origin.url, net=quick_net(ca_file=ca_file))
        assert code_of(transfer.run) == "insecure-redirect"
        assert plain.requests == []


def test_a_handshake_that_is_cut_may_be_tried_again(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        greeted = []

        def slam() -> None:
            for _ in range(2):
                caller, _ = door.accept()
                caller.recv(100)
                caller.close()
                greeted.append(caller)

        slamming = threading.Thread(target=slam, daemon=True)
        slamming.start()
        url = f"https://localhost:{door.getsockname()[1]}/"
        transfer = Transfer(tmp_path, url, patience=Patience(tries=1, pause=0.01))
        assert code_of(transfer.run) == "connection-lost"
        slamming.join()
    assert len(greeted) == 2


# -------------------------------------------------------------------------------------------------------------- proxies


def public(host: str, port: int) -> list[str]:
    """A resolver for which every name lies on the public network."""
    return ["93.184.215.14"]


def test_a_proxy_is_used_with_its_own_login_and_the_target_never_sees_it() -> None:
    with Origin(lambda request: text(request.target)) as proxy:
        address = proxy.url.replace("//", "//user:pass@")
        net = quick_net(proxies={"http": address}, resolve=public)
        assert net.ask("http://files.example/a").read(1000) == b"http://files.example/a"
        assert proxy.requests[0].headers["proxy-authorization"] == "Basic dXNlcjpwYXNz"
        assert "authorization" not in proxy.requests[0].headers


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_wants_a_login_says_so(tmp_path: Path, scheme: str) -> None:
    with Origin(lambda request: text("login", 407)) as proxy:
        net = quick_net(proxies={scheme: proxy.url.replace("//", "//user:hunter2@")}, resolve=public)
        with pytest.raises(AccessNeeded) as caught:
            Transfer(tmp_path, f"{scheme}://files.example/a", net=net).run()
        assert caught.value.code == "proxy-login-needed"
        assert "hunter2" not in str(caught.value)
        assert len(proxy.requests) == 1


def test_a_proxy_that_is_down_is_told_without_its_login(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    net = quick_net(proxies={"http": f"http://user:hunter2@127.0.0.1:{port}"}, resolve=public)
    with pytest.raises(NetworkTrouble) as caught:
        Transfer(tmp_path, "http://files.example/a", net=net, patience=Patience(tries=0)).run()
    assert caught.value.code == "proxy-failed"
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("bypass", ["files.example", ".example", "*.example", "example", "*", "files.example:{port}"])
def test_hosts_that_need_no_proxy_are_asked_directly(bypass: str) -> None:
    with Origin(lambda request: text("direct")) as origin, Origin(lambda request: text("proxied")) as proxy:
        net = quick_net(
            allowed=frozenset({"files.example"}),
            proxies={"http": proxy.url},
            no_proxy=(bypass.format(port=origin.port),),
            resolve=lambda host, port: ["127.0.0.1"],
        )
        assert net.ask(f"http://files.example:{origin.port}/").read(100) == b"direct"
        assert proxy.requests == []


def test_this_machine_is_never_asked_through_a_proxy(served: tuple[Origin, VirtualFile]) -> None:
    origin, _ = served
    with Origin(lambda request: text("proxied")) as proxy:
        net = quick_net(proxies={"http": proxy.url, "all": proxy.url})
        for host in ("127.0.0.1", "localhost"):
            net.ask(f"http://{host}:{origin.port}/").close()
        assert (len(origin.requests), len(proxy.requests)) == (2, 0)


def test_private_addresses_are_refused_through_a_proxy_too() -> None:
    with Origin(lambda request: text("proxied")) as proxy:
        net = quick_net(allowed=frozenset(), proxies={"http": proxy.url}, resolve=lambda host, port: ["10.0.0.7"])
        for url in ("http://10.0.0.7/", "http://inside.example/"):
            with pytest.raises(Refused):
                net.ask(url)
        assert proxy.requests == []


# ------------------------------------------------------------------------------------------------- many connections


BIG = 40 * MIB
FEW_MEGABYTES = "throttle:20000000"


@contextmanager
def many(tmp_path: Path, *faults: tuple[str, int | None, int]) -> Iterator[tuple[Origin, VirtualFile, Transfer]]:
    """A fetch with many connections, from a server that gives each of them little."""
    origin, content = an_origin(BIG, 11)
    with origin:
        origin.misbehave("*", FEW_MEGABYTES, times=None)
        for fault, times, skip in faults:
            origin.misbehave("*", fault, times=times, skip=skip)
        yield origin, content, Transfer(tmp_path, f"{origin.url}/model", connections=4)


@pytest.mark.parametrize(
    "faults",
    [
        [],
        [("reset-after:100000", 2, 2)],
        [("stall-after:100000", 1, 2)],
        [("throttle:2000000", 1, 2)],
        [("status:503", 3, 1)],
        [("too-many:0", 2, 1)],
        [("range-ignored", None, 2)],
        [("range-wrong-start:100", 1, 2)],
        [("range-wrong-total", 1, 2)],
        [("etag-changing", None, 0)],
        [("crowded:2", None, 0)],
        [("crowded:1", None, 0)],
        [("close-after:1000000", 6, 1)],
    ],
    ids=lambda faults: "+".join(fault for fault, _, _ in faults) or "none",
)
def test_many_connections_with_one_in_trouble_still_bring_the_right_bytes(
    tmp_path: Path, faults: list[tuple[str, int | None, int]]
) -> None:
    with many(tmp_path, *faults) as (origin, content, transfer):
        assert transfer.run().digests.sha256 == content.sha256
    assert transfer.content() == whole(content)
    assert len(origin.requests) < 60
    assert max(request.parallel for request in origin.requests) > 1


def test_a_host_that_refuses_many_connections_gets_fewer(tmp_path: Path) -> None:
    with many(tmp_path, ("crowded:1", None, 0)) as (origin, _, transfer):
        transfer.run()
        refused = [request for request in origin.requests if request.status == 403]
    assert transfer.fetch is not None
    assert transfer.fetch.most == 1
    assert 0 < len(refused) <= 6


def test_a_segment_of_another_version_never_joins_the_others(tmp_path: Path) -> None:
    newer = VirtualFile(BIG, 12)
    older = VirtualFile(BIG, 11)

    def respond(request: Request) -> Answer:
        return file(older, "old") if request.number < 3 else file(newer, "new").but(if_range=False)

    with Origin(respond) as origin:
        origin.misbehave("*", FEW_MEGABYTES, times=None)
        transfer = Transfer(tmp_path, f"{origin.url}/model", connections=4)
        assert transfer.run().digests.sha256 == newer.sha256
    assert transfer.content() == whole(newer)


def test_a_file_nothing_vouches_for_is_fetched_by_one_connection(tmp_path: Path) -> None:
    with many(tmp_path, ("no-validators", None, 0)) as (origin, content, transfer):
        assert transfer.run().digests.sha256 == content.sha256
    assert len(origin.requests) == 1


# ------------------------------------------------------------------------------------------------- resuming honestly


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    cuts=st.lists(
        st.tuples(
            st.integers(0, BIG),
            st.sampled_from(["reset-after", "close-after", "stall-after", "killed"]),
            st.booleans(),
        ),
        min_size=1,
        max_size=3,
    ),
    connections=st.sampled_from([1, 4]),
)
def test_however_often_it_is_interrupted_the_result_is_right_and_little_is_fetched_twice(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[tuple[int, str, bool]], connections: int
) -> None:
    folder = tmp_path_factory.mktemp("resume")
    origin, content = an_origin(BIG, 11)
    with origin:
        transfer = Transfer(
            folder, f"{origin.url}/model", connections=connections, patience=Patience(tries=0), net=quick_net()
        )
        power_cuts = 0
        for at, how, power_cut in cuts:
            origin.behave()
            origin.misbehave("*", "throttle:60000000", times=None)
            if how == "killed":
                transfer.run_until_killed(at)
            else:
                origin.misbehave("*", f"{how}:{at}", times=None)
                try:
                    transfer.run()
                except NetworkTrouble as problem:
                    assert problem.code in {"connection-lost", "stalled", "incomplete"}
            if power_cut:
                power_cuts += 1
                transfer.saved.boot = "another boot"
        origin.behave()
        assert transfer.run().digests.sha256 == content.sha256
        twice = sum(request.sent for request in origin.requests) - BIG
    assert transfer.content() == whole(content)
    assert power_cuts or twice <= len(cuts) * 16 * MIB


def test_a_killed_download_goes_on_where_its_journal_ends(tmp_path: Path) -> None:
    origin, content = an_origin(BIG)
    with origin:
        origin.misbehave("*", "throttle:40000000", times=1)
        transfer = Transfer(tmp_path, f"{origin.url}/model")
        assert transfer.run_until_killed(10 * MIB)
        assert transfer.saved.durable == []
        assert transfer.run().digests.sha256 == content.sha256
        start = int(origin.requests[-1].headers["range"].removeprefix("bytes=").rstrip("-"))
    assert start >= 10 * MIB


def test_after_a_power_cut_the_journal_is_not_believed_not_even_later(tmp_path: Path) -> None:
    origin, content = an_origin(BIG)
    with origin:
        origin.misbehave("*", "throttle:40000000", times=2)
        transfer = Transfer(tmp_path, f"{origin.url}/model")
        assert transfer.run_until_killed(10 * MIB)
        transfer.saved.boot = "before the power cut"
        transfer.path.write_bytes(bytes(transfer.path.stat().st_size))
        assert transfer.run_until_killed(1)
        assert transfer.run().digests.sha256 == content.sha256
    assert transfer.content() == whole(content)


def test_a_part_that_was_cut_behind_our_back_is_filled_again(tmp_path: Path) -> None:
    origin, content = an_origin(BIG)
    with origin:
        origin.misbehave("*", "throttle:40000000", times=1)
        transfer = Transfer(tmp_path, f"{origin.url}/model")
        assert transfer.run_until_killed(10 * MIB)
        with transfer.path.open("r+b") as part:
            part.truncate(3 * MIB)
        assert transfer.run().digests.sha256 == content.sha256


def test_a_journal_with_nonsense_in_it_is_no_crash(tmp_path: Path) -> None:
    origin, content = an_origin(SIZE)
    with origin:
        transfer = Transfer(tmp_path, f"{origin.url}/model", patience=Patience(tries=0))
        origin.misbehave("*", "reset-after:1000000", times=1)
        assert code_of(transfer.run) == "connection-lost"
        journal = PartFile(transfer.path).journal_path(transfer.saved.checkpoint)
        with journal.open("ab") as lines:
            lines.write(b"9 3\nhello\n-4 7\n99999999999 999999999999\n12")
        assert transfer.run().digests.sha256 == content.sha256


# --------------------------------------------------------------------------------------------------- the whole house


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("html", "login-needed"),
        ("json-error", "error-page"),
        ("xml-error", "error-page"),
        ("lfs-pointer", "lfs-pointer"),
        ("empty", "empty-file"),
        ("zeros", "broken-file"),
        ("status:404", "not-found"),
        ("truncated:1000", "size-mismatch"),
    ],
)
def test_what_comes_instead_of_a_model_never_gets_a_name_in_the_library(place: Place, fault: str, code: str) -> None:
    place.hub.misbehave("files:/files/*", fault, times=None, skip=1)
    ended = place.pull(place.hub.example("direct"))
    assert (ended.state, ended.reason.code if ended.reason else None) == (State.failed, code)
    assert place.leftovers() == []


def test_a_bit_that_flips_on_the_way_is_fetched_anew_once(place: Place) -> None:
    place.hub.misbehave("files:/xet-bridge-us/*", "flip:5000", times=1)
    ended = place.pull(place.hub.example("hf-lora"))
    assert place.model(ended)["files"][0]["verified"]["state"] == "verified"


def test_every_name_a_server_can_give_lands_safely_in_the_library(place: Place) -> None:
    link = place.hub.example("direct").partition("?")[0]

    async def story(house: House) -> list[Download]:
        ended = []
        for number, form in enumerate(DISPOSITIONS):
            url = f"{link}?seed={100 + number}&fault=disposition:{form}"
            record = await house.queue.add(url, Options(on_duplicate="skip"))
            ended.append(await house.queue.wait_for(record.id))
        return ended

    for form, ended in zip(DISPOSITIONS, place.run(story), strict=True):
        model = place.model(ended)
        path = (model["folder"] / model["files"][0]["name"]).resolve()
        assert path.is_file(), form
        assert path.is_relative_to(place.root.resolve()), form
        for part in path.relative_to(place.root.resolve()).parts:
            assert part.isprintable(), form
            assert not set(part) & set('<>:"/\\|?* '), form
            assert not part.startswith((".", "-")), form
            assert len(part.encode()) <= 180, form
            assert part.partition(".")[0].lower() not in {"con", "nul"}, form
    assert sorted(p.name for p in place.root.parent.iterdir()) == ["home", "library"]
