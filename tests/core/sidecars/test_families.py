"""Which files of a folder go with which model."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from modella.core.sidecars.families import families

SIDECARS = [
    "a.metadata.json",
    "a.civitai.info",
    "a.cm-info.json",
    "a.cminfo.json",
    "a.safetensors.rgthree-info.json",
    "a.swarm.json",
    "a.api_info.json",
    "a.json",
    "a.md",
    "a.sha256",
    "a.description.txt",
    "a.txt",
]
PREVIEWS = [
    *("a.webp", "a.preview.webp", "a.preview.png", "a.preview.jpeg", "a.preview.jpg", "a.preview.mp4"),
    *("a.png", "a.jpeg", "a.jpg", "a.mp4", "a.gif", "a.webm", "a.avif", "a.jxl", "a.thumb.jpg"),
    *("a_0.jpg", "a_1.jpg", "a.4.png", "a_10.png", "a.preview.7.png", "a.example.0.jpeg", "a.example.1.mp4"),
]
ATTACHED = ["a.yaml", "a.html", "a.recipe.json", "a.modella.json", "a.modella.overrides.json"]


def test_everything_of_a_model_is_found_in_the_order_that_counts() -> None:
    names = ["a.safetensors", *reversed(PREVIEWS), *ATTACHED, *reversed(SIDECARS), "b.json", "ab.png", "notes.txt"]
    found = families(names, ["a.safetensors"])["a.safetensors"]
    assert found.sidecars == SIDECARS
    assert found.previews == PREVIEWS
    assert found.all == sorted([*SIDECARS, *PREVIEWS, *ATTACHED])


def test_the_longest_stem_owns_a_file() -> None:
    models = ["a.safetensors", "a.b.safetensors", "a_0.safetensors", "a.preview.safetensors"]
    names = ["a.json", "a.b.json", "a.b.preview.png", "a_0.png", "a_1.png", "a.preview.png", "a.b.c.json"]
    found = families([*names, *models], models)
    assert {model: family.all for model, family in found.items()} == {
        "a.safetensors": ["a.json", "a_1.png"],
        "a.b.safetensors": ["a.b.json", "a.b.preview.png"],
        "a_0.safetensors": ["a_0.png"],
        "a.preview.safetensors": ["a.preview.png"],
    }


def test_a_sidecar_of_a_model_that_is_gone_is_nobodys() -> None:
    assert families(["a.b.json", "a.b.civitai.info", "a.safetensors"], ["a.safetensors"])["a.safetensors"].all == []


def test_models_that_differ_by_ending_share_what_bears_their_stem() -> None:
    models = ["x.safetensors", "x.ckpt"]
    found = families(["x.json", "x.ckpt.rgthree-info.json", "x.png", *models], models)
    assert found["x.safetensors"].all == ["x.json", "x.png"]
    assert found["x.ckpt"].all == ["x.ckpt.rgthree-info.json", "x.json", "x.png"]


def test_endings_and_stems_may_differ_by_case_where_only_one_is_meant() -> None:
    found = families(["Moss.PNG", "moss.Civitai.Info", "MOSS.Json"], ["Moss.SAFETENSORS"])["Moss.SAFETENSORS"]
    assert found.all == ["MOSS.Json", "Moss.PNG", "moss.Civitai.Info"]
    both = families(["moss.json", "MOSS.json", "Moss.json"], ["moss.ckpt", "MOSS.ckpt"])
    assert both["moss.ckpt"].all == ["moss.json"]
    assert both["MOSS.ckpt"].all == ["MOSS.json"]


def test_a_folders_record_counts_where_it_holds_one_model() -> None:
    record = ["metadata.json", "overrides.json"]
    shards = ["m-00001-of-00002.safetensors", "m-00002-of-00002.safetensors"]
    assert families([*record, *shards], shards)[shards[1]].sidecars == record
    two = families([*record, "a.ckpt", "b.ckpt"], ["a.ckpt", "b.ckpt"])
    assert two["a.ckpt"].all == []


def test_models_are_nobodys_sidecars() -> None:
    models = ["a.ckpt", "a.vae.pt", "a.yaml"]
    assert families(models, models)["a.ckpt"].all == []


def test_odd_names_are_no_trouble() -> None:
    names = ["", ".", "..", ".json", "_0.png", "." * 255, "a" * 255, "a._0.png", "a.__1.png", "ä.json", "\udcff.json"]
    found = families(names, ["a.ckpt", "noending", "ä.ckpt", ".ckpt"])
    assert found["ä.ckpt"].all == ["ä.json"]
    assert families([], []) == {}


def test_a_folder_with_fifty_thousand_entries_takes_no_time_that_grows_faster_than_it() -> None:
    models = [f"model.{number}.v{number % 7}.safetensors" for number in range(10_000)]
    endings = (".metadata.json", ".webp", ".civitai.info", "_0.png")
    names = [model.removesuffix(".safetensors") + ending for model in models for ending in endings] + models
    started = time.perf_counter()
    found = families(names, models)
    assert time.perf_counter() - started < 20
    assert sum(len(family.all) for family in found.values()) == 40_000


PARTS = st.lists(st.sampled_from(["a", "b", ".", "_0", "_1", "preview", "json", "png", "civitai", "info"]), max_size=6)
NAMES = st.lists(PARTS.map("".join), max_size=12)


@settings(max_examples=200, deadline=None)
@given(NAMES, st.lists(st.sampled_from(["a", "a.b", "b", "a_0"]), unique=True))
def test_order_does_not_matter_and_nothing_is_invented(names: list[str], stems: list[str]) -> None:
    models = [f"{stem}.ckpt" for stem in stems]
    found = families(names, models)
    shuffled = sorted(names, reverse=True)
    assert families(shuffled, list(reversed(models))) == found
    for model, family in found.items():
        assert set(family.all) <= set(names)
        assert set(family.sidecars) | set(family.previews) <= set(family.all)
        assert all(name.casefold().startswith(model.removesuffix(".ckpt")) for name in family.all)
    owned = [name for family in found.values() for name in family.all]
    assert len(owned) == len(set(owned))
