"""Downloads by HTTP: wish, look, steer, finish."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, Field

from modella.api.answers import Answer
from modella.api.asked import Wish, check_parameters, hands_of
from modella.core.download import Download, DownloadView, Duplicates, State, view
from modella.core.errors import ModellaError
from modella.work.foretell import Foretold, Target
from modella.work.queue import Options, Queue
from modella.work.recheck import recheck

router = APIRouter(prefix="/api/downloads", tags=["downloads"])
MOST_AT_ONCE = 500


class LinkIn(Wish):
    """A pasted link and what is wished with it."""

    url: str = Field(description="A link, an AIR, org/name, or a SHA-256", max_length=8192)
    file: str | None = Field(None, description="Which files: a name, or a pattern with * and ?", max_length=500)
    kind: str | None = Field(None, description="What it is; wins over what the bytes say", max_length=40)
    family: str | None = Field(None, description="Its architecture; wins over what the bytes say", max_length=40)
    on_duplicate: Duplicates = "ask"
    review: bool = False
    link: bool = True

    def options(self) -> Options:
        """The wish without the link."""
        return Options(self.file, self.kind, self.family, self.on_duplicate, self.review, self.link)


class ChangeIn(Wish):
    """What may be changed of an unfinished download."""

    position: int | None = Field(None, ge=1, le=1_000_000, description="Place in the queue, from 1")
    on_duplicate: Duplicates | None = None
    draft: dict[str, Any] | None = Field(None, description="Fields of the model to be, while in review")


class FinalizeIn(Wish):
    """The reviewed registration."""

    fields: dict[str, Any] = Field(default_factory=dict)


class Chosen(Wish):
    """One of several things to fetch: its link, and the file of it that is meant."""

    link: str = Field(max_length=8192)
    file: str | None = Field(None, max_length=500)
    kind: str | None = Field(None, max_length=40)


class Several(Wish):
    """Several things to fetch, in order; what the library has already is skipped unless told otherwise."""

    items: Annotated[list[Chosen], Field(min_length=1, max_length=MOST_AT_ONCE)]
    on_duplicate: Duplicates = "skip"


class ManyWish(Several):
    """Several things to fetch; with `review` each waits to be looked at before it is placed."""

    review: bool = False


class NotQueued(BaseModel):
    """Why something could not be queued: a code of the table of errors, and its facts."""

    code: str
    facts: dict[str, Any]


class Queued(BaseModel):
    """What became of one of several: the download, or the reason why there is none."""

    link: str
    file: str | None = None
    download: DownloadView | None = None
    problem: NotQueued | None = None


class DownloadPage(BaseModel):
    """A page of downloads."""

    items: list[DownloadView]
    next: str | None = None


def _queue(request: Request) -> Queue:
    queue: Queue = request.app.state.house.queue
    return queue


def _one(record: Download) -> Answer[DownloadView]:
    return Answer(data=view(record))


@router.post("/preview")
async def preview_download(wish: LinkIn, request: Request) -> Answer[Foretold]:
    """What a link would bring: listing, files, sizes, folder and why, duplicates. Nothing is queued."""
    return Answer(data=await _queue(request).preview(wish.url, wish.options()))


@router.get("/preview/picture", responses={200: {"content": {"image/webp": {}}}}, response_class=Response)
async def preview_picture(url: Annotated[str, Query(max_length=8192)], request: Request) -> Response:
    """A picture of a link that was looked at, small and made safe; only addresses that a preview has told."""
    hands = hands_of(request)
    content = await asyncio.to_thread(hands.glimpses.glimpse, hands.net, url)
    return Response(content, media_type="image/webp", headers={"Cache-Control": "private, max-age=3600"})


@router.post("/pause")
async def pause_all(request: Request) -> Answer[int]:
    """Pauses everything that waits or runs; gives the number."""
    return Answer(data=await _queue(request).pause_all())


@router.post("/resume")
async def resume_all(request: Request) -> Answer[int]:
    """Resumes everything that is paused; gives the number."""
    return Answer(data=await _queue(request).resume_all())


@router.delete("", dependencies=[Depends(check_parameters)])
async def clear_downloads(request: Request, state: Annotated[list[State], Query(min_length=1)]) -> Answer[int]:
    """Takes every finished download of these states out of the history; models stay. Gives the number."""
    return Answer(data=await _queue(request).clear([each.value for each in state]))


@router.post("", status_code=202)
async def add_download(
    wish: LinkIn, request: Request, idempotency_key: Annotated[str | None, Header(max_length=200)] = None
) -> Answer[DownloadView]:
    """Puts a link into the queue. The same Idempotency-Key gives the same download."""
    return _one(await _queue(request).add(wish.url, wish.options(), idempotency_key))


@router.post("/many", status_code=202)
async def add_downloads(
    wish: ManyWish, request: Request, idempotency_key: Annotated[str | None, Header(max_length=200)] = None
) -> Answer[list[Queued]]:
    """Puts several links into the queue in their order, and tells of each what became of it."""
    queue = _queue(request)
    return Answer(
        data=[
            await queued(
                queue, each, wish, f"{idempotency_key}:{place}" if idempotency_key else None, review=wish.review
            )
            for place, each in enumerate(wish.items)
        ]
    )


async def queued(
    queue: Queue, chosen: Chosen, wish: Several, key: str | None = None, *, review: bool = False
) -> Queued:
    """One of several, queued or told why not."""
    options = Options(chosen.file, chosen.kind, on_duplicate=wish.on_duplicate, review=review)
    try:
        record = await queue.add(chosen.link, options, key)
    except ModellaError as problem:
        return Queued(
            link=chosen.link, file=chosen.file, problem=NotQueued(code=problem.code, facts=problem.plain_facts)
        )
    return Queued(link=chosen.link, file=chosen.file, download=view(record))


@router.get("", dependencies=[Depends(check_parameters)])
async def list_downloads(
    request: Request,
    state: Annotated[list[State] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
    q: Annotated[str, Query(max_length=200, description="Words in the name, the link or a file's name")] = "",
) -> Answer[DownloadPage]:
    """Downloads: unfinished ones in their order, then finished ones, newest first."""
    found = await _queue(request).downloads([each.value for each in state or []], limit, cursor, q)
    more = found[-1].id if len(found) == limit else None
    return Answer(data=DownloadPage(items=[view(record) for record in found], next=more))


@router.get("/{download_id}")
async def get_download(download_id: str, request: Request) -> Answer[DownloadView]:
    """One download."""
    return _one(await _queue(request).get(download_id))


@router.patch("/{download_id}")
async def change_download(download_id: str, change: ChangeIn, request: Request) -> Answer[DownloadView]:
    """Moves a download in the queue, answers its duplicate, or edits its draft."""
    return _one(await _queue(request).change(download_id, change.position, change.on_duplicate, change.draft))


@router.delete("/{download_id}")
async def remove_download(download_id: str, request: Request) -> Answer[None]:
    """Takes a finished download out of the history; models stay."""
    await _queue(request).remove(download_id)
    return Answer()


@router.post("/{download_id}/finalize")
async def finalize_download(download_id: str, reviewed: FinalizeIn, request: Request) -> Answer[DownloadView]:
    """Takes the reviewed registration and places the model."""
    return _one(await _queue(request).finalize(download_id, reviewed.fields))


@router.post("/{download_id}/target")
async def target_of_download(download_id: str, reviewed: FinalizeIn, request: Request) -> Answer[Target]:
    """Where a download under review would go, were these the fields of its registration. Nothing is changed."""
    return Answer(data=await _queue(request).target(download_id, reviewed.fields))


@router.post("/{download_id}/verify")
async def verify_download(download_id: str, request: Request) -> Answer[dict[str, Any]]:
    """Hashes the placed files of a finished download again and compares."""
    record = await _queue(request).get(download_id)
    hands = hands_of(request)
    return Answer(data=await asyncio.to_thread(recheck, hands, record.model_id or ""))


@router.post("/{download_id}/{verb}")
async def steer_download(
    download_id: str, verb: Literal["pause", "resume", "cancel", "retry"], request: Request
) -> Answer[DownloadView]:
    """Pauses, resumes, cancels or retries; each may be asked twice and says what it found."""
    queue = _queue(request)
    verbs = {"pause": queue.pause, "resume": queue.resume, "cancel": queue.cancel, "retry": queue.retry}
    return _one(await verbs[verb](download_id))
