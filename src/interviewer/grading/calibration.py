"""From verdicts to a score."""

from collections.abc import Sequence

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


FOREIGN_BELOW = 0.25
NEAR_FROM = 0.5


def nearness_share(nearness: float) -> float:
    """How much of a score that length and shared words make up an answer may keep, 0 to 1: nothing of it when it is
    unlike the reference and covers no point, all of it from `NEAR_FROM` on. `nearness` is the greater of similarity and
    P(covered)."""
    return min(1.0, max(0.0, (nearness - FOREIGN_BELOW) / (NEAR_FROM - FOREIGN_BELOW)))
