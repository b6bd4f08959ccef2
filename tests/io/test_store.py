"""The queue's database and the index: what is stored comes back, and broken files are kept."""

from pathlib import Path

import apsw
import pytest

from modella.core.download import Download, State, Wish
from modella.core.errors import BadLink, DiskTrouble
from modella.core.listing import Ref
from modella.io.store import Index, QueueStore


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


def test_models_are_found_by_words_of_any_script(tmp_path: Path) -> None:
    index = Index(tmp_path / "models.db")
    index.put(record(1, name="水彩スタイル", tags=["watercolor"]), "loras/1")
    index.put(record(2, name="Акварель 100%"), "loras/2")
    index.put(record(3, name="Plain_Name"), "loras/3")
    assert [m["id"] for m in index.search("水彩")[0]] == ["m1"]
    assert [m["id"] for m in index.search("аквар 100%")[0]] == ["m2"]
    assert [m["id"] for m in index.search("n_n")[0]] == ["m3"]
    assert index.search("l%e")[1] == 0


def test_pages_follow_each_other_without_gaps(tmp_path: Path) -> None:
    index = Index(tmp_path / "models.db")
    for number in range(25):
        index.put(record(number), f"loras/{number}")
    seen, cursor = [], None
    while True:
        items, total, cursor = index.search(limit=10, cursor=cursor)
        seen += [item["id"] for item in items]
        if cursor is None:
            break
    assert (total, len(seen), len(set(seen))) == (25, 25, 25)
    with pytest.raises(BadLink):
        index.search(cursor="rubbish!")


def test_a_model_is_found_by_its_hash_until_it_is_removed(tmp_path: Path) -> None:
    index = Index(tmp_path / "models.db")
    index.put(record(7), "loras/7")
    assert (index.by_sha256(f"{7:064x}") or {})["id"] == "m7"
    index.remove("m7")
    assert index.by_sha256(f"{7:064x}") is None
    assert index.paths() == {}


def test_putting_a_model_twice_keeps_one(tmp_path: Path) -> None:
    index = Index(tmp_path / "models.db")
    index.put(record(1), "loras/a")
    index.put(record(1, name="New"), "loras/b")
    assert index.search()[1] == 1
    assert (index.get("m1") or {})["path"] == "loras/b"
