"""How well predicted grades agree with people's.

Inputs are one-dimensional and have one row an answer (or a point of an answer). All functions raise ValueError when
the lengths differ, when there is no row, and for NaN or infinity: an answer that could not be graded is left out and
counted by the caller, never scored. A correlation with something constant is undefined; here it is 0.0, so that a
grader that says the same of every answer earns nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from interviewer.domain.grade import BAND_FLOORS, Verdict

Scores = NDArray[np.float64]
Rows = NDArray[np.intp]
Names = Sequence[str] | NDArray[np.str_]

VERDICTS = tuple(Verdict)
LEAST_DIFFERENCE = 0.3
"""Two answers whose human scores differ by less than this have no certain order."""
GOOD_FROM = 0.5
"""The human score from which `area_under_curve` takes an answer for a good one."""
TENTHS = 10
_ROUNDING = 1e-9
"""What 0.65 - 0.35 and the like are off by in binary fractions, with room to spare."""


def pearson(human: ArrayLike, predicted: ArrayLike) -> float:
    """Pearson's correlation, -1 to 1; 0.0 when either input is constant."""
    one, other = checked(human, predicted)
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    one, other = one - one.mean(), other - other.mean()
    spread = float(np.sqrt((one @ one) * (other @ other)))
    return float(np.clip(one @ other / spread, -1.0, 1.0)) if spread > 0 else 0.0


def spearman(human: ArrayLike, predicted: ArrayLike) -> float:
    """Pearson's correlation of the ranks, -1 to 1, tied values sharing their mean rank; 0.0 for constant input."""
    one, other = checked(human, predicted)
    return pearson(_ranks(one), _ranks(other))


def question_spearmans(human: ArrayLike, predicted: ArrayLike, questions: Names) -> Scores:
    """Spearman's correlation within each question that has two answers or more and human scores that differ.

    One value a question, in order of the questions' names; 0.0 for a question whose predictions are all the same.
    Empty when no question qualifies.
    """
    one, other = checked(human, predicted)
    groups = _groups(questions, len(one))
    return np.array([spearman(one[rows], other[rows]) for rows in groups if np.ptp(one[rows]) > 0], dtype=np.float64)


def within_question_spearman(human: ArrayLike, predicted: ArrayLike, questions: Names) -> float:
    """Mean of `question_spearmans`, every question with the same weight; 0.0 when no question qualifies."""
    values = question_spearmans(human, predicted, questions)
    return float(values.mean()) if len(values) else 0.0


def rmse(human: ArrayLike, predicted: ArrayLike) -> float:
    """Root of the mean squared error, 0 to 1 for scores from 0 to 1."""
    one, other = checked(human, predicted)
    return float(np.sqrt(np.mean((one - other) ** 2)))


def block_weighted_rmse(human: ArrayLike, predicted: ArrayLike) -> float:
    """RMSE in which each non-empty tenth of the human scale has the same total weight, as in ASAG2024.

    The tenths are [0, 0.1), [0.1, 0.2), … [0.9, 1]. Human scores pile up at the top of the scale, so that a plain RMSE
    rewards a constant. Raises ValueError for a human score outside 0 to 1.
    """
    one, other = checked(human, predicted)
    blocks = tenths(one)
    counts = np.bincount(blocks, minlength=TENTHS)
    errors = np.bincount(blocks, weights=(one - other) ** 2, minlength=TENTHS)
    filled = counts > 0
    return float(np.sqrt(np.mean(errors[filled] / counts[filled])))


def quadratic_weighted_kappa(human: ArrayLike, predicted: ArrayLike) -> float:
    """Cohen's kappa of the bands that `Band.of` gives both scores, -1 to 1, a disagreement weighing the square of its
    distance (Cohen 1968).

    Over all five bands, whether or not they occur. 0.0 where chance alone agrees fully: all scores in one band.
    """
    one, other = bands(human), bands(predicted)
    count = len(BAND_FLOORS)
    table = counted(one, other, count) / len(one)
    steps = np.arange(count)
    cost = (steps[:, None] - steps[None, :]) ** 2 / (count - 1) ** 2
    by_chance = float((cost * np.outer(table.sum(axis=1), table.sum(axis=0))).sum())
    return 1.0 - float((cost * table).sum()) / by_chance if by_chance > 0 else 0.0


def bands(scores: ArrayLike) -> NDArray[np.intp]:
    """The band of each score, as its place from the lowest: 0 for no answer, 4 for strong."""
    values, _ = checked(scores, scores)
    floors = sorted(BAND_FLOORS.values())
    return np.maximum(0, np.searchsorted(floors, values, side="right") - 1)


def area_under_curve(human: ArrayLike, predicted: ArrayLike, least: float = GOOD_FROM) -> float:
    """How probably an answer that people gave `least` or more is scored above one that they gave less, 0 to 1; a tie
    counts half. The area under the ROC curve, by the Mann-Whitney statistic. NaN when all human scores are on one side.
    """
    one, other = checked(human, predicted)
    good = one >= least - _ROUNDING
    many, few = int(good.sum()), int((~good).sum())
    if not many or not few:
        return float("nan")
    return float((_ranks(other)[good].sum() - many * (many + 1) / 2) / (many * few))


@dataclass(frozen=True)
class OrderedPairs:
    """The pairs of answers to one question that people put in a certain order."""

    right: Scores
    """(n,): 1 when the prediction has the same order, 0.5 when it ties, 0 when it is turned round."""
    questions: NDArray[np.intp]
    """(n,): the number of the pair's question among the sorted names of the questions."""

    @property
    def share(self) -> float:
        """Mean of `right`, 0.5 for guessing; 0.0 without a pair."""
        return float(self.right.mean()) if len(self.right) else 0.0


def ordered_pairs(
    human: ArrayLike, predicted: ArrayLike, questions: Names, least: float = LEAST_DIFFERENCE
) -> OrderedPairs:
    """Every pair of answers to one question whose human scores differ by `least` or more."""
    one, other = checked(human, predicted)
    right: list[Scores] = []
    owners: list[NDArray[np.intp]] = []
    for number, rows in enumerate(_groups(questions, len(one))):
        first, second = np.triu_indices(len(rows), k=1)
        apart = one[rows][first] - one[rows][second]
        certain = np.abs(apart) >= least - _ROUNDING
        predicted_apart = (other[rows][first] - other[rows][second])[certain]
        right.append((1.0 + np.sign(apart[certain]) * np.sign(predicted_apart)) / 2.0)
        owners.append(np.full(int(certain.sum()), number, dtype=np.intp))
    return OrderedPairs(np.concatenate(right), np.concatenate(owners))


def pairwise_order(human: ArrayLike, predicted: ArrayLike, questions: Names, least: float = LEAST_DIFFERENCE) -> float:
    """The share of `ordered_pairs` that the prediction orders as people do, 0 to 1; a tie counts half."""
    return ordered_pairs(human, predicted, questions, least).share


def codes(names: Names, classes: Sequence[str] = VERDICTS) -> Rows:
    """The place of each name among `classes`. Raises ValueError for a name that is not among them."""
    places = {str(name): place for place, name in enumerate(classes)}
    if strange := {str(name) for name in names} - places.keys():
        raise ValueError(f"not among the classes: {', '.join(sorted(strange))}")
    return np.array([places[str(name)] for name in names], dtype=np.intp)


def counted(human: Rows, predicted: Rows, classes: int) -> NDArray[np.int64]:
    """How often which code was called for which: people's by row, the prediction's by column, (classes, classes)."""
    return np.bincount(human * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def confusion(human: Names, predicted: Names, classes: Sequence[str] = VERDICTS) -> NDArray[np.int64]:
    """How often which class was called for which: people's class by row, the prediction's by column.

    Shape (len(classes), len(classes)), in the order of `classes`, whether or not a class occurs. Raises ValueError for
    a class that is not among them.
    """
    if len(human) != len(predicted):
        raise ValueError(f"the inputs have {len(human)} and {len(predicted)} rows")
    if not len(human):
        raise ValueError("there is no row to measure")
    return counted(codes(human, classes), codes(predicted, classes), len(classes))


def macro_f1(human: Names, predicted: Names, classes: Sequence[str] = VERDICTS) -> float:
    """Mean F1 over all `classes`, 0 to 1. A class that neither occurs nor is called has F1 0 and still counts."""
    return macro_f1_of(confusion(human, predicted, classes))


def macro_f1_of(table: NDArray[np.int64]) -> float:
    """The same of a table that `confusion` or `counted` gives."""
    sizes = table.sum(axis=0) + table.sum(axis=1)
    return float(np.mean(2 * np.diag(table) / np.maximum(sizes, 1)))


def precision_recall_of(table: NDArray[np.int64], place: int) -> tuple[float, float]:
    """Precision and recall of the class at `place`, 0 to 1 each; 0.0 where nothing was called, or nothing was there."""
    hits = float(table[place, place])
    return hits / max(1.0, float(table[:, place].sum())), hits / max(1.0, float(table[place].sum()))


def recall_at_precision(present: ArrayLike, stated: ArrayLike, least: float = 0.8) -> float:
    """The highest recall, 0 to 1, among the thresholds on `stated` whose precision is `least` or more.

    `present` is 0 or 1, `stated` the probability of 1; a row with `stated` 0 is never called. 0.0 when no threshold
    reaches the precision, and when nothing is present.
    """
    there, probability = checked(present, stated)
    order = np.argsort(-probability, kind="stable")
    hits = np.cumsum(there[order])
    ends = np.append(np.diff(probability[order]) != 0, True) & (probability[order] > 0)  # a threshold cuts no tie
    reached = ends & (hits >= (least - _ROUNDING) * np.arange(1, len(hits) + 1))
    return float(hits[reached].max() / there.sum()) if reached.any() and there.any() else 0.0


def resampled(statistic: Callable[[Rows], float], clusters: Names | Rows, rounds: int = 1000, seed: int = 0) -> Scores:
    """`statistic`, (rounds,), when whole questions are drawn again, with replacement.

    `clusters` names the question of each row; `statistic` gets the drawn rows, those of a question drawn twice
    standing in it twice, and may be NaN. A measure within questions is resampled right only by what it is the mean of:
    give one row a question (`question_spearmans`) or a pair (`OrderedPairs.right`). Deterministic for a seed. Raises
    ValueError for fewer than one round.
    """
    if rounds < 1:
        raise ValueError("a bootstrap needs at least one round")
    members = _groups(clusters, len(clusters))
    chance = np.random.default_rng(seed)
    draws = (chance.integers(len(members), size=len(members)) for _ in range(rounds))
    return np.array([statistic(np.concatenate([members[drawn] for drawn in draw])) for draw in draws])


def resampled_means(values: Scores, clusters: Names | Rows, rounds: int = 1000, seed: int = 0) -> Scores:
    """What `resampled` gives for the mean of `values`, from the sums of the questions alone, which is much faster."""
    if rounds < 1:
        raise ValueError("a bootstrap needs at least one round")
    members = _groups(clusters, len(values))
    sums = np.array([values[rows].sum() for rows in members])
    counts = np.array([len(rows) for rows in members])
    draws = np.random.default_rng(seed).integers(len(members), size=(rounds, len(members)))
    return np.asarray(sums[draws].sum(axis=1) / counts[draws].sum(axis=1), dtype=np.float64)


def cluster_bootstrap(
    statistic: Callable[[Rows], float], clusters: Names | Rows, rounds: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """The 95% percentile interval of `resampled`. Raises ValueError when the statistic is never defined."""
    return interval(resampled(statistic, clusters, rounds, seed))


def interval(values: Scores) -> tuple[float, float]:
    """The middle 95% of `values`, NaN left out. Raises ValueError when nothing is left."""
    defined = values[~np.isnan(values)]
    if not len(defined):
        raise ValueError("the statistic is defined in no round")
    low, high = np.percentile(defined, [2.5, 97.5])
    return float(low), float(high)


def checked(one: ArrayLike, other: ArrayLike) -> tuple[Scores, Scores]:
    first, second = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"the inputs have shapes {first.shape} and {second.shape}; two lists of one length are needed")
    if not len(first):
        raise ValueError("there is no row to measure")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ValueError("the inputs have NaN or infinity in them; leave out what could not be graded")
    return first, second


def tenths(values: Scores) -> NDArray[np.intp]:
    """Which tenth of the scale from 0 to 1 each value is in, 0 to 9; 1.0 is in the last."""
    if values.min() < 0 or values.max() > 1:
        raise ValueError("a value lies outside 0 to 1")
    return np.minimum(TENTHS - 1, np.floor(values * TENTHS + _ROUNDING)).astype(np.intp)


def _ranks(values: Scores) -> Scores:
    """Ranks from 1, tied values sharing the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[inverse], dtype=np.float64)


def _groups(names: Names | Rows, expected: int) -> list[Rows]:
    """The rows of each name, in order of the names."""
    given = np.asarray(names)
    if given.shape != (expected,) or not expected:
        raise ValueError(f"{len(given)} questions were given for {expected} rows")
    _, inverse = np.unique(given, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    return np.split(order, np.cumsum(np.bincount(inverse))[:-1])
