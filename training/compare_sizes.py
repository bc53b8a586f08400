"""Print accuracy over cost for cross-encoders of several sizes, on the test split.

    python training/compare_sizes.py build/minilm-l3 build/minilm-l6 build/mpnet-l8

Each folder is one that `train_entailment.py` filled; its name is the base. The models are exported to int8 and measured
as they would ship, before any calibration: the verdict is the most probable of the three.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from examples import LabelledCard, labelled_cards, minimal_pairs, split_cards
from export_entailment import export

from interviewer.evals.metrics import macro_f1, pairwise_order, recall_at_precision
from interviewer.grading.calibration import CONTRADICTION_COST
from interviewer.grading.entailment import VERDICTS, OnnxEntailment, statement

PRECISION = 0.8


def measured(model: OnnxEntailment, cards: list[LabelledCard]) -> tuple[float, float, float, float]:
    """(macro-F1 on points, contradiction recall at precision 0.8, order of pairs, milliseconds an answer)."""
    truth: list[str] = []
    rows: list[np.ndarray] = []
    human: list[float] = []
    predicted: list[float] = []
    questions: list[str] = []
    began = time.perf_counter()
    for card in cards:
        for answer in card.answers:
            labels = [answer["points"][name] for name in card.points]
            said = [
                model.probabilities(statement(card.question, p), [answer["answer"]])[0] for p in card.points.values()
            ]
            truth += labels
            rows += said
            worth = labels.count("covered") - CONTRADICTION_COST * labels.count("contradicted")
            human.append(max(0.0, worth / len(labels)))
            predicted.append(float(np.mean([row[1] - CONTRADICTION_COST * row[2] for row in said])))
            questions.append(card.id)
    seconds = time.perf_counter() - began
    probabilities = np.array(rows)
    called = [VERDICTS[place] for place in probabilities.argmax(axis=1)]
    against = np.array([label == "contradicted" for label in truth], dtype=np.float64)
    return (
        macro_f1(truth, called),
        recall_at_precision(against, probabilities[:, 2], PRECISION),
        pairwise_order(human, predicted, questions),
        1000 * seconds / len(human),
    )


def turned_told_apart(model: OnnxEntailment) -> float:
    """The share of test pairs whose turned statement is held more contradictory than the right one."""
    by_point: dict[str, dict[str, float]] = {}
    for example in minimal_pairs(test=True):
        row = model.probabilities(example.statement, [example.answer])[0]
        by_point.setdefault(example.group, {}).setdefault(example.verdict, float(row[2] - row[1]))
    both = [each for each in by_point.values() if {"covered", "contradicted"} <= each.keys()]
    return float(np.mean([each["contradicted"] > each["covered"] for each in both]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    options = parser.parse_args()
    cards = split_cards(labelled_cards()).test
    lines = []
    for folder in options.folders:
        exported = folder / "int8"
        export(folder / "edits" / "final", folder.name, exported)
        model = OnnxEntailment(exported)
        f1, recall, order, cost = measured(model, cards)
        size = sum(file.stat().st_size for file in exported.iterdir()) / 1e6
        apart = turned_told_apart(model)
        lines.append(
            f"| {folder.name} | {size:.0f} | {cost:.0f} | {f1:.2f} | {recall:.2f} | {order:.2f} | {apart:.2f} |"
        )
    print(
        "| model | MB | ms an answer | macro-F1 | contradiction recall at precision 0.8 | order of pairs | "
        "turned told from right |\n|---|---:|---:|---:|---:|---:|---:|"
    )
    print("\n".join(lines))


if __name__ == "__main__":
    main()
