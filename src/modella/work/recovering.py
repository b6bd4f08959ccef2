"""After a crash: moves, deletions, restorings and imports that were begun are finished, or else undone."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog

from modella.core.errors import ModellaError, Refused
from modella.core.naming import is_inner
from modella.io.disk import sweep
from modella.work.belongings import check_no_link
from modella.work.hands import Hands
from modella.work.importing import clear_staging, finish_import, may_drop
from modella.work.moves import Move, end, is_copied, lay_aside, undo, unfinished
from modella.work.moving import finish_move
from modella.work.roots import roots
from modella.work.trash import finish_delete, finish_restore, stays_inside

log = structlog.get_logger()
_WAITS = frozenset({"root-offline", "read-only", "disk-error", "unknown-id"})
"""What may pass: the move is kept, and tried again at the next start."""

_FINISH: Mapping[str, Callable[[Hands, Move], Any]] = {
    "delete": finish_delete,
    "restore": finish_restore,
    "move": finish_move,
    "import": finish_import,
}


def recover(hands: Hands) -> int:
    """Ends what a dead process has begun; how many. One that cannot be ended now is kept, and hinders no other."""
    done = 0
    for move in unfinished(hands):
        try:
            done += _recover(hands, move)
        except (ModellaError, OSError, KeyError, TypeError, ValueError) as problem:
            log.warning("a move is still unfinished", move=move.id, kind=move.kind, reason=str(problem)[:200])
    clear_staging(hands)
    return done


def _sweep(move: Move) -> None:
    """Removes the halves of copies and records that the dead process was writing."""
    for folder in {Path(path).parent for step in move.steps for path in (step.source, step.target)}:
        if not folder.is_symlink():
            sweep(folder)


def _is_ours(hands: Hands, move: Move) -> bool:
    """Whether a move, which anybody who may write into the library can have written, touches only what it may.

    Its files stay in the roots, but for the sources of an import; no link leads out of them; and what it would remove
    is there a second time.
    """
    tops = [Path(root.path) for root in roots(hands)]
    paths = [step.target for step in move.steps]
    if move.kind != "import":
        paths += [step.source for step in move.steps] + list(filter(None, [move.facts.get("left")]))
    if not all(_is_within(Path(path), tops) for path in paths) or not all(map(is_copied, move.steps)):
        return False
    manifest, where = move.facts.get("manifest"), move.facts.get("where")
    if manifest is not None and not stays_inside(manifest):
        return False
    if where is not None and where["place"] not in ("", ".") and not is_inner(where["place"]):
        return False
    return move.kind != "import" or (move.facts["staging"] == move.id and may_drop(hands, move))


def _is_within(path: Path, tops: list[Path]) -> bool:
    top = next((each for each in tops if path.is_relative_to(each)), None)
    if top is None or ".." in path.parts:
        return False
    try:
        check_no_link(top, path.parent)
    except Refused:
        return False
    return True


def _recover(hands: Hands, move: Move) -> bool:
    finish = _FINISH.get(move.kind)
    if finish is None:
        return False
    if not _is_ours(hands, move):
        log.warning("a move that this library cannot have begun was laid aside", move=move.id, kind=move.kind)
        lay_aside(hands, move)
        return False
    _sweep(move)
    try:
        finish(hands, move)
    except ModellaError as problem:
        if move.brought or problem.code in _WAITS:
            raise
        undo(move)
    end(hands, move)
    return True
