"""Fields to type in that show what a terminal would obey."""

from rich.text import Text
from textual.widgets import Input, TextArea

from interviewer.domain.display import visible


class AnswerEditor(TextArea):
    """Keeps the text as it was typed or pasted, and shows it with control characters made visible."""

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        line.plain = visible(line.plain)
        return line


class VisibleInput(Input):
    """A line of text without control characters."""

    def validate_value(self, value: str) -> str:
        return visible(value)
