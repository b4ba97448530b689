"""Looks at a history as a whole: whether it is sound, and whether it takes anything."""

from pathlib import Path

from sqlalchemy import Connection

from colter.store.plain import is_sound
from colter.store.sql.advice import damaged


def check_soundness(connection: Connection, path: Path) -> None:
    """Look through the small tables that decisions hang on; the long ones are found out when they are read."""
    if not is_sound(connection.exec_driver_sql):
        raise damaged(path)


def check_whole(connection: Connection, path: Path) -> None:
    """Look through everything: a second for each few hundred megabytes."""
    if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
        raise damaged(path)


def check_writable(connection: Connection) -> None:
    """Begin to write, and write nothing: a transaction alone begins, without a word, where only reading is possible."""
    connection.exec_driver_sql("DELETE FROM outbox WHERE 0")
