"""Answers whose grades people know, and what a grader and the baselines make of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from interviewer.domain.card import Item
from interviewer.domain.grade import Grade, PointVerdict, Verdict
from interviewer.errors import GradingError
from interviewer.evals import baselines
from interviewer.evals.metrics import VERDICTS, Rows, Scores
from interviewer.grading.embedding import Embedder
from interviewer.grading.interface import Grader

CORRECT = "correct"
"""The label that makes a data set's labels classes of correctness: it against all others."""


@dataclass(frozen=True)
class GradedAnswer:
    """An answer with what people gave it."""

    question_id: str
    item: Item
    answer: str
    score: float
    """The human grade, 0 to 1."""
    label: str = ""
    """The kind of answer, or the data set's own class; empty when it has none."""
    points: Mapping[str, Verdict] = field(default_factory=dict)
    """People's verdict by anchor name; empty when only the score is known."""
    place: str = ""
    """`file:line`."""


@dataclass(frozen=True)
class Assessed:
    """What the grader and the cosine say of one answer."""

    grade: Grade
    cosine: float
    """Of the whole answer with the reference, 0 to 1."""
    nearest: Mapping[str, float]
    """For the anchors asked for: the cosine of the point with the answer's nearest sentence, 0 to 1."""


@dataclass(frozen=True)
class Failed:
    """An answer that could not be graded. It gets no score."""

    reason: str


def assess(
    grader: Grader, embedder: Embedder, item: Item, answer: str, anchors: Sequence[str] = ()
) -> Assessed | Failed:
    """Grade `answer`, and measure it with the baselines that need the embedder, for `anchors` point by point."""
    try:
        grade = grader.grade(item, answer)
    except GradingError as error:
        return Failed(str(error))
    points = [item.anchor(name).point for name in anchors]
    nearest = dict(zip(anchors, baselines.nearest_sentences(embedder, answer, points), strict=True))
    return Assessed(grade, baselines.cosine(embedder, answer, item.reference), nearest)


@dataclass(frozen=True)
class Points:
    """The labelled points of a set of answers, one row each."""

    human: Rows
    """People's verdicts, as places in `VERDICTS`."""
    called: Rows
    probability: Scores
    """How probable the grader holds the verdict that it called to be."""
    contradiction: Scores
    """How probable the grader holds a contradiction to be; from a grader that says so of the contradictions it calls
    alone, 0 for all other points."""
    nearest: Scores
    """Cosine of the point with the answer's nearest sentence, 0 to 1."""
    questions: tuple[str, ...]

    @property
    def right(self) -> Scores:
        return np.asarray(self.human == self.called, dtype=np.float64)


@dataclass(frozen=True)
class Measured:
    """A set of answers with the grades of one grader and the scores of the baselines."""

    name: str
    answers: tuple[GradedAnswer, ...]
    """Those that could be graded; at least one."""
    assessed: tuple[Assessed, ...]
    scores: Mapping[str, Scores]
    """Predicted scores by system, the grader first; each (len(answers),), 0 to 1."""
    failed: tuple[tuple[GradedAnswer, Failed], ...] = ()

    @classmethod
    def of(cls, name: str, answers: Sequence[GradedAnswer], outcomes: Sequence[Assessed | Failed]) -> "Measured | None":
        """None when no answer could be graded."""
        pairs = list(zip(answers, outcomes, strict=True))
        done = [(answer, outcome) for answer, outcome in pairs if isinstance(outcome, Assessed)]
        failed = tuple((answer, outcome) for answer, outcome in pairs if isinstance(outcome, Failed))
        if not done:
            return None
        kept, assessed = (tuple(column) for column in zip(*done, strict=True))
        human = np.array([row.score for row in kept], dtype=np.float64)
        scores = {
            assessed[0].grade.provenance.grader: np.array([each.grade.score for each in assessed], dtype=np.float64),
            baselines.COSINE: np.array([each.cosine for each in assessed], dtype=np.float64),
            baselines.RECALL: np.array([baselines.token_recall(row.answer, row.item.reference) for row in kept]),
            baselines.LENGTH: baselines.length([row.answer for row in kept]),
            baselines.MEAN: np.full(len(kept), human.mean()),
        }
        return cls(name, kept, assessed, scores, failed)

    @property
    def grader(self) -> str:
        """What the grader is called in `scores`."""
        return next(iter(self.scores))

    @property
    def human(self) -> Scores:
        return np.array([row.score for row in self.answers], dtype=np.float64)

    @property
    def questions(self) -> list[str]:
        return [row.question_id for row in self.answers]

    @property
    def confidence(self) -> Scores:
        return np.array([each.grade.confidence for each in self.assessed], dtype=np.float64)

    @property
    def error(self) -> Scores:
        """How far the grader's score is from the human one, (len(answers),), 0 to 1."""
        return np.abs(self.human - self.scores[self.grader])

    @property
    def kinds(self) -> list[str]:
        """The labels, in the order in which they occur first."""
        return list(dict.fromkeys(row.label for row in self.answers if row.label))

    @property
    def correct(self) -> Rows | None:
        """1 for the answers labelled correct, 0 for others; None for a set without such labels."""
        if CORRECT not in self.kinds or not all(row.label for row in self.answers):
            return None
        return np.array([row.label == CORRECT for row in self.answers], dtype=np.intp)

    def points(self) -> Points | None:
        """The points that people gave a verdict on; None when there are none."""
        rows = [
            (verdict, each.grade.point(name), each.nearest[name], row.question_id)
            for row, each in zip(self.answers, self.assessed, strict=True)
            for name, verdict in row.points.items()
        ]
        if not rows:
            return None
        called = [point.verdict for _, point, _, _ in rows]
        probability = np.array([point.probability for _, point, _, _ in rows], dtype=np.float64)
        return Points(
            human=np.array([VERDICTS.index(verdict) for verdict, _, _, _ in rows], dtype=np.intp),
            called=np.array([VERDICTS.index(verdict) for verdict in called], dtype=np.intp),
            probability=probability,
            contradiction=np.array([_contradiction(point) for _, point, _, _ in rows], dtype=np.float64),
            nearest=np.array([cosine for _, _, cosine, _ in rows], dtype=np.float64),
            questions=tuple(question for _, _, _, question in rows),
        )


def _contradiction(point: PointVerdict) -> float:
    if point.contradicted is not None:
        return point.contradicted
    return point.probability if point.verdict is Verdict.CONTRADICTED else 0.0
