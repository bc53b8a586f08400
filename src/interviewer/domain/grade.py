"""Grades: verdicts on anchors, and what follows from them."""

from enum import StrEnum
from typing import Any, Self

from pydantic import Field, model_validator

from interviewer.domain.model import Model, Share


class Verdict(StrEnum):
    COVERED = "covered"
    MISSING = "missing"
    CONTRADICTED = "contradicted"


class Band(StrEnum):
    """Fixed ranges of the score; `Band.of` maps one to the other."""

    STRONG = "strong"
    ADEQUATE = "adequate"
    PARTIAL = "partial"
    WEAK = "weak"
    NO_ANSWER = "no answer"

    @classmethod
    def of(cls, score: float) -> "Band":
        """strong from 0.80, adequate from 0.60, partial from 0.35, weak from 0.05, else no answer."""
        for band, least in BAND_FLOORS.items():
            if score >= least:
                return band
        return cls.NO_ANSWER


BAND_FLOORS = {Band.STRONG: 0.80, Band.ADEQUATE: 0.60, Band.PARTIAL: 0.35, Band.WEAK: 0.05, Band.NO_ANSWER: 0.0}


class Evidence(Model):
    """The exact span of the answer that a verdict rests on: `answer[start:end] == quote`."""

    quote: str = Field(min_length=1)
    start: int = Field(ge=0)
    end: int

    @classmethod
    def slice(cls, answer: str, start: int, end: int) -> Self:
        """The span `answer[start:end]`, in characters."""
        return cls(quote=answer[start:end], start=start, end=end)

    @model_validator(mode="after")
    def _has_the_length_of_its_quote(self) -> Self:
        if self.end - self.start != len(self.quote):
            raise ValueError("evidence offsets do not fit the quote")
        return self


class PointVerdict(Model):
    """The verdict on one anchor."""

    id: str
    """The anchor's name."""
    verdict: Verdict
    probability: Share
    """How probable the grader holds this verdict to be."""
    contradicted: Share | None = None
    """How probable the grader holds it to be that the answer contradicts the anchor, whatever its verdict; None from a
    grader that does not say."""
    credit: Share
    """The share of the anchor that the answer earns: what the score is computed from."""
    evidence: Evidence | None = None

    def contract(self) -> dict[str, Any]:
        """The verdict as `interviewer grade` and `ask --json` write it."""
        return self.model_dump(mode="json", include={"id", "verdict", "probability", "evidence"})


class Override(Model):
    """The user's word on one verdict. The grader's verdict stays in the grade."""

    anchor: str
    verdict: Verdict
    reason: str


class FollowUp(Model):
    """The next question, aimed at one anchor or, when nothing was missing, one step deeper."""

    text: str
    target: str
    """The anchor's name, or the id of the card's deeper question."""
    deeper: bool = False


class Provenance(Model):
    """Which grader made a grade."""

    grader: str
    model: str
    version: str


class Grade(Model):
    """What an answer is worth, and why."""

    score: Share
    band: Band
    confidence: Share
    points: tuple[PointVerdict, ...]
    feedback: str
    similarity: float | None = None
    """Cosine of the answer with the reference answer, -1 to 1. Shown, never the grade."""
    provenance: Provenance

    def point(self, anchor: str) -> PointVerdict:
        """The verdict on the anchor of that name. Raises KeyError."""
        for point in self.points:
            if point.id == anchor:
                return point
        raise KeyError(anchor)

    def with_verdict(self, verdict: Verdict) -> tuple[PointVerdict, ...]:
        """The points with that verdict, in order of importance."""
        return tuple(point for point in self.points if point.verdict is verdict)
