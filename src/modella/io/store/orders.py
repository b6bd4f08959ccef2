"""Which model comes at which place of a sorted list: remembered, so that a page far down costs as little as the first.

Each order by a column is read once for all models; that of a query is what of it fits. Any change forgets them all.
"""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any

from pyroaring import BitMap

_REMEMBERED = 8
"""Orders of queries; each takes four bytes a model."""


class Orders:
    """Numbers of models in order. `read` asks the index; whoever calls sees to it that only one does at a time."""

    def __init__(self, read: Callable[[str, tuple[Any, ...]], Iterator[tuple[Any, ...]]]) -> None:
        self._read = read
        self._by_column: dict[str, array[int]] = {}
        self._of_queries: OrderedDict[Hashable, array[int]] = OrderedDict()

    def forget(self) -> None:
        """Something has changed."""
        self._by_column.clear()
        self._of_queries.clear()

    def known(self, key: Hashable) -> "array[int] | None":
        """The remembered order of a query."""
        found = self._of_queries.get(key)
        if found is not None:
            self._of_queries.move_to_end(key)
        return found

    def of(self, key: Hashable, groups: Sequence[BitMap], column: str, descending: bool) -> "array[int]":
        """The order of a query's hits: group after group, each by the column, and by id where that is the same."""
        found = self.known(key)
        if found is None:
            ranked: Sequence[int] = self._ranked(column)
            if descending:
                ranked = ranked[::-1]
            found = array("I", [n for hits in groups if hits for n in ranked if n in hits])
            self._of_queries[key] = found
            while len(self._of_queries) > _REMEMBERED:
                self._of_queries.popitem(last=False)
        return found

    def names(self, numbers: Sequence[int]) -> list[str]:
        """The ids of models, in the order of their numbers; what has gone meanwhile is left out."""
        ids: Mapping[int, str] = dict(self._read("SELECT n, id FROM models", ()))
        return [ids[n] for n in numbers if n in ids]

    def _ranked(self, column: str) -> "array[int]":
        if column not in self._by_column:
            sql = f"SELECT group_concat(n) FROM (SELECT n FROM models ORDER BY {column}, id)"
            row = next(iter(self._read(sql, ())), None)
            told = str(row[0]) if row and row[0] is not None else ""
            self._by_column[column] = array("I", map(int, told.split(",")) if told else ())
        return self._by_column[column]
