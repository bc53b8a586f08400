"""Measured numbers with their intervals, in tables for people (Markdown) and programs (JSON)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from interviewer.evals.metrics import Names, Rows, Scores, interval, resampled, resampled_means


@dataclass(frozen=True)
class Figure:
    """A measured number, with its 95% interval where it has one. None for what these answers do not define."""

    value: float | None
    interval: tuple[float, float] | None = None

    def __str__(self) -> str:
        if self.value is None:
            return "–"
        bounds = f" [{self.interval[0]:.2f}, {self.interval[1]:.2f}]" if self.interval else ""
        return f"{self.value:.2f}{bounds}".replace("-0.00", "0.00")

    def json(self) -> dict[str, Any]:
        return {"value": self.value, "interval": self.interval and list(self.interval)}


Cell = str | int | Figure


@dataclass(frozen=True)
class Table:
    key: str
    """What it is called in JSON."""
    title: str
    about: str
    columns: dict[str, str]
    """Key in JSON to heading in Markdown, in order."""
    rows: list[tuple[Cell, ...]]

    def markdown(self) -> str:
        lines = [self.columns.values(), ["---"] * len(self.columns), *self.rows]
        cells = "\n".join(f"| {' | '.join(_escaped(cell) for cell in line)} |" for line in lines)
        return f"### {self.title}\n\n{self.about}\n\n{cells}\n"

    def json(self) -> list[dict[str, Any]]:
        """One object a row."""
        return [
            {
                key: cell.json() if isinstance(cell, Figure) else cell
                for key, cell in zip(self.columns, row, strict=True)
            }
            for row in self.rows
        ]


@dataclass(frozen=True)
class Bootstrap:
    """How the intervals are drawn: whole questions, `rounds` times; 0 rounds for no intervals."""

    rounds: int = 1000
    seed: int = 0

    def figure(self, statistic: Callable[[Rows], float], clusters: Names | Rows) -> Figure:
        """`statistic` over all rows, with its interval by the question that `clusters` names for each row. Undefined
        when there is no row, and where the statistic is NaN."""
        if not len(clusters) or np.isnan(value := statistic(np.arange(len(clusters)))):
            return Figure(None)
        return Figure(value, interval(resampled(statistic, clusters, self.rounds, self.seed)) if self.rounds else None)

    def mean(self, values: Scores, clusters: Names | Rows) -> Figure:
        """The mean of `values` with its interval; undefined when there is no row."""
        if not len(values):
            return Figure(None)
        drawn = resampled_means(values, clusters, self.rounds, self.seed) if self.rounds else None
        return Figure(float(values.mean()), interval(drawn) if drawn is not None else None)

    def mean_over(self, sets: list[tuple[Callable[[Rows], float], Names]]) -> Figure:
        """The mean over sets of one statistic, each set with the same weight and its questions drawn apart."""
        values = [statistic(np.arange(len(clusters))) for statistic, clusters in sets]
        if not self.rounds:
            return Figure(float(np.mean(values)))
        drawn = [
            resampled(statistic, clusters, self.rounds, self.seed + place)
            for place, (statistic, clusters) in enumerate(sets)
        ]
        return Figure(float(np.mean(values)), interval(np.asarray(np.mean(drawn, axis=0))))


def _escaped(cell: Cell) -> str:
    """A cell cannot end its row: names come from files."""
    return " ".join(str(cell).replace("|", "\\|").split())
