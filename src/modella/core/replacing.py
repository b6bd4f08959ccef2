"""Which models would lie elsewhere by the present rules: a plan to read before anything moves."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, Field

from modella.core.kinds import FOLDERS, Kind
from modella.core.naming import name_key, slug, with_hash
from modella.core.placement import Rule, choose, number_of, place, words_in


class Placed(NamedTuple):
    """A model as the plan looks at it: `facts` are the words of placement rules, `seen` is when its record changed."""

    id: str
    name: str
    version: str | None
    cleaned_name: str
    place: str
    seen: str
    mark: str
    facts: Mapping[str, str | None]


class Moving(BaseModel):
    """One model that would move; paths below the library. `instead` is the folder of its rule where that is taken."""

    id: str
    name: str = ""
    source: str = Field(alias="from")
    target: str = Field(alias="to")
    cleaned_name: str
    rule: str = ""
    facts: dict[str, str] = Field(default_factory=dict)
    seen: str
    instead: str | None = None

    model_config = {"populate_by_name": True}


class Staying(BaseModel):
    """One model that stays, and why: `in-place`, `adopted`, `missing`, `no-name`."""

    id: str
    name: str
    place: str
    why: str


class Rehearsed(BaseModel):
    """Where one model would go: from `now` to `then`, by the rule with this number (from 0; None is the default).

    `fits` are the conditions of the rule, `words` what stands for the words of its template. `stays` says why the
    model itself would not move; `then` is where it would go if it were imported. `instead` is the folder of the rule
    where that is taken.
    """

    id: str
    name: str
    kind: str
    family: str | None = None
    now: str
    then: str | None = None
    rule: int | None = None
    to: str
    fits: dict[str, str] = Field(default_factory=dict)
    words: dict[str, str] = Field(default_factory=dict)
    stays: Literal["in-place", "adopted", "missing", "no-name"] | None = None
    instead: str | None = None


class PlacementPlan(BaseModel):
    """What would move, and what stays."""

    moves: list[Moving] = Field(default_factory=list)
    stays: list[Staying] = Field(default_factory=list)


def plan_placement(models: Iterable[Placed], rules: Sequence[Rule], taken: Iterable[str] = ()) -> PlacementPlan:
    """Where each model would go; of two for one folder, the one that is there or came first gets it.

    `taken` are folders that are in the way whatever moves.
    """
    models = list(models)
    wanted = {model.id: _wanted(model, rules) for model in models}
    used = {name_key(path) for path in taken}
    used |= {name_key(model.place) for model in models if _is_there(model, wanted[model.id])}
    plan = PlacementPlan()
    for model in models:
        rule, folder, _ = wanted[model.id]
        if not folder or _is_there(model, wanted[model.id]):
            plan.stays.append(
                Staying(id=model.id, name=model.name, place=model.place, why="in-place" if folder else "no-name")
            )
            continue
        target, instead = _free(folder, model, used)
        used.add(name_key(target))
        plan.moves.append(_moving(model, rule, target, instead))
    return plan


def rehearse(models: Iterable[Placed], rules: Sequence[Rule], taken: Iterable[str] = ()) -> dict[str, Rehearsed]:
    """What rules would do with each model, by its id; those that may not move are told apart by whoever asks."""
    models = list(models)
    plan = plan_placement(models, rules, taken)
    moves = {each.id: each for each in plan.moves}
    return {model.id: _rehearsed(model, rules, moves.get(model.id)) for model in models}


def in_order(moves: Iterable[Moving]) -> list[Moving]:
    """The moves in an order in which a folder is left before another model comes; those in a circle last."""
    waiting, found = list(moves), list[Moving]()
    while waiting:
        full = {name_key(each.source) for each in waiting}
        ready = [each for each in waiting if name_key(each.target) not in full - {name_key(each.source)}]
        found += ready or waiting
        waiting = [each for each in waiting if each not in ready] if ready else []
    return found


def wanted_name(model: Placed) -> str:
    """The name that the model's folder has by rule; a hash that once parted it from another stays."""
    name = slug(" ".join(filter(None, (model.name, model.version))))
    kept = re.fullmatch(re.escape(name) + r"-[0-9a-z]{8}", model.cleaned_name)
    return model.cleaned_name if kept else name


def _wanted(model: Placed, rules: Sequence[Rule]) -> tuple[str, str, str]:
    """The rule, the folder, and the name in it; no folder when the rule leaves none."""
    facts = {**model.facts, "name": wanted_name(model)}
    rule = choose(rules, facts).to
    try:
        return rule, place(rule, facts), str(facts["name"])
    except ValueError:
        return rule, "", ""


def _rehearsed(model: Placed, rules: Sequence[Rule], moving: Moving | None) -> Rehearsed:
    to, folder, name = _wanted(model, rules)
    number = number_of(rules, {**model.facts, "name": name or wanted_name(model)})
    known = {**model.facts, "kind folder": FOLDERS[Kind(model.facts.get("kind") or "unknown")], "name": name}
    stays: Literal["in-place", "no-name"] | None = None if moving else "in-place" if folder else "no-name"
    return Rehearsed(
        id=model.id,
        name=model.name,
        kind=str(model.facts.get("kind") or "unknown"),
        family=model.facts.get("family"),
        now=model.place,
        then=moving.target if moving else (model.place if folder else None),
        rule=number,
        to=to,
        fits=dict(rules[number].when) if number is not None else {},
        words={word: str(value) for word in words_in(to) if (value := known.get(word))},
        stays=stays,
        instead=moving.instead if moving else None,
    )


def _is_there(model: Placed, wanted: tuple[str, str, str]) -> bool:
    folder = PurePosixPath(wanted[1])
    own = with_hash(folder.name, model.mark) if folder.name else ""
    return model.place in (wanted[1], (folder.parent / own).as_posix())


def _free(folder: str, model: Placed, used: set[str]) -> tuple[str, str | None]:
    if name_key(folder) not in used:
        return folder, None
    path = PurePosixPath(folder)
    for mark in (model.mark, model.id[-8:], model.id[:8]):
        other = (path.parent / with_hash(path.name, mark)).as_posix()
        if name_key(other) not in used:
            return other, folder
    return (path.parent / with_hash(path.name, model.id[-12:])).as_posix(), folder


def _moving(model: Placed, rule: str, target: str, instead: str | None) -> Moving:
    words = {word: str(value) for word, value in model.facts.items() if value and f"{{{word}}}" in rule}
    told: dict[str, Any] = {"from": model.place, "to": target, "cleaned_name": PurePosixPath(target).name}
    return Moving(id=model.id, name=model.name, rule=rule, facts=words, seen=model.seen, instead=instead, **told)
