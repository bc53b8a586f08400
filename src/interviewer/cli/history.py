"""`interviewer history` and `interviewer report`: what was asked before, and how it went."""

import shutil
from typing import Annotated

import typer

from interviewer.cli.options import BankOption, DataDirOption, JsonOption, OutputOption, interviewer_for, write_output
from interviewer.domain.display import percent, visible


def history(
    limit: Annotated[int | None, typer.Option("--limit", "-l", min=1, help="Show only the newest sessions.")] = None,
    json: JsonOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """List past sessions, the newest first."""
    sessions = interviewer_for(data_dir=data_dir).store.sessions(limit)
    if json:
        import json as encoder

        rows = [session.model_dump(mode="json") for session in sessions]
        typer.echo(encoder.dumps(rows, indent=2, ensure_ascii=False))
        return
    if not sessions:
        typer.echo("No sessions yet. `interviewer` starts one.")
        return
    columns = shutil.get_terminal_size().columns
    for session in sessions:
        started = f"{session.started_at.astimezone():%Y-%m-%d %H:%M}"
        answered = f"{session.answered}/{session.asked}"
        about = session.title if session.ended else f"(not finished) {session.title}"
        line = f"{session.id:<20}  {started}  {session.mode:<5}  {percent(session.score):>4}  {answered:>7}  {about}"
        typer.echo(visible(line)[:columns])


def report(
    session: Annotated[str | None, typer.Option("--session", "-s", help="Session id. Default: the newest.")] = None,
    json: JsonOption = False,
    output: OutputOption = None,
    bank: BankOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Write the report on a session: scores by topic and anchor, best and weakest answer, what to study."""
    from interviewer.report import render_markdown

    program = interviewer_for(bank, data_dir)
    made = program.report(session or program.latest_session())
    text = made.model_dump_json(indent=2) + "\n" if json else render_markdown(made)
    write_output(text, output)
