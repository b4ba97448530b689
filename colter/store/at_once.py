"""A small piece of work with a history, without all that opening one takes.

SQLAlchemy alone costs a third of a second.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

from colter.store.plain import is_sound
from colter.store.pragmas import set_up
from colter.store.schema import READ_VERSION, REVISIONS

T = TypeVar("T")

_PATIENCE = 1.0
"""Seconds to wait for whoever writes; who opens the history waits longer, and can be interrupted."""
_UNLIKE = (sqlite3.Error, OSError, ValueError, TypeError, LookupError, OverflowError)
"""What is found there and cannot be understood is damaged."""


def change_at_once(path: Path, change: Callable[[sqlite3.Connection], None]) -> bool:
    """Do this in one transaction, in a history that is there, and has the tables that we know.

    Returns:
        Whether it was done. Otherwise nothing was: whoever opens the history is told why, or mends it.
    """
    with suppress(*_UNLIKE), closing(_connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        if _is_known(connection):
            change(connection)
            connection.execute("COMMIT")
            return True
    return False


def look_at_once(path: Path, look: Callable[[sqlite3.Connection], T]) -> T | None:
    """What is found at one moment of such a history, if it is sound too; None otherwise."""
    with suppress(*_UNLIKE), closing(_connect(path)) as connection:
        connection.execute("BEGIN")
        if _is_known(connection) and is_sound(connection.execute):
            return look(connection)
    return None


def _connect(path: Path) -> sqlite3.Connection:
    # "rw": a history that is not there is not made.
    address = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(address, timeout=_PATIENCE, isolation_level=None, uri=True)
    try:
        set_up(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_known(connection: sqlite3.Connection) -> bool:
    return connection.execute(READ_VERSION).fetchall() == [(REVISIONS[-1],)]
