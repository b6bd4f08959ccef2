"""The tables of apps and of the links that we made in them; a part of `modella.db`."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields

from pydantic import ValidationError

from modella.core.linking import App, LinkRecord, place_key
from modella.io.store.database import Database

APP_TABLES = """
    CREATE TABLE apps (id TEXT NOT NULL, library TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (library, id)) STRICT;
    CREATE TABLE links (
      app TEXT NOT NULL, path TEXT NOT NULL, model TEXT NOT NULL, file TEXT NOT NULL, source TEXT NOT NULL,
      method TEXT NOT NULL, state TEXT NOT NULL, text TEXT NOT NULL, inode INTEGER NOT NULL, size INTEGER NOT NULL,
      modified INTEGER NOT NULL, made_at TEXT NOT NULL, library TEXT NOT NULL, key TEXT NOT NULL,
      PRIMARY KEY (library, app, key)
    ) STRICT;
    CREATE INDEX links_by_model ON links (library, model);
    CREATE TABLE link_folders (
      library TEXT NOT NULL, app TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (library, app, path)
    ) STRICT;
    """
_COLUMNS = tuple(each.name for each in fields(LinkRecord))
_LIST = ", ".join(_COLUMNS)
_SOME = 500
_SMALLEST = 1 << 63


class AppTables(Database):
    """Apps of a library, the links that were made in them, and the folders that were made for those links."""

    def apps(self, library: str) -> list[App]:
        """The apps of a library in the order in which they were added; one that cannot be read is passed over."""
        with self._use(writes=False) as db:
            rows = db.execute("SELECT record FROM apps WHERE library = ? ORDER BY rowid", (library,)).fetchall()
        found = (_app(row[0]) for row in rows)
        return [each for each in found if each is not None]

    def put_app(self, library: str, app: App) -> None:
        """Stores an app, new or changed."""
        with self._use() as db:
            db.execute(
                "INSERT INTO apps VALUES (?,?,?) ON CONFLICT (library, id) DO UPDATE SET record = excluded.record",
                (app.id, library, app.model_dump_json()),
            )

    def drop_app(self, library: str, app: str) -> None:
        """Forgets an app with everything that is known of links in it."""
        with self._use() as db:
            for table, column in (("links", "app"), ("link_folders", "app"), ("apps", "id")):
                db.execute(f"DELETE FROM {table} WHERE library = ? AND {column} = ?", (library, app))

    def links(self, library: str, app: str, models: Iterable[str] | None = None) -> list[LinkRecord]:
        """The links of an app, all or those of some models, in the order of their places."""
        with self._use(writes=False) as db:
            if models is None:
                query = f"SELECT {_LIST} FROM links WHERE library = ? AND app = ? ORDER BY path"
                return [_link(row) for row in db.execute(query, (library, app))]
            found = []
            for model in models:
                query = f"SELECT {_LIST} FROM links WHERE library = ? AND model = ? AND app = ? ORDER BY path"
                found += [_link(row) for row in db.execute(query, (library, model, app))]
            return found

    def links_of(self, library: str, model: str) -> list[LinkRecord]:
        """The links of a model in all apps."""
        with self._use(writes=False) as db:
            query = f"SELECT {_LIST} FROM links WHERE library = ? AND model = ? ORDER BY app, path"
            return [_link(row) for row in db.execute(query, (library, model))]

    def link_at(self, library: str, app: str, key: str) -> LinkRecord | None:
        """The link at a place, by its key (`core/linking.place_key`)."""
        with self._use(writes=False) as db:
            query = f"SELECT {_LIST} FROM links WHERE library = ? AND app = ? AND key = ?"
            row = db.execute(query, (library, app, key)).fetchone()
        return _link(row) if row else None

    def count_links(self, library: str) -> dict[str, int]:
        """How many links there are in each app."""
        with self._use(writes=False) as db:
            return dict(db.execute("SELECT app, count(*) FROM links WHERE library = ? GROUP BY app", (library,)))

    def put_links(self, library: str, links: Sequence[LinkRecord]) -> None:
        """Stores links, new or changed, in one commit."""
        marks = ",".join("?" * (len(_COLUMNS) + 2))
        with self._use() as db:
            db.executemany(
                f"INSERT OR REPLACE INTO links ({_LIST}, library, key) VALUES ({marks})",
                [(*_stored(each), library, place_key(each.path)) for each in links],
            )

    def drop_links(self, library: str, app: str, paths: Sequence[str]) -> None:
        """Forgets links by their places."""
        with self._use() as db:
            db.executemany(
                "DELETE FROM links WHERE library = ? AND app = ? AND key = ?",
                [(library, app, place_key(path)) for path in paths],
            )

    def link_folders(self, library: str, app: str) -> list[str]:
        """The folders that were made for links of an app."""
        with self._use(writes=False) as db:
            query = "SELECT path FROM link_folders WHERE library = ? AND app = ?"
            return [str(row[0]) for row in db.execute(query, (library, app))]

    def note_link_folders(self, library: str, app: str, paths: Sequence[str]) -> None:
        """Remembers folders that are about to be made for links."""
        with self._use() as db:
            db.executemany(
                "INSERT OR IGNORE INTO link_folders VALUES (?,?,?)", [(library, app, each) for each in paths]
            )

    def forget_link_folders(self, library: str, app: str, paths: Sequence[str]) -> None:
        """Forgets folders that are gone."""
        with self._use() as db:
            db.executemany(
                "DELETE FROM link_folders WHERE library = ? AND app = ? AND path = ?",
                [(library, app, each) for each in paths],
            )


def _stored(link: LinkRecord) -> tuple[object, ...]:
    """The values of a link; an inode may use the whole of 64 bits, which SQLite reads with a sign."""
    return tuple(
        each - 2 * _SMALLEST if each.__class__ is int and each >= _SMALLEST else each for each in astuple(link)
    )


def _link(row: Sequence[object]) -> LinkRecord:
    values = dict(zip(_COLUMNS, row, strict=True))
    inode = int(str(values["inode"]))
    return LinkRecord(**{**values, "inode": inode + 2 * _SMALLEST if inode < 0 else inode})  # type: ignore[arg-type]


def _app(record: object) -> App | None:
    try:
        return App.model_validate_json(str(record))
    except ValidationError:
        return None
