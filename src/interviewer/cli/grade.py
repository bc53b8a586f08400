"""`interviewer grade`: JSON Lines in, JSON Lines out."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Annotated, Literal

import typer

from interviewer.cli.options import BankOption, settings_for


def grade(
    grader: Annotated[
        Literal["offline", "embeddings", "llm", "hybrid"] | None,
        typer.Option("--grader", help="Default: that of the settings."),
    ] = None,
    input: Annotated[Path | None, typer.Option("--input", "-i", help="File to read. Default: standard input.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write. Default: standard output.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, max=256, help="Processes to grade with.")] = 1,
    bank: BankOption = None,
) -> None:
    """Grade answers: one JSON object a line in, one JSON object a line out, in order.

    A line names a card, {"card_id": "he-initialization", "answer": "…"}, or brings its own, {"id": "q1", "question":
    "…", "reference": "…", "key_points": [{"id": "k1", "text": "…"}], "answer": "…"}. A line that can not be graded
    gives an "error" and the exit status 1; the others are still graded.
    """
    from interviewer.bulk import grade_lines

    settings = settings_for(bank, grading__grader=grader)
    if input is not None and output is not None and output.exists() and output.samefile(input):
        raise typer.BadParameter(f"{output} is the input: the answers would be overwritten. Name another output.")
    with ExitStack() as files:
        source: IO[bytes] = sys.stdin.buffer if input is None else files.enter_context(_opened(input, "rb"))

        def target() -> IO[bytes]:
            return sys.stdout.buffer if output is None else files.enter_context(_opened(output, "wb"))

        failed = grade_lines(settings, source, target, workers=workers)
    if failed:
        raise typer.Exit(1)


def _opened(path: Path, mode: Literal["rb", "wb"]) -> IO[bytes]:
    try:
        return path.open(mode)
    except OSError as error:
        raise typer.BadParameter(f"{path} can not be opened: {error.strerror}") from error
