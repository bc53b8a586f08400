"""What each entry point may import: help comes at once, and nothing is loaded that a command does not use."""

import subprocess
import sys
from pathlib import Path

import pytest

MODELS = {"onnxruntime", "tokenizers", "numpy"}
NEVER_ASKED_FOR = {"torch", "transformers", "sentence_transformers", "openai", "sklearn"}
SCREENS = {"textual"}
HISTORY = {"sqlite3"}

REPORT = """
import atexit, pathlib, sys
modules = pathlib.Path(sys.argv.pop(1))
atexit.register(lambda: modules.write_text(" ".join({name.partition(".")[0] for name in sys.modules})))
"""
RUN = f"""{REPORT}
sys.argv = ["interviewer", *sys.argv[1:]]
from interviewer.cli import main
main()
"""
HELP = f"""{REPORT}
from interviewer.cli import main
for command in sys.argv[1:]:
    sys.argv = ["interviewer", *command.split(), "--help"]
    try:
        main()
    except SystemExit as end:
        assert end.code == 0, command
"""
IMPORT = f"""{REPORT}
import importlib
importlib.import_module(sys.argv[1])
"""


def _imported(folder: Path, script: str, *arguments: str) -> set[str]:
    """The top-level modules that a process had imported when it ended."""
    report = folder / "modules"
    done = subprocess.run(
        [sys.executable, "-c", script, str(report), *arguments],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    modules = set(report.read_text(encoding="utf-8").split())
    assert "interviewer" in modules
    return modules


COMMANDS = (
    "", "ask", "grade", "history", "report", "eval", "doctor",
    "bank", "bank list", "bank show", "bank check", "bank schema", "config", "config show", "config path",
)  # fmt: skip


def test_help_loads_no_screens_no_model_and_no_history(tmp_path: Path) -> None:
    imported = _imported(tmp_path, HELP, *COMMANDS)
    assert imported & (MODELS | NEVER_ASKED_FOR | SCREENS | HISTORY) == set()


@pytest.mark.parametrize(
    ("command", "forbidden"),
    [
        ("--version", MODELS | NEVER_ASKED_FOR | SCREENS | HISTORY),
        ("config path", MODELS | NEVER_ASKED_FOR | SCREENS | HISTORY),
        ("config show", MODELS | NEVER_ASKED_FOR | SCREENS | HISTORY),
        ("bank schema", MODELS | NEVER_ASKED_FOR | SCREENS | HISTORY),
        ("bank list", MODELS | NEVER_ASKED_FOR | SCREENS),
        ("bank show he-initialization", MODELS | NEVER_ASKED_FOR | SCREENS),
        ("bank check", MODELS | NEVER_ASKED_FOR | SCREENS),
        ("history", MODELS | NEVER_ASKED_FOR | SCREENS),
        ("ask --card he-initialization", MODELS | NEVER_ASKED_FOR | SCREENS),
        ("grade", NEVER_ASKED_FOR | SCREENS),
        ("doctor", NEVER_ASKED_FOR | SCREENS),
    ],
)
def test_a_command_loads_only_what_it_uses(tmp_path: Path, command: str, forbidden: set[str]) -> None:
    assert _imported(tmp_path, RUN, *command.split()) & forbidden == set()


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("interviewer", MODELS | NEVER_ASKED_FOR | SCREENS | HISTORY | {"pydantic", "yaml", "typer"}),
        ("interviewer.domain.card", MODELS | NEVER_ASKED_FOR | SCREENS | HISTORY | {"yaml", "typer"}),
        ("interviewer.config", MODELS | NEVER_ASKED_FOR | SCREENS | HISTORY | {"yaml", "typer"}),
        ("interviewer.session.machine", MODELS | NEVER_ASKED_FOR | SCREENS | HISTORY | {"yaml", "typer"}),
        ("interviewer.wiring", MODELS | NEVER_ASKED_FOR | SCREENS | {"typer"}),
        ("interviewer.ui.app", {"onnxruntime", "tokenizers"} | NEVER_ASKED_FOR),
    ],
)
def test_a_module_loads_only_what_it_is_about(tmp_path: Path, module: str, forbidden: set[str]) -> None:
    assert _imported(tmp_path, IMPORT, module) & forbidden == set()


NO_NETWORK = """
import os, sys
def guard(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        os.write(2, f"{event} {arguments}".encode())
        os._exit(99)
sys.addaudithook(guard)
sys.argv = ["interviewer", *sys.argv[1:]]
from interviewer.cli import main
main()
"""


@pytest.mark.parametrize(
    ("command", "input"),
    [
        ("ask --card he-initialization", "It is for ReLU.\n\nHalf of the units are zero.\n\n\n"),
        ("grade", '{"card_id": "he-initialization", "answer": "It is for ReLU."}\n'),
        ("grade --workers 2", '{"card_id": "he-initialization", "answer": "It is for ReLU."}\n'),
        ("doctor", ""),
    ],
)
def test_nothing_looks_for_the_network(command: str, input: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_NETWORK, *command.split()],
        input=input.encode(), capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout
