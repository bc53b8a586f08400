"""Runs a session: every step is committed to the store before its result is returned."""

import threading
from collections.abc import Callable
from datetime import datetime

from interviewer.domain.card import Bank, Card
from interviewer.domain.display import well_formed
from interviewer.domain.grade import Grade, Override, Verdict
from interviewer.domain.transcript import (
    AnswerGraded,
    AnswerSubmitted,
    CardFlagged,
    Draft,
    Event,
    FollowUpAnswered,
    FollowUpAsked,
    FollowUpGraded,
    HintTaken,
    Mode,
    OverrideWithdrawn,
    Plan,
    QuestionAsked,
    QuestionClosed,
    QuestionSkipped,
    Recorded,
    ReferenceRevealed,
    SessionEnded,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    SessionSummary,
    SkipUndone,
    VerdictOverridden,
)
from interviewer.errors import TurnOrderError, UnknownName
from interviewer.grading.interface import Grader
from interviewer.session.followup import follow_up_item, hint_for, next_follow_up
from interviewer.session.machine import apply, fold
from interviewer.session.selection import cards_in, next_card, planned_questions
from interviewer.session.state import Phase, SessionState, Turn
from interviewer.storage.store import Store

Clock = Callable[[], datetime]
MOST_FOLLOW_UPS = 2
"""Follow-ups to one answer: the interviewer asks one, the candidate may ask for another."""


class SessionRunner:
    """One session, new or resumed. Methods block; a screen calls them from a worker."""

    def __init__(
        self,
        session_id: str,
        state: SessionState,
        *,
        bank: Bank,
        store: Store,
        grader: Callable[[], Grader],
        clock: Clock,
    ) -> None:
        """`grader` is called when the first answer is graded, so that the models may load meanwhile."""
        self.id = session_id
        self.state = state
        self.bank = bank
        self._store = store
        self._grader = grader
        self._clock = clock
        self._lock = threading.RLock()

    @classmethod
    def start(
        cls, session_id: str, plan: Plan, *, bank: Bank, store: Store, grader: Callable[[], Grader], clock: Clock
    ) -> "SessionRunner":
        """Begin a session and ask its first question. Raises UnknownName when the plan fits no card."""
        cards_in(bank, plan)
        runner = cls(session_id, SessionState(plan=plan), bank=bank, store=store, grader=grader, clock=clock)
        runner._commit(SessionStarted(plan=plan))
        runner.next_question()
        return runner

    @classmethod
    def resume(
        cls, session_id: str, *, bank: Bank, store: Store, grader: Callable[[], Grader], clock: Clock
    ) -> "SessionRunner":
        """Continue a session where it was, however it was left. The time it lay closed does not count.

        Raises UnknownName for a session that is not there.
        """
        recorded = store.events(session_id)
        state = fold(recorded)
        runner = cls(session_id, state, bank=bank, store=store, grader=grader, clock=clock)
        if state.phase is Phase.ENDED:
            return runner
        if state.running_since is not None:
            draft = store.draft(session_id)
            last_sign = max(filter(None, [state.updated_at, draft.at if draft else None]))
            runner._commit(SessionPaused(), at=last_sign)
        if runner.state.paused:
            runner._commit(SessionResumed())
        return runner

    @property
    def card(self) -> Card:
        """The card of the open question, as it was worded when it was asked."""
        return self.card_of(self._turn)

    def card_of(self, turn: Turn) -> Card:
        if turn.card_id in self.bank and self.bank.card(turn.card_id).content_hash == turn.card_hash:
            return self.bank.card(turn.card_id)
        card = self._store.wording(turn.card_hash)
        if card is None:
            raise TurnOrderError(f"The wording of card '{turn.card_id}' is not in the history.")
        return card

    @property
    def number(self) -> int:
        """The number of the open question, from 1."""
        return max(1, len(self.state.asked))

    @property
    def total(self) -> int:
        """How many questions the session will have asked at its end."""
        try:
            return max(self.number, planned_questions(self.bank, self.state.plan))
        except UnknownName:  # the bank it was begun with is gone: this question is the last
            return self.number

    @property
    def draft(self) -> str:
        draft = self._store.draft(self.id)
        return draft.text if draft else ""

    def save_draft(self, text: str) -> None:
        """Keep what is being typed. Does nothing once it was submitted."""
        with self._lock:
            if self.state.phase in {Phase.ANSWERING, Phase.FOLLOW_UP}:
                self._save_draft(text)

    def next_question(self) -> Card | None:
        """Close the open question and ask the next one; None, and the session ends, when it was the last."""
        with self._lock:
            if self.state.open is not None:
                self._commit(QuestionClosed())
                self._save_draft("")
            card = self._next_card()
            if card is None:
                self._commit(SessionEnded())
                return None
            topic = self.bank.topic_of(card.id)
            asked = QuestionAsked(card_id=card.id, card_hash=card.content_hash, topic_id=topic.id)
            self._commit(asked, wording=card)
            return card

    def submit(self, text: str, *, timed_out: bool = False) -> None:
        """Commit the answer. `grade` grades it."""
        self._commit(AnswerSubmitted(text=well_formed(text), timed_out=timed_out))

    def grade(self) -> Grade:
        """Grade what was submitted, answer or follow-up answer, and commit the grade.

        Raises GradingError; the answer stays committed and can be graded again.
        """
        with self._lock:
            state, turn, card = self.state, self._turn, self.card
        if state.phase is Phase.GRADING:
            grade = self._grader().grade(card, turn.answer or "")
            self._commit(AnswerGraded(grade=grade))
        elif state.phase is Phase.FOLLOW_UP_GRADING:
            last = turn.follow_ups[-1]
            grade = self._grader().grade(follow_up_item(card, last.follow_up), last.answer or "")
            self._commit(FollowUpGraded(grade=grade))
        else:
            raise TurnOrderError("There is no answer that waits for its grade.")
        return grade

    def prepare_grader(self) -> None:
        """Load the models, and let them read the open card beforehand. For a background worker."""
        grader = self._grader()
        if self.state.open is not None:
            grader.prepare(self.card)

    def ask_follow_up(self) -> bool:
        """Ask the next follow-up; False when there is nothing to ask."""
        with self._lock:
            turn = self._turn
            if self.state.phase is not Phase.FEEDBACK or turn.grade is None or len(turn.follow_ups) >= MOST_FOLLOW_UPS:
                return False
            targets = tuple(asked.follow_up.target for asked in turn.follow_ups)
            follow_up = next_follow_up(self.card, turn.grade, turn.points, targets)
            if follow_up is None:
                return False
            self._commit(FollowUpAsked(follow_up=follow_up))
            return True

    def answer_follow_up(self, text: str) -> None:
        """Commit the answer to the follow-up. `grade` grades it."""
        self._commit(FollowUpAnswered(text=well_formed(text)))

    def hint(self) -> str | None:
        """Take the next hint; None when there is no further one."""
        with self._lock:
            found = hint_for(self.card, tuple(hint.anchor for hint in self._turn.hints))
            if found is None:
                return None
            anchor, text = found
            self._commit(HintTaken(anchor=anchor.name, text=text))
            return text

    def skip(self) -> None:
        self._commit(QuestionSkipped())

    def undo_skip(self) -> None:
        self._commit(SkipUndone())

    def pause(self) -> None:
        if not self.state.paused:
            self._commit(SessionPaused())

    def unpause(self) -> None:
        if self.state.paused:
            self._commit(SessionResumed())

    def flag(self) -> bool:
        """Flag the card, or take the flag off. Returns whether it is flagged now."""
        with self._lock:
            flagged = not self._turn.flagged
            self._commit(CardFlagged(flagged=flagged))
            return flagged

    def reveal_reference(self) -> None:
        if not self._turn.revealed:
            self._commit(ReferenceRevealed())

    def override(self, anchor: str, verdict: Verdict, reason: str) -> None:
        """Keep the user's word on a verdict, beside the grader's."""
        self.card.anchor(anchor)
        self._commit(VerdictOverridden(override=Override(anchor=anchor, verdict=verdict, reason=well_formed(reason))))

    def withdraw_override(self, anchor: str) -> None:
        self._commit(OverrideWithdrawn(anchor=anchor))

    def end(self) -> None:
        """End the session before its last question."""
        with self._lock:
            if self.state.phase is not Phase.ENDED:
                self._commit(SessionEnded(stopped=True))

    @property
    def seconds_left(self) -> float | None:
        """Seconds on the clock of the open question; None without a limit."""
        return self.state.seconds_left(self._clock())

    @property
    def seconds_spent(self) -> float:
        return self.state.seconds_spent(self._clock())

    def _save_draft(self, text: str) -> None:
        self._store.save_draft(self.id, self.state.events, Draft(text=well_formed(text), at=self._clock()))

    def _next_card(self) -> Card | None:
        try:
            return next_card(self.bank, self.state.plan, self.state.turns, self.state.asked)
        except UnknownName:  # the bank it was begun with is gone
            return None

    @property
    def _turn(self) -> Turn:
        if self.state.open is None:
            raise TurnOrderError("No question is open.")
        return self.state.open

    def _commit(self, event: Event, *, at: datetime | None = None, wording: Card | None = None) -> None:
        with self._lock:
            at = at or self._clock()
            if self.state.updated_at is not None:
                at = max(at, self.state.updated_at)  # a clock that was set back does not reorder history
            after = apply(self.state, event, at)
            self._store.append(self._summary(after, at), self.state.events, Recorded(at=at, event=event), wording)
            self.state = after

    def _summary(self, state: SessionState, at: datetime) -> SessionSummary:
        return SessionSummary(
            id=self.id,
            mode=state.plan.mode,
            title=session_title(self.bank, state.plan),
            started_at=state.started_at or at,
            updated_at=at,
            ended=state.phase is Phase.ENDED,
            asked=len(state.asked),
            answered=sum(turn.answer is not None for turn in state.turns),
            score=state.score,
        )


def session_title(bank: Bank, plan: Plan) -> str:
    """What the session was about, for a list."""
    if plan.mode is Mode.CARD and plan.card_id in bank:
        return bank.card(str(plan.card_id)).question
    titles = [topic.title for topic in bank.topics if topic.id in plan.topics]
    return ", ".join(titles) if titles else "All topics"
