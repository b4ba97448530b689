"""The history in an SQLite file."""

from colter.store.sql.store import SqlStore

__all__ = ["SqlStore"]
