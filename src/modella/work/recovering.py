"""After a crash: moves, deletions, restorings and imports that were begun are finished, or else undone."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog

from modella.core.errors import ModellaError
from modella.io.disk import sweep
from modella.work.hands import Hands
from modella.work.importing import clear_staging, finish_import
from modella.work.moves import Move, end, undo, unfinished
from modella.work.moving import finish_move
from modella.work.trash import finish_delete, finish_restore

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


def _recover(hands: Hands, move: Move) -> bool:
    finish = _FINISH.get(move.kind)
    if finish is None:
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
