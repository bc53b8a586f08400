"""Choose the interview: mode, topics, difficulties, number of questions, clock."""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.validation import Integer
from textual.widgets import Button, Checkbox, Footer, Input, Label, RadioButton, RadioSet, SelectionList, Static

from interviewer.domain.card import Difficulty
from interviewer.domain.transcript import Mode, Plan
from interviewer.errors import UnknownName
from interviewer.session.selection import planned_questions
from interviewer.ui.widgets.verdicts import plain
from interviewer.wiring import make_plan

if TYPE_CHECKING:
    from interviewer.ui.app import InterviewerApp


class SetupScreen(Screen[None]):
    app: "InterviewerApp"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "start", "Start", id="setup.start"),
        Binding("escape", "app.pop_screen", "Back", id="setup.back"),
    ]

    def compose(self) -> ComposeResult:
        bank, defaults = self.app.program.bank, self.app.program.settings.interview
        yield Static("A new interview", id="title")
        with Horizontal(id="setup"):
            with VerticalScroll(id="what", can_focus=False):
                with RadioSet(id="mode", compact=True):
                    yield RadioButton("Mock interview", value=True, name=Mode.MOCK)
                    yield RadioButton("Drill: one topic, no clock", name=Mode.DRILL)
                yield SelectionList[str](
                    *((plain(topic.title), topic.id, True) for topic in bank.topics), id="topics", compact=True
                )
            with VerticalScroll(id="how", can_focus=False):
                yield Label("Difficulty")
                with Horizontal(id="levels"):
                    for level in Difficulty:
                        yield Checkbox(level.value, value=True, name=level.value, compact=True)
                with Horizontal(classes="field mock"):
                    yield Label("Questions")
                    yield Input(str(defaults.questions), id="questions", compact=True, validators=[Integer(1, 100)])
                with Horizontal(classes="field mock"):
                    yield Label("Seconds each")
                    yield Input(str(defaults.seconds), id="seconds", compact=True, validators=[Integer(0, 3600)])
                yield Static(Content.styled("0 seconds: no clock", "$foreground-muted"), classes="mock")
                yield Checkbox(
                    "Adapt the difficulty", value=defaults.adaptive, id="adaptive", compact=True, classes="mock"
                )
                yield Static("", id="summary")
                yield Button("Start (Ctrl+S)", id="start", variant="primary", compact=True)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.query_one("#mode").border_title = "Mode"
        self.query_one("#topics").border_title = "Topics (space chooses)"
        self._changed()
        self.query_one("#mode").focus()

    @property
    def _mode(self) -> Mode:
        pressed = self.query_one("#mode", RadioSet).pressed_button
        return Mode(pressed.name) if pressed is not None and pressed.name else Mode.MOCK

    def _plan(self) -> Plan:
        """The plan as chosen. Raises UnknownName with what is wrong with it."""
        topics = tuple(self.query_one("#topics", SelectionList).selected)
        levels = tuple(str(box.name) for box in self.query("#levels Checkbox").results(Checkbox) if box.value)
        fields = [self.query_one(f"#{name}", Input) for name in ("questions", "seconds")]
        if not topics:
            raise UnknownName("Choose at least one topic.")
        if self._mode is Mode.DRILL and len(topics) != 1:
            raise UnknownName("A drill takes one topic: choose just one.")
        if not levels:
            raise UnknownName("Choose at least one difficulty.")
        if self._mode is Mode.MOCK and not all(field.is_valid and field.value for field in fields):
            raise UnknownName("Questions: 1 to 100. Seconds: 0 to 3600.")
        every_topic = len(topics) == len(self.app.program.bank.topics)
        return make_plan(
            self.app.program.settings,
            mode=self._mode,
            topics=() if every_topic else topics,
            difficulties=() if len(levels) == len(Difficulty) else levels,
            questions=int(fields[0].value) if self._mode is Mode.MOCK else None,
            seconds=int(fields[1].value) if self._mode is Mode.MOCK else None,
            adaptive=self.query_one("#adaptive", Checkbox).value,
        )

    @on(RadioSet.Changed, "#mode")
    def _mode_changed(self) -> None:
        """A drill takes one topic: leave only the one under the cursor chosen."""
        topics = self.query_one("#topics", SelectionList)
        if self._mode is Mode.DRILL and len(topics.selected) != 1:
            topics.deselect_all()
            topics.select(topics.get_option_at_index(topics.highlighted or 0))
        elif self._mode is Mode.MOCK:
            topics.select_all()
        self._changed()

    @on(SelectionList.SelectedChanged)
    @on(Checkbox.Changed)
    @on(Input.Changed)
    def _changed(self) -> None:
        for field in self.query(".mock"):
            field.display = self._mode is Mode.MOCK
        summary = self.query_one("#summary", Static)
        try:
            count = planned_questions(self.app.program.bank, self._plan())
            summary.update(Content.styled(f"{count} question{'s' if count != 1 else ''}", "$text-success"))
        except UnknownName as error:
            summary.update(Content.styled(str(error), "$text-warning"))

    @on(Button.Pressed, "#start")
    @on(Input.Submitted)
    def action_start(self) -> None:
        try:
            plan = self._plan()
            planned_questions(self.app.program.bank, plan)
        except UnknownName as error:
            self.notify(str(error), severity="warning")
            return
        self.app.start(plan)
