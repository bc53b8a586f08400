"""From files to graded answers: JSON Lines in two forms, and folders of labelled answers with their cards."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from interviewer.domain.card import Anchor, Bank, Item
from interviewer.domain.grade import Verdict
from interviewer.domain.model import Share, Text
from interviewer.errors import InterviewerError, Problem
from interviewer.evals.answers import GradedAnswer
from interviewer.grading.calibration import CONTRADICTION_COST
from interviewer.grading.keypoints import reference_item

Format = Literal["auto", "graded", "interview"]
FIELDS = {
    "graded": "question_id, question, reference, answer, score, and optionally source and label",
    "interview": "id, question, reference, key_points and answers",
}
_Row = TypeVar("_Row")


class UnusableData(InterviewerError):
    """A file or folder that no answer can be read from."""


@dataclass
class AnswerSet:
    """Answers that are measured together."""

    name: str
    answers: list[GradedAnswer]
    source: str = ""
    """The field `source` of its lines."""

    def sampled(self, every: int = 1, limit: int | None = None, seed: int = 0) -> "AnswerSet":
        return AnswerSet(self.name, drawn(self.answers, every, limit, seed), self.source)


def drawn(rows: Sequence[_Row], every: int = 1, limit: int | None = None, seed: int = 0) -> list[_Row]:
    """One in `every` of `rows`, rounded up, and at most `limit`, drawn by `seed`, in their order. Drawn and not counted
    off, since the kinds of answers often stand in the same order for each question."""
    size = -(-len(rows) // every)
    size = size if limit is None else min(size, limit)
    if size == len(rows):
        return list(rows)
    places = np.random.default_rng(seed).choice(len(rows), size=size, replace=False)
    return [rows[place] for place in sorted(places.tolist())]


class _Line(BaseModel):
    """Fields that are not known here are ignored."""

    model_config = ConfigDict(coerce_numbers_to_str=True)


class _GradedLine(_Line):
    question_id: Text
    question: str = ""
    reference: Text
    answer: str
    score: Share
    source: str = ""
    label: str = ""


class _KeyPoint(_Line):
    id: Text
    text: Text
    aliases: tuple[Text, ...] = ()
    misconception: Text | None = None


class _CardLine(_Line):
    id: Text
    topic: str = ""
    question: str
    reference: Text
    key_points: tuple[_KeyPoint, ...]

    def item(self) -> Item:
        """Raises ValidationError for a card without points or with two of one name."""
        anchors = tuple(
            Anchor(name=point.id, point=point.text, aliases=point.aliases, misconception=point.misconception)
            for point in self.key_points
        )
        return Item(question=self.question, reference=self.reference, anchors=anchors)


class _CardAnswer(_Line):
    kind: str
    text: str
    score: Share
    points: dict[str, Verdict]


class _InterviewLine(_CardLine):
    answers: tuple[_CardAnswer, ...]


class _LabelledLine(_Line):
    card_id: Text
    kind: str
    answer: str
    points: dict[str, Verdict]


class _Split(BaseModel):
    topics: frozenset[str] = frozenset()
    cards: frozenset[str] = frozenset()


_AnyLine = TypeVar("_AnyLine", bound=_Line)


class Reader:
    """Reads any number of sources. Lines that can not be used are left out and listed in `problems`."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self.problems: list[Problem] = []

    def file(self, path: Path, form: Format = "auto") -> list[AnswerSet]:
        """The sets of a JSON Lines file: one a source, in order of first appearance. A set is called after the file,
        and after the source where the lines name one.

        Raises UnusableData when the file can not be read, and when `form` is `auto` and its first line is of no form.
        """
        if (form if form != "auto" else _form_of(path)) == "interview":
            answers = [
                each for number, row in self._lines(path, _InterviewLine) for each in self._card(path, number, row)
            ]
            return [AnswerSet(path.stem, answers)] if answers else []
        sets: dict[str, AnswerSet] = {}
        for number, row in self._lines(path, _GradedLine):
            name = f"{path.stem}: {row.source}" if row.source else path.stem
            item = reference_item(row.question, row.reference)
            answer = GradedAnswer(
                row.question_id, item, row.answer, row.score, row.label, place=f"{path}:{number}"
            )  # fmt: skip
            sets.setdefault(row.source, AnswerSet(name, [], row.source)).answers.append(answer)
        return list(sets.values())

    def folder(self, path: Path, split: str = "all") -> list[AnswerSet]:
        """The set of a folder with `answers/*.jsonl`, answers labelled point by point, to cards of the bank and of
        `cards/*.jsonl`. `split`: `test` for what `test_split.json` names, `train` for the rest, `all` for everything.

        Such an answer's score is the share of its points that is covered less 0.4 times the share that is
        contradicted, not below 0. Raises UnusableData when there is no such file, or no split where one is asked for.
        """
        files = sorted((path / "answers").glob("*.jsonl"))
        if not files:
            raise UnusableData(f"{path}: there is no answers/*.jsonl in this folder. Name a file, or such a folder.")
        test = _read_split(path / "test_split.json") if split != "all" else _Split()
        items: dict[str, tuple[str, Item]] = {
            card.id: (self._bank.topic_of(card.id).id, card) for card in self._bank.cards
        }
        for file in sorted((path / "cards").glob("*.jsonl")):
            for number, row in self._lines(file, _CardLine):
                if (item := self._item(file, number, row)) is not None:
                    items[row.id] = (row.topic or file.stem, item)
        answers: list[GradedAnswer] = []
        for file in files:
            for number, labelled in self._lines(file, _LabelledLine):
                if labelled.card_id not in items:
                    message = (
                        f"there is no card '{labelled.card_id}' in the bank or in cards/; add it, or name its bank"
                    )
                    self._note(file, number, "card_id", message)
                    continue
                topic, item = items[labelled.card_id]
                held_out = topic in test.topics or labelled.card_id in test.cards
                names = [anchor.name for anchor in item.anchors]
                if (split == "all" or held_out == (split == "test")) and self._fits(file, number, labelled, names):
                    answers.append(_labelled_answer(f"{file}:{number}", item, labelled))
        return [AnswerSet(f"{path.name} ({split})", answers)] if answers else []

    def _card(self, path: Path, number: int, row: _InterviewLine) -> Iterator[GradedAnswer]:
        item = self._item(path, number, row)
        if item is None:
            return
        names = {anchor.name for anchor in item.anchors}
        for index, answer in enumerate(row.answers):
            if strange := sorted(answer.points.keys() - names):
                self._note(path, number, f"answers[{index}].points", _unknown_point(strange[0]))
                continue
            yield GradedAnswer(
                row.id, item, answer.text, answer.score, answer.kind, answer.points, place=f"{path}:{number}"
            )

    def _item(self, path: Path, number: int, row: _CardLine) -> Item | None:
        try:
            return row.item()
        except ValidationError as error:
            self._note_faults(path, number, error)
            return None

    def _fits(self, path: Path, number: int, row: _LabelledLine, names: Sequence[str]) -> bool:
        strange, unlabelled = sorted(row.points.keys() - set(names)), [name for name in names if name not in row.points]
        if strange:
            self._note(path, number, "points", _unknown_point(strange[0]))
        elif unlabelled:
            self._note(path, number, "points", f"'{unlabelled[0]}' has no verdict; label every point of the card")
        return not strange and not unlabelled

    def _lines(self, path: Path, form: type[_AnyLine]) -> Iterator[tuple[int, _AnyLine]]:
        """Number (from 1) and content of each line that is of that form. Blank lines count for nothing."""
        for number, line in enumerate(_read(path).split(b"\n"), start=1):
            if not line.strip():
                continue
            try:
                row = form.model_validate(_parsed(line))
            except ValidationError as error:
                self._note_faults(path, number, error)
            except ValueError as error:
                self._note(path, number, "", str(error))
            else:
                yield number, row

    def _note_faults(self, path: Path, number: int, error: ValidationError) -> None:
        for fault in error.errors():
            place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"])
            missing = fault["type"] == "missing"
            self._note(path, number, place.removeprefix("."), "missing; add it" if missing else fault["msg"])

    def _note(self, path: Path, number: int, field: str, message: str) -> None:
        self.problems.append(Problem(str(path), number, field, message))


def _unknown_point(name: str) -> str:
    return f"'{name}' is no point of this card; name a point that it has"


def _labelled_answer(place: str, item: Item, row: _LabelledLine) -> GradedAnswer:
    verdicts = list(row.points.values())
    shares = [verdicts.count(verdict) / len(verdicts) for verdict in (Verdict.COVERED, Verdict.CONTRADICTED)]
    score = max(0.0, shares[0] - CONTRADICTION_COST * shares[1])
    return GradedAnswer(row.card_id, item, row.answer, score, row.kind, row.points, place)


def _form_of(path: Path) -> Format:
    """The form of the file's first line that is not blank."""
    lines = ((number, line) for number, line in enumerate(_read(path).split(b"\n"), start=1) if line.strip())
    number, first = next(lines, (1, b""))
    try:
        fields = _parsed(first)
    except ValueError as error:
        raise UnusableData(f"{path}:{number}: {error}. Give one JSON object a line.") from None
    if "answers" in fields or "key_points" in fields:
        return "interview"
    if "reference" in fields and "score" in fields:
        return "graded"
    if "card_id" in fields:
        raise UnusableData(
            f"{path}:{number}: these are labelled answers, whose cards stand elsewhere. Name the folder that has them "
            "in answers/."
        )
    raise UnusableData(
        f"{path}:{number}: neither graded answers ({FIELDS['graded']}) nor interview cards ({FIELDS['interview']}). "
        "Add the fields, or say with --format which is meant."
    )


def _parsed(line: bytes) -> dict[str, Any]:
    """Raises ValueError that says what is wrong."""
    try:
        fields = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 (byte {error.start}); save the file as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise ValueError(f"expected a JSON object, found {type(fields).__name__}")
    return fields


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnusableData(f"{path} can not be read: {error.strerror}") from error


def _read_split(path: Path) -> _Split:
    if not path.exists():
        raise UnusableData(f'{path} is missing: it says what --split takes, {{"topics": […], "cards": […]}}.')
    try:
        return _Split.model_validate(_parsed(_read(path)))
    except ValueError as error:
        raise UnusableData(f"{path}: {error}") from None
