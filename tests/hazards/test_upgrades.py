"""Two versions of the program, one library: upgrades that die half way, and data that is newer than the program."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from modella.core.download import Download, State
from modella.core.errors import DiskTrouble, ModellaError
from modella.io.store.database import Database
from modella.wiring import House
from modella.work.queue import Options
from modella.work.recheck import recheck
from modella.work.reindex import rebuild
from tests.place import Place

V1 = "CREATE TABLE notes (text TEXT) STRICT;"
V2 = "ALTER TABLE notes ADD COLUMN rating INTEGER; UPDATE notes SET rating = 3;"
V3 = "CREATE TABLE tags (t TEXT) STRICT; INSERT INTO tags SELECT text FROM notes; {die} DROP TABLE notes;"

DIES_WHILE_UPGRADING = """
import os, signal, sys
import apsw
from pathlib import Path
from modella.io.store.database import Database
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
apsw.connection_hooks.append(lambda connection: connection.create_scalar_function("die", die))
Database(Path(sys.argv[1]), tuple(sys.argv[2:]), "FULL")
"""


def notes_of(path: Path, schema: tuple[str, ...]) -> None:
    """A database of the first version with something in it."""
    Database(path, schema, "FULL").close()
    connection = apsw.Connection(str(path))
    connection.execute("INSERT INTO notes VALUES ('mine')")
    connection.close()


def test_an_upgrade_of_the_database_that_is_killed_goes_on_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "modella.db"
    notes_of(path, (V1,))
    command = [sys.executable, "-c", DIES_WHILE_UPGRADING, str(path), V1, V2, V3.format(die="SELECT die();")]
    for _ in range(2):
        assert subprocess.run(command, check=False, timeout=60).returncode == -signal.SIGKILL
        connection = apsw.Connection(str(path))
        assert connection.pragma("user_version") == 2
        assert connection.execute("SELECT text, rating FROM notes").fetchall() == [("mine", 3)]
        connection.close()
    with pytest.raises(DiskTrouble) as refused:
        Database(path, (V1,), "FULL")
    assert refused.value.code == "database-newer"
    Database(path, (V1, V2, V3.format(die="")), "FULL").close()
    connection = apsw.Connection(str(path))
    assert connection.pragma("user_version") == 3
    assert connection.execute("SELECT t FROM tags").fetchall() == [("mine",)]


@pytest.mark.parametrize("name", ["library/models.db", "home/modella.db"])
def test_a_newer_database_is_refused_and_left_as_it_is(place: Place, name: str) -> None:
    place.pull(place.hub.example("lora"))
    path = place.root.parent / name
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA user_version = 999; CREATE TABLE of_the_future (x)")
    connection.close()
    with pytest.raises(DiskTrouble) as refused:
        place.open()
    assert refused.value.code == "database-newer"
    connection = apsw.Connection(str(path))
    assert connection.pragma("user_version") == 999
    assert connection.execute("SELECT count(*) FROM of_the_future").fetchall() == [(0,)]
    connection.execute("DROP TABLE of_the_future")
    assert not list(path.parent.glob("*.bad-*"))


def newer(path: Path, **fields: Any) -> bytes:
    """Makes a small file one of a later version; its bytes."""
    told = {**json.loads(path.read_text()), "of_the_future": {"kept": True}, **fields}
    path.write_text(json.dumps(told))
    return path.read_bytes()


SHAPES: tuple[dict[str, Any], ...] = ({"schema": 2}, {"schema": 2, "files": {"by": "another shape"}, "fields": ["x"]})


@pytest.mark.parametrize("name", ["metadata.json", "overrides.json"])
@pytest.mark.parametrize("shape", SHAPES, ids=["same-shape", "other-shape"])
def test_a_newer_record_is_never_rewritten(place: Place, name: str, shape: dict[str, Any]) -> None:
    done = place.pull(place.hub.example("lora"))
    file = place.model(done)["folder"] / name
    told = newer(file, **shape)

    async def story(house: House) -> None:
        rebuild(house.hands)
        assert house.hands.index.get(done.model_id or "") is not None
        if name == "metadata.json":
            with pytest.raises(DiskTrouble) as refused:
                await asyncio.to_thread(recheck, house.hands, done.model_id or "")
            assert refused.value.code == "record-newer"
        again = await house.queue.add(place.hub.example("lora"), Options(on_duplicate="overwrite"))
        await house.queue.wait_for(again.id)

    place.run(story)
    kept = (file, *(place.root / ".modella" / "trash").glob(f"*/{name}"))
    assert told in [path.read_bytes() for path in kept]
    if name == "overrides.json":
        assert file.read_bytes() == told, "what the user typed was replaced by what an older version made of it"


@pytest.mark.parametrize("shape", [{}, {"parts": "another shape", "wish": 7}], ids=["same-shape", "other-shape"])
def test_a_download_of_a_newer_version_is_left_alone(place: Place, shape: dict[str, Any]) -> None:
    async def reviewed(house: House) -> Download:
        record = await house.queue.add(place.hub.example("lora"), Options(review=True))
        return await house.queue.wait_for(record.id)

    waiting = place.run(reviewed)
    assert waiting.state is State.review
    staging = place.root / ".modella" / "incoming" / waiting.id
    told, before = newer(staging / "state.json", schema_version=2, **shape), place.staging()

    async def story(house: House) -> None:
        for verb in (house.queue.resume, house.queue.cancel, house.queue.retry):
            with pytest.raises(ModellaError) as refused:
                await verb(waiting.id)
            assert refused.value.code == "record-newer"

    place.run(story)
    assert (staging / "state.json").read_bytes() == told
    assert place.staging() == before

    def back() -> None:
        content = json.loads(told)
        kept = {k: v for k, v in content.items() if k not in {"of_the_future", *shape}}
        original = waiting.model_dump(mode="json")
        (staging / "state.json").write_text(
            json.dumps({**kept, "schema_version": 1, **{k: original[k] for k in shape}})
        )

    check_goes_on(place, waiting, back)


def check_goes_on(place: Place, waiting: Download, back: Callable[[], None]) -> None:
    """The version that knows the record finds it whole and finishes it."""
    back()

    async def story(house: House) -> Download:
        await house.queue.finalize(waiting.id, {})
        return await house.queue.wait_for(waiting.id)

    assert place.run(story).state is State.done


def test_a_library_of_a_newer_shape_is_refused_and_left_as_it_is(place: Place) -> None:
    place.pull(place.hub.example("lora"))
    told = newer(place.root / ".modella" / "library.json", schema=2)
    with pytest.raises(DiskTrouble) as refused:
        place.open()
    assert refused.value.code == "record-newer"
    assert (place.root / ".modella" / "library.json").read_bytes() == told
