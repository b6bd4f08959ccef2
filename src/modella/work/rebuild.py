"""The index made anew from the files: a pure function of what lies in the roots, so doing it twice changes nothing."""

from collections.abc import Sequence
from typing import Any

from modella.core.root import Root
from modella.work.hands import Hands
from modella.work.roots import is_online, roots
from modella.work.scan import scan
from modella.work.tasks import Task

_Known = dict[str, int]


def rebuild_all(hands: Hands, task: Task) -> dict[str, Any]:
    """Empties the index of every root that is there and scans it; what lies on drives that are away stays known.

    What it tells is what a scan tells; `added`, `changed` and `missing` compare the index with what it was before.
    """
    there = [root for root in roots(hands) if is_online(hands, root)]
    before = _known(hands, there)
    for root in there:
        hands.index.forget_root(root.id)
    found = scan(hands, [(root, "") for root in there], task, quiet=0.0)
    after = _known(hands, there)
    found.added = len(after.keys() - before.keys())
    found.changed = sum(before[model] != told for model, told in after.items() if model in before)
    found.missing = len(before.keys() - after.keys())
    return found.told()


def _known(hands: Hands, there: Sequence[Root]) -> _Known:
    """What the index has of every model whose files are there, as numbers that differ when it differs."""
    records = (record for root in there for record in hands.index.every(root.id))
    return {str(each["id"]): _number(each) for each in records if each["state"] != "missing"}


def _number(record: dict[str, Any]) -> int:
    """A number for what people see of a model, and for its files."""
    files = tuple((file["name"], file["size"], file.get("sha256")) for file in record["files"])
    return hash((record["place"], record["name"], record["kind"], record.get("family"), record["state"], files))
