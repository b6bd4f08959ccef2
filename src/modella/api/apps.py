"""Apps by HTTP: found, added, planned, linked, unlinked and forgotten."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, Field

from modella.api.answers import Answer, words_for
from modella.api.asked import Wish, hands_of
from modella.api.changes import Id
from modella.core.errors import ModellaError
from modella.core.events import TaskView
from modella.core.linking import Action, App, LinkLine, Way
from modella.core.mapping import MappingFile, Method, Support, Why, json_schema
from modella.work.apps import add_app, app_of, apps, change_app, forget_app, is_there
from modella.work.config_block import ConfigChange
from modella.work.finding_apps import FoundApp, find_app, shelf
from modella.work.hands import Hands
from modella.work.linking import LinkPlan, SkippedModel, Upgraded, apply_links, plan_links, unlink_app
from modella.work.model_links import ModelInApp, model_links
from modella.work.tasks import Task

router = APIRouter(prefix="/api/apps", tags=["apps"])
of_models = APIRouter(prefix="/api/models", tags=["apps"])

_SHOWN = 500
_MOST = 100_000
_STAYS = frozenset[Action]({"keep", "there"})
Path_ = Annotated[str, Field(min_length=1, max_length=4096)]
MethodWish = Literal["auto", "relative", "absolute", "hardlink", "reflink", "copy"]


class AppView(App):
    """An app, with how many links it has; `there` tells whether it is where it was added."""

    links: int
    there: bool


class KnownApp(BaseModel):
    """An app that there is a mapping file for. `own` when it is the user's; `methods` of links, the best first.

    `support` `none` means that nothing can be linked into it, for the reason in `why`.
    """

    app: str
    title: str
    config: str
    file: str
    first: str
    own: bool
    homepage: str | None
    support: Support
    why: Why | None
    methods: list[Method]
    by_config: bool
    notes: str | None


class MappingFault(BaseModel):
    """A mapping file that cannot be used, and what is wrong with it."""

    file: str
    code: str
    error: str


class Shelf(BaseModel):
    """Every app that could be added, and mapping files of the user that cannot be used."""

    apps: list[KnownApp]
    faults: list[MappingFault]


class FindWish(Wish):
    """A folder to look at; without `app` any app is recognised."""

    path: Path_
    app: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class FoundView(BaseModel):
    """The app in a folder: `path` is its own folder, `version` what its files say, `at_least` when they say no more.

    `places` are folders that its own settings have put elsewhere; `added` is its id when it is known already.
    """

    app: str
    title: str
    config: str
    path: str
    version: str | None
    at_least: bool
    places: dict[str, str]
    support: Support
    why: Why | None
    methods: list[Method]
    by_config: bool
    added: str | None


class AddWish(FindWish):
    """An app to add: how it gets links, whether they follow the library, and what it is called here."""

    title: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    method: MethodWish = "auto"
    way: Way = "links"
    auto: bool = True
    version: Annotated[str, Field(min_length=1, max_length=40)] | None = None


class AppChange(Wish):
    """What to change of an app; `path` is where it lies now, when it was moved."""

    path: Path_ | None = None
    title: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    method: MethodWish | None = None
    way: Way | None = None
    auto: bool | None = None
    version: Annotated[str, Field(min_length=1, max_length=40)] | None = None


class LinkWish(Wish):
    """For which models; none means the whole library."""

    ids: list[Id] | None = Field(None, max_length=100_000)


class PlanView(BaseModel):
    """What applying would do. `lines` are those asked for, of `matching`; the counts are over everything.

    `skipped` are the first of the models that the app does not get; `reasons` counts all of them.
    """

    app: App
    lines: list[LinkLine]
    matching: int
    skipped: list[SkippedModel]
    actions: dict[str, int]
    reasons: dict[str, int]
    drift: dict[str, int]
    upgraded: Upgraded | None
    config: ConfigChange | None
    restart: bool
    work: bool = Field(description="Whether applying would change anything")


@router.get("")
async def get_apps(request: Request) -> Answer[list[AppView]]:
    """The apps of this library."""
    return Answer(data=await asyncio.to_thread(_views, hands_of(request)))


@router.get("/known")
async def get_known_apps(request: Request) -> Answer[Shelf]:
    """Which apps can be added, and which mapping files cannot be used."""
    files, faults = await asyncio.to_thread(shelf, hands_of(request))
    told = [_fault(request, each) for each in faults]
    return Answer(data=Shelf(apps=[_known(each) for each in files], faults=told))


@router.get("/schema")
async def get_mapping_schema() -> Answer[dict[str, Any]]:
    """The JSON Schema of mapping files."""
    return Answer(data=json_schema())


@router.post("/find")
async def find(wish: FindWish, request: Request) -> Answer[FoundView]:
    """Which app lies in a folder; nothing is added."""

    def found(hands: Hands) -> FoundView:
        return _found(hands, find_app(shelf(hands)[0], wish.path, wish.app))

    return Answer(data=await asyncio.to_thread(found, hands_of(request)))


@router.post("")
async def add(wish: AddWish, request: Request) -> Answer[AppView]:
    """Adds an app; its links are made by `apply`."""
    said = wish.model_dump(include={"title", "method", "way", "auto", "version"}, exclude_none=True)

    def added(hands: Hands) -> AppView:
        return _view(hands, add_app(hands, wish.path, wish.app, said), {})

    return Answer(data=await asyncio.to_thread(added, hands_of(request)))


@router.get("/{app}")
async def get_app(app: str, request: Request) -> Answer[AppView]:
    """One app."""
    return Answer(data=await asyncio.to_thread(_one, hands_of(request), app))


@router.patch("/{app}")
async def patch_app(app: str, change: AppChange, request: Request) -> Answer[AppView]:
    """Changes how an app is treated; its links are changed by the next `apply`."""

    def changed(hands: Hands) -> AppView:
        change_app(hands, app, change.model_dump(exclude_none=True))
        return _one(hands, app)

    return Answer(data=await asyncio.to_thread(changed, hands_of(request)))


@router.delete("/{app}")
async def delete_app(app: str, request: Request) -> Answer[None]:
    """Forgets an app; links that are still in it stay. Unlink it first to have them removed."""
    await asyncio.to_thread(forget_app, hands_of(request), app)
    return Answer(data=None)


@router.post("/{app}/plan")
async def plan(
    app: str,
    request: Request,
    wish: Annotated[LinkWish | None, Body()] = None,
    action: Annotated[list[Action] | None, Query()] = None,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=0, le=_MOST)] = _SHOWN,
) -> Answer[PlanView]:
    """What would be done so that the app has what it should, what stays as it is last; nothing is changed."""
    made = await asyncio.to_thread(plan_links, hands_of(request), app, wish.ids if wish else None)
    lines = [each for each in made.lines if action is None or each.action in action]
    lines.sort(key=lambda each: each.action in _STAYS)
    told = _plan_view(made, lines[offset : offset + limit], len(lines))
    return Answer(data=told)


@router.post("/{app}/apply")
async def apply(app: str, request: Request, wish: Annotated[LinkWish | None, Body()] = None) -> Answer[TaskView]:
    """Makes it so: a task whose result counts what was made, mended, removed, blocked, and names what failed."""
    ids = wish.ids if wish else None
    return await _begun(request, app, lambda hands, task: apply_links(hands, app, ids, task))


@router.post("/{app}/unlink")
async def unlink(app: str, request: Request, wish: Annotated[LinkWish | None, Body()] = None) -> Answer[TaskView]:
    """Removes the links that were made in the app; of the whole app this also ends that they follow the library."""
    ids = wish.ids if wish else None

    def undone(hands: Hands, task: Task) -> BaseModel:
        if ids is None:
            change_app(hands, app, {"auto": False})
        return unlink_app(hands, app, ids, task)

    return await _begun(request, app, undone)


@of_models.get("/{model_id}/links")
async def get_model_links(model_id: str, request: Request) -> Answer[list[ModelInApp]]:
    """Where a model is linked, app by app; and where not, why."""
    return Answer(data=await asyncio.to_thread(model_links, hands_of(request), model_id))


async def _begun(request: Request, app: str, work: Callable[[Hands, Task], BaseModel]) -> Answer[TaskView]:
    hands = hands_of(request)
    await asyncio.to_thread(app_of, hands, app)

    def run(task: Task) -> dict[str, Any]:
        return work(hands, task).model_dump(mode="json")

    return Answer(data=hands.tasks.begin("link", run, alone=False).shown())


def _views(hands: Hands) -> list[AppView]:
    counts = hands.store.count_links(hands.library_id)
    return [_view(hands, each, counts) for each in apps(hands)]


def _one(hands: Hands, app: str) -> AppView:
    return _view(hands, app_of(hands, app), hands.store.count_links(hands.library_id))


def _view(hands: Hands, app: App, counts: dict[str, int]) -> AppView:
    return AppView(**app.model_dump(), links=counts.get(app.id, 0), there=is_there(hands, app))


def _known(each: MappingFile) -> KnownApp:
    mapping = each.mapping
    return KnownApp(
        app=mapping.app,
        title=mapping.title,
        config=mapping.config,
        file=each.file,
        first=each.first,
        own=each.own,
        homepage=mapping.homepage,
        support=mapping.support,
        why=mapping.why,
        methods=list(mapping.links) if mapping.support == "links" else [],
        by_config=mapping.config_block is not None,
        notes=mapping.notes,
    )


def _fault(request: Request, problem: ModellaError) -> MappingFault:
    told = words_for(request).explain(problem)
    return MappingFault(file=str(problem.facts.get("file", "")), code=problem.code, error=str(told["error"]))


def _found(hands: Hands, found: FoundApp) -> FoundView:
    mapping = found.file.mapping
    twin = next((each.id for each in apps(hands) if each.path == str(found.path)), None)
    return FoundView(
        app=found.app,
        title=found.title,
        config=found.config,
        path=str(found.path),
        version=found.version,
        at_least=found.version_at_least,
        places=dict(found.places),
        support=mapping.support,
        why=mapping.why,
        methods=list(mapping.links) if mapping.support == "links" else [],
        by_config=mapping.config_block is not None,
        added=twin,
    )


def _plan_view(made: LinkPlan, lines: list[LinkLine], matching: int) -> PlanView:
    facts = made.model_dump(exclude={"lines", "skipped"})
    return PlanView(**facts, lines=lines, matching=matching, skipped=made.skipped[:_SHOWN], work=made.has_work)
