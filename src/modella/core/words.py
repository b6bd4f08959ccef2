"""Sentences for people: keys and facts become text of a language, sizes and times become readable."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from modella.core.errors import ModellaError
from modella.core.languages import plural_form, written
from modella.core.naming import shown

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_COUNTS = frozenset({"count", "total", "fine"})
_SIZES = frozenset({"short", "needed", "others", "margin", "free", "most"})
_LONGEST_LIST = 12
_REASONS = frozenset({"reason", "what"})


class Words:
    """One language. A missing fact reads as an ellipsis, a missing key as the key itself."""

    def __init__(self, texts: Mapping[str, Any], language: str = "en") -> None:
        self._texts = texts
        self.language = language

    def say(self, key: str, **facts: Any) -> str:
        """The text at a dotted key, facts filled in; of several plural forms the one that `count` wants."""
        found: Any = self._texts
        for part in key.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        if isinstance(found, Mapping):
            found = found.get(plural_form(self.language, facts.get("count")), found.get("other"))
        return found.format_map(_Facts(self._worded(facts), self)) if isinstance(found, str) else key

    def _worded(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The facts, with the short codes of reasons in words."""
        reasons = self._texts.get("reasons", {})
        return {
            name: reasons.get(value, value) if name in _REASONS and isinstance(value, str) else value
            for name, value in facts.items()
        }

    def number(self, count: float, decimals: int = 0) -> str:
        """A number as the language writes it."""
        return written(self.language, count, decimals)

    def size(self, count: float) -> str:
        """Bytes for people, in powers of 1024, in the units and with the separators of the language."""
        return size(count, self.language, self._texts.get("units", {}))

    def sentence(self, code: str, facts: Mapping[str, Any]) -> str:
        """What happened, for a code of the error family."""
        return self.say(f"errors.{code}.sentence", **facts)

    def hint(self, code: str, facts: Mapping[str, Any]) -> str:
        """What to do about it; a guess at what was meant comes first, where there is one."""
        if facts.get("hint") and code in self._texts.get("instead", {}):
            return self.say(f"instead.{code}", **facts)
        return self.say(f"errors.{code}.hint", **facts)

    def explain(self, problem: ModellaError) -> dict[str, Any]:
        """An error as every door shows it: code, sentence, hint, facts."""
        facts = problem.facts
        return {
            "code": problem.code,
            "error": self.sentence(problem.code, facts),
            "hint": self.hint(problem.code, facts),
            "context": {name: _plain(value) for name, value in facts.items()},
        }


class _Facts(dict[str, Any]):
    def __init__(self, facts: Mapping[str, Any], words: Words) -> None:
        super().__init__({name: _readable(name, value, words) for name, value in facts.items() if value is not None})

    def __missing__(self, key: str) -> str:
        return "…"


def _readable(name: str, value: Any, words: Words) -> Any:
    if name in _SIZES and isinstance(value, (int, float)):
        return words.size(value)
    if name in _COUNTS and isinstance(value, int):
        return words.number(value)
    if isinstance(value, (list, tuple)):
        names = [shown(str(each)) for each in value]
        more = f" … (+{len(names) - _LONGEST_LIST})" if len(names) > _LONGEST_LIST else ""
        return ", ".join(names[:_LONGEST_LIST]) + more
    return shown(value, 400) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    simple = isinstance(value, (str, int, float, bool, type(None)))
    return value if simple else [_plain(v) for v in value] if isinstance(value, (list, tuple)) else str(value)


def size(count: float, language: str = "en", units: Mapping[str, str] = MappingProxyType({})) -> str:
    """Bytes for people, in powers of 1024; `units` are the names that the language has for ours."""
    left, unit = float(count), _UNITS[0]
    for unit in _UNITS:
        if abs(left) < 1024 or unit == _UNITS[-1]:
            break
        left /= 1024
    return f"{written(language, left, 0 if unit == _UNITS[0] else 1)} {units.get(unit, unit)}"


def duration(seconds: float | None) -> str:
    """Seconds for people: 42 s, 3:07, 1:02:33."""
    if seconds is None:
        return "–"
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
