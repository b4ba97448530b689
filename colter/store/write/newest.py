"""The newest of every target, kept up from rows of many rounds at once, on any database.

The same as `latest` does with one round at a time in SQLite, but with so many statements for any number of rounds.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, Table

from colter.store.slices import chunks
from colter.store.tables import last_number, last_reading, last_result
from colter.store.write.bulk import Row, replace_rows

Probed = tuple[int, int, int, int, str]
"""A result just written: when (ms), its round and place, its target, its state."""


class Looked(NamedTuple):
    """A reading just written."""

    at: int
    """In milliseconds."""
    reading_id: int
    target_id: int
    failed: bool
    numbers: Mapping[int, float]
    """By metric, those without labels."""


def update_results(connection: Connection, probed: Iterable[Probed]) -> None:
    """Take these into the newest results."""
    looks = sorted(probed)
    last = {row[0]: row for row in _rows(connection, last_result, {target_id for _, _, _, target_id, _ in looks})}
    newer: dict[int, Row] = {}
    for at, round_id, position, target_id, state in looks:
        _, last_at, last_state, since, *_ = last.get(target_id) or (target_id, at, state, at)
        if at >= last_at:
            newer[target_id] = last[target_id] = (
                target_id,
                at,
                state,
                since if state == last_state else at,
                round_id,
                position,
            )
    replace_rows(connection, last_result, list(newer.values()))


def update_readings(connection: Connection, looked: Iterable[Looked]) -> None:
    """Take these into the newest readings and the newest numbers."""
    looks = sorted(looked, key=lambda look: (look.at, look.reading_id))
    targets = {look.target_id for look in looks}
    _update_looks(connection, looks, targets)
    _update_numbers(connection, looks, targets)


def _update_looks(connection: Connection, looks: Iterable[Looked], targets: Collection[int]) -> None:
    last = {row[0]: row for row in _rows(connection, last_reading, targets)}
    newer: dict[int, Row] = {}
    for look in looks:
        _, last_at, _, good = last.get(look.target_id) or (look.target_id, look.at, None, None)
        if look.at >= last_at:
            row = (look.target_id, look.at, look.reading_id, good if look.failed else look.reading_id)
            newer[look.target_id] = last[look.target_id] = row
    replace_rows(connection, last_reading, list(newer.values()))


def _update_numbers(connection: Connection, looks: Iterable[Looked], targets: Collection[int]) -> None:
    last = {row[:2]: row for row in _rows(connection, last_number, targets)}
    newer: dict[Row, Row] = {}
    for look in looks:
        for metric_id, value in look.numbers.items():
            key = (look.target_id, metric_id)
            _, _, last_at, last_value, previous = last.get(key) or (*key, look.at, None, None)
            if look.at >= last_at:
                # The same moment seen twice is one look: it keeps the value before it.
                before = last_value if look.at > last_at else previous
                newer[key] = last[key] = (*key, look.at, value, before)
    replace_rows(connection, last_number, list(newer.values()))


def _rows(connection: Connection, table: Table, targets: Collection[int]) -> Iterator[Row]:
    """What is known of these targets, as the database keeps it."""
    for part in chunks(sorted(targets)):
        # Written out: five hundred numbers as parameters would take SQLAlchemy longer than all the rest.
        numbers = ",".join(map(str, part))
        found = connection.exec_driver_sql(f"SELECT * FROM {table.name} WHERE target_id IN ({numbers})")  # noqa: S608
        yield from map(tuple, found.all())
