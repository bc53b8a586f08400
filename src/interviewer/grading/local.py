"""The graders that need no network: by cross-encoder and embeddings, or by embeddings alone."""

from dataclasses import dataclass

from interviewer import __version__
from interviewer.domain.card import Anchor, Item, ReferenceItem
from interviewer.domain.grade import Band, Evidence, Grade, PointVerdict, Provenance, Verdict
from interviewer.errors import GradingError
from interviewer.grading.calibration import credit_of, nearness_share, score_of
from interviewer.grading.coverage import VERDICTS, Calibration, Weights
from interviewer.grading.embedding import Embedder
from interviewer.grading.entailment import EntailmentModel
from interviewer.grading.features import AnswerReader, Reading
from interviewer.grading.feedback import feedback_text
from interviewer.grading.interface import MAX_ANSWER_CHARACTERS
from interviewer.grading.nonanswers import NonAnswer, non_answer

SURE_OF_NON_ANSWER = 0.95
COVERED_FROM = 0.5


class OfflineGrader:
    """Grades with an embedder, a calibration and, unless it is the grader `embeddings`, a cross-encoder. Deterministic.

    The calibration has to be the one for the same way of grading.
    """

    def __init__(self, embedder: Embedder, entailment: EntailmentModel | None, calibration: Calibration) -> None:
        self._embedder = embedder
        self._entailment = entailment
        self._calibration = calibration
        models = [*([entailment.name] if entailment else []), embedder.name, f"calibration {calibration.version}"]
        self.provenance = Provenance(
            grader="offline" if entailment else "embeddings", model=" + ".join(models), version=__version__
        )

    def prepare(self, item: Item) -> None:
        """Embed the texts of the item, so that they are at hand when its answer comes."""
        texts = [item.reference, item.question]
        for anchor in item.anchors:
            texts += [anchor.point, *anchor.aliases]
            if anchor.misconception is not None:
                texts.append(anchor.misconception)
        self._embedder.embed(texts)

    def grade(self, item: Item, answer: str) -> Grade:
        if len(answer) > MAX_ANSWER_CHARACTERS:
            raise GradingError(f"The answer has {len(answer)} characters; at most {MAX_ANSWER_CHARACTERS} are read.")
        if (reason := non_answer(item, answer)) is not None:
            return self._no_credit(item, reason)
        reader = AnswerReader(self._embedder, item, answer, self._entailment)
        readings = [self._read(reader, anchor) for anchor in item.anchors]
        points = tuple(self._verdict(reader, each) for each in readings)
        score = round(self._score(item, reader, readings, points), 4)
        band = Band.of(score)
        confidence = sum(point.probability for point in points) / len(points)
        return Grade(
            score=score,
            band=band,
            confidence=round(confidence, 4),
            points=points,
            feedback=feedback_text(item, points, band, confidence),
            similarity=round(reader.similarity, 4),
            provenance=self.provenance,
        )

    def _read(self, reader: AnswerReader, anchor: Anchor) -> "_Read":
        reading, weights = reader.read(anchor), self._calibration.weights_for(anchor)
        by_verdict = dict(zip(VERDICTS, map(float, weights.probabilities(reading.features)), strict=True))
        return _Read(anchor, reading, weights, by_verdict)

    def _verdict(self, reader: AnswerReader, read: "_Read") -> PointVerdict:
        covered, contradicted = read.probability[Verdict.COVERED], read.probability[Verdict.CONTRADICTED]
        credit = credit_of(covered)
        if contradicted >= read.weights.contradicted_from and contradicted > covered:
            verdict, span, credit = Verdict.CONTRADICTED, reader.against(read.anchor, read.reading), 0.0
        elif covered >= COVERED_FROM:
            verdict, span = Verdict.COVERED, read.reading.support
        else:
            verdict, span, credit = Verdict.MISSING, read.reading.support, 0.0
        return PointVerdict(
            id=read.anchor.name,
            verdict=verdict,
            probability=round(read.probability[verdict], 4),
            contradicted=round(contradicted, 4),
            credit=round(credit, 4),
            evidence=None if verdict is Verdict.MISSING else Evidence(quote=span.text, start=span.start, end=span.end),
        )

    def _score(
        self, item: Item, reader: AnswerReader, readings: "list[_Read]", points: tuple[PointVerdict, ...]
    ) -> float:
        if not isinstance(item, ReferenceItem):
            return score_of(points)
        shares = [
            sum(read.probability[verdict] for read in readings) / len(readings)
            for verdict in (Verdict.COVERED, Verdict.CONTRADICTED)
        ]
        nearness = max(reader.similarity, *(read.probability[Verdict.COVERED] for read in readings))
        return nearness_share(nearness) * self._calibration.reference_score.of([*shares, *reader.beside_reference()])

    def _no_credit(self, item: Item, reason: NonAnswer) -> Grade:
        return Grade(
            score=0.0,
            band=Band.NO_ANSWER,
            confidence=SURE_OF_NON_ANSWER,
            points=tuple(
                PointVerdict(id=anchor.name, verdict=Verdict.MISSING, probability=SURE_OF_NON_ANSWER, credit=0.0)
                for anchor in item.anchors
            ),
            feedback=reason.value,
            provenance=self.provenance,
        )


@dataclass(frozen=True)
class _Read:
    """What the calibration makes of one anchor."""

    anchor: Anchor
    reading: Reading
    weights: Weights
    probability: dict[Verdict, float]
