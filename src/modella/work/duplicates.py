"""The same content in several places: found by full SHA-256, told with what it wastes, and reclaimed as a plan first.

    .modella/reclaimed/<time>.json   what was done to which file, so that it can be undone

What is one file under several names already wastes nothing. Both sides are hashed right before anything is done, and
a file is replaced in one moment or not at all. The last copy of anything is never touched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from modella.core.errors import Conflict, DiskTrouble, Mismatch, ModellaError, NotFound, Refused
from modella.core.events import ModelsChanged
from modella.core.root import Root
from modella.io.disk import (
    copy_new,
    hard_link,
    is_regular,
    make_folders,
    reflink,
    remove_file,
    replace_with,
    same_file,
    sweep,
    write_json,
)
from modella.work.belongings import check_no_link
from modella.work.hands import Hands, now, stamp
from modella.work.hashing import sha256_of
from modella.work.moves import alone
from modella.work.records import Record, change, folder_of, read_json_or_none
from modella.work.roots import is_online, roots
from modella.work.tasks import Task, one_by_one
from modella.work.trash import delete, restore

Way = Literal["hardlink", "reflink", "keep-one"]
_TRUST = {"verified": 0, "recorded": 1}


@dataclass(frozen=True)
class Copy:
    """One file that holds the content. `same` are other names of the same bytes on the disk."""

    model: str
    model_name: str
    file: str
    path: str
    root: str
    home: str
    trust: str
    added_at: str
    size: int
    device: int
    inode: int
    link: bool

    @property
    def bytes_at(self) -> tuple[int, int] | str:
        """Which bytes on the disk it is: the same for hard links, and for one file met by two ways."""
        return (self.device, self.inode) if self.inode else self.path

    @property
    def rank(self) -> tuple[bool, bool, int, str, str]:
        """The smaller, the better it is to keep: placed, verified, oldest."""
        return (self.link, self.home != "placed", _TRUST.get(self.trust, 2), self.added_at, self.path)

    def told(self, keep: "Copy") -> dict[str, Any]:
        """As a plain value."""
        shared = self.bytes_at == keep.bytes_at
        names = ("model", "model_name", "file", "path", "root", "home", "trust", "added_at", "size", "link")
        return {**{name: getattr(self, name) for name in names}, "shared": shared, "keep": self is keep}


def report(hands: Hands) -> dict[str, Any]:
    """Every content that several files hold: which to keep, and the bytes to win; the most to win first."""
    groups = [found for sha256, copies in _groups(hands) if (found := _group(sha256, copies))]
    groups.sort(key=lambda each: (-each["bytes"], each["sha256"]))
    return {"groups": groups, "bytes": sum(each["bytes"] for each in groups)}


def _groups(hands: Hands, wanted: Sequence[str] | None = None) -> Iterator[tuple[str, list[Copy]]]:
    tops = {root.id: root for root in roots(hands) if is_online(hands, root)}
    for sha256, files in hands.index.same_content():
        if wanted is None or sha256 in wanted:
            yield sha256, [copy for model, name in files if (copy := _copy(hands, tops, model, name))]


def _copy(hands: Hands, tops: dict[str, Root], model: str, name: str) -> Copy | None:
    known = hands.index.get(model)
    root = tops.get(str(known["root"])) if known else None
    if known is None or root is None:
        return None
    path = folder_of(root, str(known["place"]), known["home"]) / PurePosixPath(name)
    file = next((each for each in known["files"] if each["name"] == name), None)
    try:
        told = path.stat()
    except OSError:
        return None
    if file is None or not path.is_file() or told.st_size != file["size"]:
        return None
    trust = str((file.get("verified") or {}).get("state") or "unchecked")
    where = (str(path), root.id, str(known["home"]), trust, str(known["added_at"]))
    return Copy(model, str(known["name"]), name, *where, told.st_size, told.st_dev, told.st_ino, path.is_symlink())


def _group(sha256: str, copies: list[Copy]) -> dict[str, Any] | None:
    distinct = {each.bytes_at for each in copies}
    if len(distinct) < 2:
        return None
    ordered = sorted(copies, key=lambda each: each.rank)
    bytes_ = ordered[0].size * (len(distinct) - 1)
    told = [each.told(ordered[0]) for each in ordered]
    return {"sha256": sha256, "size": ordered[0].size, "bytes": bytes_, "files": told}


# -------------------------------------------------------------------------------------------------------- reclaiming


def plan_reclaim(hands: Hands, groups: Sequence[str] | None, how: Way) -> dict[str, Any]:
    """What reclaiming would do to which file, what it would win, and what it leaves alone and why. Nothing is done."""
    actions: list[dict[str, Any]] = []
    left: list[dict[str, Any]] = []
    found = dict(_groups(hands, groups))
    missing = [each for each in groups or () if each not in found]
    if missing:
        raise NotFound("unknown-id", id=missing[0][:64])
    going = set[str]()
    for sha256, copies in found.items():
        if len(copies) < 2:
            continue
        keep, *others = sorted(copies, key=lambda each: each.rank)
        for other in others:
            why = _left_alone(hands, keep, other, how, going, found)
            row: dict[str, Any] = {
                "sha256": sha256,
                "path": other.path,
                "model": other.model,
                "file": other.file,
                "keep": keep.path,
            }
            row |= {"size": other.size, "kept_by": keep.model, "name": other.model_name}
            if why:
                left.append({**row, "why": why})
            else:
                actions.append(row)
    if how == "keep-one":
        actions, idle = _without_idle(actions, going, found)
        left += [{**each, "why": "shared"} for each in idle]
        actions = list({each["model"]: each for each in actions}.values())
        for each in actions:
            each["instead"] = _instead(each["model"], going, found)
    _count_bytes(actions, found)
    return {"how": how, "actions": actions, "left": left, "bytes": sum(each["bytes"] for each in actions)}


def _without_idle(
    actions: list[dict[str, Any]], going: set[str], groups: dict[str, list[Copy]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Parts off what would win nothing, as all its bytes are those of models that stay; these are not `going` then."""
    idle: set[str] = set()
    while fresh := {model for model in going if _frees_nothing(model, going, groups)}:
        going -= fresh
        idle |= fresh
    return [each for each in actions if each["model"] in going], [each for each in actions if each["model"] in idle]


def _frees_nothing(model: str, going: set[str], groups: dict[str, list[Copy]]) -> bool:
    for copies in groups.values():
        stay = {each.bytes_at for each in copies if each.model not in going}
        if any(each.model == model and each.bytes_at not in stay for each in copies):
            return False
    return True


def _count_bytes(actions: list[dict[str, Any]], groups: dict[str, list[Copy]]) -> None:
    """Says of each action what it wins: bytes that lie under several names are won once."""
    met: set[tuple[int, int] | str] = set()
    for each in actions:
        at = next(copy.bytes_at for copy in groups[each["sha256"]] if copy.path == each["path"])
        each["bytes"] = 0 if at in met else each["size"]
        met.add(at)


def _left_alone(
    hands: Hands, keep: Copy, other: Copy, how: Way, going: set[str], groups: dict[str, list[Copy]]
) -> str | None:
    """Why a duplicate is not touched, if there is a reason; models that may go are noted in `going`."""
    if keep.link:
        return "link"
    if how != "keep-one":
        return _not_joinable(keep, other)
    if other.model in going:
        return None
    if other.model == keep.model or keep.model in going or not _is_all_elsewhere(hands, other.model, going, groups):
        return "holds-more"
    going.add(other.model)
    return None


def _not_joinable(keep: Copy, other: Copy) -> str | None:
    """Why two files cannot become one on the disk, if they cannot or are it already."""
    if keep.bytes_at == other.bytes_at:
        return "shared"
    return "link" if other.link else "other-disk" if keep.device != other.device else None


def _is_all_elsewhere(hands: Hands, model: str, going: set[str], groups: dict[str, list[Copy]]) -> bool:
    """Whether every file of a model is in a model that stays and would be kept before it."""
    known = hands.index.get(model)
    for file in known["files"] if known else []:
        copies = groups.get(str(file.get("sha256")), [])
        mine = next((each for each in copies if each.model == model and each.file == file["name"]), None)
        stay = [each for each in copies if each.model not in going | {model} and not each.link]
        if mine is None or not any(each.rank < mine.rank for each in stay):
            return False
    return True


def _instead(model: str, going: set[str], groups: dict[str, list[Copy]]) -> list[dict[str, str]]:
    """For every file of a model that goes, the best copy that stays."""
    found = []
    for sha256, copies in groups.items():
        stay = [each for each in copies if each.model not in going and not each.link]
        for mine in (each for each in copies if each.model == model and stay):
            keep = min(stay, key=lambda each: each.rank)
            found.append({"path": mine.path, "keep": keep.path, "kept_by": keep.model, "sha256": sha256})
    return found


def reclaim(hands: Hands, groups: Sequence[str] | None, how: Way, task: Task | None = None) -> dict[str, Any]:
    """Carries the plan out, file by file, each proven right before; one that cannot be done hinders no other.

    `done` is what can be undone under `id`.
    """
    plan = plan_reclaim(hands, groups, how)
    entry = stamp()
    problems: list[dict[str, Any]] = []
    for action in one_by_one(task, plan["actions"], _named):
        try:
            _note(hands, entry, how, {**action, **_before(action)})
            _reclaim_one(hands, action, how)
        except (ModellaError, OSError) as problem:
            _unnote(hands, entry, action)
            problems.append({**action, "code": getattr(problem, "code", "disk-error")})
    done = _read(hands, entry)["items"] if _file(hands, entry).exists() else []
    hands.bus.tell(ModelsChanged(count=len(done), ids=tuple(each["model"] for each in done[:100])))
    won = sum(_won(each) for each in done)
    return {
        "id": entry if done else None,
        "how": how,
        "done": done,
        "left": plan["left"],
        "problems": problems,
        "bytes": won,
    }


def _reclaim_one(hands: Hands, action: dict[str, Any], how: Way) -> None:
    keep, other = Path(action["keep"]), Path(action["path"])
    if how == "keep-one":
        _let_go(hands, action)
        return
    with alone(hands, {action["kept_by"], action["model"]}):
        for path in (keep, other):
            check_no_link(Path(path.anchor), path.parent.resolve())
        if not is_regular(keep) or sha256_of(keep) != action["sha256"]:
            raise Conflict("last-copy", name=action["name"])
        if not is_regular(other):
            raise Refused("is-a-link", path=str(other))
        if sha256_of(other) != action["sha256"]:
            raise Conflict("changed-meanwhile", path=str(other))
        if not replace_with(other, lambda fresh: _made(how, keep, fresh, action["sha256"])):
            raise DiskTrouble("other-disk", path=str(keep), other=str(other))
    _follow(hands, action)


def _let_go(hands: Hands, action: dict[str, Any]) -> None:
    """Puts a model into the trash once every file of it is proven to be in another file that stays."""
    with alone(hands, {each["kept_by"] for each in action["instead"]}):
        for each in action["instead"]:
            _check_copy(Path(each["path"]), Path(each["keep"]), each["sha256"], action["name"])
        delete(hands, action["model"], "duplicate")


def _check_copy(path: Path, keep: Path, sha256: str, name: str) -> None:
    """Conflict unless both hold this content, and are two: one file can be met by two ways, as through a link."""
    if not is_regular(keep) or sha256_of(keep) != sha256:
        raise Conflict("last-copy", name=name)
    if path.is_symlink():
        return
    is_one = same_file(path, keep) and (path.stat().st_nlink < 2 or path.resolve() == keep.resolve())
    if is_one:
        raise Conflict("last-copy", name=name)
    if sha256_of(path) != sha256:
        raise Conflict("changed-meanwhile", path=str(path))


def _made(how: Way, keep: Path, fresh: Path, sha256: str) -> bool:
    if how == "hardlink":
        return hard_link(keep, fresh)
    if not reflink(keep, fresh):
        return False
    if sha256_of(fresh) != sha256:
        raise Mismatch("copy-differs", path=str(keep))
    return True


def _follow(hands: Hands, action: dict[str, Any]) -> None:
    """The record says of when its file is now, so that it need not be hashed again."""
    told = Path(action["path"]).stat()

    def now_of(record: Record) -> None:
        for file in record.metadata.files:
            if file.name == action["file"] and file.modified is not None:
                file.modified = told.st_mtime_ns

    try:
        change(hands, action["model"], now_of)
    except (ModellaError, ValueError):
        return


# ------------------------------------------------------------------------------------------------------------ undoing


def list_reclaimed(hands: Hands) -> list[dict[str, Any]]:
    """What was reclaimed and can be undone, the newest first."""
    folder = _folder(hands)
    found = [_read(hands, path.stem) for path in sorted(folder.glob("*.json"), reverse=True)] if folder.is_dir() else []
    return [{**each, "bytes": sum(map(_won, each["items"]))} for each in found if each["items"]]


def undo_reclaim(hands: Hands, entry: str, task: Task | None = None) -> dict[str, Any]:
    """Makes copies of their own again, or brings models back from the trash; what cannot be undone is told and kept."""
    if not entry.isalnum() or not _file(hands, entry).exists():
        raise NotFound("unknown-id", id=entry[:64])
    told = _read(hands, entry)
    undone, problems = [], []
    for item in one_by_one(task, told["items"], _named):
        try:
            _undo_one(hands, item, told["how"])
        except (ModellaError, OSError) as problem:
            problems.append({**item, "code": getattr(problem, "code", "disk-error")})
            continue
        undone.append(item["path"])
        _unnote(hands, entry, item)
    hands.bus.tell(ModelsChanged(count=len(undone), ids=tuple(each["model"] for each in told["items"][:100])))
    return {"id": entry, "undone": undone, "problems": problems}


def _undo_one(hands: Hands, item: dict[str, Any], how: Way) -> None:
    path, keep = Path(item["path"]), Path(item["keep"])
    if how == "keep-one":
        if hands.index.place_of(item["model"]) is None:
            restore(hands, item["model"])
        return
    if how == "hardlink" and is_regular(path) and same_file(path, keep):
        with alone(hands, [item["model"]]):
            replace_with(path, lambda fresh: _copied(path, fresh, item["sha256"]))
        _follow(hands, item)


def _copied(path: Path, fresh: Path, sha256: str) -> bool:
    def prove(copy: Path) -> None:
        if sha256_of(copy) != sha256:
            raise Mismatch("copy-differs", path=str(path))

    copy_new(path, fresh, lambda _: None, prove)
    return True


# ------------------------------------------------------------------------------------------------------------ notes


def _before(action: dict[str, Any]) -> dict[str, Any]:
    told = Path(action["path"]).lstat()
    return {"modified": told.st_mtime_ns, "mode": told.st_mode}


def _note(hands: Hands, entry: str, how: Way, item: dict[str, Any]) -> None:
    """Durable before the file is touched."""
    make_folders(_folder(hands))
    told = _read(hands, entry) if _file(hands, entry).exists() else {"schema": 1, "how": how, "at": now(), "items": []}
    write_json(_file(hands, entry), {**told, "items": [*told["items"], item]})


def _unnote(hands: Hands, entry: str, item: dict[str, Any]) -> None:
    if not _file(hands, entry).exists():
        return
    told = _read(hands, entry)
    items = [each for each in told["items"] if each["path"] != item["path"]]
    sweep(Path(item["path"]).parent)
    if items:
        write_json(_file(hands, entry), {**told, "items": items})
    else:
        remove_file(_file(hands, entry))


_ITEM = frozenset({"path", "keep", "model", "name", "size", "sha256"})


def _named(item: dict[str, Any]) -> str:
    return str(item["name"])


def _won(item: dict[str, Any]) -> int:
    """The bytes that an action has won; older notes say only how large the file is."""
    return int(item.get("bytes", item["size"]))


def _folder(hands: Hands) -> Path:
    return hands.library.control / "reclaimed"


def _file(hands: Hands, entry: str) -> Path:
    return _folder(hands) / f"{entry}.json"


def _read(hands: Hands, entry: str) -> dict[str, Any]:
    told = read_json_or_none(_file(hands, entry))
    is_ours = isinstance(told, dict) and isinstance(told.get("items"), list) and told.get("how")
    is_ours = is_ours and all(isinstance(each, dict) and each.keys() >= _ITEM for each in told["items"])
    return {"id": entry, **told} if is_ours else {"id": entry, "how": "keep-one", "at": "", "items": []}
