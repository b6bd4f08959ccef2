"""`modella usage`: as a person and as a program read it."""

from pathlib import Path

import pytest

from modella.demo.hub import Hub
from tests.changing import lora
from tests.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path, hub: Hub) -> Terminal:
    return Terminal(tmp_path, hub)


def test_usage_is_told_by_what_is_asked_for(terminal: Terminal, tmp_path: Path) -> None:
    size = lora(tmp_path / "have" / "One.safetensors").stat().st_size
    terminal.json("scan", str(tmp_path / "have"))
    assert terminal.json("usage")["by_kind"] == [{"value": "lora", "count": 1, "bytes": size}]
    done = terminal.run("usage", "--by", "family")
    assert done.returncode == 0, done.stderr
    assert "sdxl" in done.stdout
    assert "1 model," in done.stdout
    assert "free of" in done.stdout
