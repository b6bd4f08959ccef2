"""Settings by HTTP: all about each in the caller's words, what fixes one, and that every tab is told of a change."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from modella.io.packaged import languages
from modella.io.settings import CHANGEABLE, Settings
from modella.wiring import House
from tests.api.client import Client
from tests.place import Place

NEW = {
    *("theme", "lang", "density", "nsfw_cover", "nsfw_hide", "shortcuts", "notify", "watch"),
}


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    place.env = {"MODELLA_DENSITY": "compact"}
    place.home.mkdir()
    (place.home / "config.toml").write_text("previews = 3\n")
    opened = place.open()
    try:
        yield opened
    finally:
        opened.close()


def settings(client: Client) -> dict[str, dict[str, Any]]:
    told = client.ask("GET", "/api/settings")[1]["data"]
    return {each["name"]: each for each in told["settings"]}


def test_every_setting_is_told_with_words_of_the_language(client: Client) -> None:
    told = client.ask("GET", "/api/settings")[1]["data"]
    assert [each["name"] for each in told["settings"]] == list(Settings.model_fields)
    assert set(told["values"]) == set(Settings.model_fields)
    assert set(told["changeable"]) == CHANGEABLE
    sections = {each["name"] for each in told["sections"]}
    for each in told["settings"]:
        assert each["section"] in sections
        assert not each["title"].startswith("settings.")
        assert not each["help"].startswith("settings.")
        assert (each["value"], each["restart"]) == (told["values"][each["name"]], each["name"] not in CHANGEABLE)
        assert all(choice["title"] and "settings." not in choice["title"] for choice in each["choices"] or ())


def test_bounds_choices_and_types_are_told(client: Client) -> None:
    found = settings(client)
    assert {name: each["type"] for name, each in found.items() if name in NEW | {"bandwidth", "download_hours"}} == {
        **dict.fromkeys(("theme", "lang", "density", "nsfw_cover", "nsfw_hide"), "choice"),
        **dict.fromkeys(("shortcuts", "notify", "watch"), "flag"),
        "bandwidth": "bytes-per-second",
        "download_hours": "hours",
    }
    assert (found["connections"]["minimum"], found["connections"]["maximum"]) == (1, 16)
    assert (found["stall_timeout"]["above"], found["stall_timeout"]["minimum"]) == (0, None)
    assert [each["value"] for each in found["theme"]["choices"]] == ["dark", "light", "contrast", "system"]
    assert [each["value"] for each in found["lang"]["choices"]] == ["", *languages()]


def test_what_fixes_a_setting_is_named(client: Client) -> None:
    found = settings(client)
    fixed = {name: (each["fixed_by"], each["changeable"], each["from"]) for name, each in found.items()}
    assert fixed["density"] == ({"by": "environment", "name": "MODELLA_DENSITY"}, False, "environment")
    assert fixed["previews"] == ({"by": "config", "name": "config.toml"}, False, "config")
    assert fixed["tries"] == ({"by": "flag", "name": "--tries"}, False, "flag")
    assert fixed["theme"] == (None, True, "default")
    assert fixed["host"] == (None, False, "default")
    assert client.ask("PATCH", "/api/settings", {"theme": "light"})[0] == 200
    assert settings(client)["theme"]["from"] == "saved"


@pytest.mark.parametrize(
    "changes",
    [
        {"theme": "pink"},
        {"shortcuts": "perhaps"},
        {"nsfw_hide": "pg"},
        {"lang": "xx"},
        {"host": "0.0.0.0"},
        {"previews": -1},
        {"theme": "light", "density": "huge"},
    ],
)
def test_values_without_sense_are_refused_and_nothing_is_stored(client: Client, changes: dict[str, Any]) -> None:
    before = client.ask("GET", "/api/settings")[1]
    status, told = client.ask("PATCH", "/api/settings", changes)
    assert (status, told["code"]) == (422, "bad-value")
    assert client.ask("GET", "/api/settings")[1] == before


def test_every_listener_is_told_what_counts_now(client: Client) -> None:
    with connect(client.address.replace("http", "ws") + "/ws/events", proxy=None) as one:
        client.ask("PATCH", "/api/settings", {"theme": "contrast", "notify": True, "shortcuts": True})
        told = json.loads(one.recv(timeout=20))
        assert (told["type"], told["values"]) == ("settings-changed", {"theme": "contrast", "notify": True})
        client.ask("PATCH", "/api/settings", {"theme": "contrast"})
        client.ask("PATCH", "/api/settings", {"theme": None})
        told = json.loads(one.recv(timeout=20))
        assert (told["type"], told["values"]) == ("settings-changed", {"theme": "dark"})


def test_a_setting_made_by_a_person_is_there_after_a_restart(place: Place) -> None:
    house = place.open()
    house.change_settings({"theme": "system", "watch": False})
    house.close()
    house = place.open()
    try:
        assert (house.settings().theme, house.settings().watch) == ("system", False)
    finally:
        house.close()


def test_the_answer_is_described_for_programs(client: Client) -> None:
    schemas = client.ask("GET", "/api/openapi.json")[1]["components"]["schemas"]
    assert {"SettingsView", "SettingView", "FixedBy", "ChoiceView"} <= set(schemas)
    assert set(schemas["Settings"]["properties"]) == set(Settings.model_fields)


def test_the_folder_of_configuration_is_not_looked_at_for_what_is_stored(client: Client, tmp_path: Path) -> None:
    assert client.ask("PATCH", "/api/settings", {"previews": 101})[0] == 422
