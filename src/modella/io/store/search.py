"""Finding: FTS5 says which models hold a word, bitmaps say which have a facet, and both are combined in memory.

One bit per model and facet value keeps 100,000 models in a few megabytes and counts every facet in microseconds; the
tables remain the truth, and the bitmaps follow them change by change.
"""

import base64
import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from heapq import nlargest
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import apsw
from pyroaring import BitMap
from rapidfuzz import process
from rapidfuzz.distance import OSA

from modella.core.errors import BadLink, DiskTrouble
from modella.core.query import ALL_OF, FACETS, NONE, Query, Range, Sort
from modella.core.summary import is_unspaced
from modella.io.store.orders import Orders

Term = tuple[str, str]

_COLUMNS: Mapping[str, str] = {
    "added": "added_at",
    "name": "name_key",
    "size": "size",
    "updated": "updated_at",
    "published": "published_at",
    "rating": "rating",
    "match": "added_at",
}
_FEW = 2000
"""Up to so many hits are sorted by themselves; more are met while walking the sorted index."""
_NEAR = 2000
"""A page that begins so near to the top is walked to, unless the order is remembered."""
_VALUES_SHOWN = 40
_VALUES_COUNTED = 400
"""Of each facet; rarer values are counted too as soon as few models fit."""
_FEW_ENOUGH_TO_COUNT = 300
_REMEMBERED = 300
_TRIGRAM = 3
_CORRECTED_FROM = 4
"""Shorter words are never taken for a slip: they are too near to too many others."""


class Page(NamedTuple):
    """A page of summaries as JSON texts, how many models fit, where to go on, facets, and words that were corrected."""

    items: list[str]
    total: int
    next: str | None
    facets: dict[str, list[tuple[str, int]]] | None
    meant: dict[str, str]


class Change(NamedTuple):
    """A model that was stored (`after`) or removed (None): its number, and the facets it had before."""

    n: int
    before: frozenset[Term]
    after: frozenset[Term] | None


class Weight(NamedTuple):
    """A facet's value, how many models have it, and their bytes."""

    value: str
    models: int
    size: int


class Finder:
    """Answers queries on a read-only connection; bitmaps are loaded at the first question."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._connection: apsw.Connection | None = None
        self._bits: dict[Term, BitMap] | None = None
        self._all = BitMap()
        self._known: OrderedDict[tuple[str, bool], BitMap] = OrderedDict()
        self._vocabulary: list[str] | None = None
        self._most: dict[str, list[tuple[str, BitMap]]] | None = None
        self._orders = Orders(self._read)
        self._sizes: dict[int, int] = {}
        self._weighed: dict[str, list[Weight]] | None = None
        self.version = 0
        """Another number after every change."""

    def close(self) -> None:
        """Ends the connection."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def take(self, changes: Iterable[Change]) -> None:
        """Follows what was written."""
        with self._lock:
            self._known.clear()
            self._orders.forget()
            self._sizes, self._weighed = {}, None
            self.version += 1
            self._vocabulary = self._most = None
            if self._bits is None:
                return
            for change in changes:
                self._follow(change, self._bits)

    def count(self) -> int:
        """How many models there are."""
        with self._lock:
            self._load()
            return len(self._all)

    def sizes(self) -> Mapping[int, int]:
        """The bytes of every model by its number; not to be changed."""
        with self._lock:
            if not self._sizes:
                self._sizes = {int(n): int(size) for n, size in self._read("SELECT n, size FROM models", ())}
            return self._sizes

    def members(self, term: Term) -> BitMap:
        """The numbers of the models with a facet's value."""
        with self._lock:
            return self._load().get(term, BitMap()).copy()

    def weights(self, facets: Iterable[str], but: Iterable[Term]) -> dict[str, list[Weight]]:
        """What the models of every value of some facets weigh, the heaviest first, without those of the terms `but`.

        Under the name "" stands what all of them weigh together. Remembered until something changes.
        """
        with self._lock:
            if self._weighed is None:
                bits, sizes = self._load(), self.sizes()
                among = self._all - BitMap.union(*(bits.get(term, BitMap()) for term in but), BitMap())
                told: dict[str, list[Weight]] = {name: [] for name in facets}
                for (name, value), members in bits.items():
                    if name in told and (counted := members & among):
                        told[name].append(_weight(value, counted, sizes))
                for values in told.values():
                    values.sort(key=lambda each: (-each.size, each.value))
                self._weighed = told | {"": [_weight("", among, sizes)]}
            return self._weighed

    def find(
        self, query: Query, sort: Sort, descending: bool, limit: int, cursor: str | None, facets: bool, offset: int
    ) -> Page:
        """A page of what fits; see `Index.find`."""
        with self._lock:
            bits = self._load()
            meant: dict[str, str] = {}
            texts = self._texts(query, meant)
            hits = texts & self._filtered(query, bits)
            groups = self._groups(query, sort, hits, meant)
            if offset:
                rows, more = self._from(offset, query, groups, sort, descending, limit)
            else:
                rows, more = self._page(groups, sort, descending, limit, _read_cursor(cursor, sort, descending))
            counted = self._counted(query, texts, bits) if facets and cursor is None and not offset else None
            return Page([text for _, text in rows], len(hits), more, counted, meant)

    def ids(self, query: Query, sort: Sort, descending: bool) -> list[str]:
        """The id of everything that fits, in order."""
        with self._lock:
            bits = self._load()
            meant: dict[str, str] = {}
            hits = self._texts(query, meant) & self._filtered(query, bits)
            groups = self._groups(query, sort, hits, meant)
            key = (query.key, sort, descending)
            return self._orders.names(self._orders.of(key, groups, _COLUMNS[sort], descending))

    # ------------------------------------------------------------------------------------------------------- hits

    def _texts(self, query: Query, meant: dict[str, str]) -> BitMap:
        """Models that hold every word and none of the unwanted ones."""
        hits = self._all.copy()
        for word in query.words:
            hits &= self._holding(word) or self._corrected(word, meant)
        for word in query.without:
            hits -= self._holding(word)
        for name, bounds in query.ranges.items():
            hits &= self._between(name, bounds)
        return hits

    def _filtered(self, query: Query, bits: Mapping[Term, BitMap], apart_from: str | None = None) -> BitMap:
        """Models whose facets are as wanted; one facet may be left out, to count what else it offers."""
        hits = self._all.copy()
        for name, values in query.include.items():
            if name == apart_from and name not in ALL_OF:
                continue
            sets = [bits.get((name, value)) or _folded(bits, name, value) for value in sorted(values)]
            if name in ALL_OF:
                for each in sets:
                    hits &= each
            else:
                hits &= BitMap.union(*sets)
        for name, values in query.exclude.items():
            for value in values:
                hits -= bits.get((name, value)) or _folded(bits, name, value)
        return hits

    def _holding(self, word: str, *, in_name: bool = False) -> BitMap:
        """Models that hold the word as a part of something; words of one or two letters as a beginning."""
        word = word.replace("\0", "").encode("utf-8", "ignore").decode()
        known = self._known.get((word, in_name))
        if known is None:
            if len(word) >= _TRIGRAM:
                quoted = '"' + word.replace('"', '""') + '"'
                sql, asked = "SELECT group_concat(rowid) FROM parts WHERE parts MATCH ?", quoted
                asked = f"name : {asked}" if in_name else asked
            else:
                plain = "".join(c for c in word if c.isalnum())
                sql, asked = "SELECT group_concat(rowid) FROM words WHERE words MATCH ?", f'"{plain}"'
                asked += "" if is_unspaced(word) else "*"
            known = (
                self._numbers(sql, (asked,)) if any(c.isalnum() for c in word) or len(word) >= _TRIGRAM else BitMap()
            )
            self._known[word, in_name] = known
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return known

    def _corrected(self, word: str, meant: dict[str, str]) -> BitMap:
        """Models that hold the known word nearest to one that nothing holds."""
        if len(word) < _CORRECTED_FROM or is_unspaced(word):
            return BitMap()
        if self._vocabulary is None:
            rows = self._read("SELECT term FROM vocabulary WHERE length(term) BETWEEN 4 AND 24", ())
            self._vocabulary = [str(row[0]) for row in rows]
        slips = 1 if len(word) < 7 else 2
        best = process.extractOne(word, self._vocabulary, scorer=OSA.distance, score_cutoff=slips)
        if best is None:
            return BitMap()
        meant[word] = str(best[0])
        return self._holding(str(best[0]))

    def _between(self, name: str, bounds: Range) -> BitMap:
        """Models whose number or date lies within bounds; what has none lies nowhere."""
        clauses = [f"{name} NOT IN ('', 0)"] if name != "size" else ["1"]
        values: list[Any] = []
        for sign, bound in ((">=", bounds.low), ("<=", bounds.high)):
            if bound is not None:
                clauses.append(f"{name} {sign} ?")
                values.append(bound)
        return self._numbers(f"SELECT group_concat(n) FROM models WHERE {' AND '.join(clauses)}", tuple(values))

    # -------------------------------------------------------------------------------------------------------- page

    def _groups(self, query: Query, sort: Sort, hits: BitMap, meant: Mapping[str, str]) -> list[BitMap]:
        """For the order `match`: first what is called so, then the rest."""
        if sort != "match" or not query.words:
            return [hits]
        named = hits.copy()
        for word in query.words:
            named &= self._holding(meant.get(word, word), in_name=True)
        return [named, hits - named]

    def _page(
        self, groups: list[BitMap], sort: Sort, descending: bool, limit: int, start: "_Cursor | None"
    ) -> tuple[list[tuple[int, str]], str | None]:
        found: list[tuple[int, Any, str]] = []
        group = start.group if start else 0
        for number, hits in enumerate(groups):
            if number < group or not hits:
                continue
            after = start if start and number == group else None
            for n, key, identity in self._sorted(hits, sort, descending, after, limit + 1 - len(found)):
                found.append((n, key, identity))
                if len(found) == limit:
                    group_of_last, last = number, (key, identity)
                if len(found) > limit:
                    more = _cursor(_Cursor(sort, descending, group_of_last, *last))
                    return self._summaries([n for n, *_ in found[:limit]]), more
        return self._summaries([n for n, *_ in found]), None

    def _from(
        self, offset: int, query: Query, groups: list[BitMap], sort: Sort, descending: bool, limit: int
    ) -> tuple[list[tuple[int, str]], str | None]:
        """The page that begins behind so many hits."""
        key = (query.key, sort, descending)
        if offset + limit <= _NEAR and self._orders.known(key) is None:
            rows, more = self._page(groups, sort, descending, offset + limit, None)
            return rows[offset:], more
        order = self._orders.of(key, groups, _COLUMNS[sort], descending)
        numbers = list(order[offset : offset + limit])
        more = self._behind(numbers[-1], groups, sort, descending) if offset + limit < len(order) else None
        return self._summaries(numbers), more

    def _behind(self, n: int, groups: list[BitMap], sort: Sort, descending: bool) -> str | None:
        """The cursor that goes on behind a model."""
        row = next(iter(self._read(f"SELECT {_COLUMNS[sort]}, id FROM models WHERE n = ?", (n,))), None)
        group = next((number for number, hits in enumerate(groups) if n in hits), 0)
        return _cursor(_Cursor(sort, descending, group, row[0], str(row[1]))) if row else None

    def _sorted(
        self, hits: BitMap, sort: Sort, descending: bool, after: "_Cursor | None", limit: int
    ) -> Iterator[tuple[int, Any, str]]:
        """Number, sort key and id of hits in order, from behind the cursor."""
        column, way, sign = _COLUMNS[sort], "DESC" if descending else "ASC", "<" if descending else ">"
        where = f"WHERE ({column}, id) {sign} (?, ?)" if after else ""
        values: tuple[Any, ...] = (after.key, after.id) if after else ()
        order = f"ORDER BY {column} {way}, id {way}"
        if len(hits) <= _FEW:
            chosen = f"{'AND' if where else 'WHERE'} n IN (SELECT value FROM json_each(?))"
            # The plus keeps SQLite from walking the whole sorted index for a few rows.
            query = f"SELECT n, {column}, id FROM models NOT INDEXED {where} {chosen} {order} LIMIT ?"
            yield from self._read(query, (*values, json.dumps(list(hits)), limit))
            return
        for row in self._read(f"SELECT n, {column}, id FROM models {where} {order}", values):
            if row[0] in hits:
                yield row
                limit -= 1
                if not limit:
                    return

    def _summaries(self, numbers: list[int]) -> list[tuple[int, str]]:
        rows = self._read(
            "SELECT n, summary FROM models WHERE n IN (SELECT value FROM json_each(?))", (json.dumps(numbers),)
        )
        texts = {int(n): str(text) for n, text in rows}
        return [(n, texts[n]) for n in numbers if n in texts]

    # ------------------------------------------------------------------------------------------------------ facets

    def _counted(self, query: Query, texts: BitMap, bits: Mapping[Term, BitMap]) -> dict[str, list[tuple[str, int]]]:
        """The most frequent values of every facet; a facet that is filtered by offers its other values too."""
        whole = texts & self._filtered(query, bits)
        exact = self._counted_exactly(whole) if len(whole) <= _FEW_ENOUGH_TO_COUNT else None
        counted: dict[str, list[tuple[str, int]]] = {}
        for name, values in self._ranked(bits).items():
            if name in query.include:
                among = texts & self._filtered(query, bits, name)
                counted[name] = _most_frequent(values, among)
            else:
                counted[name] = _in_order(exact.get(name, [])) if exact is not None else _most_frequent(values, whole)
        return counted

    def _counted_exactly(self, hits: BitMap) -> dict[str, list[tuple[str, int]]]:
        found: dict[str, list[tuple[str, int]]] = {}
        sql = (
            "SELECT facet, value, count(*) FROM members JOIN terms USING (t)"
            " WHERE n IN (SELECT value FROM json_each(?)) GROUP BY t"
        )
        for facet, value, count in self._read(sql, (json.dumps(list(hits)),)):
            found.setdefault(str(facet), []).append((str(value), int(count)))
        return found

    def _ranked(self, bits: Mapping[Term, BitMap]) -> dict[str, list[tuple[str, BitMap]]]:
        """The values of each facet that most models have."""
        if self._most is None:
            by_name: dict[str, list[tuple[int, str, BitMap]]] = {name: [] for name in FACETS}
            for (name, value), members in bits.items():
                by_name[name].append((len(members), value, members))
            self._most = {
                name: [(value, members) for _, value, members in nlargest(_VALUES_COUNTED, values, key=itemgetter(0))]
                for name, values in by_name.items()
            }
        return self._most

    # ----------------------------------------------------------------------------------------------------- reading

    def _load(self) -> dict[Term, BitMap]:
        if self._bits is None:
            bits: dict[Term, BitMap] = {}
            rows = self._read("SELECT facet, value, group_concat(n) FROM terms JOIN members USING (t) GROUP BY t", ())
            for facet, value, numbers in rows:
                bits[str(facet), str(value)] = BitMap(map(int, str(numbers).split(",")))
            self._all = self._numbers("SELECT group_concat(n) FROM models", ())
            self._bits = bits
        return self._bits

    def _follow(self, change: Change, bits: dict[Term, BitMap]) -> None:
        after = change.after or frozenset()
        for term in change.before - after:
            members = bits.get(term)
            if members is not None:
                members.discard(change.n)
                if not members:
                    del bits[term]
        for term in after - change.before:
            bits.setdefault(term, BitMap()).add(change.n)
        (self._all.discard if change.after is None else self._all.add)(change.n)

    def _numbers(self, sql: str, values: tuple[Any, ...]) -> BitMap:
        row = next(iter(self._read(sql, values)), None)
        return BitMap(map(int, str(row[0]).split(","))) if row and row[0] is not None else BitMap()

    def _read(self, sql: str, values: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        if self._connection is None:
            self._connection = apsw.Connection(str(self._path), flags=apsw.SQLITE_OPEN_READONLY)
            self._connection.set_busy_timeout(10_000)
        try:
            yield from self._connection.execute(sql, values)
        except (apsw.CorruptError, apsw.NotADBError, apsw.IOError) as problem:
            raise DiskTrouble("database-unreadable", path=str(self._path), reason=str(problem)) from problem


class _Cursor(NamedTuple):
    sort: str
    descending: bool
    group: int
    key: Any
    id: str


def _cursor(place: _Cursor) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _read_cursor(text: str | None, sort: Sort, descending: bool) -> _Cursor | None:
    if not text:
        return None
    try:
        found = _Cursor(*json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))
        fits = (found.sort, found.descending) == (sort, descending) and isinstance(found.group, int)
        is_number = isinstance(found.key, int | float) and abs(found.key) < 1 << 63
        if fits and (is_number or _is_text(found.key)) and _is_text(found.id):
            return found
    except (ValueError, TypeError, UnicodeDecodeError, RecursionError):
        pass
    raise BadLink("bad-value", name="cursor", value=text[:40], reason="not a cursor of this list")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.encode("utf-8", "ignore").decode() == value


def _folded(bits: Mapping[Term, BitMap], name: str, value: str) -> BitMap:
    """Values that differ only by case count as one for whoever types them."""
    wanted = value.casefold()
    found = [members for (facet, each), members in bits.items() if facet == name and each.casefold() == wanted]
    return BitMap.union(*found) if found else BitMap()


def _weight(value: str, members: BitMap, sizes: Mapping[int, int]) -> Weight:
    return Weight(value, len(members), sum(sizes.get(n, 0) for n in members))


def _most_frequent(values: Iterable[tuple[str, BitMap]], among: BitMap) -> list[tuple[str, int]]:
    return _in_order([(value, members.intersection_cardinality(among)) for value, members in values])


def _in_order(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """The most frequent first, «none» last."""
    there = (each for each in counts if each[1])
    return sorted(there, key=lambda each: (each[0] == NONE, -each[1], each[0]))[:_VALUES_SHOWN]
