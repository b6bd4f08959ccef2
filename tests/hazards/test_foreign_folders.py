"""Folders of other people: odd names, pipes, odd times, broken and lying records. A scan ends, and harms nothing."""

import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from modella.core.errors import BadLink, DiskTrouble, Refused
from modella.work.edit import Edit, edit
from modella.work.hashwave import hash_all
from modella.work.records import change
from modella.work.roots import add_root, roots
from modella.work.tasks import Task
from modella.work.tend import Caretaker
from tests.changing import Shelf, lora, tree


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    opened = Shelf(tmp_path)
    yield opened
    opened.house.close()


def hashed(shelf: Shelf) -> int:
    return int(hash_all(shelf.hands, Task("t", "hash", shelf.hands.bus))["hashed"])


def in_time(work: Any, seconds: float = 60) -> Any:
    """What some work comes to; fails when it hangs."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(work()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert found, "it hangs"
    return found[0]


@pytest.mark.parametrize(
    "name",
    ["b.safetensors", "a.civitai.info", "a.txt", "a.json", "metadata.json", ".modella/root.json"],
)
def test_a_pipe_in_a_folder_holds_nobody_up(shelf: Shelf, tmp_path: Path, name: str) -> None:
    lora(tmp_path / "have" / "a.safetensors")
    (tmp_path / "have" / name).parent.mkdir(exist_ok=True)
    os.mkfifo(tmp_path / "have" / name)
    assert in_time(lambda: shelf.scan(tmp_path / "have"))["seen"] == 1
    assert in_time(lambda: hashed(shelf)) == 1


@pytest.mark.parametrize("name", ["a.modella.json", "a.modella.overrides.json"])
def test_a_pipe_in_place_of_our_record_holds_only_that_file_up(shelf: Shelf, tmp_path: Path, name: str) -> None:
    lora(tmp_path / "have" / "a.safetensors")
    lora(tmp_path / "have" / "b.safetensors", 2)
    os.mkfifo(tmp_path / "have" / name)
    assert in_time(lambda: shelf.scan(tmp_path / "have"))["seen"] == 2
    assert in_time(lambda: hashed(shelf)) == 1


def test_a_device_in_place_of_a_sidecar_is_not_read(shelf: Shelf, tmp_path: Path) -> None:
    lora(tmp_path / "have" / "a.safetensors")
    (tmp_path / "have" / "a.civitai.info").symlink_to("/dev/zero")
    assert in_time(lambda: shelf.scan(tmp_path / "have"))["seen"] == 1


@pytest.mark.parametrize("content", ["[" * 100_000, "[1]", "7", '{"sources": [1]}', "", "\0"])
def test_a_broken_record_of_one_file_keeps_no_other_from_being_hashed(
    shelf: Shelf, tmp_path: Path, content: str
) -> None:
    lora(tmp_path / "have" / "a.safetensors")
    lora(tmp_path / "have" / "b.safetensors", 2)
    (tmp_path / "have" / "a.modella.json").write_text(content)
    assert shelf.scan(tmp_path / "have")["seen"] == 2
    assert hashed(shelf) == 1
    assert (tmp_path / "have" / "a.modella.json").read_text() == content


def test_names_in_an_old_encoding_are_told_and_end_no_scan(shelf: Shelf, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    content = lora(folder / "a.safetensors").read_bytes()
    raw = os.fsencode(folder)
    try:
        os.mkdir(raw + b"/d\xfe")
    except OSError:
        pytest.skip("this file system takes no such names")
    for name in (b"/b\xff.safetensors", b"/d\xfe/c.safetensors", b"/a.\xff.png"):
        Path(os.fsdecode(raw + name)).write_bytes(content)
    (folder / "l.safetensors").symlink_to(os.fsdecode(raw + b"/b\xff.safetensors"))
    told = shelf.scan(folder)
    assert told["seen"] >= 1
    assert {line for line in told["problems"] if "no text" in line}
    assert hashed(shelf) >= 1


@pytest.mark.parametrize("seconds", [-(2**31), -1, 2**33, 2**40])
def test_a_file_from_any_year_is_listed_and_hashed_once(shelf: Shelf, tmp_path: Path, seconds: int) -> None:
    file = lora(tmp_path / "have" / "a.safetensors")
    try:
        os.utime(file, (0, seconds))
    except (OSError, OverflowError):
        pytest.skip("this file system has no such year")
    assert shelf.scan(tmp_path / "have")["added"] == 1
    assert hashed(shelf) == 1
    again = shelf.scan()
    assert (again["changed"], again["added"]) == (0, 0)


def test_a_record_that_names_something_else_than_a_model_file_lists_nothing(shelf: Shelf, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    lora(folder / "z.safetensors", 3)
    shelf.scan(folder)
    left_out = {"place", "root", "home", "path", "state", "lists"}
    record = {name: value for name, value in shelf.only().items() if name not in left_out}
    (folder / "photos").mkdir()
    (folder / "photos" / "cat.png").write_bytes(b"mine")
    (folder / "sub").mkdir()
    names = ["..", ".", "", "photos", "a\0b.safetensors", "\ud800.safetensors", "..\\..\\x.safetensors", "notes.txt"]
    for number, name in enumerate([*names, "x" * 5000 + ".safetensors"]):
        told = {**record, "id": str(number) * 26, "file": name, "files": []}
        (folder / "sub" / f"k{number}.modella.json").write_text(json.dumps(told))
    shelf.scan(folder)
    assert shelf.only()["place"] == "z.safetensors"
    assert hashed(shelf) == 1


def test_a_file_whose_new_name_is_too_long_for_our_record_ends_no_scan(shelf: Shelf, tmp_path: Path) -> None:
    file = lora(tmp_path / "have" / "a.safetensors")
    lora(tmp_path / "have" / "b.safetensors", 2)
    shelf.scan(tmp_path / "have")
    identity = next(each["id"] for each in shelf.models() if each["name"] == "a")
    file.rename(file.with_name("n" * 238 + ".safetensors"))
    assert shelf.scan()["moved"] == 1
    assert identity in {each["id"] for each in shelf.models()}


def test_a_control_folder_that_leads_elsewhere_is_not_written_into(shelf: Shelf, tmp_path: Path) -> None:
    lora(tmp_path / "have" / "a.safetensors")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "root.json").write_text("precious")
    (tmp_path / "have" / ".modella").symlink_to(tmp_path / "other")
    with pytest.raises(Refused):
        add_root(shelf.hands, tmp_path / "have")
    assert (tmp_path / "other" / "root.json").read_text() == "precious"


def test_a_marker_that_is_not_ours_is_kept_under_another_name(shelf: Shelf, tmp_path: Path) -> None:
    lora(tmp_path / "have" / "a.safetensors")
    (tmp_path / "have" / ".modella").mkdir()
    (tmp_path / "have" / ".modella" / "root.json").write_text('{"my": "precious"}')
    add_root(shelf.hands, tmp_path / "have")
    kept = [path.read_text() for path in (tmp_path / "have" / ".modella").glob("root.json.bad-*")]
    assert kept == ['{"my": "precious"}']


@pytest.mark.parametrize("folder", ["/", "/etc", "/proc", "/sys", "/dev", "/usr", "/proc/self"])
def test_folders_of_the_system_are_not_adopted(shelf: Shelf, folder: str) -> None:
    if not Path(folder).is_dir():
        pytest.skip("this system has no such folder")
    with pytest.raises(BadLink):
        add_root(shelf.hands, Path(folder))


def test_folders_adopted_at_once_are_all_kept(shelf: Shelf, tmp_path: Path) -> None:
    folders = [lora(tmp_path / f"have{n}" / "a.safetensors").parent for n in range(8)]
    threads = [threading.Thread(target=add_root, args=(shelf.hands, each)) for each in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(roots(shelf.hands)) == 9


def test_a_broken_list_of_roots_is_told_and_kept(shelf: Shelf) -> None:
    path = shelf.root / ".modella" / "roots.json"
    path.write_text('{"roots": [')
    with pytest.raises(DiskTrouble):
        roots(shelf.hands)
    assert path.read_text() == '{"roots": ['


def test_nothing_is_written_where_a_drive_was(shelf: Shelf, tmp_path: Path) -> None:
    folder = tmp_path / "drive"
    lora(folder / "sub" / "a.safetensors")
    shelf.scan(folder)
    model = shelf.only()["id"]
    edit(shelf.hands, model, Edit(set={"notes": "mine"}))
    folder.rename(tmp_path / "away")
    folder.mkdir()
    with pytest.raises(DiskTrouble, match="root-offline"):
        change(shelf.hands, model, lambda _: None)
    assert not list(folder.iterdir())
    assert shelf.only()["notes"] == "mine"


def test_a_copy_on_another_drive_does_not_take_the_name_of_what_is_away(shelf: Shelf, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    file = lora(first / "a.safetensors")
    lora(second / "b.safetensors", 2)
    shelf.scan(first, second)
    model = next(each["id"] for each in shelf.models() if each["name"] == "a")
    away = next(root.id for root in roots(shelf.hands) if root.path == str(first))
    file.rename(second / "a.safetensors")  # the same inode, size and time, as on a clone of the drive
    (first / ".modella" / "root.json").unlink()
    shelf.scan()
    assert next(each["root"] for each in shelf.models() if each["id"] == model) == away


def test_words_said_before_a_moved_file_is_known_again_are_kept(shelf: Shelf, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    file = lora(first / "a.safetensors")
    lora(first / "k.safetensors", 5)
    lora(second / "l.safetensors", 6)
    shelf.scan(first, second)
    hashed(shelf)
    old = next(each["id"] for each in shelf.models() if each["name"] == "a")
    edit(shelf.hands, old, Edit(set={"notes": "old words", "version": "v9"}))
    (second / "new.safetensors").write_bytes(file.read_bytes())
    os.utime(second / "new.safetensors", (1_700_000_000, 1_700_000_000))
    file.unlink()
    shelf.scan()
    new = next(each["id"] for each in shelf.models() if each["place"] == "new.safetensors")
    edit(shelf.hands, new, Edit(set={"notes": "newer words", "rating": 5}))
    hashed(shelf)
    for _ in range(2):
        (model,) = [each for each in shelf.models() if each["id"] == old]
        said = (model["place"], model["state"], model["notes"], model["rating"], model["version"])
        assert said == ("new.safetensors", "present", "newer words", 5, "v9")
        shelf.scan()


def test_scan_workers_may_be_killed_again_and_again(shelf: Shelf, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    content = lora(folder / "0.safetensors").read_bytes()
    for number in range(1, 600):
        path = folder / f"{number}.safetensors"
        path.write_bytes(content)
        os.utime(path, (1_700_000_000, 1_700_000_000))
    over = threading.Event()
    killer = threading.Thread(target=_kill_children, args=(over,))
    killer.start()
    told = in_time(lambda: shelf.scan(folder), 240)
    over.set()
    killer.join(30)
    assert told["seen"] == 600
    listed = {Path(each["place"]).name for each in shelf.models()}
    complained_of = {each.split(":")[0] for each in told["problems"]}
    assert listed | complained_of == {f"{number}.safetensors" for number in range(600)}


def _kill_children(over: threading.Event) -> None:
    killed = 0
    while not over.wait(0.1) and killed < 4:
        for child in psutil.Process().children(recursive=True):
            try:
                if "resource_tracker" not in " ".join(child.cmdline()):
                    child.kill()
                    killed += 1
            except psutil.Error:
                continue


def test_what_cannot_be_hashed_is_not_read_over_and_over(shelf: Shelf, tmp_path: Path) -> None:
    lora(tmp_path / "have" / "a.safetensors")
    (tmp_path / "have" / "a.modella.json").write_text("broken")
    shelf.scan(tmp_path / "have")
    caretaker = Caretaker(shelf.hands)
    for _ in range(3):
        caretaker._hash_what_waits()
    assert len([task for task in shelf.hands.tasks.all() if task.kind == "hash"]) == 1


def test_a_change_seen_while_a_person_scans_is_looked_at_afterwards(shelf: Shelf, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    lora(folder / "a.safetensors")
    root = add_root(shelf.hands, folder)
    hold = threading.Event()
    shelf.hands.tasks.begin("scan", lambda _task: {"held": hold.wait(60)})
    caretaker = Caretaker(shelf.hands)
    caretaker._wanted.put((root, ""))
    thread = threading.Thread(target=caretaker._tend, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    threading.Timer(4, hold.set).start()
    while not shelf.models() and time.monotonic() < deadline:
        thread.join(0.1)
    caretaker._stop.set()
    thread.join(30)
    assert [each["name"] for each in shelf.models()] == ["a"]


def test_nothing_of_a_folder_changes_whatever_its_records_say(shelf: Shelf, tmp_path: Path) -> None:
    folder = tmp_path / "have"
    lora(folder / "a.safetensors")
    (folder / "a.modella.overrides.json").write_text('{"fields": 5}')
    (folder / "metadata.json").write_text(
        '{"schema": 1, "id": "../..", "cleaned_name": "x", "files": [{"name": "/etc"}]}'
    )
    before = tree(folder)
    shelf.scan(folder)
    hashed(shelf)
    assert before.items() <= tree(folder).items()


def test_keys_that_other_tools_left_in_addresses_are_not_taken_over(shelf: Shelf, tmp_path: Path) -> None:
    lora(tmp_path / "have" / "a.safetensors")
    told = {
        "id": 77,
        "modelId": 5,
        "downloadUrl": "https://civitai.com/api/download/models/77?token=CANARY",
        "model": {"name": "D", "type": "LORA"},
        "images": [{"url": "https://me:CANARY@image.example/a.png?width=9&token=CANARY"}, {"url": "http://[CANARY"}],
    }
    (tmp_path / "have" / "a.civitai.info").write_text(json.dumps(told))
    shelf.scan(tmp_path / "have")
    hashed(shelf)
    record = json.dumps(shelf.only())
    assert "CANARY" not in record
    assert "https://image.example/a.png?width=9" in record
    assert "CANARY" not in (tmp_path / "have" / "a.modella.json").read_text()
