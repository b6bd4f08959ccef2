"""How the API answers: one envelope for everything, and one table from errors to HTTP status."""

import json
from typing import Any, Generic, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

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
from modella.core.words import Words
from modella.io.packaged import languages, load_words

T = TypeVar("T")

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


def words_for(request: Request) -> Words:
    """The caller's language, by Accept-Language."""
    wanted = request.headers.get("accept-language", "")
    offered = (part.split(";")[0].strip().lower() for part in wanted.split(","))
    known = languages()
    found = (name for each in offered for name in (each, each.split("-")[0]) if name in known)
    return load_words(next(found, "en"))


def refuse(words: Words, problem: ModellaError) -> Response:
    """An error as an answer."""
    # Escaped: what is refused may be no proper text, and must not hinder saying so.
    body = json.dumps({"success": False, **words.explain(problem)}, default=str)
    return Response(body, STATUS[type(problem)], media_type="application/json")


def answer_errors(app: FastAPI) -> None:
    """Lets every error of the family, and bad requests, become an envelope."""

    @app.exception_handler(ModellaError)
    async def _family(request: Request, problem: ModellaError) -> Response:
        return refuse(words_for(request), problem)

    @app.exception_handler(RequestValidationError)
    async def _request(request: Request, problem: RequestValidationError) -> Response:
        first = problem.errors()[0]
        name = ".".join(str(part) for part in first["loc"] if part not in {"body", "query", "path"})
        value = first.get("input")
        shown = str(value)[:80] if isinstance(value, (str, int, float, bool)) else ""
        return refuse(words_for(request), BadLink("bad-value", name=name or "body", value=shown, reason=first["msg"]))

    @app.exception_handler(UnicodeEncodeError)
    async def _no_text(request: Request, _problem: UnicodeEncodeError) -> Response:
        return refuse(words_for(request), BadLink("bad-value", name="body", value="", reason="half a character"))

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, problem: HTTPException) -> JSONResponse:
        body = {"success": False, "error": problem.detail, "code": f"http-{problem.status_code}"}
        return JSONResponse(body, problem.status_code, headers=problem.headers)
