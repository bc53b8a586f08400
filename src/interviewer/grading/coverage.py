"""Verdicts on anchors: what the spans of an answer say about a point, read by a small logistic model.

The features compare spans with the point, its aliases and its misconception by embedding and by words, and look for
what an embedding can not see: negation and opposites. `training/fit_verdicts.py` fits the weights.
"""

import json
import math
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interviewer.domain.card import Anchor, Item
from interviewer.domain.grade import Verdict
from interviewer.domain.words import content_stems, negations, tokens, turned
from interviewer.errors import ModelError
from interviewer.grading.embedding import Embedder, Vectors
from interviewer.grading.evidence import Span, spans

SHIPPED_VERDICTS = Path(__file__).parents[1] / "models" / "verdicts.json"
VERDICTS = (Verdict.MISSING, Verdict.COVERED, Verdict.CONTRADICTED)
TIGHTER = 0.03
"""Evidence is the shortest span that supports the point nearly as well (by this much) as the best one."""
LONGEST_COUNTED = 60
"""Words beyond which the length of an answer says nothing more."""
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
    reference: float
    """Cosine of the whole answer with the reference answer."""
    on_card: float
    """Share of the answer's content words that stand anywhere in the card: whether it answers this question at all."""
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
    """The tightest span that contradicts it."""


@dataclass(frozen=True)
class Weights:
    """One logistic regression, and from which probabilities on its verdicts are called."""

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    """(3, features)"""
    bias: NDArray[np.float64]
    contradicted_from: float
    """P(contradicted) from which on a contradiction is called."""

    def probabilities(self, features: Features) -> NDArray[np.float64]:
        """P(missing), P(covered), P(contradicted): shape (3,), sum 1."""
        logits = self.weights @ ((np.array(features.vector()) - self.mean) / self.scale) + self.bias
        exponents = np.exp(logits - logits.max())
        return np.asarray(exponents / exponents.sum(), dtype=np.float64)


class VerdictModel:
    """Multinomial logistic regressions over `Features`, from a JSON file.

    There are two: for anchors with aliases or a misconception, and for bare ones, which have a point and no more.
    """

    def __init__(self, path: Path = SHIPPED_VERDICTS) -> None:
        """Raises ModelError when the file is missing, damaged or made for other features."""
        try:
            fitted = json.loads(path.read_text(encoding="utf-8"))
            if tuple(fitted["features"]) != FEATURES or tuple(fitted["classes"]) != VERDICTS:
                raise ModelError(f"{path} was fitted for other features. Run training/fit_verdicts.py.")
            self.version: str = fitted["version"]
            self._full, self._bare = _weights(fitted["full"]), _weights(fitted["bare"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"The verdict weights {path} can not be read: {error}. Install interviewer again."
            ) from error

    def weights_for(self, anchor: Anchor) -> Weights:
        return self._full if anchor.aliases or anchor.misconception else self._bare


def _weights(fields: dict[str, Any]) -> Weights:
    """Raises ValueError when a number is missing or an array has the wrong shape."""

    def array(name: str, *shape: int) -> NDArray[np.float64]:
        values = np.array(fields[name], dtype=np.float64)
        if values.shape != shape or not np.isfinite(values).all():
            raise ValueError(f"'{name}' should hold numbers of the shape {shape}")
        return values

    features = len(FEATURES)
    return Weights(
        mean=array("mean", features),
        scale=array("scale", features),
        weights=array("weights", len(VERDICTS), features),
        bias=array("bias", len(VERDICTS)),
        contradicted_from=float(array("contradicted_from")),
    )


class AnswerReader:
    """One answer, embedded once, read against any number of anchors."""

    def __init__(self, embedder: Embedder, item: Item, answer: str) -> None:
        self._embedder = embedder
        self._item = item
        self.spans = spans(answer)
        self._vectors = embedder.embed([span.text for span in self.spans])
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

    @cached_property
    def _asked(self) -> frozenset[str]:
        return content_stems(self._item.question)

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
            reference=self.similarity,
            on_card=self.on_card,
            length=math.log1p(min(len(self._answer_words), LONGEST_COUNTED)),
        )
        shared = np.array(
            [max((len(stems & said) / len(stems) if stems else 0.0) for stems in own) for said in self._stems]
        )
        support = nearest + np.float32(SHARED_WORDS_WEIGHT) * shared
        return Reading(features, self._tightest(support), self._tightest(to_wrong))

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
