"""The power fails at every moment of a download: each disk that may be left is opened again and judged."""

import hashlib
import json
import os
import random
import re
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from modella.core.download import FINISHED, Download, State
from modella.demo.hub import Hub
from modella.io import disk as disk_hand
from modella.wiring import House
from modella.work import fetch
from modella.work.queue import Options
from modella.work.reindex import rebuild
from tests.hazards.powercuts import Cuts, Fate, Recorder, tree_of
from tests.hazards.powercuts import State as Disk
from tests.place import Place

DATABASES = ("home/modella.db", "home/browse.db", "library/models.db")
IGNORED = (*DATABASES, "home/logs")
PROMISES_NOTHING = re.compile(r"\.tmp$|\.part$|\.journal\.\d+$|/lock$")
OURS_LEFT_OVER = re.compile(r"\.tmp$|/\.[^/]*\.part$|/\.modella/incoming/")
STATES, SECONDS, SEED = 120, 5.0, 7
"""Disks opened in each story, and when to stop on a slow machine; the order is shuffled from the seed."""

Tell = Callable[[House, Callable[[str], None]], Awaitable[Download]]


@dataclass
class Story:
    """Something done to a library: recorded once, whole; then cut short everywhere."""

    place: Place
    world: Path
    tell: Tell
    link: str
    base: dict[str, bytes | None] = field(default_factory=dict)
    final: dict[str, bytes | None] = field(default_factory=dict)
    ended: Download = field(init=False)

    def record(self) -> Cuts:
        """Tells it once. What was noted must explain all that is there in the end."""
        self.base = tree_of(self.world, IGNORED)
        recorder = Recorder(self.world, DATABASES, ("home/logs",))

        async def tell(house: House) -> Download:
            ended = await self.tell(house, recorder.moment)
            recorder.moment("ended")
            return ended

        with recorder.at_work() as recording:
            self.ended = self.place.run(tell)
        self.final = tree_of(self.world, IGNORED)
        cuts = Cuts(self.base, recording)
        assert cuts.state(len(recording.acts), "all").tree == self.final, "the recorder has missed something"
        return cuts


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """The disk that loses its power, with a home and a library on it."""
    folder = tmp_path / "world"
    folder.mkdir()
    return folder


@pytest.fixture
def there(world: Path, hub: Hub) -> Place:
    """The place on that disk."""
    return Place(world, hub, previews=1)


def pulling(link: str, **options: Any) -> Tell:
    """The story of a download."""

    async def tell(house: House, moment: Callable[[str], None]) -> Download:
        record = await house.queue.add(link, Options(**{"on_duplicate": "skip", **options}))
        moment("accepted")
        return await settled(house, record.id)

    return tell


def cancelling(link: str) -> Tell:
    """The story of a download that is fetched, shown for review and then cancelled."""

    async def tell(house: House, moment: Callable[[str], None]) -> Download:
        record = await house.queue.add(link, Options(review=True))
        moment("accepted")
        await house.queue.wait_for(record.id)
        return await house.queue.cancel(record.id)

    return tell


def test_a_cut_during_a_download_into_a_new_library(there: Place, world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = there.hub.example("lora")
    cut_everywhere(Story(there, world, pulling(link), link), monkeypatch)


def test_a_cut_during_a_download_of_a_folder_of_files(
    there: Place, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.open().close()
    link = there.hub.example("hf-diffusers")
    cut_everywhere(Story(there, world, pulling(link), link), monkeypatch)


@pytest.mark.parametrize("theme", ["lora", "hf-diffusers"])
def test_a_cut_while_a_model_is_replaced(
    there: Place, world: Path, monkeypatch: pytest.MonkeyPatch, theme: str
) -> None:
    link = there.hub.example(theme)
    model = there.model(there.pull(link))
    typed = {"schema": 1, "fields": {"name": "The name I typed"}}
    (model["folder"] / "overrides.json").write_text(json.dumps(typed))
    (model["folder"] / "my notes.txt").write_text("keep me")
    house = there.open()
    rebuild(house.hands)
    house.close()
    cut_everywhere(Story(there, world, pulling(link, on_duplicate="overwrite"), link), monkeypatch)


def test_a_cut_while_bytes_go_to_quarantine(there: Place, world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = there.hub.example("wrong-hash")
    cut_everywhere(Story(there, world, pulling(link), link), monkeypatch)


def test_a_cut_while_a_download_is_cancelled(there: Place, world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = there.hub.example("hf-sharded")
    cut_everywhere(Story(there, world, cancelling(link), link), monkeypatch)


def test_a_model_that_lies_in_another_folder_than_the_index_says_is_not_forgotten(there: Place) -> None:
    model = there.model(there.pull(there.hub.example("lora")))
    model["folder"].rename(model["folder"].with_name("elsewhere"))
    house = there.open()
    try:
        assert rebuild(house.hands) == 1
        assert list(house.hands.index.places().values()) == [model["id"]]
    finally:
        house.close()


def test_a_download_that_ends_as_a_duplicate_leaves_nothing_behind(there: Place) -> None:
    there.pull(there.hub.example("lora"))
    assert there.pull(there.hub.example("lora")).reason is not None
    assert there.staging() == []


def test_a_cut_during_the_recovery_from_a_cut(there: Place, world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = there.hub.example("lora")
    first = Story(there, world, pulling(link), link)
    cuts = first.record()
    placing = next(n for n, act in enumerate(cuts.recording.acts) if act.path.endswith("0.part") and act.other)
    disk = cuts.state(placing + 1, "flushed")
    monkeypatch.setattr(fetch, "boot_id", lambda: "after the first cut")

    async def tell(house: House, moment: Callable[[str], None]) -> Download:
        moment("accepted")
        await house.queue.resume(first.ended.id)
        return await settled(house, first.ended.id)

    lay_out(disk, world)
    cut_everywhere(Story(there, world, tell, link), monkeypatch)


# ------------------------------------------------------------------------------------------------------------- judging


def cut_everywhere(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records a story, then opens the disks that cuts may leave."""
    cuts = story.record()
    for module in (fetch, disk_hand):
        monkeypatch.setattr(module, "boot_id", lambda: "after the cut")
    for name in ("fsync", "fdatasync"):  # what follows is judged by a reader, not by a second cut
        monkeypatch.setattr(os, name, lambda _: None)
    began, opened = time.monotonic(), 0
    for cut, disk in a_sample(cuts, STATES):
        try:
            check_names(cuts, disk)
            lay_out(disk, story.world)
            check_story(story, cuts, cut, disk)
        except BaseException:
            print(disk.what, [(a.verb, a.path, a.other) for a in cuts.recording.acts[max(0, cut - 4) : cut + 1]])
            raise
        opened += 1
        if time.monotonic() - began > SECONDS:
            break
    print(f"{opened} disks opened after cuts in {len(cuts.recording.acts)} acts")
    assert opened >= 5


def a_sample(cuts: Cuts, most: int) -> Iterator[tuple[int, Disk]]:
    """Different disks, so many at most: cuts with plain fates and with mixtures, in a shuffled order."""
    fates: list[tuple[Fate, int]] = [("flushed", 0), ("zeros", 0), ("all", 0), ("some", 0), ("some", 1), ("some", 2)]
    order = [(cut, fate, seed) for cut in range(len(cuts.moments)) for fate, seed in fates]
    random.Random(SEED).shuffle(order)
    seen = set[bytes]()
    for cut, fate, seed in order:
        disk = cuts.state(cut, fate, seed)
        if disk.fingerprint not in seen and len(seen) < most:
            seen.add(disk.fingerprint)
            yield cut, disk


def lay_out(disk: Disk, world: Path) -> None:
    """Makes the world what a cut has left of it."""
    shutil.rmtree(world)
    world.mkdir()
    disk.lay_out(world)


def check_names(cuts: Cuts, disk: Disk) -> None:
    """Right after the cut: whole files under every name that promises something."""
    for path, content in disk.tree.items():
        if content is not None and not PROMISES_NOTHING.search(path):
            assert content in cuts.whole, f"{path} is not whole ({len(content)} bytes)"


def check_story(story: Story, cuts: Cuts, cut: int, disk: Disk) -> None:
    """Opens the disk, lets everything go on as a person would, and judges what is there then."""
    moments, has_queue = cuts.recording.moments, any("modella.db" in path for path in disk.databases)

    async def tell(house: House) -> None:
        known = await house.queue.downloads()
        mine = [each for each in known if each.id == story.ended.id]
        assert mine or cut < moments["accepted"] or not has_queue, "an accepted download is forgotten"
        if mine and cut >= moments["ended"] and has_queue:
            assert mine[0].state is story.ended.state, "what had ended has not"
        for each in known:
            await let_go_on(house, each, story.ended.state)
        if not mine:
            # Never accepted: told anew. Or all had been done, and what forgot it is the lost database.
            anew = story.tell if cut < moments["accepted"] else pulling(story.link)
            assert (await anew(house, lambda _: None)).state in {story.ended.state, State.done}
        check_index(house)

    story.place.run(tell)
    check_library(story)


async def let_go_on(house: House, found: Download, end: State) -> None:
    """Resumes what waits for a person, and cancels what was to be cancelled."""
    if found.state not in FINISHED:
        await house.queue.resume(found.id)
    if end is State.cancelled:
        await house.queue.wait_for(found.id)
        await house.queue.cancel(found.id)
    ended = await settled(house, found.id)
    assert ended.state is end, (ended.state, ended.reason)


async def settled(house: House, download: str) -> Download:
    """Waits until a download has ended; it must not wait for anybody here."""
    record = await house.queue.wait_for(download)
    assert record.state in FINISHED, (record.state, record.reason)
    return record


def check_index(house: House) -> None:
    """The index is what the files make of it."""
    before = {path: house.hands.index.get(model) for path, model in house.hands.index.places().items()}
    rebuild(house.hands)
    after = {path: house.hands.index.get(model) for path, model in house.hands.index.places().items()}
    assert before == after


def check_library(story: Story) -> None:
    """The same files as without a cut, under the same names, and nothing of ours left over."""
    there = tree_of(story.world, IGNORED)
    assert left_over(there) <= left_over(story.final)
    assert shown(there) == shown(story.final)
    assert trashed(there) == trashed(story.final)
    assert models(there) == models(story.final)


def left_over(tree: dict[str, bytes | None]) -> set[str]:
    """Temporary files, and what lies where downloads grow."""
    return {path for path in tree if OURS_LEFT_OVER.search(path)}


def shown(tree: dict[str, bytes | None]) -> dict[str, str | None]:
    """Every name of the library outside the control folder with its content, but for records of models."""
    return {
        path: hashlib.sha256(content).hexdigest() if content is not None else None
        for path, content in tree.items()
        if path.startswith("library/") and "/.modella" not in path and not path.endswith("/metadata.json")
    }


def trashed(tree: dict[str, bytes | None]) -> list[dict[str, str]]:
    """Every entry of the trash: its names with their content."""
    entries: dict[str, dict[str, str]] = {}
    for path, content in tree.items():
        _, _, inside = path.partition("/.modella/trash/")
        entry, _, name = inside.partition("/")
        if entry:
            entries.setdefault(entry, {})
        if name and content is not None and name not in {"manifest.json", "metadata.json"}:
            entries[entry][name] = hashlib.sha256(content).hexdigest()
    return sorted(entries.values(), key=str)


def models(tree: dict[str, bytes | None]) -> list[tuple[Any, ...]]:
    """What the records say of their files."""
    records = [json.loads(content) for path, content in tree.items() if path.endswith("/metadata.json") and content]
    return sorted((r["name"], *((f["name"], f["sha256"], f["verified"]["state"]) for f in r["files"])) for r in records)
