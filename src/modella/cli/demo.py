"""`modella demo`: the whole program with a stand-in hub and a sample library; nothing leaves this machine."""

import os
import threading

from modella.cli.commands import answers_errors
from modella.cli.serve import HostOption, OpenOption, PortOption, serve_house
from modella.demo.hub import Hub
from modella.demo.sample_library import fill
from modella.io.settings import load
from modella.wiring import open_house

_SECRETS = {"CIVITAI_API_KEY", "HF_TOKEN", "HF_ENDPOINT", "MODELLA_CIVITAI_URL", "MODELLA_LIBRARY", "MODELLA_HOME"}
_EXAMPLES = ("lora", "checkpoint", "hf-gguf", "direct", "early-access", "wrong-hash")


@answers_errors
def demo(host: HostOption = None, port: PortOption = None, open_page: OpenOption = False) -> None:
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
        house = open_house(flags, env)
        leaving = threading.Event()
        filling = threading.Thread(target=fill, args=(house.hands, hub, leaving), name="modella-sample", daemon=True)
        filling.start()
        try:
            commands = [f"modella pull --library {home / 'library'} {hub.example(theme)}" for theme in _EXAMPLES]
            serve_house(house, open_page=open_page, examples=commands)
        finally:
            leaving.set()
            filling.join(10)
            house.close()
