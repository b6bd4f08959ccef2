"""Looking files up at the sources by their hashes: many in one call, one call at a time, with pauses.

What was asked is written down model by model, so that a lookup that was stopped goes on where it was, and what a
source does not know is not asked again and again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import structlog

from modella.core.errors import ModellaError, NetworkTrouble, NotFound
from modella.core.listing import Listing, Ref
from modella.core.matching import best_fit, main_file
from modella.core.model import LookedUp, ModelFile, is_forbidden
from modella.core.naming import shown
from modella.sources.source import Source
from modella.work.hands import Hands, now
from modella.work.match import take
from modella.work.records import Record, change, load
from modella.work.tasks import Task

log = structlog.get_logger()
AGAIN_AFTER = timedelta(days=30)
"""How long the answer «not there» holds."""
LONGEST_PAUSE = 60.0
"""Seconds that a source may ask us to wait; after more, the lookup ends with that reason and is begun again later."""
_HINTS = ("sha256", "autov3", "autov2")
"""Hashes that others told, the surest first: what is found by one is confirmed once the file is hashed."""
T = TypeVar("T")


@dataclass
class LookupResult:
    """How many models were asked for, found, and not there; `failed` could not be written."""

    asked: int = 0
    found: int = 0
    unknown: int = 0
    failed: int = 0
    models: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Wanted:
    """One model and the hash it is asked by; `by` is `sha256`, or a hint such as `autov3-hint`."""

    model: str
    name: str
    digest: str
    by: str

    @property
    def is_whole(self) -> bool:
        return self.by.startswith("sha256")


def begin_lookup(hands: Hands, ids: Sequence[str] = (), *, again: bool = False) -> Task:
    """Starts looking up the models named, or all that no source knows yet.

    NotFound("unknown-id") for an id that is none; Conflict("task-running") while another lookup runs.
    """
    for each in ids:
        if hands.index.get(each) is None:
            raise NotFound("unknown-id", id=shown(each, 64))
    return hands.tasks.begin("match", lambda task: look_up(hands, task, ids, again=again))


def look_up(hands: Hands, task: Task, ids: Sequence[str] = (), *, again: bool = False) -> dict[str, Any]:
    """Looks up models at every source that can be asked by hash.

    A source that wants a pause gets it when it is short; else the error, with what was done till then, ends the task.
    """
    result = LookupResult()
    for source in hands.sources:
        if not source.per_lookup:
            continue
        wanted = list(_wanted(hands, source.name, ids, again=again))
        try:
            _Lookup(hands, task, source, result, len(wanted)).run(wanted)
        except ModellaError as problem:
            if problem.code == "cancelled":
                break
            done = {"asked": result.asked, "found": result.found, "left": max(0, len(wanted) - result.asked)}
            raise type(problem)(problem.code, **{**problem.facts, **done}) from problem
    return asdict(result)


class _Lookup:
    """A lookup at one source."""

    def __init__(self, hands: Hands, task: Task, source: Source, result: LookupResult, total: int) -> None:
        self._hands, self._task, self._source = hands, task, source
        self._result, self._total = result, total
        self._asked_before = False

    def run(self, wanted: Sequence[_Wanted]) -> None:
        """Whole hashes first, in batches, then short ones one by one."""
        by_digest: dict[str, list[_Wanted]] = {}
        for each in wanted:
            by_digest.setdefault(each.digest, []).append(each)
        whole = [digest for digest, some in by_digest.items() if some[0].is_whole]
        for start in range(0, len(whole), self._source.per_lookup):
            batch = whole[start : start + self._source.per_lookup]
            self._settle([each for digest in batch for each in by_digest[digest]], self._ask(batch))
        for digest, some in by_digest.items():
            if not some[0].is_whole:
                self._settle(some, self._ask_short(digest))

    def _ask(self, digests: Sequence[str]) -> Mapping[str, Listing]:
        return self._politely(lambda: self._source.lookup(digests))

    def _ask_short(self, digest: str) -> Mapping[str, Listing]:
        ref = Ref(source=self._source.name, digest=digest)
        try:
            return {digest: self._politely(lambda: self._source.describe(ref))}
        except NotFound:
            return {}

    def _politely(self, ask: Callable[[], T]) -> T:
        """One call, some time after the last; once more after a pause when the source asks for a short one."""
        if self._asked_before:
            self._task.stop.wait(self._hands.patience.pause)
        self._asked_before = True
        self._task.heed_stop()
        try:
            return ask()
        except NetworkTrouble as problem:
            pause = problem.facts.get("retry_after")
            if not isinstance(pause, int | float) or pause > LONGEST_PAUSE:
                raise
            self._task.stop.wait(pause)
            self._task.heed_stop()
            return ask()

    def _settle(self, asked: Sequence[_Wanted], found: Mapping[str, Listing]) -> None:
        for each in asked:
            self._task.heed_stop()
            try:
                self._write(each, found.get(each.digest))
            except (ModellaError, OSError, ValueError) as problem:
                log.warning("what was looked up could not be written", model=each.model, reason=str(problem)[:200])
                self._result.failed += 1
            self._result.asked += 1
            self._task.progress(done=self._result.asked, total=max(self._total, self._result.asked), item=each.name)

    def _write(self, wanted: _Wanted, listing: Listing | None) -> None:
        record = load(self._hands, wanted.model)
        main = main_file(record.metadata.files)
        if main is None or _digest_of(main) != (wanted.digest, wanted.by):
            return  # it has changed since: the next lookup asks by what it is now
        if listing is None or _is_banned(record, listing):
            self._note_absence(wanted)
            return
        fit = best_fit(main, listing.files)
        take(self._hands, wanted.model, listing, fit if fit and fit.hash else None, wanted.by)
        self._result.found += 1
        self._result.models.append(wanted.model)

    def _note_absence(self, wanted: _Wanted) -> None:
        told = LookedUp(at=now(), found=False, by=wanted.by)

        def note(record: Record) -> None:
            record.metadata.looked_up[self._source.name] = told

        change(self._hands, wanted.model, note)
        self._result.unknown += 1


def _wanted(hands: Hands, source: str, ids: Sequence[str], *, again: bool) -> Iterator[_Wanted]:
    """What may be asked, as the index knows it: no match yet, not forbidden, a hash known, not asked lately."""
    records = (known for each in dict.fromkeys(ids) if (known := hands.index.get(each))) if ids else hands.index.every()
    for record in records:
        sources = {each.get("source") for each in record.get("sources") or []}
        is_matched = source in sources if ids else bool(sources)
        if is_matched or record["state"] in {"unreachable", "missing"} or (record.get("skip_refresh") and not ids):
            continue
        if is_forbidden(record.get("never_match") or [], source, None):
            continue
        main = main_file([ModelFile.model_validate(each) for each in record["files"]])
        found = _digest_of(main) if main else None
        if found is not None and (again or not _was_asked(record, source, found[1])):
            yield _Wanted(str(record["id"]), str(record["name"]), *found)


def _digest_of(file: ModelFile) -> tuple[str, str] | None:
    """The hash to ask by and what it is called; the file's own SHA-256, else the best that others told."""
    if file.sha256:
        return file.sha256.lower(), "sha256"
    told = next((name for name in _HINTS if file.hints.get(name)), None)
    return (file.hints[told].lower(), f"{told}-hint") if told else None


def _was_asked(record: Mapping[str, Any], source: str, by: str) -> bool:
    """Whether the source said lately that it does not know the file; by a surer hash it is asked again."""
    told = (record.get("looked_up") or {}).get(source)
    if not told or (told.get("by") != by and by == "sha256"):
        return False
    try:
        at = datetime.fromisoformat(str(told["at"]))
    except (ValueError, KeyError):
        return False
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return datetime.now(UTC) - at < AGAIN_AFTER


def _is_banned(record: Record, listing: Listing) -> bool:
    return is_forbidden(record.overrides.never_match, listing.source, listing.model_id)
