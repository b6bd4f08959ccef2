"""`<library>/models.db`: every model's effective record and every file seen, made from the files and remade from them.

Writing and looking up by key are here; finding is in `search.py`, on a connection of its own, so that a scan that
writes never keeps a person waiting.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from modella.core.query import NONE, Query, Sort
from modella.core.root import LIBRARY
from modella.core.summary import Row, row_of, with_lists
from modella.io.store.database import Database
from modella.io.store.search import Change, Finder, Page, Weight

_SCHEMA = """
CREATE TABLE models (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, root TEXT NOT NULL, place TEXT NOT NULL, page TEXT,
  name_key TEXT NOT NULL, size INTEGER NOT NULL, added_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  published_at TEXT NOT NULL, rating INTEGER NOT NULL, summary TEXT NOT NULL, record TEXT NOT NULL,
  UNIQUE (root, place)
) STRICT;
CREATE INDEX models_by_page ON models (page);
CREATE INDEX models_by_name ON models (name_key, id);
CREATE INDEX models_by_size ON models (size, id);
CREATE INDEX models_by_added ON models (added_at, id);
CREATE INDEX models_by_updated ON models (updated_at, id);
CREATE INDEX models_by_published ON models (published_at, id);
CREATE INDEX models_by_rating ON models (rating, id);
CREATE TABLE files (
  n INTEGER NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT, autov3 TEXT, PRIMARY KEY (n, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX files_by_sha256 ON files (sha256) WHERE sha256 IS NOT NULL;
CREATE TABLE terms (t INTEGER PRIMARY KEY, facet TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (facet, value)) STRICT;
CREATE TABLE members (t INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (t, n)) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_model ON members (n);
CREATE TABLE keys (key TEXT NOT NULL, way TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (key, way, n)) STRICT,
  WITHOUT ROWID;
CREATE INDEX keys_by_model ON keys (n);
CREATE INDEX keys_newer ON keys (key, n) WHERE way = 'newer';
CREATE TABLE seen (
  root TEXT NOT NULL, folder TEXT NOT NULL, name TEXT NOT NULL, place TEXT NOT NULL, size INTEGER NOT NULL,
  mtime INTEGER NOT NULL, inode INTEGER NOT NULL, device INTEGER NOT NULL, link INTEGER NOT NULL,
  beside TEXT NOT NULL, wave TEXT NOT NULL, PRIMARY KEY (root, folder, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_by_inode ON seen (inode, size);
CREATE INDEX seen_by_place ON seen (root, place);
CREATE INDEX seen_by_wave ON seen (wave, size);
CREATE VIRTUAL TABLE parts USING fts5(name, rest, tokenize = "trigram remove_diacritics 1", content = '',
  contentless_delete = 1);
CREATE VIRTUAL TABLE words USING fts5(text, tokenize = "unicode61 remove_diacritics 2", prefix = '1 2', content = '',
  contentless_delete = 1, detail = none);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'row');
"""
_VERSION = 8
"""An index of an older version is made anew: it holds nothing that the files do not say."""


_BY_KIND = {
    "id": "SELECT n FROM models WHERE id = ?",
    "sha256": "SELECT n FROM files WHERE sha256 = ?",
    "name": "SELECT n FROM models WHERE name_key = ?",
    "url": "SELECT n FROM models WHERE page = ?",
}
_BY_DIGEST = {
    "sha256": "sha256 = ?",
    "autov2": "sha256 >= ?1 AND sha256 < ?1 || 'g'",  # its first ten digits
    "autov3": "substr(autov3, 1, 12) = substr(?, 1, 12)",
}
_MOST_RELATED = 500
_WEIGHED = ("kind", "family", "base_model", "source", "root")
_VARIED = """
WITH sorts AS (
  SELECT n, max(CASE WHEN facet = 'kind' THEN t END) AS kind, max(CASE WHEN facet = 'family' THEN t END) AS family
  FROM members JOIN terms USING (t) WHERE facet IN ('kind', 'family') GROUP BY n
), turns AS (SELECT n, row_number() OVER (PARTITION BY kind, family ORDER BY n) AS turn FROM sorts)
SELECT record FROM turns JOIN models USING (n) ORDER BY turn, n LIMIT ?
"""
"""One of every kind and family, then a second one of each, and so on."""


class Seen(NamedTuple):
    """One file as a scan saw it. `folder` and `name` lie below the root; times in nanoseconds.

    `place` is where its model is in the index, `beside` names the sidecars and their times, `wave` is how much is
    known: `names`, `headers` or `hashes`.
    """

    root: str
    folder: str
    name: str
    place: str
    size: int
    mtime: int
    inode: int
    device: int
    link: bool
    beside: str
    wave: str

    @property
    def path(self) -> str:
        """Relative to the root."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


class Index(Database):
    """What is in the library, for everybody who asks. Every method may be called from any thread."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, (_SCHEMA,), "NORMAL", derived=_VERSION)
        self._finder = Finder(path)
        self._terms: dict[tuple[str, str], int] = {}
        self._last = 0
        self._lists: Mapping[str, tuple[str, ...]] = {}

    def close(self) -> None:
        """Ends both connections."""
        self._finder.close()
        super().close()

    # ------------------------------------------------------------------------------------------------------ models

    def put(self, record: Mapping[str, Any], place: str, root: str = LIBRARY) -> None:
        """Stores a model's effective record; `place` is its folder or its adopted file, below the root."""
        self.put_all([row_of(record, place, root)])

    def put_all(self, models: Iterable[Row]) -> None:
        """Stores many models in one go; all of them or none."""
        try:
            with self._use() as db:
                changes = [change for model in models for change in self._put(db, model)]
        except BaseException:
            self._terms.clear()  # some of their numbers went with the transaction
            self._last = 0
            raise
        self._finder.take(changes)

    def get(self, model: str) -> dict[str, Any] | None:
        """One model's effective record, with its `path`, `root` and `state`."""
        return self._one("SELECT record FROM models WHERE id = ?", model)

    def at(self, place: str, root: str = LIBRARY) -> dict[str, Any] | None:
        """The model at a place of a root."""
        return self._one("SELECT record FROM models WHERE root = ? AND place = ?", root, place)

    def id_at(self, root: str, place: str) -> str | None:
        """The id of the model at a place."""
        with self._use(writes=False) as db:
            row = db.execute("SELECT id FROM models WHERE root = ? AND place = ?", (root, place)).fetchone()
        return str(row[0]) if row else None

    def ending(self, letters: str, limit: int = 20) -> list[str]:
        """Summaries, as JSON, of models whose id ends with these letters."""
        query = "SELECT summary FROM models WHERE id GLOB ? ORDER BY id LIMIT ?"
        with self._use(writes=False) as db:
            return [str(row[0]) for row in db.execute(query, (f"*{_glob(letters)}", limit))]

    def knows(self, root: str | None = None) -> bool:
        """Whether anything of a root, or anything at all, is known."""
        query = "SELECT 1 FROM models WHERE ?1 IS NULL OR root = ?1 LIMIT 1"
        with self._use(writes=False) as db:
            return db.execute(query, (root,)).fetchone() is not None

    def place_of(self, model: str) -> tuple[str, str] | None:
        """The root and the place of a model."""
        with self._use(writes=False) as db:
            row = db.execute("SELECT root, place FROM models WHERE id = ?", (model,)).fetchone()
        return (str(row[0]), str(row[1])) if row else None

    def remove(self, *models: str) -> None:
        """Forgets models; their files are not touched."""
        with self._use() as db:
            changes = [change for model in models if (change := _remove(db, model)) is not None]
        self._finder.take(changes)

    def by_sha256(self, sha256: str) -> dict[str, Any] | None:
        """The first model that holds a file with this content."""
        query = "SELECT record FROM models JOIN files USING (n) WHERE sha256 = ? ORDER BY added_at LIMIT 1"
        return self._one(query, sha256)

    def by_digest(self, name: str, digest: str) -> list[dict[str, Any]]:
        """Models that hold a file with this `sha256`, `autov2` or `autov3`; there are none for other digests."""
        if name not in _BY_DIGEST:
            return []
        query = f"SELECT record FROM models JOIN files USING (n) WHERE {_BY_DIGEST[name]} ORDER BY added_at LIMIT 20"
        with self._use(writes=False) as db:
            return [json.loads(str(row[0])) for row in db.execute(query, (digest,))]

    def by_page(self, page: str) -> list[dict[str, Any]]:
        """Models that came from this page of a source."""
        with self._use(writes=False) as db:
            rows = db.execute("SELECT record FROM models WHERE page = ? ORDER BY added_at", (page,)).fetchall()
        return [json.loads(str(row[0])) for row in rows]

    def meant_by(self, key: str) -> list[dict[str, Any]]:
        """Summaries of the models that a key of `core/relations` means, the first added first."""
        kind, _, value = key.partition(":")
        if kind in _BY_KIND:
            return self._summaries(_BY_KIND[kind], value)
        return self._summaries("SELECT n FROM keys WHERE way = 'is' AND key = ?", key)

    def holding(self, keys: Sequence[str], sha256s: Sequence[str]) -> dict[str, list[str]]:
        """Ids of the models that can be used, by each of these keys and contents that one is known by."""
        queries = (
            ("SELECT key, id FROM keys JOIN models USING (n) WHERE way = 'is' AND key IN", keys),
            ("SELECT sha256, id FROM files JOIN models USING (n) WHERE sha256 IN", sha256s),
        )
        found: dict[str, dict[str, None]] = {}
        for query, wanted in queries:
            usable = " AND json_extract(summary, '$.state') IN ('present', 'unreachable') ORDER BY added_at, id"
            with self._use(writes=False) as db:
                rows = db.execute(f"{query} (SELECT value FROM json_each(?)){usable}", (json.dumps(list(wanted)),))
                for known, model in rows:
                    found.setdefault(str(known), {})[str(model)] = None
        return {known: list(models) for known, models in found.items()}

    def wanting(self, key: str) -> list[dict[str, Any]]:
        """Summaries of the models whose relations name this key."""
        return self._summaries("SELECT n FROM keys WHERE way = 'wants' AND key = ?", key)

    def _summaries(self, numbers: str, value: str) -> list[dict[str, Any]]:
        query = f"SELECT summary FROM models WHERE n IN ({numbers}) ORDER BY added_at, id LIMIT {_MOST_RELATED}"
        with self._use(writes=False) as db:
            return [json.loads(str(row[0])) for row in db.execute(query, (value,))]

    def places(self, root: str | None = LIBRARY) -> dict[str, str]:
        """Place → model id of everything in a root, or of everything there is."""
        clause, values = ("WHERE root = ?", (root,)) if root is not None else ("", ())
        with self._use(writes=False) as db:
            return {
                str(place): str(model) for place, model in db.execute(f"SELECT place, id FROM models {clause}", values)
            }

    def below(self, root: str, path: str = "") -> list[tuple[str, int, int]]:
        """Place, number and bytes of every model below a folder of a root; what is missing has no bytes."""
        query, values = "SELECT place, n FROM models WHERE root = ?", [root]
        if path:
            query += " AND place > ? AND place < ?"
            values += [f"{path}/", f"{path}0"]  # the sign that follows the slash
        with self._use(writes=False) as db:
            rows: list[tuple[Any, ...]] = db.execute(query, values).fetchall()
        sizes, gone = self._finder.sizes(), self._finder.members(("state", "missing"))
        if not gone:
            return [(place, n, sizes.get(n, 0)) for place, n in rows]
        return [(place, n, 0 if n in gone else sizes.get(n, 0)) for place, n in rows]

    def summaries_at(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Summaries of the models with these numbers, in their order."""
        found: dict[int, str] = {}
        for start in range(0, len(numbers), 500):
            asked = json.dumps(list(numbers[start : start + 500]))
            with self._use(writes=False) as db:
                query = "SELECT n, summary FROM models WHERE n IN (SELECT value FROM json_each(?))"
                found |= {int(str(n)): str(told) for n, told in db.execute(query, (asked,))}
        return [json.loads(found[n]) for n in numbers if n in found]

    def summaries_of(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Summaries of those of these models that there are, in their order."""
        query = "SELECT id, summary FROM models WHERE id IN (SELECT value FROM json_each(?))"
        found: dict[str, str] = {}
        for start in range(0, len(ids), 500):
            asked = json.dumps(list(ids[start : start + 500]))
            with self._use(writes=False) as db:
                found |= {str(model): str(told) for model, told in db.execute(query, (asked,))}
        return [json.loads(found[model]) for model in ids if model in found]

    def count_in(self, root: str) -> int:
        """How many models a root holds."""
        with self._use(writes=False) as db:
            row = db.execute("SELECT count(*) FROM models WHERE root = ?", (root,)).fetchone()
        return int(str(row[0])) if row else 0

    def every(self, root: str | None = None) -> Iterator[dict[str, Any]]:
        """Every record, in order of ids; the index may be changed meanwhile."""
        last = ""
        while True:
            with self._use(writes=False) as db:
                rows = db.execute(
                    "SELECT id, record FROM models WHERE id > ? AND (?2 IS NULL OR root = ?2) ORDER BY id LIMIT 200",
                    (last, root),
                ).fetchall()
            if not rows:
                return
            last = str(rows[-1][0])
            yield from (json.loads(str(record)) for _, record in rows)

    def homes(self) -> Iterator[tuple[str, str, str, str]]:
        """Id, root, place and home of every model, in order of ids; the index may be changed meanwhile."""
        last = ""
        while True:
            with self._use(writes=False) as db:
                rows = db.execute(
                    "SELECT id, root, place, json_extract(record, '$.home') FROM models WHERE id > ?"
                    " ORDER BY id LIMIT 2000",
                    (last,),
                ).fetchall()
            if not rows:
                return
            last = str(rows[-1][0])
            yield from ((str(model), str(root), str(place), str(home)) for model, root, place, home in rows)

    def varied(self, limit: int) -> list[dict[str, Any]]:
        """So many records that differ in kind and family as much as there are different ones."""
        with self._use(writes=False) as db:
            return [json.loads(str(row[0])) for row in db.execute(_VARIED, (limit,))]

    def same_content(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """SHA-256 of every content that more than one file has, with model id and file name of each."""
        query = (
            "SELECT sha256, id, name FROM files JOIN models USING (n) WHERE sha256 IN"
            " (SELECT sha256 FROM files WHERE sha256 IS NOT NULL GROUP BY sha256 HAVING count(*) > 1) ORDER BY 1, 2, 3"
        )
        found: dict[str, list[tuple[str, str]]] = {}
        with self._use(writes=False) as db:
            for sha256, model, name in db.execute(query):
                found.setdefault(str(sha256), []).append((str(model), str(name)))
        return list(found.items())

    def repeated(self) -> tuple[int, int]:
        """Contents that lie in several files, and the bytes of all but one of each; nothing is looked at on a disk.

        Names of one file, as the last scan saw it, count as one; models that are missing or out of reach do not count.
        """
        query = (
            "SELECT f.sha256, f.size, f.n, f.name, s.device, s.inode FROM files f JOIN models m USING (n)"
            " LEFT JOIN seen s ON s.root = m.root AND s.place = m.place AND s.name = f.name AND s.inode <> 0"
            " WHERE f.sha256 IN (SELECT sha256 FROM files WHERE sha256 IS NOT NULL GROUP BY 1 HAVING count(*) > 1)"
        )
        away = self._finder.members(("state", "missing")) | self._finder.members(("state", "unreachable"))
        found: dict[str, tuple[int, set[tuple[Any, ...]]]] = {}
        with self._use(writes=False) as db:
            for sha256, size, n, name, device, inode in db.execute(query):
                if int(str(n)) not in away:
                    at = (device, inode) if inode is not None else (n, name)
                    found.setdefault(str(sha256), (int(str(size)), set()))[1].add(at)
        won = [(len(places) - 1) * size for size, places in found.values() if len(places) > 1]
        return len(won), sum(won)

    def outdated(self) -> list[tuple[str, str]]:
        """Models of which a source has listed a newer version that is not here, each with the key of that one."""
        query = (
            "SELECT id, k.key FROM keys k JOIN models USING (n) WHERE k.way = 'newer'"
            " AND NOT EXISTS (SELECT 1 FROM keys o WHERE o.key = k.key AND o.way = 'is') ORDER BY added_at DESC, id"
        )
        with self._use(writes=False) as db:
            return [(str(model), str(key)) for model, key in db.execute(query)]

    def set_state(self, root: str, state: str, places: Iterable[str] | None = None) -> int:
        """Says of models, or of a whole root, whether they are present, missing or unreachable; how many changed."""
        query = (
            "SELECT n, value FROM models JOIN members USING (n) JOIN terms USING (t) WHERE root = ?1"
            " AND facet = 'state' AND value <> ?2 AND (?3 IS NULL OR place IN (SELECT value FROM json_each(?3)))"
        )
        asked = None if places is None else json.dumps(list(places))
        with self._use() as db:
            rows = [(int(str(n)), str(old)) for n, old in db.execute(query, (root, state, asked))]
            listed = json.dumps([n for n, _ in rows])
            for statement in _STATEMENTS_OF_STATE:
                db.execute(statement, {"state": state, "term": self._term(db, ("state", state)), "models": listed})
        after = frozenset({("state", state)})
        self._finder.take([Change(n, frozenset({("state", old)}), after) for n, old in rows])
        return len(rows)

    def set_lists(self, of: Mapping[str, tuple[str, ...]]) -> list[str]:
        """Says of every model, by its id, in which lists it is, and of those that come later; whose lists changed."""
        query = (
            "WITH meant AS (SELECT n FROM terms JOIN members USING (t) WHERE facet = 'list' AND value <> ?1"
            " UNION SELECT n FROM models WHERE id IN (SELECT value FROM json_each(?2)))"
            " SELECT n, id, value FROM meant CROSS JOIN models USING (n) CROSS JOIN members USING (n)"
            " JOIN terms USING (t) WHERE facet = 'list'"
        )
        before: dict[tuple[int, str], set[str]] = {}
        with self._use() as db:
            self._lists = of
            for n, model, value in db.execute(query, (NONE, json.dumps(list(of)))):
                before.setdefault((int(str(n)), str(model)), set()).add(str(value))
            changes = []
            for (n, model), had in before.items():
                has = set(of.get(model, ())) or {NONE}
                if has != had:
                    self._put_lists(db, n, had, has)
                    was, now = ({("list", name) for name in names} for names in (had, has))
                    changes.append((model, Change(n, frozenset(was), frozenset(now))))
        if changes:
            self._finder.take([change for _, change in changes])
        return [model for model, _ in changes]

    def _put_lists(self, db: apsw.Connection, n: int, had: set[str], has: set[str]) -> None:
        terms = [(self._term(db, ("list", name)), n) for name in had]
        db.executemany("DELETE FROM members WHERE t = ? AND n = ?", terms)
        db.executemany("INSERT INTO members VALUES (?,?)", [(self._term(db, ("list", name)), n) for name in has])
        names = json.dumps(sorted(has - {NONE}), ensure_ascii=False)
        db.execute(
            "UPDATE models SET record = json_set(record, '$.lists', json(:names)),"
            " summary = json_set(summary, '$.lists', json(:names)) WHERE n = :n",
            {"names": names, "n": n},
        )

    def is_unreachable(self, root: str) -> bool:
        """Whether something of a root was unreachable when somebody looked last."""
        query = (
            "SELECT 1 FROM models JOIN members USING (n) JOIN terms USING (t)"
            " WHERE root = ? AND facet = 'state' AND value = 'unreachable' LIMIT 1"
        )
        with self._use(writes=False) as db:
            return db.execute(query, (root,)).fetchone() is not None

    def revive(self, root: str) -> int:
        """Says of what was unreachable in a root that it is there again; how many."""
        query = (
            "SELECT place FROM models JOIN members USING (n) JOIN terms USING (t)"
            " WHERE root = ? AND facet = 'state' AND value = 'unreachable'"
        )
        with self._use(writes=False) as db:
            places = [str(row[0]) for row in db.execute(query, (root,))]
        return self.set_state(root, "present", places) if places else 0

    # -------------------------------------------------------------------------------------------------------- seen

    def seen_in(self, root: str, folder: str) -> dict[str, Seen]:
        """The files that were seen in a folder, by name."""
        with self._use(writes=False) as db:
            rows = db.execute("SELECT * FROM seen WHERE root = ? AND folder = ?", (root, folder)).fetchall()
        return {str(row[2]): _seen(row) for row in rows}

    def seen_folders(self, root: str, below: str = "") -> list[str]:
        """The folders of a root, or below one of its folders, in which something was seen."""
        with self._use(writes=False) as db:
            rows = db.execute(
                "SELECT DISTINCT folder FROM seen WHERE root = ? AND (?2 = '' OR folder = ?2 OR folder GLOB ?3)",
                (root, below, _glob(below) + "/*"),
            ).fetchall()
        return [str(row[0]) for row in rows]

    def seen_at(self, root: str, place: str) -> list[Seen]:
        """The files that were seen of the model at a place."""
        with self._use(writes=False) as db:
            return [_seen(r) for r in db.execute("SELECT * FROM seen WHERE root = ? AND place = ?", (root, place))]

    def seen_inode(self, inode: int, size: int) -> list[Seen]:
        """Files that were seen with this inode and size: where a file was before it was renamed."""
        with self._use(writes=False) as db:
            return [_seen(r) for r in db.execute("SELECT * FROM seen WHERE inode = ? AND size = ?", (inode, size))]

    def waiting_for(self, wave: str, root: str | None = None, limit: int = 500, after: int = -1) -> list[Seen]:
        """Files that have come only as far as `wave`, the smallest first, from a size on."""
        query = "SELECT * FROM seen WHERE wave = ? AND size > ? AND (?3 IS NULL OR root = ?3) ORDER BY size LIMIT ?"
        with self._use(writes=False) as db:
            return [_seen(row) for row in db.execute(query, (wave, after, root, limit))]

    def count_waiting(self, wave: str) -> tuple[int, int]:
        """How many files have come only as far as `wave`, and their bytes."""
        with self._use(writes=False) as db:
            row = db.execute("SELECT count(*), coalesce(sum(size), 0) FROM seen WHERE wave = ?", (wave,)).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def note_seen(self, files: Iterable[Seen]) -> None:
        """Remembers files as they were seen."""
        with self._use() as db:
            db.executemany(f"INSERT OR REPLACE INTO seen VALUES ({','.join('?' * 11)})", list(files))

    def forget_seen(self, files: Iterable[Seen]) -> None:
        """Forgets files that are not where they were seen."""
        with self._use() as db:
            db.executemany(
                "DELETE FROM seen WHERE root = ? AND folder = ? AND name = ?",
                [(file.root, file.folder, file.name) for file in files],
            )

    def look_anew(self, root: str) -> None:
        """Forgets what the files of a root looked like, so that the next scan describes every model again."""
        with self._use() as db:
            db.execute("DELETE FROM seen WHERE root = ?", (root,))

    def forget_root(self, root: str) -> None:
        """Forgets everything about a root; its files are not touched."""
        models = list(self.places(root).values())
        for start in range(0, len(models), 500):
            self.remove(*models[start : start + 500])
        with self._use() as db:
            db.execute("DELETE FROM seen WHERE root = ?", (root,))

    # -------------------------------------------------------------------------------------------------------- find

    def find(
        self,
        query: Query | None = None,
        sort: Sort = "added",
        descending: bool = True,
        limit: int = 100,
        cursor: str | None = None,
        facets: bool = False,
        offset: int = 0,
    ) -> Page:
        """A page of what fits, how many there are, the next cursor, and on the first page the facets when asked.

        It begins behind `cursor`, or behind the first `offset` hits.
        """
        return self._finder.find(query or Query(), sort, descending, limit, cursor, facets, offset)

    def find_ids(self, query: Query | None = None, sort: Sort = "added", descending: bool = True) -> list[str]:
        """The id of everything that fits, in order."""
        return self._finder.ids(query or Query(), sort, descending)

    def count(self) -> int:
        """How many models there are."""
        return self._finder.count()

    @property
    def version(self) -> int:
        """Another number after every change of a model; it counts from the start of the program."""
        return self._finder.version

    def weights(self) -> dict[str, list[Weight]]:
        """What lies on the disks by kind, family, base model, source and root, and under "" all of it; see `Finder`.

        Models that are missing are left out. A model with two values of one facet is counted under both.
        """
        return self._finder.weights(_WEIGHED, (("state", "missing"), ("state", "not-downloaded")))

    def weight_of(self, term: tuple[str, str]) -> tuple[int, int]:
        """How many models have a facet's value, and the bytes of those that are not missing."""
        members, gone = self._finder.members(term), self._finder.members(("state", "missing"))
        sizes = self._finder.sizes()
        return len(members), sum(sizes.get(n, 0) for n in members - gone)

    def _put(self, db: apsw.Connection, row: Row) -> list[Change]:
        row = with_lists(row, self._lists.get(row.id, ()))
        known, before, gone = _make_room(db, row)
        n = known if known is not None else self._next_number(db)
        db.execute(f"INSERT INTO models VALUES ({','.join('?' * 13)})", (n, *row[:12]))
        db.executemany("INSERT OR REPLACE INTO files VALUES (?,?,?,?,?)", [(n, *file) for file in row.files])
        db.execute("INSERT INTO parts (rowid, name, rest) VALUES (?,?,?)", (n, row.name, row.rest))
        db.execute("INSERT INTO words (rowid, text) VALUES (?,?)", (n, row.words))
        new, old = row.facets - before, before - row.facets
        db.executemany("INSERT OR IGNORE INTO members VALUES (?,?)", [(self._term(db, term), n) for term in new])
        db.executemany("DELETE FROM members WHERE t = ? AND n = ?", [(self._term(db, term), n) for term in old])
        db.executemany("INSERT OR IGNORE INTO keys (way, key, n) VALUES (?,?,?)", [(*key, n) for key in row.keys])
        return [*gone, Change(n, before, row.facets)]

    def _next_number(self, db: apsw.Connection) -> int:
        """A number that no model has; small ones keep the bitmaps small."""
        if not self._last:
            row = db.execute("SELECT coalesce(max(n), 0) FROM models").fetchone()
            self._last = int(str(row[0])) if row else 0
        self._last += 1
        return self._last

    def _term(self, db: apsw.Connection, term: tuple[str, str]) -> int:
        """The number of a facet's value; numbers once given are kept, so they may be remembered."""
        known = self._terms.get(term)
        if known is None:
            db.execute("INSERT OR IGNORE INTO terms (facet, value) VALUES (?,?)", term)
            row = db.execute("SELECT t FROM terms WHERE facet = ? AND value = ?", term).fetchone()
            known = self._terms[term] = int(str(row[0])) if row else 0
        return known

    def _one(self, query: str, *values: str) -> dict[str, Any] | None:
        with self._use(writes=False) as db:
            row = db.execute(query, values).fetchone()
        return json.loads(str(row[0])) if row else None


_OF_THEM = "n IN (SELECT value FROM json_each(:models))"
_STATEMENTS_OF_STATE = (
    f"UPDATE models SET record = json_set(record, '$.state', :state), summary = json_set(summary, '$.state', :state)"
    f" WHERE {_OF_THEM}",
    f"DELETE FROM members WHERE {_OF_THEM} AND t IN (SELECT t FROM terms WHERE facet = 'state')",
    f"INSERT INTO members SELECT :term, n FROM models WHERE {_OF_THEM}",
)
"""A drive that goes away changes one word of tens of thousands of models."""


def _make_room(db: apsw.Connection, model: Row) -> tuple[int | None, frozenset[tuple[str, str]], list[Change]]:
    """A model's number if it has one, the facets it had, and what goes because it lies at the same place."""
    same = db.execute("SELECT n FROM models WHERE id = ?", (model.id,)).fetchone()
    there = db.execute("SELECT n, id FROM models WHERE root = ? AND place = ?", (model.root, model.place)).fetchone()
    number, before, gone = None, frozenset[tuple[str, str]](), []
    if same is not None:
        number = int(str(same[0]))
        before = _terms(db, number)
        _erase(db, number, members=False)
    if there is not None and str(there[1]) != model.id:
        other = int(str(there[0]))
        gone.append(Change(other, _terms(db, other), None))
        _erase(db, other, members=True)
    return number, before, gone


def _remove(db: apsw.Connection, identity: str) -> Change | None:
    row = db.execute("SELECT n FROM models WHERE id = ?", (identity,)).fetchone()
    if row is None:
        return None
    n = int(str(row[0]))
    before = _terms(db, n)
    _erase(db, n, members=True)
    return Change(n, before, None)


def _erase(db: apsw.Connection, n: int, *, members: bool) -> None:
    for statement in (
        "DELETE FROM models WHERE n = ?",
        "DELETE FROM files WHERE n = ?",
        "DELETE FROM parts WHERE rowid = ?",
        "DELETE FROM words WHERE rowid = ?",
        "DELETE FROM keys WHERE n = ?",
        *(("DELETE FROM members WHERE n = ?",) if members else ()),
    ):
        db.execute(statement, (n,))


def _terms(db: apsw.Connection, n: int) -> frozenset[tuple[str, str]]:
    rows = db.execute("SELECT facet, value FROM members JOIN terms USING (t) WHERE n = ?", (n,))
    return frozenset((str(facet), str(value)) for facet, value in rows)


def _seen(row: tuple[Any, ...]) -> Seen:
    root, folder, name, place, size, mtime, inode, device, link, beside, wave = row
    return Seen(root, folder, name, place, size, mtime, inode, device, bool(link), beside, wave)


def _glob(text: str) -> str:
    """Text for GLOB in which nothing is special."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in text)
