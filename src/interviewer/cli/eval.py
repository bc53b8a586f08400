"""`interviewer eval`: how well the grader agrees with people, and how hard it is to fool."""

import json as encoder
import multiprocessing
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from interviewer.cli.options import BankOption, JsonOption, settings_for, write_output
from interviewer.domain.display import visible
from interviewer.errors import GradingError

if TYPE_CHECKING:
    from interviewer.config import Settings
    from interviewer.domain.card import Bank, Item
    from interviewer.evals.answers import Assessed, Failed
    from interviewer.evals.readers import AnswerSet, Reader
    from interviewer.evals.report import Report, SetReport
    from interviewer.evals.robustness import RobustnessReport
    from interviewer.evals.tables import Bootstrap
    from interviewer.grading.embedding import Embedder
    from interviewer.grading.interface import Grader

Form = Literal["auto", "graded", "interview"]
Split = Literal["all", "test", "train"]
Case = tuple["Item", str, tuple[str, ...]]
"""An item, an answer to it, and the anchors whose nearest sentence is looked for."""
Assess = Callable[[str, Sequence[Case]], "list[Assessed | Failed]"]
"""Assesses cases, in order; the text is what they are called on the screen."""


def evaluate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE",
            help="JSON Lines: graded answers or interview cards; or a folder with answers/ and cards/.",
            show_default=False,
        ),
    ] = None,
    robustness: Annotated[
        bool, typer.Option("--robustness", help="Measure the robustness card on the bank, with or without files.")
    ] = False,
    grader: Annotated[
        str | None, typer.Option("--grader", help="As in the setting grading.grader. Default: that of the settings.")
    ] = None,
    form: Annotated[
        Form,
        typer.Option("--format", help="What the files hold; auto looks at the first line."),
    ] = "auto",
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Only the lines with this source. May be repeated.")
    ] = None,
    split: Annotated[
        Split,
        typer.Option("--split", help="Of a folder: the cards that its test_split.json names, the others, or all."),
    ] = "all",
    every: Annotated[int, typer.Option("--every", min=1, help="Only one in N answers of each set, or cards.")] = 1,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="At most N answers of each set, or cards.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder for report.md, report.json, answers.jsonl and plots."),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, max=256, help="Processes to grade with.")] = 1,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="For the intervals, what --every and --limit draw, and typing errors.")
    ] = 0,
    bootstrap: Annotated[
        int, typer.Option("--bootstrap", min=0, help="Rounds for the 95% intervals; 0 leaves them out.")
    ] = 1000,
    json: JsonOption = False,
    bank: BankOption = None,
) -> None:
    """Measure the grader on answers that people have graded, beside simple baselines.

    A FILE has one JSON object a line. Graded answers: {"question_id": "q1", "question": "…", "reference": "…",
    "answer": "…", "score": 0.5}, if you like with "source", each of which is a set of its own, and "label". Interview
    cards: {"id": "c1", "question": "…", "reference": "…", "key_points": [{"id": "k1", "text": "…"}], "answers":
    [{"kind": "partial", "text": "…", "score": 0.5, "points": {"k1": "covered"}}]}. Scores are 0 to 1.

    The report goes to standard output: agreement of scores, verdicts on points, calibration, risk and coverage, each
    with 95% intervals over questions. With --output it is also written to a folder, with plots where matplotlib is
    installed. Lines that can not be used are left out, listed, and give the exit status 1.

    \b
    interviewer eval exam.jsonl --output results
    interviewer eval training/data --split test --workers 4
    interviewer eval --robustness --limit 10
    """
    from interviewer.domain.card import Bank
    from interviewer.evals.measures import closing_table
    from interviewer.evals.plots import REMEDY, available
    from interviewer.evals.readers import Reader, UnusableData
    from interviewer.evals.report import Report
    from interviewer.evals.tables import Bootstrap
    from interviewer.wiring import Interviewer

    if not files and not robustness:
        raise typer.BadParameter("Name a FILE with graded answers, or give --robustness. --help says what they hold.")
    settings = settings_for(bank, grading__grader=grader)
    cards = Interviewer(settings).bank if robustness or any(path.is_dir() for path in files or ()) else Bank([])
    reader = Reader(cards)
    try:
        sets = _read(reader, files or [], form, source or [], split)
    except UnusableData as error:
        raise typer.BadParameter(str(error)) from error
    if files and not any(each.answers for each in sets):
        listed = "".join(f"\n  {problem}" for problem in reader.problems[:20])
        raise typer.BadParameter(f"There is no answer that can be graded in {', '.join(map(str, files))}.{listed}")
    if output is not None:
        _make_folder(output)
    rounds = Bootstrap(bootstrap, seed)
    assess = _assessor(settings, workers)
    plots = output if output is not None and available() else None
    measured = [_measured(each.sampled(every, limit, seed), assess, rounds, plots) for each in sets if each.answers]
    done = [each for each in measured if each is not None]
    fooled = _robustness(cards, assess, rounds, every, limit) if robustness else None
    made = [each.part.assessed[0].grade.provenance for each in done] + ([fooled.provenance] if fooled else [])
    if not made:
        raise GradingError("No answer could be graded.")
    report = Report(
        provenance=made[0],
        bootstrap=rounds,
        sampled=_sampled(every, limit, seed),
        sets=tuple(done),
        closing=closing_table([each.part for each in done], rounds) if done else None,
        robustness=fooled,
        problems=tuple(reader.problems),
        note=REMEDY if output is not None and plots is None else "",
    )
    if output is not None:
        _write(report, output)
    typer.echo(encoder.dumps(report.json(), ensure_ascii=False, indent=1) if json else report.markdown())
    if reader.problems or report.failed or len(done) < len(measured):
        raise typer.Exit(1)


def _read(
    reader: "Reader", files: Sequence[Path], form: Form, sources: Sequence[str], split: Split
) -> "list[AnswerSet]":
    from interviewer.evals.readers import UnusableData

    sets = [
        each for path in files for each in (reader.folder(path, split) if path.is_dir() else reader.file(path, form))
    ]
    if not sources:
        return sets
    if unknown := [name for name in sources if name not in {each.source for each in sets}]:
        there = ", ".join(sorted({each.source for each in sets} - {""})) or "none"
        raise UnusableData(f"No line has the source '{unknown[0]}'. Sources there are: {there}.")
    return [each for each in sets if each.source in sources]


def _measured(chosen: "AnswerSet", assess: Assess, bootstrap: "Bootstrap", plots: Path | None) -> "SetReport | None":
    """None when no answer of the set could be graded, which standard error then says."""
    from interviewer.evals.answers import Measured
    from interviewer.evals.measures import tables_of
    from interviewer.evals.plots import save_plots
    from interviewer.evals.report import SetReport

    cases = [(row.item, row.answer, tuple(row.points)) for row in chosen.answers]
    part = Measured.of(chosen.name, chosen.answers, assess(chosen.name, cases))
    if part is None:
        print(f"{chosen.name}: no answer could be graded", file=sys.stderr)
        return None
    pictures: list[Path] = []
    if plots is not None:
        folder = plots / "plots"
        folder.mkdir(exist_ok=True)
        pictures = save_plots(part, folder, _file_name(chosen.name))
    return SetReport(part, tuple(tables_of(part, bootstrap)), tuple(Path("plots") / each.name for each in pictures))


def _robustness(
    bank: "Bank", assess: Assess, bootstrap: "Bootstrap", every: int, limit: int | None
) -> "RobustnessReport | None":
    from interviewer.evals.readers import drawn
    from interviewer.evals.robustness import robustness_report
    from interviewer.evals.staged import staged_answers
    from interviewer.grading.embedding import OnnxEmbedder

    cards = drawn(bank.cards, every, limit, bootstrap.seed)
    embedder = OnnxEmbedder()
    staged = [each for card in cards for each in staged_answers(bank, card, embedder, bootstrap.seed)]
    return robustness_report(staged, assess("robustness", [(each.card, each.answer, ()) for each in staged]), bootstrap)


def _assessor(settings: "Settings", workers: int) -> Assess:
    """Raises ModelError or SettingsError before anything is graded."""
    from interviewer.evals.answers import assess
    from interviewer.grading.embedding import OnnxEmbedder
    from interviewer.wiring import make_grader

    grader, embedder = make_grader(settings), OnnxEmbedder()

    def here(name: str, cases: Sequence[Case]) -> "list[Assessed | Failed]":
        return _shown(name, len(cases), (assess(grader, embedder, *case) for case in cases))

    def in_processes(name: str, cases: Sequence[Case]) -> "list[Assessed | Failed]":
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context, initializer=_load, initargs=(settings,)) as pool:
            try:
                return _shown(name, len(cases), pool.map(_assess, cases, chunksize=4))
            except BrokenProcessPool as error:
                raise GradingError("A worker process ended before its time. Try fewer --workers.") from error

    return here if workers == 1 else in_processes


_worker: "tuple[Grader, Embedder] | None" = None


def _load(settings: "Settings") -> None:
    from interviewer.grading.embedding import OnnxEmbedder
    from interviewer.wiring import make_grader

    global _worker
    _worker = make_grader(settings, threads=1), OnnxEmbedder(threads=1)


def _assess(case: Case) -> "Assessed | Failed":
    from interviewer.evals.answers import assess

    if _worker is None:
        raise RuntimeError("the worker process was not initialised")
    item, answer, anchors = case
    return assess(*_worker, item, answer, anchors)


def _shown(name: str, total: int, outcomes: "Iterable[Assessed | Failed]") -> "list[Assessed | Failed]":
    """All outcomes; how far they are goes to standard error, over and over on one line of a terminal."""
    found = []
    terminal = sys.stderr.isatty()
    step = 1 if terminal else max(1, total // 10)
    for outcome in outcomes:
        found.append(outcome)
        if len(found) % step == 0 or len(found) == total:
            text = f"{visible(name)}: {len(found)} of {total} answers"
            end = "\n" if not terminal or len(found) == total else ""
            print(f"\r{text}" if terminal else text, end=end, file=sys.stderr, flush=True)
    return found


def _sampled(every: int, limit: int | None, seed: int) -> str:
    parts = [f"one in {every}" if every > 1 else "", f"at most {limit}" if limit is not None else ""]
    chosen = ", ".join(part for part in parts if part)
    return f"Not all answers (or cards) were taken: {chosen} of each set, drawn by the seed {seed}." if chosen else ""


def _file_name(name: str) -> str:
    return "-".join(re.findall(r"\w+", name.lower())) or "set"


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise typer.BadParameter(f"{folder} can not be made: {error.strerror}") from error


def _write(report: "Report", folder: Path) -> None:
    from interviewer.evals.report import predictions

    rows = (row for each in report.sets for row in predictions(each.part))
    texts = {
        "report.md": report.markdown(),
        "report.json": encoder.dumps(report.json(), ensure_ascii=False, indent=1) + "\n",
        "answers.jsonl": "".join(f"{encoder.dumps(row, ensure_ascii=False)}\n" for row in rows),
    }
    for name, text in texts.items():
        write_output(text, folder / name)
