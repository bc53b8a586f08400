"""The schema of the history as an ordered list of named steps. A released step never changes."""

import sqlite3

MIGRATIONS: tuple[tuple[str, str], ...] = (
    (
        "sessions, their events, drafts, and the wording of the cards that were asked",
        """
        CREATE TABLE sessions (
            id TEXT PRIMARY KEY,
            mode TEXT NOT NULL,
            title TEXT NOT NULL,
            started_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            ended INTEGER NOT NULL,
            asked INTEGER NOT NULL,
            answered INTEGER NOT NULL,
            score REAL
        ) STRICT;
        CREATE INDEX sessions_by_start ON sessions (started_at);
        CREATE TABLE events (
            session_id TEXT NOT NULL REFERENCES sessions (id),
            number INTEGER NOT NULL,
            at TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (session_id, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE drafts (
            session_id TEXT PRIMARY KEY REFERENCES sessions (id),
            at TEXT NOT NULL,
            text TEXT NOT NULL
        ) STRICT;
        CREATE TABLE wordings (
            hash TEXT PRIMARY KEY,
            card TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """,
    ),
)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date, all steps in one transaction. `PRAGMA user_version` counts the steps done.

    Raises sqlite3.Error, leaving the file as it was.
    """
    (done,) = connection.execute("PRAGMA user_version").fetchone()
    if done >= len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        (done,) = connection.execute("PRAGMA user_version").fetchone()  # another process may have been first
        for _, script in MIGRATIONS[done:]:
            for statement in script.split(";"):
                if statement.strip():
                    connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
