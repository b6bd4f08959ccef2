"""A running server and a client of it. A file that needs another house makes its own fixture of that name."""

from collections.abc import Iterator

import pytest

from modella.cli.door import serve_quietly
from modella.wiring import House
from tests.api.client import Client
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
def client(house: House) -> Iterator[Client]:
    """A client of that house's server."""
    with serve_quietly(house) as address:
        yield Client(address)
