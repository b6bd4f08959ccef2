"""Backups by HTTP: made, listed, downloaded, removed and put back."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from modella.api.answers import REFUSALS_OF_FILES, Answer
from modella.api.asked import Wish, hands_of
from modella.api.library import Nothing
from modella.core.backup import Backup, RestorePlan
from modella.core.events import TaskView
from modella.work.backup import backup_file, list_backups, make_backup, remove_backup
from modella.work.backup_return import bring_back, file_of, plan_return

router = APIRouter(prefix="/api/backups", tags=["backups"])


class ReturnWish(Wish):
    """A backup by its name, or an archive by its whole path on the server; `plan` only tells what would be done.

    With `everything`, records come back also for models whose folder is gone.
    """

    file: Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[^\x00]+$")]
    plan: bool = False
    everything: bool = False


class Restoring(BaseModel):
    """What putting a backup back would do, and the task that does it; without one only the plan was wished."""

    plan: RestorePlan
    task: TaskView | None = None


@router.get("")
async def get_backups(request: Request) -> Answer[list[Backup]]:
    """The backups there are, the newest first."""
    return Answer(data=await asyncio.to_thread(list_backups, hands_of(request)))


@router.post("", status_code=202)
async def start_backup(request: Request, _wish: Nothing = None) -> Answer[TaskView]:
    """Makes a backup; the task's result is what the list tells of it."""
    hands = hands_of(request)
    task = hands.tasks.begin("backup", lambda task: make_backup(hands, task).model_dump(mode="json"))
    return Answer(data=task.shown())


@router.post("/restore", responses={202: {"model": Answer[Restoring], "description": "It has begun"}})
async def restore_backup(wish: ReturnWish, request: Request, response: Response) -> Answer[Restoring]:
    """Tells what a backup would put back, or begins it as a task: what is missing or older returns, nothing newer goes.

    What is there now goes to the history first.
    """
    hands = hands_of(request)
    file = await asyncio.to_thread(file_of, hands, wish.file)
    plan = await asyncio.to_thread(plan_return, hands, file, everything=wish.everything)
    if wish.plan:
        return Answer(data=Restoring(plan=plan))
    task = hands.tasks.begin("restore-backup", lambda task: bring_back(hands, file, task, everything=wish.everything))
    response.status_code = 202
    return Answer(data=Restoring(plan=plan, task=task.shown()))


@router.get("/{name}", response_class=FileResponse, responses=REFUSALS_OF_FILES)
async def download_backup(name: str, request: Request) -> FileResponse:
    """One backup, as the file it is."""
    path = await asyncio.to_thread(backup_file, hands_of(request), name)
    return FileResponse(path, media_type="application/zip", filename=path.name)


@router.delete("/{name}")
async def delete_backup(name: str, request: Request) -> Answer[Backup]:
    """Removes a backup; a file that we did not make stays."""
    return Answer(data=await asyncio.to_thread(remove_backup, hands_of(request), name))
