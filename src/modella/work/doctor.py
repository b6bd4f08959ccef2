"""The doctor: looks at index, files, drives and machine, and says what is healthy, what is not, and what to do."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from modella.core.errors import ModellaError
from modella.core.root import Root
from modella.io.disk import file_system_of, free_space, is_writable, total_space
from modella.work.apps import apps
from modella.work.hands import Hands
from modella.work.linking import plan_links
from modella.work.records import canonical_files, folder_of, read_json_or_none
from modella.work.roots import is_online, roots
from modella.work.tend import REMOTE

Level = Literal["fine", "note", "warning", "problem"]
_LITTLE_SPACE = 0.05
_MOST_NAMED = 20


def examine(hands: Hands) -> list[dict[str, Any]]:
    """Every finding: `check`, `level` and `facts`; sentence and hint are in the locales, under `doctor.<check>`."""
    findings: list[dict[str, Any]] = []
    for check in _CHECKS:
        try:
            findings += [_told(*each) for each in check(hands)]
        except (OSError, ModellaError, ValueError) as problem:
            findings.append(
                _told("check-failed", "problem", {"name": check.__name__.strip("_"), "reason": str(problem)[:200]})
            )
    return findings


Finding = tuple[str, Level, Mapping[str, Any]]


def _told(check: str, level: Level, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {"check": check, "level": level, "facts": dict(facts)}


def _roots_there(hands: Hands) -> Iterator[Finding]:
    for root in roots(hands):
        if not is_online(hands, root):
            yield "root-offline", "warning", {"path": root.path}
            continue
        path = Path(root.path)
        kind = file_system_of(path)
        if kind in REMOTE:
            yield "network-drive", "note", {"path": root.path, "kind": kind}
        if not is_writable(path):
            yield "read-only", "warning" if root.is_library else "note", {"path": root.path}
        free, total = free_space(path), total_space(path)
        level: Level = "warning" if total and free / total < _LITTLE_SPACE else "fine"
        yield "free-space", level, {"path": root.path, "free": free, "total": total}


def _index_against_files(hands: Hands) -> Iterator[Finding]:
    """Both ways: what the index knows and the disk does not have, and records on the disk that nobody knows."""
    known = {root.id: root for root in roots(hands)}
    there = {identity for identity, root in known.items() if is_online(hands, root)}
    missing, lost, unreadable, count = [], [], [], 0
    for record in hands.index.every():
        root = known.get(str(record["root"]))
        if root is None or root.id not in there:
            continue
        count += 1
        folder = folder_of(root, str(record["place"]), record["home"])
        gone = [file["name"] for file in record["files"] if not (folder / file["name"]).is_file()]
        if gone and record["state"] != "missing":
            missing.append(f"{record['place']}: {gone[0]}")
        metadata_file = canonical_files(hands, root, str(record["place"]), record["home"])[0]
        if record["home"] == "placed" and not metadata_file.is_file():
            lost.append(str(record["place"]))
        elif metadata_file.is_file() and read_json_or_none(metadata_file) is None:
            unreadable.append(str(metadata_file))
    for check, named in (("file-missing", missing), ("record-missing", lost), ("record-unreadable", unreadable)):
        if named:
            yield check, "problem", {"count": len(named), "names": named[:_MOST_NAMED]}
    if not (missing or lost or unreadable):
        yield "index-agrees", "fine", {"count": count}


def _unknown_records(hands: Hands) -> Iterator[Finding]:
    """Folders of the library with a record of ours that the index does not have."""
    for root in (each for each in roots(hands) if is_online(hands, each)):
        places = set(hands.index.places(root.id))
        unknown = [place for place in _record_folders(root) if place not in places]
        if unknown:
            yield "not-indexed", "problem", {"count": len(unknown), "names": unknown[:_MOST_NAMED], "path": root.path}


def _record_folders(root: Root) -> Iterator[str]:
    for folder, names, files in os.walk(root.path):
        names[:] = [name for name in names if not name.startswith(".")]
        if "metadata.json" in files:
            told = read_json_or_none(Path(folder) / "metadata.json")
            if isinstance(told, dict) and {"schema", "id", "cleaned_name"} <= told.keys():
                yield Path(folder).relative_to(root.path).as_posix()


def _left_over(hands: Hands) -> Iterator[Finding]:
    """What lies in the control folder: quarantined bytes, set-aside databases, trash."""
    control = hands.library.control
    for check, folder in (("quarantine", control / "quarantine"), ("trash", control / "trash")):
        entries = [entry for entry in folder.iterdir() if entry.is_dir()] if folder.is_dir() else []
        if entries:
            size = sum(file.stat().st_size for entry in entries for file in entry.rglob("*") if file.is_file())
            yield check, "note", {"count": len(entries), "size": size}
    aside = [entry.name for entry in hands.library.root.iterdir() if ".bad-" in entry.name]
    if aside:
        yield "set-aside", "note", {"names": aside[:_MOST_NAMED]}


def _states(hands: Hands) -> Iterator[Finding]:
    facets = hands.index.find(limit=1, facets=True).facets or {}
    for facet, wanted in _TOLD_STATES.items():
        for value, count in facets.get(facet, []):
            if value in wanted:
                yield f"models-{value}", "warning", {"count": count}
    waiting, size = hands.index.count_waiting("headers")
    if waiting:
        yield "not-hashed", "note", {"count": waiting, "size": size}


_TOLD_STATES: Mapping[str, frozenset[str]] = {
    "state": frozenset({"missing", "unreachable"}),
    "trust": frozenset({"damaged", "mismatch", "changed"}),
    "kind": frozenset({"invalid"}),
}
"""Facets of the index, and which of their values somebody should know of."""


def _machine(hands: Hands) -> Iterator[Finding]:
    """What of the machine matters: sandboxes hide folders, optional programs add powers."""
    for name, seen in _SANDBOXES.items():
        if seen():
            yield "sandbox", "note", {"name": name}
    home = hands.settings().home
    if sys.platform != "win32" and (home.stat().st_mode & 0o077) and (home / "secrets").exists():
        mode = (home / "secrets").stat().st_mode & 0o777
        if mode & 0o077:
            yield "secrets-open", "problem", {"path": str(home / "secrets"), "mode": oct(mode)}
    kind = file_system_of(home)
    if kind in REMOTE:
        yield "home-on-network", "warning", {"path": str(home), "kind": kind}


_SANDBOXES: Mapping[str, Callable[[], bool]] = {
    "flatpak": lambda: Path("/.flatpak-info").exists(),
    "snap": lambda: bool(shutil.which("snapctl")) and str(Path(sys.executable)).startswith("/snap/"),
    "docker": lambda: Path("/.dockerenv").exists(),
    "podman": lambda: Path("/run/.containerenv").exists(),
}


def _apps(hands: Hands) -> Iterator[Finding]:
    """Apps that are gone, or whose links are not as they were left."""
    for app in apps(hands):
        try:
            plan = plan_links(hands, app.id)
        except ModellaError:
            yield "app-gone", "warning", {"app": app.title, "path": app.path}
            continue
        if plan.upgraded is not None:
            told = {"before": plan.upgraded.before or "?", "now": plan.upgraded.now or "?"}
            yield "app-upgraded", "note", {"app": app.title, "id": app.id, **told}
        if count := sum(plan.drift.values()):
            yield "links-drifted", "warning", {"app": app.title, "id": app.id, "count": count}


_CHECKS: tuple[Callable[[Hands], Iterator[Finding]], ...] = (
    _roots_there,
    _index_against_files,
    _unknown_records,
    _states,
    _left_over,
    _apps,
    _machine,
)
