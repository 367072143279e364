"""A measured figure with its bound, and the table of them."""

import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What was measured, in which unit, and what it has to stay below or above."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    beside: str = ""

    @property
    def holds(self) -> bool:
        """Whether the bound is kept; True where there is none."""
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    @property
    def bound(self) -> str:
        """The bound in words."""
        if self.at_most is not None:
            return f"at most {self.at_most:g}"
        return "" if self.at_least is None else f"at least {self.at_least:g}"

    def as_json(self) -> dict[str, Any]:
        """The figure for ``bench.json``."""
        return {**vars(self), "holds": self.holds}


def table(figures: Sequence[Figure]) -> str:
    """Figures in columns, with what they were measured beside."""
    rows = [
        (figure.name, f"{figure.value:.4g} {figure.unit}", figure.bound, _verdict(figure))
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = []
    for row, figure in zip(rows, figures, strict=True):
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        lines.append(f"{cells}  {row[3]}  {figure.beside}".rstrip())
    return "\n".join(lines)


def _verdict(figure: Figure) -> str:
    if not figure.bound:
        return "   "
    return "ok " if figure.holds else "OFF"


def milliseconds(work: Callable[[], Any], *, runs: int, warm_up: int = 3) -> list[float]:
    """How long each of ``runs`` calls took."""
    taken = []
    for run in range(warm_up + runs):
        start = time.perf_counter()
        work()
        if run >= warm_up:
            taken.append((time.perf_counter() - start) * 1000)
    return taken


async def milliseconds_of(
    work: Callable[[], Awaitable[Any]], *, runs: int, warm_up: int = 3
) -> list[float]:
    """How long each of ``runs`` awaited calls took, one after the other."""
    taken = []
    for run in range(warm_up + runs):
        start = time.perf_counter()
        await work()
        if run >= warm_up:
            taken.append((time.perf_counter() - start) * 1000)
    return taken


p50 = statistics.median


def p99(values: Sequence[float]) -> float:
    """The 99th percentile."""
    return statistics.quantiles(values, n=100)[98]
