"""The one hand that speaks SQL: the queue's database (durable) and the library's index (derived, deletable).

SQLite comes with APSW, never the interpreter's own: two SQLite libraries must not touch one file, and versions before
3.51.3 can corrupt a WAL that two connections checkpoint together.
"""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw
from pydantic import ValidationError

from modella.core.download import FINISHED, Download
from modella.core.errors import BadLink, DiskTrouble
from modella.core.naming import name_key
from modella.io.disk import make_folders, set_aside

_QUEUE_SCHEMA = (
    """
    CREATE TABLE downloads (
      id TEXT PRIMARY KEY, state TEXT NOT NULL, position INTEGER NOT NULL, library TEXT NOT NULL,
      created_at TEXT NOT NULL, finished_at TEXT, record TEXT NOT NULL
    ) STRICT;
    CREATE INDEX downloads_by_state ON downloads (library, state, position);
    CREATE TABLE requests (key TEXT PRIMARY KEY, downloads TEXT NOT NULL, at TEXT NOT NULL) STRICT;
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    """,
)

_INDEX_SCHEMA = (
    """
    CREATE TABLE models (
      id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, family TEXT, base_model TEXT, source TEXT,
      page TEXT, path TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, added_at TEXT NOT NULL, updated_at TEXT NOT NULL,
      words TEXT NOT NULL, record TEXT NOT NULL
    ) STRICT;
    CREATE INDEX models_by_added ON models (added_at DESC, id);
    CREATE INDEX models_by_page ON models (page);
    CREATE TABLE files (
      model_id TEXT NOT NULL REFERENCES models (id) ON DELETE CASCADE, name TEXT NOT NULL, size INTEGER NOT NULL,
      sha256 TEXT, PRIMARY KEY (model_id, name)
    ) STRICT;
    CREATE INDEX files_by_sha256 ON files (sha256);
    """,
)

_SORTS = {"added": "added_at", "name": "name COLLATE NOCASE", "size": "size", "updated": "updated_at"}


class _Database:
    """One SQLite file with one connection, used by one thread at a time."""

    def __init__(self, path: Path, schema: tuple[str, ...], synchronous: str) -> None:
        make_folders(path.parent)
        self._lock = threading.RLock()
        self.path = path
        self.moved_aside = False
        self.is_new = False
        try:
            self._open(schema, synchronous)
        except (apsw.NotADBError, apsw.CorruptError):
            self._move_aside()
            self._open(schema, synchronous)

    def close(self) -> None:
        """Ends the connection; the WAL goes into the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _use(self) -> Iterator[apsw.Connection]:
        with self._lock:
            try:
                with self._connection:
                    yield self._connection
            except apsw.FullError as problem:
                raise DiskTrouble("disk-busy", path=str(self.path), reason=str(problem)) from problem
            except (apsw.BusyError, apsw.LockedError) as problem:
                raise DiskTrouble("disk-busy", path=str(self.path), reason=str(problem)) from problem
            except (apsw.CorruptError, apsw.NotADBError, apsw.IOError) as problem:
                raise DiskTrouble("database-unreadable", path=str(self.path), reason=str(problem)) from problem

    def _open(self, schema: tuple[str, ...], synchronous: str) -> None:
        try:
            connection = apsw.Connection(str(self.path))
        except apsw.CantOpenError as problem:
            raise DiskTrouble("permission", path=str(self.path), reason=str(problem)) from problem
        connection.set_busy_timeout(10_000)
        connection.execute("PRAGMA quick_check(1)").fetchall()
        version = connection.pragma("user_version")
        if version > len(schema):
            connection.close()
            raise DiskTrouble("database-newer", path=str(self.path), version=version, known=len(schema))
        for pragma in ("journal_mode = WAL", f"synchronous = {synchronous}", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        self.is_new = self.is_new or version == 0
        for number, script in enumerate(schema[version:], start=version + 1):
            with connection:
                connection.execute(script)
                connection.execute(f"PRAGMA user_version = {number}")
        self._connection = connection

    def _move_aside(self) -> None:
        """A broken file is kept under another name, with its companions; never deleted, never mended in place."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        set_aside(self.path, stamp, ("-wal", "-shm"))
        self.moved_aside = self.is_new = True


class QueueStore(_Database):
    """`<home>/modella.db`: order and history of downloads, and settings made in the UI. Every commit is flushed."""

    def __init__(self, home: Path) -> None:
        super().__init__(home / "modella.db", _QUEUE_SCHEMA, "FULL")

    def save(self, download: Download, library: str) -> None:
        """Stores a download's record."""
        with self._use() as db:
            db.execute(
                "INSERT INTO downloads VALUES (?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET state = excluded.state,"
                " position = excluded.position, finished_at = excluded.finished_at, record = excluded.record",
                (
                    download.id,
                    download.state.value,
                    download.position,
                    library,
                    download.created_at,
                    download.finished_at,
                    download.model_dump_json(),
                ),
            )

    def get(self, download: str) -> Download | None:
        """One download's record."""
        with self._use() as db:
            row = db.execute("SELECT record FROM downloads WHERE id = ?", (download,)).fetchone()
        return _download(row[0]) if row else None

    def downloads(
        self, library: str, states: tuple[str, ...] = (), limit: int = 500, before: str | None = None
    ) -> list[Download]:
        """Downloads of a library: unfinished in their order, then finished, newest first. `before` is an id."""
        clauses, values = ["library = ?"], [library]
        if states:
            clauses.append(f"state IN ({','.join('?' * len(states))})")
            values += states
        finished = ",".join(f"'{state.value}'" for state in sorted(FINISHED))
        query = (
            f"SELECT id, record FROM downloads WHERE {' AND '.join(clauses)}"
            f" ORDER BY state IN ({finished}), CASE WHEN state IN ({finished}) THEN 0 ELSE position END,"
            " finished_at DESC, created_at DESC, id"
        )
        with self._use() as db:
            rows = db.execute(query, values).fetchall()
        start = next((i + 1 for i, row in enumerate(rows) if row[0] == before), 0)
        return [found for _, record in rows[start : start + limit] if (found := _download(record)) is not None]

    def remove(self, download: str) -> None:
        """Forgets a download."""
        with self._use() as db:
            db.execute("DELETE FROM downloads WHERE id = ?", (download,))

    def last_position(self, library: str) -> int:
        """The greatest position in the queue."""
        with self._use() as db:
            row = db.execute("SELECT max(position) FROM downloads WHERE library = ?", (library,)).fetchone()
        return int(row[0] or 0) if row else 0

    def answered(self, key: str) -> list[str] | None:
        """The downloads that an earlier request with this idempotency key made."""
        with self._use() as db:
            row = db.execute("SELECT downloads FROM requests WHERE key = ?", (key,)).fetchone()
        return list(json.loads(str(row[0]))) if row else None

    def remember_answer(self, key: str, downloads: list[str]) -> None:
        """Remembers what a request made; keys older than the newest 10,000 are forgotten."""
        with self._use() as db:
            db.execute("INSERT OR REPLACE INTO requests VALUES (?,?,?)", (key, json.dumps(downloads), _now()))
            db.execute("DELETE FROM requests WHERE key NOT IN (SELECT key FROM requests ORDER BY at DESC LIMIT 10000)")

    def settings(self) -> dict[str, Any]:
        """Settings made in the UI."""
        with self._use() as db:
            return {name: json.loads(value) for name, value in db.execute("SELECT name, value FROM settings")}

    def set_setting(self, name: str, value: Any) -> None:
        """Stores a setting; None forgets it."""
        with self._use() as db:
            if value is None:
                db.execute("DELETE FROM settings WHERE name = ?", (name,))
            else:
                db.execute("INSERT OR REPLACE INTO settings VALUES (?,?)", (name, json.dumps(value)))


class Index(_Database):
    """`<library>/models.db`: every model's effective record, made from the files and rebuilt from them."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _INDEX_SCHEMA, "NORMAL")

    def put(self, record: dict[str, Any], path: str) -> None:
        """Stores a model's effective record; `path` is its folder relative to the library."""
        sources = record.get("sources") or []
        files = record.get("files") or []
        slim = {**record, "path": path, "sources": [{k: v for k, v in s.items() if k != "payload"} for s in sources]}
        row = (
            record["id"],
            record["name"],
            record["kind"],
            record.get("family"),
            record.get("base_model"),
            sources[0]["source"] if sources else None,
            sources[0].get("url") if sources else None,
            path,
            sum(int(file["size"]) for file in files),
            record["added_at"],
            record["updated_at"],
            _words(record, path),
            json.dumps(slim, ensure_ascii=False),
        )
        with self._use() as db:
            db.execute("DELETE FROM models WHERE id = ? OR path = ?", (record["id"], path))
            db.execute(f"INSERT INTO models VALUES ({','.join('?' * len(row))})", row)
            db.executemany(
                "INSERT INTO files VALUES (?,?,?,?)",
                [(record["id"], file["name"], int(file["size"]), file.get("sha256")) for file in files],
            )

    def get(self, model: str) -> dict[str, Any] | None:
        """One model's record."""
        with self._use() as db:
            row = db.execute("SELECT record FROM models WHERE id = ?", (model,)).fetchone()
        return json.loads(str(row[0])) if row else None

    def remove(self, model: str) -> None:
        """Forgets a model."""
        with self._use() as db:
            db.execute("DELETE FROM models WHERE id = ?", (model,))

    def by_sha256(self, sha256: str) -> dict[str, Any] | None:
        """A model that holds a file with this content."""
        query = "SELECT record FROM models JOIN files ON id = model_id WHERE sha256 = ? ORDER BY added_at LIMIT 1"
        with self._use() as db:
            row = db.execute(query, (sha256,)).fetchone()
        return json.loads(str(row[0])) if row else None

    def by_page(self, page: str) -> list[dict[str, Any]]:
        """Models that came from this page of a source."""
        with self._use() as db:
            rows = db.execute("SELECT record FROM models WHERE page = ? ORDER BY added_at", (page,)).fetchall()
        return [json.loads(str(row[0])) for row in rows]

    def paths(self) -> dict[str, str]:
        """Folder → model id of everything in the index."""
        with self._use() as db:
            return {str(path): str(model) for path, model in db.execute("SELECT path, id FROM models")}

    def search(
        self,
        text: str = "",
        filters: dict[str, str] | None = None,
        sort: str = "added",
        descending: bool = True,
        limit: int = 100,
        cursor: str | None = None,
    ) -> tuple[list[dict[str, Any]], int, str | None]:
        """Models whose record holds all words of the text: a page, how many there are, and the next cursor."""
        clauses, values = ["1"], []
        for word in text.split():
            clauses.append("words LIKE ? ESCAPE '\\'")
            values.append(f"%{_escaped(name_key(word))}%")
        for name, value in (filters or {}).items():
            clauses.append(f"{name} = ? COLLATE NOCASE")
            values.append(value)
        where = " AND ".join(clauses)
        column, direction = _SORTS[sort], "DESC" if descending else "ASC"
        start = _offset(cursor)
        with self._use() as db:
            counted = db.execute(f"SELECT count(*) FROM models WHERE {where}", values).fetchone()
            rows = db.execute(
                f"SELECT record FROM models WHERE {where} ORDER BY {column} {direction}, id LIMIT ? OFFSET ?",
                (*values, limit, start),
            ).fetchall()
        total = int(counted[0]) if counted else 0
        more = _cursor(start + limit) if start + limit < total else None
        return [json.loads(str(row[0])) for row in rows], total, more


def _download(record: object) -> Download | None:
    """A stored record, None when it cannot be read: one bad row must not hide the others."""
    try:
        return Download.model_validate_json(str(record))
    except ValidationError:
        return None


def _words(record: dict[str, Any], path: str) -> str:
    parts = [record["name"], record.get("version"), record.get("creator"), record.get("base_model"), record["kind"]]
    parts += [record.get("family"), path, *(record.get("tags") or []), *(record.get("trained_words") or [])]
    parts += [file["name"] for file in record.get("files") or []]
    return name_key(" ".join(str(part) for part in parts if part))


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _cursor(start: int) -> str:
    return base64.urlsafe_b64encode(str(start).encode()).decode().rstrip("=")


def _offset(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        return max(0, int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))))
    except (ValueError, UnicodeDecodeError):
        raise BadLink("bad-value", name="cursor", value=cursor[:40], reason="not a cursor of this list") from None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
