"""The hash cache of A1111: believed for a file that has not changed, and never when it hashed a name."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modella.core.sidecars.hash_caches import by_name, hint, read_hashes
from tests.core.sidecars.sidecar_files import NOTHING, SHA256

TITLE = "lora/sub/lantern"


def cache(**entry: object) -> bytes:
    return json.dumps({"hashes": {TITLE: {"mtime": 1_700_000_000.25, "sha256": SHA256, **entry}}}).encode()


def test_hashes_stand_under_their_titles() -> None:
    content = json.dumps(
        {
            "hashes": {
                "checkpoint\\a.safetensors": {"mtime": 5, "sha256": SHA256.upper()},
                "lora/old": {"mtime": 6, "sha256": None},
                "lora/odd": "text",
            },
            "hashes-addnet": {"lora/x": {"mtime": 1, "sha256": SHA256}},
            "safetensors-metadata": {},
        }
    )
    assert read_hashes(content.encode("utf-8-sig")) == {"checkpoint/a.safetensors": (5.0, SHA256)}


def test_a_hash_counts_while_the_file_is_as_old_as_then() -> None:
    entries = by_name(read_hashes(cache()))
    assert hint(entries, "lantern.safetensors", 1_700_000_001.0) == SHA256
    assert hint(entries, "lantern.safetensors", 1_700_000_010.0) is None
    assert hint(entries, "lantern.safetensors", 1_600_000_000.0) is None
    assert hint(entries, "other.safetensors", 1_700_000_000.25) is None


def test_two_files_of_one_name_and_time_tell_nothing() -> None:
    entries = by_name({"lora/a/x": (5.0, SHA256), "checkpoint/x.safetensors": (5.0, "a" * 64)})
    assert hint(entries, "x.ckpt", 5.0) is None


@pytest.mark.parametrize("hashed", [b"lantern", b"lantern.safetensors", b"lantern.ckpt", b""])
def test_a_hash_of_the_name_is_no_hash_of_the_file(hashed: bytes) -> None:
    assert read_hashes(cache(sha256=hashlib.sha256(hashed).hexdigest())) == {}


@pytest.mark.parametrize(
    "entry", [{"sha256": NOTHING}, {"mtime": None}, {"mtime": -1}, {"mtime": "x"}, {"sha256": "ab"}]
)
def test_what_cannot_be_checked_is_left_out(entry: dict[str, object]) -> None:
    assert read_hashes(cache(**entry)) == {}


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(content: bytes) -> None:
    assert read_hashes(content) == {}


def test_deep_nesting_is_survived() -> None:
    assert read_hashes(b'{"hashes":' + b"[" * 100_000) == {}
