"""How every connection to a history is set up."""

import sqlite3

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # 0.4 ms a commit: nothing that alerts depend on may be lost with the power.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # Small, because on a full disk a long log cannot be written back.
    "PRAGMA wal_autocheckpoint = 250",
    # Twice what it usually has, so that one very large round does not hold its room for ever.
    "PRAGMA journal_size_limit = 2097152",
    # In KiB, for each of a daemon's three: a quarter of what is usual is not slower, the system has the pages too.
    "PRAGMA cache_size = -500",
)


def set_up(connection: sqlite3.Connection) -> None:
    """Make it durable, with a log that stays small."""
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()
