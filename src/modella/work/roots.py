"""Roots: the folders that are looked at, where they are written down, and whether their drives are there."""

import secrets
from pathlib import Path

from modella.core.errors import BadLink, Conflict, DiskTrouble, ModellaError, NotFound, Refused
from modella.core.grouping import DIFFUSERS_INDEX
from modella.core.root import LIBRARY, Root
from modella.io.disk import CONTROL, is_writable, make_folders, read_json, set_aside, write_json
from modella.work.hands import Hands, now, stamp

_MARKER = "root.json"
_SYSTEM = frozenset(map(Path, ("/usr", "/var", "/opt", "/home", "/Users", "/Library", "C:/Windows", "C:/Users")))
"""Folders of the system in which people do keep folders of their own."""
_NEVER = tuple(map(Path, ("/etc", "/proc", "/sys", "/dev", "/boot", "/bin", "/sbin", "/lib", "/System", "C:/Windows")))
"""Folders in which nobody keeps models, and everything that lies in them."""


def roots(hands: Hands) -> list[Root]:
    """The library's own folder, then the adopted ones as `.modella/roots.json` tells them."""
    return [own_root(hands), *_adopted(hands)]


def own_root(hands: Hands) -> Root:
    """The library's own folder as a root."""
    return Root(id=LIBRARY, path=str(hands.library.root))


def root_of(hands: Hands, identity: str) -> Root:
    """The root with an id; NotFound("unknown-id")."""
    found = next((root for root in roots(hands) if root.id == identity), None)
    if found is None:
        raise NotFound("unknown-id", id=identity[:64] or '""')
    return found


def root_at(hands: Hands, path: Path) -> tuple[Root, str] | None:
    """The root in which a path lies, and the path below it; None when it lies in none."""
    real = path.resolve()
    for root in roots(hands):
        top = Path(root.path).resolve()
        if real == top or real.is_relative_to(top):
            below = real.relative_to(top).as_posix()
            return root, "" if below == "." else below
    return None


def add_root(hands: Hands, path: Path, *, central: bool = False) -> Root:
    """Adopts a folder where it is; nothing in it is moved. A folder that is known already is simply given back.

    Conflict("roots-overlap") when it holds, or lies in, another root; NotFound("no-such-path") without such a folder;
    BadLink for a drive, a home or a folder of the system; Refused("is-a-link") when its control folder leads elsewhere.
    """
    if not path.is_dir():
        raise NotFound("no-such-path", path=str(path))
    real = path.resolve()
    if real in (Path(real.anchor), Path.home().resolve()):
        raise BadLink("bad-value", name="FOLDER", value=str(path), reason="a whole drive or home folder")
    if real in _SYSTEM or any(real.is_relative_to(each) for each in _NEVER):
        raise BadLink("bad-value", name="FOLDER", value=str(path), reason="a folder of the system")
    if (real / DIFFUSERS_INDEX).is_file():
        raise BadLink("bad-value", name="FOLDER", value=str(path), reason="one model: name the folder that it lies in")
    if (real / CONTROL).is_symlink():
        raise Refused("is-a-link", path=str(real / CONTROL))
    with hands.changing:
        return _added(hands, real, central=central)


def _added(hands: Hands, real: Path, *, central: bool) -> Root:
    for other in roots(hands):
        top = Path(other.path).resolve()
        if real == top:
            return other
        if real.is_relative_to(top) or top.is_relative_to(real):
            raise Conflict("roots-overlap", path=str(real), other=str(top))
    known = _moved(hands, real)
    if known is not None:
        change_root(hands, known)
        hands.index.look_anew(known.id)
        return known
    identity, marked = _mark(real, {root.id for root in roots(hands)})
    writable = is_writable(real)
    root = Root(
        id=identity,
        path=str(real),
        sidecars="beside" if writable and not central else "central",
        marked=marked,
        added_at=now(),
    )
    _write(hands, [*_adopted(hands), root])
    return root


def _moved(hands: Hands, real: Path) -> Root | None:
    """The root that this folder is when it was known at a path where it is no more: a drive mounted elsewhere."""
    marker = _marker_of(real)
    known = next((root for root in _adopted(hands) if root.marked and root.id == marker), None)
    return known.model_copy(update={"path": str(real)}) if known and not is_online(hands, known) else None


def change_root(hands: Hands, root: Root) -> None:
    """Writes down how a root is treated from now on."""
    with hands.changing:
        _write(hands, [root if each.id == root.id else each for each in _adopted(hands)])


def remove_root(hands: Hands, identity: str) -> Root:
    """Forgets a root and what is known of it; its files, our records beside them included, stay where they are."""
    root = root_of(hands, identity)
    if root.is_library:
        raise BadLink("bad-value", name="root", value=root.path, reason="the library's own folder")
    with hands.changing:
        _write(hands, [each for each in _adopted(hands) if each.id != identity])
    hands.index.forget_root(identity)
    return root


def is_online(hands: Hands, root: Root) -> bool:
    """Whether the drive of a root is there: an empty mount point is not it (fault matrix 2.12)."""
    path = Path(root.path)
    if root.is_library:
        return hands.library.identity == hands.library_id
    try:
        if root.marked:
            return _marker_of(path) == root.id
        return path.is_dir() and next(path.iterdir(), None) is not None
    except (OSError, ModellaError):
        return False


def check_online(hands: Hands, root: Root) -> None:
    """DiskTrouble("root-offline") unless this very root is there."""
    if not is_online(hands, root):
        raise DiskTrouble("root-offline", path=root.path)


def _adopted(hands: Hands) -> list[Root]:
    path = hands.library.control / "roots.json"
    try:
        found = read_json(path) or {}
        return [Root.model_validate(each) for each in found.get("roots", [])]
    except (ValueError, AttributeError, TypeError) as problem:
        raise DiskTrouble("disk-error", path=str(path), reason=str(problem)[:200]) from None


def _write(hands: Hands, adopted: list[Root]) -> None:
    told = [root.model_dump(mode="json") for root in adopted]
    write_json(hands.library.control / "roots.json", {"schema": 1, "roots": told})


def _mark(path: Path, taken: set[str]) -> tuple[str, bool]:
    """The id of a root, and whether it is written in it. A copy of a root that is known gets an id of its own."""
    known = _marker_of(path)
    if known and known not in taken:
        return known, True
    identity = secrets.token_hex(8)
    try:
        make_folders(path / CONTROL)
        if known is None and (path / CONTROL / _MARKER).exists():
            set_aside(path / CONTROL / _MARKER, stamp())  # it is not ours, or it is broken
        write_json(path / CONTROL / _MARKER, {"schema": 1, "id": identity})
    except ModellaError:
        return identity, False
    return identity, True


def _marker_of(path: Path) -> str | None:
    try:
        found = read_json(path / CONTROL / _MARKER)
    except ValueError:
        return None
    return str(found["id"]) if isinstance(found, dict) and found.get("id") else None
