"""How a model stands to others: what it names and what names it, and the other versions of the same model."""

from typing import Any

from modella.core.errors import NotFound
from modella.core.naming import shown
from modella.core.relations import group_of, keys_of_ref, known_by, ref_of, version_key, where_to_get
from modella.io.store.index import Index

Known = dict[str, Any]


def relations_of(index: Index, model: str) -> dict[str, Any]:
    """`relations`: each with the `models` of the library that are meant, or where to get what is `missing`.

    `incoming`: the models that name this one, and as what. NotFound("unknown-id").
    """
    record = _record(index, model)
    return {
        "relations": [_resolved(index, each, model) for each in record.get("relations") or []],
        "incoming": _incoming(index, record),
    }


def versions_of(index: Index, model: str) -> dict[str, Any]:
    """The versions of the same model: those in the library, and those that the source listed and are not here.

    `newest` marks the one published last. `group` is null for a model that no source groups. NotFound("unknown-id").
    """
    record = _record(index, model)
    group = group_of(record)
    here = index.meant_by(group) if group else [each for each in [_summary(index, model)] if each]
    records = [known for each in here if (known := index.get(each["id"]))]
    owned = {version for known in records for version in _versions_at(known, group)}
    listed = _listed(records)
    newest = _newest(listed, records, group)
    items = [{**each, "newest": newest in _versions_at(index.get(each["id"]) or {}, group)} for each in here]
    missing = [_offer(each, group, newest) for name, each in listed.items() if name not in owned]
    return {"group": group, "items": items, "missing": missing}


def _record(index: Index, model: str) -> Known:
    record = index.get(model)
    if record is None:
        raise NotFound("unknown-id", id=shown(model, 64))
    return record


def _summary(index: Index, model: str) -> Known | None:
    return next(iter(index.meant_by(f"id:{model}")), None)


def _resolved(index: Index, relation: Known, model: str) -> Known:
    """One relation: who is meant, or another version of it that is here, or where it can be had."""
    ref = ref_of(relation.get("ref"))
    told: Known = {
        "type": relation.get("type"),
        "ref": relation.get("ref"),
        "models": [],
        "other_versions": [],
        "get": None,
    }
    for key in keys_of_ref(ref):
        found = [each for each in index.meant_by(key) if each["id"] != model]
        if found:
            return {**told, "models": found, "missing": False}
    others: list[Known] = []
    if ref.get("source") and ref.get("model_id"):
        group = group_of({"sources": [ref]})
        others = [each for each in index.meant_by(group or "") if each["id"] != model]
    return {**told, "other_versions": others, "missing": True, "get": where_to_get(ref)}


def _incoming(index: Index, record: Known) -> list[Known]:
    """Who names this model, each once for every way in which it does."""
    keys = known_by(record)
    namers = {each["id"]: each for key in sorted(keys) for each in index.wanting(key) if each["id"] != record["id"]}
    found = []
    for identity, summary in namers.items():
        relations = (index.get(identity) or {}).get("relations") or []
        meant = [each["type"] for each in relations if keys & set(keys_of_ref(ref_of(each.get("ref"))))]
        found += [{"type": kind, "model": summary} for kind in dict.fromkeys(meant)]
    return found


def _versions_at(record: Known, group: str | None) -> set[str]:
    """The ids of a record's versions at the source of its group."""
    source = (group or "").partition(":")[0]
    own = [each for each in record.get("sources") or [] if each.get("source") == source and each.get("version_id")]
    return {str(each["version_id"]) for each in own}


def _listed(records: list[Known]) -> dict[str, Known]:
    """The versions that the source listed, by id, as the record that was fetched last tells them."""
    fetched = sorted(records, key=lambda each: max((s.get("fetched_at") or "" for s in each["sources"]), default=""))
    told: list[Known] = next((each["versions"] for each in reversed(fetched) if each.get("versions")), [])
    return {str(each["version_id"]): each for each in told if each.get("version_id")}


def _newest(listed: dict[str, Known], records: list[Known], group: str | None) -> str | None:
    """The version that was published last; sources list the newest first."""
    dates = {name: str(each.get("published_at") or "") for name, each in listed.items()}
    for record in records:
        for name in _versions_at(record, group):
            dates.setdefault(name, str(record.get("published_at") or ""))
    return max(dates, key=lambda name: dates[name], default=None)


def _offer(version: Known, group: str | None, newest: str | None) -> Known:
    source, _, model = (group or "").partition(":")
    name = str(version["version_id"])
    ref = {"source": source, "model_id": model, "version_id": name}
    return {**version, "newest": name == newest, "get": where_to_get(ref), "key": version_key(source, name)}
