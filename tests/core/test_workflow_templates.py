"""The workflows that ComfyUI brings along: what their nodes name is what their own lists of models say.

They lie in the package `comfyui-workflow-templates-json`, which is not installed here for its size; `MODELLA_TEMPLATES`
names the folder of its JSON files.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modella.core.comfy_nodes import kind_of
from modella.core.workflow import Named, read


@pytest.fixture(scope="module")
def templates() -> list[tuple[str, dict[str, Any]]]:
    """Every workflow of the folder by its name."""
    folder = os.environ.get("MODELLA_TEMPLATES")
    if not folder:
        pytest.skip("MODELLA_TEMPLATES does not name a folder of comfyui-workflow-templates-json")
    read_all = ((path.name, json.loads(path.read_text(encoding="utf-8"))) for path in Path(folder).rglob("*.json"))
    found = [(name, told) for name, told in read_all if isinstance(told, dict) and "nodes" in told]
    assert len(found) > 100
    return found


def parts(graph: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a workflow and of its subgraphs."""
    yield from graph.get("nodes") or []
    for each in (graph.get("definitions") or {}).get("subgraphs") or []:
        yield from parts(each)


def listed(graph: dict[str, Any]) -> dict[str, str]:
    """Name and folder of every model in the lists of a workflow's nodes."""
    lists = ((each.get("properties") or {}).get("models") or [] for each in parts(graph))
    return {model["name"]: model["directory"] for each in lists for model in each}


def without_lists(graph: dict[str, Any]) -> dict[str, Any]:
    """The workflow as an older ComfyUI would have saved it."""
    bare = json.loads(json.dumps(graph))
    for each in parts(bare):
        (each.get("properties") or {}).pop("models", None)
    return dict(bare)


def models(graph: dict[str, Any]) -> dict[str, Named]:
    """What a workflow names."""
    return {each.name: each for each in read({"workflow": graph}).models}


def test_every_listed_model_is_found_with_its_folder_and_address(templates: list[tuple[str, dict[str, Any]]]) -> None:
    for name, graph in templates:
        found = models(graph)
        assert listed(graph).keys() - found.keys() == set(), name
        assert [each.name for each in found.values() if each.name in listed(graph) and not each.urls] == [], name


def test_most_are_found_with_their_kind_when_no_list_tells(templates: list[tuple[str, dict[str, Any]]]) -> None:
    wanted = found = right = 0
    for _, graph in templates:
        told = models(without_lists(graph))
        for name, folder in listed(graph).items():
            wanted += 1
            found += name in told
            right += name in told and told[name].kind == kind_of(folder)
    assert wanted > 500
    assert found / wanted > 0.98, f"{found} of {wanted}"
    assert right / wanted > 0.95, f"{right} of {wanted}"
    print(f"{found} of {wanted} found, {right} with their kind")
