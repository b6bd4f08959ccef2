"""Lists by HTTP: made, renamed, filled and taken away; the models in them stay as they are."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, Field

from modella.api.answers import Answer
from modella.api.asked import Wish, hands_of
from modella.api.changes import Id, ManyWish
from modella.api.shapes import PreviewShort
from modella.core.errors import BadLink
from modella.work.hands import Hands
from modella.work.lists import (
    ListEdited,
    add_to_list,
    change_list,
    drop_list,
    keep_list,
    list_of,
    lists,
    remove_from_list,
)

router = APIRouter(prefix="/api/lists", tags=["lists"])

Note = Annotated[str, Field(max_length=5000)]


class Cover(PreviewShort):
    """A preview of a model of the list: `/api/models/{model}/previews/{number}`."""

    model: str


class ListView(BaseModel):
    """A list at a glance: `count` models of it are in the library with `bytes`, `absent` ones are not (any more)."""

    name: str
    note: str | None
    count: int
    absent: int
    bytes: int
    covers: list[Cover] = Field(description="At most four, of what came last")
    created_at: str
    updated_at: str


class ListEntryView(BaseModel):
    """Something in a list; `present` tells whether it is in the library."""

    id: str
    name: str
    present: bool


class ListWhole(ListView):
    """A list with everything in it, in the order in which it came."""

    entries: list[ListEntryView]


class ListAnswer(ListView):
    """A list after a change: how many entries came or went, and the ids that could not be meant."""

    changed: int
    unknown: list[str]


class ListWish(Wish):
    """A new list: what to note of it, and the first models in it."""

    note: Note | None = None
    ids: list[Id] = Field(default_factory=list, max_length=100_000)


class ListChange(Wish):
    """Another name, another note; null takes the note away."""

    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    note: Note | None = None


@router.get("")
async def get_lists(request: Request) -> Answer[list[ListView]]:
    """Every list, in the order of their names."""
    found = await asyncio.to_thread(lists, hands_of(request))
    return Answer(data=[ListView.model_validate(asdict(each)) for each in found])


@router.get("/{name:path}")
async def get_list(name: str, request: Request) -> Answer[ListWhole]:
    """One list with everything in it."""
    found, entries = await asyncio.to_thread(list_of, hands_of(request), name)
    return Answer(data=ListWhole.model_validate({**asdict(found), "entries": entries}))


@router.put("/{name:path}")
async def put_list(name: str, request: Request, wish: Annotated[ListWish | None, Body()] = None) -> Answer[ListAnswer]:
    """Makes a list; one that is there already keeps what it holds, and gets what is said besides."""
    wish = wish or ListWish()
    return _answer(await asyncio.to_thread(keep_list, hands_of(request), name, wish.note, wish.ids))


@router.patch("/{name:path}")
async def patch_list(name: str, change: ListChange, request: Request) -> Answer[ListView]:
    """Gives a list another name or note."""
    said: dict[str, Any] = change.model_dump(include=change.model_fields_set)
    if not said or ("name" in said and said["name"] is None):
        raise BadLink("bad-value", name="name", value="", reason="say a name or a note")

    def changed(hands: Hands) -> ListView:
        return ListView.model_validate(asdict(change_list(hands, name, said)))

    return Answer(data=await asyncio.to_thread(changed, hands_of(request)))


@router.delete("/{name:path}")
async def delete_list(name: str, request: Request) -> Answer[None]:
    """Takes a list away; its models stay."""
    await asyncio.to_thread(drop_list, hands_of(request), name)
    return Answer(data=None)


@router.post("/{name:path}/add")
async def add_models(name: str, wish: ManyWish, request: Request) -> Answer[ListAnswer]:
    """Adds models to a list."""
    return _answer(await asyncio.to_thread(add_to_list, hands_of(request), name, wish.ids))


@router.post("/{name:path}/remove")
async def remove_models(name: str, wish: ManyWish, request: Request) -> Answer[ListAnswer]:
    """Takes models out of a list, also those that are not in the library any more."""
    return _answer(await asyncio.to_thread(remove_from_list, hands_of(request), name, wish.ids))


def _answer(edited: ListEdited) -> Answer[ListAnswer]:
    return Answer(data=ListAnswer(**asdict(edited.now), changed=edited.changed, unknown=edited.unknown))
