"""What a source says goes into a record and out of it again, and touches no word of a person."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from modella.core.digests import Digests
from modella.core.fetched import with_listing, without_source
from modella.core.kinds import Kind
from modella.core.listing import Listing
from modella.core.matching import best_fit
from modella.core.model import EDITABLE, Metadata, Overrides, effective, fits
from modella.io.packaged import load_rules

MOMENT = "2026-01-01T00:00:00.000+00:00"
_TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(lambda text: bool(text.strip()))
_KINDS = st.sampled_from(["lora", "checkpoint", "vae", "unknown"])
_SHA = st.sampled_from(["ab" * 32, "cd" * 32])
_FILES = st.lists(
    st.fixed_dictionaries({"name": _TEXT, "size": st.integers(0, 9), "digests": st.builds(Digests, sha256=_SHA)}),
    max_size=3,
)
_LISTING = st.fixed_dictionaries(
    {"name": _TEXT},
    optional={
        "version": _TEXT,
        "kind": _KINDS,
        "base_model": st.sampled_from(["SDXL 1.0", "SD 1.5", "Something New"]),
        "creator": _TEXT,
        "description": _TEXT,
        "tags": st.lists(_TEXT, max_size=2),
        "trained_words": st.lists(_TEXT, max_size=2),
        "nsfw_level": st.integers(1, 31),
        "files": _FILES,
        "model_id": st.just("7"),
    },
)
_SAID = st.fixed_dictionaries(
    {},
    optional={
        "name": _TEXT,
        "kind": _KINDS,
        "family": st.none() | _TEXT,
        "base_model": st.none() | _TEXT,
        "creator": st.none() | _TEXT,
        "tags": st.lists(_TEXT, max_size=2),
        "trained_words": st.lists(_TEXT, max_size=2),
        "description": st.none() | _TEXT,
        "rating": st.integers(-1, 7),
    },
)
_DETECTED = st.fixed_dictionaries(
    {"kind": st.sampled_from(["lora", "checkpoint", "unknown"]), "family": st.sampled_from([None, "sdxl"])}
)


def record(said: dict[str, Any], detected: dict[str, Any], sha256: str | None) -> Metadata:
    """An adopted file that nobody knows yet."""
    return Metadata.model_validate(
        {
            "schema": 1,
            "id": "a" * 26,
            "name": "file",
            "cleaned_name": "file",
            "kind": detected["kind"],
            "family": detected["family"],
            "detected": detected,
            "imported": {"said": said},
            "files": [{"name": "file.safetensors", "size": 5, "sha256": sha256}],
        }
    )


def listing(told: dict[str, Any]) -> Listing:
    """What a source says."""
    return Listing.model_validate({"source": "civitai", "ref": {"source": "civitai"}, **told})


@settings(max_examples=200, deadline=None)
@given(told=_LISTING, user=_SAID, imported=_SAID, detected=_DETECTED, sha256=st.none() | _SHA)
def test_no_answer_of_a_source_changes_a_word_of_a_person(
    told: dict[str, Any],
    user: dict[str, Any],
    imported: dict[str, Any],
    detected: dict[str, Any],
    sha256: str | None,
) -> None:
    before, overrides, answer = record(imported, detected, sha256), Overrides(schema=1, fields=user), listing(told)
    fit = best_fit(before.files[0], answer.files)
    after = with_listing(before, answer, fit, "sha256", MOMENT, load_rules())
    then, now = effective(before, overrides), effective(after, overrides)
    for name in EDITABLE:
        if any(name in words and fits(name, words[name]) for words in (user, imported)) and name != "relations":
            assert now[name] == then[name]
    if detected["kind"] != "unknown":
        assert after.kind == detected["kind"]
    if detected["family"]:
        assert after.family == detected["family"]
    state, published = after.files[0].verified.state, fit.file.digests.sha256 if fit else None
    assert (state == "verified") == (sha256 is not None and sha256 == published)


@settings(max_examples=200, deadline=None)
@given(told=_LISTING, imported=_SAID, detected=_DETECTED, sha256=st.none() | _SHA)
def test_a_match_that_is_taken_away_leaves_nothing_behind(
    told: dict[str, Any], imported: dict[str, Any], detected: dict[str, Any], sha256: str | None
) -> None:
    before, answer = record(imported, detected, sha256), listing(told)
    fit = best_fit(before.files[0], answer.files)
    matched = with_listing(before, answer, fit, "sha256", MOMENT, load_rules())
    after = without_source(matched, ["civitai"], load_rules())
    kept = {"files", "cleaned_name"}
    assert after.model_dump(exclude=kept) == before.model_dump(exclude=kept)
    assert after.files[0].verified.expected is None


@settings(max_examples=100, deadline=None)
@given(told=_LISTING, again=_LISTING, detected=_DETECTED)
def test_a_poorer_answer_erases_nothing(told: dict[str, Any], again: dict[str, Any], detected: dict[str, Any]) -> None:
    rules = load_rules()
    once = with_listing(record({}, detected, None), listing(told), None, "sha256", MOMENT, rules)
    twice = with_listing(once, listing(again), None, "sha256", MOMENT, rules)
    for name in ("version", "creator", "description", "tags", "trained_words", "base_model"):
        if getattr(once, name):
            assert getattr(twice, name)


def test_a_file_that_was_broken_stays_broken_whatever_a_source_says() -> None:
    before = record({}, {"kind": "unknown", "family": None}, "ab" * 32)
    before.kind = Kind.invalid
    after = with_listing(before, listing({"name": "x", "kind": "lora"}), None, "link", MOMENT, load_rules())
    assert after.kind == Kind.invalid
