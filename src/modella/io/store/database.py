"""One SQLite file: opened carefully, kept aside when it is broken, its errors told in our words."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path

import apsw

from modella.core.errors import DiskTrouble
from modella.io.disk import make_folders, remove_database, set_aside

_AT_REST, _IN_USE = 0x4D4F4431, 0x4D4F4432
"""`application_id` of a file that was closed properly, and of one that is open or whose process died."""
_PAGES = 1000
_CHECKPOINT = "wal_autocheckpoint = 8000"
"""Pages: moving the WAL into the file flushes both, which a long scan should not do every few models."""


class Database:
    """One SQLite file with one connection, used by one thread at a time.

    `schema` holds a script per version. A `derived` database has one script and a version of its own: it is made anew
    when it is older, for everything in it can be had again.
    """

    def __init__(self, path: Path, schema: tuple[str, ...], synchronous: str, derived: int | None = None) -> None:
        make_folders(path.parent)
        self._lock = threading.RLock()
        self.path = path
        self.moved_aside = False
        self.is_new = False
        self._version = derived or len(schema)
        try:
            self._open(schema, synchronous, derived is not None)
        except (apsw.NotADBError, apsw.CorruptError):
            self._move_aside()
            self._open(schema, synchronous, derived is not None)

    @contextmanager
    def copied(self, folder: Path) -> Iterator[Path]:
        """One sound file with everything in it, by SQLite's online backup; it goes when this is left."""
        path = folder / f".{secrets.token_hex(8)}.part"
        try:
            with self._use(writes=False) as source:
                self._copy(source, path)
            yield path
        finally:
            remove_database(path)

    def _copy(self, source: apsw.Connection, path: Path) -> None:
        target = apsw.Connection(str(path))
        try:
            with target.backup("main", source, "main") as backup:
                while not backup.done:
                    backup.step(_PAGES)
            target.execute("PRAGMA journal_mode = DELETE")
            target.pragma("application_id", _AT_REST)
        finally:
            target.close()

    def close(self) -> None:
        """Ends the connection; the WAL goes into the file."""
        with self._lock:
            with suppress(apsw.Error):
                self._connection.pragma("application_id", _AT_REST)
            self._connection.close()

    @contextmanager
    def _use(self, *, writes: bool = True) -> Iterator[apsw.Connection]:
        """The connection for one thread at a time; what is written is written wholly or not at all."""
        with self._lock:
            try:
                with self._connection if writes else nullcontext():
                    yield self._connection
            except apsw.FullError as problem:
                raise DiskTrouble("disk-busy", path=str(self.path), reason=str(problem)) from problem
            except (apsw.BusyError, apsw.LockedError) as problem:
                raise DiskTrouble("disk-busy", path=str(self.path), reason=str(problem)) from problem
            except (apsw.CorruptError, apsw.NotADBError, apsw.IOError) as problem:
                raise DiskTrouble("database-unreadable", path=str(self.path), reason=str(problem)) from problem

    def _open(self, schema: tuple[str, ...], synchronous: str, derived: bool) -> None:
        connection = self._connected()
        version = connection.pragma("user_version")
        if version > self._version:
            connection.close()
            raise DiskTrouble("database-newer", path=str(self.path), version=version, known=self._version)
        if derived and 0 < version < self._version:
            connection.close()
            remove_database(self.path)
            connection, version = self._connected(), 0
        for pragma in ("journal_mode = WAL", f"synchronous = {synchronous}", "foreign_keys = ON", _CHECKPOINT):
            connection.execute(f"PRAGMA {pragma}")
        self.is_new = self.is_new or version == 0
        scripts = [(self._version, schema[0])] if derived else list(enumerate(schema, start=1))
        for number, script in scripts:
            if number > version:
                with connection:
                    connection.execute(script)
                    connection.execute(f"PRAGMA user_version = {number}")
        connection.pragma("application_id", _IN_USE)
        self._connection = connection

    def _connected(self) -> apsw.Connection:
        """A connection to a file that is sound: looked through unless it was closed properly the last time."""
        try:
            connection = apsw.Connection(str(self.path))
        except apsw.CantOpenError as problem:
            raise DiskTrouble("permission", path=str(self.path), reason=str(problem)) from problem
        connection.set_busy_timeout(10_000)
        try:
            if connection.pragma("application_id") != _AT_REST:
                connection.execute("PRAGMA quick_check(1)").fetchall()
        except BaseException:
            connection.close()
            raise
        return connection

    def _move_aside(self) -> None:
        """A broken file is kept under another name, with its companions; never deleted, never mended in place."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        set_aside(self.path, stamp, ("-wal", "-shm"))
        self.moved_aside = self.is_new = True
