"""The architectures that Modella knows, by HTTP: their spelling and how they are shown."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from modella.api.answers import Answer
from modella.api.asked import hands_of

router = APIRouter(prefix="/api/families", tags=["about"])


class FamilyView(BaseModel):
    """An architecture: its spelling in records, its name, and a short one for labels."""

    name: str
    label: str
    short: str


@router.get("")
async def list_families(request: Request) -> Answer[list[FamilyView]]:
    """Every architecture that can be recognised or said of a model."""
    families = hands_of(request).rules.families.values()
    return Answer(data=[FamilyView(name=each.name, label=each.label, short=each.short) for each in families])
