"""How languages count and write numbers, which of them a person wants, and a pretend one to try pages with.

Plural forms and separators are those of Unicode CLDR 48: `supplemental/plurals.xml` (cardinals) and, of each language,
`numbers.json` (decimal, group, minimumGroupingDigits). A table of seven is enough; all of CLDR would weigh 30 MB.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

FORMS = ("zero", "one", "two", "few", "many", "other")
"""Every name that CLDR has for a plural form."""
PRETEND = "en-XA"
"""English, longer and in brackets: what it shows unchanged is not translated, what it cuts off has too little room."""
_KEPT = frozenset({"direction", "units"})


@dataclass(frozen=True)
class Habits:
    """What one language does: the plural forms it has, which one a number wants, and how numbers are written.

    `form` is given the whole part and whether there are visible decimals. `least` is how many digits must stand before
    the first group.
    """

    forms: tuple[str, ...]
    form: Callable[[int, bool], str]
    decimal: str = "."
    group: str = ","
    least: int = 1


def _english(whole: int, decimals: bool) -> str:
    return "one" if whole == 1 and not decimals else "other"


def _french(whole: int, decimals: bool) -> str:
    if whole in (0, 1):
        return "one"
    return "many" if whole % 1_000_000 == 0 and not decimals else "other"


def _spanish(whole: int, decimals: bool) -> str:
    if whole == 1 and not decimals:
        return "one"
    return "many" if whole and whole % 1_000_000 == 0 and not decimals else "other"


def _russian(whole: int, decimals: bool) -> str:
    if decimals:
        return "other"
    tens, ones = whole % 100, whole % 10
    if ones == 1 and tens != 11:
        return "one"
    return "few" if 2 <= ones <= 4 and not 12 <= tens <= 14 else "many"


def _none(_whole: int, _decimals: bool) -> str:
    return "other"


HABITS: Mapping[str, Habits] = {
    "en": Habits(("one", "other"), _english),
    "de": Habits(("one", "other"), _english, ",", "."),
    "fr": Habits(("one", "many", "other"), _french, ",", "\u202f"),
    "es": Habits(("one", "many", "other"), _spanish, ",", ".", 2),
    "ru": Habits(("one", "few", "many", "other"), _russian, ",", "\u00a0"),
    "zh": Habits(("other",), _none),
    "ja": Habits(("other",), _none),
}
"""The languages whose habits are known; any other one is treated as English."""


def habits_of(language: str) -> Habits:
    """The habits of a language, by the first part of its code."""
    return HABITS.get(language.replace("_", "-").split("-")[0].lower(), HABITS["en"])


def plural_form(language: str, count: Any) -> str:
    """The plural form that a number wants; a number that was written out already is read back."""
    if isinstance(count, float) and not count.is_integer():
        return habits_of(language).form(int(abs(count)), True)
    digits = re.sub(r"[\s.,]", "", str(int(count) if isinstance(count, float) else count)).lstrip("-")
    return habits_of(language).form(int(digits), False) if digits.isdecimal() else "other"


def written(language: str, number: float, decimals: int = 0) -> str:
    """A number as the language writes it, with so many decimals."""
    habits = habits_of(language)
    whole, _, rest = f"{abs(number):.{decimals}f}".partition(".")
    if len(whole) >= 3 + habits.least:
        whole = f"{int(whole):,}".replace(",", habits.group)
    sign = "-" if number < 0 and float(f"{number:.{decimals}f}") else ""
    return f"{sign}{whole}{habits.decimal}{rest}" if rest else f"{sign}{whole}"


def is_plural(found: Mapping[str, Any]) -> bool:
    """Whether a table of texts holds the forms of one sentence."""
    return "other" in found and all(form in FORMS and isinstance(text, str) for form, text in found.items())


def accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header, the most wanted first; nonsense in it is passed over."""
    found = []
    for place, part in enumerate(header[:1000].split(",")):
        name, *parameters = (each.strip() for each in part.split(";"))
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        if re.fullmatch(r"[01](\.\d{0,3})?", weight) and float(weight) > 0 and re.fullmatch(r"[\w-]{1,35}", name):
            found.append((-float(weight), place, name))
    return [name for _, _, name in sorted(found)]


def best(wanted: Collection[str], known: Collection[str], otherwise: str = "en") -> str:
    """The first wanted language that there is, or one of its family: `de_AT.UTF-8` is content with `de`."""
    spelled = {name.lower(): name for name in (*known, PRETEND)}
    for each in wanted:
        name = each.replace("_", "-").split(".")[0].split("@")[0].lower()
        found = spelled.get(name) or spelled.get(name.split("-")[0])
        if found:
            return found
    return otherwise


def pretend(texts: Mapping[str, Any]) -> dict[str, Any]:
    """Every text in brackets and two fifths longer; facts in braces stay what they are."""
    return {
        key: value if key in _KEPT else pretend(value) if isinstance(value, Mapping) else _longer(str(value))
        for key, value in texts.items()
    }


def _longer(text: str) -> str:
    return f"[{text}{' ~' * max(1, len(text) // 5)}]"
