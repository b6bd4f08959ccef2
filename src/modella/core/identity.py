"""From a header to an answer: what kind of file this is, of which family, and why we think so.

The facts live in `families/`; this file knows only the order of questions. Tensors beat texts: a header text fills
in where shapes cannot tell, and is shown as a conflict where it disagrees.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from modella.core.adapters import Adapter
from modella.core.header_texts import readable
from modella.core.kinds import Kind
from modella.core.precision import precision_of
from modella.core.rules import Names, Rule, Rules, Shape, family_of_header, fold
from modella.core.tensors import Header, Tensor

__all__ = ["Header", "Identity", "Tensor", "identify"]

ASKED_TEXTS = ("general.type",)
"""Header texts that the rules of `families/` test; all others are weighed only after the tensors have spoken."""

_ADAPTER_SHARE = 0.2
"""Merged checkpoints keep a handful of low-rank rests; a real one is mostly low-rank."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The answer. `also` holds other honest readings, `conflicts` where texts and tensors disagree."""

    kind: Kind
    family: str | None = None
    variant: str | None = None
    also: tuple[str, ...] = ()
    format: str = "unknown"
    precision: str | None = None
    reasons: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    text: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Finding:
    kind: Kind = Kind.unknown
    family: str | None = None
    variant: str | None = None
    also: tuple[str, ...] = ()
    yields: tuple[str, ...] = ()
    is_of_none: bool = False
    """Its layers belong to a model of no family known here, whatever a text says."""
    reasons: list[str] = field(default_factory=list)

    def take(self, rule: Rule, evidence: Sequence[str], names: Names) -> None:
        """Adopt what a family's rule says."""
        self.family = rule.name or None
        self.variant = rule.variant(names)
        self.also = rule.also
        self.yields = rule.yields
        self.is_of_none = self.kind == Kind.lora and not rule.name and not rule.also
        self.reasons += [*evidence[:3], *([rule.note] if rule.note else [])]


def identify(header: Header, rules: Rules) -> Identity:
    """What the file is. A broken file is `invalid`, with what its header says among the reasons."""
    found, precision = _classify(header, rules)
    conflicts: tuple[str, ...] = ()
    if found.kind not in (Kind.unknown, Kind.other, Kind.workflow):
        conflicts = _weigh_texts(found, header, rules)
    found.reasons += _imports(header)
    text = readable(header.metadata)
    if found.family is None and len(found.also) > 1:
        found.reasons.append(f"fits {', '.join(found.also)}: nothing in it tells which")
    if header.problems:
        told = [f"its header describes: {found.kind} {found.family or ''}".rstrip()] if found.family else []
        return Identity(Kind.invalid, None, None, (), header.format, precision, (*header.problems, *told), (), text)
    if header.unread:
        return Identity(
            Kind.unknown, None, None, (), header.format, precision, (*header.unread, *_imports(header)), (), text
        )
    reasons = tuple(dict.fromkeys(found.reasons))
    return Identity(
        found.kind, found.family, found.variant, found.also, header.format, precision, reasons, conflicts, text
    )


def _imports(header: Header) -> list[str]:
    names = ", ".join(header.suspicious[:5])
    return [f"its pickle wants to import {names}"] if names else []


def _classify(header: Header, rules: Rules) -> tuple[_Finding, str | None]:
    """What the tensors say, and their precision.

    Files of one trainer repeat each other to the last shape, so recent answers are kept.
    """
    if header.structure is None:
        return _find(header, rules), precision_of(header)
    told = tuple((key, header.metadata[key]) for key in ASKED_TEXTS if key in header.metadata)
    alike = _Alike(header.structure, header.shard, "quantization_config" in header.metadata, header)
    found, precision = _remembered(rules, told, alike)
    return replace(found, reasons=list(found.reasons)), precision


@dataclass(frozen=True, slots=True)
class _Alike:
    """A header, equal to every other that leads to the same answer."""

    structure: str
    shard: str | None
    quantised: bool
    header: Header = field(compare=False)


@lru_cache(maxsize=64)
def _remembered(rules: Rules, told: tuple[tuple[str, str], ...], alike: _Alike) -> tuple[_Finding, str | None]:
    header = alike.header
    bare = Header(header.format, header.tensors, dict(told), suspicious=header.suspicious, shard=header.shard)
    return _find(bare, rules), precision_of(header)


def _find(header: Header, rules: Rules) -> _Finding:
    if header.tensors and not any(all(tensor.shape) for tensor in header.tensors.values()):
        return _Finding(reasons=["every tensor is empty"])
    groups = fold(header.tensors)
    parts = _Parts(groups, rules)
    metadata = {**header.metadata, "format": header.format, **({"shard": header.shard} if header.shard else {})}
    main = Names(parts.main, _Shapes(header.tensors).of, metadata, header.suspicious)
    adapter = Adapter(groups, header.tensors)
    for rule in rules.slots.get("kind", ()):
        evidence = rule.condition.evidence(main)
        if evidence is None:
            continue
        found = _Finding(reasons=list(evidence[:3]))
        if rule.name == "denoiser":
            settled = _settle_denoiser(found, main, parts, rules)
        elif rule.name == Kind.lora:
            settled = _settle_adapter(found, adapter, header, rules)
        else:
            settled = _settle(found, Kind(rule.name), main, rules)
        if settled:
            return found
    return _Finding(reasons=["nothing in it is known"])


def _settle(found: _Finding, kind: Kind, names: Names, rules: Rules) -> bool:
    found.kind = kind
    hit = rules.first(kind, names)
    if hit:
        found.take(*hit, names)
    return True


def _settle_denoiser(found: _Finding, main: Names, parts: "_Parts", rules: Rules) -> bool:
    hit = rules.first("denoiser", main)
    if hit is None:
        return False
    found.kind = Kind.checkpoint if parts.companions else Kind.diffusion_model
    found.take(*hit, main)
    if parts.companions:
        found.reasons.append(f"beside it: {', '.join(parts.companions)}")
    return True


def _settle_adapter(found: _Finding, adapter: Adapter, header: Header, rules: Rules) -> bool:
    if adapter.tensors < _ADAPTER_SHARE * len(header.tensors):
        return False
    found.kind = Kind.lora
    names = adapter.names(header.metadata)
    hit = rules.first(Kind.lora, names)
    rank = f", rank {adapter.rank}" if adapter.rank else ""
    found.reasons = [f"{adapter.tensors} low-rank tensors ({adapter.algorithm}{rank})"]
    if hit:
        found.take(*hit, names)
    return True


_TOLD_BY_TEXT = frozenset({Kind.lora, Kind.embedding, Kind.controlnet, Kind.hypernetwork, Kind.ip_adapter})
"""Kinds that belong to one family even when their shapes do not show it; a shared VAE or encoder belongs to none."""


def _weigh_texts(found: _Finding, header: Header, rules: Rules) -> tuple[str, ...]:
    claim = family_of_header(header.metadata, rules)
    if claim is None or claim[0] == found.family:
        return ()
    family, key = claim
    if found.is_of_none or (found.family is None and found.kind not in _TOLD_BY_TEXT):
        return ()
    if family in (*found.also, *found.yields) or (found.family is None and not found.also):
        found.also = tuple(one for one in (found.family, *found.also) if one and one not in (family, *found.yields))
        found.family = family
        found.reasons.append(f"by header: {key} = {header.metadata[key][:80]}")
        return ()
    tensors = found.family or f"one of {', '.join(found.also)}"
    return (f"the header says {family} ({key} = {header.metadata[key][:80]}), the tensors say {tensors}",)


class _Parts:
    """The file's tensors sorted into the main model and what came along with it."""

    def __init__(self, groups: Mapping[str, Sequence[str]], rules: Rules) -> None:
        words = rules.words
        beside: dict[str, dict[str, Sequence[str]]] = {"VAE": {}, "text encoder": {}, "copy": {}}
        prefixes = {"VAE": words["vae_parts"], "text encoder": words["text_parts"], "copy": words["copies"]}
        main: dict[str, Sequence[str]] = {}
        for form, names in groups.items():
            part = next((part for part, starts in prefixes.items() if form.startswith(starts)), None)
            (beside[part] if part else main)[form] = names
        self.companions = [part for part in ("VAE", "text encoder") if beside[part] and main]
        whole = main or beside["VAE"] or beside["text encoder"] or beside["copy"]
        self.main = _unwrapped(whole, (*words["containers"], *words["vae_parts"], *words["text_parts"]))


def _unwrapped(groups: Mapping[str, Sequence[str]], containers: Sequence[str]) -> Mapping[str, Sequence[str]]:
    for container in containers:
        inside = [form for form in groups if form.startswith(container)]
        bare = any(form[len(container)] == "#" for form in inside if len(form) > len(container))
        if inside and not bare and len(inside) >= 0.9 * len(groups):
            return {
                (form[len(container) :] if form.startswith(container) else form): names
                for form, names in groups.items()
            }
    return groups


class _Shapes:
    """Shapes as the model has them, where quantisation stores them packed."""

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        self._tensors = tensors

    def of(self, name: str) -> Shape | None:
        """The unpacked shape; None where only the number of values is known."""
        tensor = self._tensors[name]
        if tensor.dtype != "U8" or not name.endswith(".weight"):
            return tensor.shape
        layer = name.removesuffix(".weight")
        if f"{layer}.weight_scale_2" in self._tensors and len(tensor.shape) == 2:
            return tensor.shape[0], tensor.shape[1] * 2
        if f"{name}.absmax" not in self._tensors:
            return tensor.shape
        bias = self._tensors.get(f"{layer}.bias")
        values = 2 * math.prod(tensor.shape)
        return (bias.shape[0], values // bias.shape[0]) if bias and bias.shape and bias.shape[0] else None
