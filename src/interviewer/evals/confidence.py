"""Whether a grader knows what it knows: stated probabilities against what is right, confidence against error.

Inputs are one-dimensional, one row a point or an answer, and checked as those of `metrics`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from interviewer.evals.metrics import TENTHS, Scores, checked, tenths


@dataclass(frozen=True)
class ReliabilityBin:
    """The rows whose stated probability lies in one tenth of the scale."""

    floor: float
    """The tenth is [floor, floor + 0.1), the last one with 1 in it."""
    rows: int
    stated: float
    """Mean stated probability."""
    right: float
    """Share that is right."""


def reliability(probability: ArrayLike, correct: ArrayLike) -> list[ReliabilityBin]:
    """The non-empty tenths in rising order. `correct` is 0 or 1. Raises ValueError for a probability outside 0 to 1."""
    stated, right = checked(probability, correct)
    bins = tenths(stated)
    return [
        ReliabilityBin(tenth / TENTHS, int(inside.sum()), float(stated[inside].mean()), float(right[inside].mean()))
        for tenth in range(TENTHS)
        if (inside := bins == tenth).any()
    ]


def expected_calibration_error(probability: ArrayLike, correct: ArrayLike) -> float:
    """Mean distance of the stated probability from the share that is correct, over ten equal bins, 0 to 1.

    Each bin weighs as many rows as fall into it (Naeini et al. 2015). `correct` is 0 or 1 (or boolean). Raises
    ValueError for a probability outside 0 to 1.
    """
    stated, right = checked(probability, correct)
    gaps = np.bincount(tenths(stated), weights=stated - right, minlength=TENTHS)
    return float(np.abs(gaps).sum() / len(stated))


def risk_coverage(confidence: ArrayLike, error: ArrayLike) -> Scores:
    """The risk-coverage curve (Geifman and El-Yaniv 2017), (n,): the mean error of the k surest rows at place k - 1.

    Rows of one confidence come in no order: each counts the mean error of them all.
    """
    sureness, wrong = checked(confidence, error)
    _, groups = np.unique(-sureness, return_inverse=True)
    means = np.bincount(groups, weights=wrong) / np.bincount(groups)
    return np.asarray(np.cumsum(means[np.sort(groups)]) / np.arange(1, len(wrong) + 1), dtype=np.float64)


def area_under_risk_coverage(confidence: ArrayLike, error: ArrayLike) -> float:
    """Mean of the risk-coverage curve (AURC): lower is better, the mean error for a confidence that says nothing."""
    return float(risk_coverage(confidence, error).mean())


def selective_risk(confidence: ArrayLike, error: ArrayLike, coverage: float = 0.8) -> float:
    """The mean error of the surest rows that make up `coverage` of all, rounded up; at least one row."""
    curve = risk_coverage(confidence, error)
    return float(curve[max(1, int(np.ceil(coverage * len(curve) - 1e-9))) - 1])
