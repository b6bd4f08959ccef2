"""Curated repositories, with what of each is in the library and how every file of them is asked for."""

from fnmatch import fnmatchcase
from typing import Any

from pydantic import BaseModel

from modella.core.packages import Package
from modella.core.relations import group_key
from modella.io.own_packages import all_packages
from modella.work.badges import Badge, Badges, badges_for
from modella.work.hands import Hands

SOURCE = "huggingface"


class PackageFile(BaseModel):
    """A file of a package, or a pattern; `link` and `file` are what a download is asked by."""

    path: str
    link: str
    file: str
    badge: Badge


class PackageView(BaseModel):
    """A curated repository."""

    name: str
    repo: str
    kind: str | None
    note: str | None
    link: str
    page_url: str
    files: list[PackageFile]
    badge: Badge


class GroupView(BaseModel):
    """Packages under one name."""

    name: str
    packages: list[PackageView]


class Fault(BaseModel):
    """What is wrong with the user's own file: a code of the table of errors, and its facts."""

    code: str
    facts: dict[str, Any]


class Presets(BaseModel):
    """All packages in their groups, and what is wrong with the user's own file."""

    groups: list[GroupView]
    faults: list[Fault]


def presets(hands: Hands) -> Presets:
    """Every package, the program's own and the user's."""
    settings = hands.settings()
    groups, faults = all_packages(settings.home)
    repos = {each.repo for group in groups for each in group.packages}
    badges = badges_for(hands, SOURCE, [(repo, ()) for repo in repos])
    site = settings.hf_endpoint.rstrip("/")
    return Presets(
        groups=[
            GroupView(name=group.name, packages=[_view(hands, each, badges, site) for each in group.packages])
            for group in groups
        ],
        faults=[Fault(code=each.code, facts=each.plain_facts) for each in faults],
    )


def _view(hands: Hands, package: Package, badges: Badges, site: str) -> PackageView:
    badge = badges.of([group_key(SOURCE, package.repo)])
    link = f"{site}/{package.repo}"
    names = {model: _names(hands, model) for model in badge.in_library}
    files = [_file(package, path, link, badges, names) for path in package.files]
    return PackageView(**package.model_dump(exclude={"files"}), link=link, page_url=link, files=files, badge=badge)


def _file(package: Package, path: str, link: str, badges: Badges, names: dict[str, set[str]]) -> PackageFile:
    wanted = path.rpartition("/")[2].lower()
    held = [model for model, known in names.items() if any(fnmatchcase(name, wanted) for name in known)]
    coming = badges.of([f"path:{SOURCE}:{package.repo}:{path}"])
    return PackageFile(path=path, link=link, file=path, badge=Badge(in_library=held, queued=coming.queued))


def _names(hands: Hands, model: str) -> set[str]:
    """The names of a model's files, here and where they came from."""
    record = hands.index.get(model) or {}
    told = (each.get(key) for each in record.get("files") or [] for key in ("name", "original_name"))
    return {str(each).rpartition("/")[2].lower() for each in told if each}
