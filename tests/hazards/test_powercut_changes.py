"""The power fails at every moment of deleting, restoring, moving, importing: each disk that may be left is judged."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modella.io import disk as disk_hand
from modella.work.hashwave import hash_all
from modella.work.importing import import_paths
from modella.work.moving import move, rename
from modella.work.records import Record, change
from modella.work.tasks import Task
from modella.work.trash import delete, restore
from tests.changing import Shelf, digest, family, lora
from tests.hazards.powercuts import Cuts, Recorder, tree_of
from tests.hazards.test_powercut import DATABASES, IGNORED, a_sample, lay_out

STATES, SECONDS = 80, 12.0

Verb = Callable[[Shelf, str], Any]


def _bring_in(shelf: Shelf, _model: str) -> Any:
    return import_paths(shelf.hands, [shelf.folder / "loras"], "move")


VERBS: dict[str, Verb] = {
    "delete": lambda shelf, model: delete(shelf.hands, model),
    "restore": lambda shelf, model: restore(shelf.hands, model),
    "move": lambda shelf, model: move(shelf.hands, model, "else/where"),
    "rename": lambda shelf, model: rename(shelf.hands, model, "Another name"),
    "import": _bring_in,
    "edit": lambda shelf, model: change(shelf.hands, model, _say_more, overrides=True),
    "hash": lambda shelf, _model: hash_all(shelf.hands, Task("t", "hash", shelf.hands.bus)),
}
_ONLY_ADOPTED = {"import", "hash"}
"""What is placed has its hashes, and is not imported."""
STORIES = [
    (verb, home) for home in ("adopted", "placed") for verb in VERBS if home == "adopted" or verb not in _ONLY_ADOPTED
]


def _say_more(record: Record) -> None:
    record.overrides.fields["tags"] = ["more"]


@pytest.mark.parametrize(("verb", "home"), STORIES)
@pytest.mark.timeout(180)
def test_a_power_cut_leaves_the_model_whole_in_one_place(
    tmp_path: Path, verb: str, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = tmp_path / "world"
    world.mkdir()
    shelf = Shelf(world)
    model = _prepared(shelf, home)
    if verb == "restore":
        delete(shelf.hands, model)
    shelf.house.close()
    cuts = _recorded(world, VERBS[verb], model)
    for name in ("fsync", "fdatasync"):  # what follows is judged by a reader, not by a second cut
        monkeypatch.setattr(os, name, lambda _: None)
    monkeypatch.setattr(disk_hand, "boot_id", lambda: "after the cut")
    contents = _contents(world)
    began, opened = time.monotonic(), 0
    for cut, disk in a_sample(cuts, STATES):
        lay_out(disk, world)
        _judge(
            world,
            model,
            contents,
            f"{disk.what} {[(a.verb, a.path, a.other) for a in cuts.recording.acts[max(0, cut - 3) : cut + 1]]}",
        )
        opened += 1
        if time.monotonic() - began > SECONDS:
            break
    print(f"{opened} disks opened after cuts in {len(cuts.recording.acts)} acts")
    assert opened >= 5


def _prepared(shelf: Shelf, home: str) -> str:
    """One model with a word of a person on it."""
    if home == "adopted":
        family(shelf.folder / "loras" / "sub" / "tweak.safetensors")
        shelf.scan(shelf.folder / "loras")
    else:
        import_paths(shelf.hands, [lora(shelf.folder / "in" / "tweak.safetensors")], "move")
    model = str(shelf.only()["id"])
    change(shelf.hands, model, lambda r: r.overrides.fields.update(notes="precious"), overrides=True)
    return model


def _recorded(world: Path, verb: Verb, model: str) -> Cuts:
    base = tree_of(world, IGNORED)
    recorder = Recorder(world, DATABASES, ("home/logs",))
    with recorder.at_work() as recording:
        shelf = Shelf(world)
        verb(shelf, model)
        shelf.house.close()
    return Cuts(base, recording)


def _contents(world: Path) -> set[str]:
    """What is in the files that are not ours, wherever they are."""
    return {digest(path) for path in world.rglob("*") if path.is_file() and _is_theirs(path, world)}


def _is_theirs(path: Path, world: Path) -> bool:
    inside = path.relative_to(world).as_posix()
    is_ours = path.suffix in {".json", ".tmp", ".part"} and not path.name.endswith("rgthree-info.json")
    return not (is_ours or inside.startswith(("home/", "library/models.db")) or path.name in {"lock", "boot"})


def _judge(world: Path, model: str, contents: set[str], what: str) -> None:
    """After the start: nothing is unfinished, nothing is lost, and the model is listed or in the trash."""
    shelf = Shelf(world)
    try:
        shelf.hands.library.sweep()  # as the queue does before it begins
        shelf.scan()
        assert list((shelf.root / ".modella" / "moves").glob("*")) == [], what
        assert contents <= _contents(world), what
        listed = [each for each in shelf.models() if each["state"] == "present"]
        trashed = shelf.trash()
        assert len(listed) + len(trashed) == 1, (what, [(m["id"], m["place"], m["state"]) for m in shelf.models()])
        for entry in trashed:
            assert restore(shelf.hands, entry["entry"])["notes"] == "precious", what
        found = shelf.hands.index.get(model)
        assert found is not None, what
        assert found["notes"] == "precious", what
        left = [path for path in world.rglob("*") if path.name.endswith((".tmp", ".part")) and "home" not in path.parts]
        assert left == [], what
        for path in world.rglob("*.json"):
            json.loads(path.read_bytes())
    finally:
        shelf.house.close()
