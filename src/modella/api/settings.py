"""Settings, placement rules and keys by HTTP; keys go in and never come out."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import Field

from modella.api.answers import Answer, words_for
from modella.api.asked import Wish
from modella.api.setting_views import SettingsView, shown_settings
from modella.core.errors import NotFound
from modella.core.placement import WORDS, Rule
from modella.io.secrets import ENVIRONMENT
from modella.wiring import House

router = APIRouter(prefix="/api", tags=["settings"])


class KeyIn(Wish):
    """A key for a source."""

    value: str = Field(min_length=4, max_length=500, pattern=r"^[\x21-\x7e]+$")


def _house(request: Request) -> House:
    house: House = request.app.state.house
    return house


@router.get("/settings")
async def get_settings(request: Request) -> Answer[SettingsView]:
    """The settings that count now, what each is, and which of them may be changed here."""
    return Answer(data=shown_settings(_house(request).settings, words_for(request)))


@router.patch("/settings")
async def change_settings(changes: dict[str, Any], request: Request) -> Answer[SettingsView]:
    """Changes settings; null goes back to the default."""
    await asyncio.to_thread(_house(request).change_settings, changes)
    return Answer(data=shown_settings(_house(request).settings, words_for(request)))


@router.get("/rules")
async def get_rules(request: Request) -> Answer[dict[str, Any]]:
    """Where models go: the rules in order, and the words that may stand in them."""
    rules = [rule.model_dump() for rule in _house(request).settings().rules]
    return Answer(data={"rules": rules, "words": list(WORDS)})


@router.put("/rules")
async def set_rules(rules: list[Rule], request: Request) -> Answer[dict[str, Any]]:
    """Sets the rules; they count for models that are placed from now on."""
    changes = {"rules": [rule.model_dump() for rule in rules] or None}
    await asyncio.to_thread(_house(request).change_settings, changes)
    return await get_rules(request)


@router.get("/tokens")
async def list_tokens(request: Request) -> Answer[list[dict[str, Any]]]:
    """Which keys are set, without the keys."""
    return Answer(data=await asyncio.to_thread(_house(request).hands.secrets.describe))


@router.put("/tokens/{name}")
async def set_token(name: Annotated[str, Path()], key: KeyIn, request: Request) -> Answer[None]:
    """Stores the key for a source."""
    _check_name(name)
    await asyncio.to_thread(_house(request).hands.secrets.set_key, name, key.value)
    return Answer()


@router.delete("/tokens/{name}")
async def remove_token(name: str, request: Request) -> Answer[bool]:
    """Forgets the stored key for a source."""
    _check_name(name)
    return Answer(data=await asyncio.to_thread(_house(request).hands.secrets.remove_key, name))


def _check_name(name: str) -> None:
    if name not in ENVIRONMENT:
        raise NotFound("unknown-id", id=name[:64])
