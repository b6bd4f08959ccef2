"""Importing: files from anywhere become models of the library, identified, hashed, named and placed by its rules.

What other tools wrote beside them is merged into the record. Until the model is whole in its place its source is
there; it goes last, and only when it is to be moved.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from modella.core.digests import Digests
from modella.core.errors import BadContent, Conflict, Mismatch, ModellaError, NoSpace
from modella.core.events import ModelAdded
from modella.core.family_names import renamed
from modella.core.model import Metadata, ModelFile, Overrides, Verified, effective
from modella.core.naming import file_name, inner_path, suffix_of
from modella.core.placement import choose, place
from modella.io.disk import (
    copy_new,
    disk_errors,
    free_space,
    is_regular,
    make_folders,
    remove_emptied,
    remove_file,
    sweep,
    unlink_unchanged,
    write_json,
)
from modella.work.admit import facts_for_placement, free_folder
from modella.work.candidates import Candidate, candidates
from modella.work.describe import margin
from modella.work.hands import Hands, new_id, now, stamp
from modella.work.hashing import READ_SIZE, DigestSet, sha256_of
from modella.work.look import record_of
from modella.work.moves import (
    RECORD_NAMES,
    How,
    Move,
    alone,
    bring,
    bring_files,
    drop_sources,
    fresh_folders,
    move_id,
    run,
    step_for,
)
from modella.work.tasks import Task, one_by_one

_WEIGHTS_MAY_BE = {".safetensors", ".sft", ".gguf"}


@dataclass
class Imported:
    """What came of an import: `models` are new, `skipped` are in the library already, `problems` could not be taken."""

    models: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """As a plain value."""
        return {"models": self.models, "skipped": self.skipped, "problems": self.problems}


def import_paths(
    hands: Hands, paths: Sequence[Path], how: How = "copy", *, duplicates: bool = False, task: Task | None = None
) -> dict[str, Any]:
    """Takes files, and every model in folders, into the library; one that cannot be taken hinders no other.

    Content that the library has already is skipped and told, unless `duplicates` are wanted. `how`: `move`, `copy`, or
    `hardlink`, which copies where a second name is impossible.
    """
    done = Imported()
    for each in one_by_one(task, list(candidates(hands, paths)), _named):
        if isinstance(each, Candidate):
            _take(hands, each, how, duplicates, task, done)
        else:
            done.problems.append(_problem(*each))
    return done.told()


def import_candidate(
    hands: Hands, each: Candidate, how: How, *, duplicates: bool = False, task: Task | None = None
) -> dict[str, Any]:
    """The same for one model whose files are known."""
    done = Imported()
    _take(hands, each, how, duplicates, task, done)
    return done.told()


def _named(each: Candidate | tuple[Path, Exception]) -> str:
    return _text(each.path if isinstance(each, Candidate) else each[0])


def _take(hands: Hands, each: Candidate, how: How, duplicates: bool, task: Task | None, done: Imported) -> None:
    try:
        found, other = import_one(hands, each, how, duplicates=duplicates, task=task)
    except ModellaError as problem:
        if problem.code == "cancelled":
            return
        done.problems.append(_problem(each.path, problem))
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as problem:
        done.problems.append(_problem(each.path, problem))
    else:
        if other is not None:
            done.skipped.append({"path": str(each.path), "id": other["id"], "name": other["name"]})
        else:
            done.models.append(
                {"from": str(each.path), **{k: found[k] for k in ("id", "name", "kind", "family", "path")}}
            )


def _problem(path: Path, problem: Exception) -> dict[str, Any]:
    if isinstance(problem, ModellaError):
        return {"path": _text(path), "code": problem.code, "context": problem.plain_facts}
    told = problem.errors()[0]["msg"] if isinstance(problem, ValidationError) else str(problem)
    reason = (told.splitlines() or [type(problem).__name__])[0][:200]
    return {
        "path": _text(path),
        "code": "bad-value",
        "context": {"name": "PATH", "value": _text(path), "reason": reason},
    }


def _text(path: Path) -> str:
    """A path in a form that can be told, also one whose name is in an old encoding."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def import_one(
    hands: Hands, each: Candidate, how: How, *, duplicates: bool = False, task: Task | None = None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """One model; its record, or an empty one and the model that has its content already."""
    if how == "move" and each.known is not None and each.known.get("home") == "placed":
        raise Conflict("name-taken", path=str(each.path))
    metadata, overrides = record_of(each.target())
    _check_whole(metadata, each)
    moving = each.known if how == "move" else None
    metadata.id = _own_id(hands, metadata.id, moving)
    entry = move_id(metadata.id)
    with alone(hands, [str(moving["id"])] if moving else []):
        try:
            brought = _Bringing(hands, each, how, entry, task).all(metadata)
            other = None if duplicates else _holder(hands, metadata, moving)
            if other is not None:
                return {}, other
            return _place(hands, each, how, entry, metadata, overrides, brought, task), None
        finally:
            _clear(hands.library.moves / entry)


def _check_whole(metadata: Metadata, each: Candidate) -> None:
    if metadata.kind == "invalid" and suffix_of(each.main).lower() in _WEIGHTS_MAY_BE:
        raise BadContent("broken-file", file=each.main, reason="; ".join(metadata.detected.reasons[:2]))


def _own_id(hands: Hands, told: str, moving: dict[str, Any] | None) -> str:
    """A model that moves keeps its id, as does one of another library; a copy of what is here gets one of its own."""
    if moving is not None:
        return str(moving["id"])
    return told if hands.index.place_of(told) is None and not told.startswith("z") else new_id()


def _holder(hands: Hands, metadata: Metadata, moving: dict[str, Any] | None) -> dict[str, Any] | None:
    """A model that has all of this content already."""
    found = [hands.index.by_sha256(file.sha256 or "") for file in metadata.files]
    others = [each for each in found if each is not None and (moving is None or each["id"] != moving["id"])]
    return others[0] if found and len(others) == len(found) else None


class _Bringing:
    """Hashes the files of a model, and copies those into the library that cannot simply be given another name."""

    def __init__(self, hands: Hands, each: Candidate, how: How, entry: str, task: Task | None) -> None:
        self._hands, self._each, self._how, self._task = hands, each, how, task
        self._staging = hands.library.moves / entry
        self._done = 0

    def all(self, metadata: Metadata) -> dict[str, Path]:
        """Name → where the bytes are now: the source itself, or a copy in the library. Digests go into the record."""
        self._check_space(metadata)
        brought = {}
        for number, (name, file) in enumerate(zip(self._each.files, metadata.files, strict=True)):
            source = self._each.folder / PurePosixPath(name)
            before = source.lstat()
            brought[name], digests = self._one(source, self._staging / f"{number}.part")
            after = source.lstat()
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                raise Conflict("changed-meanwhile", path=str(source))
            _fill_in(metadata, file, digests, after.st_size, after.st_mtime_ns)
        return brought

    def _is_near(self, source: Path) -> bool:
        return source.lstat().st_dev == self._hands.library.root.stat().st_dev

    def _check_space(self, metadata: Metadata) -> None:
        root = self._hands.library.root
        if self._how != "copy" and self._is_near(self._each.folder / self._each.main):
            return
        needed = sum(file.size for file in metadata.files) + margin(
            self._hands.library, self._hands.settings().space_margin
        )
        if needed > free_space(root):
            raise NoSpace("no-space", path=str(root), short=needed - free_space(root))

    def _one(self, source: Path, staged: Path) -> tuple[Path, Digests]:
        digests = DigestSet()
        try:
            if self._how != "copy" and self._is_near(source):
                self._read(source, digests)
                return source, digests.digests()
            make_folders(staged.parent)
            copy_new(source, staged, self._counting(digests.update), lambda copy: self._prove(copy, source, digests))
            return staged, digests.digests()
        finally:
            digests.close()

    def _prove(self, copy: Path, source: Path, digests: DigestSet) -> None:
        """What is to be moved is read back before its source may go."""
        if copy.stat().st_size != digests.offset:
            raise Mismatch("copy-differs", path=str(source))
        if self._how == "move" and sha256_of(copy) != sha256_of(source):
            raise Mismatch("copy-differs", path=str(source))

    def _read(self, source: Path, digests: DigestSet) -> None:
        take = self._counting(digests.update)
        with disk_errors(source), source.open("rb") as file:
            while block := file.read(READ_SIZE):
                take(block)

    def _counting(self, take: Callable[[bytes], None]) -> Callable[[bytes], None]:
        def counting(block: bytes) -> None:
            if self._task is not None:
                self._task.heed_stop()
                self._done += len(block)
                self._task.progress(bytes=self._done)
            take(block)

        return counting


def _fill_in(metadata: Metadata, file: ModelFile, digests: Digests, size: int, modified: int) -> None:
    """What was counted stands in the record; what somebody else told of the content is compared with it."""
    was = file.sha256
    told = Digests.read(file.hints)
    if told.contradicts(digests):
        metadata.conflicts.append(f"hash: what other files tell of {file.name} is not its hash")
    for name, value in digests.known().items():
        if name in ModelFile.model_fields:
            setattr(file, name, value)
    file.size, file.modified = size, modified
    if was != digests.sha256:
        file.verified = Verified(state="recorded", at=now())


# ---------------------------------------------------------------------------------------------------------- placing


def _place(
    hands: Hands,
    each: Candidate,
    how: How,
    entry: str,
    metadata: Metadata,
    overrides: Overrides,
    brought: dict[str, Path],
    task: Task | None,
) -> dict[str, Any]:
    counted = effective(metadata, overrides)
    facts = facts_for_placement(counted)
    folder = place(choose(hands.settings().rules, facts).to, facts)
    with hands.planning:
        folder, metadata.cleaned_name = free_folder(
            hands, folder, metadata.cleaned_name, metadata.files[0].sha256 or ""
        )
        hands.planned[entry] = folder
    try:
        move = _planned(hands, each, how, entry, metadata, overrides, brought, folder)
        return run(hands, move, lambda h, m: finish_import(h, m, task))
    finally:
        hands.planned.pop(entry, None)


def _planned(
    hands: Hands,
    each: Candidate,
    how: How,
    entry: str,
    metadata: Metadata,
    overrides: Overrides,
    brought: dict[str, Path],
    folder: str,
) -> Move:
    """Everything that will be done, written down before it is."""
    target = hands.library.inside(folder)
    names = _final_names(each, metadata)
    steps = []
    for name, path in brought.items():
        is_source = path == each.folder / PurePosixPath(name)
        steps.append(step_for(path, target / names[name], how if is_source else "move"))
    attached = [*each.attached, *each.more] if how == "move" else [*each.family.previews, *each.more]
    for name in attached:
        steps.append(
            step_for(each.folder / PurePosixPath(name), target / names[name], "move" if how == "move" else "copy")
        )
    _name_files(metadata, names, {*brought, *attached})
    moment = now()
    metadata.updated_at = moment
    metadata.added_at = str((each.known or {}).get("added_at") or moment)
    facts = {
        "folder": folder,
        "metadata": metadata.model_dump(mode="json", by_alias=True),
        "overrides": overrides.model_dump(mode="json", by_alias=True),
        "lists": list((each.known or {}).get("lists") or []) if how == "move" else [],
        "drop": _to_drop(each, brought) if how == "move" else [],
        "was": [each.known["root"], each.known["place"]] if how == "move" and each.known else None,
        "staging": entry,
    }
    return Move("import", entry, steps, facts, fresh_folders(Path(step.target) for step in steps))


def _final_names(each: Candidate, metadata: Metadata) -> dict[str, str]:
    """A single file is called like its folder; shards and whole folders keep the names they speak of each other by."""
    if each.more:
        return {name: str(inner_path(name)) for name in [*each.files, *each.more]}
    if len(each.files) > 1:
        return {name: name for name in [*each.files, *each.family.all]}
    main = metadata.cleaned_name + suffix_of(file_name(each.main)).lower()
    family = {name: name for name in each.family.all}
    changed = renamed([each.main, *each.family.all], each.main, main)
    return {each.main: main, **{name: file_name(other) for name, other in {**family, **changed}.items()}}


def _name_files(metadata: Metadata, names: dict[str, str], taken: set[str]) -> None:
    for file in metadata.files:
        file.original_name = file.original_name or file.name
        file.name = names.get(file.name, file.name)
    for preview in metadata.previews:
        preview.file = names[preview.file] if preview.file in taken else None
    metadata.previews = [each for each in metadata.previews if each.file or each.url]
    metadata.imported.files = sorted(names[name] for name in metadata.imported.files if name in taken)


def _to_drop(each: Candidate, brought: dict[str, Path]) -> list[dict[str, Any]]:
    """What goes at the very end: sources of copies, and our records, which are the model's own now."""
    paths = [
        each.folder / PurePosixPath(name) for name, path in brought.items() if path != each.folder / PurePosixPath(name)
    ]
    paths += [path for path in (each.metadata, each.overrides) if path is not None]
    told = [(path, path.lstat()) for path in paths]
    return [{"path": str(path), "size": one.st_size, "modified": one.st_mtime_ns} for path, one in told]


def finish_import(hands: Hands, move: Move, task: Task | None = None) -> dict[str, Any]:
    """Carries an import out, from wherever it has come to: files, record, index, and then the sources."""
    facts = move.facts
    hands.library.check_present(hands.library_id)
    folder = hands.library.inside(facts["folder"])
    bring_files(hands, move, task)
    with hands.changing:
        bring(hands, move)
        for name in ("overrides", "metadata"):
            if not (folder / f"{name}.json").exists():
                write_json(folder / f"{name}.json", facts[name])
        metadata, overrides = Metadata.model_validate(facts["metadata"]), Overrides.model_validate(facts["overrides"])
        if facts["was"]:
            hands.index.forget_seen(hands.index.seen_at(*facts["was"]))
        hands.index.put({**effective(metadata, overrides), "lists": facts["lists"]}, facts["folder"])
    _drop(hands, move, metadata.id)
    _clear(hands.library.moves / facts["staging"])
    record = hands.index.get(metadata.id) or {}
    hands.bus.tell(ModelAdded(model=record))
    return record


def _drop(hands: Hands, move: Move, model: str) -> None:
    drop_sources(move)
    for each in move.facts["drop"]:
        path = Path(each["path"])
        if path.name.endswith(".json"):
            kept_as = "overrides.json" if path.name.endswith("overrides.json") else "metadata.json"
            hands.library.keep_history(model, path, stamp(), kept_as)
            remove_file(path)
        else:
            unlink_unchanged(path, each["size"], each["modified"])


def may_drop(hands: Hands, move: Move) -> bool:
    """Whether what an import shall remove at its end is our own record, or content that is in the library by then."""
    folder = hands.library.inside(move.facts["folder"])
    staging = hands.library.moves / move.id
    there = [folder / str(file["name"]) for file in move.facts["metadata"]["files"]]
    there += [Path(step.source) for step in move.steps if Path(step.source).parent == staging]
    kept = {sha256_of(path) for path in there if is_regular(path)} if move.facts["drop"] else set()
    for each in move.facts["drop"]:
        path = Path(each["path"])
        is_safe = path.name.endswith(RECORD_NAMES) or (is_regular(path) and sha256_of(path) in kept)
        if not is_safe and os.path.lexists(path):
            return False
    return True


# ---------------------------------------------------------------------------------------------------------- staging


def clear_staging(hands: Hands) -> None:
    """Removes copies that an import has left whose move was never written down."""
    folder = hands.library.moves
    for entry in folder.iterdir() if folder.is_dir() else []:
        if entry.is_dir() and not entry.is_symlink() and not (folder / f"{entry.name}.json").exists():
            _clear(entry)


def _clear(staging: Path) -> None:
    """Removes a folder of copies of ours: they have their place, or are not wanted."""
    if not staging.is_dir() or staging.is_symlink():
        return
    sweep(staging)
    for path in staging.glob("*.part"):
        told = path.lstat()
        unlink_unchanged(path, told.st_size, told.st_mtime_ns)
    remove_emptied([staging])
