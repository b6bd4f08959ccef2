"""An open house, and one with an app. A file that needs another house makes its own fixture of that name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from modella.wiring import House
from tests.linked import Linked, comfyui
from tests.place import Place


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    """A house of the test's own place."""
    opened = place.open()
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def linked(house: House, tmp_path: Path) -> Linked:
    """That house with a ComfyUI."""
    return Linked(house, comfyui(tmp_path / "ComfyUI"))
