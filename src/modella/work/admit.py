"""From verified bytes to a model: identify → place → register, each step finding out first whether it is done.

The plan is written before anything gets its final name; after a crash it is simply carried out again.
"""

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from modella.core.digests import Digests
from modella.core.download import Download, PartRecord, Reason, State, Step
from modella.core.errors import BadContent, Conflict, DiskTrouble, ModellaError
from modella.core.events import ModelAdded
from modella.core.identity import Identity, identify
from modella.core.kinds import Kind
from modella.core.listed_fields import listed_fields
from modella.core.listing import Listing
from modella.core.model import (
    EDITABLE,
    Detected,
    Metadata,
    ModelFile,
    Overrides,
    Plan,
    PlannedFile,
    Preview,
    SourceRecord,
    Verified,
    effective,
)
from modella.core.naming import file_name, inner_path, name_key, slug, suffix_of, with_hash
from modella.core.placement import choose, place
from modella.core.rules import family_of
from modella.core.sidecars.merging import HEADER
from modella.core.weighing import disagreements, kind_of
from modella.io.disk import hard_link_over, make_folders, publish, read_json, sweep, write_json
from modella.io.headers import read_header
from modella.work.hands import Hands, new_id, now
from modella.work.hashing import sha256_of
from modella.work.job import Job
from modella.work.previews import Gathered, gather_previews, place_previews
from modella.work.records import load
from modella.work.trash import delete

_FROM_THE_LISTED_FILE = {"quant", "variant", "pickle_scan", "virus_scan", "scan_message", "scanned_at"}
_NO_IDENTITY = Identity(Kind.unknown)


def admit(job: Job) -> None:
    """Identifies, places and registers a download whose parts are all verified."""
    record = job.record
    if record.plan is None:
        identities = {part.index: _identity(job, part) for part in record.parts}
        draft = draft_metadata(job, identities)
        if record.wish.review and not record.approved:
            record.draft = {**_shown_draft(draft), **_wished(record), **record.draft}
            job.become(State.review, Step.identify)
            return
    gathered = gather_previews(job, job.listing.pictures)
    job.heed_stop()
    if record.plan is None:
        with job.hands.planning:
            record.plan = _plan(job, draft)
            job.hands.planned[record.id] = record.plan.folder
    job.become(State.placing, Step.place)
    _check_identity_of_library(job)
    _clear_the_way(job, record.plan)
    folder = job.hands.library.inside(record.plan.folder)
    make_folders(folder)
    for file in record.plan.files:
        _publish(job, record.parts[file.part], job.hands.library.inside(f"{record.plan.folder}/{file.name}"))
    _register(job, record.plan, folder, gathered)


def draft_metadata(job: Job, identities: dict[int, Identity]) -> Metadata:
    """The record of the model to be: what the source says, what the bytes say, and where they disagree."""
    record, listing = job.record, job.listing
    main = _main_part(record)
    detected = identities.get(main.index, _NO_IDENTITY)
    kind = kind_of(detected, listing.kind)
    family = detected.family or family_of(listing.base_model, job.hands.rules)
    version = listing.version or job.listed(main).quant
    cleaned = slug(" ".join(filter(None, (listing.name, version))))
    words = list(listing.trained_words or detected.text.get("trigger_words", ()))
    moment = now()
    told = listed_fields(listing)
    return Metadata(
        **{**told, "version": version, "trained_words": words},
        schema=1,
        id=new_id(),
        cleaned_name=cleaned,
        kind=kind,
        family=family,
        files=[_model_file(job, part, identities.get(part.index, _NO_IDENTITY)) for part in record.parts],
        previews=[Preview.model_validate(picture.model_dump()) for picture in listing.pictures],
        sources=[_source_record(listing, main, moment)],
        detected=Detected(
            kind=detected.kind,
            family=detected.family,
            reasons=list(detected.reasons),
            metadata=dict(detected.text),
            variant=detected.variant,
            also=list(detected.also),
        ),
        conflicts=_conflicts(detected, listing, job),
        origins={"trained_words": HEADER} if words and not listing.trained_words else {},
        added_at=moment,
        updated_at=moment,
    )


def facts_for_placement(metadata: dict[str, Any]) -> dict[str, str | None]:
    """The words that a placement rule may use, for one model."""
    sources = metadata.get("sources") or [{}]
    return {
        "kind": metadata["kind"],
        "family": metadata.get("family"),
        "base model": metadata.get("base_model"),
        "source": sources[0].get("source"),
        "creator": metadata.get("creator"),
        "name": metadata["cleaned_name"],
        "version": metadata.get("version"),
    }


def _identity(job: Job, part: PartRecord) -> Identity:
    """What the bytes of a part are; a broken model file that nobody vouches for is no model."""
    header = read_header(job.part_path(part))
    found = identify(header, job.hands.rules)
    claims_to_be = suffix_of(part.name).lower() in {".safetensors", ".sft", ".gguf"}
    if found.kind == Kind.invalid and part.trust != "verified" and (claims_to_be or header.size == 0):
        raise BadContent("broken-file", file=part.name, reason="; ".join(header.problems[:2]))
    return found


def _conflicts(detected: Identity, listing: Listing, job: Job) -> list[str]:
    said = disagreements(detected, listing.kind, listing.base_model, listing.source, job.hands.rules)
    unproven = (part.name for part in job.record.parts if part.trust == "recorded" and not part.length_proven)
    return said + [f"size: the server told no length for {name}; it may be cut short" for name in unproven]


def _main_part(record: Download) -> PartRecord:
    """The file that decides what the model is: the largest that holds weights."""
    weights = [p for p in record.parts if suffix_of(p.name).lower() in _WEIGHTS] or record.parts
    main = [p for p in weights if p.role in {"model", "shard"}] or weights
    return max(main, key=lambda part: part.size or 0)


_RESERVED = re.compile(r"^(metadata|overrides)\.json$|^preview(-.*)?\.(webp|mp4|webm)$")
"""Names beside a model that are ours, at any depth."""
_WEIGHTS = {".safetensors", ".sft", ".gguf", ".ckpt", ".pt", ".pth", ".bin", ".onnx"}


def _model_file(job: Job, part: PartRecord, identity: Identity) -> ModelFile:
    actual, listed = part.actual, job.listed(part)
    return ModelFile(
        name=file_name(part.name),
        original_name=part.path or part.name,
        size=part.size or 0,
        sha256=actual.sha256 if actual else None,
        blake3=actual.blake3 if actual else None,
        autov1=actual.autov1 if actual else None,
        autov2=actual.autov2 if actual else None,
        autov3=actual.autov3 if actual else None,
        crc32=actual.crc32 if actual else None,
        format=identity.format,
        precision=identity.precision,
        role=part.role,
        **listed.model_dump(include=_FROM_THE_LISTED_FILE),
        verified=Verified(
            state=part.trust,
            at=now(),
            expected=part.expected.sha256 or part.expected.git_sha1,
            by=part.verified_by,
        ),
    )


def _source_record(listing: Listing, main: PartRecord, moment: str) -> SourceRecord:
    return SourceRecord(
        source=listing.source,
        url=listing.page_url,
        model_id=listing.model_id,
        version_id=listing.version_id,
        file_id=main.file_id,
        revision=listing.revision,
        fetched_at=moment,
        air=listing.air,
        ref=listing.ref.model_dump(exclude_defaults=True),
        kind=listing.kind,
        payload=listing.payload,
    )


def _wished(record: Download) -> dict[str, Any]:
    """What was said of the model together with its link: a person's word, which the source's stands beside."""
    return {name: said for name, said in (("kind", record.wish.kind), ("family", record.wish.family)) if said}


def _shown_draft(draft: Metadata) -> dict[str, Any]:
    return {name: value for name, value in draft.model_dump().items() if name in EDITABLE}


def _plan(job: Job, draft: Metadata) -> Plan:
    """Where everything will go, decided once; what a person changed in the review becomes overrides."""
    record, hands = job.record, job.hands
    shown = _shown_draft(draft)
    said = {**_wished(record), **record.draft}
    fields = {k: v for k, v in said.items() if k in EDITABLE and (v != shown.get(k) or v == _wished(record).get(k))}
    overrides = Overrides(schema=1, fields=fields, apps={} if record.wish.link else {"*": {"link": False}})
    replaced = _replaced(job)
    if replaced is not None:
        draft.id, draft.added_at = str(replaced["id"]), str(replaced["added_at"])
        overrides = _kept_overrides(hands, str(replaced["id"]), overrides)
    counted = effective(draft, overrides)
    if "name" in overrides.fields or "version" in overrides.fields:
        counted["cleaned_name"] = slug(" ".join(filter(None, (counted["name"], counted.get("version")))))
        draft.cleaned_name = counted["cleaned_name"]
    facts = facts_for_placement(counted)
    folder = place(choose(hands.settings().rules, facts).to, facts)
    digest = draft.files[0].sha256 or draft.id
    if replaced is None or str(replaced["path"]) != folder:
        folder, draft.cleaned_name = free_folder(hands, folder, draft.cleaned_name, digest)
    files = _final_names(record, draft)
    for planned, file in zip(files, draft.files, strict=True):
        file.name = planned.name
    return Plan(
        folder=folder,
        files=files,
        metadata=draft.model_dump(mode="json", by_alias=True),
        overrides=overrides.model_dump(mode="json", by_alias=True),
        replaces=str(replaced["id"]) if replaced else None,
        links_to=str(record.duplicate_of["id"]) if record.duplicate_of and record.wish.on_duplicate == "link" else None,
    )


def _replaced(job: Job) -> dict[str, Any] | None:
    record = job.record
    if record.wish.on_duplicate != "overwrite" or record.duplicate_of is None:
        return None
    return job.hands.index.get(str(record.duplicate_of["id"]))


def _kept_overrides(hands: Hands, replaced: str, new: Overrides) -> Overrides:
    """The user's word on the model that is replaced, with the newest on top."""
    old = load(hands, replaced).overrides
    return old.model_copy(update={"fields": {**old.fields, **new.fields}, "apps": {**old.apps, **new.apps}})


def free_folder(hands: Hands, folder: str, cleaned: str, digest: str) -> tuple[str, str]:
    """The folder, or one with a short hash when another model has the name (also but for case)."""
    path = hands.library.inside(folder)
    taken = {name_key(entry.name) for entry in path.parent.iterdir()} if path.parent.is_dir() else set()
    beside = (PurePosixPath(planned) for planned in hands.planned.values())
    taken |= {name_key(each.name) for each in beside if each.parent == PurePosixPath(folder).parent}
    if name_key(path.name) not in taken:
        return folder, cleaned
    for mark in (digest, *(f"{new_id()[-8:]}" for _ in range(9))):
        other = with_hash(path.name, mark)
        if name_key(other) not in taken:
            return str(PurePosixPath(folder).parent / other), other
    raise Conflict("name-taken", path=folder)


def _final_names(record: Download, draft: Metadata) -> list[PlannedFile]:
    """A single file is called like its folder; several keep their own names, or their paths in the repository."""
    keeps_paths = any(p.path and "/" in p.path for p in record.parts)
    main, seen, files = _main_part(record), set[str](), []
    shards = sum(1 for p in record.parts if p.role == "shard")
    for part in record.parts:
        if keeps_paths:
            name = str(inner_path(part.path or part.name))
        elif part is main and not shards:
            name = draft.cleaned_name + suffix_of(file_name(part.name)).lower()
        else:
            name = file_name(part.name)
        if name_key(name) in seen or _RESERVED.match(PurePosixPath(name).name.casefold()):
            name = with_hash(name, part.actual.sha256 if part.actual and part.actual.sha256 else str(part.index))
        seen.add(name_key(name))
        files.append(PlannedFile(part=part.index, name=name))
    return files


def _check_identity_of_library(job: Job) -> None:
    job.hands.library.check_present(job.hands.library_id)


def _clear_the_way(job: Job, plan: Plan) -> None:
    """A model that is replaced goes to the trash first, whole, with what is needed to restore it."""
    if plan.replaces is None or job.record.cleared:
        return
    if job.hands.index.get(plan.replaces) is not None:
        delete(job.hands, plan.replaces, "replaced")
    job.record.cleared = True
    job.save()


def _publish(job: Job, part: PartRecord, target: Path) -> None:
    """Gives one file its final name; finds out what a crash may have left (fault matrix 2.16)."""
    source = job.part_path(part)
    make_folders(target.parent)
    if source.exists():
        publish(source, target)
        return
    if not target.exists():
        raise DiskTrouble("part-lost", path=str(source), file=part.name)
    if part.actual is None or sha256_of(target) != part.actual.sha256:
        raise Conflict("name-taken", path=str(target))


def link_duplicate(job: Job) -> bool:
    """Makes the files of this download second names of those in the library; False where that is impossible."""
    record, hands = job.record, job.hands
    if record.duplicate_of is None:
        return False
    for part in record.parts:
        sha256 = part.expected.sha256 or (part.actual.sha256 if part.actual else None)
        model = hands.index.by_sha256(sha256) if sha256 else None
        file = next((f for f in model["files"] if f.get("sha256") == sha256), None) if model else None
        if model is None or file is None:
            return False
        target = job.part_path(part)
        existing = hands.library.inside(f"{model['path']}/{file['name']}")
        if not existing.is_file() or sha256_of(existing) != sha256:
            return False
        if not hard_link_over(existing, target):
            return False
        part.size, part.complete = existing.stat().st_size, True
        part.actual = Digests.read({**file, **part.expected.known(), "sha256": sha256})
        part.trust = "verified" if part.expected.sha256 else "recorded"
        part.verified_by = job.record.wish.ref.source if part.expected.sha256 else None
    job.save()
    return True


def _register(job: Job, plan: Plan, folder: Path, gathered: Sequence[Gathered]) -> None:
    """Writes the record beside the files, then the index; then the download is done."""
    job.record.step = Step.register
    sweep(folder)
    metadata = Metadata.model_validate(plan.metadata)
    if not (folder / "metadata.json").exists():
        metadata.previews = place_previews(job, folder, metadata.id, gathered)
        for name, content in (
            ("overrides.json", plan.overrides),
            ("metadata.json", metadata.model_dump(mode="json", by_alias=True)),
        ):
            write_json(folder / name, content)
    else:
        metadata = Metadata.model_validate(read_json(folder / "metadata.json"))
    record = effective(metadata, Overrides.model_validate(plan.overrides))
    job.hands.index.put(record, plan.folder)
    job.record.model_id = metadata.id
    job.record.kind = record["kind"]
    told = job.hands.index.get(metadata.id)
    job.become(State.done, Step.register, job.record.reason)
    job.hands.bus.tell(ModelAdded(model=told or {}))
    job.hands.library.drop_staging(job.record.id)
    job.hands.planned.pop(job.record.id, None)


def quarantine(job: Job, problem: ModellaError) -> None:
    """Sets the bytes of a failed check aside, with both hashes and the reason beside them."""
    reason = {
        "code": problem.code,
        **{k: str(v) for k, v in problem.facts.items()},
        "link": job.record.wish.shown,
        "at": now(),
    }
    job.hands.library.set_to_quarantine(job.record.id, reason)
    job.become(State.quarantined, Step.verify, Reason(code=problem.code, facts=dict(problem.facts)))
