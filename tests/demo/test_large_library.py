"""The large sample library: varied, small on the disk, the same every time, and read like any other."""

import json
from collections import Counter
from pathlib import Path

from modella.cli.door import serve_quietly
from modella.demo.large_library import PICTURES, widen
from modella.io.disk import Library
from tests.api.client import Client
from tests.api.test_library import scanned
from tests.place import Place


def records(root: Path) -> dict[str, str]:
    return {path.parent.name: path.read_text() for path in root.rglob("metadata.json") if ".modella" not in path.parts}


def test_models_are_varied_and_share_their_pictures(tmp_path: Path) -> None:
    assert widen(Library(tmp_path), 400) == 400
    found = [json.loads(text) for text in records(tmp_path).values()]
    assert len(found) == len({each["id"] for each in found}) == 400
    assert {
        len({str(each.get(name)) for each in found}) >= least
        for name, least in {"kind": 8, "family": 7, "creator": 8, "nsfw_level": 5, "base_model": 8, "name": 400}.items()
    } == {True}
    text = "".join(each["name"] for each in found)
    assert any("\u3040" <= letter <= "\u9fff" for letter in text)
    assert any("\u0400" <= letter <= "\u04ff" for letter in text)
    assert len({each["files"][0]["sha256"] for each in found}) == 400
    pictures = {path.stat().st_ino for path in tmp_path.rglob("preview.webp")}
    assert len(pictures) <= PICTURES
    files = {path.stat().st_ino: path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()}
    assert sum(files.values()) < 400 * 4000 + PICTURES * 60_000


def test_the_same_numbers_are_the_same_models_and_only_missing_ones_are_made(tmp_path: Path) -> None:
    widen(Library(tmp_path / "a"), 40)
    widen(Library(tmp_path / "b"), 60)
    first, second = records(tmp_path / "a"), records(tmp_path / "b")
    assert first == {name: text for name, text in second.items() if name in first}
    assert widen(Library(tmp_path / "a"), 60) == 20
    assert records(tmp_path / "a") == second
    assert widen(Library(tmp_path / "a"), 60) == 0


def test_a_scan_takes_them_as_they_are(place: Place) -> None:
    house = place.open()
    try:
        widen(house.hands.library, 120)
        with serve_quietly(house) as address:
            client = Client(address)
            assert scanned(client)["result"]["added"] == 120
            page = client.ask("GET", "/api/models?limit=200")[1]["data"]
            wanted = Counter(json.loads(text)["kind"] for text in records(place.root).values())
            assert dict(page["facets"]["kind"]) == dict(wanted)
            families = Counter(json.loads(text).get("family") for text in records(place.root).values())
            assert {name: count for name, count in page["facets"]["family"] if name in families} == {
                name: count for name, count in families.items() if name
            }
            assert {item["state"] for item in page["items"]} == {"present"}
            assert client.ask("GET", "/api/models?trust=verified")[1]["data"]["total"] == 120
            with_picture = next(item for item in page["items"] if item["preview"])
            answer = client.ask("GET", f"/api/models/{with_picture['id']}/previews/1?thumb=true")
            assert answer[0] == 200
            assert house.hands.index.count_waiting("headers")[0] == 0
    finally:
        house.close()
