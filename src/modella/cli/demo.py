"""`modella demo`: the whole program with a stand-in hub and a sample library; nothing leaves this machine."""

import os
import shlex
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from modella.cli.commands import answers_errors, console, words
from modella.cli.door import house_of
from modella.cli.serve import Example, HostOption, OpenOption, PortOption, serve_house
from modella.demo.hub import Hub
from modella.demo.large_library import widen
from modella.demo.sample_library import MODELS, fill
from modella.demo.sample_packages import sample_packages
from modella.demo.sample_workflow import sample_workflow
from modella.io.disk import write_json
from modella.io.own_packages import FILE
from modella.io.settings import Settings, load
from modella.wiring import House

_SECRETS = {"CIVITAI_API_KEY", "HF_TOKEN", "HF_ENDPOINT", "MODELLA_CIVITAI_URL", "MODELLA_LIBRARY", "MODELLA_HOME"}
_EXAMPLES = ("lora", "checkpoint", "hf-gguf", "direct", "early-access", "wrong-hash")
WORKFLOW = "sample-workflow.json"
_SLOW = "files/virtual-64m.bin?fault=throttle:300000"
_CHOICE = {"hf-gguf": '--file "*Q4_K_M*" '}
"""What several files need beside the link."""


SampleOption = Annotated[int, typer.Option("--sample", min=0, max=MODELS, help="Models of the sample library.")]
ModelsOption = Annotated[
    int, typer.Option("--models", min=0, max=200_000, help="So many tiny models more, to look at a large wall.")
]


@answers_errors
def demo(
    host: HostOption = None,
    port: PortOption = None,
    open_page: OpenOption = False,
    sample: SampleOption = MODELS,
    models: ModelsOption = 0,
) -> None:
    """Serve a sample library with a stand-in hub: everything works offline."""
    home = load({}).home / "demo"
    with Hub() as hub:
        flags = {
            "host": host,
            "port": port,
            "home": home,
            "library": home / "library",
            "civitai_url": hub.civitai_url,
            "hf_endpoint": hub.huggingface_url,
            "allowed_hosts": hub.allowed_hosts,
        }
        env = {
            name: value for name, value in os.environ.items() if name not in _SECRETS and "proxy" not in name.lower()
        }
        house = house_of(flags, env)
        if models:
            _widen(house, models)
        write_json(home / WORKFLOW, sample_workflow(hub))
        write_json(home / FILE, sample_packages(hub))
        console().print(Text(words().say("demo.workflow", path=str(home / WORKFLOW)), style="dim"))
        leaving = threading.Event()
        filling = threading.Thread(
            target=fill, args=(house.hands, hub, leaving, sample), name="modella-sample", daemon=True
        )
        filling.start()
        try:
            is_default = port is None and house.settings().port == Settings.model_fields["port"].default
            examples = examples_of(hub, home / "library")
            serve_house(house, open_page=open_page, examples=examples, any_port=is_default)
        finally:
            leaving.set()
            filling.join(10)
            house.close()


def _widen(house: House, models: int) -> None:
    """Makes the library large before it is served; the first look finds what was made."""
    begun = time.monotonic()
    console().print(Text(words().say("demo.making", count=models), style="dim"))
    added = widen(house.hands.library, models)
    seconds = words().number(time.monotonic() - begun, 1)
    console().print(Text(words().say("demo.made", count=added, seconds=seconds), style="dim"))


def examples_of(hub: Hub, library: Path) -> list[Example]:
    """Links to try, what each shows, and the command that fetches it."""
    links = {theme: hub.example(theme) for theme in _EXAMPLES} | {"slow": f"{hub.files_url}/{_SLOW}"}
    command = f"{program()} pull --library {shlex.quote(str(library))} "
    return [
        Example(theme, words().say(f"demo.{theme}"), link, f"{command}{_CHOICE.get(theme, '')}{shlex.quote(link)}")
        for theme, link in links.items()
    ]


def program() -> str:
    """How a person starts this very program again, from the folder they are in."""
    started = Path(sys.argv[0])
    if started.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m modella"
    found = shutil.which(started.name)
    return started.name if found and Path(found).resolve() == started.resolve() else shlex.quote(str(started))
