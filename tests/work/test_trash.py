"""Deleting, restoring, forgetting and purging: nothing that was not ours is touched, and everything comes back."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from modella.core.errors import Conflict, DiskTrouble, ModellaError, NotFound, Refused
from modella.work.importing import import_paths
from modella.work.records import change
from modella.work.roots import add_root
from modella.work.trash import delete, forget, list_trash, purge, restore, what_goes
from tests.changing import Died, Shelf, dying_at, family, lora, tree
from tests.mounts import mounted
from tests.place import Place


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """An empty library."""
    return Shelf(tmp_path)


@pytest.fixture
def adopted(shelf: Shelf) -> Path:
    """A folder of files, adopted where it is, with one LoRA and its family."""
    folder = shelf.folder / "loras"
    family(folder / "sub" / "tweak.safetensors")
    shelf.scan(folder)
    return folder


def placed(shelf: Shelf, seed: int = 1) -> str:
    """A model that was placed."""
    found = import_paths(shelf.hands, [lora(shelf.folder / "in" / f"Some LoRA {seed}.safetensors", seed)])
    return str(found["models"][0]["id"])


def test_an_adopted_model_goes_with_its_family_and_comes_back(shelf: Shelf, adopted: Path) -> None:
    (adopted / "sub" / "readme.md").write_text("foreign")
    before = tree(adopted)
    model = shelf.only()
    told = what_goes(shelf.hands, model["id"])
    assert {file["name"] for file in told["files"]} == {name.split("/")[1] for name in before} - {"readme.md"}
    delete(shelf.hands, model["id"])
    assert tree(adopted) == {"sub/readme.md": before["sub/readme.md"]}
    assert shelf.models() == []
    assert [entry["id"] for entry in shelf.trash()] == [model["id"]]
    assert shelf.scan()["added"] == 0
    restored = restore(shelf.hands, model["id"])
    assert tree(adopted) == before
    assert restored["id"] == model["id"]
    assert shelf.trash() == []
    assert list((adopted / ".modella" / "trash").iterdir()) == []


def test_a_placed_model_goes_with_its_folder_and_comes_back(shelf: Shelf) -> None:
    model = placed(shelf)
    before = shelf.tree()
    delete(shelf.hands, model)
    assert shelf.tree() == {}
    assert not (shelf.root / "loras").exists()
    restore(shelf.hands, shelf.trash()[0]["entry"])
    assert shelf.tree() == before
    assert shelf.only()["id"] == model


def test_foreign_files_in_a_models_folder_stay(shelf: Shelf) -> None:
    model = placed(shelf)
    folder = shelf.root / str(shelf.only()["path"])
    (folder / "mine.psd").write_text("foreign")
    (folder / "drafts").mkdir()
    delete(shelf.hands, model)
    assert list(shelf.tree()) == [f"{folder.relative_to(shelf.root)}/mine.psd"]
    assert (folder / "drafts").is_dir()
    restore(shelf.hands, model)
    assert (folder / "metadata.json").exists()


def test_what_a_person_typed_comes_back(shelf: Shelf, adopted: Path) -> None:
    model = shelf.only()["id"]
    change(shelf.hands, model, lambda r: r.overrides.fields.update(notes="precious"), overrides=True)
    delete(shelf.hands, model)
    assert restore(shelf.hands, model)["notes"] == "precious"


@pytest.mark.parametrize("central", [False, True])
def test_records_that_lie_in_the_library_come_back_too(tmp_path: Path, central: bool) -> None:
    shelf = Shelf(tmp_path)
    folder = tmp_path / "loras"
    lora(folder / "a.safetensors")
    add_root(shelf.hands, folder, central=central)
    shelf.scan()
    model = shelf.only()["id"]
    change(shelf.hands, model, lambda r: r.overrides.fields.update(notes="precious"), overrides=True)
    delete(shelf.hands, model)
    assert not list((shelf.root / ".modella").glob("adopted/**/*.json"))
    assert restore(shelf.hands, model)["notes"] == "precious"
    assert len(list((shelf.root / ".modella").glob("adopted/**/*.json"))) == (2 if central else 0)


def test_a_link_goes_and_its_target_stays(shelf: Shelf) -> None:
    target = lora(shelf.folder / "elsewhere" / "real.safetensors")
    folder = shelf.folder / "loras"
    folder.mkdir()
    (folder / "link.safetensors").symlink_to(target)
    shelf.scan(folder)
    model = shelf.only()["id"]
    delete(shelf.hands, model)
    assert target.exists()
    assert tree(folder) == {}
    restore(shelf.hands, model)
    assert (folder / "link.safetensors").readlink() == target


def test_nothing_is_deleted_through_a_linked_folder(shelf: Shelf) -> None:
    target = lora(shelf.folder / "elsewhere" / "real.safetensors")
    folder = shelf.folder / "loras"
    folder.mkdir()
    (folder / "inner").symlink_to(target.parent)
    shelf.scan(folder)
    with pytest.raises(Refused, match="is-a-link"):
        delete(shelf.hands, shelf.only()["id"])
    assert target.exists()


def test_what_two_models_share_stays(shelf: Shelf) -> None:
    folder = shelf.folder / "loras"
    family(folder / "a.safetensors", 1)
    lora(folder / "a.ckpt", 2)
    shelf.scan(folder)
    model = next(m for m in shelf.models() if m["place"] == "a.safetensors")
    delete(shelf.hands, model["id"])
    left = tree(folder)
    assert "a.ckpt" in left
    assert "a.preview.png" in left
    assert "a.safetensors" not in left
    assert "a.safetensors.rgthree-info.json" not in left


def test_a_taken_name_is_a_conflict_and_nothing_is_overwritten(shelf: Shelf, adopted: Path) -> None:
    model = shelf.only()["id"]
    delete(shelf.hands, model)
    (adopted / "sub" / "tweak.txt").write_text("somebody else's")
    with pytest.raises(Conflict, match="name-taken"):
        restore(shelf.hands, model)
    assert tree(adopted).keys() == {"sub/tweak.txt"}
    assert len(shelf.trash()) == 1


def test_restoring_as_new_puts_it_beside(shelf: Shelf, adopted: Path) -> None:
    model = shelf.only()["id"]
    delete(shelf.hands, model)
    other = lora(adopted / "sub" / "tweak.safetensors", 5)
    before = other.read_bytes()
    shelf.scan()
    restored = restore(shelf.hands, model, as_new=True)
    assert other.read_bytes() == before
    assert restored["place"].startswith("sub/tweak-")
    assert (adopted / restored["place"]).exists()
    assert len(shelf.models()) == 2
    shelf.scan()
    assert {m["id"] for m in shelf.models()} == {m["id"] for m in shelf.models()} | {restored["id"]}


def test_restoring_a_placed_one_as_new_keeps_both(shelf: Shelf) -> None:
    model = placed(shelf, 1)
    delete(shelf.hands, model)
    folder = shelf.root / "loras" / "sdxl" / "some-lora-1"
    folder.mkdir(parents=True)
    (folder / "other.txt").write_text("foreign")
    restored = restore(shelf.hands, model, as_new=True)
    assert restored["path"] != "loras/sdxl/some-lora-1"
    assert (folder / "other.txt").read_text() == "foreign"
    assert (shelf.root / restored["path"] / "metadata.json").exists()


def test_without_a_trash_nothing_is_removed(shelf: Shelf, adopted: Path) -> None:
    before = tree(adopted)
    (adopted / ".modella" / "trash").write_text("a file in the way")
    with pytest.raises((ModellaError, OSError)):
        delete(shelf.hands, shelf.only()["id"])
    assert tree(adopted) == before
    assert len(shelf.models()) == 1
    assert list((shelf.root / ".modella" / "moves").iterdir()) == []


def test_a_file_on_a_disk_mounted_inside_a_root_is_not_copied_into_the_trash(shelf: Shelf) -> None:
    folder = shelf.folder / "loras"
    folder.mkdir()
    for inner in mounted(folder / "inner"):
        lora(inner / "far.safetensors")
        lora(folder / "near.safetensors", 2)
        shelf.scan(folder)
        far = next(m for m in shelf.models() if m["place"].startswith("inner"))
        with pytest.raises(DiskTrouble, match="other-disk"):
            delete(shelf.hands, far["id"])
        assert (inner / "far.safetensors").exists()
        assert len(shelf.models()) == 2


def test_a_drive_that_is_gone_is_said_and_nothing_is_done(shelf: Shelf, adopted: Path) -> None:
    model = shelf.only()["id"]
    adopted.rename(adopted.with_name("unplugged"))
    with pytest.raises(DiskTrouble, match="root-offline"):
        delete(shelf.hands, model)
    assert len(shelf.models()) == 1


def test_purging_removes_what_is_unchanged_and_tells_what_is_not(shelf: Shelf, adopted: Path) -> None:
    model = shelf.only()["id"]
    delete(shelf.hands, model)
    entry = shelf.trash()[0]["entry"]
    kept = adopted / ".modella" / "trash" / entry / "files" / "tweak.txt"
    kept.write_text("changed in the trash")
    told = purge(shelf.hands, [entry])
    assert told["kept"] == [str(kept)]
    assert told["purged"] == []
    assert kept.exists()
    assert not kept.with_name("tweak.safetensors").exists()
    assert [each["entry"] for each in shelf.trash()] == [entry]


def test_purging_by_age_and_by_name(shelf: Shelf) -> None:
    for seed in (1, 2):
        delete(shelf.hands, placed(shelf, seed))
    assert purge(shelf.hands, older_than=1)["purged"] == []
    first = shelf.trash()[0]["entry"]
    told = purge(shelf.hands, [first])
    assert told["purged"] == [first]
    assert told["freed"] > 100
    assert len(purge(shelf.hands)["purged"]) == 1
    assert list((shelf.root / ".modella" / "trash").iterdir()) == []
    with pytest.raises(NotFound):
        purge(shelf.hands, ["no-such-entry"])


@pytest.mark.parametrize("name", ["../../../../../escape", "{folder}/escape", "a/../../../../../../escape", ".."])
def test_a_manifest_that_leads_out_of_its_entry_deletes_nothing(shelf: Shelf, name: str) -> None:
    victim = shelf.folder / "escape"
    victim.write_text("precious")
    delete(shelf.hands, placed(shelf))
    entry = next((shelf.root / ".modella" / "trash").iterdir())
    told = json.loads((entry / "manifest.json").read_text())
    stat = victim.lstat()
    told["files"][0] |= {"name": name.format(folder=shelf.folder), "size": stat.st_size, "modified": stat.st_mtime_ns}
    (entry / "manifest.json").write_text(json.dumps(told))
    assert shelf.trash() == []
    with pytest.raises(NotFound):
        purge(shelf.hands, [entry.name])
    with pytest.raises(NotFound):
        restore(shelf.hands, entry.name)
    assert purge(shelf.hands)["purged"] == []
    assert victim.read_text() == "precious"


def test_forgetting_takes_only_the_entry_and_no_scan_brings_it_back(shelf: Shelf, adopted: Path) -> None:
    model = shelf.only()["id"]
    change(shelf.hands, model, lambda r: r.overrides.fields.update(notes="precious"), overrides=True)
    before = {name: what for name, what in tree(adopted).items() if ".modella" not in name}
    forget(shelf.hands, model)
    assert tree(adopted) == before
    assert shelf.models() == []
    shelf.scan()
    assert shelf.models() == []
    shelf.again()
    shelf.scan()
    assert shelf.models() == []
    assert restore(shelf.hands, model)["notes"] == "precious"
    shelf.scan()
    assert [m["id"] for m in shelf.models()] == [model]


def test_what_was_forgotten_is_purged_only_by_name_and_listed_again_then(shelf: Shelf, adopted: Path) -> None:
    model = shelf.only()["id"]
    change(shelf.hands, model, lambda r: r.overrides.fields.update(notes="precious"), overrides=True)
    forget(shelf.hands, model)
    assert purge(shelf.hands)["purged"] == []
    entry = shelf.trash()[0]["entry"]
    assert purge(shelf.hands, [entry])["purged"] == [entry]
    shelf.scan()
    assert shelf.only()["place"] == "sub/tweak.safetensors"


def test_a_double_click_deletes_once(shelf: Shelf) -> None:
    for seed in range(1, 6):
        model = placed(shelf, seed)
        with ThreadPoolExecutor(4) as pool:
            ends = list(pool.map(lambda _, it=model: _ended(shelf, it), range(4)))
        assert ends.count("done") == 1, ends
        assert set(ends) <= {"done", "unknown-id", "task-running"}
        assert len(shelf.trash()) == seed


def _ended(shelf: Shelf, model: str) -> str:
    try:
        delete(shelf.hands, model)
    except ModellaError as problem:
        return problem.code
    return "done"


def test_a_model_that_a_download_replaced_comes_back_beside_it(place: Place) -> None:
    link = place.hub.example("lora")
    first = place.model(place.pull(link))
    (first["folder"] / "overrides.json").write_text('{"schema": 1, "fields": {"notes": "precious"}}')
    place.pull(link, on_duplicate="overwrite")
    house = place.open()
    try:
        (entry,) = list_trash(house.hands)
        assert (entry["why"], entry["id"]) == ("replaced", first["id"])
        with pytest.raises(Conflict, match="name-taken"):
            restore(house.hands, entry["entry"])
        restored = restore(house.hands, entry["entry"], as_new=True)
        assert restored["id"] != first["id"]
        assert restored["notes"] == "precious"
        assert house.hands.index.count() == 2
    finally:
        house.close()


def test_forgetting_a_placed_model_leaves_its_file(shelf: Shelf) -> None:
    model = placed(shelf)
    before = shelf.tree()
    forget(shelf.hands, model)
    assert [name for name in shelf.tree() if name.endswith(".safetensors")]
    assert not [name for name in shelf.tree() if name.endswith(".json")]
    shelf.scan()
    assert shelf.models() == []
    restore(shelf.hands, model)
    assert shelf.tree() == before
    shelf.scan()
    assert shelf.only()["id"] == model


def test_what_is_not_there_is_said(shelf: Shelf) -> None:
    verbs: list[Callable[[Any, str], Any]] = [delete, forget, restore, what_goes]
    for verb in verbs:
        with pytest.raises(NotFound, match="unknown-id"):
            verb(shelf.hands, "nothing")


@pytest.mark.parametrize("home", ["placed", "adopted"])
@pytest.mark.parametrize("verb", ["delete", "restore", "forget"])
@pytest.mark.timeout(240)
def test_a_death_at_any_write_leaves_the_old_or_the_new_state(tmp_path: Path, home: str, verb: str) -> None:
    """Every write of the verb is interrupted once; after the next start everything is in one of two states."""
    shelf = Shelf(tmp_path)
    folder = tmp_path / "loras"
    if home == "adopted":
        family(folder / "tweak.safetensors")
        shelf.scan(folder)
    else:
        placed(shelf)
    model = shelf.only()["id"]
    change(shelf.hands, model, lambda r: r.overrides.fields.update(notes="precious"), overrides=True)
    outside = folder if home == "adopted" else shelf.root
    whole = tree(outside)
    verbs: dict[str, Callable[[Any, str], Any]] = {"delete": delete, "restore": restore, "forget": forget}
    for count in range(1, 400):
        if verb == "restore":
            delete(shelf.hands, model)
        with pytest.MonkeyPatch.context() as patch:
            happened = dying_at(count, patch)
            with suppress(Died):
                verbs[verb](shelf.hands, model)
        shelf.again()
        listed = [m["id"] for m in shelf.models()] == [model]
        trashed = len(shelf.trash()) == 1
        assert listed != trashed, count
        assert (tree(outside) == whole) == listed, count
        assert list((shelf.root / ".modella" / "moves").glob("*")) == [], count
        if trashed:
            restore(shelf.hands, model)
        assert tree(outside) == whole, count
        assert shelf.only()["notes"] == "precious", count
        if not happened():
            assert count > 5
            return
    raise AssertionError("it never got through")
