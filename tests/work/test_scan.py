"""Scanning: what is found, what a second look costs, what is moved, missing, unreachable, linked or broken."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from watchfiles import Change

from modella.core.errors import BadLink, Conflict, DiskTrouble, NotFound
from modella.core.query import read_query
from modella.core.summary import Row
from modella.demo.weights import build
from modella.wiring import House, open_house
from modella.work import lookers
from modella.work import scan as scan_module
from modella.work.doctor import examine
from modella.work.hashwave import hash_all
from modella.work.rebuild import rebuild_all
from modella.work.recheck import recheck
from modella.work.records import change, load
from modella.work.roots import add_root, remove_root, roots
from modella.work.scan import begin_scan
from modella.work.tasks import Task
from modella.work.tend import Caretaker, _folders_of

LONG_AGO = 1_700_000_000
NOBODY = 65534


def weights(path: Path, recipe: str = "lora-sdxl", seed: int = 1, age: int = LONG_AGO) -> Path:
    """Writes a small valid model file, quiet since long ago."""
    content = build(recipe, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.read(0, content.size))
    os.utime(path, (age, age))
    return path


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = open_house({"home": tmp_path / "home", "library": tmp_path / "library"}, {})
    yield opened
    opened.close()


def scanned(house: House, *folders: Path, **more: Any) -> dict[str, Any]:
    """The result of a scan, once it has ended."""
    task = begin_scan(house.hands, folders, **{"quiet": 0.2, **more})
    assert task.finished.wait(60)
    assert task.state == "done", task.problem
    assert task.result is not None
    return task.result


def hashed(house: House) -> dict[str, Any]:
    return hash_all(house.hands, Task("t", "hash", house.hands.bus))


def everything(house: House) -> dict[str, dict[str, Any]]:
    """Every model by its place."""
    return {record["place"]: record for record in house.hands.index.every()}


def counts(result: dict[str, Any]) -> tuple[int, int, int, int, int]:
    seen, added, changed, moved, missing = (result[n] for n in ("seen", "added", "changed", "moved", "missing"))
    return seen, added, changed, moved, missing


def test_a_folder_is_listed_with_kind_and_family_and_nothing_in_it_changes(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    weights(folder / "a" / "Great Style.safetensors")
    weights(folder / "vae.safetensors", "vae-sd")
    before = sorted((p.relative_to(folder), p.stat().st_mtime_ns) for p in folder.rglob("*") if p.is_file())
    assert counts(scanned(house, folder)) == (2, 2, 0, 0, 0)
    found = everything(house)
    assert {place: (m["name"], m["kind"], m["family"]) for place, m in found.items()} == {
        "a/Great Style.safetensors": ("Great Style", "lora", "sdxl"),
        "vae.safetensors": ("vae", "vae", None),
    }
    assert found["a/Great Style.safetensors"]["path"] == str(folder / "a")
    after = sorted((p.relative_to(folder), p.stat().st_mtime_ns) for p in folder.rglob("*") if p.is_file())
    assert [each for each in after if ".modella" not in each[0].parts] == before


def test_a_second_scan_finds_nothing_new_and_keeps_the_ids(house: House, tmp_path: Path) -> None:
    for n in range(5):
        weights(tmp_path / "have" / f"{n}.safetensors", seed=n)
    scanned(house, tmp_path / "have")
    ids = {place: m["id"] for place, m in everything(house).items()}
    assert counts(scanned(house)) == (5, 0, 0, 0, 0)
    assert {place: m["id"] for place, m in everything(house).items()} == ids


def test_the_same_folder_gives_the_same_ids_in_another_library(house: House, tmp_path: Path) -> None:
    weights(tmp_path / "have" / "x.safetensors")
    scanned(house, tmp_path / "have")
    other = open_house({"home": tmp_path / "home2", "library": tmp_path / "library2"}, {})
    try:
        scanned(other, tmp_path / "have")
        assert everything(other)["x.safetensors"]["id"] == everything(house)["x.safetensors"]["id"]
    finally:
        other.close()


def test_changed_moved_and_missing_files_are_told_apart(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    for n in range(4):
        weights(folder / f"{n}.safetensors", seed=n)
    scanned(house, folder)
    ids = {place: m["id"] for place, m in everything(house).items()}
    weights(folder / "0.safetensors", "vae-sd", age=LONG_AGO + 5)
    (folder / "deeper").mkdir()
    (folder / "1.safetensors").rename(folder / "deeper" / "one.safetensors")
    (folder / "2.safetensors").unlink()
    assert counts(scanned(house)) == (3, 0, 2, 1, 1)
    found = everything(house)
    assert found["0.safetensors"]["kind"] == "vae"
    assert found["deeper/one.safetensors"]["id"] == ids["1.safetensors"]
    assert (found["2.safetensors"]["state"], found["3.safetensors"]["state"]) == ("missing", "present")
    assert "1.safetensors" not in found


def test_a_missing_file_that_comes_back_is_the_same_model(house: House, tmp_path: Path) -> None:
    path = weights(tmp_path / "have" / "x.safetensors")
    scanned(house, tmp_path / "have")
    identity = everything(house)["x.safetensors"]["id"]
    away = path.rename(tmp_path / "x")
    scanned(house)
    assert everything(house)["x.safetensors"]["state"] == "missing"
    shutil.copy2(away, path)
    scanned(house)
    back = everything(house)["x.safetensors"]
    assert (back["state"], back["id"]) == ("present", identity)


def test_what_a_person_said_follows_a_file_that_is_renamed(house: House, tmp_path: Path) -> None:
    path = weights(tmp_path / "have" / "x.safetensors")
    scanned(house, tmp_path / "have")
    identity = everything(house)["x.safetensors"]["id"]
    change(house.hands, identity, lambda record: record.overrides.fields.update(name="Mine"), overrides=True)
    (tmp_path / "have" / "sub").mkdir()
    path.rename(tmp_path / "have" / "sub" / "y.safetensors")
    assert counts(scanned(house)) == (1, 0, 1, 1, 0)
    moved = everything(house)["sub/y.safetensors"]
    assert (moved["id"], moved["name"]) == (identity, "Mine")
    assert sorted(p.name for p in (tmp_path / "have").rglob("*.modella*.json")) == [
        "y.modella.json",
        "y.modella.overrides.json",
    ]
    assert counts(scanned(house)) == (1, 0, 0, 0, 0)


def test_a_file_that_is_still_being_written_waits(house: House, tmp_path: Path) -> None:
    path = weights(tmp_path / "have" / "x.safetensors", age=int(time.time()))
    os.utime(path)
    assert counts(scanned(house, tmp_path / "have", quiet=0.3)) == (1, 1, 0, 0, 0)
    young = weights(tmp_path / "have" / "y.safetensors", age=int(time.time()) + 3600)
    assert scanned(house, quiet=0.2)["added"] == 1  # left alone meanwhile, though its clock is wrong
    assert young.name in everything(house)


def test_sidecars_of_other_tools_fill_the_record_and_changes_in_them_are_seen(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    weights(folder / "x.safetensors")
    sidecar = folder / "x.json"
    told = {"description": "", "notes": "my own words", "activation text": "xyz girl", "preferred weight": 0.7}
    sidecar.write_text(json.dumps(told))
    assert scanned(house, folder)["imported"] == {"fields": 3, "files": 1, "conflicts": 0}
    found = everything(house)["x.safetensors"]
    assert (found["notes"], found["trained_words"], found["preferred_weight"]) == ("my own words", ["xyz girl"], 0.7)
    sidecar.write_text(json.dumps(told | {"notes": "other words"}))
    assert counts(scanned(house)) == (1, 0, 1, 0, 0)
    assert everything(house)["x.safetensors"]["notes"] == "other words"
    assert json.loads(sidecar.read_text())["notes"] == "other words"


def test_links_are_followed_once_and_loops_end(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    weights(folder / "real" / "x.safetensors")
    weights(tmp_path / "outside" / "y.safetensors", seed=2)
    (folder / "loop").symlink_to(folder)
    (folder / "again").symlink_to(folder / "real")
    (folder / "x-link.safetensors").symlink_to(folder / "real" / "x.safetensors")
    (folder / "other").symlink_to(tmp_path / "outside")
    (folder / "dangling.safetensors").symlink_to(tmp_path / "nothing")
    assert scanned(house, folder)["seen"] == 2
    assert set(everything(house)) == {"real/x.safetensors", "other/y.safetensors"}


def test_a_cache_of_hugging_face_is_read_through_its_links(house: House, tmp_path: Path) -> None:
    cache = tmp_path / "hub" / "models--studio--style"
    blob = weights(cache / "blobs" / ("ab" * 32))
    snapshot = cache / "snapshots" / ("c" * 40)
    snapshot.mkdir(parents=True)
    (snapshot / "style.safetensors").symlink_to(blob)
    scanned(house, tmp_path / "hub")
    (found,) = everything(house).values()
    assert (found["kind"], found["sources"][0]["source"]) == ("lora", "huggingface")
    assert found["files"][0]["hints"] == {"sha256": "ab" * 32}


def test_hashes_that_a1111_has_counted_are_hints(house: House, tmp_path: Path) -> None:
    weights(tmp_path / "webui" / "models" / "Lora" / "x.safetensors")
    entry = {"mtime": LONG_AGO, "sha256": "ab" * 32}
    (tmp_path / "webui" / "cache.json").write_text(json.dumps({"hashes": {"lora/x": entry}}))
    scanned(house, tmp_path / "webui" / "models")
    (found,) = everything(house).values()
    assert (found["files"][0]["sha256"], found["files"][0]["hints"]) == (None, {"sha256": "ab" * 32})


def test_a_drive_that_is_gone_makes_models_unreachable_and_loses_nothing(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "drive"
    weights(folder / "x.safetensors")
    scanned(house, folder)
    away = folder.rename(tmp_path / "elsewhere")
    folder.mkdir()  # the empty mount point stays
    result = scanned(house)
    assert (result["missing"], result["unreachable"]) == (0, 1)
    assert everything(house)["x.safetensors"]["state"] == "unreachable"
    assert list(folder.iterdir()) == []
    folder.rmdir()
    away.rename(folder)
    scanned(house)
    assert everything(house)["x.safetensors"]["state"] == "present"


def test_a_drive_that_comes_back_at_another_path_is_the_same_root(house: House, tmp_path: Path) -> None:
    weights(tmp_path / "drive" / "x.safetensors")
    scanned(house, tmp_path / "drive")
    identity = everything(house)["x.safetensors"]["id"]
    (tmp_path / "drive").rename(tmp_path / "elsewhere")
    scanned(house, tmp_path / "elsewhere")
    (found,) = everything(house).values()
    assert (found["id"], found["state"], found["path"]) == (identity, "present", str(tmp_path / "elsewhere"))
    shutil.copytree(tmp_path / "elsewhere", tmp_path / "copy")
    scanned(house, tmp_path / "copy")
    assert len({root.id for root in roots(house.hands)}) == 3


@contextmanager
def ordinary_user() -> Iterator[Path]:
    """A folder of a user who may not read everything; root becomes `nobody` for as long as this lasts."""
    with TemporaryDirectory() as name:
        is_root = os.geteuid() == 0
        if is_root:
            os.chown(name, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        try:
            yield Path(name)
        finally:
            if is_root:
                os.seteuid(0)


def test_a_folder_without_permission_is_unreachable_and_the_rest_goes_on() -> None:
    with ordinary_user() as home:
        folder = home / "have"
        weights(folder / "locked" / "x.safetensors")
        weights(folder / "y.safetensors", seed=2)
        house = open_house({"home": home / "home", "library": home / "library"}, {})
        try:
            scanned(house, folder)
            (folder / "locked").chmod(0)
            result = scanned(house)
            assert (result["missing"], result["unreachable"]) == (0, 1)
            assert {m["state"] for m in everything(house).values()} == {"present", "unreachable"}
        finally:
            (folder / "locked").chmod(0o755)
            house.close()


def test_overlapping_roots_are_refused_and_inner_folders_are_scanned_as_part(house: House, tmp_path: Path) -> None:
    weights(tmp_path / "have" / "inner" / "x.safetensors")
    scanned(house, tmp_path / "have")
    assert scanned(house, tmp_path / "have" / "inner")["seen"] == 1
    assert len(roots(house.hands)) == 2
    with pytest.raises(Conflict) as refused:
        add_root(house.hands, tmp_path)
    assert refused.value.code == "roots-overlap"
    with pytest.raises(NotFound):
        add_root(house.hands, tmp_path / "nowhere")
    (tmp_path / "pipe").mkdir()
    (tmp_path / "pipe" / "model_index.json").write_text("{}")
    for folder in (Path("/"), Path("/etc"), tmp_path / "pipe"):
        with pytest.raises(BadLink):
            add_root(house.hands, folder)


def test_a_root_that_is_removed_leaves_its_files_alone(house: House, tmp_path: Path) -> None:
    path = weights(tmp_path / "have" / "x.safetensors")
    scanned(house, tmp_path / "have")
    remove_root(house.hands, roots(house.hands)[1].id)
    assert (house.hands.index.count(), path.exists()) == (0, True)


def test_broken_files_are_invalid_with_the_reason(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    (folder).mkdir()
    for name, content in (
        ("page.safetensors", b"<!DOCTYPE html><html>"),
        ("cut.safetensors", b"\xff" * 20),
        ("empty.gguf", b""),
    ):
        (folder / name).write_bytes(content)
        os.utime(folder / name, (LONG_AGO, LONG_AGO))
    scanned(house, folder)
    found = everything(house)
    assert {m["kind"] for m in found.values()} == {"invalid"}
    assert all(m["detected"]["reasons"] for m in found.values())


def test_shards_and_diffusers_folders_are_one_model_each(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    for part in (1, 2):
        weights(folder / f"big-0000{part}-of-00002.safetensors", seed=part)
    pipe = folder / "pipe"
    weights(pipe / "unet" / "diffusion_pytorch_model.safetensors", seed=3)
    weights(pipe / "vae" / "diffusion_pytorch_model.safetensors", "vae-sd", seed=4)
    (pipe / "model_index.json").write_text("{}")
    assert scanned(house, folder)["seen"] == 2
    found = everything(house)
    assert [len(found[place]["files"]) for place in ("big-00001-of-00002.safetensors", "pipe")] == [2, 2]
    assert found["pipe"]["name"] == "pipe"
    assert counts(scanned(house)) == (2, 0, 0, 0, 0)


def test_a_diffusers_folder_is_told_from_all_its_parts(house: House, tmp_path: Path) -> None:
    pipe = tmp_path / "have" / "pipe"
    weights(pipe / "unet" / "diffusion_pytorch_model.safetensors", "diffusion-sdxl", seed=3)
    weights(pipe / "vae" / "diffusion_pytorch_model.safetensors", "vae-sd", seed=4)
    weights(pipe / "text_encoder" / "model.safetensors", "text-encoder-clip-l", seed=5)
    (pipe / "model_index.json").write_text('{"_class_name": "StableDiffusionXLPipeline"}')
    scanned(house, tmp_path / "have")
    record = everything(house)["pipe"]
    assert (record["kind"], record["family"]) == ("checkpoint", "sdxl")
    assert {file["format"] for file in record["files"]} == {"diffusers"}


def test_hashes_come_later_the_smallest_first_and_are_kept_beside_the_file(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    path = weights(folder / "x.safetensors")
    scanned(house, folder)
    assert everything(house)["x.safetensors"]["files"][0]["sha256"] is None
    assert hashed(house)["hashed"] == 1
    found = everything(house)["x.safetensors"]["files"][0]
    content = build("lora-sdxl", 1)
    assert (found["sha256"], found["verified"]["state"]) == (content.sha256, "recorded")
    kept = json.loads((folder / "x.modella.json").read_text())
    assert (kept["file"], kept["files"][0]["sha256"]) == ("x.safetensors", content.sha256)
    assert counts(scanned(house)) == (1, 0, 0, 0, 0)
    assert hashed(house)["hashed"] == 0
    os.utime(path, (LONG_AGO + 9, LONG_AGO + 9))
    scanned(house)
    assert hashed(house)["hashed"] == 1
    assert everything(house)["x.safetensors"]["files"][0]["verified"]["state"] == "recorded"


def test_a_file_that_somebody_changed_is_called_so(house: House, tmp_path: Path) -> None:
    path = weights(tmp_path / "have" / "x.safetensors")
    scanned(house, tmp_path / "have")
    hashed(house)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    os.utime(path, (LONG_AGO + 9, LONG_AGO + 9))
    scanned(house)
    hashed(house)
    assert everything(house)["x.safetensors"]["files"][0]["verified"]["state"] == "changed"


def test_a_file_moved_to_another_disk_is_known_by_its_hash(house: House, tmp_path: Path) -> None:
    path = weights(tmp_path / "one" / "x.safetensors")
    (tmp_path / "two").mkdir()
    scanned(house, tmp_path / "one")
    scanned(house, tmp_path / "two")
    hashed(house)
    identity = everything(house)["x.safetensors"]["id"]
    change(house.hands, identity, lambda record: record.overrides.fields.update(rating=5), overrides=True)
    shutil.copy(path, tmp_path / "two" / "y.safetensors")
    os.utime(tmp_path / "two" / "y.safetensors", (LONG_AGO + 1, LONG_AGO + 1))
    path.unlink()
    scanned(house)
    hashed(house)
    found = everything(house)
    assert (found["y.safetensors"]["id"], found["y.safetensors"]["rating"]) == (identity, 5)
    scanned(house)
    assert [m["id"] for m in everything(house).values() if m["state"] == "present"] == [identity]


def test_records_are_kept_in_the_library_when_the_folder_shall_stay_clean(house: House, tmp_path: Path) -> None:
    weights(tmp_path / "have" / "x.safetensors")
    add_root(house.hands, tmp_path / "have", central=True)
    scanned(house)
    hashed(house)
    identity = everything(house)["x.safetensors"]["id"]
    change(house.hands, identity, lambda record: record.overrides.fields.update(tags=["a"]), overrides=True)
    assert [p.name for p in (tmp_path / "have").iterdir() if p.is_file()] == ["x.safetensors"]
    assert counts(scanned(house)) == (1, 0, 0, 0, 0)
    assert load(house.hands, identity).overrides.fields == {"tags": ["a"]}


def test_a_rebuild_gives_what_was_there_and_twice_the_same(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    for n in range(6):
        weights(folder / f"d{n % 2}" / f"{n}.safetensors", seed=n)
    scanned(house, folder)
    hashed(house)
    identity = everything(house)["d0/0.safetensors"]["id"]
    change(house.hands, identity, lambda record: record.overrides.fields.update(name="Mine"), overrides=True)
    before = everything(house)
    for _ in range(2):
        assert counts(rebuild_all(house.hands, Task("t", "scan", house.hands.bus))) == (6, 0, 0, 0, 0)
        assert everything(house) == before
    weights(folder / "d0" / "new.safetensors", seed=9)
    weights(folder / "d1" / "1.safetensors", "vae-sd")
    (folder / "d0" / "2.safetensors").unlink()
    assert counts(rebuild_all(house.hands, Task("t", "scan", house.hands.bus))) == (6, 1, 1, 0, 1)


def test_a_scan_can_be_stopped_and_goes_on_later(house: House, tmp_path: Path) -> None:
    for n in range(300):
        weights(tmp_path / "have" / f"d{n % 20}" / f"{n}.safetensors", seed=n % 7)
    task = begin_scan(house.hands, [tmp_path / "have"])
    task.stop.set()
    assert task.finished.wait(30)
    assert task.state == "cancelled"
    assert not [m for m in everything(house).values() if m["state"] != "present"]
    scanned(house)
    assert house.hands.index.count() == 300


def test_on_a_slow_disk_names_come_first_and_all_is_read_in_the_end(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(400):
        weights(tmp_path / "have" / f"d{n % 8}" / f"{n}.safetensors", seed=n % 5)
    monkeypatch.setattr(lookers, "MEASURED", 0.0)
    for name, value in {"_STUBS_AFTER": 0.0, "_MOST_WAITING": 100}.items():
        monkeypatch.setattr(scan_module, name, value)
    names: list[int] = []
    put_all = house.hands.index.put_all
    monkeypatch.setattr(house.hands.index, "put_all", lambda rows: (names.append(_unread(rows)), put_all(rows)))
    assert counts(scanned(house, tmp_path / "have")) == (400, 400, 0, 0, 0)
    assert sum(names) > 100
    assert {m["kind"] for m in everything(house).values()} == {"lora"}
    assert counts(scanned(house)) == (400, 0, 0, 0, 0)


def _unread(rows: Iterable[Row]) -> int:
    return sum(json.loads(row.record)["kind"] == "unknown" for row in rows)


def test_words_that_cannot_be_read_are_said_and_left_as_they_are(house: House, tmp_path: Path) -> None:
    weights(tmp_path / "have" / "x.safetensors")
    scanned(house, tmp_path / "have")
    identity = everything(house)["x.safetensors"]["id"]
    change(house.hands, identity, lambda record: record.overrides.fields.update(name="Mine"), overrides=True)
    said = tmp_path / "have" / "x.modella.overrides.json"
    said.write_text("{ half of")
    scanned(house)
    assert everything(house)["x.safetensors"]["conflicts"] == [f"record: {said.name} cannot be read"]
    with pytest.raises(DiskTrouble) as refused:
        change(house.hands, identity, lambda record: record.overrides.fields.update(rating=3), overrides=True)
    assert refused.value.code == "record-unreadable"
    assert said.read_text() == "{ half of"


def test_two_scans_at_once_are_refused(house: House, tmp_path: Path) -> None:
    weights(tmp_path / "have" / "x.safetensors", age=int(time.time()))
    os.utime(tmp_path / "have" / "x.safetensors")
    first = begin_scan(house.hands, [tmp_path / "have"], quiet=1.0)
    with pytest.raises(Conflict) as refused:
        begin_scan(house.hands, [tmp_path / "have"])
    assert refused.value.code == "task-running"
    assert first.finished.wait(30)


def test_our_records_copied_with_a_file_make_a_model_of_its_own(house: House, tmp_path: Path) -> None:
    weights(tmp_path / "have" / "x.safetensors")
    scanned(house, tmp_path / "have")
    hashed(house)
    shutil.copytree(tmp_path / "have", tmp_path / "copy", ignore=shutil.ignore_patterns(".modella"))
    scanned(house, tmp_path / "copy")
    assert house.hands.index.count() == 2
    assert len({m["id"] for m in house.hands.index.every()}) == 2


def test_models_of_the_library_itself_are_neither_new_nor_changed(house: House) -> None:
    folder = house.hands.library.root / "loras" / "own"
    weights(folder / "own.safetensors")
    record = {"schema": 1, "id": "0" * 26, "name": "Own", "cleaned_name": "own", "kind": "lora", "added_at": "2026"}
    size = (folder / "own.safetensors").stat().st_size
    files = [{"name": "own.safetensors", "size": size}]
    (folder / "metadata.json").write_text(json.dumps({**record, "files": files}))
    assert scanned(house)["added"] == 1
    assert counts(scanned(house)) == (1, 0, 0, 0, 0)
    assert house.hands.index.find(read_query("own")).total == 1
    (folder / "own.safetensors").unlink()
    scanned(house)
    assert everything(house)["loras/own"]["state"] == "missing"


def test_a_model_that_no_scan_has_seen_yet_can_be_missing_too(house: House) -> None:
    folder = house.hands.library.root / "loras" / "own"
    weights(folder / "own.safetensors")
    size = (folder / "own.safetensors").stat().st_size
    record = {
        "id": "0" * 26,
        "name": "Own",
        "cleaned_name": "own",
        "kind": "lora",
        "added_at": "2026",
        "updated_at": "2026",
    }
    house.hands.index.put({**record, "files": [{"name": "own.safetensors", "size": size}]}, "loras/own")
    shutil.rmtree(folder)
    assert counts(scanned(house)) == (0, 0, 0, 0, 1)
    assert everything(house)["loras/own"]["state"] == "missing"


def changed_at(house: House, folder: Path, *paths: str) -> list[tuple[str, str]]:
    """What a watcher's report of changes makes be looked at: name of the root's folder, and folder below."""
    near = [root for root in roots(house.hands) if root.path == str(folder)]
    told = _folders_of(house.hands, [(Change.modified, str(folder / path)) for path in paths], near)
    return sorted((Path(root.path).name, below) for root, below in told)


def test_a_change_seen_through_a_link_is_looked_at_where_a_full_scan_meets_it(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    weights(folder / "real" / "deep" / "x.safetensors")
    weights(tmp_path / "outside" / "y.safetensors", seed=2)
    (folder / "link").symlink_to(folder / "real")
    (folder / "out").symlink_to(tmp_path / "outside")
    (folder / "up").symlink_to(tmp_path)
    (tmp_path / "outside" / "back").symlink_to(folder / "real")
    scanned(house, folder)
    seen = "link/deep/x.safetensors", "link/x.safetensors", "out/y.safetensors", "out/back/x.safetensors"
    assert changed_at(house, folder, *seen) == [("have", "out"), ("have", "real"), ("have", "real/deep")]
    assert changed_at(house, folder, "up/z.safetensors", ".git/z.safetensors", "venv/lib/z.pt") == []
    before = set(everything(house))
    for below in (folder / "link", folder / "link" / "deep", folder / "out"):
        scanned(house, below)
    assert set(everything(house)) == before == {"real/deep/x.safetensors", "out/y.safetensors"}
    assert len(roots(house.hands)) == 2


def test_the_parts_of_a_diffusers_folder_are_no_models_when_one_of_them_changes(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    weights(folder / "pipe" / "unet" / "diffusion_pytorch_model.safetensors")
    (folder / "pipe" / "model_index.json").write_text('{"_class_name": "StableDiffusionXLPipeline"}')
    scanned(house, folder)
    assert changed_at(house, folder, "pipe/unet/diffusion_pytorch_model.safetensors") == [("have", "pipe")]
    scanned(house, folder / "pipe" / "unet")
    assert set(everything(house)) == {"pipe"}


def test_a_second_link_to_the_same_folder_lists_nothing_twice(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    weights(tmp_path / "outside" / "y.safetensors")
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        (folder / name / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "outside" / "loop").symlink_to(tmp_path / "outside")
    scanned(house, folder)
    for below in ("b", "b/out", "a/out"):
        scanned(house, folder / below)
        assert set(everything(house)) == {"a/out/y.safetensors"}


def test_what_was_listed_twice_through_a_link_goes_with_the_next_scan(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    weights(folder / "real" / "x.safetensors")
    (folder / "link").symlink_to(folder / "real")
    scanned(house, folder)
    index, root = house.hands.index, roots(house.hands)[1].id
    index.put({**everything(house)["real/x.safetensors"], "id": "z" * 26}, "link/x.safetensors", root)
    ghosts = [each._replace(folder="link", place="link/x.safetensors") for each in index.seen_in(root, "real").values()]
    index.note_seen(ghosts)
    assert set(everything(house)) == {"real/x.safetensors", "link/x.safetensors"}
    result = scanned(house)
    assert (result["added"], result["missing"], set(everything(house))) == (0, 0, {"real/x.safetensors"})


def test_a_folder_that_is_moved_and_linked_to_keeps_its_models(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    weights(folder / "old" / "x.safetensors")
    scanned(house, folder)
    identity = everything(house)["old/x.safetensors"]["id"]
    (folder / "old").rename(folder / "new")
    (folder / "old").symlink_to(folder / "new")
    scanned(house)
    assert {place: m["id"] for place, m in everything(house).items()} == {"new/x.safetensors": identity}


def test_a_file_that_goes_and_leaves_its_record_is_missing_once(house: House, tmp_path: Path) -> None:
    path = weights(tmp_path / "have" / "x.safetensors")
    scanned(house, tmp_path / "have")
    hashed(house)
    path.unlink()
    assert counts(scanned(house)) == (0, 0, 0, 0, 1)
    assert everything(house)["x.safetensors"]["state"] == "missing"
    assert counts(scanned(house)) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("has_record", [False, True])
def test_a_name_that_nobody_gave_follows_the_file(house: House, tmp_path: Path, has_record: bool) -> None:
    path = weights(tmp_path / "have" / "before.safetensors")
    scanned(house, tmp_path / "have")
    if has_record:
        hashed(house)
    identity = everything(house)["before.safetensors"]["id"]
    path.rename(tmp_path / "have" / "after.safetensors")
    scanned(house)
    found = everything(house)["after.safetensors"]
    assert (found["id"], found["name"], found["cleaned_name"]) == (identity, "after", "after")
    assert load(house.hands, identity).metadata.name == "after"


def test_a_name_that_another_tool_told_stays_when_the_file_is_renamed(house: House, tmp_path: Path) -> None:
    path = weights(tmp_path / "have" / "before.safetensors")
    (tmp_path / "have" / "before.civitai.info").write_text('{"id": 2, "modelId": 1, "model": {"name": "Named"}}')
    scanned(house, tmp_path / "have")
    hashed(house)
    assert everything(house)["before.safetensors"]["name"] == "Named"
    path.rename(tmp_path / "have" / "after.safetensors")
    scanned(house)
    assert everything(house)["after.safetensors"]["name"] == "Named"


def test_the_index_of_a_diffusers_folder_waits_for_no_hash(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "have" / "pipe"
    weights(folder / "unet" / "diffusion_pytorch_model.safetensors")
    (folder / "model_index.json").write_text('{"_class_name": "StableDiffusionXLPipeline"}')
    scanned(house, tmp_path / "have")
    index = house.hands.index
    old = next(each for each in index.seen_at(roots(house.hands)[1].id, "pipe") if each.name == "model_index.json")
    index.note_seen([old._replace(wave="headers")])  # as it was noted once
    assert hashed(house)["hashed"] == 1
    assert index.count_waiting("headers")[0] == 0
    scanned(house)
    assert index.count_waiting("headers")[0] == 0


def test_files_that_only_waited_for_their_look_are_new_and_not_changed(house: House, tmp_path: Path) -> None:
    path = weights(tmp_path / "have" / "x.safetensors")
    scanned(house, tmp_path / "have")
    index, root = house.hands.index, roots(house.hands)[1].id
    index.note_seen([each._replace(wave="names") for each in index.seen_in(root, "").values()])
    assert counts(scanned(house)) == (1, 1, 0, 0, 0)
    index.note_seen([each._replace(wave="names") for each in index.seen_in(root, "").values()])
    os.utime(path, (LONG_AGO + 9, LONG_AGO + 9))
    assert counts(scanned(house)) == (1, 0, 1, 0, 0)


def test_the_seconds_of_a_scan_with_hashes_are_those_of_both(house: House, tmp_path: Path) -> None:
    with weights(tmp_path / "have" / "x.safetensors").open("r+b") as file:
        file.truncate(256 << 20)
    scanned(house, tmp_path / "have")
    began = time.monotonic()
    result = scanned(house, with_hashes=True)
    assert house.hands.index.count_waiting("headers")[0] == 0
    assert result["seconds"] > (time.monotonic() - began) / 2


@pytest.mark.parametrize("recipe", ["lora-sdxl", "vae-sd"])
def test_a_file_that_another_is_copied_over_is_called_changed(house: House, tmp_path: Path, recipe: str) -> None:
    path = weights(tmp_path / "have" / "x.safetensors")
    scanned(house, tmp_path / "have")
    hashed(house)
    content = build(recipe, 9)
    path.write_bytes(content.read(0, content.size))
    scanned(house)
    hashed(house)
    found = everything(house)["x.safetensors"]["files"][0]
    assert (found["sha256"], found["verified"]["state"]) == (content.sha256, "changed")
    os.utime(path, (LONG_AGO + 9, LONG_AGO + 9))
    scanned(house)
    assert hashed(house)["hashed"] == 1
    model = everything(house)["x.safetensors"]
    assert model["files"][0]["verified"]["state"] == "changed"
    assert recheck(house.hands, model["id"])["files"][0]["state"] == "recorded"


def test_a_broken_file_is_named_by_the_doctor_and_is_not_fine_when_verified(house: House, tmp_path: Path) -> None:
    weights(tmp_path / "have" / "sound.safetensors")
    weights(tmp_path / "have" / "page.safetensors").write_bytes(b"<!DOCTYPE html><html>")
    scanned(house, tmp_path / "have")
    hashed(house)
    findings = {each["check"]: each for each in examine(house.hands)}
    assert (findings["models-invalid"]["level"], findings["models-invalid"]["facts"]) == ("warning", {"count": 1})
    found = everything(house)
    broken = recheck(house.hands, found["page.safetensors"]["id"])
    assert broken["ok"] is False
    assert all(each in broken["problem"] for each in found["page.safetensors"]["detected"]["reasons"])
    sound = recheck(house.hands, found["sound.safetensors"]["id"])
    assert (sound["ok"], sound.get("problem")) == (True, None)


def test_verifying_tells_a_file_that_was_written_from_one_that_is_damaged(house: House, tmp_path: Path) -> None:
    path = weights(tmp_path / "have" / "x.safetensors")
    scanned(house, tmp_path / "have")
    hashed(house)
    identity, time_before = everything(house)["x.safetensors"]["id"], path.stat().st_mtime_ns
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert recheck(house.hands, identity)["files"][0]["state"] == "changed"
    os.utime(path, ns=(time_before, time_before))
    assert recheck(house.hands, identity)["files"][0]["state"] == "damaged"


def test_while_served_a_file_in_a_linked_folder_is_listed_once_and_one_copied_over_is_changed(
    house: House, tmp_path: Path
) -> None:
    folder = tmp_path / "have"
    old = weights(folder / "real" / "old.safetensors")
    (folder / "link").symlink_to(folder / "real")
    root = add_root(house.hands, folder)
    caretaker = Caretaker(house.hands)
    caretaker.start()
    try:
        waited_until(lambda: _trusts(house) == {"real/old.safetensors": "recorded"})
        for _ in range(10):
            if len(_trusts(house)) < 2:
                weights(folder / "real" / "new.safetensors", seed=2)  # again, until the watching has begun
                waited_until(lambda: len(_trusts(house)) > 1, 6)
        weights(old, "vae-sd", seed=3, age=LONG_AGO + 5)
        wanted = {"real/old.safetensors": "changed", "real/new.safetensors": "recorded"}
        waited_until(lambda: _trusts(house) == wanted)
        assert _trusts(house) == wanted
        assert house.hands.index.seen_in(root.id, "link") == {}
    finally:
        caretaker.stop()


def _trusts(house: House) -> dict[str, str]:
    return {place: model["files"][0]["verified"]["state"] for place, model in everything(house).items()}


def waited_until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    """Looks again and again, until it is so or the time is over."""
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.1)
