"""Finds apps on the disk: which one lies in a folder, of which version, and where its own settings put its models.

`shelf` gathers the mapping files, ours and the user's; `find_app` looks for the app that one of them describes. Nothing
is changed, and nothing is remembered: `work/apps.py` does that.
"""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from modella.core.errors import BadLink, ModellaError, NotFound
from modella.core.mapping import Detect, Finding, MappingFile, Sign, best_mapping, newest_first, same_place
from modella.core.naming import shown
from modella.core.versions import version_of
from modella.io.app_files import AppFolder
from modella.io.own_mappings import own_mappings
from modella.io.packaged import load_mappings
from modella.work.hands import Hands

_LEVELS_ABOVE = 4
"""So many folders above the one that is named may be the app's own, for a hint."""


@dataclass(frozen=True)
class FoundApp:
    """An app at its place. `places` are absolute paths; `version_at_least` marks a version known by a mere sign."""

    app: str
    config: str
    title: str
    path: Path
    """The app's own folder, by the way the user named it."""
    real: Path
    """The same without links, for comparing."""
    version: str | None
    version_at_least: bool
    places: dict[str, str]
    file: MappingFile


@dataclass
class _Look:
    """One search: folders that were looked into, each once."""

    files: Sequence[MappingFile]
    folders: dict[Path, AppFolder] = field(default_factory=dict)

    def folder(self, path: Path) -> AppFolder:
        return self.folders.setdefault(path, AppFolder(path))


def shelf(hands: Hands) -> tuple[list[MappingFile], list[ModellaError]]:
    """Every mapping file, the user's before ours for the same app, config and version; and what is wrong with any."""
    return shelf_at(hands.settings().home)


def shelf_at(home: Path) -> tuple[list[MappingFile], list[ModellaError]]:
    """The same for a home folder, without a library."""
    own, faults = own_mappings(home)
    ours = [file for file in load_mappings() if not any(same_place(file, each) for each in own)]
    return newest_first([*own, *ours]), faults


def find_app(files: Sequence[MappingFile], path: str | Path, app: str | None = None) -> FoundApp:
    """The app in a folder: the one that is named, or whichever it is. Apps that take no links are found as well.

    Errors: BadLink("unknown-app") for a name that no file has; NotFound("no-such-path"), BadLink("not-a-folder") and
    DiskTrouble("folder-unreadable") for a path that cannot be looked into; BadLink("another-app-there") where another
    app lies, BadLink("inside-app") where the folder lies in the app's own one, and BadLink("no-app-there", signs=) or
    BadLink("no-known-app") else.
    """
    look = _Look(newest_first(files))
    if app is not None:
        _check_known(look.files, app)
    named = _named(path)
    look.folder(named).check_open()
    if found := _found(look, named, app):
        return found
    raise _refusal(look, named, app)


def _check_known(files: Sequence[MappingFile], app: str) -> None:
    known = sorted({file.mapping.app for file in files})
    if app not in known:
        raise BadLink("unknown-app", app=shown(app, 60), known=", ".join(known))


def _named(path: str | Path) -> Path:
    """The folder that the user means, absolute, with the links on the way to it kept."""
    text = str(path)
    if not text.strip() or "\0" in text:
        raise BadLink("bad-value", name="path", value=shown(text, 80), reason="not a folder")
    named = _at_home(Path(text)).absolute()
    if ".." in named.parts:
        named = named.resolve()
    try:
        told = named.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound("no-such-path", path=shown(str(named))) from None
    except OSError:
        return named  # looking into it says what is wrong
    if not _is_folder(told):
        raise BadLink("not-a-folder", path=shown(str(named)), folder=shown(str(named.parent)))
    return named


def _is_folder(told: os.stat_result) -> bool:
    return stat.S_ISDIR(told.st_mode)


def _at_home(path: Path) -> Path:
    """`~` and `~name` filled in; as it is where there is no such home."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


# ------------------------------------------------------------------------------------------------------ recognising


def _found(look: _Look, named: Path, app: str | None) -> FoundApp | None:
    """The app at the folder or at a base below it: what lies nearest is meant."""
    wanted = [file for file in look.files if app is None or file.mapping.app == app]
    at = [(base, file) for file in wanted if (base := _base(look, named, file.mapping.detect)) is not None]
    nearest = min(at, key=lambda pair: len(pair[0].parts), default=None)
    return _described(look, *nearest) if nearest is not None else None


def _base(look: _Look, named: Path, detect: Detect) -> Path | None:
    """The app's own folder; None when it is not there."""
    for base in detect.base:
        path = named if base == "." else named / base
        if (base == "." or look.folder(named).is_there(base)) and not _missing(look.folder(path), detect):
            return path
    return None


def _missing(folder: AppFolder, detect: Detect) -> list[str]:
    """The signs that are not as they should be, in words of the mapping file; none when the app is there."""
    lacking = [_shown(sign) for sign in detect.all if not folder.has(sign)]
    if detect.any and not any(folder.has(sign) for sign in detect.any):
        lacking.append(" / ".join(_shown(sign) for sign in detect.any))
    return lacking + [f"no {_shown(sign)}" for sign in detect.none if folder.has(sign)]


def _shown(sign: Sign) -> str:
    return f"{sign.path}: {sign.text}" if sign.text else sign.path


def _described(look: _Look, base: Path, file: MappingFile) -> FoundApp:
    """What there is to say of the app that a file recognised; the file for its version may be another one."""
    folder = look.folder(base)
    version, is_floor = _version(folder, file.mapping.detect.version)
    mapping = file.mapping
    right = best_mapping(look.files, mapping.app, mapping.config, version) or file
    return FoundApp(
        app=mapping.app,
        config=mapping.config,
        title=right.mapping.title,
        path=base,
        real=base.resolve(),
        version=version,
        version_at_least=is_floor,
        places=_places(folder, right),
        file=right,
    )


def _version(folder: AppFolder, findings: Sequence[Finding]) -> tuple[str | None, bool]:
    for finding in findings:
        if (found := folder.find(finding)) and version_of(found):
            return found, finding.version is not None
    return None, False


def _places(folder: AppFolder, file: MappingFile) -> dict[str, str]:
    """Every place of the mapping as an absolute path, by what the app's own settings say."""
    found: dict[str, str] = {}
    for name, place in file.mapping.places.items():
        said = next((text for each in place.found if (text := folder.find(each))), place.default)
        above = Path(found[place.below]) if place.below is not None else folder.path
        found[name] = os.path.normpath(above / _at_home(Path(said)))
    return found


# --------------------------------------------------------------------------------------------------- saying what is


def _refusal(look: _Look, named: Path, app: str | None) -> ModellaError:
    """Why the app is not there, as helpful as can be."""
    path = shown(str(named))
    if app is not None and (other := _found(look, named, None)):
        return BadLink("another-app-there", path=path, app=_title(look, app), found=other.title, name=other.app)
    if above := _above(look, named, app) or _above(look, named, None):
        return BadLink("inside-app", path=path, app=above.title, folder=shown(str(above.path)))
    if app is None:
        known = ", ".join(sorted({file.mapping.title for file in look.files}))
        return BadLink("no-known-app", path=path, known=known)
    return BadLink("no-app-there", path=path, app=_title(look, app), signs=_signs(look, named, app))


def _above(look: _Look, named: Path, app: str | None) -> FoundApp | None:
    """The app in whose folder this one lies, such as its folder of models."""
    for parent in list(named.parents)[:_LEVELS_ABOVE]:
        found = _found(look, parent, app)
        if found is not None and found.path == parent:
            return found
    return None


def _title(look: _Look, app: str) -> str:
    return next(file.mapping.title for file in look.files if file.mapping.app == app)


def _signs(look: _Look, named: Path, app: str) -> str:
    """What is missing there for the app, by the file for which the least is."""
    lacks = [_missing(look.folder(named), file.mapping.detect) for file in look.files if file.mapping.app == app]
    fewest = min(lacks, key=len)
    return shown(", ".join(fewest), 300)
