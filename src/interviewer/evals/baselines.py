"""What a grader has to beat to be worth its cost."""

from collections.abc import Sequence

import numpy as np

from interviewer.domain.words import content_stems, tokens
from interviewer.evals.metrics import VERDICTS, Rows, Scores
from interviewer.grading.embedding import Embedder
from interviewer.grading.evidence import sentences

COSINE, RECALL, LENGTH, MEAN = "MiniLM cosine", "token recall", "length", "mean"
"""Scores of whole answers."""
NEAREST, MAJORITY = "nearest sentence, best threshold", "majority verdict"
"""Verdicts on points."""

ABOUT = (
    "The baselines are not calibrated: MiniLM cosine of the whole answer with the reference; token recall, the share "
    "of the reference's content words that the answer has; length, n / (n + the set's median number of words); and "
    "the set's own mean human score for every answer, which no grader can know."
)


def cosine(embedder: Embedder, answer: str, statement: str) -> float:
    """Cosine of the embeddings, negative ones as 0; 0 for an answer without a word."""
    if not tokens(answer):
        return 0.0
    one, other = embedder.embed([answer, statement])
    return float(np.clip(one @ other, 0.0, 1.0))


def nearest_sentences(embedder: Embedder, answer: str, points: Sequence[str]) -> list[float]:
    """For each point its highest cosine with a sentence of the answer, 0 to 1; 0 for an answer without a word."""
    pieces = [span.text for span in sentences(answer)]
    if not pieces or not points:
        return [0.0] * len(points)
    cosines = embedder.embed(list(points)) @ embedder.embed(pieces).T
    return [float(value) for value in np.clip(cosines.max(axis=1), 0.0, 1.0)]


def token_recall(answer: str, reference: str) -> float:
    """The share of the reference's content stems that the answer has, 0 to 1; 0 when the reference has none."""
    wanted = content_stems(reference)
    return len(wanted & content_stems(answer)) / len(wanted) if wanted else 0.0


def length(answers: Sequence[str]) -> Scores:
    """n / (n + m) for an answer of n words, m the median of all answers: rising, 0 for silence, 0.5 at the median."""
    words = np.array([len(answer.split()) for answer in answers], dtype=np.float64)
    return np.asarray(words / (words + max(1.0, float(np.median(words)))), dtype=np.float64)


_COVERED, _MISSING = (VERDICTS.index(verdict) for verdict in VERDICTS[:2])


def best_threshold(human: Rows, nearest: Scores) -> float:
    """The cosine from which to call a point covered, else missing, so that macro-F1 on these very rows is highest.

    `human` are places in `VERDICTS`. The lowest such cosine; it never calls a contradiction.
    """
    floors, places = np.unique(nearest, return_inverse=True)

    def from_each_floor(rows: Rows) -> Scores:
        """How many of `rows` lie at or above each floor."""
        counts = np.bincount(places[rows], minlength=len(floors))
        return np.cumsum(counts[::-1])[::-1].astype(np.float64)

    covered, missing = np.flatnonzero(human == _COVERED), np.flatnonzero(human == _MISSING)
    called = from_each_floor(np.arange(len(human)))
    hits, wrong = from_each_floor(covered), from_each_floor(missing)
    f1_covered = 2 * hits / (called + len(covered))
    f1_missing = 2 * (len(missing) - wrong) / np.maximum(1, len(human) - called + len(missing))
    return float(floors[int(np.argmax(f1_covered + f1_missing))])


def thresholded(nearest: Scores, floor: float) -> Rows:
    """Covered from `floor` on, else missing, as places in `VERDICTS`."""
    return np.where(nearest >= floor, _COVERED, _MISSING).astype(np.intp)


def majority(human: Rows) -> Rows:
    """The most frequent of these verdicts, for each row."""
    return np.full(len(human), np.bincount(human).argmax(), dtype=np.intp)
