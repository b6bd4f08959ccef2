"""What a download would do, told before it is wished: files, folder and why, duplicates, room on the disk."""

from collections.abc import Sequence
from typing import Any

from modella.core.download import Wish
from modella.core.errors import ModellaError
from modella.core.listing import ListedFile, Listing
from modella.core.naming import slug
from modella.core.placement import choose, place
from modella.core.rules import family_of
from modella.io.disk import free_space
from modella.work.describe import part_for
from modella.work.hands import Hands


def foretell(
    hands: Hands, listing: Listing, files: Sequence[ListedFile], wish: Wish, problem: ModellaError | None
) -> dict[str, Any]:
    """The preview of a download as plain data; `problem` is why it could not be fetched as it is."""
    facts = {
        "kind": wish.kind or listing.kind or "unknown",
        "family": wish.family or family_of(listing.base_model, hands.rules),
        "base model": listing.base_model,
        "source": listing.source,
        "creator": listing.creator,
        "name": slug(" ".join(filter(None, (listing.name, listing.version)))),
        "version": listing.version,
    }
    rule = choose(hands.settings().rules, facts)
    parts = [part_for(number, file) for number, file in enumerate(files)]
    found = [hands.index.by_sha256(part.expected.sha256) for part in parts if part.expected.sha256]
    because = {word: text for word, text in facts.items() if text}
    sizes = [part.size for part in parts]
    return {
        "ref": wish.ref.model_dump(exclude_defaults=True),
        "listing": listing.model_dump(mode="json", exclude={"payload"}),
        "files": [file.model_dump(mode="json") for file in files],
        "size": sum(s for s in sizes if s is not None) if sizes and None not in sizes else None,
        "target": {"folder": place(rule.to, facts), "rule": rule.to, "because": because},
        "duplicates": [{name: model[name] for name in ("id", "name", "path")} for model in found if model],
        "free": free_space(hands.library.root),
        "problem": {"code": problem.code, "facts": problem.facts} if problem else None,
    }
