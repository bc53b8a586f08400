"""The command line: `interviewer` and its subcommands."""

import io
import sys


def main() -> None:
    """Entry point. Errors a user can run into end as one message on standard error, never as a traceback."""
    from interviewer.cli.app import app
    from interviewer.errors import BankError, InterviewerError, SettingsError, UnknownName

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without γ shows a question mark
    try:
        app()
    except InterviewerError as error:
        print(f"interviewer: {error}", file=sys.stderr)
        sys.exit(2 if isinstance(error, SettingsError | UnknownName | BankError) else 1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except KeyboardInterrupt:
        sys.exit(130)
