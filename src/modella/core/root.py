"""A root: one folder tree that models lie in. The library's own folder is one; others are adopted where they are."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

LIBRARY = ""
"""The id of the library's own root."""


class Root(BaseModel):
    """`path` is absolute. `sidecars` says where our records of adopted files go: beside them, or into the library.

    `marked` tells that its marker could be written: without it the drive is there, and the marker is not, an empty
    mount point is taken for what it is. `watched` roots are looked at as soon as something changes in them.
    """

    model_config = ConfigDict(extra="allow")

    id: str
    path: str
    sidecars: Literal["beside", "central"] = "beside"
    marked: bool = True
    watched: bool = True
    added_at: str = ""

    @property
    def is_library(self) -> bool:
        """Whether this is the library's own folder."""
        return self.id == LIBRARY
