"""Renaming and moving: the family goes along, nothing is replaced, copies are proven, crashes leave one state."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from modella.core.errors import BadLink, Conflict, Failed, ModellaError, NoSpace, Refused
from modella.io import disk
from modella.work.importing import import_paths
from modella.work.moving import foresee, move, rename
from modella.work.records import change
from modella.work.roots import add_root
from modella.work.tasks import Task
from tests.changing import Died, Shelf, dying_at, family, lora, tree
from tests.mounts import mounted


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


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """Another file system."""
    yield from mounted(tmp_path / "other")


def placed(shelf: Shelf, name: str = "Some LoRA", seed: int = 1) -> str:
    """A model that was placed."""
    found = import_paths(shelf.hands, [lora(shelf.folder / "in" / f"{name}.safetensors", seed)])
    return str(found["models"][0]["id"])


def test_an_adopted_model_is_renamed_with_its_family(shelf: Shelf, adopted: Path) -> None:
    (adopted / "sub" / "tweaker.txt").write_text("of another one")
    model = shelf.only()["id"]
    content = sorted(tree(adopted).values())
    record = rename(shelf.hands, model, "New name!")
    assert record["name"] == "New name!"
    assert record["place"] == "sub/New-name.safetensors"
    names = {name for name in tree(adopted) if ".modella" not in name}
    assert names == {
        *("sub/New-name.safetensors", "sub/New-name.civitai.info", "sub/New-name.preview.png", "sub/New-name.txt"),
        *("sub/New-name.safetensors.rgthree-info.json", "sub/tweaker.txt"),
    }
    assert set(content) <= set(tree(adopted).values())
    assert record["previews"][0]["file"] == "New-name.preview.png"
    again = shelf.scan()
    assert (again["added"], again["moved"], again["missing"]) == (0, 0, 0)
    assert (shelf.only()["id"], shelf.only()["name"]) == (model, "New name!")


def test_a_placed_model_is_renamed_with_its_folder(shelf: Shelf) -> None:
    model = placed(shelf)
    record = rename(shelf.hands, model, "Other Name")
    assert (record["name"], record["path"]) == ("Other Name", "loras/sdxl/other-name")
    assert sorted(shelf.tree()) == [
        f"loras/sdxl/other-name/{name}" for name in ("metadata.json", "other-name.safetensors", "overrides.json")
    ]
    assert record["files"][0]["original_name"] == "Some LoRA.safetensors"
    shelf.scan()
    assert (shelf.only()["id"], shelf.only()["state"]) == (model, "present")


def test_only_the_spelling_of_a_name_may_change(shelf: Shelf, adopted: Path) -> None:
    model = shelf.only()["id"]
    record = rename(shelf.hands, model, "TWEAK")
    assert record["place"] == "sub/TWEAK.safetensors"
    assert "sub/TWEAK.preview.png" in tree(adopted)


def test_spelling_changes_where_the_file_system_ignores_case(tmp_path: Path) -> None:
    image, folder = tmp_path / "fat.img", tmp_path / "fat"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(16 << 20)
    commands = (["mkfs.vfat", str(image)], ["mount", "-o", "loop", str(image), str(folder)])
    if any(_fails(command) for command in commands):
        pytest.skip("this machine does not let tests mount a file system that ignores case")
    try:
        (folder / "a.txt").write_text("x")
        assert disk.rename_new(folder / "a.txt", folder / "A.txt")
        assert os.listdir(folder) == ["A.txt"]
    finally:
        subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)


def _fails(command: list[str]) -> bool:
    try:
        return bool(subprocess.run(command, capture_output=True, check=False).returncode)
    except FileNotFoundError:
        return True


def test_a_name_that_is_one_entry_under_two_spellings_is_never_unlinked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system that ignores case says that the new spelling exists, and that it is the same file."""
    (tmp_path / "a.txt").write_text("precious")
    real = disk._rename_new
    lstat = Path.lstat

    def ignoring_case(source: Path, target: Path) -> None:
        if source.name.lower() == target.name.lower() and source != target:
            raise FileExistsError(17, "exists", str(target))
        real(source, target)

    monkeypatch.setattr(disk, "_rename_new", ignoring_case)
    monkeypatch.setattr(Path, "lstat", lambda self: lstat(self.with_name("a.txt") if self.name == "A.txt" else self))
    assert disk.rename_new(tmp_path / "a.txt", tmp_path / "A.txt")
    assert os.listdir(tmp_path) == ["A.txt"]
    assert (tmp_path / "A.txt").read_text() == "precious"


def test_a_move_takes_the_family_and_the_words_of_the_person(shelf: Shelf, adopted: Path) -> None:
    model = shelf.only()["id"]
    change(shelf.hands, model, lambda r: r.overrides.fields.update(notes="precious"), overrides=True)
    before = tree(adopted)
    record = move(shelf.hands, model, "styles/New Folder")
    assert record["place"] == "styles/New-Folder/tweak.safetensors"
    expected = {name.replace("sub/", "styles/New-Folder/"): what for name, what in before.items()}
    now = tree(adopted)
    assert {k: v for k, v in now.items() if not k.endswith(".modella.json")} == {
        k: v for k, v in expected.items() if not k.endswith(".modella.json")
    }
    assert now.keys() == expected.keys()
    shelf.scan()
    assert (shelf.only()["id"], shelf.only()["notes"]) == (model, "precious")


def test_a_placed_model_moves_as_a_folder(shelf: Shelf) -> None:
    model = placed(shelf)
    folder = shelf.root / str(shelf.only()["path"])
    (folder / "mine.psd").write_text("foreign")
    record = move(shelf.hands, model, str(shelf.root / "favourites"))
    assert record["path"] == "favourites/some-lora"
    assert (shelf.root / "favourites/some-lora/metadata.json").exists()
    assert list(folder.iterdir()) == [folder / "mine.psd"]
    shelf.scan()
    assert [m["id"] for m in shelf.models()] == [model]


def test_a_model_moves_between_roots_on_different_disks(shelf: Shelf, adopted: Path, other_disk: Path) -> None:
    add_root(shelf.hands, other_disk)
    model = shelf.only()["id"]
    before = tree(adopted)
    record = move(shelf.hands, model, str(other_disk / "inner"))
    assert record["path"] == str(other_disk / "inner")
    assert tree(adopted) == {}
    there = {name.replace("inner/", "sub/"): what for name, what in tree(other_disk).items()}
    assert {k: v for k, v in there.items() if ".modella" not in k} == before
    shelf.scan()
    assert [m["id"] for m in shelf.models()] == [model]


def test_a_copy_that_differs_is_thrown_away_and_the_source_stays(
    shelf: Shelf, adopted: Path, other_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_root(shelf.hands, other_disk)
    before = tree(adopted)
    real = disk._copy_flushed

    def flipping(source: Path, copy: Path, take: object) -> None:
        real(source, copy, take)  # type: ignore[arg-type]
        with copy.open("r+b") as file:
            file.write(b"\xff")

    monkeypatch.setattr(disk, "_copy_flushed", flipping)
    with pytest.raises(ModellaError, match="copy-differs"):
        move(shelf.hands, shelf.only()["id"], str(other_disk / "inner"))
    assert tree(adopted) == before
    assert tree(other_disk) == {}
    assert shelf.only()["place"] == "sub/tweak.safetensors"


def test_too_little_room_on_the_other_disk_is_said_first(shelf: Shelf, tmp_path: Path) -> None:
    for small in mounted(tmp_path / "small", "size=1m"):
        folder = shelf.folder / "loras"
        big = lora(folder / "big.safetensors")
        with big.open("ab") as file:
            file.truncate(3 << 20)
        os.utime(big, (1, 1))
        shelf.scan(folder)
        add_root(shelf.hands, small)
        with pytest.raises(NoSpace):
            move(shelf.hands, shelf.only()["id"], str(small))
        assert big.exists()


def test_a_stop_undoes_what_was_copied(shelf: Shelf, adopted: Path, other_disk: Path) -> None:
    add_root(shelf.hands, other_disk)
    before = tree(adopted)
    task = Task("t", "move", shelf.hands.bus)
    task.stop.set()
    with pytest.raises(Failed, match="cancelled"):
        move(shelf.hands, shelf.only()["id"], str(other_disk / "inner"), task)
    assert tree(adopted) == before
    assert tree(other_disk) == {}
    assert list((shelf.root / ".modella" / "moves").glob("*")) == []


@pytest.mark.parametrize("taken", ["tweak.safetensors", "Tweak.TXT", "tweak.preview.png"])
def test_a_taken_name_is_a_conflict_before_anything_moves(shelf: Shelf, adopted: Path, taken: str) -> None:
    (adopted / "there").mkdir()
    (adopted / "there" / taken).write_text("somebody else's")
    before = tree(adopted)
    with pytest.raises(Conflict, match="name-taken"):
        move(shelf.hands, shelf.only()["id"], "there")
    assert tree(adopted) == before


@pytest.mark.parametrize(
    ("to", "error"),
    [
        ("/", Refused),
        ("{home}", Refused),
        ("/tmp", Refused),
        ("../outside", BadLink),
        ("a/../../b", BadLink),
        ("a\\..\\..\\b", BadLink),
        ("", BadLink),
        ("  ", BadLink),
        ("x\0y", BadLink),
        ("{root}/.modella/trash", Refused),
        ("linked", Refused),
        ("linked/inner", Refused),
        ("sub/tweak.txt", Conflict),
        ("sub/tweak.txt/inner", Conflict),
        ("\u202e", BadLink),
        ("???", BadLink),
    ],
)
def test_targets_that_cannot_be_meant_are_refused(
    shelf: Shelf, adopted: Path, to: str, error: type[ModellaError]
) -> None:
    (shelf.folder / "away").mkdir()
    (adopted / "linked").symlink_to(shelf.folder / "away")
    before = tree(adopted)
    with pytest.raises(error):
        move(shelf.hands, shelf.only()["id"], to.format(home=Path.home(), root=adopted))
    assert tree(adopted) == before
    assert list((shelf.folder / "away").iterdir()) == []


def test_a_model_cannot_move_into_itself_or_into_another(shelf: Shelf) -> None:
    one, other = placed(shelf, "one", 1), placed(shelf, "other", 2)
    for folder in ("loras/sdxl/one", "loras/sdxl/one/inner", "loras/sdxl/other/inner"):
        with pytest.raises(BadLink):
            move(shelf.hands, one, folder)
    assert len(shelf.models()) == len({one, other})


@pytest.mark.parametrize("name", ["", "   ", "x" * 600, "a\nb", "a\u202eb"])
def test_names_that_are_none_are_refused(shelf: Shelf, adopted: Path, name: str) -> None:
    before = tree(adopted)
    with pytest.raises(BadLink):
        rename(shelf.hands, shelf.only()["id"], name)
    assert tree(adopted) == before


@pytest.mark.parametrize("name", ["../../etc/passwd", "CON", "a/b\\c", "..", "名前", "x.safetensors", "-rf"])
def test_hostile_names_become_safe_files_in_the_same_folder(shelf: Shelf, adopted: Path, name: str) -> None:
    record = rename(shelf.hands, shelf.only()["id"], name)
    (file,) = list((adopted / "sub").glob("*.safetensors"))
    assert record["place"] == f"sub/{file.name}"
    assert file.stem.upper() != "CON"
    assert not file.name.startswith(("-", "."))
    assert sorted(p.name for p in shelf.folder.iterdir()) == ["home", "library", "loras"]


def test_shards_keep_the_names_they_speak_of_each_other_by(shelf: Shelf) -> None:
    folder = shelf.folder / "loras"
    for number in (1, 2):
        lora(folder / f"big-0000{number}-of-00002.safetensors", number)
    (folder / "big.safetensors.index.json").write_text("{}")
    shelf.scan(folder)
    before = tree(folder)
    record = rename(shelf.hands, shelf.only()["id"], "Big one")
    assert record["name"] == "Big one"
    assert before.keys() <= tree(folder).keys()


def test_a_link_is_renamed_and_not_moved_away(shelf: Shelf) -> None:
    target = lora(shelf.folder / "elsewhere" / "real.safetensors")
    folder = shelf.folder / "loras"
    folder.mkdir()
    (folder / "link.safetensors").symlink_to("../elsewhere/real.safetensors")
    shelf.scan(folder)
    model = shelf.only()["id"]
    with pytest.raises(Refused, match="is-a-link"):
        move(shelf.hands, model, "inner")
    rename(shelf.hands, model, "other")
    assert (folder / "other.safetensors").is_symlink()
    assert target.exists()


@pytest.mark.parametrize("how", ["adopted", "placed", "other disk"])
@pytest.mark.timeout(240)
def test_a_death_at_any_write_leaves_the_old_or_the_new_place(tmp_path: Path, how: str) -> None:
    """Every write of a move is interrupted once; after the next start the model is whole in one of two places."""
    if how == "other disk":
        for disk_ in mounted(tmp_path / "other"):
            _die_everywhere(tmp_path, how, disk_)
    else:
        _die_everywhere(tmp_path, how, None)


def _die_everywhere(tmp_path: Path, how: str, other: Path | None) -> None:
    shelf = Shelf(tmp_path)
    folder = tmp_path / "loras"
    if how == "placed":
        placed(shelf)
    else:
        family(folder / "one" / "tweak.safetensors")
        shelf.scan(folder)
    if other is not None:
        add_root(shelf.hands, other)
    model = shelf.only()["id"]
    change(shelf.hands, model, lambda r: r.overrides.fields.update(notes="precious"), overrides=True)
    tops = [shelf.root, folder, *([other] if other else [])]
    ways = [str((other or (shelf.root if how == "placed" else folder)) / "two"), None]
    ways[1] = str(shelf.root / "loras" / "sdxl") if how == "placed" else str(folder / "one")
    for count in range(1, 500):
        before = _content(tops)
        place = shelf.only()["path"]
        with pytest.MonkeyPatch.context() as patch:
            happened = dying_at(count, patch)
            with suppress(Died):
                move(shelf.hands, model, str(ways[0]))
        shelf.again()
        record = shelf.only()
        assert record["id"] == model, count
        assert record["notes"] == "precious", count
        assert _content(tops) == before, count
        assert list((shelf.root / ".modella" / "moves").glob("*")) == [], count
        for file in record["files"]:
            top = shelf.root / record["path"] if how == "placed" else Path(record["path"])
            assert (top / file["name"]).exists(), count
        shelf.scan()
        assert shelf.only()["id"] == model, count
        if shelf.only()["path"] != place:
            move(shelf.hands, model, str(ways[1]))
        if not happened():
            assert count > 5
            return
    raise AssertionError("it never got through")


def _content(tops: list[Path]) -> list[str]:
    """Every content there is, but for our records, which say where they are."""
    found = (item for top in tops for item in tree(top).items())
    return sorted(
        what for name, what in found if not name.endswith((".modella.json", "metadata.json", "overrides.json"))
    )


def test_what_is_written_down_says_what_is_done(shelf: Shelf, adopted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.MonkeyPatch.context() as patch:
        dying_at(12, patch)
        with pytest.raises(Died):
            move(shelf.hands, shelf.only()["id"], "styles")
    (journal,) = (shelf.root / ".modella" / "moves").glob("*.json")
    told = json.loads(journal.read_text())
    assert told["kind"] == "move"
    assert str(adopted / "sub" / "tweak.safetensors") in {step["source"] for step in told["steps"]}


def test_a_move_that_cannot_be_read_is_set_aside(shelf: Shelf) -> None:
    folder = shelf.root / ".modella" / "moves"
    folder.mkdir()
    for name, content in {"a.json": "{", "b.json": "[]", "c.json": '{"steps": [{}]}', "d.json": ""}.items():
        (folder / name).write_text(content)
    shelf.again()
    assert sorted(p.name[:10] for p in folder.iterdir()) == ["a.json.bad", "b.json.bad", "c.json.bad", "d.json.bad"]


@pytest.mark.parametrize("wish", [{"to": "styles/New Folder", "name": None}, {"to": None, "name": "New name!"}])
def test_what_was_foreseen_is_what_comes(shelf: Shelf, adopted: Path, wish: dict[str, str | None]) -> None:
    model = shelf.only()["id"]
    before = tree(adopted)
    told = foresee(shelf.hands, model, **wish)
    assert tree(adopted) == before
    assert not (adopted / "styles").exists()
    record = move(shelf.hands, model, wish["to"]) if wish["to"] else rename(shelf.hands, model, str(wish["name"]))
    assert told["place"] == record["place"]
    assert {each["target"] for each in told["files"]} <= {str(adopted / name) for name in tree(adopted)}


def test_what_would_be_refused_is_refused_when_it_is_foreseen(shelf: Shelf, adopted: Path) -> None:
    family(adopted / "there" / "tweak.safetensors")
    with pytest.raises(Conflict):
        foresee(shelf.hands, shelf.only()["id"], "there", None)
    with pytest.raises(Refused):
        foresee(shelf.hands, shelf.only()["id"], "/", None)
