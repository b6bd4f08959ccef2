"""What ComfyUI lists in its folders: by a real checkout where there is one, else by its rules told again here.

    COMFYUI_CHECKOUT=~/ComfyUI .venv/bin/python -m pytest tests/apps      asks that checkout

The rules: every category has folders below `models` and suffixes; folders are walked with links followed, `.git` left
out; what is found there under one of the suffixes is listed by its path below the folder, and opened by the first
folder that has it. `extra_model_paths.yaml` adds folders, in front where it says so. A link that leads nowhere cannot
be opened, so it does not count as listed.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

WEIGHTS = frozenset({".ckpt", ".pt", ".pt2", ".bin", ".pth", ".safetensors", ".pkl", ".sft"})
CHECKOUT = "COMFYUI_CHECKOUT"
NOT_MODELS = frozenset({"custom_nodes", "datasets", "fonts", "configs"})
_SAME_NAME = (
    *("checkpoints", "loras", "vae", "clip_vision", "style_models", "embeddings", "vae_approx", "gligen"),
    *("upscale_models", "latent_upscale_models", "hypernetworks", "photomaker", "model_patches", "audio_encoders"),
    *("background_removal", "frame_interpolation", "geometry_estimation", "optical_flow", "detection"),
)
_RENAMED: Mapping[str, tuple[str, tuple[int, int, int]]] = {
    "unet": ("diffusion_models", (0, 1, 0)),
    "clip": ("text_encoders", (0, 2, 7)),
}
"""Category as it was, as it is, and since which version."""
_NODES: tuple[tuple[str, str, tuple[str, ...], frozenset[str]], ...] = (
    ("comfyui-gguf", "unet_gguf", ("unet", "diffusion_models"), frozenset({".gguf"})),
    ("comfyui-gguf", "clip_gguf", ("clip", "text_encoders"), frozenset({".gguf"})),
    ("comfyui_ipadapter_plus", "ipadapter", ("ipadapter",), WEIGHTS),
    ("comfyui-animatediff-evolved", "animatediff_models", ("animatediff_models",), WEIGHTS),
)
"""What well-known custom nodes add: the node's folder, and the category with its folders and suffixes."""

Folders = dict[str, tuple[list[str], frozenset[str]]]
Listed = dict[str, list[str]]


def listed_by_comfyui(base: str | Path) -> Listed:
    """What ComfyUI lists when `base` is its folder: relative names by category. Says by whom it was asked."""
    checkout = os.environ.get(CHECKOUT)
    if not checkout:
        print(f"ComfyUI's rules, told again: {CHECKOUT} names no checkout")
        return listed(base)
    print(f"listed by the ComfyUI in {checkout}")
    return listed_by_checkout(Path(checkout).expanduser(), Path(base))


def listed(base: str | Path) -> Listed:
    """The same by the rules alone."""
    top = Path(base).absolute()
    folders = _core_folders(top, _version(top))
    for kind, path, is_default in _extra_paths(top / "extra_model_paths.yaml", folders):
        paths, suffixes = folders.setdefault(kind, ([], frozenset()))
        if path in paths and is_default:
            paths.remove(path)
        if path not in paths:
            paths.insert(0 if is_default else len(paths), path)
        folders[kind] = (paths, suffixes)
    found = {kind: _names(paths, suffixes) for kind, (paths, suffixes) in folders.items()}
    return {**found, **_of_nodes(top, folders), "diffusers": _diffusers(folders["diffusers"][0])}


# ------------------------------------------------------------------------------------------------------- the rules


def _version(top: Path) -> tuple[int, int, int] | None:
    path = top / "comfyui_version.py"
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", path.read_text(encoding="utf-8")) if path.is_file() else None
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _core_folders(top: Path, version: tuple[int, int, int] | None) -> Folders:
    """The folders of every category in a version; those of today where the version is not known."""
    models = top / "models"
    found: Folders = {name: ([str(models / name)], WEIGHTS) for name in _SAME_NAME}
    found["controlnet"] = ([str(models / "controlnet"), str(models / "t2i_adapter")], WEIGHTS)
    found["diffusers"] = ([str(models / "diffusers")], frozenset({"folder"}))
    found["classifiers"] = ([str(models / "classifiers")], frozenset({""}))
    for old, (new, since) in _RENAMED.items():
        if version is None or version >= since:
            both = [str(models / new), str(models / old)]
            found[new] = (both if new == "text_encoders" else both[::-1], WEIGHTS)
        else:
            found[old] = ([str(models / old)], WEIGHTS)
    return found


def _extra_paths(path: Path, folders: Folders) -> list[tuple[str, str, bool]]:
    """What the file of further paths says: category, folder, and whether it comes first."""
    said = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    found = []
    for section in (said or {}).values():
        if section is None:
            continue
        base = os.path.expandvars(os.path.expanduser(section.get("base_path") or ""))
        above = path.parent / base
        for kind, lines in section.items():
            if kind in {"base_path", "is_default"}:
                continue
            found += [
                (_today(kind, folders), os.path.normpath(above / line), bool(section.get("is_default")))
                for line in lines.split("\n")
                if line
            ]
    return found


def _today(kind: str, folders: Folders) -> str:
    """The category that an old name stands for, where this version has renamed it."""
    new = _RENAMED.get(kind, (kind, None))[0]
    return new if new in folders else kind


def _names(paths: list[str], suffixes: frozenset[str]) -> list[str]:
    """Relative names in the folders of a category that have one of its suffixes and can be opened."""
    found = set()
    for top in paths:
        for folder, inner, files in os.walk(top, followlinks=True):
            inner[:] = [name for name in inner if name != ".git"]
            found |= {os.path.relpath(os.path.join(folder, name), top) for name in files}
    fitting = [name for name in found if not suffixes or os.path.splitext(name)[1].lower() in suffixes]
    return sorted(name for name in fitting if any(os.path.isfile(os.path.join(top, name)) for top in paths))


def _diffusers(paths: list[str]) -> list[str]:
    """Models that are folders: those in which an index lies."""
    return sorted(
        os.path.relpath(folder, top)
        for top in paths
        for folder, _, files in os.walk(top, followlinks=True)
        if "model_index.json" in files
    )


def _of_nodes(top: Path, folders: Folders) -> Listed:
    """What custom nodes list that are there; those of GGUF look wherever the categories that they extend do."""
    custom = top / "custom_nodes"
    there = {each.name.lower() for each in custom.iterdir()} if custom.is_dir() else set()
    found = {}
    for node, kind, names, suffixes in _NODES:
        if node in there:
            own = [str(top / "models" / name) for name in names]
            extended = [path for name in names for path in folders.get(name, ([], frozenset()))[0]]
            found[kind] = _names(list(dict.fromkeys([*extended, *own])), suffixes)
    return found


# ------------------------------------------------------------------------------------------------- a real checkout

_ASK = r"""
import json, os, sys, types

checkout, base = sys.argv[1:3]
sys.path.insert(0, checkout)
sys.argv = ["main.py", "--base-directory", base]
try:
    import comfy.options
    comfy.options.enable_args_parsing()
    import comfy.cli_args
except (ImportError, SystemExit):
    stub = types.ModuleType("comfy.cli_args")
    stub.args = types.SimpleNamespace(base_directory=base, models_directory=None)
    sys.modules["comfy.cli_args"] = stub
import folder_paths

known = folder_paths.folder_names_and_paths
home = os.path.dirname(os.path.realpath(folder_paths.__file__))
for kind, (paths, suffixes) in list(known.items()):
    moved = [os.path.join(base, os.path.relpath(p, home)) if p.startswith(home + os.sep) else p for p in paths]
    known[kind] = (moved, suffixes)
extra = os.path.join(base, "extra_model_paths.yaml")
if os.path.isfile(extra):
    from utils.extra_config import load_extra_path_config
    load_extra_path_config(extra)
print(json.dumps({
    "folders": {kind: list(paths) for kind, (paths, _) in known.items()},
    "names": {
        kind: [name for name in folder_paths.get_filename_list(kind) if folder_paths.get_full_path(kind, name)]
        for kind in known
    },
}))
"""
"""Asks a checkout's own `folder_paths` what it lists with another base folder; nothing else of it is imported."""


def listed_by_checkout(checkout: Path, base: Path) -> Listed:
    """What the code of a checkout lists when `base` is its base folder. AssertionError when it cannot say."""
    asked = subprocess.run(
        [sys.executable, "-B", "-c", _ASK, str(checkout), str(base.absolute())],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=base,
    )
    assert asked.returncode == 0, asked.stderr
    told: dict[str, Any] = json.loads(asked.stdout.splitlines()[-1])
    folders: Folders = {kind: (paths, frozenset()) for kind, paths in told["folders"].items()}
    names = {kind: found for kind, found in told["names"].items() if kind not in NOT_MODELS}
    return {**names, **_of_nodes(base.absolute(), folders), "diffusers": _diffusers(told["folders"]["diffusers"])}
