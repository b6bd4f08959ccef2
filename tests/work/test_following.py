"""A file that somebody moved takes its records along, and a death at any write on the way loses no word."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from modella.work.edit import Edit, edit
from modella.work.hashwave import hash_all
from modella.work.tasks import Task
from tests.changing import Died, Shelf, dying_at, lora


def _rename(old: Path, new: Path) -> None:
    old.rename(new)


def _to_another_disk(old: Path, new: Path) -> None:
    kept = old.with_name("kept")
    shutil.copy2(old, kept)
    old.unlink()
    os.replace(kept, new)


def _dies_while_it_is_followed(
    folder: Path, go: Callable[[Path, Path], None], count: int, name: str, said: str | None
) -> bool:
    """Whether something died; afterwards the model must be there once, with its id and its words."""
    shelf = Shelf(folder)
    old = lora(folder / "pile" / "old.safetensors")
    shelf.scan(folder / "pile")
    hash_all(shelf.hands, Task("t", "hash", shelf.hands.bus))
    model = str(shelf.only()["id"])
    edit(shelf.hands, model, Edit(set={"notes": "mine"}))
    new = folder / "pile" / name
    new.parent.mkdir(exist_ok=True)
    go(old, new)
    if said:
        shelf.scan()
        fresh = next(each for each in shelf.models() if each["state"] == "present")
        edit(shelf.hands, str(fresh["id"]), Edit(set={"tags": [said]}))
    with pytest.MonkeyPatch.context() as patch:
        happened = dying_at(count, patch)
        try:
            shelf.scan()
            hash_all(shelf.hands, Task("t", "hash", shelf.hands.bus))
        except Died:
            pass
        died = happened()
    shelf.again()
    for _ in range(2):
        shelf.scan()
        hash_all(shelf.hands, Task("t", "hash", shelf.hands.bus))
    found = [each for each in shelf.models() if each["state"] == "present"]
    told = f"dead at write {count}: {[(e['id'], e['path'], e['state'], e.get('notes')) for e in shelf.models()]}"
    assert [each["id"] for each in found] == [model], told
    assert found[0].get("notes") == "mine", told
    again = edit(shelf.hands, model, Edit(set={"description": "more"}))
    assert again.get("notes") == "mine", told
    assert not said or again["tags"] == [said], told
    assert len(shelf.models()) == 1, told
    shelf.house.close()
    return died


@pytest.mark.parametrize("name", ["new.safetensors", "sub/old.safetensors", "sub/new.safetensors"])
@pytest.mark.parametrize(("go", "said"), [(_rename, None), (_to_another_disk, None), (_to_another_disk, "later")])
@pytest.mark.timeout(180)
def test_a_death_while_a_moved_file_is_followed_loses_no_word(
    tmp_path: Path, go: Callable[[Path, Path], None], said: str | None, name: str
) -> None:
    for count in range(1, 80):
        folder = tmp_path / str(count)
        folder.mkdir()
        if not _dies_while_it_is_followed(folder, go, count, name, said):
            assert count > 3
            return
    pytest.fail("it never came to an end")
