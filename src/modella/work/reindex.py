"""Makes the index from the files, a pure function of what lies in the library: running it twice changes nothing."""

import os
from collections.abc import Iterator
from pathlib import Path

import structlog

from modella.core.model import Metadata, Overrides, effective
from modella.io.disk import CONTROL, read_json
from modella.work.hands import Hands

log = structlog.get_logger()


def rebuild(hands: Hands) -> int:
    """Puts every model of the library into the index and forgets what is not there; how many there are."""
    root = hands.library.root
    found = 0
    gone = hands.index.paths()
    for folder in model_folders(root):
        path = folder.relative_to(root).as_posix()
        try:
            record = read_record(folder)
        except ValueError as problem:
            log.warning("a record cannot be read; its model is left as it is", path=path, reason=str(problem)[:200])
            continue
        hands.index.put(record, path)
        gone.pop(path, None)
        found += 1
    for model in gone.values():
        hands.index.remove(model)
    return found


def read_record(folder: Path) -> dict[str, object]:
    """A model's effective record from its two files; ValueError when they cannot be read."""
    metadata = Metadata.model_validate(read_json(folder / "metadata.json"))
    overrides = read_json(folder / "overrides.json")
    return effective(metadata, Overrides.model_validate(overrides) if overrides is not None else Overrides(schema=1))


def model_folders(root: Path) -> Iterator[Path]:
    """Folders of the library that hold a model's record; links are not followed."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name != CONTROL and not name.startswith("."))
        if "metadata.json" in files:
            yield Path(folder)
