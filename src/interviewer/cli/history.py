"""`interviewer history` and `interviewer report`: what was asked before, and how it went."""

from typing import Annotated

import typer

from interviewer.cli.options import BankOption, DataDirOption, JsonOption, OutputOption, interviewer_for, write_output


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
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("session", "started", "mode", "answered", "score", "about"):
        table.add_column(heading, justify="right" if heading in {"answered", "score"} else "left", no_wrap=True)
    for session in sessions:
        table.add_row(
            session.id,
            f"{session.started_at.astimezone():%Y-%m-%d %H:%M}",
            str(session.mode),
            f"{session.answered}/{session.asked}",
            "–" if session.score is None else f"{session.score:.0%}",
            Text(session.title if session.ended else f"(unfinished) {session.title}", overflow="ellipsis"),
        )
    Console().print(table)


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
