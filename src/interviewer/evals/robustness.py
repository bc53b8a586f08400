"""The robustness card: what becomes of the score when an answer is changed in a way whose worth is known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interviewer.domain.grade import Provenance
from interviewer.evals import baselines
from interviewer.evals.answers import Assessed, Failed
from interviewer.evals.measures import PASS
from interviewer.evals.staged import PLAIN, WORTHLESS, Staged
from interviewer.evals.tables import Bootstrap, Cell, Table

TOTAL = "keyword lists, echoes, instructions, off-question"


@dataclass(frozen=True)
class RobustnessReport:
    table: Table
    provenance: Provenance
    """Of the grader that was measured."""
    failed: int
    """Variants that could not be graded, or belong to a card whose plain reference could not be."""


def robustness_report(
    staged: Sequence[Staged], outcomes: Sequence[Assessed | Failed], bootstrap: Bootstrap
) -> RobustnessReport | None:
    """One row a variant, and a last one for all that must not pass. Variants that could not be graded, and those of a
    card whose plain reference could not be, are left out and counted. None when nothing could be graded."""
    pairs = list(zip(staged, outcomes, strict=True))
    plain = {
        each.card.id: outcome for each, outcome in pairs if each.variant == PLAIN and isinstance(outcome, Assessed)
    }
    rows = [(each, outcome) for each, outcome in pairs if isinstance(outcome, Assessed) and each.card.id in plain]
    if not rows:
        return None
    grader = rows[0][1].grade.provenance.grader
    variants = np.array([each.variant for each, _ in rows])
    cards = np.array([each.card.id for each, _ in rows])
    scores = {
        "grader": np.array([outcome.grade.score for _, outcome in rows]),
        "cosine": np.array([outcome.cosine for _, outcome in rows]),
    }
    before = {
        "grader": np.array([plain[each.card.id].grade.score for each, _ in rows]),
        "cosine": np.array([plain[each.card.id].cosine for each, _ in rows]),
    }

    def row(name: str, should: str, chosen: NDArray[np.bool_]) -> tuple[Cell, ...]:
        cells: list[Cell] = [name, should, int(chosen.sum())]
        for system, predicted in scores.items():
            passed = predicted >= PASS
            cells += [
                bootstrap.mean(predicted[chosen], cards[chosen]),
                bootstrap.mean((predicted - before[system])[chosen], cards[chosen]),
                bootstrap.mean(passed[chosen].astype(np.float64), cards[chosen]),
                f"{int(passed[chosen].sum())} of {int(chosen.sum())}",
            ]
        return tuple(cells)

    expected = {each.variant: each.should for each, _ in rows}
    table = [row(variant, should, variants == variant) for variant, should in expected.items()]
    table.append(row(TOTAL, "zero", np.isin(variants, WORTHLESS)))
    left_out = len(pairs) - len(rows)
    headings = {"mean": "mean", "shift": "mean shift", "pass_share": "passes", "passed": "number"}
    shown = Table(
        "robustness",
        "Robustness card",
        f"{len(plain)} cards. Each variant of the card's reference answer: its mean score, the mean shift against the "
        f"plain reference, and the share that passes, a score of {PASS:.2f} or more. `{grader}` is the grader, "
        f"the cosine is {baselines.COSINE} of the whole answer with the reference. Should: *keeps*, the score stays; "
        "*loses*, the changed point no longer counts (negation by rule turns one clause of a sentence, now and then "
        "not the point's own); *zero*, no credit. The last row sums up what must not pass."
        + (f" {left_out} variants could not be graded and are left out." if left_out else ""),
        {
            "variant": "variant",
            "should": "should",
            "answers": "n",
            **{
                f"{system}_{key}": f"{name}: {heading}"
                for system, name in (("grader", grader), ("cosine", "cosine"))
                for key, heading in headings.items()
            },
        },
        table,
    )
    return RobustnessReport(shown, rows[0][1].grade.provenance, left_out)
