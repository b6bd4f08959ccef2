"""An app to link into, and a library to link from: for tests of links."""

import os
from pathlib import Path
from typing import Any

from modella.core.linking import App, LinkLine
from modella.wiring import House
from modella.work.apps import add_app
from modella.work.linking import LinkOutcome, LinkPlan, apply_links, plan_links
from modella.work.roots import own_root
from modella.work.scan import scan
from modella.work.tasks import Task
from tests.changing import lora

FOLDERS = """
folder_names_and_paths = {}
folder_names_and_paths["text_encoders"] = ([], set())
folder_names_and_paths["diffusion_models"] = ([], set())
folder_names_and_paths["unet"] = ([], set())
"""


def comfyui(folder: Path, version: str = "0.3.60") -> Path:
    """A folder in the shape of a ComfyUI checkout."""
    for each in ("comfy", "models/loras", "models/checkpoints", "models/vae", "custom_nodes"):
        (folder / each).mkdir(parents=True)
    (folder / "main.py").write_text("import folder_paths\n")
    (folder / "folder_paths.py").write_text(FOLDERS)
    (folder / "comfyui_version.py").write_text(f'__version__ = "{version}"\n')
    return folder


class Linked:
    """An open house with an app."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house, self.folder = house, folder
        self.library = house.hands.library.root
        self.app: App = add_app(house.hands, str(folder))

    def put(self, name: str, seed: int = 1) -> dict[str, Any]:
        """A LoRA in the library; its record."""
        place = f"loras/sdxl/{name}"
        lora(self.library / place / f"{name}.safetensors", seed)
        self.scan()
        found = next((each for each in self.house.hands.index.every() if str(each["place"]).startswith(place)), None)
        assert found is not None, [each["place"] for each in self.house.hands.index.every()]
        return found

    def scan(self) -> None:
        """Looks at the library."""
        hands = self.house.hands
        scan(hands, [(own_root(hands), "")], Task("test", "scan", hands.bus), quiet=0.0)

    def plan(self, *models: str) -> LinkPlan:
        """What would be done."""
        return plan_links(self.house.hands, self.app.id, list(models) or None)

    def apply(self, *models: str, **how: Any) -> LinkOutcome:
        """Does it."""
        return apply_links(self.house.hands, self.app.id, list(models) or None, **how)

    def lines(self, *models: str) -> dict[str, LinkLine]:
        """The plan's lines by the names of their places."""
        return {Path(each.path).name: each for each in self.plan(*models).lines}

    def at(self, name: str) -> Path:
        """A place among the app's LoRAs."""
        return self.folder / "models/loras" / name

    def names(self) -> list[str]:
        """Everything in the app's folder for LoRAs."""
        return sorted(os.listdir(self.folder / "models/loras"))
