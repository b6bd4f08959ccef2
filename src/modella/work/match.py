"""Whose a model is: by a link that a person gives, never again, asked anew; and what a source says is taken over."""

from collections.abc import Iterable, Sequence
from typing import Any

from modella.core.errors import BadLink, Conflict, ModellaError, NotFound
from modella.core.fetched import with_listing, without_source
from modella.core.listing import ListedFile, Listing, Picture, Ref
from modella.core.matching import Fit, best_fit, main_file
from modella.core.model import LookedUp, Metadata, ModelFile, Preview, SourceRecord, is_forbidden
from modella.core.naming import shown, slug, suffix_of
from modella.io.disk import remove_own
from modella.sources.registry import ask_in_order
from modella.work.hands import Hands, now
from modella.work.previews import Gathered, fetch_preview, put_preview
from modella.work.records import Record, change, load, save
from modella.work.roots import check_online

_MOST_VERSIONS = 10
"""Versions of a model that are looked through for the file, when a link names none."""
_LONGEST_NEVER = 200
_GONE = frozenset({"gone", "not-found", "taken-down", "no-files", "hash-unknown", "revision-not-found"})


def match_link(
    hands: Hands, model: str, text: str, *, confirm: bool = False, only_look: bool = False
) -> dict[str, Any]:
    """Says that a model is what a link leads to; what the source says of it is taken over.

    The answer shows what was found and which of its files fits, by `hash`, `size` and `name`. With `only_look`
    nothing is written. Conflict("differs-from-source") when hash or size contradict, unless a person has confirmed.
    """
    record = load(hands, model)
    check_online(hands, record.root)
    ref = ask_in_order(hands.sources, text)
    listing, fit = _best(hands, ref, main_file(record.metadata.files))
    told = _told(record, listing, fit)
    if only_look:
        return {**told, "matched": False}
    if fit is not None and told["contradicts"] and not confirm:
        raise _differs(record, listing, fit)
    return {**told, "matched": True, "model": take(hands, model, listing, fit, "link")}


def take(hands: Hands, model: str, listing: Listing, fit: Fit | None, by: str) -> dict[str, Any]:
    """Takes what a source says into a model's record, with pictures where it has none; the record as it is then."""
    moment = now()
    gathered = _pictures_for(hands, load(hands, model), listing.pictures)

    def fill(record: Record) -> None:
        record.metadata = with_listing(record.metadata, listing, fit, by, moment, hands.rules)
        if by.partition("-")[0] in {"sha256", "autov3", "autov2"}:
            record.metadata.looked_up[listing.source] = LookedUp(at=moment, found=True, by=by)
        if record.home == "adopted":
            record.metadata.cleaned_name = slug(" ".join(filter(None, (record.metadata.name, record.metadata.version))))
        _add_previews(hands, record, listing, gathered)

    if by != "link":
        return change(hands, model, fill)
    with hands.changing:
        record = load(hands, model)
        allowed = _without_ban(record.overrides.never_match, listing)
        banned, record.overrides.never_match = record.overrides.never_match != allowed, allowed
        fill(record)
        return save(hands, record, overrides=banned)


def never_match(hands: Hands, model: str, what: str, *, clear: bool = False) -> dict[str, Any]:
    """Says that a model is never from a source, or from `source:model id`; a match like that is taken away.

    With `clear` it may be looked up again. BadLink("bad-value") for what is no source.
    """
    source, colon, rest = what.strip().partition(":")
    source = source.lower()
    if source not in hands.by_name or (colon and not rest.strip()) or len(what) > _LONGEST_NEVER:
        raise BadLink("bad-value", name="source", value=shown(what, 80), reason=", ".join(hands.by_name))
    said = f"{source}:{rest.strip()}" if colon else source
    with hands.changing:
        record = load(hands, model)
        check_online(hands, record.root)
        before = record.overrides.never_match
        others = [each for each in before if each.lower() != said.lower()]
        record.overrides.never_match = others if clear else [*others, said]
        earlier = record.metadata
        if clear:
            is_taken = record.metadata.looked_up.pop(source, None) is not None  # it may be asked at once
        else:
            record.metadata = without_source(earlier, record.overrides.never_match, hands.rules)
            is_taken = record.metadata is not earlier
        told = save(hands, record, metadata=is_taken, overrides=record.overrides.never_match != before)
    _remove_pictures(record, earlier)
    return told


def refresh(hands: Hands, model: str) -> dict[str, Any]:
    """Asks every source of a model anew; one that does not know it any more is marked `gone`, and nothing is erased.

    NotFound("no-source") when it has none; what else a source refuses with.
    """
    record = load(hands, model)
    check_online(hands, record.root)
    known = [each for each in record.metadata.sources if each.source in hands.by_name and _ref_of(each) is not None]
    if not known:
        raise NotFound("no-source", name=record.metadata.name)
    states: dict[str, str] = {}
    for each in known:
        states[each.source] = _refreshed(hands, record, each)
    return {"id": record.metadata.id, "sources": states, "model": hands.index.get(record.metadata.id)}


def _refreshed(hands: Hands, record: Record, source: SourceRecord) -> str:
    ref, model = _ref_of(source), record.metadata.id
    if ref is None:
        return source.state
    try:
        listing = hands.source(source.source).describe(ref)
    except NotFound as problem:
        if problem.code not in _GONE:
            raise
        change(hands, model, lambda fresh: _mark_gone(fresh.metadata, source))
        return "gone"
    main = main_file(record.metadata.files)
    fit = best_fit(main, _of_same_id(listing.files, source.file_id)) if main else None
    take(hands, model, listing, fit if fit and (fit.hash or fit.differs or fit.size) else None, source.matched_by or "")
    return "present"


def _mark_gone(metadata: Metadata, source: SourceRecord) -> None:
    for each in metadata.sources:
        if (each.source, each.model_id, each.version_id) == (source.source, source.model_id, source.version_id):
            each.state = "gone"


def _of_same_id(files: Sequence[ListedFile], file_id: str | None) -> Sequence[ListedFile]:
    same = [file for file in files if file_id is not None and file.file_id == file_id]
    return same or files


def _ref_of(source: SourceRecord) -> Ref | None:
    """What to ask the source for; the digest that a file was found by is not what it is."""
    told = {**source.ref, "source": source.source}
    told |= {name: getattr(source, name) for name in ("model_id", "version_id") if getattr(source, name)}
    told.pop("digest", None)
    try:
        ref = Ref.model_validate(told)
    except ValueError:
        return None
    return ref if ref.model_id or ref.version_id or ref.url else None


# ------------------------------------------------------------------------------------------------------------ by link


def _best(hands: Hands, ref: Ref, ours: ModelFile | None) -> tuple[Listing, Fit | None]:
    """The listing of the link, or of the version of the same model that has our very file."""
    source = hands.source(ref.source)
    listing = source.describe(ref)
    if ours is None:
        return listing, None
    fit = best_fit(ours, _meant(ref, listing.files))
    if (fit and fit.is_proof) or ref.version_id or ref.file_id or not ours.sha256:
        return listing, fit
    for other in [each for each in listing.versions if each.version_id != listing.version_id][:_MOST_VERSIONS]:
        again = source.describe(ref.model_copy(update={"version_id": other.version_id}))
        found = best_fit(ours, again.files)
        if found and found.is_proof:
            return again, found
    return listing, fit


def _meant(ref: Ref, files: Sequence[ListedFile]) -> Sequence[ListedFile]:
    """The files that a link to one file means."""
    return [file for file in files if ref.path and file.path == ref.path] or _of_same_id(files, ref.file_id)


def _told(record: Record, listing: Listing, fit: Fit | None) -> dict[str, Any]:
    said = {"source", "page_url", "model_id", "version_id", "name", "version", "kind", "base_model", "creator"}
    return {
        "listing": listing.model_dump(mode="json", include=said),
        "file": fit.told() if fit else None,
        "contradicts": _contradiction(fit),
        "forbidden": is_forbidden(record.overrides.never_match, listing.source, listing.model_id),
    }


def _contradiction(fit: Fit | None) -> str | None:
    """What proves that our file is not the listed one."""
    if fit is None or fit.hash:
        return None
    return fit.differs or ("size" if fit.size is False else None)


def _differs(record: Record, listing: Listing, fit: Fit) -> Conflict:
    ours = main_file(record.metadata.files)
    facts = {"actual": ours.sha256, "actual_size": ours.size} if ours else {}
    return Conflict(
        "differs-from-source",
        file=ours.name if ours else "",
        name=listing.name,
        source=listing.source,
        listed=fit.file.name,
        expected=fit.file.digests.sha256,
        expected_size=fit.file.size,
        what=_contradiction(fit),
        **facts,
    )


def _without_ban(never: Iterable[str], listing: Listing) -> list[str]:
    """What a person said never to match, less what this link, their newer word, contradicts."""
    return [each for each in never if not is_forbidden([each], listing.source, listing.model_id)]


def _remove_pictures(record: Record, earlier: Metadata) -> None:
    """Removes the pictures that came with a match which was taken away, as long as they are as we wrote them."""
    kept = {each.file for each in record.metadata.previews}
    for each in earlier.previews:
        if each.by and each.file and each.size and each.file not in kept:
            remove_own(record.folder / each.file, each.size)


# ----------------------------------------------------------------------------------------------------------- pictures


def _pictures_for(hands: Hands, record: Record, pictures: Sequence[Picture]) -> list[Gathered]:
    """Pictures for a model that has none on the disk; none are put into folders that keep our records elsewhere."""
    has_some = any(each.file for each in record.metadata.previews)
    if has_some or (record.home == "adopted" and record.root.sidecars == "central"):
        return []
    kept = hands.settings().previews
    return [fetch_preview(hands.net, picture) for picture in pictures[:kept]]


def _add_previews(hands: Hands, record: Record, listing: Listing, gathered: Sequence[Gathered]) -> None:
    """Puts fetched pictures beside the model, and notes the addresses of the others."""
    known = list(record.metadata.previews)
    if any(each.file for each in known):
        gathered = []
    placed = [_placed(hands, record, listing.source, number, each) for number, each in enumerate(gathered, start=1)]
    there = {each.url for each in placed}
    kept = [each for each in known if each.file or each.url not in there]
    urls = there | {each.url for each in kept}
    rest = [Preview.model_validate(each.model_dump()) for each in listing.pictures if each.url not in urls]
    record.metadata.previews = [*placed, *kept, *rest]


def _placed(hands: Hands, record: Record, source: str, number: int, gathered: Gathered) -> Preview:
    main = main_file(record.metadata.files)
    stem = "preview" if number == 1 else f"preview-{number}"
    if record.home == "adopted" and main is not None:
        own = main.name.removesuffix(suffix_of(main.name))
        stem = f"{own}.preview" if number == 1 else f"{own}.preview.{number}"
    try:
        told = put_preview(hands.library, record.folder, record.metadata.id, stem, gathered)
    except ModellaError:
        return gathered.told
    size = len(gathered.content or b"")
    return told.model_copy(update={"by": source, "size": size}) if told.file else told
