"""Backups by HTTP and from the terminal: what is in one, how few are kept, what is put back, and forged archives."""

import hashlib
import json
import os
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest
import urllib3

from modella.cli.door import serve_quietly
from modella.core.backup import MANIFEST
from modella.demo.hub import Hub
from modella.wiring import House
from modella.work.backup import is_due, list_backups, make_backup
from modella.work.tend import Caretaker
from tests.api.client import Client
from tests.api.test_library import ended, scanned, weights
from tests.place import Place
from tests.terminal import Terminal

BAD = "canary-0123456789"


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    place.flags.pop("tries")
    house = place.open()
    yield house
    house.close()


def backed_up(client: Client) -> dict[str, Any]:
    status, told = client.ask("POST", "/api/backups", {})
    assert status == 202, told
    task = ended(client, told["data"])
    assert task["state"] == "done", task
    result: dict[str, Any] = task["result"]
    return result


def restored(client: Client, file: str, **wish: Any) -> dict[str, Any]:
    status, told = client.ask("POST", "/api/backups/restore", {"file": file, **wish})
    assert status == 202, told
    result: dict[str, Any] = ended(client, told["data"]["task"])["result"]
    return result


def planned(client: Client, file: str, **wish: Any) -> dict[str, Any]:
    status, told = client.ask("POST", "/api/backups/restore", {"file": file, "plan": True, **wish})
    assert (status, told["data"]["task"]) == (200, None), told
    plan: dict[str, Any] = told["data"]["plan"]
    return plan


def test_a_backup_holds_what_only_we_know_and_no_more(client: Client, hub: Hub, place: Place, tmp_path: Path) -> None:
    client.ask("PUT", "/api/tokens/civitai", {"value": BAD})
    client.ask("PATCH", "/api/settings", {"theme": "light"})
    client.ask("PUT", "/api/searches", {"name": "mine", "q": "x"})
    (place.home / "config.toml").write_text("previews = 3\n")
    placed = client.pull(hub.example("lora"))
    weights(tmp_path / "have" / "x.safetensors")
    scanned(client, folders=[str(tmp_path / "have")], hash=True)
    made = backed_up(client)
    assert (made["ours"], made["about"]["models"]) == (True, 2)
    assert Path(made["path"]).stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(made["path"]) as archive:
        names = set(archive.namelist())
        manifest = json.loads(archive.read(MANIFEST))
        for entry in manifest["entries"]:
            content = archive.read(entry["name"])
            assert (len(content), hashlib.sha256(content).hexdigest()) == (entry["size"], entry["sha256"])
        everything = b"".join(archive.read(name) for name in names)
        database = archive.read("home/modella.db")
    assert names == {MANIFEST, *(entry["name"] for entry in manifest["entries"])}
    folder = client.ask("GET", f"/api/models/{placed['model_id']}")[1]["data"]["path"]
    assert {f"library/{folder}/metadata.json", "library/.modella/searches.json", "home/config.toml"} <= names
    assert {"library/.modella/library.json", "library/.modella/roots.json"} <= names
    assert any(name.startswith("roots/") and name.endswith("/x.modella.json") for name in names)
    assert not any(name.endswith((".safetensors", ".webp", ".jpeg", "secrets")) for name in names)
    assert BAD.encode() not in everything
    copy = tmp_path / "copy.db"
    copy.write_bytes(database)
    connection = apsw.Connection(str(copy))
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert ("theme", '"light"') in connection.execute("SELECT name, value FROM settings").fetchall()
    connection.close()


def test_backups_are_listed_downloaded_and_removed(client: Client) -> None:
    first, second = backed_up(client), backed_up(client)
    listed = client.ask("GET", "/api/backups")[1]["data"]
    assert [each["name"] for each in listed] == [second["name"], first["name"]]
    answer = urllib3.request("GET", f"{client.address}/api/backups/{first['name']}")
    assert answer.headers["content-type"] == "application/zip"
    assert hashlib.sha256(answer.data).digest() == hashlib.sha256(Path(first["path"]).read_bytes()).digest()
    assert client.ask("DELETE", f"/api/backups/{first['name']}", X_Modella="test")[0] == 200
    assert [each["name"] for each in client.ask("GET", "/api/backups")[1]["data"]] == [second["name"]]
    assert client.ask("GET", f"/api/backups/{first['name']}")[0] == 404


def test_only_backups_that_we_made_are_removed(client: Client, place: Place) -> None:
    client.ask("PATCH", "/api/settings", {"backups_kept": 2})
    first = backed_up(client)
    folder = Path(first["path"]).parent
    foreign = folder / "modella-20200101T000000000000-0123abcd.zip"
    own_name = folder / first["name"].replace(first["name"][8:12], "2001", 1)
    for path in (foreign, own_name, folder / "holiday.zip", folder / "notes.txt"):
        path.write_bytes(b"not ours")
    made = [backed_up(client) for _ in range(3)]
    left = {path.name for path in folder.iterdir()}
    assert left == {foreign.name, own_name.name, "holiday.zip", "notes.txt", *(each["name"] for each in made[1:])}
    status, told = client.ask("DELETE", f"/api/backups/{foreign.name}", X_Modella="test")
    assert (status, told["code"]) == (403, "not-ours")
    for name in ("notes.txt", "..%2Fmodella.db", "holiday.zip"):
        assert client.ask("DELETE", f"/api/backups/{name}", X_Modella="test")[0] == 404
        assert client.ask("GET", f"/api/backups/{name}")[0] == 404
    assert foreign.exists()
    assert (place.home / "modella.db").exists()


def test_what_is_missing_or_older_returns_and_what_is_newer_stays(client: Client, hub: Hub, place: Place) -> None:
    models = [client.pull(hub.example(theme))["model_id"] for theme in ("lora", "checkpoint")]
    for model in models:
        client.ask("PATCH", f"/api/models/{model}", {"set": {"notes": "kept"}})
    client.ask("PUT", "/api/searches", {"name": "mine", "q": "x"})
    made = backed_up(client)
    folders = [place.root / client.ask("GET", f"/api/models/{each}")[1]["data"]["path"] for each in models]
    assert planned(client, made["name"])["returns"] == []
    missing, older, newer = folders[0] / "metadata.json", folders[0] / "overrides.json", folders[1] / "overrides.json"
    missing.unlink()
    said = json.loads(older.read_text())
    older.write_text(json.dumps({**said, "updated_at": "2020-01-01T00:00:00.000+00:00", "fields": {"notes": "old"}}))
    client.ask("PATCH", f"/api/models/{models[1]}", {"set": {"notes": "newer"}})
    searches = place.root / ".modella" / "searches.json"
    searches.write_text("{broken")
    plan = planned(client, made["name"])
    assert {(each["path"].split("/")[-1], each["why"]) for each in plan["returns"]} == {
        ("metadata.json", "missing"),
        ("overrides.json", "older"),
        ("searches.json", "broken"),
    }
    assert ("newer", newer.relative_to(place.root).as_posix()) in {(e["why"], e["path"]) for e in plan["leaves"]}
    assert not missing.exists()
    done = restored(client, made["path"])
    assert (done["returned"], done["problems"]) == (3, [])
    assert json.loads(older.read_text())["fields"] == {"notes": "kept"}
    assert json.loads(newer.read_text())["fields"] == {"notes": "newer"}
    kept = [json.loads(path.read_text()) for path in (place.root / ".modella" / "history").rglob("*-overrides.json")]
    assert {"notes": "old"} in [each["fields"] for each in kept]
    assert client.ask("GET", f"/api/models/{models[0]}")[1]["data"]["notes"] == "kept"
    assert [each["name"] for each in client.ask("GET", "/api/searches")[1]["data"]] == ["mine"]
    assert planned(client, made["name"])["returns"] == []


@pytest.mark.parametrize(("year", "why"), [("2019", "older"), ("2031", None)])
def test_of_two_versions_of_a_list_the_newer_one_stays(
    client: Client, place: Place, year: str, why: str | None
) -> None:
    file = place.root / ".modella" / "lists" / "mine.json"
    file.parent.mkdir(exist_ok=True)
    told = {"schema": 1, "name": "mine", "updated_at": "2025-01-01T00:00:00.000+00:00"}
    file.write_text(json.dumps(told))
    made = backed_up(client)
    file.write_text(json.dumps({**told, "note": "x", "updated_at": f"{year}-01-01T00:00:00.000+00:00"}))
    assert [each["why"] for each in planned(client, made["name"])["returns"]] == ([why] if why else [])
    restored(client, made["name"])
    assert ("note" in json.loads(file.read_text())) is (why is None)


def test_records_of_adopted_files_return_too(client: Client, tmp_path: Path) -> None:
    weights(tmp_path / "have" / "x.safetensors")
    scanned(client, folders=[str(tmp_path / "have")], hash=True)
    model = client.ask("GET", "/api/models")[1]["data"]["items"][0]["id"]
    client.ask("PATCH", f"/api/models/{model}", {"set": {"name": "Mine"}})
    made = backed_up(client)
    for path in (tmp_path / "have").glob("*.json"):
        path.unlink()
    scanned(client)
    assert restored(client, made["name"])["returned"] == 2
    assert client.ask("GET", f"/api/models/{model}")[1]["data"]["name"] == "Mine"


def test_records_of_models_that_are_gone_return_only_when_asked_for(client: Client, hub: Hub, place: Place) -> None:
    model = client.pull(hub.example("lora"))["model_id"]
    made = backed_up(client)
    folder = place.root / client.ask("GET", f"/api/models/{model}")[1]["data"]["path"]
    assert client.ask("DELETE", f"/api/models/{model}", X_Modella="test")[0] in {200, 202}
    deadline = time.monotonic() + 30
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert {each["why"] for each in planned(client, made["name"])["leaves"]} == {"by-hand", "no-files"}
    assert restored(client, made["name"])["returned"] == 0
    assert not folder.exists()
    assert restored(client, made["name"], everything=True)["returned"] >= 1
    assert (folder / "metadata.json").exists()


# --------------------------------------------------------------------------------------------------------- forged


def forged(path: Path, library: str, files: list[tuple[dict[str, Any], bytes]], changed: Any = None) -> str:
    """An archive with a manifest that is right about wrong things."""
    told = []
    with zipfile.ZipFile(path, "w") as archive:
        for number, (entry, content) in enumerate(files):
            name = entry.get("name", f"e{number}")
            archive.writestr(name, content)
            proof = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            told.append({"name": name, "root": "", "model": "0" * 26, "modified": "2999", **proof, **entry})
        said = {"schema": 1, "made_by": "modella", "version": "1", "made_at": "2026", "library": library}
        archive.writestr(MANIFEST, json.dumps({**said, "library_path": "/x", "entries": told, **(changed or {})}))
    return str(path)


OVERRIDES = json.dumps({"schema": 1, "fields": {}, "updated_at": "2999-01-01T00:00:00.000+00:00"}).encode()
SHARED = json.dumps({"schema": 1, "searches": []}).encode()


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"what": "overrides", "path": "../outside/overrides.json"}, "not-allowed"),
        ({"what": "overrides", "path": "loras/../../outside/overrides.json"}, "not-allowed"),
        ({"what": "overrides", "path": "/tmp/outside/overrides.json"}, "not-allowed"),
        ({"what": "overrides", "path": "loras\\..\\..\\overrides.json"}, "not-allowed"),
        ({"what": "overrides", "path": "C:/x/overrides.json"}, "not-allowed"),
        ({"what": "overrides", "path": "leads-out/overrides.json"}, "not-allowed"),
        ({"what": "overrides", "path": ".modella/overrides.json"}, "not-allowed"),
        ({"what": "overrides", "path": ".modella/history/x/overrides.json"}, "not-allowed"),
        ({"what": "overrides", "path": "loras/x/model.safetensors"}, "not-allowed"),
        ({"what": "overrides", "path": "overrides.json"}, "not-allowed"),
        ({"what": "metadata", "path": "loras/overrides.json"}, "not-allowed"),
        ({"what": "overrides", "path": "loras/overrides.json", "root": "0123456789abcdef"}, "not-allowed"),
        ({"what": "overrides", "path": "x.modella.overrides.json", "root": "0123456789abcdef"}, "root-unknown"),
        ({"what": "overrides", "path": "loras/overrides.json", "sha256": "0" * 64}, "damaged"),
        ({"what": "overrides", "path": "loras/overrides.json", "size": 3}, "damaged"),
        ({"what": "overrides", "path": "loras/overrides.json", "size": 10**12}, "damaged"),
        ({"what": "metadata", "path": "loras/metadata.json"}, "damaged"),
        ({"what": "shared", "path": ".modella/library.json"}, "not-allowed"),
        ({"what": "shared", "path": ".modella/lists/../roots.json"}, "not-allowed"),
        ({"what": "shared", "path": ".modella/roots.json"}, "not-allowed"),
        ({"what": "config", "path": "config.toml"}, "by-hand"),
        ({"what": "database", "path": "modella.db"}, "by-hand"),
        ({"what": "marker", "path": ".modella/library.json"}, "by-hand"),
    ],
)
def test_a_forged_archive_writes_nowhere_but_where_records_lie(
    client: Client, place: Place, tmp_path: Path, entry: dict[str, Any], why: str
) -> None:
    (place.root / "loras").mkdir(exist_ok=True)
    (tmp_path / "outside").mkdir()
    (place.root / "leads-out").symlink_to(tmp_path / "outside")
    before = snapshot(tmp_path)
    content = SHARED if entry["what"] == "shared" else OVERRIDES
    file = forged(tmp_path / "forged.zip", place_id(place), [(entry, content)])
    before |= snapshot(tmp_path / "forged.zip")
    plan = planned(client, file, everything=True)
    assert ([each["why"] for each in plan["leaves"]], plan["returns"]) == ([why], [])
    assert restored(client, file, everything=True)["returned"] == 0
    after = snapshot(tmp_path)
    assert {path for path in after.keys() | before.keys() if after.get(path) != before.get(path)} <= {
        str(path) for path in tmp_path.rglob("modella.db*")
    } | {str(tmp_path / "forged.zip")}


def place_id(place: Place) -> str:
    return str(json.loads((place.root / ".modella" / "library.json").read_text())["id"])


def snapshot(top: Path) -> dict[str, bytes]:
    paths = [top, *top.rglob("*")]
    return {str(path): path.read_bytes() for path in paths if path.is_file() and "logs" not in path.parts}


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x05\x06" + b"\0" * 18, b"no archive", b"PK\x03\x04" + b"\xff" * 400],
    ids=["empty", "no-entries", "text", "torn"],
)
def test_what_is_no_backup_is_refused(client: Client, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    status, told = client.ask("POST", "/api/backups/restore", {"file": str(tmp_path / "x.zip"), "plan": True})
    assert (status, told["code"]) == (422, "not-a-backup")
    assert "x.zip" in told["error"]


@pytest.mark.parametrize("manifest", [{"schema": 2}, {"made_by": "somebody"}, {"entries": "x"}, {"library": 3}])
def test_a_manifest_without_sense_is_refused(client: Client, tmp_path: Path, manifest: dict[str, Any]) -> None:
    file = forged(tmp_path / "x.zip", "x", [], manifest)
    status, told = client.ask("POST", "/api/backups/restore", {"file": file})
    assert (status, told["code"]) == (422, "not-a-backup")


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({}, 422),
        ({"file": ""}, 422),
        ({"file": "/no/such.zip"}, 404),
        ({"file": "nobody.zip"}, 404),
        ({"file": "../modella.db"}, 404),
        ({"file": "/x\u0000y"}, 422),
    ],
)
def test_wishes_without_sense_are_refused(client: Client, wish: dict[str, Any], status: int) -> None:
    assert client.ask("POST", "/api/backups/restore", wish)[0] == status


# -------------------------------------------------------------------------------------------------- by themselves


def test_the_caretaker_makes_one_when_it_is_due(house: House, hub: Hub, tmp_path: Path) -> None:
    assert not is_due(house.hands)  # nothing to keep yet
    weights(house.hands.library.root / "loras" / "x.safetensors")
    caretaker = Caretaker(house.hands)
    caretaker.start()
    try:
        deadline = time.monotonic() + 60
        while not list_backups(house.hands):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        caretaker.stop()
        house.hands.tasks.close()
    assert not is_due(house.hands)


def test_a_backup_is_due_by_its_age(house: House) -> None:
    weights(house.hands.library.root / "loras" / "x.safetensors")
    with serve_quietly(house) as address:
        scanned(Client(address))
    assert is_due(house.hands)
    house.change_settings({"backup_every_days": 0})
    assert not is_due(house.hands)
    house.change_settings({"backup_every_days": 2})
    made = Path(make_backup(house.hands).path)
    assert not is_due(house.hands)
    long_ago = (datetime.now(UTC) - timedelta(days=3)).strftime("%Y%m%dT%H%M%S%f")
    made.rename(made.with_name(f"modella-{long_ago}-{made.name[-12:]}"))
    assert is_due(house.hands)


def test_a_backup_that_is_stopped_leaves_nothing(house: House) -> None:
    for number in range(3):
        weights(house.hands.library.root / "loras" / f"x{number}.safetensors", seed=number)
    with serve_quietly(house) as address:
        scanned(Client(address))
    task = house.hands.tasks.begin("backup", lambda task: (task.stop.set(), make_backup(house.hands, task))[1] and {})
    task.finished.wait(30)
    assert task.state == "cancelled"
    assert os.listdir(house.settings().home / "backups") == []


def test_the_terminal_makes_lists_and_puts_back(tmp_path: Path, hub: Hub) -> None:
    terminal = Terminal(tmp_path, hub)
    assert terminal.run("pull", hub.example("lora")).returncode == 0
    made = terminal.run("backup", "--json")
    assert made.returncode == 0, made.stderr
    name = json.loads(made.stdout)["name"]
    assert name in terminal.run("backups", "ls", "--json").stdout
    record = next(path for path in terminal.library.rglob("metadata.json") if ".modella" not in path.parts)
    record.unlink()
    plan = terminal.run("restore-backup", name, "--plan")
    assert (plan.returncode, "1 file would be put back" in plan.stdout) == (0, True), plan.stdout + plan.stderr
    assert not record.exists()
    done = terminal.run("restore-backup", name)
    assert (done.returncode, "1 file was put back" in done.stdout) == (0, True), done.stdout + done.stderr
    assert record.exists()
    assert terminal.run("restore-backup", "nothing.zip").returncode == 3
    assert terminal.run("backups", "rm", name).returncode == 0
    assert "no backups" in terminal.run("backups", "ls").stdout
