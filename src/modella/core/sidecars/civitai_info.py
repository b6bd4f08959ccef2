"""`<stem>.civitai.info`: a version object of Civitai, by the Civitai Helper and its forks; empty means absent."""

from modella.core.loose_json import mapping, text
from modella.core.naming import suffix_of
from modella.core.sidecars.civitai_part import has_ids, told_version
from modella.core.sidecars.reading import Format, Reading, Sheet


def read(sheet: Sheet) -> Reading:
    """A version object. A skeleton has empty ids: its hashes and words stand, but the source does not have it."""
    version = sheet.value
    skeleton = mapping(mapping(version.get("extensions")).get("sd_civitai_helper")).get("skeleton_file")
    is_skeleton = version.get("skeleton_file") is True or skeleton is True
    found = told_version(version, {}, sheet.model_file, None)
    if is_skeleton and suffix_of(text(found["fetched"].get("name")) or ""):
        del found["fetched"]["name"]
    return sheet.reading(**found, not_on_source=is_skeleton or not (version and has_ids(version)))


FORMAT = Format("civitai-info", read, endings=(".civitai.info",), empty_says_absent=True)
