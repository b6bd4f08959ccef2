"""What people see while they wait: bars that fit the terminal, lines without one, no codes for who wants none."""

import io

import pytest
from rich.console import Console

from modella.cli.commands import console
from modella.cli.screen import BarScreen, LineScreen, print_rows
from modella.core.download import DownloadView, Reason, State, Step
from modella.core.events import DownloadChanged, DownloadProgress
from modella.io.packaged import load_words

WORDS = load_words("en")
NAME = "A rather long name of a model, longer than any bar has room for"


def waiting_for_hours() -> DownloadView:
    """A download outside the hours in which downloads may run."""
    reason = Reason(code="outside-hours", facts={"hours": "22:00-07:00"})
    return DownloadView(id="0" * 26, state=State.queued, link="x", source="url", name=NAME, reason=reason)


@pytest.mark.parametrize("width", [60, 80, 90, 100, 140])
def test_a_bar_fits_the_terminal_and_cuts_only_the_name(width: int) -> None:
    out = io.StringIO()
    screen = BarScreen(Console(file=out, width=width, force_terminal=True, color_system=None), WORDS)
    download = DownloadView(id="1", state=State.fetching, link="x", source="url", name=NAME)
    screen.event(DownloadChanged(download=download))
    screen.event(DownloadProgress(id="1", step=Step.fetch, bytes=1 << 29, total=1 << 30, speed=1 << 24, eta=32))
    screen.close()
    frame = next(line for line in reversed(out.getvalue().replace("\x1b[2K", "\r").split("\r")) if "GiB" in line)
    line = frame.split("\n")[0]
    assert len(line) <= width
    assert "512.0 MiB / 1.0 GiB" in line
    assert " …" not in line
    assert ("16.0 MiB/s" in line, "32 s" in line) == (width >= 90, width >= 90)


def test_who_waits_for_the_hours_is_told_them_once() -> None:
    for screen_class in (LineScreen, BarScreen):
        out = io.StringIO()
        screen = screen_class(Console(file=out, width=200, color_system=None), WORDS)
        screen.event(DownloadChanged(download=waiting_for_hours()))
        screen.event(DownloadChanged(download=waiting_for_hours()))
        screen.close()
        assert out.getvalue().count("22:00-07:00") == 1


@pytest.mark.parametrize("width", [60, 100])
def test_the_queue_says_in_full_why_something_waits(width: int) -> None:
    out = io.StringIO()
    row = waiting_for_hours().model_dump(mode="json")
    shown = Console(file=out, width=width, soft_wrap=True, color_system=None)
    print_rows(shown, WORDS, "In line", [row], {row["id"]: 3})
    title, line, why = out.getvalue().splitlines()
    assert (title, len(line) <= width) == ("In line", True)
    assert line.startswith("   3  00000000  Queued")
    assert why.strip() == WORDS.sentence("outside-hours", {"hours": "22:00-07:00"})


def test_without_colours_there_are_no_codes_at_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    console().print("plain", style="bold red")
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    console().print("plain", style="bold red")
    assert capsys.readouterr().out == "plain\n"
