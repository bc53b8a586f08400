"""`interviewer config`: what the settings are, and where."""

import typer

from interviewer.cli.options import JsonOption

app = typer.Typer(help="Show the settings and where they are read from.", no_args_is_help=True, rich_markup_mode=None)


@app.command("path")
def path() -> None:
    """Print the path of the settings file, whether or not it exists."""
    from interviewer.config import settings_path

    typer.echo(str(settings_path()))


@app.command("show")
def show(json: JsonOption = False) -> None:
    """Print the settings in force, as TOML that can be saved as the settings file."""
    from interviewer.config import load_settings, settings_as_toml, settings_path

    settings = load_settings()
    if json:
        typer.echo(settings.model_dump_json(indent=2))
    else:
        typer.echo(f"# {settings_path()}\n{settings_as_toml(settings)}", nl=False)
