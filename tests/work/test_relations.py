"""Models name each other, and versions of one model know each other."""

from collections.abc import Iterator
from typing import Any

import pytest

from modella.core.errors import NotFound
from modella.core.relations import keys_of_ref, ref_of, where_to_get
from modella.wiring import House
from modella.work.edit import Edit, edit
from modella.work.related import relations_of, versions_of
from tests.place import Place


@pytest.fixture
def pair(place: Place) -> Iterator[tuple[House, dict[str, Any], dict[str, Any]]]:
    """A house with a LoRA and a checkpoint."""
    ids = [place.pull(place.hub.example(theme)).model_id or "" for theme in ("lora", "checkpoint")]
    house = place.open()
    one, two = (house.hands.index.get(each) or {} for each in ids)
    yield house, one, two
    house.close()


def refs_to(model: dict[str, Any]) -> list[Any]:
    """Every way in which a model can be named."""
    source, sha256 = model["sources"][0], model["files"][0]["sha256"]
    return [
        model["id"],
        sha256,
        sha256.upper(),
        source["url"],
        f"civitai:{source['model_id']}@{source['version_id']}",
        f"urn:air:sdxl:checkpoint:civitai:{source['model_id']}@{source['version_id']}",
        f"https://civitai.com/model-versions/{source['version_id']}",
        {"id": model["id"]},
        {"source": "civitai", "version_id": source["version_id"]},
        {"source": "civitai", "model_id": source["model_id"]},
        {"sha256": sha256, "url": "https://example.org/elsewhere"},
        {"name": model["name"].upper()},
    ]


def test_every_way_to_name_a_model_finds_it_in_both_directions(
    pair: tuple[House, dict[str, Any], dict[str, Any]],
) -> None:
    house, lora, checkpoint = pair
    for ref in refs_to(checkpoint):
        edit(house.hands, lora["id"], Edit(set={"relations": [{"type": "base", "ref": ref}]}))
        there = relations_of(house.hands.index, lora["id"])["relations"]
        assert [(each["type"], [m["id"] for m in each["models"]]) for each in there] == [("base", [checkpoint["id"]])]
        back = relations_of(house.hands.index, checkpoint["id"])["incoming"]
        assert [(each["type"], each["model"]["id"]) for each in back] == [("base", lora["id"])], ref
    edit(house.hands, lora["id"], Edit(reset=["relations"]))
    assert relations_of(house.hands.index, checkpoint["id"])["incoming"] == []


def test_what_is_not_here_tells_where_it_can_be_had(pair: tuple[House, dict[str, Any], dict[str, Any]]) -> None:
    house, lora, checkpoint = pair
    model_id = checkpoint["sources"][0]["model_id"]
    wanted = [
        {"type": "requires", "ref": {"source": "civitai", "model_id": model_id, "version_id": "99999"}},
        {"type": "recommends", "ref": "somebody/some-base"},
        {"type": "derived-from", "ref": "a model that nobody knows"},
    ]
    edit(house.hands, lora["id"], Edit(set={"relations": wanted}))
    first, second, third = relations_of(house.hands.index, lora["id"])["relations"]
    assert (first["missing"], [each["id"] for each in first["other_versions"]]) == (True, [checkpoint["id"]])
    assert first["get"].endswith(f"/models/{model_id}?modelVersionId=99999")
    assert second["get"] == "https://huggingface.co/somebody/some-base"
    assert (third["missing"], third["get"]) == (True, None)


def test_the_sources_relations_and_the_users_count_together(place: Place) -> None:
    done = place.pull(place.hub.example("hf-lora"))
    house = place.open()
    try:
        model = done.model_id or ""
        given = (house.hands.index.get(model) or {})["relations"]
        assert given
        mine = {"type": "requires", "ref": "somebody/something"}
        told = edit(house.hands, model, Edit(set={"relations": [mine, given[0]]}))
        assert told["relations"] == [mine, *given]
        assert told["fields"]["relations"]["source"] == given
    finally:
        house.close()


def test_versions_of_one_model_are_a_group(place: Place) -> None:
    theme = place.hub.catalogue.themes["several-versions"]
    links = [f"{place.hub.civitai_url}/models/{theme.id}?modelVersionId={version.id}" for version in theme.versions]
    ids = [place.pull(link).model_id or "" for link in links[1:3]]
    house = place.open()
    try:
        told = versions_of(house.hands.index, ids[0])
        assert told["group"] == f"civitai:{theme.id}"
        assert {each["id"] for each in told["items"]} == set(ids)
        assert {each["group"] for each in told["items"]} == {told["group"]}
        missing = {each["version_id"] for each in told["missing"]}
        assert missing == {str(version.id) for version in theme.versions} - {str(v.id) for v in theme.versions[1:3]}
        marked = [each for each in [*told["items"], *told["missing"]] if each["newest"]]
        assert len(marked) == 1
        newest = max(theme.versions, key=lambda version: version.published or "")
        assert marked[0].get("version_id", marked[0].get("version")) in {str(newest.id), newest.name}
        assert all(f"modelVersionId={each['version_id']}" in each["get"] for each in told["missing"])
    finally:
        house.close()


def test_a_model_without_a_source_stands_alone(place: Place) -> None:
    done = place.pull(place.hub.example("direct"))
    house = place.open()
    try:
        told = versions_of(house.hands.index, done.model_id or "")
        assert (told["group"], [each["id"] for each in told["items"]], told["missing"]) == (None, [done.model_id], [])
        for ask in (versions_of, relations_of):
            with pytest.raises(NotFound):
                ask(house.hands.index, "0" * 26)
    finally:
        house.close()


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("4201@130072", ("civitai:@130072",)),
        ("https://civitai.com/models/4201/slug?modelVersionId=130072", ("civitai:@130072",)),
        ("https://civitai.red/models/4201", ("civitai:4201",)),
        ("https://huggingface.co/Org/Name/tree/main", ("huggingface:org/name",)),
        ("Org/Name", ("huggingface:org/name",)),
        ("AB" * 32, (f"sha256:{'ab' * 32}",)),
        ("Some Words", ("name:some words",)),
        ({}, ()),
        (None, ("name:none",)),
        ("http://[broken", ("url:http://[broken",)),
    ],
)
def test_texts_are_understood_as_people_write_them(text: Any, keys: tuple[str, ...]) -> None:
    assert tuple(key for key in keys_of_ref(ref_of(text)) if not key.startswith("url:http") or "broken" in key) == keys


def test_no_link_is_made_up_of_what_is_no_address() -> None:
    assert where_to_get({"url": "javascript:alert(1)"}) is None
