"""What is measured of an answer for one anchor: by the cross-encoder, by embeddings and by words.

The embedder compares spans with the point, its aliases and its misconception; words tell negation and opposites; the
cross-encoder, when there is one, holds the whole answer against the point.
"""

import math
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from interviewer.domain.card import Anchor, Item
from interviewer.domain.words import content_stems, negations, numbers, tokens, turned
from interviewer.grading.embedding import Embedder, Vectors
from interviewer.grading.entailment import EntailmentModel, statement
from interviewer.grading.evidence import Span, spans
from interviewer.grading.windows import windows

TIGHTER = 0.03
"""Evidence is the shortest span that supports the point nearly as well (by this much) as the best one."""
LONGEST_COUNTED = 60
"""Words beyond which the length of an answer says nothing more."""
MOST_ODDS = 6.0
LONG_WINDOW = 128
"""Word pieces at which an answer is read at a time when it does not fit whole: about as long as answers mostly are."""
NEAR_MISCONCEPTION = 0.4
"""Cosine of the nearest span with the misconception from which on the cross-encoder is asked whether it is held."""
AGAINST_CANDIDATES = 4
"""Spans of an answer that are held against a point one by one, to find where it is contradicted."""
SHARED_WORDS_WEIGHT = 0.3
"""What the share of a statement's own words that a span has adds to its cosine, where a span is chosen as evidence."""


@dataclass(frozen=True)
class Features:
    """What is measured of one answer for one anchor. Cosines are -1 to 1, shares 0 to 1."""

    point: float
    """Highest cosine of a span with the point."""
    said: float
    """Highest cosine of a span with the point or an alias."""
    answer: float
    """Cosine of the whole answer with the point."""
    misconception: float
    """Highest cosine of a span with the misconception; with none given, that of the point less a fixed margin."""
    margin: float
    """At the span nearest to any of the statements: nearest right one less the misconception."""
    question: float
    """Cosine of the best span with the question: how much of the likeness is only the subject."""
    recall: float
    """Share of the point's (or the best alias's) content words, question words left out, that the answer has."""
    span_recall: float
    """The same within the best span."""
    misconception_recall: float
    """Share of the misconception's own words, those the point lacks, that the best span for it has."""
    negated: float
    """1 when the best span and the statement nearest to it differ in whether they are negated."""
    turned: float
    """1 when a word of the statement stands turned round in the best span."""
    numbers: float
    """1 when both have numbers and share none."""
    reference: float
    """Cosine of the whole answer with the reference answer."""
    on_card: float
    """Share of the answer's content words that stand anywhere in the card: whether it answers this question at all."""
    entails: float
    """Log odds, from the cross-encoder, that the answer covers the point; at most `MOST_ODDS` either way, 0 without a
    cross-encoder."""
    contradicts: float
    """The same for contradicting it."""
    errs: float
    """The same for covering the misconception; the least there is when no span comes near it, or none is given."""
    length: float
    """Natural logarithm of one more than the number of words, at most that of 60: a lone term states little."""

    def vector(self) -> list[float]:
        return [float(getattr(self, field.name)) for field in fields(self)]


FEATURES = tuple(field.name for field in fields(Features))


@dataclass(frozen=True)
class Reading:
    """Features of one anchor, and the spans that a verdict on it would quote."""

    features: Features
    support: Span
    """The tightest span that says the point."""
    against: Span
    """The tightest span that contradicts it, as far as embeddings tell."""


class AnswerReader:
    """One answer, embedded once, read against any number of anchors."""

    def __init__(self, embedder: Embedder, item: Item, answer: str, entailment: EntailmentModel | None = None) -> None:
        self._embedder = embedder
        self._entailment = entailment
        self._answer = answer
        self._item = item
        self.spans = spans(answer)
        self._vectors = embedder.embed_spans(answer, [(span.start, span.end) for span in self.spans])
        self._words = [tokens(span.text) for span in self.spans]
        self._stems = [content_stems(span.text) for span in self.spans]
        self._answer_words = tokens(answer)
        self._answer_stems = content_stems(answer)
        whole, reference, question = embedder.embed([answer, item.reference, item.question])
        self._whole, self._question = whole, question
        self.similarity = float(whole @ reference)

    @cached_property
    def on_card(self) -> float:
        """Share of the answer's content words that stand anywhere in the card, 0 to 1."""
        texts = [self._item.question, self._item.reference]
        for anchor in self._item.anchors:
            texts += [anchor.point, *anchor.aliases]
        return len(self._answer_stems & content_stems(" ".join(texts))) / max(1, len(self._answer_stems))

    def beside_reference(self) -> tuple[float, float, float]:
        """Cosine with the reference, share of its content words said, and length as a share of it: 0 to 1 each."""
        stems = content_stems(self._item.reference)
        recall = len(stems & self._answer_stems) / len(stems) if stems else 0.0
        length = len(self._answer_words) / max(1, len(tokens(self._item.reference)))
        return max(0.0, self.similarity), recall, min(1.0, length)

    @cached_property
    def _asked(self) -> frozenset[str]:
        return content_stems(self._item.question)

    @cached_property
    def _pieces(self) -> list[tuple[int, int]]:
        return self._entailment.pieces(self._answer) if self._entailment else []

    def _odds(self, claim: str) -> tuple[float, float]:
        """Log odds that the answer covers `claim`, and that it contradicts it: of each the strongest of any window."""
        if self._entailment is None:
            return 0.0, 0.0
        said = statement(self._item.question, claim)
        room = self._entailment.room(said)
        stretches = windows(self._answer, self._pieces, room if len(self._pieces) <= room else min(room, LONG_WINDOW))
        rows = self._entailment.probabilities(said, [self._answer[start:end] for start, end in stretches])
        covered, contradicted = (log_odds(float(rows[:, column].max())) for column in (1, 2))
        return covered, contradicted

    def _errs(self, anchor: Anchor, nearness: float) -> float:
        if self._entailment is None or anchor.misconception is None or nearness < NEAR_MISCONCEPTION:
            return -MOST_ODDS
        return self._odds(anchor.misconception)[0]

    def read(self, anchor: Anchor) -> Reading:
        right = [anchor.point, *anchor.aliases]
        right_vectors = self._embedder.embed(right)
        to_right = self._vectors @ right_vectors.T
        to_point, nearest = to_right[:, 0], to_right.max(axis=1)
        if anchor.misconception is not None:
            to_wrong: Vectors = self._vectors @ self._embedder.embed([anchor.misconception])[0]
        else:
            to_wrong = to_point - np.float32(0.08)
        best, worst = int(nearest.argmax()), int(to_wrong.argmax())
        focus = int(np.maximum(nearest, to_wrong).argmax())
        statement = right[int(to_right[focus].argmax())]
        statement_stems = content_stems(statement)
        own = [content_stems(text) - self._asked or content_stems(text) for text in right]
        wrong = content_stems(anchor.misconception or "") - content_stems(anchor.point) - self._asked
        entails, contradicts = self._odds(anchor.point)
        features = Features(
            point=float(to_point.max()),
            said=float(nearest[best]),
            answer=float(self._whole @ right_vectors[0]),
            misconception=float(to_wrong[worst]),
            margin=float(nearest[focus] - to_wrong[focus]),
            question=float(self._vectors[best] @ self._question),
            recall=max(len(stems & self._answer_stems) / len(stems) if stems else 0.0 for stems in own),
            span_recall=max(len(stems & self._stems[best]) / len(stems) if stems else 0.0 for stems in own),
            misconception_recall=len(wrong & self._stems[worst]) / len(wrong) if wrong else 0.0,
            negated=float(bool(negations(self._words[focus])) != bool(negations(tokens(statement)))),
            turned=turned(statement_stems, self._stems[focus]),
            numbers=float(self._differ_in_numbers(statement, focus)),
            reference=self.similarity,
            on_card=self.on_card,
            entails=entails,
            contradicts=contradicts,
            errs=self._errs(anchor, float(to_wrong[worst])),
            length=math.log1p(min(len(self._answer_words), LONGEST_COUNTED)),
        )
        shared = np.array(
            [max((len(stems & said) / len(stems) if stems else 0.0) for stems in own) for said in self._stems]
        )
        support = nearest + np.float32(SHARED_WORDS_WEIGHT) * shared
        return Reading(features, self._tightest(support), self._tightest(to_wrong))

    def _differ_in_numbers(self, statement: str, focus: int) -> bool:
        wanted, said = numbers(tokens(statement)), numbers(self._words[focus])
        return bool(wanted) and bool(said) and not wanted & said

    def against(self, anchor: Anchor, reading: Reading) -> Span:
        """The tightest span that contradicts the point: of those that speak of it, the one that the cross-encoder, when
        there is one, finds most against it."""
        if self._entailment is None or len(self.spans) == 1:
            return reading.against
        right = self._embedder.embed([anchor.point, *([anchor.misconception] if anchor.misconception else [])])
        nearness = (self._vectors @ right.T).max(axis=1)
        chosen = np.argsort(-nearness, kind="stable")[:AGAINST_CANDIDATES]
        said = statement(self._item.question, anchor.point)
        rows = self._entailment.probabilities(said, [self.spans[index].text for index in chosen])
        strength = np.full(len(self.spans), -1.0, dtype=np.float32)
        strength[chosen] = rows[:, 2]
        return self._tightest(strength)

    def _tightest(self, support: Vectors) -> Span:
        """The shortest of the spans that overlap the one with the most support and have nearly as much."""
        best = int(support.argmax())
        top = self.spans[best]
        candidates = [
            span
            for span, strength in zip(self.spans, support, strict=True)
            if strength >= support[best] - TIGHTER and span.start < top.end and top.start < span.end
        ]
        return min(candidates, key=lambda span: (span.end - span.start, span.start))


def log_odds(probability: float) -> float:
    """ln(p / (1 - p)), at most `MOST_ODDS` either way."""
    least = 1 / (1 + math.exp(MOST_ODDS))
    bounded = min(1 - least, max(least, probability))
    return math.log(bounded / (1 - bounded))
