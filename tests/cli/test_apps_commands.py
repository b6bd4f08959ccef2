"""`modella apps`: as a person and as a program meet it."""

from pathlib import Path

import pytest

from modella.demo.hub import Hub
from tests.changing import lora
from tests.linked import comfyui
from tests.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path, hub: Hub) -> Terminal:
    return Terminal(tmp_path, hub)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return comfyui(tmp_path / "ComfyUI")


def test_an_app_is_added_planned_linked_and_forgotten(terminal: Terminal, tmp_path: Path, folder: Path) -> None:
    for seed, name in enumerate(("One", "Two"), 1):
        lora(tmp_path / "have" / f"{name}.safetensors", seed)
    terminal.json("scan", str(tmp_path / "have"))
    (folder / "models/loras/Two.safetensors").write_bytes(b"theirs")
    assert "No apps yet" in terminal.run("apps", "ls").stdout
    added = terminal.run("apps", "add", "comfyui", str(folder))
    assert (added.returncode, "ComfyUI 0.3.60 is added" in added.stdout) == (0, True)
    told = terminal.run("apps", "plan", "comfyui")
    assert told.returncode == 0
    assert "+ One.safetensors" in told.stdout
    assert "! Two.safetensors  a file that Modella did not make has this name" in told.stdout
    assert "1 link to make · 1 place blocked" in told.stdout
    assert not (folder / "models/loras/One.safetensors").exists()
    assert terminal.run("apps", "link", "comfyui").returncode == 2, "it asks, and nobody answers"
    done = terminal.json("apps", "link", "comfyui")
    assert (done["made"], done["blocked"], done["failed"]) == (1, 1, [])
    assert (folder / "models/loras/One.safetensors").is_symlink()
    assert "Everything is as it should be" not in terminal.run("apps", "plan", "comfyui").stdout
    assert terminal.json("apps", "ls")[0]["links"] == 1
    assert [each["app"]["id"] for each in terminal.json("apps", "plan")] == ["comfyui"]
    assert terminal.json("apps", "unlink", "comfyui", "One")["removed"] == 1
    assert [each["made"] for each in terminal.json("apps", "link")] == [1]
    assert "as it should be" in terminal.run("apps", "link").stdout
    assert terminal.json("apps", "unlink", "comfyui", "One")["removed"] == 1
    assert terminal.json("apps", "link", "comfyui")["made"] == 1
    assert "forgotten" in terminal.run("apps", "remove", "comfyui", "--yes").stdout
    assert sorted(each.name for each in (folder / "models/loras").iterdir()) == ["Two.safetensors"]
    assert (folder / "models/loras/Two.safetensors").read_bytes() == b"theirs"


def test_a_download_is_linked_before_the_command_ends(terminal: Terminal, hub: Hub, folder: Path) -> None:
    terminal.json("apps", "add", str(folder))
    terminal.run("pull", hub.example("lora"))
    (link,) = (folder / "models/loras").iterdir()
    assert link.is_symlink()
    assert link.resolve().is_file()
    terminal.run("pull", hub.example("embedding"), "--no-link")
    assert not (folder / "models/embeddings").exists()


def test_what_is_no_app_is_refused_with_a_hint(terminal: Terminal, tmp_path: Path, folder: Path) -> None:
    wrong = terminal.run("apps", "add", "forge", str(folder))
    assert wrong.returncode == 2
    assert "ComfyUI" in wrong.stderr
    assert terminal.run("apps", "add", str(tmp_path / "nowhere")).returncode == 3
    assert terminal.run("apps", "plan", "nothing").returncode == 3
    assert "comfyui" in terminal.run("apps", "known").stdout
    assert '"targets"' in terminal.run("apps", "schema").stdout


def test_comfyui_may_be_told_by_its_configuration(terminal: Terminal, tmp_path: Path, folder: Path) -> None:
    lora(tmp_path / "have/One.safetensors")
    terminal.json("scan", str(tmp_path / "have"))
    terminal.json("apps", "add", str(folder), "--by", "config")
    told = terminal.run("apps", "plan", "comfyui")
    assert "+   loras:" in told.stdout
    assert "configuration to write" in told.stdout
    assert terminal.json("apps", "link", "comfyui")["config"]
    assert "have" in (folder / "extra_model_paths.yaml").read_text()
    terminal.json("apps", "set", "comfyui", "--by", "links")
    terminal.json("apps", "remove", "comfyui")
