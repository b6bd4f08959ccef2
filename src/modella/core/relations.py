"""How models name each other: the keys that a model is known by, and those by which another one is meant.

id:<id> · sha256:<hex> · civitai:@<version> · civitai:<model> · huggingface:<org/name> · url:<address> · name:<folded>
file:<stem of a file of weights, folded>
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from modella.core.civitai_objects import SITE, page_url
from modella.core.naming import WEIGHTS, name_key, stem_key, suffix_of

HUB = "https://huggingface.co"
_ID = re.compile(r"[0-9a-z]{26}")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_AIR = re.compile(r"(?:[\w.:-]*:)?(?:civitai:)?(?P<model>\d{1,10})@(?P<version>\d{1,10})(?:[+.].*)?")
_REPO = re.compile(r"[\w.-]+/[\w.-]+")
_CIVITAI_PATH = re.compile(r"/(?:api/v1/)?(?P<what>models|model-versions)/(?P<id>\d{1,10})(?:/|$)")
_MOST = 1000
_MOST_FILES = 50
Part = Mapping[str, Any]


def ref_of(told: Any) -> dict[str, str]:
    """What a relation points to, in parts: `id`, `source`, `model_id`, `version_id`, `url`, `sha256`, `name`."""
    if isinstance(told, Mapping):
        return {str(name): str(value).strip() for name, value in told.items() if isinstance(value, str | int) and value}
    text = str(told).strip()
    if _ID.fullmatch(text):
        return {"id": text}
    if _SHA256.fullmatch(text):
        return {"sha256": text.lower()}
    if air := _AIR.fullmatch(text):
        return {"source": "civitai", "model_id": air["model"], "version_id": air["version"]}
    if "://" in text:
        return {"url": text, **_of_address(text)}
    return {"source": "huggingface", "model_id": text} if _REPO.fullmatch(text) else {"name": text}


def _of_address(text: str) -> dict[str, str]:
    try:
        parts = urlsplit(text)
        query = parse_qs(parts.query, max_num_fields=50)
    except ValueError:
        return {}
    host = parts.hostname or ""
    if found := _CIVITAI_PATH.match(parts.path):
        if found["what"] == "model-versions":
            return {"source": "civitai", "version_id": found["id"]}
        version = next((each for each in query.get("modelVersionId", []) if each.isdigit()), None)
        return {"source": "civitai", "model_id": found["id"]} | ({"version_id": version} if version else {})
    repo = "/".join(parts.path.strip("/").split("/")[:2])
    is_hub = host in {"huggingface.co", "www.huggingface.co", "hf.co"} and _REPO.fullmatch(repo)
    return {"source": "huggingface", "model_id": repo} if is_hub else {}


def keys_of_ref(ref: Part) -> tuple[str, ...]:
    """The keys of exactly what is meant, the surest first; empty when nothing can be told by them."""
    return tuple(_exact(ref))


def _exact(ref: Part) -> Iterator[str]:
    if ref.get("id"):
        yield f"id:{ref['id']}"
    if ref.get("sha256"):
        yield f"sha256:{str(ref['sha256']).lower()}"
    source = str(ref.get("source") or "")
    if source and ref.get("version_id"):
        yield version_key(source, str(ref["version_id"]))
    elif source and ref.get("model_id"):
        yield group_key(source, str(ref["model_id"]))
    if ref.get("url"):
        yield f"url:{ref['url']}"
    if ref.get("name") and len(ref) == 1:
        yield f"name:{name_key(str(ref['name']))}"


def group_key(source: str, model_id: str) -> str:
    """The key that all versions of one model share."""
    return f"{source}:{model_id.lower()}"


def version_key(source: str, version_id: str) -> str:
    """The key of one version."""
    return f"{source}:@{version_id.lower()}"


def group_of(record: Part) -> str | None:
    """The group of a record: models with the same one are versions of each other."""
    known = (each for each in record.get("sources") or [] if each.get("source") and each.get("model_id"))
    return next((group_key(str(each["source"]), str(each["model_id"])) for each in known), None)


def keys_of(record: Part) -> set[tuple[str, str]]:
    """`("is", key)` for what a model is known by, `("wants", key)` for what its relations mean.

    `("newer", key)` is the latest version in the same base model that a source has listed, where that is not it.

    Known it is by its pages at sources and by its files; its id, its hashes, its name and its page are looked up where
    the index has them anyway.
    """
    found = {("is", key) for key in _file_keys(record)}
    for each in record.get("sources") or []:
        source = str(each.get("source") or "")
        if each.get("model_id"):
            found.add(("is", group_key(source, str(each["model_id"]))))
        if each.get("version_id"):
            found.add(("is", version_key(source, str(each["version_id"]))))
    for relation in (record.get("relations") or [])[:_MOST]:
        found |= {("wants", key) for key in keys_of_ref(ref_of(relation.get("ref")))}
    newer = newer_version(record)
    return found | {("newer", newer)} if newer else found


def file_key(name: str) -> str:
    """The key of whatever has a file of this name, told with its ending and folders or without."""
    return f"file:{stem_key(name)}"


def _file_keys(record: Part) -> Iterator[str]:
    """The keys of its weights, by the names they have here and by those they came with."""
    for each in (record.get("files") or [])[:_MOST_FILES]:
        names = (each.get("name"), each.get("original_name"))
        yield from (file_key(name) for name in names if name and suffix_of(name).lower() in WEIGHTS)


def newer_version(record: Part) -> str | None:
    """The key of the version that came last for the same base model, as the source listed it; None when it is this.

    Dates decide; where one is not known, the order does: sources list the newest first.
    """
    source, _, _ = (group_of(record) or "").partition(":")
    sources = record.get("sources") or []
    own = {str(each["version_id"]) for each in sources if each.get("source") == source and each.get("version_id")}
    listed = [each for each in record.get("versions") or [] if isinstance(each, Mapping) and each.get("version_id")]
    place = next((n for n, each in enumerate(listed) if str(each["version_id"]) in own), None)
    mine = listed[place] if place is not None else record
    base, since = mine.get("base_model") or record.get("base_model"), str(mine.get("published_at") or "")
    same = [
        (n, each)
        for n, each in enumerate(listed)
        if base and each.get("base_model") == base and str(each["version_id"]) not in own
    ]
    later = [
        (str(each.get("published_at") or ""), -n, each)
        for n, each in same
        if (
            str(each["published_at"]) > since if since and each.get("published_at") else place is not None and n < place
        )
    ]
    newest = max(later, key=lambda each: each[:2], default=None)
    return version_key(source, str(newest[2]["version_id"])) if newest else None


def known_by(record: Part) -> set[str]:
    """Every key by which another model may mean this one."""
    own = {key for way, key in keys_of(record) if way == "is"}
    own |= {f"url:{each['url']}" for each in record.get("sources") or [] if each.get("url")}
    own |= {f"sha256:{file['sha256']}" for file in record.get("files") or [] if file.get("sha256")}
    return own | {f"id:{record['id']}", f"name:{name_key(str(record['name']))}"}


def where_to_get(ref: Part) -> str | None:
    """The link that fetches what is meant, None when nobody knows one."""
    if str(ref.get("url") or "").startswith(("http://", "https://")):
        return str(ref["url"])
    model, version = ref.get("model_id"), ref.get("version_id")
    if ref.get("source") == "civitai":
        return page_url(SITE, model, version)
    if ref.get("source") == "huggingface" and model:
        return f"{HUB}/{model}"
    return str(ref["sha256"]) if ref.get("sha256") else None
