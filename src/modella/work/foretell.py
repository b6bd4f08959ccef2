"""What a download would do, told before it is wished: files, folder and why, duplicates, room on the disk."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from modella.core.download import Download, Wish
from modella.core.errors import ModellaError
from modella.core.listing import ListedFile, Listing
from modella.core.naming import slug
from modella.core.placement import choose, place
from modella.core.rules import family_of
from modella.io.disk import free_space
from modella.work.describe import part_for
from modella.work.hands import Hands


class ToldListing(Listing):
    """A listing as doors show it: without the answer that it was read from."""

    payload: Any = Field(default=None, exclude=True)


class Target(BaseModel):
    """The folder that a model would get below the library, the rule that says so, and the facts that filled it in."""

    folder: str
    rule: str
    because: dict[str, str]


class Known(BaseModel):
    """A model of the library that holds the same content already."""

    id: str
    name: str
    path: str


class Obstacle(BaseModel):
    """Why something could not be fetched as it is: a code of `core/errors` and its facts."""

    code: str
    facts: dict[str, Any]


class Foretold(BaseModel):
    """What a link would bring. `files` are those that would be fetched, `size` and `free` are in bytes.

    `family` is what the base model means here; the bytes may know better. With a `problem` nothing can be fetched yet.
    """

    ref: dict[str, Any]
    listing: ToldListing
    files: list[ListedFile]
    size: int | None
    family: str | None
    target: Target
    duplicates: list[Known]
    free: int
    problem: Obstacle | None


def foretell(
    hands: Hands, listing: Listing, files: Sequence[ListedFile], wish: Wish, problem: ModellaError | None
) -> Foretold:
    """The preview of a download; `problem` is why it could not be fetched as it is."""
    facts = {
        "kind": wish.kind or listing.kind or "unknown",
        "family": wish.family or family_of(listing.base_model, hands.rules),
        "base model": listing.base_model,
        "source": listing.source,
        "creator": listing.creator,
        "name": slug(" ".join(filter(None, (listing.name, listing.version)))),
        "version": listing.version,
    }
    parts = [part_for(number, file) for number, file in enumerate(files)]
    found = [hands.index.by_sha256(part.expected.sha256) for part in parts if part.expected.sha256]
    same = {str(model["id"]): model for model in found if model}
    sizes = [part.size for part in parts]
    return Foretold(
        ref=wish.ref.model_dump(exclude_defaults=True),
        listing=ToldListing.model_validate(listing.model_dump(exclude={"payload"})),
        files=list(files),
        size=sum(s for s in sizes if s is not None) if sizes and None not in sizes else None,
        family=facts["family"],
        target=_target(hands, facts),
        duplicates=[
            Known.model_validate({name: model[name] for name in Known.model_fields}) for model in same.values()
        ],
        free=free_space(hands.library.root),
        problem=Obstacle(code=problem.code, facts=problem.facts) if problem else None,
    )


def target_of_draft(hands: Hands, record: Download, fields: Mapping[str, Any]) -> Target:
    """Where a model under review would go, were these its fields; a name that is taken gets a mark besides."""
    said = {**record.draft, **fields}
    facts = {
        "kind": said.get("kind") or "unknown",
        "family": said.get("family"),
        "base model": said.get("base_model"),
        "source": record.wish.ref.source,
        "creator": said.get("creator"),
        "name": slug(" ".join(filter(None, (said.get("name") or record.name, said.get("version"))))),
        "version": said.get("version"),
    }
    return _target(hands, facts)


def _target(hands: Hands, facts: Mapping[str, str | None]) -> Target:
    rule = choose(hands.settings().rules, facts)
    because = {word: text for word, text in facts.items() if text}
    return Target(folder=place(rule.to, facts), rule=rule.to, because=because)
