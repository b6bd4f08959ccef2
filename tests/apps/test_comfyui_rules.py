"""ComfyUI's rules, told again: what is listed, what is not, and that a real checkout says the same."""

import os
from pathlib import Path

import pytest

from tests.apps.comfyui_rules import CHECKOUT, listed, listed_by_checkout, listed_by_comfyui
from tests.apps.fixtures import FIXTURES

TINY_CHECKOUT = """
import os
from comfy.cli_args import args

base_path = os.path.abspath(args.base_directory) if args.base_directory else os.path.dirname(os.path.realpath(__file__))
models = os.path.join(base_path, "models")
folder_names_and_paths = {
    "loras": ([os.path.join(models, "loras")], {".safetensors"}),
    "diffusers": ([os.path.join(models, "diffusers")], ["folder"]),
    "custom_nodes": ([os.path.join(base_path, "custom_nodes")], set()),
}


def get_filename_list(kind):
    found = []
    for top in folder_names_and_paths[kind][0]:
        here = sorted(os.listdir(top)) if os.path.isdir(top) else []
        found += [each for each in here if each.endswith(".safetensors")]
    return found


def get_full_path(kind, name):
    paths = [os.path.join(top, name) for top in folder_names_and_paths[kind][0]]
    return next((path for path in paths if os.path.isfile(path)), None)
"""
"""A few lines of our own that answer as a checkout's `folder_paths` does, to try how it is asked."""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return FIXTURES["comfyui_0.0.1_default.json"].build(tmp_path / "app")


def put(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_files_and_linked_folders_are_listed_by_their_path(app: Path, tmp_path: Path) -> None:
    put(app / "models/loras/sub/a.safetensors")
    put(tmp_path / "elsewhere/b.SAFETENSORS")
    (app / "models/loras/linked").symlink_to(tmp_path / "elsewhere")
    (app / "models/loras/c.pt").symlink_to(put(tmp_path / "c.pt"))
    assert listed(app)["loras"] == ["c.pt", "linked/b.SAFETENSORS", "sub/a.safetensors"]


def test_what_cannot_be_opened_or_is_no_model_is_not_listed(app: Path) -> None:
    (app / "models/loras/broken.safetensors").symlink_to("nowhere")
    put(app / "models/loras/notes.txt")
    put(app / "models/loras/model.gguf")
    put(app / "models/loras/.git/x.safetensors")
    assert listed(app)["loras"] == []


def test_old_and_new_folders_are_one_category(app: Path) -> None:
    put(app / "models/clip/old.safetensors")
    put(app / "models/text_encoders/new.safetensors")
    put(app / "models/unet/old.safetensors")
    put(app / "models/t2i_adapter/t.pth")
    found = listed(app)
    assert found["text_encoders"] == ["new.safetensors", "old.safetensors"]
    assert found["diffusion_models"] == ["old.safetensors"]
    assert found["controlnet"] == ["t.pth"]


def test_an_old_version_does_not_look_into_new_folders(app: Path) -> None:
    put(app / "comfyui_version.py", '__version__ = "0.0.9"')
    put(app / "models/text_encoders/new.safetensors")
    put(app / "models/clip/old.safetensors")
    found = listed(app)
    assert found["clip"] == ["old.safetensors"]
    assert "text_encoders" not in found


def test_further_paths_are_read_from_the_file_for_them(
    app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_MODELS", str(tmp_path / "lib"))
    put(tmp_path / "lib/loras/x.safetensors")
    put(tmp_path / "lib/more/y.safetensors")
    put(tmp_path / "lib/clip/z.safetensors")
    put(tmp_path / "near/odd.onnx")
    put(
        app / "extra_model_paths.yaml",
        "a:\n  base_path: $MY_MODELS\n  is_default: true\n  loras: |\n    loras\n    more\n  clip: clip\n"
        "b:\nc:\n  my_kind: ../near\n",
    )
    found = listed(app)
    assert found["loras"] == ["x.safetensors", "y.safetensors"]
    assert found["text_encoders"] == ["z.safetensors"]
    assert found["my_kind"] == ["odd.onnx"]


def test_gguf_is_listed_where_its_node_is(app: Path) -> None:
    put(app / "models/diffusion_models/m.gguf")
    assert "unet_gguf" not in listed(app)
    (app / "custom_nodes/ComfyUI-GGUF").mkdir()
    assert listed(app)["unet_gguf"] == ["m.gguf"]


def test_models_that_are_folders_are_listed_as_folders(app: Path) -> None:
    put(app / "models/diffusers/some/model_index.json", "{}")
    put(app / "models/diffusers/other/readme.md")
    assert listed(app)["diffusers"] == ["some"]


@pytest.mark.parametrize("knows_the_flag", [True, False])
def test_a_checkout_is_asked_about_another_folder(app: Path, tmp_path: Path, knows_the_flag: bool) -> None:
    checkout = tmp_path / "checkout"
    put(checkout / "folder_paths.py", TINY_CHECKOUT)
    if knows_the_flag:
        put(checkout / "comfy/options.py", "def enable_args_parsing():\n    pass\n")
        parser = "p = argparse.ArgumentParser()\np.add_argument('--base-directory')\nargs = p.parse_args()\n"
        put(checkout / "comfy/cli_args.py", f"import argparse\n{parser}")
    put(app / "models/loras/a.safetensors")
    (app / "models/loras/broken.safetensors").symlink_to("nowhere")
    found = listed_by_checkout(checkout, app)
    assert found == {"loras": ["a.safetensors"], "diffusers": []}


def test_who_was_asked_is_said(app: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CHECKOUT, raising=False)
    put(app / "models/vae/v.pt")
    assert listed_by_comfyui(app)["vae"] == ["v.pt"]
    assert "told again" in capsys.readouterr().out


@pytest.mark.skipif(not os.environ.get(CHECKOUT), reason=f"{CHECKOUT} names no checkout of ComfyUI")
def test_a_real_checkout_says_the_same(app: Path, tmp_path: Path) -> None:
    (app / "comfyui_version.py").unlink()
    put(app / "models/loras/sub/a.safetensors")
    put(app / "models/unet/u.sft")
    put(app / "models/clip/c.safetensors")
    put(app / "models/controlnet/n.pth")
    put(tmp_path / "lib/b.safetensors")
    (app / "models/loras/linked").symlink_to(tmp_path / "lib")
    (app / "models/vae/broken.pt").symlink_to("nowhere")
    put(app / "extra_model_paths.yaml", f"m:\n  base_path: {tmp_path}\n  checkpoints: lib\n")
    real, told = listed_by_comfyui(app), listed(app)
    assert {kind: names for kind, names in told.items() if names} == {k: names for k, names in real.items() if names}
