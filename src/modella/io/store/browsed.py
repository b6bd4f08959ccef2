"""`<home>/browse.db`: what sources told lately of their catalogues, and small pictures from there; all of it can go."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from modella.io.store.database import Database

_SCHEMA = """
CREATE TABLE answers (key TEXT PRIMARY KEY, at REAL NOT NULL, used REAL NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX answers_by_use ON answers (used, length(body));
CREATE TABLE addresses (
  id TEXT PRIMARY KEY, source TEXT NOT NULL, url TEXT NOT NULL, video INTEGER NOT NULL, used REAL NOT NULL
) STRICT;
CREATE INDEX addresses_by_use ON addresses (used);
CREATE TABLE pictures (key TEXT PRIMARY KEY, used REAL NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX pictures_by_use ON pictures (used, length(body));
"""
_VERSION = 1
ANSWER_BYTES = 64 * 1024 * 1024
PICTURE_BYTES = 256 * 1024 * 1024
MOST_ADDRESSES = 100_000
OLDEST = 7 * 24 * 3600.0
"""Seconds after which an answer is no news even when nothing else can be had."""
_PRUNED_EVERY = 32


class Address(NamedTuple):
    """Where a picture is at its source; `video` asks for a still picture of it."""

    id: str
    source: str
    url: str
    video: bool


class BrowseStore(Database):
    """Answers and pictures by keys of the caller's; bounded in bytes and in age, the least used go first."""

    def __init__(self, home: Path, answer_bytes: int = ANSWER_BYTES, picture_bytes: int = PICTURE_BYTES) -> None:
        super().__init__(home / "browse.db", (_SCHEMA,), "OFF", derived=_VERSION)
        self._bounds = {"answers": answer_bytes, "pictures": picture_bytes}
        self._kept = 0
        self._prune()

    def answer(self, key: str) -> tuple[float, bytes] | None:
        """When an answer came, as a time stamp, and what it was; None when it is not here or too old to be told."""
        with self._use() as db:
            query = "UPDATE answers SET used = ?1 WHERE key = ?2 AND at BETWEEN ?1 - ?3 AND ?1 RETURNING at, body"
            row = db.execute(query, (time.time(), key, OLDEST)).fetchone()
        return (float(str(row[0])), _bytes(row[1])) if row else None

    def keep_answer(self, key: str, body: bytes) -> None:
        """Keeps what has just been told."""
        now = time.time()
        with self._use() as db:
            db.execute("INSERT OR REPLACE INTO answers VALUES (?,?,?,?)", (key, now, now, body))
        self._count()

    def know(self, addresses: Iterable[Address]) -> None:
        """Lets these pictures be asked for by their ids."""
        now = time.time()
        with self._use() as db:
            db.executemany("INSERT OR REPLACE INTO addresses VALUES (?,?,?,?,?)", [(*each, now) for each in addresses])

    def address(self, identity: str) -> Address | None:
        """The picture of this id, when an answer has told of it."""
        with self._use(writes=False) as db:
            row = db.execute("SELECT id, source, url, video FROM addresses WHERE id = ?", (identity,)).fetchone()
        return Address(str(row[0]), str(row[1]), str(row[2]), bool(row[3])) if row else None

    def picture(self, key: str) -> bytes | None:
        """A picture that was drawn before."""
        with self._use() as db:
            query = "UPDATE pictures SET used = ? WHERE key = ? RETURNING body"
            row = db.execute(query, (time.time(), key)).fetchone()
        return _bytes(row[0]) if row else None

    def keep_picture(self, key: str, body: bytes) -> None:
        """Keeps a picture."""
        with self._use() as db:
            db.execute("INSERT OR REPLACE INTO pictures VALUES (?,?,?)", (key, time.time(), body))
        self._count()

    def _count(self) -> None:
        self._kept += 1
        if self._kept % _PRUNED_EVERY == 0:
            self._prune()

    def _prune(self) -> None:
        """Lets go of what is too old, and of what was not used for longest where there is too much."""
        with self._use() as db:
            db.execute("DELETE FROM answers WHERE at < ?", (time.time() - OLDEST,))
            for table, most in self._bounds.items():
                db.execute(
                    f"DELETE FROM {table} WHERE key IN (SELECT key FROM (SELECT key, sum(length(body)) OVER"
                    " (ORDER BY used DESC, key) AS total FROM"
                    f" {table}) WHERE total > ?)",
                    (most,),
                )
            db.execute(
                "DELETE FROM addresses WHERE id IN (SELECT id FROM addresses ORDER BY used DESC LIMIT -1 OFFSET ?)",
                (MOST_ADDRESSES,),
            )


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
