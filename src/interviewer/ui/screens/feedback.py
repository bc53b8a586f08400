"""The grade: score, verdicts, the answer with its evidence marked, the reference, the follow-up."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from interviewer.domain.display import percent
from interviewer.domain.grade import Override, PointVerdict, Verdict
from interviewer.errors import InterviewerError
from interviewer.session.runner import MOST_FOLLOW_UPS, SessionRunner
from interviewer.session.state import HINT_COST, Phase, Turn
from interviewer.ui.widgets.verdicts import highlighted, plain, score_line, verdict_line

if TYPE_CHECKING:
    from interviewer.ui.app import InterviewerApp


class FeedbackScreen(Screen[None]):
    app: "InterviewerApp"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", "Go on", id="feedback.go_on", priority=True),
        Binding("f", "follow_up", "Follow-up", id="feedback.follow_up", show=False),
        Binding("n", "next", "Next", id="feedback.next"),
        Binding("r", "reference", "Reference", id="feedback.reference"),
        Binding("o", "override", "Overrule", id="feedback.override"),
        Binding("u", "undo", "Undo", id="feedback.undo"),
        Binding("l", "flag", "Flag", id="feedback.flag", show=False),
        Binding("e", "end", "End", id="feedback.end"),
        Binding("escape", "leave", "Leave", id="feedback.leave", show=False),
    ]

    def __init__(self, runner: SessionRunner) -> None:
        super().__init__()
        self.runner = runner

    @property
    def _turn(self) -> Turn:
        return self.runner.state.turns[-1]

    def compose(self) -> ComposeResult:
        card, turn = self.runner.card, self._turn
        with Horizontal(id="bar"):
            yield Static("", id="result")
            yield Static(Content.styled(f"{self.runner.number}/{self.runner.total}", "$foreground-muted"), id="clock")
        with VerticalScroll(id="feedback"):
            yield Static(plain(card.question), id="question-again")
            yield Static("", id="feedback-text")
            if turn.skipped:
                yield Static("Press u to take it back, r to see the reference answer.", id="skipped")
            with Vertical(id="follow-up", classes="box"):
                yield Static("", id="follow-up-text")
            with Horizontal(id="columns"):
                with Vertical(id="left"):
                    yield OptionList(id="points", compact=True)
                with Vertical(id="right"):
                    yield Static("", id="answer-text", classes="box")
                    yield Static("", id="reference", classes="box")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.query_one("#answer-text").border_title = "Your answer"
        self.query_one("#reference").border_title = "Reference answer"
        self.query_one("#points").border_title = "What an interviewer listens for"
        self._show()
        points = self.query_one(OptionList)
        if points.display:
            points.focus(scroll_visible=False)

    def _show(self) -> None:
        turn, card = self._turn, self.runner.card
        grade = turn.grade
        confidence = grade.confidence if grade else None
        line = Content.styled("Skipped", "bold $text-warning") if turn.skipped else score_line(turn.score, confidence)
        if turn.hints:
            cost = round(100 * HINT_COST * len(turn.hints))
            hints = "1 hint" if len(turn.hints) == 1 else f"{len(turn.hints)} hints"
            line = line + Content.styled(f"  {hints}, −{cost}", "$foreground-muted")
        self.query_one("#result", Static).update(line)
        self.query_one("#feedback-text", Static).update(plain(self._feedback()))
        points = self.query_one(OptionList)
        chosen = points.highlighted
        points.clear_options()
        points.display = bool(turn.points)
        overruled = {override.anchor: override for override in turn.overrides}
        for point in turn.points:
            told = self._settled(point)
            reason = overruled[point.id].reason if point.id in overruled else ""
            note = reason or (card.anchor(point.id).point if told and point.verdict is not Verdict.COVERED else "")
            points.add_option(Option(verdict_line(point, overruled=point.id in overruled, note=note)))
        points.highlighted = chosen if chosen is not None else (0 if turn.points else None)
        answer = self.query_one("#answer-text", Static)
        answer.display = turn.answer is not None
        answer.update(highlighted(turn.answer or "", turn.points))
        reference = self.query_one("#reference", Static)
        reference.display = turn.revealed
        formula = f"\n\n{card.formula}" if card.formula else ""
        reference.update(plain(card.reference + formula))
        self._show_follow_up()
        self.refresh_bindings()

    def _feedback(self) -> str:
        turn = self._turn
        if turn.follow_ups and (grade := turn.follow_ups[-1].grade) is not None:
            return f"Follow-up: {grade.feedback}"
        return turn.grade.feedback if turn.grade else ""

    def _settled(self, point: PointVerdict) -> bool:
        """Whether the point may be told: the reference is shown, or its follow-up was answered."""
        return self._turn.revealed or any(
            asked.follow_up.target == point.id and asked.grade is not None for asked in self._turn.follow_ups
        )

    def _show_follow_up(self) -> None:
        turn = self._turn
        box = self.query_one("#follow-up")
        box.display = bool(turn.follow_ups)
        if not turn.follow_ups:
            return
        asked = turn.follow_ups[-1]
        box.border_title = "One step deeper" if asked.follow_up.deeper else "Follow-up"
        parts = [plain(asked.follow_up.text)]
        if asked.grade is None:
            parts.append(Content.styled("Enter to answer it · n to go on without", "$foreground-muted"))
        else:
            parts.append(highlighted(asked.answer or "", asked.grade.points))
            parts.append(score_line(asked.grade.score))
            if asked.follow_up.deeper:
                parts += [verdict_line(point, overruled=False) for point in asked.grade.points]
            if len(turn.follow_ups) < MOST_FOLLOW_UPS:
                parts.append(Content.styled("f for another follow-up", "$foreground-muted"))
        self.query_one("#follow-up-text", Static).update(Content("\n").join(parts))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        turn = self._turn
        match action:
            case "follow_up":
                waiting = self.runner.state.phase is Phase.FOLLOW_UP
                return waiting or (turn.grade is not None and len(turn.follow_ups) < MOST_FOLLOW_UPS)
            case "override":
                return bool(turn.points)
            case "undo":
                return turn.skipped or bool(turn.overrides)
            case "reference":
                return not turn.revealed
            case _:
                return True

    def action_go_on(self) -> None:
        """Answer the follow-up that waits, else go to the next question."""
        if self.runner.state.phase is Phase.FOLLOW_UP:
            self.action_follow_up()
        else:
            self.action_next()

    def action_next(self) -> None:
        self._try(self.runner.next_question)
        self.app.proceed()

    def action_follow_up(self) -> None:
        from interviewer.ui.screens.answer import AnswerScreen

        if self.runner.state.phase is not Phase.FOLLOW_UP and not self.runner.ask_follow_up():
            self.notify("There is nothing further to ask about this card.")
            return
        self.app.show(AnswerScreen(self.runner))

    def action_reference(self) -> None:
        self._try(self.runner.reveal_reference)
        self._show()
        self.query_one(OptionList).focus(scroll_visible=False)
        self.query_one("#reference").scroll_visible()

    def action_override(self) -> None:
        from interviewer.ui.screens.dialogs import OverrideScreen

        chosen = self.query_one(OptionList).highlighted
        if chosen is None or not self._turn.points:
            return
        point = self._turn.points[chosen]
        self.app.push_screen(OverrideScreen(self.runner.card.anchor(point.id), point.verdict), self._overruled)

    def _overruled(self, override: Override | None) -> None:
        if override is not None:
            self._try(lambda: self.runner.override(override.anchor, override.verdict, override.reason))
            self._show()
            self.notify(f"Your word is kept; the score is {percent(self._turn.score)} now. u takes it back.", timeout=4)

    def action_undo(self) -> None:
        """Take back the skip, or the overrule of the chosen anchor, else the last one."""
        turn = self._turn
        if turn.skipped:
            self._try(self.runner.undo_skip)
            self.app.proceed()
            return
        chosen = self.query_one(OptionList).highlighted
        names = [override.anchor for override in turn.overrides]
        here = turn.points[chosen].id if chosen is not None else ""
        if names:
            self._try(lambda: self.runner.withdraw_override(here if here in names else names[-1]))
            self._show()

    def action_flag(self) -> None:
        flagged = self.runner.flag()
        self.notify("Flagged: it stands marked in the report." if flagged else "The flag is off.", timeout=2)

    def action_end(self) -> None:
        from interviewer.ui.screens.dialogs import ConfirmScreen

        def ended(sure: bool | None) -> None:
            if sure:
                self._try(self.runner.end)
                self.app.proceed()

        self.app.push_screen(ConfirmScreen("End the interview here and see the report?"), ended)

    def action_leave(self) -> None:
        self.app.action_home()

    def _try(self, step: Callable[[], object]) -> None:
        try:
            step()
        except InterviewerError as error:
            self.notify(str(error), severity="error")
