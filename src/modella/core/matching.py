"""Which listed file is one of ours: what speaks for each of them, and what against it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from modella.core.digests import Digests
from modella.core.listing import ListedFile
from modella.core.model import ModelFile
from modella.core.naming import name_key, suffix_of

_ROUNDED = 1024
"""Bytes by which a size may differ that a source rounds."""
_WEIGHTS = frozenset({"model", "shard"})


class Fit(NamedTuple):
    """How a listed file compares with one of ours: True fits, False differs, None cannot be told.

    `hash` names the digest that is equal; `differs` the full one that is not.
    """

    file: ListedFile
    hash: str | None
    differs: str | None
    size: bool | None
    name: bool

    @property
    def is_proof(self) -> bool:
        """Whether the bytes are surely those that the source published."""
        return self.hash in {"sha256", "blake3"}

    def told(self) -> dict[str, Any]:
        """For people to choose by."""
        return {
            "name": self.file.name,
            "file_id": self.file.file_id,
            "size": self.file.size,
            "sha256": self.file.digests.sha256,
            "fits": {
                "hash": self.hash or (False if self.differs else None),
                "size": self.size,
                "name": self.name,
            },
        }


def main_file(files: Sequence[ModelFile]) -> ModelFile | None:
    """The file that stands for a model at a source: the largest of its weights."""
    weights = [file for file in files if file.role in _WEIGHTS] or list(files)
    return max(weights, key=lambda file: file.size, default=None)


def digests_of(file: ModelFile) -> Digests:
    """What was counted of a file."""
    return Digests.read(file.model_dump(include=set(Digests.model_fields)))


def best_fit(ours: ModelFile, listed: Sequence[ListedFile]) -> Fit | None:
    """The listed file that is most likely ours: by hash, then by what nothing speaks against, size and name."""
    fits = [fit_of(ours, file) for file in listed]
    return max(fits, key=_likelihood, default=None)


def fit_of(ours: ModelFile, listed: ListedFile) -> Fit:
    """One listed file beside ours; hashes that others told of ours count where it was not hashed itself."""
    counted, published = digests_of(ours), listed.digests
    known = counted if counted.sha256 else counted.or_else(Digests.model_validate(ours.hints))
    equal = published.agrees(known) or _short_agreement(published, known)
    return Fit(
        file=listed,
        hash=equal,
        differs=None if equal else published.contradicts(known),
        size=None if listed.size is None else abs(listed.size - ours.size) <= (0 if listed.size_exact else _ROUNDED),
        name=bool({name_key(_stem(listed.name))} & {name_key(_stem(n)) for n in (ours.name, ours.original_name) if n}),
    )


def _short_agreement(one: Digests, other: Digests) -> str | None:
    """AutoV3 proves the same tensors below another header; AutoV2 and AutoV1 are short and only likely."""
    if one.autov3 and other.autov3 and one.autov3[:12] == other.autov3[:12]:
        return "autov3"
    return next((name for name in ("autov2", "autov1") if _same(one, other, name)), None)


def _same(one: Digests, other: Digests, name: str) -> bool:
    ours, theirs = getattr(one, name), getattr(other, name)
    both_whole = one.sha256 and other.sha256
    return bool(ours and ours == theirs and not both_whole)


def _likelihood(fit: Fit) -> tuple[Any, ...]:
    return (
        fit.is_proof,
        fit.hash is not None,
        fit.differs is None,
        fit.size is True,
        fit.name,
        fit.size is not False,
        fit.file.role in _WEIGHTS,
        fit.file.primary,
    )


def _stem(name: str) -> str:
    last = name.rsplit("/", 1)[-1]
    return last.removesuffix(suffix_of(last))
