"""The history: one SQLite file, an event log."""
