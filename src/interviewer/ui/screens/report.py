"""How the session went: by topic and anchor, best and worst answer, what to study."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from interviewer.domain.display import percent
from interviewer.domain.grade import Verdict
from interviewer.domain.transcript import Mode
from interviewer.report import Report, TurnReport, render_markdown
from interviewer.ui.widgets.verdicts import MARKS, STYLES, bar, highlighted, plain, score_line, verdict_line
from interviewer.wiring import make_plan

if TYPE_CHECKING:
    from interviewer.ui.app import InterviewerApp


class ReportScreen(Screen[None]):
    app: "InterviewerApp"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "home", "Close", id="report.home"),
        Binding("s", "save", "Save", id="report.save"),
        Binding("a", "again", "Ask the weakest again", id="report.again"),
    ]

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report

    def compose(self) -> ComposeResult:
        report = self.report
        yield Static("Report", id="title")
        with VerticalScroll(id="report"):
            yield Static(self._overview(), classes="box", id="overview")
            if report.topics:
                yield Static(self._topics(), classes="box", id="topics")
            if report.best is not None:
                yield Static(self._best_and_worst(), classes="box", id="extremes")
            if report.study:
                yield Static(self._study(), classes="box", id="study")
            for number, turn in enumerate(report.turns, start=1):
                card = Static(_turn(turn), classes="box")
                card.border_title = f"Question {number}"
                yield card
        yield Footer(compact=True)

    def on_mount(self) -> None:
        for name, title in (
            ("overview", "The interview"),
            ("topics", "By topic"),
            ("extremes", "Best and weakest"),
            ("study", "What to study"),
        ):
            for box in self.query(f"#{name}"):
                box.border_title = title
        self.query_one("#report").focus()

    def _overview(self) -> Content:
        report = self.report
        flagged = sum(turn.flagged for turn in report.turns)
        counts = f"{report.answered} answered, {report.skipped} skipped"
        counts += f", {flagged} flagged" if flagged else ""
        counts += "" if report.ended else " · not finished"
        if not report.turns:
            counts = "Nothing was answered."
        return Content("\n").join([score_line(report.score), Content.styled(counts, "$foreground-muted")])

    def _topics(self) -> Content:
        lines = []
        for topic in self.report.topics:
            counts = Content("  ").join(
                Content.styled(f"{MARKS[verdict]}{count}", STYLES[verdict])
                for verdict, count in (
                    (Verdict.COVERED, topic.covered),
                    (Verdict.MISSING, topic.missing),
                    (Verdict.CONTRADICTED, topic.contradicted),
                )
            )
            head = Content("").join([plain(f"{percent(topic.score):>4}  "), bar(topic.score or 0.0, "$primary", 10)])
            lines.append(Content("").join([head, plain(f"  {topic.title}  "), counts]))
        return Content("\n").join(lines)

    def _best_and_worst(self) -> Content:
        turns = {turn.card_id: turn for turn in self.report.turns}
        lines = []
        for label, card_id in (("Best", self.report.best), ("Weakest", self.report.worst)):
            if card_id is not None:
                turn = turns[card_id]
                lines.append(
                    Content("").join([Content.styled(f"{label} {percent(turn.score)}  ", "bold"), plain(turn.question)])
                )
        return Content("\n").join(lines)

    def _study(self) -> Content:
        lines = []
        for item in self.report.study:
            lines.append(
                Content("").join([plain(item.question), Content.styled(f"  {item.card_id}", "$foreground-muted")])
            )
            lines += [
                Content("").join([Content.styled("  ○ ", "$foreground-muted"), plain(point)]) for point in item.points
            ]
        return Content("\n").join(lines)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        return action != "again" or self._weakest() is not None

    def _weakest(self) -> str | None:
        known = [item.card_id for item in self.report.study if item.card_id in self.app.program.bank]
        return known[0] if known else None

    def action_home(self) -> None:
        """Back to where the report was opened from: the history, or home."""
        if len(self.app.screen_stack) > 2:
            self.app.pop_screen()
        else:
            self.app.show_home()

    def action_again(self) -> None:
        if (card_id := self._weakest()) is not None:
            self.app.start(make_plan(self.app.program.settings, mode=Mode.CARD, card_id=card_id))

    def action_save(self) -> None:
        path = Path.cwd() / f"interview-{self.report.session_id}.md"
        try:
            path.write_text(render_markdown(self.report), encoding="utf-8")
        except OSError as error:
            self.notify(f"{path} can not be written: {error.strerror}", severity="error")
        else:
            self.notify(f"Saved as {path}", timeout=6)


def _turn(turn: TurnReport) -> Content:
    lines = [plain(turn.question)]
    if turn.skipped:
        lines.append(Content.styled("skipped", "$foreground-muted"))
    else:
        lines.append(score_line(turn.score))
    notes = ["⚑ flagged"] if turn.flagged else []
    notes += [f"{len(turn.hints)} hint{'s' if len(turn.hints) > 1 else ''}"] if turn.hints else []
    notes += ["the clock ran out"] if turn.timed_out else []
    if notes:
        lines.append(Content.styled(" · ".join(notes), "$text-accent"))
    if turn.answer:
        lines += [Content(""), highlighted(turn.answer, turn.points), Content("")]
    overruled = {override.anchor: override.reason for override in turn.overrides}
    lines += [verdict_line(p, overruled=p.id in overruled, note=overruled.get(p.id, "")) for p in turn.points]
    for asked in turn.follow_ups:
        lines += [Content(""), Content("").join([Content.styled("Follow-up  ", "bold"), plain(asked.follow_up.text)])]
        if asked.answer and asked.grade is not None:
            lines.append(highlighted(asked.answer, asked.grade.points))
            lines += [verdict_line(point, overruled=False) for point in asked.grade.points]
    lines += [Content(""), Content("").join([Content.styled("Reference  ", "bold"), plain(turn.reference)])]
    return Content("\n").join(lines)
