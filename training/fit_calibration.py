"""Fit the calibration: from what is measured of an answer to a probability for each verdict, and to a score.

    pip install -e '.[train]'
    python training/fit_calibration.py --data DATA

Fits on answers to cards that the cross-encoder was not trained on, and writes
`src/interviewer/models/calibration.json`. Deterministic. Before each final fit it prints what is reached on cards that
the fit left out, five folds of whole cards.

There are two graders, with the cross-encoder (`entailment`) and with embeddings alone (`embeddings`), and three forms
of a question: `full` anchors with aliases and a misconception, `bare` ones with a point and no more, and a `reference`
alone.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from examples import LabelledCard, calibrates, labelled_cards, read_lines, split_cards
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import classification_report
from sklearn.model_selection import GroupKFold

from interviewer.bank.loader import load_bank
from interviewer.config import shipped_folder
from interviewer.domain.card import Anchor, Item
from interviewer.domain.grade import Verdict
from interviewer.grading.calibration import CONTRADICTION_COST
from interviewer.grading.coverage import REFERENCE_FEATURES, SHIPPED_CALIBRATION, VERDICTS
from interviewer.grading.embedding import OnnxEmbedder
from interviewer.grading.entailment import SHIPPED_ENTAILMENT, EntailmentModel, OnnxEntailment
from interviewer.grading.features import FEATURES, AnswerReader
from interviewer.grading.keypoints import reference_item
from interviewer.grading.local import COVERED_FROM
from interviewer.grading.nonanswers import non_answer

REGULARISATION = 0.3
"""Inverse strength of the L2 penalty on standardised features."""
FOLDS = 5
FOREIGN = 4
"""Answers to other cards added to each card, all its points missing."""
LEAST_CALLS = 10
"""Contradictions called on left-out cards below which their precision says nothing."""
CONTRADICTED_PRECISION = 0.75
"""The share of contradictions called on left-out cards that shall be right: it sets the threshold."""

Rows = NDArray[np.float64]
MISSING, COVERED, CONTRADICTED = range(3)


@dataclass(frozen=True)
class Points:
    """Points of answers, one row each."""

    features: Rows
    """(n, len(FEATURES))"""
    labels: NDArray[np.int64]
    """(n,), an index into VERDICTS."""
    cards: NDArray[np.str_]
    own: NDArray[np.bool_]
    """(n,), True for what a candidate answered to the card. Thresholds are set on these alone."""


def answered(cards: list[LabelledCard]) -> Iterator[tuple[LabelledCard, str, dict[str, str], bool]]:
    """Each card with its answers, answers to other cards, its reference, and words that state nothing."""
    chance = np.random.default_rng(0)
    for card in cards:
        nothing = dict.fromkeys(card.points, "missing")
        for row in card.answers:
            yield card, row["answer"], row["points"], True
        for other in chance.choice([each for each in cards if each is not card], size=FOREIGN):  # type: ignore[arg-type]
            yield card, other.answers[int(chance.integers(len(other.answers)))]["answer"], nothing, False
        yield card, card.reference, dict.fromkeys(card.points, "covered"), False
        yield card, " ".join(name.replace("_", " ") for name in card.points), nothing, False


def bare(card: LabelledCard) -> Item:
    anchors = tuple(Anchor(name=name, point=point) for name, point in card.points.items())
    return Item(question=card.question, reference=card.reference, anchors=anchors)


def points_of(
    cards: list[LabelledCard], full: dict[str, Item] | None, embedder: OnnxEmbedder, model: EntailmentModel | None
) -> Points:
    """`full`: the bank's cards, to measure with their aliases and misconceptions; None for bare anchors."""
    features, labels, ids, own = [], [], [], []
    for card, answer, verdicts, is_own in answered(cards):
        item = bare(card) if full is None else full[card.id]
        if non_answer(item, answer) is not None:
            continue
        reader = AnswerReader(embedder, item, answer, model)
        for anchor in item.anchors:
            features.append(reader.read(anchor).features.vector())
            labels.append(VERDICTS.index(Verdict(verdicts[anchor.name])))
            ids.append(card.id)
            own.append(is_own)
    return Points(np.array(features), np.array(labels), np.array(ids), np.array(own))


def fitted(features: Rows, labels: NDArray[np.int64]) -> tuple[LogisticRegression, Rows, Rows]:
    mean, scale = features.mean(0), features.std(0)
    scale[scale < 1e-6] = 1.0  # a feature that is constant, as the cross-encoder's are without one
    model = LogisticRegression(C=REGULARISATION, max_iter=3000)
    return model.fit((features - mean) / scale, labels), mean, scale


def left_out(points: Points) -> Rows:
    """Probabilities (n, 3) of each point from a fit that left its card out."""
    probabilities = np.zeros((len(points.labels), len(VERDICTS)))
    for rest, held in GroupKFold(FOLDS).split(points.features, groups=points.cards):
        model, mean, scale = fitted(points.features[rest], points.labels[rest])
        probabilities[held] = model.predict_proba((points.features[held] - mean) / scale)
    return probabilities


def contradicted_threshold(probabilities: Rows, labels: NDArray[np.int64]) -> float:
    """The lowest P(contradicted) from which calls are right often enough; 1.0, which is never reached, if none is."""
    against = probabilities[:, CONTRADICTED]
    for threshold in np.arange(0.2, 0.95, 0.01):
        calls = (against >= threshold) & (against > probabilities[:, COVERED])
        if calls.sum() >= LEAST_CALLS and (labels[calls] == CONTRADICTED).mean() >= CONTRADICTED_PRECISION:
            return float(round(threshold, 2))
    return 1.0


def called(probabilities: Rows, contradicted_from: float) -> NDArray[np.int64]:
    """The verdict of each row, as the grader gives it."""
    calls = np.where(probabilities[:, COVERED] >= COVERED_FROM, COVERED, MISSING)
    against = probabilities[:, CONTRADICTED]
    calls[(against >= contradicted_from) & (against > probabilities[:, COVERED])] = CONTRADICTED
    return calls


def fit_points(points: Points, form: str) -> dict[str, Any]:
    """Print what the fit reaches on left-out cards, and return the weights fitted on all of them."""
    counts = ", ".join(f"{(points.labels == index).sum()} {verdict}" for index, verdict in enumerate(VERDICTS))
    print(f"\n{form} anchors: {len(points.labels)} points of {len(set(points.cards))} cards ({counts})")
    probabilities = left_out(points)[points.own]
    labels = points.labels[points.own]
    against = contradicted_threshold(probabilities, labels)
    names = [str(verdict) for verdict in VERDICTS]
    print("On left-out cards, answers to the card's own question:")
    print(classification_report(labels, called(probabilities, against), target_names=names, digits=3, zero_division=0))
    model, mean, scale = fitted(points.features, points.labels)
    for name, weights in zip(FEATURES, model.coef_.T, strict=True):
        print(f"  {name:<22}" + "".join(f"{value:9.2f}" for value in weights))
    print(f"contradicted from {against:.2f}")
    return {
        "mean": mean.round(6).tolist(),
        "scale": scale.round(6).tolist(),
        "weights": model.coef_.round(6).tolist(),
        "bias": model.intercept_.round(6).tolist(),
        "contradicted_from": against,
    }


def fit_reference(
    data: Path | None,
    cards: list[LabelledCard],
    embedder: OnnxEmbedder,
    model: EntailmentModel | None,
    weights: dict[str, Any],
) -> dict[str, Any]:
    """The score of questions that bring a reference alone: on Mohler's later assignments, and on the cards stripped of
    their points, whose score is the share covered less the cost of what is contradicted. The reference is worth 1."""
    rows: list[tuple[str, str, str, str, float]] = []
    for card in cards:
        for row in card.answers:
            verdicts = list(row["points"].values())
            score = verdicts.count("covered") - CONTRADICTION_COST * verdicts.count("contradicted")
            rows.append((card.id, card.question, card.reference, row["answer"], max(0.0, score / len(verdicts))))
    rows += [(card.id, card.question, card.reference, card.reference, 1.0) for card in cards]
    if data is not None:
        for row in read_lines(data / "graded_answers_train.jsonl"):
            if calibrates(row):
                shown = (row["question_id"], row["question"], row["reference"])
                rows.append((*shown, row["answer"], row["score"]))
                rows.append((*shown, row["reference"], 1.0))
    rows = list(dict.fromkeys(rows))
    mean, scale, bias = (np.array(weights[name]) for name in ("mean", "scale", "bias"))
    features, scores, groups = [], [], []
    for question_id, question, reference, answer, score in rows:
        item = reference_item(question, reference)
        if non_answer(item, answer) is not None:
            continue
        reader = AnswerReader(embedder, item, answer, model)
        vectors = np.array([reader.read(anchor).features.vector() for anchor in item.anchors])
        logits = (vectors - mean) / scale @ np.array(weights["weights"]).T + bias
        exponents = np.exp(logits - logits.max(1, keepdims=True))
        mean_probability = (exponents / exponents.sum(1, keepdims=True)).mean(0)
        features.append([mean_probability[COVERED], mean_probability[CONTRADICTED], *reader.beside_reference()])
        scores.append(score)
        groups.append(question_id)
    x, y = np.array(features), np.array(scores)
    predicted = np.zeros(len(y))
    for rest, held in GroupKFold(FOLDS).split(x, groups=groups):
        predicted[held] = Ridge(alpha=1.0).fit(x[rest], y[rest]).predict(x[held])
    print(f"\nreference alone: {len(y)} answers; on left-out questions r {np.corrcoef(predicted, y)[0, 1]:.3f}")
    ridge = Ridge(alpha=1.0).fit(x, y)
    for name, weight in zip(REFERENCE_FEATURES, ridge.coef_, strict=True):
        print(f"  {name:<22}{weight:9.2f}")
    return {"weights": ridge.coef_.round(6).tolist(), "bias": round(float(ridge.intercept_), 6)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder with graded_answers_train.jsonl")
    parser.add_argument("--entailment", type=Path, default=SHIPPED_ENTAILMENT, help="folder of the cross-encoder")
    parser.add_argument("--output", type=Path, default=SHIPPED_CALIBRATION)
    options = parser.parse_args()
    split = split_cards(labelled_cards())
    bank = {card.id: card for card in load_bank([shipped_folder("bank")]).cards}
    embedder = OnnxEmbedder()
    fits: dict[str, Any] = {}
    for grader, model, cards in (
        ("entailment", OnnxEntailment(options.entailment), split.calibration),
        ("embeddings", None, split.training + split.calibration),
    ):
        print(f"\n=== {grader}: {len(cards)} cards")
        of_bank = [card for card in cards if card.id in bank]
        full = fit_points(points_of(of_bank, dict(bank), embedder, model), "full")
        bare_ = fit_points(points_of(cards, None, embedder, model), "bare")
        fits[grader] = {
            "full": full,
            "bare": bare_,
            "reference": fit_reference(options.data, cards, embedder, model, bare_),
        }
    calibration = {
        "features": FEATURES,
        "reference_features": REFERENCE_FEATURES,
        "classes": [str(verdict) for verdict in VERDICTS],
        **fits,
    }
    version = hashlib.sha256(json.dumps(calibration).encode()).hexdigest()[:12]
    options.output.write_text(json.dumps({"version": version, **calibration}, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {options.output} ({version})")


if __name__ == "__main__":
    main()
