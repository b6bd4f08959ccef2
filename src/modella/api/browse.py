"""Browsing by HTTP: the catalogues of Civitai and Hugging Face, one model of theirs, and their pictures."""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field, ValidationError

from modella.api.answers import REFUSALS_OF_FILES, Answer, words_for
from modella.api.asked import check_parameters, hands_of
from modella.core.browsing import Period, Quest, Sort
from modella.core.civitai_objects import SOURCE as CIVITAI
from modella.core.errors import BadLink
from modella.core.kinds import Kind
from modella.core.listing import Access
from modella.core.terms import terms_of
from modella.core.words import Words
from modella.work.browse import CardPage, ModelView, TreeView, VersionView, browse, model_page, tree, version_page
from modella.work.browse_pictures import Size, browsed_picture
from modella.work.packages import SOURCE as HUB
from modella.work.packages import Presets, presets

T = TypeVar("T")
router = APIRouter(prefix="/api/browse", tags=["browse"], dependencies=[Depends(check_parameters)])

_Text = Annotated[str, Field(min_length=1, max_length=100)]
_Number = Annotated[str, Path(pattern=r"^[1-9][0-9]{0,9}$")]
_Words = Annotated[str, Query(max_length=200, description="Words to search for")]
_Name = Annotated[str | None, Query(max_length=100)]
_Limit = Annotated[int, Query(ge=1, le=100)]
_Cursor = Annotated[str | None, Query(max_length=4000, description="`next` of the page before")]
_Refresh = Annotated[bool, Query(description="Asks the source, whatever is known from before")]
_Segment = Annotated[str, Path(max_length=96, pattern=r"^[\w][\w.-]*$")]
_FAULTS = re.compile(r"[\x00-\x1f]")


class Gate(BaseModel):
    """What stands before a repository's files, in sentences of the caller's language, and where to ask."""

    sentence: str
    hint: str
    ask_at: str | None


class ModelAnswer(ModelView):
    """A model with its licence in words of the caller's language."""

    terms: list[str]


class TreeAnswer(TreeView):
    """A folder with the repository's licence in words of the caller's language; of a closed gate what to do, too."""

    terms: list[str]
    gate: Gate | None


@router.get("/civitai")
async def browse_civitai(
    request: Request,
    q: _Words = "",
    tag: Annotated[list[_Text] | None, Query(max_length=10)] = None,
    user: Annotated[str | None, Query(max_length=100, description="Whose models")] = None,
    types: Annotated[list[_Text] | None, Query(max_length=30, description="What it is, in the site's words")] = None,
    kind: Annotated[Kind | None, Query(description="What it is, in ours; `types` win")] = None,
    base_models: Annotated[list[_Text] | None, Query(max_length=50)] = None,
    sort: Sort | None = None,
    period: Period | None = None,
    nsfw: Annotated[bool, Query(description="Lets in what is not for everybody")] = False,
    cursor: _Cursor = None,
    limit: _Limit = 40,
    refresh: _Refresh = False,
) -> Answer[CardPage]:
    """A page of models; the next one by the cursor `next`. A page may be short; a model may come again on a later one.

    Orders: rating, downloads, likes, discussed, collected, images, newest, oldest.
    """
    quest = _quest(
        words=q, tags=tag or (), creator=user, types=types or (), kind=kind, base_models=base_models or (), sort=sort,
        period=period, mature=nsfw, cursor=cursor, limit=limit,
    )  # fmt: skip
    return Answer(data=await _asked(request, lambda: browse(hands_of(request), CIVITAI, quest, refresh=refresh)))


@router.get("/civitai/models/{model_id}")
async def browse_civitai_model(
    model_id: _Number,
    request: Request,
    cursor: Annotated[int, Query(ge=0, le=100_000, description="`next` of the page of versions before")] = 0,
    refresh: _Refresh = False,
) -> Answer[ModelAnswer]:
    """One model with ten of its versions: files, pictures, terms, and what of it is in the library."""
    found = await _asked(request, lambda: model_page(hands_of(request), CIVITAI, model_id, cursor, refresh=refresh))
    terms = terms_of(words_for(request), found.license)
    return Answer(data=ModelAnswer(**found.model_dump(), terms=terms))


@router.get("/civitai/versions/{version_id}")
async def browse_civitai_version(
    version_id: _Number, request: Request, refresh: _Refresh = False
) -> Answer[VersionView]:
    """One version as its own page tells of it: only there the prompts of all pictures are told."""
    found = await _asked(request, lambda: version_page(hands_of(request), CIVITAI, version_id, refresh=refresh))
    return Answer(data=found)


@router.get("/huggingface")
async def browse_huggingface(
    request: Request,
    q: _Words = "",
    author: _Name = None,
    filter: Annotated[
        list[_Text] | None, Query(max_length=20, description="Tags that must all be there, such as license:mit")
    ] = None,
    kind: Annotated[Kind | None, Query(description="What it is, by the tag that makers mostly give")] = None,
    base_models: Annotated[list[_Text] | None, Query(max_length=10, description="As org/name")] = None,
    sort: Sort | None = None,
    nsfw: Annotated[bool, Query(description="Lets in what is not for everybody")] = False,
    cursor: _Cursor = None,
    limit: _Limit = 40,
    refresh: _Refresh = False,
) -> Answer[CardPage]:
    """A page of repositories. Orders: downloads, likes, trending, newest, updated."""
    quest = _quest(
        words=q, creator=author, tags=filter or (), kind=kind, base_models=base_models or (), sort=sort, mature=nsfw,
        cursor=cursor, limit=limit,
    )  # fmt: skip
    return Answer(data=await _asked(request, lambda: browse(hands_of(request), HUB, quest, refresh=refresh)))


@router.get("/huggingface/presets")
async def browse_presets(request: Request) -> Answer[Presets]:
    """Curated repositories in groups, and those of the user in `hf-packages.json` in the home folder."""
    return Answer(data=await asyncio.to_thread(presets, hands_of(request)))


@router.get("/huggingface/{org}/{name}/tree")
async def browse_tree(
    org: _Segment,
    name: _Segment,
    request: Request,
    revision: Annotated[str | None, Query(max_length=200, description="Branch, tag or commit")] = None,
    path: Annotated[str, Query(max_length=1000, description="A folder in the repository")] = "",
    refresh: _Refresh = False,
) -> Answer[TreeAnswer]:
    """One folder of a repository, with sizes, which files are weights, and whether a gate stands before them."""
    if _FAULTS.search(f"{revision or ''}{path}"):
        raise BadLink("bad-value", name="path", value="", reason=words_for(request).say("requests.control-signs"))
    repo = f"{org}/{name}"
    found = await _asked(request, lambda: tree(hands_of(request), HUB, repo, revision or None, path, refresh=refresh))
    words = words_for(request)
    terms = terms_of(words, found.license)
    return Answer(data=TreeAnswer(**found.model_dump(), terms=terms, gate=_gate(words, found)))


_PICTURE = {200: {"content": {"image/webp": {}}}, **REFUSALS_OF_FILES}


@router.get("/pictures/{picture_id}", responses=_PICTURE, response_class=Response)
async def browsed(picture_id: str, request: Request, size: Size = "small") -> Response:
    """A picture that an answer here has told of, made small and safe; of a video a still one."""
    hands = hands_of(request)
    content = await _in(hands.browsing.drawing, lambda: browsed_picture(hands, picture_id, size))
    return Response(content, media_type="image/webp", headers={"Cache-Control": "private, max-age=86400"})


def _gate(words: Words, found: TreeView) -> Gate | None:
    if found.access is not Access.gated:
        return None
    facts = {"name": found.repo, "url": found.ask_at}
    return Gate(sentence=words.sentence("gated", facts), hint=words.hint("gated", facts), ask_at=found.ask_at)


def _quest(**told: object) -> Quest:
    try:
        return Quest.model_validate(told)
    except ValidationError as problem:
        first = problem.errors()[0]
        raise BadLink("bad-value", name=str(first["loc"][0]), value="", reason=first["msg"]) from None


async def _asked(request: Request, call: Callable[[], T]) -> T:
    return await _in(hands_of(request).browsing.asking, call)


async def _in(pool: Executor, call: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, call)
