"""A large library to look at: thousands of tiny models with real records, laid out straight into their folders."""

import hashlib
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from modella.core.model import Metadata, ModelFile, Preview, SourceRecord, Verified
from modella.core.naming import slug
from modella.core.placement import DEFAULT_RULE, place
from modella.demo import words
from modella.demo.art import hash_of, picture, shape
from modella.demo.catalogue import describe
from modella.demo.weights import safetensors
from modella.io.disk import Library, lay_out

PICTURES = 48
"""So many are painted; models share them by hard links."""
_WIDTH = 288
_KINDS = {
    "lora": 58,
    "checkpoint": 12,
    "embedding": 6,
    "diffusion_model": 6,
    "controlnet": 4,
    "vae": 3,
    "text_encoder": 3,
    "upscaler": 3,
    "ip_adapter": 2,
    "motion_module": 1,
    "llm": 1,
    "workflow": 1,
}
"""How often each kind comes, of a hundred."""
_FAMILIES = {
    "sdxl": "SDXL 1.0",
    "sd15": "SD 1.5",
    "flux1": "Flux.1 D",
    "wan21": "Wan Video 14B t2v",
    "sd2": "SD 2.1",
    "qwen-image": "Qwen",
    "hunyuan-video": "Hunyuan Video",
    "z-image": "ZImageTurbo",
    "ltx": "LTXV",
}
"""Families, and what makers call them."""
_SHARES = (30, 22, 16, 8, 2, 7, 5, 6, 4)
_OF_SDXL = ("SDXL 1.0", "Pony", "Illustrious", "NoobAI")
_LEVELS, _LEVEL_SHARES = (1, 2, 4, 8, 16, None), (52, 16, 12, 8, 4, 8)
_WITHOUT_FAMILY = frozenset({"upscaler", "text_encoder", "llm", "workflow"})


class _Made(NamedTuple):
    """One invented model: its folder below the library, its record, and the number of its picture."""

    folder: str
    record: Metadata
    content: bytes
    picture: int | None


def widen(library: Library, count: int) -> int:
    """Lays out so many models, those apart that are there already; how many were added.

    The same numbers are always the same models. Nothing is flushed: all of it can be made again.
    """
    added = 0
    painted: dict[int, Path] = {}
    for made in _models(count):
        folder = library.root / made.folder
        if (folder / "metadata.json").exists():
            continue
        files: dict[str, bytes | Path] = {made.record.files[0].name: made.content}
        if made.picture is not None:
            files["preview.webp"] = painted.get(made.picture) or _painted(made.picture)
            painted.setdefault(made.picture, folder / "preview.webp")
        files["metadata.json"] = made.record.model_dump_json(by_alias=True, exclude_none=True).encode()
        lay_out(folder, files)
        added += 1
    return added


def _models(count: int) -> Iterator[_Made]:
    """The invented models in their order; each follows from its number alone."""
    titles = [line.split("|") for line in (*words.LORAS, *words.CHECKPOINTS)]
    for number in range(count):
        chance = random.Random(number)
        title, tags = chance.choice(titles)[:2]
        yield _model(number, f"{title} {number + 1}", tags.split(","), chance)


def _model(number: int, name: str, tags: list[str], chance: random.Random) -> _Made:
    kind = chance.choices(list(_KINDS), list(_KINDS.values()))[0]
    family = None if kind in _WITHOUT_FAMILY else chance.choices(list(_FAMILIES), _SHARES)[0]
    version = f"v{chance.randint(1, 9)}.{chance.randint(0, 9)}"
    cleaned = slug(f"{name} {version}")
    content = _content(number, name)
    shown = None if chance.random() < 0.04 else chance.randrange(PICTURES)
    level = chance.choices(_LEVELS, _LEVEL_SHARES)[0]
    when = f"20{chance.randint(23, 26)}-{chance.randint(1, 10):02}-{chance.randint(1, 28):02}"
    record = Metadata(
        id=f"demo{number:022}",
        name=name,
        cleaned_name=cleaned,
        kind=kind,
        family=family,
        base_model=chance.choice(_OF_SDXL) if family == "sdxl" else _FAMILIES.get(family or ""),
        version=version,
        files=[_file(f"{cleaned}.safetensors", content)],
        trained_words=[f"{cleaned.split('-')[0]}{number}"] if kind in {"lora", "embedding"} else [],
        tags=[*tags, f"series {number % 97}"],
        description=describe(chance),
        description_format="html",
        previews=[_preview(shown, level)] if shown is not None else [],
        creator=chance.choice(words.CREATORS),
        nsfw_level=level,
        published_at=f"{when}T12:00:00.000+00:00",
        sources=[_source(number, kind)],
        stats={"downloads": int(chance.paretovariate(0.6)), "likes": int(chance.paretovariate(0.9))},
        rating=chance.choice((None, None, None, 3, 4, 5)),
        favorite=chance.random() < 0.03 or None,
        added_at=f"{when}T18:{number % 60:02}:00.000+00:00",
        updated_at=f"{when}T18:{number % 60:02}:30.000+00:00",
    )
    facts = {"kind": kind, "family": family, "name": cleaned}
    return _Made(place(DEFAULT_RULE, facts), record, content, shown)


def _source(number: int, kind: str) -> SourceRecord:
    """Who says what kind it is: the bytes of a tiny file do not."""
    return SourceRecord(
        source="civitai", model_id=str(9_000_000 + number), version_id=str(9_500_000 + number), kind=kind
    )


def _content(number: int, name: str) -> bytes:
    """A tiny file that is like no other."""
    file = safetensors([("sample.weight", "F16", (4, 4))], {"modelspec.title": name}, number)
    return file.read(0, file.size)


def _file(name: str, content: bytes) -> ModelFile:
    digest = hashlib.sha256(content).hexdigest()
    trust = Verified(state="verified", by="civitai", expected=digest)
    return ModelFile(
        name=name, size=len(content), sha256=digest, autov2=digest[:10], format="safetensors", verified=trust
    )


def _preview(number: int, level: int | None) -> Preview:
    width, height = _size(number)
    seen = _hash(number)
    return Preview(
        file="preview.webp", type="image", width=width, height=height, blurhash=seen, nsfw_level=level or None
    )


def _size(number: int) -> tuple[int, int]:
    width, height = shape(number)
    return _WIDTH, round(_WIDTH * height / width)


@cache
def _hash(number: int) -> str:
    return hash_of(number, *_size(number))


def _painted(number: int) -> bytes:
    return picture(number, *_size(number))
