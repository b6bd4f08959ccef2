"""Where a file came from by the folder it lies in: local folders and the cache of the Hugging Face client."""

import re
from collections.abc import Sequence

from modella.core.loose_json import number
from modella.core.model import SourceRecord
from modella.core.sidecars.origins import hub_record
from modella.core.sidecars.reading import Reading, hints_of

_RECORDS = (".cache", "huggingface", "download")
_ENDING = ".metadata"
_COMMIT = re.compile(r"^[0-9a-f]{40}$")
_DIGEST = re.compile(r"^(?:[0-9a-f]{64}|[0-9a-f]{40})$")
_CACHE = "models--"
LOCAL, CACHE = "huggingface-local", "huggingface-cache"


def records_of(parts: Sequence[str]) -> list[str]:
    """Where the client may have kept a file's record: one path for each folder above it, nearest first.

    `parts` is the file's path below the folder that is looked at; so are the answers, with `/` between.
    """
    return ["/".join((*parts[:depth], *_RECORDS, *parts[depth:])) + _ENDING for depth in range(len(parts) - 1, -1, -1)]


def is_record(path: str) -> bool:
    """Whether a path leads to such a record."""
    return _path_inside(path) is not None


def read_record(path: str, text: str) -> Reading:
    """Three lines: commit, ETag, time. The ETag is the SHA-256 of a large file, and the Git hash of a small one."""
    lines = [line.strip() for line in text.splitlines()[:3]]
    file = path.replace("\\", "/").rpartition("/")[2]
    if len(lines) < 3 or not _COMMIT.match(lines[0]) or number(lines[2]) is None:
        return Reading(file=file, format=LOCAL, problem="broken-record")
    ref = {"source": "huggingface", "revision": lines[0], "path": _path_inside(path)}
    source = SourceRecord(source="huggingface", revision=lines[0], ref=ref)
    return Reading(file=file, format=LOCAL, source=source, hints=hints_of(_digest(lines[1].strip('"'))))


def cache_origin(parts: Sequence[str], blob: str | None = None) -> Reading | None:
    """The repository and commit of a file in the client's cache, None for any other path.

    `parts` is the path, `.../models--ORG--NAME/snapshots/COMMIT/FILE` or `.../models--ORG--NAME/blobs/BLOB`; `blob`
    is the name of what a snapshot's link leads to.
    """
    at = next((at for at in range(len(parts) - 2) if parts[at].startswith(_CACHE)), None)
    if at is None:
        return None
    room, inside = parts[at + 1], parts[at + 2 :]
    repo = "/".join(parts[at].removeprefix(_CACHE).split("--"))
    revision, path = (inside[0], "/".join(inside[1:])) if room == "snapshots" and len(inside) > 1 else (None, None)
    if revision is None and not (room == "blobs" and len(inside) == 1):
        return None
    source = hub_record(repo, revision if revision and _COMMIT.match(revision) else None, path)
    if source is None:
        return None
    digest = _digest(blob or (inside[0] if room == "blobs" else ""))
    return Reading(file=parts[-1], format=CACHE, source=source, hints=hints_of(digest))


def _digest(told: str) -> dict[str, str]:
    if not _DIGEST.match(told):
        return {}
    return {"sha256" if len(told) == 64 else "git_sha1": told}


def _path_inside(path: str) -> str | None:
    """The file's own path in the repository."""
    _, mark, after = ("/" + path.replace("\\", "/")).rpartition("/" + "/".join(_RECORDS) + "/")
    return after.removesuffix(_ENDING) if mark and after.endswith(_ENDING) and after != _ENDING else None
