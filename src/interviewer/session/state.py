"""The state of a session, folded from its events."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from interviewer.domain.grade import FollowUp, Grade, Override, PointVerdict, Verdict
from interviewer.domain.transcript import HintTaken, Plan
from interviewer.grading.calibration import score_of

HINT_COST = 0.10
"""What one hint takes off the score of its question."""
FOLLOW_UP_SHARE = 0.5
"""The share of an anchor's credit that is earned when it is said only on the follow-up."""


class Phase(StrEnum):
    NEW = "new"
    """Nothing has happened yet."""
    ANSWERING = "answering"
    GRADING = "grading"
    """The answer is committed and waits for its grade."""
    FEEDBACK = "feedback"
    FOLLOW_UP = "follow-up"
    """A follow-up is asked and waits for its answer."""
    FOLLOW_UP_GRADING = "follow-up grading"
    SKIPPED = "skipped"
    BETWEEN = "between"
    """The question is closed; the next one, or the end, comes."""
    ENDED = "ended"


@dataclass(frozen=True)
class FollowUpTurn:
    follow_up: FollowUp
    answer: str | None = None
    grade: Grade | None = None


@dataclass(frozen=True)
class Turn:
    """One question with its answers and grades."""

    card_id: str
    card_hash: str
    topic_id: str
    hints: tuple[HintTaken, ...] = ()
    answer: str | None = None
    grade: Grade | None = None
    follow_ups: tuple[FollowUpTurn, ...] = ()
    overrides: tuple[Override, ...] = ()
    flagged: bool = False
    revealed: bool = False
    skipped: bool = False
    timed_out: bool = False
    seconds: float = 0.0
    """Time spent before the answer was submitted, pauses left out."""

    @property
    def points(self) -> tuple[PointVerdict, ...]:
        """The verdicts after follow-ups and overrides."""
        if self.grade is None:
            return ()
        return tuple(self._settled(point) for point in self.grade.points)

    def _settled(self, point: PointVerdict) -> PointVerdict:
        for override in self.overrides:
            if override.anchor == point.id:
                credit = 1.0 if override.verdict is Verdict.COVERED else 0.0
                return point.model_copy(update={"verdict": override.verdict, "probability": 1.0, "credit": credit})
        for follow_up in self.follow_ups:
            if (
                follow_up.grade is not None
                and follow_up.follow_up.target == point.id
                and not follow_up.follow_up.deeper
            ):
                [again] = follow_up.grade.points
                if again.verdict is Verdict.COVERED and point.verdict is not Verdict.COVERED:
                    credit = max(point.credit, FOLLOW_UP_SHARE * again.credit)
                    return point.model_copy(
                        update={"verdict": Verdict.COVERED, "probability": again.probability, "credit": credit}
                    )
        return point

    @property
    def score(self) -> float | None:
        """The settled score, 0 to 1: a skipped question scores 0, one that is not graded yet has none."""
        if self.skipped:
            return 0.0
        if self.grade is None:
            return None
        return max(0.0, score_of(self.points) - HINT_COST * len(self.hints))


@dataclass(frozen=True)
class SessionState:
    plan: Plan
    phase: Phase = Phase.NEW
    paused: bool = False
    started_at: datetime | None = None
    updated_at: datetime | None = None
    running_since: datetime | None = None
    """Since when the clock of the open question runs; None while it stands."""
    closed: tuple[Turn, ...] = ()
    open: Turn | None = None
    stopped: bool = False
    asked: tuple[str, ...] = ()
    """Ids of the cards asked so far, in order; the open one is the last."""
    events: int = field(default=0)
    """How many events have happened."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        return self.closed if self.open is None else (*self.closed, self.open)

    def seconds_spent(self, now: datetime) -> float:
        """Seconds on the open question until `now`, pauses left out. 0 when no question is open."""
        if self.open is None:
            return 0.0
        running = (now - self.running_since).total_seconds() if self.running_since else 0.0
        return self.open.seconds + max(0.0, running)

    def seconds_left(self, now: datetime) -> float | None:
        """Seconds until the clock runs out, at least 0; None without a limit or once answered."""
        if not self.plan.seconds or self.phase is not Phase.ANSWERING:
            return None
        return max(0.0, self.plan.seconds - self.seconds_spent(now))

    @property
    def score(self) -> float | None:
        """Mean over the questions that were answered or skipped; None when there are none."""
        scores = [turn.score for turn in self.turns if turn.score is not None]
        return sum(scores) / len(scores) if scores else None
