"""The locks name versions and hashes, no address of any registry, and what they need on every platform."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))["packages"]


def test_the_lock_of_the_web_app_holds_hashes_and_no_address() -> None:
    real = {name: each for name, each in PACKAGES.items() if name and not each.get("link")}
    assert [name for name, each in real.items() if "resolved" in each] == []
    assert [name for name, each in real.items() if not each.get("integrity")] == []


def test_the_lock_of_the_web_app_holds_the_parts_for_every_platform() -> None:
    """npm drops optional parts silently that a registry does not show; then `npm ci` fails for everybody else."""
    known = {path.rpartition("node_modules/")[2] for path in PACKAGES}
    wanted = {part for each in PACKAGES.values() for part in each.get("optionalDependencies", {})}
    assert wanted - known == set()


@pytest.mark.parametrize("name", ["run", "dev", "node"])
def test_a_lock_of_python_holds_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert not re.search(r"https?://|--index-url|--find-links|^-i ", text, re.MULTILINE)
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert "==" in entry, entry
        assert "--hash=sha256:" in entry, entry


def test_npm_never_writes_addresses() -> None:
    assert "omit-lockfile-registry-resolved=true" in (ROOT / "web" / ".npmrc").read_text(encoding="utf-8")
