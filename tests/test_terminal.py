"""The real program in a real terminal: start, answer, quit, sudden death, the user's own editor."""

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are POSIX", allow_module_level=True)

import pexpect
import pyte

PATIENCE = 30.0
"""Seconds after which a screen that did not come fails the test."""
CARD = "zero-weights"
QUESTION = "What goes wrong if you start a neural network with every weight equal to zero?"
ANSWER = "The symmetry between neurons is never broken."
SUBMIT, QUIT, EDITOR = "\x13", "\x11", "\x0f"
PYTE = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_DISABLE_KITTY_KEY": "1"}
"""What pyte understands: everything but the keyboard protocol of kitty."""

pytestmark = pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
"""pexpect forks; what runs between its fork and exec takes no lock of ours."""


class Terminal:
    """`interviewer` on a screen of 80 columns and 24 lines."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        inherited = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
        self.process = pexpect.spawn(
            sys.executable,
            ["-m", "interviewer", *arguments],
            env={**inherited, **PYTE, **environment},
            dimensions=(24, 80),
        )
        self.sent = b""
        """Everything that the program has sent to the terminal."""
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def text(self) -> str:
        """What stands on the screen, frames left out, line ends read as spaces."""
        return re.sub(r"[│╭╮╰╯─▌▏▎\s]+", " ", "\n".join(self._screen.display)).strip()

    def until(self, *texts: str) -> None:
        """Wait until all of the texts stand on the screen."""
        self._wait(lambda: all(text in self.text for text in texts), texts)

    def until_either(self, *texts: str) -> None:
        self._wait(lambda: any(text in self.text for text in texts), texts)

    def until_sent(self, sent: bytes) -> None:
        """Wait for bytes, whatever the screen makes of them."""
        self._wait(lambda: sent in self.sent, sent)

    def _wait(self, condition: Callable[[], bool], wanted: object) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert self._read(), f"the program ended before {wanted} came:\n{self.sent.decode(errors='replace')}"
            assert time.monotonic() < end, f"{wanted} did not come:\n" + "\n".join(self._screen.display)

    def type(self, keys: str) -> None:
        self.process.send(keys)

    def write(self, text: str) -> None:
        """Type an answer, and wait until it is kept."""
        self.type(text)
        self.until(f"{len(text.split())} words · kept")

    def end(self) -> int | None:
        """Read to the end; the exit status."""
        end = time.monotonic() + PATIENCE
        while self._read():
            assert time.monotonic() < end, "it did not end:\n" + "\n".join(self._screen.display)
        self.process.wait()
        return self.process.exitstatus

    def quit(self) -> None:
        """Leave with Ctrl+Q; the terminal is given back clean."""
        self.type(QUIT)
        assert self.end() == 0
        assert b"Traceback" not in self.sent
        assert self.sent.rfind(b"\x1b[?1049l") > self.sent.rfind(b"\x1b[?1049h"), "the alternate screen is left"
        assert self.sent.rfind(b"\x1b[?25h") > self.sent.rfind(b"\x1b[?25l"), "the cursor is back"

    def kill(self) -> None:
        """Sudden death: nothing can be saved any more."""
        self.process.kill(signal.SIGKILL)
        self.process.wait()
        assert self.process.signalstatus == signal.SIGKILL

    def close(self) -> None:
        self.process.close(force=True)

    def _read(self) -> bool:
        """Take what has come; False when there will be no more."""
        try:
            new = self.process.read_nonblocking(65536, timeout=0.1)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.sent += new
        self._stream.feed(new)
        return True


@pytest.fixture
def terminal(home: Path) -> Iterator[Callable[..., Terminal]]:  # noqa: ARG001  # the environment must be in place first
    opened: list[Terminal] = []

    def open_terminal(*arguments: str, **environment: str) -> Terminal:
        opened.append(Terminal(*arguments, **environment))
        return opened[-1]

    yield open_terminal
    for each in opened:
        each.close()


def editor(folder: Path, *lines: str) -> str:
    """An editor that adds bytes, as printf writes them, to the end of the file."""
    script = folder / "editor.sh"
    script.write_text("#!/bin/sh\n" + "".join(f"printf '{line}\\n' >> \"$1\"\n" for line in lines), encoding="utf-8")
    script.chmod(0o755)
    return str(script)


def test_an_interview_from_home_to_the_grade_and_out(terminal: Callable[..., Terminal]) -> None:
    screen = terminal()
    screen.until("Press Enter to answer it")
    screen.type("\r")
    screen.until("Say it as you would aloud")
    screen.write("It keeps training stable.")
    screen.type(SUBMIT)
    screen.until("What an interviewer listens for")
    screen.quit()


def test_death_while_typing_loses_nothing_that_was_kept(terminal: Callable[..., Terminal]) -> None:
    screen = terminal("--card", CARD)
    screen.until(QUESTION)
    screen.write("All neurons stay")
    screen.type(" copies of each other,\rand more")
    screen.until("9 words · kept")
    screen.kill()
    again = terminal()
    again.until("Press r to go on where you stopped")
    again.type("r")
    again.until("All neurons stay copies of each other, and more")
    again.type(" of it.")
    again.until("11 words · kept")
    again.type(SUBMIT)
    again.until("What an interviewer listens for", "All neurons stay copies of each other, and more of it.")
    again.quit()


def test_death_right_after_submitting_loses_nothing(terminal: Callable[..., Terminal]) -> None:
    screen = terminal("--card", CARD)
    screen.until(QUESTION)
    screen.write(ANSWER)
    screen.type(SUBMIT)
    screen.kill()
    again = terminal("--resume")
    again.until_either("7 words · kept", "What an interviewer listens for")
    if "kept" in again.text:  # it died before the key was read
        again.type(SUBMIT)
    again.until("What an interviewer listens for", ANSWER, "✓ symmetry covered")
    again.quit()


def test_the_users_editor_writes_into_the_answer(terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    screen = terminal("--card", CARD, EDITOR=editor(tmp_path, "", "a line from the editor"), VISUAL="")
    screen.until(QUESTION)
    screen.write("Typed here.")
    screen.type(EDITOR)
    screen.until(QUESTION, "Typed here. a line from the editor", "7 words · kept")
    screen.type(" and on")
    screen.until("9 words · kept")
    assert QUESTION in screen.text
    screen.quit()


def test_control_codes_from_the_editor_do_not_reach_the_terminal(
    terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    hostile = r"\033[2J\033]0;pwned\007 as written"
    screen = terminal("--card", CARD, EDITOR=editor(tmp_path, hostile), VISUAL="")
    screen.until(QUESTION)
    screen.write("Typed here.")
    screen.type(EDITOR)
    screen.until_sent(b"as written")
    assert b"\x1b]0;pwned" not in screen.sent
    screen.until(QUESTION, "Typed here.", "as written")
    screen.quit()


def test_line_ends_of_other_systems_are_line_ends(terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    screen = terminal("--card", CARD, EDITOR=editor(tmp_path, r"First.\r", rf"{ANSWER}\r"), VISUAL="")
    screen.until(QUESTION)
    screen.type(EDITOR)
    screen.until(f"First. {ANSWER}", "kept")
    screen.type(SUBMIT)
    screen.until("What an interviewer listens for", f"First. {ANSWER}")
    screen.quit()


def test_an_editor_that_fails_is_said_and_the_answer_goes_on(terminal: Callable[..., Terminal]) -> None:
    """`false` ends as vi does on :cq."""
    screen = terminal("--card", CARD, EDITOR="false", VISUAL="")
    screen.until(QUESTION)
    screen.write("Typed here.")
    screen.type(EDITOR)
    screen.until("Editing failed")
    screen.type(" And on.")
    screen.until("4 words · kept")
    screen.quit()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--topic", "no-such-topic"), "no-such-topic"),
        (("--card", "no-such-card"), "no-such-card"),
        (("--theme", "mauve"), "mauve"),
        (("--bank", "/no/such/bank"), "/no/such/bank"),
    ],
)
def test_what_can_not_be_started_is_said_once_and_fails(
    terminal: Callable[..., Terminal], arguments: tuple[str, ...], message: str
) -> None:
    screen = terminal(*arguments)
    assert screen.end() == 2
    left = screen.sent.rpartition(b"\x1b[?1049l")[2].decode()
    assert "interviewer: " in left
    assert message in left
    assert "Traceback" not in left
