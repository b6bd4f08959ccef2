"""What is kept of catalogues: bounded in bytes and in age, and none of it is ever needed."""

import os
from pathlib import Path

from modella.io.store.browsed import Address, BrowseStore


def test_answers_and_pictures_are_kept_over_a_restart(tmp_path: Path) -> None:
    store = BrowseStore(tmp_path)
    store.keep_answer("a", b"one")
    store.keep_picture("p", b"picture")
    store.know([Address("1", "civitai", "https://x.example/1", True)])
    store.close()
    store = BrowseStore(tmp_path)
    found = store.answer("a")
    assert found is not None
    assert (found[1], store.picture("p"), store.answer("b"), store.picture("q")) == (b"one", b"picture", None, None)
    assert store.address("1") == Address("1", "civitai", "https://x.example/1", True)
    assert store.address("2") is None
    store.close()


def test_what_is_used_stays_when_there_is_too_much(tmp_path: Path) -> None:
    store = BrowseStore(tmp_path, answer_bytes=50_000, picture_bytes=50_000)
    for number in range(96):
        store.keep_answer(str(number), os.urandom(1000))
        store.keep_picture(str(number), os.urandom(1000))
        assert store.answer("0") and store.picture("0")
    kept = [number for number in range(96) if store.answer(str(number))]
    assert (0 in kept, 95 in kept, 1 in kept, len(kept) <= 82) == (True, True, False, True)
    assert sum(1 for number in range(96) if store.picture(str(number))) <= 82
    store.close()


def test_a_broken_file_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "browse.db").write_bytes(b"no database at all" * 100)
    store = BrowseStore(tmp_path)
    store.keep_answer("a", b"one")
    assert store.answer("a")
    store.close()
