"""The invented repositories of the stand-in Hugging Face: cards, weights, small text files, gates and branches."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Literal

from modella.demo import art
from modella.demo.catalogue import content_of, digests_of
from modella.demo.messages import Bytes, Content

Gate = Literal["auto", "manual"] | None


@dataclass(frozen=True)
class Text:
    """A small file as git keeps it."""

    words: str


@dataclass(frozen=True)
class Weights:
    """A big file, kept outside of git: a recipe of `weights` and a seed."""

    recipe: str
    seed: int = 1


@dataclass(frozen=True)
class Poster:
    """A picture for the card."""

    seed: int
    width: int = 640
    height: int = 640


Entry = Text | Weights | Poster


@dataclass(frozen=True)
class Blob:
    """One file of a repository at one revision, with every hash the hub shows of it."""

    path: str
    content: Content
    large: bool
    sha256: str

    @cached_property
    def oid(self) -> str:
        """What git calls it: the SHA-1 of the file, or of the pointer that stands for a large one."""
        return git_sha1(self.pointer.encode()) if self.large else git_sha1(self.content.read(0, self.content.size))

    @property
    def pointer(self) -> str:
        """The text that git keeps in place of a large file."""
        return f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {self.content.size}\n"

    @property
    def xet_hash(self) -> str:
        """The name of the file in the CDN: 64 hex digits that are not its SHA-256."""
        return hashlib.sha256(f"xet {self.sha256}".encode()).hexdigest()


@dataclass(frozen=True)
class Repo:
    """A repository. `card` is its front matter; `branches` hold files that differ from those of `main`."""

    id: str
    entries: Mapping[str, Entry]
    card: Mapping[str, Any] | None = None
    body: str = "A small model with a card."
    tags: tuple[str, ...] = ()
    pipeline: str | None = None
    library: str | None = None
    gated: Gate = None
    private: bool = False
    disabled: bool = False
    branches: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)
    downloads: int = 1200
    likes: int = 30
    formerly: str | None = None
    """The name under which it was known before; asking for that redirects here."""
    gguf: Mapping[str, Any] | None = None

    @property
    def number(self) -> str:
        """The hub's own 24 digits for it."""
        return hashlib.sha256(self.id.encode()).hexdigest()[:24]

    @property
    def commits(self) -> dict[str, str]:
        """Commit of every branch."""
        return {branch: commit_of(self.id, branch) for branch in ("main", *self.branches)}

    def resolve(self, revision: str) -> str | None:
        """The branch that a revision (branch, commit or its beginning) means."""
        whole = {branch: branch for branch in self.commits} | {sha: branch for branch, sha in self.commits.items()}
        return whole.get(revision)

    @cached_property
    def _readme(self) -> str:
        if self.card is None:
            return self.body
        lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in self.card.items()]
        return "\n".join(["---", *lines, "---", "", self.body, ""])

    def entries_of(self, branch: str = "main") -> dict[str, Entry]:
        """What a branch holds, by path, in order; nothing is built yet."""
        entries: dict[str, Entry] = {
            ".gitattributes": Text("*.safetensors filter=lfs diff=lfs merge=lfs -text\n*.gguf filter=lfs\n"),
            "README.md": Text(self._readme),
            **self.entries,
            **self.branches.get(branch, {}),
        }
        return dict(sorted(entries.items()))

    def blob(self, path: str, branch: str = "main") -> Blob | None:
        """One file of a branch; None when it is not there."""
        entry = self.entries_of(branch).get(path)
        return None if entry is None else _blob(path, entry)

    def files(self, branch: str = "main") -> dict[str, Blob]:
        """Every file of a branch by its path, in order, with its hashes."""
        return {path: _blob(path, entry) for path, entry in self.entries_of(branch).items()}


def commit_of(repo: str, branch: str) -> str:
    """The commit a branch points to."""
    return hashlib.sha1(f"{repo} {branch}".encode(), usedforsecurity=False).hexdigest()


def git_sha1(data: bytes) -> str:
    """What git calls a file with these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


@lru_cache(maxsize=1024)
def _blob(path: str, entry: Entry) -> Blob:
    if isinstance(entry, Weights):
        content = content_of(entry.recipe, entry.seed, ())
        return Blob(path, content, True, digests_of(entry.recipe, entry.seed, ())["SHA256"].lower())
    data = (
        entry.words.encode() if isinstance(entry, Text) else art.picture(entry.seed, entry.width, entry.height, "JPEG")
    )
    return Blob(path, Bytes(data), isinstance(entry, Poster), hashlib.sha256(data).hexdigest())


def _json(value: Any) -> Text:
    return Text(json.dumps(value, indent=2) + "\n")


def _lora(name: str, base: str, recipe: str, seed: int, word: str, license_: str = "apache-2.0") -> Repo:
    slug = name.rsplit("/", 1)[-1]
    prompts = (f"{word}, a harbour at dawn", f"{word}, a cat on a red chair", f"{word}, rain over rooftops")
    widget = [{"text": text, "output": {"url": f"images/{n}.jpg"}} for n, text in enumerate(prompts)]
    card = {
        "license": license_,
        "base_model": base,
        "base_model_relation": "adapter",
        "instance_prompt": word,
        "pipeline_tag": "text-to-image",
        "library_name": "diffusers",
        "tags": ["text-to-image", "lora", "diffusers", "template:sd-lora"],
        "widget": widget,
    }
    entries: dict[str, Entry] = {f"{slug}.safetensors": Weights(recipe, seed)}
    entries |= {f"images/{number}.jpg": Poster(seed * 10 + number) for number in range(3)}
    return Repo(
        name,
        entries,
        card,
        f"# {slug}\n\nUse **{word}** in the prompt. Trained slowly, on purpose.\n\n[Download](./{slug}.safetensors)",
        ("diffusers", "lora", "text-to-image", "template:sd-lora", f"base_model:{base}", f"base_model:adapter:{base}"),
        "text-to-image",
        "diffusers",
        downloads=900 + seed * 377,
        likes=12 + seed * 3,
    )


_DIFFUSERS: dict[str, Entry] = {
    "model_index.json": _json(
        {
            "_class_name": "StableDiffusionXLPipeline",
            "_diffusers_version": "0.36.0",
            "scheduler": ["diffusers", "EulerDiscreteScheduler"],
            "text_encoder": ["transformers", "CLIPTextModel"],
            "unet": ["diffusers", "UNet2DConditionModel"],
            "vae": ["diffusers", "AutoencoderKL"],
        }
    ),
    "scheduler/scheduler_config.json": _json({"_class_name": "EulerDiscreteScheduler"}),
    "text_encoder/config.json": _json({"architectures": ["CLIPTextModel"]}),
    "text_encoder/model.safetensors": Weights("text-encoder-clip-l", 41),
    "text_encoder/model.fp16.safetensors": Weights("text-encoder-clip-l", 42),
    "unet/config.json": _json({"_class_name": "UNet2DConditionModel"}),
    "unet/diffusion_pytorch_model.safetensors": Weights("diffusion-sdxl", 43),
    "unet/diffusion_pytorch_model.fp16.safetensors": Weights("diffusion-sdxl", 44),
    "vae/config.json": _json({"_class_name": "AutoencoderKL"}),
    "vae/diffusion_pytorch_model.safetensors": Weights("vae-sd", 45),
}
_SHARDS: dict[str, Entry] = {
    "config.json": _json({"architectures": ["Flux2Transformer"]}),
    "diffusion_pytorch_model-00001-of-00002.safetensors": Weights("diffusion-qwen-image", 51),
    "diffusion_pytorch_model-00002-of-00002.safetensors": Weights("lora-qwen-image", 52),
    "diffusion_pytorch_model.safetensors.index.json": _json(
        {
            "metadata": {"total_size": 1093000},
            "weight_map": {
                "img_in.weight": "diffusion_pytorch_model-00001-of-00002.safetensors",
                "transformer_blocks.0.attn.to_q.lora_A.weight": "diffusion_pytorch_model-00002-of-00002.safetensors",
            },
        }
    ),
}
_BRANCHES: dict[str, dict[str, Entry]] = {
    "refs/pr/1": {"many-branches.safetensors": Weights("vae-sd", 18)},
    "fp16": {"many-branches.safetensors": Weights("vae-sd", 19)},
    "refs/convert/parquet": {"data/0000.txt": Text("nothing\n")},
}
_GGUF = {"total": 1_048_576, "architecture": "llama", "context_length": 2048}


def _several_ggufs(stem: str, recipe: str) -> dict[str, Entry]:
    return {
        f"{stem}-Q4_K_M.gguf": Weights(f"{recipe}-q4", 31),
        f"{stem}-Q5_K_M.gguf": Weights(f"{recipe}-q8", 32),
        f"{stem}-Q8_0.gguf": Weights(f"{recipe}-q8", 33),
    }


def _small(name: str, recipe: str, seed: int, tags: tuple[str, ...], **more: Any) -> Repo:
    """A repository with one file of weights and a short card."""
    ending = ".gguf" if recipe.startswith("gguf") else ".safetensors"
    entries: dict[str, Entry] = {f"{name.rsplit('/', 1)[-1].lower()}{ending}": Weights(recipe, seed)}
    card = more.pop("card", {"license": "mit", "tags": list(tags)})
    return Repo(
        name, {**entries, **more.pop("entries", {})}, card, tags=tags, downloads=300 + 91 * seed, likes=seed, **more
    )


def make_repos() -> dict[str, Repo]:
    """All repositories by their id; the same ones every time."""
    flux, sdxl = "black-forest-labs/FLUX.1-dev", "stabilityai/stable-diffusion-xl-base-1.0"
    image = ("diffusers", "text-to-image")
    repos = (
        _lora("marmaladelab/paper-harbour-flux-lora", flux, "lora-flux1-diffusers", 3, "pprhrbr style"),
        _lora("kumo-tsuki/yozora-lines-xl", sdxl, "lora-sdxl", 4, "yozora, thin lines"),
        _lora("mossgarden/terrarium-qwen-lora", "Qwen/Qwen-Image", "lora-qwen-image", 5, "trrrm"),
        _lora("heron30/slow-carousel-wan", "Wan-AI/Wan2.1-T2V-14B", "lora-wan21", 6, "slow carousel"),
        _lora("quietengine/zephyr-turbo-lora", "Tongyi-MAI/Z-Image-Turbo", "lora-z-image", 7, "zphr"),
        Repo(
            "quietengine/pocket-poet-gguf",
            _several_ggufs("pocket-poet", "gguf-llm"),
            {"license": "apache-2.0", "base_model": ["quietengine/pocket-poet"], "quantized_by": "quietengine"},
            "# Pocket Poet, quantised\n\nThree sizes. Start with Q4_K_M.",
            ("gguf", "text-generation", "base_model:quantized:quietengine/pocket-poet"),
            "text-generation",
            gguf=_GGUF,
            downloads=48_000,
            likes=310,
        ),
        Repo(
            "quietengine/harbourmaster-gguf",
            {f"harbourmaster-{name}.gguf": Weights(f"gguf-flux1-{name[:2].lower()}", 34) for name in ("Q4_0", "Q8_0")},
            {"license": "other", "license_name": "non-commercial", "license_link": "LICENSE.md", "base_model": flux},
            tags=("gguf", "text-to-image", f"base_model:quantized:{flux}"),
            pipeline="text-to-image",
        ),
        Repo(
            "little-atlas/atlas-xl",
            _DIFFUSERS,
            {"license": "openrail++", "pipeline_tag": "text-to-image", "tags": ["stable-diffusion-xl"]},
            "# Atlas XL\n\nA whole pipeline in folders.",
            (*image, "safetensors", "diffusers:StableDiffusionXLPipeline", "license:openrail++"),
            "text-to-image",
            "diffusers",
            downloads=210_000,
            likes=940,
        ),
        Repo("little-atlas/wide-river-sharded", _SHARDS, {"license": "apache-2.0"}, tags=("diffusers", "safetensors")),
        _small("vetka/open-gate", "lora-sdxl", 11, ("lora",), gated="auto"),
        _small(
            "vetka/closed-gate", "diffusion-flux1", 12, image, gated="manual", entries={"LICENSE.md": Text("Ask.\n")}
        ),
        _small("vetka/private-sketches", "lora-sd15", 13, ("lora",), private=True),
        _small("vetka/switched-off", "lora-sd15", 14, ("lora",), disabled=True),
        _small("fieldnotes/new-name", "lora-sdxl", 15, ("lora",), formerly="fieldnotes/old-name"),
        _small("fieldnotes/no-front-matter", "lora-sd15", 16, ("lora",), card=None),
        _small("fieldnotes/many-branches", "vae-sd", 17, ("vae",), branches=_BRANCHES),
        _small("fieldnotes/clearwater-vae", "vae-sd", 20, ("vae", "diffusers")),
        _small("papierboot/motion-vae", "vae-wan21", 21, ("vae",)),
        _small("papierboot/careful-reader-clip", "text-encoder-clip-l", 22, ("transformers", "clip")),
        _small("papierboot/second-look-vision", "clip-vision-h", 23, ("clip", "feature-extraction")),
        _small("papierboot/edge-of-the-map", "controlnet-sdxl", 24, ("controlnet", "diffusers")),
        _small("papierboot/needlepoint-4x", "upscaler-esrgan", 25, ("image-to-image", "upscaler")),
        _small("papierboot/tile-and-grout", "controlnet-sd15", 26, ("controlnet",)),
        _small("papierboot/long-winter-klein", "diffusion-flux2-klein", 27, image, pipeline="text-to-image"),
        _small("papierboot/ブルーアワー", "lora-sdxl", 28, ("lora",)),
        _small("papierboot/glasshouse", "diffusion-chroma", 29, image, entries={"workflow.json": _json({"nodes": []})}),
    )
    return {repo.id: repo for repo in repos}
