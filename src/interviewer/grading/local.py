"""The offline grader: verdicts from embeddings, words and negation, with no network."""

from interviewer import __version__
from interviewer.domain.card import Anchor, Item
from interviewer.domain.grade import Band, Evidence, Grade, PointVerdict, Provenance, Verdict
from interviewer.errors import GradingError
from interviewer.grading.calibration import credit_of, score_of
from interviewer.grading.coverage import VERDICTS, AnswerReader, VerdictModel
from interviewer.grading.embedding import Embedder
from interviewer.grading.feedback import feedback_text
from interviewer.grading.interface import MAX_ANSWER_CHARACTERS
from interviewer.grading.nonanswers import NonAnswer, non_answer

SURE_OF_NON_ANSWER = 0.95
COVERED_FROM = 0.5
OFF_SUBJECT_SIMILARITY = 0.45
OFF_SUBJECT_SHARE = 0.3
"""An answer less similar to the reference than the one, with a smaller share of its content words in the card than the
other, is off the subject: most likely it answers another question. Only with aliases does a card hold enough of the
words that people use for the share to say so."""
OFF_SUBJECT_PROBABILITY = 0.75
"""What an answer off the subject needs for a covered point, which by chance lies near one of its many spans."""


class OfflineGrader:
    """Grades with an embedder and a verdict model. Deterministic."""

    def __init__(self, embedder: Embedder, verdicts: VerdictModel) -> None:
        self._embedder = embedder
        self._verdicts = verdicts
        self.provenance = Provenance(
            grader="offline", model=f"{embedder.name} + verdicts {verdicts.version}", version=__version__
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
        reader = AnswerReader(self._embedder, item, answer)
        points = tuple(self._verdict(reader, anchor) for anchor in item.anchors)
        score = round(score_of(points), 4)
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

    def _verdict(self, reader: AnswerReader, anchor: Anchor) -> PointVerdict:
        reading, weights = reader.read(anchor), self._verdicts.weights_for(anchor)
        by_verdict = dict(zip(VERDICTS, weights.probabilities(reading.features), strict=True))
        covered, contradicted = float(by_verdict[Verdict.COVERED]), float(by_verdict[Verdict.CONTRADICTED])
        credit = credit_of(covered)
        if contradicted >= weights.contradicted_from and contradicted > covered:
            verdict, span, credit = Verdict.CONTRADICTED, reading.against, 0.0
        elif covered >= (OFF_SUBJECT_PROBABILITY if anchor.aliases and _off_subject(reader) else COVERED_FROM):
            verdict, span = Verdict.COVERED, reading.support
        else:
            verdict, span, credit = Verdict.MISSING, reading.support, 0.0
        return PointVerdict(
            id=anchor.name,
            verdict=verdict,
            probability=round(float(by_verdict[verdict]), 4),
            credit=round(credit, 4),
            evidence=None if verdict is Verdict.MISSING else Evidence(quote=span.text, start=span.start, end=span.end),
        )

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


def _off_subject(reader: AnswerReader) -> bool:
    return reader.similarity < OFF_SUBJECT_SIMILARITY and reader.on_card < OFF_SUBJECT_SHARE
