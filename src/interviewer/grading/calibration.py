"""From verdicts to a score."""

from collections.abc import Sequence

from interviewer.domain.grade import PointVerdict, Verdict

CONTRADICTION_COST = 0.4
"""What a contradicted anchor takes off beside its own credit: a wrong statement is worse than silence."""


def score_of(points: Sequence[PointVerdict]) -> float:
    """Mean credit of the anchors less `CONTRADICTION_COST` times the share that is contradicted, 0 to 1."""
    if not points:
        return 0.0
    credit = sum(point.credit for point in points if point.verdict is not Verdict.CONTRADICTED)
    contradicted = sum(1 for point in points if point.verdict is Verdict.CONTRADICTED)
    return min(1.0, max(0.0, (credit - CONTRADICTION_COST * contradicted) / len(points)))
