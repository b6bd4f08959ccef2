"""Verify again: re-hash what lies in the library and compare it with what was published and recorded when it came."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from modella.core.digests import Digests
from modella.core.errors import Failed, ModellaError, NotFound
from modella.core.kinds import Kind
from modella.core.model import FileTrust, ModelFile
from modella.io.disk import PartFile, time_of
from modella.work.hands import Hands, now
from modella.work.hashing import READ_SIZE, DigestSet
from modella.work.records import Record, change, load
from modella.work.roots import check_online
from modella.work.tasks import Task
from modella.work.verify import with_git_sha1

_FINE = {"verified", "recorded"}


def recheck(hands: Hands, model_id: str, told: Callable[[str, int, int], None] = lambda *_: None) -> dict[str, Any]:
    """Re-hashes every file of a model; the record then says what was found, and nothing is deleted.

    `told(name, done, size)` is called while hashing; what it raises ends the work, and the record stays as it was. A
    file that cannot be read stays as it is in the record. `problem` says why a model is broken, whatever its hashes.
    NotFound("unknown-id").
    """
    try:
        record = load(hands, model_id)
    except NotFound as problem:
        known = hands.index.get(model_id)
        if known is None:
            raise problem
        missing = [{"name": file["name"], "state": "missing"} for file in known["files"]]
        return {"id": model_id, "name": known["name"], "files": missing, "ok": False}
    check_online(hands, record.root)
    rows = {file.name: _row(record.file(file.name), file, told) for file in record.metadata.files}
    changed = change(hands, model_id, lambda fresh: _take(fresh, record, rows))
    states = [{**row, "name": name} for name, row in rows.items()]
    found = {"id": model_id, "name": changed.get("name"), "files": states, "url": _page(record)}
    broken = _broken(record)
    found["ok"] = broken is None and all(row["state"] in _FINE for row in states)
    return found if broken is None else {**found, "problem": broken}


def _broken(record: Record) -> str | None:
    """Why a model is broken whose bytes may well be those that were recorded; None when it is sound."""
    if record.metadata.kind != Kind.invalid:
        return None
    return "; ".join([Kind.invalid.value, *record.metadata.detected.reasons])[:300]


def _page(record: Record) -> str | None:
    """Where the model can be had anew."""
    return next((each.url for each in record.metadata.sources if each.url and each.state != "gone"), None)


def recheck_all(hands: Hands, task: Task, ids: Sequence[str] = ()) -> dict[str, Any]:
    """Verifies many models, or all: how many are fine, and each that is not."""
    wanted = list(ids) or [record["id"] for record in hands.index.every() if record["state"] != "unreachable"]
    fine, bad = 0, []
    for number, model in enumerate(wanted):
        task.heed_stop()
        try:
            found = recheck(hands, model, partial(_say, task, number, len(wanted)))
        except (ModellaError, ValueError) as problem:
            if isinstance(problem, Failed):
                raise
            found = {"id": model, "ok": False, "files": [], "problem": str(problem)[:300]}
        fine += bool(found["ok"])
        bad += [] if found["ok"] else [found]
        task.progress(done=number + 1, total=len(wanted))
    return {"models": len(wanted), "fine": fine, "bad": bad[:1000]}


def _say(task: Task, number: int, total: int, name: str, done: int, size: int) -> None:
    task.heed_stop()
    task.progress(done=number, total=total, item=name, bytes=done, total_bytes=size)


def _take(fresh: Record, checked: Record, rows: dict[str, dict[str, str | None]]) -> None:
    """Takes what was found into the record as it is now; whatever else was changed meanwhile stays."""
    found = {file.name: file for file in checked.metadata.files}
    for file in fresh.metadata.files:
        known = found.get(file.name)
        if known is not None and rows[file.name]["state"] not in {"missing", "unreachable"}:
            file.verified = known.verified


def _row(path: Path, file: ModelFile, told: Callable[[str, int, int], None]) -> dict[str, str | None]:
    """Hashes one file anew and says in its entry what it is worth."""
    if not path.is_file():
        return {"state": "missing"}
    try:
        digests = _digests(path, file.name, told)
    except ModellaError as problem:
        if problem.code == "cancelled":
            raise
        return {"state": "unreachable"}
    state = trust_of(file, digests)
    was_written = file.modified is not None and file.modified != time_of(path.stat())
    file.verified.state, file.verified.at = "changed" if state == "damaged" and was_written else state, now()
    return {"state": file.verified.state, "sha256": digests.sha256, "expected": file.sha256}


def trust_of(file: ModelFile, digests: Digests) -> FileTrust:
    """What the bytes are worth now: `verified` only when they equal what a source published."""
    published, witness = file.verified.expected, file.verified.by
    if published and witness and published.lower() in {digests.sha256, digests.git_sha1}:
        return "verified"
    if file.sha256 and file.sha256.lower() != digests.sha256:
        return "damaged"
    return "mismatch" if published and witness else "recorded"


def _digests(path: Path, name: str, told: Callable[[str, int, int], None]) -> Digests:
    file, digests = PartFile(path, only_read=True), DigestSet()
    try:
        size = file.length
        while content := file.read(digests.offset, READ_SIZE):
            digests.update(content)
            told(name, digests.offset, size)
        return with_git_sha1(file, size, digests.digests())
    finally:
        digests.close()
        file.close()
