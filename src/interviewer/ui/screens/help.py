"""The keys of the screen below, and how grading works."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

ABOUT = """\
Each card has anchors: the few things an interviewer listens for. Your answer is read against each of them, and each \
gets a verdict with your own words as the evidence: ✓ covered, ○ missing, ✗ contradicted.

The score is the mean credit of the anchors; a contradicted one costs extra. A hint costs 10 points. What you say only \
on the follow-up earns half. Where the grader misheard you, choose the anchor with ↑ and ↓ and overrule it with o: \
your word counts, and is kept beside the grader's.

Everything stays on this machine. What you type is saved every second; a session that was cut off goes on where it \
was."""

EVERYWHERE = (("Ctrl+P", "Command palette"), ("F1 or ?", "This help"), ("F2", "Next theme"), ("Ctrl+Q", "Quit"))


class HelpScreen(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter", "dismiss(None)", "Close", id="help.close")
    ]

    def __init__(self, below: Screen[object]) -> None:
        super().__init__()
        self._below = below

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog", id="help"):
            yield Static("Keys here", classes="dialog-title")
            yield Static(self._keys())
            yield Static("How it works", classes="dialog-title")
            yield Static(Content(ABOUT))
            yield Static(Content.styled("Esc closes", "$foreground-muted"))

    def _keys(self) -> Content:
        rows = [
            (self.app.get_key_display(active.binding), active.binding.description)
            for active in self._below.active_bindings.values()
            if active.node is self._below and active.binding.id
        ]
        return Content("\n").join(
            Content("").join([Content.styled(f"{key:>10}  ", "bold $text-primary"), Content(what)])
            for key, what in [*rows, *EVERYWHERE]
        )
