"""The question, and the answer as it is written."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Static, TextArea

from interviewer.editor import EditorError, edited_text
from interviewer.errors import InterviewerError
from interviewer.grading.interface import MAX_ANSWER_CHARACTERS
from interviewer.session.runner import SessionRunner
from interviewer.session.state import HINT_COST, Phase
from interviewer.ui.widgets.fields import AnswerEditor
from interviewer.ui.widgets.verdicts import bar, plain

if TYPE_CHECKING:
    from interviewer.ui.app import InterviewerApp

SAVE_SECONDS = 1.0
"""How often a changed draft is saved."""
LOW_SECONDS = 15.0
"""From here on the clock is shown as running out."""


class AnswerScreen(Screen[None]):
    """Shows the open question, or its follow-up, with an editor. Grades in a worker."""

    app: "InterviewerApp"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Submit", id="question.submit", priority=True),
        Binding("ctrl+t", "hint", "Hint", id="question.hint"),
        Binding("ctrl+n", "skip", "Skip", id="question.skip", priority=True),
        Binding("ctrl+b", "pause", "Pause", id="question.pause", priority=True),
        Binding("ctrl+l", "flag", "Flag", id="question.flag"),
        Binding("ctrl+o", "editor", "$EDITOR", id="question.editor"),
        Binding("escape", "leave", "Leave", id="question.leave"),
    ]

    class AnswerGraded(Message):
        """The grade is committed."""

    class GradingFailed(Message):
        """The answer is kept; grading it can be tried again."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self, runner: SessionRunner) -> None:
        super().__init__()
        self.runner = runner
        self._saved = ""
        self._saved_at = 0.0
        self._failed = False

    @property
    def _following_up(self) -> bool:
        return self.runner.state.phase in {Phase.FOLLOW_UP, Phase.FOLLOW_UP_GRADING}

    def compose(self) -> ComposeResult:
        runner = self.runner
        card = runner.card
        with Horizontal(id="bar"):
            yield Static(self._place(), id="place")
            yield Static("", id="clock")
        with VerticalScroll(id="asked", can_focus=False):
            if self._following_up:
                yield Static(plain(card.question), id="earlier")
                yield Static(plain(runner.state.turns[-1].follow_ups[-1].follow_up.text), id="question")
            else:
                yield Static(plain(card.question), id="question")
            yield Static("", id="hints")
        with Vertical(id="writing"):
            yield AnswerEditor(
                runner.draft, soft_wrap=True, id="answer", highlight_cursor_line=False,
                placeholder="Say it as you would aloud.",
            )  # fmt: skip
            yield Static("", id="status")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self._saved = self.runner.draft
        editor = self.query_one(TextArea)
        editor.move_cursor(editor.document.end)
        editor.focus()
        self.query_one("#asked").border_title = "Follow-up" if self._following_up else None
        self._show_hints()
        self._show_status()
        self._tick()
        self.set_interval(0.5, self._tick)
        if self.runner.state.phase in {Phase.GRADING, Phase.FOLLOW_UP_GRADING}:
            turn = self.runner.state.turns[-1]
            editor.load_text((turn.follow_ups[-1].answer if self._following_up else turn.answer) or "")
            self._start_grading()
        elif not self._following_up:
            self._read_card()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        if self.runner.state.phase in {Phase.GRADING, Phase.FOLLOW_UP_GRADING}:
            return action == "leave" or (action == "submit" and self._failed)
        return not (self._following_up and action in {"hint", "flag"})

    @on(TextArea.Changed)
    def _text_changed(self) -> None:
        self._show_status()

    def _tick(self) -> None:
        """Twice a second: the clock, and the draft."""
        if not self.is_current:
            return
        self._show_clock()
        if time.monotonic() - self._saved_at >= SAVE_SECONDS:
            self.save_draft()
        if (
            self.runner.seconds_left == 0.0
            and self.runner.state.phase is Phase.ANSWERING
            and not self.runner.state.paused
        ):
            self._submit(timed_out=True)

    def save_draft(self) -> None:
        """Commit what is typed. A failure is shown, and tried again."""
        text = self.query_one(TextArea).text
        if text == self._saved or self.runner.state.phase not in {Phase.ANSWERING, Phase.FOLLOW_UP}:
            return
        try:
            self.runner.save_draft(text)
        except InterviewerError as error:
            self.notify(f"The draft is not saved: {error}", severity="error")
            return
        self._saved, self._saved_at = text, time.monotonic()
        self._show_status()

    def after_typing(self, call: Callable[[], object]) -> None:
        """Call once every key that was pressed before has reached the editor: a shortcut must not overtake them."""
        self.query_one(TextArea).call_later(call)

    def action_submit(self) -> None:
        self.after_typing(self._submit_typed)

    def _submit_typed(self) -> None:
        if self.runner.state.phase not in {Phase.ANSWERING, Phase.FOLLOW_UP} and not self._failed:
            return
        if self._failed:
            self._start_grading()
        elif not self.query_one(TextArea).text.strip():
            self.notify("Write something, or skip the question.", severity="warning")
        else:
            self._submit()

    def _submit(self, *, timed_out: bool = False) -> None:
        text = self.query_one(TextArea).text
        if len(text) > MAX_ANSWER_CHARACTERS:
            self.notify(f"At most {MAX_ANSWER_CHARACTERS} characters are read; this has {len(text)}.", severity="error")
            return
        try:
            if self._following_up:
                self.runner.answer_follow_up(text)
            else:
                self.runner.submit(text, timed_out=timed_out)
        except InterviewerError as error:
            self.notify(str(error), severity="error")
            return
        if timed_out:
            self.notify("Time is up. What you had written is graded.", severity="warning")
        self._start_grading()

    def _start_grading(self) -> None:
        self._failed = False
        editor = self.query_one(TextArea)
        editor.read_only = True
        editor.loading = False
        self.query_one("#status", Static).update(Content.styled("Reading your answer…", "$text-accent"))
        self.refresh_bindings()
        self._grade()

    @work(thread=True, exclusive=True, group="grading")
    def _grade(self) -> None:
        try:
            self.runner.grade()
        except InterviewerError as error:
            self.post_message(self.GradingFailed(str(error)))
        else:
            self.post_message(self.AnswerGraded())

    @work(thread=True, group="models")
    def _read_card(self) -> None:
        """Let the grader read the card while the answer is written. A failure shows when the answer is graded."""
        try:
            self.runner.prepare_grader()
        except InterviewerError:
            return

    @on(AnswerGraded)
    def _show_grade(self) -> None:
        runner = self.runner
        if runner.state.plan.follow_ups and not runner.state.turns[-1].follow_ups:
            runner.ask_follow_up()
        self.app.proceed()

    @on(GradingFailed)
    def _show_failure(self, message: GradingFailed) -> None:
        self._failed = True
        self.refresh_bindings()
        self.query_one("#status", Static).update(Content.styled("Not graded, but kept: submit again.", "$text-error"))
        self.notify(message.reason, severity="error", timeout=10)

    def action_hint(self) -> None:
        if self.runner.hint() is None:
            self.notify("There is no further hint.")
        self._show_hints()

    def action_skip(self) -> None:
        self.after_typing(self._skip)

    def _skip(self) -> None:
        if self._following_up:
            self.runner.next_question()
        else:
            self.save_draft()
            self.runner.skip()
        self.app.proceed()

    def action_flag(self) -> None:
        flagged = self.runner.flag()
        self.query_one("#place", Static).update(self._place())
        self.notify("Flagged: it stands marked in the report." if flagged else "The flag is off.", timeout=2)

    def action_pause(self) -> None:
        from interviewer.ui.screens.dialogs import PauseScreen

        self.save_draft()
        self.runner.pause()
        self.app.push_screen(PauseScreen(), lambda _: self._go_on())

    def _go_on(self) -> None:
        self.runner.unpause()
        self.query_one(TextArea).focus()

    def action_editor(self) -> None:
        editor = self.query_one(TextArea)
        self.save_draft()
        try:
            text = self.app.outside(lambda: edited_text(editor.text))
        except EditorError as error:
            self.notify(str(error), severity="error")
            return
        if text is not None:
            editor.load_text(text.rstrip("\n"))
            editor.move_cursor(editor.document.end)
            self.save_draft()

    def action_leave(self) -> None:
        self.after_typing(self.app.action_home)

    def _place(self) -> Content:
        runner = self.runner
        card = runner.card
        topic = runner.bank.topic_of(card.id).title if card.id in runner.bank else ""
        share = (runner.number - 1) / runner.total
        flag = Content.styled("  ⚑", "$text-accent") if runner.state.turns[-1].flagged else Content("")
        return Content("").join(
            [
                Content.styled(f"{runner.number}/{runner.total} ", "bold"),
                bar(share, "$primary", cells=8),
                plain(f"  {topic}"),
                Content.styled(f" · {card.difficulty}", "$foreground-muted"),
                flag,
            ]
        )

    def _show_clock(self) -> None:
        left = self.runner.seconds_left
        if left is None:
            spent = int(self.runner.seconds_spent)
            self.query_one("#clock", Static).update(
                Content.styled(f"{spent // 60}:{spent % 60:02}", "$foreground-muted")
            )
            return
        style = "bold $text-error" if left <= LOW_SECONDS else "bold"
        self.query_one("#clock", Static).update(Content.styled(f"{int(left) // 60}:{int(left) % 60:02} left", style))

    def _show_hints(self) -> None:
        hints = self.runner.state.turns[-1].hints
        shown = self.query_one("#hints", Static)
        shown.display = bool(hints) and not self._following_up
        shown.update(
            Content("\n").join([plain(f"Hint (−{HINT_COST * 100:.0f} points): {hint.text}") for hint in hints])
        )

    def _show_status(self) -> None:
        if self.runner.state.phase in {Phase.GRADING, Phase.FOLLOW_UP_GRADING}:
            return
        text = self.query_one(TextArea).text
        words = len(text.split())
        kept = "kept" if text == self._saved else "…"
        status = f"{words} word{'s' if words != 1 else ''} · {kept}" if text else ""
        self.query_one("#status", Static).update(Content.styled(status, "$foreground-muted"))
