"""The record of a session: the events that make it up, in the order in which they happened."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from interviewer.domain.card import Difficulty
from interviewer.domain.grade import FollowUp, Grade, Override
from interviewer.domain.model import Model


class Mode(StrEnum):
    MOCK = "mock"
    """A mock interview: a number of questions, drawn from the topics and difficulties asked for."""
    DRILL = "drill"
    """One topic, every card of it, no clock."""
    CARD = "card"
    """A single card by id."""


class Plan(Model):
    """What a session was asked to be."""

    mode: Mode
    topics: tuple[str, ...] = ()
    """Topic ids; empty means all."""
    difficulties: tuple[Difficulty, ...] = ()
    """Empty means all."""
    card_id: str | None = None
    """The card of a single-card session."""
    questions: int = Field(ge=1)
    seconds: int = Field(default=0, ge=0)
    """Time limit for one question. 0 means no limit."""
    adaptive: bool = False
    follow_ups: bool = True
    seed: int = 0
    """Same bank, same plan, same answers: same questions."""


class SessionStarted(Model):
    kind: Literal["session_started"] = "session_started"
    plan: Plan


class QuestionAsked(Model):
    kind: Literal["question_asked"] = "question_asked"
    card_id: str
    card_hash: str
    """Content hash of the wording that was asked."""
    topic_id: str


class HintTaken(Model):
    kind: Literal["hint_taken"] = "hint_taken"
    anchor: str
    text: str


class AnswerSubmitted(Model):
    kind: Literal["answer_submitted"] = "answer_submitted"
    text: str
    timed_out: bool = False
    """The clock ran out, and what was typed until then was taken."""


class AnswerGraded(Model):
    kind: Literal["answer_graded"] = "answer_graded"
    grade: Grade


class FollowUpAsked(Model):
    kind: Literal["follow_up_asked"] = "follow_up_asked"
    follow_up: FollowUp


class FollowUpAnswered(Model):
    kind: Literal["follow_up_answered"] = "follow_up_answered"
    text: str


class FollowUpGraded(Model):
    kind: Literal["follow_up_graded"] = "follow_up_graded"
    grade: Grade


class VerdictOverridden(Model):
    kind: Literal["verdict_overridden"] = "verdict_overridden"
    override: Override


class OverrideWithdrawn(Model):
    kind: Literal["override_withdrawn"] = "override_withdrawn"
    anchor: str


class CardFlagged(Model):
    kind: Literal["card_flagged"] = "card_flagged"
    flagged: bool


class ReferenceRevealed(Model):
    kind: Literal["reference_revealed"] = "reference_revealed"


class QuestionSkipped(Model):
    kind: Literal["question_skipped"] = "question_skipped"


class SkipUndone(Model):
    kind: Literal["skip_undone"] = "skip_undone"


class QuestionClosed(Model):
    kind: Literal["question_closed"] = "question_closed"


class SessionPaused(Model):
    kind: Literal["session_paused"] = "session_paused"


class SessionResumed(Model):
    kind: Literal["session_resumed"] = "session_resumed"


class SessionEnded(Model):
    kind: Literal["session_ended"] = "session_ended"
    stopped: bool = False
    """The user ended the session before its last question."""


Event = (
    SessionStarted
    | QuestionAsked
    | HintTaken
    | AnswerSubmitted
    | AnswerGraded
    | FollowUpAsked
    | FollowUpAnswered
    | FollowUpGraded
    | VerdictOverridden
    | OverrideWithdrawn
    | CardFlagged
    | ReferenceRevealed
    | QuestionSkipped
    | SkipUndone
    | QuestionClosed
    | SessionPaused
    | SessionResumed
    | SessionEnded
)

EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")], config={"defer_build": True})
"""Reads and writes one event as JSON."""


class Recorded(Model):
    """An event with the moment it was committed (UTC)."""

    at: datetime
    event: Event = Field(discriminator="kind")


class Draft(Model):
    """What was being typed, kept until it is submitted."""

    text: str
    at: datetime


class SessionSummary(Model):
    """One line of the history. Kept beside the events, so that a long history lists fast."""

    id: str
    mode: Mode
    title: str
    started_at: datetime
    updated_at: datetime
    ended: bool
    asked: int
    answered: int
    score: float | None
    """Mean over the answered and skipped questions, 0 to 1; None when there are none."""
