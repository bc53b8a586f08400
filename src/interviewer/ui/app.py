"""The Textual application: themes, the way between screens, and the session that is being held."""

from collections.abc import Callable, Iterable
from typing import ClassVar, TypeVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.notifications import SeverityLevel
from textual.screen import Screen

from interviewer.domain.display import visible
from interviewer.domain.transcript import Plan
from interviewer.editor import EditorError
from interviewer.errors import InterviewerError, SettingsError
from interviewer.session.runner import SessionRunner
from interviewer.session.state import Phase
from interviewer.ui.themes import DARK, LIGHT
from interviewer.wiring import Interviewer

T = TypeVar("T")


class InterviewerApp(App[None]):
    """Shows one screen at a time over the home screen. Screens act through the methods here."""

    TITLE = "Interviewer"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012  # as Textual declares it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="app.help", show=False, priority=True),
        Binding("question_mark", "help", "Help", id="app.help_sign", key_display="?"),
        Binding("ctrl+q", "quit", "Quit", id="app.quit", show=False, priority=True),
        Binding("f2", "next_theme", "Theme", id="app.theme", show=False, priority=True),
    ]

    def __init__(self, program: Interviewer, plan: Plan, *, immediately: bool = False, resume: bool = False) -> None:
        """`plan` is what the home screen proposes; `immediately` starts it, `resume` continues the newest session."""
        super().__init__()
        self.program = program
        self.plan = plan
        self._immediately = immediately
        self._resume = resume
        self.runner: SessionRunner | None = None
        self.failure: InterviewerError | None = None
        """What went wrong at the start, for the caller to show once the terminal is back."""
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        if program.settings.interface.theme not in self.available_themes:
            known = ", ".join(sorted(self.available_themes))
            raise SettingsError(f"There is no theme '{program.settings.interface.theme}'. Themes: {known}.")
        self.theme = program.settings.interface.theme
        if keys := program.settings.interface.keys:
            self.set_keymap(_checked_keys(keys))

    def get_css_variables(self) -> dict[str, str]:
        """With the colours behind evidence: in the terminal's own palette a tint of the text's colour would hide it."""
        variables = super().get_css_variables()
        ansi = self.theme.startswith("ansi")
        variables["covered-background"] = "ansi_default" if ansi else variables["success-muted"]
        variables["contradicted-background"] = "ansi_default" if ansi else variables["error-muted"]
        return variables

    def on_mount(self) -> None:
        try:
            self.program.open()
            if self._resume and (unfinished := self.program.unfinished()):
                self.hold(self.program.resume(unfinished[0].id))
            elif self._immediately:
                self.hold(self.program.start(self.plan))
            else:
                self.show_home()
        except InterviewerError as error:
            self.failure = error
            self.exit(return_code=2)
            return
        self.call_after_refresh(self.load_models)

    @work(thread=True, group="models")
    def load_models(self) -> None:
        """Load the grader while the first question is read. A failure shows when an answer is graded."""
        try:
            if self.runner is not None:
                self.runner.prepare_grader()
            else:
                self.program.grader()
        except InterviewerError as error:
            self.call_from_thread(self.notify, str(error), severity="error", timeout=10)

    def start(self, plan: Plan) -> None:
        """Begin a session and show its first question. The home screen proposes another one after it."""
        try:
            self.hold(self.program.start(plan))
            self.plan = self.plan.model_copy(update={"seed": self.plan.seed + 1})
        except InterviewerError as error:
            self.notify(str(error), severity="error", timeout=8)

    def resume(self, session_id: str) -> None:
        try:
            self.hold(self.program.resume(session_id))
        except InterviewerError as error:
            self.notify(str(error), severity="error", timeout=8)

    def hold(self, runner: SessionRunner) -> None:
        """Go on with a session, wherever it is."""
        self.runner = runner
        self.proceed()

    def proceed(self) -> None:
        """Show the screen that fits the phase of the session."""
        from interviewer.ui.screens.answer import AnswerScreen
        from interviewer.ui.screens.feedback import FeedbackScreen
        from interviewer.ui.screens.report import ReportScreen

        runner = self.runner
        if runner is None:
            self.show_home()
            return
        if runner.state.phase is Phase.BETWEEN:
            runner.next_question()
        match runner.state.phase:
            case Phase.ANSWERING | Phase.GRADING | Phase.FOLLOW_UP_GRADING:
                self.show(AnswerScreen(runner))
            case Phase.ENDED:
                self.runner = None
                self.show(ReportScreen(self.program.report_of(runner.id, runner.state)))
            case _:
                self.show(FeedbackScreen(runner))

    def show(self, screen: Screen[None]) -> None:
        """Put `screen` in the place of whatever is shown."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if len(self.screen_stack) == 2:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def show_home(self) -> None:
        from interviewer.ui.screens.home import HomeScreen

        self.runner = None
        self.show(HomeScreen())

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002  # a message may hold words of a card, a path or an answer
    ) -> None:
        """Show a message. It is never read as markup."""
        super().notify(visible(message), title=title, severity=severity, timeout=timeout, markup=False)

    def action_help(self) -> None:
        """Open the help on the screen below, or close it."""
        from interviewer.ui.screens.help import HelpScreen

        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss(None)
        else:
            self.push_screen(HelpScreen(self.screen))

    def action_next_theme(self) -> None:
        order = [DARK.name, LIGHT.name, "ansi-dark", "ansi-light"]
        here = order.index(self.theme) if self.theme in order else -1
        self.theme = order[(here + 1) % len(order)]
        self.notify(f"Theme: {self.theme}", timeout=2)

    async def action_quit(self) -> None:
        """Leave. An open session is kept as it is, and offered again at the next start."""
        from interviewer.ui.screens.answer import AnswerScreen

        def leave() -> None:
            self.keep_session()
            self.exit()

        if isinstance(self.screen, AnswerScreen):
            self.screen.after_typing(leave)
        else:
            leave()

    def outside(self, call: Callable[[], T]) -> T:
        """Give the terminal to `call`, an editor, and take it back however it ends. Raises what it raises."""
        error: EditorError | None = None
        with self.suspend():
            try:
                result = call()
            except EditorError as raised:  # `suspend` does not come back from an exception
                error = raised
        self.refresh()
        if error is not None:
            raise error
        return result

    def keep_session(self) -> None:
        """Save what is typed, and stop the clock of the open session."""
        from interviewer.ui.screens.answer import AnswerScreen

        for screen in self.screen_stack:
            if isinstance(screen, AnswerScreen):
                screen.save_draft()
        if self.runner is not None and self.runner.state.phase is not Phase.ENDED:
            self.runner.pause()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield from super().get_system_commands(screen)
        yield SystemCommand("Home", "Go to the home screen; an open session is kept", self.action_home)
        for binding in screen.active_bindings.values():
            if binding.enabled and binding.node is screen:
                what = binding.binding
                yield SystemCommand(what.description, f"Key {what.key}", lambda action=what.action: self._run(action))

    def _run(self, action: str) -> None:
        self.call_later(self.run_action, action, self.screen)

    def action_home(self) -> None:
        self.keep_session()
        self.show_home()


def _checked_keys(keys: dict[str, str]) -> dict[str, str]:
    """The keys of the settings. Raises SettingsError for an action that does not exist."""
    from interviewer.ui.screens import answer, bank, feedback, help, history, home, report, setup

    owners: list[type[App[None] | Screen[None]]] = [
        InterviewerApp,
        answer.AnswerScreen,
        bank.BankScreen,
        feedback.FeedbackScreen,
        help.HelpScreen,
        history.HistoryScreen,
        home.HomeScreen,
        report.ReportScreen,
        setup.SetupScreen,
    ]
    known = sorted(b.id for owner in owners for b in owner.BINDINGS if isinstance(b, Binding) and b.id)
    if unknown := [action for action in keys if action not in known]:
        raise SettingsError(f"interface.keys: there is no action '{unknown[0]}'. Actions: {', '.join(known)}.")
    return keys
