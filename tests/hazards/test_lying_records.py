"""Trash, journals and indexes that lie, or are old: nothing that is not ours goes by their word."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modella.core.errors import ModellaError, Refused
from modella.work.duplicates import list_reclaimed, reclaim
from modella.work.hashwave import hash_all
from modella.work.tasks import Task
from modella.work.trash import delete, list_trash, purge, restore
from tests.changing import Shelf, lora, tree


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    opened = Shelf(tmp_path)
    yield opened
    opened.house.close()


def listed(shelf: Shelf, *folders: Path) -> None:
    shelf.scan(*folders)
    hash_all(shelf.hands, Task("t", "hash", shelf.hands.bus))


def test_a_copy_that_is_other_content_by_now_is_not_let_go(shelf: Shelf, tmp_path: Path) -> None:
    lora(tmp_path / "a" / "a.safetensors")
    other = lora(tmp_path / "b" / "b.safetensors")
    listed(shelf, tmp_path / "a")
    listed(shelf, tmp_path / "b")
    content = bytearray(other.read_bytes())
    content[-1] ^= 1  # of the same size, as one fine-tune of a model is of another's
    other.write_bytes(content)
    told = reclaim(shelf.hands, None, "keep-one")
    assert (told["done"], [each["code"] for each in told["problems"]]) == ([], ["changed-meanwhile"])
    assert other.read_bytes() == content


def test_one_file_met_by_two_ways_is_no_duplicate_of_itself(shelf: Shelf, tmp_path: Path) -> None:
    file = lora(tmp_path / "outside" / "a.safetensors")
    (tmp_path / "have").mkdir()
    (tmp_path / "have" / "link").symlink_to(tmp_path / "outside")
    listed(shelf, tmp_path / "have")
    listed(shelf, tmp_path / "outside")
    told = reclaim(shelf.hands, None, "keep-one")
    assert told["done"] == []
    assert file.is_file()


def test_every_part_of_a_model_is_proven_before_it_is_let_go(shelf: Shelf, tmp_path: Path) -> None:
    for number in (1, 2):
        lora(tmp_path / f"kept{number}" / f"{number}.safetensors", number)
        listed(shelf, tmp_path / f"kept{number}")
    for number in (1, 2):
        lora(tmp_path / "parts" / f"m-0000{number}-of-00002.safetensors", number)
    listed(shelf, tmp_path / "parts")
    # Whichever of the two is looked at last: the other one has changed behind our back.
    for number in (1, 2):
        path = tmp_path / f"kept{number}" / f"{number}.safetensors"
        good = path.read_bytes()
        path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        told = reclaim(shelf.hands, None, "keep-one")
        assert "parts" not in {Path(each["path"]).parent.name for each in told["done"]}
        assert len([name for name in tree(tmp_path / "parts") if name.endswith(".safetensors")]) == 2
        path.write_bytes(good)


def trashed(shelf: Shelf, folder: Path) -> tuple[dict[str, Any], Path]:
    lora(folder / "s" / "a.safetensors")
    lora(folder / "k.safetensors", 4)
    shelf.scan(folder)
    model = next(each["id"] for each in shelf.models() if each["name"] == "a")
    told = delete(shelf.hands, model)
    return told, folder / ".modella" / "trash" / told["entry"]


def test_restoring_takes_nothing_from_where_a_link_leads(shelf: Shelf, tmp_path: Path) -> None:
    told, entry = trashed(shelf, tmp_path / "have")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "thesis.doc").write_text("years")
    (entry / "files").rename(entry / "aside")
    (entry / "files").symlink_to(tmp_path / "docs")
    manifest = json.loads((entry / "manifest.json").read_text())
    manifest["files"] = [{**manifest["files"][0], "name": "thesis.doc"}]
    (entry / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(Refused):
        restore(shelf.hands, told["entry"])
    with pytest.raises(Refused):
        purge(shelf.hands)
    assert (tmp_path / "docs" / "thesis.doc").read_text() == "years"


def test_restoring_puts_nothing_where_a_link_leads(shelf: Shelf, tmp_path: Path) -> None:
    told, entry = trashed(shelf, tmp_path / "have")
    (tmp_path / "out").mkdir()
    (tmp_path / "have" / "link").symlink_to(tmp_path / "out")
    manifest = json.loads((entry / "manifest.json").read_text())
    (entry / "manifest.json").write_text(json.dumps({**manifest, "place": "link/a.safetensors"}))
    with pytest.raises(Refused):
        restore(shelf.hands, told["entry"])
    assert not list((tmp_path / "out").iterdir())


def test_the_trash_of_somebody_else_is_not_ours_to_empty(shelf: Shelf, tmp_path: Path) -> None:
    _, entry = trashed(shelf, tmp_path / "have")
    theirs = tmp_path / "theirs"
    entry.rename(theirs)
    entry.symlink_to(theirs)
    assert list_trash(shelf.hands) == []
    purge(shelf.hands)
    assert (theirs / "files" / "a.safetensors").is_file()


@pytest.mark.parametrize(
    "lie", [{"id": 5}, {"id": "../../x"}, {"home": "x"}, {"record": {}}, {"record": 5}, {"place": "../x"}, {"files": 5}]
)
def test_a_manifest_that_we_cannot_have_written_is_no_entry(shelf: Shelf, tmp_path: Path, lie: dict[str, Any]) -> None:
    told, entry = trashed(shelf, tmp_path / "have")
    manifest = json.loads((entry / "manifest.json").read_text())
    (entry / "manifest.json").write_text(json.dumps({**manifest, **lie}))
    with pytest.raises(ModellaError):
        restore(shelf.hands, told["entry"])
    assert (entry / "files" / "a.safetensors").is_file()


def test_a_journal_of_a_move_that_we_cannot_have_begun_moves_and_removes_nothing(shelf: Shelf, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for name in ("thesis.doc", "film.part", "metadata.json"):
        (docs / name).write_text("years")
    (shelf.root / "loras" / "x").mkdir(parents=True)
    for number, told in enumerate(_journals(docs, shelf.root)):
        file = shelf.root / ".modella" / "moves" / f"m{number}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps({"id": f"m{number}", **told}))
        before = tree(docs)
        shelf.again()
        assert tree(docs) == before, told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["docs", "home", "library"]


def _journals(docs: Path, root: Path) -> Iterator[dict[str, Any]]:
    thesis = docs / "thesis.doc"
    told = thesis.stat()
    step = {"source": str(thesis), "size": told.st_size, "modified": told.st_mtime_ns}
    drop = [{"path": str(thesis), "size": told.st_size, "modified": told.st_mtime_ns}]
    metadata = {"schema": 1, "id": "a" * 26, "name": "x", "cleaned_name": "x", "files": []}
    facts: dict[str, Any] = {
        "folder": "loras/x",
        "metadata": metadata,
        "overrides": {"schema": 1},
        "lists": [],
        "drop": [],
        "was": None,
    }
    copied = {**step, "target": str(root / ".modella" / "library.json"), "copied": True, "done": True}
    moved = {"record": {"root": "", "place": "x", "id": "a" * 26, "home": "placed"}, "left": None}
    yield {"kind": "import", "steps": [copied], "brought": True, "facts": {**facts, "staging": "m0"}}
    yield {"kind": "import", "steps": [], "brought": True, "facts": {**facts, "staging": str(docs)}}
    yield {"kind": "import", "steps": [], "brought": True, "facts": {**facts, "staging": "m2", "drop": drop}}
    yield {"kind": "move", "steps": [{**step, "target": str(root / "stolen")}], "facts": {**moved, "where": _to("y")}}
    yield {"kind": "move", "steps": [], "brought": True, "facts": {**moved, "where": _to("../../docs")}}
    yield {"kind": "move", "steps": [], "id": "../../../x", "facts": {**moved, "where": _to("y")}}


def _to(place: str) -> dict[str, str]:
    return {"root": "", "place": place}


def test_a_list_of_what_was_reclaimed_that_is_none_hinders_no_report(shelf: Shelf) -> None:
    folder = shelf.root / ".modella" / "reclaimed"
    folder.mkdir()
    (folder / "x.json").write_text('{"how": "hardlink", "items": [{"path": "/etc/passwd"}, 5]}')
    assert list_reclaimed(shelf.hands) == []
