"""Which models are meant, as parameters of an address say it: shared by all that list or name many at once."""

from typing import Annotated, Literal

from fastapi import Query

from modella.core import query as asking
from modella.core.query import Sort

Values = Annotated[tuple[str, ...], Query()]
_WORDS = "Words, and rules such as `kind:lora -tag:photo size:>2gb`."


class Asked:
    """A question for models and the order of what is found: a dependency, so that its parameters are written once."""

    def __init__(
        self,
        q: Annotated[str, Query(max_length=500, description=_WORDS)] = "",
        kind: Values = (),
        family: Values = (),
        base_model: Values = (),
        tag: Values = (),
        list_: Annotated[tuple[str, ...], Query(alias="list")] = (),
        source: Values = (),
        state: Values = (),
        creator: Values = (),
        file_format: Annotated[tuple[str, ...], Query(alias="format")] = (),
        precision: Values = (),
        nsfw: Values = (),
        license_: Annotated[tuple[str, ...], Query(alias="license")] = (),
        root: Values = (),
        trust: Values = (),
        rating: Values = (),
        favorite: Values = (),
        conflict: Values = (),
        size: Values = (),
        added_at: Values = (),
        id_end: Annotated[str | None, Query(min_length=4, max_length=26, pattern="^[0-9a-z]+$")] = None,
        sort: Sort = "added",
        order: Literal["asc", "desc"] | None = None,
    ) -> None:
        given = {"kind": kind, "family": family, "base_model": base_model, "tag": tag, "list": list_, "source": source}
        given |= {"state": state, "creator": creator, "format": file_format, "precision": precision, "nsfw": nsfw}
        given |= {"license": license_, "root": root, "trust": trust, "rating": rating, "favorite": favorite}
        given |= {"conflict": conflict}
        self.query = asking.read_query(q, {**given, "size": size, "added_at": added_at})
        self.id_end = id_end
        self.sort: Sort = sort
        self.descending = order == "desc" if order else sort != "name"
