"""Pictures of one set of answers. Needs matplotlib, from the extra `eval`."""

from pathlib import Path
from typing import Any

import numpy as np

from interviewer.evals import baselines
from interviewer.evals.answers import Measured
from interviewer.evals.confidence import reliability, risk_coverage

REMEDY = "There are no plots: matplotlib is not installed (pip install 'interviewer[eval]')."
SIZE = (5.0, 4.0)
"""Inches; 100 dots each."""


def available() -> bool:
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        return False
    return True


def save_plots(part: Measured, folder: Path, prefix: str) -> list[Path]:
    """Write the plots that the set's labels allow, as `PREFIX-NAME.png`, and say which. Raises OSError."""
    from matplotlib.figure import Figure

    drawings = {"scores": _scores, "risk-coverage": _risk}
    if part.points() is not None:
        drawings["reliability"] = _reliability
    if part.kinds:
        drawings["kinds"] = _kinds
    paths = []
    for name, draw in drawings.items():
        figure = Figure(figsize=SIZE, dpi=100, layout="constrained")
        axes: Any = figure.subplots()
        draw(axes, part)
        path = folder / f"{prefix}-{name}.png"
        figure.savefig(path)
        paths.append(path)
    return paths


def _scores(axes: Any, part: Measured) -> None:
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    axes.scatter(part.human, part.scores[part.grader], s=12, alpha=0.4, linewidths=0)
    axes.set(
        xlabel="human score", ylabel=f"score of {part.grader}", title=part.name, xlim=(-0.03, 1.03), ylim=(-0.03, 1.03)
    )


def _reliability(axes: Any, part: Measured) -> None:
    points = part.points()
    assert points is not None
    bins = reliability(points.probability, points.right)
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    axes.plot([each.stated for each in bins], [each.right for each in bins], marker="o")
    for each in bins:
        axes.annotate(
            str(each.rows), (each.stated, each.right), textcoords="offset points", xytext=(4, -10), fontsize=7
        )
    axes.set(xlabel="stated probability", ylabel="share of verdicts that is right", title=part.name, ylim=(-0.03, 1.03))


def _risk(axes: Any, part: Measured) -> None:
    curves = {f"confidence of {part.grader}": part.confidence, "best order there can be": -part.error}
    coverage = np.arange(1, len(part.answers) + 1) / len(part.answers)
    for name, sureness in curves.items():
        axes.plot(coverage, risk_coverage(sureness, part.error), label=name)
    axes.axhline(float(part.error.mean()), color="grey", linewidth=0.8, label="no order")
    axes.set(xlabel="coverage", ylabel="mean absolute error", title=part.name, ylim=(0, None))
    axes.legend(fontsize=8)


def _kinds(axes: Any, part: Measured) -> None:
    labels = np.array([row.label for row in part.answers])
    systems = {"human": part.human, part.grader: part.scores[part.grader], "cosine": part.scores[baselines.COSINE]}
    places = np.arange(len(part.kinds))
    for offset, (name, scores) in enumerate(systems.items()):
        means = [float(scores[labels == kind].mean()) for kind in part.kinds]
        axes.barh(places + (offset - 1) * 0.27, means, height=0.25, label=name)
    axes.set_yticks(places, part.kinds, fontsize=8)
    axes.invert_yaxis()
    axes.set(xlabel="mean score", title=part.name, xlim=(0, 1))
    axes.legend(fontsize=8, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.13))
