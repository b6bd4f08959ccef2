"""Links in apps: plan → apply → record → undo. A plan only looks; what it would do is done by `apply_links`.

Every link is written down before it is made and before it is removed, so that after a crash what lies at its place
tells how far we came. What we did not make is never replaced and never removed.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from modella.core.errors import Conflict, DiskTrouble, ModellaError
from modella.core.events import AppsChanged
from modella.core.linking import (
    App,
    Found,
    Ground,
    LinkedModel,
    LinkLine,
    LinkRecord,
    Skipped,
    Wanted,
    decide,
    is_ours,
    is_too_long,
    link_text,
    named_apart,
    place_key,
    unwanted,
    wants,
)
from modella.core.mapping import Sign, fill, ways_in
from modella.io.disk import (
    can_link,
    clone_new,
    copy_new,
    flush_folder,
    hard_link,
    make_folders,
    remove_made_folders,
    remove_part,
    symbolic_link,
    unlink_unchanged,
)
from modella.io.linked import is_folder, is_there, lowest_there, see, see_content
from modella.work.apps import MappedApp, mapped
from modella.work.config_block import ConfigChange, apply_block, drop_block, plan_block, plan_no_block
from modella.work.hands import Hands, now
from modella.work.records import folder_of
from modella.work.roots import roots
from modella.work.tasks import Task

_BATCH = 200
_ACTIVE = frozenset({"make", "mend", "remove"})


class Upgraded(BaseModel):
    """The app's version when its links were last made, and the one it has now."""

    before: str | None
    now: str | None


class SkippedModel(BaseModel):
    """A model that the app does not get, and why."""

    model: str
    name: str
    why: str


class LinkPlan(BaseModel):
    """What would be done in an app: line by line, what it does not get, and how our links there have drifted.

    `actions`, `reasons` and `drift` count. `config` is what becomes of the app's configuration, for an app that is told
    about the library there instead of getting links.
    """

    app: App
    lines: list[LinkLine]
    skipped: list[SkippedModel]
    actions: dict[str, int]
    reasons: dict[str, int]
    drift: dict[str, int]
    upgraded: Upgraded | None = None
    config: ConfigChange | None = None
    restart: bool = False

    @property
    def has_work(self) -> bool:
        """Whether applying it would change anything."""
        return any(line.action in _ACTIVE for line in self.lines) or bool(self.config and self.config.changes)


class FailedLink(BaseModel):
    """A line that could not be carried out, with the error's code and facts."""

    path: str
    model: str
    code: str
    facts: dict[str, Any]


class LinkOutcome(BaseModel):
    """What was done in an app; `kept` counts what was right already, `blocked` what stands in the way."""

    app: str
    made: int = 0
    mended: int = 0
    removed: int = 0
    kept: int = 0
    blocked: int = 0
    failed: list[FailedLink] = []
    config: bool = False


def plan_links(hands: Hands, app: str, models: Sequence[str] | None = None) -> LinkPlan:
    """What would be done so that the app has what it should, for the whole library or for some models.

    NotFound("unknown-id"); DiskTrouble("app-gone") when the app is not there, and nothing is said of its links then.
    """
    with hands.linking:
        found = mapped(hands, app)
        _settle(hands, found)
        return _planned(hands, found, models)


def apply_links(
    hands: Hands, app: str, models: Sequence[str] | None = None, task: Task | None = None, *, cautious: bool = False
) -> LinkOutcome:
    """Makes it so, line by line; a line that fails does not keep the others from being carried out.

    With `cautious` links stay whose file is there although no model has it: somebody will want to look at that first.
    """
    with hands.linking:
        found = mapped(hands, app)
        _settle(hands, found)
        plan = _planned(hands, found, models)
        lines = [each for each in plan.lines if not (cautious and each.why == "not-listed")]
        outcome = _carried_out(hands, found, lines, task)
        if plan.config is not None and plan.config.changes:
            apply_block(found, plan.config)
            outcome.config = True
        if models is None:
            told = {"linked_version": found.app.version, "linked_at": now()}
            hands.store.put_app(hands.library_id, found.app.model_copy(update=told))
    _tell(hands, outcome)
    return outcome


def unlink_app(hands: Hands, app: str, models: Sequence[str] | None = None, task: Task | None = None) -> LinkOutcome:
    """Removes the links that we made in an app, all or those of some models; what is not ours any more stays."""
    with hands.linking:
        found = mapped(hands, app)
        _settle(hands, found)
        records = hands.store.links(hands.library_id, app, models)
        lines = [unwanted(each, _seen(hands, found, each)) for each in records]
        outcome = _carried_out(hands, found, lines, task)
        outcome.config = models is None and drop_block(found)
    _tell(hands, outcome)
    return outcome


def _tell(hands: Hands, outcome: LinkOutcome) -> None:
    if outcome.made or outcome.mended or outcome.removed or outcome.config:
        hands.bus.tell(AppsChanged(apps=(outcome.app,)))


# ----------------------------------------------------------------------------------------------------------- planning


def _planned(hands: Hands, found: MappedApp, models: Sequence[str] | None) -> LinkPlan:
    app, mapping = found.app, found.mapping
    listed = list(linked_models(hands, models))
    wanted, skipped = wants(app, mapping, listed, _signs(found))
    records = hands.store.links(hands.library_id, app.id, models)
    config = None
    if app.way == "config":
        whole = wanted if models is None else wants(app, mapping, linked_models(hands, None), _signs(found))[0]
        config, wanted = plan_block(hands, found, whole), []
    elif models is None:
        config = plan_no_block(found)
    lines, twice = _lines_for(hands, found, wanted, records, models)
    lines += _leftover(
        hands, found, records, lines, {each.model for each in skipped if each.why == "not-present"}, listed
    )
    told = [SkippedModel(model=each.model, name=each.name, why=each.why) for each in (*skipped, *twice)]
    is_upgraded = bool(app.linked_at) and app.linked_version != app.version
    return LinkPlan(
        app=app,
        lines=lines,
        skipped=told,
        actions=dict(Counter(each.action for each in lines)),
        reasons=dict(Counter(each.why for each in told)),
        drift=dict(Counter(each.drift for each in lines if each.drift)),
        upgraded=Upgraded(before=app.linked_version, now=app.version) if is_upgraded else None,
        config=config,
        restart=mapping.restart or app.way == "config",
    )


def linked_models(hands: Hands, models: Sequence[str] | None) -> Iterable[LinkedModel]:
    """The models of the library as linking knows them, all or some."""
    tops = {root.id: root for root in roots(hands)}
    told = hands.index.every() if models is None else (hands.index.get(each) for each in dict.fromkeys(models))
    for record in told:
        if record is not None and (root := tops.get(str(record["root"]))) is not None:
            folder = folder_of(root, str(record["place"]), record.get("home", "placed"))
            yield _linked(record, str(folder))


def _linked(record: Mapping[str, Any], folder: str) -> LinkedModel:
    return LinkedModel(
        id=str(record["id"]),
        name=str(record["name"]),
        cleaned=str(record["cleaned_name"]),
        kind=str(record["kind"]),
        family=record.get("family"),
        base_model=record.get("base_model"),
        creator=record.get("creator"),
        version=record.get("version"),
        folder=folder,
        state=str(record.get("state") or "present"),
        added_at=str(record.get("added_at") or ""),
        is_own_folder=record.get("home") != "adopted" or folder.endswith(str(record["place"])),
        files=record["files"],
        words=record.get("apps") or {},
    )


def _signs(found: MappedApp) -> Callable[[Sign], bool]:
    known: dict[Sign, bool] = {}

    def has(sign: Sign) -> bool:
        if sign not in known:
            known[sign] = found.has(sign)
        return known[sign]

    return has


def _lines_for(
    hands: Hands, found: MappedApp, wanted: list[Wanted], records: list[LinkRecord], models: Sequence[str] | None
) -> tuple[list[LinkLine], list[Skipped]]:
    """The lines of wanted files; files that lie in the app's own folder for them need no link."""
    sources = {each.source: see_content(Path(each.source)) for each in wanted}
    lines = []
    outside = []
    for each in wanted:
        real = sources[each.source].real
        if real is not None and found.looks_at(real, each.folder):
            lines.append(_there(each, "lives-here"))
        else:
            outside.append(each)
    ours: dict[tuple[str, str], set[str]] = {}
    for link in records:
        ours.setdefault((link.model, link.file), set()).add(place_key(link.path))
    planned = frozenset(models or ())

    def held(key: str) -> bool:
        """Of the whole library everybody's wish is known; of some models, links of the others count."""
        other = None if models is None else hands.store.link_at(hands.library_id, found.app.id, key)
        return other is not None and other.model not in planned

    named, twice = named_apart(_in_real_folders(found, outside), ours, held)
    by_place = {place_key(each.path): each for each in records}
    grounds = _Grounds(hands, found)
    for each in named:
        place, record = found.at(each.path), by_place.get(place_key(each.path))
        seen = see(place) if record is None else _seen(hands, found, replace(record, path=each.path))
        ground = grounds.of(each, place)
        lines.append(decide(found.app, found.mapping.links, each, record, seen, sources[each.source], ground))
    return lines, twice


def _seen(hands: Hands, found: MappedApp, record: LinkRecord) -> Found:
    """What lies at the place of a link; the library's own file, to which the app's folder leads now, is none of ours.

    By inode alone such a file could be taken for the second name that we once gave it.
    """
    place = found.at(record.path)
    seen = see(place)
    if seen.what != "file" or record.method in {"relative", "absolute"}:
        return seen
    real = Path(os.path.realpath(place))
    if real.is_relative_to(os.path.realpath(hands.library.root)) or _is_models_own(hands, record, str(real)):
        return replace(seen, what="other")
    return seen


def _is_models_own(hands: Hands, record: LinkRecord, real: str) -> bool:
    now_at = (
        str(Path(each.folder, str(f["name"]))) for each in linked_models(hands, [record.model]) for f in each.files
    )
    return any(os.path.realpath(each) == real for each in (record.source, *now_at))


def _in_real_folders(found: MappedApp, wanted: Sequence[Wanted]) -> list[Wanted]:
    """Folders of the app that are one folder by links count as the first of them, so that names there do not meet."""
    ways = [fill(each, found.app.places).as_posix() for each in ways_in(found.mapping, found.app.version)]
    real = {way: os.path.realpath(found.at(way)) for way in (*ways, *(each.folder for each in wanted))}
    first: dict[str, str] = {}
    for way in ways:
        first.setdefault(real[way], way)
    told = []
    for each in wanted:
        way = first.get(real[each.folder], each.folder)
        if way != each.folder and each.path.startswith(f"{each.folder}/"):
            bundle = each.bundle and way + each.bundle.removeprefix(each.folder)
            told.append(replace(each, path=way + each.path.removeprefix(each.folder), bundle=bundle))
        else:
            told.append(each)
    return told


def _there(wanted: Wanted, why: str) -> LinkLine:
    facts = {"path": wanted.path, "model": wanted.model, "name": wanted.name, "file": wanted.file}
    return LinkLine.model_validate({**facts, "action": "there", "to": wanted.source, "why": why, "size": wanted.size})


def _leftover(
    hands: Hands,
    found: MappedApp,
    records: Sequence[LinkRecord],
    lines: Sequence[LinkLine],
    away: set[str],
    listed: Sequence[LinkedModel],
) -> list[LinkLine]:
    """Links of ours that no line speaks of: gone, unless the model's drive is only away."""
    spoken = {place_key(each.path) for each in lines if each.action != "there"}
    known = {each.id for each in listed}
    left = []
    for record in records:
        if place_key(record.path) in spoken:
            continue
        seen = _seen(hands, found, record)
        line = unwanted(record, seen)
        if record.model in away:
            is_broken = seen.what == "link" and seen.real is None
            line = line.model_copy(
                update={"action": "keep", "why": "not-present", "drift": "broken" if is_broken else None}
            )
        elif (
            line.action == "remove" and line.why is None and record.model not in known and is_there(Path(record.source))
        ):
            line = line.model_copy(update={"why": "not-listed"})
        left.append(line)
    return left


class _Grounds:
    """The folders of an app as ground for links, each looked at once."""

    def __init__(self, hands: Hands, found: MappedApp) -> None:
        self._found = found
        self._library = Path(os.path.realpath(hands.library.root))
        self._tops: dict[Path, tuple[bool, bool, str | None, str]] = {}
        self._folders: dict[Path, Ground] = {}

    def of(self, wanted: Wanted, place: Path) -> Ground:
        """The ground of a place."""
        if is_too_long(place.as_posix()):
            return Ground("", 0, problem="name-too-long")
        folder = place.parent
        if folder not in self._folders:
            self._folders[folder] = self._looked_at(folder, Path(wanted.source))
        return self._folders[folder]

    def _looked_at(self, folder: Path, source: Path) -> Ground:
        top = lowest_there(folder)
        way = see(folder) if folder != top else see(top)
        if way.loops:
            return Ground("", 0, problem="link-loop")
        if not is_folder(top) or (way.what in {"link", "file", "other"} and not is_folder(folder)):
            return Ground("", 0, problem="way-blocked", detail=str(folder if way.what != "nothing" else top))
        real_top = Path(os.path.realpath(top))
        real = real_top / folder.relative_to(top)
        if real.is_relative_to(self._library):
            return Ground(str(real), 0, problem="inside-library", detail=str(folder))
        if top not in self._tops:
            self._tops[top] = _tried(top, source)
        symbolic, shared, problem, detail = self._tops[top]
        return Ground(str(real), see(real_top).device, symbolic, shared, problem, detail)


def _tried(folder: Path, source: Path) -> tuple[bool, bool, str | None, str]:
    try:
        symbolic, shared = can_link(folder, source if source.is_file() else None)
    except ModellaError as problem:
        is_closed = problem.code in {"permission", "read-only"}
        return False, False, "folder-unwritable" if is_closed else "folder-trouble", str(folder)
    return symbolic, shared, None, ""


# ----------------------------------------------------------------------------------------------------- carrying it out


def _carried_out(hands: Hands, found: MappedApp, lines: Sequence[LinkLine], task: Task | None) -> LinkOutcome:
    """First what goes, so that names are free; then what is mended; then what is made."""
    outcome = LinkOutcome(app=found.app.id)
    outcome.kept = sum(each.action in {"keep", "there"} for each in lines)
    outcome.blocked = sum(each.action == "blocked" for each in lines)
    going = [each for each in lines if each.action in {"remove", "mend"}]
    coming = [each for each in lines if each.action in {"mend", "make"}]
    total, done = len(going) + len(coming), 0
    gone: set[str] = set()
    records = (
        {place_key(each.path): each for each in hands.store.links(hands.library_id, found.app.id)} if going else {}
    )
    for batch in _batches(going):
        gone |= {place_key(each.path) for each in _removed(hands, found, batch, records, outcome)}
        done = _progress(task, done + len(batch), total, batch[-1].path)
    mendable = [each for each in coming if each.action == "make" or place_key(each.path) in gone]
    for batch in _batches(mendable):
        _made(hands, found, batch, outcome)
        done = _progress(task, done + len(batch), total, batch[-1].path)
    _tidied(hands, found)
    return outcome


def _batches(lines: Sequence[LinkLine]) -> Iterable[Sequence[LinkLine]]:
    return (lines[start : start + _BATCH] for start in range(0, len(lines), _BATCH))


def _progress(task: Task | None, done: int, total: int, item: str) -> int:
    if task is not None:
        task.heed_stop()
        task.progress(done=done, total=total, item=item)
    return done


def _removed(
    hands: Hands,
    found: MappedApp,
    lines: Sequence[LinkLine],
    records: Mapping[str, LinkRecord],
    outcome: LinkOutcome,
) -> list[LinkLine]:
    """Takes links of ours away; the lines whose places are free now."""
    library, app = hands.library_id, found.app.id
    ours = [(line, records[place_key(line.path)]) for line in lines if place_key(line.path) in records]
    hands.store.put_links(library, [replace(record, state="removing") for _, record in ours])
    gone, folders, forgotten = [], set[Path](), []
    for line, record in ours:
        place = found.at(record.path)
        try:
            _check_there(found)
            seen = _seen(hands, found, record)
            if is_ours(record, seen):
                is_last = record.method == "hardlink" and seen.names < 2
                if is_last or not unlink_unchanged(place, seen.size, seen.modified, flush=False):
                    raise Conflict("changed-meanwhile", path=str(place))
                outcome.removed += line.action == "remove"
                folders.add(place.parent)
                gone.append(line)
            elif line.action == "remove":
                outcome.removed += seen.what == "nothing"
            forgotten.append(record.path)
        except ModellaError as problem:
            hands.store.put_links(library, [record])
            outcome.failed.append(_failed(line, problem))
    _flush(folders)
    hands.store.drop_links(library, app, forgotten)
    return gone


def _failed(line: LinkLine, problem: ModellaError) -> FailedLink:
    return FailedLink(path=line.path, model=line.model, code=problem.code, facts=problem.plain_facts)


def _made(hands: Hands, found: MappedApp, lines: Sequence[LinkLine], outcome: LinkOutcome) -> None:
    """Makes links: written down, made, flushed, and then written down as made."""
    library, moment = hands.library_id, now()
    intended = [(line, _intended(found, line, moment)) for line in lines]
    _note_folders(hands, found, [found.at(line.path).parent for line in lines])
    hands.store.put_links(library, [record for _, record in intended])
    made, failed, folders = [], [], set[Path]()
    for line, record in intended:
        place = found.at(line.path)
        try:
            _check_there(found)
            make_folders(place.parent)
            _make(record, place)
            made.append(_as_made(record, place))
            folders.add(place.parent)
            outcome.made += line.action == "make"
            outcome.mended += line.action == "mend"
        except ModellaError as problem:
            failed.append(record.path)
            outcome.failed.append(_failed(line, problem))
    _flush(folders)
    hands.store.put_links(library, made)
    hands.store.drop_links(library, found.app.id, failed)


def _check_there(found: MappedApp) -> None:
    """DiskTrouble("app-gone") when the app's drive went away meanwhile: nothing is made or forgotten in its stead."""
    if not found.is_there:
        raise DiskTrouble("app-gone", app=found.app.title, path=found.app.path)


def _flush(folders: Iterable[Path]) -> None:
    for folder in folders:
        with suppress(OSError):
            flush_folder(folder)


def _intended(found: MappedApp, line: LinkLine, moment: str) -> LinkRecord:
    """What will be made, so that it is known again after a crash."""
    method = line.method or "absolute"
    folder = found.at(line.path).parent
    top = lowest_there(folder)
    real = Path(os.path.realpath(top), folder.relative_to(top))
    wanted = Wanted(line.model, line.name, line.file, line.to, line.path, "", line.size, "", "")
    source = see_content(Path(line.to))
    return LinkRecord(
        app=found.app.id,
        path=line.path,
        model=line.model,
        file=line.file,
        source=line.to,
        method=method,
        state="making",
        text=link_text(method, wanted, Ground(str(real), 0)) if method in {"relative", "absolute"} else "",
        inode=source.inode if method == "hardlink" else 0,
        size=source.size,
        modified=source.modified,
        made_at=moment,
    )


def _make(record: LinkRecord, place: Path) -> None:
    source = Path(os.path.realpath(record.source))
    if record.method in {"relative", "absolute"}:
        done = symbolic_link(record.text, place, to_folder=is_folder(source))
    elif record.method == "hardlink":
        done = hard_link(source, place)
    elif record.method == "reflink":
        done = clone_new(source, place, by_way_of=_part_of(record, place))
    else:
        copy_new(source, place, lambda _: None, by_way_of=_part_of(record, place))
        done = True
    if not done:
        raise DiskTrouble("other-disk" if record.method == "hardlink" else "permission", path=str(place))


def _part_of(record: LinkRecord, place: Path) -> Path:
    """The name under which a copy is written before it has its own, so that after a crash it is found and removed."""
    known_by = f"{record.app}\n{record.path}\n{record.made_at}"
    return place.with_name(f".{hashlib.sha256(known_by.encode()).hexdigest()[:16]}.part")


def _as_made(record: LinkRecord, place: Path) -> LinkRecord:
    seen = see(place)
    return replace(record, state="made", inode=seen.inode, size=seen.size, modified=seen.modified)


def _note_folders(hands: Hands, found: MappedApp, folders: Iterable[Path]) -> None:
    """Remembers folders before they are made; those that are there are the app's own."""
    missing = {str(each) for folder in set(folders) for each in (folder, *folder.parents) if not os.path.lexists(each)}
    if missing:
        hands.store.note_link_folders(hands.library_id, found.app.id, sorted(missing))


def _tidied(hands: Hands, found: MappedApp) -> None:
    """Removes folders that we made and in which nothing is left."""
    noted = hands.store.link_folders(hands.library_id, found.app.id)
    gone = remove_made_folders(Path(each) for each in noted)
    hands.store.forget_link_folders(hands.library_id, found.app.id, [str(each) for each in gone])


def _settle(hands: Hands, found: MappedApp) -> None:
    """What a crash has left half done is finished on paper: what lies at each place tells how far it came."""
    library, app = hands.library_id, found.app.id
    open_ones = [each for each in hands.store.links(library, app) if each.state != "made"]
    made, never = [], []
    for record in open_ones:
        place = found.at(record.path)
        seen = _seen(hands, found, record)
        if record.method in {"copy", "reflink"}:
            with suppress(ModellaError):
                remove_part(_part_of(record, place))
        if seen.what != "nothing" and (is_ours(record, seen) or _is_copy_of(record, seen)):
            made.append(_as_made(record, place))
        else:
            never.append(record.path)
    if open_ones:
        hands.store.put_links(library, made)
        hands.store.drop_links(library, app, never)


def _is_copy_of(record: LinkRecord, seen: Found) -> bool:
    """Whether this is the copy that was being made: nobody else gives a file this size and this very time."""
    is_copy = record.method in {"copy", "reflink"} and record.inode == 0 and seen.what == "file"
    return is_copy and (seen.size, seen.modified) == (record.size, record.modified)
