"""Replays of other tools' files: what of each is the user's, what was fetched, and what is only a hint."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modella.core.card import read_card
from modella.core.loose_json import timestamp
from modella.core.model import Metadata
from modella.core.sidecars.merging import merge
from modella.core.sidecars.reading import Reading, base_name
from modella.core.sidecars.registry import read

POSES, DETAIL = "aeshteticv5.safetensors", "add-detail-xl.safetensors"
PROSE = {"description", "description_format", "version_description"}
"""Checked apart: whether they are there and safe."""


@pytest.fixture
def sidecars(samples: Path) -> Path:
    """The recorded files."""
    return samples / "sidecars"


def reading(folder: Path, name: str, model: str = POSES) -> Reading:
    found = read(name, (folder / name).read_bytes(), model)
    assert found is not None
    assert found.problem is None
    return found


def facts(found: Reading) -> dict[str, Any]:
    """What was fetched, without its prose."""
    return {name: each for name, each in found.fetched.items() if name not in PROSE}


def raw(folder: Path, name: str) -> Any:
    """What the file itself says: the tests know where things stand, not what they are."""
    return json.loads((folder / name).read_bytes())


def version_facts(version: dict[str, Any]) -> dict[str, Any]:
    """What a version object of Civitai must become."""
    flags = {"nsfw": version["model"]["nsfw"], "real_person": version["model"]["poi"]}
    told = {"version_downloads": "downloadCount", "version_likes": "thumbsUpCount"}
    told |= {"version_ratings": "ratingCount", "version_rating": "rating"}
    return {
        "name": version["model"]["name"],
        "version": version["name"],
        "kind": "lora",
        "kind_text": version["model"]["type"],
        "base_model": version["baseModel"],
        "air": version["air"],
        "flags": flags,
        "published_at": timestamp(version["publishedAt"]),
        "source_updated_at": timestamp(version["updatedAt"]),
        "stats": {ours: version["stats"][theirs] for ours, theirs in told.items()},
        "trained_words": version["trainedWords"],
    }


def flat_facts(value: dict[str, Any]) -> dict[str, Any]:
    """What the flat facts of Stability Matrix and Civicomfy must become."""
    return {
        "name": value["ModelName"],
        "version": value["VersionName"],
        "kind": "lora",
        "kind_text": value["ModelType"],
        "base_model": value["BaseModel"],
        "tags": value["Tags"],
        "added_at": timestamp(value["ImportedAt"]),
    }


def lower(hashes: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value.lower() for name, value in hashes.items() if value}


def civitai(model: Any, version: Any) -> tuple[str, str, str]:
    return ("civitai", str(model), str(version))


def ids(found: Reading) -> tuple[str, str | None, str | None] | None:
    source = found.source
    return (source.source, source.model_id, source.version_id) if source else None


def test_every_recorded_file_is_read_and_fits_the_record(sidecars: Path) -> None:
    files = [path for path in sorted(sidecars.rglob("*")) if path.is_file() and path.name != "README.md"]
    assert len(files) >= 22
    for path in files:
        found = read(path.name, path.read_bytes(), POSES)
        assert found is not None, path
        assert found.problem is None, path
        assert set(found.fetched) <= set(Metadata.model_fields), path
        Metadata.model_validate({"name": "x", **found.fetched, "id": "0" * 26, "cleaned_name": "x"})


@pytest.mark.parametrize("name", ["aeshteticv5.civitai.info", "aeshteticv5-zixaphir.civitai.info"])
def test_a_civitai_info_is_fetched_from_end_to_end(sidecars: Path, name: str) -> None:
    told, found = raw(sidecars, name), reading(sidecars, name)
    (file,) = told["files"]
    assert found.format == "civitai-info"
    assert facts(found) == version_facts(told)
    assert found.fetched["version_description"].startswith("<p>")
    assert ("description" in found.fetched) == ("description" in told["model"])
    assert found.said == {}
    assert found.hints.known() == lower(file["hashes"])
    assert ids(found) == civitai(told["modelId"], told["id"])
    assert found.source is not None
    assert found.source.file_id == str(file["id"])
    assert found.source.payload["version"] == told
    assert found.listed is not None
    assert (found.listed.size, found.listed.pickle_scan) == (file["sizeKB"] * 1024, file["pickleScanResult"])
    assert not found.not_on_source
    (picture,), (image,) = found.pictures, told["images"]
    assert (picture.nsfw_level, picture.width) == (image["nsfwLevel"], image["width"])
    assert (picture.prompt, picture.meta) == (image["meta"]["prompt"], image["meta"])
    assert picture.file == (base_name(image["local_file"]) if "local_file" in image else None)


def test_a_skeleton_is_no_identification(sidecars: Path) -> None:
    name = "my_private_lora-skeleton.civitai.info"
    told, found = raw(sidecars, name), reading(sidecars, name, "my_private_lora.safetensors")
    words, kind = told["trainedWords"], told["model"]["type"]
    assert facts(found) == {"kind": "lora", "kind_text": kind, "trained_words": words}
    assert found.hints.known() == lower(told["files"][0]["hashes"])
    assert found.source is None
    assert found.not_on_source


def test_an_empty_object_says_that_the_source_does_not_have_it(sidecars: Path) -> None:
    found = reading(sidecars, "unknown-model.civitai.info")
    assert found.not_on_source
    assert (found.fetched, found.said, found.hints.known(), found.source) == ({}, {}, {}, None)


def test_lora_manager_knows_a_download_and_what_its_user_likes(sidecars: Path) -> None:
    told, found = raw(sidecars, "aeshteticv5.metadata.json"), reading(sidecars, "aeshteticv5.metadata.json")
    version, model = told["civitai"], told["civitai"]["model"]
    assert found.format == "lora-manager"
    assert facts(found) == {
        **version_facts(version),
        "tags": told["tags"],
        "creator": version["creator"]["username"],
        "license": {
            "allow_no_credit": model["allowNoCredit"],
            "allow_derivatives": model["allowDerivatives"],
            "allow_different_license": model["allowDifferentLicense"],
            "allow_commercial_use": model["allowCommercialUse"],
        },
        "added_at": timestamp(datetime.fromtimestamp(int(told["modified"]), UTC).isoformat()),
    }
    tips = json.loads(told["usage_tips"])
    assert found.said == {"favorite": True, "usage_tips": tips, "preferred_weight": tips["strength"]}
    assert found.hints.sha256 == told["sha256"]
    assert ids(found) == civitai(version["modelId"], version["id"])
    preview, remote = found.pictures
    assert (preview.file, preview.nsfw_level) == (base_name(told["preview_url"]), told["preview_nsfw_level"])
    assert (remote.file, remote.url) == (None, version["images"][0]["url"])


def test_lora_manager_without_an_origin_holds_only_the_users_words(sidecars: Path) -> None:
    name = "WalkCycle02_HighWan2_2-000048.metadata.json"
    told, found = raw(sidecars, name), reading(sidecars, name, base_name(raw(sidecars, name)["file_path"]))
    tips = json.loads(told["usage_tips"])
    assert set(found.fetched) == {"added_at"}
    assert found.said == {
        "notes": told["notes"].strip(),
        "usage_tips": tips,
        "preferred_weight": tips["strength"],
        "trained_words": told["civitai"]["trainedWords"],
    }
    assert found.hints.known() == {"sha256": told["sha256"]}
    assert found.source is None
    assert not found.not_on_source


def test_a_hash_that_is_still_pending_is_no_hint(sidecars: Path) -> None:
    found = reading(sidecars, "checkpoint-pending-hash.metadata.json", "bigCheckpoint.safetensors")
    assert set(found.fetched) == {"kind", "added_at"}
    assert found.fetched["kind"] == "checkpoint"
    assert (found.said, found.hints.known(), found.source, found.pictures) == ({}, {}, None, [])


def test_stability_matrix_names_the_file_and_keeps_the_users_settings(sidecars: Path) -> None:
    names = ("add-detail-xl.cm-info.json", "older-with-user-settings.cm-info.json")
    for name in names:
        told, found = raw(sidecars, name), reading(sidecars, name, DETAIL)
        assert {each: found.fetched[each] for each in flat_facts(told)} == flat_facts(told)
        assert set(found.fetched) - set(flat_facts(told)) - PROSE <= {"flags", "stats", "creator"}
        assert found.fetched["stats"]["downloads"] == told["Stats"]["downloadCount"]
        assert found.fetched.get("creator") == told.get("AuthorUsername")
        assert found.hints.known() == lower(told["Hashes"])
        assert ids(found) == civitai(told["ModelId"], told["VersionId"])
        assert found.source is not None
        assert found.source.payload is None
        assert [each.file for each in found.pictures] == [base_name(told["ThumbnailImageUrl"])]
    assert reading(sidecars, names[0], DETAIL).said == {}
    told = raw(sidecars, names[1])
    settings = {"name": told["UserTitle"], "inference_defaults": told["InferenceDefaults"]}
    assert reading(sidecars, names[1], DETAIL).said == settings


def test_a_minimal_cm_info_has_a_name(sidecars: Path) -> None:
    found = reading(sidecars, "minimal.cm-info.json")
    assert found.fetched == {"name": raw(sidecars, "minimal.cm-info.json")["ModelName"]}
    assert (found.said, found.hints.known()) == ({}, {})


def test_an_upscaler_of_another_site_keeps_its_site(sidecars: Path) -> None:
    name = "openmodeldb-upscaler.cm-info.json"
    told, found = raw(sidecars, name), reading(sidecars, name, "4x-Example.pth")
    assert set(facts(found)) == {"name", "version", "kind", "kind_text", "tags", "flags", "added_at"}
    assert found.fetched["kind"] == "upscaler"
    assert found.hints.known() == {}
    assert ids(found) == ("openmodeldb", None, None)
    assert [each.url for each in found.pictures] == [told["ThumbnailImageUrl"]]


def test_civicomfys_list_in_pythons_spelling_is_a_list(sidecars: Path) -> None:
    told, found = raw(sidecars, "civicomfy.cminfo.json"), reading(sidecars, "civicomfy.cminfo.json", DETAIL)
    assert found.format == "civicomfy"
    uses = found.fetched["license"]["allow_commercial_use"]
    assert len(uses) == 3
    assert str(uses) == told["AllowCommercialUse"]
    assert found.fetched["published_at"] == timestamp(told["VersionPublishedAt"])
    assert {each: found.fetched[each] for each in flat_facts(told)} == flat_facts(told)
    assert found.fetched["creator"] == told["CreatorUsername"]
    assert found.hints.known() == lower(told["Hashes"])
    assert found.said == {}


def test_swarms_downloader_tells_where_it_came_from(sidecars: Path) -> None:
    told, found = raw(sidecars, "add-detail-xl.swarm.json"), reading(sidecars, "add-detail-xl.swarm.json", DETAIL)
    assert facts(found) == {
        "name": told["modelspec.title"].split(" - ")[0],
        "version": told["modelspec.title"].split(" - ")[1],
        "creator": told["modelspec.author"],
        "tags": told["modelspec.tags"].split(", "),
        "published_at": timestamp(told["modelspec.date"]),
        "base_model": told["modelspec.usage_hint"],
    }
    assert "civitai" not in found.fetched["description"]
    flat = raw(sidecars, "add-detail-xl.cm-info.json")
    assert ids(found) == civitai(flat["ModelId"], flat["VersionId"])
    assert [each.embedded for each in found.pictures] == [told["modelspec.thumbnail"].partition(",")[2]]
    other = reading(sidecars, "civitmatrix.swarm.json", DETAIL)
    assert ids(other) == ids(found)
    assert other.header["modelspec.architecture"].endswith("/lora")


def test_swarms_editor_writes_lists_and_placeholders(sidecars: Path) -> None:
    name = "dreamshaper_8.swarm.json"
    told, found = raw(sidecars, name), reading(sidecars, name, "dreamshaper_8.ckpt")
    expected = {"name": told["modelspec.title"], "creator": told["modelspec.author"], "tags": told["modelspec.tags"]}
    assert facts(found) == expected
    assert (found.said, found.hints.known(), found.source, found.pictures) == ({}, {}, None, [])


def test_a1111s_file_is_what_a_person_typed(sidecars: Path) -> None:
    told, found = raw(sidecars, "a1111-genuine.json"), reading(sidecars, "a1111-genuine.json")
    assert found.said == {
        "trained_words": [told["activation text"]],
        "preferred_weight": told["preferred weight"],
        "notes": told["notes"],
    }
    assert found.fetched == {"family": "sd15", "description": told["description"], "description_format": "html"}
    assert found.not_on_source
    minimal = reading(sidecars, "a1111-minimal.json")
    assert set(minimal.said) == {"trained_words"}
    assert minimal.fetched == {"family": "sdxl"}


def test_browser_plus_adds_the_origin(sidecars: Path) -> None:
    name = "sd-civitai-browser-plus.json"
    told, found = raw(sidecars, name), reading(sidecars, name, DETAIL)
    assert found.format == "browser-plus"
    assert ids(found) == civitai(told["modelId"], told["modelVersionId"])
    assert found.hints.known() == {"sha256": told["sha256"].lower()}
    assert found.said == {"trained_words": [told["activation text"]]}
    assert found.fetched["description"] == told["description"]


def test_rgthree_tells_fetched_words_from_the_users(sidecars: Path) -> None:
    name = "aeshteticv5.safetensors.rgthree-info.json"
    told, found = raw(sidecars, name), reading(sidecars, name)
    version = told["raw"]["civitai"]
    assert found.fetched["name"] == version["model"]["name"]
    assert found.fetched["trained_words"] == version["trainedWords"]
    tips = {"strength_min": told["strengthMin"], "strength_max": told["strengthMax"]}
    assert found.said == {"notes": told["userNote"], "usage_tips": tips}
    assert found.hints.known() == {"sha256": told["sha256"]}
    assert ids(found) == civitai(version["modelId"], version["id"])
    (picture,), (image,) = found.pictures, told["images"]
    assert picture.meta == {
        "seed": image["seed"],
        "steps": image["steps"],
        "sampler": image["sampler"],
        "cfgScale": image["cfg"],
    }
    assert picture.prompt == image["positive"]


def test_sdnext_stores_a_whole_model_of_which_one_version_is_ours(sidecars: Path) -> None:
    told, found = raw(sidecars, "sdnext-raw-model.json"), reading(sidecars, "sdnext-raw-model.json", DETAIL)
    version = told["modelVersions"][0]
    assert found.format == "sd-next"
    assert found.fetched["version"] == version["name"]
    assert found.fetched["creator"] == told["creator"]["username"]
    assert len(found.fetched["versions"]) == len(told["modelVersions"])
    assert found.hints.known() == lower(version["files"][0]["hashes"])
    assert ids(found) == civitai(told["id"], version["id"])
    stranger = reading(sidecars, "sdnext-raw-model.json", "renamed.safetensors")
    assert "version" not in stranger.fetched
    assert stranger.hints.known() == {}
    assert ids(stranger) == ("civitai", str(told["id"]), None)


def test_a_markdown_file_is_notes_with_an_origin(sidecars: Path) -> None:
    found = reading(sidecars, "model-manager.md", DETAIL)
    card = read_card((sidecars / "model-manager.md").read_bytes())
    assert set(found.said) == {"notes"}
    assert found.said["notes"].startswith("# About this version")
    assert found.fetched == {"creator": card.front["author"], "base_model": card.front["baseModel"]}
    assert found.hints.known() == lower(card.front["hashes"])
    assert [each.url for each in found.pictures] == card.front["preview"]


def test_pumas_says_which_repository(sidecars: Path) -> None:
    folder = sidecars / "pumas-model"
    told = raw(folder, "metadata.json")
    found = reading(folder, "metadata.json", "diffusion_pytorch_model.safetensors")
    assert found.format == "pumas"
    assert set(found.fetched) == {"name", "kind_text", "base_model", "added_at"}
    assert found.fetched["name"] == told["official_name"]
    assert ids(found) == ("huggingface", told["repo_id"], None)


def test_all_files_of_one_model_become_one_record(sidecars: Path) -> None:
    names = ["add-detail-xl.cm-info.json", "add-detail-xl.swarm.json", "civicomfy.cminfo.json"]
    names += ["sd-civitai-browser-plus.json", "sdnext-raw-model.json", "older-with-user-settings.cm-info.json"]
    found = merge(reading(sidecars, name, DETAIL) for name in names)
    model = raw(sidecars, "sdnext-raw-model.json")
    assert found.overrides["name"] == raw(sidecars, names[-1])["UserTitle"]
    assert found.overrides["trained_words"] == [raw(sidecars, names[3])["activation text"]]
    assert found.metadata["name"] == model["name"]
    assert found.metadata["creator_picture"] == model["creator"]["image"]
    assert found.hints.known() == lower(model["modelVersions"][0]["files"][0]["hashes"])
    assert [(each.source, each.version_id) for each in found.sources] == [
        ("civitai", str(model["modelVersions"][0]["id"]))
    ]
    assert found.sources[0].payload is not None
    taken = {each.file for each in [*found.report.fields.values(), *found.report.said.values()]}
    assert found.report.files == len(taken)
    assert found.report.imported == len(found.metadata) + len(found.overrides)
