"""Figures and how they are judged: medians, ratios, bars, and the table that people read."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table
from rich.text import Text


@dataclass(frozen=True)
class Bar:
    """What must not be exceeded: a ratio to the other tool, or the figure itself."""

    limit: float
    of_ratio: bool = False


@dataclass(frozen=True)
class Figure:
    """One line of the table. `other` is what `against` needed for the same; without one there is no ratio."""

    measure: str
    what: str
    unit: str
    modella: float
    against: str = ""
    other: float | None = None
    bar: Bar | None = None

    @property
    def ratio(self) -> float | None:
        """Modella's figure to the other tool's."""
        return self.modella / self.other if self.other else None

    @property
    def met(self) -> bool | None:
        """Whether the bar is met; None where there is none."""
        if self.bar is None:
            return None
        judged = self.ratio if self.bar.of_ratio else self.modella
        return judged is not None and judged <= self.bar.limit

    def as_json(self) -> dict[str, Any]:
        """The figure with what follows from it."""
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that is not below `share` (0..1) of all values."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def table(figures: Sequence[Figure], title: str) -> Table:
    """The figures side by side."""
    shown = Table(title=title, title_justify="left", title_style="bold")
    shown.add_column("what")
    for name in ("modella", "other", "ratio", "bar", ""):
        shown.add_column(name, justify="right")
    measure = ""
    for figure in figures:
        if measure and figure.measure != measure:
            shown.add_section()
        measure = figure.measure
        shown.add_row(*_cells(figure))
    return shown


def markdown(figures: Sequence[Figure]) -> str:
    """The same table for a document."""
    rows = ["| what | modella | other | ratio | bar | |", "|---|---:|---:|---:|---:|---|"]
    rows += ["| " + " | ".join(str(cell) for cell in _cells(figure)) + " |" for figure in figures]
    return "\n".join(rows)


def amount(value: float, unit: str) -> str:
    """A figure with its unit, with as many digits as mean something."""
    digits = 2 if unit == "s" else 1 if value < 100 else 0
    return f"{value:.{digits}f} {unit}"


def _cells(figure: Figure) -> tuple[Text, ...]:
    other = f"{figure.against} {amount(figure.other, figure.unit)}" if figure.other is not None else figure.against
    ratio = f"{figure.ratio:.2f}" if figure.ratio is not None else ""
    mark = {True: Text("✓", "green"), False: Text("✗", "bold red"), None: Text("")}[figure.met]
    plain = (f"{figure.measure}: {figure.what}", amount(figure.modella, figure.unit), other, ratio, _limit(figure))
    return (*(Text(cell) for cell in plain), mark)


def _limit(figure: Figure) -> str:
    if figure.bar is None:
        return ""
    return f"≤ {figure.bar.limit:g} ×" if figure.bar.of_ratio else f"≤ {figure.bar.limit:g} {figure.unit}"
