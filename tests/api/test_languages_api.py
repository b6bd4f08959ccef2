"""Languages by HTTP and in the terminal: which there are, and whose wish counts first."""

from pathlib import Path

from modella.cli.door import serve_quietly
from modella.demo.hub import Hub
from modella.io.packaged import languages, load_words
from tests.api.client import Client
from tests.place import Place
from tests.terminal import Terminal


def refusal(client: Client, accept: str) -> str:
    return str(client.ask("GET", "/api/models/nobody", Accept_Language=accept)[1]["error"])


def test_the_languages_tell_their_own_names(client: Client) -> None:
    found = client.ask("GET", "/api/languages")[1]["data"]
    assert [each["code"] for each in found] == list(languages())
    assert {"code": "en", "name": "English", "direction": "ltr"} in found
    assert "en-XA" not in {each["code"] for each in found}


def test_who_asks_is_answered_in_the_language_asked_for(client: Client) -> None:
    plain = "There is nothing with the id nobody"
    assert refusal(client, "en") == plain
    assert refusal(client, "xx, en-XA;q=0.5").startswith(f"[{plain} ~")
    assert client.ask("PATCH", "/api/settings", {"lang": "en-XA"})[0] == 200
    assert refusal(client, "en") == plain
    title = client.ask("GET", "/api/settings")[1]["data"]["settings"][0]["title"]
    assert title.startswith("[")
    assert client.ask("PATCH", "/api/settings", {"lang": None})[0] == 200
    assert refusal(client, "xx") == plain


def test_who_asks_for_none_is_answered_as_the_variable_says_and_then_the_setting(place: Place) -> None:
    place.env = {"MODELLA_LANG": "en-XA"}
    house = place.open()
    try:
        with serve_quietly(house) as address:
            client = Client(address)
            client.ask("PATCH", "/api/settings", {"lang": "en"})
            assert refusal(client, "xx").startswith("[")
    finally:
        house.close()


def test_the_terminal_heeds_variable_setting_and_its_own_language(tmp_path: Path, hub: Hub) -> None:
    terminal = Terminal(tmp_path, hub)
    assert "No models" in terminal.run("ls").stdout
    terminal.env["MODELLA_LANG"] = "en_XA.UTF-8"
    assert "[No models" in terminal.run("ls").stdout
    del terminal.env["MODELLA_LANG"]
    place = Place(tmp_path, hub)
    house = place.open()
    house.change_settings({"lang": "en-XA"})
    house.close()
    assert "[No models" in terminal.run("ls").stdout
    terminal.env["MODELLA_LANG"] = "en"
    assert "[" not in terminal.run("ls").stdout


def test_every_sentence_of_the_pretend_language_can_be_said() -> None:
    assert load_words("en-XA").say("states.queued") == f"[{load_words('en').say('states.queued')} ~]"
