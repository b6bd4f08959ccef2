"""The queue's database and the index: what is stored comes back, and broken files are kept."""

from pathlib import Path

import apsw
import pytest

from modella.core.download import Download, State, Wish
from modella.core.errors import DiskTrouble
from modella.core.listing import Ref
from modella.core.query import read_query
from modella.io.store.index import Index, Seen
from modella.io.store.queue import QueueStore


def download(number: int, state: State = State.queued) -> Download:
    wish = Wish(ref=Ref(source="url", url=f"https://example.org/{number}"), shown=f"https://example.org/{number}")
    finished = f"2026-01-{number:02}" if state is State.done else None
    return Download(id=f"d{number}", wish=wish, position=number, state=state, created_at="2026", finished_at=finished)


def record(number: int, **fields: object) -> dict[str, object]:
    files = [{"name": "x.safetensors", "size": number, "sha256": f"{number:064x}"}]
    base = {"id": f"m{number}", "name": f"Model {number}", "kind": "lora", "added_at": f"2026-{number:04}"}
    return {**base, "updated_at": "2026", "files": files, "tags": [], **fields}


def test_unfinished_downloads_come_in_order_and_finished_ones_newest_first(tmp_path: Path) -> None:
    store = QueueStore(tmp_path)
    for each in (download(3), download(1), download(8, State.done), download(9, State.done), download(2)):
        store.save(each, "library")
    store.save(download(4), "another library")
    assert [d.id for d in store.downloads("library")] == ["d1", "d2", "d3", "d9", "d8"]
    assert [d.id for d in store.downloads("library", limit=2, before="d2")] == ["d3", "d9"]
    assert store.downloads("library", ("done",))[0].wish.ref.url == "https://example.org/9"
    assert store.last_position("library") == 9


def test_a_download_is_still_there_after_closing(tmp_path: Path) -> None:
    store = QueueStore(tmp_path)
    store.save(download(1), "library")
    store.remember_answer("key", ["d1"])
    store.set_setting("bandwidth", 5)
    store.close()
    again = QueueStore(tmp_path)
    assert (again.get("d1") or download(2)).id == "d1"
    assert again.answered("key") == ["d1"]
    assert again.settings() == {"bandwidth": 5}


def test_a_database_of_a_newer_version_is_refused_and_untouched(tmp_path: Path) -> None:
    QueueStore(tmp_path).close()
    connection = apsw.Connection(str(tmp_path / "modella.db"))
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(DiskTrouble) as refused:
        QueueStore(tmp_path)
    assert refused.value.code == "database-newer"
    assert [p.name for p in tmp_path.glob("*.bad*")] == []


def test_a_file_that_is_no_database_is_kept_under_another_name(tmp_path: Path) -> None:
    (tmp_path / "modella.db").write_bytes(b"somebody's shopping list, by accident" * 50)
    store = QueueStore(tmp_path)
    assert store.moved_aside
    assert len(list(tmp_path.glob("modella.db.bad-*"))) == 1


def test_a_model_is_found_by_its_hash_until_it_is_removed(tmp_path: Path) -> None:
    index = Index(tmp_path / "models.db")
    index.put(record(7), "loras/7")
    assert (index.by_sha256(f"{7:064x}") or {})["id"] == "m7"
    index.remove("m7")
    assert index.by_sha256(f"{7:064x}") is None
    assert (index.places(), index.count()) == ({}, 0)


def test_putting_a_model_twice_keeps_one(tmp_path: Path) -> None:
    index = Index(tmp_path / "models.db")
    index.put(record(1), "loras/a")
    index.put(record(1, name="New"), "loras/b")
    assert index.find().total == index.count() == 1
    assert (index.get("m1") or {})["path"] == "loras/b"


def test_another_model_at_the_same_place_takes_it_over(tmp_path: Path) -> None:
    index = Index(tmp_path / "models.db")
    index.put(record(1), "loras/a")
    index.put(record(2, tags=["new"]), "loras/a")
    assert index.places() == {"loras/a": "m2"}
    assert index.find(read_query("tag:new")).total == 1


def test_an_index_of_an_older_version_is_made_anew(tmp_path: Path) -> None:
    index = Index(tmp_path / "models.db")
    index.put(record(1), "loras/a")
    index.close()
    connection = apsw.Connection(str(tmp_path / "models.db"))
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    again = Index(tmp_path / "models.db")
    assert (again.is_new, again.count()) == (True, 0)
    assert [p.name for p in tmp_path.iterdir() if "bad" in p.name] == []


def test_files_seen_are_remembered_by_folder_inode_and_wave(tmp_path: Path) -> None:
    index = Index(tmp_path / "models.db")
    files = [
        Seen("r", "a", "x.safetensors", "a/x.safetensors", 10, 5, 77, 1, False, "", "names"),
        Seen("r", "a/b", "y.gguf", "a/b/y.gguf", 5, 5, 78, 1, True, "s", "names"),
        Seen("r", "ab", "z.gguf", "ab/z.gguf", 7, 5, 79, 1, False, "", "headers"),
    ]
    index.note_seen(files)
    assert index.seen_in("r", "a") == {"x.safetensors": files[0]}
    assert index.seen_folders("r", "a") == ["a", "a/b"]
    assert index.seen_inode(78, 5) == [files[1]]
    assert [each.name for each in index.waiting_for("names")] == ["y.gguf", "x.safetensors"]
    index.forget_seen(files[:1])
    assert index.count_waiting("names") == (1, 5)


def test_a_whole_root_changes_its_state_at_once_and_facets_follow(tmp_path: Path) -> None:
    index = Index(tmp_path / "models.db")
    for number in range(5):
        index.put(record(number), f"loras/{number}", "r" if number else "")
    assert index.find(facets=True).facets is not None
    assert index.set_state("r", "unreachable") == 4
    assert index.set_state("r", "unreachable") == 0
    assert index.set_state("r", "missing", ["loras/1", "loras/9"]) == 1
    assert dict((index.find(facets=True).facets or {})["state"]) == {"unreachable": 3, "missing": 1, "present": 1}
    assert [(index.get(f"m{n}") or {})["state"] for n in range(3)] == ["present", "missing", "unreachable"]
    assert index.revive("r") == 3
    again = Index(tmp_path / "models.db")
    assert dict((again.find(facets=True).facets or {})["state"]) == {"present": 4, "missing": 1}
