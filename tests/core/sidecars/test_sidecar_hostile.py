"""Whatever the bytes, reading never raises, and what it answers fits our records."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modella.core.model import EDITABLE, Metadata, check_fields
from modella.core.sidecars.merging import merge
from modella.core.sidecars.reading import LARGEST, Reading
from modella.core.sidecars.registry import FORMATS, read
from tests.core.sidecars.sidecar_files import MODEL, lora_manager, version, written

NAMES = sorted({f"x{ending}" for form in FORMATS for ending in form.endings} | {n for f in FORMATS for n in f.names})
NAMES.append(".cache/huggingface/download/x.safetensors.metadata")
JSON_NAMES = sorted(
    {f"x{ending}" for form in FORMATS if form.form == "json" for ending in form.endings}
    | {name for form in FORMATS for name in form.names}
)
KEYS = sorted(
    {*lora_manager(), *version(), *version()["model"], "hashes", "SHA256", "meta", "customImages"}
    | {
        "ModelId",
        "ModelName",
        "UserTitle",
        "Hashes",
        "TrainedWords",
        "Stats",
        "InferenceDefaults",
        "ImportedAt",
        "Tags",
    }
    | {"Tags", "ThumbnailImageUrl", "Source", "SourceUrl", "AllowCommercialUse", "RemoteFileId", "FileMetadata"}
    | {"modelspec.title", "modelspec.tags", "modelspec.description", "modelspec.trigger_phrase", "modelspec.thumbnail"}
    | {"modelspec.lora_default_weight", "modelspec.hash_sha256", "modelspec.merged_from", "modelspec.date"}
    | {"raw", "civitai", "trainedWords", "word", "user", "images", "links", "positive", "strengthMin", "userNote"}
    | {
        "sd version",
        "activation text",
        "preferred weight",
        "negative text",
        "description",
        "notes",
        "vae",
        "extensions",
    }
    | {"extensions", "modelVersionId", "modelPageURL", "modelVersions", "sd_civitai_helper", "skeleton_file", "hf_url"}
    | {"model_id", "official_name", "model_type", "repo_id", "version_ranges", "inference_settings", "added_date"}
    | {"trigger_phrases", "default_settings", "source_url", "cover_image", "stats", "creator", "username", "baseModel"}
    | {"files", "name", "sizeKB", "type", "width", "url", "nsfwLevel", "publishedAt", "downloadUrl", "local_file"}
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        [
            *("Model not found", "", "e3b0c44298fc", "0x" + "a" * 64, "https://[", "http://civitai.com/models/1"),
            *("['a', 'b']", "{a,b}", '{"strength": 1e999}', "\ud800", "data:image/png;base64,AAAA", "C:\\x\\..\\y.png"),
            *(
                "9999-12-31T23:59:59-23:59",
                "<a href='javascript:x'>",
                10**30,
                -0.0,
                1e308,
                "https://civitai.com/models/x",
            ),
        ]
    )
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8)
)
OBJECTS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=14)


def check(found: Reading | None) -> None:
    """What every reading promises."""
    if found is None:
        return
    found.model_dump_json()
    assert set(found.fetched) <= set(Metadata.model_fields)
    Metadata.model_validate({"name": "x", **found.fetched, "id": "0" * 26, "cleaned_name": "x"})
    check_fields({name: each for name, each in found.said.items() if name in EDITABLE})
    merge([found])


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(NAMES), st.binary(max_size=200))
def test_any_bytes_are_survived(name: str, content: bytes) -> None:
    check(read(name, content, MODEL))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(JSON_NAMES), OBJECTS)
def test_any_object_is_survived_and_fits_our_records(name: str, value: dict[str, Any]) -> None:
    check(read(name, json.dumps(value).encode(), MODEL))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(lora_manager())), VALUES, st.sampled_from(sorted(version())), VALUES)
def test_any_key_may_have_any_type(outer: str, one: Any, inner: str, two: Any) -> None:
    changed = {**version(), inner: two}
    check(read("x.civitai.info", json.dumps(changed).encode(), MODEL))
    check(read("x.metadata.json", json.dumps({**lora_manager(civitai=changed), outer: one}).encode(), MODEL))
    check(read("x.rgthree-info.json", json.dumps({"raw": {"civitai": changed}, outer: one}).encode(), MODEL))


@pytest.mark.parametrize("name", JSON_NAMES)
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"{", "broken-json"),
        (b'{"a": 1', "broken-json"),
        (b"[1, 2]", "not-an-object"),
        (b'"text"', "not-an-object"),
        (b"{'a': None}", "broken-json"),
        (b"[" * 200_000, "broken-json"),
        (b'{"a":' * 200_000, "broken-json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "broken-json"),
        (b"\xff\xfe\xff", "broken-json"),
        (b" " * (LARGEST + 1), "too-large"),
    ],
    ids=["cut", "cut-later", "list", "text", "python", "deep-list", "deep-object", "long-number", "half", "large"],
)
def test_a_file_that_cannot_be_read_says_why(name: str, content: bytes, problem: str) -> None:
    found = read(name, content, MODEL)
    assert found is not None
    assert found.problem == problem
    assert (found.said, found.fetched, found.source, found.not_on_source) == ({}, {}, None, False)


def test_a_size_is_enough_to_refuse_a_file() -> None:
    found = read("x.civitai.info", b"", MODEL, size=50_000_000)
    assert found is not None
    assert (found.problem, found.not_on_source) == ("too-large", False)


def test_an_empty_file_is_a_word_only_where_a_tool_means_it() -> None:
    meant, broken = read("x.civitai.info", b"", MODEL), read("x.metadata.json", b" \n", MODEL)
    assert meant is not None
    assert broken is not None
    assert (meant.not_on_source, meant.problem) == (True, None)
    assert (broken.not_on_source, broken.problem) == (False, "empty")


def test_nothing_grows_beyond_what_a_record_takes() -> None:
    long = "word " * 100_000
    civitai = version(trainedWords=[long] * 5)
    record = lora_manager(model_name=long, notes=long, tags=[long] * 5, base_model=long, civitai=civitai)
    typed = {"activation text": long * 10, "negative text": long, "notes": long, "vae": long, "description": long}
    for name, value in (("x.metadata.json", record), ("x.json", typed)):
        content = written(value)
        assert len(content) < LARGEST
        found = read(name, content, MODEL)
        check(found)
        assert found is not None
        assert found.problem is None
        assert len(found.model_dump_json(exclude={"source"})) < 500_000


def test_prose_cannot_act() -> None:
    bad = '<p onclick="x()">a</p><img src=x onerror=y><a href="javascript:z">b</a><script>c</script>'
    for name, value in (
        ("x.civitai.info", version(description=bad)),
        ("x.json", {"description": bad, "sd version": "SD1"}),
        ("x.swarm.json", {"modelspec.description": bad}),
        ("x.cm-info.json", {"ModelName": "a", "ModelDescription": bad}),
        ("x.metadata.json", lora_manager(civitai={}, modelDescription=bad)),
    ):
        found = read(name, written(value), MODEL)
        assert found is not None
        told = json.dumps(found.fetched)
        assert "a</p>" in told
        assert not any(each in told for each in ("onclick", "onerror", "javascript", "script>"))
