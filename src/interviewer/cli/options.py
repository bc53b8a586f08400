"""Options that several commands share, and what they mean."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from interviewer.config import Settings
    from interviewer.domain.transcript import Plan
    from interviewer.wiring import Interviewer

BankOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--bank", "-b", help="File or folder with cards of your own, beside the shipped ones. May be repeated."
    ),
]
DataDirOption = Annotated[
    Path | None, typer.Option("--data-dir", help="Where the history is kept. Default: the platform's data folder.")
]
TopicOption = Annotated[
    list[str] | None, typer.Option("--topic", "-t", help="Ask only this topic, by id. May be repeated.")
]
DifficultyOption = Annotated[
    list[str] | None,
    typer.Option("--difficulty", "-d", help="Ask only this difficulty: easy, medium, hard. May be repeated."),
]
QuestionsOption = Annotated[int | None, typer.Option("--questions", "-n", min=1, help="How many questions.")]
SecondsOption = Annotated[
    int | None, typer.Option("--seconds", min=0, help="Time limit for one question. 0 means none.")
]
DrillOption = Annotated[str | None, typer.Option("--drill", help="Drill one topic, by id: all its cards, no clock.")]
CardOption = Annotated[str | None, typer.Option("--card", "-c", help="Ask this single card, by id.")]
AdaptiveOption = Annotated[
    bool | None, typer.Option("--adaptive/--no-adaptive", help="Whether the difficulty follows how the interview goes.")
]
SeedOption = Annotated[int | None, typer.Option("--seed", help="Ask the same questions again.")]
ResumeOption = Annotated[bool, typer.Option("--resume", "-r", help="Continue the newest unfinished session.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OutputOption = Annotated[Path | None, typer.Option("--output", "-o", help="File to write. Default: standard output.")]


def interviewer_for(bank: list[Path] | None = None, data_dir: Path | None = None, **dotted: Any) -> "Interviewer":
    """The program with settings from file, environment and these options."""
    from interviewer.wiring import Interviewer

    return Interviewer(settings_for(bank, data_dir, **dotted))


def settings_for(bank: list[Path] | None = None, data_dir: Path | None = None, **dotted: Any) -> "Settings":
    """`dotted` names settings with `__` for the dot: `grading__grader="offline"`. Banks add to the settings' own."""
    from interviewer.config import load_settings

    settings = load_settings()
    options: dict[str, Any] = {name.replace("__", "."): value for name, value in dotted.items()}
    options["data_dir"] = data_dir
    if bank:
        options["banks"] = [*settings.banks, *bank]
    return load_settings(options=options)


def plan_for(
    settings: "Settings",
    *,
    topic: list[str] | None = None,
    difficulty: list[str] | None = None,
    questions: int | None = None,
    seconds: int | None = None,
    drill: str | None = None,
    card: str | None = None,
    adaptive: bool | None = None,
    seed: int | None = None,
) -> "Plan":
    """The plan that the options ask for. Raises typer.BadParameter for options that exclude each other."""
    from interviewer.domain.card import Difficulty
    from interviewer.domain.transcript import Mode
    from interviewer.wiring import make_plan

    if card is not None and (drill is not None or topic or difficulty or questions):
        raise typer.BadParameter(
            "--card asks one card; it goes with none of --drill, --topic, --difficulty, --questions."
        )
    if drill is not None and (topic or questions or seconds):
        raise typer.BadParameter(
            "--drill asks all cards of one topic; it goes with none of --topic, --questions, --seconds."
        )
    levels = [str(level) for level in Difficulty]
    if unknown := [level for level in difficulty or [] if level not in levels]:
        raise typer.BadParameter(f"'{unknown[0]}' is not a difficulty. Choose from {', '.join(levels)}.")
    return make_plan(
        settings,
        mode=Mode.CARD if card is not None else Mode.DRILL if drill is not None else Mode.MOCK,
        topics=(drill,) if drill is not None else tuple(topic or ()),
        difficulties=tuple(difficulty or ()),
        card_id=card,
        questions=questions,
        seconds=seconds,
        adaptive=adaptive,
        seed=seed,
    )


def write_output(text: str, output: Path | None) -> None:
    """Write to the file, or to standard output. Raises typer.BadParameter when the file can not be written."""
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{output} can not be written: {error.strerror}") from error
