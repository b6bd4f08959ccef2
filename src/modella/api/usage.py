"""Room by HTTP: what the library takes by kind, family, source and root, and how full its drives are."""

import asyncio

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from modella.api.answers import Answer
from modella.api.asked import check_parameters, hands_of
from modella.io.store.search import Weight
from modella.work.hands import Hands
from modella.work.roots import roots
from modella.work.usage import trash_weight, volumes, weights

router = APIRouter(prefix="/api", tags=["usage"])


class Amount(BaseModel):
    """How many models, and their bytes."""

    count: int
    bytes: int


class Share(Amount):
    """What the models with one value take; `none` stands for those that have no value."""

    value: str


class RootShare(Amount):
    """What the models of one root take."""

    root: str = Field(description="Its id; the library's own is empty")
    path: str


class VolumeView(BaseModel):
    """A drive, or a part of one: `total` and `free` in bytes, `ours` those of the models in the roots on it."""

    path: str
    total: int
    free: int
    ours: int
    roots: list[str]


class Usage(BaseModel):
    """Models that are missing take no room. What has two sources is counted under both; two names of one file twice."""

    total: Amount
    by_kind: list[Share]
    by_family: list[Share]
    by_base_model: list[Share]
    by_source: list[Share]
    by_root: list[RootShare]
    volumes: list[VolumeView]
    trash: Amount


@router.get("/usage", dependencies=[Depends(check_parameters)])
async def get_usage(request: Request) -> Answer[Usage]:
    """How much room the models take, the largest part first, and how full the drives are."""
    return Answer(data=await asyncio.to_thread(_usage, hands_of(request)))


def _usage(hands: Hands) -> Usage:
    found = weights(hands)
    tops = {root.id or "none": root for root in roots(hands)}
    count, size = trash_weight(hands)
    (whole,) = found[""]
    return Usage(
        total=Amount(count=whole.models, bytes=whole.size),
        by_kind=_shares(found["kind"]),
        by_family=_shares(found["family"]),
        by_base_model=_shares(found["base_model"]),
        by_source=_shares(found["source"]),
        by_root=[
            RootShare(root=tops[each.value].id, path=tops[each.value].path, count=each.models, bytes=each.size)
            for each in found["root"]
            if each.value in tops
        ],
        volumes=[VolumeView(**vars(each)) for each in volumes(hands)],
        trash=Amount(count=count, bytes=size),
    )


def _shares(told: list[Weight]) -> list[Share]:
    return [Share(value=each.value, count=each.models, bytes=each.size) for each in told]
