"""How the API answers: one envelope for everything, and one table from errors to HTTP status."""

import json
from typing import Any, Generic, Literal, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from modella.api.asked import explained
from modella.core.errors import (
    AccessNeeded,
    BadContent,
    BadLink,
    Conflict,
    DiskTrouble,
    Failed,
    Mismatch,
    ModellaError,
    NetworkTrouble,
    NoSpace,
    NotFound,
    Refused,
)
from modella.core.languages import accepted
from modella.core.words import Words
from modella.io.packaged import load_words

T = TypeVar("T")

_OF_KEYS = {"set_token"}
"""Operations whose bodies hold a key."""

STATUS: dict[type[ModellaError], int] = {
    BadLink: 422,
    NotFound: 404,
    AccessNeeded: 403,
    Mismatch: 502,
    BadContent: 422,
    NoSpace: 507,
    DiskTrouble: 503,
    Refused: 403,
    NetworkTrouble: 502,
    Conflict: 409,
    Failed: 500,
}


class Answer(BaseModel, Generic[T]):
    """The envelope of every answer. `error` is a sentence in the caller's language, beside code, hint and context."""

    success: bool = True
    data: T | None = None
    error: str | None = None
    code: str | None = None
    hint: str | None = None
    context: dict[str, Any] | None = None


class Refusal(BaseModel):
    """The envelope of every error: a sentence in the caller's language, its code, what to do, and the facts."""

    success: Literal[False]
    error: str
    code: str
    hint: str | None = None
    context: dict[str, Any] = {}


REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Refusal, "description": "What was asked cannot be done; `code` says why"},
    "5XX": {"model": Refusal, "description": "The disk, the network or Modella itself failed; `code` says how"},
}
"""What every operation may answer besides."""

_AS_JSON = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
REFUSALS_OF_FILES: dict[int | str, dict[str, Any]] = {
    status: {"description": told["description"], "content": _AS_JSON} for status, told in REFUSALS.items()
}
"""The same for operations whose answer itself is no JSON."""


def words_for(request: Request) -> Words:
    """The caller's language: what it asks for by Accept-Language, else that of the settings."""
    house = request.app.state.house
    chosen = house.settings().lang if house is not None else ""
    return load_words(*accepted(request.headers.get("accept-language", "")), chosen)


def refuse(words: Words, problem: ModellaError, *, status: int = 0, sentence: str | None = None) -> Response:
    """An error as an answer; `status` and `sentence` where those of its branch and code do not fit."""
    told = {"success": False, **words.explain(problem)}
    # Escaped: what is refused may be no proper text, and must not hinder saying so.
    body = json.dumps({**told, "error": sentence or told["error"]}, default=str)
    return Response(body, status or STATUS[type(problem)], media_type="application/json")


def answer_errors(app: FastAPI) -> None:
    """Lets every error of the family, and bad requests, become an envelope."""

    @app.exception_handler(ModellaError)
    async def _family(request: Request, problem: ModellaError) -> Response:
        return refuse(words_for(request), problem)

    @app.exception_handler(RequestValidationError)
    async def _request(request: Request, problem: RequestValidationError) -> Response:
        words = words_for(request)
        wrong, sentence = explained(words, problem, hides=request.scope["endpoint"].__name__ in _OF_KEYS)
        return refuse(words, wrong, sentence=sentence)

    @app.exception_handler(UnicodeEncodeError)
    async def _no_text(request: Request, _problem: UnicodeEncodeError) -> Response:
        words = words_for(request)
        reason = words.say("requests.half-a-character")
        return refuse(words, BadLink("bad-value", name="body", value="", reason=reason))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, problem: HTTPException) -> Response:
        words = words_for(request)
        answer = refuse(words, _of_status(request, words, problem), status=problem.status_code)
        answer.headers.update(problem.headers or {})
        return answer


def _of_status(request: Request, words: Words, problem: HTTPException) -> ModellaError:
    """What the framework refuses, as an error of ours: an unknown path, a method, a body that cannot be read."""
    method, path = request.method, request.url.path[:200]
    if problem.status_code == 405:
        allowed = (problem.headers or {}).get("allow") or (problem.headers or {}).get("Allow") or "GET"
        return NotFound("wrong-method", method=method, path=path, allowed=allowed)
    if problem.status_code == 404:
        if b"%2f" in request.scope.get("raw_path", b"").lower():  # a slash inside of an id, not between folders
            return NotFound("unknown-id", id=path.removeprefix("/api/").partition("/")[2][:64])
        return NotFound("no-such-operation", method=method, path=path)
    return BadLink("bad-value", name="body", value="", reason=words.say("requests.unreadable"))
