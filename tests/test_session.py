"""A session from its first question to its end: what may happen, what it costs, and what is asked next."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from interviewer.bank.checks import gives_away
from interviewer.bank.loader import load_bank
from interviewer.config import Settings, shipped_folder
from interviewer.domain.card import Bank, Card, Difficulty
from interviewer.domain.grade import Band, Evidence, FollowUp, Grade, Override, PointVerdict, Provenance, Verdict
from interviewer.domain.transcript import (
    AnswerGraded,
    AnswerSubmitted,
    CardFlagged,
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
    SkipUndone,
    VerdictOverridden,
)
from interviewer.errors import StoreError, TurnOrderError, UnknownName
from interviewer.grading.calibration import score_of
from interviewer.grading.interface import Grader
from interviewer.report import build_report
from interviewer.session.followup import follow_up_item, hint_for, next_follow_up
from interviewer.session.machine import ALLOWED, apply, fold
from interviewer.session.runner import SessionRunner
from interviewer.session.selection import cards_in, next_card, planned_questions, target_level
from interviewer.session.state import FollowUpTurn, Phase, SessionState, Turn
from interviewer.storage.store import Store
from interviewer.wiring import make_plan

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
COVERED, MISSING, CONTRADICTED = Verdict.COVERED, Verdict.MISSING, Verdict.CONTRADICTED
ANCHORS = ("first", "second", "third")


def _after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def _grade(**verdicts: Verdict) -> Grade:
    points = tuple(
        PointVerdict(
            id=name,
            verdict=verdict,
            probability=0.9,
            credit=1.0 if verdict is COVERED else 0.0,
            evidence=None if verdict is MISSING else Evidence(quote="so", start=0, end=2),
        )
        for name, verdict in verdicts.items()
    )
    score = score_of(points)
    return Grade(
        score=score, band=Band.of(score), confidence=0.9, points=points, feedback="",
        provenance=Provenance(grader="test", model="none", version="0"),
    )  # fmt: skip


PLAN = Plan(mode=Mode.MOCK, questions=3, seconds=60, seed=1)
ASKED = QuestionAsked(card_id="he-initialization", card_hash="0" * 64, topic_id="weight-initialization")
FOLLOW_UP = FollowUpAsked(follow_up=FollowUp(text="And then?", target="second"))
GRADED = AnswerGraded(grade=_grade(first=COVERED, second=MISSING, third=CONTRADICTED))
EVENTS: dict[type[Event], Event] = {
    type(event): event
    for event in (
        SessionStarted(plan=PLAN), ASKED, HintTaken(anchor="first", text="Think."), AnswerSubmitted(text="so"), GRADED,
        FOLLOW_UP, FollowUpAnswered(text="so"), FollowUpGraded(grade=_grade(second=COVERED)),
        VerdictOverridden(override=Override(anchor="third", verdict=COVERED, reason="I said it")),
        OverrideWithdrawn(anchor="third"), CardFlagged(flagged=True), ReferenceRevealed(), QuestionSkipped(),
        SkipUndone(), QuestionClosed(), SessionPaused(), SessionResumed(), SessionEnded(),
    )
}  # fmt: skip
ROADS: dict[Phase, list[type[Event]]] = {
    Phase.NEW: [],
    Phase.BETWEEN: [SessionStarted],
    Phase.ANSWERING: [SessionStarted, QuestionAsked],
    Phase.GRADING: [SessionStarted, QuestionAsked, AnswerSubmitted],
    Phase.FEEDBACK: [SessionStarted, QuestionAsked, AnswerSubmitted, AnswerGraded],
    Phase.FOLLOW_UP: [SessionStarted, QuestionAsked, AnswerSubmitted, AnswerGraded, FollowUpAsked],
    Phase.FOLLOW_UP_GRADING: [
        SessionStarted, QuestionAsked, AnswerSubmitted, AnswerGraded, FollowUpAsked, FollowUpAnswered,
    ],
    Phase.SKIPPED: [SessionStarted, QuestionAsked, QuestionSkipped],
    Phase.ENDED: [SessionStarted, SessionEnded],
}  # fmt: skip
"""The shortest way into each phase."""


def _played(*events: Event, step: float = 10) -> SessionState:
    """The state after a session started, a question was asked and `events` happened, `step` seconds apart."""
    state = SessionState(plan=PLAN)
    for number, event in enumerate((SessionStarted(plan=PLAN), ASKED, *events)):
        state = apply(state, event, _after(number * step))
    return state


def _in_phase(phase: Phase) -> SessionState:
    state = SessionState(plan=PLAN)
    for number, kind in enumerate(ROADS[phase]):
        state = apply(state, EVENTS[kind], _after(number))
    return state


def _turn(state: SessionState) -> Turn:
    assert state.open is not None
    return state.open


class TestMachine:
    @pytest.mark.parametrize("phase", Phase)
    def test_the_road_into_each_phase_leads_there(self, phase: Phase) -> None:
        assert _in_phase(phase).phase is phase

    @pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
    @pytest.mark.parametrize("phase", Phase)
    def test_an_event_happens_in_the_phases_that_allow_it_and_no_other(self, phase: Phase, kind: type[Event]) -> None:
        before = _in_phase(phase)
        if phase in ALLOWED[kind]:
            after = apply(before, EVENTS[kind], _after(100))
            assert (after.events, after.updated_at) == (before.events + 1, _after(100))
        else:
            with pytest.raises(TurnOrderError):
                apply(before, EVENTS[kind], _after(100))

    def test_every_event_has_its_phases(self) -> None:
        assert set(ALLOWED) == set(EVENTS)

    def test_nothing_can_happen_after_the_end(self) -> None:
        assert all(Phase.ENDED not in phases for phases in ALLOWED.values())

    @pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
    def test_applying_an_event_leaves_the_state_before_as_it_was(self, kind: type[Event]) -> None:
        before = _in_phase(min(ALLOWED[kind], key=list(Phase).index))
        remembered = repr(before)
        one, other = (apply(before, EVENTS[kind], _after(100)) for _ in range(2))
        assert repr(before) == remembered
        assert one == other

    def test_folding_the_events_gives_the_state_that_applying_them_one_by_one_gave(self) -> None:
        events = [SessionStarted(plan=PLAN), ASKED, *(EVENTS[kind] for kind in ROADS[Phase.FOLLOW_UP][2:])]
        recorded = [Recorded(at=_after(number), event=event) for number, event in enumerate(events)]
        state = SessionState(plan=PLAN)
        for one in recorded:
            state = apply(state, one.event, one.at)
        assert fold(recorded) == state
        assert fold([Recorded.model_validate_json(one.model_dump_json()) for one in recorded]) == state

    @pytest.mark.parametrize("events", [[], [Recorded(at=START, event=ASKED)]])
    def test_a_session_begins_with_its_start(self, events: list[Recorded]) -> None:
        with pytest.raises(TurnOrderError):
            fold(events)

    def test_a_question_that_was_left_open_at_the_end_leaves_no_turn(self) -> None:
        assert _played(SessionEnded(stopped=True)).turns == ()
        assert _played(AnswerSubmitted(text="so"), SessionEnded(stopped=True)).turns[0].answer == "so"
        assert _played(QuestionSkipped(), SessionEnded()).turns[0].skipped


class TestClock:
    def test_runs_until_the_answer_is_submitted(self) -> None:
        asked = _played()
        assert asked.seconds_spent(_after(25)) == 15
        assert asked.seconds_left(_after(25)) == 45
        submitted = apply(asked, AnswerSubmitted(text="so"), _after(40))
        assert _turn(submitted).seconds == 30
        assert submitted.seconds_spent(_after(500)) == 30
        assert submitted.seconds_left(_after(500)) is None

    def test_never_shows_less_than_nothing(self) -> None:
        assert _played().seconds_left(_after(1_000)) == 0

    def test_stands_while_the_session_is_paused(self) -> None:
        paused = apply(_played(), SessionPaused(), _after(20))
        assert paused.seconds_spent(_after(900)) == 10
        resumed = apply(paused, SessionResumed(), _after(900))
        assert resumed.seconds_spent(_after(905)) == 15
        assert resumed.seconds_left(_after(905)) == 45

    def test_pausing_twice_and_resuming_twice_counts_no_second_twice_or_never(self) -> None:
        state = _played()
        for seconds, event in ((20, SessionPaused()), (30, SessionPaused()), (40, SessionResumed())):
            state = apply(state, event, _after(seconds))
        assert state.seconds_spent(_after(50)) == 20
        again = apply(state, SessionResumed(), _after(50))
        assert again.seconds_spent(_after(60)) == 30

    def test_stands_while_the_question_is_skipped_and_goes_on_when_it_is_taken_back(self) -> None:
        skipped = apply(_played(), QuestionSkipped(), _after(20))
        assert skipped.seconds_spent(_after(100)) == 10
        undone = apply(skipped, SkipUndone(), _after(100))
        assert undone.phase is Phase.ANSWERING
        assert undone.seconds_spent(_after(105)) == 15

    def test_a_skip_that_is_taken_back_while_paused_does_not_leave_a_running_clock_marked_paused(self) -> None:
        state = _played()
        for seconds, event in ((20, QuestionSkipped()), (30, SessionPaused()), (40, SkipUndone())):
            state = apply(state, event, _after(seconds))
        assert state.paused is (state.running_since is None)

    def test_there_is_none_without_a_limit(self) -> None:
        plan = PLAN.model_copy(update={"seconds": 0})
        state = apply(apply(SessionState(plan=plan), SessionStarted(plan=plan), START), ASKED, START)
        assert state.seconds_left(_after(10)) is None
        assert state.seconds_spent(_after(10)) == 10


class TestScore:
    def test_is_that_of_the_grade(self) -> None:
        assert _turn(_played(AnswerSubmitted(text="so"), GRADED)).score == pytest.approx((1 - 0.4) / 3)

    def test_there_is_none_before_the_grade(self) -> None:
        assert _played(AnswerSubmitted(text="so")).score is None

    def test_each_hint_costs_ten_points_and_never_more_than_there_are(self) -> None:
        hint, all_right = HintTaken(anchor="first", text="Think."), AnswerGraded(grade=_grade(a=COVERED, b=COVERED))
        nothing = AnswerGraded(grade=_grade(a=MISSING, b=MISSING))
        answer = AnswerSubmitted(text="so")
        assert [_turn(_played(*[hint] * hints, answer, all_right)).score for hints in range(3)] == pytest.approx(
            [1.0, 0.9, 0.8]
        )
        assert _turn(_played(hint, answer, nothing)).score == 0.0

    def test_what_is_said_only_on_the_follow_up_earns_half(self) -> None:
        before = _turn(_played(AnswerSubmitted(text="so"), GRADED))
        after = _turn(
            _played(
                AnswerSubmitted(text="so"), GRADED, FOLLOW_UP, FollowUpAnswered(text="so"),
                FollowUpGraded(grade=_grade(second=COVERED)),
            )
        )  # fmt: skip
        assert before.score == pytest.approx((1 - 0.4) / 3)
        assert after.score == pytest.approx((1 + 0.5 - 0.4) / 3)
        assert [point.verdict for point in after.points] == [COVERED, COVERED, CONTRADICTED]
        assert after.grade == before.grade

    @pytest.mark.parametrize("verdict", [MISSING, CONTRADICTED])
    def test_a_failed_follow_up_takes_nothing_away(self, verdict: Verdict) -> None:
        turn = _turn(
            _played(
                AnswerSubmitted(text="so"), GRADED, FOLLOW_UP, FollowUpAnswered(text="so"),
                FollowUpGraded(grade=_grade(second=verdict)),
            )
        )  # fmt: skip
        assert turn.score == pytest.approx((1 - 0.4) / 3)

    def test_a_deeper_question_is_asked_for_its_own_sake(self) -> None:
        deeper = FollowUpAsked(follow_up=FollowUp(text="Deeper?", target="second", deeper=True))
        turn = _turn(
            _played(
                AnswerSubmitted(text="so"), GRADED, deeper, FollowUpAnswered(text="so"),
                FollowUpGraded(grade=_grade(x=COVERED, y=COVERED)),
            )
        )  # fmt: skip
        assert turn.score == pytest.approx((1 - 0.4) / 3)

    def test_the_users_word_stands_until_it_is_withdrawn_and_the_graders_is_kept(self) -> None:
        graded = _played(AnswerSubmitted(text="so"), GRADED)
        overruled = apply(graded, EVENTS[VerdictOverridden], _after(100))
        assert _turn(overruled).score == pytest.approx(2 / 3)
        assert _turn(overruled).grade == _turn(graded).grade
        changed_mind = VerdictOverridden(override=Override(anchor="third", verdict=MISSING, reason=""))
        again = apply(overruled, changed_mind, _after(110))
        assert _turn(again).score == pytest.approx(1 / 3)
        assert len(_turn(again).overrides) == 1
        withdrawn = apply(again, OverrideWithdrawn(anchor="third"), _after(120))
        assert _turn(withdrawn).score == _turn(graded).score
        assert _turn(withdrawn).points == _turn(graded).points

    def test_a_skipped_question_scores_nothing_until_it_is_taken_back(self) -> None:
        assert _played(QuestionSkipped()).score == 0.0
        assert _played(QuestionSkipped(), SkipUndone()).score is None

    def test_of_a_session_is_the_mean_over_answered_and_skipped_questions(self) -> None:
        state = _played(AnswerSubmitted(text="so"), AnswerGraded(grade=_grade(a=COVERED, b=COVERED)), QuestionClosed())
        assert state.score == 1.0
        state = apply(state, ASKED, _after(100))
        assert state.score == 1.0
        state = apply(state, QuestionSkipped(), _after(110))
        assert state.score == 0.5
        assert len(state.turns) == 2

    @pytest.mark.parametrize("hints", range(4))
    @pytest.mark.parametrize("credit", [0.15, 0.35, 0.65, 0.9, 1.0])
    def test_the_band_in_the_report_is_that_of_the_score_beside_it(self, bank: Bank, credit: float, hints: int) -> None:
        card = bank.card("he-initialization")
        point = PointVerdict(id="relu", verdict=COVERED, probability=0.9, credit=credit)
        grade = _grade(relu=COVERED).model_copy(update={"points": (point,)})
        asked = ASKED.model_copy(update={"card_hash": card.content_hash})
        hint = HintTaken(anchor="relu", text="Think.")
        events: list[Event] = [
            SessionStarted(plan=PLAN), asked, *[hint] * hints, AnswerSubmitted(text="so"), AnswerGraded(grade=grade),
        ]  # fmt: skip
        state = fold([Recorded(at=START, event=event) for event in events])
        [turn] = build_report("x", state, bank, lambda _: None).turns
        assert turn.score is not None
        assert turn.band is Band.of(turn.score)


class TestFollowUps:
    @pytest.fixture
    def card(self, bank: Bank) -> Card:
        return bank.card("he-initialization")

    @pytest.mark.parametrize(
        ("verdicts", "target"),
        [
            ((MISSING, COVERED, CONTRADICTED, MISSING), 2),
            ((CONTRADICTED, COVERED, CONTRADICTED, MISSING), 0),
            ((COVERED, MISSING, MISSING, COVERED), 1),
            ((COVERED, COVERED, COVERED, MISSING), 3),
        ],
    )
    def test_aims_at_the_most_important_contradiction_else_at_the_most_important_gap(
        self, card: Card, verdicts: tuple[Verdict, ...], target: int
    ) -> None:
        grade = _grade(**{anchor.name: verdict for anchor, verdict in zip(card.anchors, verdicts, strict=True)})
        follow_up = next_follow_up(card, grade, grade.points)
        assert follow_up is not None
        assert (follow_up.target, follow_up.deeper) == (card.anchors[target].name, False)

    def test_goes_deeper_when_nothing_is_missing_until_there_is_nothing_left(self, card: Card) -> None:
        grade = _grade(**{anchor.name: COVERED for anchor in card.anchors})
        asked: list[str] = []
        while (follow_up := next_follow_up(card, grade, grade.points, tuple(asked))) is not None:
            assert follow_up.deeper
            assert follow_up.text == follow_up_item(card, follow_up).question
            asked.append(follow_up.target)
        assert asked == [deeper.id for deeper in card.follow_ups]

    def test_asks_for_the_next_gap_and_never_twice_for_the_same(self, card: Card) -> None:
        grade = _grade(relu=MISSING, two_over_fan_in=COVERED, half_zeroed=CONTRADICTED, stable_depth=MISSING)
        asked: list[str] = []
        while (follow_up := next_follow_up(card, grade, grade.points, tuple(asked))) is not None:
            asked.append(follow_up.target)
        assert asked == ["half_zeroed", "relu", "stable_depth"]

    def test_takes_up_the_words_that_were_wrong(self, card: Card) -> None:
        grade = _grade(relu=COVERED, two_over_fan_in=CONTRADICTED, half_zeroed=COVERED, stable_depth=COVERED)
        follow_up = next_follow_up(card, grade, grade.points)
        assert follow_up is not None
        assert "“so”" in follow_up.text
        assert str(card.anchor("two_over_fan_in").probe) in follow_up.text

    @pytest.mark.parametrize("verdict", [MISSING, CONTRADICTED])
    def test_never_gives_the_point_away(self, bank: Bank, verdict: Verdict) -> None:
        told = []
        for card in bank.cards:
            for anchor in card.anchors:
                grade = _grade(**{other.name: verdict if other is anchor else COVERED for other in card.anchors})
                follow_up = next_follow_up(card, grade, grade.points)
                assert follow_up is not None
                assert follow_up.target == anchor.name
                if gives_away(card, anchor, follow_up.text):
                    told.append((card.id, anchor.name))
        assert told == []

    def test_a_probe_that_tells_too_much_is_not_asked(self, databases: Path) -> None:
        card = load_bank([databases]).card("index-cost")
        telling = "Does each write have to maintain the index as well, so that writes become slower?"
        anchors = (card.anchors[0].model_copy(update={"probe": telling}), *card.anchors[1:])
        careless = card.model_copy(update={"anchors": anchors})
        grade = _grade(slower_writes=MISSING, storage=COVERED)
        follow_up = next_follow_up(careless, grade, grade.points)
        hint = hint_for(careless, ())
        assert follow_up is not None
        assert hint is not None
        assert not gives_away(careless, careless.anchors[0], follow_up.text)
        assert not gives_away(careless, careless.anchors[0], hint[1])

    def test_hints_come_in_order_of_importance_and_give_nothing_away(self, bank: Bank) -> None:
        for card in bank.cards:
            given: tuple[str, ...] = ()
            while (hint := hint_for(card, given)) is not None:
                anchor, text = hint
                assert not gives_away(card, anchor, text)
                given = (*given, anchor.name)
            assert given == tuple(anchor.name for anchor in card.anchors)


def _answered(bank: Bank, card: Card, score: float) -> Turn:
    point = PointVerdict(id="x", verdict=COVERED, probability=1.0, credit=score)
    grade = _grade(x=COVERED).model_copy(update={"points": (point,)})
    return Turn(card.id, card.content_hash, bank.topic_of(card.id).id, answer="so", grade=grade)


def _interview(bank: Bank, plan: Plan, score: Callable[[Card], float] = lambda _: 0.5) -> list[Card]:
    """The cards of a whole session in which each answer scores what `score` says of its card."""
    turns: list[Turn] = []
    asked: list[Card] = []
    while (card := next_card(bank, plan, turns)) is not None:
        asked.append(card)
        turns.append(_answered(bank, card, score(card)))
    return asked


class TestSelection:
    @pytest.mark.parametrize("seed", range(10))
    def test_no_card_comes_twice_and_all_come_in_the_end(self, bank: Bank, seed: int) -> None:
        asked = _interview(bank, Plan(mode=Mode.MOCK, questions=100, seed=seed, adaptive=True))
        assert len(asked) == len({card.id for card in asked}) == 75

    def test_a_seed_gives_the_same_questions_again_and_another_seed_others(self, bank: Bank) -> None:
        def ids(seed: int) -> list[str]:
            return [card.id for card in _interview(bank, Plan(mode=Mode.MOCK, questions=8, seed=seed))]

        assert ids(7) == ids(7)
        assert len({tuple(ids(seed)) for seed in range(20)}) > 15

    def test_a_mock_interview_goes_round_its_topics(self, bank: Bank) -> None:
        for seed in range(10):
            asked = _interview(bank, Plan(mode=Mode.MOCK, questions=10, seed=seed, adaptive=True))
            topics = [bank.topic_of(card.id).id for card in asked]
            assert len(set(topics[:5])) == len(set(topics[5:])) == 5

    def test_it_starts_at_medium_and_follows_how_it_goes(self, bank: Bank) -> None:
        plan = Plan(mode=Mode.MOCK, questions=6, seed=3, adaptive=True)
        well, badly = _interview(bank, plan, lambda _: 1.0), _interview(bank, plan, lambda _: 0.0)
        assert well[0].difficulty == badly[0].difficulty == Difficulty.MEDIUM
        assert {card.difficulty for card in badly[1:]} == {Difficulty.EASY}
        assert [card.difficulty for card in well[1:5]].count(Difficulty.HARD) >= 3
        assert Difficulty.EASY not in {card.difficulty for card in well}

    def test_a_fixed_interview_does_not_look_at_the_scores(self, bank: Bank) -> None:
        plan = Plan(mode=Mode.MOCK, questions=8, seed=3, adaptive=False)
        assert _interview(bank, plan, lambda _: 1.0) == _interview(bank, plan, lambda _: 0.0)

    @pytest.mark.parametrize(
        ("scores", "level"),
        [([], 1), ([0.9], 2), ([0.9, 0.9], 2), ([0.3], 0), ([0.5], 1), ([0.9, 0.1], 2), ([0.9, 0.1, 0.1], 1),
         ([0.7], 2), ([0.4], 1)],
    )  # fmt: skip
    def test_the_level_steps_on_the_mean_of_the_last_two_scores(
        self, bank: Bank, scores: list[float], level: int
    ) -> None:
        assert target_level([_answered(bank, bank.cards[0], score) for score in scores]) == level

    def test_topics_and_difficulties_are_kept_to(self, bank: Bank) -> None:
        plan = Plan(mode=Mode.MOCK, questions=100, topics=("overfitting",), difficulties=(Difficulty.EASY,))
        asked = _interview(bank, plan)
        assert {(bank.topic_of(card.id).id, card.difficulty) for card in asked} == {("overfitting", Difficulty.EASY)}
        assert len(asked) == planned_questions(bank, plan) == 8

    def test_a_drill_asks_every_card_of_its_topic(self, bank: Bank) -> None:
        asked = _interview(bank, Plan(mode=Mode.DRILL, topics=("overfitting",), questions=1))
        assert {card.id for card in asked} == {card.id for card in bank.cards_of("overfitting")}

    def test_a_single_card_is_asked_once(self, bank: Bank) -> None:
        assert [c.id for c in _interview(bank, Plan(mode=Mode.CARD, card_id="gain", questions=5))] == ["gain"]

    def test_a_card_that_was_asked_and_left_no_turn_does_not_come_again(self, bank: Bank) -> None:
        plan = Plan(mode=Mode.MOCK, questions=75, seed=5)
        first = next_card(bank, plan, [])
        assert first is not None
        second = next_card(bank, plan, [], [first.id])
        assert second is not None
        assert second.id != first.id

    @pytest.mark.parametrize(
        "plan",
        [
            Plan(mode=Mode.CARD, card_id="no-such-card", questions=1),
            Plan(mode=Mode.MOCK, topics=("no-such-topic",), questions=1),
        ],
    )
    def test_what_is_not_there_is_refused_by_name(self, bank: Bank, plan: Plan) -> None:
        with pytest.raises(UnknownName, match="no-such-"):
            cards_in(bank, plan)

    def test_a_choice_that_leaves_no_card_is_refused(self, databases: Path) -> None:
        with pytest.raises(UnknownName, match="No card"):
            cards_in(load_bank([databases]), Plan(mode=Mode.MOCK, difficulties=(Difficulty.HARD,), questions=1))

    def test_only_a_mock_interview_has_a_clock_and_adapts(self) -> None:
        settings = Settings.model_validate({"interview": {"seconds": 90, "questions": 7}})
        mock = make_plan(settings, random=lambda: 42)
        drill = make_plan(settings, mode=Mode.DRILL, topics=("overfitting",))
        assert (mock.seconds, mock.questions, mock.adaptive, mock.seed) == (90, 7, True, 42)
        assert (drill.seconds, drill.adaptive) == (0, False)
        assert make_plan(settings, seconds=0, questions=2, adaptive=False, seed=9).model_dump(
            include={"seconds", "questions", "adaptive", "seed"}
        ) == {"seconds": 0, "questions": 2, "adaptive": False, "seed": 9}


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "history.sqlite3") as opened:
        yield opened


@pytest.fixture
def start(bank: Bank, store: Store, grader: Grader, clock: Clock) -> Callable[[Plan], SessionRunner]:
    def started(plan: Plan) -> SessionRunner:
        return SessionRunner.start("one", plan, bank=bank, store=store, grader=lambda: grader, clock=clock)

    return started


@pytest.fixture
def resume(bank: Bank, store: Store, grader: Grader, clock: Clock) -> Callable[[], SessionRunner]:
    """Continues the session from the history alone, as a new process would."""

    def resumed() -> SessionRunner:
        return SessionRunner.resume("one", bank=bank, store=store, grader=lambda: grader, clock=clock)

    return resumed


Start = Callable[[Plan], SessionRunner]
Resume = Callable[[], SessionRunner]
HE = Plan(mode=Mode.CARD, card_id="he-initialization", questions=1)


class TestRunner:
    def test_a_whole_interview_leads_from_answer_to_follow_up_to_the_next_question(self, start: Start) -> None:
        runner = start(Plan(mode=Mode.MOCK, questions=2, topics=("weight-initialization",), seed=1))
        first = runner.card
        runner.submit(first.anchors[0].point)
        grade = runner.grade()
        assert grade.point(first.anchors[0].name).verdict is COVERED
        assert runner.ask_follow_up()
        target = runner.state.turns[0].follow_ups[0].follow_up.target
        before = runner.state.turns[0].score
        assert before is not None
        runner.answer_follow_up(first.anchor(target).point)
        assert runner.grade().point(target).verdict is COVERED
        after = runner.state.turns[0].score
        assert after is not None
        assert after > before
        second = runner.next_question()
        assert second is not None
        assert second != first
        runner.skip()
        assert runner.next_question() is None
        assert runner.state.phase is Phase.ENDED
        assert [turn.skipped for turn in runner.state.turns] == [False, True]

    def test_the_same_seed_and_answers_give_the_same_interview(
        self, bank: Bank, grader: Grader, clock: Clock, tmp_path: Path
    ) -> None:
        def interview(name: str) -> list[tuple[str, float | None]]:
            with Store(tmp_path / name) as store:
                plan = Plan(mode=Mode.MOCK, questions=3, seed=11, adaptive=True)
                runner = SessionRunner.start("x", plan, bank=bank, store=store, grader=lambda: grader, clock=clock)
                while runner.state.phase is not Phase.ENDED:
                    runner.submit(runner.card.reference)
                    runner.grade()
                    runner.next_question()
                return [(turn.card_id, turn.score) for turn in runner.state.turns]

        assert interview("a") == interview("b")

    def test_a_plan_that_fits_no_card_starts_nothing(self, start: Start, store: Store) -> None:
        with pytest.raises(UnknownName):
            start(Plan(mode=Mode.CARD, card_id="no-such-card", questions=1))
        assert store.sessions() == []

    def test_hints_run_out_and_each_is_told_once(self, start: Start) -> None:
        runner = start(HE)
        hints = [runner.hint() for _ in range(5)]
        assert len(set(hints[:4])) == 4
        assert hints[4] is None
        assert len(runner.state.turns[0].hints) == 4

    def test_at_most_two_follow_ups_are_asked(self, start: Start) -> None:
        runner = start(HE)
        runner.submit("It was derived for layers with the ReLU activation.")
        runner.grade()
        for _ in range(2):
            assert runner.ask_follow_up()
            runner.answer_follow_up("No idea.")
            runner.grade()
        assert not runner.ask_follow_up()

    def test_a_step_out_of_turn_is_refused_and_not_recorded(self, start: Start, store: Store) -> None:
        runner = start(HE)
        recorded = len(store.events("one"))
        for step in (runner.grade, runner.undo_skip, runner.reveal_reference, lambda: runner.answer_follow_up("so")):
            with pytest.raises(TurnOrderError):
                step()
        assert not runner.ask_follow_up()
        assert len(store.events("one")) == recorded

    def test_an_override_of_an_anchor_that_is_not_there_is_refused(self, start: Start) -> None:
        runner = start(HE)
        runner.submit("It is designed for ReLU networks.")
        runner.grade()
        with pytest.raises(KeyError):
            runner.override("no_such_anchor", COVERED, "")

    def test_a_skip_can_be_taken_back_with_what_was_typed(self, start: Start) -> None:
        runner = start(HE)
        runner.save_draft("It is for")
        runner.skip()
        runner.undo_skip()
        assert runner.state.phase is Phase.ANSWERING
        assert runner.draft == "It is for"

    def test_a_clock_that_is_set_back_does_not_reorder_history(self, start: Start, store: Store, clock: Clock) -> None:
        runner = start(HE)
        clock.move(-3600)
        runner.flag()
        runner.submit("It is designed for ReLU networks.")
        times = [recorded.at for recorded in store.events("one")]
        assert times == sorted(times)
        assert runner.state.turns[0].seconds == 0

    def test_the_time_a_session_lay_closed_does_not_count(self, start: Start, resume: Resume, clock: Clock) -> None:
        runner = start(Plan(mode=Mode.MOCK, questions=1, seconds=60, seed=1))
        clock.move(20)
        runner.save_draft("half a sen")
        clock.move(86_400)
        resumed = resume()
        assert resumed.draft == "half a sen"
        assert resumed.seconds_left == 40
        assert resumed.card == runner.card

    @pytest.mark.parametrize("phase", [Phase.ANSWERING, Phase.GRADING, Phase.FEEDBACK, Phase.FOLLOW_UP, Phase.SKIPPED])
    def test_a_session_resumes_in_the_phase_it_was_left_in(self, start: Start, resume: Resume, phase: Phase) -> None:
        runner = start(HE)
        steps: dict[Phase, list[Callable[[], object]]] = {
            Phase.ANSWERING: [],
            Phase.GRADING: [lambda: runner.submit("It is designed for ReLU networks.")],
            Phase.FEEDBACK: [lambda: runner.submit("It is designed for ReLU networks."), runner.grade],
            Phase.FOLLOW_UP: [
                lambda: runner.submit("It is designed for ReLU networks."),
                runner.grade,
                runner.ask_follow_up,
            ],
            Phase.SKIPPED: [runner.skip],
        }
        for step in steps[phase]:
            step()
        resumed = resume()
        assert resumed.state.phase is phase
        assert resumed.state.turns[0].answer == runner.state.turns[0].answer
        assert resumed.state.turns[0].grade == runner.state.turns[0].grade
        assert resumed.state.turns[0].follow_ups == runner.state.turns[0].follow_ups

    def test_the_card_of_an_open_question_keeps_the_wording_in_which_it_was_asked(
        self, databases: Path, store: Store, grader: Grader, clock: Clock, tmp_path: Path
    ) -> None:
        plan = Plan(mode=Mode.CARD, card_id="index-cost", questions=1)
        bank = load_bank([databases])
        SessionRunner.start("one", plan, bank=bank, store=store, grader=lambda: grader, clock=clock)
        edited = tmp_path / "edited.yaml"
        text = databases.read_text(encoding="utf-8")
        edited.write_text(text.replace("What does an index on a table cost?", "Something else?"), encoding="utf-8")
        resumed = SessionRunner.resume("one", bank=load_bank([edited]), store=store, grader=lambda: grader, clock=clock)
        assert resumed.card.question == "What does an index on a table cost?"

    def test_a_session_can_be_finished_without_the_bank_it_was_begun_with(
        self, bank: Bank, databases: Path, store: Store, grader: Grader, clock: Clock
    ) -> None:
        merged = load_bank([shipped_folder("bank"), databases])
        plan = Plan(mode=Mode.DRILL, topics=("databases",), questions=1)
        begun = SessionRunner.start("one", plan, bank=merged, store=store, grader=lambda: grader, clock=clock)
        resumed = SessionRunner.resume("one", bank=bank, store=store, grader=lambda: grader, clock=clock)
        assert resumed.card == begun.card
        resumed.submit(begun.card.reference)
        assert resumed.grade().score > 0
        assert resumed.total >= resumed.number

    def test_a_question_that_could_not_be_committed_is_asked_on_the_next_try(
        self, bank: Bank, grader: Grader, clock: Clock, tmp_path: Path
    ) -> None:
        plan = Plan(mode=Mode.MOCK, questions=3, seed=4)
        with Store(tmp_path / "a") as store, Store(tmp_path / "b") as calm:
            runner, twin = (
                SessionRunner.start("x", plan, bank=bank, store=one, grader=lambda: grader, clock=clock)
                for one in (store, calm)
            )
            for each in (runner, twin):
                each.skip()
            with contextlib.closing(sqlite3.connect(tmp_path / "a")) as other:
                other.execute(
                    "CREATE TRIGGER full BEFORE INSERT ON events WHEN NEW.body LIKE '%question_asked%'"
                    " BEGIN SELECT RAISE(ABORT, 'disk full'); END"
                )
                with pytest.raises(StoreError):
                    runner.next_question()
                other.execute("DROP TRIGGER full")
            assert runner.next_question() == twin.next_question()
            assert runner.number == twin.number == 2


def test_a_follow_up_turn_that_is_not_graded_yet_changes_no_verdict(bank: Bank) -> None:
    turn = _answered(bank, bank.cards[0], 0.5)
    waiting = FollowUpTurn(FollowUp(text="And?", target="x"), answer="so")
    assert (
        Turn(turn.card_id, turn.card_hash, turn.topic_id, grade=turn.grade, follow_ups=(waiting,)).score == turn.score
    )
