"""Sessions in SQLite (WAL). What a method of `Store` has returned from is on disk."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

from interviewer.domain.card import Card
from interviewer.domain.transcript import EVENT, Draft, Recorded, SessionSummary
from interviewer.errors import StoreError, UnknownName
from interviewer.storage.migrations import MIGRATIONS, migrate

CONTINUED_ELSEWHERE = "This session was continued in another window. Nothing was lost there; leave and resume it here."
BUSY_SECONDS = 5.0
"""How long to wait for another process that is writing."""


class Store:
    """The history file. One connection, safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Open the history, creating file and folders when they are not there. Raises StoreError."""
        self.path = path
        self._lock = threading.RLock()
        with self._mapped_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = FULL")
                self._db.execute("PRAGMA foreign_keys = ON")
                migrate(self._db)
                (version,) = self._db.execute("PRAGMA user_version").fetchone()
            except BaseException:
                self._db.close()
                raise
        if version > len(MIGRATIONS):
            self._db.close()
            raise StoreError(
                f"{path} was written by a newer version of interviewer. Upgrade, or choose another data_dir."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def append(self, summary: SessionSummary, number: int, recorded: Recorded, wording: Card | None = None) -> None:
        """Commit event `number` (from 0) of a session, its summary and the wording of the card it asks.

        An answer that is committed ends its draft. Raises StoreError; then nothing of it is stored. A number that is
        already taken means that another process continues the same session, and is refused.
        """
        with self._transaction() as db:
            db.execute(
                "INSERT INTO sessions VALUES (:id, :mode, :title, :started_at, :updated_at, :ended, :asked, :answered,"
                " :score) ON CONFLICT (id) DO UPDATE SET updated_at = :updated_at, ended = :ended, asked = :asked,"
                " answered = :answered, score = :score",
                summary.model_dump(mode="json"),
            )
            if wording is not None:
                db.execute(
                    "INSERT OR IGNORE INTO wordings VALUES (?, ?)", (wording.content_hash, wording.model_dump_json())
                )
            try:
                db.execute(
                    "INSERT INTO events VALUES (?, ?, ?, ?)",
                    (summary.id, number, recorded.at.isoformat(), EVENT.dump_json(recorded.event).decode()),
                )
            except sqlite3.IntegrityError as error:
                raise StoreError(CONTINUED_ELSEWHERE) from error
            if recorded.event.kind in {"answer_submitted", "follow_up_answered"}:
                db.execute("DELETE FROM drafts WHERE session_id = ?", (summary.id,))

    def events(self, session_id: str) -> list[Recorded]:
        """All events of a session, in order. Raises UnknownName."""
        with self._reading() as db:
            rows = db.execute("SELECT at, body FROM events WHERE session_id = ? ORDER BY number", (session_id,))
            found = [Recorded(at=datetime.fromisoformat(at), event=EVENT.validate_json(body)) for at, body in rows]
        if not found:
            raise UnknownName(f"There is no session '{session_id}'. `interviewer history` lists them.")
        return found

    def sessions(self, limit: int | None = None) -> list[SessionSummary]:
        """Summaries, the newest first. None means all."""
        names = SessionSummary.model_fields
        with self._reading() as db:
            rows = db.execute(
                f"SELECT {', '.join(names)} FROM sessions ORDER BY started_at DESC, rowid DESC LIMIT ?",
                (-1 if limit is None else limit,),
            )
            return [SessionSummary.model_validate(dict(zip(names, row, strict=True))) for row in rows]

    def wording(self, card_hash: str) -> Card | None:
        """The card as it was worded when it was asked; None when it was never asked."""
        with self._reading() as db:
            row = db.execute("SELECT card FROM wordings WHERE hash = ?", (card_hash,)).fetchone()
            return None if row is None else Card.model_validate_json(row[0])

    def save_draft(self, session_id: str, events: int, draft: Draft) -> None:
        """Keep what is being typed after that many events of the session. Empty text removes the draft.

        Raises StoreError when another process has gone on with the session: its draft stays.
        """
        with self._transaction() as db:
            (count,) = db.execute("SELECT count(*) FROM events WHERE session_id = ?", (session_id,)).fetchone()
            if count != events:
                raise StoreError(CONTINUED_ELSEWHERE)
            if draft.text:
                db.execute(
                    "INSERT INTO drafts VALUES (?, ?, ?) ON CONFLICT (session_id) DO UPDATE SET at = ?2, text = ?3",
                    (session_id, draft.at.isoformat(), draft.text),
                )
            else:
                db.execute("DELETE FROM drafts WHERE session_id = ?", (session_id,))

    def draft(self, session_id: str) -> Draft | None:
        with self._reading() as db:
            row = db.execute("SELECT text, at FROM drafts WHERE session_id = ?", (session_id,)).fetchone()
            return None if row is None else Draft(text=row[0], at=datetime.fromisoformat(row[1]))

    def sessions_with_draft(self) -> frozenset[str]:
        """Ids of the sessions in which something is being written."""
        with self._reading() as db:
            return frozenset(session_id for (session_id,) in db.execute("SELECT session_id FROM drafts"))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._mapped_errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._mapped_errors():
            yield self._db

    @contextmanager
    def _mapped_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, ValueError) as error:  # ValueError: a row that this version can not read
            raise StoreError(f"The history {self.path} can not be used: {error}") from error
