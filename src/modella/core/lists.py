"""A list: models of any sort under a name that a person gives, as `.modella/lists/<name>.json` keeps it."""

import unicodedata
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from modella.core.errors import BadLink
from modella.core.naming import name_key, shown
from modella.core.query import NONE

SCHEMA = 1
LONGEST_NAME = 100
MOST_ENTRIES = 100_000
_SIGNS = frozenset('/\\|"')
"""Signs that mean something in addresses and in queries."""


class ListEntry(BaseModel):
    """Something in a list, by its id; other keys survive. `name` is what it was called when it was added."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(min_length=1, max_length=200)
    name: str | None = None
    added_at: str | None = None


class NamedList(BaseModel):
    """A list with its entries in the order in which they came. What is not in the library stays in it."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    schema_version: int = Field(default=SCHEMA, alias="schema")
    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    note: str | None = None
    created_at: str = ""
    updated_at: str = ""
    entries: list[ListEntry] = Field(default_factory=list, max_length=MOST_ENTRIES)

    @property
    def ids(self) -> list[str]:
        """The ids of its entries."""
        return [each.id for each in self.entries]

    def dumped(self) -> dict[str, Any]:
        """As it is written."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def checked_name(text: str) -> str:
    """A name for a list, freed from blanks around it. BadLink("bad-value") for one that could not be asked for."""
    name = " ".join(text.split())
    strange = any(unicodedata.category(c) in {"Cc", "Cs", "Cf"} for c in name)
    reason = None
    if not 0 < len(name) <= LONGEST_NAME or strange or not name_key(name):
        reason = f"a name has 1 to {LONGEST_NAME} visible characters"
    elif _SIGNS & set(name) or name.startswith(("!", "-")):
        reason = 'a name holds none of / \\ | " and begins with neither ! nor -'
    elif name_key(name) == NONE:
        reason = "this word stands for models that are in no list"
    if reason:
        raise BadLink("bad-value", name="name", value=shown(text, 80), reason=reason)
    return name
