"""Settings as they are shown to people: each with its words, bounds and choices, and what fixes it."""

from typing import Any, Literal, get_args

from pydantic import BaseModel, Field

from modella.core.words import Words
from modella.io.declared import Declared, Section, Shape, declared
from modella.io.packaged import languages, load_words
from modella.io.settings import CHANGEABLE, LiveSettings, Origin, Settings


class ChoiceView(BaseModel):
    """One value that a setting may have, in the caller's language."""

    value: str
    title: str


class FixedBy(BaseModel):
    """What says a setting so that it cannot be changed here: a flag, a variable or the file, by its name."""

    by: Literal["flag", "environment", "config"]
    name: str


class SettingView(BaseModel):
    """One setting. Bounds are taken in, except `above`; `variable` and `name` (in config.toml) set it elsewhere.

    `type` says how to show and read the value; hours look like 22:00-07:00. `from` is where the value is from. With
    `restart` another value counts when the server is started the next time.
    """

    name: str
    section: Section
    title: str
    help: str
    type: Shape
    value: Any
    default: Any
    origin: Origin = Field(serialization_alias="from")
    choices: list[ChoiceView] | None = None
    minimum: int | float | None = None
    above: int | float | None = None
    maximum: int | float | None = None
    changeable: bool
    fixed_by: FixedBy | None = None
    restart: bool
    variable: str


class SectionView(BaseModel):
    """A group of settings, in the caller's language."""

    name: Section
    title: str


class SettingsView(BaseModel):
    """Every setting: the plain values, the names of those that may ever be changed here, and all about each."""

    values: Settings
    changeable: list[str]
    sections: list[SectionView]
    settings: list[SettingView]


def shown_settings(live: LiveSettings, words: Words) -> SettingsView:
    """The settings as they count now, in a language."""
    values = live().model_dump(mode="json")
    sections = [SectionView(name=each, title=words.say(f"setting-sections.{each}")) for each in get_args(Section)]
    shown = [_shown(each, values[each.name], live, words) for each in declared().values()]
    return SettingsView(values=live(), changeable=sorted(CHANGEABLE), sections=sections, settings=shown)


def _shown(told: Declared, value: Any, live: LiveSettings, words: Words) -> SettingView:
    fixed = _fixed(told, live)
    return SettingView(
        name=told.name,
        section=told.section,
        title=words.say(f"settings.{told.name}.title"),
        help=words.say(f"settings.{told.name}.help"),
        type=told.shape,
        value=value,
        default=told.default,
        origin=live.origin(told.name),
        choices=_choices(told, words),
        minimum=told.minimum,
        above=told.above,
        maximum=told.maximum,
        changeable=told.changeable and fixed is None,
        fixed_by=fixed,
        restart=not told.changeable,
        variable=told.variable,
    )


def _fixed(told: Declared, live: LiveSettings) -> FixedBy | None:
    origin = live.origin(told.name)
    if origin == "flag":
        return FixedBy(by=origin, name=f"--{told.name.replace('_', '-')}")
    if origin == "environment":
        return FixedBy(by=origin, name=told.variable)
    return FixedBy(by=origin, name="config.toml") if origin == "config" else None


def _choices(told: Declared, words: Words) -> list[ChoiceView] | None:
    if told.name == "lang":
        known = [ChoiceView(value=each, title=load_words(each).say("language")) for each in languages()]
        return [ChoiceView(value="", title=words.say("settings.lang.automatic")), *known]
    named = [ChoiceView(value=each, title=words.say(f"settings.{told.name}.choices.{each}")) for each in told.choices]
    return named or None
