"""`interviewer bank`: look at the cards, and check those of your own."""

from pathlib import Path
from typing import Annotated

import typer

from interviewer.cli.options import BankOption, DifficultyOption, JsonOption, TopicOption, interviewer_for

app = typer.Typer(help="List, show and check the cards.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_cards(
    topic: TopicOption = None,
    difficulty: DifficultyOption = None,
    search: Annotated[str | None, typer.Option("--search", "-s", help="Only cards that contain these words.")] = None,
    json: JsonOption = False,
    bank: BankOption = None,
) -> None:
    """List the cards: id, difficulty and question, by topic."""
    from interviewer.bank.search import find_cards

    loaded = interviewer_for(bank).bank
    cards = find_cards(loaded, search or "", topics=tuple(topic or ()), difficulties=tuple(difficulty or ()))
    if json:
        import json as encoder

        rows = [
            {
                "id": card.id,
                "topic": loaded.topic_of(card.id).id,
                "difficulty": card.difficulty,
                "question": card.question,
            }
            for card in cards
        ]
        typer.echo(encoder.dumps(rows, indent=2, ensure_ascii=False))
        return
    shown = None
    for card in cards:
        if (this := loaded.topic_of(card.id)) != shown:
            typer.echo(f"{'' if shown is None else chr(10)}{this.title} ({this.id})")
            shown = this
        typer.echo(f"  {card.id:<34} {card.difficulty:<7} {card.question}")
    if not cards:
        typer.echo("No card fits.")


@app.command("show")
def show(
    card_id: Annotated[str, typer.Argument(metavar="CARD")], json: JsonOption = False, bank: BankOption = None
) -> None:
    """Show one card whole: question, reference, anchors, follow-ups."""
    from interviewer.bank.describe import card_text
    from interviewer.errors import UnknownName

    loaded = interviewer_for(bank).bank
    if card_id not in loaded:
        from difflib import get_close_matches

        close = get_close_matches(card_id, [card.id for card in loaded.cards], n=3, cutoff=0.5)
        hint = f" Did you mean {', '.join(close)}?" if close else " `interviewer bank list` shows them."
        raise UnknownName(f"There is no card '{card_id}'.{hint}")
    card = loaded.card(card_id)
    typer.echo(card.model_dump_json(indent=2) if json else card_text(card))


@app.command("check")
def check(
    sources: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE|FOLDER]...", help="Default: the bank of the settings.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Check bank files: every error and every complaint, each with file, line and field.

    Ends with exit status 1 when there is one.
    """
    from interviewer.bank.checks import check_files
    from interviewer.bank.loader import load_files
    from interviewer.errors import BankError

    cards = 0
    try:
        files = load_files(sources or interviewer_for().bank_sources)
        problems = check_files(files)
        cards = sum(len(file.content.cards) for file in files)
    except BankError as error:
        problems = error.problems
    if json:
        import dataclasses
        import json as encoder

        typer.echo(encoder.dumps([dataclasses.asdict(problem) for problem in problems], indent=2, ensure_ascii=False))
    else:
        for problem in problems:
            typer.echo(str(problem))
        typer.echo(
            f"{cards} card{'s' if cards != 1 else ''}, no complaint." if not problems else f"{len(problems)} to mend."
        )
    if problems:
        raise typer.Exit(1)


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of a bank file, for editors that complete and check."""
    from interviewer.bank.schema import topic_file_schema

    typer.echo(topic_file_schema(), nl=False)
