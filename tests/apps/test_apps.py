"""Apps are told apart: each is found as itself and as no other, with its version and its folders."""

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from modella.core.errors import BadLink, DiskTrouble, ModellaError, NotFound
from modella.core.kinds import Kind
from modella.core.mapping import MappingFile, ways_in
from modella.core.versions import version_of
from modella.io.packaged import load_mappings, load_rules
from modella.work.finding_apps import FoundApp, find_app, shelf_at
from tests.apps.fixtures import FIXTURES, Fixture, fixture, lay

FILES = list(load_mappings())
EVERY = pytest.mark.parametrize("file", FILES, ids=[each.file for each in FILES])
NOT_FOR_LINKS = {Kind.workflow, Kind.other, Kind.unknown, Kind.invalid}
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def built(file: str, folder: Path) -> Path:
    """The app of a mapping file, laid into a folder."""
    return FIXTURES[file].build(folder)


def refused(path: str | Path, app: str | None = None, files: Sequence[MappingFile] = FILES) -> ModellaError:
    """What finding an app there is refused with."""
    with pytest.raises(ModellaError) as caught:
        find_app(files, path, app)
    return caught.value


def folder_of(found: FoundApp, kind: Kind, family: str = "-") -> str | None:
    """The folder below the app's own for a kind of models in safetensors, as the mapping has it."""
    for target in found.file.mapping.at(found.version):
        fits = not target.families or family in target.families
        if kind in target.kinds and fits and "safetensors" in (target.formats or ("safetensors",)) and not target.when:
            return target.folder
    return None


# ------------------------------------------------------------------------------------------------------- the shelf


def test_every_mapping_file_has_a_fixture_and_every_fixture_a_file() -> None:
    assert set(FIXTURES) == {file.file for file in FILES}


@EVERY
def test_an_app_is_found_as_itself(file: MappingFile, tmp_path: Path) -> None:
    path = built(file.file, tmp_path / "an app")
    found = find_app(FILES, path)
    assert (found.app, found.config, found.file.file) == (file.mapping.app, file.mapping.config, file.file)
    assert found.version == FIXTURES[file.file].version
    assert (found.path, found.real) == (path, path.resolve())
    assert find_app(FILES, path, file.mapping.app) == found


@EVERY
def test_an_app_is_found_as_no_other(file: MappingFile, tmp_path: Path) -> None:
    path = built(file.file, tmp_path / "app")
    others = {each.mapping.app for each in FILES} - {file.mapping.app}
    wrong = [app for app in sorted(others) if refused(path, app).code != "another-app-there"]
    assert wrong == []
    configs = {(each.mapping.app, each.mapping.config) for each in FILES} - {(file.mapping.app, file.mapping.config)}
    alone = [[each for each in FILES if (each.mapping.app, each.mapping.config) == pair] for pair in sorted(configs)]
    assert [refused(path, None, files).code for files in alone] == ["no-known-app"] * len(alone)


@EVERY
def test_families_in_a_mapping_are_known(file: MappingFile) -> None:
    known = {"-", *load_rules().families}
    targets = file.mapping.targets
    named = {family for target in targets for family in (*target.families, *target.not_families)}
    assert named | set(file.mapping.families) <= known


@EVERY
def test_a_mapping_names_every_folder_once_and_says_where_kinds_go(file: MappingFile) -> None:
    mapping = file.mapping
    if mapping.support == "none":
        assert mapping.why
        return
    assert len(set(mapping.reads)) == len(mapping.reads)
    assert set(mapping.reads) & {target.folder for target in mapping.at(None)} <= {"models/unet", "models/clip"}
    assert all(target.formats for target in mapping.targets) or mapping.app == "stability-matrix"
    assert not {kind for target in mapping.targets for kind in target.kinds} & NOT_FOR_LINKS
    assert ways_in(mapping, None)


@EVERY
def test_formats_in_a_mapping_are_those_that_bytes_are_found_to_have(file: MappingFile) -> None:
    named = {format_ for target in file.mapping.targets for format_ in target.formats}
    assert named <= {"safetensors", "torch", "gguf", "diffusers"}


@EVERY
def test_the_first_version_in_a_name_is_one(file: MappingFile) -> None:
    assert version_of(file.first)
    fixed = FIXTURES[file.file].version
    assert fixed is None or version_of(fixed)


def test_an_image_app_takes_the_kinds_that_everybody_has() -> None:
    everybody = {Kind.checkpoint, Kind.lora, Kind.vae, Kind.embedding, Kind.controlnet, Kind.upscaler}
    apps = {f.mapping.app: f.mapping for f in FILES if f.mapping.support == "links"}
    short = {
        app: everybody - {kind for target in mapping.targets for kind in target.kinds}
        for app, mapping in apps.items()
        if app not in {"kohya", "lmstudio"}
    }
    assert {app: kinds for app, kinds in short.items() if kinds} == {}


def test_a_builder_without_a_file_would_be_seen() -> None:
    fixture("nothing_1.0.0_default.json", None)(dict)
    try:
        assert set(FIXTURES) != {file.file for file in FILES}
    finally:
        del FIXTURES["nothing_1.0.0_default.json"]


# -------------------------------------------------------------------------------------------------------- versions


@pytest.mark.parametrize(
    ("knows", "version", "text_encoder", "diffusion_model"),
    [
        ('x["unet"] = 1', "0.0.1", "models/clip", "models/unet"),
        ('x["diffusion_models"] = "unet"', "0.1.0", "models/clip", "models/diffusion_models"),
        ('x["diffusion_models"]; x["text_encoders"]', "0.2.7", "models/text_encoders", "models/diffusion_models"),
        ('x["text_encoders"]; x["model_patches"]', "0.3.51", "models/text_encoders", "models/diffusion_models"),
    ],
)
def test_an_old_comfyui_is_known_by_the_folders_it_knows(
    tmp_path: Path, knows: str, version: str, text_encoder: str, diffusion_model: str
) -> None:
    path = lay(tmp_path / "app", {"main.py": "", "comfy": None, "folder_paths.py": knows})
    found = find_app(FILES, path, "comfyui")
    assert (found.version, found.version_at_least) == (version, True)
    assert folder_of(found, Kind.text_encoder) == text_encoder
    assert folder_of(found, Kind.diffusion_model) == diffusion_model


def test_the_version_of_comfyui_comes_from_the_file_made_for_it(tmp_path: Path) -> None:
    path = built("comfyui_0.0.1_default.json", tmp_path / "app")
    (path / "pyproject.toml").write_text('[project]\nversion = "0.9.0"\n')
    assert find_app(FILES, path).version == "0.8.1"
    (path / "comfyui_version.py").unlink()
    found = find_app(FILES, path)
    assert (found.version, found.version_at_least) == ("0.9.0", False)


def test_a_comfyui_that_says_nothing_has_the_newest_folders(tmp_path: Path) -> None:
    path = lay(tmp_path / "app", {"main.py": "", "comfy": None, "folder_paths.py": ""})
    found = find_app(FILES, path)
    assert found.version is None
    assert folder_of(found, Kind.text_encoder) == "models/text_encoders"
    assert folder_of(found, Kind.diffusion_model) == "models/diffusion_models"


def test_the_embeddings_of_neo_lie_among_its_models(tmp_path: Path) -> None:
    neo = find_app(FILES, built("forge-neo_1.0.0_default.json", tmp_path / "neo"))
    forge = find_app(FILES, built("forge_2.0.0_default.json", tmp_path / "forge"))
    assert neo.places["embeddings"] == str(tmp_path / "neo" / "models" / "embeddings")
    assert forge.places["embeddings"] == str(tmp_path / "forge" / "embeddings")


def test_old_folders_of_stability_matrix_are_used_where_they_are(tmp_path: Path) -> None:
    tree = {"settings.json": "{}", "Packages": None, "Models/Unet": None, "Models/TextualInversion": None}
    found = find_app(FILES, lay(tmp_path / "Data", tree))
    assert folder_of(found, Kind.diffusion_model) == "Models/Unet"
    assert folder_of(found, Kind.embedding) == "Models/TextualInversion"
    assert folder_of(found, Kind.checkpoint) == "Models/StableDiffusion"


# ---------------------------------------------------------------------------------- folders named by the app's settings


def test_the_model_folder_of_swarmui_is_read_from_its_settings(tmp_path: Path) -> None:
    path = built("swarmui_0.6.0_default.json", tmp_path / "app")
    (path / "Data" / "Settings.fds").write_text(
        "Paths:\n\tModelRoot: /data/my models;/other\n\tSDLoraFolder: loras;Lora\n\tSDVAEFolder: /vaes\n"
    )
    places = find_app(FILES, path).places
    assert places["models"] == "/data/my models"
    assert places["lora"] == "/data/my models/loras"
    assert places["vae"] == "/vaes"
    assert places["embeddings"] == "/data/my models/Embeddings"


def test_what_swarmui_writes_otherwise_is_put_right(tmp_path: Path) -> None:
    path = built("swarmui_0.6.0_default.json", tmp_path / "app")
    (path / "Data" / "Settings.fds").write_text("Paths:\n\tModelRoot: a\\sb\n")
    assert find_app(FILES, path).places["models"].endswith("a\\b")


def test_the_folders_of_fooocus_are_read_from_its_settings(tmp_path: Path) -> None:
    path = built("fooocus_2.0.0_default.json", tmp_path / "app")
    (path / "config.txt").write_text('{"path_checkpoints": ["/big/a", "/big/b"], "path_loras": "extra/loras", "x": 1}')
    places = find_app(FILES, path).places
    assert (places["checkpoints"], places["loras"]) == ("/big/a", str(path / "extra" / "loras"))
    assert places["embeddings"] == str(path / "models" / "embeddings")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"path_loras": []}', '{"path_loras": 3}', "[" * 100_000, "\0"])
def test_settings_that_cannot_be_read_leave_the_usual_folder(tmp_path: Path, content: str) -> None:
    path = built("fooocus_2.0.0_default.json", tmp_path / "app")
    (path / "config.txt").write_text(content)
    assert find_app(FILES, path).places["loras"] == str(path / "models" / "loras")


@pytest.mark.parametrize(
    ("file", "line", "folder"),
    [
        ("webui-user.sh", 'export COMMANDLINE_ARGS="--xformers --lora-dir /big/loras"', "/big/loras"),
        ("webui-user.sh", 'export COMMANDLINE_ARGS="--lora-dir=/big/loras --api"', "/big/loras"),
        ("webui-user.bat", 'set COMMANDLINE_ARGS=--lora-dir "/big/my loras" --api', "/big/my loras"),
        ("webui-user.bat", "rem set COMMANDLINE_ARGS=--lora-dir /not/this", None),
        ("webui-user.sh", "  # export COMMANDLINE_ARGS='--lora-dir /not/this'", None),
    ],
)
def test_folders_on_the_command_line_of_a_webui_count(tmp_path: Path, file: str, line: str, folder: str | None) -> None:
    path = built("a1111_1.10.0_default.json", tmp_path / "app")
    (path / file).write_text(f"first line\n{line}\n")
    assert find_app(FILES, path).places["lora"] == (folder or str(path / "models" / "Lora"))


def test_the_models_of_a_webui_move_with_its_data(tmp_path: Path) -> None:
    path = built("forge_2.0.0_default.json", tmp_path / "app")
    (path / "webui-user.sh").write_text("export COMMANDLINE_ARGS='--data-dir /data'\n")
    places = find_app(FILES, path).places
    assert (places["models"], places["lora"], places["embeddings"]) == (
        *("/data/models", "/data/models/Lora", "/data/embeddings"),
    )


def test_a_moved_folder_of_lm_studio_is_found(tmp_path: Path) -> None:
    path = built("lmstudio_0.2.0_default.json", tmp_path / ".lmstudio")
    (path / "settings.json").write_text('{"downloadsFolder": "/big/llm"}')
    assert find_app(FILES, tmp_path, "lmstudio").places == {"models": "/big/llm"}


# ------------------------------------------------------------------------------------------------- paths people give


@pytest.mark.parametrize("above", ["ComfyUI", "ComfyUI_windows_portable/ComfyUI"])
def test_a_portable_comfyui_is_found_below_the_folder_that_is_named(tmp_path: Path, above: str) -> None:
    built("comfyui_0.0.1_default.json", tmp_path / above)
    assert find_app(FILES, tmp_path, "comfyui").path == tmp_path / above
    assert find_app(FILES, tmp_path).path == tmp_path / above


def test_a_link_to_the_app_is_kept_and_resolved_for_comparing(tmp_path: Path) -> None:
    path = built("comfyui_0.0.1_default.json", tmp_path / "real")
    (tmp_path / "link").symlink_to(path)
    found = find_app(FILES, tmp_path / "link")
    assert (found.path, found.real) == (tmp_path / "link", path)


def test_relative_paths_and_home_are_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = built("comfyui_0.0.1_default.json", tmp_path / "ai" / "comfy")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert {find_app(FILES, way).path for way in ("ai/comfy", "~/ai/comfy", "ai/../ai/comfy", "./ai/comfy/")} == {path}


@pytest.mark.parametrize("inside", ["models", "models/loras", "custom_nodes"])
def test_a_folder_inside_the_app_leads_to_the_app(tmp_path: Path, inside: str) -> None:
    path = built("comfyui_0.0.1_default.json", tmp_path / "app")
    for app in ("comfyui", None):
        problem = refused(path / inside, app)
        assert (problem.code, problem.facts["folder"]) == ("inside-app", str(path))


def test_another_app_there_is_named(tmp_path: Path) -> None:
    path = built("forge_2.0.0_default.json", tmp_path / "app")
    problem = refused(path, "a1111")
    assert problem.code == "another-app-there"
    assert (problem.facts["name"], problem.facts["found"]) == ("forge", "Stable Diffusion WebUI Forge")


def test_it_is_said_which_sign_is_missing(tmp_path: Path) -> None:
    path = lay(tmp_path / "app", {"main.py": "", "folder_paths.py": ""})
    problem = refused(path, "comfyui")
    assert (problem.code, problem.facts["signs"]) == ("no-app-there", "comfy")
    empty = refused(lay(tmp_path / "empty", {}), None)
    assert empty.code == "no-known-app"
    assert "ComfyUI" in empty.facts["known"]


def test_a_name_that_no_file_has_is_refused(tmp_path: Path) -> None:
    problem = refused(tmp_path, "comfy")
    assert isinstance(problem, BadLink)
    assert problem.code == "unknown-app"
    assert "comfyui, " in problem.facts["known"]


def test_a_path_that_is_no_folder_is_told(tmp_path: Path) -> None:
    path = built("comfyui_0.0.1_default.json", tmp_path / "app")
    assert refused(path / "main.py").code == "not-a-folder"
    assert refused(path / "main.py").facts["folder"] == str(path)
    assert isinstance(refused(tmp_path / "gone"), NotFound)
    assert isinstance(refused(path / "main.py" / "x"), NotFound)
    assert {refused(text).code for text in ("", "  ", "a\0b")} == {"bad-value"}


@pytest.mark.skipif(AS_ROOT or sys.platform == "win32", reason="nothing is closed to this user")
def test_a_closed_folder_is_told(tmp_path: Path) -> None:
    path = built("comfyui_0.0.1_default.json", tmp_path / "app")
    path.chmod(0)
    try:
        assert isinstance(refused(path), DiskTrouble)
    finally:
        path.chmod(0o755)


def test_apps_that_take_no_links_are_found_with_the_reason(tmp_path: Path) -> None:
    ollama = find_app(FILES, built("ollama_0.1.0_default.json", tmp_path / ".ollama"))
    invoke = find_app(FILES, built("invokeai_3.0.0_default.json", tmp_path / "invokeai"))
    assert (ollama.file.mapping.support, ollama.file.mapping.why) == ("none", "own-store")
    assert (invoke.file.mapping.support, invoke.file.mapping.why) == ("none", "api-only")


# ----------------------------------------------------------------------------------------------------------- signs


def test_names_count_as_they_are_spelled(tmp_path: Path) -> None:
    path = lay(tmp_path / "app", {"MAIN.py": "", "folder_paths.py": "", "comfy": None})
    assert refused(path, "comfyui").facts["signs"] == "main.py"


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders")
def test_pipes_and_sockets_are_signs_but_never_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = built("comfyui_0.0.1_default.json", tmp_path / "app")
    for name in ("comfyui_version.py", "pyproject.toml", "folder_paths.py"):
        (path / name).unlink()
    os.mkfifo(path / "comfyui_version.py")
    os.mkfifo(path / "folder_paths.py")
    monkeypatch.chdir(path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("pyproject.toml")
    assert find_app(FILES, path).version is None


def test_links_that_lead_nowhere_or_in_a_circle_do_no_harm(tmp_path: Path) -> None:
    path = built("comfyui_0.0.1_default.json", tmp_path / "app")
    (path / "comfyui_version.py").unlink()
    (path / "comfyui_version.py").symlink_to("comfyui_version.py")
    (path / "models" / "round").symlink_to(path)
    assert find_app(FILES, path).version == "0.8.1"


def test_only_the_beginning_of_a_long_file_or_line_is_looked_at(tmp_path: Path) -> None:
    path = built("comfyui_0.0.1_default.json", tmp_path / "app")
    (path / "pyproject.toml").unlink()
    (path / "comfyui_version.py").write_text("#" * 1024 * 1024 + '\n__version__ = "9.9.9"\n')
    assert find_app(FILES, path).version == "0.2.7"
    (path / "comfyui_version.py").write_bytes(b"\xff\xfe\x00" * 100 + b'\n__version__ = "9.9.9"\n')
    assert find_app(FILES, path).version == "9.9.9"


def test_the_app_that_lies_nearest_is_meant(tmp_path: Path) -> None:
    path = built("swarmui_0.6.0_default.json", tmp_path / "swarm")
    built("comfyui_0.0.1_default.json", path / "ComfyUI")
    assert find_app(FILES, path).app == "swarmui"
    assert find_app(FILES, path, "comfyui").path == path / "ComfyUI"


def test_a_users_app_is_found_like_ours(tmp_path: Path) -> None:
    own = tmp_path / "home" / "model-library-translation"
    own.mkdir(parents=True)
    (own / "my-tool_1.0.0_default.json").write_text(
        '{"app": "my-tool", "title": "My tool", "detect": {"all": [{"path": "tool.cfg"}]},'
        ' "targets": [{"kinds": ["lora"], "folder": "loras"}]}'
    )
    files, faults = shelf_at(tmp_path / "home")
    assert faults == []
    path = Fixture({"tool.cfg": ""}, None).build(tmp_path / "tool")
    assert find_app(files, path).file.own
