"""Packages: curated repositories of the Hub, in groups, with the files of each that people mostly want.

`{"schema": 1, "groups": [{"name": ..., "packages": [{"name", "repo", "files", "kind", "note"}]}]}`; `files` are paths
or patterns in the repository, `kind` and `note` may be missing. What cannot be used is told and left out.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict

from modella.core.errors import BadLink
from modella.core.kinds import Kind
from modella.core.loose_json import line, mapping, settled, texts
from modella.core.naming import shown

SCHEMA = 1
LARGEST_FILE = 1024 * 1024
_MOST = 2000
_MOST_FILES = 200
_REPO = re.compile(r"[\w][\w.-]*/[\w][\w.-]*", re.ASCII)


class Package(BaseModel):
    """A repository with the files that are wanted of it; none named means whatever a download of it would choose."""

    model_config = ConfigDict(frozen=True)

    name: str
    repo: str
    files: tuple[str, ...] = ()
    kind: str | None = None
    note: str | None = None


class Group(BaseModel):
    """Packages under one name."""

    model_config = ConfigDict(frozen=True)

    name: str
    packages: tuple[Package, ...]


def read_packages(file: str, content: bytes) -> tuple[list[Group], list[BadLink]]:
    """The groups of a file, and BadLink("bad-packages") for each thing in it that cannot be used."""
    try:
        told = settled(json.loads(content))
    except (ValueError, RecursionError) as problem:
        return [], [_fault(file, "", f"it is not JSON: {problem}")]
    if not isinstance(told, dict) or not isinstance(told.get("groups"), list):
        return [], [_fault(file, "groups", "there is no list of groups")]
    if told.get("schema", SCHEMA) != SCHEMA:
        return [], [_fault(file, "schema", f"this version reads schema {SCHEMA}")]
    faults: list[BadLink] = []
    groups = []
    for place, each in enumerate(told["groups"][:_MOST]):
        group = _group(file, f"groups.{place}", each, faults)
        groups += [group] if group else []
    return groups, faults


def merged(groups: Iterable[Group]) -> list[Group]:
    """Groups of one name as one; of two packages of one name and repository in it the later counts."""
    found: dict[str, dict[tuple[str, str], Package]] = {}
    for group in groups:
        known = found.setdefault(group.name, {})
        known.update({(each.repo.lower(), each.name): each for each in group.packages})
    return [Group(name=name, packages=tuple(packages.values())) for name, packages in found.items()]


def _group(file: str, at: str, told: Any, faults: list[BadLink]) -> Group | None:
    name, packages = line(mapping(told).get("name")), mapping(told).get("packages")
    if name is None or not isinstance(packages, list):
        faults.append(_fault(file, at, "a group has a name and a list of packages"))
        return None
    read = (_package(file, f"{at}.packages.{n}", each, faults) for n, each in enumerate(packages[:_MOST]))
    return Group(name=name, packages=tuple(each for each in read if each is not None))


def _package(file: str, at: str, told: Any, faults: list[BadLink]) -> Package | None:
    about = mapping(told)
    name, repo, kind = line(about.get("name")), line(about.get("repo")), line(about.get("kind"))
    if repo is None or not _REPO.fullmatch(repo):
        faults.append(_fault(file, f"{at}.repo", "a package names its repository as org/name"))
        return None
    if kind is not None and kind not in set(Kind):
        faults.append(_fault(file, f"{at}.kind", f"there is no such kind: {shown(kind, 40)}"))
        kind = None
    files = tuple(each[:500] for each in texts(about.get("files")))[:_MOST_FILES]
    return Package(name=name or repo, repo=repo, files=files, kind=kind, note=line(about.get("note")))


def _fault(file: str, at: str, reason: str) -> BadLink:
    return BadLink("bad-packages", file=shown(file, 120), at=at, reason=shown(reason, 200))
