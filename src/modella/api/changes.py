"""Changes by HTTP: rename, move, place again, import, delete, restore, forget, and reclaim what lies there twice.

What may take long answers at once with a task, whose progress is told as events.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response
from pydantic import BaseModel, Field

from modella.api.answers import Answer, words_for
from modella.api.asked import Wish, hands_of
from modella.api.record_shapes import Foreseen, Going, Purged, described
from modella.api.shapes import RECORD, ManyDeleted, Problem, TrashEntry
from modella.core.errors import BadLink, Conflict, ModellaError
from modella.core.events import TaskView
from modella.core.replacing import Moving, PlacementPlan
from modella.work.duplicates import Way, list_reclaimed, plan_reclaim, reclaim, report, undo_reclaim
from modella.work.hands import Hands
from modella.work.importing import import_paths
from modella.work.moves import How
from modella.work.moving import foresee, move, rename
from modella.work.replacing import apply_placement, plan_placement
from modella.work.tasks import Task
from modella.work.trash import delete, forget, list_trash, purge, restore, what_goes

router = APIRouter(prefix="/api", tags=["changes"])

Id = Annotated[str, Field(min_length=1, max_length=64)]
Ids = Annotated[list[Id], Field(min_length=1, max_length=100_000)]
MovingText = Annotated[str, Field(min_length=1, max_length=4096)]


class MoveWish(Wish):
    """Where a model goes, or how it is called from now on; one of both."""

    to: MovingText | None = None
    name: Annotated[str, Field(min_length=1, max_length=512)] | None = None


class ManyWish(Wish):
    """Models by their ids."""

    ids: Ids


class RestoreWish(Wish):
    """`as_new`: beside what has its name now."""

    as_new: bool = False


class ImportWish(Wish):
    """Files and folders of the machine that the server runs on; absolute paths."""

    paths: Annotated[list[MovingText], Field(min_length=1, max_length=10_000)]
    how: How = "copy"
    duplicates: bool = False


class PurgeWish(Wish):
    """Entries by their names, or all that are older than so many days, or everything."""

    entries: Annotated[list[str], Field(min_length=1)] | None = None
    older_than: Annotated[int, Field(ge=0, le=100_000)] | None = None
    everything: bool = False


class PlanWish(Wish):
    """Which models to look at; all without `ids`."""

    ids: list[Id] | None = None


class ApplyWish(Wish):
    """The part of a plan that shall be carried out, as the plan told it."""

    moves: Annotated[list[Moving], Field(min_length=1, max_length=100_000)]


class ReclaimWish(Wish):
    """Groups by their SHA-256, all without; `plan` only tells what would be done."""

    how: Way
    groups: list[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] | None = None
    plan: bool = False


class UndoWish(Wish):
    """What was reclaimed, by its id."""

    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,40}$")]


class Reclaiming(BaseModel):
    """What reclaiming would do, and the task that does it, when it was begun."""

    plan: dict[str, Any]
    task: TaskView | None = None


def _begin(hands: Hands, kind: str, work: Callable[[Task], dict[str, Any]], *, alone: bool = False) -> Answer[TaskView]:
    return Answer(data=hands.tasks.begin(kind, work, alone=alone).shown())


def _entry(manifest: dict[str, Any]) -> TrashEntry:
    told = {name: manifest[name] for name in ("entry", "id", "name", "why", "at", "size")}
    return TrashEntry(**told, files=[file["path"] for file in manifest["files"]])


# ------------------------------------------------------------------------------------------------- delete and restore


@router.get("/models/{model_id}/files", responses=described(Going))
async def what_belongs(model_id: str, request: Request) -> Answer[dict[str, Any]]:
    """Every file that belongs to a model and would go with it, with its size."""
    return Answer(data=await asyncio.to_thread(what_goes, hands_of(request), model_id))


@router.delete("/models/{model_id}")
async def delete_model(model_id: str, request: Request) -> Answer[TrashEntry]:
    """Puts a model into the trash, from where it can be restored."""
    return Answer(data=_entry(await asyncio.to_thread(delete, hands_of(request), model_id)))


@router.post("/models/delete")
async def delete_models(wish: ManyWish, request: Request) -> Answer[ManyDeleted]:
    """Puts several models into the trash; those that could not go are told with their reasons."""
    hands, words = hands_of(request), words_for(request)

    def all_of_them() -> ManyDeleted:
        told = ManyDeleted(done=[], problems=[])
        for each in dict.fromkeys(wish.ids):
            try:
                told.done.append(_entry(delete(hands, each)))
            except ModellaError as problem:
                told.problems.append(Problem(id=each, **words.explain(problem)))
        return told

    return Answer(data=await asyncio.to_thread(all_of_them))


@router.post("/models/{model_id}/forget")
async def forget_model(model_id: str, request: Request) -> Answer[TrashEntry]:
    """Takes only the entry away; the files stay, and no scan lists them until it is restored."""
    return Answer(data=_entry(await asyncio.to_thread(forget, hands_of(request), model_id)))


@router.post("/models/{model_id}/restore", responses=RECORD)
async def restore_model(
    model_id: str, request: Request, wish: Annotated[RestoreWish | None, Body()] = None
) -> Answer[dict[str, Any]]:
    """Puts a model, named by its id or its entry of the trash, back where it was."""
    as_new = wish.as_new if wish else False
    return Answer(data=await asyncio.to_thread(restore, hands_of(request), model_id, as_new=as_new))


@router.get("/trash")
async def get_trash(request: Request) -> Answer[list[TrashEntry]]:
    """What is in the trash, the newest first."""
    found = await asyncio.to_thread(list_trash, hands_of(request))
    return Answer(data=[TrashEntry.model_validate(each) for each in found])


@router.post("/trash/purge", responses=described(Purged))
async def purge_trash(wish: PurgeWish, request: Request) -> Answer[dict[str, Any]]:
    """Removes entries of the trash for good; files that were changed since stay, and are told."""
    if wish.entries is None and wish.older_than is None and not wish.everything:
        raise BadLink("bad-value", name="entries", value="", reason="nothing is named, and everything is not said")
    return Answer(data=await asyncio.to_thread(purge, hands_of(request), wish.entries, wish.older_than))


# -------------------------------------------------------------------------------------------------- move and import


@router.post("/models/{model_id}/move", status_code=202)
async def move_model(model_id: str, wish: MoveWish, request: Request) -> Answer[TaskView]:
    """Moves a model into another folder, or gives it another name; the task's result is its record."""
    hands, to, name = hands_of(request), wish.to, wish.name
    _check_one(wish)
    await asyncio.to_thread(what_goes, hands, model_id)
    if name is not None:
        return _begin(hands, "move", lambda task: rename(hands, model_id, name, task))
    return _begin(hands, "move", lambda task: move(hands, model_id, to or "", task))


@router.post("/models/{model_id}/move/plan", responses=described(Foreseen))
async def plan_of_move(model_id: str, wish: MoveWish, request: Request) -> Answer[dict[str, Any]]:
    """Where a model would lie after the same move, refused as the move would be; nothing is moved."""
    _check_one(wish)
    return Answer(data=await asyncio.to_thread(foresee, hands_of(request), model_id, wish.to, wish.name))


def _check_one(wish: MoveWish) -> None:
    if (wish.to is None) == (wish.name is None):
        raise BadLink("bad-value", name="to", value=wish.to or "", reason="say either to or name")


@router.post("/models/import", status_code=202)
async def import_models(wish: ImportWish, request: Request) -> Answer[TaskView]:
    """Takes files, and every model in folders, into the library; the task's result names each."""
    hands = hands_of(request)
    paths = [Path(each) for each in wish.paths]
    for path in paths:
        if not path.is_absolute() or "\0" in str(path):
            raise BadLink(
                "bad-value", name="paths", value=str(path)[:80].replace("\0", ""), reason="not an absolute path"
            )

    def work(task: Task) -> dict[str, Any]:
        return import_paths(hands, paths, wish.how, duplicates=wish.duplicates, task=task)

    return _begin(hands, "import", work)


@router.post("/models/placement/plan")
async def plan_of_placement(wish: PlanWish, request: Request) -> Answer[PlacementPlan]:
    """Which models would lie elsewhere by the present rules, and why; nothing is moved."""
    return Answer(data=await asyncio.to_thread(plan_placement, hands_of(request), wish.ids))


@router.post("/models/placement/apply", status_code=202)
async def apply_of_placement(wish: ApplyWish, request: Request) -> Answer[TaskView]:
    """Carries a plan out, or a part of it; a model that has changed since is refused, and told."""
    hands = hands_of(request)
    return _begin(hands, "place", lambda task: apply_placement(hands, wish.moves, task), alone=True)


# ------------------------------------------------------------------------------------------------------- duplicates


@router.get("/duplicates")
async def get_duplicates(
    request: Request, limit: Annotated[int, Query(ge=1, le=10_000)] = 500
) -> Answer[dict[str, Any]]:
    """Content that lies in several places, the most to win first, and what was reclaimed and can be undone."""
    hands = hands_of(request)
    found = await asyncio.to_thread(report, hands)
    reclaimed = await asyncio.to_thread(list_reclaimed, hands)
    groups = found["groups"]
    return Answer(data={**found, "groups": groups[:limit], "total": len(groups), "reclaimed": reclaimed})


@router.post(
    "/duplicates/reclaim",
    response_model_exclude_unset=True,
    responses={202: {"model": Answer[Reclaiming], "description": "It has begun"}},
)
async def reclaim_duplicates(wish: ReclaimWish, request: Request, response: Response) -> Answer[Reclaiming]:
    """Tells what reclaiming would do, or begins it as a task: both sides are hashed right before each file."""
    hands = hands_of(request)
    planned = await asyncio.to_thread(plan_reclaim, hands, wish.groups, wish.how)
    if wish.plan:
        return Answer(success=True, data=Reclaiming(plan=planned))
    if wish.groups and not planned["actions"] and all(each["why"] == "link" for each in planned["left"]):
        raise Conflict("last-copy", name=wish.groups[0])
    begun = _begin(hands, "reclaim", lambda task: reclaim(hands, wish.groups, wish.how, task), alone=True)
    response.status_code = 202
    return Answer(success=True, data=Reclaiming(plan=planned, task=begun.data))


@router.post("/duplicates/undo", status_code=202)
async def undo_reclaimed(wish: UndoWish, request: Request) -> Answer[TaskView]:
    """Makes copies of their own again, or brings models back from the trash."""
    hands = hands_of(request)
    return _begin(hands, "reclaim", lambda task: undo_reclaim(hands, wish.id, task), alone=True)
