"""`<stem>.cm-info.json` of Stability Matrix and `<stem>.cminfo.json` of Civicomfy: flat facts in Pascal case."""

from collections.abc import Mapping
from typing import Any

from modella.core.loose_json import integer, mapping, text, timestamp
from modella.core.model import SourceRecord
from modella.core.sidecars.civitai_part import told_version
from modella.core.sidecars.origins import origin_of
from modella.core.sidecars.reading import Format, Reading, Sheet, hints_of, kept, picture_of, settings_of, words_of

_MODEL = {
    "ModelId": "id",
    "ModelName": "name",
    "ModelDescription": "description",
    "ModelType": "type",
    "Nsfw": "nsfw",
    "Poi": "poi",
    "Tags": "tags",
    "Stats": "stats",
    "AllowNoCredit": "allowNoCredit",
    "AllowCommercialUse": "allowCommercialUse",
    "AllowDerivatives": "allowDerivatives",
    "AllowDifferentLicense": "allowDifferentLicense",
}
_VERSION = {
    "ModelId": "modelId",
    "VersionId": "id",
    "VersionName": "name",
    "VersionDescription": "description",
    "BaseModel": "baseModel",
    "BaseModelType": "baseModelType",
    "TrainedWords": "trainedWords",
    "VersionPublishedAt": "publishedAt",
    "VersionUpdatedAt": "updatedAt",
}
"""Their names → the names in Civitai's own objects."""
_CIVITAI, _OPEN_MODEL_DB, _CIV_ARCHIVE = "civitai", "openmodeldb", "civarchive"
_SOURCES = {
    "0": _CIVITAI,
    "1": _OPEN_MODEL_DB,
    "2": _CIV_ARCHIVE,
    _CIVITAI: _CIVITAI,
    _OPEN_MODEL_DB: _OPEN_MODEL_DB,
    _CIV_ARCHIVE: _CIV_ARCHIVE,
}


def claims(value: Mapping[str, Any]) -> bool:
    """Any of the keys that all writers share."""
    return bool({"ModelId", "ModelName", "VersionId", "Hashes"} & set(value))


def read(sheet: Sheet) -> Reading:
    """Facts of one file, translated into Civitai's objects; the title and the inference settings are the user's."""
    value = sheet.value
    model = _translated(value, _MODEL)
    model["creator"] = {"username": value.get("AuthorUsername") or value.get("CreatorUsername")}
    version = _translated(value, _VERSION) | {"files": [_file(value, sheet.model_file)]}
    found = told_version(version, model, sheet.model_file, text(mapping(value.get("Hashes")).get("SHA256")))
    found["fetched"] |= kept({"added_at": timestamp(value.get("ImportedAt"))})
    picture = picture_of(value.get("ThumbnailImageUrl"))
    found |= {
        "hints": hints_of(mapping(value.get("Hashes"))),
        "source": _source(value, found["source"]),
        "pictures": [picture] if picture else [],
    }
    said = {
        "name": words_of(value.get("UserTitle")),
        "inference_defaults": settings_of(value.get("InferenceDefaults")),
    }
    return sheet.reading(**found, said=said)


def _translated(value: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {theirs: value[ours] for ours, theirs in names.items() if value.get(ours) is not None}


def _file(value: Mapping[str, Any], model_file: str) -> dict[str, Any]:
    """The one file that all of this is about."""
    return {
        "id": value.get("RemoteFileId") or value.get("PrimaryFileId"),
        "name": value.get("RemoteFileName") or value.get("PrimaryFileName") or model_file,
        "metadata": value.get("FileMetadata"),
        "hashes": value.get("Hashes"),
    }


def _source(value: Mapping[str, Any], by_id: SourceRecord | None) -> SourceRecord | None:
    """The record by ids, without a payload, for this is not the source's own object; else by the address told."""
    told = value.get("Source")
    number = integer(told)
    source = _SOURCES.get(str(number) if number is not None else (text(told) or "").lower())
    if by_id is not None:
        return by_id.model_copy(update={"payload": None})
    found = origin_of(value.get("SourceUrl"))
    return found or (SourceRecord(source=_OPEN_MODEL_DB) if source == _OPEN_MODEL_DB else None)


FORMATS = (
    Format("stability-matrix", read, endings=(".cm-info.json",), claims=claims),
    Format("civicomfy", read, endings=(".cminfo.json",), claims=claims),
)
