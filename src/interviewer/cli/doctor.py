"""`interviewer doctor`: is everything in its place, and does grading work?"""

import platform
import sys
import time
from importlib import metadata
from typing import Any

import typer

from interviewer import __version__
from interviewer.cli.options import BankOption, DataDirOption, JsonOption, interviewer_for

LIBRARIES = ("textual", "pydantic", "onnxruntime", "tokenizers", "numpy", "sentence-transformers")
SELF_TEST_CARD = "he-initialization"


def doctor(json: JsonOption = False, bank: BankOption = None, data_dir: DataDirOption = None) -> None:
    """Check the installation: versions, paths, cards, models, and a self-test that grades one answer.

    Ends with exit status 1 when something is wrong.
    """
    found, faults = _examine(bank, data_dir)
    if json:
        import json as encoder

        typer.echo(encoder.dumps({**found, "faults": faults}, indent=2, ensure_ascii=False))
    else:
        for section, entries in found.items():
            typer.echo(section)
            for name, value in entries.items():
                typer.echo(f"  {name:<22} {value}")
        typer.echo("\nAll is well." if not faults else "\nWrong:\n" + "\n".join(f"  {fault}" for fault in faults))
    if faults:
        raise typer.Exit(1)


def _examine(bank: Any, data_dir: Any) -> tuple[dict[str, dict[str, Any]], list[str]]:
    from interviewer.config import settings_path
    from interviewer.errors import InterviewerError

    found: dict[str, dict[str, Any]] = {
        "versions": {"interviewer": __version__, "python": platform.python_version(), "system": platform.platform()}
    }
    for library in LIBRARIES:
        try:
            found["versions"][library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            found["versions"][library] = "not installed"
    faults: list[str] = []
    found["paths"] = {"program": sys.executable, "settings": str(settings_path())}
    try:
        program = interviewer_for(bank, data_dir)
        found["paths"]["history"] = str(program.settings.database)
    except InterviewerError as error:
        return found, [str(error)]
    try:
        found["history"] = {"sessions": len(program.store.sessions())}
    except InterviewerError as error:
        faults.append(str(error))
    try:
        found["bank"] = {"sources": ", ".join(map(str, program.bank_sources)), "cards": len(program.bank.cards)}
        found["bank"]["topics"] = len(program.bank.topics)
    except InterviewerError as error:
        faults.append(str(error))
        return found, faults
    try:
        found["grading"] = _self_test(program)
    except InterviewerError as error:
        faults.append(str(error))
        return found, faults
    if found["grading"]["reference answer"] <= found["grading"]["no answer"]:
        faults.append("The self-test failed: a reference answer was graded no better than 'I do not know'.")
    return found, faults


def _self_test(program: Any) -> dict[str, Any]:
    began = time.perf_counter()
    grader = program.grader()
    loaded = time.perf_counter()
    card = program.bank.card(SELF_TEST_CARD) if SELF_TEST_CARD in program.bank else program.bank.cards[0]
    grader.prepare(card)
    ready = time.perf_counter()
    full = grader.grade(card, card.reference)
    done = time.perf_counter()
    return {
        "grader": full.provenance.grader,
        "model": full.provenance.model,
        "models loaded in": f"{loaded - began:.2f} s",
        "one grade takes": f"{(done - ready) * 1000:.0f} ms",
        "self-test card": card.id,
        "reference answer": full.score,
        "no answer": grader.grade(card, "I do not know").score,
    }
