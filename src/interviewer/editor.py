"""The user's own editor, as `VISUAL` or `EDITOR` names it."""

import os
from pathlib import Path

import click

from interviewer.errors import InterviewerError

TAKES_LINE = ("vi", "vim", "nvim", "nano", "emacs", "micro", "kak", "helix", "hx", "joe")
"""Editors that open a file at a line when told `+N`."""


class EditorError(InterviewerError):
    """The editor could not be run."""


def edited_text(text: str) -> str | None:
    """What the user made of `text` in the editor; None when it was left without saving. Raises EditorError."""
    try:
        return click.edit(text, extension=".md", require_save=True)
    except click.ClickException as error:
        raise EditorError(_explain(error)) from error


def edit_file(path: Path, line: int = 1) -> None:
    """Open a file in the editor, at `line` where the editor can do it. Raises EditorError."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if editor and Path(editor.split()[0]).name in TAKES_LINE:
        editor = f"{editor} +{line}"
    try:
        click.edit(filename=str(path), editor=editor)
    except click.ClickException as error:
        raise EditorError(_explain(error)) from error


def _explain(error: click.ClickException) -> str:
    return f"{error.format_message()}. Set the environment variable EDITOR to an editor that you have."
