"""Measure what the program costs: start-up, first question, one grade, throughput, memory.

    python benchmarks/speed.py [--runs 5] [--json FILE]

Prints the median of `--runs` for each figure beside its goal, and beside a baseline taken in the same run: a bare
interpreter for the start-up, the bare runtime on the same tokens for grading. Needs a POSIX terminal and the `dev`
extra. A figure above its goal is marked; the exit status is 0 all the same.
"""

import argparse
import fcntl
import json
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import psutil
import pyte

from interviewer.bank.loader import load_bank
from interviewer.config import shipped_folder
from interviewer.domain.card import Card
from interviewer.grading.coverage import Calibration
from interviewer.grading.embedding import OnnxEmbedder, Vectors
from interviewer.grading.entailment import OnnxEntailment, Probabilities
from interviewer.grading.local import OfflineGrader

COLUMNS, LINES = 80, 24
PATIENCE = 30.0
"""Seconds after which a screen that did not come is an error."""
ANSWERS = 1000


class Terminal:
    """`interviewer` in a pseudo-terminal of its own, with a screen that can be read."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.began = time.perf_counter()
        parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "interviewer", *arguments],
            stdin=child, stdout=child, stderr=child, env=environment(home), start_new_session=True,
        )  # fmt: skip
        os.close(child)
        self._parent = parent
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)

    def wait_for(self, text: str, *more: str) -> float:
        """Seconds since the start until one of the texts stands on the screen, line ends read as spaces."""
        while time.perf_counter() - self.began < PATIENCE:
            if select.select([self._parent], [], [], 0.005)[0]:
                self._stream.feed(os.read(self._parent, 65536))
                shown = " ".join(" ".join(line.strip(" │╭╮╰╯─") for line in self._screen.display).split())
                if any(wanted in shown for wanted in (text, *more)):
                    return time.perf_counter() - self.began
        raise SystemExit(f"'{text}' did not come:\n" + "\n".join(self._screen.display))

    def press(self, keys: str) -> None:
        os.write(self._parent, keys.encode())

    def restart_clock(self) -> None:
        self.began = time.perf_counter()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._parent)


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "INTERVIEWER_"))}
    return {**kept, "HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor"}


def seconds_of(command: list[str], home: Path) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environment(home), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def first_question(home: Path, card: Card) -> float:
    terminal = Terminal(home, "--card", card.id)
    try:
        return terminal.wait_for(" ".join(card.question.split()[:8]))
    finally:
        terminal.close()


def home_question(home: Path) -> float:
    terminal = Terminal(home)
    try:
        return terminal.wait_for("Press Enter to answer it")
    finally:
        terminal.close()


def answer_of(card: Card, words: int = 60) -> str:
    """About that many words of answer, none of them the card's own."""
    return " ".join((card.reference + " That is how I would put it, and in practice one checks it.").split()[:words])


class Recording:
    """Both models, and what they were asked."""

    def __init__(self) -> None:
        self.embedder, self.entailment = OnnxEmbedder(), OnnxEntailment()
        self.name = self.embedder.name
        self.texts: list[str] = []
        self.answers: list[tuple[str, Sequence[tuple[int, int]]]] = []
        self.pairs: list[tuple[str, str]] = []
        self.room, self.pieces = self.entailment.room, self.entailment.pieces

    def embed(self, texts: list[str]) -> Vectors:
        self.texts += texts
        return self.embedder.embed(texts)

    def embed_spans(self, text: str, spans: Sequence[tuple[int, int]]) -> Vectors:
        self.answers.append((text, spans))
        return self.embedder.embed_spans(text, spans)

    def probabilities(self, said: str, texts: list[str]) -> Probabilities:
        self.pairs += [(said, text) for text in texts]
        return self.entailment.probabilities(said, texts)


def grades_beside_bare_runtime(cards: list[Card], runs: int) -> tuple[list[float], list[float]]:
    """(seconds for a 60-word answer on a 4-anchor card, the card read beforehand; seconds that the two models take for
    the same texts and pairs, none of them seen before)."""
    grades, bare = [], []
    for card in cards[: runs + 1]:
        models = Recording()
        grader = OfflineGrader(models, models, Calibration())
        grader.prepare(card)
        known = set(models.texts)
        models.texts.clear()
        began = time.perf_counter()
        grader.grade(card, answer_of(card))
        grades.append(time.perf_counter() - began)
        embedder, entailment = OnnxEmbedder(), OnnxEntailment()
        new = list(dict.fromkeys(text for text in models.texts if text not in known))
        began = time.perf_counter()
        for answer, spans in models.answers:
            embedder.embed_spans(answer, spans)
        embedder.embed(new)
        for said, text in models.pairs:
            entailment.probabilities(said, [text])
        bare.append(time.perf_counter() - began)
    return grades[1:], bare[1:]


def throughput(home: Path, cards: list[Card], workers: int) -> float:
    """Answers a second of `interviewer grade` on different answers, its start-up included."""
    rows = [
        {
            "card_id": card.id,
            "answer": f"{answer_of(cards[(index * 7 + 3) % len(cards)], 40 + index % 40)} Case {index}.",
        }
        for index, card in enumerate(cards * (ANSWERS // len(cards) + 1))
    ][:ANSWERS]
    source = home / "answers.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "interviewer",
        "grade",
        "--input",
        str(source),
        "--output",
        str(home / "out.jsonl"),
        "--workers",
        str(workers),
    ]
    return ANSWERS / seconds_of(command, home)


def ten_question_session(home: Path) -> float:
    """Peak resident megabytes of the whole program over a session of ten answered questions."""
    terminal = Terminal(home, "--questions", "10", "--seed", "1")
    process = psutil.Process(terminal.process.pid)
    peak = 0.0
    try:
        for number in range(1, 11):
            terminal.wait_for(f"{number}/10")
            terminal.restart_clock()
            terminal.press(
                "It keeps the scale of the signal steady from layer to layer, so that training is stable, and\n"
            )
            terminal.press("the statistics of the batch are used while training but running ones at evaluation.")
            terminal.wait_for("kept")
            terminal.press("\x13")
            terminal.wait_for("n Next")
            peak = max(peak, process.memory_info().rss / 2**20)
            terminal.restart_clock()
            terminal.press("n")
        terminal.wait_for("The interview")
        high = Path(f"/proc/{terminal.process.pid}/status")
        if high.exists():
            peak = next(int(row.split()[1]) / 1024 for row in high.read_text().splitlines() if row.startswith("VmHWM"))
        return peak
    finally:
        terminal.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    bank = load_bank([shipped_folder("bank")])
    cards = list(bank.cards)
    with_four = [card for card in cards if len(card.anchors) == 4]
    rows: list[tuple[str, float, str, float | None, bool]] = []

    def add(
        name: str, values: list[float], unit: str, goal: float | None = None, *, more_is_better: bool = False
    ) -> None:
        print(f"… {name}", file=sys.stderr)
        rows.append((name, statistics.median(values), unit, goal, more_is_better))

    def repeated(measure: Callable[[], float]) -> list[float]:
        return [measure() for _ in range(options.runs)]

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        program = [sys.executable, "-m", "interviewer"]
        seconds_of([*program, "--help"], home)  # byte code is compiled once
        add("bare interpreter (baseline)", repeated(lambda: seconds_of([sys.executable, "-c", ""], home)), "s")
        add("interviewer --help", repeated(lambda: seconds_of([*program, "--help"], home)), "s", 0.3)
        home_question(home)
        add("question on the home screen", repeated(lambda: home_question(home)), "s", 1.0)
        add("question to answer (--card)", repeated(lambda: first_question(home, cards[20])), "s", 1.0)
        grades, bare = grades_beside_bare_runtime(with_four, options.runs)
        add("bare runtime, same texts (baseline)", bare, "s")
        add("one grade, 60 words, 4 anchors", grades, "s", 0.06)
        ratios = [one / other for one, other in zip(bare, grades, strict=True)]
        add("its share of the bare runtime's rate", ratios, "", 0.8, more_is_better=True)
        for workers in (1, 2):
            name = f"interviewer grade, 1,000 answers, --workers {workers}"
            values = repeated(partial(throughput, home, cards, workers))
            add(name, values, "/s", 40 if workers == 2 else None, more_is_better=True)
        add("peak memory, ten questions", repeated(lambda: ten_question_session(home)), "MB", 500)
    print("| figure | median | goal | |\n|---|---:|---:|---|")
    for name, value, unit, goal, more_is_better in rows:
        met = "" if goal is None else "met" if (value >= goal if more_is_better else value <= goal) else "MISSED"
        wanted = "" if goal is None else f"{'≥' if more_is_better else '≤'} {goal:g} {unit}"
        print(f"| {name} | {value:.3g} {unit} | {wanted} | {met} |")
    if options.json:
        options.json.write_text(
            json.dumps({name: value for name, value, *_ in rows}, indent=2) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
