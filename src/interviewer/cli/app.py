"""The commands. Each imports what it needs when it runs, so that `--help` comes at once."""

import sys
from typing import Annotated

import typer

from interviewer import __version__
from interviewer.cli import ask as asking
from interviewer.cli import bank, config, doctor, grade, history
from interviewer.cli import eval as evaluation
from interviewer.cli.options import (
    AdaptiveOption,
    BankOption,
    CardOption,
    DataDirOption,
    DifficultyOption,
    DrillOption,
    JsonOption,
    QuestionsOption,
    ResumeOption,
    SecondsOption,
    SeedOption,
    TopicOption,
    interviewer_for,
    plan_for,
)

app = typer.Typer(
    name="interviewer",
    help="A mock interviewer for machine-learning interviews. It asks, grades your answer with your own words as the "
    "evidence, follows up on the gap, and remembers. Works offline.\n\n"
    "Without a command it opens the full-screen interview. Start right away with, for example:\n\n"
    "  interviewer --topic batch-normalization --questions 3",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(bank.app, name="bank")
app.add_typer(config.app, name="config")
app.command("grade")(grade.grade)
app.command("eval")(evaluation.evaluate)
app.command("history")(history.history)
app.command("report")(history.report)
app.command("doctor")(doctor.doctor)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"interviewer {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    topic: TopicOption = None,
    difficulty: DifficultyOption = None,
    questions: QuestionsOption = None,
    seconds: SecondsOption = None,
    drill: DrillOption = None,
    card: CardOption = None,
    adaptive: AdaptiveOption = None,
    seed: SeedOption = None,
    resume: ResumeOption = False,
    theme: Annotated[
        str | None,
        typer.Option("--theme", help="interviewer-dark, interviewer-light, ansi-dark, ansi-light, …"),
    ] = None,
    bank: BankOption = None,
    data_dir: DataDirOption = None,
    version: Annotated[  # noqa: ARG001  # handled by its callback
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand is not None:
        given = [name for name, value in context.params.items() if value not in (None, False, [], ())]
        if given:
            raise typer.BadParameter(f"--{given[0].replace('_', '-')} goes after the command, at the end of the line.")
        return
    wanted = {
        "topic": topic,
        "difficulty": difficulty,
        "questions": questions,
        "seconds": seconds,
        "drill": drill,
        "card": card,
        "adaptive": adaptive,
        "seed": seed,
    }
    program = interviewer_for(bank, data_dir, interface__theme=theme)
    immediately = any(value not in (None, []) for value in wanted.values())
    plan = plan_for(program.settings, **wanted)  # type: ignore[arg-type]  # the names are those of plan_for
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        asking.run(program, plan, resume=resume, as_json=False)
        return
    from interviewer.ui.app import InterviewerApp

    screens = InterviewerApp(program, plan, immediately=immediately, resume=resume)
    screens.run()
    if screens.failure is not None:
        raise screens.failure


@app.command("ask")
def ask(
    topic: TopicOption = None,
    difficulty: DifficultyOption = None,
    questions: QuestionsOption = None,
    seconds: SecondsOption = None,
    drill: DrillOption = None,
    card: CardOption = None,
    adaptive: AdaptiveOption = None,
    seed: SeedOption = None,
    resume: ResumeOption = False,
    json: JsonOption = False,
    bank: BankOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Hold the interview in the plain terminal, line by line; also for pipes.

    An answer ends with an empty line. /help lists what else can be typed.
    """
    program = interviewer_for(bank, data_dir)
    plan = plan_for(
        program.settings,
        topic=topic,
        difficulty=difficulty,
        questions=questions,
        seconds=seconds,
        drill=drill,
        card=card,
        adaptive=adaptive,
        seed=seed,
    )
    asking.run(program, plan, resume=resume, as_json=json)
