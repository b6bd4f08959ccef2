"""What program this is, and where its library lies."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from modella import __version__
from modella.api.answers import Answer

router = APIRouter(tags=["about"])


class Example(BaseModel):
    """A link to try, of the stand-in hub of `modella demo`."""

    name: str
    about: str
    link: str


class About(BaseModel):
    """The program and its library; `examples` are there in a demo only."""

    version: str
    library: str
    home: str
    examples: list[Example]


@router.get("/api/about")
async def get_about(request: Request) -> Answer[About]:
    """The version, the library's folder, and links to try in a demo."""
    house = request.app.state.house
    examples = [Example(name=name, about=about, link=link) for name, about, link in request.app.state.examples]
    where = {"library": str(house.hands.library.root), "home": str(house.settings().home)}
    return Answer(data=About(version=__version__, examples=examples, **where))
