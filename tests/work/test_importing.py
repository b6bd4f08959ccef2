"""Importing: named and placed by the rules, hashed, merged with what lies beside; the source goes last or never."""

import hashlib
import json
import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from modella.core.errors import NotFound
from modella.io import disk
from modella.work import importing
from modella.work.importing import import_paths
from modella.work.moves import How
from modella.work.records import change
from modella.work.tasks import Task
from tests.changing import Died, Shelf, dying_at, family, lora, tree
from tests.mounts import mounted


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """An empty library."""
    return Shelf(tmp_path)


@pytest.fixture
def inbox(shelf: Shelf) -> Path:
    """A folder outside the library with one LoRA and its family."""
    folder = shelf.folder / "in"
    family(folder / "tweak_v2.safetensors")
    return folder


@pytest.mark.parametrize("how", ["copy", "hardlink", "move"])
def test_a_file_becomes_a_placed_model(shelf: Shelf, inbox: Path, how: How) -> None:
    before = tree(inbox)
    content = (inbox / "tweak_v2.safetensors").read_bytes()
    told = import_paths(shelf.hands, [inbox / "tweak_v2.safetensors"], how)
    assert (len(told["models"]), told["skipped"], told["problems"]) == (1, [], [])
    model = shelf.only()
    assert (model["kind"], model["family"], model["home"]) == ("lora", "sdxl", "placed")
    assert model["name"] == "Detail Tweaker"
    folder = shelf.root / str(model["path"])
    file = folder / str(model["files"][0]["name"])
    assert file.read_bytes() == content
    assert file.stem == folder.name
    digest = hashlib.sha256(content).hexdigest()
    record = json.loads((folder / "metadata.json").read_text())
    assert (record["files"][0]["sha256"], record["files"][0]["autov2"]) == (digest, digest[:10])
    assert record["files"][0]["modified"] == file.stat().st_mtime_ns
    assert record["files"][0]["verified"]["state"] == "recorded"
    assert (folder / str(record["previews"][0]["file"])).exists()
    assert (folder / "overrides.json").exists()
    assert tree(inbox) == ({} if how == "move" else before)
    assert (how == "hardlink") == (file.stat().st_nlink == 2)
    assert (folder / f"{folder.name}.civitai.info").exists() == (how == "move")
    shelf.scan()
    assert [m["id"] for m in shelf.models()] == [model["id"]]


def test_a_folder_gives_all_its_models_and_says_what_is_none(shelf: Shelf) -> None:
    folder = shelf.folder / "in"
    for seed in (1, 2, 3):
        lora(folder / str(seed) / f"model {seed}.safetensors", seed)
    (folder / "broken.safetensors").write_bytes(struct.pack("<Q", 1 << 60) + b"junk")
    (folder / "notes.txt").write_text("x")
    told = import_paths(shelf.hands, [folder, folder / "notes.txt", folder / "gone.safetensors"])
    assert len(told["models"]) == 3
    assert {(Path(p["path"]).name, p["code"]) for p in told["problems"]} == {
        ("broken.safetensors", "broken-file"),
        ("notes.txt", "bad-value"),
        ("gone.safetensors", "no-such-path"),
    }
    assert sorted(m["path"] for m in shelf.models()) == [f"loras/sdxl/model-{n}" for n in (1, 2, 3)]


@pytest.mark.parametrize("how", ["copy", "move"])
def test_what_the_library_has_already_is_told_and_left(shelf: Shelf, how: How) -> None:
    first = lora(shelf.folder / "in" / "a.safetensors")
    import_paths(shelf.hands, [first])
    again = lora(shelf.folder / "in" / "b.safetensors")
    told = import_paths(shelf.hands, [again], how)
    assert told["models"] == []
    assert told["skipped"] == [{"path": str(again), "id": shelf.only()["id"], "name": "a"}]
    assert again.exists()
    assert list((shelf.root / ".modella" / "moves").glob("*")) == []
    told = import_paths(shelf.hands, [again], how, duplicates=True)
    assert len(told["models"]) == 1
    assert len(shelf.models()) == 2
    assert again.exists() == (how == "copy")


def test_names_that_meet_get_a_hash(shelf: Shelf) -> None:
    one = lora(shelf.folder / "x" / "same name.safetensors", 1)
    two = lora(shelf.folder / "y" / "Same_Name.safetensors", 2)
    told = import_paths(shelf.hands, [one, two])
    paths = [each["path"] for each in told["models"]]
    assert paths[0] == "loras/sdxl/same-name"
    assert paths[1].startswith("loras/sdxl/same-name-")


def test_an_adopted_model_that_moves_in_keeps_its_id_and_its_words(shelf: Shelf, inbox: Path) -> None:
    shelf.scan(inbox)
    model = shelf.only()["id"]
    change(shelf.hands, model, lambda r: r.overrides.fields.update(notes="precious"), overrides=True)
    told = import_paths(shelf.hands, [inbox / "tweak_v2.safetensors"], "move")
    assert [each["id"] for each in told["models"]] == [model]
    assert tree(inbox) == {}
    found = shelf.only()
    assert (found["id"], found["notes"], found["home"]) == (model, "precious", "placed")
    shelf.scan()
    assert [(m["id"], m["state"]) for m in shelf.models()] == [(model, "present")]


def test_a_copy_of_an_adopted_model_is_a_model_of_its_own(shelf: Shelf, inbox: Path) -> None:
    shelf.scan(inbox)
    model = shelf.only()["id"]
    change(shelf.hands, model, lambda r: r.overrides.fields.update(notes="precious"), overrides=True)
    told = import_paths(shelf.hands, [inbox / "tweak_v2.safetensors"], "copy", duplicates=True)
    assert told["models"][0]["id"] != model
    assert {m["notes"] for m in shelf.models()} == {"precious"}
    shelf.scan()
    assert len(shelf.models()) == 2


def test_a_model_of_another_library_brings_its_record(shelf: Shelf, tmp_path: Path) -> None:
    other = Shelf(tmp_path / "other")
    import_paths(other.hands, [lora(tmp_path / "in" / "a.safetensors")])
    record = other.only()
    change(other.hands, record["id"], lambda r: r.overrides.fields.update(notes="precious"), overrides=True)
    import_paths(shelf.hands, [other.root / str(record["path"])])
    found = shelf.only()
    assert (found["id"], found["notes"], found["name"]) == (record["id"], "precious", record["name"])


def test_shards_and_whole_folders_keep_their_names(shelf: Shelf) -> None:
    folder = shelf.folder / "in"
    for number in (1, 2):
        lora(folder / f"Big-0000{number}-of-00002.safetensors", number)
    whole = shelf.folder / "pipe"
    lora(whole / "unet" / "diffusion_pytorch_model.safetensors", 3)
    (whole / "model_index.json").write_text('{"_class_name": "X", "unet": ["diffusers", "U"]}')
    (whole / "scheduler").mkdir()
    (whole / "scheduler" / "scheduler_config.json").write_text("{}")
    told = import_paths(shelf.hands, [folder / "Big-00001-of-00002.safetensors", whole])
    assert told["problems"] == []
    names = {Path(name).name for name in shelf.tree()}
    assert {"Big-00001-of-00002.safetensors", "Big-00002-of-00002.safetensors"} <= names
    assert [name for name in shelf.tree() if name.endswith("unet/diffusion_pytorch_model.safetensors")]
    assert [name for name in shelf.tree() if name.endswith("scheduler/scheduler_config.json")]


def test_links_and_our_own_folders_are_not_imported(shelf: Shelf) -> None:
    target = lora(shelf.folder / "in" / "real.safetensors")
    link = shelf.folder / "in" / "link.safetensors"
    link.symlink_to(target)
    told = import_paths(shelf.hands, [link, shelf.root / ".modella"], "move")
    assert {p["code"] for p in told["problems"]} == {"is-a-link", "not-ours"}
    assert target.exists()
    assert link.is_symlink()


def test_a_move_from_another_disk_is_copied_and_proven_first(shelf: Shelf, tmp_path: Path) -> None:
    for other in mounted(tmp_path / "other"):
        family(other / "a.safetensors")
        before = set(tree(other).values())
        told = import_paths(shelf.hands, [other], "move")
        assert len(told["models"]) == 1
        assert tree(other) == {}
        assert before <= set(shelf.tree().values())


def test_a_hard_link_to_another_disk_becomes_a_copy(shelf: Shelf, tmp_path: Path) -> None:
    for other in mounted(tmp_path / "other"):
        source = lora(other / "a.safetensors")
        told = import_paths(shelf.hands, [source], "hardlink")
        assert len(told["models"]) == 1
        assert source.exists()


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    for small in mounted(tmp_path / "small", "size=2m"):
        shelf = Shelf(small)
        big = lora(tmp_path / "big.safetensors")
        with big.open("ab") as file:
            file.truncate(8 << 20)
        told = import_paths(shelf.hands, [big], "move")
        assert [p["code"] for p in told["problems"]] in (["no-space"], ["broken-file"])
        assert shelf.tree() == {}
        assert big.exists()
        shelf.house.close()


def test_a_source_that_changes_meanwhile_is_not_taken(
    shelf: Shelf, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importing._Bringing._one

    def changing(self: Any, source: Path, staged: Path) -> Any:
        found = real(self, source, staged)
        with source.open("ab") as file:
            file.write(b"x")
        return found

    monkeypatch.setattr(importing._Bringing, "_one", changing)
    told = import_paths(shelf.hands, [inbox / "tweak_v2.safetensors"], "move")
    assert [p["code"] for p in told["problems"]] == ["changed-meanwhile"]
    assert shelf.tree() == {}
    assert (inbox / "tweak_v2.safetensors").exists()


def test_a_stop_ends_the_import_between_and_within_files(shelf: Shelf, inbox: Path) -> None:
    task = Task("t", "import", shelf.hands.bus)
    task.stop.set()
    assert import_paths(shelf.hands, [inbox], "copy", task=task)["models"] == []
    assert shelf.tree() == {}


@pytest.mark.parametrize("name", ["CON.safetensors", "a\u202eb.safetensors", "-rf.safetensors", "名前.safetensors"])
def test_hostile_names_are_made_safe(shelf: Shelf, name: str) -> None:
    told = import_paths(shelf.hands, [lora(shelf.folder / "in" / name)])
    assert told["problems"] == []
    for path in shelf.tree():
        assert path.startswith("loras/sdxl/")
        assert "\u202e" not in path
        assert not Path(path).name.startswith("-")


@pytest.mark.parametrize("name", ["x\\..\\..\\evil.safetensors", "a\tb.safetensors"])
def test_a_name_that_could_not_stand_in_a_record_is_told_and_left(shelf: Shelf, name: str) -> None:
    path = lora(shelf.folder / "in" / name)
    told = import_paths(shelf.hands, [path], "move")
    assert [each["path"] for each in told["problems"]] == [str(path)]
    assert path.exists()
    assert shelf.tree() == {}


def test_a_wrong_hash_told_by_a_sidecar_is_said_and_not_believed(shelf: Shelf, inbox: Path) -> None:
    (inbox / "tweak_v2.sha256").write_text("ab" * 32)
    import_paths(shelf.hands, [inbox / "tweak_v2.safetensors"])
    assert [line for line in shelf.only()["conflicts"] if line.startswith("hash:")]
    assert shelf.only()["files"][0]["sha256"] != "ab" * 32


def test_nothing_at_all_is_said(shelf: Shelf) -> None:
    assert import_paths(shelf.hands, []) == {"models": [], "skipped": [], "problems": []}
    with pytest.raises(NotFound):
        change(shelf.hands, "nothing", lambda _: None)


@pytest.mark.parametrize("how", ["copy", "move", "adopted", "other disk"])
@pytest.mark.timeout(300)
def test_a_death_at_any_write_loses_nothing(tmp_path: Path, how: str) -> None:
    """Every write of an import is interrupted once: the model is there whole, or its files are where they were."""
    if how == "other disk":
        for other in mounted(tmp_path / "other"):
            _die_everywhere(tmp_path, other / "in", "move", adopted=False)
    else:
        verb: How = "copy" if how == "copy" else "move"
        _die_everywhere(tmp_path, tmp_path / "in", verb, adopted=how == "adopted")


def _die_everywhere(tmp_path: Path, inbox: Path, how: How, *, adopted: bool) -> None:
    for count in range(1, 400):
        shelf = Shelf(tmp_path / str(count))
        family(inbox / "tweak.safetensors")
        whole = set(tree(inbox).values())
        if adopted:
            shelf.scan(inbox)
            was = shelf.only()["id"]
            change(shelf.hands, was, lambda r: r.overrides.fields.update(notes="precious"), overrides=True)
        with pytest.MonkeyPatch.context() as patch:
            happened = dying_at(count, patch)
            with suppress(Died):
                import_paths(shelf.hands, [inbox], how)
        shelf.again()
        placed = [m for m in shelf.models() if m["home"] == "placed"]
        there, here = set(shelf.tree().values()), set(tree(inbox).values())
        assert list((shelf.root / ".modella" / "moves").glob("*")) == [], count
        if placed:
            assert (shelf.root / placed[0]["path"] / "metadata.json").exists(), count
            assert whole <= there | here, count
            assert how == "copy" or here == set(), count
        else:
            assert shelf.tree() == {}, count
            assert whole <= here, count
        if adopted:
            assert (shelf.only()["id"], shelf.only()["notes"]) == (was, "precious"), count
        shelf.house.close()
        for path in sorted(inbox.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        if not happened():
            assert count > 5
            return
    raise AssertionError("it never got through")


def test_copies_of_a_dead_import_are_cleared_away(shelf: Shelf) -> None:
    left = shelf.root / ".modella" / "moves" / "20260101T000000-x"
    left.mkdir(parents=True)
    (left / "0.part").write_bytes(b"half")
    (left / f".{'a' * 16}.part").write_bytes(b"half")
    shelf.again()
    assert list((shelf.root / ".modella" / "moves").iterdir()) == []
    assert disk.CONTROL == ".modella"
    assert os.path.exists(shelf.root)
