"""A history as the first Colter kept it, and how far one was brought since."""

import sqlite3
from contextlib import closing
from pathlib import Path

from colter.store.schema import READ_VERSION

FIRST = Path(__file__, "../history_0001.sql").resolve()
"""Three rounds: 4, 3 and 2 readings with two results each."""


def make_first(path: Path) -> Path:
    """Three rounds in a file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST.read_text(encoding="utf-8"))
        connection.execute("PRAGMA journal_mode = WAL")
    return path


def revision(history: Path) -> str:
    """The last migration that was run on it."""
    with closing(sqlite3.connect(history)) as connection:
        found: str = connection.execute(READ_VERSION).fetchone()[0]
    return found
