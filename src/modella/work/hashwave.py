"""The third wave: every digest of every adopted file, the smallest first, in the background; then its record is kept.

The bytes are read once and the system is told that nobody needs them in memory afterwards. A file that changes while
it is read is read again later. A hash proves a file that was moved to another disk to be the one that is missing.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog

from modella.core.digests import Digests
from modella.core.errors import ModellaError
from modella.core.fetched import confirmed
from modella.core.grouping import is_weights
from modella.core.model import FileTrust, ModelFile, Overrides
from modella.core.standing import is_guessed
from modella.io.disk import PartFile, is_regular, make_folders, publish, remove_file
from modella.io.store.index import Seen
from modella.work.hands import Hands, now, stamp
from modella.work.hashing import READ_SIZE, DigestSet
from modella.work.records import Record, canonical_files, load, save
from modella.work.roots import is_online, root_of
from modella.work.tasks import Task

log = structlog.get_logger()
_AT_ONCE = 200


def hash_all(hands: Hands, task: Task, root: str | None = None) -> dict[str, Any]:
    """Hashes what has none yet, the smallest files first, until nothing is left or somebody stops it."""
    began, count, size = time.monotonic(), 0, 0
    failed: set[tuple[str, str]] = set()
    total, total_bytes = hands.index.count_waiting("headers")
    while not task.stop.is_set():
        found = hands.index.waiting_for("headers", root, _AT_ONCE + len(failed))
        waiting = [seen for seen in found if _key(seen) not in failed]
        if not waiting:
            break
        for seen in waiting:
            if task.stop.is_set():
                break
            if hash_one(hands, seen, task):
                count, size = count + 1, size + seen.size
            else:
                failed.add(_key(seen))
            task.progress(
                wave="hashes", done=count, total=max(total, count), bytes=size, total_bytes=total_bytes, item=seen.name
            )
    return {"hashed": count, "bytes": size, "seconds": round(time.monotonic() - began, 3)}


def hash_one(hands: Hands, seen: Seen, task: Task) -> bool:
    """Hashes one file and writes what was found into its model's record; whether that could be done."""
    try:
        root = root_of(hands, seen.root)
        if not is_online(hands, root):
            return False
        if not is_weights(seen.name):  # what only names a model, as a diffusers index does, is hashed by nobody
            hands.index.note_seen([seen._replace(wave="hashes")])
            return False
        path = Path(root.path) / seen.path
        digests = digests_of(path, seen, task)
        model = hands.index.id_at(seen.root, seen.place)
        if digests is None or model is None:
            return False
        with hands.changing:
            record = load(hands, model)
            if not _take(record, seen, digests):
                return False
            _reunite(hands, record, digests)
            save(hands, record)
        hands.index.note_seen([each._replace(wave="hashes") for each in _mine(hands, seen)])
    except Exception as problem:  # noqa: BLE001 (whatever a file, or its record, brings about: the next is hashed)
        log.warning("a file could not be hashed", place=seen.place, reason=str(problem)[:200])
        return False
    return True


def digests_of(path: Path, seen: Seen, task: Task) -> Digests | None:
    """Every digest of a file; None when it is not the file that was seen, or changes meanwhile, or the task stops."""
    file, digests = PartFile(path, only_read=True), DigestSet()
    try:
        file.read_once()
        if file.fingerprint() != (seen.size, seen.mtime):
            return None
        while content := file.read(digests.offset, READ_SIZE):
            digests.update(content)
            if task.stop.is_set():
                return None
            file.forget(digests.offset)
        return digests.digests() if file.fingerprint() == (seen.size, seen.mtime) else None
    finally:
        digests.close()
        file.close()


def _take(record: Record, seen: Seen, digests: Digests) -> bool:
    """Writes digests into the record; a file that somebody has changed since it was hashed is called so."""
    file = next((each for each in record.metadata.files if each.name == seen.name), None)
    if file is None:
        return False
    changed = file.sha256 != digests.sha256 if file.sha256 else file.verified.state == "changed"
    file.sha256, file.blake3, file.crc32 = digests.sha256, digests.blake3, digests.crc32
    file.autov1, file.autov2, file.autov3 = digests.autov1, digests.autov2, digests.autov3
    file.size, file.modified = seen.size, seen.mtime
    file.verified.state = "changed" if changed else _trust(file, file.verified.state == "changed")
    file.verified.at = now()
    record.metadata.conflicts = [*_without_hashes(record), *_disputed(file, digests)]
    confirmed(record.metadata, file, file.hints)
    return True


def _trust(file: ModelFile, was_changed: bool) -> FileTrust:
    """What a file is worth whose SHA-256 was counted: a source may have published one when it was looked up.

    A file that was changed stays so when only its time is another one, until somebody verifies it.
    """
    expected = file.verified.expected
    if expected is None:
        return "changed" if was_changed else "recorded"
    if expected == file.sha256:
        return "verified"
    return "mismatch" if len(expected) == len(file.sha256 or "") else file.verified.state


def _disputed(file: ModelFile, digests: Digests) -> list[str]:
    wrong = Digests.model_validate(file.hints).contradicts(digests)
    told = [f"hash: a sidecar told another {wrong} for {file.name}"] if wrong else []
    if file.verified.state == "mismatch":
        told.append(f"hash: {file.verified.by} publishes another SHA-256 for {file.name}")
    return told


def _without_hashes(record: Record) -> list[str]:
    return [each for each in record.metadata.conflicts if not each.startswith("hash: ")]


def _reunite(hands: Hands, record: Record, digests: Digests) -> None:
    """A new file with the content of a missing one is that one: it keeps its id, its words and its history."""
    other = hands.index.by_sha256(digests.sha256 or "")
    if other is None or other["state"] != "missing" or other["id"] == record.metadata.id or len(other["files"]) != 1:
        return
    try:
        lost = load(hands, str(other["id"]))
    except (ModellaError, ValueError):
        return
    newly, said = record.metadata, record.overrides
    old = canonical_files(hands, lost.root, lost.place, lost.home) if lost.home == "adopted" else ()
    _bring_words(hands, old, record)
    record.metadata = lost.metadata.model_copy(update={"files": newly.files, "detected": newly.detected})
    if is_guessed(lost.metadata):
        record.metadata.name, record.metadata.cleaned_name = newly.name, newly.cleaned_name
    record.overrides = _together(lost.overrides, said)
    save(hands, record, overrides=record.overrides.says_something)
    hands.index.remove(newly.id)
    _drop_records(hands, lost, old, record)


def _together(earlier: Overrides, later: Overrides) -> Overrides:
    """A person's words on a file and on what it turned out to be; where both speak, the later ones count."""
    reset = ({*earlier.reset} - later.fields.keys()) | {*later.reset}
    fields = {name: value for name, value in earlier.fields.items() if name not in later.reset}
    told = {
        "fields": {**fields, **later.fields},
        "apps": {**earlier.apps, **later.apps},
        "never_match": list(dict.fromkeys([*earlier.never_match, *later.never_match])),
        "reset": sorted(reset),
        "updated_at": max(earlier.updated_at, later.updated_at),
    }
    return earlier.model_copy(update=told)


def _bring_words(hands: Hands, old: Sequence[Path], record: Record) -> None:
    """The words on the missing file go to its new place before its record does: after a death it is reunited anew."""
    target = canonical_files(hands, record.root, record.place, record.home)[1]
    for source in old[1:]:
        if is_regular(source) and not os.path.lexists(target):
            make_folders(target.parent)
            publish(source, target)


def _drop_records(hands: Hands, lost: Record, old: Sequence[Path], record: Record) -> None:
    """Our records of the missing file go into the history, now that those at its new place say all of it."""
    new = canonical_files(hands, record.root, record.place, record.home)
    for source in (each for each in old if is_regular(each) and each not in new):
        kept_as = "overrides.json" if source.name.endswith(".overrides.json") else "metadata.json"
        hands.library.keep_history(lost.metadata.id, source, stamp(), kept_as)
        remove_file(source)
    hands.index.forget_seen(hands.index.seen_at(lost.root.id, lost.place))


def _mine(hands: Hands, seen: Seen) -> list[Seen]:
    found = [each for each in hands.index.seen_in(seen.root, seen.folder).values() if each.name == seen.name]
    return found or [seen]


def _key(seen: Seen) -> tuple[str, str]:
    return seen.root, seen.path
