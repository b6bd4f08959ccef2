"""One model in every app: where it is linked, what a person says of it there, and why it is not where it is not."""

from typing import Any

from pydantic import BaseModel

from modella.core.errors import ModellaError, NotFound
from modella.core.linking import LinkLine, words_for
from modella.core.naming import shown
from modella.work.apps import apps
from modella.work.hands import Hands
from modella.work.linking import plan_links


class ModelInApp(BaseModel):
    """A model in an app: the lines of its plan there, and `why` it gets nothing (`links.skipped` in the locales).

    `said` is what a person says of it in this app, `auto` whether the app's links follow the library; `problem` is the
    code of what kept us from looking.
    """

    app: str
    kind: str
    title: str
    path: str
    auto: bool
    said: dict[str, Any]
    lines: list[LinkLine] = []
    why: str | None = None
    problem: str | None = None


def model_links(hands: Hands, model: str) -> list[ModelInApp]:
    """The model in every app; NotFound("unknown-id")."""
    record = hands.index.get(model)
    if record is None:
        raise NotFound("unknown-id", id=shown(model, 64))
    found = []
    for app in apps(hands):
        told = ModelInApp(
            app=app.id,
            kind=app.app,
            title=app.title,
            path=app.path,
            auto=app.auto,
            said=words_for(app, record.get("apps") or {}),
        )
        try:
            plan = plan_links(hands, app.id, [model])
        except ModellaError as problem:
            told.problem = problem.code
        else:
            told.lines = plan.lines
            told.why = plan.skipped[0].why if plan.skipped and not plan.lines else None
        found.append(told)
    return found
