"""Fixtures for all tests."""

from pathlib import Path

import pytest

_SAMPLES = Path(__file__).parents[1] / "../shared/samples"


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of recorded answers of other people's services; tests that need it are skipped without it."""
    if not _SAMPLES.is_dir():
        pytest.skip("the recorded samples are not on this machine (expected in ../shared/samples)")
    return _SAMPLES.resolve()
