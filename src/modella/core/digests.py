"""Digests of a file as one value that can be read leniently, combined and compared."""

import re
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

LENGTHS = {
    "sha256": (64,),
    "blake3": (64,),
    "autov1": (8,),
    "autov2": (10,),
    "autov3": (12, 64),
    "crc32": (8,),
    "git_sha1": (40,),
}
"""Hex digits of each digest; AutoV3 was published with 64 digits until 2024."""

_EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_HEX = re.compile(r"[0-9a-f]+")


class Digests(BaseModel):
    """Lower-case hex digests; what is missing, malformed, masked or the hash of nothing reads as None."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sha256: str | None = None
    blake3: str | None = None
    autov1: str | None = None
    autov2: str | None = None
    autov3: str | None = None
    crc32: str | None = None
    git_sha1: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_leniently(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return {}
        return {name: clean(name, data.get(name)) for name in LENGTHS}

    @classmethod
    def read(cls, data: Any) -> Self:
        """Digests from a source's free spelling of names (`SHA256`, `AutoV2`, ...)."""
        if not isinstance(data, dict):
            return cls()
        return cls.model_validate({str(name).lower(): value for name, value in data.items()})

    def or_else(self, other: "Digests") -> "Digests":
        """These digests, the gaps filled from the other."""
        return Digests.model_validate({**other.known(), **self.known()})

    def known(self) -> dict[str, str]:
        """Only the digests that are there."""
        return {name: value for name, value in self.model_dump().items() if value}

    def contradicts(self, actual: "Digests") -> str | None:
        """The strongest digest that both know and that differs: its name, else None."""
        mine, theirs = self.known(), actual.known()
        for name in ("sha256", "blake3", "git_sha1"):
            if name in mine and name in theirs and mine[name] != theirs[name]:
                return name
        return None

    def agrees(self, actual: "Digests") -> str | None:
        """The strongest full digest that both know and that is equal: its name, else None."""
        mine, theirs = self.known(), actual.known()
        return next((n for n in ("sha256", "blake3", "git_sha1") if n in mine and mine[n] == theirs.get(n)), None)


def clean(name: str, value: Any) -> str | None:
    """One digest as lower-case hex, or None when it is no such digest or the hash of nothing."""
    if not isinstance(value, str):
        return None
    text = value.strip().lower().removeprefix("sha256:").removeprefix("0x")
    if len(text) not in LENGTHS[name] or not _HEX.fullmatch(text):
        return None
    return None if name in {"sha256", "autov1", "autov2", "autov3"} and _EMPTY_SHA256.startswith(text) else text
