"""The invented models of the stand-in hub: what they are called, who made them, what is in their files.

    Catalogue
    ├── models     Model ── versions ── files (built from `weights` when asked for)
    │                    └── pictures (painted by `art` when asked for)
    └── themes     a few models by what they show: `lora`, `early-access`, `wrong-hash` ...

Everything follows from the seed. Nothing is built, painted or hashed before somebody asks for it.
"""

import hashlib
import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, Literal
from uuid import UUID

from blake3 import blake3

from modella.demo import art, weights, words
from modella.demo.messages import Content

NOW = datetime(2026, 11, 7, 9, 30, tzinfo=UTC)
"""The day on which the stand-in stands still."""

Published = Literal["true", "none", "wrong"]


@dataclass(frozen=True)
class File:
    """One file of a version; its bytes follow from recipe, seed and metadata."""

    id: int
    name: str
    recipe: str
    seed: int
    metadata: tuple[tuple[str, str], ...] = ()
    type: str = "Model"
    format: str | None = "SafeTensor"
    size: str | None = None
    precision: str | None = None
    primary: bool = False
    published: Published = "true"
    """Whether the hub tells the true hashes, none, or wrong ones."""
    scan: str = "Success"
    scan_message: str | None = "No Pickle imports"

    @property
    def content(self) -> Content:
        """The bytes, readable at any offset."""
        return content_of(self.recipe, self.seed, self.metadata)

    @property
    def digests(self) -> dict[str, str]:
        """True hashes in the hub's spelling."""
        return digests_of(self.recipe, self.seed, self.metadata)


@dataclass(frozen=True)
class Picture:
    """A preview: a poster or a loop, by its seed."""

    id: int
    uuid: str
    seed: int
    width: int
    height: int
    video: bool = False
    level: int = 1
    prompt: str | None = None


@dataclass(frozen=True)
class Version:
    """One version of a model."""

    id: int
    name: str
    base_model: str
    published: str | None
    words: tuple[str, ...] = ()
    description: str | None = None
    files: tuple[File, ...] = ()
    pictures: tuple[Picture, ...] = ()
    availability: str = "Public"
    early_access_until: str | None = None
    paid_access: dict[str, Any] | None = None
    usage: str = "Download"
    status: str = "Published"
    downloads_enabled: bool = True
    downloads: int = 0
    base_model_type: str | None = "Standard"
    level: int = 1


@dataclass(frozen=True)
class Model:
    """One model of the catalogue. `dropped` names keys that its JSON lacks, `nulls` those that are null."""

    id: int
    name: str
    type: str
    description: str | None
    creator: str | None
    tags: tuple[str, ...]
    versions: tuple[Version, ...]
    commercial: Any = ("Image", "RentCivit")
    nsfw: bool = False
    level: int = 1
    mode: str | None = None
    poi: bool = False
    credit: bool = True
    derivatives: bool = True
    other_license: bool = True
    dropped: tuple[str, ...] = ()
    nulls: tuple[str, ...] = ()
    downloads: int = 0
    likes: int = 0
    listed: bool = True


@lru_cache(maxsize=512)
def content_of(recipe: str, seed: int, metadata: tuple[tuple[str, str], ...]) -> Content:
    """The file of a recipe; small, because only headers are kept."""
    return weights.build(recipe, seed, dict(metadata))


@lru_cache(maxsize=8192)
def digests_of(recipe: str, seed: int, metadata: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """SHA256, AutoV1-3, CRC32 and BLAKE3 in upper case, as the hub publishes them."""
    content = content_of(recipe, seed, metadata)
    whole, fast, check, tail = hashlib.sha256(), blake3(), 0, hashlib.sha256()
    header = 8 + int.from_bytes(content.read(0, 8), "little") if recipe_is_safetensors(recipe) else None
    for start in range(0, content.size, 1 << 20):
        piece = content.read(start, start + (1 << 20))
        whole.update(piece)
        fast.update(piece)
        check = zlib.crc32(piece, check)
        if header is not None:
            tail.update(piece[max(0, header - start) :])
    told = {"AutoV2": whole.hexdigest()[:10], "SHA256": whole.hexdigest(), "CRC32": f"{check:08x}"}
    told["BLAKE3"] = fast.hexdigest()
    if header is not None:
        told["AutoV3"] = tail.hexdigest()[:12]
    if content.size > 0x110000:
        told["AutoV1"] = hashlib.sha256(content.read(0x100000, 0x110000)).hexdigest()[:8]
    return {name: value.upper() for name, value in told.items()}


def recipe_is_safetensors(recipe: str) -> bool:
    """Whether files of this recipe begin with a safetensors header."""
    return weights.RECIPES[recipe].container == "safetensors"


LEVEL_BITS = (1, 2, 4, 8, 16)

_BASES: dict[str, tuple[str, str, int]] = {
    "SDXL 1.0": ("lora-sdxl", "sdxl_base_v1-0", 7),
    "Illustrious": ("lora-sdxl", "sdxl_base_v1-0", 6),
    "Pony": ("lora-sdxl", "sdxl_base_v1-0", 4),
    "NoobAI": ("dora-sdxl", "sdxl_base_v1-0", 2),
    "SD 1.5": ("lora-sd15", "sd_v1", 7),
    "SD 2.1": ("lora-sd2", "sd_v2_v", 1),
    "Flux.1 D": ("lora-flux1", "flux1", 7),
    "Flux.1 Kontext": ("lora-flux1-diffusers", "flux1", 2),
    "Flux.1 Krea": ("lora-flux1-diffusers", "flux1", 1),
    "Flux.2 D": ("lora-flux2", "flux2", 2),
    "Flux.2 Klein 4B": ("lora-flux2-klein", "flux2", 2),
    "Qwen": ("lora-qwen-image", "qwen_image", 3),
    "ZImageTurbo": ("lora-z-image", "z_image", 4),
    "Wan Video 2.2 T2V-A14B": ("lora-wan21", "wan2.2", 3),
    "Wan Video 14B i2v 720p": ("lora-wan21-i2v", "wan2.1", 2),
    "Wan Video 2.2 TI2V-5B": ("lora-wan22-5b", "wan2.2", 1),
    "Hunyuan Video": ("lora-hunyuan-video", "hunyuan_video", 1),
    "LTXV": ("lora-ltx", "ltxv", 1),
    "SD 3.5 Large": ("lora-sd35-large", "sd3", 1),
    "HiDream": ("lora-hidream", "hidream", 1),
    "AuraFlow": ("lora-auraflow", "auraflow", 1),
    "Anima": ("lora-anima", "anima", 2),
    "Lumina": ("lora-lumina2", "lumina2", 1),
}
"""Base model, the recipe of a LoRA for it, what trainers call it, and how common it is here."""

_MOVING = {base for base in _BASES if base.startswith(("Wan", "Hunyuan", "LTX"))}
_CHECKPOINTS_OF = {
    "SDXL 1.0": "checkpoint-sdxl",
    "Illustrious": "checkpoint-sdxl",
    "Pony": "checkpoint-sdxl",
    "SD 1.5": "checkpoint-sd15",
    "SD 2.1": "checkpoint-sd2",
    "Flux.1 D": "checkpoint-flux1",
}

_PARTS: dict[str, tuple[tuple[str, str], ...]] = {
    "TextualInversion": (
        ("SD 1.5", "embedding-sd15"),
        ("SDXL 1.0", "embedding-sdxl"),
        ("SD 1.5", "embedding-sd15-pickle"),
    ),
    "LoCon": (("SDXL 1.0", "lokr-sdxl"), ("SD 1.5", "lora-sd15")),
    "DoRA": (("SDXL 1.0", "dora-sdxl"), ("Illustrious", "dora-sdxl")),
    "VAE": (("SD 1.5", "vae-sd"), ("SDXL 1.0", "vae-sd"), ("Flux.1 D", "vae-flux"), ("Wan Video 14B t2v", "vae-wan21")),
    "Controlnet": (("SD 1.5", "controlnet-sd15"), ("SDXL 1.0", "controlnet-sdxl"), ("Flux.1 D", "controlnet-flux1")),
    "Upscaler": (
        ("Upscaler", "upscaler-esrgan"),
        ("Upscaler", "upscaler-real-esrgan-pickle"),
        ("Upscaler", "upscaler-compact"),
    ),
    "MotionModule": (("SD 1.5", "motion-module-sd15"),),
    "UNet": (
        ("Flux.1 D", "diffusion-flux1"),
        ("Qwen", "diffusion-qwen-image"),
        ("Wan Video 14B t2v", "diffusion-wan21-14b"),
        ("Flux.1 D", "gguf-flux1-q8"),
        ("Hunyuan Video", "diffusion-hunyuan-video"),
    ),
    "TextEncoder": (("Other", "text-encoder-clip-l"), ("Other", "text-encoder-t5")),
    "CLIPVision": (("Other", "clip-vision-h"),),
    "Workflows": (("SDXL 1.0", "workflow-zip"),),
    "Wildcards": (("Other", "wildcards"),),
    "Poses": (("Other", "poses"),),
    "Other": (("Other", "ip-adapter-sd15"),),
}
_FORMATS = {"safetensors": "SafeTensor", "gguf": "GGUF", "torch": "PickleTensor", "pt": "PickleTensor"}


@dataclass
class _Counter:
    """Ids as the hub hands them out: rising, with gaps."""

    chance: random.Random
    last: int

    def next(self) -> int:
        self.last += self.chance.randint(1, 9)
        return self.last


@dataclass
class Catalogue:
    """All models; `count` of them, the same for the same seed."""

    seed: int = 1
    count: int = 320
    models: dict[int, Model] = field(init=False, default_factory=dict)
    themes: dict[str, Model] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._model_ids = _Counter(random.Random(self.seed + 1), 400_100)
        self._version_ids = _Counter(random.Random(self.seed + 2), 900_400)
        self._file_ids = _Counter(random.Random(self.seed + 3), 1_300_700)
        self._picture_ids = _Counter(random.Random(self.seed + 4), 7_000_000)
        for model in self._invented():
            self.models[model.id] = model
        for theme, model in self._special():
            self.models[model.id] = model
            self.themes[theme] = model

    # looking up ..............................................................................................

    @cached_property
    def versions(self) -> dict[int, tuple[Model, Version]]:
        """Every version by its id, with its model."""
        return {version.id: (model, version) for model in self.models.values() for version in model.versions}

    @cached_property
    def pictures(self) -> dict[str, tuple[Picture, Version]]:
        """Every picture by its uuid, with its version."""
        return {
            picture.uuid: (picture, version) for _, version in self.versions.values() for picture in version.pictures
        }

    @cached_property
    def by_hash(self) -> dict[str, list[int]]:
        """Version ids by every published hash in upper case; builds and hashes all files, once."""
        found: dict[str, list[int]] = {}
        for model, version in self.versions.values():
            for file in version.files if model.mode is None else ():
                told = file.digests.values() if file.published == "true" else ()
                for value in told:
                    found.setdefault(value, []).append(version.id)
        return found

    def file(self, version_id: int, file_id: int) -> File | None:
        """One file of a version."""
        _, version = self.versions[version_id]
        return next((file for file in version.files if file.id == file_id), None)

    # inventing ...............................................................................................

    def _invented(self) -> Iterator[Model]:
        titles = [("LORA", line) for line in words.LORAS] + [("Checkpoint", line) for line in words.CHECKPOINTS]
        titles += [(type_, name) for type_, names in words.OTHERS.items() for name in names]
        pairs = [f"{first} {second}" for first in words.FIRST for second in words.SECOND]
        self._chance.shuffle(pairs)
        spare = max(0, self.count - len(titles) - len(SPECIALS))
        kinds = self._chance.choices(("LORA", "Checkpoint", "TextualInversion", "LoCon"), (14, 4, 2, 2), k=spare)
        titles += list(zip(kinds, pairs, strict=False))
        self._chance.shuffle(titles)
        for rank, (type_, line) in enumerate(titles):
            name, _, tags = line.partition("|")
            yield self._model(type_, name, tuple(tags.split(",")) if tags else (), rank)

    def _model(self, type_: str, name: str, tags: tuple[str, ...], rank: int) -> Model:
        chance = self._chance
        count = chance.choices((1, 2, 3, 4), (60, 25, 10, 5))[0]
        word = _trigger(name, chance)
        base = chance.choices(list(_BASES), [common for _, _, common in _BASES.values()])[0]
        published = NOW - timedelta(hours=6 + rank * 31 + chance.randint(0, 20))
        versions = [
            self._version(
                type_, name, base if number == count else self._other_base(base), word, number, count, published
            )
            for number in range(count, 0, -1)
        ]
        level = chance.choices((1, 3, 5), (88, 9, 3))[0]
        popular = int(2 ** chance.uniform(4, 17))
        return Model(
            id=self._model_ids.next(),
            name=name,
            type=type_,
            description=describe(chance),
            creator=chance.choice(words.CREATORS),
            tags=tags or (type_.lower(), chance.choice(("style", "concept", "tool", "light"))),
            versions=tuple(versions),
            commercial=chance.choice(
                (
                    ("Image", "RentCivit", "Rent", "Sell"),
                    ("Image", "RentCivit"),
                    (),
                    "Sell",
                    "None",
                    "{Image,RentCivit}",
                )
            ),
            level=level,
            credit=chance.random() < 0.7,
            derivatives=chance.random() < 0.85,
            other_license=chance.random() < 0.6,
            downloads=popular,
            likes=int(popular * chance.uniform(0.04, 0.16)),
        )

    def _other_base(self, base: str) -> str:
        return base if self._chance.random() < 0.5 else self._chance.choice(("SDXL 1.0", "SD 1.5", "Flux.1 D", "Pony"))

    def _version(
        self, type_: str, name: str, base: str, word: str, number: int, count: int, published: datetime
    ) -> Version:
        chance = self._chance
        place = len(self.models) + number
        base, recipe = self._recipe(type_, base, place)
        label = (
            f"v{number}.0"
            if chance.random() < 0.7
            else chance.choice(("first light", "Final (really)", "夏", "beta 2", "HD"))
        )
        when = published - timedelta(days=23 * (count - number))
        return Version(
            id=self._version_ids.next(),
            name=label if number == count or label.startswith("v") else f"{label} {number}",
            base_model=base,
            published=when.strftime("%Y-%m-%dT%H:%M:%S.")
            + f"{chance.randint(0, 999):03d}"
            + ("Z" if chance.random() < 0.8 else ""),
            words=_words(type_, word, chance),
            description=chance.choice((None, None, "<p>Softer edges, calmer skies.</p>")),
            files=self._files(type_, name, label, base, recipe, word),
            pictures=self._pictures(word, base in _MOVING or (type_ == "MotionModule"), chance.randint(2, 4)),
            downloads=chance.randint(20, 9000),
        )

    def _recipe(self, type_: str, base: str, place: int) -> tuple[str, str]:
        if type_ == "LORA":
            return base, _BASES[base][0]
        if type_ == "Checkpoint":
            base = base if base in _CHECKPOINTS_OF else self._chance.choice(("SDXL 1.0", "SD 1.5", "Illustrious"))
            return base, _CHECKPOINTS_OF[base]
        choices = _PARTS.get(type_, ((base, _BASES[base][0]),))
        return choices[place % len(choices)]

    def _files(self, type_: str, name: str, label: str, base: str, recipe: str, word: str) -> tuple[File, ...]:
        chance = self._chance
        stem = _camel(name) if type_ != "LORA" else f"{word or _camel(name)}"
        notes = self._notes(type_, base, word, stem)
        extension = weights.RECIPES[recipe].extension
        first = self._file(f"{stem}_{_camel(label)}{extension}", recipe, notes)
        first = replace(first, primary=True, precision="fp16" if type_ == "Checkpoint" else None)
        first = replace(first, size="pruned" if type_ == "Checkpoint" else None, type=_FILE_TYPES.get(type_, "Model"))
        more: list[File] = []
        if type_ == "Checkpoint" and chance.random() < 0.4:
            full = self._file(first.name, recipe, notes)
            more.append(replace(full, size="full", precision="fp32"))
        if type_ == "Checkpoint" and chance.random() < 0.4:
            more.append(replace(self._file(f"{stem}.vae.safetensors", "vae-sd"), type="VAE"))
        if type_ == "Controlnet":
            more.append(replace(self._file(f"{stem}.yaml", "config"), type="Config", format="Other", scan="Error"))
        if type_ == "UNet" and recipe.startswith("diffusion-flux1"):
            more.append(self._file(f"{stem}-Q4_0.gguf", "gguf-flux1-q4"))
        return (first, *more)

    def _notes(self, type_: str, base: str, word: str, stem: str) -> tuple[tuple[str, str], ...]:
        if type_ not in ("LORA", "LoCon", "DoRA") or self._chance.random() < 0.4:
            return ()
        counts = {word or "style": 64, "soft light": 31, "no people": 18, "wide view": 9}
        label = _BASES.get(base, ("", "sdxl_base_v1-0", 0))[1]
        lies = {"ss_base_model_version": "sd_v1"} if self._chance.random() < 0.08 else None
        return tuple(weights.training_notes(label, stem, counts, 2, lies).items())

    def _file(self, name: str, recipe: str, notes: tuple[tuple[str, str], ...] = ()) -> File:
        container = weights.RECIPES[recipe].container
        kind = _FORMATS.get(container, "Other")
        number = self._file_ids.next()
        imports = "**Detected Pickle imports (2)**" if kind == "PickleTensor" else "No Pickle imports"
        return File(number, name, recipe, self.seed * 7 + number, notes, format=kind, scan_message=imports)

    def _pictures(self, word: str, moving: bool, count: int) -> tuple[Picture, ...]:
        return tuple(self._picture(word, moving and number < 2) for number in range(count))

    def _picture(self, word: str, video: bool = False, level: int | None = None) -> Picture:
        chance = self._chance
        number = self._picture_ids.next()
        width, height = (384, 576) if video else art.shape(number)
        return Picture(
            id=number,
            uuid=str(UUID(int=chance.getrandbits(128), version=4)),
            seed=self.seed * 31 + number,
            width=width,
            height=height,
            video=video,
            level=level or chance.choices(LEVEL_BITS[:3], (90, 8, 2))[0],
            prompt=chance.choice(words.PROMPTS).format(word=word or "in soft light") if chance.random() < 0.8 else None,
        )

    # special ones ............................................................................................

    def _special(self) -> Iterator[tuple[str, Model]]:
        for rank, (theme, (type_, name, base, recipe)) in enumerate(SPECIALS.items()):
            self._chance = random.Random(self.seed * 1000 + rank)
            yield theme, _bent(theme, self._plain(type_, name, base, recipe, rank), self)

    def _plain(self, type_: str, name: str, base: str, recipe: str, rank: int) -> Model:
        model = self._model(type_, name, ("showcase", "curated"), rank)
        word = _trigger(name, self._chance)
        notes = self._notes(type_, base, word, _camel(name))
        extension = weights.RECIPES[recipe].extension
        file = replace(self._file(f"{_camel(name)}{extension}", recipe, notes), primary=True)
        version = replace(model.versions[0], name="v1.0", base_model=base, files=(file,), published=_stamp(rank))
        version = replace(version, pictures=self._pictures(word, base in _MOVING, 5))
        popular = 190_000 - rank * 700 if rank < SHOWCASES else 300 - rank
        return replace(model, versions=(version,), downloads=popular, likes=popular // 9, level=1)

    def another_file(self, name: str, recipe: str) -> File:
        """One more file with an id of its own."""
        return self._file(name, recipe)

    def another_picture(self, level: int) -> Picture:
        """One more picture, rated as told."""
        return self._picture("showcase", level=level)

    def another_version(self, model: Model, name: str, base: str, recipe: str) -> Version:
        """One more version of a model."""
        file = replace(self._file(f"{_camel(model.name)}_{_camel(name)}.safetensors", recipe), primary=True)
        newest = model.versions[0]
        return replace(
            newest,
            id=self._version_ids.next(),
            name=name,
            base_model=base,
            files=(file,),
            pictures=self._pictures("", base in _MOVING, 3),
        )


SPECIALS: dict[str, tuple[str, str, str, str]] = {
    "lora": ("LORA", "Marmalade Sky", "SDXL 1.0", "lora-sdxl"),
    "checkpoint": ("Checkpoint", "Paper Lantern XL", "SDXL 1.0", "checkpoint-sdxl"),
    "flux": ("LORA", "Field Notes for Flux", "Flux.1 D", "lora-flux1"),
    "video": ("LORA", "Pendulum Camera", "Wan Video 2.2 T2V-A14B", "lora-wan21"),
    "embedding": ("TextualInversion", "Easy Breezy Negative", "SD 1.5", "embedding-sd15"),
    "big": ("UNet", "Long Winter (Klein)", "Flux.2 Klein 4B", "diffusion-flux2-klein"),
    "z-image": ("UNet", "Zephyr", "ZImageTurbo", "diffusion-z-image"),
    "several-files": ("Checkpoint", "Two Coats of Varnish", "SD 1.5", "checkpoint-sd15"),
    "several-versions": ("LORA", "Four Seasons 四季", "Illustrious", "lora-sdxl"),
    "unicode": ("LORA", "月夜の図書館 🌙 Moonlit Library", "Illustrious", "lora-sdxl"),
    "early-access": ("LORA", "Tomorrow's Weather", "SDXL 1.0", "lora-sdxl"),
    "paid": ("Checkpoint", "Private View", "Illustrious", "checkpoint-sdxl"),
    "disabled": ("LORA", "Look, Don't Take", "SDXL 1.0", "lora-sdxl"),
    "generation-only": ("Checkpoint", "Only in the Studio", "Flux.1 D", "checkpoint-flux1"),
    "archived": ("LORA", "Gone to the Attic", "SD 1.5", "lora-sd15"),
    "taken-down": ("LORA", "Empty Frame", "SD 1.5", "lora-sd15"),
    "no-versions": ("LORA", "Not Yet Begun", "SD 1.5", "lora-sd15"),
    "no-creator": ("LORA", "Message in a Bottle", "SD 1.5", "lora-sd15"),
    "no-hash": ("LORA", "Still Being Scanned", "SDXL 1.0", "lora-sdxl"),
    "wrong-hash": ("LORA", "Mislabelled Jar", "SDXL 1.0", "lora-sdxl"),
    "duplicate": ("LORA", "Echo, First", "SDXL 1.0", "lora-sdxl"),
    "duplicate-again": ("LORA", "Echo, Second", "SDXL 1.0", "lora-sdxl"),
    "same-name": ("LORA", "Cafe / Noir?", "SD 1.5", "lora-sd15"),
    "same-name-again": ("LORA", "Cafe : Noir*", "SD 1.5", "lora-sd15"),
    "hostile": ("LORA", '<b>Bold</b> Moves & "Quotes"', "SD 1.5", "lora-sd15"),
    "traversal": ("LORA", "../../etc/passwd", "..\\..\\CON", "lora-sd15"),
    "pickle": ("Checkpoint", "Old Ways", "SD 1.5", "vae-sd-pickle"),
    "danger": ("TextualInversion", "Curious Parcel", "SD 1.5", "pickle-that-calls"),
    "unknown-values": ("HologramModel", "From the Year 2031", "Hyper-Flux Ω 9", "lora-flux1"),
    "missing-fields": ("LORA", "Sparse", "SD 1.5", "lora-sd15"),
    "lying-header": ("LORA", "Borrowed Passport", "SDXL 1.0", "lora-sdxl"),
    "mature": ("LORA", "After Dark Botanics", "SDXL 1.0", "lora-sdxl"),
    "gguf": ("UNet", "Glasshouse GGUF", "Flux.1 D", "gguf-flux1-q8"),
}
"""Models that show one thing each: theme, and type, name, base model and recipe."""

SHOWCASES = list(SPECIALS).index("early-access")
"""The themes before this one are for the eye and lead every list; the others are for tests and stay at the end."""

_FILE_TYPES = {
    "UNet": "Diffusion Model",
    "Workflows": "Archive",
    "Poses": "Archive",
    "Controlnet": "ControlNet",
    "TextEncoder": "Text Encoder",
}
_FILE_TYPES |= {"VAE": "Model", "CLIPVision": "CLIPVision", "Upscaler": "Upscaler"}


def _bent(theme: str, model: Model, catalogue: Catalogue) -> Model:
    """The model with the one thing changed that its theme is about."""
    version = model.versions[0]
    file = replace(version.files[0], **_FILE_CHANGES.get(theme, {}))
    version = replace(version, files=(file,), **_VERSION_CHANGES.get(theme, {}))
    model = replace(model, **{"versions": (version,), **_MODEL_CHANGES.get(theme, {})})
    more = _ADDITIONS.get(theme)
    return more(model, version, catalogue) if more else model


def _several_files(model: Model, version: Version, catalogue: Catalogue) -> Model:
    file = version.files[0]
    full = replace(catalogue.another_file(file.name, "checkpoint-sd15"), size="full", precision="fp32")
    inpainting = catalogue.another_file("twoCoats_inpainting.safetensors", "checkpoint-sd15-inpainting")
    vae = replace(catalogue.another_file("twoCoats.vae.pt", "vae-sd-pickle"), type="VAE")
    data = replace(catalogue.another_file("twoCoats_trainingData.zip", "poses"), type="Training Data")
    small = replace(file, size="pruned", precision="fp16")
    files = (full, small, replace(inpainting, type="Pruned Model"), vae, data)
    return replace(model, versions=(replace(version, files=files),))


def _several_versions(model: Model, version: Version, catalogue: Catalogue) -> Model:
    rows = (
        ("Summer 夏", "Pony", "lora-sdxl"),
        ("Autumn 秋", "SD 1.5", "lora-sd15"),
        ("Winter 冬", "Flux.1 D", "lora-flux1"),
    )
    older = [catalogue.another_version(model, name, base, recipe) for name, base, recipe in rows]
    return replace(model, versions=(replace(version, name="Spring 春"), *older))


def _dark(model: Model, version: Version, catalogue: Catalogue) -> Model:
    pictures = tuple(catalogue.another_picture(level) for level in (1, 4, 8, 16, 4))
    return replace(model, versions=(replace(version, pictures=pictures, level=29),))


_ADDITIONS = {"several-files": _several_files, "several-versions": _several_versions, "mature": _dark}

_MODEL_CHANGES: dict[str, dict[str, Any]] = {
    "archived": {"mode": "Archived", "listed": False},
    "taken-down": {"mode": "TakenDown", "listed": False},
    "no-versions": {"versions": (), "listed": False},
    "no-creator": {"creator": None},
    "hostile": {"description": words.HOSTILE_DESCRIPTION, "tags": ("<img src=x onerror=alert(1)>", "ok")},
    "unknown-values": {"commercial": {"surprise": True}},
    "missing-fields": {
        "description": None,
        "dropped": ("stats", "tags", "nsfwLevel", "allowCommercialUse", "availability"),
        "nulls": ("creator", "modelVersions.0.trainedWords", "modelVersions.0.stats"),
    },
    "mature": {"nsfw": True, "level": 29},
}
_VERSION_CHANGES: dict[str, dict[str, Any]] = {
    "early-access": {"early_access_until": "2099-12-24T00:00:00.000Z", "availability": "EarlyAccess"},
    "paid": {"paid_access": {"permanent": True, "endsAt": None}},
    "disabled": {"downloads_enabled": False},
    "generation-only": {"usage": "Generation"},
    "traversal": {"words": ("../../up",)},
    "unknown-values": {"status": "Simmering", "base_model_type": "Sideways"},
}
_FILE_CHANGES: dict[str, dict[str, Any]] = {
    "no-hash": {"published": "none", "scan": "Pending", "scan_message": None},
    "wrong-hash": {"published": "wrong"},
    "duplicate": {"seed": 777, "metadata": ()},
    "duplicate-again": {"seed": 777, "metadata": ()},
    "traversal": {"name": "../../../x.safetensors"},
    "danger": {"scan": "Danger", "scan_message": "**Detected** `os.getcwd`"},
    "lying-header": {"metadata": tuple(weights.training_notes("sd_v1", "passport", {"1girl": 4}).items())},
}


def describe(chance: random.Random) -> str:
    """A short and pleasant description in HTML."""
    parts = [f"<p>{chance.choice(words.OPENINGS)}</p><p>{chance.choice(words.MIDDLES)}</p>"]
    if chance.random() < 0.5:
        steps, scale = chance.randint(18, 34), chance.choice((3, 3.5, 4, 5, 7))
        parts.append(f"<ul><li><p>Steps: {steps}</p></li><li><p>CFG: {scale}</p></li></ul>")
    return "".join(parts) + f"<p>{chance.choice(words.CLOSINGS)}</p>"


def _stamp(rank: int) -> str:
    days = 0 if rank < SHOWCASES else 500
    return (NOW - timedelta(days=days, hours=1 + rank)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _trigger(name: str, chance: random.Random) -> str:
    letters = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalpha())
    return f"{letters[:4]}{chance.choice(('style', 'mood', 'ink', 'v1', ''))}" if len(letters) > 4 else ""


def _words(type_: str, word: str, chance: random.Random) -> tuple[str, ...]:
    if type_ not in ("LORA", "LoCon", "DoRA", "TextualInversion") or not word:
        return ()
    return chance.choice(
        ((word,), (word, "soft light"), (f"{word}, wide view, calm",), (f" {word}\n", "detailed "), ())
    )


def _camel(text: str) -> str:
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text).split()
    joined = "".join(word.capitalize() if place else word.lower() for place, word in enumerate(words))
    return joined or f"model{zlib.crc32(text.encode()) % 10000}"
