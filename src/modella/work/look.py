"""Looking at models where they lie: header, sidecars of other tools and our own records become one record.

A pure function of the files. It runs in processes of its own, so that a huge header blocks nobody and a file that
kills its reader takes nothing else along.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from modella.core.digests import Digests
from modella.core.grouping import is_weights
from modella.core.header_texts import header_fields
from modella.core.identity import Identity, identify
from modella.core.kinds import Kind
from modella.core.model import (
    Detected,
    Imported,
    Metadata,
    ModelFile,
    Overrides,
    Preview,
    Verified,
    effective,
    is_forbidden,
)
from modella.core.naming import slug
from modella.core.rules import family_of
from modella.core.sidecars.hub_folders import cache_origin
from modella.core.sidecars.merging import EARLIER, HEADER, Merged, joined, merge
from modella.core.sidecars.reading import LARGEST, Reading
from modella.core.sidecars.registry import read as read_sidecar
from modella.core.standing import is_guessed
from modella.core.summary import Row, row_of
from modella.core.weighing import disagreements, kind_of
from modella.io.disk import is_regular, read_ordinary
from modella.io.headers import read_folder, read_header
from modella.io.packaged import load_rules

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_FROM_OTHERS = (
    *("name", "kind_text", "base_model", "base_model_type", "version", "air", "tags", "description", "stats"),
    *("description_format", "version_description", "creator", "creator_picture", "license", "nsfw_level", "flags"),
    *("access", "access_until", "published_at", "source_updated_at", "versions", "relations", "trained_words"),
)
"""Fields that a source or a sidecar fills."""
_VIDEOS = frozenset({".mp4", ".webm", ".mov", ".m4v"})
_MOST_PREVIEWS = 40
_LAST_MOMENT = 253_402_300_799
"""The end of the year 9999: files say of themselves that they are older, or newer, than any calendar."""
_MOST_CONFLICTS = 20
LARGEST_RECORD = 64 * 1024 * 1024
_Record = TypeVar("_Record", Metadata, Overrides)


class Target(NamedTuple):
    """One model to look at. `top` is the root's folder, `place` the model's file (or folder) below it.

    `files` are name (below `folder`), size and time of change; `metadata` and `overrides` are our own canonical files
    where there are some, and of a model that was placed, `home`, always. `link` is the real path of a file that is a
    link, `told_sha256` what another program's cache says. `state` is `missing` when only our record is there,
    `not-downloaded` when a cloud drive keeps the bytes.
    """

    root: str
    top: str
    place: str
    folder: str
    id: str
    title: str
    files: tuple[tuple[str, int, int], ...]
    sidecars: tuple[str, ...] = ()
    previews: tuple[str, ...] = ()
    metadata: str | None = None
    overrides: str | None = None
    link: str | None = None
    home: str = "adopted"
    state: str = "present"
    told_sha256: str | None = None


class Looked(NamedTuple):
    """What came of it: the row for the index, or why the model cannot be read now.

    `is_hashed`: our record has the hashes of the files as they are now. `imported`: fields that were taken from files
    of other tools, how many such files there were, and how often they disagreed.
    """

    target: Target
    row: Row | None
    problem: str | None = None
    is_hashed: bool = False
    imported: tuple[int, int, int] = (0, 0, 0)


def look_at(targets: Sequence[Target]) -> list[Looked]:
    """Looks at several models; a problem of one is told and spoils no other."""
    return [_looked(target) for target in targets]


def derived_id(root: str, place: str) -> str:
    """The id of an adopted file of which nothing is written down: the same at every look at the same place."""
    number = int.from_bytes(
        blake2b(f"{root}\0{place}".encode("utf-8", "surrogatepass"), digest_size=17).digest(), "big"
    )
    letters = []
    for _ in range(26):
        letters.append(_ALPHABET[number & 31])
        number >>= 5
    return "z" + "".join(letters[1:])


def stub(target: Target) -> Row:
    """The row of a model of which only names and sizes are known yet."""
    metadata = _fresh(target)
    metadata.cleaned_name = slug(target.title)
    metadata.files = [ModelFile(name=name, size=size) for name, size, _ in target.files]
    return _row(target, metadata, Overrides(schema=1))


def _looked(target: Target) -> Looked:
    try:
        if target.home == "placed" or target.state == "missing":
            return Looked(target, _row(target, *_written(target)), is_hashed=True)
        metadata, overrides = record_of(target)
        told = metadata.imported
        imported = (told.fields, len(told.files), len(told.conflicts))
        return Looked(target, _row(target, metadata, overrides), None, _is_hashed(target, metadata), imported)
    except OSError as problem:
        return Looked(target, None, problem.strerror or str(problem))
    except Exception as problem:  # noqa: BLE001 (whatever a file makes of its reader, it is its own problem alone)
        return Looked(target, None, (str(problem).splitlines() or [type(problem).__name__])[0][:200])


def _row(target: Target, metadata: Metadata, overrides: Overrides) -> Row:
    where = {"home": target.home, "state": target.state, "path": _folder(target).as_posix(), "link": target.link}
    if target.home == "placed":
        there = {name: size for name, size, _ in target.files}
        weights = [file for file in metadata.files if "/" not in file.name and is_weights(file.name)]
        where["state"] = "missing" if any(file.name not in there for file in weights) else "present"
    return row_of({**effective(metadata, overrides), **where}, target.place, target.root)


def _is_hashed(target: Target, metadata: Metadata) -> bool:
    times = {name: mtime for name, _, mtime in target.files}
    return all(file.sha256 and file.modified == times.get(file.name) for file in metadata.files)


def _written(target: Target) -> tuple[Metadata, Overrides]:
    """The record as our own files tell it. ValueError when they cannot be read."""
    metadata = Metadata.model_validate(_json_of(Path(target.metadata or "")))
    has_said = target.overrides is not None and Path(target.overrides).exists()
    said = _json_of(Path(target.overrides or "")) if has_said else {"schema": 1}
    return metadata, Overrides.model_validate(said)


def _json_of(file: Path) -> Any:
    if not is_regular(file) or file.stat().st_size > LARGEST_RECORD:
        raise ValueError(f"{file.name} is no ordinary file of a sensible size")
    return json.loads(file.read_bytes())


def record_of(target: Target) -> tuple[Metadata, Overrides]:
    """The whole record of an adopted model, from its bytes and from everything that lies beside it. Raises OSError."""
    folder = _folder(target)
    whole = read_folder(Path(target.top) / target.place) if target.place == target.folder else None
    detected = identify(whole or read_header(folder / target.files[0][0]), load_rules())
    own, said = _own(target.metadata, Metadata), _own(target.overrides, Overrides)
    overrides = said or Overrides(schema=1)
    readings, told = _wanted(_readings(target, folder), overrides), header_fields(detected.text)
    alone = own is None and not readings and not overrides.fields
    merged = Merged(metadata=told) if alone else merge(readings, _earlier(own), own=overrides.fields, header=told)
    metadata = own or _fresh(target)
    _describe(metadata, target, detected, merged, overrides)
    metadata.files = _files(target, own, detected, merged)
    unread = (target.metadata if own is None else None, target.overrides if said is None else None)
    metadata.conflicts += [f"record: {Path(each).name} cannot be read" for each in unread if each]
    metadata.previews = _previews(target, merged, own.previews if own else [])
    return metadata, overrides


def _fresh(target: Target) -> Metadata:
    seconds = min(max(target.files[0][2] / 1e9, 0), _LAST_MOMENT)
    moment = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return Metadata(
        schema=1,
        id=target.id,
        name=target.title,
        cleaned_name="",
        added_at=moment,
        updated_at=moment,
    )


def _describe(metadata: Metadata, target: Target, detected: Identity, merged: Merged, overrides: Overrides) -> None:
    """Fills the record with what counts; who says otherwise is noted."""
    rules = load_rules()
    if is_guessed(metadata):
        metadata.name = target.title
    _fill(metadata, {name: value for name, value in merged.metadata.items() if name in _FROM_OTHERS})
    metadata.sources = joined(metadata.sources, merged.sources)
    told = merged.metadata.get("kind") or next((each.kind for each in metadata.sources if each.kind), None)
    metadata.kind = Kind.invalid if detected.kind == Kind.invalid else kind_of(detected, told)
    metadata.family = detected.family or family_of(metadata.base_model, rules)
    metadata.cleaned_name = slug(" ".join(filter(None, (metadata.name or target.title, metadata.version))))
    metadata.detected = Detected(
        kind=detected.kind,
        family=detected.family,
        variant=detected.variant,
        also=list(detected.also),
        reasons=list(detected.reasons),
        metadata=dict(detected.text),
    )
    report = merged.report
    disputed = [
        f"{name}: {origin.file} and {origin.others[0].file} differ"
        for name, origin in [*report.fields.items(), *report.said.items(), *report.hints.items()]
        if origin.others
    ]
    who = metadata.sources[0].source if metadata.sources else "a sidecar"
    metadata.conflicts = disagreements(detected, told, metadata.base_model, who, rules)
    said = _newly_said(merged, overrides)
    metadata.origins = _origins(merged, metadata.origins)
    metadata.imported = Imported(
        said=said,
        origins={name: report.said[name].file for name in said if name in report.said},
        files=sorted(set(target.sidecars)),
        fields=report.imported,
        conflicts=disputed[:_MOST_CONFLICTS],
    )


def _fill(metadata: Metadata, fields: dict[str, Any]) -> None:
    """Takes over fields that can stand in a record; one that cannot spoils no other."""
    try:
        told = Metadata.model_validate({**_LEAST, **fields})
    except ValidationError as problem:
        bad = {str(each["loc"][0]) for each in problem.errors() if each["loc"]}
        if bad & fields.keys():
            _fill(metadata, {name: value for name, value in fields.items() if name not in bad})
        return
    for name in fields:
        setattr(metadata, name, getattr(told, name))


def _origins(merged: Merged, known: dict[str, str]) -> dict[str, str]:
    """Where fetched fields are from; what our own record had before is still from where it was then."""
    fields = merged.report.fields
    told = {name: fields[name].file if name in fields else HEADER for name in merged.metadata if name in _FROM_OTHERS}
    found = {name: known.get(name) if file == EARLIER else file for name, file in told.items()}
    return {name: file for name, file in found.items() if file}


def _wanted(readings: list[Reading], overrides: Overrides) -> list[Reading]:
    """Readings without what was fetched for a model that this one is not, as the user says; their own words stay."""
    return [_only_said(each) if _is_unwanted(each, overrides) else each for each in readings]


def _is_unwanted(reading: Reading, overrides: Overrides) -> bool:
    source = reading.source
    return source is not None and is_forbidden(overrides.never_match, source.source, source.model_id)


def _only_said(reading: Reading) -> Reading:
    pictures = [each for each in reading.pictures if each.file]
    return reading.model_copy(
        update={"fetched": {}, "source": None, "listed": None, "hints": Digests(), "pictures": pictures}
    )


def _newly_said(merged: Merged, overrides: Overrides) -> dict[str, Any]:
    """What a person said in another tool and has not said otherwise here."""
    return {name: value for name, value in merged.overrides.items() if name not in overrides.fields}


_LEAST = {"schema": 1, "id": "0" * 26, "name": "x", "cleaned_name": "x"}


def _earlier(own: Metadata | None) -> dict[str, Any]:
    """What our own record says of what others told, where it says something."""
    if own is None:
        return {}
    told = own.model_dump(include=set(_FROM_OTHERS))
    if is_guessed(own):
        told.pop("name")  # it was guessed from the file's name: whoever knows better is right
    kept = {name: value for name, value in told.items() if own.origins.get(name) != HEADER}
    return {name: value for name, value in kept.items() if value not in (None, "", [], {})}


def _files(target: Target, own: Metadata | None, detected: Identity, merged: Merged) -> list[ModelFile]:
    """The files as they lie there; what was found out about unchanged ones earlier still holds."""
    known = {file.name: file for file in own.files} if own else {}
    hints = _hints(target, detected, merged)
    files = []
    for number, (name, size, _) in enumerate(target.files):
        file = known.get(name)
        if file is None or file.size != size:
            file = ModelFile(
                name=name, original_name=name, size=size, role="shard" if len(target.files) > 1 else "model"
            )
            extra = (
                merged.listed.model_dump(include={"quant", "variant", "pickle_scan", "virus_scan"})
                if merged.listed
                else {}
            )
            file = file.model_copy(update={key: value for key, value in extra.items() if value})
            if name in known and _was_proven(known[name]):
                file.verified = Verified(state="changed")  # its hashes are gone, and that somebody wrote it stays
        file.format, file.precision = detected.format, detected.precision
        if number == 0 and hints:
            file = ModelFile.model_validate({**file.model_dump(), "hints": hints})
        files.append(file)
    return files


def _was_proven(file: ModelFile) -> bool:
    """Whether it was known what the bytes of a file are, or that somebody has changed them."""
    return file.sha256 is not None or file.verified.state == "changed"


def _hints(target: Target, detected: Identity, merged: Merged) -> dict[str, str]:
    """Hashes that were told and not counted."""
    told = {"autov3": detected.text.get("embedded_autov3"), "sha256": target.told_sha256, **merged.hints.known()}
    return {name: value for name, value in told.items() if value}


def _previews(target: Target, merged: Merged, known: Sequence[Preview]) -> list[Preview]:
    """Pictures that lie beside the file first, then those that are only known by their address."""
    told: dict[str | None, Preview] = {picture.file: picture for picture in merged.pictures if picture.file}
    told |= {preview.file: preview for preview in known if preview.file}
    found: list[Preview] = []
    for name in target.previews[:_MOST_PREVIEWS]:
        facts = told.get(name) or (merged.pictures[0] if merged.pictures and not found else None)
        kept = facts.model_dump(include=_OF_A_PICTURE) if facts else {}
        kind = "video" if PurePosixPath(name).suffix.lower() in _VIDEOS else "image"
        with suppress(ValidationError):
            found.append(Preview.model_validate({**kept, "file": name, "type": kind}))
    urls = {preview.url for preview in found}
    for picture in [*merged.pictures, *known]:
        if picture.url and picture.url not in urls and len(found) < _MOST_PREVIEWS:
            urls.add(picture.url)
            found.append(Preview.model_validate({**picture.model_dump(exclude={"embedded"}), "file": None}))
    return found


_OF_A_PICTURE = {"by", "size", "url", "nsfw_level", "prompt", "meta", "blurhash", "width", "height"}


def _readings(target: Target, folder: Path) -> list[Reading]:
    """What the files beside a model say, and what its place in a cache of Hugging Face says."""
    main = target.files[0][0]
    found = [reading for name in target.sidecars if (reading := _reading(folder, name, main)) is not None]
    blob = PurePosixPath(target.link).name if target.link else None
    origin = cache_origin((Path(target.top) / target.place).parts, blob) if "snapshots" in target.place else None
    return [*found, origin] if origin else found


def _reading(folder: Path, name: str, main: str) -> Reading | None:
    path = folder / name
    try:
        size = path.stat().st_size
        content = read_ordinary(path, LARGEST + 1)
        if content is None:
            return None
        size = max(size, len(content))
        return read_sidecar(name, content if size <= LARGEST else b"", main, size)
    except OSError:
        return None


def _own(path: str | None, kind: type[_Record]) -> _Record | None:
    """Our own canonical file, None where there is none or it cannot be read: then it is left as it is."""
    if path is None:
        return None
    try:
        return kind.model_validate(_json_of(Path(path)))
    except (OSError, ValueError, RecursionError):
        return None


def _folder(target: Target) -> Path:
    return _joined(target.top, target.folder)


@lru_cache(maxsize=64)
def _joined(top: str, folder: str) -> Path:
    return Path(top) / folder if folder else Path(top)
