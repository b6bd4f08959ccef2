"""Other people's file systems: names that differ only by case, names stored decomposed, no links, no folder flush.

Real ones: an image of exFAT or FAT, mounted for the test; and a small pass-through in user space that behaves as told.
Both need a machine that lets tests mount; they are skipped elsewhere.
"""

import os
import shutil
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modella.core.download import Download, State
from modella.core.errors import Conflict
from modella.demo.hub import Hub
from modella.io import disk
from modella.wiring import House
from modella.work.queue import Options
from modella.work.reindex import rebuild
from tests.place import Place

MIB = 1024 * 1024
IMAGES = (
    (("mkfs.exfat",), ("mount", "-t", "exfat"), ("mount.exfat-fuse",)),
    (("mkfs.vfat", "-F", "32"), ("mount", "-t", "vfat"), ()),
)
"""How to make a file system in an image, how the kernel mounts it, and how a program in user space does."""


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    """A memory stick as people have them: case kept but not heeded, no links of any kind, no modes."""
    if os.geteuid() != 0 or shutil.which("losetup") is None:
        pytest.skip("a real memory stick is needed: only root may mount an image of one, with losetup (Debian: mount)")
    folder, image = tmp_path / "stick", tmp_path / "stick.img"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(128 * MIB)
    for make, kernel, program in IMAGES:
        if shutil.which(make[0]) and not _run(*make, str(image)):
            device = subprocess.run(
                ["losetup", "-f", "--show", str(image)], capture_output=True, text=True, check=False
            )
            if device.returncode:
                continue
            loop = device.stdout.strip()
            if not _run(*kernel, loop, str(folder)) or (program and not _run(*program, loop, str(folder))):
                yield folder
                _unmount(folder)
                _run("losetup", "-d", loop)
                return
            _run("losetup", "-d", loop)
    pytest.skip("neither this kernel nor a program (exfat-fuse) can mount exFAT or FAT")


def _run(*command: str) -> int:
    """A command's status; 127 where it does not exist."""
    if shutil.which(command[0]) is None:
        return 127
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode


def _unmount(folder: Path) -> None:
    if _run("umount", str(folder)):
        _run("umount", "-l", str(folder))


@pytest.fixture
def strange(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A pass-through in user space with the habits that the test names."""
    pytest.importorskip("mfusepy", reason="the pass-through file system needs mfusepy and libfuse")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        pytest.skip("this machine does not let tests mount with FUSE (/dev/fuse)")
    folder, behind = tmp_path / "strange", tmp_path / "behind"
    folder.mkdir()
    behind.mkdir()
    server = Path(__file__).with_name("passthrough.py")
    command = [sys.executable, str(server), str(behind), str(folder), *request.param]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 15
        while not os.path.ismount(folder):
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                said = process.communicate()[1].decode(errors="replace").strip()[-300:]
                pytest.skip(f"this machine lets no program mount with FUSE, though /dev/fuse is there: {said}")
            time.sleep(0.02)
        yield folder
    finally:
        _unmount(folder)
        process.terminate()
        process.communicate(timeout=15)


def pulled(place: Place, theme: str, **options: Any) -> Download:
    """A download that has become a model."""
    ended = place.pull(place.hub.example(theme), **options)
    assert ended.state is State.done, ended.reason
    return ended


def test_promises_are_kept_on_a_memory_stick(stick: Path, tmp_path: Path, hub: Hub) -> None:
    place = Place(tmp_path, hub, library=stick / "library")
    place.root = stick / "library"
    check_a_life_of_models(place)


def test_publishing_on_a_memory_stick_never_replaces(stick: Path) -> None:
    source, target = stick / "0.part", stick / "Model.safetensors"
    source.write_bytes(b"new")
    target.write_bytes(b"somebody else's")
    with pytest.raises(Conflict):
        disk.publish(source, stick / "mODEL.safetensors")
    assert target.read_bytes() == b"somebody else's"
    target.unlink()
    disk.publish(source, target)
    assert [p.name for p in stick.iterdir() if p.suffix == ".safetensors"] == ["Model.safetensors"]


def test_a_rename_that_changes_only_case_works_on_a_memory_stick(stick: Path) -> None:
    check_case_only_rename(stick)


@pytest.mark.parametrize("strange", [("nfd",), ("nfd", "ignore-case")], indirect=True, ids=["nfd", "nfd-and-case"])
def test_names_stored_decomposed_are_found_again(strange: Path, tmp_path: Path, hub: Hub) -> None:
    place = Place(tmp_path, hub, library=strange / "library")
    place.root = strange / "library"
    (strange / "probe-é").touch()
    assert "probe-é" not in os.listdir(strange), "the pass-through does not decompose names"

    async def story(house: House) -> Download:
        options = Options(review=True)
        record = await house.queue.add(place.hub.example("lora"), options)
        await house.queue.wait_for(record.id)
        await house.queue.finalize(record.id, {"name": "Crème brûlée Ångström"})
        return await house.queue.wait_for(record.id)

    ended = place.run(story)
    assert ended.state is State.done, ended.reason
    [record] = place.records()
    assert record.parent.name == unicodedata.normalize("NFD", record.parent.name)
    check_index_stays(place)
    again = pulled(place, "lora")
    assert again.model_id == ended.model_id
    replaced = pulled(place, "lora", on_duplicate="overwrite")
    assert replaced.model_id == ended.model_id
    assert len(place.records()) == 1
    check_index_stays(place)


@pytest.mark.parametrize(
    "strange",
    [("no-links", "no-chmod", "no-folder-flush"), ("ignore-case", "no-links")],
    indirect=True,
    ids=["poor", "case-without-links"],
)
def test_a_file_system_that_can_do_little_keeps_the_promises(strange: Path, tmp_path: Path, hub: Hub) -> None:
    place = Place(tmp_path, hub, library=strange / "library", home=strange / "home")
    place.root, place.home = strange / "library", tmp_path / "home"
    place.flags["home"] = place.home
    check_a_life_of_models(place)
    if (strange / "LIBRARY").exists():
        check_case_only_rename(strange)


# ------------------------------------------------------------------------------------------------------------- judging


def check_a_life_of_models(place: Place) -> None:
    """Fetched, met again, fetched beside one whose name differs by case, linked, replaced, rebuilt, verified."""
    first = pulled(place, "lora")
    folder = place.model(first)["folder"]
    taken = folder.with_name(folder.name.swapcase() + "-x")
    taken.mkdir()
    assert pulled(place, "lora").model_id == first.model_id
    several = pulled(place, "hf-sharded")
    linked = pulled(place, "duplicate")
    again = place.pull(place.hub.example("duplicate-again"), on_duplicate="link")
    assert again.state is State.done, again.reason
    assert linked.model_id != again.model_id
    pulled(place, "same-name")
    pulled(place, "same-name-again")
    replaced = pulled(place, "lora", on_duplicate="overwrite")
    assert replaced.model_id == first.model_id
    assert len(place.records()) == 6, several
    assert place.staging() == []
    assert list(place.root.rglob("*.tmp")) == []
    keys = [str(p.relative_to(place.root)).casefold() for p in place.root.rglob("*")]
    assert len(keys) == len(set(keys))
    assert len(list((place.root / ".modella" / "trash").iterdir())) == 1
    check_index_stays(place)


def check_index_stays(place: Place) -> None:
    """Made again from the files, the index is what it was: everything found, nothing twice."""
    house = place.open()
    try:
        before = house.hands.index.places()
        assert rebuild(house.hands) == len(place.records())
        assert house.hands.index.places() == before
        for folder, model in before.items():
            found = house.hands.index.get(model) or {}
            assert all((place.root / folder / file["name"]).stat().st_size == file["size"] for file in found["files"])
    finally:
        house.close()


def check_case_only_rename(folder: Path) -> None:
    """Our rename gives a file, and a folder, the same name in other letters; and nothing else goes."""
    (folder / "model").mkdir()
    (folder / "model" / "a.safetensors").write_bytes(b"weights")
    disk.publish(folder / "model" / "a.safetensors", folder / "model" / "A.safetensors")
    disk.publish(folder / "model", folder / "Model")
    assert "Model" in os.listdir(folder)
    assert os.listdir(folder / "Model") == ["A.safetensors"]
    assert (folder / "Model" / "A.safetensors").read_bytes() == b"weights"
