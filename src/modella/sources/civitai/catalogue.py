"""How Civitai's catalogue is asked and read: parameters that it takes, cursors that it gives, pictures made small.

Parameters and their traps from the server's source of August 2026: `types` is repeated, never a comma list; `page`
is never used, for it excludes a text search; a truth value counts as yes whatever it says, so it is left out instead.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from modella.core.browsing import Quest
from modella.core.civitai_objects import KINDS
from modella.core.errors import BadLink
from modella.core.loose_json import mapping, text, texts
from modella.sources.civitai.links import PICTURE_HOSTS

TYPES = (
    *("Checkpoint", "TextualInversion", "Hypernetwork", "AestheticGradient", "LORA", "LoCon", "DoRA", "Controlnet"),
    *("Upscaler", "MotionModule", "VAE", "TextEncoder", "UNet", "CLIPVision", "Poses", "Wildcards", "Workflows"),
    *("ComfyWorkflows", "Detection", "VisionLanguage", "CLIP", "LLM", "Other"),
)
"""The site's words for what something is; there may be more of them by now."""
SORTS: Mapping[str, str] = {
    "rating": "Highest Rated",
    "downloads": "Most Downloaded",
    "likes": "Most Liked",
    "discussed": "Most Discussed",
    "collected": "Most Collected",
    "images": "Most Images",
    "newest": "Newest",
    "oldest": "Oldest",
}
PERIODS: Mapping[str, str] = {"day": "Day", "week": "Week", "month": "Month", "year": "Year", "all": "AllTime"}
_WIDTHS = (96, 320, 450, 512, 800, 1200, 1600)
"""Widths that the picture hosts keep."""
_TRANSFORM = re.compile(r"^(?:[a-z]+=[^,/=]+)(?:,[a-z]+=[^,/=]+)*$", re.IGNORECASE)
_VIDEOS = (".mp4", ".webm", ".mov", ".m4v")


def query(quest: Quest, cursor: str | None) -> str:
    """The query of a page of the catalogue; BadLink("bad-value") for a kind or an order that the site has not."""
    words = " ".join(quest.words.replace("%", " ").split())  # a lone % has made the site fail
    asked = [("limit", str(quest.limit))]
    asked += [("query", words)] if words else []
    asked += [("tag", tag) for tag in quest.tags[:1]]
    asked += [("username", quest.creator)] if quest.creator else []
    asked += [("types", each) for each in wanted_types(quest)]
    asked += [("baseModels", each) for each in quest.base_models]
    asked += [("sort", _known("sort", quest.sort, SORTS))] if quest.sort else []
    asked += [("period", _known("period", quest.period, PERIODS))] if quest.period else []
    asked += [("nsfw", "true")] if quest.mature else []
    asked += [("cursor", cursor)] if cursor else []
    return urlencode(asked, quote_via=quote, safe="")


def wanted_types(quest: Quest) -> tuple[str, ...]:
    """The site's words for what is wanted; none when everything is."""
    if quest.types or not quest.kind:
        return quest.types
    types = tuple(each for each in TYPES if KINDS.get(each.lower()) == quest.kind)
    if quest.kind == "diffusion_model":
        types = ("Checkpoint", *types)  # makers call many of them so
    if not types:
        raise BadLink("bad-value", name="kind", value=quest.kind, reason="Civitai has no type of its own for it")
    return types


def fits(model: Mapping[str, Any], quest: Quest) -> bool:
    """Whether a model is of the types that were asked for, and has the tags after the first.

    The site takes one tag only, and its text search has forgotten the types.
    """
    types = {each.lower() for each in wanted_types(quest)}
    told = {each.lower() for each in texts(model.get("tags"))}
    is_type = not types or (text(model.get("type")) or "").lower() in types
    return is_type and all(tag.lower() in told for tag in quest.tags[1:])


def next_cursor(answer: Mapping[str, Any]) -> str | None:
    """The cursor of the page after this one; the whole next address is never followed, its host is not ours."""
    told = mapping(answer.get("metadata"))
    cursor = text(told.get("nextCursor"))
    if cursor is not None:
        return cursor
    try:
        return parse_qs(urlsplit(text(told.get("nextPage")) or "").query).get("cursor", [None])[0]
    except ValueError:
        return None


def small_picture(url: str, width: int, base_url: str, *, poster: bool = False) -> str | None:
    """The address of a picture made small by its host; of a video a still picture. None for pictures elsewhere."""
    try:
        found, base = urlsplit(url), urlsplit(base_url)
        is_theirs = found.scheme == "https" and found.port is None and found.hostname in PICTURE_HOSTS
    except ValueError:
        return None
    if not is_theirs and (found.scheme, found.netloc) != (base.scheme, base.netloc):
        return None
    parts = found.path.split("/")
    place = next((n for n, part in enumerate(parts) if n > 1 and _TRANSFORM.match(part)), None)
    if place is None:
        return None if found.path.lower().endswith(_VIDEOS) else found._replace(query="", fragment="").geturl()
    wanted = f"width={next((each for each in _WIDTHS if each >= width), _WIDTHS[-1])}"
    is_video = poster or found.path.lower().endswith(_VIDEOS)
    parts[place] = f"anim=false,transcode=true,{wanted}" if is_video else wanted
    if is_video:
        parts[-1] = f"{parts[-1].rpartition('.')[0] or parts[-1]}.jpeg"
    return found._replace(path="/".join(parts), query="", fragment="").geturl()


def _known(name: str, wanted: str, words: Mapping[str, str]) -> str:
    if wanted not in words:
        raise BadLink("bad-value", name=name, value=wanted, reason=f"Civitai knows {', '.join(words)}")
    return words[wanted]
