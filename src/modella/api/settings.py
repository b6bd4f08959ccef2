"""Settings, placement rules and keys by HTTP; keys go in and never come out."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from modella.api.answers import Answer, words_for
from modella.api.asked import Wish, hands_of
from modella.api.library import Nothing
from modella.api.setting_views import SettingsView, shown_settings
from modella.core.errors import NotFound
from modella.core.placement import DEFAULT_RULE, FACTS, WORDS, Rule, RuleFault, faults_of
from modella.core.replacing import Rehearsed
from modella.core.words import Words
from modella.io.secrets import ENVIRONMENT
from modella.io.settings import MOST_RULES
from modella.wiring import House
from modella.work.keys import KeyTrial, try_key
from modella.work.replacing import rehearse_rules

router = APIRouter(prefix="/api", tags=["settings"])


class CandidateRule(Wish):
    """A rule as somebody is typing it: it may still be wrong."""

    when: dict[str, Annotated[str, Field(max_length=500)]] = Field(default_factory=dict, max_length=20)
    to: str = Field(default="", max_length=1000)


class RulesWish(Wish):
    """Rules to try, on models that are named or on some of every kind and family."""

    rules: list[CandidateRule] = Field(max_length=MOST_RULES)
    ids: list[Annotated[str, Field(min_length=1, max_length=64)]] | None = Field(default=None, max_length=500)
    limit: int = Field(default=40, ge=1, le=500)


class RuleProblem(RuleFault):
    """What is wrong with one of the rules (`rule` counts from 0), in the caller's language."""

    rule: int
    sentence: str


class RehearsedView(Rehearsed):
    """Where a model would go, and why, in the caller's language."""

    why: str


class RulesPreview(BaseModel):
    """What candidate rules would do. With a rule that is wrong nothing is tried: `items` is empty then."""

    problems: list[RuleProblem]
    items: list[RehearsedView]
    moving: int


class RulesView(BaseModel):
    """The rules in their order, the words that templates may have, the facts that conditions may name."""

    rules: list[Rule]
    words: list[str]
    facts: list[str]
    default: str


class KeyView(BaseModel):
    """A key that is set or not, without the key: its last four characters where it is long enough, where from, when."""

    name: str
    set: bool
    last4: str | None
    origin: Literal["environment", "file"] | None = Field(alias="from")
    added: str | None

    model_config = {"populate_by_name": True}


class KeyTrialView(KeyTrial):
    """What a source said of a key, with a sentence in the caller's language and what to do."""

    sentence: str
    hint: str | None = None


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
async def get_rules(request: Request) -> Answer[RulesView]:
    """Where models go: the rules in order, and the words that may stand in them."""
    rules = _house(request).settings().rules
    return Answer(data=RulesView(rules=rules, words=list(WORDS), facts=list(FACTS), default=DEFAULT_RULE))


@router.put("/rules")
async def set_rules(rules: list[Rule], request: Request) -> Answer[RulesView]:
    """Sets the rules; they count for models that are placed from now on."""
    changes = {"rules": [rule.model_dump() for rule in rules] or None}
    await asyncio.to_thread(_house(request).change_settings, changes)
    return await get_rules(request)


@router.post("/rules/preview")
async def preview_rules(wish: RulesWish, request: Request) -> Answer[RulesPreview]:
    """Where models of the library would go by candidate rules, and why; nothing is saved and nothing moves."""
    words = words_for(request)
    problems = [
        RuleProblem(rule=number, sentence=_wrong(words, fault), **fault.model_dump())
        for number, rule in enumerate(wish.rules)
        for fault in faults_of(rule.when, rule.to)
    ]
    if problems:
        return Answer(data=RulesPreview(problems=problems, items=[], moving=0))
    rules = [Rule(when=each.when, to=each.to) for each in wish.rules]
    found = await asyncio.to_thread(rehearse_rules, hands_of(request), rules, wish.ids, wish.limit)
    items = [RehearsedView(**each.model_dump(), why=_why(words, each)) for each in found]
    return Answer(data=RulesPreview(problems=[], items=items, moving=sum(each.stays is None for each in items)))


def _wrong(words: Words, fault: RuleFault) -> str:
    return words.say(f"rules.{fault.code}", word=fault.word, example=f"{{{fault.word or 'name'}}}")


def _why(words: Words, each: Rehearsed) -> str:
    """Which rule decides, and what keeps the model where it is."""
    facts = [f"{fact} = {value}" for fact, value in each.fits.items()]
    if each.rule is None:
        decides = words.say("rules.by-default", to=each.to)
    elif facts:
        decides = words.say("rules.by-facts", number=each.rule + 1, facts=facts)
    else:
        decides = words.say("rules.by-all", number=each.rule + 1)
    return f"{decides}. {words.say(f'rules.stays.{each.stays}')}" if each.stays else decides


@router.get("/tokens")
async def list_tokens(request: Request) -> Answer[list[KeyView]]:
    """Which keys are set, without the keys."""
    rows = await asyncio.to_thread(_house(request).hands.secrets.describe)
    return Answer(data=[KeyView.model_validate(row) for row in rows])


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


@router.post("/tokens/{name}/test")
async def test_token(name: str, request: Request, _wish: Nothing = None) -> Answer[KeyTrialView]:
    """Asks the source whether the stored key is good, and whose it is."""
    _check_name(name)
    hands, words = _house(request).hands, words_for(request)
    found = await asyncio.to_thread(try_key, hands.source(name), hands.secrets, hands.net)
    sentence, hint = told_of(words, found)
    return Answer(data=KeyTrialView(**found.model_dump(), sentence=sentence, hint=hint))


def told_of(words: Words, found: KeyTrial) -> tuple[str, str | None]:
    """What a source said of a key, as a sentence, and what to do about it."""
    if found.code:
        return words.sentence(found.code, found.context), words.hint(found.code, found.context)
    key = "good-of" if found.who else found.state
    return words.say(f"keys.{key}", name=found.name, who=found.who), None


def _check_name(name: str) -> None:
    if name not in ENVIRONMENT:
        raise NotFound("unknown-id", id=name[:64])
