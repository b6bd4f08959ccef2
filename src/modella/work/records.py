"""A model's canonical record, wherever it lies: read, changed and written back, the earlier one kept in the history.

A model that was placed has `metadata.json` and `overrides.json` in its folder. One that was adopted where it is has
`<stem>.modella.json` and `<stem>.modella.overrides.json` beside it, or below `.modella/adopted/` of the library. These
are written as soon as there is something that its bytes do not say. A stem that is too long for that is cut in the
names of its records and gets a short hash; which file they are of is written in them.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from modella.core.errors import DiskTrouble, NotFound
from modella.core.events import ModelChanged
from modella.core.grouping import DIFFUSERS_INDEX
from modella.core.model import Metadata, Overrides, effective
from modella.core.naming import MAX_BYTES, MAX_CHARACTERS, cut, suffix_of
from modella.core.root import Root
from modella.io.disk import Library, check_not_newer, is_regular, make_folders, read_json, time_of, write_json
from modella.work.hands import Hands, now, stamp
from modella.work.roots import check_online, root_of

LARGEST_RECORD = 64 * 1024 * 1024
OWN = "||"
"""Parts the signature of other tools' sidecars from that of our own records."""
_LONGEST_NAME = 255 - len(".modella.overrides.json")
"""Bytes of a name that leave room for our endings on every file system."""
Home = Literal["placed", "adopted"]


@dataclass
class Record:
    """One model: its two canonical files and where it lies. `place` is relative to the root."""

    metadata: Metadata
    overrides: Overrides
    root: Root
    place: str
    home: Home
    state: str = "present"
    lists: list[str] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """The folder in which the model's files lie."""
        return folder_of(self.root, self.place, self.home)

    def file(self, name: str) -> Path:
        """One of the model's files."""
        return self.folder / PurePosixPath(name)

    def effective(self) -> dict[str, Any]:
        """What counts, with where it lies."""
        where = {"home": self.home, "state": self.state, "lists": self.lists}
        if self.home == "adopted":
            where["path"] = self.folder.as_posix()
        return {**effective(self.metadata, self.overrides), **where}


def folder_of(root: Root, place: str, home: Home) -> Path:
    """The folder in which the files of a model lie."""
    path = Path(root.path) / PurePosixPath(place)
    return path if home == "placed" or not suffix_of(path.name) else path.parent


def canonical_files(hands: Hands, root: Root, place: str, home: Home) -> tuple[Path, Path]:
    """Where the metadata and the overrides of a model are kept, whether they are there or not."""
    if home == "placed":
        folder = Path(root.path) / PurePosixPath(place)
        return folder / "metadata.json", folder / "overrides.json"
    base = adopted_base(hands, root, place)
    return base.with_name(f"{base.name}.modella.json"), base.with_name(f"{base.name}.modella.overrides.json")


def adopted_base(hands: Hands, root: Root, place: str) -> Path:
    """The path, without its ending, of the records of an adopted file. Two of one stem keep their endings in it."""
    path = PurePosixPath(place)
    top = Path(root.path)
    if root.sidecars == "central":
        top = hands.library.control / "adopted" / (root.id or "library")
    if not suffix_of(path.name):
        return top / path / record_name(path.name or "model")
    stem = record_name(path.name.removesuffix(suffix_of(path.name)))
    known = read_json_or_none(top / path.parent / f"{stem}.modella.json")
    theirs = isinstance(known, dict) and known.get("file") not in (None, path.name)
    return top / path.parent / (record_name(path.name) if theirs else stem)


def record_name(name: str) -> str:
    """What our records of a file are called, before their endings; a name too long for them is cut and gets a hash."""
    content = os.fsencode(name)
    if len(content) <= _LONGEST_NAME:
        return name
    short = cut(content.decode("utf-8", "replace"), MAX_CHARACTERS, MAX_BYTES)
    return f"{short}-{hashlib.sha256(content).hexdigest()[:8]}"


def read_json_or_none(path: Path) -> Any:
    """The JSON of an ordinary file of a sensible size, else None."""
    try:
        return read_json(path) if is_regular(path) and path.stat().st_size <= LARGEST_RECORD else None
    except (ValueError, OSError, RecursionError):
        return None


def read_own(file: Path) -> Any:
    """What one of our canonical files says. ValueError when it is no ordinary file of a sensible size, or no record."""
    if not is_regular(file) or file.stat().st_size > LARGEST_RECORD:
        raise ValueError(f"{file.name} is no ordinary file of a sensible size")
    told = read_json(file)
    if not isinstance(told, dict):
        raise ValueError(f"{file.name} is no record")
    return told


def load(hands: Hands, model: str) -> Record:
    """A model's record from its canonical files; from the index where an adopted file has none yet.

    NotFound("unknown-id") when there is no such model; Refused("outside-library") when its folder has become a link
    that leads out; DiskTrouble("record-unreadable") when somebody has broken its files, which stay as they are.
    """
    known = hands.index.get(model)
    if known is None:
        raise NotFound("unknown-id", id=model[:64])
    root = root_of(hands, str(known["root"]))
    place, home = str(known["place"]), known["home"]
    metadata_file, overrides_file = canonical_files(hands, root, place, home)
    if home == "placed":
        Library(Path(root.path)).inside(place)
    for file in (metadata_file, overrides_file):
        check_not_newer(file)
    if home == "placed" and not metadata_file.exists():
        raise NotFound("no-such-path", path=str(metadata_file))
    with _told_as_unreadable(metadata_file):
        told = read_own(metadata_file) if metadata_file.exists() else None
        metadata = Metadata.model_validate(_freshest(told, without_words(known), home))
    with _told_as_unreadable(overrides_file):
        said = Overrides.model_validate(read_own(overrides_file) if overrides_file.exists() else {"schema": 1})
    return Record(
        metadata=metadata,
        overrides=said,
        root=root,
        place=place,
        home=home,
        state=str(known["state"]),
        lists=list(known.get("lists") or []),
    )


@contextmanager
def _told_as_unreadable(file: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, RecursionError) as problem:
        reason = (str(problem).splitlines() or ["?"])[0][:200]
        raise DiskTrouble("record-unreadable", path=str(file), reason=reason) from problem


def _freshest(told: dict[str, Any] | None, known: dict[str, Any], home: Home) -> dict[str, Any]:
    """Our record of a model as its last scan left it.

    A scan takes what other tools' files say newly into the index only; it is written with the next change of ours.
    """
    if told is None:
        return known
    if home == "placed" or told.get("updated_at") != known.get("updated_at"):
        return told
    Metadata.model_validate(told)  # whoever wrote it: ValueError before anything is taken from it
    payloads = {_origin(each): each.get("payload") for each in told.get("sources") or []}
    sources = [{**each, "payload": payloads.get(_origin(each))} for each in known.get("sources") or []]
    return {**told, **known, "sources": sources}


def _origin(source: dict[str, Any]) -> tuple[Any, ...]:
    return source.get("source"), source.get("model_id"), source.get("version_id")


def without_words(indexed: dict[str, Any]) -> dict[str, Any]:
    """A record of the index as it is without the user's words, and without what the index says of its place."""
    found = {**indexed, **(indexed.get("beneath") or {})}
    return {name: value for name, value in found.items() if name not in _ONLY_INDEXED}


def save(hands: Hands, record: Record, *, metadata: bool = True, overrides: bool = False) -> dict[str, Any]:
    """Writes what was changed, keeps what was there in the history, and tells everybody; the effective record.

    First the canonical file, then the index: a crash in between is mended by the next look at the files.
    DiskTrouble("root-offline") when the drive is away: into an empty mount point nothing is written.
    """
    check_online(hands, record.root)
    later = _after(max(record.metadata.updated_at, record.overrides.updated_at))
    metadata_file, overrides_file = canonical_files(hands, record.root, record.place, record.home)
    make_folders(metadata_file.parent)
    moment = stamp()
    if overrides:
        record.overrides.updated_at = later
        _replace(hands, record, overrides_file, record.overrides.model_dump(mode="json", by_alias=True), moment)
    if metadata and _is_only_looked_at(record, metadata_file):
        write_json(metadata_file, _dumped(record))
    elif metadata or not metadata_file.exists():
        record.metadata.updated_at = later
        _replace(hands, record, metadata_file, _dumped(record), moment)
    if record.home == "adopted":
        _sign(hands, record, metadata_file, overrides_file)
    return publish(hands, record)


def _is_only_looked_at(record: Record, file: Path) -> bool:
    """Whether the record says what its file says, but for when the bytes were last looked at: no version of its own."""
    told = read_json_or_none(file)
    if not isinstance(told, dict):
        return False
    try:
        before = Metadata.model_validate({**told, "updated_at": record.metadata.updated_at})
    except ValueError:
        return False
    return _without_times(before) == _without_times(record.metadata)


def _without_times(metadata: Metadata) -> dict[str, Any]:
    found = metadata.model_dump(mode="json", by_alias=True, exclude={"files": {"__all__": {"verified": {"at"}}}})
    return {name: value for name, value in found.items() if name not in {*_ONLY_INDEXED, "file", "updated_at"}}


def _after(last: str) -> str:
    """This moment; a little later than the last change where the clock says otherwise, so that no change is unseen."""
    moment = now()
    if moment > last:
        return moment
    try:
        return (datetime.fromisoformat(last) + timedelta(milliseconds=1)).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError):
        return moment


def _sign(hands: Hands, record: Record, *files: Path) -> None:
    """Remembers our own records as they are now, so that the next scan does not take them for news."""
    mains = (PurePosixPath(record.place), PurePosixPath(record.place) / DIFFUSERS_INDEX)
    for seen in hands.index.seen_at(record.root.id, record.place):
        if PurePosixPath(seen.path) in mains:
            others = seen.beside.partition(OWN)[0]
            hands.index.note_seen([seen._replace(beside=f"{others}{OWN}{signature_of(files)}")])


def write_adopted(file: Path, told: dict[str, Any], main: str) -> None:
    """Writes the record of an adopted file beside it, for what its bytes do not say."""
    make_folders(file.parent)
    write_json(file, {**without_words(told), "file": main})


def signature_of(paths: Sequence[Path]) -> str:
    """Names, sizes and times of our own records as they are now; another one means that they must be read again."""
    return "|".join(f"{path.name}:{told.st_size}:{time_of(told)}" for path in paths if (told := _stat(path)))


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def publish(hands: Hands, record: Record) -> dict[str, Any]:
    """Puts a record into the index and tells everybody; the effective record as the index has it."""
    hands.index.put(record.effective(), record.place, record.root.id)
    told = hands.index.get(record.metadata.id) or {}
    hands.bus.tell(ModelChanged(model=told))
    return told


def change(hands: Hands, model: str, how: Callable[[Record], None], *, overrides: bool = False) -> dict[str, Any]:
    """Reads a record, lets it be changed, and writes it back; one at a time."""
    with hands.changing:
        record = load(hands, model)
        how(record)
        return save(hands, record, metadata=not overrides, overrides=overrides)


def _dumped(record: Record) -> dict[str, Any]:
    told = record.metadata.model_dump(mode="json", by_alias=True)
    if record.home == "adopted":
        told["file"] = PurePosixPath(record.place).name
    return {name: value for name, value in told.items() if name not in _ONLY_INDEXED}


_ONLY_INDEXED = frozenset(
    {"place", "root", "home", "path", "state", "lists", "link", "group", "beneath", "never_match"}
)
"""What the index says of a model beside its record: where it is now, and what follows from both of its files."""


def _replace(hands: Hands, record: Record, file: Path, told: dict[str, Any], moment: str) -> None:
    hands.library.keep_history(record.metadata.id, file, moment, kept_as=_kept_as(file))
    write_json(file, told)


def _kept_as(file: Path) -> str:
    """The name in the history, the same for placed and adopted models."""
    is_overrides = file.name == "overrides.json" or file.name.endswith(".overrides.json")
    return "overrides.json" if is_overrides else "metadata.json"
