"""What links an app should have, and what must be done so that it has them: a plan, made of facts alone.

Two questions, each a pure function: which files of which models belong where (`wants`), and, place by place, what to
do about it (`decide`). Nothing of the app's own is ever replaced or removed: what we did not make stands in the way.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count, islice
from pathlib import PurePath, PurePosixPath
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from modella.core.errors import ModellaError
from modella.core.kinds import Kind
from modella.core.mapping import Mapping as AppMapping
from modella.core.mapping import Method, Sign, Target, fill
from modella.core.naming import is_inner, name_key, slug, suffix_of, with_hash
from modella.core.versions import is_within

Action = Literal["make", "keep", "mend", "remove", "there", "blocked"]
"""What a line of a plan does: make a link, leave ours, make ours anew, take ours away; nothing to do because the app
has the file already by other means; or nothing, because something stands in the way."""
Drift = Literal["missing", "broken", "changed", "foreign"]
"""How a link of ours is not as we left it: gone, leading nowhere, another one now, or foreign content in its place."""
Way = Literal["links", "config"]

_KIND_OF_ROLE = {role: Kind(role) for role in ("text_encoder", "vae", "clip_vision", "controlnet", "upscaler", "lora")}
_OF_THE_MODEL = {"model", "shard", "index", "negative"}
_INDEX = "model_index.json"
_FOLDER_FORMAT = "diffusers"
_WORD = re.compile(r"\{([^{}]*)\}")
_LONGEST_NAME = 255
_LONGEST_PATH = 4096
_FEW = 3
"""So many names of a link are looked for among those that it may have already."""
_TWO_NAMES = 2
_COARSEST_TIME = 2_000_000_000
"""Nanoseconds between two times that some file system takes for one: a copy there has not its file's very time."""


class App(BaseModel):
    """An app as it was added: `path` is its own folder, `version` what was found there, None where nothing says it.

    `method` is the person's choice among the methods of links, `auto` the best that works. `auto` keeps its links in
    step with the library. `linked_at` is when all its links were last made, empty before that, `linked_version` its
    version then. `way` tells whether the app gets links, or a block in its own configuration.
    """

    model_config = ConfigDict(extra="ignore")

    id: str
    app: str
    title: str
    path: str
    config: str = "default"
    version: str | None = None
    linked_version: str | None = None
    linked_at: str = ""
    places: dict[str, str] = Field(default_factory=dict)
    method: Literal["auto", "relative", "absolute", "hardlink", "reflink", "copy"] = "auto"
    way: Way = "links"
    auto: bool = True
    added_at: str = ""


@dataclass(frozen=True)
class LinkedModel:
    """What has to be known of a model to link it; `folder` is where its files lie, `words` what is said of the app."""

    id: str
    name: str
    cleaned: str
    kind: str
    family: str | None
    base_model: str | None
    creator: str | None
    version: str | None
    folder: str
    state: str
    added_at: str
    is_own_folder: bool
    files: Sequence[Mapping[str, Any]]
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """A file that belongs at a place: `path` is below the app's folder, or absolute where its folder lies elsewhere.

    `folder` is the app's folder for files of this kind, `category` what the app calls it in its configuration.
    `bundle` is the folder below which all files of this model must stay together, if they must.
    """

    model: str
    name: str
    file: str
    source: str
    path: str
    kind: str
    size: int
    folder: str
    category: str
    unit: Literal["file", "folder"] = "file"
    bundle: str = ""


@dataclass(frozen=True)
class Skipped:
    """A model that the app does not get, and why (`links.skipped` in the locales)."""

    model: str
    name: str
    why: str


@dataclass(frozen=True)
class LinkRecord:
    """A link that we made: its place, whose file it leads to, and by what it is known again.

    `text` is what a symbolic link says; `inode`, `size` and `modified` (nanoseconds) are those of what we made.
    `state` tells whether it was being made or removed when it was written down.
    """

    app: str
    path: str
    model: str
    file: str
    source: str
    method: Method
    state: Literal["making", "made", "removing"] = "made"
    text: str = ""
    inode: int = 0
    size: int = 0
    modified: int = 0
    made_at: str = ""


@dataclass(frozen=True)
class Found:
    """What lies at a path: `text` is what a link says, `real` where it leads in the end, None for nowhere.

    `inode`, `device`, `size` and `modified` are of the thing itself; of a link, not of what it leads to. `names` is how
    many names its content has. `loops` tells that links lead in a circle.
    """

    what: Literal["nothing", "link", "file", "folder", "other"] = "nothing"
    text: str = ""
    real: str | None = None
    device: int = 0
    inode: int = 0
    size: int = 0
    modified: int = 0
    names: int = 1
    loops: bool = False


NOTHING = Found()


@dataclass(frozen=True)
class Ground:
    """The folder that a link will lie in: where it really is, its device, and what can be made there.

    `problem` is why nothing can (a code of `links.why`), `symbolic` and `shared` whether symbolic links and files that
    share blocks work there.
    """

    real: str
    device: int
    symbolic: bool = True
    shared: bool = False
    problem: str | None = None
    detail: str = ""


class LinkLine(BaseModel):
    """One line of a plan: what is done at which place, for which file, how, and why (`links.why` in the locales).

    `to` is the library's file; `method` is None where nothing is made. `drift` tells how a link of ours was not as we
    left it.
    """

    action: Action
    path: str
    model: str
    name: str
    file: str
    to: str
    method: Method | None = None
    why: str | None = None
    detail: str = ""
    drift: Drift | None = None
    size: int = 0


# ------------------------------------------------------------------------------------------------ what belongs where


def wants(
    app: App, mapping: AppMapping, models: Iterable[LinkedModel], has: Callable[[Sign], bool]
) -> tuple[list[Wanted], list[Skipped]]:
    """The files that the app should see, each with its place; and the models it should not, with the reason."""
    targets = [each for each in mapping.at(app.version) if all(has(sign) for sign in each.when)]
    found: list[Wanted] = []
    skipped: list[Skipped] = []
    for model in models:
        told = _wanted_of(app, mapping, targets, model)
        if isinstance(told, str):
            skipped.append(Skipped(model.id, model.name, told))
        else:
            found += told
    return found, skipped


def _wanted_of(app: App, mapping: AppMapping, targets: Sequence[Target], model: LinkedModel) -> list[Wanted] | str:
    said = words_for(app, model.words)
    if why := _ruled_out(app, mapping, model, said):
        return why
    is_folder = any(PurePosixPath(str(file["name"])).name == _INDEX for file in model.files)
    sharded = any(file.get("role") == "shard" for file in model.files)
    if is_folder:
        return _folder_wanted(app, targets, model, said)
    found, reasons = [], set[str]()
    for file in model.files:
        kind = _kind_of(model, file)
        if kind is None:
            continue
        told = _target_for(mapping, targets, kind, model, file)
        if isinstance(told, str):
            reasons.add(told)
            continue
        for target in told:
            inner = f"{model.cleaned}/" if sharded and kind == model.kind else ""
            found.append(_wanted(app, target, model, file, kind, said, inner))
    return found or next((why for why in ("format", "family", "kind") if why in reasons), "kind")


def words_for(app: App, words: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What is said of a model in an app: of this very one, before its kind of app, before every app (`*`)."""
    return {**words.get("*", {}), **words.get(app.app, {}), **words.get(app.id, {})}


def _ruled_out(app: App, mapping: AppMapping, model: LinkedModel, said: Mapping[str, Any]) -> str | None:
    if said.get("link") is False:
        return "switched-off"
    if model.state != "present":
        return "not-present"
    if model.kind in {Kind.invalid, Kind.unknown, Kind.workflow}:
        return "kind"
    if mapping.families and said.get("link") is not True and (model.family or "-") not in mapping.families:
        return "family"
    return _out_of_range(app, said.get("versions"))


def _out_of_range(app: App, versions: object) -> str | None:
    """What a person said of the app's versions; a range without sense binds nobody."""
    if not isinstance(versions, str) or versions.strip() in {"", "*"}:
        return None
    if app.version is None:
        return "version-unknown"
    try:
        return None if is_within(app.version, versions) else "version"
    except ModellaError:
        return "version-unreadable"


def _kind_of(model: LinkedModel, file: Mapping[str, Any]) -> str | None:
    """The kind that a file counts as for an app; None for what is no model: settings, cards, archives."""
    role = file.get("role") or "model"
    if role in _OF_THE_MODEL:
        return model.kind
    return _KIND_OF_ROLE.get(str(role))


def _target_for(
    mapping: AppMapping, targets: Sequence[Target], kind: str, model: LinkedModel, file: Mapping[str, Any]
) -> list[Target] | str:
    """The folders for a file, or why there is none."""
    of_kind = [each for each in targets if kind in each.kinds and each.unit == "file"]
    if not of_kind:
        return "kind"
    suffix = suffix_of(str(file["name"])).lower()
    is_weights = file.get("role") not in {"index"}
    loadable = [each for each in of_kind if _takes(mapping, each, suffix, file) or not is_weights]
    if not loadable:
        return "format"
    found: list[Target] = []
    for each in loadable:
        if _is_of_family(each, model.family):
            found.append(each)
            if not each.also:
                break
    return found or "family"


def _takes(mapping: AppMapping, target: Target, suffix: str, file: Mapping[str, Any]) -> bool:
    extensions = target.extensions or mapping.extensions
    if extensions and suffix not in extensions:
        return False
    return not target.formats or file.get("format") in target.formats


def _is_of_family(target: Target, family: str | None) -> bool:
    name = family or "-"
    return (not target.families or name in target.families) and name not in target.not_families


def _folder_wanted(
    app: App, targets: Sequence[Target], model: LinkedModel, said: Mapping[str, Any]
) -> list[Wanted] | str:
    """A model that is a folder: whole where the app wants it so, else file by file in a folder of its name."""
    of_kind = [each for each in targets if model.kind in each.kinds and _FOLDER_FORMAT in each.formats]
    fits = [each for each in of_kind if _is_of_family(each, model.family)]
    if not fits:
        return "family" if of_kind else "format"
    target = fits[0]
    own = said.get("path")
    place = own if isinstance(own, str) and is_inner(own) else f"{_way(app, target)}/{model.cleaned}"
    category = target.category or PurePosixPath(target.folder).name
    if target.unit == "folder":
        if not model.is_own_folder:
            return "format"
        size = sum(int(file["size"]) for file in model.files)
        way = _way(app, target)
        return [Wanted(model.id, model.name, "", model.folder, place, model.kind, size, way, category, "folder")]
    top = PurePosixPath(next(str(f["name"]) for f in model.files if str(f["name"]).endswith(_INDEX))).parent
    return [
        Wanted(
            model=model.id,
            name=model.name,
            file=str(file["name"]),
            source=_source(model, file),
            path=f"{place}/{_below(str(file['name']), top)}",
            kind=model.kind,
            size=int(file["size"]),
            folder=_way(app, target),
            category=category,
            bundle=place,
        )
        for file in model.files
    ]


def _below(name: str, top: PurePosixPath) -> str:
    path = PurePosixPath(name)
    return path.relative_to(top).as_posix() if path.is_relative_to(top) else name


def _wanted(
    app: App,
    target: Target,
    model: LinkedModel,
    file: Mapping[str, Any],
    kind: str,
    said: Mapping[str, Any],
    inner: str,
) -> Wanted:
    name = PurePosixPath(str(file["name"])).name
    own = said.get("path")
    if isinstance(own, str) and is_inner(own) and kind == model.kind:
        is_name = suffix_of(own).lower() == suffix_of(name).lower() != ""
        path = own if is_name and not inner else f"{own}/{name}"
    else:
        path = f"{_way(app, target)}/{inner}{_filled(target, model, file, name)}"
    bundle = f"{_way(app, target)}/{model.cleaned}" if inner else ""
    category = target.category or PurePosixPath(target.folder).name
    return Wanted(
        model=model.id,
        name=model.name,
        file=str(file["name"]),
        source=_source(model, file),
        path=path,
        kind=kind,
        size=int(file["size"]),
        folder=_way(app, target),
        category=category,
        bundle=bundle if bundle and path.startswith(f"{bundle}/") else "",
    )


def _way(app: App, target: Target) -> str:
    way = fill(target.folder, app.places).as_posix()
    return way.removeprefix("./")


def _source(model: LinkedModel, file: Mapping[str, Any]) -> str:
    return str(PurePath(model.folder, *PurePosixPath(str(file["name"])).parts))


def _filled(target: Target, model: LinkedModel, file: Mapping[str, Any], name: str) -> str:
    """The name of a link in its folder, with its words filled in, component by component."""
    suffix = suffix_of(name)
    words = {
        "file": name,
        "stem": name.removesuffix(suffix),
        "suffix": suffix,
        "sha256": file.get("sha256"),
        "name": model.cleaned,
        "kind": model.kind,
        "family": model.family,
        "version": model.version,
        "base model": model.base_model,
        "creator": model.creator,
    }
    parts = (_component(part, words, target.unknown) for part in target.name.split("/"))
    return "/".join(part for part in parts if part)


_VERBATIM = {"file", "stem", "suffix", "sha256"}


def _component(part: str, words: Mapping[str, str | None], unknown: str | None) -> str:
    for word in _WORD.findall(part):
        if not words.get(word) and word != "suffix" and unknown is None:
            return ""

    def said(found: re.Match[str]) -> str:
        text = words.get(found.group(1)) or ("" if found.group(1) == "suffix" else unknown or "")
        return text if found.group(1) in _VERBATIM else slug(text, fallback=unknown or "")

    return _WORD.sub(said, part)


# --------------------------------------------------------------------------------------------------- one name for one


def named_apart(
    wanted: Sequence[Wanted], ours: Mapping[tuple[str, str], Collection[str]], held: Callable[[str], bool]
) -> tuple[list[Wanted], list[Skipped]]:
    """No two files at one place: whoever has it keeps it, others get a short hash; of one file the first is enough.

    `ours` are the keys of the places at which links of these models are now, by model and file: a link keeps its name
    as long as it can. `held` tells of a key whether a link of a model that is not planned for now lies there. Files
    that belong together in a folder (`bundle`) stay together: their folder gets the hash.
    """
    taken: dict[str, Wanted] = {}
    twice: list[Skipped] = []
    apart = _bundles_apart(wanted, ours, held)
    for each in sorted(apart, key=lambda each: (not _has_its_place(each, ours), each.model, each.file)):
        holder = taken.get(place_key(each.path))
        if holder is not None and holder.source == each.source:
            twice.append(Skipped(each.model, each.name, "same-file"))
            continue
        mine = ours.get((each.model, each.file), ())
        names = [*islice(_names(each), _FEW)]
        kept = [name for name in names if place_key(name) in mine]
        path = next(
            name for name in chain(kept, _names(each)) if (key := place_key(name)) not in taken and not held(key)
        )
        taken[place_key(path)] = replace(each, path=path)
    return sorted(taken.values(), key=lambda each: each.path), twice


def _bundles_apart(
    wanted: Sequence[Wanted], ours: Mapping[tuple[str, str], Collection[str]], held: Callable[[str], bool]
) -> list[Wanted]:
    """No two models in one folder of their own: who has links in it keeps it, the others' folders get a short hash."""
    files: dict[tuple[str, str], list[Wanted]] = {}
    for each in wanted:
        files.setdefault((each.bundle, each.model), []).append(each)

    def is_in(folder: str, of: tuple[str, str]) -> bool:
        top = f"{place_key(folder)}/"
        return any(key.startswith(top) for each in files[of] for key in ours.get((each.model, each.file), ()))

    holders: dict[str, str] = {}
    found: list[Wanted] = []
    for of in sorted(files, key=lambda of: (not (is_in(of[0], of) or is_in(_apart(*of), of)), of[1], of[0])):
        bundle, model = of
        is_taken = holders.get(place_key(bundle), model) != model or is_in(_apart(*of), of)
        if bundle and (is_taken or any(held(place_key(each.path)) for each in files[of])):
            found += [replace(each, path=_apart(*of) + each.path.removeprefix(bundle)) for each in files[of]]
        else:
            holders[place_key(bundle)] = model
            found += files[of]
    return found


def _has_its_place(wanted: Wanted, ours: Mapping[tuple[str, str], Collection[str]]) -> bool:
    mine = ours.get((wanted.model, wanted.file), ())
    return any(place_key(name) in mine for name in islice(_names(wanted), _FEW))


def _names(wanted: Wanted) -> Iterator[str]:
    """The names that a link may have, the best first; there is always another one."""
    yield wanted.path
    yield _apart(wanted.path, wanted.model)
    for number in count():
        mark = hashlib.sha256(f"{wanted.model}\n{wanted.file}\n{number}".encode()).hexdigest()
        yield _apart(wanted.path, mark)


def _apart(way: str, mark: str) -> str:
    path = PurePosixPath(way)
    return (path.parent / with_hash(path.name, mark[-8:])).as_posix()


def place_key(path: str) -> str:
    """Equal for paths that some file system would take for one."""
    return "/".join(name_key(part) for part in PurePosixPath(path).parts)


# ------------------------------------------------------------------------------------------------- place by place


def decide(  # noqa: PLR0911 (one answer for each thing that can be found at a place)
    app: App,
    methods: Sequence[Method],
    want: Wanted,
    record: LinkRecord | None,
    found: Found,
    source: Found,
    ground: Ground,
) -> LinkLine:
    """What to do at the place of a wanted file."""
    if source.what not in {"file", "folder"}:
        return _line("blocked", want, why="link-loop" if source.loops else "source-gone", drift=_gone(record, found))
    if record is not None and is_ours(record, found):
        if is_right(record, want, found, source, ground) and _method_stands(app, record):
            return _line("keep", want, method=record.method)
        method = choose_method(app, methods, source, ground, want.unit)
        if method not in METHOD_NAMES:
            return _line("blocked", want, why=method, detail=ground.detail, drift="broken")
        if record.method == "hardlink" and found.names < _TWO_NAMES:
            return _line("blocked", want, why="last-copy", drift="changed")
        is_broken = found.what == "link" and found.real is None
        return _line("mend", want, method=method, drift="broken" if is_broken else None)
    if found.what == "nothing":
        drift: Drift | None = "missing" if record is not None and record.state == "made" else None
        method = ground.problem or choose_method(app, methods, source, ground, want.unit)
        if method not in METHOD_NAMES:
            return _line("blocked", want, why=method, detail=ground.detail, drift=drift)
        return _line("make", want, method=method, drift=drift)
    return _in_the_way(want, record, found, source)


METHOD_NAMES = frozenset({"relative", "absolute", "hardlink", "reflink", "copy"})


def _gone(record: LinkRecord | None, found: Found) -> Drift | None:
    if record is None:
        return None
    return "broken" if is_ours(record, found) else "missing" if found.what == "nothing" else "foreign"


def _in_the_way(want: Wanted, record: LinkRecord | None, found: Found, source: Found) -> LinkLine:
    """Something is there that we did not make, or that is not as we made it."""
    if found.real is not None and found.real == source.real:
        return _line("there", want, why="own-link" if found.what == "link" else "lives-here")
    if found.what == "file" and (found.device, found.inode) == (source.device, source.inode):
        return _line("there", want, why="same-file")
    drift: Drift | None = None
    if record is not None:
        drift = "changed" if found.what == "file" and record.method in {"copy", "reflink"} else "foreign"
    if found.loops:
        return _line("blocked", want, why="link-loop", drift=drift)
    why = "changed" if drift == "changed" else f"foreign-{found.what}"
    return _line("blocked", want, why=why, detail=found.text, drift=drift)


def is_ours(record: LinkRecord, found: Found) -> bool:
    """Whether what lies at the place of a link is what we made there."""
    if record.method in {"relative", "absolute"}:
        return found.what == "link" and found.text == record.text
    if found.what != "file" or found.inode != record.inode:
        return False
    if record.method == "hardlink":
        return True
    return (found.size, found.modified) == (record.size, record.modified)


def is_right(record: LinkRecord, want: Wanted, found: Found, source: Found, ground: Ground) -> bool:
    """Whether a link of ours leads to the file it should lead to, in the way it was made."""
    if record.method in {"relative", "absolute"}:
        return (
            found.real is not None
            and found.real == source.real
            and found.text == link_text(record.method, want, ground)
        )
    if record.source != want.source:
        return False
    if record.method == "hardlink":
        return (found.device, found.inode) == (source.device, source.inode)
    return record.size == source.size and abs(record.modified - source.modified) <= _COARSEST_TIME


def _method_stands(app: App, record: LinkRecord) -> bool:
    return app.method in {"auto", record.method}


def choose_method(app: App, methods: Sequence[Method], source: Found, ground: Ground, unit: str = "file") -> str:
    """The method for a place, or the code of why there is none.

    A relative link where both lie on one file system, for then they are likely to travel together; a copy only when
    somebody asked for copies.
    """
    if ground.problem:
        return ground.problem
    same = source.device == ground.device
    works = {
        "relative": ground.symbolic,
        "absolute": ground.symbolic,
        "hardlink": same and unit == "file",
        "reflink": same and ground.shared and unit == "file",
        "copy": unit == "file",
    }
    if app.method != "auto":
        if works[app.method]:
            return app.method
        return (
            "no-symbolic-links"
            if app.method in {"relative", "absolute"}
            else "other-volume"
            if not same
            else "no-links"
        )
    fits = [each for each in methods if works[each] and each != "copy" and not (each == "relative" and not same)]
    return fits[0] if fits else ("no-links" if same else "no-symbolic-links")


def link_text(method: Method, want: Wanted, ground: Ground) -> str:
    """What a symbolic link says, seen from where its folder really is."""
    return want.source if method == "absolute" else _way_between(PurePath(ground.real), PurePath(want.source))


def _way_between(folder: PurePath, file: PurePath) -> str:
    """The path from a folder to a file, up and down again; the file's own on another drive."""
    if folder.anchor != file.anchor:
        return str(file)
    pairs = zip(folder.parts, file.parts, strict=False)
    shared = next((number for number, (one, other) in enumerate(pairs) if one != other), None)
    count = min(len(folder.parts), len(file.parts)) if shared is None else shared
    return str(PurePath(*[".."] * (len(folder.parts) - count), *file.parts[count:]))


def unwanted(record: LinkRecord, found: Found) -> LinkLine:
    """What to do about a link of ours that nobody wants any more; only what is still ours goes."""
    base = {
        "path": record.path,
        "model": record.model,
        "name": "",
        "file": record.file,
        "to": record.source,
        "method": record.method,
        "size": record.size,
    }
    if found.what == "nothing":
        return LinkLine.model_validate({**base, "action": "remove", "why": "gone-already"})
    if not is_ours(record, found):
        return LinkLine.model_validate({**base, "action": "remove", "why": "not-ours-now", "drift": "foreign"})
    if record.method == "hardlink" and found.names < _TWO_NAMES:
        return LinkLine.model_validate({**base, "action": "blocked", "why": "last-copy"})
    return LinkLine.model_validate({**base, "action": "remove"})


def _line(action: Action, want: Wanted, **facts: Any) -> LinkLine:
    return LinkLine(
        action=action,
        path=want.path,
        model=want.model,
        name=want.name,
        file=want.file,
        to=want.source,
        size=want.size,
        **facts,
    )


def is_too_long(path: str) -> bool:
    """Whether a path, or a component of it, is longer than systems allow."""
    return len(path.encode("utf-8", "surrogateescape")) >= _LONGEST_PATH or any(
        len(part.encode("utf-8", "surrogateescape")) > _LONGEST_NAME for part in PurePosixPath(path).parts
    )
