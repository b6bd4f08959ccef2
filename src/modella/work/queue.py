"""The queue: what was wished, in which order, what runs now, and every verb a person has for it."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog

from modella.core.download import FINISHED, SCHEMA, WORKING, Download, Duplicates, Reason, State, Wish
from modella.core.errors import BadLink, Conflict, DiskTrouble, ModellaError, NotFound
from modella.core.events import DownloadRemoved, QueueChanged
from modella.core.kinds import Kind
from modella.core.model import check_fields
from modella.core.secrecy import mask_text
from modella.io.disk import check_not_newer, free_space, is_writable, read_json
from modella.sources.registry import ask_in_order
from modella.work.describe import chosen, margin, with_context
from modella.work.download import download
from modella.work.foretell import Foretold, Target, foretell, target_of_draft
from modella.work.hands import Hands, new_id, now
from modella.work.job import Job
from modella.work.outage import OUTAGES, behind

log = structlog.get_logger()
TICK = 0.5
_MOST_AT_ONCE = 500
_MOST_SLOW = 4
"""So many times the downloads at once may be under way when most of them only drip."""
_LOOK_AFTER = 5
"""Pauses between tries that pass between two looks whether the network is back."""


@dataclass(frozen=True)
class Options:
    """What may be asked for beside the link."""

    pattern: str | None = None
    kind: str | None = None
    family: str | None = None
    on_duplicate: Duplicates = "ask"
    review: bool = False
    link: bool = True


class Queue:
    """All downloads of a library. Its coroutines run on one event loop; `run` works until cancelled.

    With `only_asked`, downloads left over from earlier wait until they are asked for again.
    """

    def __init__(self, hands: Hands, *, only_asked: bool = False) -> None:
        self.hands = hands
        self._only_asked = only_asked
        self._held: set[str] = set()
        self._newer: set[str] = set()
        self._jobs: dict[str, Job] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._hosts: dict[str, str] = {}
        self._look: asyncio.Task[str | None] | None = None
        self._next_look = 0.0
        self._wake = asyncio.Event()
        self._adding = asyncio.Lock()

    # ------------------------------------------------------------------------------------------------------ wishes

    async def preview(self, text: str, options: Options) -> Foretold:
        """What a link would bring, without queueing it: listing, files, folder and why, duplicates, free space."""
        wish = self._wish(text, options)
        source = self.hands.source(wish.ref.source)
        problem: ModellaError | None = None
        try:
            listing = await asyncio.to_thread(source.describe, wish.ref)
        except ModellaError as found:
            known = await asyncio.to_thread(behind, found, self.hands.net)
            raise with_context(known, wish, None) from found
        self.hands.glimpses.note(listing)
        try:
            files = list(chosen(self.hands, listing, options.pattern))
        except ModellaError as found:
            files, problem = [], with_context(found, wish, listing)
        return await asyncio.to_thread(foretell, self.hands, listing, files, wish, problem)

    async def add(self, text: str, options: Options, key: str | None = None) -> Download:
        """Puts a link into the queue; durable when this returns. The same key, or a living twin, gives the same one."""
        wish = self._wish(text, options)
        async with self._adding:
            known = await asyncio.to_thread(self.hands.store.answered, key) if key else None
            if known:
                return await self.get(known[0])
            for job in self._jobs.values():
                twin = job.record.wish
                if job.record.state not in FINISHED and (twin.ref, twin.pattern) == (wish.ref, wish.pattern):
                    return await self._again(job)
            if len(self._jobs) >= _MOST_AT_ONCE * 20:
                raise Conflict("wrong-state", state="full")
            position = await asyncio.to_thread(self.hands.store.last_position, self.hands.library_id) + 1
            record = Download(id=new_id(), wish=wish, position=position, created_at=now())
            job = Job(record, self.hands)
            await asyncio.to_thread(self.hands.library.check_present, self.hands.library_id)
            await asyncio.to_thread(job.accept)
            if key:
                await asyncio.to_thread(self.hands.store.remember_answer, key, [record.id])
            self._jobs[record.id] = job
        job.tell()
        self._wake.set()
        return record

    async def _again(self, job: Job) -> Download:
        """A wish that is in the queue already: it goes on, should it have been stopped."""
        self._held.discard(job.record.id)
        stopped = job.record.state is State.paused or job.record.state is State.waiting
        asks = job.record.reason is not None and job.record.reason.code == "duplicate"
        if stopped and not asks:
            await self._requeue(job)
        self._wake.set()
        return job.record

    async def get(self, download_id: str) -> Download:
        """One download; NotFound when there is none of this id."""
        return (await self._job(download_id)).record

    async def downloads(
        self, states: Sequence[str] = (), limit: int = 200, before: str | None = None, text: str = ""
    ) -> list[Download]:
        """Downloads, unfinished ones in their order first, then finished ones, newest first; all that hold the text."""
        listed, library = self.hands.store.downloads, self.hands.library_id
        found = await asyncio.to_thread(listed, library, tuple(states), limit, before, text)
        return [self._jobs[d.id].record if d.id in self._jobs else d for d in found]

    async def pause(self, download_id: str) -> Download:
        """Stops a download where it is; what is there is kept."""
        return await self._halt(download_id, State.paused)

    async def cancel(self, download_id: str) -> Download:
        """Ends a download and removes its parts."""
        return await self._halt(download_id, State.cancelled)

    async def resume(self, download_id: str) -> Download:
        """Lets a paused or waiting download go on; a duplicate goes on waiting for its answer (`change`)."""
        job = await self._job(download_id)
        asks = job.record.reason is not None and job.record.reason.code == "duplicate"
        if job.record.state in {State.paused, State.waiting} and not asks:
            await self._requeue(job)
        return job.record

    async def pause_all(self) -> int:
        """Stops everything that waits or runs, what waits first so that it does not begin meanwhile; gives the number.

        What waits for a person goes on waiting for one.
        """
        asked = self._in_order(State.queued, State.waiting)
        waiting = [job for job in asked if not (job.record.reason and job.record.reason.code == "duplicate")]
        for job in waiting:
            await self.pause(job.record.id)
        running = self._in_order(*WORKING)
        await asyncio.gather(*(self.pause(job.record.id) for job in running))
        return len(waiting) + len(running)

    async def resume_all(self) -> int:
        """Lets everything that is paused go on, in order; gives the number."""
        paused = self._in_order(State.paused)
        for job in paused:
            await self.resume(job.record.id)
        return len(paused)

    async def retry(self, download_id: str) -> Download:
        """Tries a failed, quarantined or cancelled download again; what is there and sound is used."""
        job = await self._job(download_id)
        if job.record.state in {State.failed, State.quarantined, State.cancelled}:
            if job.record.state is State.quarantined or not job.has_listing():
                await asyncio.to_thread(self._begin_afresh, job)
            await self._requeue(job)
        elif job.record.state not in {State.queued, *WORKING}:
            return await self.resume(download_id)
        return job.record

    async def finalize(self, download_id: str, fields: dict[str, Any]) -> Download:
        """Takes the reviewed draft and lets the model be placed."""
        job = await self._job(download_id)
        if job.record.state is not State.review:
            raise Conflict("wrong-state", state=job.record.state.value, wanted="review")
        check_fields(fields)
        job.record.draft = {**job.record.draft, **fields}
        job.record.approved = True
        await self._requeue(job)
        return job.record

    async def change(
        self,
        download_id: str,
        position: int | None = None,
        on_duplicate: Duplicates | None = None,
        draft: dict[str, Any] | None = None,
    ) -> Download:
        """Changes what may still be changed: the place in the queue (from 1), the answer to a duplicate, the draft."""
        job = await self._job(download_id)
        if job.record.state in FINISHED:
            raise Conflict("wrong-state", state=job.record.state.value, wanted="unfinished")
        if draft is not None:
            check_fields(draft)
            job.record.draft = {**job.record.draft, **draft}
        if on_duplicate is not None:
            job.record.wish.on_duplicate = on_duplicate
            if job.record.reason and job.record.reason.code == "duplicate":
                job.record.duplicate_answered = on_duplicate in {"overwrite", "link"}
                await self._requeue(job)
        if position is not None:
            await self._move(job, position)
        await asyncio.to_thread(job.save)
        job.tell()
        return job.record

    async def remove(self, download_id: str) -> None:
        """Takes a finished download out of the history, and its quarantined bytes with it."""
        job = await self._job(download_id)
        if job.record.state not in FINISHED:
            raise Conflict("wrong-state", state=job.record.state.value, wanted="finished")
        await asyncio.to_thread(self.hands.library.drop_quarantine, download_id)
        await asyncio.to_thread(self.hands.library.drop_staging, download_id)
        await asyncio.to_thread(self.hands.store.remove, download_id)
        self._jobs.pop(download_id, None)
        self.hands.bus.tell(DownloadRemoved(id=download_id))

    async def clear(self, states: Sequence[str]) -> int:
        """Takes every finished download of these states out of the history; gives the number."""
        finished = tuple(state for state in states if state in FINISHED)
        cleared = 0
        while finished and (found := await self.downloads(finished, 500)):
            for record in found:
                await self.remove(record.id)
            cleared += len(found)
        return cleared

    async def target(self, download_id: str, fields: dict[str, Any]) -> Target:
        """Where a download under review would go, were these the fields of its registration; nothing is changed."""
        job = await self._job(download_id)
        if job.record.state is not State.review:
            raise Conflict("wrong-state", state=job.record.state.value, wanted="review")
        check_fields(fields)
        return await asyncio.to_thread(target_of_draft, self.hands, job.record, fields)

    # ------------------------------------------------------------------------------------------------------ at work

    async def recover(self) -> None:
        """Finds every unfinished download again: from the parts in the library, and from the queue's database."""
        await asyncio.to_thread(self._recover)
        self._wake.set()

    async def run(self) -> None:
        """Starts what may run, in order, until cancelled; then stops everything at a checkpoint."""
        try:
            while True:
                self._start_what_may()
                # Not wait_for: until Python 3.12 it may swallow a cancellation that comes with the wake-up.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(TICK):
                        await self._wake.wait()
                self._wake.clear()
        finally:
            await self._stop_all()

    async def wait_for(self, download_id: str) -> Download:
        """Waits until a download is finished, or until it needs a person."""
        while True:
            record = await self.get(download_id)
            task = self._tasks.get(download_id)
            settled = record.state in FINISHED or record.state in {State.review, State.paused, State.waiting}
            if settled and task is None:
                return record
            if task is not None:
                await asyncio.wait([task], timeout=TICK)
            else:
                await asyncio.sleep(0.02)

    def _start_what_may(self) -> None:
        for download_id, task in list(self._tasks.items()):
            if task.done():
                del self._tasks[download_id]
                self._leave_host(download_id)
            elif download_id in self._jobs and self._jobs[download_id].is_slow:
                self._leave_host(download_id)
        self._wake_waiting()
        self._look_at_the_network()
        self._tell_hours()
        if not self.hands.pace.may_run():
            return
        ready = sorted(
            (j for j in self._jobs.values() if j.record.state is State.queued), key=lambda j: j.record.position
        )
        for job in ready:
            if job.record.id in self._held:
                continue
            most = self.hands.settings().downloads_at_once
            if len(self._hosts) >= most or len(self._tasks) >= most * _MOST_SLOW:
                return
            host = _host(job.record)
            if job.record.id in self._tasks or self.hands.pace.cooling(host) or not self.hands.pace.enter(host):
                continue
            self._hosts[job.record.id] = host
            job.stop_as, job.is_slow = None, False
            task = asyncio.create_task(download(job, lambda mine=job: self._others_need(mine)))  # type: ignore[misc]
            task.add_done_callback(lambda _: self._wake.set())
            self._tasks[job.record.id] = task

    def _leave_host(self, download_id: str) -> None:
        """Gives a download's turn to others."""
        host = self._hosts.pop(download_id, None)
        if host is not None:
            self.hands.pace.leave(host)

    def _look_at_the_network(self) -> None:
        """Looks now and then whether the network is back, while downloads wait for it; those it holds up no more go on.

        What still stops them they find out themselves.
        """
        loop = asyncio.get_running_loop()
        stuck = [job for job in self._in_order(State.waiting) if self._is_stuck(job)]
        if self._look is not None and self._look.done():
            look, self._look = self._look, None
            self._next_look = loop.time() + _LOOK_AFTER * self.hands.patience.pause
            found = look.result()
            for job in stuck:
                if job.record.reason is not None and job.record.reason.code != found:
                    job.record.state, job.record.reason = State.queued, None
        elif self._look is None and stuck and loop.time() >= self._next_look:
            self._look = asyncio.create_task(asyncio.to_thread(self.hands.net.outage))
            self._look.add_done_callback(lambda _: self._wake.set())

    def _is_stuck(self, job: Job) -> bool:
        """Whether a download waits for the network."""
        record = job.record
        busy = record.id in self._tasks or record.id in self._held
        return not busy and record.reason is not None and record.reason.code in OUTAGES

    def _tell_hours(self) -> None:
        """Says of queued downloads that they wait for their hours, and takes it back when these have come."""
        hours = self.hands.settings().download_hours
        for job in self._in_order(State.queued):
            told = job.record.reason is not None and job.record.reason.code == "outside-hours"
            if told == (not self.hands.pace.may_run()) or job.record.id in self._held:
                continue
            job.record.reason = None if told else Reason(code="outside-hours", facts={"hours": hours})
            job.tell()

    def _wake_waiting(self) -> None:
        """Downloads that wait for the disk go on by themselves when there is room again."""
        for job in self._jobs.values():
            record = job.record
            busy = record.id in self._tasks or record.id in self._held
            if record.state is not State.waiting or busy or record.reason is None:
                continue
            if self._is_over(record.reason):
                record.state, record.reason = State.queued, None

    def _is_over(self, reason: Reason) -> bool:
        """Whether what a download waited for has come."""
        if reason.code in {"no-space", "quota"}:
            return _has_room(self.hands, reason)
        return reason.code in {"root-offline", "read-only"} and self._is_library_back()

    def _is_library_back(self) -> bool:
        try:
            self.hands.library.check_present(self.hands.library_id)
            return is_writable(self.hands.library.control)
        except ModellaError:
            return False

    def _others_need(self, mine: Job) -> int:
        """Bytes that the other downloads at work still have to write."""
        return sum(
            max(0, (job.record.total or 0) - job.record.received)
            for job in self._jobs.values()
            if job is not mine and job.record.id in self._tasks
        )

    async def _stop_all(self) -> None:
        for download_id in list(self._tasks):
            job = self._jobs.get(download_id)
            if job is not None and job.stop_as is None:
                job.stop(State.queued)
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=10)
        for task in self._tasks.values():
            task.cancel()

    async def _halt(self, download_id: str, state: State) -> Download:
        job = await self._job(download_id)
        record = job.record
        if record.state in FINISHED or record.state is state:
            return record
        task = self._tasks.get(download_id)
        if task is not None and not task.done():
            job.stop(state)
            await asyncio.wait([task], timeout=15)
            if record.state in FINISHED or record.state is state or not task.done():
                return record
        job.stop_as = None
        await asyncio.to_thread(job.become, state)
        if state is State.cancelled:
            await asyncio.to_thread(self.hands.library.drop_staging, download_id)
        self._wake.set()
        return record

    async def _requeue(self, job: Job) -> None:
        task = self._tasks.get(job.record.id)
        if task is not None and not task.done():
            await asyncio.wait([task], timeout=15)
        job.stop_as = None
        self._held.discard(job.record.id)
        if not job.staging.is_dir():
            await asyncio.to_thread(self._begin_afresh, job)
        await asyncio.to_thread(job.become, State.queued)
        self._wake.set()

    def _begin_afresh(self, job: Job) -> None:
        """Forgets everything but the wish: the bytes that failed stay in quarantine."""
        record = job.record
        kept = record.model_dump(include={"id", "wish", "position", "created_at", "attempts"})
        job.record = Download.model_validate(kept)
        self.hands.library.drop_quarantine(record.id)
        self.hands.library.drop_staging(record.id)
        job.forget_listing()
        job.accept()

    async def _move(self, job: Job, position: int) -> None:
        line = [each for each in self._in_order(*(set(State) - FINISHED)) if each is not job]
        line.insert(max(0, min(position - 1, len(line))), job)
        for number, each in enumerate(line, start=1):
            if each.record.position != number:
                each.record.position = number
                await asyncio.to_thread(each.save)
        self.hands.bus.tell(QueueChanged(order=tuple(each.record.id for each in line)))

    def _in_order(self, *states: State) -> list[Job]:
        found = (job for job in self._jobs.values() if job.record.state in states)
        return sorted(found, key=lambda job: job.record.position)

    async def _job(self, download_id: str) -> Job:
        if download_id not in self._jobs:
            found = await asyncio.to_thread(self.hands.store.get, download_id)
            if found is None:
                raise NotFound("unknown-id", id=download_id[:64])
            if self._is_newer(found):
                raise DiskTrouble("record-newer", path=str(self.hands.library.staging(download_id)))
            self._jobs[download_id] = Job(found, self.hands)
        return self._jobs[download_id]

    def _recover(self) -> None:
        library = self.hands.library
        self.hands.library.check_present(self.hands.library_id)
        self.hands.library.sweep()
        for record in self._found_on_disk():
            if record.id not in self._jobs and record.state not in FINISHED:
                if self.hands.store.get(record.id) is None:
                    # A library from elsewhere: nothing of it begins by itself.
                    record.state, record.reason = State.paused, None
                self._jobs[record.id] = Job(record, self.hands)
        for record in self.hands.store.downloads(self.hands.library_id, limit=1_000_000):
            if record.state in FINISHED or record.id in self._jobs or self._is_newer(record):
                continue
            job = self._jobs[record.id] = Job(record, self.hands)
            if not job.staging.is_dir():
                self._begin_afresh(job)
        for job in list(self._jobs.values()):
            if job.record.plan is not None:
                self.hands.planned[job.record.id] = job.record.plan.folder
            if job.record.state in WORKING:
                job.record.state, job.record.reason = State.queued, None
            job.save()
        if self._only_asked:
            self._held = set(self._jobs)
        for record in self._found_on_disk():
            if record.state in {State.done, State.cancelled}:
                library.drop_staging(record.id)

    def _is_newer(self, record: Download) -> bool:
        """Whether a later version has written the download; it must go on there."""
        return record.schema_version > SCHEMA or record.id in self._newer

    def _found_on_disk(self) -> list[Download]:
        found = []
        folder = self.hands.library.incoming
        for staging in sorted(folder.iterdir()) if folder.is_dir() else []:
            if staging.name.startswith(".") or not staging.is_dir():
                continue
            try:
                check_not_newer(staging / "state.json")
                content = read_json(staging / "state.json")
                record = Download.model_validate(content)
                if record.id != staging.name:
                    raise ValueError("the record is of another download")
            except DiskTrouble as problem:
                if problem.code != "record-newer":
                    raise
                log.warning("a download of a newer version; it is left alone", folder=staging.name)
                self._newer.add(staging.name)
                continue
            except ValueError:
                log.warning("a download folder cannot be read; it is kept", folder=staging.name)
                self.hands.library.set_staging_aside(staging.name)
                continue
            found.append(record)
        return found

    def _wish(self, text: str, options: Options) -> Wish:
        text = text.strip()
        if not text or len(text) > 8192:
            raise BadLink("link-not-understood", link=mask_text(text)[:120])
        if options.kind is not None and options.kind not in set(Kind):
            raise BadLink("bad-value", name="kind", value=options.kind[:40], reason="see the list of kinds")
        if options.family is not None and options.family not in self.hands.rules.families:
            raise BadLink("bad-value", name="family", value=options.family[:40], reason="see the list of families")
        ref = ask_in_order(self.hands.sources, text)
        if ref.url and (full := self.hands.source(ref.source).secret_of(text)):
            self.hands.addresses[ref.url] = full
        return Wish(
            ref=ref,
            shown=mask_text(text)[:500],
            pattern=options.pattern,
            kind=options.kind,
            family=options.family,
            on_duplicate=options.on_duplicate,
            review=options.review,
            link=options.link,
        )


def _host(record: Download) -> str:
    """The host that a download will keep busy, as far as it is known before it is asked."""
    ref = record.wish.ref
    return urlsplit(ref.url).netloc if ref.url else ref.source


def _has_room(hands: Hands, reason: Reason) -> bool:
    """Whether what was missing fits now, beside the margin that counts now."""
    wanted = sum(int(reason.facts.get(name) or 0) for name in ("needed", "others"))
    try:
        keep = margin(hands.library, hands.settings().space_margin)
        return free_space(hands.library.root) > wanted + keep
    except ModellaError:
        return False
