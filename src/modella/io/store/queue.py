"""`<home>/modella.db`: order and history of downloads, apps and their links, settings made in the UI. Durable."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw
from pydantic import ValidationError

from modella.core.download import FINISHED, Download
from modella.io.store.apps import APP_TABLES, AppTables

_SCHEMA = (
    """
    CREATE TABLE downloads (
      id TEXT PRIMARY KEY, state TEXT NOT NULL, position INTEGER NOT NULL, library TEXT NOT NULL,
      created_at TEXT NOT NULL, finished_at TEXT, record TEXT NOT NULL
    ) STRICT;
    CREATE INDEX downloads_by_state ON downloads (library, state, position);
    CREATE TABLE requests (key TEXT PRIMARY KEY, downloads TEXT NOT NULL, at TEXT NOT NULL) STRICT;
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    """,
    APP_TABLES,
)


_MOST_WORDS = 20
_SEARCHED = ("coalesce(json_extract(record, '$.name'), '')", "json_extract(record, '$.wish.shown')")
_IN_FILES = (
    "EXISTS (SELECT 1 FROM json_each(record, '$.parts') AS part"
    " WHERE instr(lower(json_extract(part.value, '$.name')), ?))"
)


class QueueStore(AppTables):
    """`<home>/modella.db`: downloads in their order and with their history, apps with their links, and settings.

    Every commit is flushed.
    """

    def __init__(self, home: Path) -> None:
        super().__init__(home / "modella.db", _SCHEMA, "FULL")

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
        with self._use(writes=False) as db:
            row = db.execute("SELECT record FROM downloads WHERE id = ?", (download,)).fetchone()
        return _download(row[0]) if row else None

    def downloads(
        self, library: str, states: tuple[str, ...] = (), limit: int = 500, before: str | None = None, text: str = ""
    ) -> list[Download]:
        """Downloads of a library: unfinished in their order, then finished, newest first. `before` is an id.

        With a text only those whose name, link or files hold every word of it.
        """
        clauses, values = ["library = ?"], [library]
        if states:
            clauses.append(f"state IN ({','.join('?' * len(states))})")
            values += states
        for word in text.split()[:_MOST_WORDS]:
            clauses.append(f"(instr(lower({_SEARCHED[0]}), ?) OR instr(lower({_SEARCHED[1]}), ?) OR {_IN_FILES})")
            values += [word.lower()] * 3
        finished = ",".join(f"'{state.value}'" for state in sorted(FINISHED))
        query = (
            f"SELECT id, record FROM downloads WHERE {' AND '.join(clauses)}"
            f" ORDER BY state IN ({finished}), CASE WHEN state IN ({finished}) THEN 0 ELSE position END,"
            " finished_at DESC, created_at DESC, id"
        )
        with self._use(writes=False) as db:
            rows = db.execute(query, values).fetchall()
        start = next((i + 1 for i, row in enumerate(rows) if row[0] == before), 0)
        return [found for _, record in rows[start : start + limit] if (found := _download(record)) is not None]

    def counts(self, library: str) -> dict[tuple[str, str | None], int]:
        """How many downloads of a library have each state, with the code of its reason."""
        query = (
            "SELECT state, json_extract(record, '$.reason.code'), count(*) FROM downloads WHERE library = ?"
            " AND state NOT IN ('done', 'cancelled') GROUP BY 1, 2"
        )
        with self._use(writes=False) as db:
            rows = db.execute(query, (library,)).fetchall()
        return {(str(state), str(code) if code else None): int(str(count)) for state, code, count in rows}

    def remove(self, download: str) -> None:
        """Forgets a download."""
        with self._use() as db:
            db.execute("DELETE FROM downloads WHERE id = ?", (download,))

    def last_position(self, library: str) -> int:
        """The greatest position in the queue."""
        with self._use(writes=False) as db:
            row = db.execute("SELECT max(position) FROM downloads WHERE library = ?", (library,)).fetchone()
        return int(row[0] or 0) if row else 0

    def answered(self, key: str) -> list[str] | None:
        """The downloads that an earlier request with this idempotency key made."""
        with self._use(writes=False) as db:
            row = db.execute("SELECT downloads FROM requests WHERE key = ?", (key,)).fetchone()
        return list(json.loads(str(row[0]))) if row else None

    def remember_answer(self, key: str, downloads: list[str]) -> None:
        """Remembers what a request made; keys older than the newest 10,000 are forgotten."""
        with self._use() as db:
            db.execute("INSERT OR REPLACE INTO requests VALUES (?,?,?)", (key, json.dumps(downloads), _now()))
            db.execute("DELETE FROM requests WHERE key NOT IN (SELECT key FROM requests ORDER BY at DESC LIMIT 10000)")

    def settings(self) -> dict[str, Any]:
        """Settings made in the UI."""
        with self._use(writes=False) as db:
            return {name: json.loads(value) for name, value in db.execute("SELECT name, value FROM settings")}

    def set_setting(self, name: str, value: Any) -> None:
        """Stores a setting; None forgets it."""
        with self._use() as db:
            if value is None:
                db.execute("DELETE FROM settings WHERE name = ?", (name,))
            else:
                db.execute("INSERT OR REPLACE INTO settings VALUES (?,?)", (name, json.dumps(value)))


def saved_settings(home: Path) -> dict[str, Any]:
    """What was set in the UI of the program with this home, without becoming its owner; nothing where none can tell."""
    path = home / "modella.db"
    if not path.is_file():
        return {}
    try:
        with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)) as db:
            return {str(name): json.loads(str(value)) for name, value in db.execute("SELECT name, value FROM settings")}
    except (apsw.Error, ValueError):
        return {}


def _download(record: object) -> Download | None:
    """A stored record, None when it cannot be read: one bad row must not hide the others."""
    try:
        return Download.model_validate_json(str(record))
    except ValidationError:
        return None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
