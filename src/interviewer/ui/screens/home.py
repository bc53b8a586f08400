"""Where one begins: the next question, a session to resume, recent sessions, the bank at a glance."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from interviewer.domain.card import Bank, Difficulty
from interviewer.domain.display import percent
from interviewer.domain.transcript import Mode, Plan, SessionSummary
from interviewer.session.selection import next_card, planned_questions
from interviewer.ui.widgets.verdicts import plain

if TYPE_CHECKING:
    from interviewer.ui.app import InterviewerApp

RECENT = 6


class HomeScreen(Screen[None]):
    app: "InterviewerApp"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "start", "Start", id="home.start"),
        Binding("r", "resume", "Resume", id="home.resume"),
        Binding("n", "setup", "New…", id="home.setup"),
        Binding("b", "bank", "Bank", id="home.bank"),
        Binding("h", "history", "History", id="home.history"),
        Binding("q", "app.quit", "Quit", id="home.quit"),
    ]

    def compose(self) -> ComposeResult:
        program, plan = self.app.program, self.app.plan
        bank = program.bank
        self._unfinished = program.unfinished()
        card = next_card(bank, plan, ())
        yield Static("Interviewer", id="title")
        with VerticalScroll(id="home", can_focus=False):
            if self._unfinished:
                yield Static(_resume_line(self._unfinished[0]), id="resume", classes="box")
            if card is not None:
                with Vertical(id="next", classes="box"):
                    yield Static(_plan_line(bank, plan), classes="eyebrow")
                    yield Static(plain(card.question), id="next-question")
                    yield Static(
                        Content.styled("Press Enter to answer it · n for another interview", "$foreground-muted")
                    )
            with Horizontal(id="shelves"):
                yield Static(_bank_at_a_glance(bank), id="glance", classes="box")
                yield Static(_recent(program.store.sessions(RECENT)), id="recent", classes="box")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        if self._unfinished:
            self.query_one("#resume").border_title = "Not finished"
        if self.query("#next"):
            self.query_one("#next").border_title = "Your next question"
        self.query_one("#glance").border_title = "The bank"
        self.query_one("#recent").border_title = "Recent sessions"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        return action != "resume" or bool(self._unfinished)

    def action_start(self) -> None:
        self.app.start(self.app.plan)

    def action_resume(self) -> None:
        if self._unfinished:
            self.app.resume(self._unfinished[0].id)

    def action_setup(self) -> None:
        from interviewer.ui.screens.setup import SetupScreen

        self.app.push_screen(SetupScreen())

    def action_bank(self) -> None:
        from interviewer.ui.screens.bank import BankScreen

        self.app.push_screen(BankScreen())

    def action_history(self) -> None:
        from interviewer.ui.screens.history import HistoryScreen

        self.app.push_screen(HistoryScreen())


def _plan_line(bank: Bank, plan: Plan) -> Content:
    count = planned_questions(bank, plan)
    words = {Mode.MOCK: "Mock interview", Mode.DRILL: "Drill", Mode.CARD: "One card"}
    parts = [words[plan.mode], f"{count} question{'s' if count != 1 else ''}"]
    parts.append(f"{plan.seconds} s each" if plan.seconds else "no clock")
    if plan.adaptive:
        parts.append("adaptive")
    return Content.styled(" · ".join(parts), "$foreground-muted")


def _resume_line(session: SessionSummary) -> Content:
    started = f"{session.started_at.astimezone():%d %b %H:%M}"
    what = f"{session.title} · {session.answered} answered · {started}"
    return Content("").join([plain(what), Content.styled("\nPress r to go on where you stopped", "$foreground-muted")])


def _bank_at_a_glance(bank: Bank) -> Content:
    widest = max((len(topic.title) for topic in bank.topics), default=0)
    lines = []
    for topic in bank.topics:
        cards = bank.cards_of(topic.id)
        levels = " ".join(f"{sum(c.difficulty is level for c in cards):>2}{level[0]}" for level in Difficulty)
        lines.append(
            Content("").join(
                [
                    plain(f"{topic.title:<{widest}}  "),
                    Content.styled(f"{len(cards):>3} · {levels}", "$foreground-muted"),
                ]
            )
        )
    lines.append(Content.styled(f"{len(bank.cards)} cards (e easy, m medium, h hard)", "$foreground-muted"))
    return Content("\n").join(lines)


def _recent(sessions: list[SessionSummary]) -> Content:
    if not sessions:
        return Content.styled("None yet. They will stand here with their scores.", "$foreground-muted")
    lines = []
    for session in sessions:
        when = f"{session.started_at.astimezone():%d %b %H:%M}"
        head = Content.styled(f"{when}  {percent(session.score):>4}  ", "$foreground-muted")
        lines.append(Content("").join([head, plain(session.title[:48])]))
    return Content("\n").join(lines)
