"""The stand-in hub: three origins on this machine that behave like Civitai, Hugging Face and the storage behind them.

    http://127.0.0.1:A   civitai       /api/v1/...  /api/download/models/<version>  /models/<id>
                                       /<account>/<uuid>/<transforms>/<name>        pictures and loops
    http://127.0.0.1:B   huggingface   /api/models...  /<repo>/resolve/<rev>/<path>  /api/resolve-cache/...
    http://localhost:C   files         /model/...?X-Amz-Signature=   /file/...?Authorization=   /xet-bridge-us/...
                                       /files/<name>   release pages, a drive, a box

The first two are one host with two ports; the third is another host (`localhost`), so that redirects to it are
foreign to every client. Any address takes `?fault=...` (see `faults`), and tests set misbehaviours with `misbehave`.

    python -m modella.demo.hub       runs it alone and prints the addresses
"""

import argparse
import threading
from typing import Self

from modella.demo.catalogue import Catalogue, Version
from modella.demo.civitai import KEY, Civitai
from modella.demo.faults import Fault
from modella.demo.filehost import FileHost
from modella.demo.huggingface import TOKEN, HuggingFace
from modella.demo.messages import Request
from modella.demo.origin import Origin


class Hub:
    """All three origins with one catalogue; the same seed is the same hub."""

    def __init__(
        self, seed: int = 1, count: int = 320, anonymous_downloads: bool = True, ports: tuple[int, int, int] = (0, 0, 0)
    ) -> None:
        self.catalogue = Catalogue(seed, count)
        self.storage = FileHost()
        self.civitai = Civitai(self.catalogue, self.storage)
        self.civitai.anonymous_downloads = anonymous_downloads
        self.huggingface = HuggingFace(self.storage)
        self.civitai_origin = Origin(self.civitai, "civitai", port=ports[0])
        self.huggingface_origin = Origin(self.huggingface, "huggingface", port=ports[1])
        self.files_origin = Origin(self.storage, "files", announce="localhost", port=ports[2])

    @property
    def origins(self) -> tuple[Origin, Origin, Origin]:
        """Civitai, Hugging Face and the file host."""
        return self.civitai_origin, self.huggingface_origin, self.files_origin

    @property
    def civitai_url(self) -> str:
        """What MODELLA_CIVITAI_URL should say."""
        return self.civitai_origin.url

    @property
    def huggingface_url(self) -> str:
        """What HF_ENDPOINT should say."""
        return self.huggingface_origin.url

    @property
    def files_url(self) -> str:
        """The file host, on another host name."""
        return self.files_origin.url

    @property
    def allowed_hosts(self) -> str:
        """What MODELLA_ALLOWED_HOSTS should say, since all of this is on a private address."""
        return ",".join(f"{origin.announce}:{origin.port}" for origin in self.origins)

    @property
    def requests(self) -> list[Request]:
        """Every request to any of the origins so far, origin by origin."""
        return [request for origin in self.origins for request in list(origin.requests)]

    @property
    def anonymous_downloads(self) -> bool:
        """Whether Civitai's download route serves callers without a key."""
        return self.civitai.anonymous_downloads

    @anonymous_downloads.setter
    def anonymous_downloads(self, allowed: bool) -> None:
        self.civitai.anonymous_downloads = allowed

    def start(self) -> Self:
        """Begins to listen on all three; OSError when a port is taken."""
        for origin in self.origins:
            origin.start()
        self.storage.url = self.files_url
        return self

    def stop(self) -> None:
        """Closes everything; may be called twice."""
        for origin in self.origins:
            origin.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def misbehave(
        self, pattern: str, fault: str | Fault, times: int | None = 1, skip: int = 0, method: str | None = None
    ) -> None:
        """Meets requests for paths like the pattern with the fault, on every origin or on `name:pattern`'s alone.

        `times` counts for each origin; None means for ever. `skip` spares the first ones.
        """
        for origin in self.origins:
            if ":" not in pattern or pattern.startswith(f"{origin.name}:"):
                origin.misbehave(pattern, fault, times, skip, method)

    def behave(self) -> None:
        """Forgets every misbehaviour that was asked for."""
        for origin in self.origins:
            origin.behave()

    def forget(self) -> None:
        """Forgets the requests seen so far."""
        for origin in self.origins:
            origin.forget()

    def example(self, theme: str) -> str:
        """A link to paste that shows a theme: one of `themes`. KeyError for others."""
        model = self.catalogue.themes.get(theme)
        if model is not None:
            return f"{self.civitai_url}/models/{model.id}"
        base, path = _OTHER_EXAMPLES[theme]
        return f"{getattr(self, base)}/{path}"

    def version(self, theme: str) -> Version:
        """The newest version of a theme's model."""
        return self.catalogue.themes[theme].versions[0]

    def download_link(self, theme: str) -> str:
        """The address of Civitai's download route for a theme's model."""
        return f"{self.civitai_url}/api/download/models/{self.version(theme).id}"

    @property
    def themes(self) -> tuple[str, ...]:
        """Everything `example` knows a link for."""
        return (*self.catalogue.themes, *_OTHER_EXAMPLES)


_OTHER_EXAMPLES = {
    "hf-lora": ("huggingface_url", "marmaladelab/paper-harbour-flux-lora"),
    "hf-gguf": ("huggingface_url", "quietengine/pocket-poet-gguf"),
    "hf-file": ("huggingface_url", "quietengine/pocket-poet-gguf/blob/main/pocket-poet-Q4_K_M.gguf"),
    "hf-diffusers": ("huggingface_url", "little-atlas/atlas-xl"),
    "hf-sharded": ("huggingface_url", "little-atlas/wide-river-sharded"),
    "hf-gated": ("huggingface_url", "vetka/open-gate"),
    "hf-gated-manual": ("huggingface_url", "vetka/closed-gate"),
    "hf-private": ("huggingface_url", "vetka/private-sketches"),
    "hf-renamed": ("huggingface_url", "fieldnotes/old-name"),
    "hf-branches": ("huggingface_url", "fieldnotes/many-branches"),
    "direct": ("files_url", "files/upscaler-esrgan.safetensors"),
    "direct-big": ("files_url", "files/virtual-256m.bin"),
    "release": ("files_url", "someone/upscalers/releases/download/v1/upscaler-compact.safetensors"),
    "drive": ("files_url", "file/d/lora-sdxl.safetensors/view"),
    "html": ("files_url", "files/lora-sdxl.safetensors?fault=html"),
}


def main() -> None:
    """Runs the hub until it is interrupted."""
    parser = argparse.ArgumentParser(description="A stand-in for Civitai, Hugging Face and a file host")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ports", type=int, nargs=3, default=(0, 0, 0), metavar=("CIVITAI", "HUGGINGFACE", "FILES"))
    options = parser.parse_args()
    with Hub(options.seed, ports=tuple(options.ports)) as hub:
        print(f"MODELLA_CIVITAI_URL={hub.civitai_url}\nHF_ENDPOINT={hub.huggingface_url}")
        print(f"MODELLA_ALLOWED_HOSTS={hub.allowed_hosts}\nCIVITAI_API_KEY={KEY}\nHF_TOKEN={TOKEN}\n")
        print("\n".join(f"{theme:18} {hub.example(theme)}" for theme in hub.themes), flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
