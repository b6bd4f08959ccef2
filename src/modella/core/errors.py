"""The one family of errors: a code, the facts, and whether trying again may help.

ModellaError
├── BadLink         the pasted text cannot become a download
├── NotFound        it is not there (any more)
├── AccessNeeded    it is there, but not for us: log in, ask, pay, wait
├── Mismatch        bytes are not what was published
├── BadContent      what came is no model at all
├── NoSpace         the disk cannot hold it
├── DiskTrouble     the disk said no for another reason
├── Refused         our own rules forbid it
├── NetworkTrouble  the way there is broken
├── Conflict        two wishes for one thing
└── Failed          something broke that should not

The sentence a person reads is a translation of code + facts (`locales/`). The command line turns the class into
an exit status (`cli/exits.py`), the API into a status (`api/answers.py`), in one table each.
"""

from typing import Any, ClassVar


class ModellaError(Exception):
    """What went wrong, as a code and facts; `retry` says whether the same wish may succeed later."""

    codes: ClassVar[dict[str, bool]] = {}
    """Each code of this branch, and whether trying again may help."""

    def __init__(self, code: str, **facts: Any) -> None:
        if code not in self.codes:
            raise ValueError(f"{type(self).__name__} has no code {code!r}")
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    @property
    def retry(self) -> bool:
        """Whether the same wish may succeed later without anything being changed."""
        return self.codes[self.code]

    @property
    def plain_facts(self) -> dict[str, str | int | float]:
        """The facts that are plain values: for lists of what could not be done."""
        return {name: value for name, value in self.facts.items() if isinstance(value, str | int | float)}

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} ({facts})" if facts else self.code


class BadLink(ModellaError):
    """The pasted text cannot become a download."""

    codes: ClassVar = {
        "link-not-understood": False,
        "link-unsupported": False,
        "link-not-a-model": False,
        "choose-file": False,
        "no-such-file": False,
        "bad-value": False,
        "not-one-model": False,
        "unknown-key": False,
        "bad-mapping": False,
        "bad-packages": False,
        "unknown-app": False,
        "no-app-there": False,
        "another-app-there": False,
        "inside-app": False,
        "no-known-app": False,
        "not-a-folder": False,
    }


class NotFound(ModellaError):
    """It is not there, or not any more."""

    codes: ClassVar = {
        "not-found": False,
        "gone": False,
        "archived": False,
        "taken-down": False,
        "no-files": False,
        "revision-not-found": False,
        "hash-unknown": False,
        "no-such-path": False,
        "unknown-id": False,
        "file-gone": False,
        "no-source": False,
        "no-such-operation": False,
        "wrong-method": False,
    }


class AccessNeeded(ModellaError):
    """It is there, but the source wants a login, a permission, a payment or patience first."""

    codes: ClassVar = {
        "login-needed": False,
        "key-rejected": False,
        "forbidden": False,
        "gated": False,
        "gated-pending": False,
        "early-access": False,
        "paid": False,
        "downloads-disabled": False,
        "generation-only": False,
        "missing-or-private": False,
        "proxy-login-needed": False,
    }


class Mismatch(ModellaError):
    """The bytes are not what the source published."""

    codes: ClassVar = {"hash-mismatch": False, "size-mismatch": False, "unstable-content": True, "copy-differs": True}


class BadContent(ModellaError):
    """What came is no model at all."""

    codes: ClassVar = {
        "html-page": False,
        "error-page": False,
        "challenge-page": False,
        "lfs-pointer": False,
        "empty-file": False,
        "no-content": False,
        "broken-file": False,
        "unexpected-encoding": False,
        "not-a-backup": False,
        "not-a-workflow": False,
        "no-workflow-inside": False,
        "workflow-too-large": False,
    }


class NoSpace(ModellaError):
    """The disk cannot hold it."""

    codes: ClassVar = {"no-space": True, "quota": True, "no-inodes": True, "file-too-large": False}


class DiskTrouble(ModellaError):
    """The disk said no for another reason than space."""

    codes: ClassVar = {
        "permission": False,
        "read-only": True,
        "root-offline": True,
        "disk-error": False,
        "flush-failed": True,
        "part-lost": True,
        "too-many-open-files": True,
        "disk-busy": True,
        "name-too-long": False,
        "network-disk": False,
        "other-disk": False,
        "database-unreadable": False,
        "database-newer": False,
        "record-newer": False,
        "record-unreadable": False,
        "folder-unreadable": False,
        "app-gone": True,
        "config-unreadable": False,
    }


class Refused(ModellaError):
    """Our own rules, or the law where the caller is, forbid it."""

    codes: ClassVar = {
        "private-address": False,
        "metadata-address": False,
        "bad-scheme": False,
        "insecure-redirect": False,
        "forbidden-port": False,
        "region-blocked": False,
        "legal-block": False,
        "outside-library": False,
        "cross-site": False,
        "not-ours": False,
        "is-a-link": False,
        "upload-too-large": False,
        "app-takes-no-links": False,
    }


class NetworkTrouble(ModellaError):
    """The way there is broken; most of it passes."""

    codes: ClassVar = {
        "name-not-resolved": True,
        "connection-refused": True,
        "connect-timeout": True,
        "connection-lost": True,
        "stalled": True,
        "slow-server": True,
        "tls-failed": False,
        "proxy-failed": True,
        "rate-limited": True,
        "download-limit": True,
        "server-error": True,
        "offline": True,
        "captive-portal": True,
        "bad-answer": True,
        "too-many-redirects": False,
        "incomplete": True,
        "range-refused": True,
        "address-expired": True,
        "client-blocked": False,
    }


class Conflict(ModellaError):
    """Two wishes for one thing."""

    codes: ClassVar = {
        "library-in-use": False,
        "port-in-use": False,
        "name-taken": False,
        "wrong-state": False,
        "duplicate": False,
        "changed-meanwhile": True,
        "differs-from-source": False,
        "roots-overlap": False,
        "app-added-already": False,
        "task-running": True,
        "last-copy": False,
        "outside-hours": True,
    }


class Failed(ModellaError):
    """Something broke that should not: the log holds the detail under `error_id`."""

    codes: ClassVar = {"internal": False, "server-unreachable": True, "cancelled": False}


BRANCHES: tuple[type[ModellaError], ...] = (
    BadLink,
    NotFound,
    AccessNeeded,
    Mismatch,
    BadContent,
    NoSpace,
    DiskTrouble,
    Refused,
    NetworkTrouble,
    Conflict,
    Failed,
)

_BRANCH_OF = {code: branch for branch in BRANCHES for code in branch.codes}


def error(code: str, **facts: Any) -> ModellaError:
    """The error of the branch that owns the code: for codes that come back from a record or another process."""
    return _BRANCH_OF.get(code, Failed)(code if code in _BRANCH_OF else "internal", **facts)


def all_codes() -> tuple[str, ...]:
    """Every code there is, in the order of the family tree."""
    return tuple(_BRANCH_OF)
