"""What may happen in a session, and what it changes: a pure function of state and event."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from interviewer.domain.transcript import (
    AnswerGraded,
    AnswerSubmitted,
    CardFlagged,
    Event,
    FollowUpAnswered,
    FollowUpAsked,
    FollowUpGraded,
    HintTaken,
    OverrideWithdrawn,
    QuestionAsked,
    QuestionClosed,
    QuestionSkipped,
    Recorded,
    ReferenceRevealed,
    SessionEnded,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    SkipUndone,
    VerdictOverridden,
)
from interviewer.errors import TurnOrderError
from interviewer.session.state import FollowUpTurn, Phase, SessionState, Turn

_OPEN = frozenset(
    {Phase.ANSWERING, Phase.GRADING, Phase.FEEDBACK, Phase.FOLLOW_UP, Phase.FOLLOW_UP_GRADING, Phase.SKIPPED}
)
_AFTERWARDS = frozenset({Phase.FEEDBACK, Phase.FOLLOW_UP})

ALLOWED: dict[type[Event], frozenset[Phase]] = {
    SessionStarted: frozenset({Phase.NEW}),
    QuestionAsked: frozenset({Phase.BETWEEN}),
    HintTaken: frozenset({Phase.ANSWERING}),
    AnswerSubmitted: frozenset({Phase.ANSWERING}),
    AnswerGraded: frozenset({Phase.GRADING}),
    FollowUpAsked: frozenset({Phase.FEEDBACK}),
    FollowUpAnswered: frozenset({Phase.FOLLOW_UP}),
    FollowUpGraded: frozenset({Phase.FOLLOW_UP_GRADING}),
    VerdictOverridden: _AFTERWARDS,
    OverrideWithdrawn: _AFTERWARDS,
    CardFlagged: _OPEN,
    ReferenceRevealed: _AFTERWARDS | {Phase.SKIPPED},
    QuestionSkipped: frozenset({Phase.ANSWERING}),
    SkipUndone: frozenset({Phase.SKIPPED}),
    QuestionClosed: _AFTERWARDS | {Phase.SKIPPED},
    SessionPaused: frozenset(Phase) - {Phase.NEW, Phase.ENDED},
    SessionResumed: frozenset(Phase) - {Phase.NEW, Phase.ENDED},
    SessionEnded: frozenset(Phase) - {Phase.NEW, Phase.ENDED},
}
"""In which phases each event may happen."""


def fold(events: list[Recorded]) -> SessionState:
    """The state after `events`, the first of which starts the session. Raises TurnOrderError."""
    if not events or not isinstance(events[0].event, SessionStarted):
        raise TurnOrderError("A session begins with its start.")
    state = SessionState(plan=events[0].event.plan)
    for recorded in events:
        state = apply(state, recorded.event, recorded.at)
    return state


def apply(state: SessionState, event: Event, at: datetime) -> SessionState:
    """The state after `event` happened at `at`. Raises TurnOrderError when the phase does not allow it."""
    if state.phase not in ALLOWED[type(event)]:
        raise TurnOrderError(f"'{event.kind.replace('_', ' ')}' can not happen while the session is '{state.phase}'.")
    after = _changed(state, event, at)
    return replace(after, updated_at=at, events=state.events + 1)


def _changed(state: SessionState, event: Event, at: datetime) -> SessionState:
    match event:
        case SessionStarted():
            return replace(state, plan=event.plan, phase=Phase.BETWEEN, started_at=at)
        case SessionPaused():
            return replace(_clock_stopped(state, at), paused=True)
        case SessionResumed() if not state.paused:
            return state
        case SessionResumed():
            running = at if state.phase is Phase.ANSWERING else None
            return replace(state, paused=False, running_since=running)
        case SessionEnded():
            return replace(_closed(_clock_stopped(state, at)), phase=Phase.ENDED, paused=False, stopped=event.stopped)
        case QuestionAsked():
            turn = Turn(card_id=event.card_id, card_hash=event.card_hash, topic_id=event.topic_id)
            asked = (*state.asked, event.card_id)
            return replace(state, open=turn, asked=asked, phase=Phase.ANSWERING, running_since=at, paused=False)
        case _:
            return _turn_changed(state, event, at)


def _turn_changed(state: SessionState, event: Event, at: datetime) -> SessionState:
    turn = state.open
    if turn is None:
        raise TurnOrderError(f"'{event.kind}' needs an open question.")
    match event:
        case HintTaken():
            return replace(state, open=replace(turn, hints=(*turn.hints, event)))
        case AnswerSubmitted():
            stopped = _clock_stopped(state, at)
            answered = replace(stopped.open or turn, answer=event.text, timed_out=event.timed_out)
            return replace(stopped, open=answered, phase=Phase.GRADING, paused=False)
        case AnswerGraded():
            return replace(state, open=replace(turn, grade=event.grade), phase=Phase.FEEDBACK)
        case FollowUpAsked():
            asked = (*turn.follow_ups, FollowUpTurn(event.follow_up))
            return replace(state, open=replace(turn, follow_ups=asked), phase=Phase.FOLLOW_UP)
        case FollowUpAnswered():
            *before, last = turn.follow_ups
            answered_again = (*before, replace(last, answer=event.text))
            return replace(state, open=replace(turn, follow_ups=answered_again), phase=Phase.FOLLOW_UP_GRADING)
        case FollowUpGraded():
            *before, last = turn.follow_ups
            graded = (*before, replace(last, grade=event.grade))
            return replace(state, open=replace(turn, follow_ups=graded), phase=Phase.FEEDBACK)
        case VerdictOverridden():
            others = tuple(o for o in turn.overrides if o.anchor != event.override.anchor)
            return replace(state, open=replace(turn, overrides=(*others, event.override)))
        case OverrideWithdrawn():
            kept = tuple(o for o in turn.overrides if o.anchor != event.anchor)
            return replace(state, open=replace(turn, overrides=kept))
        case CardFlagged():
            return replace(state, open=replace(turn, flagged=event.flagged))
        case ReferenceRevealed():
            return replace(state, open=replace(turn, revealed=True))
        case QuestionSkipped():
            stopped = _clock_stopped(state, at)
            return replace(stopped, open=replace(stopped.open or turn, skipped=True), phase=Phase.SKIPPED, paused=False)
        case SkipUndone():
            taken_back = replace(turn, skipped=False)
            return replace(state, open=taken_back, phase=Phase.ANSWERING, running_since=at, paused=False)
        case QuestionClosed():
            return replace(_closed(state), phase=Phase.BETWEEN)
        case SessionStarted() | SessionPaused() | SessionResumed() | SessionEnded() | QuestionAsked():
            raise AssertionError("handled by _changed")
        case _:
            assert_never(event)


def _clock_stopped(state: SessionState, at: datetime) -> SessionState:
    if state.open is None or state.running_since is None:
        return replace(state, running_since=None)
    return replace(state, open=replace(state.open, seconds=state.seconds_spent(at)), running_since=None)


def _closed(state: SessionState) -> SessionState:
    """A question that was asked and neither answered nor skipped leaves no turn behind."""
    turn = state.open
    if turn is None:
        return state
    kept = turn.answer is not None or turn.skipped
    return replace(state, closed=(*state.closed, turn) if kept else state.closed, open=None)
