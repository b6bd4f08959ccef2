"""Every app on the shelf gets the models it can use, and ComfyUI itself lists what was linked."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from modella.demo import weights
from modella.io.packaged import load_mappings
from modella.wiring import House
from modella.work.apps import add_app, change_app
from modella.work.linking import LinkPlan, apply_links, plan_links, unlink_app
from modella.work.roots import own_root
from modella.work.scan import scan
from modella.work.tasks import Task
from tests.apps.comfyui_rules import listed_by_comfyui
from tests.apps.fixtures import FIXTURES
from tests.changing import tree
from tests.place import Place

SUFFIX = {"gguf": ".gguf", "pickle": ".pth", "workflow": ".json"}
KINDS = (
    *("lora-sdxl", "lora-wan21", "checkpoint-sdxl", "checkpoint-sd15", "diffusion-flux1", "vae-sd", "text-encoder-t5"),
    *("clip-vision-h", "controlnet-sd15", "t2i-adapter-sd15", "ip-adapter-sdxl", "upscaler-esrgan", "embedding-sd15"),
    *("upscaler-real-esrgan-pickle", "gguf-flux1-q4", "gguf-llm-q4", "motion-module-sd15", "workflow"),
)
IN_COMFYUI = {
    "lora-sdxl": "loras",
    "lora-wan21": "loras",
    "checkpoint-sdxl": "checkpoints",
    "checkpoint-sd15": "checkpoints",
    "diffusion-flux1": "diffusion_models",
    "vae-sd": "vae",
    "text-encoder-t5": "text_encoders",
    "clip-vision-h": "clip_vision",
    "controlnet-sd15": "controlnet",
    "t2i-adapter-sd15": "controlnet",
    "upscaler-esrgan": "upscale_models",
    "upscaler-real-esrgan-pickle": "upscale_models",
    "embedding-sd15": "embeddings",
}
"""Where ComfyUI lists a file of each recipe, without any custom node."""


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    opened = place.open()
    try:
        for number, recipe in enumerate(KINDS):
            _put(opened.hands.library.root / "mixed" / recipe, recipe, number)
        hands = opened.hands
        scan(hands, [(own_root(hands), "")], Task("test", "scan", hands.bus), quiet=0.0)
        yield opened
    finally:
        opened.close()


def _put(folder: Path, recipe: str, seed: int) -> None:
    ending = next((suffix for word, suffix in SUFFIX.items() if word in recipe), ".safetensors")
    content = weights.build(recipe, seed, {})
    path = folder / f"{recipe}{ending}"
    path.parent.mkdir(parents=True)
    path.write_bytes(content.read(0, content.size))
    old = time.time() - 100
    os.utime(path, (old, old))


LINKING = sorted(each.file for each in load_mappings() if each.mapping.support == "links")


@pytest.mark.parametrize("file", LINKING)
def test_an_app_gets_what_it_can_use_and_is_as_before_when_it_is_unlinked(
    house: House, tmp_path: Path, file: str
) -> None:
    folder = FIXTURES[file].build(tmp_path / "app")
    before, owned = tree(folder), tree(house.hands.library.root / "mixed")
    app = add_app(house.hands, str(folder), file.split("_", maxsplit=1)[0])
    plan = plan_links(house.hands, app.id)
    assert plan.lines, "an app that links gets something of so many kinds"
    assert {each.action for each in plan.lines} == {"make"}
    assert tree(folder) == before
    outcome = apply_links(house.hands, app.id)
    assert (outcome.made, outcome.failed) == (len(plan.lines), [])
    for line in plan.lines:
        assert (Path(app.path) / line.path).samefile(line.to)
    assert not plan_links(house.hands, app.id).has_work
    unlink_app(house.hands, app.id)
    assert tree(folder) == before
    assert tree(house.hands.library.root / "mixed") == owned


@pytest.mark.parametrize("method", ["relative", "absolute", "hardlink", "copy"])
def test_comfyui_lists_what_was_linked(house: House, tmp_path: Path, method: str) -> None:
    folder = FIXTURES["comfyui_0.0.1_default.json"].build(tmp_path / "app")
    app = add_app(house.hands, str(folder), None, {"method": method})
    apply_links(house.hands, app.id)
    assert _places(folder) == IN_COMFYUI


def test_comfyui_lists_what_its_configuration_tells(house: House, tmp_path: Path) -> None:
    folder = FIXTURES["comfyui_0.0.1_default.json"].build(tmp_path / "app")
    (folder / "extra_model_paths.yaml").write_text("mine:\n  base_path: /elsewhere\n  loras: loras\n")
    app = add_app(house.hands, str(folder), None, {"way": "config"})
    before = tree(folder)
    plan = plan_links(house.hands, app.id)
    assert plan.lines == []
    assert plan.config is not None
    assert plan.config.mixed == []
    apply_links(house.hands, app.id)
    assert _places(folder) == IN_COMFYUI
    assert (folder / "extra_model_paths.yaml").read_text().startswith("mine:\n  base_path: /elsewhere\n")
    assert not plan_links(house.hands, app.id).has_work
    unlink_app(house.hands, app.id)
    backup = folder / "extra_model_paths.yaml.before-modella"
    assert backup.read_text() == "mine:\n  base_path: /elsewhere\n  loras: loras\n"
    backup.unlink()
    assert tree(folder) == before


def _places(folder: Path) -> dict[str, str]:
    """In which category each file is listed, by its recipe."""
    found = listed_by_comfyui(folder)
    return {
        Path(name).stem: category
        for category, names in found.items()
        for name in names
        if Path(name).stem in KINDS and category not in {"classifiers"}
    }


def test_a_gguf_is_linked_only_where_comfyui_can_load_it(house: House, tmp_path: Path) -> None:
    folder = FIXTURES["comfyui_0.0.1_default.json"].build(tmp_path / "app")
    app = add_app(house.hands, str(folder))
    assert _place_of(plan_links(house.hands, app.id), "gguf-flux1-q4") is None
    (folder / "custom_nodes/ComfyUI-GGUF").mkdir(parents=True)
    assert _place_of(plan_links(house.hands, app.id), "gguf-flux1-q4") == "models/diffusion_models"


def test_an_old_comfyui_has_the_old_folders(house: House, tmp_path: Path) -> None:
    folder = FIXTURES["comfyui_0.0.1_default.json"].build(tmp_path / "app")
    app = add_app(house.hands, str(folder))
    places = {}
    for version in ("0.0.5", "0.1.0", "0.3.0"):
        (folder / "comfyui_version.py").write_text(f'__version__ = "{version}"\n')
        plan = plan_links(house.hands, app.id)
        places[version] = [_place_of(plan, each) for each in ("diffusion-flux1", "text-encoder-t5")]
        apply_links(house.hands, app.id)
        categories = _places(folder)
        assert {categories["diffusion-flux1"], categories["text-encoder-t5"]} in (
            {"unet", "clip"},
            {"diffusion_models", "clip"},
            {"diffusion_models", "text_encoders"},
        )
    assert places == {
        "0.0.5": ["models/unet", "models/clip"],
        "0.1.0": ["models/diffusion_models", "models/clip"],
        "0.3.0": ["models/diffusion_models", "models/text_encoders"],
    }


def _place_of(plan: LinkPlan, recipe: str) -> str | None:
    found = next((each.path for each in plan.lines if Path(each.path).stem == recipe and each.action != "remove"), None)
    return None if found is None else Path(found).parent.as_posix()


def test_lm_studio_gets_exactly_two_folders_deep(house: House, tmp_path: Path) -> None:
    folder = FIXTURES["lmstudio_0.2.0_default.json"].build(tmp_path / "app")
    app = add_app(house.hands, str(folder))
    (line,) = plan_links(house.hands, app.id).lines
    models = next(each for each in Path(line.path).parents if each.name == "models")
    assert len(Path(line.path).relative_to(models).parts) == 3
    assert line.method == "hardlink"


def test_a_method_that_an_app_cannot_use_is_refused(house: House, tmp_path: Path) -> None:
    app = add_app(house.hands, str(FIXTURES["comfyui_0.0.1_default.json"].build(tmp_path / "app")))
    assert change_app(house.hands, app.id, {"method": "copy"}).method == "copy"
