"""Verify again: re-hash what lies in the library and compare it with what was verified when it came."""

from collections.abc import Callable
from typing import Any

from modella.core.digests import Digests
from modella.core.errors import ModellaError, NotFound
from modella.core.events import ModelChanged
from modella.core.model import Metadata, Overrides, effective
from modella.io.disk import PartFile, read_json, write_json
from modella.work.hands import Hands, now, stamp
from modella.work.hashing import READ_SIZE, DigestSet
from modella.work.verify import with_git_sha1


def recheck(hands: Hands, model_id: str, told: Callable[[str, int, int], None] = lambda *_: None) -> dict[str, Any]:
    """Re-hashes every file of a model; the record then says what was found, and nothing is deleted.

    `told(name, done, size)` is called while hashing. A file that cannot be read stays as it is in the record.
    """
    found = hands.index.get(model_id)
    if found is None:
        raise NotFound("unknown-id", id=model_id[:64])
    folder = hands.library.inside(found["path"])
    metadata = Metadata.model_validate(read_json(folder / "metadata.json"))
    rows: list[dict[str, str | None]] = []
    for file in metadata.files:
        path = folder / file.name
        if not path.is_file():
            rows.append({"name": file.name, "state": "missing"})
            continue
        try:
            digests = _digests(path, file.name, told)
        except ModellaError:
            rows.append({"name": file.name, "state": "unreachable"})
            continue
        was_witnessed = file.verified.expected is not None and file.verified.by is not None
        same = digests.sha256 == file.sha256 if file.sha256 else None
        file.verified.state = "damaged" if same is False else "verified" if was_witnessed else "recorded"
        file.verified.at = now()
        rows.append(
            {"name": file.name, "state": file.verified.state, "sha256": digests.sha256, "expected": file.sha256}
        )
    hands.library.keep_history(metadata.id, folder / "metadata.json", stamp())
    write_json(folder / "metadata.json", metadata.model_dump(mode="json", by_alias=True))
    overrides = Overrides.model_validate(read_json(folder / "overrides.json") or {"schema": 1})
    hands.index.put(effective(metadata, overrides), found["path"])
    record = hands.index.get(metadata.id) or {}
    hands.bus.tell(ModelChanged(model=record))
    return {"id": metadata.id, "name": record.get("name"), "files": rows, "ok": all(_is_fine(r["state"]) for r in rows)}


def _is_fine(state: str | None) -> bool:
    return state in {"verified", "recorded"}


def _digests(path: Any, name: str, told: Callable[[str, int, int], None]) -> Digests:
    file = PartFile(path, only_read=True)
    digests = DigestSet()
    try:
        size = file.length
        while content := file.read(digests.offset, READ_SIZE):
            digests.update(content)
            told(name, digests.offset, size)
        return with_git_sha1(file, size, digests.digests())
    finally:
        digests.close()
        file.close()
