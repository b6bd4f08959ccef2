"""Which version came after ours for the same base model, by what the source listed when it was asked last."""

from typing import Any

import pytest

from modella.core.relations import newer_version


def record(own: str, *listed: tuple[str, str | None, str | None], **more: Any) -> dict[str, Any]:
    versions = [{"version_id": v, "base_model": base, "published_at": at} for v, base, at in listed]
    sources = [{"source": "civitai", "model_id": "9", "version_id": own}]
    return {"sources": sources, "versions": versions, "base_model": "Pony", **more}


@pytest.mark.parametrize(
    ("told", "newer"),
    [
        (record("1", ("1", "Pony", "2026-01")), None),
        (record("1", ("2", "Pony", "2026-02"), ("1", "Pony", "2026-01")), "civitai:@2"),
        (record("2", ("2", "Pony", "2026-02"), ("1", "Pony", "2026-01")), None),
        (record("1", ("2", "Illustrious", "2026-02"), ("1", "Pony", "2026-01")), None),
        (record("1", ("1", "Pony", "2026-01"), ("3", "Pony", "2026-03"), ("2", "Pony", "2026-02")), "civitai:@3"),
        (record("1", ("2", "Pony", None), ("1", "Pony", None)), "civitai:@2"),
        (record("2", ("2", "Pony", None), ("1", "Pony", None)), None),
        (record("1", ("2", "Pony", "2026-02"), published_at="2026-01"), "civitai:@2"),
        (record("1", ("2", "Pony", "2026-02"), published_at="2026-03"), None),
        (record("1", ("2", None, "2026-02"), ("1", None, "2026-01"), base_model=None), None),
        (record("1"), None),
        ({"versions": [{"version_id": "2"}]}, None),
        ({"sources": [{"source": "url"}], "versions": None}, None),
    ],
)
def test_the_latest_version_of_the_same_base_model_is_newer(told: dict[str, Any], newer: str | None) -> None:
    assert newer_version(told) == newer
