"""The step «verify»: compare what is on the disk with what was published, ask once more, then decide."""

import hashlib

from modella.core.digests import Digests
from modella.core.download import PartRecord, Step
from modella.core.errors import Mismatch, ModellaError
from modella.io.disk import PartFile
from modella.work.describe import part_for
from modella.work.job import Job

_LARGEST_GIT_FILE = 64 * 1024 * 1024


def with_git_sha1(file: PartFile, size: int, digests: Digests) -> Digests:
    """The digests with Git's own: SHA-1 over `blob <size>` NUL and the bytes (only for files Git would hold)."""
    if size > _LARGEST_GIT_FILE:
        return digests
    blob = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    blob.update(file.read(0, size))
    return digests.model_copy(update={"git_sha1": blob.hexdigest()})


def verify(job: Job, part: PartRecord) -> bool:
    """Judges a complete part; False when it must be fetched again from its first byte.

    Raises Mismatch when a clean second fetch differs too: the bytes then belong into quarantine.
    """
    actual = part.actual or Digests()
    differs = part.expected.contradicts(actual)
    if differs and _source_agrees_now(job, part, actual):
        differs = None
    if differs is None:
        proof = part.expected.agrees(actual)
        part.trust = "verified" if proof else "recorded"
        part.verified_by = job.record.wish.ref.source if proof else None
        return True
    if not part.retried_clean:
        part.retried_clean = True
        return False
    part.trust = "mismatch"
    expected, got = part.expected.known()[differs], actual.known()[differs]
    raise Mismatch("hash-mismatch", file=part.name, digest=differs, expected=expected, actual=got)


def _source_agrees_now(job: Job, part: PartRecord, actual: Digests) -> bool:
    """Authors replace files: whether the source, asked once more, publishes what we have."""
    source = job.hands.source(job.record.wish.ref.source)
    job.record.step = Step.verify
    try:
        listing = source.describe(job.record.wish.ref)
    except ModellaError:
        return False
    for file in listing.files:
        fresh = part_for(part.index, file)
        same = (fresh.file_id, fresh.path, fresh.name) == (part.file_id, part.path, part.name)
        if same and fresh.expected.agrees(actual) and not fresh.expected.contradicts(actual):
            part.expected = fresh.expected
            job.keep_listing(listing)
            return True
    return False
