"""Mapping files: where an app keeps each kind of model, from which version, and which links it likes.

A mapping is data, one JSON file `<app>_<appversion>_<config>.json` each: on the built-in shelf `apps/`, or in the
folder `model-library-translation` beside the settings, where the user's word replaces ours. `appversion` is the first
version of the app that the file speaks of; `config` names a way of having it set up. Facts: `app-layouts` notes.
"""

import json
import re
from collections.abc import Mapping as Map
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from modella.core.errors import BadLink
from modella.core.kinds import Kind
from modella.core.naming import is_inner, name_key, shown
from modella.core.versions import check_range, is_within, version_of

METHODS = ("relative", "absolute", "hardlink", "reflink", "copy")
Method = Literal["relative", "absolute", "hardlink", "reflink", "copy"]
"""How a file gets a second place: a symbolic link with a relative or an absolute target, a second name of the same
bytes, a file that shares blocks until one of them is written, or a copy, which is only made when asked for."""
Support = Literal["links", "none"]
Why = Literal["api-only", "own-store", "takes-paths"]
"""Why nothing can be linked into an app."""

_APP = r"^[a-z0-9][a-z0-9-]{0,39}$"
_FILE = re.compile(r"^([a-z0-9][a-z0-9-]{0,39})_([0-9][0-9A-Za-z.+-]{0,30})_([a-z0-9][a-z0-9-]{0,39})\.json$")
_WORD = re.compile(r"\{([^{}]*)\}")
NAME_WORDS = ("file", "stem", "suffix", "name", "kind", "family", "base model", "creator", "version", "sha256")
LARGEST_FILE = 1024 * 1024
_MOST_GROUPS = 3


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _is_way(path: str) -> bool:
    """Whether a path stays below the app's folder; `{place}` at its beginning stands for one found at the app."""
    text = re.sub(r"^\{[a-z_]+\}", "place", path)
    return text == "." or (is_inner(text) and "{" not in text)


def _inner(path: str) -> str:
    if not is_inner(path):
        raise ValueError("a path must stay below the app's folder")
    return path


class Sign(_Data):
    """Something in the app's folder to know it by: a path that is there, and a text in it where one is named.

    `path` is below the app's folder; `or_at` are other paths that do as well, for what has several names; `text` is
    looked for in the first megabyte of that file.
    """

    path: str = Field(
        min_length=1, max_length=200, description="A file or folder below the app's folder, spelled as on the disk."
    )
    or_at: tuple[str, ...] = Field((), max_length=10, description="Other paths that do as well.")
    text: str | None = Field(
        None, min_length=1, max_length=200, description="A text that stands in the first megabyte of that file."
    )

    @field_validator("path")
    @classmethod
    def _stays_inside(cls, path: str) -> str:
        return _inner(path)

    @field_validator("or_at")
    @classmethod
    def _all_stay_inside(cls, paths: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_inner(path) for path in paths)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path at which the sign may be."""
        return (self.path, *self.or_at)


class Finding(Sign):
    """Where a fact about the app stands: by a pattern with groups, by a key of a JSON file, or by a mere sign.

    `pattern` is a regular expression over the file's text, line by line; what its groups hold is joined with dots.
    `key` is a top-level key of a JSON object (of a list its first entry). `version` is the fact itself, where the sign
    is enough; for a version it means "at least". `replace` undoes how the file spells what it says.
    """

    pattern: str | None = Field(
        None, max_length=300, description="A regular expression for one line; its groups are joined with dots."
    )
    key: str | None = Field(
        None, min_length=1, max_length=100, description="A key at the top of a JSON object; of a list, its first entry."
    )
    version: str | None = Field(
        None, max_length=40, description="The version that the mere sign stands for: this one or a later one."
    )
    replace: dict[str, str] = Field(
        default_factory=dict,
        max_length=10,
        description="What the file writes for something else, such as `\\s` for `\\`.",
    )

    @field_validator("pattern")
    @classmethod
    def _can_find(cls, pattern: str | None) -> str | None:
        try:
            if pattern is not None and not 1 <= re.compile(pattern).groups <= _MOST_GROUPS:
                raise ValueError("a pattern needs one to three groups")
        except re.error as problem:
            raise ValueError(f"not a regular expression: {problem}") from problem
        return pattern

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Finding":
        if sum(each is not None for each in (self.pattern, self.key, self.version)) != 1:
            raise ValueError("say exactly one of pattern, key and version")
        return self


class Detect(_Data):
    """How the app is recognised: every sign of `all`, and one of `any` where there are some, below `base`.

    `base` are the folders below the one that the user names which may be the app's own, tried in order. `version` are
    the places where its version stands, the first that answers counts.
    """

    base: tuple[str, ...] = Field(
        (".",), description="Folders below the one that the user names which may be the app's own, tried in order."
    )
    all: tuple[Sign, ...] = Field((), description="Signs that must all be there.")
    any: tuple[Sign, ...] = Field((), description="Signs of which one must be there.")
    none: tuple[Sign, ...] = Field((), description="Signs of other apps: none of them may be there.")
    version: tuple[Finding, ...] = Field((), description="Where its version stands; the first that answers counts.")

    @field_validator("base")
    @classmethod
    def _stays_inside(cls, base: tuple[str, ...]) -> tuple[str, ...]:
        if not base or not all(each == "." or is_inner(each) for each in base):
            raise ValueError("a base must stay below the folder that the user names")
        return base

    @model_validator(mode="after")
    def _needs_a_sign(self) -> "Detect":
        if not self.all and not self.any:
            raise ValueError("an app needs a sign to be recognised by")
        return self


class Place(_Data):
    """A folder whose whereabouts the app's own settings say, by the first finding that answers, else `default`.

    A path that is not absolute is below the app's folder, or below another place.
    """

    default: str = Field(description="Where it is when nothing else is said.")
    below: str | None = Field(None, description="The place below which a relative path lies; else the app's folder.")
    found: tuple[Finding, ...] = Field(
        (), description="Where the app's settings name it; the first that answers counts."
    )

    @field_validator("default")
    @classmethod
    def _stays_inside(cls, default: str) -> str:
        if default != "." and not is_inner(default):
            raise ValueError("a default must stay below the app's folder")
        return default


class Target(_Data):
    """A folder for models of some kinds; the first target that fits a file gets it, and with `also` the next as well.

    `folder` is below the app's folder, or begins with the `{name}` of a place. `families` and `not_families` are
    spellings of families, `-` for one that is not known; `formats` are those of the bytes (`safetensors`, `gguf`,
    `torch`, `diffusers`); `extensions` are suffixes with their dot. `when` are signs that must be there, such as the
    extension of the app that reads these files. `name` is where in the folder the link lies; its words are those of
    `NAME_WORDS`, and a component in which a word is not known falls away unless `unknown` gives a word instead.
    `unit` `folder` links the model's whole folder, for models that are folders.
    """

    kinds: tuple[Kind, ...] = Field(min_length=1, description="Kinds of models that belong here.")
    folder: str = Field(
        min_length=1, max_length=200, description="Below the app's folder, or beginning with the `{name}` of a place."
    )
    versions: str = Field(
        "", description="The versions of the app that have this folder, as a range in npm's spelling."
    )
    families: tuple[str, ...] = Field((), description="Only models of these families; `-` for one that is not known.")
    not_families: tuple[str, ...] = Field((), description="No models of these families.")
    formats: tuple[str, ...] = Field(
        (), description="Only these formats of the bytes: `safetensors`, `gguf`, `torch`, `diffusers`."
    )
    extensions: tuple[str, ...] = Field((), description="Only files with these suffixes, each with its dot.")
    when: tuple[Sign, ...] = Field((), description="Signs that must be there, such as an extension of the app.")
    name: str = Field(
        "{file}", max_length=200, description=f"Where in the folder the link lies. Words: {', '.join(NAME_WORDS)}."
    )
    unknown: str | None = Field(None, max_length=40, description="Stands in a name for what is not known.")
    unit: Literal["file", "folder"] = Field(
        "file", description="Whether the file is linked, or the model's whole folder."
    )
    also: bool = Field(False, description="Whether the next target that fits gets the model as well.")
    category: str | None = Field(
        None,
        max_length=60,
        description="What the app's configuration file calls this folder, where it is not the folder's own name.",
    )

    @field_validator("folder")
    @classmethod
    def _is_way(cls, folder: str) -> str:
        if not _is_way(folder):
            raise ValueError("a folder must stay below the app's folder, or begin with a place")
        return folder

    @field_validator("versions")
    @classmethod
    def _is_range(cls, versions: str) -> str:
        return _range(versions)

    @field_validator("name")
    @classmethod
    def _is_name(cls, name: str) -> str:
        if strange := [word for word in _WORD.findall(name) if word not in NAME_WORDS]:
            raise ValueError(f"no such word in a name: {{{strange[0]}}}")
        if not ({"file", "stem", "sha256"} & set(_WORD.findall(name))):
            raise ValueError("a name needs {file}, {stem} or {sha256}")
        if not is_inner(_WORD.sub("x", name)):
            raise ValueError("a name must stay in its folder")
        return name


class ConfigBlock(_Data):
    """A file of settings in which the app can be told to read the library itself: our part of it is a marked block."""

    file: str = Field(min_length=1, max_length=200, description="Below the app's folder.")
    format: Literal["comfyui-paths"] = Field("comfyui-paths", description="How that file is written.")

    @field_validator("file")
    @classmethod
    def _stays_inside(cls, file: str) -> str:
        if not is_inner(file):
            raise ValueError("a path must stay below the app's folder")
        return file


class Mapping(_Data):
    """One mapping file. `versions` is the range of app versions it speaks of, beside the one in its name.

    `links` are the methods the app understands, the best first. `families`, where it names any, are all that the app
    can load, `-` for one that is not known: what it cannot load is not linked. `reads` are further folders in which
    the app looks, besides the targets: models that lie there are the app's already. `restart` tells that the app sees
    what is new only after its own refresh or a restart.
    """

    schema_url: str | None = Field(None, alias="$schema", description="Where editors find the schema of this file.")
    schema_version: Literal[1] = Field(1, alias="schema", description="The form of this file.")
    app: str = Field(pattern=_APP, description="The app's name in commands, as in the name of this file.")
    title: str = Field(min_length=1, max_length=60, description="The app's name for people.")
    config: str = Field("default", pattern=_APP, description="A way of having it set up, as in the name of this file.")
    homepage: str | None = Field(None, max_length=200, pattern=r"^https://")
    versions: str = Field("", description="The versions of the app that this file speaks of, in npm's spelling.")
    support: Support = Field("links", description="Whether models can be linked into the app.")
    why: Why | None = Field(None, description="Why nothing can be linked into it.")
    detect: Detect
    places: dict[Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")], Place] = Field(
        default_factory=dict, description="Folders whose whereabouts the app's own settings say."
    )
    links: tuple[Method, ...] = Field(
        ("relative", "absolute", "hardlink", "reflink"), description="Links that the app understands, the best first."
    )
    families: tuple[str, ...] = Field((), description="All families that the app loads; `-` for one that is not known.")
    extensions: tuple[str, ...] = Field((), description="All suffixes that the app reads, each with its dot.")
    targets: tuple[Target, ...] = Field((), description="Where models go; the first that fits gets the model.")
    reads: tuple[str, ...] = Field((), description="Further folders in which the app looks for models.")
    config_block: ConfigBlock | None = None
    restart: bool = Field(False, description="Whether the app must be refreshed or restarted to see what is new.")
    notes: str | None = Field(None, max_length=500, description="What people should know, in English.")

    @field_validator("versions")
    @classmethod
    def _is_range(cls, versions: str) -> str:
        return _range(versions)

    @field_validator("reads")
    @classmethod
    def _are_ways(cls, reads: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_is_way(each) for each in reads):
            raise ValueError("a folder must stay below the app's folder, or begin with a place")
        return reads

    @model_validator(mode="after")
    def _is_whole(self) -> "Mapping":
        if self.support == "links" and (not self.targets or not self.links):
            raise ValueError("an app that links needs targets and at least one method of links")
        if self.support == "none" and (self.why is None or self.targets):
            raise ValueError("an app without links needs a reason in `why`, and no targets")
        for way in (*self.reads, *(target.folder for target in self.targets)):
            for word in _WORD.findall(way):
                if word not in self.places:
                    raise ValueError(f"no such place: {{{word}}}")
        for number, (name, place) in enumerate(self.places.items()):
            if place.below is not None and place.below not in tuple(self.places)[:number]:
                raise ValueError(f"{name} must come after the place below which it lies")
        return self

    def at(self, version: str | None) -> tuple[Target, ...]:
        """The targets that an app of this version has; of an unknown version the newest is believed."""
        return tuple(each for each in self.targets if version is None or is_within(version, each.versions))


class MappingFile(_Data):
    """A mapping with the name of its file; `own` when it is the user's."""

    file: str
    first: str
    mapping: Mapping
    own: bool = False


def _range(text: str) -> str:
    try:
        return check_range(text)
    except BadLink:
        raise ValueError("not a range of versions") from None


def read_mapping(file: str, content: bytes, *, own: bool = False) -> MappingFile:
    """The mapping in a file. BadLink("bad-mapping") says what is wrong, and where in it."""
    named = _FILE.fullmatch(file)
    if named is None:
        raise BadLink("bad-mapping", file=shown(file, 120), at="", reason="name")
    try:
        said = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as problem:
        raise BadLink("bad-mapping", file=file, at="", reason=f"JSON: {shown(str(problem), 160)}") from problem
    try:
        mapping = Mapping.model_validate(said)
    except ValidationError as problem:
        first = problem.errors()[0]
        at = ".".join(str(each) for each in first["loc"])
        raise BadLink("bad-mapping", file=file, at=at, reason=_plain(first["msg"])) from problem
    if (mapping.app, mapping.config) != (named[1], named[3]):
        raise BadLink("bad-mapping", file=file, at="app", reason="app and config must be those of the file's name")
    return MappingFile(file=file, first=named[2], mapping=mapping, own=own)


def _plain(message: str) -> str:
    return shown(message.removeprefix("Value error, "), 200)


def best_mapping(files: Sequence[MappingFile], app: str, config: str, version: str | None) -> MappingFile | None:
    """The file for an app of this version: the newest that is not newer than it; the user's before ours.

    Of an unknown version the newest file is taken.
    """
    fits = [
        each
        for each in files
        if (each.mapping.app, each.mapping.config) == (app, config)
        and (version is None or is_within(version, each.mapping.versions))
        and (version is None or not _is_newer(each.first, version))
    ]
    return max(fits, key=lambda each: (_order(each.first), each.own), default=None)


def same_place(one: MappingFile, other: MappingFile) -> bool:
    """Whether two files speak of the same app, config and first version, so that only one of them can count."""
    mine, others = one.mapping, other.mapping
    return (mine.app, mine.config, _order(one.first)) == (others.app, others.config, _order(other.first))


def newest_first(files: Sequence[MappingFile]) -> list[MappingFile]:
    """Files by app; of each app the usual config first, and of that the newest version first."""
    return sorted(files, key=_rank)


def _rank(file: MappingFile) -> tuple[str, bool, str, tuple[int, ...]]:
    config = file.mapping.config
    return (file.mapping.app, config != "default", config, tuple(-number for number in _order(file.first)))


def _order(version: str) -> tuple[int, int, int]:
    found = version_of(version)
    return (found.major, found.minor, found.patch) if found else (0, 0, 0)


def _is_newer(first: str, version: str) -> bool:
    return _order(first) > _order(version)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a mapping file."""
    schema = Mapping.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def ways_in(mapping: Mapping, version: str | None) -> tuple[str, ...]:
    """Every folder in which the app looks for models, as it stands in the mapping."""
    return tuple(dict.fromkeys((*(each.folder for each in mapping.at(version)), *mapping.reads)))


def fill(way: str, places: Map[str, str]) -> PurePosixPath:
    """A folder of a mapping with its place filled in; relative to the app's folder where the place is."""
    return PurePosixPath(_WORD.sub(lambda found: places[found.group(1)], way))


def is_below(path: PurePosixPath, folder: PurePosixPath) -> bool:
    """Whether a path lies in a folder, by the names that some file system takes for one."""
    parts, tops = ([name_key(part) for part in each.parts if part != "."] for each in (path, folder))
    return len(parts) > len(tops) and all(one == other for one, other in zip(parts, tops, strict=False))
