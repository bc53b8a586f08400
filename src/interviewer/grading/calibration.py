"""From verdicts to a score."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interviewer.domain.grade import PointVerdict, Verdict

CONTRADICTION_COST = 0.4
"""What a contradicted anchor takes off beside its own credit: a wrong statement is worse than silence."""

CREDIT_FLOOR = 0.25
CREDIT_CEILING = 0.75
"""P(covered) from which on an anchor earns everything; halfway to the floor begins the verdict `covered`."""


def credit_of(covered: float) -> float:
    """The share of an anchor that its P(covered) earns: 0.5 at a probability of 0.5, the least that counts as covered,
    and 1 from `CREDIT_CEILING` on."""
    return min(1.0, max(0.0, (covered - CREDIT_FLOOR) / (CREDIT_CEILING - CREDIT_FLOOR)))


def score_of(points: Sequence[PointVerdict]) -> float:
    """Mean credit of the anchors less `CONTRADICTION_COST` times the share that is contradicted, 0 to 1."""
    if not points:
        return 0.0
    credit = sum(point.credit for point in points if point.verdict is not Verdict.CONTRADICTED)
    contradicted = sum(1 for point in points if point.verdict is Verdict.CONTRADICTED)
    return min(1.0, max(0.0, (credit - CONTRADICTION_COST * contradicted) / len(points)))


REFERENCE_FEATURES = ("covered", "contradicted", "similarity", "recall", "length")
"""What the score of a question that brings a reference alone is made of, each 0 to 1: mean P(covered) and mean
P(contradicted) of the points derived from the reference, cosine of the answer with it, share of its content words that
the answer has, and length of the answer in words as a share of the reference's, at most 1."""


@dataclass(frozen=True)
class ReferenceScore:
    """A linear model over `REFERENCE_FEATURES`. People who grade such answers by hand look beyond the sentences of the
    reference, and so does it."""

    weights: NDArray[np.float64]
    """(len(REFERENCE_FEATURES),)"""
    bias: float

    def of(self, features: Sequence[float]) -> float:
        """The score, 0 to 1."""
        return float(min(1.0, max(0.0, self.weights @ np.array(features) + self.bias)))
