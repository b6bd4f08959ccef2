"""Backups: the queue, the settings and every canonical record in one archive; made, listed, kept few, removed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from modella import __version__
from modella.core.backup import About, Backup, Manifest, What, name_for, read_name
from modella.core.errors import NotFound, Refused
from modella.core.root import LIBRARY, Root
from modella.io.archive import ArchiveWriter, about, new_archive
from modella.io.disk import CONTROL, free_space, make_private, remove_file, sweep
from modella.work.hands import Hands, now, stamp
from modella.work.records import canonical_files
from modella.work.roots import is_online, roots
from modella.work.tasks import Task

_OLD = 3600.0
"""Seconds after which what a backup that died has left may go."""
_SHARED = ("searches.json", "ignored.json")
_MARKERS = ("library.json", "roots.json")


class _File(NamedTuple):
    """One file to keep: where it is, and what and of what it is."""

    path: Path
    what: What
    root: str
    below: str
    model: str | None = None


def folder_of_backups(hands: Hands) -> Path:
    """Where backups lie: in the home folder, on another drive than most libraries."""
    return hands.settings().home / "backups"


def make_backup(hands: Hands, task: Task | None = None) -> Backup:
    """Makes an archive of everything that only we know, and removes the oldest ones; what it has become.

    No keys, no model files, no pictures. Nothing has the archive's name before it is whole and flushed.
    """
    folder = folder_of_backups(hands)
    make_private(folder)
    sweep(folder, _OLD)
    free_space(folder)
    path = folder / name_for(stamp(), hands.library_id)
    made_at = now()
    with new_archive(path) as archive:
        _take_home(hands, archive, folder)
        models = _take_records(hands, archive, task)
        told = About(
            version=__version__,
            made_at=made_at,
            library=hands.library_id,
            library_path=str(hands.library.root),
            models=models,
            files=len(archive.entries),
        )
        archive.end(Manifest(**told.model_dump(), entries=archive.entries), told)
    _keep_few(hands)
    return _shown(hands, path)


def list_backups(hands: Hands) -> list[Backup]:
    """Every archive of ours in the folder of backups, of whichever library, the newest first."""
    folder = folder_of_backups(hands)
    found = [path for path in folder.iterdir() if read_name(path.name)] if folder.is_dir() else []
    return [_shown(hands, path) for path in sorted(found, key=lambda path: path.name, reverse=True)]


def backup_file(hands: Hands, name: str) -> Path:
    """The archive of this name; NotFound("unknown-id")."""
    path = folder_of_backups(hands) / name
    if read_name(name) is None or not path.is_file() or path.is_symlink():
        raise NotFound("unknown-id", id=name[:64])
    return path


def remove_backup(hands: Hands, name: str) -> Backup:
    """Removes an archive; Refused("not-ours") for a file that only has the name of one."""
    path = backup_file(hands, name)
    shown = _shown(hands, path)
    if shown.about is None:
        raise Refused("not-ours", path=str(path))
    remove_file(path)
    return shown


def is_due(hands: Hands) -> bool:
    """Whether the last backup of this library is older than the settings want, and there is something to keep."""
    days = hands.settings().backup_every_days
    if not days or not hands.index.knows():
        return False
    last = next((each.made_at for each in list_backups(hands) if each.ours), "")
    return last < (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")


def _keep_few(hands: Hands) -> None:
    """Removes the oldest backups of this library; never what we did not make."""
    own = [each for each in list_backups(hands) if each.ours and each.about is not None]
    for each in own[hands.settings().backups_kept :]:
        remove_file(Path(each.path))


def _shown(hands: Hands, path: Path) -> Backup:
    moment, library = read_name(path.name) or ("", "")
    made = datetime.strptime(moment, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    told = about(path)
    return Backup(
        name=path.name,
        size=path.stat().st_size,
        made_at=made.isoformat(timespec="milliseconds"),
        path=str(path),
        ours=told is not None and told.library == hands.library_id and library == hands.library_id[:8],
        about=told,
    )


# ------------------------------------------------------------------------------------------------- what is taken


def _take_home(hands: Hands, archive: ArchiveWriter, folder: Path) -> None:
    """The queue with the settings, as one sound file, and the configuration."""
    with hands.store.copied(folder) as copy:
        archive.take(copy, "home/modella.db", "database", "modella.db")
    archive.take(hands.settings().home / "config.toml", "home/config.toml", "config", "config.toml")


def _take_records(hands: Hands, archive: ArchiveWriter, task: Task | None) -> int:
    """Every canonical file of every root that is there; of how many models there was one."""
    models: set[str] = set()
    total = hands.index.count()
    for number, file in enumerate(_files(hands)):
        if task is not None:
            task.heed_stop()
            task.progress(done=min(number // 2, total), total=total, item=file.below)
        top = "library" if file.root == LIBRARY else f"roots/{file.root}"
        if archive.take(file.path, f"{top}/{file.below}", file.what, file.below, file.root, file.model) and file.model:
            models.add(file.model)
    return len(models)


def _files(hands: Hands) -> Iterator[_File]:
    known = {root.id: root for root in roots(hands) if is_online(hands, root)}
    control = hands.library.control
    for name in _MARKERS:
        yield _File(control / name, "marker", LIBRARY, f"{CONTROL}/{name}")
    for root in known.values():
        if not root.is_library:
            yield _File(Path(root.path) / CONTROL / "root.json", "marker", root.id, f"{CONTROL}/root.json")
    lists = sorted((control / "lists").glob("*.json")) if (control / "lists").is_dir() else []
    for path in [*(control / name for name in _SHARED), *lists]:
        yield _File(path, "shared", LIBRARY, path.relative_to(hands.library.root).as_posix())
    for model, root_id, place, home in hands.index.homes():
        if root_id in known:
            yield from _records(hands, known[root_id], model, place, home)


def _records(hands: Hands, root: Root, model: str, place: str, home: str) -> Iterator[_File]:
    paths = canonical_files(hands, root, place, "placed" if home == "placed" else "adopted")
    whats: tuple[What, What] = ("metadata", "overrides")
    for what, path in zip(whats, paths, strict=True):
        top, owner = Path(root.path), root.id
        if not path.is_relative_to(top):  # kept in the library, because the folder itself cannot be written
            top, owner = hands.library.root, LIBRARY
        yield _File(path, what, owner, PurePosixPath(path.relative_to(top)).as_posix(), model)
