"""Editing what a person says of models: fields, what apps may do with them, tags of many at once; and taking it back.

Everything goes to `overrides.json`, in one write a model, so that a crash leaves the old words or the new ones.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from modella.core.errors import BadLink, Conflict, DiskTrouble, ModellaError, NotFound
from modella.core.model import EDITABLE, Overrides, check_fields, effective, is_storable
from modella.core.naming import is_inner, name_key, shown
from modella.core.prose import safe_html
from modella.core.standing import standing
from modella.core.versions import is_range
from modella.work.hands import Hands
from modella.work.records import Record, load, save
from modella.work.roots import check_online

_LONGEST_APP = 64
_APP_WORDS: Mapping[str, Callable[[Any], bool]] = {
    "versions": lambda value: isinstance(value, str) and is_range(value),
    "link": lambda value: isinstance(value, bool),
    "path": lambda value: isinstance(value, str) and is_inner(value),
}
"""What may be said of a model in an app, and what may stand there."""
_NO_APP_WORD = {"versions": "no-range", "link": "not-yes-or-no", "path": "no-inner-path"}
"""Why something else may not stand there, in the words of `reasons`."""


@dataclass(frozen=True)
class Edit:
    """What a person wants: fields set, fields taken back, apps (None takes an app's words back), tags more or less.

    `link` changes that one word of apps and leaves what else is said of them; None takes it back. `if_updated_at` is
    the `updated_at` the person saw; it guards against what somebody else has changed since.
    """

    set: Mapping[str, Any] = field(default_factory=dict)
    reset: Sequence[str] = ()
    apps: Mapping[str, Any] = field(default_factory=dict)
    add_tags: Sequence[str] = ()
    remove_tags: Sequence[str] = ()
    if_updated_at: str | None = None
    link: Mapping[str, bool | None] = field(default_factory=dict)

    def check(self) -> None:
        """BadLink("bad-value") for what cannot be done, whatever the model."""
        check_fields(dict(self.set))
        check_fields({"tags": [*self.add_tags, *self.remove_tags]})
        for name in self.reset:
            if name not in EDITABLE or name in self.set:
                _refuse("reset", name, "no field that can be taken back" if name not in EDITABLE else "it is set, too")
        for app, said in (*self.apps.items(), *((app, {}) for app in self.link)):
            _check_app(app, said)


def edit(hands: Hands, model: str, wish: Edit) -> dict[str, Any]:
    """Changes one model and gives its record; a wish that changes nothing writes nothing.

    NotFound("unknown-id"), BadLink("bad-value"), Conflict("changed-meanwhile") when `if_updated_at` is not the present.
    """
    wish.check()
    with hands.changing:
        record = load(hands, model)
        check_online(hands, record.root)
        _check_unchanged(record, wish)
        wanted = edited(record, wish)
        if wanted.model_dump() == record.overrides.model_dump():
            return _seen(hands, record)
        record.overrides = wanted
        save(hands, record, metadata=False, overrides=True)
        return _seen(hands, record)


def edit_many(hands: Hands, models: Sequence[str], wish: Edit) -> dict[str, Any]:
    """The same change to many models, each for itself: ids of the changed ones, and what kept the others from it.

    `link` is what was said before of linking the changed ones: app, model, and True, False or None.
    """
    wish.check()
    changed: list[str] = []
    failed: list[tuple[str, ModellaError]] = []
    before: dict[str, dict[str, bool | None]] = {app: {} for app in wish.link}
    for model in dict.fromkeys(models):
        said = (hands.index.get(model) or {}).get("apps") or {} if wish.link else {}
        try:
            edit(hands, model, wish)
            changed.append(model)
            for app, known in before.items():
                known[model] = said.get(app, {}).get("link")
        except ModellaError as problem:
            failed.append((model, problem))
        except (OSError, ValueError) as problem:
            reason = shown(str(problem), 200)
            failed.append((model, DiskTrouble("disk-error", path=shown(model, 64), reason=reason)))
    return {"changed": changed, "failed": failed, "link": before}


def look_closely(hands: Hands, model: str) -> dict[str, Any]:
    """A model's record with `fields`: where each value is from, and what else was said; NotFound("unknown-id").

    A model whose files cannot be read now is told as the index knows it, without `fields`.
    """
    known = hands.index.get(model)
    if known is None:
        raise NotFound("unknown-id", id=shown(model, 64))
    try:
        record = load(hands, model)
    except (ModellaError, OSError, ValueError):
        return {name: value for name, value in known.items() if name != "beneath"}
    return _seen(hands, record)


def edited(record: Record, wish: Edit) -> Overrides:
    """What the user says of a model after an edit; the record stays as it is."""
    overrides = record.overrides.model_copy(deep=True)
    fields = {name: value for name, value in overrides.fields.items() if name not in wish.reset}
    taken_back = {*overrides.reset, *wish.reset}
    changes = _with_tags(record, _safe(dict(wish.set)), wish)
    if "description" in wish.reset and "description_format" not in changes:
        fields.pop("description_format", None)
        taken_back.add("description_format")
    overrides.fields = {**fields, **changes}
    overrides.reset = sorted(taken_back - changes.keys())
    for app, said in wish.apps.items():
        overrides.apps.pop(app, None)
        if said is not None:
            overrides.apps[app] = dict(said)
    for app, link in wish.link.items():
        rest = {name: value for name, value in overrides.apps.pop(app, {}).items() if name != "link"}
        if rest or link is not None:
            overrides.apps[app] = rest if link is None else {**rest, "link": link}
    return overrides


def _seen(hands: Hands, record: Record) -> dict[str, Any]:
    """The record as people see it after a change; what is only in the index (its place) comes from there."""
    indexed = hands.index.get(record.metadata.id) or {}
    told = {**indexed, **record.effective(), "path": indexed.get("path"), "apps": record.overrides.apps}
    told.pop("beneath", None)
    told["fields"] = standing(record.metadata, record.overrides)
    return told


def _with_tags(record: Record, changes: dict[str, Any], wish: Edit) -> dict[str, Any]:
    """The changes with tags added and removed; tags are one when they differ by case only."""
    if not wish.add_tags and not wish.remove_tags:
        return changes
    before = changes.get("tags", effective(record.metadata, record.overrides)["tags"])
    less = {name_key(tag) for tag in wish.remove_tags}
    after = {name_key(tag): tag for tag in before if name_key(tag) not in less}
    for tag in wish.add_tags:
        after.setdefault(name_key(tag), tag)
    wanted = list(after.values())
    check_fields({"tags": wanted})
    return changes if wanted == before else {**changes, "tags": wanted}


def _safe(changes: dict[str, Any]) -> dict[str, Any]:
    """A description that a person types is Markdown unless they say otherwise, and never acts."""
    if isinstance(changes.get("description"), str):
        changes.setdefault("description_format", "markdown")
        if changes["description_format"] != "markdown":
            changes["description"] = safe_html(changes["description"])
    return changes


def _check_unchanged(record: Record, wish: Edit) -> None:
    now_is = effective(record.metadata, record.overrides)["updated_at"]
    if wish.if_updated_at is not None and wish.if_updated_at != now_is:
        raise Conflict("changed-meanwhile", id=record.metadata.id, updated_at=now_is)


def _check_app(app: str, said: Any) -> None:
    is_named = 0 < len(app) <= _LONGEST_APP and is_storable(app) and app.isprintable()
    if not is_named or not (said is None or isinstance(said, Mapping)):
        _refuse("apps", app, "no app and what is said of it")
    for name, value in (said or {}).items():
        if name not in _APP_WORDS:
            _refuse(f"apps.{app}.{name}", str(value), f"known are {', '.join(_APP_WORDS)}")
        if not _APP_WORDS[name](value):
            _refuse(name, str(value), _NO_APP_WORD[name])


def _refuse(name: str, value: str, reason: str) -> None:
    raise BadLink("bad-value", name=shown(name, 60), value=shown(value, 80), reason=reason)
