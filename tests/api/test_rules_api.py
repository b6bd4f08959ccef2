"""Placement rules tried by HTTP: where real models would go, by which rule and why, and what is wrong with a rule."""

from pathlib import Path
from typing import Any

import pytest

from modella.demo.hub import Hub
from tests.api.client import Client
from tests.api.test_library import scanned, weights


def preview(client: Client, rules: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    status, told = client.ask("POST", "/api/rules/preview", {"rules": rules, **more})
    assert status == 200, told
    data: dict[str, Any] = told["data"]
    return data


def test_a_model_is_told_with_its_rule_and_why(client: Client, hub: Hub) -> None:
    done = client.pull(hub.example("lora"))
    rules = [{"when": {"kind": "vae"}, "to": "{name}"}, {"when": {"kind": "lora"}, "to": "mine/{family}/{name}"}]
    found = preview(client, rules)
    assert (found["problems"], found["moving"]) == ([], 1)
    item = found["items"][0]
    model = client.ask("GET", f"/api/models/{done['model_id']}")[1]["data"]
    assert (item["id"], item["now"], item["rule"]) == (model["id"], model["path"], 1)
    assert item["then"] == f"mine/{model['family']}/{model['cleaned_name']}"
    assert (item["fits"], item["stays"]) == ({"kind": "lora"}, None)
    assert item["words"] == {"family": model["family"], "name": model["cleaned_name"]}
    assert item["why"] == "Rule 2 fits: kind = lora"
    assert client.ask("GET", "/api/rules")[1]["data"]["rules"] == []
    assert client.ask("GET", f"/api/models/{done['model_id']}")[1]["data"]["path"] == model["path"]


def test_without_rules_everything_lies_where_the_default_wants_it(client: Client, hub: Hub) -> None:
    client.pull(hub.example("lora"))
    found = preview(client, [])
    assert [(each["rule"], each["stays"], each["then"] == each["now"]) for each in found["items"]] == [
        (None, "in-place", True)
    ]
    assert found["items"][0]["why"].startswith("No rule fits, so it goes to {kind folder}/{family}/{name}. ")


def test_adopted_models_stay_and_are_told_where_they_would_be_imported(client: Client, tmp_path: Path) -> None:
    weights(tmp_path / "have" / "Nice One.safetensors")
    scanned(client, folders=[str(tmp_path / "have")])
    item = preview(client, [{"to": "all/{kind}/{name}"}])["items"][0]
    assert (item["stays"], item["then"]) == ("adopted", "all/lora/nice-one")
    assert item["now"].endswith("have/Nice One.safetensors")


def test_a_sample_has_some_of_every_kind_and_family(client: Client, tmp_path: Path) -> None:
    for number, recipe in enumerate(["lora-sdxl"] * 6 + ["lora-sd15", "vae-sd", "checkpoint-sdxl"]):
        weights(tmp_path / "have" / f"m{number}.safetensors", recipe, number)
    assert scanned(client, folders=[str(tmp_path / "have")])["result"]["added"] == 9
    kinds = {(each["kind"], each["family"]) for each in preview(client, [], limit=4)["items"]}
    assert len(kinds) == 4
    assert len(preview(client, [])["items"]) == 9


def test_two_models_for_one_folder_are_parted(client: Client, tmp_path: Path, hub: Hub) -> None:
    client.pull(hub.example("lora"))
    client.pull(hub.example("checkpoint"))
    items = preview(client, [{"to": "same/{name}"}])["items"]
    assert len({each["then"] for each in items}) == len(items) == 2


def test_named_models_are_looked_at_and_unknown_ones_refused(client: Client, hub: Hub) -> None:
    one = client.pull(hub.example("lora"))["model_id"]
    client.pull(hub.example("checkpoint"))
    assert [each["id"] for each in preview(client, [], ids=[one])["items"]] == [one]
    status, told = client.ask("POST", "/api/rules/preview", {"rules": [], "ids": ["nobody"]})
    assert (status, told["code"]) == (404, "unknown-id")


@pytest.mark.parametrize(
    ("rule", "field", "code", "word"),
    [
        ({"to": "x/{colour}/{name}"}, "to", "unknown-word", "colour"),
        ({"to": "x/{Name}/{name}"}, "to", "unknown-word", "Name"),
        ({"to": "x"}, "to", "needs-name", ""),
        ({}, "to", "needs-name", ""),
        ({"when": {"colour": "red"}, "to": "{name}"}, "when", "unknown-fact", "colour"),
        ({"when": {"kind folder": "loras"}, "to": "{name}"}, "when", "unknown-fact", "kind folder"),
        ({"when": {"kind": "loras"}, "to": "{name}"}, "when", "unknown-kind", "loras"),
    ],
)
def test_a_wrong_rule_is_named_with_what_is_wrong(
    client: Client, rule: dict[str, Any], field: str, code: str, word: str
) -> None:
    found = preview(client, [{"to": "{name}"}, rule])
    assert found["items"] == []
    assert [(each["rule"], each["field"], each["code"], each["word"]) for each in found["problems"]] == [
        (1, field, code, word)
    ]
    sentence = found["problems"][0]["sentence"]
    assert word in sentence
    assert "rules." not in sentence


@pytest.mark.parametrize("wish", [{}, {"rules": "x"}, {"rules": [{"to": 3}]}, {"rules": [], "limit": 0}])
def test_wishes_without_sense_are_refused(client: Client, wish: dict[str, Any]) -> None:
    assert client.ask("POST", "/api/rules/preview", wish)[0] == 422
