"""Fixtures for all tests."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from modella.demo.hub import Hub
from tests.place import Place

_SAMPLES = Path(__file__).parents[1] / "../shared/samples"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # So it is for whatever runs in the background of a shell, and for every program that these tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of recorded answers of other people's services; tests that need it are skipped without it."""
    if not _SAMPLES.is_dir():
        pytest.skip("the recorded samples are not on this machine (expected in ../shared/samples)")
    return _SAMPLES.resolve()


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A stand-in Civitai, Hugging Face and file host of this test's own."""
    with Hub(seed=7, count=24) as running:
        yield running


@pytest.fixture
def place(tmp_path: Path, hub: Hub) -> Place:
    """A library of this test's own."""
    return Place(tmp_path, hub)
