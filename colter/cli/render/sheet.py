"""A result as rows and columns; how it is drawn is decided elsewhere (`tables.py`)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from colter.core.records import number
from colter.core.text import clean

ABSENT = "-"
"""Stands where a number is not known; never a zero."""
WIDEST_CELL = 120


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head with the unit in it, whether it holds numbers, and what may be done to it for room."""

    head: str
    numeric: bool = False
    prose: bool = False
    """Its text may be broken between words."""
    spare: bool = False
    """It is left out first where a terminal is narrow."""
    vital: bool = False
    """It is never left out: the other numbers would mislead without it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of harmless text under their columns."""

    columns: tuple[Column, ...]
    rows: Sequence[tuple[str, ...]]


def make_sheet(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> Sheet:
    """A sheet of cleaned cells, without the columns in which no row has anything."""
    cleaned = [tuple(clean(cell, WIDEST_CELL) or ABSENT for cell in row) for row in rows]
    kept = [at for at in range(len(columns)) if at == 0 or any(row[at] != ABSENT for row in cleaned)]
    return Sheet(tuple(columns[at] for at in kept), [tuple(row[at] for at in kept) for row in cleaned])


def count(value: float | None) -> str:
    """A number for people: `1,234`, `12.5`."""
    exact = None if value is None else number(value)
    if exact is None:
        return ABSENT
    return f"{exact:,}" if isinstance(exact, int) else f"{exact:,.1f}"


def change(value: float, before: float | None) -> str:
    """How a number moved, with its sign: `+3`; nothing when it did not move or nothing is known from before."""
    if before is None or value == before:
        return ""
    return f"{'+' if value > before else '-'}{count(abs(value - before))}"


def day(timestamp: float | None) -> str:
    """The UTC day of a Unix time: `2026-05-04`."""
    if timestamp is None:
        return ABSENT
    try:
        return datetime.fromtimestamp(timestamp, UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return count(timestamp)
