"""Small questions over a screen. Each gives its answer to the caller, who acts on it."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, RadioButton, RadioSet, Static

from interviewer.domain.card import Anchor
from interviewer.domain.grade import Override, Verdict
from interviewer.ui.widgets.fields import VisibleInput
from interviewer.ui.widgets.verdicts import MARKS, plain


class ConfirmScreen(ModalScreen[bool]):
    """A yes-or-no question; escape is no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Yes"),
        Binding("n,escape", "dismiss(False)", "No"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(self._question))
            with Horizontal(classes="buttons"):
                yield Button("Yes (y)", id="yes", variant="primary", compact=True)
                yield Button("No (n)", id="no", compact=True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")


class PauseScreen(ModalScreen[None]):
    """Hides the question while the clock stands."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,escape,space,ctrl+b", "dismiss(None)", "Go on")]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("Paused", classes="dialog-title")
            yield Static(
                Content.styled("The clock stands, and what you wrote is kept. Enter goes on.", "$foreground-muted")
            )


class OverrideScreen(ModalScreen[Override | None]):
    """The user's word on one verdict, with a reason."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save"),
        Binding("escape", "dismiss(None)", "Cancel"),
    ]

    def __init__(self, anchor: Anchor, verdict: Verdict) -> None:
        super().__init__()
        self._anchor = anchor
        self._verdict = verdict

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(
                Content("").join([plain(self._anchor.name), Content.styled(": your word", "$foreground-muted")]),
                classes="dialog-title",
            )
            yield Static(plain(self._anchor.point), classes="dialog-text")
            with RadioSet(id="verdict", compact=True):
                proposed = Verdict.COVERED if self._verdict is not Verdict.COVERED else Verdict.MISSING
                for verdict in Verdict:
                    yield RadioButton(f"{MARKS[verdict]} {verdict}", value=verdict is proposed, name=verdict.value)
            yield VisibleInput(
                placeholder="Why? For example: I did say that, in the second sentence.", id="reason", compact=True
            )
            yield Static(
                Content.styled(
                    "Enter or Ctrl+S keeps it beside the grader's verdict · Esc cancels", "$foreground-muted"
                )
            )

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def action_save(self) -> None:
        pressed = self.query_one(RadioSet).pressed_button
        if pressed is None or pressed.name is None:
            return
        reason = self.query_one(Input).value.strip()
        self.dismiss(Override(anchor=self._anchor.name, verdict=Verdict(pressed.name), reason=reason))
