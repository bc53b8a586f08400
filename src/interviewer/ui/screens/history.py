"""Past sessions."""

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Static

from interviewer.domain.display import percent, visible
from interviewer.domain.transcript import SessionSummary
from interviewer.errors import InterviewerError

if TYPE_CHECKING:
    from interviewer.ui.app import InterviewerApp


class HistoryScreen(Screen[None]):
    app: "InterviewerApp"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "report", "Report", id="history.report", priority=True),
        Binding("r", "resume", "Resume", id="history.resume"),
        Binding("escape", "app.pop_screen", "Back", id="history.back"),
    ]

    def compose(self) -> ComposeResult:
        self._sessions = self.app.program.store.sessions()
        yield Static("History", id="title")
        if self._sessions:
            yield DataTable(id="sessions", cursor_type="row", zebra_stripes=True)
        else:
            yield Static(
                Content.styled("No sessions yet. Esc goes back; Enter there starts the first.", "$foreground-muted"),
                id="none",
            )
        yield Footer(compact=True)

    def on_mount(self) -> None:
        if not self._sessions:
            return
        table = self.query_one(DataTable)
        table.add_columns("started", "mode", "score", "answered", "about")
        for session in self._sessions:
            about = session.title if session.ended else f"(not finished) {session.title}"
            table.add_row(
                f"{session.started_at.astimezone():%Y-%m-%d %H:%M}",
                str(session.mode),
                percent(session.score),
                f"{session.answered}/{session.asked}",
                Text(visible(about)),
            )
        table.focus()

    def _chosen(self) -> SessionSummary | None:
        return self._sessions[self.query_one(DataTable).cursor_row] if self._sessions else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        if action == "resume":
            chosen = self._chosen() if self.is_mounted else None
            return chosen is not None and not chosen.ended
        return action != "report" or bool(self._sessions)

    @on(DataTable.RowHighlighted)
    def _moved(self) -> None:
        self.refresh_bindings()

    def action_report(self) -> None:
        from interviewer.ui.screens.report import ReportScreen

        if (chosen := self._chosen()) is not None:
            try:
                self.app.push_screen(ReportScreen(self.app.program.report(chosen.id)))
            except InterviewerError as error:
                self.notify(str(error), severity="error")

    def action_resume(self) -> None:
        if (chosen := self._chosen()) is not None and not chosen.ended:
            self.app.resume(chosen.id)
