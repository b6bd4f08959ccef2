"""The index made anew from the files: a pure function of what lies in the roots, so doing it twice changes nothing."""

from typing import Any

from modella.work.hands import Hands
from modella.work.roots import is_online, roots
from modella.work.scan import scan
from modella.work.tasks import Task


def rebuild_all(hands: Hands, task: Task) -> dict[str, Any]:
    """Empties the index of every root that is there and scans it; what lies on drives that are away stays known."""
    there = [root for root in roots(hands) if is_online(hands, root)]
    for root in there:
        hands.index.forget_root(root.id)
    return scan(hands, [(root, "") for root in there], task, quiet=0.0).told()
