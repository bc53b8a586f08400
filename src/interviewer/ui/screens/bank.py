"""The cards: search, filter, read, edit, ask."""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Input, OptionList, Select, Static
from textual.widgets.option_list import Option

from interviewer.bank.describe import card_text
from interviewer.bank.loader import find_place
from interviewer.bank.search import find_cards
from interviewer.domain.card import Card, Difficulty
from interviewer.domain.transcript import Mode
from interviewer.editor import edit_file
from interviewer.errors import InterviewerError
from interviewer.ui.widgets.fields import VisibleInput
from interviewer.ui.widgets.verdicts import plain
from interviewer.wiring import make_plan

if TYPE_CHECKING:
    from interviewer.ui.app import InterviewerApp


class BankScreen(Screen[None]):
    app: "InterviewerApp"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", id="bank.search", key_display="/"),
        Binding("enter", "ask", "Ask", id="bank.ask", priority=True),
        Binding("d", "drill", "Drill topic", id="bank.drill"),
        Binding("o", "edit", "$EDITOR", id="bank.edit"),
        Binding("escape", "back", "Back", id="bank.back"),
    ]

    def compose(self) -> ComposeResult:
        bank = self.app.program.bank
        self._cards: list[Card] = []
        yield Static("The bank", id="title")
        with Horizontal(id="filters"):
            yield VisibleInput(placeholder="Search: / then words", id="search", compact=True)
            yield Select(
                [(plain(topic.title), topic.id) for topic in bank.topics], prompt="all topics", id="topic", compact=True
            )
            yield Select([(level.value, level) for level in Difficulty], prompt="all levels", id="level", compact=True)
        with Horizontal(id="browser"):
            yield OptionList(id="cards", compact=True)
            with VerticalScroll(id="card", can_focus=True):
                yield Static("", id="card-text")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self._show_cards()
        self.query_one("#cards").focus()

    @on(Input.Changed)
    @on(Select.Changed)
    def _show_cards(self) -> None:
        topic, level = self.query_one("#topic", Select).value, self.query_one("#level", Select).value
        self._cards = find_cards(
            self.app.program.bank,
            self.query_one("#search", Input).value,
            topics=(topic,) if isinstance(topic, str) else (),
            difficulties=(level,) if isinstance(level, str) else (),
        )
        cards = self.query_one("#cards", OptionList)
        cards.clear_options()
        cards.add_options([Option(_line(card)) for card in self._cards])
        cards.border_title = f"{len(self._cards)} card{'s' if len(self._cards) != 1 else ''}"
        if self._cards:
            cards.highlighted = 0
        else:
            self.query_one("#card-text", Static).update(
                Content.styled("No card fits. Esc empties the search.", "$foreground-muted")
            )

    @on(OptionList.OptionHighlighted, "#cards")
    def _show_card(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index < len(self._cards):
            self._show_text(self._cards[event.option_index])
            self.query_one("#card").scroll_home(animate=False)

    def _show_text(self, card: Card) -> None:
        width = max(30, self.query_one("#card").content_region.width - 2)
        self.query_one("#card-text", Static).update(plain(card_text(card, width)))

    def on_resize(self) -> None:
        self.call_after_refresh(self._refit)

    def _refit(self) -> None:
        if (card := self._chosen()) is not None:
            self._show_text(card)

    def _chosen(self) -> Card | None:
        index = self.query_one("#cards", OptionList).highlighted
        return self._cards[index] if index is not None and index < len(self._cards) else None

    def action_search(self) -> None:
        self.query_one("#search").focus()

    @on(Input.Submitted)
    def _searched(self) -> None:
        self.query_one("#cards").focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Enter asks the chosen card, but in a filter it does what the filter does."""
        return action != "ask" or (self.focused is not None and self.focused.id in {"cards", "card"})

    def action_ask(self) -> None:
        if (card := self._chosen()) is not None:
            self.app.start(make_plan(self.app.program.settings, mode=Mode.CARD, card_id=card.id))

    def action_drill(self) -> None:
        if (card := self._chosen()) is not None:
            topic = self.app.program.bank.topic_of(card.id).id
            self.app.start(make_plan(self.app.program.settings, mode=Mode.DRILL, topics=(topic,)))

    def action_edit(self) -> None:
        card = self._chosen()
        if card is None:
            return
        try:
            path, line = find_place(self.app.program.bank_sources, card.id)
            self.app.outside(lambda: edit_file(path, line))
            self.app.program.reload_bank()
        except InterviewerError as error:
            self.notify(str(error), severity="error", timeout=15)
        self._show_cards()

    def action_back(self) -> None:
        search = self.query_one("#search", Input)
        if search.value:
            search.value = ""
            self.query_one("#cards").focus()
        elif search.has_focus:
            self.query_one("#cards").focus()
        else:
            self.app.pop_screen()


def _line(card: Card) -> Content:
    return Content("").join([plain(card.question), Content.styled(f"  {card.difficulty}", "$foreground-muted")])
