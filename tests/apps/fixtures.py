"""Small folders of the shape that each app has: one builder for every mapping file of the shelf.

Adding an app is one file in `src/modella/apps/` and one function here; a test says which of them is missing.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Tree = Mapping[str, str | None]
"""Path below the app's folder, and the text of the file; None for a folder."""


@dataclass(frozen=True)
class Fixture:
    """What lies in the app's folder, and what is to be found out about it."""

    tree: Tree
    version: str | None

    def build(self, folder: Path) -> Path:
        """Lays the app into a folder, which is made."""
        return lay(folder, self.tree)


FIXTURES: dict[str, Fixture] = {}
"""By the name of the mapping file."""


def lay(folder: Path, tree: Tree) -> Path:
    """Makes files and folders below a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.mkdir(exist_ok=True)
        else:
            path.write_text(text, encoding="utf-8")
    return folder


def fixture(file: str, version: str | None) -> Callable[[Callable[[], Tree]], Callable[[], Tree]]:
    """Marks the builder for a mapping file, with the version of the app that it builds."""

    def remember(make: Callable[[], Tree]) -> Callable[[], Tree]:
        FIXTURES[file] = Fixture(make(), version)
        return make

    return remember


def folders(*names: str) -> dict[str, str | None]:
    """Empty folders."""
    return dict.fromkeys(names)


# -------------------------------------------------------------------------------------------------------- ComfyUI

COMFY_MODELS = tuple(
    f"models/{name}"
    for name in (
        *("checkpoints", "clip", "clip_vision", "configs", "controlnet", "diffusers", "diffusion_models", "embeddings"),
        *("gligen", "hypernetworks", "loras", "photomaker", "style_models", "text_encoders", "unet"),
        *("upscale_models", "vae", "vae_approx"),
    )
)


@fixture("comfyui_0.0.1_default.json", "0.8.1")
def comfyui() -> Tree:
    """A checkout of today."""
    return {
        "main.py": "import comfy.options\n",
        "folder_paths.py": 'folder_names_and_paths["text_encoders"] = ([], set())\n',
        "nodes.py": "",
        "comfyui_version.py": '# made by a tool\n__version__ = "0.8.1"\n',
        "pyproject.toml": '[project]\nname = "ComfyUI"\nversion = "0.8.1"\n',
        "extra_model_paths.yaml.example": "#comfyui:\n#  base_path: path/to/comfyui/\n",
        **folders("comfy/ldm", "comfy_extras", "custom_nodes", "input", "output", "user/default", *COMFY_MODELS),
    }


@fixture("comfyui_0.3.12_data.json", None)
def comfyui_data() -> Tree:
    """What ComfyUI Desktop makes, and what `--base-directory` names: no program in it."""
    return {
        "user/default/comfy.settings.json": "{}",
        ".venv/pyvenv.cfg": "home = /usr\n",
        **folders("custom_nodes", "input", "output", *COMFY_MODELS),
    }


# ---------------------------------------------------------------------------------------- AUTOMATIC1111 and its kin

WEBUI: Tree = {
    "webui.py": "",
    "launch.py": "",
    "webui.sh": "",
    "webui.bat": "",
    "webui-user.sh": '#!/bin/bash\n#export COMMANDLINE_ARGS="--lora-dir /not/this"\n',
    "webui-user.bat": "@echo off\nset COMMANDLINE_ARGS=\ncall webui.bat\n",
    "modules/sd_models.py": "",
    "modules/processing.py": "",
    "modules/paths_internal.py": "",
    "html/footer.html": "",
    **folders("embeddings", "extensions", "extensions-builtin/Lora", "models/Stable-diffusion", "models/VAE"),
    **folders("models/Lora", "models/ESRGAN", "models/hypernetworks", "models/VAE-approx"),
}
FORGE: Tree = {**WEBUI, "modules_forge/shared.py": "", **folders("models/ControlNet", "models/ControlNetPreprocessor")}


def _changes(heading: str) -> dict[str, str]:
    return {"CHANGELOG.md": f"{heading}\n\n### Bug Fixes:\n* something\n\n## 0.1.0\n"}


@fixture("a1111_1.0.0_default.json", "1.9.4")
def a1111_old() -> Tree:
    """A release before SD 3."""
    return {**WEBUI, "README.md": "# Stable Diffusion web UI\n", **_changes("## 1.9.4")}


@fixture("a1111_1.10.0_default.json", "1.10.1")
def a1111() -> Tree:
    """The last release."""
    return {**WEBUI, "README.md": "# Stable Diffusion web UI\n", **_changes("## 1.10.1")}


@fixture("forge_0.0.1_default.json", "0.0.17v1.8.0rc-1.7.0")
def forge_old() -> Tree:
    """Forge before it was written anew in August 2024."""
    return {
        **FORGE,
        "README.md": "# Stable Diffusion WebUI Forge\n",
        "modules_forge/forge_version.py": "version = 'f0.0.17v1.8.0rc-1.7.0'\n",
        **_changes("## 1.8.0-RC"),
        **folders("ldm_patched", "models/svd"),
    }


@fixture("forge_2.0.0_default.json", "2.0.1v1.10.1")
def forge() -> Tree:
    """Forge with its own backend."""
    return {
        **FORGE,
        "README.md": "# Stable Diffusion WebUI Forge\n\nSee also the forks reForge and Neo.\n",
        "modules_forge/forge_version.py": "version = 'f2.0.1v1.10.1'\n",
        **_changes("## 1.10.1"),
        **folders("backend/nn", "models/text_encoder", "models/diffusers"),
    }


@fixture("forge-neo_1.0.0_default.json", "2.22")
def forge_neo() -> Tree:
    """The branch that goes on with Forge."""
    tree = {
        **FORGE,
        "README.md": '<h1 align="center">Stable Diffusion WebUI Forge - Neo</h1>\n[ <b>Neo</b> | Classic ]\n',
        "modules_forge/forge_version.py": 'version = "neo"\nrelease = "2.22"\n',
        **folders("backend/nn", "models/text_encoder", "models/embeddings"),
    }
    return {name: text for name, text in tree.items() if name != "embeddings"}


@fixture("forge-neo_1.0.0_classic.json", None)
def forge_classic() -> Tree:
    """The branch that stays with the first Forge."""
    tree = {
        **FORGE,
        "README.md": '<h1 align="center">Stable Diffusion WebUI Forge - Classic</h1>\n[ Classic | Neo ]\n',
        "modules_forge/forge_version.py": 'version = "classic"\n',
        **folders("ldm_patched", "models/embeddings"),
    }
    return {name: text for name, text in tree.items() if name != "embeddings"}


@fixture("reforge_0.0.1_default.json", "2.0.0dev-v1.10.1RC")
def reforge() -> Tree:
    """Panchovix' fork."""
    return {
        **FORGE,
        "README.md": "# Stable Diffusion WebUI Forge/reForge\n\nStable Diffusion WebUI Forge/reForge is a platform\n",
        "modules_forge/forge_version.py": "version = '2.0.0dev-v1.10.1RC'",
        **_changes("## 1.10.1"),
        **folders("ldm_patched"),
    }


@fixture("sdnext_2023.7.1_default.json", "2025.08.20")
def sdnext() -> Tree:
    """Another descendant, with names and settings of its own."""
    return {
        "webui.py": "",
        "launch.py": "",
        "installer.py": "",
        "webui.sh": "",
        "README.md": "# SD.Next\n",
        "CHANGELOG.md": "# Change Log for SD.Next\n\n## Update for 2025-08-20\n\n## Update for 2025-08-15\n",
        "modules/sd_models.py": "",
        "modules/processing.py": "",
        "modules/paths.py": "",
        **folders("cli", "models/Stable-diffusion", "models/Lora", "models/VAE", "models/UNET", "models/Text-encoder"),
    }


# ---------------------------------------------------------------------------------------------------------- the rest


@fixture("swarmui_0.6.0_default.json", "0.9.6.2")
def swarmui() -> Tree:
    """A checkout with settings as they are written at the first start."""
    return {
        "src/SwarmUI.csproj": "<Project>\n  <PropertyGroup>\n    <Version>0.9.6.2</Version>\n  </PropertyGroup>\n",
        "launch-linux.sh": "",
        "Data/Settings.fds": "#Settings\nPaths:\n\t#Where models lie\n\tModelRoot: Models\n\tSDLoraFolder: Lora\n",
        **folders("Models/Stable-Diffusion", "Models/Lora", "Models/VAE", "Models/clip", "dlbackend"),
    }


@fixture("fooocus_2.0.0_default.json", "2.5.5")
def fooocus() -> Tree:
    """A checkout that was started once, so that it wrote its settings."""
    return {
        "webui.py": "",
        "launch.py": "",
        "entry_with_update.py": "",
        "fooocus_version.py": "version = '2.5.5'\n",
        "modules/config.py": "",
        "config.txt": json.dumps({"default_model": "x.safetensors"}),
        **folders("ldm_patched", "models/checkpoints", "models/loras", "models/vae", "models/inpaint"),
    }


@fixture("kohya_21.0.0_default.json", "25.2.1")
def kohya() -> Tree:
    """The trainer's own folder."""
    return {
        "kohya_gui.py": "",
        "kohya_gui/common_gui.py": "",
        ".release": "v25.2.1",
        "pyproject.toml": '[project]\nname = "kohya-ss"\nversion = "0.1.0"\n',
        "config example.toml": "[model]\n",
        **folders("models", "sd-scripts", "presets"),
    }


@fixture("lmstudio_0.2.0_default.json", None)
def lmstudio() -> Tree:
    """The folder in a home."""
    return {
        "settings.json": json.dumps({"language": "en"}),
        "bin/lms": "",
        "config-presets/a.preset.json": "{}",
        **folders(".internal", "conversations", "hub", "models/bartowski/Some-GGUF"),
    }


@fixture("stability-matrix_2.0.0_default.json", "2.14.0")
def stability_matrix() -> Tree:
    """The data folder of a portable one."""
    return {
        "settings.json": json.dumps({"Version": 1}),
        ".sm-portable": "",
        **folders("Packages", "Models/StableDiffusion", "Models/DiffusionModels", "Models/TextEncoders", "Models/Lora"),
    }


@fixture("invokeai_3.0.0_default.json", None)
def invokeai() -> Tree:
    """The root that the launcher makes."""
    return {
        "invokeai.yaml": "schema_version: 4.0.2\n",
        "databases/invokeai.db": "",
        "models/README.txt": "do not touch\n",
        **folders("models/0a1b2c3d", "outputs"),
    }


@fixture("ollama_0.1.0_default.json", None)
def ollama() -> Tree:
    """Its store."""
    return {
        "models/blobs/sha256-00": "",
        "models/manifests/registry.ollama.ai/library/llama3/latest": "{}",
        "id_ed25519.pub": "",
    }
