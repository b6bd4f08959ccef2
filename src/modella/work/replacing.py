"""Placing again by the present rules: a plan first, and then what of it is still true."""

from collections.abc import Sequence
from operator import attrgetter
from pathlib import PurePosixPath
from typing import Any, Literal

from modella.core.errors import Conflict, ModellaError, NotFound
from modella.core.naming import slug
from modella.core.placement import Rule, choose, place
from modella.core.replacing import Moving, Placed, PlacementPlan, Rehearsed, Staying, in_order, rehearse
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
    rules = hands.settings().rules
    found = plan(placed, rules, [*taken, *_in_the_way(hands, placed, rules)])
    return PlacementPlan(moves=found.moves, stays=[*found.stays, *stays])


def rehearse_rules(
    hands: Hands, rules: Sequence[Rule], ids: Sequence[str] | None = None, limit: int = 40
) -> list[Rehearsed]:
    """What rules would do with models of the library: with those named, else with some of every kind and family.

    NotFound("unknown-id") when one that is named is not there. Nothing is done, and only the models that are looked
    at are asked for their places.
    """
    records = _named(hands, ids[:limit]) if ids is not None else hands.index.varied(limit)
    placed = [_placed(record) for record in records]
    found = rehearse(placed, rules, _in_the_way(hands, placed, rules))
    stays = {str(record["id"]): _stays(record) for record in records}
    shown = {str(record["id"]): _adopted_at(record) for record in records if record["root"] != LIBRARY}
    return [
        each.model_copy(update={"stays": stays[each.id] or each.stays, "now": shown.get(each.id, each.now)})
        for each in found.values()
    ]


def _adopted_at(record: dict[str, Any]) -> str:
    """The whole path of an adopted model: its own folder, or its file in a folder of many."""
    path, name = PurePosixPath(str(record["path"])), PurePosixPath(str(record["place"])).name
    return str(path if path.name == name else path / name)


def _named(hands: Hands, ids: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    for each in dict.fromkeys(ids):
        record = hands.index.get(each)
        if record is None:
            raise NotFound("unknown-id", id=each[:64])
        found.append(record)
    return found


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


def _stays(record: dict[str, Any]) -> Literal["adopted", "missing"] | None:
    """Why a model is not the rules' business."""
    if record.get("home") != "placed" or record["root"] != LIBRARY:
        return "adopted"
    return "missing" if record.get("state") == "missing" else None


def _in_the_way(hands: Hands, placed: Sequence[Placed], rules: Sequence[Rule]) -> list[str]:
    """Folders that are there and belong to no model of the plan."""
    root, own = hands.library.root, {model.place for model in placed}
    found = []
    for model in placed:
        facts = {**model.facts, "name": slug(" ".join(filter(None, (model.name, model.version))))}
        try:
            folder = place(choose(rules, facts).to, facts)
        except ValueError:
            continue
        if folder not in own and (root / folder).exists():
            found.append(folder)
    return found


def _seen(record: dict[str, Any]) -> str:
    return str(record.get("updated_at") or "")
