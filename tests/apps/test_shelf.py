"""Mapping files: ours fit their schema, the user's count before them, and a broken one stops no other."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modella.core.errors import BadLink, ModellaError
from modella.core.mapping import LARGEST_FILE, MappingFile, best_mapping, json_schema, read_mapping
from modella.io.own_mappings import FOLDER, MOST_FILES
from modella.io.packaged import load_mappings
from modella.work.finding_apps import find_app, shelf, shelf_at
from tests.apps.fixtures import FIXTURES
from tests.changing import Shelf

GOOD: dict[str, Any] = {
    "schema": 1,
    "app": "tool",
    "title": "A tool",
    "detect": {"all": [{"path": "tool.cfg"}]},
    "targets": [{"kinds": ["lora"], "folder": "loras"}],
}
APPS = Path(__file__).parents[2] / "src" / "modella" / "apps"


def put(home: Path, name: str, said: Any) -> Path:
    """Lays a mapping file into the user's folder."""
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(said if isinstance(said, bytes) else json.dumps(said).encode())
    return path


def changed(**parts: Any) -> dict[str, Any]:
    """The good mapping with other parts; None takes one out."""
    return {name: part for name, part in {**GOOD, **parts}.items() if part is not None}


def fault(name: str, said: Any) -> BadLink:
    """What is wrong with a mapping file."""
    content = said if isinstance(said, bytes) else json.dumps(said).encode()
    with pytest.raises(BadLink) as caught:
        read_mapping(name, content)
    assert caught.value.code == "bad-mapping"
    return caught.value


# ---------------------------------------------------------------------------------------------------- what is wrong

NAME = "tool_1.0.0_default.json"
BROKEN: dict[str, tuple[str, Any, str, str]] = {
    "a name without a version": ("tool.json", GOOD, "", "name"),
    "a name with a path": ("../tool_1.0.0_default.json", GOOD, "", "name"),
    "a name of another app": ("other_1.0.0_default.json", GOOD, "app", "name"),
    "a name of another config": ("tool_1.0.0_portable.json", GOOD, "app", "name"),
    "no JSON": (NAME, b"{", "", "JSON"),
    "nothing": (NAME, b"", "", "JSON"),
    "not UTF-8": (NAME, b'{"app": "\xff\xfe"}', "", "JSON"),
    "nested without end": (NAME, b"[" * 200_000, "", "JSON"),
    "a list": (NAME, [], "", ""),
    "an unknown key": (NAME, changed(folders=1), "folders", ""),
    "a form of tomorrow": (NAME, changed(schema=2), "schema", ""),
    "no title": (NAME, changed(title=None), "title", ""),
    "no detection": (NAME, changed(detect=None), "detect", ""),
    "no sign": (NAME, changed(detect={"base": ["."]}), "detect", "sign"),
    "a sign outside": (NAME, changed(detect={"all": [{"path": "../x"}]}), "detect.all.0.path", "below"),
    "an absolute sign": (NAME, changed(detect={"all": [{"path": "/etc/passwd"}]}), "detect.all.0.path", "below"),
    "another path outside": (
        *(NAME, changed(detect={"all": [{"path": "x", "or_at": ["..\\x"]}]})),
        *("detect.all.0.or_at", "below"),
    ),
    "a base outside": (NAME, changed(detect={"base": [".."], "all": [{"path": "x"}]}), "detect.base", "below"),
    "a pattern that is none": (
        *(NAME, changed(detect={"all": [{"path": "x"}], "version": [{"path": "x", "pattern": "("}]})),
        *("detect.version.0.pattern", "regular expression"),
    ),
    "a pattern without a group": (
        *(NAME, changed(detect={"all": [{"path": "x"}], "version": [{"path": "x", "pattern": "v"}]})),
        *("detect.version.0.pattern", "group"),
    ),
    "a finding that says two things": (
        *(NAME, changed(detect={"all": [{"path": "x"}], "version": [{"path": "x", "key": "a", "version": "1"}]})),
        *("detect.version.0", "exactly one"),
    ),
    "no targets": (NAME, changed(targets=[]), "", "targets"),
    "a target outside": (NAME, changed(targets=[{"kinds": ["lora"], "folder": "../x"}]), "targets.0.folder", "below"),
    "a kind that is none": (NAME, changed(targets=[{"kinds": ["x"], "folder": "x"}]), "targets.0.kinds.0", ""),
    "a place that is none": (NAME, changed(targets=[{"kinds": ["lora"], "folder": "{models}/x"}]), "", "no such place"),
    "a place in the middle": (
        *(NAME, changed(targets=[{"kinds": ["lora"], "folder": "x/{models}"}], places={"models": {"default": "m"}})),
        *("targets.0.folder", "place"),
    ),
    "a place below a later one": (
        *(NAME, changed(places={"a": {"default": "x", "below": "b"}, "b": {"default": "x"}})),
        *("", "come after"),
    ),
    "a default outside": (NAME, changed(places={"a": {"default": "/x"}}), "places.a.default", "below"),
    "a range that is none": (
        *(NAME, changed(targets=[{"kinds": ["lora"], "folder": "x", "versions": "soon"}])),
        *("targets.0.versions", "range"),
    ),
    "a method that is none": (NAME, changed(links=["magic"]), "links.0", ""),
    "a name of a link without a file": (
        *(NAME, changed(targets=[{"kinds": ["lora"], "folder": "x", "name": "{family}"}])),
        *("targets.0.name", "{file}"),
    ),
    "an unknown word in a name": (
        *(NAME, changed(targets=[{"kinds": ["lora"], "folder": "x", "name": "{fiel}"}])),
        *("targets.0.name", "{fiel}"),
    ),
    "no links without a reason": (NAME, changed(support="none", targets=None), "", "why"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_is_told_with_its_name_and_place(what: str) -> None:
    name, said, at, reason = BROKEN[what]
    problem = fault(name, said)
    assert problem.facts["file"] == name
    assert problem.facts["at"] == at
    assert reason in problem.facts["reason"]
    assert problem.facts["reason"]


def test_the_good_one_is_good() -> None:
    assert read_mapping(NAME, json.dumps(GOOD).encode()).mapping.title == "A tool"
    assert read_mapping(NAME, b"\xef\xbb\xbf" + json.dumps(GOOD).encode()).first == "1.0.0"
    assert read_mapping(NAME, json.dumps({**GOOD, "$schema": "mapping.schema.json"}).encode()).first == "1.0.0"


def test_the_example_in_the_document_is_good() -> None:
    text = (Path(__file__).parents[2] / "docs" / "apps.md").read_text(encoding="utf-8")
    block = text.partition("```json\n")[2].partition("```")[0]
    name = text.partition("```json\n")[0].rpartition("`:")[0].rpartition("`")[2]
    assert read_mapping(name, block.encode()).mapping.title == "My tool"
    schema = json_schema()
    assert list(objections(json.loads(block), schema, schema)) == []


# ------------------------------------------------------------------------------------------------- the user's folder


def test_without_a_folder_of_the_users_there_are_ours(tmp_path: Path) -> None:
    files, faults = shelf_at(tmp_path / "nowhere")
    assert faults == []
    assert {file.file for file in files} == {file.file for file in load_mappings()}


def test_broken_files_stop_no_other(tmp_path: Path) -> None:
    put(tmp_path, "broken_1.0.0_default.json", b"{")
    put(tmp_path, "misnamed.json", GOOD)
    put(tmp_path, NAME, GOOD)
    put(tmp_path, "notes.txt", b"what I wanted to remember")
    put(tmp_path, ".hidden.json", b"")
    files, faults = shelf_at(tmp_path)
    assert [file.file for file in files if file.own] == [NAME]
    assert [problem.facts["file"] for problem in faults] == ["broken_1.0.0_default.json", "misnamed.json"]
    assert len(files) == len(load_mappings()) + 1


def test_what_is_no_ordinary_file_is_told(tmp_path: Path) -> None:
    (tmp_path / FOLDER / "folder_1.0.0_default.json").mkdir(parents=True)
    (tmp_path / FOLDER / "gone_1.0.0_default.json").symlink_to("nowhere")
    os.mkfifo(tmp_path / FOLDER / "pipe_1.0.0_default.json")
    put(tmp_path, "large_1.0.0_default.json", b" " * (LARGEST_FILE + 1))
    files, faults = shelf_at(tmp_path)
    assert [file for file in files if file.own] == []
    assert {str(problem.facts["file"]).partition("_")[0] for problem in faults} == {"folder", "gone", "large", "pipe"}
    assert all(problem.facts["reason"] for problem in faults)


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("")
    files, faults = shelf_at(tmp_path)
    assert len(files) == len(load_mappings())
    assert [(problem.code, problem.facts["file"]) for problem in faults] == [("bad-mapping", FOLDER)]


def test_two_files_for_one_version_are_one_too_many(tmp_path: Path) -> None:
    put(tmp_path, "tool_1.0.0_default.json", GOOD)
    put(tmp_path, "tool_1.0_default.json", changed(title="Another"))
    files, faults = shelf_at(tmp_path)
    assert [file.mapping.title for file in files if file.own] == ["A tool"]
    assert "tool_1.0.0_default.json" in faults[0].facts["reason"]


def test_there_is_an_end_to_the_files_that_are_read(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 2):
        put(tmp_path, f"tool{number:04}_1.0.0_default.json", changed(app=f"tool{number:04}"))
    files, faults = shelf_at(tmp_path)
    assert sum(file.own for file in files) == MOST_FILES
    assert len(faults) == 1


def test_a_name_that_is_no_text_does_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir()
    try:
        (folder / os.fsdecode(b"\xff_1.0.0_default.json")).write_text("{}")
    except OSError:
        pytest.skip("this drive takes only names that are text")
    _, faults = shelf_at(tmp_path)
    assert [problem.code for problem in faults] == ["bad-mapping"]
    json.dumps([problem.plain_facts for problem in faults]).encode()


# --------------------------------------------------------------------------------------------------- who counts


def test_the_users_file_takes_the_place_of_ours(tmp_path: Path) -> None:
    ours = json.loads((APPS / "forge_2.0.0_default.json").read_bytes())
    put(tmp_path, "forge_2.0.0_default.json", {**ours, "title": "My Forge"})
    files, faults = shelf_at(tmp_path)
    assert faults == []
    assert [(f.own, f.mapping.title) for f in files if f.file == "forge_2.0.0_default.json"] == [(True, "My Forge")]
    found = find_app(files, FIXTURES["forge_2.0.0_default.json"].build(tmp_path / "forge"))
    assert (found.title, found.file.own) == ("My Forge", True)
    old = find_app(files, FIXTURES["forge_0.0.1_default.json"].build(tmp_path / "old"))
    assert (old.title, old.file.own) == ("Stable Diffusion WebUI Forge", False)


def test_a_newer_file_of_the_users_counts_from_its_version_on(tmp_path: Path) -> None:
    ours = json.loads((APPS / "comfyui_0.0.1_default.json").read_bytes())
    put(tmp_path, "comfyui_0.8.0_default.json", {**ours, "title": "Renamed folders"})
    files, _ = shelf_at(tmp_path)
    path = FIXTURES["comfyui_0.0.1_default.json"].build(tmp_path / "app")
    assert find_app(files, path).title == "Renamed folders"
    (path / "comfyui_version.py").write_text('__version__ = "0.7.9"\n')
    assert find_app(files, path).title == "ComfyUI"
    chosen = best_mapping(files, "comfyui", "default", None)
    assert chosen is not None
    assert chosen.first == "0.8.0"


def test_the_shelf_of_a_library_looks_into_its_home(tmp_path: Path) -> None:
    opened = Shelf(tmp_path)
    try:
        put(opened.hands.settings().home, NAME, GOOD)
        assert [file.file for file in shelf(opened.hands)[0] if file.own] == [NAME]
    finally:
        opened.house.close()


# ------------------------------------------------------------------------------------------------------ the schema

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "null": (type(None),),
}


def objections(said: Any, schema: Any, whole: Any, at: str = "") -> Iterator[str]:
    """What a JSON value has against the part of JSON Schema that ours is written in; other words of it are unknown."""
    if "$ref" in schema:
        yield from objections(said, whole["$defs"][schema["$ref"].removeprefix("#/$defs/")], whole, at)
        return
    if "anyOf" in schema:
        if all(list(objections(said, each, whole, at)) for each in schema["anyOf"]):
            yield f"{at}: none of the choices"
        return
    if "type" in schema and not isinstance(said, TYPES[schema["type"]]):
        yield f"{at}: not of type {schema['type']}"
        return
    if "enum" in schema and said not in schema["enum"]:
        yield f"{at}: {said} is none of {schema['enum']}"
    if "const" in schema and said != schema["const"]:
        yield f"{at}: not {schema['const']}"
    if isinstance(said, str):
        if not schema.get("minLength", 0) <= len(said) <= schema.get("maxLength", len(said)):
            yield f"{at}: too long or too short"
        if not re.search(schema.get("pattern", ""), said):
            yield f"{at}: not as {schema['pattern']}"
    if isinstance(said, list):
        if not schema.get("minItems", 0) <= len(said) <= schema.get("maxItems", len(said)):
            yield f"{at}: too many or too few"
        for number, each in enumerate(said):
            yield from objections(each, schema["items"], whole, f"{at}.{number}")
    if isinstance(said, dict):
        yield from _of_object(said, schema, whole, at)


def _of_object(said: dict[str, Any], schema: Any, whole: Any, at: str) -> Iterator[str]:
    known = schema.get("properties", {})
    yield from (f"{at}.{name}: missing" for name in schema.get("required", ()) if name not in said)
    more = schema.get("additionalProperties", True)
    patterns = schema.get("patternProperties", {})
    for name, each in said.items():
        fitting = next((part for pattern, part in patterns.items() if re.search(pattern, name)), None)
        part = known.get(name, fitting)
        if part is None and more is False:
            yield f"{at}.{name}: unknown"
        elif part is not None or isinstance(more, dict):
            yield from objections(each, part if part is not None else more, whole, f"{at}.{name}")


@pytest.mark.parametrize("file", load_mappings(), ids=[file.file for file in load_mappings()])
def test_our_files_fit_the_schema(file: MappingFile) -> None:
    schema = json_schema()
    said = json.loads((APPS / file.file).read_bytes())
    assert list(objections(said, schema, schema)) == []


@pytest.mark.parametrize(
    "said",
    [
        changed(folders=1),
        changed(title=None),
        changed(schema=2),
        changed(links=["magic"]),
        changed(targets=[{"kinds": ["x"], "folder": "x"}]),
        changed(targets=[{"kinds": [], "folder": "x"}]),
        changed(detect={"all": [{"path": ""}]}),
        changed(app="Not a name"),
    ],
)
def test_the_schema_objects_to_what_we_refuse(said: Any) -> None:
    schema = json_schema()
    assert list(objections(said, schema, schema))
    with pytest.raises(ModellaError):
        read_mapping(NAME, json.dumps(said).encode())


def test_everything_in_the_schema_is_described() -> None:
    schema = json_schema()
    parts = {"Mapping": schema, **schema["$defs"]}
    plain = {"homepage", "detect", "config_block"}
    silent = [
        f"{name}.{key}"
        for name, part in parts.items()
        for key, said in part.get("properties", {}).items()
        if "description" not in said and key not in plain
    ]
    assert silent == []
