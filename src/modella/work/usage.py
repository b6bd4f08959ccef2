"""How much room the library takes: by what models are, where they lie, and on which drives; nothing is measured."""

from dataclasses import dataclass, field
from pathlib import Path

from modella.core.errors import ModellaError
from modella.core.root import Root
from modella.io.disk import CONTROL, free_space, total_space, volume_of
from modella.io.store.search import Weight
from modella.work.hands import Hands
from modella.work.roots import is_online, roots
from modella.work.trash import list_trash


@dataclass
class Volume:
    """One file system with roots on it. `ours` are the bytes of their models, as the records tell them."""

    path: str
    total: int
    free: int
    ours: int = 0
    roots: list[str] = field(default_factory=list)


def weights(hands: Hands) -> dict[str, list[Weight]]:
    """Count and bytes of the models that are there, by facet and value; under "" of all together."""
    return hands.index.weights()


def volumes(hands: Hands) -> list[Volume]:
    """The file systems that the roots lie on, those of drives that are away left out."""
    held = {each.value: each.size for each in hands.index.weights()["root"]}
    found: dict[str, Volume] = {}
    for root in roots(hands):
        told = _volume(root) if is_online(hands, root) else None
        if told is not None:
            volume = found.setdefault(told.path, told)
            volume.ours += held.get(root.id or "none", 0)
            volume.roots.append(root.id)
    return list(found.values())


def _volume(root: Root) -> Volume | None:
    path = Path(root.path)
    try:
        return Volume(str(volume_of(path)), total_space(path), free_space(path))
    except ModellaError:
        return None


def trash_weight(hands: Hands) -> tuple[int, int]:
    """Entries of the trash and their bytes; read again when something came into it or left it."""
    tops = [Path(root.path) / CONTROL / "trash" for root in roots(hands)]
    key = tuple((str(path), _changed(path)) for path in tops)
    known = hands.remembered.get("trash")
    if known is None or known[0] != key:
        entries = list_trash(hands)
        known = (key, (len(entries), sum(int(each["size"]) for each in entries)))
        hands.remembered["trash"] = known
    count, size = known[1]
    return count, size


def _changed(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
