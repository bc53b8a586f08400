"""The whole of an evaluation: what was measured with what, every table, what was left out. Markdown and JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interviewer.domain.grade import Provenance
from interviewer.errors import Problem
from interviewer.evals import baselines
from interviewer.evals.answers import Measured
from interviewer.evals.robustness import RobustnessReport
from interviewer.evals.tables import Bootstrap, Table

LISTED = 20
"""Left-out lines that the Markdown report names; JSON names all."""


@dataclass(frozen=True)
class SetReport:
    """One set of answers: what it is and how the systems do on it."""

    part: Measured
    tables: tuple[Table, ...]
    plots: tuple[Path, ...] = ()
    """Pictures, relative to the report."""

    def markdown(self) -> str:
        part = self.part
        lines = [f"## {' '.join(part.name.split())}\n", f"{self._summary()}\n"]
        lines += [table.markdown() for table in self.tables]
        lines += [f"![{plot.stem}]({plot.as_posix().replace(' ', '%20')})\n" for plot in self.plots]
        return "\n".join(lines)

    def json(self) -> dict[str, Any]:
        part = self.part
        return {
            "name": part.name,
            "answers": len(part.answers),
            "questions": len(set(part.questions)),
            "mean_human": float(part.human.mean()),
            "failed": [{"place": answer.place, "reason": failed.reason} for answer, failed in part.failed],
            **{table.key: table.json() for table in self.tables},
        }

    def _summary(self) -> str:
        part = self.part
        text = (
            f"{len(part.answers)} answers to {len(set(part.questions))} questions, mean human score "
            f"{part.human.mean():.2f}."
        )
        if not part.failed:
            return text
        places = "; ".join(f"{answer.place}: {failed.reason}" for answer, failed in part.failed[:LISTED])
        return f"{text} {len(part.failed)} could not be graded and are not scored: {places}{_more(part.failed)}."


@dataclass(frozen=True)
class Report:
    provenance: Provenance
    bootstrap: Bootstrap
    sampled: str
    """How the answers were chosen from the files, as a sentence; empty when all were taken."""
    sets: tuple[SetReport, ...] = ()
    closing: Table | None = None
    robustness: RobustnessReport | None = None
    problems: tuple[Problem, ...] = ()
    """Lines of the files that could not be used."""
    note: str = ""
    """What else the reader should know, such as that there are no plots."""

    @property
    def failed(self) -> int:
        """Answers that could not be graded."""
        return sum(len(each.part.failed) for each in self.sets) + (self.robustness.failed if self.robustness else 0)

    def markdown(self) -> str:
        made, rounds = self.provenance, self.bootstrap.rounds
        intervals = (
            f", in brackets 95% intervals from {rounds} bootstrap rounds over whole questions (seed "
            f"{self.bootstrap.seed})"
            if rounds
            else ""
        )
        lines = [
            "# How well the grader agrees with people\n" if self.sets else "# How robust the grader is\n",
            f"Grader: {made.grader}, {made.model}, interviewer {made.version}. Scores are 0 to 1{intervals}. "
            f"{baselines.ABOUT} A correlation with a constant counts as 0; – is undefined.\n",
        ]
        lines += [f"{sentence}\n" for sentence in (self.sampled, self.note) if sentence]
        if self.problems:
            listed = "\n".join(f"- {problem}" for problem in self.problems[:LISTED])
            lines.append(f"Left out, {len(self.problems)} faults in the files:\n\n{listed}{_more(self.problems)}\n")
        lines += [each.markdown() for each in self.sets]
        if self.closing is not None:
            lines.append(self.closing.markdown())
        if self.robustness is not None:
            lines.append(self.robustness.table.markdown())
        return "\n".join(lines)

    def json(self) -> dict[str, Any]:
        return {
            "provenance": self.provenance.model_dump(),
            "bootstrap": {"rounds": self.bootstrap.rounds, "seed": self.bootstrap.seed},
            "sampled": self.sampled,
            "note": self.note,
            "problems": [str(problem) for problem in self.problems],
            "sets": [each.json() for each in self.sets],
            **({self.closing.key: self.closing.json()} if self.closing else {}),
            **({self.robustness.table.key: self.robustness.table.json()} if self.robustness else {}),
        }


def predictions(part: Measured) -> list[dict[str, Any]]:
    """One object an answer, for a look at single grades: no texts, only where they stand and what was said of them."""
    return [
        {
            "set": part.name,
            "place": row.place,
            "question_id": row.question_id,
            "label": row.label,
            "human": row.score,
            "scores": {system: round(float(scores[index]), 4) for system, scores in part.scores.items()},
            "confidence": each.grade.confidence,
            "points": [
                {
                    "id": point.id,
                    "human": row.points.get(point.id),
                    "verdict": point.verdict,
                    "probability": point.probability,
                }
                for point in each.grade.points
            ],
        }
        for index, (row, each) in enumerate(zip(part.answers, part.assessed, strict=True))
    ]


def _more(listed: Sequence[object]) -> str:
    return f" … and {len(listed) - LISTED} more" if len(listed) > LISTED else ""
