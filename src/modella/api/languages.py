"""The languages that people can choose, by HTTP."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from modella.api.answers import Answer
from modella.io.packaged import languages, load_words

router = APIRouter(prefix="/api/languages", tags=["settings"])


class LanguageView(BaseModel):
    """A language: its code, the name it has for itself, and which way it is written."""

    code: str
    name: str
    direction: Literal["ltr", "rtl"]


@router.get("")
async def list_languages() -> Answer[list[LanguageView]]:
    """The languages there are, each by its own name."""
    return Answer(data=[_shown(code) for code in languages()])


def _shown(code: str) -> LanguageView:
    words = load_words(code)
    direction: Literal["ltr", "rtl"] = "rtl" if words.say("direction") == "rtl" else "ltr"
    return LanguageView(code=code, name=words.say("language"), direction=direction)
