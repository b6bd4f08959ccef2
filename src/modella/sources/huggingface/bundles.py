"""Which files of a repository belong together: shards with their index, a diffusers set, one variant, one quant."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from modella.core.errors import BadLink
from modella.core.listing import ListedFile, Listing
from modella.sources.huggingface.links import SOURCE
from modella.sources.huggingface.shapes import is_shard, unsharded
from modella.sources.offers import MOST_NAMES, countable, named

_WEIGHTS = frozenset({"model", "shard"})
_PREFERRED = ("safetensors", "gguf", "pickle", "onnx", "flax", "keras", "tflite", "coreml")
"""Formats from the one we would rather have to the last; of the same weights in two, only the first is taken."""

_DIFFUSERS_FORMATS = ("safetensors", "pickle")
_OTHER_RUNTIMES = ("openvino_", "flax_", "tf_")
_CHECKPOINTS = "checkpoint-"


def choose(listing: Listing, pattern: str | None) -> tuple[ListedFile, ...]:
    """The files of one download: by pattern, by the ref's path or quant, else what is obviously meant.

    BadLink("choose-file") with names and sizes when several are as good or too many are meant,
    BadLink("no-such-file") when none fits.
    """
    return countable(listing, _meant(listing, pattern))


def _meant(listing: Listing, pattern: str | None) -> tuple[ListedFile, ...]:
    files, ref = listing.files, listing.ref
    patterns = [pattern] if pattern else ref.pick.get("include", "").splitlines()
    if patterns:
        return _completed(listing, [f for f in files if any(_fits(_path(f), each) for each in patterns)])
    if ref.path:
        exact = [f for f in files if _path(f) == ref.path]
        return _completed(listing, exact) if exact else _obvious(listing, _below(files, ref.path))
    if quant := ref.pick.get("quant"):
        same = [f for f in files if (f.quant or "").upper().removeprefix("UD-") == quant.upper().removeprefix("UD-")]
        exact = [f for f in same if (f.quant or "").upper() == quant.upper()]
        return _completed(listing, [f for f in exact or same if not f.name.lower().startswith("mmproj")])
    return _obvious(listing, files)


def _obvious(listing: Listing, files: Sequence[ListedFile]) -> tuple[ListedFile, ...]:
    """The diffusers set, or the only weights there are: in the best format, outside training checkpoints."""
    index = next((f for f in files if f.name == "model_index.json"), None)
    if index is not None and (diffusers := _diffusers_set(files, index, listing.ref.pick.get("variant"))):
        return diffusers
    units = _in_best_format(_units([f for f in files if f.role in _WEIGHTS and not _is_side_product(f)]))
    if len(units) > 1:
        at_root = [unit for unit in units if "/" not in unit]
        units = {at_root[0]: units[at_root[0]]} if len(at_root) == 1 and _only_checkpoints(units, at_root[0]) else units
    if len(units) == 1:
        return _completed(listing, next(iter(units.values())))
    if not units:
        raise _no_such_file(listing)
    sizes = [_total(unit) for unit in list(units.values())[:MOST_NAMES]]
    raise BadLink("choose-file", source=SOURCE, **named(list(units)), sizes=sizes, page_url=listing.page_url)


def _completed(listing: Listing, files: Sequence[ListedFile]) -> tuple[ListedFile, ...]:
    """The files with the other shards of theirs and the index that names them."""
    if not files:
        raise _no_such_file(listing)
    wholes = {unsharded(_path(f)) for f in files if is_shard(f.name)}
    wanted = {_path(f) for f in files} | {f"{whole}.index.json" for whole in wholes}
    for file in files:
        if file.role == "index":
            wholes.add(_path(file).removesuffix(".index.json"))
    return tuple(f for f in listing.files if _path(f) in wanted or (is_shard(f.name) and unsharded(_path(f)) in wholes))


def _units(files: Sequence[ListedFile]) -> dict[str, list[ListedFile]]:
    """Files in one piece and groups of shards, by the name they go by."""
    units: dict[str, list[ListedFile]] = {}
    for file in files:
        units.setdefault(unsharded(_path(file)), []).append(file)
    return units


def _in_best_format(units: dict[str, list[ListedFile]]) -> dict[str, list[ListedFile]]:
    """The units of the most preferred format that occurs."""
    formats = {unit[0].format for unit in units.values()}
    best = next((each for each in _PREFERRED if each in formats), None)
    return {name: unit for name, unit in units.items() if unit[0].format == best}


def _diffusers_set(files: Sequence[ListedFile], index: ListedFile, variant: str | None) -> tuple[ListedFile, ...]:
    """The index and every component folder with its weights in one format and one variant."""
    root = _path(index).removesuffix("model_index.json")
    folders: dict[str, list[ListedFile]] = {}
    for file in files:
        folder, slash, rest = _path(file).removeprefix(root).partition("/")
        if _path(file).startswith(root) and slash and "/" not in rest:
            folders.setdefault(folder, []).append(file)
    components = [_component(folder, variant) for folder in folders.values()]
    chosen = [file for component in components for file in component]
    return (index, *chosen) if any(file.role in _WEIGHTS for file in chosen) else ()


def _component(files: Sequence[ListedFile], variant: str | None) -> list[ListedFile]:
    """One component's settings and weights; nothing when it only has weights for another runtime."""
    weights = [f for f in files if f.role in _WEIGHTS]
    usable = [f for f in weights if f.format in _DIFFUSERS_FORMATS and not f.name.startswith(_OTHER_RUNTIMES)]
    settings = [f for f in files if f.role in {"config", "license"}]
    if not weights:
        return settings if any(f.name.endswith(".json") for f in settings) else []
    if not usable:
        return []
    best = next(each for each in _DIFFUSERS_FORMATS if any(f.format == each for f in usable))
    in_format = [f for f in usable if f.format == best]
    variants = dict.fromkeys(f.variant for f in in_format)
    taken = next((each for each in (variant, None) if each in variants), next(iter(variants)))
    indexes = [f for f in files if f.role == "index" and _belongs(f, best, taken)]
    return [*settings, *indexes, *(f for f in in_format if f.variant == taken)]


def _belongs(index: ListedFile, file_format: str, variant: str | None) -> bool:
    is_safetensors = ".safetensors." in index.name
    return index.variant == variant and is_safetensors == (file_format == "safetensors")


def _is_side_product(file: ListedFile) -> bool:
    return file.name.startswith(_OTHER_RUNTIMES) or file.name.lower().startswith("mmproj")


def _only_checkpoints(units: dict[str, list[ListedFile]], main: str) -> bool:
    """Whether everything beside the main file lies in folders of a training run (`checkpoint-500/`)."""
    return all(name == main or name.startswith(_CHECKPOINTS) for name in units)


def _below(files: Sequence[ListedFile], folder: str) -> list[ListedFile]:
    return [f for f in files if _path(f).startswith(f"{folder}/")]


def _fits(path: str, pattern: str) -> bool:
    name = path.rpartition("/")[2]
    return pattern in {path, name} or any(fnmatchcase(each.lower(), pattern.lower()) for each in (path, name))


def _path(file: ListedFile) -> str:
    return file.path or file.name


def _total(files: Sequence[ListedFile]) -> int | None:
    sizes = [f.size for f in files if f.size is not None]
    return sum(sizes) if len(sizes) == len(files) else None


def _no_such_file(listing: Listing) -> BadLink:
    names = [_path(f) for f in listing.files if f.role in _WEIGHTS]
    return BadLink("no-such-file", source=SOURCE, wanted=listing.ref.path, page_url=listing.page_url, **named(names))
