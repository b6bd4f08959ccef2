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


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _is_way(path: str) -> bool:
    """Whether a path stays below the app's folder; `{place}` at its beginning stands for one found at the app."""
    text = re.sub(r"^\{[a-z_]+\}", "place", path)
    return text == "." or (is_inner(text) and "{" not in text)


class Sign(_Data):
    """Something in the app's folder to know it by: a path that is there, and a text in it where one is named.

    `path` is below the app's folder; `text` is looked for in the first megabyte of that file.
    """

    path: str = Field(min_length=1, max_length=200)
    text: str | None = Field(None, min_length=1, max_length=200)

    @field_validator("path")
    @classmethod
    def _stays_inside(cls, path: str) -> str:
        if not is_inner(path):
            raise ValueError("a path must stay below the app's folder")
        return path


class Finding(Sign):
    """Where a fact about the app stands: by a pattern with one group, by a key of a JSON file, or by a mere sign.

    `pattern` is a regular expression over the file's text, line by line; `key` a top-level key of a JSON object (of a
    list its first entry). `version` is the fact itself, where the sign is enough; for a version it means "at least".
    """

    pattern: str | None = Field(None, max_length=300)
    key: str | None = Field(None, min_length=1, max_length=100)
    version: str | None = Field(None, max_length=40)

    @field_validator("pattern")
    @classmethod
    def _can_find(cls, pattern: str | None) -> str | None:
        try:
            if pattern is not None and re.compile(pattern).groups != 1:
                raise ValueError("a pattern needs exactly one group")
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

    base: tuple[str, ...] = (".",)
    all: tuple[Sign, ...] = ()
    any: tuple[Sign, ...] = ()
    none: tuple[Sign, ...] = ()
    version: tuple[Finding, ...] = ()

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

    A path that is not absolute is below the app's folder.
    """

    default: str
    found: tuple[Finding, ...] = ()

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
    `pickle`, `diffusers`); `extensions` are suffixes with their dot. `when` are signs that must be there, such as the
    extension of the app that reads these files. `name` is where in the folder the link lies; its words are those of
    `NAME_WORDS`, and a component in which a word is not known falls away unless `unknown` gives a word instead.
    `unit` `folder` links the model's whole folder, for models that are folders.
    """

    kinds: tuple[Kind, ...] = Field(min_length=1)
    folder: str = Field(min_length=1, max_length=200)
    versions: str = ""
    families: tuple[str, ...] = ()
    not_families: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    when: tuple[Sign, ...] = ()
    name: str = Field("{file}", max_length=200)
    unknown: str | None = Field(None, max_length=40)
    unit: Literal["file", "folder"] = "file"
    also: bool = False
    category: str | None = Field(None, max_length=60)
    """What the app's configuration file calls this folder, where it is not the folder's own name."""

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

    file: str = Field(min_length=1, max_length=200)
    format: Literal["comfyui-paths"] = "comfyui-paths"

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

    schema_version: Literal[1] = Field(1, alias="schema")
    app: str = Field(pattern=_APP)
    title: str = Field(min_length=1, max_length=60)
    config: str = Field("default", pattern=_APP)
    homepage: str | None = Field(None, max_length=200, pattern=r"^https://")
    versions: str = ""
    support: Support = "links"
    why: Why | None = None
    detect: Detect
    places: dict[Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")], Place] = Field(default_factory=dict)
    links: tuple[Method, ...] = ("relative", "absolute", "hardlink", "reflink")
    families: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    reads: tuple[str, ...] = ()
    config_block: ConfigBlock | None = None
    restart: bool = False
    notes: str | None = Field(None, max_length=500)

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
