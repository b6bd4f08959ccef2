"""What one file of another tool says of a model, and how such a file is opened: leniently, and never in anger."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, Literal

from pydantic import BaseModel, Field

from modella.core.digests import Digests
from modella.core.listing import ListedFile
from modella.core.loose_json import mapping, number, settled, text
from modella.core.model import Preview, SourceRecord
from modella.core.naming import is_inner
from modella.core.prose import LONGEST, safe_html
from modella.core.secrecy import without_secrets
from modella.core.trained_words import trained_words

MOST_PICTURES = 200
LARGEST = 16 * 1024 * 1024
"""Bytes of the largest file that is read."""

_EMPTY: tuple[Any, ...] = (None, "", [], {}, ())
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_WEB = re.compile(r"^https?://", re.IGNORECASE)
_EMBEDDED = re.compile(r"^data:image/(?:jpeg|jpg|png|webp|gif|avif);base64,([A-Za-z0-9+/=\s]+)$")
_HEAVIEST = 20
_LONGEST_TEXT = 1000
_LENGTHS = {"name": 512, "notes": LONGEST, "negative_text": LONGEST}
_NEVER_CUT = frozenset({"description", "version_description"})
"""Prose is cut before it is made safe: afterwards a cut could go through a tag."""
_MOST_ENTRIES = 1000
_LONGEST_PROMPT = 10_000
_LARGEST_SETTINGS = 64 * 1024
_LARGEST_PICTURE = 4 * 1024 * 1024
_VIDEOS = (".mp4", ".webm", ".mov", ".m4v")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class SidecarPicture(Preview):
    """A picture that a file names: by `url`, by the name of a `file` beside the model, or `embedded` as base64."""

    embedded: str | None = None


class Reading(BaseModel):
    """What one file says of one model.

    `said` holds the user's own words: fields a person may set, and `notes`, `favorite`, `hidden`, `skip_refresh`,
    `preferred_weight`, `negative_text`, `usage_tips`, `vae`, `inference_defaults`. `apps` are the user's versions of
    apps. `fetched` holds fields of `core/model.Metadata` that somebody fetched. `hints` are hashes that were told,
    not counted, and `listed` is the source's own entry for the file. `header` has texts as they would stand in the
    file's own header. `not_on_source`: the tool looked, and the source did not have it. `problem`: why nothing could
    be read (`too-large`, `empty`, `broken-json`, `not-an-object`).
    """

    file: str
    format: str
    said: dict[str, Any] = Field(default_factory=dict)
    apps: dict[str, dict[str, Any]] = Field(default_factory=dict)
    fetched: dict[str, Any] = Field(default_factory=dict)
    hints: Digests = Digests()
    listed: ListedFile | None = None
    source: SourceRecord | None = None
    pictures: list[SidecarPicture] = Field(default_factory=list)
    header: dict[str, str] = Field(default_factory=dict)
    not_on_source: bool = False
    problem: str | None = None


@dataclass(frozen=True)
class Sheet:
    """A file that is about to be read: its name, its format's name, the model's file, its text or JSON object."""

    name: str
    format: str
    model_file: str
    value: dict[str, Any] = field(default_factory=dict)
    text: str = ""

    def reading(self, **values: Any) -> Reading:
        """A reading of this file, no part of it larger than anybody needs."""
        values["said"] = bounded(values.get("said") or {})
        values["fetched"] = bounded(values.get("fetched") or {})
        values["pictures"] = [_unsigned(each) for each in (values.get("pictures") or [])[:MOST_PICTURES]]
        return Reading(file=self.name, format=self.format, **values)


@dataclass(frozen=True)
class Format:
    """One format: how its files are named, whether an object is one of them, and how it is read.

    `endings` follow the model's stem or its whole name; `names` are whole names of files that speak for a folder.
    """

    name: str
    read: Callable[[Sheet], Reading]
    endings: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    claims: Callable[[Mapping[str, Any]], bool] = lambda _: True
    form: Literal["json", "text"] = "json"
    empty_says_absent: bool = False

    def ending_of(self, name: str) -> str | None:
        """The ending (or the whole name) by which a file could be of this format; None when it could not."""
        lower = name.lower()
        found = [each for each in self.endings if lower.endswith(each) and len(lower) > len(each)]
        return next(iter([each for each in self.names if lower == each] or found), None)


def _unsigned(picture: SidecarPicture) -> SidecarPicture:
    """A picture without the secrets of its address: other tools write their keys there, and records are shared."""
    if picture.url is None:
        return picture
    try:
        return picture.model_copy(update={"url": without_secrets(picture.url)})
    except ValueError:
        return picture.model_copy(update={"url": None})


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8 or UTF-16, with or without a byte order mark; what is no text is replaced."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace").removeprefix("\ufeff")
    start = content[:200]
    if start[1::2].count(0) * 4 > len(start):
        return content.decode("utf-16-le", "replace")
    if start[::2].count(0) * 4 > len(start):
        return content.decode("utf-16-be", "replace")
    return content.decode("utf-8", "replace")


def parsed(content: str) -> tuple[Any, str | None]:
    """The JSON value, made harmless, and None; or None and what is wrong."""
    try:
        return settled(json.loads(content)), None
    except (ValueError, RecursionError):
        return None, "broken-json"


def bounded(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that say something, cut to what a record takes: long only where people write at length."""
    return kept(
        {
            name: each if name in _NEVER_CUT else _cut(each, _LENGTHS.get(name, _LONGEST_TEXT))
            for name, each in values.items()
        }
    )


def _cut(value: Any, longest: int) -> Any:
    if isinstance(value, str):
        return value[:longest]
    if isinstance(value, list):
        return [_cut(each, longest) for each in value[:_MOST_ENTRIES]]
    return value


def kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that say something."""
    return {name: value for name, value in values.items() if value not in _EMPTY}


def words_of(value: Any) -> str | None:
    """What a person wrote: line ends made plain, cut at 100,000 characters; None when there is nothing."""
    found = text(value)
    return found.replace("\r\n", "\n").replace("\r", "\n").strip()[:LONGEST] if found else None


def prompt_words(entries: Iterable[str]) -> list[str]:
    """Trained words out of texts; of each text and of all together no more than anybody writes."""
    return list(trained_words(each[:_LONGEST_PROMPT] for each in islice(entries, _MOST_ENTRIES)))


def has_tags(value: str | None) -> bool:
    """Whether a text was written as HTML: people who type notes do not do that."""
    return bool(value and _TAG.search(value[:LONGEST]))


def without_tags(value: str) -> str:
    """The words of a text in HTML, for comparing."""
    return _TAG.sub(" ", value)


def prose(value: Any) -> dict[str, str]:
    """A description with its format, safe to store; empty when there is none."""
    found = words_of(value)
    if found is None:
        return {}
    if not has_tags(found):
        return {"description": found, "description_format": "markdown"}
    return {"description": safe_html(found) or "", "description_format": "html"}


def hints_of(told: Mapping[str, Any]) -> Digests:
    """Hashes as somebody told them, whatever their spelling; placeholders of one repeated digit are left out."""
    found = Digests.read(dict(told)).known()
    return Digests.model_validate({name: value for name, value in found.items() if len(set(value)) > 1})


def base_name(path: str) -> str:
    """The last part of a path of any system."""
    return PurePosixPath(path.replace("\\", "/")).name


def picture_of(told: Any, **about: Any) -> SidecarPicture | None:
    """A picture by its address, its data, or the path of a file of which only the name counts."""
    found = text(told)
    if found is None or len(found) > _LARGEST_PICTURE:
        return None
    if found.partition("?")[0].lower().endswith(_VIDEOS):
        about.setdefault("type", "video")
    if _WEB.match(found):
        return SidecarPicture(url=found, **about)
    embedded = _EMBEDDED.match(found)
    if embedded:
        return SidecarPicture(embedded="".join(embedded[1].split()), **about)
    name = base_name(found)
    usable = not found.lower().startswith("data:") and is_inner(name) and "." in name
    return SidecarPicture(file=name, **about) if usable else None


def settings_of(value: Any) -> dict[str, Any]:
    """Settings of a person for some app, as they stand there; empty when they are larger than 64 KiB."""
    found = kept(mapping(value))
    return found if len(json.dumps(found)) <= _LARGEST_SETTINGS else {}


def weight_of(value: Any) -> float | None:
    """A strength that somebody chose: a number between -20 and 20 that is not zero, which means "the usual"."""
    found = number(value)
    return float(found) if found is not None and 0 < abs(found) <= _HEAVIEST else None
