"""A library with models to change: a house without a hub, real files, and ways to interrupt it at every write."""

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modella.demo import weights
from modella.io import disk
from modella.wiring import House, open_house
from modella.work.roots import add_root, roots
from modella.work.scan import scan
from modella.work.tasks import Task
from modella.work.trash import list_trash


class Shelf:
    """A home, a library, and beside them whatever a test puts there."""

    def __init__(self, folder: Path, **flags: Any) -> None:
        self.folder = folder
        self.root = folder / "library"
        self.flags = {"home": folder / "home", "library": self.root, "space_margin": 1 << 20, **flags}
        self.house = open_house(self.flags, {})

    @property
    def hands(self) -> Any:
        """The hands of the house that is open now."""
        return self.house.hands

    def again(self) -> House:
        """What a start after a death does."""
        self.house.close()
        self.house = open_house(self.flags, {})
        return self.house

    def scan(self, *folders: Path) -> dict[str, Any]:
        """Scans, with no patience for young files."""
        hands = self.hands
        wanted = [(add_root(hands, folder), "") for folder in folders] or None
        from_roots = wanted or [(root, "") for root in roots(hands)]
        return scan(hands, from_roots, Task("test", "scan", hands.bus), quiet=0).told()

    def models(self) -> list[dict[str, Any]]:
        """Every model, by name."""
        return sorted(self.hands.index.every(), key=lambda each: str(each["name"]))

    def only(self) -> dict[str, Any]:
        """The one model that there is."""
        (model,) = self.models()
        return dict(model)

    def trash(self) -> list[dict[str, Any]]:
        """What is in the trash."""
        return list_trash(self.hands)

    def tree(self) -> dict[str, str]:
        """Every file that people see in the library, and what is in it."""
        return tree(self.root)


def tree(folder: Path) -> dict[str, str]:
    """Path → content of every file below a folder, without the control folder and the index."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or name.startswith((".modella", "models.db")):
            continue
        found[name] = f"→ {os.readlink(path)}" if path.is_symlink() else digest(path)
    return found


def digest(path: Path) -> str:
    """What is in a file, in short."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def lora(path: Path, seed: int = 1) -> Path:
    """A small real LoRA; another seed is other content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = weights.build("lora-sdxl", seed, {})
    path.write_bytes(content.read(0, content.size))
    old = time.time() - 100
    os.utime(path, (old, old))
    return path


def family(path: Path, seed: int = 1) -> list[Path]:
    """A LoRA with what other tools leave beside it."""
    lora(path, seed)
    beside = {
        f"{path.stem}.civitai.info": b'{"id": 77, "name": "v2", "model": {"name": "Detail Tweaker", "type": "LORA"}}',
        f"{path.stem}.preview.png": b"\x89PNG no picture " + str(seed).encode(),
        f"{path.stem}.txt": b"notes of mine",
        f"{path.name}.rgthree-info.json": b"{}",
    }
    for name, content in beside.items():
        (path.parent / name).write_bytes(content)
    return [path, *(path.parent / name for name in beside)]


class Died(BaseException):
    """The process is dead: nothing that it would do about it happens."""


WRITES = ("fsync", "replace", "link", "unlink", "mkdir", "rmdir", "rename", "utime")


def dying_at(count: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """From the n-th write on, every write dies; whether it came to that is asked afterwards."""
    calls = {"n": 0}

    def deadly(call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            calls["n"] += 1
            if calls["n"] >= count:
                raise Died
            return call(*arguments, **options)

        return run

    for name in WRITES:
        monkeypatch.setattr(os, name, deadly(getattr(os, name)))
    monkeypatch.setattr(disk, "_rename_new", deadly(disk._rename_new))
    for name in ("unlink", "rename", "mkdir", "rmdir"):
        monkeypatch.setattr(Path, name, deadly(getattr(Path, name)))
    return lambda: calls["n"] >= count
