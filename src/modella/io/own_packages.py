"""The packages that come with the program, and those of the user in `<home>/hf-packages.json`."""

from functools import cache
from importlib import resources
from pathlib import Path

from modella.core.errors import BadLink
from modella.core.packages import LARGEST_FILE, Group, merged, read_packages
from modella.io.disk import read_ordinary

FILE = "hf-packages.json"


@cache
def packaged() -> tuple[Group, ...]:
    """The groups that come with the program; read once."""
    content = (resources.files("modella") / "packages" / FILE).read_bytes()
    groups, faults = read_packages(FILE, content)
    if faults:
        raise faults[0]
    return tuple(groups)


def all_packages(home: Path) -> tuple[list[Group], list[BadLink]]:
    """The program's groups with the user's in them, and what is wrong with the user's file; it is never fatal."""
    own, faults = _own(home / FILE)
    return merged([*packaged(), *own]), faults


def _own(path: Path) -> tuple[list[Group], list[BadLink]]:
    try:
        content = read_ordinary(path, LARGEST_FILE + 1)
    except FileNotFoundError:
        return [], []
    except OSError as problem:
        return [], [_fault(problem.strerror or "it cannot be read")]
    if content is None:
        return [], [_fault("it is no ordinary file")]
    if len(content) > LARGEST_FILE:
        return [], [_fault(f"it is larger than {LARGEST_FILE} bytes")]
    return read_packages(FILE, content)


def _fault(reason: str) -> BadLink:
    return BadLink("bad-packages", file=FILE, at="", reason=reason)
