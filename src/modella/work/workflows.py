"""What a workflow names against what the library has: which of its models are there, on their way, or missing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from modella.core.download import FINISHED, Download, State
from modella.core.listing import Ref
from modella.core.naming import file_name
from modella.core.relations import file_key, group_key, version_key
from modella.core.workflow import Named, Workflow, parse, read
from modella.io.embedded import is_media, texts_of
from modella.work.hands import Hands
from modella.work.offers import Offer, Trouble, may_be, offers_for, ref_of, same_name

Standing = Literal["present", "queued", "missing"]
KnownBy = Literal["hash", "name", "original-name", "source"]
_DIGESTS = ("sha256", "autov3", "autov2")
_STATES = {"present": 0, "unreachable": 1}
"""States of a model that can be used, now or once its drive is connected."""
_MOST_DOWNLOADS = 1000


class NodeView(BaseModel):
    """A node that names the model."""

    id: str
    node_class: str
    title: str | None


class Here(BaseModel):
    """The model of the library that is meant.

    `known_by`: its content (`hash`), its file's `name`, the name the file came with (`original-name`), or the page of a
    `source`. `other_content` says that the workflow names another hash than the file of this name has.
    """

    id: str
    name: str
    kind: str | None
    file: str
    state: str
    known_by: KnownBy
    other_content: bool = False


class Coming(BaseModel):
    """The download that will bring it."""

    id: str
    state: State
    name: str | None


class WantedModel(BaseModel):
    """A model that a workflow names, how it stands with it, and where a missing one can be had, the best first.

    `idle`: only nodes name it that are muted or bypassed.
    """

    name: str
    file: str
    folder: str | None
    kind: str | None
    idle: bool
    nodes: list[NodeView]
    digests: dict[str, str]
    state: Standing
    model: Here | None = None
    download: Coming | None = None
    offers: list[Offer]


class Compared(BaseModel):
    """A workflow against the library. `searched` tells whether sources were asked; `troubles` which could not tell."""

    models: list[WantedModel]
    counts: dict[str, int]
    formats: list[str]
    searched: bool
    troubles: list[Trouble]


@dataclass(frozen=True)
class _Pair:
    """A model of the library and the file of it that is meant."""

    record: Mapping[str, Any]
    file: str
    sha256: str | None
    known_by: KnownBy


def read_file(content: bytes) -> Workflow:
    """What a file names: a workflow as JSON, or a picture, video or sound that carries one. BadContent otherwise."""
    return read(texts_of(content)) if is_media(content) else read({"": parse(content)})


def compare(hands: Hands, workflow: Workflow, *, search: bool = True) -> Compared:
    """How it stands with every model that the workflow names; with `search` sources are asked for what is missing."""
    under_way = _under_way(hands)
    found = [_stand(hands, named, under_way) for named in workflow.models]
    troubles: list[Trouble] = []
    if search:
        lost = [n for n, each in enumerate(found) if each.state == "missing"]
        offers, troubles = offers_for(hands, [workflow.models[n] for n in lost])
        for n, offered in zip(lost, offers, strict=True):
            found[n] = _offered(hands, found[n], offered, under_way)
    counted = Counter(each.state for each in found)
    return Compared(
        models=found,
        counts={state: counted[state] for state in ("present", "queued", "missing")},
        formats=list(workflow.formats),
        searched=search,
        troubles=troubles,
    )


def _stand(hands: Hands, named: Named, under_way: Sequence[Download]) -> WantedModel:
    told = WantedModel(
        name=named.name,
        file=named.file,
        folder=named.folder,
        kind=named.kind.value if named.kind else None,
        idle=named.idle,
        nodes=[NodeView(id=each.id, node_class=each.node_class, title=each.title) for each in named.nodes],
        digests=dict(named.digests),
        state="missing",
        offers=[],
    )
    pair = _in_library(hands, named)
    if pair is not None:
        return told.model_copy(update={"state": "present", "model": _here(pair, named)})
    refs = [ref for url in named.urls if (ref := ref_of(hands, url)) is not None]
    coming = next((each for each in under_way if _brings(each, named, refs)), None)
    return told if coming is None else told.model_copy(update={"state": "queued", "download": _coming(coming)})


def _offered(hands: Hands, told: WantedModel, offers: Sequence[Offer], under_way: Sequence[Download]) -> WantedModel:
    """What is missing with where to get it; what a source knows the hash of may be here under any name."""
    for offer in offers:
        if offer.sureness != "sure" or not offer.sha256:
            continue
        record = _holder(hands, "sha256", offer.sha256)
        if record is not None:
            here = _here(_pair_of(record, {"sha256": offer.sha256}, "hash"), None)
            return told.model_copy(update={"state": "present", "model": here})
        coming = next((each for each in under_way if offer.sha256 in _expected(each)), None)
        if coming is not None:
            return told.model_copy(update={"state": "queued", "download": _coming(coming)})
    return told.model_copy(update={"offers": list(offers)})


# ------------------------------------------------------------------------------------------------------ in the library


def _in_library(hands: Hands, named: Named) -> _Pair | None:
    """The model that is meant: by content, by name, by the page it came from; one that is at hand before others."""
    for name in _DIGESTS:
        record = _holder(hands, name, named.digests.get(name))
        if record is not None:
            return _pair_of(record, named.digests, "hash")
    return (None if named.repo else _by_name(hands, named)) or _by_source(hands, named)


def _by_name(hands: Hands, named: Named) -> _Pair | None:
    keys = dict.fromkeys((file_key(named.file), file_key(file_name(named.file))))
    ids = dict.fromkeys(each["id"] for key in keys for each in hands.index.meant_by(key))
    records = [record for each in ids if (record := _usable(hands.index.get(each))) is not None]
    pairs = [pair for record in records if may_be(named.kind, record["kind"]) for pair in _named_so(record, named)]
    wanted = named.digests.get("sha256")
    order = {"name": 0, "original-name": 1}
    return min(
        pairs,
        key=lambda each: (
            wanted is not None and each.sha256 not in {wanted, None},
            _STATES[each.record["state"]],
            order.get(each.known_by, 2),
        ),
        default=None,
    )


def _named_so(record: Mapping[str, Any], named: Named) -> list[_Pair]:
    """The files of a model that are called so, here or where they came from."""
    found = []
    for each in record.get("files") or []:
        called: tuple[tuple[KnownBy, str], ...] = (
            ("name", str(each["name"])),
            ("original-name", str(each.get("original_name") or "")),
        )
        by = next((by for by, name in called if name and _is_called(name, named.file)), None)
        if by:
            found.append(_Pair(record, str(each["name"]), each.get("sha256"), by))
    return found


def _is_called(name: str, wanted: str) -> bool:
    return same_name(name, wanted) or same_name(name, file_name(wanted))


def _by_source(hands: Hands, named: Named) -> _Pair | None:
    """A model that came from the very page that the workflow names."""
    for told in (named.name,) if named.repo else named.urls:
        ref = ref_of(hands, told)
        key = _key_of(ref, whole=named.repo) if ref else None
        for each in hands.index.meant_by(key) if key else ():
            record = _usable(hands.index.get(each["id"]))
            if record is not None and may_be(named.kind, record["kind"]):
                return _pair_of(record, {}, "source")
    return None


def _key_of(ref: Ref, *, whole: bool) -> str | None:
    """The key of exactly one version; a repository of many files is one thing only where it is meant as a whole."""
    if ref.version_id:
        return version_key(ref.source, ref.version_id)
    return group_key(ref.source, ref.model_id) if whole and ref.model_id else None


def _pair_of(record: Mapping[str, Any], digests: Mapping[str, str], known_by: KnownBy) -> _Pair:
    files = record.get("files") or [{"name": ""}]
    same = [each for each in files if any(str(each.get(n) or "").startswith(d) for n, d in digests.items())]
    chosen = (same or [each for each in files if each.get("role") in {"model", "shard"}] or files)[0]
    return _Pair(record, str(chosen["name"]), chosen.get("sha256"), known_by)


def _holder(hands: Hands, name: str, digest: str | None) -> dict[str, Any] | None:
    """A model that holds this content and can be used, one that is at hand before others."""
    records = [each for each in hands.index.by_digest(name, digest) if _usable(each)] if digest else []
    return min(records, key=lambda each: _STATES[each["state"]], default=None)


def _usable(record: dict[str, Any] | None) -> dict[str, Any] | None:
    return record if record is not None and record.get("state") in _STATES else None


def _here(pair: _Pair, named: Named | None) -> Here:
    record = pair.record
    wanted = named.digests.get("sha256") if named else None
    return Here(
        id=record["id"],
        name=record["name"],
        kind=record.get("kind"),
        file=pair.file,
        state=record["state"],
        known_by=pair.known_by,
        other_content=bool(wanted and pair.sha256 and wanted != pair.sha256 and pair.known_by != "hash"),
    )


# ------------------------------------------------------------------------------------------------------------ under way


def _under_way(hands: Hands) -> list[Download]:
    states = tuple(state.value for state in State if state not in FINISHED)
    return hands.store.downloads(hands.library_id, states, _MOST_DOWNLOADS)


def _brings(download: Download, named: Named, refs: Sequence[Ref]) -> bool:
    """Whether a download will bring the model: by its hash, its files, or what was pasted for it."""
    if named.digests.get("sha256") in _expected(download):
        return True
    names = [part.name for part in download.parts] or [download.wish.pattern or "", download.wish.ref.path or ""]
    return any(name and _is_called(name, named.file) for name in names) or download.wish.ref in refs


def _expected(download: Download) -> set[str | None]:
    return {part.expected.sha256 for part in download.parts} - {None}


def _coming(download: Download) -> Coming:
    return Coming(id=download.id, state=download.state, name=download.name)
