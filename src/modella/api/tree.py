"""Folders by HTTP: what lies below each, and giving one another name or emptying it, as a plan first."""

import asyncio
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from modella.api.answers import Answer
from modella.api.asked import Wish, check_parameters, hands_of
from modella.core.events import TaskView
from modella.work.folders import (
    FolderPlan,
    delete_folder,
    look_into,
    plan_delete,
    plan_rename,
    rename_folder,
)

router = APIRouter(prefix="/api/tree", tags=["tree"])

Place = Annotated[str, Field(max_length=4096)]


class TreeFolder(BaseModel):
    """A folder; `bytes` and `models` count everything below it, however deep."""

    name: str
    path: str
    bytes: int
    models: int


class TreeItem(BaseModel):
    """A model that lies directly in the folder; `size` in bytes."""

    id: str
    name: str
    kind: str
    size: int
    state: str


class Tree(BaseModel):
    """What a folder holds, the largest first; `items` are the first of `item_count`."""

    root: str
    path: str
    bytes: int
    models: int
    folders: list[TreeFolder]
    items: list[TreeItem]
    item_count: int


class TreePlanItem(BaseModel):
    """A model that would go: the place it has below the root, and the one it gets, null for the trash."""

    id: str
    name: str
    place: str
    bytes: int
    to: str | None


class TreePlan(BaseModel):
    """What would be done. `items` and `left`, the files that stay, hold at most a thousand; all are counted."""

    root: str
    path: str
    to: str | None = Field(description="The folder's new path; null for the trash")
    models: int
    bytes: int
    items: list[TreePlanItem]
    left: list[str] = Field(description="Files that are not ours, or not of a model: they stay where they are")
    left_count: int


class TreeChange(BaseModel):
    """The plan, and the task that carries it out, when it was begun.

    The task's result: `done` (models), `bytes`, `problems` (`id`, `name`, `code`, `context`), `left`, `left_count`.
    """

    plan: TreePlan
    task: TaskView | None = None


class TreeDelete(Wish):
    """A folder below a root, whose id is empty for the library's own; `plan` only tells what would happen."""

    root: Annotated[str, Field(max_length=64)] = ""
    path: Place
    plan: bool = False


class TreeRename(TreeDelete):
    """A folder and its new name, which is made safe for every disk; with `merge` it may be there already."""

    name: Annotated[str, Field(min_length=1, max_length=512)]
    merge: bool = False


@router.get("", dependencies=[Depends(check_parameters)])
async def get_tree(
    request: Request,
    root: Annotated[str, Query(max_length=64)] = "",
    path: Annotated[str, Query(max_length=4096)] = "",
    limit: Annotated[int, Query(ge=0, le=5000)] = 500,
) -> Answer[Tree]:
    """The folders of a place with all that lies below each, and the models that lie directly in it."""
    found = await asyncio.to_thread(look_into, hands_of(request), root, path, limit)
    return Answer(data=Tree.model_validate(asdict(found)))


@router.post("/rename", responses={202: {"model": Answer[TreeChange], "description": "It has begun"}})
async def rename_tree(wish: TreeRename, request: Request, response: Response) -> Answer[TreeChange]:
    """Gives a folder another name: every model below it moves, with its records. `plan` only tells what would."""
    hands = hands_of(request)
    plan = await asyncio.to_thread(plan_rename, hands, wish.root, wish.path, wish.name, merge=wish.merge)
    if wish.plan:
        return _planned(plan)
    to = plan.to or ""
    task = hands.tasks.begin("move", lambda task: rename_folder(hands, wish.root, wish.path, to, task), alone=False)
    response.status_code = 202
    return _planned(plan, task.shown())


@router.post("/delete", responses={202: {"model": Answer[TreeChange], "description": "It has begun"}})
async def delete_tree(wish: TreeDelete, request: Request, response: Response) -> Answer[TreeChange]:
    """Puts every model below a folder into the trash. `plan` only tells which, and which files stay."""
    hands = hands_of(request)
    plan = await asyncio.to_thread(plan_delete, hands, wish.root, wish.path)
    if wish.plan:
        return _planned(plan)
    task = hands.tasks.begin("delete", lambda task: delete_folder(hands, wish.root, wish.path, task), alone=False)
    response.status_code = 202
    return _planned(plan, task.shown())


def _planned(plan: FolderPlan, task: TaskView | None = None) -> Answer[TreeChange]:
    return Answer(data=TreeChange(plan=TreePlan.model_validate(asdict(plan)), task=task))
