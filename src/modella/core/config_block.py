"""A marked block in an app's own configuration that tells it to read the library: ComfyUI's `extra_model_paths.yaml`.

Whatever else is in the file stays byte by byte. A folder is named only when every model in it is for this category, so
that the app lists what it should and nothing else. Format: `app-layouts` notes 4.1.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import yaml

from modella.core.errors import DiskTrouble
from modella.core.naming import shown

_BEGIN = "# >>> modella >>> made by Modella: change it there, not here"
_BEGIN_MARK = "# >>> modella >>>"
_END = "# <<< modella <<<"
_KEY = "modella"
_EXPANDED = frozenset("$%")
_LINE_ENDS = frozenset("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")


def pure_folders(
    wanted: Mapping[str, Iterable[str]], every: Iterable[str], tops: Sequence[str], library: str
) -> tuple[dict[str, list[str]], list[str]]:
    """The fewest folders that hold exactly the wanted files of each category; and files that no folder can tell apart.

    `wanted` are files by category, `every` all model files that there are, `tops` the roots, above which nothing is
    named; the library's own root is not named either. Paths are absolute.
    """
    counted = Counter(str(folder) for file in every for folder in _folders(file, tops, library))
    found: dict[str, list[str]] = {}
    mixed: list[str] = []
    for category, files in wanted.items():
        listed = sorted(set(files))
        mine = Counter(str(folder) for file in listed for folder in _folders(file, tops, library))
        chosen: set[str] = set()
        for file in listed:
            pure = [str(each) for each in _folders(file, tops, library) if mine[str(each)] == counted[str(each)]]
            if pure and not (set(pure[-1]) & _LINE_ENDS):
                chosen.add(pure[-1])
            else:
                mixed.append(file)
        found[category] = sorted(chosen)
    return {category: folders for category, folders in found.items() if folders}, mixed


def _folders(file: str, tops: Sequence[str], library: str) -> list[PurePath]:
    """The folders of a file, its own first, up to its root."""
    above: list[PurePath] = []
    for folder in PurePath(file).parents:
        if str(folder) == library:
            return above
        above.append(folder)
        if str(folder) in tops:
            return above
    return above[:1]


def block_of(folders: Mapping[str, Sequence[str]], base: str) -> str:
    """The block: paths below `base` are relative to it, several of a category stand line by line.

    A base in which the app would fill in variables (`folder_paths`: expandvars) is not named: then paths are absolute.
    """
    is_plain = not (set(base) & _EXPANDED)
    told: dict[str, str] = {"base_path": base} if is_plain else {}
    for category in sorted(folders):
        told[category] = "\n".join(_below(folder, base) if is_plain else folder for folder in folders[category])
    text = yaml.dump({_KEY: told}, sort_keys=False, allow_unicode=True, width=10_000, Dumper=_Dumper)
    return f"{_BEGIN}\n{text}{_END}\n"


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as people write them."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _below(folder: str, base: str) -> str:
    path = PurePath(folder)
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else path.as_posix()


def with_block(text: str, block: str) -> str:
    """The file's text with this block in place of the one that was there, or at its end; without one for none.

    DiskTrouble("config-unreadable") when the text is no YAML, has our name elsewhere, has half a block, or is written
    so that no section can be added to it.
    """
    before, after = _around(text)
    outside = before + after
    sections = _sections(outside)
    if not block:
        return outside
    lead = before if not before or before.endswith("\n") else f"{before}\n"
    joined = f"{lead}{block}{after}"
    try:
        is_whole = set(yaml.safe_load(joined)) == sections | {_KEY}
    except (yaml.YAMLError, RecursionError, ValueError, TypeError):
        is_whole = False
    if not is_whole:
        raise _unreadable("it is written so that no section can be added at its end")
    return joined


def has_block(text: str) -> bool:
    """Whether there is a block of ours, or a part of one."""
    return any(line.startswith(_BEGIN_MARK) or line.rstrip() == _END for line in text.splitlines())


def _around(text: str) -> tuple[str, str]:
    """What stands before and after our block; everything is before where there is none."""
    lines = text.splitlines(keepends=True)
    begins = [number for number, line in enumerate(lines) if line.startswith(_BEGIN_MARK)]
    ends = [number for number, line in enumerate(lines) if line.rstrip() == _END]
    if not begins and not ends:
        return text, ""
    if len(begins) != 1 or len(ends) != 1 or ends[0] < begins[0]:
        raise _unreadable("the marks of Modella's block are not one pair")
    return "".join(lines[: begins[0]]), "".join(lines[ends[0] + 1 :])


def _sections(outside: str) -> set[Any]:
    try:
        found: Any = yaml.safe_load(outside)
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        raise _unreadable(shown(str(problem).replace("\n", " "), 200)) from problem
    if found is not None and not isinstance(found, dict):
        raise _unreadable("it is not a set of sections")
    if found and _KEY in found:
        raise _unreadable(f"it has a section `{_KEY}` of somebody else")
    return set(found or ())


def _unreadable(reason: str) -> DiskTrouble:
    return DiskTrouble("config-unreadable", path="", reason=reason)
