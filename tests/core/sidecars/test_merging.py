"""Many files about one model: whose word counts, what is told about it, and that doing it again changes nothing."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from modella.core.digests import Digests
from modella.core.listing import ListedFile
from modella.core.model import SourceRecord
from modella.core.sidecars.merging import Disagreement, merge
from modella.core.sidecars.reading import Reading, SidecarPicture
from modella.core.sidecars.registry import RANKS, read
from tests.core.sidecars.sidecar_files import MODEL, OTHER_SHA256, PICTURE, SHA256, UUID, lora_manager, version, written


def told(file: str, form: str = "civitai-info", **values: Any) -> Reading:
    return Reading(file=file, format=form, **values)


def test_the_users_word_then_ours_then_the_richest_copy_then_the_header() -> None:
    poor = told("poor", fetched={"name": "poor", "creator": "poor"})
    rich = told("rich", fetched={"name": "rich", "creator": "rich", "version": "rich", "tags": ["rich"]})
    person = told("person", "a1111", said={"name": "person"})
    found = merge(
        [poor, rich, person],
        {"creator": "ours", "air": "ours", "description": None},
        header={"license": {"name": "header"}, "version": "header"},
    )
    assert found.overrides == {"name": "person"}
    assert found.metadata == {
        "name": "rich",
        "creator": "ours",
        "version": "rich",
        "tags": ["rich"],
        "air": "ours",
        "license": {"name": "header"},
    }


def test_the_report_counts_fields_files_and_conflicts() -> None:
    one = told("one.json", fetched={"name": "One", "version": "1", "base_model": "Pony"})
    two = told("two.json", fetched={"name": "Two", "base_model": "pony "}, said={"notes": "n"})
    silent = told("three.json", problem="broken-json")
    report = merge([two, silent, one]).report
    assert (report.imported, report.files, report.conflicts) == (4, 2, 1)
    assert report.fields["name"].value == "One"
    assert report.fields["name"].file == "one.json"
    assert report.fields["name"].others == [Disagreement(file="two.json", value="Two")]
    assert report.fields["base_model"].others == []
    assert report.said["notes"].by_user
    assert report.problems == {"three.json": "broken-json"}


def test_our_earlier_value_is_no_import_but_may_be_disputed() -> None:
    report = merge([told("a", fetched={"name": "A", "version": "1"})], {"name": "Ours", "version": "1"}).report
    assert (report.imported, report.files, report.conflicts) == (0, 0, 1)
    assert report.fields["name"].others == [Disagreement(file="a", value="A")]


def test_unknown_and_empty_are_no_earlier_values() -> None:
    earlier: dict[str, Any] = {"kind": "unknown", "tags": [], "base_model": "", "family": None}
    fetched = {"kind": "lora", "tags": ["x"], "base_model": "Pony", "family": "sdxl"}
    assert merge([told("a", fetched=fetched)], earlier).metadata == fetched


def test_a_name_or_a_note_may_be_the_word_unknown() -> None:
    found = merge([told("a", fetched={"name": "unknown"}, said={"notes": "invalid"})])
    assert (found.metadata, found.overrides) == ({"name": "unknown"}, {"notes": "invalid"})


def test_terms_and_flags_are_gathered_from_all_and_disputed_only_where_two_tell() -> None:
    one = told("a", fetched={"flags": {"nsfw": False}, "license": {"x": 1}, "name": "n"})
    two = told("b", fetched={"flags": {"nsfw": False, "minor": True}, "license": {"x": 2, "y": 3}})
    found = merge([one, two])
    assert found.metadata["flags"] == {"nsfw": False, "minor": True}
    assert found.metadata["license"] == {"x": 1, "y": 3}
    assert [name for name, each in found.report.fields.items() if each.others] == ["license"]


def test_the_same_words_in_html_are_no_conflict() -> None:
    html = told("a", fetched={"description": "<p>Warm <b>light</b></p>", "description_format": "html"})
    bare = told("b", fetched={"description": "warm light", "description_format": "markdown"})
    assert merge([html, bare]).report.conflicts == 0


def test_what_changes_daily_is_not_disputed() -> None:
    one = told("a", fetched={"stats": {"downloads": 1}, "added_at": "2025-01-01T00:00:00Z", "name": "x"})
    two = told("b", fetched={"stats": {"downloads": 2}, "added_at": "2024-01-01T00:00:00Z"})
    found = merge([one, two])
    assert found.metadata["added_at"] == "2024-01-01T00:00:00Z"
    assert found.report.conflicts == 0


def test_a_description_keeps_its_own_format() -> None:
    html = told("a", fetched={"description_format": "html", "name": "x", "version": "y", "tags": ["z"]})
    markdown = told("b", fetched={"description": "*words*", "description_format": "markdown"})
    assert merge([html, markdown]).metadata["description_format"] == "markdown"
    assert merge([html, markdown], {"description": "plain"}).metadata.get("description_format") is None
    assert "description_format" not in merge([html]).metadata


def test_a_users_word_that_was_fetched_anyway_is_no_override() -> None:
    fetched = told("a", fetched={"trained_words": ["mossy", "warm"]})
    typed = told("b", "a1111", said={"trained_words": ["mossy", "warm"], "preferred_weight": 0.7})
    assert merge([fetched, typed]).overrides == {"preferred_weight": 0.7}
    changed = told("b", "a1111", said={"trained_words": ["mossy"]})
    assert merge([fetched, changed]).overrides == {"trained_words": ["mossy"]}


def test_our_own_overrides_come_before_those_of_other_tools() -> None:
    typed = told("b", "a1111", said={"name": "theirs", "preferred_weight": 0.7})
    found = merge([typed, told("a", fetched={"name": "ours"})], own={"name": "ours"})
    assert found.overrides == {"name": "ours", "preferred_weight": 0.7}
    assert found.report.said["name"].others == [Disagreement(file="b", value="theirs")]


def test_no_note_is_lost_and_none_is_doubled() -> None:
    notes = [
        told("a", "lora-manager", said={"notes": "dim the lights"}),
        told("b", "a1111", said={"notes": "lights"}),
        told("c", "text", said={"notes": "use at night"}),
    ]
    found = merge(notes)
    assert found.overrides["notes"] == "dim the lights\n\nuse at night"
    assert merge(notes, own=found.overrides).overrides == found.overrides
    assert found.report.conflicts == 0


def test_tips_are_joined_setting_by_setting() -> None:
    one = told("a", "lora-manager", said={"usage_tips": {"strength": 1, "clip_skip": 2}})
    two = told("b", "rgthree", said={"usage_tips": {"strength": 0.5, "strength_min": 0.2}})
    found = merge([two, one])
    assert found.overrides["usage_tips"] == {"strength": 1, "clip_skip": 2, "strength_min": 0.2}
    assert found.report.said["usage_tips"].others == [Disagreement(file="b", value={"strength": 0.5})]


def test_a_disputed_hash_is_no_hint() -> None:
    one = told("a", hints=Digests(sha256=SHA256, autov2=SHA256[:10]))
    two = told("b", hints=Digests(sha256=OTHER_SHA256))
    found = merge([one, two])
    assert found.hints.known() == {"autov2": SHA256[:10]}
    assert found.report.conflicts == 1


def test_records_of_one_origin_become_one_and_two_versions_stay_two() -> None:
    bare = SourceRecord(source="civitai", model_id="101", version_id="201", url="u")
    full = SourceRecord(source="civitai", model_id="101", version_id="201", payload={"version": {}}, state="gone")
    file = SourceRecord(source="civitai", version_id="201", file_id="301")
    other = SourceRecord(source="civitai", model_id="101", version_id="202")
    hub = SourceRecord(source="huggingface", model_id="a/b")
    given_sources = [bare, full, file, other, hub]
    found = merge(told(str(at), source=each) for at, each in enumerate(given_sources)).sources
    assert [(each.source, each.version_id) for each in found] == [
        ("civitai", "201"),
        ("civitai", "202"),
        ("huggingface", None),
    ]
    assert (found[0].url, found[0].file_id, found[0].state) == ("u", "301", "gone")
    assert found[0].payload == {"version": {}}


def test_pictures_are_told_once_and_lose_nothing() -> None:
    small = SidecarPicture(url=PICTURE, nsfw_level=2)
    large = SidecarPicture(url=f"https://image.civitai.com/abc/{UUID}/original=true/1.jpeg", prompt="p", file="a.png")
    found = merge([told("a", pictures=[small]), told("b", pictures=[large])]).pictures
    assert [(each.nsfw_level, each.prompt, each.file) for each in found] == [(2, "p", "a.png")]


def test_one_tool_that_found_it_outweighs_one_that_did_not() -> None:
    absent = told("a", not_on_source=True)
    found = told("b", source=SourceRecord(source="civitai", model_id="1"))
    hub = told("c", source=SourceRecord(source="huggingface", model_id="a/b"))
    assert merge([absent]).not_on_source
    assert merge([absent, hub]).not_on_source
    assert not merge([absent, found]).not_on_source
    assert not merge([]).not_on_source


def test_a_whole_folder_of_tools_agrees_on_one_model() -> None:
    files = {
        "mossy-lantern.civitai.info": version(),
        "mossy-lantern.metadata.json": lora_manager(notes="dim", favorite=True),
        "mossy-lantern.json": {"activation text": "mossy, lantern, warm light", "sd version": "SDXL", "notes": ""},
        "mossy-lantern.cm-info.json": {
            "ModelId": 101,
            "VersionId": 201,
            "ModelName": "Mossy Lantern",
            "UserTitle": "L",
        },
    }
    readings = [each for name, value in files.items() if (each := read(name, written(value), MODEL))]
    found = merge(readings)
    assert found.overrides == {"notes": "dim", "favorite": True, "name": "L"}
    assert found.metadata["family"] == "sdxl"
    assert found.metadata["trained_words"] == ["mossy", "lantern", "warm light"]
    assert found.hints.sha256 == SHA256
    assert found.listed is not None
    assert found.listed.file_id == "301"
    assert [each.version_id for each in found.sources] == ["201"]
    assert found.report.conflicts == 0


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["", "A", "a ", "B"]),
        "tags": st.lists(st.sampled_from(["x", "y", "X"]), max_size=3),
        "description": st.sampled_from(["<p>a</p>", "b", None]),
        "description_format": st.sampled_from(["html", "markdown"]),
        "added_at": st.sampled_from(["2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"]),
        "flags": st.dictionaries(st.sampled_from(["nsfw"]), st.booleans(), max_size=1),
        "kind": st.sampled_from(["lora", "unknown", "vae"]),
        "trained_words": st.lists(st.sampled_from(["u", "v"]), max_size=2, unique=True),
    },
)
SAID = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["A", "B", "C"]),
        "notes": st.sampled_from(["n", "note", "other", ""]),
        "usage_tips": st.dictionaries(
            st.sampled_from(["strength", "clip_skip"]), st.sampled_from([0.5, 1]), min_size=1
        ),
        "favorite": st.just(True),
        "trained_words": st.lists(st.sampled_from(["u", "v"]), max_size=2, unique=True),
    },
)
SOURCES = st.none() | st.builds(
    SourceRecord,
    source=st.sampled_from(["civitai", "huggingface"]),
    model_id=st.sampled_from([None, "1", "2"]),
    version_id=st.sampled_from([None, "3", "4"]),
    payload=st.sampled_from([None, {"a": 1}]),
)
PICTURES = st.lists(
    st.builds(
        SidecarPicture, url=st.sampled_from([None, PICTURE, "https://e.org/2"]), file=st.sampled_from(["a.png", None])
    ),
    max_size=2,
)
READINGS = st.lists(
    st.builds(
        Reading,
        file=st.sampled_from(["f1", "f2", "f3", "f4", "f5"]),
        format=st.sampled_from(sorted(RANKS)),
        said=SAID,
        fetched=FIELDS,
        hints=st.sampled_from([Digests(), Digests(sha256=SHA256), Digests(sha256=OTHER_SHA256)]),
        listed=st.none() | st.just(ListedFile(name="x")),
        source=SOURCES,
        pictures=PICTURES,
        not_on_source=st.booleans(),
    ),
    max_size=5,
    unique_by=lambda each: each.file,
)


@settings(max_examples=300, deadline=None)
@given(READINGS, FIELDS, SAID, FIELDS)
def test_merging_again_changes_nothing_and_order_does_not_matter(
    readings: list[Reading], earlier: dict[str, Any], own: dict[str, Any], header: dict[str, Any]
) -> None:
    once = merge(readings, earlier, own=own, header=header)
    assert merge(list(reversed(readings)), earlier, own=own, header=header) == once
    assert merge([*readings, *readings], earlier, own=own, header=header) == once
    again = merge(readings, once.metadata, own=once.overrides, header=header)
    assert again.metadata == once.metadata
    assert again.overrides == once.overrides
    assert (again.sources, again.pictures, again.hints) == (once.sources, once.pictures, once.hints)


@settings(max_examples=300, deadline=None)
@given(READINGS, FIELDS, SAID)
def test_no_field_is_lost_and_every_origin_is_true(
    readings: list[Reading], earlier: dict[str, Any], own: dict[str, Any]
) -> None:
    found = merge(readings, earlier, own=own)
    empty: tuple[Any, ...] = (None, "", [], {}, "unknown")
    names = {
        name
        for values in (earlier, *(each.fetched for each in readings))
        for name in values
        if values[name] not in empty
    }
    assert names - {"description_format"} == set(found.metadata) - {"description_format"}
    for name, origin in found.report.fields.items():
        places = [each.fetched for each in readings if each.file == origin.file] or [earlier]
        assert origin.value in [values.get(name) for values in places]
        assert found.metadata[name] == origin.value
    said = [values for values in (own, *(each.said for each in readings)) if values.get("notes")]
    assert all(values["notes"] in found.overrides["notes"] for values in said)
    assert all(found.overrides[name] == each for name, each in own.items() if each not in empty and name in {"name"})
