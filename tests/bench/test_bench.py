"""The harness itself: what it reads, how it judges, and that a whole run measures what it says. Never a time."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest
from rich.console import Console

from bench import resume
from bench.__main__ import MEASURES, TOOLS, Options, as_json, run
from bench.failure import BenchFailure
from bench.figures import Bar, Figure, markdown, percentile, table
from bench.ground import Ground
from bench.machine import check_space, check_tools, facts, missing_packages, tool
from bench.origin import Request, configuration, open_origin, read_log
from bench.product import Modella, clean_environment
from bench.resume import Resumed
from bench.shelf import fill
from bench.watched import Watched, pipeline
from bench.weights import MIB, data_size, lora_header, random_lora, sha256_of, sparse_lora
from modella.core.identity import identify
from modella.core.query import read_query
from modella.io.disk import PartFile
from modella.io.headers import read_header
from modella.io.packaged import load_rules
from modella.wiring import open_house

_ENV = clean_environment(Path("/"))


@pytest.fixture
def tools() -> None:
    """Skips where the tools that are compared are not installed."""
    packages = missing_packages(TOOLS)
    if packages:
        pytest.skip(f"there is nothing to measure against: install the Debian packages {' '.join(packages)}")


def test_the_access_log_is_read_and_a_line_still_being_written_is_left_out() -> None:
    text = "/plain/0/a b.safetensors 206 4194304\n/slow/3/x 200 0\n/plain/0/x 20"
    assert read_log(text) == [Request("/plain/0/a b.safetensors", 206, 4194304), Request("/slow/3/x", 200, 0)]


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert percentile(values, 0.95) == 95.0
    assert percentile(values, 0.5) == 50.0
    assert percentile([7.0], 0.95) == 7.0


@pytest.mark.parametrize(
    ("modella", "other", "bar", "met"),
    [
        (1.1, 1.0, Bar(1.15, of_ratio=True), True),
        (1.2, 1.0, Bar(1.15, of_ratio=True), False),
        (150.0, 20.0, Bar(150.0), True),
        (150.1, 200.0, Bar(150.0), False),
        (1.0, None, Bar(1.15, of_ratio=True), False),
        (9.0, 1.0, None, None),
    ],
)
def test_a_figure_is_judged_by_its_ratio_or_by_itself(
    modella: float, other: float | None, bar: Bar | None, met: bool | None
) -> None:
    assert Figure("plain", "time", "s", modella, "curl", other, bar).met is met


def test_the_table_shows_figures_ratios_bars_and_whether_they_are_met() -> None:
    figures = [
        Figure("plain", "link → verified", "s", 3.0, "curl", 2.0, Bar(1.15, of_ratio=True)),
        Figure("start", "memory", "MiB", 99.5, bar=Bar(200.0)),
    ]
    console = Console(width=120, record=True, file=sys.stderr)
    console.print(table(figures, "figures"))
    shown = console.export_text()
    for part in (
        "plain: link → verified",
        "3.00 s",
        "curl 2.00 s",
        "1.50",
        "≤ 1.15 ×",
        "✗",
        "99.5 MiB",
        "≤ 200 MiB",
        "✓",
    ):
        assert part in shown
    assert "| plain: link → verified | 3.00 s | curl 2.00 s | 1.50 | ≤ 1.15 × | ✗ |" in markdown(figures)


def test_bytes_fetched_twice_are_those_that_the_journal_had() -> None:
    resumed = Resumed("plain", size=100, known_at_kill=40, served_before=55, served_after=63)
    assert (resumed.twice, resumed.twice_for_server) == (3, 18)


def test_only_named_measurements_run_and_the_large_file_must_be_asked_for() -> None:
    assert Options().measures == tuple(name for name in MEASURES if name != "large")
    assert Options(large=True).measures == tuple(MEASURES)
    assert Options(only=("start", "plain")).measures == ("plain", "start")


def test_a_missing_tool_is_named_by_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name, path: None)
    with pytest.raises(BenchFailure, match="apt-get install aria2 nginx"):
        check_tools(["nginx", "aria2c"])
    with pytest.raises(BenchFailure, match="apt-get install curl"):
        tool("curl")


def test_a_full_disk_is_noticed_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(BenchFailure, match="--folder"):
        check_space(tmp_path, 1 << 60)


@pytest.mark.parametrize("size", [16 * MIB, 2048 * MIB])
def test_the_header_announces_nearly_the_size_that_was_wished(size: int) -> None:
    header = lora_header(size)
    assert 0.97 * size <= len(header) + data_size(header) <= size


def test_the_file_is_a_lora_that_modella_knows(tmp_path: Path) -> None:
    weights = random_lora(tmp_path / "lora.safetensors", MIB)
    assert (weights.path.stat().st_size, sha256_of(weights.path)) == (weights.size, weights.sha256)
    found = identify(read_header(weights.path), load_rules())
    assert (found.kind, found.family) == ("lora", "sdxl")


def test_a_sparse_file_is_large_without_using_the_disk(tmp_path: Path) -> None:
    weights = sparse_lora(tmp_path / "large.safetensors", 64 * MIB)
    found = weights.path.stat()
    assert found.st_size == weights.size
    assert found.st_blocks * 512 < MIB


def test_a_program_is_charged_for_its_work_and_its_memory() -> None:
    work = "b = bytearray(64 << 20)\nwhile __import__('time').process_time() < 0.3: pass"
    spent, _ = pipeline([[sys.executable, "-c", work]], _ENV)
    assert spent.processor >= 0.3
    assert 64 * MIB <= spent.peak < 200 * MIB


def test_a_pipeline_passes_bytes_on_and_adds_up_what_it_spent() -> None:
    feed = [sys.executable, "-c", "print('abc' * 100000)"]
    count = [sys.executable, "-c", "import sys; print(len(sys.stdin.read()))"]
    spent, written = pipeline([feed, count], _ENV)
    assert written.strip() == "300001"
    assert spent.wall > 0
    assert spent.processor > 0


def test_a_program_that_fails_ends_the_measurement_with_its_own_words() -> None:
    with pytest.raises(BenchFailure, match="ended with 3: no such luck"):
        pipeline([[sys.executable, "-c", "import sys; sys.stderr.write('no such luck'); sys.exit(3)"]], _ENV)


def test_a_program_that_goes_on_is_ended_and_gone() -> None:
    program = Watched([sys.executable, "-c", "print(1, flush=True); __import__('time').sleep(60)"], _ENV)
    assert program.output.readline() == b"1\n"
    assert program.is_running()
    program.end(signal.SIGTERM)
    with pytest.raises(ProcessLookupError):
        os.kill(program.pid, 0)


def test_nginx_is_told_to_touch_nothing_outside_its_folder(tmp_path: Path) -> None:
    text = configuration(tmp_path, 8123, 40)
    paths = [word.rstrip(";") for word in text.split() if word.startswith("/") and word != "/status"]
    assert paths
    assert all(path.startswith(str(tmp_path)) for path in paths)
    assert "limit_rate 40m" in text
    assert "listen 127.0.0.1:8123" in text


def test_what_a_killed_download_may_rely_on_is_its_record_and_its_journal(tmp_path: Path) -> None:
    modella = Modella(tmp_path, "127.0.0.1:1")
    staging = modella.library / ".modella/incoming/one"
    staging.mkdir(parents=True)
    part = PartFile(staging / "0.part")
    part.begin_journal(1)
    part.write(50, b"x" * 100)
    part.close()
    (staging / "state.json").write_text(json.dumps({"parts": [{"index": 0, "durable": [[0, 60]]}]}))
    assert modella.known_bytes() == 150


def test_the_library_of_many_models_is_one_that_modella_opens(tmp_path: Path) -> None:
    fill(tmp_path / "library", 7)
    house = open_house({"home": tmp_path / "home", "library": tmp_path / "library"}, {})
    try:
        page = house.hands.index.find(read_query("lantern"))
    finally:
        house.close()
    assert page.total == 7
    assert {json.loads(item)["kind"] for item in page.items} == {"lora"}


def test_the_machine_is_described_so_that_figures_can_be_compared(tmp_path: Path) -> None:
    found = facts(tmp_path, [])
    assert int(found["cores"]) >= 1
    assert all(found[name] for name in ("kernel", "processor", "memory", "file system", "python"))


@pytest.mark.usefixtures("tools")
def test_a_whole_run_measures_every_program_over_the_same_bytes_and_cleans_up(tmp_path: Path) -> None:
    found = run(Options(size=16, rounds=1, rate=40, only=("plain", "throttled", "start")), tmp_path)
    assert found["failures"] == {}
    assert [each["program"] for each in found["runs"]["plain"]] == ["curl", "aria2", "modella"]
    assert [each["program"] for each in found["runs"]["throttled"]] == ["aria2", "modella"]
    hashes = {each["sha256"] for way in ("plain", "throttled") for each in found["runs"][way]}
    assert len(hashes) == 1
    spent = [each["spent"] for way in ("plain", "throttled") for each in found["runs"][way]]
    assert all(each["wall"] > 0 and each["processor"] > 0 and each["peak"] > 0 for each in spent)
    for each in found["runs"]["plain"][2], found["runs"]["throttled"][1]:
        clocks = each["clocks"]
        assert clocks["first event"] < clocks["hashed"] <= clocks["verified"] < each["spent"]["wall"]
    saved = json.loads(as_json(found))
    assert {figure["measure"] for figure in saved["figures"]} == {"plain", "throttled", "start"}
    assert all(figure["modella"] > 0 for figure in saved["figures"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("tools")
def test_a_killed_download_and_its_resumption_are_counted_from_the_servers_log(tmp_path: Path) -> None:
    size = 16 * MIB
    with open_origin(tmp_path / "origin", rate=4) as origin:
        found = resume.measure(Ground(tmp_path, origin, size, rounds=1, rate=4), ways=("slow",))
    (killed,) = found.runs
    assert 0 < killed["known_at_kill"] < killed["size"] <= size
    assert killed["known_at_kill"] <= killed["served_before"]
    assert killed["served_before"] + killed["served_after"] >= killed["size"]


@pytest.mark.usefixtures("tools")
def test_the_age_of_events_is_noted_by_a_subscriber_of_its_own(tmp_path: Path) -> None:
    found = run(Options(size=16, rounds=1, rate=8, only=("events",)), tmp_path)
    assert found["failures"] == {}
    assert {"download-changed", "download-progress", "model-added"} <= {
        each["type"] for each in found["runs"]["events"]
    }
    assert [figure.unit for figure in found["figures"]] == ["ms"] * 3
