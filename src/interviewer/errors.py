"""The one error tree. Whatever a user can run into is an `InterviewerError` with a message that says what to do."""

from dataclasses import dataclass


class InterviewerError(Exception):
    """Base of all errors that are shown to a user as one clear message."""


class SettingsError(InterviewerError):
    """A settings file, environment variable or option can not be used."""


class UnknownName(InterviewerError):
    """A card, topic or session was asked for by a name that does not exist."""


class StoreError(InterviewerError):
    """The history can not be opened, read or written."""


class GradingError(InterviewerError):
    """An answer could not be graded. Never turned into a score."""


class ModelError(GradingError):
    """A model file is missing, damaged or not the one that was shipped."""


class TurnOrderError(InterviewerError):
    """A session was asked for a step that its present phase does not allow."""


@dataclass(frozen=True)
class Problem:
    """One fault in an input file. `line` counts from 1 and is None when the fault has no place in the text."""

    file: str
    line: int | None
    field: str
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"


class BankError(InterviewerError):
    """One or more bank files can not be used. `problems` lists every fault of every file."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''} in the question bank"
        super().__init__("\n".join([f"{count}:", *(f"  {problem}" for problem in problems)]))
