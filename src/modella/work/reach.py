"""Where a full scan meets a folder: not through a link to another place of a root, and not inside of a model."""

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from modella.core.grouping import DIFFUSERS_INDEX
from modella.core.root import Root
from modella.work.hands import Hands
from modella.work.roots import root_at, roots
from modella.work.walk import is_passed_over

Reached = tuple[Root, str]
_MOST_LINKS = 16


def reach(hands: Hands, root: Root, below: str) -> Reached | None:
    """The root and the folder below it in which a full scan meets this folder; None when it never does.

    A link that leads into a root gives the real folder; one that leads out of all roots is followed. What lies within
    a model that is a folder gives the folder of that model.
    """
    known = roots(hands)
    found: Reached | None = (root, below)
    for _ in range(_MOST_LINKS):
        if found is None:
            return None
        there = _past_one_link(*found, known)
        if there == found:
            return _whole_model(hands, *found)
        found = there
    return None


def reach_path(hands: Hands, path: Path) -> Reached | None:
    """The root and the folder below it in which a full scan meets a path as a person gave it; None outside all roots.

    A folder that no scan ever meets gives its whole root.
    """
    found = root_at(hands, path) or _through_a_link(hands, path.absolute())
    return (reach(hands, *found) or (found[0], "")) if found else None


def is_met(hands: Hands, root: Root, place: str) -> bool:
    """Whether something lies at this place that a full scan meets there, and not at another place."""
    if not os.path.lexists(Path(root.path) / place):
        return False
    folder = place.rpartition("/")[0]
    return reach(hands, root, folder) in (None, (root, folder))


def _through_a_link(hands: Hands, path: Path) -> Reached | None:
    """The root in which a path lies that a link of this root leads out of."""
    tops = {Path(root.path).resolve(): root for root in roots(hands)}
    for parent in path.parents:
        root = tops.get(parent.resolve())
        if root is not None:
            return root, path.relative_to(parent).as_posix()
    return None


def _whole_model(hands: Hands, root: Root, below: str) -> Reached:
    """The folder itself, or the outermost one above it that is one model."""
    parts = PurePosixPath(below).parts
    for count in range(1, len(parts)):
        folder = "/".join(parts[:count])
        whole = (Path(root.path) / folder / DIFFUSERS_INDEX).is_file()
        if whole or hands.index.id_at(root.id, folder) is not None:
            return root, folder
    return root, below


def _past_one_link(root: Root, below: str, known: Sequence[Root]) -> Reached | None:
    """The same folder with the first link that leads into a root resolved; None for what no scan enters."""
    path = Path(root.path)
    parts = PurePosixPath(below).parts
    for number, part in enumerate(parts):
        if is_passed_over(part):
            return None
        path /= part
        if not path.is_symlink():
            continue
        real = Path(path.resolve())
        at = _lies_in(real, known)
        if at is not None:
            return at[0], "/".join([*PurePosixPath(at[1]).parts, *parts[number + 1 :]])
        if any(Path(each.path).resolve().is_relative_to(real) for each in known):
            return None
    return root, below


def _lies_in(real: Path, known: Sequence[Root]) -> Reached | None:
    for root in known:
        top = Path(root.path).resolve()
        if real.is_relative_to(top):
            below = real.relative_to(top).as_posix()
            return root, "" if below == "." else below
    return None
