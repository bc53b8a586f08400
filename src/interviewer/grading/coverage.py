"""Verdicts on anchors: what is measured of an answer, read by small logistic models.

`training/fit_calibration.py` fits the weights, on answers to cards that the cross-encoder was not trained on, so that
the probabilities mean what they say.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interviewer.domain.card import Anchor
from interviewer.domain.grade import Verdict
from interviewer.errors import ModelError
from interviewer.grading.features import FEATURES, Features

SHIPPED_CALIBRATION = Path(__file__).parents[1] / "models" / "calibration.json"
VERDICTS = (Verdict.MISSING, Verdict.COVERED, Verdict.CONTRADICTED)


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


REFERENCE_FEATURES = ("covered", "contradicted", "similarity", "recall", "length")
"""What the score of a question that brings a reference alone is made of, each 0 to 1: mean P(covered) and mean
P(contradicted) of the points derived from the reference, cosine of the answer with it, share of its content words that
the answer has, and length of the answer in words as a share of the reference's, at most 1."""


@dataclass(frozen=True)
class ReferenceScore:
    """A linear model over `REFERENCE_FEATURES`. People who grade such answers by hand look beyond the sentences of the
    reference, and so does it."""

    weights: NDArray[np.float64]
    """(len(REFERENCE_FEATURES),)"""
    bias: float

    def of(self, features: Sequence[float]) -> float:
        """The score, 0 to 1."""
        return float(min(1.0, max(0.0, self.weights @ np.array(features) + self.bias)))


class Calibration:
    """What turns measurements into probabilities and scores, for one way of grading, from a JSON file.

    There are two sets of verdict weights: for anchors with aliases or a misconception, and for bare ones, which have a
    point and no more; and one for the score of a question that brings a reference alone.
    """

    def __init__(self, path: Path = SHIPPED_CALIBRATION, *, entailment: bool = True) -> None:
        """`entailment`: whether a cross-encoder measures too. Raises ModelError when the file is missing, damaged or
        made for other features."""
        try:
            fitted = json.loads(path.read_text(encoding="utf-8"))
            names = (tuple(fitted["features"]), tuple(fitted["reference_features"]), tuple(fitted["classes"]))
            if names != (FEATURES, REFERENCE_FEATURES, VERDICTS):
                raise ModelError(f"{path} was fitted for other features. Run training/fit_calibration.py.")
            self.version: str = fitted["version"]
            chosen = fitted["entailment" if entailment else "embeddings"]
            self._full, self._bare = _weights(chosen["full"]), _weights(chosen["bare"])
            score = chosen["reference"]
            self.reference_score = ReferenceScore(
                _array(score, "weights", len(REFERENCE_FEATURES)), float(_array(score, "bias"))
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"The calibration {path} can not be read: {error}. Install interviewer again.") from error

    def weights_for(self, anchor: Anchor) -> Weights:
        return self._full if anchor.aliases or anchor.misconception else self._bare


def _weights(fields: dict[str, Any]) -> Weights:
    """Raises ValueError when a number is missing or an array has the wrong shape."""
    features = len(FEATURES)
    return Weights(
        mean=_array(fields, "mean", features),
        scale=_array(fields, "scale", features),
        weights=_array(fields, "weights", len(VERDICTS), features),
        bias=_array(fields, "bias", len(VERDICTS)),
        contradicted_from=float(_array(fields, "contradicted_from")),
    )


def _array(fields: dict[str, Any], name: str, *shape: int) -> NDArray[np.float64]:
    values = np.array(fields[name], dtype=np.float64)
    if values.shape != shape or not np.isfinite(values).all():
        raise ValueError(f"'{name}' should hold numbers of the shape {shape}")
    return values
