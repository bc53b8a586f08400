"""The full-screen interview as a user meets it: keys in, and what stands on the screen."""

import gc
import re
import time
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from textual import events
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, TextArea

from interviewer.config import GradingSettings, InterfaceSettings, Settings
from interviewer.domain.card import Bank, Difficulty, Item
from interviewer.domain.display import percent
from interviewer.domain.grade import Grade, Verdict
from interviewer.domain.transcript import Mode, Plan
from interviewer.errors import GradingError, SettingsError
from interviewer.grading.interface import Grader
from interviewer.session.runner import Clock, SessionRunner
from interviewer.session.selection import next_card
from interviewer.session.state import HINT_COST, Phase, Turn
from interviewer.ui.app import InterviewerApp
from interviewer.ui.screens.answer import AnswerScreen
from interviewer.ui.screens.bank import BankScreen
from interviewer.ui.screens.feedback import FeedbackScreen
from interviewer.ui.screens.history import HistoryScreen
from interviewer.ui.screens.home import HomeScreen
from interviewer.ui.screens.report import ReportScreen
from interviewer.ui.screens.setup import SetupScreen
from interviewer.wiring import Interviewer, make_plan, utc_now

PATIENCE = 20.0
"""Seconds after which a screen that did not come fails the test."""
SMALL, LARGE = (80, 24), (200, 60)
TALL = (100, 60)
"""One column, and everything in view."""
CARD = "zero-weights"
PARTLY = "The symmetry between neurons is never broken."
"""Covers the card's first anchor in its own words, and leaves its last one open."""
CHARACTERS = {"space": " ", "slash": "/", "question_mark": "?"}
"""Of the keys with a name."""
FRAMES = re.compile(r"[│╭╮╰╯─━▌▏▎▐▁▂▃▄▅▆▇█\s]+")

User = Pilot[None]
Opening = Callable[..., AbstractAsyncContextManager[User]]


class Loaded(Interviewer):
    """The program with a bank and models that are loaded once for all tests."""

    def __init__(self, settings: Settings, clock: Clock, bank: Bank, loaded: Grader) -> None:
        super().__init__(settings, clock)
        self._loaded = loaded
        if settings.shipped_bank and not settings.banks:
            self.__dict__["bank"] = bank

    def grader(self) -> Grader:
        return self._loaded


class ClockOnTheWall:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture(scope="module", autouse=True)
def _rarer_collections() -> Iterator[None]:
    """A third of the run would go to the garbage collector, which looks at the bank and the models again and again."""
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    yield
    gc.set_threshold(*usual)
    gc.unfreeze()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "history")


@pytest.fixture
def make_program(bank: Bank, grader: Grader) -> Iterator[Callable[..., Interviewer]]:
    made: list[Interviewer] = []

    def make(settings: Settings, clock: Clock = utc_now, *, own_models: bool = False) -> Interviewer:
        made.append(Interviewer(settings, clock) if own_models else Loaded(settings, clock, bank, grader))
        return made[-1]

    yield make
    for program in made:
        program.close()


@pytest.fixture
def program(make_program: Callable[..., Interviewer], settings: Settings) -> Interviewer:
    return make_program(settings)


@asynccontextmanager
async def opened(
    program: Interviewer, plan: Plan | None = None, *, size: tuple[int, int] = TALL, resume: bool = False
) -> AsyncIterator[User]:
    """The application on a terminal of `size`: at home, or at the first question of `plan`."""
    app = InterviewerApp(program, plan or mock(program), immediately=plan is not None, resume=resume)
    app.animation_level = "none"
    async with app.run_test(size=size, notifications=True) as user:
        await until(user, lambda: bool(seen(user)))
        yield user


def mock(program: Interviewer, **wanted: Any) -> Plan:
    return make_plan(program.settings, seed=1, **wanted)


def one_card(program: Interviewer, card_id: str = CARD) -> Plan:
    return make_plan(program.settings, mode=Mode.CARD, card_id=card_id, seed=1)


async def until(user: User, condition: Callable[[], object]) -> None:
    """Wait for what the user sees to come."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert user.app.is_running, "the program has ended"
        assert time.monotonic() < end, "this did not come:\n" + "\n".join(strip.text for strip in strips(user))
        await user.pause()


async def shows(user: User, *texts: str) -> None:
    await until(user, lambda: all(text in seen(user) for text in texts))


async def says(user: User, text: str) -> None:
    """Wait for a notification with that text."""
    await until(user, lambda: text in notices(user))


async def comes(user: User, screen: type[Widget]) -> None:
    await until(user, lambda: isinstance(user.app.screen, screen) and seen(user))


def strips(user: User) -> list[Strip]:
    """The terminal, line by line."""
    return user.app.screen._compositor.render_strips()


def seen(user: User) -> str:
    """All that stands on the terminal, frames left out, line ends read as spaces."""
    return flat("\n".join(strip.text for strip in strips(user)))


def flat(text: str) -> str:
    return FRAMES.sub(" ", text).strip()


def seen_in(user: User, widget: Widget | str) -> str:
    """What stands on the terminal in the place of a widget."""
    place = (user.app.screen.query_one(widget) if isinstance(widget, str) else widget).region
    rows = strips(user)[place.y : place.bottom]
    return flat("\n".join(strip.crop(place.x, place.right).text for strip in rows))


def notices(user: User) -> str:
    return " ".join(seen_in(user, toast) for toast in user.app.screen.query("Toast"))


def marked(user: User, widget: str) -> str:
    """The words in a widget that stand out by a line under them."""
    place = user.app.screen.query_one(widget).region
    rows = [strip.crop(place.x, place.right) for strip in strips(user)[place.y : place.bottom]]
    words = ["".join(s.text for s in row if s.style is not None and s.style.underline) for row in rows]
    return " ".join(" ".join(words).split())


async def press(user: User, *keys: str) -> None:
    """Press keys one after the other, with one wait for each; `Pilot.press` waits twice."""
    for key in keys:
        character = CHARACTERS.get(key, key if len(key) == 1 else None)
        user.app.post_message(events.Key(key, character))
        await user.pause()


async def paste(user: User, text: str) -> None:
    user.app.post_message(events.Paste(text))
    await user.pause()


async def answer(user: User, text: str) -> None:
    """Write an answer, submit it, and wait for the feedback."""
    await comes(user, AnswerScreen)
    await paste(user, text)
    await until(user, lambda: user.app.screen.query_one(TextArea).text == text)
    await press(user, "ctrl+s")
    await comes(user, FeedbackScreen)
    await until(user, lambda: "listens for" in seen(user))


def runner_of(user: User) -> SessionRunner:
    assert isinstance(user.app, InterviewerApp)
    assert user.app.runner is not None
    return user.app.runner


def turn_of(user: User) -> Turn:
    return runner_of(user).state.turns[-1]


def held(program: Interviewer, *answers: str, plan: Plan | None = None) -> SessionRunner:
    """A session with these answers behind it, as earlier use has left it."""
    runner = program.start(plan or mock(program, questions=max(1, len(answers))))
    for number, text in enumerate(answers, start=1):
        runner.submit(text)
        runner.grade()
        if number < len(answers):
            runner.next_question()
    return runner


# Home --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_home_shows_the_next_question_the_bank_and_the_sessions(
    program: Interviewer, bank: Bank, size: tuple[int, int]
) -> None:
    plan = mock(program)
    card = next_card(bank, plan, ())
    assert card is not None
    async with opened(program, size=size) as user:
        await shows(user, card.question, "5 questions", "75 cards", "None yet")
        assert all(topic.title in seen(user) for topic in bank.topics)
        await press(user, "enter")
        await comes(user, AnswerScreen)
        assert card.question in seen(user)
        assert runner_of(user).card == card


async def test_home_lists_recent_sessions_with_their_scores(program: Interviewer) -> None:
    runner = held(program, PARTLY, plan=one_card(program))
    runner.next_question()
    async with opened(program) as user:
        await shows(user, "Recent sessions")
        recent = seen_in(user, "#recent")
        assert percent(runner.state.score) in recent
        assert "What goes wrong if you start a neural network" in recent
        assert "Not finished" not in seen(user)


async def test_q_and_ctrl_q_quit(program: Interviewer) -> None:
    for key in ("q", "ctrl+q"):
        async with opened(program) as user:
            await press(user, key)
            await until(user, lambda: not user.app.is_running)
        assert user.app.return_code == 0


# Question and feedback ---------------------------------------------------------------------------------------------


async def test_typed_keys_are_the_answer(program: Interviewer) -> None:
    async with opened(program, one_card(program), size=SMALL) as user:
        await shows(user, "What goes wrong", "Weight initialization", "easy")
        await press(user, *"so?", "enter", "n", "space", "q")
        await shows(user, "so? n q")
        assert user.app.screen.query_one(TextArea).text == "so?\nn q"
        await shows(user, "3 words · kept")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_feedback_shows_score_verdicts_evidence_and_follow_up(
    program: Interviewer, size: tuple[int, int]
) -> None:
    async with opened(program, one_card(program), size=size) as user:
        await answer(user, PARTLY)
        turn = turn_of(user)
        assert turn.grade is not None
        assert turn.grade.point("symmetry").verdict is Verdict.COVERED
        await shows(user, percent(turn.score), turn.grade.band, flat(turn.follow_ups[-1].follow_up.text))
        shown = seen_in(user, "#points")
        for point in turn.points:
            assert f"{point.id} {point.verdict}" in shown
        assert "“The symmetry between neurons is never broken.”" in shown


async def test_evidence_is_marked_in_the_answer_and_nothing_else_is(program: Interviewer) -> None:
    text = f"Let me think aloud for a moment about lunch. {PARTLY}"
    async with opened(program, one_card(program)) as user:
        await answer(user, text)
        assert seen_in(user, "#answer-text").endswith(text)
        quotes = {p.evidence.quote for p in turn_of(user).points if p.evidence is not None}
        assert quotes
        assert all(quote in marked(user, "#answer-text") for quote in quotes)
        assert "lunch" not in marked(user, "#answer-text")


async def test_a_contradiction_is_named_and_marked(program: Interviewer, bank: Bank) -> None:
    anchor = bank.card(CARD).anchor("symmetry")
    assert anchor.misconception is not None
    async with opened(program, one_card(program)) as user:
        await answer(user, anchor.misconception)
        await shows(user, "✗ symmetry contradicted", "the wrong way round: symmetry")
        evidence = turn_of(user).points[0].evidence
        assert evidence is not None
        assert evidence.quote in marked(user, "#answer-text")


async def test_enter_answers_the_follow_up_and_only_that_anchor_is_graded_again(program: Interviewer) -> None:
    async with opened(program, one_card(program)) as user:
        await answer(user, PARTLY)
        before = turn_of(user)
        target = before.follow_ups[-1].follow_up.target
        await press(user, "enter")
        await comes(user, AnswerScreen)
        await shows(user, "What goes wrong", before.follow_ups[-1].follow_up.text)
        anchor = runner_of(user).card.anchor(target)
        await answer(user, anchor.point)
        after = turn_of(user)
        assert after.follow_ups[-1].grade is not None
        assert [point.id for point in after.follow_ups[-1].grade.points] == [target]
        assert [p for p in after.points if p.id != target] == [p for p in before.points if p.id != target]
        assert before.score is not None
        assert after.score is not None
        assert after.score > before.score
        await shows(user, f"✓ {target} covered", percent(after.score))


async def test_an_answer_without_gaps_is_asked_one_step_deeper(program: Interviewer, bank: Bank) -> None:
    card = bank.card(CARD)
    async with opened(program, one_card(program)) as user:
        await answer(user, card.reference)
        await shows(user, "One step deeper", card.follow_ups[0].question)
        await press(user, "f")
        await answer(user, card.follow_ups[0].reference)
        await shows(user, *(f"{anchor.name} covered" for anchor in card.follow_ups[0].anchors))


async def test_n_goes_on_without_the_follow_up(program: Interviewer) -> None:
    async with opened(program, mock(program, questions=2)) as user:
        first = runner_of(user).card
        await answer(user, "It has to do with how the network is trained.")
        await press(user, "n")
        await comes(user, AnswerScreen)
        assert "2/2" in seen(user)
        assert runner_of(user).card != first
        assert user.app.screen.query_one(TextArea).text == ""


async def test_r_reveals_the_reference_and_the_points(program: Interviewer, bank: Bank) -> None:
    card = bank.card(CARD)
    async with opened(program, one_card(program), size=SMALL) as user:
        await answer(user, PARTLY)
        assert "Reference answer" not in seen(user)
        await press(user, "r")
        await shows(user, "With all weights at zero and equal biases")
        assert turn_of(user).revealed
    open_points = [card.anchor(p.id).point for p in turn_of(user).points if p.verdict is Verdict.MISSING]
    async with opened(program, resume=True) as user:
        await shows(user, "Reference answer", flat(card.reference), *map(flat, open_points))


async def test_o_overrules_a_verdict_with_a_reason_and_u_takes_it_back(program: Interviewer) -> None:
    async with opened(program, one_card(program), size=SMALL) as user:
        await answer(user, "It is a thing that one has to think about in the large.")
        before = turn_of(user).score
        await press(user, "o")
        await shows(user, "symmetry: your word", "Why?")
        await paste(user, "I said that aloud")
        await press(user, "enter")
        await shows(user, "✓ symmetry covered your word", "I said that aloud")
        after = turn_of(user).score
        assert before is not None
        assert after is not None
        assert after > before
        await shows(user, percent(after))
        await press(user, "u")
        await shows(user, "○ symmetry missing", percent(before))
        assert "your word" not in seen_in(user, "#points")
        assert turn_of(user).score == before


async def test_esc_overrules_nothing(program: Interviewer) -> None:
    async with opened(program, one_card(program)) as user:
        await answer(user, PARTLY)
        await press(user, "home", "down", "o")
        await shows(user, "same_outputs: your word")
        await press(user, "escape")
        await comes(user, FeedbackScreen)
        assert turn_of(user).overrides == ()


async def test_a_hint_is_shown_and_costs(program: Interviewer, bank: Bank) -> None:
    card = bank.card(CARD)
    async with opened(program, one_card(program)) as user:
        await press(user, "ctrl+t")
        await shows(user, f"Hint (−10 points): {card.anchors[0].probe}")
        await answer(user, card.reference)
        turn = turn_of(user)
        assert turn.grade is not None
        assert turn.score == pytest.approx(turn.grade.score - HINT_COST, abs=0.001)
        await shows(user, percent(turn.score), "1 hint, −10")


async def test_hints_run_out(program: Interviewer, bank: Bank) -> None:
    count = len(bank.card(CARD).anchors)
    async with opened(program, one_card(program)) as user:
        await press(user, *["ctrl+t"] * (count + 1))
        await says(user, "There is no further hint.")
        assert len(turn_of(user).hints) == count


async def test_a_skip_can_be_taken_back_with_what_was_typed(program: Interviewer) -> None:
    async with opened(program, one_card(program), size=SMALL) as user:
        await paste(user, "half a thought")
        await press(user, "ctrl+n")
        await shows(user, "Skipped")
        await press(user, "u")
        await comes(user, AnswerScreen)
        await shows(user, "half a thought")
        assert runner_of(user).state.phase is Phase.ANSWERING
        await press(user, "ctrl+n")
        await shows(user, "Skipped")
        await press(user, "r")
        await shows(user, "Reference answer")


async def test_nothing_written_is_not_submitted(program: Interviewer) -> None:
    async with opened(program, one_card(program)) as user:
        await press(user, "space", "ctrl+s")
        await says(user, "Write something, or skip the question.")
        assert runner_of(user).state.phase is Phase.ANSWERING


async def test_pause_hides_the_question_and_stops_the_clock(
    make_program: Callable[..., Interviewer], settings: Settings
) -> None:
    clock = ClockOnTheWall()
    program = make_program(settings, clock)
    async with opened(program, mock(program, seconds=60), size=SMALL) as user:
        await paste(user, "before the break")
        clock.move(10)
        await shows(user, "0:50 left")
        question = runner_of(user).card.question
        await press(user, "ctrl+b")
        await shows(user, "Paused")
        clock.move(1000)
        assert question not in seen(user)
        await press(user, "enter")
        await shows(user, "0:50 left", question, "before the break")
        assert isinstance(user.app.focused, TextArea)


async def test_flag_marks_the_question(program: Interviewer) -> None:
    async with opened(program, one_card(program)) as user:
        await press(user, "ctrl+l")
        await shows(user, "⚑")
        await press(user, "ctrl+l")
        await until(user, lambda: "⚑" not in seen(user))
        await press(user, "ctrl+l")
        await answer(user, PARTLY)
        assert turn_of(user).flagged


async def test_esc_leaves_and_r_goes_on_with_what_was_typed(
    make_program: Callable[..., Interviewer], settings: Settings
) -> None:
    clock = ClockOnTheWall()
    program = make_program(settings, clock)
    async with opened(program, mock(program, seconds=60)) as user:
        question = runner_of(user).card.question
        await paste(user, "a thought\nthat goes on")
        clock.move(20)
        await press(user, "escape")
        await comes(user, HomeScreen)
        await shows(user, "Not finished", "0 answered", "Press r to go on")
        clock.move(3600)
        await press(user, "r")
        await comes(user, AnswerScreen)
        await shows(user, question, "0:40 left", "a thought that goes on")
        assert user.app.screen.query_one(TextArea).text == "a thought\nthat goes on"


async def test_a_follow_up_that_is_left_waits_with_its_draft(program: Interviewer) -> None:
    async with opened(program, one_card(program)) as user:
        await answer(user, PARTLY)
        await press(user, "enter")
        await comes(user, AnswerScreen)
        await paste(user, "half a follow-up")
        await press(user, "escape")
        await comes(user, HomeScreen)
        await press(user, "r")
        await shows(user, "Enter to answer it", PARTLY)
        await press(user, "enter")
        await comes(user, AnswerScreen)
        await shows(user, "half a follow-up")


async def test_ending_asks_first(program: Interviewer) -> None:
    async with opened(program) as user:
        await press(user, "enter")
        await answer(user, "It has to do with how the network is trained.")
        await press(user, "e")
        await shows(user, "End the interview here")
        await press(user, "n")
        await comes(user, FeedbackScreen)
        await press(user, "e", "y")
        await comes(user, ReportScreen)
        await shows(user, "1 answered, 0 skipped")
        await press(user, "escape")
        await comes(user, HomeScreen)
        assert "Not finished" not in seen(user)


async def test_the_time_limit_submits_what_is_written_and_says_so(
    make_program: Callable[..., Interviewer], settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    clock = ClockOnTheWall()
    program = make_program(settings, clock)
    async with opened(program, mock(program, questions=1, seconds=60)) as user:
        await shows(user, "1:00 left")
        await paste(user, "The time ran away with me.")
        clock.move(61)
        await comes(user, FeedbackScreen)
        await says(user, "Time is up.")
        turn = turn_of(user)
        assert turn.timed_out
        assert turn.answer == "The time ran away with me."
        await press(user, "n")
        await comes(user, ReportScreen)
        await press(user, "s")
        await says(user, "Saved as")
    [saved] = tmp_path.glob("interview-*.md")
    assert "the clock ran out" in saved.read_text(encoding="utf-8")


async def test_the_time_limit_takes_an_empty_answer_too(
    make_program: Callable[..., Interviewer], settings: Settings
) -> None:
    clock = ClockOnTheWall()
    program = make_program(settings, clock)
    async with opened(program, mock(program, questions=1, seconds=60)) as user:
        clock.move(60)
        await comes(user, FeedbackScreen)
        await shows(user, "no answer", "There is no answer to grade.")


# Report ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_report_shows_topics_best_weakest_and_what_to_study(
    program: Interviewer, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(program, mock(program, questions=2), size=size) as user:
        cards = []
        for text in (None, "I do not know."):
            await comes(user, AnswerScreen)
            cards.append(runner_of(user).card)
            await answer(user, text or cards[0].reference)
            await press(user, "n")
        best, worst = cards
        await comes(user, ReportScreen)
        await shows(user, "2 answered, 0 skipped", "By topic", "Best", "Weakest 0%")
        session_id = program.latest_session()
        for card in cards:
            assert program.bank.topic_of(card.id).title in seen_in(user, "#topics")
            assert card.question in seen_in(user, "#extremes") or size == SMALL
        await press(user, "end")
        await shows(user, "I do not know.", "Reference")
        study = user.app.screen.query_one("#study")
        study.scroll_visible(animate=False, top=True)
        await until(user, lambda: worst.question in seen_in(user, "#study"))
        assert worst.id in seen_in(user, "#study")
        assert best.id not in seen_in(user, "#study")

        await press(user, "s")
        await says(user, "Saved as")
        saved = (tmp_path / f"interview-{session_id}.md").read_text(encoding="utf-8")
        assert saved.startswith("# Interview report")
        assert "What to study" in saved

        await press(user, "a")
        await comes(user, AnswerScreen)
        assert runner_of(user).card == worst


async def test_the_report_marks_flags_hints_and_what_was_said(program: Interviewer, bank: Bank) -> None:
    async with opened(program, one_card(program)) as user:
        await press(user, "ctrl+l", "ctrl+t")
        await answer(user, PARTLY)
        await press(user, "n")
        await comes(user, ReportScreen)
        await shows(user, "1 flagged", PARTLY, "✓ symmetry covered", flat(bank.card(CARD).reference))
        [question] = [box for box in user.app.screen.query(".box") if box.border_title == "Question 1"]
        assert "flagged" in seen_in(user, question), "the notice says: it stands marked in the report"
        assert "hint" in seen_in(user, question), "the score is not what the verdicts add up to"


async def test_a_report_that_can_not_be_written_says_so(
    program: Interviewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    runner = held(program, PARTLY, plan=one_card(program))
    taken = folder / f"interview-{runner.id}.md"
    taken.mkdir()
    async with opened(program, resume=True) as user:
        await press(user, "n")
        await comes(user, ReportScreen)
        await press(user, "s")
        await says(user, "can not be written")


async def test_a_folder_name_is_no_markup(
    program: Interviewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "[red]notes[" / "b]"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    held(program, PARTLY, plan=one_card(program))
    async with opened(program, resume=True, size=LARGE) as user:
        await press(user, "n")
        await comes(user, ReportScreen)
        await press(user, "s")
        await says(user, "[red]notes[/b]")


# History -----------------------------------------------------------------------------------------------------------


async def test_history_opens_reports_and_resumes(make_program: Callable[..., Interviewer], settings: Settings) -> None:
    clock = ClockOnTheWall()
    program = make_program(settings, clock)
    finished = held(program, PARTLY, plan=one_card(program))
    finished.next_question()
    clock.move(60)
    unfinished = held(program, plan=mock(program, topics=("overfitting",)))
    unfinished.save_draft("where was I")
    async with opened(program, size=SMALL) as user:
        await press(user, "h")
        await comes(user, HistoryScreen)
        await shows(user, "(not finished) Overfitting", percent(finished.state.score), "1/1", "0/1")
        await press(user, "down")
        await until(user, lambda: "Resume" not in seen_in(user, "Footer"))
        await press(user, "enter")
        await comes(user, ReportScreen)
        await shows(user, "1 answered", percent(finished.state.score))
        await press(user, "escape")
        await until(user, lambda: not isinstance(user.app.screen, ReportScreen))
        await comes(user, HistoryScreen)
        await press(user, "up")
        await until(user, lambda: "Resume" in seen_in(user, "Footer"))
        await press(user, "r")
        await comes(user, AnswerScreen)
        await shows(user, unfinished.card.question, "where was I")


async def test_esc_goes_back_from_a_report_to_the_history_it_was_opened_from(program: Interviewer) -> None:
    held(program, PARTLY, plan=one_card(program)).next_question()
    async with opened(program) as user:
        await press(user, "h")
        await comes(user, HistoryScreen)
        await press(user, "enter")
        await comes(user, ReportScreen)
        await press(user, "escape")
        await until(user, lambda: not isinstance(user.app.screen, ReportScreen))
        assert isinstance(user.app.screen, HistoryScreen)


async def test_an_empty_history_says_what_to_do(program: Interviewer) -> None:
    async with opened(program) as user:
        await press(user, "h")
        await shows(user, "No sessions yet")
        await press(user, "enter", "r", "escape")
        await comes(user, HomeScreen)


# Bank --------------------------------------------------------------------------------------------------------------


async def test_bank_search_narrows_and_enter_asks(program: Interviewer, bank: Bank) -> None:
    async with opened(program, size=SMALL) as user:
        await press(user, "b")
        await shows(user, "75 cards", bank.cards[0].question, bank.cards[0].id)
        await press(user, "slash")
        await paste(user, "zero-weights")
        await shows(user, "1 card", "What goes wrong if you start")
        await press(user, "enter")
        assert isinstance(user.app.screen, BankScreen), "Enter in the search goes to the cards, and asks none"
        await press(user, "enter")
        await comes(user, AnswerScreen)
        assert runner_of(user).card.id == CARD


async def test_bank_search_without_a_hit_and_esc(program: Interviewer) -> None:
    async with opened(program) as user:
        await press(user, "b", "slash")
        await paste(user, "no such words anywhere")
        await shows(user, "0 cards", "No card fits")
        await press(user, "enter", "enter", "d")
        assert isinstance(user.app.screen, BankScreen)
        await press(user, "escape")
        await shows(user, "75 cards")
        await press(user, "slash", "escape")
        assert isinstance(user.app.screen, BankScreen)
        await press(user, "escape")
        await comes(user, HomeScreen)


async def test_bank_filters_by_keyboard(program: Interviewer, bank: Bank) -> None:
    async with opened(program) as user:
        await press(user, "b", "slash", "tab", "enter", "down", "down", "enter")
        assert isinstance(user.app.screen, BankScreen), "Enter in an open filter chooses there, and asks no card"
        await shows(user, "15 cards", bank.cards_of(bank.topics[1].id)[0].question)
        await press(user, "tab", "enter", "down", "down", "down", "enter")
        hard = [c for c in bank.cards_of(bank.topics[1].id) if c.difficulty is Difficulty.HARD]
        await shows(user, f"{len(hard)} cards", hard[0].question)


async def test_bank_drills_the_topic_of_the_card(program: Interviewer) -> None:
    async with opened(program) as user:
        await press(user, "b", "slash")
        await paste(user, "zero-weights")
        await shows(user, "1 card")
        await press(user, "enter", "d")
        await comes(user, AnswerScreen)
        await shows(user, "1/15", "Weight initialization")
        assert runner_of(user).state.plan.mode is Mode.DRILL


# Setup -------------------------------------------------------------------------------------------------------------


async def test_setup_starts_a_mock_interview_as_chosen(program: Interviewer) -> None:
    async with opened(program, size=SMALL) as user:
        await press(user, "n")
        await shows(user, "A new interview", "Mode", "Topics", "Difficulty", "Questions", "Seconds each", "5 questions")
        topics = user.app.screen.query_one("#topics")
        topics.focus()
        await press(user, "space", "down", "space", "down", "space", "down", "space")  # only the last topic is left
        for name in ("easy", "hard"):
            user.app.screen.query_one(f"#levels Checkbox:{'first' if name == 'easy' else 'last'}-child").focus()
            await press(user, "space")
        await type_into(user, "#questions", "3")
        await type_into(user, "#seconds", "90")
        await shows(user, "3 questions")
        await press(user, "ctrl+s")
        await comes(user, AnswerScreen)
        await shows(user, "1/3", "Weight initialization", "medium")
        plan = runner_of(user).state.plan
        assert (plan.mode, plan.questions, plan.seconds) == (Mode.MOCK, 3, 90)
        assert plan.topics == ("weight-initialization",)
        assert plan.difficulties == (Difficulty.MEDIUM,)


async def test_setup_refuses_numbers_out_of_range(program: Interviewer) -> None:
    async with opened(program) as user:
        await press(user, "n")
        await comes(user, SetupScreen)
        for field, values in {"#questions": ("0", "101", "2.5", "", "5"), "#seconds": ("-5", "3601")}.items():
            for value in values:
                await type_into(user, field, value)
                refused = "Questions: 1 to 100. Seconds: 0 to 3600."
                await until(user, lambda: (refused in seen_in(user, "#summary")) is (value != "5"))  # noqa: B023
        await press(user, "ctrl+s")
        await says(user, refused)
        assert isinstance(user.app.screen, SetupScreen)
        assert program.store.sessions() == []


async def test_setup_a_drill_takes_one_topic(program: Interviewer) -> None:
    async with opened(program) as user:
        await press(user, "n")
        await comes(user, SetupScreen)
        await press(user, "down", "space")
        await shows(user, "15 questions")
        assert "Seconds each" not in seen(user)
        user.app.screen.query_one("#topics").focus()
        await press(user, "down", "space")
        await shows(user, "A drill takes one topic")
        await press(user, "ctrl+s")
        await says(user, "A drill takes one topic")
        assert isinstance(user.app.screen, SetupScreen)
        await press(user, "space", "ctrl+s")
        await comes(user, AnswerScreen)
        await shows(user, "1/15", "Batch normalization")


async def test_setup_needs_a_topic_and_a_difficulty(program: Interviewer) -> None:
    async with opened(program) as user:
        await press(user, "n")
        await comes(user, SetupScreen)
        for box in user.app.screen.query("#levels Checkbox"):
            box.focus()
            await press(user, "space")
        await shows(user, "Choose at least one difficulty.")
        user.app.screen.query_one("#topics").focus()
        await press(user, "space", *["down", "space"] * 4)
        await shows(user, "Choose at least one topic.")
        await press(user, "ctrl+s")
        await says(user, "Choose at least one topic.")
        await press(user, "escape")
        await comes(user, HomeScreen)


async def type_into(user: User, field: str, text: str) -> None:
    user.app.screen.query_one(field, Input).focus()
    await press(user, "end", "ctrl+u", *text)
    await until(user, lambda: user.app.screen.query_one(field, Input).value == text)


# Help, palette, keys, themes ---------------------------------------------------------------------------------------


SCREENS: dict[type[Widget], tuple[str, ...]] = {
    HomeScreen: (),
    SetupScreen: ("n",),
    BankScreen: ("b",),
    HistoryScreen: ("h",),
    AnswerScreen: ("enter",),
}
"""Screens by the keys that lead to them from home."""


async def every_screen(user: User) -> AsyncIterator[type[Widget]]:
    """Go through all screens, an overruled answer and a skipped one among them."""
    for screen, keys in SCREENS.items():
        await press(user, *keys)
        await comes(user, screen)
        yield screen
        if keys and screen is not AnswerScreen:
            await press(user, "escape")
            await comes(user, HomeScreen)
    await answer(user, "It has to do with how the network is trained.")
    yield FeedbackScreen
    await press(user, "o")
    await until(user, lambda: not isinstance(user.app.screen, FeedbackScreen))
    await press(user, "enter")
    await until(user, lambda: turn_of(user).overrides)
    await press(user, "r")
    await comes(user, FeedbackScreen)
    yield FeedbackScreen
    await press(user, "enter")
    await comes(user, AnswerScreen)
    yield AnswerScreen
    await answer(user, "It has to do with how the network is trained.")
    await press(user, "n")
    await comes(user, AnswerScreen)
    await press(user, "ctrl+n")
    await comes(user, FeedbackScreen)
    yield FeedbackScreen
    await press(user, "escape")
    await comes(user, HomeScreen)
    yield HomeScreen
    await press(user, "h")
    await comes(user, HistoryScreen)
    yield HistoryScreen
    await press(user, "escape")
    await comes(user, HomeScreen)
    await press(user, "r")
    await comes(user, FeedbackScreen)
    await press(user, "e", "y")
    await comes(user, ReportScreen)
    yield ReportScreen


async def test_no_footer_needs_more_than_80_columns(program: Interviewer) -> None:
    async with opened(program, size=SMALL) as user:
        async for screen in every_screen(user):
            await until(user, lambda: user.app.screen.query("FooterKey"))
            keys = sorted(user.app.screen.query("FooterKey"), key=lambda key: key.region.x)
            for left, right in pairwise(keys):
                assert left.region.right <= right.region.x, f"{screen.__name__}: {seen_in(user, 'Footer')}"
            assert keys[-1].region.right <= SMALL[0], f"{screen.__name__}: {seen_in(user, 'Footer')}"


async def test_a_tiny_terminal_does_not_end_it(program: Interviewer) -> None:
    async with opened(program, size=(20, 5)) as user:
        async for screen in every_screen_without_words(user):
            assert isinstance(user.app.screen, screen)


async def every_screen_without_words(user: User) -> AsyncIterator[type[Widget]]:
    for keys, screen in (
        (("n",), SetupScreen), (("escape",), HomeScreen), (("b",), BankScreen), (("escape",), HomeScreen),
        (("h",), HistoryScreen), (("escape",), HomeScreen), (("f1", "escape"), HomeScreen),
        (("enter",), AnswerScreen), (("ctrl+b", "enter"), AnswerScreen), (("x", "ctrl+s"), FeedbackScreen),
        (("o", "escape"), FeedbackScreen), (("r", "down", "enter"), AnswerScreen),
        (("x", "ctrl+s"), FeedbackScreen), (("ctrl+p", "escape"), FeedbackScreen), (("e", "y"), ReportScreen),
        (("end", "escape"), HomeScreen),
    ):  # fmt: skip
        await press(user, *keys)
        await comes(user, screen)
        yield screen


async def test_resizing_while_writing_keeps_the_answer(program: Interviewer) -> None:
    async with opened(program, one_card(program), size=LARGE) as user:
        await paste(user, "kept through it all")
        for size in ((20, 5), SMALL, LARGE):
            await user.resize_terminal(*size)
        await shows(user, "kept through it all", "What goes wrong")


async def test_help_lists_the_keys_of_the_screen(program: Interviewer) -> None:
    async with opened(program) as user:
        for key in ("question_mark", "f1"):
            await press(user, key)
            await shows(user, "Keys here", "Start", "New", "Bank", "History", "Command palette", "Next theme", "Quit")
            await press(user, "escape")
            await until(user, lambda: "Keys here" not in seen(user))
        await press(user, "enter")
        await comes(user, AnswerScreen)
        await press(user, "f1")
        await shows(user, "Keys here")
        listed = seen_in(user, "#help")
        assert all(word in listed for word in ("Submit", "Hint", "Skip", "Pause", "Flag", "EDITOR", "Leave"))
        assert "Bank" not in listed
        await press(user, "escape")
        await answer(user, "It has to do with how the network is trained.")
        await press(user, "question_mark")
        await shows(user, "Keys here")
        listed = seen_in(user, "#help")
        assert all(w in listed for w in ("Go on", "Follow-up", "Next", "Reference", "Overrule", "Flag", "End", "Leave"))
        assert "Undo" not in listed, "there is nothing to undo"


async def test_what_opens_help_closes_it(program: Interviewer) -> None:
    async with opened(program) as user:
        for key in ("question_mark", "f1"):
            await press(user, key)
            await shows(user, "Keys here")
            await press(user, key)
            assert "Keys here" not in seen(user)


async def test_the_command_palette_holds_the_actions_of_the_screen(program: Interviewer) -> None:
    async with opened(program, one_card(program)) as user:
        titles = {command.title for command in user.app.get_system_commands(user.app.screen)}
        assert {"Submit", "Hint", "Skip", "Pause", "Flag", "$EDITOR", "Leave", "Home"} <= titles
        await press(user, "ctrl+p", *"hint")
        await until(user, lambda: "ctrl+t" in seen(user))
        await press(user, "enter")
        await shows(user, "Hint (−10 points)")
        await answer(user, PARTLY)
        titles = {command.title for command in user.app.get_system_commands(user.app.screen)}
        assert {"Go on", "Follow-up", "Next", "Reference", "Overrule", "Flag", "End", "Leave", "Home"} <= titles
        await press(user, "ctrl+p", *"refer")
        await until(user, lambda: "Key r" in seen(user))
        await press(user, "enter")
        await shows(user, "Reference answer")


async def test_the_palette_goes_home_and_keeps_the_session(program: Interviewer) -> None:
    async with opened(program, one_card(program)) as user:
        await paste(user, "mine")
        await press(user, "ctrl+p", *"home")
        await until(user, lambda: "an open session is kept" in seen(user))
        await press(user, "enter")
        await comes(user, HomeScreen)
        await press(user, "r")
        await comes(user, AnswerScreen)
        await shows(user, "mine")


async def test_f2_goes_through_the_themes_and_the_words_stay(program: Interviewer) -> None:
    async with opened(program, one_card(program)) as user:
        await answer(user, PARTLY)
        words = seen_in(user, "#points")
        passed = []
        for _ in range(4):
            before = user.app.theme
            await press(user, "f2")
            await until(user, lambda: user.app.theme != before)  # noqa: B023  # awaited before the next round
            passed.append(user.app.theme)
            assert seen_in(user, "#points") == words
            assert marked(user, "#answer-text") == PARTLY
        assert passed == ["interviewer-light", "ansi-dark", "ansi-light", "interviewer-dark"]


@pytest.mark.parametrize("theme", ["interviewer-dark", "interviewer-light", "ansi-dark", "ansi-light", "nord"])
def test_the_themes_that_the_settings_promise_exist(settings: Settings, theme: str) -> None:
    program = Interviewer(settings.model_copy(update={"interface": InterfaceSettings(theme=theme)}))
    assert InterviewerApp(program, mock(program)).theme.startswith(theme)


def test_an_unknown_theme_is_refused_by_name(program: Interviewer) -> None:
    with_theme = Interviewer(program.settings.model_copy(update={"interface": InterfaceSettings(theme="mauve")}))
    with pytest.raises(SettingsError, match=r"mauve.*interviewer-dark"):
        InterviewerApp(with_theme, mock(program))


def with_keys(settings: Settings, **keys: str) -> Settings:
    named = {name.replace("__", "."): key for name, key in keys.items()}
    return settings.model_copy(update={"interface": InterfaceSettings(keys=named)})


async def test_a_key_of_the_settings_takes_the_place_of_the_usual_one(
    make_program: Callable[..., Interviewer], settings: Settings
) -> None:
    program = make_program(with_keys(settings, question__submit="f5", home__bank="x"))
    async with opened(program) as user:
        await press(user, "b")
        assert isinstance(user.app.screen, HomeScreen)
        await press(user, "x")
        await comes(user, BankScreen)
        await press(user, "escape", "enter")
        await comes(user, AnswerScreen)
        await shows(user, "f5 Submit")
        await paste(user, "It has to do with how the network is trained.")
        await press(user, "ctrl+s")
        assert runner_of(user).state.phase is Phase.ANSWERING
        await press(user, "f5")
        await comes(user, FeedbackScreen)


async def test_a_remapped_key_is_the_one_the_screen_names(
    make_program: Callable[..., Interviewer], settings: Settings
) -> None:
    program = make_program(with_keys(settings, question__submit="f5"))
    async with opened(program, one_card(program)) as user:
        await comes(user, AnswerScreen)
        assert "Ctrl+S" not in seen(user)


def test_an_unknown_action_is_refused_by_name(program: Interviewer, settings: Settings) -> None:
    with pytest.raises(SettingsError, match=r"'question\.sumbit'.*question\.submit"):
        InterviewerApp(Interviewer(with_keys(settings, question__sumbit="f5")), mock(program))


# Text that would rather be obeyed ----------------------------------------------------------------------------------


HOSTILE = {
    "markup": "[bold red]markup[/] [/nope] [@click=app.quit]click[/] [link='x']",
    "ansi": "\x1b[2J\x1b[31mansi\x1b[0m \x1b]0;title\x07 \x9b31m",
    "nul": "a\x00b\x08c\x7fd",
    "right_to_left": "שלום עולם means hello",
    "combining": "Z̷a̷l̷g̷o̷ é ñ",
    "emoji": "🧠 👩‍🔬 🇩🇪 wide 漢字",
}
OVERRIDE = "\u202eevil\u202c"
"""Letters that a terminal with bidirectional text would turn round."""


def obeyed(user: User) -> list[str]:
    """Characters on the terminal that it would act on rather than show."""
    text = "".join(strip.text for strip in strips(user))
    return [f"U+{ord(c):04X}" for c in sorted(set(text)) if unicodedata.category(c) in {"Cc", "Zl", "Zp"}]


@pytest.fixture
def hostile_bank(tmp_path: Path) -> Path:
    """A user's bank whose every text is hostile."""
    everything = " ".join(HOSTILE.values())

    def anchor(name: str) -> dict[str, object]:
        return {
            "name": f"{name} [b]", "point": f"[red]Point {name}[/nope] {everything}.",
            "probe": f"[i]Probe[/] {everything}?",
            "misconception": f"[b]Wrong[/] {everything}.", "aliases": [f"[b]other[/nope] {everything}"],
        }  # fmt: skip

    cards = [
        {
            "id": card_id, "question": f"[red]Why[/red] is it so? {everything}", "difficulty": "easy",
            "source": {"document": f"[b]Document[/nope] {everything}"}, "reference": f"[u]Because.[/nope] {everything}",
            "formula": f"[s]x = y[/nope] {everything}", "anchors": [anchor("first"), anchor("second")],
        }
        for card_id in ("hostile-card", "hostile-too")
    ]  # fmt: skip
    topic = {"id": "hostile", "title": f"[bold]Topic[/nope] {everything}", "description": f"[b]{everything}"}
    path = tmp_path / "hostile.yaml"
    path.write_text(yaml.safe_dump({"topic": topic, "cards": cards}), encoding="utf-8")
    return path


async def test_a_hostile_bank_is_shown_not_obeyed(
    make_program: Callable[..., Interviewer], settings: Settings, hostile_bank: Path
) -> None:
    program = make_program(settings.model_copy(update={"banks": (hostile_bank,), "shipped_bank": False}))
    async with opened(program, size=LARGE) as user:
        await shows(user, "[red]Why[/red] is it so?", HOSTILE["markup"], "שלום", "🧠", "[bold]Topic[/nope]")
        async for screen in every_screen(user):
            assert not obeyed(user), f"{screen.__name__} sends {obeyed(user)} to the terminal"
            if screen is FeedbackScreen:
                assert "first [b]" in seen(user) or turn_of(user).skipped
            if screen is AnswerScreen:
                assert "[red]Why[/red]" in seen(user)
            if screen in {BankScreen, SetupScreen}:
                assert "[bold]Topic[/nope]" in seen(user) or screen is BankScreen


async def test_topic_titles_are_no_markup_in_the_bank_filter(
    make_program: Callable[..., Interviewer], settings: Settings, hostile_bank: Path
) -> None:
    program = make_program(settings.model_copy(update={"banks": (hostile_bank,)}))
    async with opened(program, size=LARGE) as user:
        await press(user, "b")
        await comes(user, BankScreen)
        await user.click("#topic")
        overlay = user.app.screen.query_one("#topic SelectOverlay")
        await until(user, lambda: "Batch" in seen_in(user, overlay))
        assert "[bold]Topic[/nope]" in seen_in(user, overlay)


async def test_a_hostile_answer_is_shown_not_obeyed(program: Interviewer) -> None:
    text = "\n".join([*HOSTILE.values(), PARTLY])
    async with opened(program, one_card(program)) as user:
        await answer(user, text)
        assert turn_of(user).answer == text
        shown = seen_in(user, "#answer-text")
        assert HOSTILE["markup"] in shown
        assert "ansi" in shown
        assert all(word in shown for word in ("שלום", "Z̷a̷l̷g̷o̷", "🧠", "漢字", "�"))
        assert not obeyed(user)
        assert marked(user, "#answer-text") == PARTLY
        await press(user, "o")
        await until(user, lambda: "your word" in seen(user))
        await paste(user, "[b]because[/nope]")
        await paste(user, "\x1b[2J")
        assert not obeyed(user), "the field for the reason"
        await press(user, "enter")
        await shows(user, "[b]because[/nope]")
        await press(user, "n")
        await comes(user, ReportScreen)
        await shows(user, HOSTILE["markup"], "[b]because[/nope]")
        assert not obeyed(user)


async def test_hostile_text_in_the_editor_is_shown_not_obeyed(program: Interviewer) -> None:
    """The terminal must not see what was pasted, came from $EDITOR or was kept as a draft."""
    held(program, plan=one_card(program)).save_draft("\n".join(HOSTILE.values()))
    async with opened(program, resume=True) as user:
        await shows(user, "markup")
        assert HOSTILE["markup"] in seen(user)
        assert not obeyed(user)


async def test_letters_are_not_turned_round(program: Interviewer) -> None:
    async with opened(program, one_card(program)) as user:
        await answer(user, f"{OVERRIDE} {PARTLY}")
        assert "evil" in seen(user)
        assert "\u202e" not in seen(user)


async def test_an_answer_too_long_is_refused_and_kept(program: Interviewer) -> None:
    async with opened(program, one_card(program)) as user:
        await paste(user, "word " * 20_001)
        await press(user, "ctrl+s")
        await says(user, "At most 100000 characters are read")
        assert runner_of(user).state.phase is Phase.ANSWERING


# Grading that fails ------------------------------------------------------------------------------------------------


@pytest.fixture
def no_such_embedder(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return settings.model_copy(update={"grading": GradingSettings(embedder="no-such-owner/no-such-model")})


async def test_an_answer_that_can_not_be_graded_is_kept_and_graded_later(
    make_program: Callable[..., Interviewer], settings: Settings, no_such_embedder: Settings
) -> None:
    broken = make_program(no_such_embedder, own_models=True)
    async with opened(broken, one_card(broken)) as user:
        await paste(user, PARTLY)
        await press(user, "ctrl+s")
        await says(user, "no-such-model")
        await shows(user, "Not graded", PARTLY)
        await press(user, "ctrl+s")
        await user.app.workers.wait_for_complete()
        await shows(user, "Not graded", PARTLY)
        assert turn_of(user).grade is None
        await press(user, "escape")
        await comes(user, HomeScreen)
    mended = make_program(settings)
    async with opened(mended) as user:
        await shows(user, "1 answered")
        await press(user, "r")
        await comes(user, FeedbackScreen)
        assert turn_of(user).answer == PARTLY
        assert turn_of(user).grade is not None


class FailsOnce:
    """Stumbles over the first answer, and grades from then on."""

    def __init__(self, grader: Grader) -> None:
        self._grader = grader
        self._failed = False

    def prepare(self, item: Item) -> None:
        self._grader.prepare(item)

    def grade(self, item: Item, answer: str) -> Grade:
        if not self._failed:
            self._failed = True
            raise GradingError("The model stumbled this once, for a reason that takes a line or two to tell.")
        return self._grader.grade(item, answer)


@pytest.fixture
def stumbling(settings: Settings, bank: Bank, grader: Grader) -> Iterator[Interviewer]:
    program = Loaded(settings, utc_now, bank, FailsOnce(grader))
    yield program
    program.close()


async def test_ctrl_s_tries_again(stumbling: Interviewer) -> None:
    async with opened(stumbling, one_card(stumbling)) as user:
        await paste(user, PARTLY)
        await press(user, "ctrl+s")
        await shows(user, "Not graded")
        await press(user, "ctrl+s")
        await comes(user, FeedbackScreen)
        await shows(user, "✓ symmetry covered")


async def test_the_notice_of_a_failure_leaves_what_to_do_in_sight(stumbling: Interviewer) -> None:
    async with opened(stumbling, one_card(stumbling), size=SMALL) as user:
        await paste(user, PARTLY)
        await press(user, "ctrl+s")
        await says(user, "The model stumbled")
        assert "submit again" in seen(user)


async def test_a_message_is_no_markup(make_program: Callable[..., Interviewer], no_such_embedder: Settings) -> None:
    program = make_program(no_such_embedder, own_models=True)
    async with opened(program, size=LARGE) as user:
        await says(user, "no-such-model")
        if "needs sentence-transformers" in notices(user):
            assert "interviewer[sbert]" in notices(user)


async def test_a_grader_that_this_version_lacks_is_said_and_ends_nothing(
    make_program: Callable[..., Interviewer], settings: Settings
) -> None:
    program = make_program(settings.model_copy(update={"grading": GradingSettings(grader="llm")}), own_models=True)
    async with opened(program, one_card(program)) as user:
        await paste(user, PARTLY)
        await press(user, "ctrl+s")
        await says(user, "The grader 'llm'")
        await shows(user, "Not graded")
