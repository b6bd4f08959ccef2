"""The mapping files that the user keeps in `<home>/model-library-translation/`."""

from collections.abc import Sequence
from pathlib import Path

from modella.core.errors import BadLink, ModellaError
from modella.core.mapping import LARGEST_FILE, MappingFile, read_mapping, same_place
from modella.core.naming import shown
from modella.io.disk import read_ordinary

FOLDER = "model-library-translation"
MOST_FILES = 500


def own_mappings(home: Path) -> tuple[list[MappingFile], list[ModellaError]]:
    """The user's mapping files, and what is wrong with those that cannot be used: BadLink("bad-mapping") each.

    A broken file never stops the others. Names that begin with a dot or do not end in `.json` are none of ours.
    """
    folder = home / FOLDER
    try:
        names = sorted(each.name for each in folder.iterdir() if _is_ours(each.name))
    except FileNotFoundError:
        return [], []
    except OSError as problem:
        return [], [_fault(FOLDER, problem.strerror or "")]
    files: list[MappingFile] = []
    faults: list[ModellaError] = []
    for name in names[:MOST_FILES]:
        try:
            files.append(_unlike(files, read_mapping(name, _content(folder / name), own=True)))
        except ModellaError as fault:
            faults.append(fault)
    if len(names) > MOST_FILES:
        faults.append(_fault(names[MOST_FILES], f"there are more than {MOST_FILES} files"))
    return files, faults


def _is_ours(name: str) -> bool:
    return name.endswith(".json") and not name.startswith(".")


def _content(path: Path) -> bytes:
    try:
        content = read_ordinary(path, LARGEST_FILE + 1)
    except OSError as problem:
        raise _fault(path.name, problem.strerror or "") from problem
    if content is None:
        raise _fault(path.name, "it is no ordinary file")
    if len(content) > LARGEST_FILE:
        raise _fault(path.name, f"it is larger than {LARGEST_FILE} bytes")
    return content


def _unlike(files: Sequence[MappingFile], file: MappingFile) -> MappingFile:
    """The file, when none of the others speaks of the same app, version and config."""
    if twin := next((each for each in files if same_place(each, file)), None):
        raise BadLink("bad-mapping", file=file.file, at="", reason=f"{twin.file} is for the same version already")
    return file


def _fault(name: str, reason: str) -> BadLink:
    return BadLink("bad-mapping", file=shown(name, 120), at="", reason=reason)
