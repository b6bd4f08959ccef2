"""Room by HTTP: every byte of a model counted where it belongs, and the drives as they are."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modella.wiring import House
from tests.api.client import Client
from tests.api.test_changes import OURS
from tests.changing import Shelf, lora


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    found = Shelf(tmp_path)
    yield found
    found.house.close()


@pytest.fixture
def house(shelf: Shelf) -> House:
    """The shelf's own."""
    return shelf.house


def usage(client: Client) -> dict[str, Any]:
    status, told = client.ask("GET", "/api/usage")
    assert status == 200, told
    return dict(told["data"])


def test_an_empty_library_takes_no_room(client: Client, shelf: Shelf) -> None:
    told = usage(client)
    assert (told["total"], told["by_kind"], told["trash"]) == ({"count": 0, "bytes": 0}, [], {"count": 0, "bytes": 0})
    (volume,) = told["volumes"]
    assert (volume["ours"], volume["roots"]) == (0, [""])
    assert volume["total"] == shutil.disk_usage(shelf.root).total
    assert Path(volume["path"]).stat().st_dev == shelf.root.stat().st_dev
    assert os.path.ismount(volume["path"])


def test_room_is_told_by_what_models_are_and_where_they_lie(client: Client, shelf: Shelf) -> None:
    sizes = [lora(shelf.folder / "have" / f"{seed}.safetensors", seed).stat().st_size for seed in (1, 2, 3)]
    shelf.scan(shelf.folder / "have")
    (shelf.folder / "have" / "strange.safetensors").write_bytes(b"no model at all")
    shelf.scan()
    told = usage(client)
    assert told["total"] == {"count": 4, "bytes": sum(sizes) + 15}
    assert told["by_kind"][0] == {"value": "lora", "count": 3, "bytes": sum(sizes)}
    assert [each["value"] for each in told["by_kind"]] == ["lora", "invalid"]
    assert told["by_family"][0]["value"] == "sdxl"
    assert told["by_source"] == [{"value": "none", "count": 4, "bytes": sum(sizes) + 15}]
    assert [(each["path"], each["count"]) for each in told["by_root"]] == [(str(shelf.folder / "have"), 4)]
    assert sum(each["ours"] for each in told["volumes"]) == sum(sizes) + 15


def test_what_is_missing_takes_no_room_and_the_trash_is_told_apart(client: Client, shelf: Shelf) -> None:
    for seed in (1, 2, 3):
        lora(shelf.folder / "have" / f"{seed}.safetensors", seed)
    shelf.scan(shelf.folder / "have")
    first, second, _ = shelf.models()
    assert client.ask("DELETE", f"/api/models/{first['id']}", **OURS)[0] == 200
    (shelf.folder / "have" / Path(second["place"]).name).unlink()
    shelf.scan()
    told = usage(client)
    assert told["total"]["count"] == 1
    assert (told["trash"]["count"], told["trash"]["bytes"] >= first["files"][0]["size"]) == (1, True)
    assert client.ask("POST", "/api/trash/purge", {"everything": True})[0] == 200
    assert usage(client)["trash"] == {"count": 0, "bytes": 0}


def test_a_parameter_that_is_none_is_refused(client: Client) -> None:
    assert client.ask("GET", "/api/usage?by=kind")[0] == 422
