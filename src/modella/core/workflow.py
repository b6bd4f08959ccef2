"""Which models a workflow names: ComfyUI's files in both formats, and the texts that pictures carry.

    the format of the screen   {"nodes": [...], "definitions": {"subgraphs": [...]}, "models": [...]}
    the format of the API      {"3": {"class_type": ..., "inputs": {...}}}
    A1111's text               "... Steps: 20, Model hash: ..., Model: ..., Lora hashes: ..., Hashes: {...}"

Names count where they end like weights, or where a loader takes a repository; of what people write for a model to
read, only `embedding:NAME` and `<lora:NAME:1>` do. (Facts: the schema of Comfy-Org's `workflow_json`.)
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from modella.core.comfy_nodes import HUB_CLASSES, HUB_INPUTS, folder_of, kind_of
from modella.core.digests import clean
from modella.core.errors import BadContent
from modella.core.kinds import Kind
from modella.core.loose_json import line, mapping, mappings, settled, text
from modella.core.naming import WEIGHTS, name_key, stem_key, suffix_of

LARGEST = 16 * 1024 * 1024
"""Bytes of a workflow's text; real ones have a hundredth of it."""
MOST_MODELS = 1000
_MOST_NODES = 200_000
_MOST_URLS = 10
_MOST_NAMING = 50
_DEEPEST = 6
_LONGEST_NAME = 400
_IDLE = frozenset({2, 4})
"""Modes of a node that does not run: muted, bypassed."""
_NOTES = frozenset({"Note", "MarkdownNote", "Markdown Note", "Label (rgthree)"})
_CONTROLS = frozenset({"fixed", "increment", "decrement", "randomize"})
"""Values that stand behind a seed without being a widget of their own."""
_REPO = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
_LINK = re.compile(r"\[([^\[\]\n]{1,400})\]\((https?://[^\s()<>\"]{1,2000})\)|(https?://[^\s()<>\[\]\"'`]{1,2000})")
_LORA = re.compile(r"<(?:lora|lyco):([^:<>\n]{1,400})(?::[^<>\n]{0,80})?>", re.IGNORECASE)
_EMBEDDING = re.compile(r"\bembedding:\s?([^\s,:;()<>\[\]{}|\"']{1,400})", re.IGNORECASE)
_STEPS = re.compile(r"^Steps: \d", re.MULTILINE)
_PAIRS = re.compile(r'\s*([A-Za-z][\w /-]{0,60}):\s*("(?:\\.|[^"\\])*"|\{[^{}]*\}|[^,]*)(?:,|$)')
_HEX = re.compile(r"(?:0x)?([0-9a-fA-F]{8,64})")
_HASHES_BY_LENGTH = {64: "sha256", 12: "autov3", 10: "autov2", 8: "autov1"}
_PARTS_OF_HASHES = {"lora": Kind.lora, "lyco": Kind.lora, "embed": Kind.embedding, "model": Kind.checkpoint}


@dataclass(frozen=True)
class NodeRef:
    """A node that names a model: its number, what its class is called, and the title somebody gave it."""

    id: str
    node_class: str
    title: str | None = None


@dataclass(frozen=True)
class Named:
    """A model as a workflow names it.

    `name` is as written, with folders; `file` its last part; `folder` where ComfyUI looks for it. `digests` are hashes
    by their names (`sha256`, `autov2` ...). `idle` says that no node that names it runs: muted or bypassed. `repo`
    says that the name is a repository of Hugging Face.
    """

    name: str
    folder: str | None = None
    kind: Kind | None = None
    urls: tuple[str, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    nodes: tuple[NodeRef, ...] = ()
    idle: bool = False
    repo: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """The parts of the name, folded."""
        return tuple(name_key(part) for part in re.split(r"[/\\]+", self.name.strip("/\\")))

    @property
    def file(self) -> str:
        """The name without folders; a repository keeps its owner."""
        return self.name if self.repo else re.split(r"[/\\]+", self.name.strip("/\\"))[-1]


@dataclass(frozen=True)
class Workflow:
    """What a workflow names, in the order in which it does, and in which formats it was read."""

    models: tuple[Named, ...]
    formats: tuple[str, ...]
    nodes: int = 0


def parse(content: bytes) -> Any:
    """The JSON of a file; BadContent("not-a-workflow") when it is none, "workflow-too-large" beyond all reason."""
    if len(content) > LARGEST:
        raise BadContent("workflow-too-large", size=len(content), limit=LARGEST)
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadContent("not-a-workflow") from None


def read(texts: Mapping[str, Any]) -> Workflow:
    """The models that the parts of one file name: `workflow`, `prompt` and `parameters`, as JSON or as its text.

    A part that cannot be read is left out. BadContent("not-a-workflow") when none can.
    """
    found: list[Named] = []
    formats: list[str] = []
    count = 0
    for told, value in texts.items():
        for name, graph in _graphs(told, value):
            formats.append(name)
            models, nodes = _READERS[name](graph)
            found += models
            count += nodes
    if not formats:
        raise BadContent("not-a-workflow")
    merged = _merged(found)
    if len(merged) > MOST_MODELS:
        raise BadContent("workflow-too-large", count=len(merged), limit=MOST_MODELS)
    return Workflow(tuple(merged), tuple(dict.fromkeys(formats)), count)


# ------------------------------------------------------------------------------------------------------ what it is


def _graphs(told: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The graphs in a part, each with the name of its format. What wraps them is taken off, twice at most."""
    for _ in range(3):
        if isinstance(value, str):
            if told in {"parameters", ""} and _STEPS.search(value):
                yield "a1111", value
                return
            value = _parsed(value)
        if not isinstance(value, dict):
            return
        if isinstance(value.get("nodes"), list):
            yield "screen", value
            return
        if _is_api(value):
            yield "api", value
            return
        inner = [value[name] for name in ("workflow", "prompt", "output") if isinstance(value.get(name), dict | str)]
        for each in inner[1:]:
            yield from _graphs("", each) if not isinstance(each, str) or len(each) < LARGEST else ()
        if not inner:
            return
        value = inner[0]


def _parsed(value: str) -> Any:
    if len(value) > LARGEST:
        raise BadContent("workflow-too-large", size=len(value), limit=LARGEST)
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _is_api(value: Mapping[str, Any]) -> bool:
    return any(isinstance(each, dict) and isinstance(each.get("class_type"), str) for each in value.values())


# ------------------------------------------------------------------------------------------- the format of the screen


@dataclass
class _Walk:
    """The nodes that were met, and what counts for all of them."""

    subgraphs: dict[str, Mapping[str, Any]]
    found: list[Named] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    entered: set[tuple[str, bool]] = field(default_factory=set)
    nodes: int = 0


def _read_screen(graph: Mapping[str, Any]) -> tuple[list[Named], int]:
    listed = mappings(mapping(graph.get("definitions")).get("subgraphs"))
    walk = _Walk({name: each for each in listed if (name := text(each.get("id")))})
    waiting: list[tuple[Mapping[str, Any], bool]] = [(graph, False)]
    while waiting:
        inside, idle = waiting.pop()
        walk.found += _listed(mappings(inside.get("models")), (), idle)
        for node in mappings(inside.get("nodes")):
            waiting += _met(walk, node, idle)
    return _with_links(walk.found, walk.notes), walk.nodes


def _met(walk: _Walk, node: Mapping[str, Any], idle: bool) -> list[tuple[Mapping[str, Any], bool]]:
    """Takes in what a node says; the subgraph it stands for, which is looked into once however often it is used."""
    walk.nodes += 1
    if walk.nodes > _MOST_NODES:
        raise BadContent("workflow-too-large", count=walk.nodes, limit=_MOST_NODES)
    node_class = text(node.get("type")) or ""
    rests = idle or node.get("mode") in _IDLE if isinstance(node.get("mode"), int) else idle
    if node_class in _NOTES:
        walk.notes += [value for _, value in _texts_in(node.get("widgets_values"))]
        return []
    walk.found += _of_node(node, node_class, rests)
    inner = walk.subgraphs.get(node_class)
    if inner is None or (node_class, rests) in walk.entered:
        return []
    walk.entered.add((node_class, rests))
    return [(inner, rests)]


def _of_node(node: Mapping[str, Any], node_class: str, idle: bool) -> list[Named]:
    named = NodeRef(text(node.get("id")) or "", _short(node_class), line(node.get("title")))
    told = mapping(node.get("properties"))
    values = node.get("widgets_values")
    written = _written(node_class, named, _with_inputs(node, values), idle)
    listed = _listed(mappings(told.get("models")), (named,), idle)
    return [*written, *listed]


def _with_inputs(node: Mapping[str, Any], values: Any) -> Iterator[tuple[str | None, Any]]:
    """Every value of a node with the name of its input, where the node says it."""
    if isinstance(values, dict):
        yield from ((str(name), value) for name, value in values.items())
        return
    given = values if isinstance(values, list) else []
    names = [
        text(mapping(each.get("widget")).get("name")) for each in mappings(node.get("inputs")) if each.get("widget")
    ]
    counted = [value for value in given if not (isinstance(value, str) and value in _CONTROLS)]
    aligned = given if len(names) == len(given) else counted
    known = names if len(names) == len(aligned) else [None] * len(aligned)
    yield from zip(known, aligned, strict=True)


def _written(node_class: str, node: NodeRef, values: Iterable[tuple[str | None, Any]], idle: bool) -> Iterator[Named]:
    """The models in the values of a node."""
    place = 0
    for name, value in values:
        off = idle or (isinstance(value, dict) and (value.get("on") is False or value.get("active") is False))
        for key, told in _texts_in(value):
            if _is_file(told):
                folder = folder_of(node_class, key or name, place)
                place += 1
                yield _named(told, folder, node, off)
            elif _is_repo(node_class, key or name, told):
                yield replace(_named(told, None, node, off), repo=True)
            else:
                yield from _in_prose(told, node, off)


def _texts_in(value: Any, key: str | None = None, depth: int = 0) -> Iterator[tuple[str | None, str]]:
    """The texts in a value, each with the key it stands at in an object."""
    if isinstance(value, str):
        yield key, value
    elif depth < _DEEPEST and isinstance(value, dict):
        for name, each in value.items():
            yield from _texts_in(each, str(name), depth + 1)
    elif depth < _DEEPEST and isinstance(value, list):
        for each in value:
            yield from _texts_in(each, key, depth + 1)


def _listed(listed: Sequence[Mapping[str, Any]], nodes: tuple[NodeRef, ...], idle: bool) -> Iterator[Named]:
    """The models of a list that a workflow brings along, with address, folder and hash."""
    for each in listed:
        name = line(each.get("name"))
        if name is None:
            continue
        folder, url = line(each.get("directory")), _address(each.get("url"))
        digest = _digest(text(each.get("hash_type")), text(each.get("hash")))
        yield Named(_short(name), folder, kind_of(folder), (url,) if url else (), digest, nodes, idle)


def _with_links(found: list[Named], notes: Sequence[str]) -> list[Named]:
    """The models, with the addresses that notes give for their files."""
    links: dict[str, list[str]] = {}
    for note in notes:
        for label, marked, bare in _LINK.findall(note[:100_000]):
            url = _address((marked or bare).rstrip(".,;:!?*"))
            for name in {_last_part(url), label.strip().strip("`*")} if url else ():
                links.setdefault(name_key(name), []).append(url or "")
    return [replace(each, urls=(*each.urls, *links.get(name_key(each.file), ()))) for each in found]


# ---------------------------------------------------------------------------------------------- the format of the API


def _read_api(graph: Mapping[str, Any]) -> tuple[list[Named], int]:
    found: list[Named] = []
    nodes = [(str(number), each) for number, each in graph.items() if isinstance(each, dict)]
    if len(nodes) > _MOST_NODES:
        raise BadContent("workflow-too-large", count=len(nodes), limit=_MOST_NODES)
    for number, node in nodes:
        node_class = text(node.get("class_type")) or ""
        named = NodeRef(number, _short(node_class), line(mapping(node.get("_meta")).get("title")))
        found += _written(node_class, named, mapping(node.get("inputs")).items(), False)
    return found, len(nodes)


# --------------------------------------------------------------------------------------------------------- A1111's text


def _read_a1111(value: str) -> tuple[list[Named], int]:
    start = list(_STEPS.finditer(value))[-1].start()
    prompts, fields = value[:start], {k.strip().lower(): v for k, v in _PAIRS.findall(value[start:][:200_000])}
    found = list(_in_prose(prompts, None, False))
    hashes = {str(k): str(v) for k, v in mapping(_parsed(fields.get("hashes", ""))).items()}
    if fields.get("model"):
        known = fields.get("model hash") or hashes.get("model") or ""
        found.append(_told(_bare(fields["model"]), Kind.checkpoint, known))
    if fields.get("vae") and fields["vae"].strip().lower() not in {"none", "automatic"}:
        found.append(_told(_bare(fields["vae"]), Kind.vae, fields.get("vae hash") or ""))
    for key, kind in (("lora hashes", Kind.lora), ("ti hashes", Kind.embedding)):
        told = _bare(fields.get(key, "")).split(",")
        found += [_told(name, kind, digest) for name, _, digest in (each.rpartition(":") for each in told) if name]
    for key, digest in hashes.items():
        sort, _, name = key.partition(":")
        if name and sort.lower() in _PARTS_OF_HASHES:
            found.append(_told(name, _PARTS_OF_HASHES[sort.lower()], digest))
    return found, 0


def _told(name: str, kind: Kind, digest: str) -> Named:
    return Named(_short(name.strip()), None, kind, (), _digest(None, digest))


def _bare(value: str) -> str:
    value = value.strip()
    return value[1:-1].replace('\\"', '"') if len(value) > 1 and value[0] == value[-1] == '"' else value


_READERS: Mapping[str, Callable[[Any], tuple[list[Named], int]]] = {
    "screen": _read_screen,
    "api": _read_api,
    "a1111": _read_a1111,
}


# -------------------------------------------------------------------------------------------------------- small things


def _named(told: str, folder: str | None, node: NodeRef, idle: bool) -> Named:
    url = _address(told)
    name = _last_part(url) if url else told
    return Named(_short(name.strip()), folder, kind_of(folder), (url,) if url else (), {}, (node,), idle)


def _in_prose(told: str, node: NodeRef | None, idle: bool) -> Iterator[Named]:
    nodes = (node,) if node else ()
    for name in _LORA.findall(told):
        yield Named(_short(name.strip()), "loras", Kind.lora, nodes=nodes, idle=idle)
    for name in _EMBEDDING.findall(told):
        yield Named(_short(name.strip(". ")), "embeddings", Kind.embedding, nodes=nodes, idle=idle)


def _is_file(told: str) -> bool:
    """Whether a value is the name of weights: one line, not too long, with an ending that we know."""
    name = told.strip()
    if url := _address(name):
        name = _last_part(url)
    plausible = len(name) <= _LONGEST_NAME and "\n" not in name and suffix_of(name).lower() in WEIGHTS
    return plausible and bool(name.removesuffix(suffix_of(name)).strip("/\\. "))


def _is_repo(node_class: str, name: str | None, told: str) -> bool:
    fits = bool(HUB_CLASSES.search(node_class)) and (name is None or name.lower() in HUB_INPUTS)
    return fits and bool(_REPO.fullmatch(told.strip()))


def _address(value: Any) -> str | None:
    """A web address, or None."""
    told = text(value)
    if not told or len(told) > 2000 or not told.strip().lower().startswith(("http://", "https://")):
        return None
    try:
        return str(settled(told.strip())) if urlsplit(told.strip()).netloc else None
    except ValueError:
        return None


def _last_part(url: str | None) -> str:
    return unquote(urlsplit(url or "").path.rsplit("/", 1)[-1])


def _digest(sort: str | None, value: str | None) -> dict[str, str]:
    """A hash by its name; one that does not say what it is, is known by its length."""
    found = _HEX.fullmatch((value or "").strip())
    if not found:
        return {}
    name = re.sub(r"[^a-z0-9]", "", (sort or "").lower()) or _HASHES_BY_LENGTH.get(len(found[1]), "")
    known = clean(name, found[1]) if name in {"sha256", "autov1", "autov2", "autov3", "crc32", "blake3"} else None
    return {name: known} if known else {}


def _short(name: str) -> str:
    return str(settled(name))[:_LONGEST_NAME]


def _merged(found: Sequence[Named]) -> list[Named]:
    """Every model once: a name with folders and the same name with fewer of them are one."""
    merged: list[Named] = []
    places: dict[str, list[int]] = {}
    for each in found:
        if not each.name.strip("/\\. "):
            continue
        twins = places.setdefault(each.file if each.repo else stem_key(each.file), [])
        twin = next((n for n in twins if _is_same(merged[n], each)), None)
        if twin is None:
            twins.append(len(merged))
            merged.append(each)
        else:
            merged[twin] = _both(merged[twin], each)
    return merged


def _is_same(one: Named, other: Named) -> bool:
    """Whether two names with the same stem mean one file: endings and folders agree as far as both tell them."""
    ends = {suffix.lower() for each in (one, other) if (suffix := suffix_of(each.file)).lower() in WEIGHTS}
    above = [each.path[:-1] for each in (one, other)]
    shared = min(len(path) for path in above)
    return len(ends) < 2 and one.repo == other.repo and (not shared or above[0][-shared:] == above[1][-shared:])


def _both(one: Named, other: Named) -> Named:
    """What two mentions say together: what a list says of the folder counts more than what a node makes likely."""
    longer = max(one.name, other.name, key=lambda name: (name.count("/") + name.count("\\"), len(name)))
    listed = next((each for each in (one, other) if each.urls or each.digests), one)
    teller = listed if listed.folder else next((each for each in (one, other) if each.folder), one)
    return replace(
        one,
        name=longer if not one.repo else one.name,
        folder=teller.folder,
        kind=teller.kind or one.kind or other.kind,
        urls=tuple(dict.fromkeys((*one.urls, *other.urls)))[:_MOST_URLS],
        digests={**other.digests, **one.digests},
        nodes=tuple(dict.fromkeys((*one.nodes, *other.nodes)))[:_MOST_NAMING],
        idle=one.idle and other.idle,
    )
