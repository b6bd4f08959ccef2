"""Many files about one model become one record: the user's word first, then ours, then the richest copy."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from modella.core.civitai_objects import SOURCE
from modella.core.digests import Digests
from modella.core.listing import ListedFile
from modella.core.model import SourceRecord
from modella.core.sidecars.reading import MOST_PICTURES, Reading, SidecarPicture, kept, without_tags
from modella.core.sidecars.registry import RANKS

EARLIER, OWN, HEADER = "earlier", "own", "header"
"""Where a value is from that is of no sidecar: our earlier record, our user's own overrides, the file's header."""

_NOT_COMPARED = frozenset({"stats", "versions", "added_at", "source_updated_at", "description_format", "kind_text"})
"""Fields that differ by the day they were fetched, or follow another field."""
_GATHERED = frozenset({"flags", "license"})
"""Fields whose parts are told by different files."""
_NO_KINDS = frozenset({"unknown", "invalid"})
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_Told = tuple[str, Any]


class Disagreement(BaseModel):
    """Another value, and the file that has it."""

    file: str
    value: Any


class Origin(BaseModel):
    """One field of the result: its value, the file it is from (or `earlier`, `own`, `header`), and who disagrees."""

    value: Any
    file: str
    by_user: bool = False
    others: list[Disagreement] = Field(default_factory=list)


class Report(BaseModel):
    """What was taken from where: `imported` fields from so many `files`, `conflicts` of them disputed."""

    imported: int = 0
    files: int = 0
    conflicts: int = 0
    fields: dict[str, Origin] = Field(default_factory=dict)
    said: dict[str, Origin] = Field(default_factory=dict)
    hints: dict[str, Origin] = Field(default_factory=dict)
    problems: dict[str, str] = Field(default_factory=dict)


class Merged(BaseModel):
    """What all files together say: fields of `core/model.Metadata`, fields of `core/model.Overrides`, and the rest."""

    metadata: dict[str, Any] = Field(default_factory=dict)
    overrides: dict[str, Any] = Field(default_factory=dict)
    apps: dict[str, dict[str, Any]] = Field(default_factory=dict)
    hints: Digests = Digests()
    listed: ListedFile | None = None
    sources: list[SourceRecord] = Field(default_factory=list)
    pictures: list[SidecarPicture] = Field(default_factory=list)
    header: dict[str, str] = Field(default_factory=dict)
    not_on_source: bool = False
    report: Report = Field(default_factory=Report)


def merge(
    readings: Iterable[Reading],
    earlier: Mapping[str, Any] | None = None,
    *,
    own: Mapping[str, Any] | None = None,
    header: Mapping[str, Any] | None = None,
) -> Merged:
    """One record from any number of readings of different files; their order does not matter.

    Per field: the user's word in our own overrides (`own`), then in any sidecar, then our `earlier` value, then the
    richest fetched copy, then the `header`. A user's word that says what was fetched anyway is no override. Merging
    again, with the result as `earlier` and `own`, changes nothing.
    """
    ordered = _richest_first(readings)
    fields = _fetched(ordered, earlier or {}, header or {})
    said = _said(ordered, own or {}, {name: each.value for name, each in fields.items()})
    hints = _hints(ordered)
    return Merged(
        metadata={name: each.value for name, each in fields.items()},
        overrides={name: each.value for name, each in said.items()},
        apps=_apps(ordered),
        hints=Digests.model_validate({name: each.value for name, each in hints.items() if not each.others}),
        listed=next((each.listed for each in ordered if each.listed), None),
        sources=_sources(ordered),
        pictures=_pictures(ordered),
        header=_gathered(each.header for each in ordered),
        not_on_source=_is_absent(ordered),
        report=_report(fields, said, hints, ordered),
    )


def _richest_first(readings: Iterable[Reading]) -> list[Reading]:
    """By how much was fetched; each file once. Equal ones stand in the order of the formats, then of the names."""
    ordered = sorted(readings, key=lambda each: (-len(each.fetched), RANKS.get(each.format, len(RANKS)), each.file))
    once: dict[tuple[str, str], Reading] = {}
    for each in ordered:
        once.setdefault((each.format, each.file), each)
    return list(once.values())


def _by_rank(readings: Sequence[Reading]) -> list[Reading]:
    return sorted(readings, key=lambda each: (RANKS.get(each.format, len(RANKS)), each.file))


# ---------------------------------------------------------------------------------------------------------- fetched


def _fetched(readings: Sequence[Reading], earlier: Mapping[str, Any], header: Mapping[str, Any]) -> dict[str, Origin]:
    """Each field from the best place that has it."""
    places: list[tuple[str, Mapping[str, Any]]] = [(EARLIER, earlier)]
    places += [(each.file, each.fetched) for each in readings]
    places.append((HEADER, header))
    fetched = dict.fromkeys(name for file, values in places if file != EARLIER for name in sorted(values))
    chosen: dict[str, Origin] = {}
    for name in [*(each for each in earlier if each not in fetched), *fetched]:
        told = [(file, values[name]) for file, values in places if _says_something(name, values.get(name))]
        if told:
            chosen[name] = _earliest(told) if name == "added_at" else _first(told, name)
    _keep_together(chosen, places)
    return chosen


def _first(told: Sequence[_Told], name: str, by_user: bool = False) -> Origin:
    (file, value), *rest = told
    compared = rest if name not in _NOT_COMPARED else []
    others = [Disagreement(file=each, value=other) for each, other in compared if _differ(value, other)]
    if name in _GATHERED and all(isinstance(each, dict) for _, each in told):
        value = {key: each for _, values in reversed(told) for key, each in values.items()}
    return Origin(value=value, file=file, by_user=by_user, others=others)


def _earliest(told: Sequence[_Told]) -> Origin:
    file, value = min(told, key=lambda each: (str(each[1]), each[0]))
    return Origin(value=value, file=file)


def _keep_together(chosen: dict[str, Origin], places: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """A description keeps the format it was written in, and no other's."""
    if "description" not in chosen:
        chosen.pop("description_format", None)
        return
    written = next(values for file, values in places if file == chosen["description"].file)
    told = written.get("description_format")
    if told:
        chosen["description_format"] = Origin(value=told, file=chosen["description"].file)
    else:
        chosen.pop("description_format", None)


def _says_something(name: str, value: Any) -> bool:
    return bool(kept({name: value})) and not (name == "kind" and value in _NO_KINDS)


def _differ(one: Any, other: Any) -> bool:
    """Whether anybody would call it a disagreement: of two objects, only what both of them tell."""
    if isinstance(one, dict) and isinstance(other, dict):
        return any(_differ(one[name], other[name]) for name in one.keys() & other.keys())
    return bool(_plain(one) != _plain(other))


def _plain(value: Any) -> Any:
    """A value without order and case of its words, spaces and tags of HTML."""
    if isinstance(value, list):
        return sorted(str(_plain(each)) for each in value)
    return " ".join(without_tags(value).split()).casefold() if isinstance(value, str) else value


# ------------------------------------------------------------------------------------------------------------- said


def _said(readings: Sequence[Reading], own: Mapping[str, Any], fetched: Mapping[str, Any]) -> dict[str, Origin]:
    """The user's word for each field; several notes are all kept."""
    places = [(OWN, own), *((each.file, each.said) for each in _by_rank(readings))]
    chosen: dict[str, Origin] = {}
    for name in dict.fromkeys(name for _, values in places for name in sorted(values)):
        told = [(file, values[name]) for file, values in places if _says_something(name, values.get(name))]
        if name not in own and name in fetched:
            told = [each for each in told if each[1] != fetched[name]]
        if told:
            chosen[name] = _JOINED[name](told) if name in _JOINED else _first(told, name, by_user=True)
    return chosen


def _all_notes(told: Sequence[_Told]) -> Origin:
    """Every note once, those that are part of another left out."""
    texts: list[str] = []
    for _, value in told:
        note = str(value).strip()
        if not any(note in each for each in texts):
            texts = [each for each in texts if each not in note] + [note]
    return Origin(value="\n\n".join(texts), file=told[0][0], by_user=True)


def _all_tips(told: Sequence[_Told]) -> Origin:
    """Each setting from the first who has it."""
    names = dict.fromkeys(name for _, tips in told for name in tips)
    settings = {name: [(file, tips[name]) for file, tips in told if name in tips] for name in names}
    first = {name: _first(values, name) for name, values in settings.items()}
    others = [Disagreement(file=o.file, value={name: o.value}) for name, each in first.items() for o in each.others]
    return Origin(
        value={name: each.value for name, each in first.items()}, file=told[0][0], by_user=True, others=others
    )


_JOINED: Mapping[str, Callable[[Sequence[_Told]], Origin]] = {"notes": _all_notes, "usage_tips": _all_tips}


# ----------------------------------------------------------------------------------------------------- and the rest


def _hints(readings: Sequence[Reading]) -> dict[str, Origin]:
    """Each digest; one that is disputed is no hint any more."""
    ordered = _by_rank(readings)
    names = sorted({name for each in ordered for name in each.hints.known()})
    told = {name: [(r.file, v) for r in ordered if (v := r.hints.known().get(name))] for name in names}
    return {name: _first(values, name) for name, values in told.items()}


def _apps(readings: Sequence[Reading]) -> dict[str, dict[str, Any]]:
    apps: dict[str, dict[str, Any]] = {}
    for each in reversed(_by_rank(readings)):
        apps |= each.apps
    return apps


def _sources(readings: Sequence[Reading]) -> list[SourceRecord]:
    """Every origin once, the most exact and richest record first; what one lacks is filled from its like."""
    told = [each.source for each in readings if each.source]
    told.sort(key=lambda each: (each.payload is None, each.version_id is None and each.revision is None))
    return joined(told)


def joined(*told: Sequence[SourceRecord]) -> list[SourceRecord]:
    """Records of several places, each origin once, the first ones in front; what one lacks is filled from its like."""
    found: list[SourceRecord] = []
    for record in (each for records in told for each in records):
        at = next((at for at, each in enumerate(found) if _is_same_origin(each, record)), None)
        if at is None:
            found.append(record)
        else:
            found[at] = _filled(found[at], record)
    return found


def _is_same_origin(one: SourceRecord, other: SourceRecord) -> bool:
    """Whether nothing that both tell differs, and something agrees."""
    if one.source != other.source:
        return False
    pairs = [(getattr(one, name), getattr(other, name)) for name in ("model_id", "version_id", "revision")]
    both = [pair for pair in pairs if all(pair)]
    return all(a == b for a, b in both) and (bool(both) or one.url == other.url)


def _filled(one: SourceRecord, other: SourceRecord) -> SourceRecord:
    gaps = {name: each for name, each in other.model_dump().items() if getattr(one, name, None) in (None, {})}
    state = "gone" if "gone" in {one.state, other.state} else one.state
    return SourceRecord.model_validate({**one.model_dump(), **gaps, "state": state})


def _pictures(readings: Sequence[Reading]) -> list[SidecarPicture]:
    """Every picture once; a copy on the disk and its address become one."""
    found: dict[str, SidecarPicture] = {}
    for picture in (each for reading in readings for each in reading.pictures):
        key = _key(picture)
        known = found.get(key)
        if known is not None:
            gaps = {name: each for name, each in picture.model_dump().items() if getattr(known, name) in (None, {})}
            found[key] = known.model_copy(update=gaps)
        elif len(found) < MOST_PICTURES:
            found[key] = picture
    return list(found.values())


def _key(picture: SidecarPicture) -> str:
    """What stays the same when a picture's address asks for another width."""
    if picture.url:
        own = _UUID.search(picture.url)
        return own[0] if own else picture.url
    return picture.file or picture.embedded or ""


def _gathered(told: Iterable[Mapping[str, str]]) -> dict[str, str]:
    gathered: dict[str, str] = {}
    for each in told:
        gathered = {**each, **gathered}
    return gathered


def _is_absent(readings: Sequence[Reading]) -> bool:
    """Some tool looked in vain on Civitai, and no other found it there."""
    found = (each.source for each in readings if each.source and not each.not_on_source)
    present = any(each.source == SOURCE and each.state == "present" for each in found)
    return any(each.not_on_source for each in readings) and not present


def _report(
    fields: Mapping[str, Origin], said: Mapping[str, Origin], hints: Mapping[str, Origin], readings: Sequence[Reading]
) -> Report:
    """The numbers count what came from sidecars; a dispute with our earlier record is one too."""
    elsewhere = {EARLIER, OWN, HEADER}
    taken = [each for each in [*fields.values(), *said.values()] if each.file not in elsewhere]
    disputed = [each for each in [*fields.values(), *said.values(), *hints.values()] if each.others]
    return Report(
        imported=len(taken),
        files=len({each.file for each in taken}),
        conflicts=len(disputed),
        fields=dict(fields),
        said=dict(said),
        hints=dict(hints),
        problems={each.file: each.problem for each in readings if each.problem},
    )
