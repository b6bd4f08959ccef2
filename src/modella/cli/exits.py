"""The exit status of every kind of error: one table, shown in the documentation."""

from modella.core.errors import (
    AccessNeeded,
    BadContent,
    BadLink,
    Conflict,
    DiskTrouble,
    Failed,
    Mismatch,
    ModellaError,
    NetworkTrouble,
    NoSpace,
    NotFound,
    Refused,
)

DONE = 0
FAILED = 1
NOT_FOUND = 3
INTERRUPTED = 130

EXITS: dict[type[ModellaError], int] = {
    Failed: FAILED,
    BadContent: FAILED,
    DiskTrouble: FAILED,
    Conflict: FAILED,
    BadLink: 2,
    NotFound: NOT_FOUND,
    AccessNeeded: 4,
    Mismatch: 5,
    NoSpace: 6,
    Refused: 7,
    NetworkTrouble: 8,
}
"""0 done, 1 failed, 2 usage, 3 not found, 4 login or access, 5 mismatch, 6 no space, 7 refused, 8 network."""


def exit_for(problem: ModellaError) -> int:
    """The exit status for an error."""
    return EXITS[type(problem)]
