"""Duplicates: told with what they waste, reclaimed only when proven, never the last copy, and undone."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

import pytest

from modella.core.errors import NotFound
from modella.work.duplicates import Way, list_reclaimed, plan_reclaim, reclaim, report, undo_reclaim
from modella.work.hashing import sha256_of
from modella.work.importing import import_paths
from modella.work.records import change
from modella.work.roots import add_root
from tests.changing import Died, Shelf, dying_at, lora, tree
from tests.mounts import mounted


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """A library with one placed model, and a folder with two copies of it and something else."""
    found = Shelf(tmp_path)
    import_paths(found.hands, [lora(tmp_path / "in" / "kept.safetensors", 1)])
    for name, seed in (("a", 1), ("b", 1), ("other", 2)):
        lora(tmp_path / "loras" / f"{name}.safetensors", seed)
    found.scan(tmp_path / "loras")
    hashed(found)
    yield found
    found.house.close()


def hashed(shelf: Shelf) -> None:
    """What the background does: full hashes of what was only listed."""
    for model in shelf.models():
        if model["home"] == "adopted":
            change(shelf.hands, model["id"], _hash_files)


def _hash_files(record: Any) -> None:
    for file in record.metadata.files:
        path = record.file(file.name)
        file.sha256, file.modified = sha256_of(path), path.stat().st_mtime_ns


def inode(path: Path) -> tuple[int, int]:
    """Which file on the disk it is."""
    told = path.stat()
    return told.st_dev, told.st_ino


def kept(shelf: Shelf) -> Path:
    """The placed file."""
    return next(shelf.root.rglob("kept.safetensors"))


def test_the_report_says_what_is_double_and_which_to_keep(shelf: Shelf) -> None:
    told = report(shelf.hands)
    (group,) = told["groups"]
    size = kept(shelf).stat().st_size
    assert (group["size"], group["bytes"], told["bytes"]) == (size, 2 * size, 2 * size)
    assert [Path(file["path"]).name for file in group["files"]] == [
        "kept.safetensors",
        "a.safetensors",
        "b.safetensors",
    ]
    assert [file["keep"] for file in group["files"]] == [True, False, False]


def test_one_file_under_two_names_wastes_nothing(shelf: Shelf) -> None:
    for name in "ab":
        path = shelf.folder / "loras" / f"{name}.safetensors"
        path.unlink()
        os.link(kept(shelf), path)
    assert report(shelf.hands) == {"groups": [], "bytes": 0}
    ways: tuple[Way, ...] = ("hardlink", "keep-one")
    for how in ways:
        told = plan_reclaim(shelf.hands, None, how)
        assert (told["actions"], told["bytes"], {each["why"] for each in told["left"]}) == ([], 0, {"shared"})


def test_a_plan_does_nothing(shelf: Shelf) -> None:
    before = tree(shelf.folder / "loras")
    for how in get_args(Way):
        assert len(plan_reclaim(shelf.hands, None, how)["actions"]) == 2
    assert tree(shelf.folder / "loras") == before
    assert shelf.trash() == []


def test_hard_links_have_the_room_back_and_are_undone(shelf: Shelf) -> None:
    folder = shelf.folder / "loras"
    before = tree(folder)
    told = reclaim(shelf.hands, None, "hardlink")
    assert (len(told["done"]), told["problems"]) == (2, [])
    assert told["bytes"] == 2 * kept(shelf).stat().st_size
    assert {k: v for k, v in tree(folder).items() if k.endswith("safetensors")} == {
        k: v for k, v in before.items() if k.endswith("safetensors")
    }
    assert {inode(folder / f"{name}.safetensors") for name in "ab"} == {inode(kept(shelf))}
    assert report(shelf.hands)["bytes"] == 0
    (entry,) = list_reclaimed(shelf.hands)
    undone = undo_reclaim(shelf.hands, entry["id"])
    assert (len(undone["undone"]), undone["problems"]) == (2, [])
    assert len({inode(p) for p in [kept(shelf), *(folder / f"{name}.safetensors" for name in "ab")]}) == 3
    assert list_reclaimed(shelf.hands) == []
    with pytest.raises(NotFound):
        undo_reclaim(shelf.hands, entry["id"])


@pytest.mark.parametrize("how", ["hardlink", "keep-one"])
def test_after_hard_links_there_is_nothing_to_win_and_nothing_to_trash(shelf: Shelf, how: Way) -> None:
    reclaim(shelf.hands, None, "hardlink")
    before = tree(shelf.folder / "loras")
    told = reclaim(shelf.hands, None, how)
    assert (told["done"], told["problems"], told["bytes"], shelf.trash()) == ([], [], 0, [])
    shelf.scan()
    hashed(shelf)
    assert report(shelf.hands) == {"groups": [], "bytes": 0}
    assert reclaim(shelf.hands, None, how)["done"] == []
    assert set(tree(shelf.folder / "loras")) == set(before)


def test_one_file_met_through_a_linked_folder_is_no_second_copy(shelf: Shelf, tmp_path: Path) -> None:
    path = lora(tmp_path / "have" / "real" / "x.safetensors", 7)
    (tmp_path / "have" / "link").symlink_to(tmp_path / "have" / "real")
    shelf.scan(tmp_path / "have")
    hashed(shelf)
    index = shelf.hands.index
    known = next(each for each in shelf.models() if each["name"] == "x")
    index.put({**known, "id": "z" * 26, "path": str(tmp_path / "have" / "link")}, "link/x.safetensors", known["root"])
    mine = known["files"][0]["sha256"]
    assert mine not in {each["sha256"] for each in report(shelf.hands)["groups"]}
    for how in get_args(Way):
        told = reclaim(shelf.hands, [mine], how)
        assert (told["done"], told["bytes"], [each["why"] for each in told["left"]]) == ([], 0, ["shared"])
    assert path.is_file()
    assert shelf.trash() == []


@pytest.mark.parametrize("how", ["hardlink", "keep-one"])
def test_bytes_under_two_names_are_won_once(shelf: Shelf, how: Way) -> None:
    (shelf.folder / "loras" / "b.safetensors").unlink()
    os.link(shelf.folder / "loras" / "a.safetensors", shelf.folder / "loras" / "b.safetensors")
    size = kept(shelf).stat().st_size
    assert report(shelf.hands)["bytes"] == size
    told = plan_reclaim(shelf.hands, None, how)
    assert (len(told["actions"]), told["bytes"]) == (2, size)
    assert reclaim(shelf.hands, None, how)["bytes"] == size


def test_keeping_one_sends_the_others_to_the_trash_and_back(shelf: Shelf) -> None:
    folder = shelf.folder / "loras"
    before = tree(folder)
    told = reclaim(shelf.hands, None, "keep-one")
    assert len(told["done"]) == 2
    assert kept(shelf).exists()
    assert [name for name in tree(folder) if name.endswith("safetensors")] == ["other.safetensors"]
    assert {entry["why"] for entry in shelf.trash()} == {"duplicate"}
    undone = undo_reclaim(shelf.hands, told["id"])
    assert undone["problems"] == []
    assert tree(folder) == before


@pytest.mark.parametrize("how", ["hardlink", "keep-one"])
def test_nothing_is_done_when_the_copy_to_keep_is_not_what_it_was(shelf: Shelf, how: Way) -> None:
    path = kept(shelf)
    content = bytearray(path.read_bytes())
    content[-1] ^= 0xFF
    path.write_bytes(content)
    before = tree(shelf.folder / "loras")
    told = reclaim(shelf.hands, None, how)
    assert told["done"] == []
    assert {each["code"] for each in told["problems"]} == {"last-copy"}
    assert tree(shelf.folder / "loras") == before
    assert list_reclaimed(shelf.hands) == []


def test_a_duplicate_that_was_changed_is_left_alone(shelf: Shelf) -> None:
    path = shelf.folder / "loras" / "a.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 0xFF
    path.write_bytes(content)
    told = reclaim(shelf.hands, None, "hardlink")
    assert [each["code"] for each in told["problems"]] == ["changed-meanwhile"]
    assert path.read_bytes() == content
    assert [Path(each["path"]).name for each in told["done"]] == ["b.safetensors"]


def test_a_model_that_holds_more_is_not_thrown_away(shelf: Shelf) -> None:
    """Two shards: one of them is double, the other is the only one."""
    folder = shelf.folder / "big"
    lora(folder / "big-00001-of-00002.safetensors", 1)
    lora(folder / "big-00002-of-00002.safetensors", 9)
    shelf.scan(folder)
    hashed(shelf)
    plan = plan_reclaim(shelf.hands, None, "keep-one")
    assert [each["why"] for each in plan["left"] if "big" in each["path"]] == ["holds-more"]
    reclaim(shelf.hands, None, "keep-one")
    assert len(tree(folder)) == 3


def test_two_models_never_send_each_other_away(shelf: Shelf) -> None:
    reclaim(shelf.hands, None, "keep-one")
    again = reclaim(shelf.hands, None, "keep-one")
    assert again["done"] == []
    assert kept(shelf).exists()


def test_links_and_other_disks_are_left(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "loras" / "a.safetensors").unlink()
    (tmp_path / "loras" / "a.safetensors").symlink_to(kept(shelf))
    for other in mounted(tmp_path / "other"):
        lora(other / "far.safetensors", 1)
        add_root(shelf.hands, other)
        shelf.scan(other)
        hashed(shelf)
        left = {Path(each["path"]).name: each["why"] for each in plan_reclaim(shelf.hands, None, "hardlink")["left"]}
        assert left["far.safetensors"] == "other-disk"
        assert left["a.safetensors"] in {"shared", "link"}
        reclaim(shelf.hands, None, "hardlink")
        assert (other / "far.safetensors").stat().st_nlink == 1


def test_reflinks_where_the_file_system_can_and_a_word_where_it_cannot(shelf: Shelf) -> None:
    before = tree(shelf.folder / "loras")
    told = reclaim(shelf.hands, None, "reflink")
    assert len(told["done"]) + len(told["problems"]) == 2
    assert {each["code"] for each in told["problems"]} <= {"other-disk"}
    names = {name for name in before if name.endswith("safetensors")}
    assert {k: v for k, v in tree(shelf.folder / "loras").items() if k in names} == {k: before[k] for k in names}
    assert not [p for p in (shelf.folder / "loras").iterdir() if p.name.endswith(".part")]


def test_reflinks_on_a_file_system_that_can(tmp_path: Path) -> None:
    image, folder = tmp_path / "xfs.img", tmp_path / "xfs"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(400 << 20)
    for command in (["mkfs.xfs", "-q", str(image)], ["mount", "-o", "loop", str(image), str(folder)]):
        try:
            if subprocess.run(command, capture_output=True, check=False).returncode:
                pytest.skip("this machine does not let tests mount a file system with reflinks")
        except FileNotFoundError:
            pytest.skip("this machine cannot make a file system with reflinks")
    try:
        shelf = Shelf(folder)
        import_paths(shelf.hands, [lora(folder / "in" / "kept.safetensors", 1)])
        lora(folder / "loras" / "a.safetensors", 1)
        shelf.scan(folder / "loras")
        hashed(shelf)
        told = reclaim(shelf.hands, None, "reflink")
        assert (len(told["done"]), told["problems"]) == (1, [])
        shelf.house.close()
    finally:
        subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)


def test_groups_that_are_not_there_are_said(shelf: Shelf) -> None:
    with pytest.raises(NotFound):
        plan_reclaim(shelf.hands, ["ab" * 32], "hardlink")
    for entry in ("../../x", "nothing", ""):
        with pytest.raises(NotFound):
            undo_reclaim(shelf.hands, entry)


@pytest.mark.parametrize("how", ["hardlink", "keep-one"])
@pytest.mark.timeout(300)
def test_a_death_at_any_write_keeps_every_content(shelf: Shelf, how: Way) -> None:
    """Every write of reclaiming is interrupted once; every file is there afterwards or in the trash; undo works."""
    folder = shelf.folder / "loras"
    names = [folder / f"{name}.safetensors" for name in "ab"]
    contents = [path.read_bytes() for path in names]
    for count in range(1, 400):
        with pytest.MonkeyPatch.context() as patch:
            happened = dying_at(count, patch)
            with suppress(Died):
                reclaim(shelf.hands, None, how)
        shelf.again()
        if how == "hardlink":
            assert [path.read_bytes() for path in names] == contents, count
        for entry in list_reclaimed(shelf.hands):
            undo_reclaim(shelf.hands, entry["id"])
        assert [path.read_bytes() for path in names] == contents, count
        assert kept(shelf).read_bytes() == contents[0], count
        assert not [p for p in folder.iterdir() if p.name.endswith((".part", ".tmp"))], count
        assert list_reclaimed(shelf.hands) == [], count
        assert shelf.trash() == [], count
        if not happened():
            assert count > 5
            return
    raise AssertionError("it never got through")
