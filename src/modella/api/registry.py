"""What is said of models, by HTTP: edits, history, relations, versions, and whose they are."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from modella.api.answers import Answer, words_for
from modella.api.asked import Wish, hands_of
from modella.api.record_shapes import HistoryVersion, Matching, Refreshed, Relations, Versions, described
from modella.api.shapes import RECORD, ManyChanged
from modella.core.events import TaskView
from modella.work import history, match, related
from modella.work.edit import Edit, edit, edit_many
from modella.work.lookup import begin_lookup

router = APIRouter(prefix="/api/models", tags=["registry"])

Tags = Annotated[list[str], Field(default_factory=list, max_length=1000)]
Names = Annotated[list[str], Field(default_factory=list, max_length=200)]


class EditIn(Wish):
    """Fields to set, fields in which the user's word is taken back, and what apps may do (null takes that back).

    `if_updated_at` is the `updated_at` that was seen; when it is another one meanwhile, nothing is changed.
    """

    fields: dict[str, Any] = Field(default_factory=dict, alias="set", max_length=200)
    reset: Names
    apps: dict[str, Any] = Field(default_factory=dict, max_length=200)
    add_tags: Tags
    remove_tags: Tags
    if_updated_at: str | None = Field(None, max_length=64)


class ManyIn(Wish):
    """The same change for many models; `link` says whether apps get links to them, null takes that word back."""

    ids: list[str] = Field(min_length=1, max_length=100_000)
    fields: dict[str, Any] = Field(default_factory=dict, alias="set", max_length=200)
    reset: Names
    apps: dict[str, Any] = Field(default_factory=dict, max_length=200)
    add_tags: Tags
    remove_tags: Tags
    link: dict[str, bool | None] = Field(default_factory=dict, max_length=200)


class LookupIn(Wish):
    """Models to look up by hash, or `all` that no source knows; `again` also what was asked for lately."""

    ids: list[str] = Field(default_factory=list, max_length=100_000)
    all: bool = False
    again: bool = False


class MatchIn(Wish):
    """A link to what a model is. `confirm` accepts other hashes, `only_look` writes nothing."""

    url: str = Field(min_length=1, max_length=8192)
    confirm: bool = False
    only_look: bool = False


class NeverIn(Wish):
    """A source, or `source:model id`, that a model is not from; `clear` takes that back."""

    source: str = Field(min_length=1, max_length=200)
    clear: bool = False


@router.post("/edit")
async def edit_models(wish: ManyIn, request: Request) -> Answer[ManyChanged]:
    """Changes many models in the same way, each for itself; what could not be changed is told with its reason."""
    words = words_for(request)
    change = Edit(wish.fields, wish.reset, wish.apps, wish.add_tags, wish.remove_tags, link=wish.link)
    done = await asyncio.to_thread(edit_many, hands_of(request), wish.ids, change)
    failed = [{"id": model, **words.explain(problem)} for model, problem in done["failed"]]
    return Answer(data=ManyChanged.model_validate({**done, "failed": failed}))


@router.post("/lookup", status_code=202)
async def look_up_models(wish: LookupIn, request: Request) -> Answer[TaskView]:
    """Starts looking models up at the sources by their hashes."""
    task = await asyncio.to_thread(begin_lookup, hands_of(request), [] if wish.all else wish.ids, again=wish.again)
    return Answer(data=task.shown())


@router.patch("/{model_id}", responses=RECORD)
async def edit_model(model_id: str, wish: EditIn, request: Request) -> Answer[dict[str, Any]]:
    """Changes what a person says of a model; the record as it is then."""
    change = Edit(wish.fields, wish.reset, wish.apps, wish.add_tags, wish.remove_tags, wish.if_updated_at)
    return Answer(data=await asyncio.to_thread(edit, hands_of(request), model_id, change))


@router.get("/{model_id}/history", responses=described(list[HistoryVersion]))
async def list_history(model_id: str, request: Request) -> Answer[list[dict[str, Any]]]:
    """Earlier versions of a model's record, the newest first, and how each differs from now."""
    return Answer(data=await asyncio.to_thread(history.versions_of, hands_of(request), model_id))


@router.post("/{model_id}/history/{entry}/restore", responses=RECORD)
async def restore_history(model_id: str, entry: str, request: Request) -> Answer[dict[str, Any]]:
    """Goes back to an earlier version; the present one goes to the history."""
    return Answer(data=await asyncio.to_thread(history.restore, hands_of(request), model_id, entry))


@router.get("/{model_id}/relations", responses=described(Relations))
async def get_relations(model_id: str, request: Request) -> Answer[dict[str, Any]]:
    """What a model names, found in the library or where to get it, and what names it."""
    return Answer(data=await asyncio.to_thread(related.relations_of, hands_of(request).index, model_id))


@router.get("/{model_id}/versions", responses=described(Versions))
async def get_versions(model_id: str, request: Request) -> Answer[dict[str, Any]]:
    """The versions of the same model: in the library, and what the source has besides."""
    return Answer(data=await asyncio.to_thread(related.versions_of, hands_of(request).index, model_id))


@router.post("/{model_id}/match", responses=described(Matching))
async def match_model(model_id: str, wish: MatchIn, request: Request) -> Answer[dict[str, Any]]:
    """Says what a model is, by a link; 409 with both hashes when they contradict and nobody has confirmed it."""
    hands = hands_of(request)
    found = await asyncio.to_thread(
        match.match_link, hands, model_id, wish.url, confirm=wish.confirm, only_look=wish.only_look
    )
    return Answer(data=found)


@router.post("/{model_id}/never-match", responses=RECORD)
async def never_match_model(model_id: str, wish: NeverIn, request: Request) -> Answer[dict[str, Any]]:
    """Says what a model is never; a match like that is taken away."""
    hands = hands_of(request)
    return Answer(data=await asyncio.to_thread(match.never_match, hands, model_id, wish.source, clear=wish.clear))


@router.post("/{model_id}/refresh", responses=described(Refreshed))
async def refresh_model(model_id: str, request: Request) -> Answer[dict[str, Any]]:
    """Asks the sources of a model anew; what is gone there is marked so, and nothing is erased."""
    return Answer(data=await asyncio.to_thread(match.refresh, hands_of(request), model_id))
