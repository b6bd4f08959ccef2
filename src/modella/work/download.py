"""The story of a download: describe → fetch → verify → identify → place → register.

Each step first looks whether its result is already there: resume, retry and recovery after a crash are «call it
again».
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import structlog

from modella.core.download import PartRecord, Reason, State, Step
from modella.core.errors import DiskTrouble, ModellaError, NetworkTrouble, NoSpace
from modella.core.listing import Location
from modella.io.disk import PartFile, free_space
from modella.work.admit import admit, link_duplicate, quarantine
from modella.work.describe import check_space, describe, margin, meet_duplicate, with_context
from modella.work.fetch import Fetch, Progress, Stopped
from modella.work.hands import new_id
from modella.work.job import Job, reason_of
from modella.work.outage import OUTAGES, behind
from modella.work.verify import verify, with_git_sha1

log = structlog.get_logger()
TELL_EVERY = 0.2
MOST_ASKED = 4
"""How often a source is asked again for a listing: somebody may be waiting for it."""
_PASSES = {"connection-refused", "connection-lost", "connect-timeout", "stalled", "incomplete", "server-error"} | {
    *("rate-limited", "name-not-resolved"),
}
_WAITS = OUTAGES | {"no-space", "quota", "no-inodes", "read-only", "root-offline", "disk-busy"}
"""What passes without anybody's doing: the download waits for it (`work/queue.py` sees its end)."""


async def download(job: Job, others_need: Callable[[], int]) -> None:
    """Carries a download as far as it goes, and leaves it in a state that says what is next; raises nothing."""
    try:
        await _tell_the_story(job, others_need)
    except Stopped:
        state = job.stop_as or State.paused
        await asyncio.to_thread(_leave, job, state)
    except ModellaError as problem:
        await asyncio.to_thread(_fail, job, problem)
    except asyncio.CancelledError:
        raise
    except Exception as problem:
        error_id = new_id()[-8:]
        log.exception("a download broke", download=job.record.id, error_id=error_id)
        broken = Reason(code="internal", facts={"error_id": error_id, "what": type(problem).__name__})
        await asyncio.to_thread(job.become, State.failed, None, broken)


async def _tell_the_story(job: Job, others_need: Callable[[], int]) -> None:
    record = job.record
    await _describe_patiently(job)
    job.heed_stop()
    if record.plan is None:
        if not await asyncio.to_thread(_is_wanted, job):
            return
        await asyncio.to_thread(check_space, job, others_need())
        for part in record.parts:
            while not part.complete:
                await fetch_part(job, part)
                job.heed_stop()
    async with _alone_with(job):
        if record.plan is None and not await asyncio.to_thread(_is_wanted, job):
            return
        await asyncio.to_thread(admit, job)


async def _describe_patiently(job: Job) -> None:
    """Asks the source, and asks again a few times when the way there or its server fails for a moment."""
    patience = job.hands.patience
    for attempt in range(min(patience.tries, MOST_ASKED)):
        try:
            await asyncio.to_thread(describe, job)
            return
        except NetworkTrouble as problem:
            wait = problem.facts.get("retry_after") or patience.pause * 2**attempt
            if problem.code not in _PASSES or wait > patience.longest_pause:
                raise
            found = await asyncio.to_thread(behind, problem, job.hands.net)
            if found.code in OUTAGES:
                raise found from problem
            job.record.reason = Reason(code=problem.code, facts={**reason_of(problem).facts, "seconds": round(wait, 1)})
            job.tell()
        until = asyncio.get_running_loop().time() + wait * random.uniform(0.75, 1.25)
        while asyncio.get_running_loop().time() < until:
            job.heed_stop()
            await asyncio.sleep(min(TELL_EVERY, wait))
    await asyncio.to_thread(describe, job)


@asynccontextmanager
async def _alone_with(job: Job) -> AsyncIterator[None]:
    """Nobody else admits the same content meanwhile: whoever comes second finds the model of the first."""
    content = tuple(sorted(part.actual.sha256 or "" for part in job.record.parts if part.actual))
    mine = job.hands.arriving.setdefault(content, asyncio.Lock())
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(TELL_EVERY):
                await mine.acquire()
                break
        job.heed_stop()
    try:
        yield
    finally:
        mine.release()


def _is_wanted(job: Job) -> bool:
    """Whether to go on, given what the library holds by now; a duplicate that is to be linked becomes a link."""
    record = job.record
    if not meet_duplicate(job):
        if record.state is State.done:
            job.hands.library.drop_staging(record.id)
        return False
    if record.duplicate_of and record.wish.on_duplicate == "link":
        link_duplicate(job)
    return True


async def fetch_part(job: Job, part: PartRecord) -> None:
    """Fetches and verifies one file. It is complete afterwards, unless it differed once and is to be fetched anew."""
    await asyncio.to_thread(job.become, State.fetching, Step.fetch)
    file = await asyncio.to_thread(PartFile, job.part_path(part))
    try:
        fetch = _fetch_for(job, part, file)
        job.fetch = fetch
        job.heed_stop()
        fetched = await fetch.run(_teller(job, part))
        part.size, part.actual, part.length_proven = fetched.size, fetched.digests, fetched.length_proven
        if part.expected.git_sha1 and not part.expected.sha256:
            part.actual = await asyncio.to_thread(with_git_sha1, file, fetched.size, fetched.digests)
        await asyncio.to_thread(job.become, State.verifying, Step.verify)
        part.complete = await asyncio.to_thread(verify, job, part)
        await asyncio.wrap_future(fetched.flushed)
        if part.complete:
            part.durable = [(0, fetched.size)]
        else:
            part.durable, part.boot, part.etag, part.actual = [], None, None, None
            file.cut(0)
        await asyncio.to_thread(job.save)
        file.drop_journals(1 << 62)
    finally:
        job.fetch = None
        file.close()


def _fetch_for(job: Job, part: PartRecord, file: PartFile) -> Fetch:
    hands, listing = job.hands, job.listing
    source = hands.source(listing.source)
    listed = job.listed(part)

    def locate() -> Location:
        found = source.locate(listing, listed)
        part.expected = part.expected.or_else(found.digests)
        if part.size is None and found.size:
            part.size = found.size
        return found

    return Fetch(
        part,
        file,
        net=hands.net,
        locate=locate,
        explain=lambda status, headers, body: source.explain(status, headers, body, listing),
        pace=hands.pace,
        save=job.save_part,
        room=lambda size: check_room(job, size),
        connections=1 if part.retried_clean else hands.pace.share(),
        patience=hands.patience,
    )


def check_room(job: Job, size: int) -> None:
    """NoSpace when so many bytes more would eat into the margin."""
    library = job.hands.library
    free, keep = free_space(library.root), margin(library, job.hands.settings().space_margin)
    if size + keep > free:
        facts = {"needed": size, "margin": keep, "free": free, "others": 0}
        raise NoSpace("no-space", path=str(library.root), short=size + keep - free, **facts)


def _teller(job: Job, part: PartRecord) -> Callable[[Progress], None]:
    """Tells progress a few times a second, and waiting when it begins and ends."""
    last_told = 0.0
    remark: str | None = None

    def told(progress: Progress) -> None:
        nonlocal last_told, remark
        moment = asyncio.get_running_loop().time()
        job.is_slow = progress.slow
        now_remarked = progress.waiting or ("slow-server" if progress.slow else None)
        if now_remarked != remark:
            remark = now_remarked
            facts = {"seconds": round(progress.until, 1)} if progress.waiting else {"host": progress.host}
            job.record.reason = Reason(code=remark, facts=facts) if remark else None
            job.tell()
        if moment - last_told >= TELL_EVERY:
            last_told = moment
            job.tell_progress(part, progress)

    return told


def _leave(job: Job, state: State) -> None:
    if state is State.cancelled:
        job.become(state)
        job.hands.library.drop_staging(job.record.id)
    else:
        job.become(state)


def _fail(job: Job, problem: ModellaError) -> None:
    """The end that fits the error: quarantine, waiting for the disk or the network, or failed with the reason."""
    problem = behind(problem, job.hands.net)
    job.record.attempts += problem.code not in OUTAGES
    problem = with_context(problem, job.record.wish, job.listing if job.has_listing() else None)
    if problem.code == "hash-mismatch":
        quarantine(job, problem)
    elif problem.code in _WAITS:
        try:
            job.become(State.waiting, None, reason_of(problem))
        except DiskTrouble:
            job.tell()
    else:
        job.become(State.failed, None, reason_of(problem))
        if not any(part.durable for part in job.record.parts):
            job.hands.library.drop_staging(job.record.id)
