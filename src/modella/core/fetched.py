"""What a source says of a file that is here already, taken into its record and out of it again.

Only what was fetched is touched; the user's word is kept elsewhere and never changed. What the source does not say
stays as it is: an answer may be poorer than the last one.
"""

from collections.abc import Mapping
from typing import Any

from modella.core.header_texts import header_fields
from modella.core.identity import Identity
from modella.core.kinds import Kind
from modella.core.listed_fields import listed_fields
from modella.core.listing import Listing
from modella.core.matching import Fit, digests_of, main_file
from modella.core.model import Metadata, ModelFile, SourceRecord, Verified, is_forbidden
from modella.core.naming import suffix_of
from modella.core.rules import Rules, family_of
from modella.core.sidecars.merging import HEADER
from modella.core.weighing import disagreements, kind_of

_OF_THE_LISTED_FILE = {"quant", "variant", "pickle_scan", "virus_scan", "scan_message", "scanned_at"}
_NOTHING: tuple[Any, ...] = (None, "", [], {}, ())


def with_listing(metadata: Metadata, listing: Listing, fit: Fit | None, by: str, moment: str, rules: Rules) -> Metadata:
    """The record with what a listing says; `by` is what it was matched by. The first source speaks, others fill gaps.

    For kind and family the tensors beat the source; a disagreement, also of hashes, is noted.
    """
    others = [each for each in metadata.sources if each.source != listing.source]
    speaks = len(others) == 0 or metadata.sources[0].source == listing.source or by == "link"
    told = {name: value for name, value in listed_fields(listing).items() if value not in _NOTHING}
    if not speaks:
        told = {name: value for name, value in told.items() if getattr(metadata, name) in _NOTHING}
    fresh = Metadata.model_validate({**metadata.model_dump(by_alias=True), **told})
    fresh.origins = {**metadata.origins, **dict.fromkeys(told, listing.source)}
    record = source_record(listing, fit, by, moment, _earlier(metadata, listing))
    fresh.sources = [record, *others] if speaks else [others[0], record, *others[1:]]
    _weigh(fresh, listing, rules)
    if fit is not None:
        _take_file(fresh, listing.source, fit, by, moment)
    return fresh


def source_record(
    listing: Listing, fit: Fit | None, by: str | None, moment: str, earlier: SourceRecord | None = None
) -> SourceRecord:
    """What is kept of a source; what an earlier answer of the same place knew more of is kept, too."""
    told = SourceRecord(
        source=listing.source,
        url=listing.page_url,
        model_id=listing.model_id,
        version_id=listing.version_id,
        file_id=fit.file.file_id if fit else None,
        revision=listing.revision,
        air=listing.air,
        ref=listing.ref.model_dump(exclude_defaults=True),
        fetched_at=moment,
        kind=listing.kind,
        matched_by=by,
        payload=listing.payload,
    )
    known = earlier.model_dump() if earlier else {}
    said = {name: value for name, value in told.model_dump().items() if value not in _NOTHING}
    return SourceRecord.model_validate({**known, **said})


def without_source(metadata: Metadata, never: list[str], rules: Rules) -> Metadata:
    """The record without a match that a person does not want: what the header or the file's name says counts again."""
    gone = [each for each in metadata.sources if is_forbidden(never, each.source, each.model_id)]
    if not gone:
        return metadata
    kept = [each for each in metadata.sources if each not in gone]
    names = {each.source for each in gone}
    fresh = metadata.model_copy(deep=True, update={"sources": kept})
    for name in _told_by(metadata, names):
        setattr(fresh, name, _beneath(metadata, name))
        fresh.origins.pop(name, None)
    for file in fresh.files:
        if file.verified.by in names:
            file.verified = Verified(state="recorded" if file.sha256 else "unchecked", at=file.verified.at)
    fresh.previews = [each for each in fresh.previews if each.by is None and (each.file or not each.url)]
    fresh.conflicts = [each for each in fresh.conflicts if not any(f": {name} " in each for name in names)]
    fresh.looked_up = {name: told for name, told in fresh.looked_up.items() if name not in names}
    told_kind = next((each.kind for each in kept if each.kind), None)
    fresh.kind = Kind.invalid if metadata.kind == Kind.invalid else kind_of(detected_of(metadata), told_kind)
    fresh.family = metadata.detected.family or family_of(fresh.base_model, rules)
    return fresh


def detected_of(metadata: Metadata) -> Identity:
    """What the bytes said, as it is kept in the record."""
    told = metadata.detected
    kind = Kind(told.kind) if told.kind in set(Kind) else Kind.unknown
    return Identity(kind, family=told.family, variant=told.variant, also=tuple(told.also))


def _told_by(metadata: Metadata, names: set[str]) -> list[str]:
    """The fields that a source filled; of a model that came from there, all that a source can fill."""
    fillable = listed_fields(_EMPTY)
    is_only = not any(each.source not in names for each in metadata.sources)
    marked = [name for name in fillable if metadata.origins.get(name) in names]
    unmarked = [name for name in fillable if name not in metadata.origins or metadata.origins[name] != HEADER]
    return unmarked if is_only else marked


def _beneath(metadata: Metadata, name: str) -> Any:
    """What a field holds when nobody but the file itself is asked."""
    said = header_fields(metadata.detected.metadata)
    if name in said:
        return said[name]
    if name == "name":
        main = main_file(metadata.files)
        called = (main.original_name or main.name).rsplit("/", 1)[-1] if main else metadata.cleaned_name
        return called.removesuffix(suffix_of(called))
    field = Metadata.model_fields[name]
    return field.get_default(call_default_factory=True)


def _earlier(metadata: Metadata, listing: Listing) -> SourceRecord | None:
    """The record of the same version at the same source, when there is one."""
    for each in metadata.sources:
        same = each.source == listing.source and each.model_id in (None, listing.model_id)
        if same and each.version_id in (None, listing.version_id):
            return each.model_copy(update={"state": "present"})
    return None


def _weigh(metadata: Metadata, listing: Listing, rules: Rules) -> None:
    """Kind and family, and where the source and the tensors disagree."""
    detected = detected_of(metadata)
    told = listing.kind or next((each.kind for each in metadata.sources if each.kind), None)
    if metadata.kind != Kind.invalid:
        metadata.kind = kind_of(detected, told)
    metadata.family = detected.family or family_of(metadata.base_model, rules)
    said = disagreements(detected, told, metadata.base_model, listing.source, rules)
    old = [each for each in metadata.conflicts if f": {listing.source} " not in each]
    metadata.conflicts = list(dict.fromkeys([*old, *said]))


def _take_file(metadata: Metadata, source: str, fit: Fit, by: str, moment: str) -> None:
    """What the source says of the file itself; the bytes are `verified` only when they have the published SHA-256."""
    ours = main_file(metadata.files)
    if ours is None:
        return
    for name, value in fit.file.model_dump(include=_OF_THE_LISTED_FILE).items():
        if value is not None:
            setattr(ours, name, value)
    published = fit.file.digests.sha256
    if published and not by.startswith("autov3"):
        ours.verified = _judged(ours, published, source, moment)
    if fit.differs or (published and ours.sha256 and published != ours.sha256):
        metadata.conflicts.append(f"hash: {source} publishes another SHA-256 for {ours.name}")


def _judged(ours: ModelFile, published: str, source: str, moment: str) -> Verified:
    told = ours.verified
    if told.state in {"damaged", "verified"}:
        return told  # what was published when it came; the source may have replaced its file since
    counted = digests_of(ours).sha256
    if counted == published:
        return Verified(state="verified", at=moment, expected=published, by=source)
    if counted is None:
        return Verified(state="unchecked", at=told.at, expected=published, by=source)
    return Verified(state="mismatch", at=moment, expected=published, by=source)


_EMPTY = Listing.model_validate({"source": "", "ref": {"source": ""}, "name": "x"})


def confirmed(metadata: Metadata, file: ModelFile, hints: Mapping[str, str]) -> None:
    """After a file was hashed: a match by a hash that others told is proven, or said to be wrong."""
    for each in metadata.sources:
        by = each.matched_by or ""
        if not by.endswith("-hint"):
            continue
        name = by.removesuffix("-hint")
        counted = digests_of(file).known().get(name)
        if counted and hints.get(name) and counted[:10] == hints[name][:10]:
            each.matched_by = name
        elif counted:
            metadata.conflicts.append(f"hash: {each.source} was asked by a {name} that is not that of {file.name}")
