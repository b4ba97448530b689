"""A small piece of work with a history, without all that opening one takes.

SQLAlchemy alone costs a third of a second.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from colter.store.pragmas import set_up
from colter.store.schema import REVISIONS, VERSION_TABLE

_PATIENCE = 1.0
"""Seconds to wait for whoever writes; who opens the history waits longer, and can be interrupted."""


def at_once(path: Path, work: Callable[[sqlite3.Connection], None]) -> bool:
    """Do this in one transaction, in a history that is there, and has the tables that we know.

    Returns:
        Whether it was done. Otherwise nothing was: whoever opens the history is told why, or mends it.
    """
    # What is found there and cannot be understood is damaged.
    with suppress(sqlite3.Error, OSError, ValueError, TypeError, OverflowError), closing(_connect(path)) as connection:
        set_up(connection)
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall() == [(REVISIONS[-1],)]:  # noqa: S608  a constant
            work(connection)
            connection.execute("COMMIT")
            return True
    return False


def _connect(path: Path) -> sqlite3.Connection:
    # "rw": a history that is not there is not made.
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", timeout=_PATIENCE, isolation_level=None, uri=True)
