"""What all tests share: a home of their own, no network, the shipped bank and grader, and the real command line."""

import contextlib
import ipaddress
import os
import shutil
import socket
import subprocess
import sysconfig
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from interviewer.bank.loader import load_bank
from interviewer.config import Settings, shipped_folder
from interviewer.domain.card import Bank
from interviewer.grading.interface import Grader
from interviewer.wiring import make_grader

DATA = Path(__file__).parent / "data"
SHARED_BESIDE_THE_CHECKOUT = Path(__file__).parents[2] / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--shared",
        type=Path,
        default=os.environ.get("INTERVIEWER_SHARED") or SHARED_BESIDE_THE_CHECKOUT,
        help="Folder with the seed document (default: INTERVIEWER_SHARED, else ../shared). Tests that need it skip "
        "where it does not exist.",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "card_id" in metafunc.fixturenames:
        metafunc.parametrize("card_id", [card.id for card in load_bank([shipped_folder("bank")]).cards])


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder, and an environment without the developer's settings."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("INTERVIEWER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.setenv("COLUMNS", "80")
    return folder


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that would leave this machine raises."""

    def guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
        def connect_on_this_machine(self: socket.socket, address: Any) -> Any:
            if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
                raise AssertionError(f"a test tried to reach the network: {address}")
            return connect(self, address)

        return connect_on_this_machine

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(scope="session")
def bank() -> Bank:
    """The shipped bank."""
    return load_bank([shipped_folder("bank")])


@pytest.fixture(scope="session")
def grader() -> Grader:
    """The offline grader with the shipped models."""
    return make_grader(Settings())


@pytest.fixture(scope="session")
def seed_document(request: pytest.FixtureRequest) -> str:
    """The text of the document that the shipped bank covers; skips where it is not at hand."""
    folder: Path = Path(request.config.getoption("--shared")) / "seed"
    files = sorted(folder.glob("*.txt"))
    if not files:
        pytest.skip(f"no seed document in {folder}; name its parent with --shared")
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


@pytest.fixture(scope="session")
def databases() -> Path:
    """A small, faultless bank file of a user's own: topic `databases`, two cards."""
    return DATA / "databases.yaml"


class CommandLine:
    """The installed `interviewer`, run as a process of its own."""

    def __init__(self) -> None:
        program = shutil.which("interviewer", path=sysconfig.get_path("scripts"))
        assert program is not None, "interviewer is not installed in this environment: pip install -e ."
        self.program = program

    def __call__(
        self, *arguments: str | Path, input: str | bytes = b"", env: dict[str, str] | None = None, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end. Output is decoded as UTF-8, bytes that are not kept as surrogates."""
        done = subprocess.run(
            [self.program, *map(str, arguments)],
            input=input.encode() if isinstance(input, str) else input,
            capture_output=True,
            env={**os.environ, **(env or {})},
            timeout=timeout,
            check=False,
        )
        out, err = (stream.decode("utf-8", "surrogateescape") for stream in (done.stdout, done.stderr))
        return subprocess.CompletedProcess(done.args, done.returncode, out, err)


@pytest.fixture
def cli(home: Path) -> CommandLine:  # noqa: ARG001  # the environment must be in place first
    """`cli("bank", "list")` runs the program in the test's home."""
    return CommandLine()


@pytest.fixture
def talking(cli: CommandLine) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """`talking("grade")` starts the program with pipes to write to and read from."""
    started: list[tuple[subprocess.Popen[bytes], threading.Timer]] = []

    def start(*arguments: str | Path) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [cli.program, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        watchdog = threading.Timer(60, process.kill)  # a reply that never comes fails the test, and does not hang it
        watchdog.start()
        started.append((process, watchdog))
        return process

    yield start
    for process, watchdog in started:
        watchdog.cancel()
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
