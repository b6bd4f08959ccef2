"""The hash cache of A1111 and reForge (`cache.json`): hashes that were counted before, believed only with their time.

Newer versions keep a folder `cache/` of pickled values instead, which is never read. Forge fills the same file with
hashes of the bare file name; such entries are found out and left out.
"""

import hashlib
import json
from collections.abc import Mapping

from modella.core.digests import clean
from modella.core.loose_json import mapping, number
from modella.core.sidecars.reading import base_name, decoded

LARGEST = 64 * 1024 * 1024
"""Bytes of the largest cache that is read: it also holds the texts of headers."""
CLOCK = 2.0
"""Seconds by which file systems round their times."""
_SUFFIXES = ("", ".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".sft", ".gguf")


def read_hashes(content: bytes) -> dict[str, tuple[float, str]]:
    """Title, such as `lora/some/name` or `checkpoint/name.safetensors`, → (modified in seconds, SHA-256)."""
    if len(content) > LARGEST:
        return {}
    try:
        entries = mapping(mapping(json.loads(decoded(content))).get("hashes"))
    except (ValueError, RecursionError):
        return {}
    found = ((title.replace("\\", "/"), _entry(title, mapping(each))) for title, each in entries.items())
    return {title: entry for title, entry in found if entry is not None}


def by_name(entries: Mapping[str, tuple[float, str]]) -> dict[str, list[tuple[float, str]]]:
    """The same by the last part of the title, without its ending: kinds differ in how much of a path they write."""
    found: dict[str, list[tuple[float, str]]] = {}
    for title, entry in entries.items():
        found.setdefault(_stem(base_name(title)), []).append(entry)
    return found


def hint(entries: Mapping[str, list[tuple[float, str]]], file: str, modified: float) -> str | None:
    """The SHA-256 of the file with this name, when there is just one that was modified then."""
    fitting = {sha256 for at, sha256 in entries.get(_stem(file), ()) if abs(at - modified) <= CLOCK}
    return fitting.pop() if len(fitting) == 1 else None


def _stem(name: str) -> str:
    return next((name.removesuffix(end) for end in _SUFFIXES if end and name.lower().endswith(end)), name)


def _entry(title: str, told: Mapping[str, object]) -> tuple[float, str] | None:
    modified, sha256 = number(told.get("mtime")), clean("sha256", told.get("sha256"))
    if modified is None or not modified > 0 or sha256 is None or sha256 in _hashes_of_the_name(base_name(title)):
        return None
    return float(modified), sha256


def _hashes_of_the_name(name: str) -> set[str]:
    """What Forge writes in place of a hash: titles of some kinds lack the suffix that it hashed too."""
    encoded = ((name + suffix).encode("utf-8", "surrogatepass") for suffix in _SUFFIXES)
    return {hashlib.sha256(each).hexdigest() for each in encoded}
