"""How SQLite says that somebody else has the lock."""

import sqlite3

from sqlalchemy.exc import DBAPIError


def is_locked(error: DBAPIError) -> bool:
    """Whether this is it."""
    # The low byte is the kind; the rest says where in SQLite it happened.
    return bool(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY)
