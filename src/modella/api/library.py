"""The library by HTTP: its roots, scans of them, long tasks, verifying everything, health, and saved searches."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, Field

from modella.api.answers import Answer
from modella.api.asked import Wish, hands_of
from modella.api.shapes import KeptSearch
from modella.core.errors import BadLink
from modella.core.events import TaskView
from modella.core.root import Root
from modella.work import searches
from modella.work.doctor import examine
from modella.work.hands import Hands
from modella.work.hashwave import hash_all
from modella.work.rebuild import rebuild_all
from modella.work.recheck import recheck_all
from modella.work.roots import add_root, change_root, is_online, remove_root, root_of, roots
from modella.work.scan import begin_scan
from modella.work.tasks import Task

router = APIRouter(tags=["library"])


class ScanWish(Wish):
    """Folders to scan, or all roots; `hash` waits for the hashes too."""

    folders: list[str] = Field(default_factory=list, max_length=1000)
    hash: bool = False


class AdoptWish(Wish):
    """A folder to look after where it is; `central` keeps our records in the library instead of beside the files."""

    folder: str = Field(min_length=1, max_length=4096)
    central: bool = False
    scan: bool = True


class RootChange(Wish):
    """How a root is treated from now on."""

    watched: bool | None = None


class RootView(Root):
    """A root, whether its drive is there, and how many models it holds."""

    online: bool
    models: int


class Adopted(BaseModel):
    """A root that was adopted, and the scan of it that runs now."""

    root: RootView
    task: TaskView | None = None


class Chosen(Wish):
    """Models by their ids; none means all."""

    ids: list[str] = Field(default_factory=list, max_length=100_000)


class NothingWish(Wish):
    """Nothing can be wished here: it is done to everything."""


Nothing = Annotated[NothingWish | None, Body()]


class Search(Wish):
    """A search that a person has kept: its text, and parameters as `GET /api/models` takes them."""

    name: str = Field(min_length=1, max_length=100)
    q: str = Field(default="", max_length=500)
    params: dict[str, list[str]] = Field(default_factory=dict, max_length=30)


@router.post("/api/models/scan", status_code=202)
async def scan_folders(wish: ScanWish, request: Request) -> Answer[TaskView]:
    """Starts a scan; a folder that lies in no root yet is adopted as one."""
    folders = [_folder(each) for each in wish.folders]
    task = await asyncio.to_thread(begin_scan, hands_of(request), folders, with_hashes=wish.hash)
    return Answer(data=task.shown())


@router.post("/api/models/adopt", status_code=202)
async def adopt_folder(wish: AdoptWish, request: Request) -> Answer[Adopted]:
    """Looks after a folder where it is: nothing in it is moved."""
    hands = hands_of(request)
    root = await asyncio.to_thread(add_root, hands, _folder(wish.folder), central=wish.central)
    task = await asyncio.to_thread(begin_scan, hands, [Path(root.path)]) if wish.scan else None
    view = await asyncio.to_thread(_view, hands, root)
    return Answer(data=Adopted(root=view, task=task.shown() if task else None))


@router.post("/api/models/hash", status_code=202)
async def hash_models(request: Request, _wish: Nothing = None) -> Answer[TaskView]:
    """Hashes what has no hashes yet."""
    hands = hands_of(request)
    return Answer(data=hands.tasks.begin("hash", lambda task: hash_all(hands, task)).shown())


@router.post("/api/models/verify", status_code=202)
async def verify_models(chosen: Chosen, request: Request) -> Answer[TaskView]:
    """Hashes the files of models, or of all, again and compares; nothing is deleted."""
    hands = hands_of(request)
    return Answer(data=hands.tasks.begin("verify", lambda task: recheck_all(hands, task, chosen.ids)).shown())


@router.post("/api/models/rebuild", status_code=202)
async def rebuild_index(request: Request, _wish: Nothing = None) -> Answer[TaskView]:
    """Makes the index anew from the files."""
    hands = hands_of(request)
    return Answer(data=hands.tasks.begin("scan", lambda task: rebuild_all(hands, task)).shown())


@router.get("/api/roots")
async def list_roots(request: Request) -> Answer[list[RootView]]:
    """The library's own folder, and the folders adopted where they are."""
    hands = hands_of(request)
    return Answer(data=await asyncio.to_thread(lambda: [_view(hands, root) for root in roots(hands)]))


@router.patch("/api/roots/{root_id}")
async def treat_root(root_id: str, change: RootChange, request: Request) -> Answer[RootView]:
    """Changes how a root is treated."""
    hands = hands_of(request)
    root = await asyncio.to_thread(root_of, hands, root_id)
    if change.watched is not None:
        root = root.model_copy(update={"watched": change.watched})
        await asyncio.to_thread(change_root, hands, root)
    return Answer(data=await asyncio.to_thread(_view, hands, root))


@router.delete("/api/roots/{root_id}")
async def forget_root(root_id: str, request: Request) -> Answer[Root]:
    """Stops looking after a folder; its files, our records beside them included, stay where they are."""
    return Answer(data=await asyncio.to_thread(remove_root, hands_of(request), root_id))


@router.get("/api/tasks")
async def list_tasks(request: Request) -> Answer[list[TaskView]]:
    """Long tasks that run, and the last that ended, the newest first."""
    return Answer(data=[task.shown() for task in hands_of(request).tasks.all()])


@router.get("/api/tasks/{task_id}")
async def get_task(
    task_id: str, request: Request, wait: Annotated[float, Query(ge=0, le=30)] = 0.0
) -> Answer[TaskView]:
    """One task; `wait` gives it so many seconds to end first."""
    task = hands_of(request).tasks.get(task_id)
    await _ended(task, wait)
    return Answer(data=task.shown())


@router.post("/api/tasks/{task_id}/cancel")
async def cancel_task(task_id: str, request: Request) -> Answer[TaskView]:
    """Asks a task to stop; what it has done stays done."""
    return Answer(data=hands_of(request).tasks.cancel(task_id).shown())


@router.get("/api/doctor")
async def examine_library(request: Request) -> Answer[list[dict[str, Any]]]:
    """What is healthy and what is not, each with what to do about it."""
    return Answer(data=await asyncio.to_thread(examine, hands_of(request)))


@router.get("/api/searches")
async def list_searches(request: Request) -> Answer[list[KeptSearch]]:
    """Searches that were kept."""
    return _kept(await asyncio.to_thread(searches.all_of, hands_of(request)))


@router.put("/api/searches")
async def keep_search(search: Search, request: Request) -> Answer[list[KeptSearch]]:
    """Keeps a search under its name, in place of one that has it."""
    return _kept(await asyncio.to_thread(searches.keep, hands_of(request), search.model_dump()))


@router.delete("/api/searches/{name}")
async def drop_search(name: str, request: Request) -> Answer[list[KeptSearch]]:
    """Forgets a search."""
    return _kept(await asyncio.to_thread(searches.drop, hands_of(request), name))


def _kept(found: list[dict[str, Any]]) -> Answer[list[KeptSearch]]:
    return Answer(data=[KeptSearch.model_validate(each) for each in found])


def _folder(text: str) -> Path:
    if "\0" in text:
        raise BadLink("bad-value", name="folder", value=text[:80], reason="not a folder")
    try:
        path = Path(text).expanduser()
        path.stat()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        pass  # whoever needs it says so
    except (OSError, RuntimeError) as problem:
        raise BadLink("bad-value", name="folder", value=text[:80], reason=str(problem)[:200]) from None
    if not path.is_absolute():
        raise BadLink("bad-value", name="folder", value=text[:80], reason="a folder is named from the top of its drive")
    return path


def _view(hands: Hands, root: Root) -> RootView:
    return RootView(**root.model_dump(), online=is_online(hands, root), models=hands.index.count_in(root.id))


async def _ended(task: Task, seconds: float) -> None:
    if seconds:
        await asyncio.to_thread(task.finished.wait, seconds)
