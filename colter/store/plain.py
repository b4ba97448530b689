"""Plain SQL: what a light command needs of a history, without waiting for SQLAlchemy (`at_once`)."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Execute = Callable[[str, tuple[Any, ...]], Iterable[Sequence[Any]]]
"""Runs a statement: `execute` of a connection of sqlite3, or `exec_driver_sql` of one of SQLAlchemy."""

_DECIDING = (
    "target",
    "target_name",
    "alert_state",
    "outbox",
    "recipient",
    "silence",
    "beat",
    "last_reading",
    "last_number",
    "last_result",
)


def is_sound(execute: Execute) -> bool:
    """Look through the small tables that decisions hang on; the long ones are found out when they are read."""
    return all([said for (said,) in execute(f"PRAGMA quick_check({table})", ())] == ["ok"] for table in _DECIDING)


def words(body: str | None) -> Mapping[str, str]:
    """A JSON object of texts; none stands for an empty one. Raises ValueError for anything else."""
    found = {} if body is None else json.loads(body)
    if not isinstance(found, dict):
        raise ValueError("expected an object")  # noqa: TRY004  the same trouble as no JSON at all
    return found
