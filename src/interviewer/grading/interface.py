"""What every grader is."""

from typing import Protocol

from interviewer.domain.card import Item
from interviewer.domain.grade import Grade

MAX_ANSWER_CHARACTERS = 100_000
"""About an hour and a half of speech. A longer answer is refused rather than cut."""


class Grader(Protocol):
    """Grades answers. Safe to call from several threads; the same item and answer give the same grade."""

    def grade(self, item: Item, answer: str) -> Grade:
        """Grade `answer` on every anchor of `item`. Raises GradingError; a failure never becomes a score."""
        ...

    def prepare(self, item: Item) -> None:
        """Do beforehand what grading answers to `item` will need. Optional; a grade is the same without it."""
        ...
