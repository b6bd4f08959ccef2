"""Keeps the links of apps in step with the library: what comes, moves, changes or goes is planned anew for each app."""

import queue
import threading
from collections.abc import Mapping

import structlog

from modella.core.errors import ModellaError
from modella.core.events import Event, ModelAdded, ModelChanged, ModelsChanged
from modella.core.linking import App
from modella.work.apps import apps
from modella.work.hands import Hands
from modella.work.linking import LinkOutcome, apply_links
from modella.work.tasks import Task

log = structlog.get_logger()
_GATHER = 0.2
"""Seconds in which further changes are taken along."""
_FIRST = 4.0
"""Seconds before everything is looked at once after the start: the library is looked at first."""

_Wish = Mapping[str, str] | None
"""Models to plan anew, with when they may have come to the library, empty for never; None for the whole library."""


class AutoLinker:
    """Follows the events of a house in a thread of its own, until it is stopped."""

    def __init__(self, hands: Hands, *, looks_first: bool = True) -> None:
        self._hands = hands
        self._wishes: queue.Queue[_Wish] = queue.Queue()
        self._stop = threading.Event()
        self._looks_first = looks_first
        self._thread = threading.Thread(target=self._run, name="modella-link", daemon=True)
        self._untap = hands.bus.tap(self._take)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Does what is asked for already, and ends."""
        self._untap()
        self._stop.set()
        self._wishes.put({})
        if self._thread.is_alive():
            self._thread.join(30)

    def _take(self, event: Event) -> None:
        if isinstance(event, ModelAdded | ModelChanged):
            self._wishes.put({str(event.model.get("id")): event.at if isinstance(event, ModelAdded) else ""})
        elif isinstance(event, ModelsChanged):
            self._wishes.put(dict.fromkeys(event.ids, event.at) if event.count <= len(event.ids) else None)

    def _run(self) -> None:
        if self._looks_first and not self._stop.wait(_FIRST):
            relink(self._hands, None)
        while not (self._stop.is_set() and self._wishes.empty()):
            wanted = self._gathered()
            if wanted is None or wanted:
                relink(self._hands, wanted)

    def _gathered(self) -> _Wish:
        wishes = [self._wishes.get()]
        self._stop.wait(_GATHER)
        while not self._wishes.empty():
            wishes.append(self._wishes.get_nowait())
        models: dict[str, str] = {}
        for wish in wishes:
            if wish is None:
                return None
            models |= {model: max(came, models.get(model, "")) for model, came in wish.items()}
        return models


def relink(hands: Hands, models: _Wish) -> list[LinkOutcome]:
    """Brings the links of these models up to date in every app that wants that; trouble with one app stops no other.

    What the library had before an app was added is linked into it only after somebody has had that done once, having
    read the plan. An app that is not there now gets its links when it is back.
    """
    done = []
    for app in apps(hands):
        if app.auto and (meant := _meant(hands, app, models)) != []:
            outcome = _relinked(hands, app, meant)
            if outcome is not None:
                done.append(outcome)
    return done


def _meant(hands: Hands, app: App, models: _Wish) -> list[str] | None:
    """Those of the models that may be linked without asking; None for the whole library."""
    if app.linked_at:
        return None if models is None else list(models)
    return [model for model, came in (models or {}).items() if came >= app.added_at or _has_links(hands, app, model)]


def _has_links(hands: Hands, app: App, model: str) -> bool:
    return any(each.app == app.id for each in hands.store.links_of(hands.library_id, model))


def _relinked(hands: Hands, app: App, models: list[str] | None) -> LinkOutcome | None:
    try:
        if models is not None:
            return apply_links(hands, app.id, models, cautious=True)

        def work(task: Task) -> dict[str, object]:
            return apply_links(hands, app.id, None, task, cautious=True).model_dump(mode="json")

        task = hands.tasks.begin("link", work, alone=False)
        task.finished.wait()
    except ModellaError as problem:
        log.warning("links of an app could not be kept in step", app=app.id, code=problem.code)
    except Exception:
        log.exception("links of an app could not be kept in step", app=app.id)
    return None
