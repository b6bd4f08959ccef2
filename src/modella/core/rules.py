"""The small language in which `families/` says how a model is recognised, and the rules read from it.

A pattern is a piece of a tensor name, matched from the start of a segment to the end of one:
`#` is any number, `^` the start of the name, `$` its end, `*` any run of characters. A written number is that number.
Patterns are written with dots and match names flattened with underscores (sd-scripts) as well.

A condition is a table of tests that must all hold:

    has, any, lacks   patterns: all there, at least one there, none there
    dotted            patterns that count only in names that kept their dots
    shape             pattern = dimensions: a number, a list of numbers, "*" (any), "..." (any rest)
    count             word = blocks: highest index after the word plus one; a number or [least, most]
    tensors           [least, most] number of tensors
    last              every tensor but scalars has one or two dimensions, the last one of these, and at most 512 rows
    metadata          key = the accepted texts (a trailing * accepts any rest)
    imports           beginnings of names a pickle wants to import
    either, unless    lists of conditions: at least one holds, none holds
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

Shape = tuple[int, ...]
Dimension = int | str | tuple[int, ...]

_NUMBER = re.compile(r"(?<![^._\n])\d+(?![^._\n])")
_COMPOUND = re.compile(r"(?<![^_])(single|joint|visual|text|temporal)_(transformer_blocks)(?![^_])")
_ROOT = re.compile(r"^lora_transformer(?=_|$)")
"""What a trainer writes before the names of any transformer: not the beginning of `transformer_blocks`."""
_FOREVER = 1 << 62
_MOST_ROWS = 512


class RuleError(ValueError):
    """The data of a rule does not follow the language."""


class Pattern:
    """One pattern, prepared for searching."""

    __slots__ = ("_exact", "_expression", "dotted", "flat", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        start = "\n" if text.startswith("^") else ""
        end = "\n" if text.endswith("$") else ""
        body = text.removeprefix("^").removesuffix("$")
        lead = "" if body.startswith("*") else "."
        tail = "" if body.endswith("*") else "."
        body = body.strip("*")
        if not body or "\n" in body:
            raise RuleError(f"empty pattern: {text!r}")
        general = _NUMBER.sub("#", body)
        self.dotted = f"{start}{lead}{general}{tail}{end}"
        self.flat = f"{start}{lead.replace('.', '_')}{_flatten(general)}{tail.replace('.', '_')}{end}"
        inner = re.escape(body).replace(r"\#", r"\d+").replace(r"\*", r"[^\n]*").replace(r"\.", "[._]")
        self._expression = (
            re.compile(self._spelled(general, start, lead, tail, end), re.MULTILINE) if "*" in general else None
        )
        head = "^" if start else ("" if not lead else "(?:^|[._])")
        foot = "$" if end else ("" if not tail else "(?=[._]|$)")
        self._exact = re.compile(head + inner + foot) if general != body else None

    @staticmethod
    def _spelled(general: str, start: str, lead: str, tail: str, end: str) -> str:
        inner = "[^\n]*".join(re.escape(part) for part in general.split("*"))
        return f"{start}{re.escape(lead)}{inner}{re.escape(tail)}{end}".replace(r"\.", "[._]")

    def is_in(self, dotted: str, flat: str) -> bool:
        """Whether some line of the two texts contains the pattern, numbers aside."""
        if self._expression is not None:
            return bool(self._expression.search(dotted) or (flat and self._expression.search(flat)))
        return self.dotted in dotted or bool(flat and self.flat in flat)

    def accepts(self, name: str) -> bool:
        """Whether the numbers the pattern spells out are those of the name."""
        return self._exact is None or self._exact.search(name) is not None

    @property
    def spells_numbers(self) -> bool:
        """Whether the pattern names a certain number."""
        return self._exact is not None


@lru_cache(maxsize=4096)
def pattern(text: str) -> Pattern:
    """The prepared pattern of a text."""
    return Pattern(text)


def _flatten(template: str) -> str:
    return _COMPOUND.sub(r"\1-\2", _ROOT.sub("lora-transformer", template.replace(".", "_")))


class Names:
    """Tensor names with their numbers folded together, so that a rule looks at a hundred lines instead of thousands."""

    __slots__ = (
        "_counts",
        "_dotted",
        "_flat",
        "_lines",
        "_shapes",
        "groups",
        "imports",
        "metadata",
        "shape_of",
        "total",
    )

    def __init__(
        self,
        groups: Mapping[str, Sequence[str]],
        shape_of: Callable[[str], Shape | None],
        metadata: Mapping[str, str] | None = None,
        imports: Sequence[str] = (),
        flattened: bool = False,
    ) -> None:
        """`groups` maps a folded name to the real names; `flattened` says that names without dots were flattened."""
        self.groups = groups
        self.shape_of = shape_of
        self.metadata = metadata or {}
        self.imports = imports
        self.total = sum(map(len, groups.values()))
        flat = [name for name in groups if "." not in name] if flattened else []
        dotted = [name for name in groups if "." in name] if flattened else list(groups)
        lines = [(f"\n_{_flatten(name)}_\n", name) for name in flat] + [(f"\n.{name}.\n", name) for name in dotted]
        self._lines = lines
        self._counts: dict[str, int] = {}
        self._shapes: dict[str, list[tuple[str, Shape]]] = {}
        self._flat = "".join(line for line, _ in lines[: len(flat)])
        self._dotted = "".join(line for line, _ in lines[len(flat) :])

    def has(self, wanted: Pattern) -> bool:
        """Whether some name matches."""
        if not wanted.is_in(self._dotted, self._flat):
            return False
        return not wanted.spells_numbers or next(self.find(wanted), None) is not None

    def has_dotted(self, wanted: Pattern) -> bool:
        """Whether some name that kept its dots matches."""
        return wanted.is_in(self._dotted, "")

    def find(self, wanted: Pattern) -> Iterator[str]:
        """The names that match, lazily."""
        for line, folded in self._lines:
            if wanted.is_in(line, line if line[1] == "_" else ""):
                yield from (name for name in self.groups[folded] if wanted.accepts(name))

    def shapes(self, wanted: Pattern) -> Iterator[tuple[str, Shape]]:
        """The names that match, one for each shape there is (every one where the pattern spells numbers)."""
        if wanted.spells_numbers:
            yield from ((name, shape) for name in self.find(wanted) if (shape := self.shape_of(name)) is not None)
            return
        for line, folded in self._lines:
            if wanted.is_in(line, line if line[1] == "_" else ""):
                if folded not in self._shapes:
                    self._shapes[folded] = self._distinct(self.groups[folded])
                yield from self._shapes[folded]

    def _distinct(self, names: Sequence[str]) -> list[tuple[str, Shape]]:
        first: dict[Shape, str] = {}
        for name in names:
            shape = self.shape_of(name)
            if shape is not None:
                first.setdefault(shape, name)
        return [(name, shape) for shape, name in first.items()]

    def count(self, word: str) -> int:
        """Highest index that follows the word, plus one; 0 when none does."""
        if word not in self._counts:
            self._counts[word] = self._counted(word)
        return self._counts[word]

    def _counted(self, word: str) -> int:
        wanted = pattern(f"{word}.#")
        if not wanted.is_in(self._dotted, self._flat):
            return 0
        index = re.compile(rf"(?:^|[._]){word.replace('.', '[._]')}[._](\d{{1,6}})(?=[._]|$)")
        found = (index.search(name) for name in self.find(wanted))
        return max((int(hit.group(1)) for hit in found if hit), default=-1) + 1


def fold(names: Iterable[str]) -> dict[str, list[str]]:
    """Names grouped by their form with every number replaced by `#`."""
    listed = list(names)
    folded = _NUMBER.sub("#", "\n".join(listed)).split("\n") if listed else []
    if len(folded) != len(listed):
        folded = [_NUMBER.sub("#", name.replace("\n", " ")) for name in listed]
    groups: dict[str, list[str]] = {}
    for form, name in zip(folded, listed, strict=True):
        if form in groups:
            groups[form].append(name)
        else:
            groups[form] = [name]
    return groups


@dataclass(frozen=True, slots=True)
class Condition:
    """Tests that must all hold; see the top of this file."""

    has: tuple[Pattern, ...] = ()
    some: tuple[Pattern, ...] = ()
    lacks: tuple[Pattern, ...] = ()
    dotted: tuple[Pattern, ...] = ()
    shape: tuple[tuple[Pattern, tuple[Dimension, ...]], ...] = ()
    count: tuple[tuple[str, int, int], ...] = ()
    tensors: tuple[int, int] | None = None
    last: tuple[int, ...] = ()
    metadata: tuple[tuple[str, tuple[str, ...]], ...] = ()
    imports: tuple[str, ...] = ()
    either: tuple["Condition", ...] = ()
    unless: tuple["Condition", ...] = ()

    def evidence(self, names: Names) -> tuple[str, ...] | None:
        """What was found, in words, when every test holds; None when one fails."""
        if not self._names_agree(names):
            return None
        shapes = [_first_of_shape(names, wanted, dimensions) for wanted, dimensions in self.shape]
        if None in shapes:
            return None
        counts = [(word, names.count(word)) for word, _, _ in self.count]
        if not all(least <= got <= most for (_, least, most), (_, got) in zip(self.count, counts, strict=True)):
            return None
        inner = next((found for one in self.either if (found := one.evidence(names)) is not None), None)
        if (self.either and inner is None) or any(one.evidence(names) is not None for one in self.unless):
            return None
        blocks = (f"{got} {word} in a row" for word, got in counts if got)
        return (*(text for text in shapes if text), *self._keys(names), *blocks, *(inner or ()))

    def _names_agree(self, names: Names) -> bool:
        return (
            all(map(names.has, self.has))
            and (not self.some or any(map(names.has, self.some)))
            and not any(map(names.has, self.lacks))
            and (not self.tensors or self.tensors[0] <= names.total <= self.tensors[1])
            and all(map(names.has_dotted, self.dotted))
            and (not self.last or _rows_of(names, self.last))
            and all(_accepted(names.metadata.get(key), texts) for key, texts in self.metadata)
            and (not self.imports or any(name.startswith(self.imports) for name in names.imports))
        )

    def _keys(self, names: Names) -> Iterator[str]:
        some = [wanted for wanted in self.some if names.has(wanted)][:1]
        for wanted in (*self.has, *self.dotted, *some):
            yield f"has {next(names.find(wanted), wanted.text)}"
        if self.last:
            listed = (name for group in names.groups.values() for name in group)
            name = next(name for name in listed if names.shape_of(name))
            yield _sized(name, names.shape_of(name) or ())
        for key, _ in self.metadata:
            yield f"header {key} = {names.metadata[key][:80]}"


def _rows_of(names: Names, widths: tuple[int, ...]) -> bool:
    # Scalars are counters and flags that a trainer leaves beside the rows.
    shapes = [shape for group in names.groups.values() for name in group if (shape := names.shape_of(name))]
    return bool(shapes) and all(
        1 <= len(shape) <= 2 and shape[-1] in widths and (len(shape) == 1 or shape[0] <= _MOST_ROWS) for shape in shapes
    )


def _first_of_shape(names: Names, wanted: Pattern, dimensions: tuple[Dimension, ...]) -> str | None:
    if not names.has(wanted):
        return None
    fitting = (_sized(name, shape) for name, shape in names.shapes(wanted) if _fits(shape, dimensions))
    return next(fitting, None)


def _sized(name: str, shape: Shape) -> str:
    """A tensor and its size in words; a size that the file does not tell is 0 and shown as `?`."""
    return f"{name} is {' × '.join(str(one or '?') for one in shape)}"


def _fits(shape: Shape, dimensions: tuple[Dimension, ...]) -> bool:
    if dimensions and dimensions[-1] == "...":
        dimensions = dimensions[:-1]
        shape = shape[: len(dimensions)]
    return len(shape) == len(dimensions) and all(
        wanted == "*" or (got in wanted if isinstance(wanted, tuple) else got == wanted)
        for got, wanted in zip(shape, dimensions, strict=True)
    )


def _accepted(value: str | None, texts: tuple[str, ...]) -> bool:
    if value is None:
        return False
    lowered = value.lower()
    return any(lowered.startswith(text[:-1]) if text.endswith("*") else lowered == text for text in texts)


@dataclass(frozen=True, slots=True)
class Rule:
    """If the condition holds, the file is this: rules of higher priority are asked first.

    `name` is the family (or the kind, in the slot `kind`); empty where the shapes leave it open. `also` are the other
    families it fits; to those and to `yields` a header text may turn the answer.
    """

    slot: str
    name: str
    priority: int
    condition: Condition
    variants: tuple[tuple[str, Condition], ...] = ()
    also: tuple[str, ...] = ()
    yields: tuple[str, ...] = ()
    note: str | None = None

    def variant(self, names: Names) -> str | None:
        """The finer name, when one of the rule's variants holds."""
        return next((name for name, condition in self.variants if condition.evidence(names) is not None), None)


@dataclass(frozen=True, slots=True)
class Family:
    """An architecture: how sources call it and how we show it."""

    name: str
    label: str
    short: str
    base_models: tuple[str, ...] = ()
    ecosystems: tuple[str, ...] = ()
    headers: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """Everything `families/` says, in the order in which it is asked. `version` changes when the data does.

    `claims` lists for each header key the texts that name a family.
    """

    families: Mapping[str, Family]
    slots: Mapping[str, tuple[Rule, ...]]
    words: Mapping[str, tuple[str, ...]]
    version: str
    base_models: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)

    def first(self, slot: str, names: Names) -> tuple[Rule, tuple[str, ...]] | None:
        """The first rule of a slot that holds, with its evidence."""
        for rule in self.slots.get(slot, ()):
            found = rule.condition.evidence(names)
            if found is not None:
                return rule, found
        return None


def family_of(base_model: str | None, rules: Rules) -> str | None:
    """The family behind a source's base-model text: the exact text first, then regardless of case; else None."""
    if not base_model:
        return None
    return rules.base_models.get(base_model) or rules.base_models.get(base_model.strip().lower())


def family_of_header(metadata: Mapping[str, str], rules: Rules) -> tuple[str, str] | None:
    """The family that the header's own texts claim, and the key that claims it; the longest match wins."""
    claims = (claim for key in rules.claims if key in metadata if (claim := _claim(rules, key, metadata[key])))
    best = max(claims, default=None)
    return (best[1], best[2]) if best else None


@lru_cache(maxsize=2048)
def _claim(rules: Rules, key: str, value: str) -> tuple[int, str, str] | None:
    """The longest match of one text: length, family, key. The same few texts stand in thousands of files."""
    found = ((len(text), family, key) for text, family in rules.claims[key] if _accepted(value, (text,)))
    return max(found, default=None)


_FAMILY_KEYS = frozenset({"family", "label", "short", "base_models", "ecosystems", "headers"})


def parse(documents: Mapping[str, Mapping[str, Any]]) -> Rules:
    """Rules from the documents of `families/`, by name; names that begin with `_` hold kinds instead of a family.

    Raises RuleError for data that does not follow the language.
    """
    families = {name: _family(name, text) for name, text in documents.items() if not name.startswith("_")}
    rules: list[Rule] = []
    words: dict[str, tuple[str, ...]] = {}
    for name, text in documents.items():
        for slot, tables in text.items():
            if slot == "words":
                words |= {word: tuple(values) for word, values in tables.items()}
            elif slot not in _FAMILY_KEYS:
                rules += [
                    _rule(slot, table.get("name", "" if name.startswith("_") else name), table) for table in tables
                ]
    ordered = sorted(rules, key=lambda rule: (-rule.priority, rule.name))
    slots = {slot: tuple(rule for rule in ordered if rule.slot == slot) for slot in {rule.slot for rule in ordered}}
    exact = {text: family.name for family in families.values() for text in family.base_models}
    version = hashlib.sha256(json.dumps(documents, sort_keys=True).encode()).hexdigest()[:12]
    claims: dict[str, list[tuple[str, str]]] = {}
    for family in families.values():
        for key, texts in family.headers:
            claims.setdefault(key, []).extend((text, family.name) for text in texts)
    return Rules(families, slots, words, version, {text.lower(): name for text, name in exact.items()} | exact, claims)


def _family(name: str, text: Mapping[str, Any]) -> Family:
    if text.get("family") != name or "label" not in text:
        raise RuleError(f"{name}: needs family = {name!r} and a label")
    return Family(
        name,
        text["label"],
        text.get("short", text["label"]),
        tuple(text.get("base_models", ())),
        tuple(text.get("ecosystems", ())),
        tuple((key, tuple(value.lower() for value in texts)) for key, texts in text.get("headers", {}).items()),
    )


def _rule(slot: str, name: str, table: Mapping[str, Any]) -> Rule:
    rest = {
        key: value
        for key, value in table.items()
        if key not in {"name", "priority", "variant", "also", "yields", "note"}
    }
    variants = tuple(
        (one["name"], _condition({key: value for key, value in one.items() if key != "name"}))
        for one in table.get("variant", ())
    )
    return Rule(
        slot,
        name,
        table.get("priority", 50),
        _condition(rest),
        variants,
        tuple(table.get("also", ())),
        tuple(table.get("yields", ())),
        table.get("note"),
    )


def _dimensions(value: Sequence[Any]) -> tuple[Dimension, ...]:
    return tuple(tuple(one) if isinstance(one, list) else one for one in value)


def _span(value: int | Sequence[int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1] if len(value) > 1 else _FOREVER)


_READERS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "has": ("has", lambda texts: tuple(map(pattern, texts))),
    "any": ("some", lambda texts: tuple(map(pattern, texts))),
    "lacks": ("lacks", lambda texts: tuple(map(pattern, texts))),
    "dotted": ("dotted", lambda texts: tuple(map(pattern, texts))),
    "shape": ("shape", lambda shapes: tuple((pattern(key), _dimensions(value)) for key, value in shapes.items())),
    "count": ("count", lambda counts: tuple((word, *_span(value)) for word, value in counts.items())),
    "tensors": ("tensors", _span),
    "last": ("last", tuple),
    "metadata": ("metadata", lambda texts: tuple((key, tuple(map(str.lower, some))) for key, some in texts.items())),
    "imports": ("imports", tuple),
    "either": ("either", lambda tables: tuple(map(_condition, tables))),
    "unless": ("unless", lambda tables: tuple(map(_condition, tables))),
}


def _condition(table: Mapping[str, Any]) -> Condition:
    unknown = table.keys() - _READERS.keys()
    if unknown:
        raise RuleError(f"unknown test: {', '.join(sorted(unknown))}")
    if not table:
        raise RuleError("a condition without a test would hold for every file")
    return Condition(**{_READERS[key][0]: _READERS[key][1](value) for key, value in table.items()})
