"""What may be wrong with a history that somebody wants to look into without opening it in full."""

import sqlite3
from contextlib import closing
from pathlib import Path

from colter.store.schema import VERSION_TABLE


def missing(history: Path) -> None:
    history.unlink()


def foreign(history: Path) -> None:
    history.unlink()
    run(history, "CREATE TABLE target (id)", "CREATE TABLE beat (endpoint)")


def newer(history: Path) -> None:
    run(history, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")


def older(history: Path) -> None:
    run(history, f"UPDATE {VERSION_TABLE} SET version_num = '0004'")


def damaged(history: Path) -> None:
    history.write_bytes(history.read_bytes()[:100] + b"?" * 10_000)


def run(history: Path, *statements: str) -> None:
    """Change it behind everybody's back."""
    with closing(sqlite3.connect(history)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
