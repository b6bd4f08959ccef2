"""Each format with the traps its tools set: what is the user's, what was fetched, what is no word at all."""

from typing import Any

import pytest

from modella.core.sidecars.hub_folders import cache_origin, records_of
from modella.core.sidecars.reading import Reading
from modella.core.sidecars.registry import read
from tests.core.sidecars.sidecar_files import (
    MODEL,
    NOTHING,
    OTHER_SHA256,
    PICTURE,
    SHA256,
    lora_manager,
    version,
    written,
)


def of(name: str, value: Any, model: str = MODEL) -> Reading:
    found = read(name, written(value), model)
    assert found is not None
    return found


def test_a_version_is_made_safe_and_split_into_words() -> None:
    found = of("mossy-lantern.civitai.info", version())
    assert found.fetched["trained_words"] == ["mossy", "lantern", "warm light"]
    assert found.fetched["version_description"] == "<p>What is <b>new</b></p>"
    assert found.fetched["tags"] == ["light", "style"]
    assert found.pictures[0].prompt == "a lantern"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_a_windows_tool_may_use_is_read(encoding: str) -> None:
    content = written({"notes": "grün 🦎\r\nzwei", "preferred weight": 0.7, "sd version": "SDXL"}, encoding)
    found = read("mossy-lantern.json", content, MODEL)
    assert found is not None
    assert found.said == {"notes": "grün 🦎\nzwei", "preferred_weight": 0.7}


def test_a_version_with_several_files_is_only_a_hint_for_the_one_that_bears_the_name() -> None:
    files = [
        {"id": 1, "name": "a.safetensors", "type": "Model", "hashes": {"SHA256": SHA256}},
        {"id": 2, "name": "b.safetensors", "type": "Model", "hashes": {"SHA256": OTHER_SHA256}},
    ]
    info = version(files=files)
    assert of("b.civitai.info", info, "B.safetensors").hints.sha256 == OTHER_SHA256
    assert of("c.civitai.info", info, "c.safetensors").hints.known() == {}


@pytest.mark.parametrize("ids", [{"id": "", "modelId": ""}, {"id": 0, "modelId": -3}, {"id": "Model not found"}, {}])
def test_ids_that_are_none_make_no_source(ids: dict[str, Any]) -> None:
    info = {name: each for name, each in version().items() if name not in {"id", "modelId"}} | ids
    found = of("mossy-lantern.civitai.info", info)
    assert found.source is None
    assert found.not_on_source


@pytest.mark.parametrize("told", [NOTHING, NOTHING[:12], "0" * 64, "abc", "", None, 7, "g" * 64, SHA256 + "0"])
def test_what_is_no_hash_of_a_file_is_no_hint(told: Any) -> None:
    assert of("x.json", {"modelId": 1, "modelVersionId": 2, "sha256": told}).hints.known() == {}
    assert of("x.metadata.json", lora_manager(civitai={}, sha256=told, autov3=told)).hints.known() == {}


def test_lora_managers_own_hash_beats_that_of_a_version_about_other_bytes() -> None:
    found = of("mossy-lantern.metadata.json", lora_manager(sha256=OTHER_SHA256))
    assert found.hints.known() == {"sha256": OTHER_SHA256}
    assert found.listed is None


def test_lora_managers_changes_by_hand_are_the_users() -> None:
    record = lora_manager(
        model_name="My lantern",
        base_model="Illustrious",
        tags=["light", "mine"],
        notes=" dim it ",
        exclude=True,
        skip_metadata_refresh=True,
        usage_tips={"strength": "0.65", "clip_skip": 2, "odd": "x"},
    )
    assert of("mossy-lantern.metadata.json", record).said == {
        "notes": "dim it",
        "hidden": True,
        "skip_refresh": True,
        "usage_tips": {"strength": 0.65, "clip_skip": 2},
        "preferred_weight": 0.65,
        "name": "My lantern",
        "base_model": "Illustrious",
        "tags": ["light", "mine"],
    }


def test_lora_managers_shorter_spelling_of_a_base_model_is_nobodys_word() -> None:
    record = lora_manager(civitai=version(baseModel="SDXL Turbo"), base_model="SDXL 1.0", tags=["STYLE", "light"])
    found = of("mossy-lantern.metadata.json", record)
    assert found.said == {}
    assert found.fetched["base_model"] == "SDXL Turbo"


def test_a_model_that_was_deleted_there_is_gone_and_not_forgotten() -> None:
    found = of("mossy-lantern.metadata.json", lora_manager(civitai_deleted=True))
    assert found.not_on_source
    assert found.source is not None
    assert found.source.state == "gone"
    assert found.fetched["name"] == "Mossy Lantern"


def test_lora_managers_own_pictures_and_hub_addresses_are_kept() -> None:
    added = {"url": "", "path": "C:\\pictures\\mine.png", "nsfwLevel": 1, "meta": {"prompt": "p"}}
    record = lora_manager(
        civitai={"customImages": [added]}, hf_url="https://huggingface.co/moss/lantern/blob/main/x.safetensors"
    )
    found = of("mossy-lantern.metadata.json", record)
    assert [(each.file, each.nsfw_level, each.prompt) for each in found.pictures] == [
        ("mossy-lantern.webp", 4, None),
        ("mine.png", 1, "p"),
    ]
    assert found.source is not None
    assert found.source.model_id == "moss/lantern"
    assert found.source.ref["path"] == "x.safetensors"


@pytest.mark.parametrize("weight", [0, 0.0, "", None, "nan", True, [], 1e9])
def test_a_weight_that_is_none_is_not_chosen(weight: Any) -> None:
    found = of("x.json", {"sd version": "SD1", "preferred weight": weight, "negative text": ""})
    assert found.said == {}


def test_civitai_links_weight_is_nobodys_choice_but_a_persons_is() -> None:
    link = {
        "description": "<p>d</p>",
        "sd version": "PONY",
        "activation text": "mossy",
        "preferred weight": 0.8,
        "notes": "https://civitai.com/models/101?modelVersionId=201",
    }
    found = of("x.json", link)
    assert found.format == "civitai-link"
    assert found.said == {"trained_words": ["mossy"]}
    assert found.source is not None
    assert (found.source.model_id, found.source.version_id) == ("101", "201")
    chosen = of("x.json", {**link, "negative text": "blurry", "notes": "mine"})
    assert chosen.format == "a1111"
    assert chosen.said == {
        "trained_words": ["mossy"],
        "preferred_weight": 0.8,
        "negative_text": "blurry",
        "notes": "mine",
    }


def test_a_checkpoints_vae_is_a_choice_unless_it_is_automatic() -> None:
    assert of("x.json", {"description": "", "notes": "", "vae": "soft.pt"}).said == {"vae": "soft.pt"}
    assert of("x.json", {"description": "plain words", "notes": "", "vae": "Automatic"}).said == {
        "description": "plain words"
    }


def test_browser_plus_may_not_have_found_it() -> None:
    found = of("x.json", {"modelId": "Model not found", "modelVersionId": "Model not found", "sha256": SHA256.upper()})
    assert found.not_on_source
    assert found.source is None
    assert found.hints.sha256 == SHA256
    page = of("x.json", {"activation text": "a", "modelPageURL": "https://civitai.red/models/101/x?modelVersionId=201"})
    assert page.source is not None
    assert page.source.version_id == "201"


def test_a_whole_answer_beside_the_model_is_read_like_a_model_object() -> None:
    inner = {name: each for name, each in version().items() if name not in {"model", "modelId"}}
    model = {
        "id": 101,
        "name": "Mossy Lantern",
        "type": "LORA",
        "creator": {"username": "fern"},
        "modelVersions": [inner],
    }
    for name, form in (("x.api_info.json", "browser-plus-answer"), ("x.json", "sd-next")):
        found = of(name, model)
        assert (found.format, found.fetched["creator"], found.hints.sha256) == (form, "fern", SHA256)


def test_a_user_title_and_an_unknown_source_number_are_read() -> None:
    flat = {"ModelName": "Grove 4x", "UserTitle": "Sharp", "Source": "OpenModelDb", "SourceUrl": None, "Hashes": None}
    found = of("x.cm-info.json", flat)
    assert found.said == {"name": "Sharp"}
    assert found.source is not None
    assert found.source.source == "openmodeldb"
    linked = of("x.cm-info.json", {**flat, "Source": 99, "SourceUrl": "https://openmodeldb.info/models/4x-grove"})
    assert linked.source is not None
    assert (linked.source.source, linked.source.url) == ("openmodeldb", "https://openmodeldb.info/models/4x-grove")


def test_a_swarm_file_beside_an_image_is_not_about_a_model() -> None:
    swarm = {"modelspec.title": "Lantern", "modelspec.lora_default_weight": "0.5"}
    assert read("x.swarm.json", written(swarm), "x.png") is None
    assert read("x.swarm.json", written({"sui_image_params": {"prompt": "a"}}), MODEL) is None
    assert of("x.swarm.json", swarm).said == {"preferred_weight": 0.5}


def test_swarms_hash_leaves_out_the_header() -> None:
    found = of("x.swarm.json", {"modelspec.title": "L", "modelspec.hash_sha256": "0x" + SHA256.upper()})
    assert found.hints.known() == {"autov3": SHA256[:12]}
    nothing = of("x.swarm.json", {"modelspec.title": "L", "modelspec.hash_sha256": "0x" + NOTHING})
    assert nothing.hints.known() == {}


def test_swarms_merges_and_flags_are_kept() -> None:
    found = of(
        "x.swarm.json",
        {
            "modelspec.title": "A - B",
            "modelspec.merged_from": "one, two",
            "modelspec.license": "CC0",
            "modelspec.is_negative_embedding": True,
            "modelspec.trigger_phrase": "a; b",
        },
    )
    assert found.fetched == {
        "name": "A - B",
        "relations": [{"type": "derived-from", "ref": "one, two"}],
        "license": {"name": "CC0"},
        "flags": {"negative_embedding": True},
        "trained_words": ["a", "b"],
    }


def test_one_word_of_the_users_makes_rgthrees_list_theirs() -> None:
    words = [
        {"word": "often seen", "count": 9, "metadata": True},
        {"word": "mossy", "civitai": True},
        {"word": "glow", "user": True},
    ]
    found = of(f"{MODEL}.rgthree-info.json", {"trainedWords": words, "sha256": SHA256, "type": "LORA"})
    assert found.said == {"trained_words": ["mossy", "glow"]}
    assert found.fetched["trained_words"] == ["mossy"]
    missing = {"raw": {"civitai": {"error": "Model not found"}}, "sha256": SHA256}
    assert of(f"{MODEL}.rgthree-info.json", missing).not_on_source


def test_markdown_keeps_a_persons_text_and_reads_the_words() -> None:
    text = "---\nmodelPage: https://civitai.com/models/101?modelVersionId=201\nbaseModel: Unknown\n---\n"
    text += "# Trigger Words\n\n- `mossy`\n- warm light\n\n# Mine\n\nuse at night\n"
    found = read("x.md", text.encode(), MODEL)
    assert found is not None
    assert found.fetched == {"trained_words": ["mossy", "warm light"]}
    assert found.said == {"notes": "# Mine\n\nuse at night"}
    assert found.source is not None
    assert found.source.version_id == "201"


def test_pumas_records_speak_for_their_folder() -> None:
    record = {
        "model_id": "lora/x/lantern",
        "model_type": "lora",
        "official_name": "Lantern",
        "cleaned_name": "lantern",
        "hashes": {"sha256": SHA256, "blake3": OTHER_SHA256},
        "notes": "mine",
        "preview_image": "preview.png",
        "inference_settings": {"steps": 20},
        "download_url": "https://civitai.com/models/101?modelVersionId=201",
        "files": [{"name": MODEL, "original_name": "orig.safetensors", "size": 12}],
    }
    found = of("metadata.json", record)
    assert found.said == {"notes": "mine", "inference_defaults": {"steps": 20}}
    assert found.fetched["kind"] == "lora"
    assert found.hints.known() == {"sha256": SHA256, "blake3": OTHER_SHA256}
    assert found.listed is not None
    assert (found.listed.name, found.listed.size) == ("orig.safetensors", 12)
    assert found.source is not None
    assert found.source.version_id == "201"
    ranges = of("overrides.json", {"version_ranges": {"comfyui": ">=0.3", "forge": 3, "x": None}})
    assert ranges.apps == {"comfyui": {"versions": ">=0.3"}, "forge": {"versions": "3"}}


def test_our_own_records_are_not_foreign() -> None:
    ours = {"schema": 1, "id": "0" * 26, "name": "x", "cleaned_name": "x", "model_id": "a", "official_name": "b"}
    assert read("metadata.json", written(ours), MODEL) is None
    assert read("x.metadata.json", written({**ours, "file_path": "", "from_civitai": True}), MODEL) is None
    assert read("overrides.json", written({"schema": 1, "fields": {"name": "x"}}), MODEL) is None
    assert read("x.modella.json", written({"notes": "a", "description": "b"}), MODEL) is None
    assert read("x.modella.overrides.json", written({"notes": "a", "description": "b"}), MODEL) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("config.json", {"architectures": ["X"], "model_type": "y"}),
        ("x.json", {"nodes": [], "links": []}),
        ("model_index.json", {"_class_name": "Pipeline"}),
        ("x.recipe.json", {"id": 1, "loras": [], "title": "t"}),
        ("x.html", {}),
        ("x.yaml", {"notes": ""}),
    ],
)
def test_other_files_are_no_sidecars(name: str, value: Any) -> None:
    assert read(name, written(value), MODEL) is None


def test_invokes_export_is_all_the_users() -> None:
    export = {
        "name": "Lantern",
        "description": "lights",
        "trigger_phrases": ["mossy"],
        "default_settings": {"weight": 0.6},
        "source_url": "https://example.org/x.safetensors?token=verysecret123",
        "cover_image": "data:image/png;base64,iVBORw0KGgo=",
    }
    found = of("x.json", export)
    assert found.said == {
        "name": "Lantern",
        "description": "lights",
        "trained_words": ["mossy"],
        "inference_defaults": {"weight": 0.6},
    }
    assert found.source is not None
    assert "verysecret123" not in (found.source.url or "")
    assert [each.embedded for each in found.pictures] == ["iVBORw0KGgo="]


def test_plain_files_hold_notes_and_hashes() -> None:
    note = read("x.description.txt", b"\xef\xbb\xbfwarm\r\nlight\r\n", MODEL)
    assert note is not None
    assert note.said == {"notes": "warm\nlight"}
    for line in (SHA256.upper(), f"{SHA256}  {MODEL}\n", f"{OTHER_SHA256}  b.bin\n{SHA256} *{MODEL}\n"):
        found = read("x.sha256", line.encode(), MODEL)
        assert found is not None
        assert found.hints.known() == {"sha256": SHA256}
    unsure = read("x.sha256", f"{OTHER_SHA256}  b.bin\n{SHA256}  c.bin\n".encode(), MODEL)
    assert unsure is not None
    assert unsure.hints.known() == {}


COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_a_local_folder_of_the_hub_tells_commit_and_hash() -> None:
    path = f".cache/huggingface/download/unet/{MODEL}.metadata"
    assert records_of(["unet", MODEL]) == [
        f"unet/.cache/huggingface/download/{MODEL}.metadata",
        path,
    ]
    found = read(path, f"{COMMIT}\n{SHA256}\n1750000000.123\n".encode(), MODEL)
    assert found is not None
    assert found.source is not None
    assert (found.source.revision, found.source.ref["path"]) == (COMMIT, f"unet/{MODEL}")
    assert found.hints.known() == {"sha256": SHA256}
    small = read(path, f'{COMMIT}\r\n"{COMMIT}"\r\n1750000000\r\n'.encode(), MODEL)
    assert small is not None
    assert small.hints.known() == {"git_sha1": COMMIT}
    broken = read(path, b"\xff\xfe\x00", MODEL)
    assert broken is not None
    assert broken.problem == "broken-record"


def test_the_hubs_cache_tells_repository_commit_and_hash() -> None:
    root = ["home", "hub", "models--moss--lantern-xl"]
    found = cache_origin([*root, "snapshots", COMMIT, "unet", MODEL], SHA256)
    assert found is not None
    assert found.source is not None
    assert (found.source.model_id, found.source.revision) == ("moss/lantern-xl", COMMIT)
    assert found.source.ref["path"] == f"unet/{MODEL}"
    assert found.hints.known() == {"sha256": SHA256}
    blob = cache_origin([*root, "blobs", SHA256])
    assert blob is not None
    assert blob.hints.sha256 == SHA256
    single = cache_origin(["models--gpt2", "snapshots", "main", "x"])
    assert single is not None
    assert single.source is not None
    assert (single.source.model_id, single.source.revision) == ("gpt2", None)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        ["a", "b"],
        ["models--a--b", "snapshots"],
        ["models--a--b", "snapshots", COMMIT],
        ["models--a--b", "refs", "main"],
        ["models--a--b--c", "snapshots", COMMIT, "x"],
        ["datasets--a--b", "snapshots", COMMIT, "x"],
        ["models--", "snapshots", COMMIT, "x"],
    ],
)
def test_other_paths_are_in_no_cache(parts: list[str]) -> None:
    assert cache_origin(parts) is None


def test_a_remote_picture_and_a_local_one_are_told_apart() -> None:
    flat = {"ModelName": "x", "ThumbnailImageUrl": "C:\\a\\..\\b.preview.mp4"}
    (local,) = of("x.cm-info.json", flat).pictures
    assert (local.file, local.url, local.type) == ("b.preview.mp4", None, "video")
    (remote,) = of("x.cm-info.json", {**flat, "ThumbnailImageUrl": PICTURE}).pictures
    assert (remote.file, remote.url) == (None, PICTURE)
    for odd in ("..", "data:text/html;base64,AAAA", "noending", "javascript:alert(1)", 5):
        assert of("x.cm-info.json", {**flat, "ThumbnailImageUrl": odd}).pictures == []
