"""The history file: what was committed is on disk, whatever happens next."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
from conftest import CommandLine

from interviewer.config import Settings
from interviewer.domain.card import Bank
from interviewer.domain.transcript import (
    AnswerSubmitted,
    CardFlagged,
    Draft,
    Mode,
    Plan,
    QuestionAsked,
    Recorded,
    SessionStarted,
    SessionSummary,
)
from interviewer.errors import StoreError, UnknownName
from interviewer.session.machine import fold
from interviewer.session.state import Phase
from interviewer.storage.migrations import MIGRATIONS, migrate
from interviewer.storage.store import Store
from interviewer.wiring import Interviewer

NOW = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)
PLAN = Plan(mode=Mode.CARD, card_id="he-initialization", questions=1)
NASTY = "Zeile 1\r\n\tZeile 2 👩‍👩‍👧 e\u0301 \u2028 \x00 \x1b[31m \u202e '; DROP TABLE events; --"


def _summary(session_id: str = "one", **changes: Any) -> SessionSummary:
    fields: dict[str, Any] = {
        "id": session_id, "mode": Mode.CARD, "title": "He", "started_at": NOW, "updated_at": NOW, "ended": False,
        "asked": 1, "answered": 0, "score": None,
    }  # fmt: skip
    return SessionSummary.model_validate({**fields, **changes})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "folder" / "history.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path) as opened:
        yield opened


def _begin(store: Store, bank: Bank, session_id: str = "one", **changes: Any) -> list[Recorded]:
    card = bank.card("he-initialization")
    asked = QuestionAsked(card_id=card.id, card_hash=card.content_hash, topic_id="weight-initialization")
    events = [Recorded(at=NOW, event=SessionStarted(plan=PLAN)), Recorded(at=NOW, event=asked)]
    for number, recorded in enumerate(events):
        store.append(_summary(session_id, **changes), number, recorded, card if number else None)
    return events


class TestEvents:
    def test_what_was_appended_is_read_back_by_another_process_connection(
        self, store: Store, bank: Bank, path: Path
    ) -> None:
        events = _begin(store, bank)
        events.append(Recorded(at=NOW + timedelta(microseconds=1), event=AnswerSubmitted(text=NASTY)))
        store.append(_summary(answered=1, updated_at=events[-1].at), 2, events[-1])
        with Store(path) as other:
            assert other.events("one") == events
            [summary] = other.sessions()
            assert (summary.answered, summary.updated_at, summary.started_at) == (1, events[-1].at, NOW)

    def test_the_wording_of_a_card_is_kept(self, store: Store, bank: Bank) -> None:
        _begin(store, bank)
        card = bank.card("he-initialization")
        assert store.wording(card.content_hash) == card
        assert store.wording("0" * 64) is None

    def test_an_unknown_session_is_told_by_name(self, store: Store) -> None:
        with pytest.raises(UnknownName, match="20990101"):
            store.events("20990101-000000-ffff")

    def test_a_number_that_is_taken_is_refused_and_changes_nothing(self, store: Store, bank: Bank, path: Path) -> None:
        events = _begin(store, bank)
        with Store(path) as other, pytest.raises(StoreError, match="another window"):
            other.append(_summary(answered=9), 1, Recorded(at=NOW, event=CardFlagged(flagged=True)))
        assert store.events("one") == events
        assert store.sessions()[0].answered == 0

    def test_sessions_are_listed_the_newest_first(self, store: Store, bank: Bank) -> None:
        for day, name in ((2, "second"), (3, "third"), (1, "first"), (3, "third-too")):
            _begin(store, bank, name, started_at=NOW + timedelta(days=day))
        assert [session.id for session in store.sessions()] == ["third-too", "third", "second", "first"]
        assert [session.id for session in store.sessions(limit=2)] == ["third-too", "third"]

    def test_many_threads_can_write(self, store: Store, bank: Bank) -> None:
        _begin(store, bank)

        def flag(number: int) -> None:
            store.append(_summary(), number, Recorded(at=NOW, event=CardFlagged(flagged=True)))

        threads = [threading.Thread(target=flag, args=(number,)) for number in range(2, 34)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(store.events("one")) == 34


class TestDrafts:
    def test_a_draft_is_kept_and_replaced_and_removed_when_empty(self, store: Store, bank: Bank, path: Path) -> None:
        _begin(store, bank)
        assert store.draft("one") is None
        store.save_draft("one", 2, Draft(text="half", at=NOW))
        store.save_draft("one", 2, Draft(text=NASTY, at=NOW))
        with Store(path) as other:
            assert other.draft("one") == Draft(text=NASTY, at=NOW)
        store.save_draft("one", 2, Draft(text="", at=NOW))
        assert store.draft("one") is None

    def test_an_answer_that_is_committed_ends_its_draft(self, store: Store, bank: Bank) -> None:
        _begin(store, bank)
        store.save_draft("one", 2, Draft(text="half", at=NOW))
        store.append(_summary(), 2, Recorded(at=NOW, event=CardFlagged(flagged=True)))
        assert store.draft("one") is not None
        store.append(_summary(), 3, Recorded(at=NOW, event=AnswerSubmitted(text="whole")))
        assert store.draft("one") is None


class TestSchema:
    def test_a_new_file_is_brought_to_the_newest_schema(self, store: Store, path: Path) -> None:
        assert store.sessions() == []
        with contextlib.closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
            assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            names = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert {"sessions", "events", "drafts", "wordings"} <= names

    def test_an_empty_file_is_a_new_history(self, tmp_path: Path) -> None:
        file = tmp_path / "history.sqlite3"
        file.touch()
        with Store(file) as store:
            assert store.sessions() == []

    def test_migrating_twice_changes_nothing(self, store: Store, bank: Bank, path: Path) -> None:
        events = _begin(store, bank)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
            before = db.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
            migrate(db)
            assert db.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall() == before
        assert store.events("one") == events

    def test_a_history_of_a_newer_version_is_refused_and_left_alone(self, path: Path) -> None:
        Store(path).close()
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        with pytest.raises(StoreError, match="newer version"):
            Store(path)
        with contextlib.closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)

    def test_a_migration_that_fails_leaves_the_file_as_it_was(self, tmp_path: Path) -> None:
        file = tmp_path / "history.sqlite3"
        with contextlib.closing(sqlite3.connect(file)) as db:
            db.execute("CREATE TABLE events (foreign_program TEXT)")
            db.commit()
        with pytest.raises(StoreError, match=r"history\.sqlite3"):
            Store(file)
        with contextlib.closing(sqlite3.connect(file)) as db:
            assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("events",)]
            assert db.execute("PRAGMA user_version").fetchone() == (0,)


class TestFaults:
    @pytest.mark.parametrize("content", [b"not a database, only text, and long enough to be read as a header" * 20])
    def test_a_file_that_is_no_database_is_told_with_its_path(self, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "history.sqlite3"
        file.write_bytes(content)
        with pytest.raises(StoreError, match=r"history\.sqlite3"):
            Store(file)
        assert file.read_bytes() == content

    def test_a_damaged_page_is_told_with_the_path(self, store: Store, bank: Bank, path: Path) -> None:
        _begin(store, bank)
        store.close()
        with path.open("r+b") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(4096)
            file.write(b"\xff" * (size - 4096))
        with pytest.raises(StoreError, match=r"history\.sqlite3"), Store(path) as damaged:
            damaged.events("one")

    @pytest.mark.parametrize(
        ("change", "read"),
        [
            ('UPDATE events SET body = \'{"kind": "from_a_later_version"}\'', lambda store: store.events("one")),
            ("UPDATE events SET body = substr(body, 1, 9)", lambda store: store.events("one")),
            ("UPDATE events SET at = 'yesterday'", lambda store: store.events("one")),
            ("UPDATE sessions SET mode = 'karaoke'", lambda store: store.sessions()),
            ("UPDATE wordings SET card = '{}'", lambda store: store.wording("")),
            ("UPDATE drafts SET at = 'yesterday'", lambda store: store.draft("one")),
        ],
        ids=["later event", "cut off event", "time of event", "session", "wording", "draft"],
    )
    def test_a_row_that_can_not_be_understood_is_told_with_the_path(
        self, store: Store, bank: Bank, path: Path, change: str, read: Callable[[Store], object]
    ) -> None:
        _begin(store, bank)
        store.save_draft("one", 2, Draft(text="half", at=NOW))
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute(change)
            db.execute("UPDATE wordings SET hash = ''")
            db.commit()
        with pytest.raises(StoreError, match=r"history\.sqlite3"):
            read(store)

    def test_a_database_that_another_process_holds_is_told_with_its_path(
        self, store: Store, bank: Bank, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        events = _begin(store, bank)
        monkeypatch.setattr("interviewer.storage.store.BUSY_SECONDS", 0.0)
        with Store(path) as impatient, contextlib.closing(sqlite3.connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match=r"history\.sqlite3.*locked"):
                impatient.append(_summary(), 2, Recorded(at=NOW, event=CardFlagged(flagged=True)))
            assert impatient.events("one") == events
            other.rollback()
            impatient.append(_summary(), 2, Recorded(at=NOW, event=CardFlagged(flagged=True)))
        assert len(store.events("one")) == 3

    @pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that even root can not write to")
    def test_a_folder_that_can_not_be_written_to_is_told_with_its_path(self) -> None:
        with pytest.raises(StoreError, match="/proc/interviewer"):
            Store(Path("/proc/interviewer/history.sqlite3"))

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
    def test_a_read_only_folder_is_told_with_its_path(self, tmp_path: Path) -> None:
        folder = tmp_path / "locked"
        folder.mkdir(mode=0o500)
        with pytest.raises(StoreError, match="locked"):
            Store(folder / "history.sqlite3")

    def test_a_folder_in_place_of_the_file_or_a_file_in_place_of_the_folder_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        for path in (tmp_path, tmp_path / "file" / "history.sqlite3"):
            with pytest.raises(StoreError, match=str(path)):
                Store(path)

    def test_the_command_line_tells_it_in_one_message(self, cli: CommandLine, tmp_path: Path) -> None:
        (tmp_path / "history.sqlite3").write_bytes(b"not a database" * 100)
        done = cli("history", "--data-dir", tmp_path)
        assert done.returncode != 0
        assert str(tmp_path / "history.sqlite3") in done.stderr
        assert "Traceback" not in done.stderr


CHILD = """
import sys
from pathlib import Path
from interviewer.config import Settings
from interviewer.domain.transcript import Mode, Plan
from interviewer.wiring import Interviewer

program = Interviewer(Settings(data_dir=Path(sys.argv[1])))
runner = program.start(Plan(mode=Mode.CARD, card_id="he-initialization", questions=1))
{steps}
print("done", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def child() -> Iterator[Callable[[str, Path], Popen[str]]]:
    """Starts a process that begins a session, takes some steps, says so, and waits to be killed."""
    started: list[Popen[str]] = []

    def start(steps: str, data_dir: Path) -> Popen[str]:
        process = Popen(
            [sys.executable, "-c", CHILD.format(steps=steps), str(data_dir)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def _kill(process: Popen[Any]) -> None:
    process.kill()
    process.wait()


Child = Callable[[str, Path], Popen[str]]


class TestKilled:
    def test_between_answer_and_grade_the_answer_is_kept_and_can_be_graded(self, child: Child, tmp_path: Path) -> None:
        process = child(f"runner.hint(); runner.flag(); runner.submit({NASTY!r})", tmp_path)
        assert process.stdout is not None
        assert process.stdout.readline() == "done\n"
        _kill(process)
        program = Interviewer(Settings(data_dir=tmp_path))
        runner = program.resume(program.unfinished()[0].id)
        assert runner.state.phase is Phase.GRADING
        turn = runner.state.turns[0]
        assert (turn.answer, len(turn.hints), turn.flagged) == (NASTY, 1, True)
        assert runner.grade().points
        program.close()

    def test_in_the_middle_of_an_answer_the_draft_is_kept(self, child: Child, tmp_path: Path) -> None:
        process = child(f"runner.save_draft('He is'); runner.save_draft({NASTY!r})", tmp_path)
        assert process.stdout is not None
        assert process.stdout.readline() == "done\n"
        _kill(process)
        program = Interviewer(Settings(data_dir=tmp_path))
        runner = program.resume(program.unfinished()[0].id)
        assert runner.state.phase is Phase.ANSWERING
        assert runner.draft == NASTY
        program.close()

    def test_in_the_middle_of_a_follow_up_answer_everything_before_is_kept(self, child: Child, tmp_path: Path) -> None:
        steps = (
            "runner.submit('It is designed for ReLU networks.'); runner.grade(); "
            "runner.ask_follow_up(); runner.save_draft('because')"
        )
        process = child(steps, tmp_path)
        assert process.stdout is not None
        assert process.stdout.readline() == "done\n"
        _kill(process)
        program = Interviewer(Settings(data_dir=tmp_path))
        runner = program.resume(program.unfinished()[0].id)
        assert runner.state.phase is Phase.FOLLOW_UP
        assert runner.draft == "because"
        assert runner.state.turns[0].grade is not None
        program.close()

    def test_in_the_middle_of_writing_every_step_that_returned_is_kept(self, child: Child, tmp_path: Path) -> None:
        steps = "number = 0\nwhile True:\n    runner.flag(); number += 1; print(number, flush=True)"
        process = child(steps, tmp_path)
        assert process.stdout is not None
        seen = [int(process.stdout.readline()) for _ in range(40)]
        _kill(process)
        seen += [int(line) for line in process.stdout.read().split()]
        program = Interviewer(Settings(data_dir=tmp_path))
        events = program.store.events(program.unfinished()[0].id)
        flags = [recorded.event for recorded in events if isinstance(recorded.event, CardFlagged)]
        assert len(flags) in {seen[-1], seen[-1] + 1}
        assert [flag.flagged for flag in flags] == [number % 2 == 0 for number in range(len(flags))]
        assert fold(events).phase is Phase.ANSWERING
        program.close()

    def test_the_plain_interview_goes_on_where_it_was_killed(
        self, talking: Callable[..., Popen[bytes]], cli: CommandLine
    ) -> None:
        first = talking("ask", "--json", "--card", "he-initialization")
        assert first.stdin is not None
        assert first.stdout is not None
        lines = [json.loads(first.stdout.readline()) for _ in range(2)]
        first.stdin.write(b'{"command": "/hint"}\n{"answer": "It is designed for ReLU networks."}\n')
        first.stdin.flush()
        while lines[-1]["kind"] != "follow_up":
            lines.append(json.loads(first.stdout.readline()))
        _kill(first)
        done = cli("ask", "--json", "--resume", input='{"answer": "No idea."}\n{}\n')
        assert (done.returncode, done.stderr) == (0, "")
        again = [json.loads(line) for line in done.stdout.splitlines()]
        assert again[0]["id"] == lines[0]["id"]
        assert again[1] == lines[-1]
        [turn] = again[-1]["report"]["turns"]
        assert turn["answer"] == "It is designed for ReLU networks."
        assert len(turn["hints"]) == 1
        assert turn["follow_ups"][0]["answer"] == "No idea."


class TestTwoProcesses:
    def test_the_one_that_was_overtaken_is_refused_and_nothing_of_the_other_is_lost(
        self, talking: Callable[..., Popen[bytes]], cli: CommandLine
    ) -> None:
        first = talking("ask", "--json", "--card", "he-initialization")
        assert first.stdin is not None
        assert first.stdout is not None
        assert first.stderr is not None
        session = json.loads(first.stdout.readline())["id"]
        first.stdout.readline()
        second = cli(
            "ask", "--json", "--resume", input='{"answer": "It is designed for ReLU networks."}\n{"command": "/skip"}\n'
        )
        assert (second.returncode, second.stderr) == (0, "")
        first.stdin.write(b'{"answer": "Written in the window that was left behind."}\n')
        first.stdin.close()
        assert first.wait() != 0
        told = first.stderr.read().decode()
        assert "another window" in told
        assert "Traceback" not in told
        report = json.loads(cli("report", "--json", "--session", session).stdout)
        assert [turn["answer"] for turn in report["turns"]] == ["It is designed for ReLU networks."]
        assert report["ended"]

    def test_the_one_that_was_overtaken_does_not_replace_the_draft(self, tmp_path: Path) -> None:
        left, used = (Interviewer(Settings(data_dir=tmp_path)) for _ in range(2))
        behind = left.start(PLAN)
        ahead = used.resume(behind.id)
        ahead.hint()
        ahead.save_draft("what is being typed now")
        with contextlib.suppress(StoreError):
            behind.save_draft("what was typed long ago")
        assert ahead.draft == "what is being typed now"
        left.close()
        used.close()
