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

from interviewer.domain.grade import Verdict

Scores = NDArray[np.float64]
Rows = NDArray[np.intp]
Names = Sequence[str] | NDArray[np.str_]

VERDICTS = tuple(Verdict)
LEAST_DIFFERENCE = 0.3
"""Two answers whose human scores differ by less than this have no certain order."""
TENTHS = 10
_ROUNDING = 1e-9
"""What 0.65 - 0.35 and the like are off by in binary fractions, with room to spare."""


def pearson(human: ArrayLike, predicted: ArrayLike) -> float:
    """Pearson's correlation, -1 to 1; 0.0 when either input is constant."""
    one, other = _checked(human, predicted)
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    one, other = one - one.mean(), other - other.mean()
    spread = float(np.sqrt((one @ one) * (other @ other)))
    return float(np.clip(one @ other / spread, -1.0, 1.0)) if spread > 0 else 0.0


def spearman(human: ArrayLike, predicted: ArrayLike) -> float:
    """Pearson's correlation of the ranks, -1 to 1, tied values sharing their mean rank; 0.0 for constant input."""
    one, other = _checked(human, predicted)
    return pearson(_ranks(one), _ranks(other))


def question_spearmans(human: ArrayLike, predicted: ArrayLike, questions: Names) -> Scores:
    """Spearman's correlation within each question that has two answers or more and human scores that differ.

    One value a question, in order of the questions' names; 0.0 for a question whose predictions are all the same.
    Empty when no question qualifies.
    """
    one, other = _checked(human, predicted)
    groups = _groups(questions, len(one))
    return np.array([spearman(one[rows], other[rows]) for rows in groups if np.ptp(one[rows]) > 0], dtype=np.float64)


def within_question_spearman(human: ArrayLike, predicted: ArrayLike, questions: Names) -> float:
    """Mean of `question_spearmans`, every question with the same weight; 0.0 when no question qualifies."""
    values = question_spearmans(human, predicted, questions)
    return float(values.mean()) if len(values) else 0.0


def rmse(human: ArrayLike, predicted: ArrayLike) -> float:
    """Root of the mean squared error, 0 to 1 for scores from 0 to 1."""
    one, other = _checked(human, predicted)
    return float(np.sqrt(np.mean((one - other) ** 2)))


def block_weighted_rmse(human: ArrayLike, predicted: ArrayLike) -> float:
    """RMSE in which each non-empty tenth of the human scale has the same total weight, as in ASAG2024.

    The tenths are [0, 0.1), [0.1, 0.2), … [0.9, 1]. Human scores pile up at the top of the scale, so that a plain RMSE
    rewards a constant. Raises ValueError for a human score outside 0 to 1.
    """
    one, other = _checked(human, predicted)
    tenths = _tenths(one)
    counts = np.bincount(tenths, minlength=TENTHS)
    errors = np.bincount(tenths, weights=(one - other) ** 2, minlength=TENTHS)
    filled = counts > 0
    return float(np.sqrt(np.mean(errors[filled] / counts[filled])))


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
    one, other = _checked(human, predicted)
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


def confusion(human: Names, predicted: Names, classes: Sequence[str] = VERDICTS) -> NDArray[np.int64]:
    """How often which class was called for which: people's class by row, the prediction's by column.

    Shape (len(classes), len(classes)), in the order of `classes`, whether or not a class occurs. Raises ValueError for
    a class that is not among them.
    """
    one, other = np.asarray(human, dtype=np.str_), np.asarray(predicted, dtype=np.str_)
    if one.shape != other.shape or one.ndim != 1:
        raise ValueError(f"the inputs have shapes {one.shape} and {other.shape}; two lists of one length are needed")
    if not len(one):
        raise ValueError("there is no row to measure")
    is_one = np.array([one == str(name) for name in classes])
    is_other = np.array([other == str(name) for name in classes])
    if not (is_one.any(axis=0).all() and is_other.any(axis=0).all()):
        strange = (set(one.tolist()) | set(other.tolist())) - {str(name) for name in classes}
        raise ValueError(f"not among the classes: {', '.join(sorted(strange))}")
    return np.asarray(is_one.astype(np.int64) @ is_other.astype(np.int64).T, dtype=np.int64)


def macro_f1(human: Names, predicted: Names, classes: Sequence[str] = VERDICTS) -> float:
    """Mean F1 over all `classes`, 0 to 1. A class that neither occurs nor is called has F1 0 and still counts."""
    table = confusion(human, predicted, classes)
    hits = np.diag(table).astype(np.float64)
    sizes = table.sum(axis=0) + table.sum(axis=1)
    return float(np.mean(2 * hits / np.maximum(sizes, 1)))


def precision_recall(
    human: Names, predicted: Names, name: str, classes: Sequence[str] = VERDICTS
) -> tuple[float, float]:
    """Precision and recall of the class `name`, 0 to 1 each; 0.0 where nothing was called, or nothing was there."""
    table = confusion(human, predicted, classes)
    index = [str(known) for known in classes].index(str(name))
    hits = float(table[index, index])
    return hits / max(1.0, float(table[:, index].sum())), hits / max(1.0, float(table[index].sum()))


def expected_calibration_error(probability: ArrayLike, correct: ArrayLike) -> float:
    """Mean distance of the stated probability from the share that is correct, over ten equal bins, 0 to 1.

    Each bin weighs as many rows as fall into it (Naeini et al. 2015). `correct` is 0 or 1 (or boolean). Raises
    ValueError for a probability outside 0 to 1.
    """
    stated, right = _checked(probability, correct)
    bins = _tenths(stated)
    gaps = np.bincount(bins, weights=stated - right, minlength=TENTHS)
    return float(np.abs(gaps).sum() / len(stated))


def cluster_bootstrap(
    statistic: Callable[[Rows], float], clusters: Names | NDArray[np.intp], rounds: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """The 95% percentile interval of `statistic` when whole questions are drawn again, with replacement.

    `clusters` names the question of each row; `statistic` gets the drawn rows, those of a question drawn twice
    standing in it twice. A measure within questions is resampled right only by what it is the mean of: give one row a
    question (`question_spearmans`) or a pair (`OrderedPairs.right`). Deterministic for a seed. Raises ValueError for
    fewer than one round.
    """
    if rounds < 1:
        raise ValueError("a bootstrap needs at least one round")
    members = _groups(clusters, len(clusters))
    chance = np.random.default_rng(seed)
    values = [
        statistic(np.concatenate([members[drawn] for drawn in chance.integers(len(members), size=len(members))]))
        for _ in range(rounds)
    ]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def _checked(one: ArrayLike, other: ArrayLike) -> tuple[Scores, Scores]:
    first, second = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"the inputs have shapes {first.shape} and {second.shape}; two lists of one length are needed")
    if not len(first):
        raise ValueError("there is no row to measure")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ValueError("the inputs have NaN or infinity in them; leave out what could not be graded")
    return first, second


def _tenths(values: Scores) -> NDArray[np.intp]:
    """Which tenth of the scale from 0 to 1 each value is in, 0 to 9; 1.0 is in the last."""
    if values.min() < 0 or values.max() > 1:
        raise ValueError("a value lies outside 0 to 1")
    return np.minimum(TENTHS - 1, np.floor(values * TENTHS + _ROUNDING)).astype(np.intp)


def _ranks(values: Scores) -> Scores:
    """Ranks from 1, tied values sharing the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[inverse], dtype=np.float64)


def _groups(names: Names | NDArray[np.intp], expected: int) -> list[Rows]:
    """The rows of each name, in order of the names."""
    given = np.asarray(names)
    if given.shape != (expected,) or not expected:
        raise ValueError(f"{len(given)} questions were given for {expected} rows")
    _, inverse = np.unique(given, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    return np.split(order, np.cumsum(np.bincount(inverse))[:-1])
