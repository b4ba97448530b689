"""How far each task of upkeep has come: the last round that it has seen, by its number."""

from typing import Literal

from sqlalchemy import Connection

from colter.store.tables import upkeep
from colter.store.write.bulk import replace_rows

Task = Literal["tally", "thin", "forget", "sweep"]
"""Counting results into tallies, taking needless readings out of old days; how often outcomes were forgotten; and when
(ms) a search for what nothing refers to was begun."""


def read_progress(connection: Connection, task: Task) -> int:
    """The last round that this task has seen; 0: none."""
    # Written out, because every round asks: SQLAlchemy takes three times as long.
    row = connection.exec_driver_sql(f"SELECT round_id FROM upkeep WHERE task = '{task}'").first()  # noqa: S608  constants
    return row[0] if row else 0


def keep_progress(connection: Connection, task: Task, round_id: int) -> None:
    """Remember that it has seen everything up to this one."""
    replace_rows(connection, upkeep, [(task, round_id)])
