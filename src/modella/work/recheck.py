"""Verify again: re-hash what lies in the library and compare it with what was published and recorded when it came."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from modella.core.digests import Digests
from modella.core.errors import ModellaError, NotFound
from modella.core.events import ModelChanged
from modella.core.model import FileTrust, Metadata, ModelFile, Overrides, effective
from modella.io.disk import PartFile, check_not_newer, is_regular, read_json, write_json
from modella.work.hands import Hands, now, stamp
from modella.work.hashing import READ_SIZE, DigestSet
from modella.work.verify import with_git_sha1

_FINE = {"verified", "recorded"}


def recheck(hands: Hands, model_id: str, told: Callable[[str, int, int], None] = lambda *_: None) -> dict[str, Any]:
    """Re-hashes every file of a model; the record then says what was found, and nothing is deleted.

    `told(name, done, size)` is called while hashing. A file that cannot be read stays as it is in the record.
    """
    found = hands.index.get(model_id)
    if found is None:
        raise NotFound("unknown-id", id=model_id[:64])
    record = hands.library.inside(f"{found['path']}/metadata.json")
    if not is_regular(record):
        rows: list[dict[str, str | None]] = [{"name": file["name"], "state": "missing"} for file in found["files"]]
        return {"id": model_id, "name": found["name"], "files": rows, "ok": False}
    check_not_newer(record)
    metadata = Metadata.model_validate(read_json(record))
    rows = [_row(hands, found["path"], file, told) for file in metadata.files]
    hands.library.keep_history(metadata.id, record, stamp())
    write_json(record, metadata.model_dump(mode="json", by_alias=True))
    overrides = Overrides.model_validate(read_json(record.with_name("overrides.json")) or {"schema": 1})
    hands.index.put(effective(metadata, overrides), found["path"])
    changed = hands.index.get(metadata.id) or {}
    hands.bus.tell(ModelChanged(model=changed))
    return {"id": metadata.id, "name": changed.get("name"), "files": rows, "ok": all(r["state"] in _FINE for r in rows)}


def _row(hands: Hands, folder: str, file: ModelFile, told: Callable[[str, int, int], None]) -> dict[str, str | None]:
    """Hashes one file anew and writes what it is worth into its record."""
    path = hands.library.inside(f"{folder}/{file.name}")
    if not path.is_file():
        return {"name": file.name, "state": "missing"}
    try:
        digests = _digests(path, file.name, told)
    except ModellaError:
        return {"name": file.name, "state": "unreachable"}
    file.verified.state, file.verified.at = trust_of(file, digests), now()
    return {"name": file.name, "state": file.verified.state, "sha256": digests.sha256, "expected": file.sha256}


def trust_of(file: ModelFile, digests: Digests) -> FileTrust:
    """What the bytes are worth now: `verified` only when they equal what a source published."""
    published, witness = file.verified.expected, file.verified.by
    if published and witness and published.lower() in {digests.sha256, digests.git_sha1}:
        return "verified"
    if file.sha256 and file.sha256.lower() != digests.sha256:
        return "damaged"
    return "mismatch" if published and witness else "recorded"


def _digests(path: Path, name: str, told: Callable[[str, int, int], None]) -> Digests:
    file, digests = PartFile(path, only_read=True), DigestSet()
    try:
        size = file.length
        while content := file.read(digests.offset, READ_SIZE):
            digests.update(content)
            told(name, digests.offset, size)
        return with_git_sha1(file, size, digests.digests())
    finally:
        digests.close()
        file.close()
