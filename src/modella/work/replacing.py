"""Placing again by the present rules: a plan first, and then what of it is still true."""

from collections.abc import Sequence
from operator import attrgetter
from pathlib import PurePosixPath
from typing import Any

from modella.core.errors import Conflict, ModellaError, NotFound
from modella.core.naming import slug
from modella.core.placement import choose, place
from modella.core.replacing import Moving, Placed, PlacementPlan, Staying, in_order
from modella.core.replacing import plan_placement as plan
from modella.core.root import LIBRARY
from modella.work.admit import facts_for_placement
from modella.work.hands import Hands
from modella.work.moving import replace
from modella.work.tasks import Task, one_by_one


def plan_placement(hands: Hands, ids: Sequence[str] | None = None) -> PlacementPlan:
    """Which models would move by the present rules and what people say of them; of all, or of those named.

    NotFound("unknown-id") when one that is named is not there. Nothing is done.
    """
    wanted = set(ids) if ids is not None else None
    placed: list[Placed] = []
    stays: list[Staying] = []
    taken: list[str] = []
    met: set[str] = set()
    for record in hands.index.every():
        if wanted is not None and record["id"] not in wanted:
            taken += [str(record["place"])] if record["root"] == LIBRARY else []
            continue
        met.add(str(record["id"]))
        why = _stays(record)
        if why:
            stays.append(Staying(id=record["id"], name=record["name"], place=str(record["path"]), why=why))
            taken += [str(record["place"])] if record["root"] == LIBRARY else []
        else:
            placed.append(_placed(record))
    if wanted is not None and wanted - met:
        raise NotFound("unknown-id", id=min(wanted - met)[:64])
    found = plan(placed, hands.settings().rules, [*taken, *_in_the_way(hands, placed)])
    return PlacementPlan(moves=found.moves, stays=[*found.stays, *stays])


def apply_placement(hands: Hands, moves: Sequence[Moving], task: Task | None = None) -> dict[str, Any]:
    """Carries a plan out, model by model; one whose record or place has changed since is refused, and told."""
    moved, problems = [], []
    for each in one_by_one(task, in_order(moves), attrgetter("name")):
        try:
            moved.append(_apply(hands, each, task))
        except ModellaError as problem:
            if problem.code == "cancelled":
                break
            problems.append({"id": each.id, "name": each.name, "code": problem.code, "context": problem.plain_facts})
    return {"moved": moved, "problems": problems}


def _apply(hands: Hands, each: Moving, task: Task | None) -> dict[str, Any]:
    known = hands.index.get(each.id)
    if known is None:
        raise NotFound("unknown-id", id=each.id[:64])
    if (known["root"], known["place"], _seen(known)) != (LIBRARY, each.source, each.seen) or _stays(known):
        raise Conflict("changed-meanwhile", name=each.name)
    hands.library.inside(each.target)
    if not _is_by_rule(hands, known, each):
        raise Conflict("changed-meanwhile", name=each.name)
    record = replace(hands, each.id, each.target, PurePosixPath(each.target).name, task)
    return {"id": each.id, "name": each.name, "from": each.source, "to": str(record.get("place"))}


def _is_by_rule(hands: Hands, known: dict[str, Any], each: Moving) -> bool:
    """Whether the rules still send the model there: at most a hash in its name is the plan's own."""
    model = _placed(known)
    rules = hands.settings().rules
    facts = {**model.facts, "name": slug(" ".join(filter(None, (model.name, model.version))))}
    folder = place(choose(rules, facts).to, facts)
    target = PurePosixPath(each.target)
    return target.parent == PurePosixPath(folder).parent and target.name.startswith(PurePosixPath(folder).name[:80])


def _placed(record: dict[str, Any]) -> Placed:
    files = record.get("files") or [{}]
    return Placed(
        id=str(record["id"]),
        name=str(record["name"]),
        version=record.get("version"),
        cleaned_name=str(record["cleaned_name"]),
        place=str(record["place"]),
        seen=_seen(record),
        mark=str(files[0].get("sha256") or record["id"]),
        facts=facts_for_placement(record),
    )


def _stays(record: dict[str, Any]) -> str | None:
    """Why a model is not the rules' business."""
    if record.get("home") != "placed" or record["root"] != LIBRARY:
        return "adopted"
    return "missing" if record.get("state") == "missing" else None


def _in_the_way(hands: Hands, placed: Sequence[Placed]) -> list[str]:
    """Folders that are there and belong to no model of the plan."""
    root, own = hands.library.root, {model.place for model in placed}
    found = []
    for model in placed:
        facts = {**model.facts, "name": slug(" ".join(filter(None, (model.name, model.version))))}
        try:
            folder = place(choose(hands.settings().rules, facts).to, facts)
        except ValueError:
            continue
        if folder not in own and (root / folder).exists():
            found.append(folder)
    return found


def _seen(record: dict[str, Any]) -> str:
    return str(record.get("updated_at") or "")
