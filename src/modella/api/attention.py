"""What needs a person, by HTTP: each matter with how often, how much, and where it is seen."""

import asyncio
from dataclasses import asdict
from typing import Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from modella.api.answers import Answer
from modella.api.asked import check_parameters, hands_of
from modella.work.attention import attention

router = APIRouter(prefix="/api", tags=["library"])

Code = Literal[
    "mismatch",
    "damaged",
    "broken",
    "missing",
    "changed",
    "unreachable",
    "conflicts",
    "downloads-quarantined",
    "downloads-failed",
    "downloads-asking",
    "downloads-review",
    "duplicates",
    "updates",
]


class MatterView(BaseModel):
    """Something that needs a person; its words are in the locales, under `attention.<code>`."""

    code: Code
    level: Literal["problem", "warning", "note"]
    count: int = Field(description="Models, downloads, contents that lie there twice, or newer versions")
    bytes: int | None = Field(
        description="What it is about; of duplicates, what could be won; null where it says nothing"
    )
    path: str = Field(description="The operation whose GET shows it")
    query: dict[str, list[str]] = Field(description="Its parameters")
    ids: list[str] = Field(description="The models, where no query can tell them; at most 500")


@router.get("/attention", dependencies=[Depends(check_parameters)])
async def get_attention(request: Request) -> Answer[list[MatterView]]:
    """What needs a person now, the worst first; cheap enough to be asked often."""
    found = await asyncio.to_thread(attention, hands_of(request))
    return Answer(data=[MatterView.model_validate(asdict(each)) for each in found])
