"""Runs each source's examples through the suite, one test an example."""

import pytest

from tests.sources.suite import SourceSuite

_TABLES = {"claim": "claims", "refused": "refuses", "secret_link": "secrets"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every example of the class under test becomes a test of its own."""
    if metafunc.cls is None or not issubclass(metafunc.cls, SourceSuite):
        return
    for argument, table in _TABLES.items():
        if argument in metafunc.fixturenames:
            examples = getattr(metafunc.cls, table)
            metafunc.parametrize(argument, examples, ids=[getattr(each, "text", each)[:70] for each in examples])
