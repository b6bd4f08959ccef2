"""Which files of a folder belong to which model file: read with it, shown with it, moved with it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from pydantic import BaseModel, Field

from modella.core.sidecars.registry import FORMATS, PICTURES

_READ: Mapping[str, int] = {
    ending: rank for rank, ending in enumerate(dict.fromkeys(each for form in FORMATS for each in form.endings))
}
_OF_THE_FOLDER = tuple(dict.fromkeys(name for form in FORMATS for name in form.names))
_ATTACHED = frozenset({".yaml", ".yml", ".html", ".recipe.json", ".modella.json", ".modella.overrides.json"})
"""Endings of files that belong to a model and are not read as facts."""

_BEST_FIRST = (
    *(".webp", ".preview.webp", ".preview.png", ".preview.jpeg", ".preview.jpg", ".preview.mp4"),
    *(".png", ".jpeg", ".jpg", ".mp4", ".gif", ".webm", ".avif", ".jxl"),
    *(".preview.gif", ".preview.webm", ".preview.avif", ".preview.jxl", ".preview.bmp", ".bmp"),
    *(".thumb.jpg", ".thumb.jpeg", ".thumb.png", ".thumb.webp"),
)
"""Names of a preview in the order Lora-Manager looks, then those that only the others write, made-up thumbs last."""

_PREVIEWS: Mapping[str, int] = {ending: rank for rank, ending in enumerate(_BEST_FIRST)}
_ANY_PICTURE = "|".join(re.escape(each) for each in sorted(PICTURES))
_NUMBERED = re.compile(rf"^(?P<row>\.preview|\.example)?[._](?P<number>\d{{1,4}})(?:{_ANY_PICTURE})$")
_ROWS = {None: 0, ".preview": 1, ".example": 2}
_GALLERY = re.compile(r"_\d{1,4}\.[A-Za-z0-9]{2,5}$")
_SHARD = re.compile(r"-\d{5}-of-\d{5}$")

_Order = tuple[int, ...]


class Family(BaseModel):
    """The files of one model file.

    `sidecars` stand in the order of reading and `previews` with the best first; `all` is everything that must move
    with the model file, in alphabetical order.
    """

    sidecars: list[str] = Field(default_factory=list)
    previews: list[str] = Field(default_factory=list)
    all: list[str] = Field(default_factory=list)


class _Place(NamedTuple):
    """What a file is to its model, and where it stands among its like."""

    role: Literal["sidecars", "previews", "all"]
    order: _Order


def families(names: Iterable[str], models: Iterable[str]) -> dict[str, Family]:
    """The family of each model file, for all names of one folder at once, in time linear in their number.

    A file belongs to the model with the longest stem that fits: `a.b.json` is of `a.b.safetensors`, never of
    `a.safetensors`. Models that differ by their endings only share what bears their stem. `metadata.json` and
    `overrides.json` are counted where the folder holds one model.
    """
    owners = _Owners(models)
    found: dict[str, list[tuple[_Place, str]]] = {model: [] for model in owners.models}
    for name in dict.fromkeys(names):
        if name in found:
            continue
        for model, place in owners.claim(name):
            found[model].append((place, name))
    return {model: _family(files) for model, files in found.items()}


def _family(files: list[tuple[_Place, str]]) -> Family:
    def those(role: str) -> list[str]:
        return [name for _, name in sorted((place.order, name) for place, name in files if place.role == role)]

    return Family(sidecars=those("sidecars"), previews=those("previews"), all=sorted(name for _, name in files))


class _Owners:
    """The models of a folder, found by the stems and whole names that files begin with."""

    def __init__(self, models: Iterable[str]) -> None:
        self.models = list(dict.fromkeys(models))
        self._by_start: dict[str, list[str]] = defaultdict(list)
        self._by_folded: dict[str, set[str]] = defaultdict(set)
        for model in self.models:
            for start in dict.fromkeys((model, _stem(model))):
                self._by_start[start].append(model)
                self._by_folded[start.casefold()].add(start)
        self._only_one = len({_SHARD.sub("", _stem(model)) for model in self.models}) == 1

    def claim(self, name: str) -> Iterator[tuple[str, _Place]]:
        """The models a file belongs to."""
        if self._only_one and name.lower() in _OF_THE_FOLDER:
            place = _Place("sidecars", (len(_READ) + _OF_THE_FOLDER.index(name.lower()),))
            yield from ((model, place) for model in self.models)
            return
        for end in _cuts(name):
            owners = self._owners(name[:end])
            place_found = _place(name[end:].lower()) if owners else None
            if place_found is not None:
                yield from ((model, place_found) for model in owners)
                return

    def _owners(self, start: str) -> list[str]:
        """Models by the start as it is written, else regardless of case where only one can be meant."""
        if start in self._by_start:
            return self._by_start[start]
        similar = self._by_folded.get(start.casefold(), set())
        return self._by_start[next(iter(similar))] if len(similar) == 1 else []


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def _cuts(name: str) -> Iterator[int]:
    """Where a name may be parted into a model's stem and an ending: longest stem first."""
    at = name.rfind(".")
    gallery = _GALLERY.search(name)
    if at > 0:
        yield at
    if gallery:
        yield gallery.start()
    while (at := name.rfind(".", 0, max(at, 0))) > 0:
        yield at


def _place(ending: str) -> _Place | None:
    if ending in _READ:
        return _Place("sidecars", (_READ[ending],))
    if ending in _PREVIEWS:
        return _Place("previews", (0, _PREVIEWS[ending], 0))
    if ending in _ATTACHED:
        return _Place("all", ())
    numbered = _NUMBERED.match(ending)
    if numbered is None:
        return None
    return _Place("previews", (1, _ROWS[numbered["row"]], int(numbered["number"])))
