"""The step «describe»: ask the source, choose the files, and decide before the first byte what can be decided."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from modella.core.download import Download, PartRecord, Reason, State, Step, Wish
from modella.core.errors import AccessNeeded, ModellaError, NoSpace, NotFound
from modella.core.listing import Access, ListedFile, Listing
from modella.io.disk import Library, free_space, total_space
from modella.work.hands import Hands
from modella.work.job import Job

_LEAST_MARGIN = 1 << 30
_CLOSED: dict[Access, tuple[type[ModellaError], str]] = {
    Access.disabled: (AccessNeeded, "downloads-disabled"),
    Access.generation_only: (AccessNeeded, "generation-only"),
}
_CLOSED_WITHOUT_FILES: dict[Access, tuple[type[ModellaError], str]] = {
    Access.archived: (NotFound, "archived"),
    Access.taken_down: (NotFound, "taken-down"),
    Access.gated: (AccessNeeded, "gated"),
    Access.early_access: (AccessNeeded, "early-access"),
    Access.paid: (AccessNeeded, "paid"),
}


def describe(job: Job) -> None:
    """Fills in the record from the source; keeps what is there when the source was asked before."""
    record, hands = job.record, job.hands
    if not job.has_listing():
        job.become(State.describing, Step.describe)
        source = hands.source(record.wish.ref.source)
        job.keep_listing(source.describe(record.wish.ref))
    if not record.parts:
        listing = job.listing
        record.parts = [part_for(i, f) for i, f in enumerate(chosen(hands, listing, record.wish.pattern))]
        record.name, record.version, record.page_url = listing.name, listing.version, listing.page_url
        record.kind, record.base_model = record.wish.kind or listing.kind, listing.base_model
        job.save()
        job.tell()


def chosen(hands: Hands, listing: Listing, pattern: str | None) -> Sequence[ListedFile]:
    """The files to fetch; the error that names why there are none."""
    facts = {"name": listing.name, "url": listing.page_url, "until": listing.access_until, "source": listing.source}
    if listing.access in _CLOSED:
        branch, code = _CLOSED[listing.access]
        raise branch(code, **facts)
    if not listing.files:
        branch, code = _CLOSED_WITHOUT_FILES.get(listing.access, (NotFound, "no-files"))
        raise branch(code, **facts)
    return hands.source(listing.source).choose(listing, pattern)


def with_context(problem: ModellaError, wish: Wish, listing: Listing | None) -> ModellaError:
    """The error with what every sentence may need: whose model it is, and where it comes from."""
    page = listing.page_url if listing else None
    known = {
        "name": listing.name if listing else wish.shown,
        "url": page or wish.shown,
        "source": wish.ref.source,
        "host": urlsplit(page or wish.ref.url or "").hostname,
        "until": listing.access_until if listing else None,
    }
    missing = {name: value for name, value in known.items() if value and not problem.facts.get(name)}
    return type(problem)(problem.code, **{**problem.facts, **missing})


def part_for(index: int, file: ListedFile) -> PartRecord:
    """A part's record before its first byte."""
    return PartRecord(
        index=index,
        name=file.name,
        path=file.path,
        file_id=file.file_id,
        role=file.role,
        size=file.size,
        size_exact=file.size_exact,
        expected=file.digests,
    )


def find_duplicate(hands: Hands, record: Download) -> dict[str, object] | None:
    """The model that already holds what this download would bring: by hash, or by page, name and size without one."""
    found = [_holder(hands, record, part) for part in record.parts]
    if not found or None in found:
        return None
    first = found[0]
    return {name: first[name] for name in ("id", "name", "path")} if first else None


def _holder(hands: Hands, record: Download, part: PartRecord) -> dict[str, Any] | None:
    sha256 = part.actual.sha256 if part.actual else part.expected.sha256
    if sha256:
        return hands.index.by_sha256(sha256)
    if record.page_url is None or part.size is None or part.expected.known():
        return None
    wanted = (part.path or part.name, part.size)
    models = hands.index.by_page(record.page_url)
    return next((m for m in models if wanted in {(f.get("original_name"), f["size"]) for f in m["files"]}), None)


def meet_duplicate(job: Job) -> bool:
    """Whether to go on, given that the library may hold the content already.

    `skip` ends the download as done with the model that is there; `ask` waits for a person.
    """
    record = job.record
    if record.duplicate_answered or record.plan is not None:
        return True
    record.duplicate_of = find_duplicate(job.hands, record)
    if record.duplicate_of is None:
        return True
    policy = record.wish.on_duplicate
    if policy == "ask":
        job.become(State.waiting, Step.describe, Reason(code="duplicate", facts=dict(record.duplicate_of)))
        return False
    record.duplicate_answered = True
    if policy == "skip":
        record.model_id = str(record.duplicate_of["id"])
        job.become(State.done, Step.describe, Reason(code="duplicate", facts=dict(record.duplicate_of)))
        return False
    return True


def margin(library: Library, setting: int) -> int:
    """Bytes to leave free on the library's disk."""
    return setting or max(_LEAST_MARGIN, total_space(library.root) // 50)


def check_space(job: Job, others_need: int, wanted: int | None = None) -> None:
    """NoSpace unless the disk holds what is missing, what other downloads still need, and the margin."""
    record, hands = job.record, job.hands
    missing = (
        wanted if wanted is not None else sum((p.size or 0) for p in record.parts if not p.complete) - record.received
    )
    keep = margin(hands.library, hands.settings().space_margin)
    free = free_space(hands.library.root)
    if missing + others_need + keep > free:
        facts = {"needed": missing, "others": others_need, "margin": keep, "free": free}
        raise NoSpace("no-space", path=str(hands.library.root), short=missing + others_need + keep - free, **facts)
