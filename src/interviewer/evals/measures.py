"""All measures of one set of answers, each beside its baselines, as tables."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from interviewer.domain.grade import BAND_FLOORS, Band, Verdict
from interviewer.evals import baselines, metrics
from interviewer.evals.answers import Measured, Points
from interviewer.evals.confidence import (
    area_under_risk_coverage,
    expected_calibration_error,
    reliability,
    selective_risk,
)
from interviewer.evals.metrics import GOOD_FROM, LEAST_DIFFERENCE, TENTHS, VERDICTS, Rows, Scores
from interviewer.evals.tables import Bootstrap, Cell, Figure, Table

PASS = BAND_FLOORS[Band.ADEQUATE]
"""From this score on, the floor of adequate, an answer is called good enough."""
CORRECT_FROM = 0.5
"""The predicted score from which an answer is taken to be called correct."""
PRECISION = 0.8
COVERAGE = 0.8

Statistic = Callable[[Rows], float]


def tables_of(part: Measured, bootstrap: Bootstrap) -> Iterator[Table]:
    """The tables that the labels of this set allow."""
    yield _scores(part, bootstrap)
    if part.kinds:
        yield _kinds(part, bootstrap)
    points = part.points()
    if points is not None:
        yield _verdicts(part.grader, points, bootstrap)
        yield _confusion(part.grader, points)
        yield _calibration(part.grader, points, bootstrap)
        yield _reliability(points, bootstrap)
    yield _risk(part, bootstrap)


def closing_table(parts: Sequence[Measured], bootstrap: Bootstrap) -> Table:
    """The mean over sets of the block-weighted RMSE. `parts` are of one grader, and at least one."""
    return Table(
        "mean_block_weighted_rmse",
        "Mean over sets",
        f"Block-weighted RMSE, the mean over the sets ({len(parts)}), each with the same weight.",
        {"system": "system", "block_weighted_rmse": "block-weighted RMSE"},
        [
            (
                system,
                bootstrap.mean_over(
                    [
                        (_of(metrics.block_weighted_rmse, part.human, part.scores[system]), part.questions)
                        for part in parts
                    ]
                ),
            )
            for system in parts[0].scores
        ],
    )


def _of(measure: Callable[[Scores, Scores], float], one: Scores, other: Scores) -> Statistic:
    """`measure` of two columns, for a choice of their rows."""
    return lambda rows: measure(one[rows], other[rows])


def _scores(part: Measured, bootstrap: Bootstrap) -> Table:
    columns = {
        "system": "system",
        "pearson": "Pearson",
        "within_question_spearman": "Spearman within a question",
        "rmse": "RMSE",
        "block_weighted_rmse": "block-weighted RMSE",
        "quadratic_weighted_kappa": "QWK of bands",
        "auc": "AUC",
        "order_of_pairs": "order of pairs",
    }
    about = (
        f"AUC: human score {GOOD_FROM} or more against less. Order of pairs: the share of pairs of answers to one "
        f"question whose human scores differ by {LEAST_DIFFERENCE} or more that come in that order, ties half "
        "(guessing: 0.50)."
    )
    if part.correct is not None:
        columns["two_way_f1"] = "F1 correct or not"
        about += f" F1: the mean over correct and not, a score from {CORRECT_FROM:.2f} on being called correct."
    rows: list[tuple[Cell, ...]] = [
        (system, *_agreement(part, predicted, bootstrap), *_correctness(part, predicted, bootstrap))
        for system, predicted in part.scores.items()
    ]
    return Table("scores", "Scores", about, columns, rows)


def _agreement(part: Measured, predicted: Scores, bootstrap: Bootstrap) -> tuple[Figure, ...]:
    human, questions = part.human, part.questions
    within = metrics.question_spearmans(human, predicted, questions)
    pairs = metrics.ordered_pairs(human, predicted, questions)
    pearson, rmse, weighted, kappa, area = (
        bootstrap.figure(_of(measure, human, predicted), questions)
        for measure in (
            metrics.pearson, metrics.rmse, metrics.block_weighted_rmse, metrics.quadratic_weighted_kappa,
            metrics.area_under_curve,
        )
    )  # fmt: skip
    spearman = bootstrap.mean(within, np.arange(len(within)))
    return pearson, spearman, rmse, weighted, kappa, area, bootstrap.mean(pairs.right, pairs.questions)


def _correctness(part: Measured, predicted: Scores, bootstrap: Bootstrap) -> tuple[Figure, ...]:
    correct = part.correct
    if correct is None:
        return ()
    return (bootstrap.figure(_f1(correct, (predicted >= CORRECT_FROM).astype(np.intp), 2), part.questions),)


def _f1(human: Rows, called: Rows, classes: int) -> Statistic:
    return lambda rows: metrics.macro_f1_of(metrics.counted(human[rows], called[rows], classes))


def _kinds(part: Measured, bootstrap: Bootstrap) -> Table:
    labels, questions = np.array([row.label for row in part.answers]), np.array(part.questions)
    columns = (part.human, part.scores[part.grader], part.scores[baselines.COSINE])

    def row(kind: str) -> tuple[Cell, ...]:
        rows = labels == kind
        return (kind, int(rows.sum()), *(bootstrap.mean(scores[rows], questions[rows]) for scores in columns))

    headings = {"kind": "kind", "answers": "answers", "human": "human"}
    return Table(
        "kinds",
        "Mean score by kind of answer",
        "The cosine is that of the whole answer with the reference.",
        {**headings, "grader": part.grader, "cosine": baselines.COSINE},
        [row(kind) for kind in part.kinds],
    )


def _verdicts(grader: str, points: Points, bootstrap: Bootstrap) -> Table:
    floor = baselines.best_threshold(points.human, points.nearest)
    systems = {
        grader: points.called,
        baselines.NEAREST: baselines.thresholded(points.nearest, floor),
        baselines.MAJORITY: baselines.majority(points.human),
    }
    nothing = np.zeros(len(points.human))
    counts = np.bincount(points.human, minlength=len(VERDICTS))
    return Table(
        "verdicts",
        "Verdicts on points",
        f"{len(points.human)} labelled points: "
        + ", ".join(f"{count} {verdict}" for verdict, count in zip(VERDICTS, counts, strict=True))
        + f". Macro-F1 is the mean over these three. Recall at precision {PRECISION}: of contradictions, at the best "
        "threshold on the probability that the grader states for one, picked on this set. The cosine "
        f"baseline calls a point covered from a cosine of {floor:.2f} with the nearest sentence of the answer, else "
        "missing; that threshold is the best one for these very points, which flatters it. Neither baseline ever calls "
        "a contradiction, unless contradicted is the majority.",
        {
            "system": "system",
            "macro_f1": "macro-F1",
            "contradiction_precision": "precision of contradicted",
            "contradiction_recall": "recall of contradicted",
            "contradiction_recall_at_precision": f"its recall at precision {PRECISION}",
        },
        [
            (
                system,
                *_verdict_figures(points, called, points.contradiction if system == grader else nothing, bootstrap),
            )
            for system, called in systems.items()
        ],
    )


def _verdict_figures(points: Points, called: Rows, stated: Scores, bootstrap: Bootstrap) -> tuple[Figure, ...]:
    human, contradicted = points.human, VERDICTS.index(Verdict.CONTRADICTED)
    present = (human == contradicted).astype(np.float64)

    def part(place: int) -> Statistic:
        return lambda rows: metrics.precision_recall_of(
            metrics.counted(human[rows], called[rows], len(VERDICTS)), contradicted
        )[place]

    statistics: tuple[Statistic, ...] = (
        _f1(human, called, len(VERDICTS)),
        part(0),
        part(1),
        lambda rows: metrics.recall_at_precision(present[rows], stated[rows], PRECISION),
    )
    return tuple(bootstrap.figure(statistic, points.questions) for statistic in statistics)


def _confusion(grader: str, points: Points) -> Table:
    table = metrics.counted(points.human, points.called, len(VERDICTS))
    return Table(
        "confusion",
        "Confusion of verdicts",
        f"Number of points by people's verdict (row) and that of the grader `{grader}` (column).",
        {"labelled": "labelled", **{str(verdict): str(verdict) for verdict in VERDICTS}},
        [(verdict, *(int(count) for count in counts)) for verdict, counts in zip(VERDICTS, table, strict=True)],
    )


def _calibration(grader: str, points: Points, bootstrap: Bootstrap) -> Table:
    questions = points.questions
    return Table(
        "calibration",
        "Calibration of verdicts",
        "Expected calibration error (ECE) of the probability that stands beside each verdict, over ten equal bins. "
        "The baselines state no probability.",
        {"system": "system", "ece": "ECE", "stated": "mean probability", "right": "share right"},
        [
            (
                grader,
                bootstrap.figure(_of(expected_calibration_error, points.probability, points.right), questions),
                bootstrap.mean(points.probability, questions),
                bootstrap.mean(points.right, questions),
            )
        ],
    )


def _reliability(points: Points, bootstrap: Bootstrap) -> Table:
    tenths, questions = metrics.tenths(points.probability), np.array(points.questions)
    return Table(
        "reliability",
        "Reliability",
        "Verdicts by their stated probability.",
        {"from": "probability from", "points": "points", "stated": "mean probability", "right": "share right"},
        [
            (
                f"{each.floor:.1f}",
                each.rows,
                Figure(each.stated),
                bootstrap.mean(points.right[rows], questions[rows]),
            )
            for each in reliability(points.probability, points.right)
            for rows in [tenths == round(each.floor * TENTHS)]
        ],
    )


def _risk(part: Measured, bootstrap: Bootstrap) -> Table:
    error = part.error
    orders = {
        f"confidence of {part.grader}": part.confidence,
        "no order": np.zeros(len(error)),
        "best order there can be": -error,
    }
    return Table(
        "risk_coverage",
        "Risk and coverage",
        "Risk: the mean absolute error of the grader's score over the answers that are kept when the least sure are "
        f"left to people. AURC: the area under the risk-coverage curve. Selective risk: at {COVERAGE:.0%} coverage.",
        {"order": "kept by", "aurc": "AURC", "selective_risk": "selective risk", "risk": "risk of all"},
        [
            (
                name,
                bootstrap.figure(_of(area_under_risk_coverage, sureness, error), part.questions),
                bootstrap.figure(_of(_kept_risk, sureness, error), part.questions),
                bootstrap.mean(error, part.questions),
            )
            for name, sureness in orders.items()
        ],
    )


def _kept_risk(sureness: Scores, error: Scores) -> float:
    return selective_risk(sureness, error, COVERAGE)
