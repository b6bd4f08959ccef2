"""A backup put back: a plan first; then what is missing or older returns, and what is there now goes to the history."""

import json
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from modella.core.backup import Entry, Leaving, RestorePlan, Returning, is_older, is_record, may_return
from modella.core.errors import Conflict, ModellaError, Refused
from modella.core.model import Metadata, Overrides
from modella.core.root import LIBRARY, Root
from modella.io.archive import ArchiveReader, changed_at, open_archive
from modella.io.disk import CONTROL, Library, check_not_newer, is_regular, make_folders, write_atomic
from modella.work.backup import backup_file
from modella.work.hands import Hands, stamp
from modella.work.records import LARGEST_RECORD, read_json_or_none
from modella.work.roots import is_online, roots
from modella.work.scan import scan
from modella.work.tasks import Task

_ID = re.compile(r"[0-9a-z]{26}")
_Judged = Returning | Leaving | None


def file_of(hands: Hands, text: str) -> Path:
    """The archive a person means: by its name among the backups, or by a whole path."""
    path = Path(text)
    return path if path.is_absolute() else backup_file(hands, text)


def plan_return(hands: Hands, file: Path, *, everything: bool = False) -> RestorePlan:
    """What putting a backup back would do; with `everything` also records of models whose folder is gone."""
    with open_archive(file) as archive:
        plan, _ = _planned(hands, archive, file, everything=everything)
    return plan


def bring_back(hands: Hands, file: Path, task: Task, *, everything: bool = False) -> dict[str, Any]:
    """Puts a backup back, file by file, each whole or not at all; then looks at what has changed.

    What is there now goes to the history first. What is newer stays. Done again, it finds nothing left to do.
    """
    returned, problems = 0, []
    touched: set[str] = set()
    with open_archive(file) as archive:
        plan, wanted = _planned(hands, archive, file, everything=everything)
        for number, (each, entry) in enumerate(wanted):
            if task.stop.is_set():
                break
            task.progress(done=number, total=len(wanted), item=each.path)
            try:
                touched.update(_bring(hands, archive, entry, everything=everything))
                returned += 1
            except ModellaError as problem:
                problems.append({"path": each.path, "code": problem.code, "context": problem.plain_facts})
    if touched:
        _look_at(hands, touched)
    return {"returned": returned, "same": plan.same, "left": len(plan.leaves), "problems": problems}


def _planned(
    hands: Hands, archive: ArchiveReader, file: Path, *, everything: bool
) -> tuple[RestorePlan, list[tuple[Returning, Entry]]]:
    manifest = archive.manifest
    same = manifest.library == hands.library_id
    plan = RestorePlan(file=str(file), made_at=manifest.made_at, same_library=same)
    wanted = []
    known = {root.id: root for root in roots(hands)}
    for entry in manifest.entries:
        judged = _judge(hands, known, archive, entry, everything=everything)
        if judged is None:
            plan.same += 1
        elif isinstance(judged, Leaving):
            plan.leaves.append(judged)
        else:
            plan.returns.append(judged)
            wanted.append((judged, entry))
    return plan, wanted


def _judge(
    hands: Hands, known: Mapping[str, Root], archive: ArchiveReader, entry: Entry, *, everything: bool
) -> _Judged:
    """What would become of one file of a backup; None when it is there as it was."""
    if entry.what in {"database", "config", "marker"}:
        return _left(entry, "by-hand")
    target = _target(hands, known, entry)
    if isinstance(target, Leaving):
        return target
    kept = _kept(archive, entry)
    if kept is None:
        return _left(entry, "damaged")
    if not target.parent.is_dir() and is_record(entry.what) and not everything:
        return _left(entry, "no-files")
    if is_record(entry.what) and _is_anothers(target, entry, kept):
        return _left(entry, "other-model")
    return _compared(entry, target, kept)


def _target(hands: Hands, known: Mapping[str, Root], entry: Entry) -> Path | Leaving:
    """Where a file belongs, when it may lie there and its drive is there."""
    if not may_return(entry):
        return _left(entry, "not-allowed")
    root = known.get(entry.root or "")
    if root is None:
        return _left(entry, "root-unknown")
    if not is_online(hands, root):
        return _left(entry, "root-offline")
    try:
        return Library(Path(root.path)).inside(entry.path)
    except (Refused, OSError, RuntimeError):
        return _left(entry, "not-allowed")


def _kept(archive: ArchiveReader, entry: Entry) -> dict[str, Any] | None:
    """The record in the backup; None when it is not what the manifest says, or no record."""
    content = archive.read(entry)
    try:
        found = json.loads(content) if content else None
        if not isinstance(found, dict):
            return None
        if entry.what == "metadata":
            Metadata.model_validate(found)
        elif entry.what == "overrides":
            Overrides.model_validate(found)
    except (ValueError, RecursionError):
        return None
    return found


def _is_anothers(target: Path, entry: Entry, kept: dict[str, Any]) -> bool:
    """Whether the place belongs to another model now."""
    metadata = target if entry.what == "metadata" else _metadata_beside(target)
    present = read_json_or_none(metadata)
    owner = kept.get("id") if entry.what == "metadata" else entry.model
    return isinstance(present, dict) and bool(present.get("id")) and present.get("id") != owner


def _metadata_beside(overrides: Path) -> Path:
    if overrides.name == "overrides.json":
        return overrides.with_name("metadata.json")
    return overrides.with_name(overrides.name.removesuffix(".overrides.json") + ".json")


def _compared(entry: Entry, target: Path, kept: dict[str, Any]) -> _Judged:
    if not target.exists() and not target.is_symlink():
        return _returning(entry, "missing")
    if not is_regular(target) or target.stat().st_size > LARGEST_RECORD:
        return _left(entry, "in-the-way")
    present = read_json_or_none(target)
    if not isinstance(present, dict):
        return _returning(entry, "broken")
    if present == kept:
        return None
    return _returning(entry, "older") if _is_older(entry, target, present, kept) else _left(entry, "newer")


def _is_older(entry: Entry, target: Path, present: dict[str, Any], kept: dict[str, Any]) -> bool:
    """Whether what is there was changed before what was kept; a file that a later version wrote never is."""
    try:
        check_not_newer(target)
    except ModellaError:
        return False
    is_dated = is_record(entry.what) or "updated_at" in kept
    return is_older(present, kept) if is_dated else changed_at(target) < entry.modified


def _bring(hands: Hands, archive: ArchiveReader, entry: Entry, *, everything: bool) -> list[str]:
    """Puts one file back when that is still right; the roots that have changed."""
    with hands.changing:
        known = {root.id: root for root in roots(hands)}
        if not isinstance(_judge(hands, known, archive, entry, everything=everything), Returning):
            raise Conflict("changed-meanwhile", name=entry.path)
        target = Library(Path(known[str(entry.root)].path)).inside(entry.path)
        content = archive.read(entry) or b""
        kept_as = f"{entry.what}.json" if is_record(entry.what) else ""
        owner = str(json.loads(content).get("id") or "") if entry.what == "metadata" else entry.model
        hands.library.keep_history(
            owner if owner and _ID.fullmatch(owner) else "library", target, stamp(), kept_as=kept_as
        )
        make_folders(target.parent)
        write_atomic(target, content)
    return _root_of(entry)


def _root_of(entry: Entry) -> list[str]:
    """The root whose models a file speaks of: one that is kept in the library names it in its path."""
    if not is_record(entry.what):
        return []
    parts = PurePosixPath(entry.path).parts
    if parts[:2] == (CONTROL, "adopted"):
        return [LIBRARY if parts[2] == "library" else parts[2]]
    return [str(entry.root)]


def _look_at(hands: Hands, touched: set[str]) -> None:
    """Lets the index learn what the files say now; a scan that runs comes first."""
    wanted = [(root, "") for root in roots(hands) if root.id in touched]
    for root, _ in wanted:
        hands.index.look_anew(root.id)
    while wanted:
        try:
            hands.tasks.begin("scan", lambda task: scan(hands, wanted, task, quiet=0.0).told()).finished.wait()
            return
        except Conflict as busy:
            hands.tasks.get(str(busy.facts["task"])).finished.wait()


def _returning(entry: Entry, why: Literal["missing", "older", "broken"]) -> Returning:
    return Returning(entry=entry.name, path=entry.path, model=entry.model, why=why)


def _left(entry: Entry, why: Any) -> Leaving:
    return Leaving(entry=entry.name[:512], path=entry.path[:512], model=entry.model, why=why)
