"""Backups: what one archive holds, what its manifest says of it, and which of it may go where when it is put back."""

import re
from pathlib import PurePosixPath
from typing import Any, Literal

from pydantic import BaseModel, Field

from modella.core.root import LIBRARY

MANIFEST = "manifest.json"
SCHEMA = 1
LARGEST_ENTRY = 64 * 1024 * 1024
MOST_ENTRIES = 2_000_000
_NAME = re.compile(r"modella-(\d{8}T\d{12})-([0-9a-f]{8})\.zip")
_RECORD = re.compile(r"(?P<base>.+)\.modella(?P<which>\.overrides)?\.json")
_PLACED = re.compile(r".+/(metadata|overrides)\.json")
_SHARED = re.compile(r"\.modella/(searches|ignored|lists/[^/]+)\.json")
_CENTRAL = re.compile(r"\.modella/adopted/.+\.modella(\.overrides)?\.json")

What = Literal["database", "config", "metadata", "overrides", "shared", "marker"]
"""What a file is; `shared` are lists, searches and what is ignored."""


class Entry(BaseModel):
    """One file of an archive: `name` in it, and where it is from: `path` below a root, none for the home folder."""

    name: str
    what: What
    root: str | None = None
    path: str
    model: str | None = None
    size: int
    sha256: str
    modified: str = ""


class Manifest(BaseModel):
    """Everything an archive holds, with the digest of each file."""

    schema_: int = Field(alias="schema", default=SCHEMA)
    made_by: Literal["modella"] = "modella"
    version: str
    made_at: str
    library: str
    library_path: str
    entries: list[Entry]

    model_config = {"populate_by_name": True}


class About(BaseModel):
    """What is told of an archive without opening it: it stands in its comment."""

    made_by: Literal["modella"] = "modella"
    version: str
    made_at: str
    library: str
    library_path: str
    models: int
    files: int


class Backup(BaseModel):
    """One archive among the backups. `about` is missing where its end cannot be read; `ours` tells whose library."""

    name: str
    size: int
    made_at: str
    path: str
    ours: bool
    about: About | None = None


class Returning(BaseModel):
    """One file that would be put back: it is missing, older than in the backup, or cannot be read."""

    entry: str
    path: str
    model: str | None = None
    why: Literal["missing", "older", "broken"]


class Leaving(BaseModel):
    """One file that would stay as it is, and why.

    `newer`: the present one is; `no-files`: its model is not there; `other-model`: another model lies there now;
    `root-unknown`, `root-offline`; `by-hand`: databases, settings and markers are put back by people; `in-the-way`;
    `not-allowed`: such a file has no business there; `damaged`: it is not what the manifest says.
    """

    entry: str
    path: str
    model: str | None = None
    why: Literal[
        "newer",
        "no-files",
        "other-model",
        "root-unknown",
        "root-offline",
        "by-hand",
        "in-the-way",
        "not-allowed",
        "damaged",
    ]


class RestorePlan(BaseModel):
    """What putting a backup back would do. `same` counts the files that are as they were."""

    file: str
    made_at: str
    same_library: bool
    returns: list[Returning] = Field(default_factory=list)
    leaves: list[Leaving] = Field(default_factory=list)
    same: int = 0


def name_for(stamp: str, library: str) -> str:
    """What an archive is called: when it was made, and of which library."""
    return f"modella-{stamp}-{library[:8]}.zip"


def read_name(name: str) -> tuple[str, str] | None:
    """The moment and the beginning of the library's id in the name of an archive; None for other names."""
    found = _NAME.fullmatch(name)
    return (found[1], found[2]) if found else None


def is_record(what: What) -> bool:
    """Whether it is one of a model's canonical files."""
    return what in {"metadata", "overrides"}


def may_return(entry: Entry) -> bool:
    """Whether a file may lie where the entry wants it: only records, lists and searches, only at their places."""
    path = entry.path
    if not _is_plain(path):
        return False
    if entry.what == "shared":
        return entry.root == LIBRARY and _SHARED.fullmatch(path) is not None
    if not is_record(entry.what) or entry.root is None:
        return False
    if path.startswith(".modella/"):
        return entry.root == LIBRARY and _CENTRAL.fullmatch(path) is not None and _fits(entry)
    if ".modella" in PurePosixPath(path).parts:
        return False
    placed = entry.root == LIBRARY and _PLACED.fullmatch(path) is not None
    return (placed or _RECORD.fullmatch(path) is not None) and _fits(entry)


def is_older(present: dict[str, Any], kept: dict[str, Any]) -> bool:
    """Whether a record that is there was changed before the one that was kept."""
    return str(present.get("updated_at") or "") < str(kept.get("updated_at") or "")


def _fits(entry: Entry) -> bool:
    name = PurePosixPath(entry.path).name
    is_overrides = name == "overrides.json" or name.endswith(".modella.overrides.json")
    return is_overrides == (entry.what == "overrides")


def _is_plain(path: str) -> bool:
    """Whether a path leads nowhere but down, on every system."""
    parts = path.split("/")
    return bool(path) and all(part not in {"", ".", ".."} for part in parts) and not re.search(r"[\\\0:]", path)
