"""How well the shipped offline grader agrees with people, and what it makes of answers that deserve nothing.

    python benchmarks/accuracy.py --data ../shared/data [--bootstrap 1000] [--json FILE]

Writes a report in Markdown to standard output, always beside simple baselines; progress goes to standard error. The
data folder has `interview_answers_dev.jsonl`, `graded_answers_dev.jsonl` and `graded_answers_train.jsonl`; what needs
a file that is not there is left out, and the report says so. Deterministic, some minutes on two cores.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from interviewer.bank.loader import load_bank
from interviewer.config import shipped_folder
from interviewer.domain.card import Bank, Card
from interviewer.domain.grade import BAND_FLOORS, Band, Verdict
from interviewer.evals import metrics, run
from interviewer.evals.metrics import VERDICTS, Names, Rows
from interviewer.evals.run import COSINE, Measured
from interviewer.grading.coverage import VerdictModel
from interviewer.grading.embedding import OnnxEmbedder
from interviewer.grading.feedback import UNSURE_BELOW
from interviewer.grading.local import OfflineGrader
from interviewer.grading.nonanswers import non_answer

OURS = "offline grader"
PASS = BAND_FLOORS[Band.ADEQUATE]
"""An answer that scores this much or more is called good enough."""
EVERY = 3
"""Of the training split, every third answer is graded, to keep the time down."""
UNFITTED_TOPIC = "network-design"
"""The bank's topic without training answers."""
INTERVIEWS, DEV, TRAIN = "interview_answers_dev.jsonl", "graded_answers_dev.jsonl", "graded_answers_train.jsonl"
CORRECTNESS = ("correct", "other")
SYSTEMS = """The baselines are not calibrated: MiniLM cosine of the answer with the reference, token overlap (the share
of the reference's content stems that the answer has), length (n / (n + median number of words)), and the set's own mean
score for every answer, which no grader can know. A constant has no correlation; it counts as 0.""".replace("\n", " ")


@dataclass(frozen=True)
class Figure:
    """A measured number, with its 95% interval where it has one."""

    value: float
    interval: tuple[float, float] | None = None

    def __str__(self) -> str:
        bounds = f" [{self.interval[0]:.2f}, {self.interval[1]:.2f}]" if self.interval else ""
        return f"{self.value:.2f}{bounds}".replace("-0.00", "0.00")


@dataclass(frozen=True)
class Table:
    title: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | Figure, ...], ...]

    def markdown(self) -> str:
        lines = [self.columns, tuple("---" for _ in self.columns), *(tuple(map(str, row)) for row in self.rows)]
        cells = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"### {self.title}\n\n{self.about}\n\n{cells}\n"


@dataclass(frozen=True)
class Bench:
    """What measures: the grader, the embedder of the baselines, and the number of bootstrap rounds (0 for none)."""

    grader: OfflineGrader
    embedder: OnnxEmbedder
    rounds: int

    def measured(self, name: str, answers: list[run.GradedAnswer]) -> Measured:
        def progress(done: int, of: int) -> None:
            if done % 50 == 0 or done == of:
                print(f"\r{name}: {done} of {of} answers", end="\n" if done == of else "", file=sys.stderr, flush=True)

        return run.measured(self.grader, self.embedder, answers, OURS, progress)

    def figure(self, statistic: Callable[[Rows], float], questions: Names | Rows) -> Figure:
        """`statistic` over all rows, with its bootstrap interval by question."""
        if not len(questions):
            return Figure(0.0)
        value = statistic(np.arange(len(questions)))
        return Figure(value, metrics.cluster_bootstrap(statistic, questions, self.rounds) if self.rounds else None)


def interview_tables(bench: Bench, path: Path) -> Iterator[Table]:
    """Verdicts, scores and confidence on answers that are labelled point by point."""
    everything = bench.measured("interview answers", run.interview_answers(path))
    sets = {
        "network design": everything.only(lambda row: row.question_id.startswith("dev-s")),
        "other subjects": everything.only(lambda row: row.question_id.startswith("dev-x")),
        "all": everything,
    }
    points = {name: run.labelled_points(part, bench.embedder) for name, part in sets.items()}
    floor = run.best_threshold(points["all"].human, points["all"].cosine)
    yield verdict_table(bench, points, floor)
    yield Table(
        "a2. Confusion of verdicts",
        f"Number of points by the verdict they are labelled with (row) and the {OURS}'s (column).",
        ("set", "labelled", *VERDICTS),
        tuple(
            (name, verdict, *(int(count) for count in counts))
            for name, part in points.items()
            for verdict, counts in zip(VERDICTS, metrics.confusion(part.human, part.predicted), strict=True)
        ),
    )
    yield Table(
        "a3. Scores of interview answers",
        "Order of pairs: the share of pairs of answers to one question, at least "
        f"{metrics.LEAST_DIFFERENCE} apart by their labels, that come in the right order (guessing: 0.50).",
        ("set", "system", "order of pairs", "Pearson", "RMSE"),
        tuple(
            (name, system, *interview_agreement(bench, part, system))
            for name, part in sets.items()
            for system in part.scores
        ),
    )
    yield kind_table(everything)
    yield confidence_table(bench, sets, points)


def verdict_table(bench: Bench, points: dict[str, run.Points], floor: float) -> Table:
    rows: list[tuple[str | int | Figure, ...]] = []
    for name, part in points.items():
        human = np.array(part.human, dtype=np.str_)
        counts = metrics.confusion(part.human, part.human).sum(axis=0)
        systems = {
            OURS: part.predicted,
            "nearest sentence by cosine": run.thresholded(part.cosine, floor),
            "most frequent verdict": [VERDICTS[int(counts.argmax())]] * len(part.human),
        }
        for system, predicted in systems.items():
            called = np.array(predicted, dtype=np.str_)
            rows.append((name, system, *verdict_figures(bench, human, called, part.questions)))
    total = len(points["all"].human)
    contradicted = sum(verdict is Verdict.CONTRADICTED for verdict in points["all"].human)
    return Table(
        "a1. Verdicts on points",
        f"{total} labelled points, {contradicted} of them contradicted. F1 is the mean over covered, missing and "
        f"contradicted. The cosine baseline calls a point covered from a cosine of {floor:.2f} with the nearest "
        "sentence of the answer, else missing; that threshold is the best one for these very points, which flatters "
        "it. It never calls a contradiction.",
        ("set", "system", "macro-F1", "precision of contradicted", "recall of contradicted"),
        tuple(rows),
    )


def verdict_figures(bench: Bench, human: Names, called: Names, questions: Names) -> tuple[Figure, ...]:
    people, system = np.asarray(human, dtype=np.str_), np.asarray(called, dtype=np.str_)

    def contradicted(part: int) -> Callable[[Rows], float]:
        return lambda rows: metrics.precision_recall(people[rows], system[rows], Verdict.CONTRADICTED)[part]

    statistics = (lambda rows: metrics.macro_f1(people[rows], system[rows]), contradicted(0), contradicted(1))
    return tuple(bench.figure(statistic, questions) for statistic in statistics)


def interview_agreement(bench: Bench, part: Measured, system: str) -> tuple[Figure, ...]:
    human, predicted = part.human, part.scores[system]
    pairs = metrics.ordered_pairs(human, predicted, part.questions)
    return (
        bench.figure(lambda rows: float(pairs.right[rows].mean()), pairs.questions),
        bench.figure(lambda rows: metrics.pearson(human[rows], predicted[rows]), part.questions),
        bench.figure(lambda rows: metrics.rmse(human[rows], predicted[rows]), part.questions),
    )


def kind_table(everything: Measured) -> Table:
    kinds = list(dict.fromkeys(row.label for row in everything.answers))

    def row(kind: str) -> tuple[str | int | Figure, ...]:
        part = everything.only(lambda answer: answer.label == kind)
        means = (part.human, part.scores[OURS], part.scores[COSINE])
        return (kind, len(part.answers), *(Figure(float(scores.mean())) for scores in means))

    return Table(
        "a4. Mean score by kind of answer",
        "All cards together.",
        ("kind", "answers", "labelled", OURS, COSINE),
        tuple(map(row, kinds)),
    )


def confidence_table(bench: Bench, sets: dict[str, Measured], points: dict[str, run.Points]) -> Table:
    rows: list[tuple[str | int | Figure, ...]] = []
    for name, part in sets.items():
        stated = points[name].probability
        pairs = zip(points[name].human, points[name].predicted, strict=True)
        right = np.array([human is predicted for human, predicted in pairs], dtype=np.float64)
        error = np.abs(part.human - part.scores[OURS])
        sure = np.array([grade.confidence >= UNSURE_BELOW for grade in part.grades])
        calibration = bench.figure(calibration_error(stated, right), points[name].questions)
        rows.append(
            (name, calibration, Figure(float(stated.mean())), Figure(float(right.mean())), *errors(error, sure))
        )
    return Table(
        "a5. Confidence",
        "Expected calibration error (ECE) of the probability that stands beside each verdict, over ten equal bins, and "
        f"the mean absolute error of the score where the confidence is at least {UNSURE_BELOW} and where it is lower "
        "(then the feedback says that the grade is unsure).",
        (
            "set",
            "ECE",
            "mean probability",
            "share right",
            "sure answers",
            "their error",
            "unsure answers",
            "their error",
        ),
        tuple(rows),
    )


def calibration_error(stated: metrics.Scores, right: metrics.Scores) -> Callable[[Rows], float]:
    return lambda rows: metrics.expected_calibration_error(stated[rows], right[rows])


def errors(error: metrics.Scores, sure: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[str | int | Figure, ...]:
    """Number and mean error of the sure answers, then of the others; a dash for the mean of none."""
    cells: list[str | int | Figure] = []
    for part in (error[sure], error[~sure]):
        cells += [len(part), Figure(float(part.mean())) if len(part) else "–"]
    return tuple(cells)


def graded_table(bench: Bench, title: str, about: str, name: str, answers: list[run.GradedAnswer]) -> Table:
    """Agreement with graded answers that have only a reference."""
    part = bench.measured(name, answers)
    labelled = all(row.label for row in part.answers)
    questions = len(set(part.questions))
    sentences = [f"{len(part.answers)} answers to {questions} questions, mean score {part.human.mean():.2f}.", about]
    refused = np.array([non_answer(row.item, row.answer) is not None for row in part.answers])
    if refused.any():
        mean = part.human[refused].mean()
        sentences.append(
            f"The grader took {refused.sum()} for no answer at all; people gave these {mean:.2f} on average."
        )
    if labelled:
        sentences.append(
            f"F1: mean over correct and not, a score from {PASS:.2f}, the floor of adequate, being correct."
        )
    columns = ("system", "Pearson", "Spearman within a question", "RMSE", "block-weighted RMSE")
    return Table(
        title,
        " ".join(sentences),
        (*columns, "F1 correct or not") if labelled else columns,
        tuple((system, *graded_agreement(bench, part, system, labelled)) for system in part.scores),
    )


def graded_agreement(bench: Bench, part: Measured, system: str, labelled: bool) -> tuple[Figure, ...]:
    human, predicted = part.human, part.scores[system]
    within = metrics.question_spearmans(human, predicted, part.questions)
    figures = [
        bench.figure(lambda rows: metrics.pearson(human[rows], predicted[rows]), part.questions),
        bench.figure(lambda rows: float(within[rows].mean()), np.arange(len(within))),
        bench.figure(lambda rows: metrics.rmse(human[rows], predicted[rows]), part.questions),
        bench.figure(lambda rows: metrics.block_weighted_rmse(human[rows], predicted[rows]), part.questions),
    ]
    if labelled:
        correct = np.array([CORRECTNESS[row.label != "correct"] for row in part.answers])
        called = np.array([CORRECTNESS[not passed] for passed in (predicted >= PASS).tolist()])
        figures.append(
            bench.figure(lambda rows: metrics.macro_f1(correct[rows], called[rows], CORRECTNESS), part.questions)
        )
    return tuple(figures)


def robustness_table(bench: Bench, bank: Bank) -> Table:
    """What the grader makes of answers whose worth is known without a human grade."""
    kinds: dict[str, list[tuple[Card, str]]] = {}
    for card in bank.cards:
        for kind, answer in run.staged_answers(bank, card).items():
            kinds.setdefault(kind, []).append((card, answer))
    rows: list[tuple[str | int | Figure, ...]] = []
    for kind, answers in kinds.items():
        ours = np.array([bench.grader.grade(card, answer).score for card, answer in answers])
        cosines = np.array([run.cosine(bench.embedder, answer, card.reference) for card, answer in answers])
        unfitted = np.array([bank.topic_of(card.id).id == UNFITTED_TOPIC for card, _ in answers])
        passed = [ours >= PASS, ours[unfitted] >= PASS, cosines >= PASS]
        means = [Figure(float(scores.mean())) for scores in (ours, cosines)]
        shares = [Figure(float(share.mean())) for share in passed]
        rows.append((kind, means[0], shares[0], shares[1], means[1], shares[2]))
        print(f"robustness: {kind}", file=sys.stderr)
    return Table(
        "d. Answers of known worth, to every card of the shipped bank",
        f"{len(bank.cards)} cards. Passes: the share of answers that score {PASS:.2f} or more. All but the last two "
        "deserve nothing or next to nothing; another card of the same topic may share a point. The last but one "
        "deserves full marks, the last states the misconceptions and deserves none. The verdict model was fitted on "
        f"answers to other topics than `{UNFITTED_TOPIC}`, which therefore has a column of its own.",
        ("answer", f"{OURS}: mean", "passes", f"passes in {UNFITTED_TOPIC}", f"{COSINE}: mean", "cosine passes"),
        tuple(rows),
    )


def tables(bench: Bench, files: dict[str, Path]) -> Iterator[Table]:
    """Every table that the files at hand allow. The bank's own is always there."""
    derived = "Key points: one a sentence of the reference."
    sampled = (
        f"One row in {EVERY} of the training split, none of which the shipped verdict model was fitted on. {derived}"
    )
    if INTERVIEWS in files:
        yield from interview_tables(bench, files[INTERVIEWS])
    if DEV in files:
        yield graded_table(
            bench, "b1. Neural-networks exam", derived, "exam", run.graded_answers(files[DEV], "nn_exam")
        )
        yield graded_table(
            bench,
            "b2. Beetle, unseen answers",
            derived,
            "Beetle, unseen answers",
            run.graded_answers(files[DEV], "beetle"),
        )
    if TRAIN in files:
        yield graded_table(
            bench,
            "c1. Mohler, assignments 4 to 12",
            sampled,
            "Mohler",
            run.graded_answers(files[TRAIN], "mohler", EVERY),
        )
        yield graded_table(
            bench, "c2. Beetle, training split", sampled, "Beetle", run.graded_answers(files[TRAIN], "beetle", EVERY)
        )
    yield robustness_table(bench, load_bank([shipped_folder("bank")]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="the folder with the graded answers")
    parser.add_argument("--bootstrap", type=int, default=1000, metavar="ROUNDS", help="0 leaves the intervals out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the tables as JSON too")
    options = parser.parse_args()
    if options.bootstrap < 0:
        parser.error("--bootstrap must be 0 or more")
    names = (INTERVIEWS, DEV, TRAIN)
    files = {name: options.data / name for name in names if options.data and (options.data / name).is_file()}
    embedder = OnnxEmbedder()
    bench = Bench(OfflineGrader(embedder, VerdictModel()), embedder, options.bootstrap)
    made = bench.grader.provenance
    intervals = (
        f", in brackets 95% intervals from {bench.rounds} bootstrap rounds over questions" if bench.rounds else ""
    )
    print(f"Grader: {made.grader}, {made.model}, interviewer {made.version}. Scores are 0 to 1{intervals}. {SYSTEMS}\n")
    if left_out := [name for name in names if name not in files]:
        reason = f"not in {options.data}" if options.data else "no --data folder given"
        print(f"**Left out** ({reason}): everything that is measured on {', '.join(left_out)}.\n")
    done: list[Table] = []
    for table in tables(bench, files):
        print(table.markdown(), flush=True)
        done.append(table)
    if options.json:
        report = {"provenance": made.model_dump(), "left_out": left_out, "tables": [asdict(table) for table in done]}
        options.json.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
