"""Apps that use the library's models: added, told apart, changed and removed; and each with the mapping it goes by."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from modella.core.errors import BadLink, Conflict, DiskTrouble, ModellaError, NotFound, Refused
from modella.core.events import AppsChanged
from modella.core.linking import App, LinkRecord
from modella.core.mapping import METHODS, MappingFile, Sign, best_mapping, fill
from modella.core.mapping import Mapping as AppMapping
from modella.core.naming import shown
from modella.core.versions import version_of
from modella.io.app_files import AppFolder
from modella.work.finding_apps import FoundApp, find_app, shelf
from modella.work.hands import Hands, now

CHANGEABLE = frozenset({"title", "method", "way", "auto", "version"})


@dataclass(frozen=True)
class MappedApp:
    """An app that is there now, with its mapping."""

    app: App
    mapping: AppMapping

    def at(self, path: str) -> Path:
        """A place in the app; a path that is not below its folder is absolute."""
        return Path(self.app.path) / path

    def looks_at(self, real: str, folder: str) -> bool:
        """Whether a file, by its real path, lies in this folder of the app, or in another one that the app reads."""
        if folder not in self._tops:
            ways = (folder, *(fill(each, self.app.places).as_posix() for each in self.mapping.reads))
            self._tops[folder] = tuple(os.path.join(os.path.realpath(self.at(way)), "") for way in ways)  # noqa: PTH118
        return real.startswith(self._tops[folder])

    @property
    def is_there(self) -> bool:
        """Whether the app's folder is still the one that it was, and not an empty one in its place."""
        try:
            return self._where() == self._was_at
        except OSError:
            return False

    @cached_property
    def _was_at(self) -> tuple[int, int]:
        return self._where()

    def _where(self) -> tuple[int, int]:
        told = Path(self.app.path).stat()
        return told.st_dev, told.st_ino

    @cached_property
    def _tops(self) -> dict[str, tuple[str, ...]]:
        """The real folders that count for a folder, each with the separator at its end."""
        return {}

    def has(self, sign: Sign) -> bool:
        """Whether a sign is in the app's folder."""
        return self._folder.has(sign)

    @cached_property
    def _folder(self) -> AppFolder:
        return AppFolder(Path(self.app.path))


def apps(hands: Hands) -> list[App]:
    """The apps of this library in the order in which they were added."""
    return hands.store.apps(hands.library_id)


def app_of(hands: Hands, identity: str) -> App:
    """An app by its id; NotFound("unknown-id")."""
    found = next((each for each in apps(hands) if each.id == identity), None)
    if found is None:
        raise NotFound("unknown-id", id=shown(identity, 64))
    return found


def add_app(hands: Hands, path: str, kind: str | None = None, wishes: Mapping[str, Any] | None = None) -> App:
    """Adds the app that lies in a folder; nothing is linked yet.

    BadLink("unknown-app"), BadLink("no-app-there"), Refused("app-takes-no-links") with the reason;
    Conflict("app-added-already").
    """
    wishes = _checked(wishes or {})
    files, _ = shelf(hands)
    found = find_app(files, Path(path), kind)
    if found.file.mapping.support == "none":
        raise Refused("app-takes-no-links", app=found.title, why=found.file.mapping.why)
    _check_way(found.file.mapping, wishes)
    with hands.linking:
        known = apps(hands)
        _check_new(found, known)
        app = _as_found(App(id=_free_id(found.app, known), app=found.app, title=found.title, path=""), found)
        app = app.model_copy(update={**wishes, "added_at": now()})
        hands.store.put_app(hands.library_id, app)
    hands.bus.tell(AppsChanged(apps=(app.id,)))
    return app


def change_app(hands: Hands, identity: str, wishes: Mapping[str, Any]) -> App:
    """Changes how an app is treated: `title`, `method`, `way`, `auto`, and a `version` that its files do not tell.

    `path` is where the app lies now; it must be the same app there, and its links move with it.
    """
    path = wishes.get("path")
    wishes = _checked(wishes)
    with hands.linking:
        app = app_of(hands, identity)
        if path is not None:
            app = _at_its_new_place(hands, app, str(path))
            hands.store.put_app(hands.library_id, app)
        if "way" in wishes or "method" in wishes:
            _check_way(_mapping_of(hands, app), wishes)
        app = app.model_copy(update=wishes)
        hands.store.put_app(hands.library_id, app)
    hands.bus.tell(AppsChanged(apps=(app.id,)))
    return app


def _at_its_new_place(hands: Hands, app: App, path: str) -> App:
    found = find_app(shelf(hands)[0], path, app.app)
    _check_new(found, [each for each in apps(hands) if each.id != app.id])
    return _as_found(app, found)


def _check_new(found: FoundApp, known: list[App]) -> None:
    """Conflict("app-added-already") when one of these apps lies in the same folder."""
    real = os.path.realpath(found.path)
    twin = next((each for each in known if os.path.realpath(each.path) == real), None)
    if twin is not None:
        raise Conflict("app-added-already", path=str(found.path), app=twin.id)


def forget_app(hands: Hands, identity: str) -> App:
    """Forgets an app; links that are still in it stay, and are nobody's from then on."""
    with hands.linking:
        app = app_of(hands, identity)
        hands.store.drop_app(hands.library_id, identity)
    hands.bus.tell(AppsChanged(apps=(identity,)))
    return app


def mapped(hands: Hands, identity: str) -> MappedApp:
    """An app as it is now: found anew in its folder, so that an upgrade counts at once.

    DiskTrouble("app-gone") when it is not there; BadLink("unknown-app") when its mapping file is gone.
    """
    app = app_of(hands, identity)
    files, _ = shelf(hands)
    if not any(each.mapping.app == app.app for each in files):
        raise BadLink("unknown-app", app=app.app, known=", ".join(sorted({each.mapping.app for each in files})))
    try:
        found = find_app(files, Path(app.path), app.app)
    except ModellaError as problem:
        raise DiskTrouble("app-gone", app=app.title, path=app.path) from problem
    told = _as_found(app, found)
    if told != app:
        hands.store.put_app(hands.library_id, told)
    return MappedApp(told, _by_version(files, told, found))


def places_made(hands: Hands) -> dict[str, LinkRecord]:
    """Second places of files that are no symbolic links, by their real paths: they are no models of their own."""
    made = [
        (Path(app.path) / each.path, each)
        for app in apps(hands)
        for each in hands.store.links(hands.library_id, app.id)
        if each.method not in {"relative", "absolute"}
    ]
    real = {folder: os.path.realpath(folder) for folder in {place.parent for place, _ in made}}
    return {str(Path(real[place.parent], place.name)): each for place, each in made}


def is_there(hands: Hands, app: App) -> bool:
    """Whether the app is where it was added."""
    try:
        find_app(shelf(hands)[0], Path(app.path), app.app)
    except ModellaError:
        return False
    return True


def _by_version(files: list[MappingFile], app: App, found: FoundApp) -> AppMapping:
    """The mapping for the version that counts, which may be one that a person has said."""
    best = best_mapping(files, app.app, app.config, app.version)
    return best.mapping if best is not None else found.file.mapping


def _mapping_of(hands: Hands, app: App) -> AppMapping:
    return mapped(hands, app.id).mapping


def _as_found(app: App, found: FoundApp) -> App:
    """The app with what its own files say; where they say no version, the one that a person has said stays."""
    return app.model_copy(
        update={
            "path": str(found.path),
            "config": found.config,
            "version": found.version or app.version,
            "places": dict(found.places),
        }
    )


def _checked(wishes: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in wishes.items() if name in CHANGEABLE}
    title = told.get("title")
    if title is not None and not (str(title).strip() and str(title).isprintable()):
        raise BadLink("bad-value", name="title", value=shown(str(title), 40), reason="not a name")
    version = told.get("version")
    if version is not None and version_of(str(version)) is None:
        raise BadLink("bad-value", name="version", value=shown(str(version), 40), reason="not a version")
    return told


def _check_way(mapping: AppMapping, wishes: Mapping[str, Any]) -> None:
    """BadLink("bad-value") for a way or a method that the app does not understand."""
    if wishes.get("way") == "config" and mapping.config_block is None:
        raise BadLink("bad-value", name="way", value="config", reason="this app cannot be told by its configuration")
    method = wishes.get("method", "auto")
    if method not in {"auto", "copy", *mapping.links}:
        raise BadLink("bad-value", name="method", value=str(method), reason=f"one of auto, {', '.join(METHODS)}")


def _free_id(kind: str, known: list[App]) -> str:
    taken = {each.id for each in known}
    return next(each for each in (kind, *(f"{kind}-{number}" for number in range(2, 1000))) if each not in taken)
