"""Makes the index from the files, a pure function of what lies in the library: running it twice changes nothing."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog

from modella.core.errors import ModellaError
from modella.core.model import Metadata, Overrides, effective
from modella.io.disk import CONTROL, is_regular, read_json
from modella.work.hands import Hands

log = structlog.get_logger()
LARGEST_RECORD = 64 * 1024 * 1024
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError, OSError, ModellaError)
"""What a record that somebody else has written may raise; each such record is passed over, alone."""


def rebuild(hands: Hands) -> int:
    """Puts every model of the library into the index and forgets what is not there; how many there are."""
    root = hands.library.root
    found = 0
    gone = hands.index.places()
    for folder in model_folders(root):
        path = folder.relative_to(root).as_posix()
        try:
            hands.index.put(read_record(folder), path)
        except _UNREADABLE as problem:
            log.warning("a record cannot be read; its model is left as it is", path=path, reason=str(problem)[:200])
            continue
        gone.pop(path, None)
        found += 1
    for model in gone.values():
        hands.index.remove(model)
    return found


def read_record(folder: Path) -> dict[str, Any]:
    """A model's effective record from its two files; ValueError when they are no such files or cannot be read."""
    metadata = Metadata.model_validate(_read(folder / "metadata.json"))
    has_overrides = (folder / "overrides.json").exists()
    overrides = _read(folder / "overrides.json") if has_overrides else {"schema": 1}
    return effective(metadata, Overrides.model_validate(overrides))


def model_folders(root: Path) -> Iterator[Path]:
    """Folders of the library that hold a model's record; links are not followed, nor is looked below a model."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name != CONTROL and not name.startswith("."))
        if "metadata.json" in files:
            names.clear()
            yield Path(folder)


def _read(path: Path) -> Any:
    if not is_regular(path) or path.stat().st_size > LARGEST_RECORD:
        raise ValueError(f"{path.name} is no ordinary file of a sensible size")
    return read_json(path)
