"""A model at a glance: the short form that lists show, the facets it is counted by, and the words it is found by."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from modella.core.naming import name_key, suffix_of
from modella.core.query import NONE
from modella.core.relations import group_of, keys_of

_SHORT_FIELDS = (
    *("id", "name", "kind", "family", "base_model", "version", "path", "creator", "nsfw_level", "rating", "favorite"),
    *("state", "root", "home", "access", "added_at", "updated_at", "published_at", "invalid", "group"),
)
_FILES_SHOWN, _WORDS_SHOWN, _TAGS_COUNTED = 12, 12, 60
_LONGEST_VALUE = 120
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")
_FILE_KEYS = ("name", "size", "sha256", "format", "precision")


class Row(NamedTuple):
    """All that the index keeps of a model, ready to be stored; made where the record is made, also in other processes.

    `place` is its folder below the root, or its file when it was adopted in place. `words` is what short words are
    looked for in, `name` and `rest` what parts of words are looked for in. `keys` are what other models mean it by, and
    what it means others by (`core/relations.py`).
    """

    id: str
    root: str
    place: str
    page: str | None
    name_key: str
    size: int
    added_at: str
    updated_at: str
    published_at: str
    rating: int
    summary: str
    record: str
    files: list[tuple[str, int, str | None, str | None]]
    name: str
    rest: str
    words: str
    facets: frozenset[tuple[str, str]]
    keys: frozenset[tuple[str, str]] = frozenset()


def row_of(record: Mapping[str, Any], place: str, root: str = "") -> Row:
    """The row of an effective record. What only the canonical file needs to keep is left out."""
    whole = _slim(record, place, root)
    name, rest = texts_of(whole)
    sources = whole["sources"]
    return Row(
        id=whole["id"],
        root=root,
        place=place,
        page=sources[0].get("url") if sources else None,
        name_key=name_key(whole["name"]),
        size=size_of(whole),
        added_at=whole["added_at"],
        updated_at=whole["updated_at"],
        published_at=whole.get("published_at") or "",
        rating=whole.get("rating") or 0,
        summary=to_json(summary_of(whole)).decode(),
        record=to_json(whole).decode(),
        files=[(file["name"], int(file["size"]), file.get("sha256"), file.get("autov3")) for file in whole["files"]],
        name=name,
        rest=rest,
        words=f"{name} {rest} {grams(f'{name} {rest}')}",
        facets=frozenset(facets_of(whole)),
        keys=frozenset(keys_of(whole)),
    )


def with_lists(row: Row, names: Sequence[str]) -> Row:
    """The row of a model that is in these lists and in no others, whatever its record said."""
    told = {value for facet, value in row.facets if facet == "list"} - {NONE}
    if told == set(names):
        return row
    facets = frozenset(each for each in row.facets if each[0] != "list") | {("list", name) for name in names or [NONE]}
    texts = [to_json({**from_json(text), "lists": list(names)}).decode() for text in (row.record, row.summary)]
    return row._replace(facets=facets, record=texts[0], summary=texts[1])


_DEFAULTS: Mapping[str, Any] = {"state": "present", "home": "placed", "link": None, "lists": [], "files": []}


def _slim(record: Mapping[str, Any], place: str, root: str) -> dict[str, Any]:
    sources = [{key: value for key, value in each.items() if key != "payload"} for each in record.get("sources") or []]
    path = record["path"] if record.get("home") == "adopted" else place
    where = {"path": path, "place": place, "root": root, "group": group_of(record)}
    whole = {**_DEFAULTS, **record, **where, "sources": sources}
    whole.pop("file", None)
    return whole


def summary_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """What a card of the wall shows; `size` in bytes over all files, `files` the first few of `file_count`.

    Previews are counted from 1, those without a file left out; `video` is the number of the first that moves.
    """
    files, previews = record.get("files") or [], _with_files(record.get("previews") or [])
    sources = record.get("sources") or []
    return {
        **{name: record.get(name) for name in _SHORT_FIELDS},
        "size": size_of(record),
        "file_count": len(files),
        "files": [_short_file(file) for file in files[:_FILES_SHOWN]],
        "preview": _picture(previews),
        "video": next((number for number, each in enumerate(previews, start=1) if each.get("type") == "video"), None),
        "preview_count": len(previews),
        "trained_words": (record.get("trained_words") or [])[:_WORDS_SHOWN],
        "tags": (record.get("tags") or [])[:_WORDS_SHOWN],
        "lists": list(record.get("lists") or []),
        "source": sources[0].get("source") if sources else None,
        "url": sources[0].get("url") if sources else None,
        "conflicts": len(record.get("conflicts") or []),
    }


def _picture(previews: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What stands on a card: the first image, the first preview of any sort where there is none."""
    counted = [{**each, "number": number, "meta": None, "prompt": None} for number, each in enumerate(previews, 1)]
    images = (each for each in counted if each.get("type", "image") == "image")
    return next(images, counted[0] if counted else None)


def size_of(record: Mapping[str, Any]) -> int:
    """Bytes of all files of a model."""
    return sum(int(file["size"]) for file in record.get("files") or [])


def facets_of(record: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Every facet and value of a model; a facet without one has the value `none`."""
    files, sources = record.get("files") or [], record.get("sources") or []
    many = {
        "tag": [name_key(str(tag)) for tag in (record.get("tags") or [])[:_TAGS_COUNTED]],
        "list": [str(name) for name in record.get("lists") or []],
        "source": [str(each["source"]) for each in sources if each.get("source")],
        "format": [str(file["format"]) for file in files if file.get("format")],
        "precision": [str(file["precision"]) for file in files if file.get("precision")],
        "trust": [str((file.get("verified") or {}).get("state") or "unchecked") for file in files],
        "license": list(_permissions(record.get("license") or {})),
    }
    one = {
        **{name: record.get(name) for name in ("kind", "family", "base_model", "creator", "state", "root", "rating")},
        "nsfw": _rated(record.get("nsfw_level")),
        "favorite": "yes" if record.get("favorite") else "no",
        "conflict": "yes" if record.get("conflicts") else "no",
    }
    found = {(name, value[:_LONGEST_VALUE]) for name, values in many.items() for value in values or [NONE]}
    return found | {
        (name, str(value)[:_LONGEST_VALUE] if value not in (None, "") else NONE) for name, value in one.items()
    }


def texts_of(record: Mapping[str, Any]) -> tuple[str, str]:
    """The folded name, and the folded rest of what a model is found by; file endings say nothing and are left out."""
    name = " ".join(filter(None, (record["name"], record.get("version"))))
    parts = [record.get("creator"), record.get("base_model"), record["kind"], record.get("family"), record.get("path")]
    parts += [*(record.get("tags") or []), *(record.get("trained_words") or []), record.get("notes")]
    parts += [_stem(file.get("original_name") or file["name"]) for file in (record.get("files") or [])[:50]]
    return name_key(name), name_key(" ".join(dict.fromkeys(str(part)[:2000] for part in parts if part)))


def grams(text: str) -> str:
    """Single characters and pairs of scripts without blanks between words, so that short words of them are found."""
    runs = _CJK.findall(text)
    return " ".join(dict.fromkeys(run[i : i + n] for run in runs for n in (1, 2) for i in range(len(run) - n + 1)))


def is_unspaced(word: str) -> bool:
    """Whether a word is written in a script without blanks between words."""
    return bool(_CJK.search(word))


_LEVELS = ((32, "blocked"), (16, "xxx"), (8, "x"), (4, "r"), (2, "pg13"), (1, "pg"))
"""Civitai's bits, the strongest first (facts: developer.civitai.com, NSFW levels)."""


def _rated(level: Any) -> str | None:
    return next((name for bit, name in _LEVELS if level & bit), None) if isinstance(level, int) else None


def _permissions(told: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(told.get("id"), str):
        yield told["id"].lower()
    yield from (f"sells:{use.lower()}" for use in told.get("allow_commercial_use") or [] if isinstance(use, str))
    yield from (name.removeprefix("allow_") for name, value in told.items() if value is True)


def _with_files(previews: Any) -> list[dict[str, Any]]:
    return [each for each in previews if each.get("file")]


def _short_file(file: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{key: file.get(key) for key in _FILE_KEYS},
        "verified": {"state": (file.get("verified") or {}).get("state")},
    }


def _stem(name: str) -> str:
    return str(name).removesuffix(suffix_of(str(name)))
