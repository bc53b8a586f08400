"""Fit the verdict model: multinomial logistic regression from features of (anchor, answer) to a verdict.

    pip install -e '.[train]'
    python training/fit_verdicts.py

Reads the labelled answers in `training/data/answers` (one JSON object a line: `card_id`, `kind`, `answer`, `points`)
and the bank they belong to, and writes `src/interviewer/models/verdicts.json`. Deterministic. Before the final fit it
prints what the model reaches on topics that it was not fitted on, one topic held out at a time.

`--hold-out` leaves a topic out altogether. The topic `network-design` shares its questions with the evaluation set
`interview_answers_dev.jsonl` and has no training answers.
"""

import argparse
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report

from interviewer.bank.loader import load_bank
from interviewer.domain.card import Bank, Card
from interviewer.domain.grade import Verdict
from interviewer.grading.coverage import FEATURES, SHIPPED_VERDICTS, VERDICTS, AnswerReader
from interviewer.grading.embedding import OnnxEmbedder
from interviewer.grading.nonanswers import non_answer

ROOT = Path(__file__).parents[1]
REGULARISATION = 1.0
"""Inverse strength of the L2 penalty on standardised features."""
FOREIGN_ANSWERS = 6
"""Answers of other topics' cards added to each card, all its points missing."""
CONTRADICTED_PRECISION = 0.8
"""The share of contradictions called in cross-validation that shall be right: it sets the threshold."""


@dataclass(frozen=True)
class Examples:
    features: NDArray[np.float64]
    """(n, len(FEATURES))"""
    labels: NDArray[np.int64]
    """(n,), an index into VERDICTS."""
    topics: NDArray[np.str_]
    """(n,)"""


def labelled_answers(folder: Path) -> list[dict[str, object]]:
    return [
        json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()
    ]


def examples(bank: Bank, rows: list[dict[str, object]]) -> Examples:
    embedder = OnnxEmbedder()
    features: list[list[float]] = []
    labels: list[int] = []
    topics: list[str] = []

    def add(card: Card, answer: str, points: dict[str, str]) -> None:
        if non_answer(card, answer) is not None:
            return
        reader = AnswerReader(embedder, card, answer)
        for anchor in card.anchors:
            features.append(reader.read(anchor).features.vector())
            labels.append(VERDICTS.index(Verdict(points[anchor.name])))
            topics.append(bank.topic_of(card.id).id)

    for row in rows:
        add(bank.card(str(row["card_id"])), str(row["answer"]), row["points"])  # type: ignore[arg-type]
    for card, answer in foreign_answers(bank, rows):
        add(card, answer, {anchor.name: Verdict.MISSING for anchor in card.anchors})
    return Examples(np.array(features), np.array(labels), np.array(topics))


def foreign_answers(bank: Bank, rows: list[dict[str, object]]) -> Iterable[tuple[Card, str]]:
    chance = np.random.default_rng(0)
    for card in [card for card in bank.cards if any(row["card_id"] == card.id for row in rows)]:
        topic = bank.topic_of(card.id)
        others = [row for row in rows if bank.topic_of(str(row["card_id"])) is not topic]
        for index in chance.choice(len(others), size=min(FOREIGN_ANSWERS, len(others)), replace=False):
            yield card, str(others[index]["answer"])


def fitted(data: Examples) -> tuple[LogisticRegression, NDArray[np.float64], NDArray[np.float64]]:
    mean, scale = data.features.mean(0), data.features.std(0)
    scale[scale == 0] = 1.0
    model = LogisticRegression(C=REGULARISATION, max_iter=2000)
    return model.fit((data.features - mean) / scale, data.labels), mean, scale


def cross_validated(data: Examples) -> NDArray[np.float64]:
    """Probabilities (n, 3) of each example from a model that never saw its topic."""
    probabilities = np.zeros((len(data.labels), len(VERDICTS)))
    for topic in np.unique(data.topics):
        held = data.topics == topic
        model, mean, scale = fitted(Examples(data.features[~held], data.labels[~held], data.topics[~held]))
        probabilities[held] = model.predict_proba((data.features[held] - mean) / scale)
    return probabilities


def contradicted_threshold(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """The lowest P(contradicted) from which calls are right often enough; the best precision if none is."""
    column = VERDICTS.index(Verdict.CONTRADICTED)
    candidates = np.arange(0.2, 0.95, 0.01)
    precision = []
    for threshold in candidates:
        called = (probabilities[:, column] >= threshold) & (probabilities.argmax(1) == column)
        precision.append((labels[called] == column).mean() if called.sum() >= 10 else 0.0)
        if precision[-1] >= CONTRADICTED_PRECISION:
            return float(round(threshold, 2))
    return float(round(candidates[int(np.argmax(precision))], 2))


def covered_threshold(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """The P(covered) that separates covered from not covered with the highest mean F1 of the two."""
    truth = labels == VERDICTS.index(Verdict.COVERED)
    column = probabilities[:, VERDICTS.index(Verdict.COVERED)]

    def mean_f1(threshold: float) -> float:
        called = column >= threshold
        return float(np.mean([f1(called, truth), f1(~called, ~truth)]))

    return float(max(np.arange(0.2, 0.8, 0.01), key=mean_f1))


def f1(called: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    both = float((called & truth).sum())
    return 2 * both / max(1.0, float(called.sum() + truth.sum()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=Path, default=ROOT / "training/data/answers")
    parser.add_argument("--bank", type=Path, default=ROOT / "bank")
    parser.add_argument("--output", type=Path, default=SHIPPED_VERDICTS)
    parser.add_argument("--hold-out", action="append", default=[], metavar="TOPIC")
    options = parser.parse_args()
    bank = load_bank([options.bank])
    rows = [r for r in labelled_answers(options.answers) if bank.topic_of(str(r["card_id"])).id not in options.hold_out]
    data = examples(bank, rows)
    print(f"{len(rows)} answers, {len(data.labels)} labelled points: "
          + ", ".join(f"{(data.labels == i).sum()} {v}" for i, v in enumerate(VERDICTS)))  # fmt: skip
    held_out = cross_validated(data)
    middle = covered_threshold(held_out, data.labels)
    against = contradicted_threshold(held_out, data.labels)
    covered, contradicted = VERDICTS.index(Verdict.COVERED), VERDICTS.index(Verdict.CONTRADICTED)
    calls = np.where(held_out[:, covered] >= middle, covered, VERDICTS.index(Verdict.MISSING))
    calls[(held_out[:, contradicted] >= against) & (held_out[:, contradicted] > held_out[:, covered])] = contradicted
    print("On held-out topics:")
    print(classification_report(data.labels, calls, target_names=list(map(str, VERDICTS)), digits=3, zero_division=0))
    model, mean, scale = fitted(data)
    for name, weight in zip(FEATURES, model.coef_.T, strict=True):
        print(f"  {name:<22}" + "".join(f"{value:9.2f}" for value in weight))
    weights = {
        "features": FEATURES,
        "classes": [str(verdict) for verdict in VERDICTS],
        "mean": mean.round(6).tolist(),
        "scale": scale.round(6).tolist(),
        "weights": model.coef_.round(6).tolist(),
        "bias": model.intercept_.round(6).tolist(),
        "credit": [round(middle - 0.25, 2), round(middle + 0.25, 2)],
        "contradicted_from": against,
    }
    version = hashlib.sha256(json.dumps(weights).encode()).hexdigest()[:12]
    options.output.write_text(json.dumps({"version": version, **weights}, indent=1) + "\n", encoding="utf-8")
    print(f"covered from {middle:.2f}, contradicted from {against:.2f}; wrote {options.output} ({version})")


if __name__ == "__main__":
    main()
