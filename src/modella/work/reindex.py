"""Makes the index from the files, a pure function of what lies in the library: running it twice changes nothing."""

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog

from modella.core.errors import ModellaError
from modella.core.model import Metadata, Overrides, effective
from modella.core.naming import name_key
from modella.io.disk import CONTROL
from modella.work.hands import Hands
from modella.work.records import read_own

log = structlog.get_logger()
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError, OSError, ModellaError)
"""What a record that somebody else has written may raise; each such record is passed over, alone."""


def rebuild(hands: Hands) -> int:
    """Puts every model of the library into the index and forgets what is not there; how many there are."""
    root = hands.library.root
    found = set[str]()
    gone = hands.index.places()
    for folder in model_folders(root):
        path = place_of(folder, root)
        gone.pop(path, None)
        try:
            record = read_record(folder)
            hands.index.put(record, path)
        except _UNREADABLE as problem:
            log.warning("a record cannot be read; its model is left as it is", path=path, reason=str(problem)[:200])
            continue
        found.add(str(record["id"]))
    for model in set(gone.values()) - found:  # one that was found in another folder has only moved
        if (hands.index.get(model) or {}).get("home", "placed") == "placed":  # adopted ones are the scan's affair
            hands.index.remove(model)
    return len(found)


def read_record(folder: Path) -> dict[str, Any]:
    """A model's effective record from its two files; ValueError when they are no such files or cannot be read."""
    metadata = Metadata.model_validate(read_own(folder / "metadata.json"))
    has_overrides = (folder / "overrides.json").exists()
    overrides = read_own(folder / "overrides.json") if has_overrides else {"schema": 1}
    return effective(metadata, Overrides.model_validate(overrides))


def model_folders(root: Path) -> Iterator[Path]:
    """Folders of the library that hold a model's record; links are not followed, nor is looked below a model."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name != CONTROL and not name.startswith("."))
        if "metadata.json" in files:
            names.clear()
            yield Path(folder)


def place_of(folder: Path, root: Path) -> str:
    """A folder relative to its root, composed (NFC) where the file system only stores it decomposed."""
    told = folder.relative_to(root).as_posix()
    composed = unicodedata.normalize("NFC", told)
    if composed == told or not (root / composed).is_dir():
        return told
    twins = (each for each in folder.parent.iterdir() if name_key(each.name) == name_key(folder.name))
    return composed if len(list(twins)) == 1 else told
