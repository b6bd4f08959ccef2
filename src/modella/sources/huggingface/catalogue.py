"""How the Hub's catalogue is asked: parameters that it takes, cursors that it gives, which pictures are its own."""

from collections.abc import Mapping
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from modella.core.browsing import Quest
from modella.core.errors import BadLink
from modella.sources.huggingface.links import is_repo

SORTS: Mapping[str, str] = {
    "downloads": "downloads",
    "likes": "likes",
    "trending": "trendingScore",
    "newest": "createdAt",
    "updated": "lastModified",
}
KIND_TAGS: Mapping[str, str] = {
    "lora": "lora",
    "controlnet": "controlnet",
    "embedding": "textual_inversion",
    "t2i_adapter": "t2i-adapter",
    "ip_adapter": "ip-adapter",
    "llm": "text-generation",
    "checkpoint": "text-to-image",
    "vae": "vae",
}
"""Kind → the tag that makers mostly give to such repositories; the Hub has no kinds."""
MATURE_TAG = "not-for-all-audiences"
_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif")


def query(quest: Quest, cursor: str | None) -> str:
    """The query of a page of repositories; BadLink("bad-value") for what the Hub cannot be narrowed by."""
    words = " ".join(quest.words.split())
    asked = [("limit", str(quest.limit)), ("full", "true"), ("cardData", "true")]
    asked += [("search", words)] if words else []
    asked += [("author", quest.creator)] if quest.creator else []
    asked += [("filter", each) for each in (*_kind_tags(quest), *_base_tags(quest), *quest.tags, *quest.types)]
    asked += [("sort", _sort(quest.sort))] if quest.sort else []
    asked += [("cursor", cursor)] if cursor else []
    return urlencode(asked, quote_via=quote, safe="")


def cursor_of(query: str | None) -> str | None:
    """The cursor in the query of a next page."""
    return parse_qs(query or "").get("cursor", [None])[0]


def own_picture(url: str, endpoint: str) -> str | None:
    """The address, when it is that of a picture in a repository of this Hub."""
    try:
        found, base = urlsplit(url), urlsplit(endpoint)
    except ValueError:
        return None
    is_own = (found.scheme, found.netloc) == (base.scheme, base.netloc) and "/resolve/" in found.path
    return url if is_own and found.path.lower().endswith(_PICTURES) else None


def _kind_tags(quest: Quest) -> tuple[str, ...]:
    if not quest.kind:
        return ()
    if quest.kind not in KIND_TAGS:
        raise BadLink("bad-value", name="kind", value=quest.kind, reason="the Hub has no tag of its own for it")
    return (KIND_TAGS[quest.kind],)


def _base_tags(quest: Quest) -> tuple[str, ...]:
    for each in quest.base_models:
        if not is_repo(each) or "/" not in each:
            raise BadLink("bad-value", name="base", value=each[:80], reason="the Hub knows base models as org/name")
    return tuple(f"base_model:{each}" for each in quest.base_models)


def _sort(wanted: str) -> str:
    if wanted not in SORTS:
        raise BadLink("bad-value", name="sort", value=wanted, reason=f"the Hub knows {', '.join(SORTS)}")
    return SORTS[wanted]
