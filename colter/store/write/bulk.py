"""Writing many rows at once: tuples in the order of the columns, with values as the database keeps them.

The writer holds the lock, so it may number rows itself.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, func, select

from colter.store.slices import chunks
from colter.store.write.statements import adding, appending, raising, replacing

Row = tuple[Any, ...]
_WORTH_COPYING = 100


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Append rows."""
    if connection.dialect.name == "postgresql" and len(rows) >= _WORTH_COPYING:
        from colter.store.write.copying import copy_rows  # noqa: PLC0415  only where there is a PostgreSQL

        copy_rows(connection, table, rows)
    else:
        _run(connection, appending(table, connection.dialect.name), rows)


def replace_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Append rows, or put them in place of those with the same primary key."""
    _run(connection, replacing(table, connection.dialect.name), rows)


def raise_rows(connection: Connection, table: Table, number: str, rows: Sequence[Row]) -> None:
    """The same, but a row stays that has a larger number in this column."""
    _run(connection, raising(table, number, connection.dialect.name), rows)


def add_rows(connection: Connection, table: Table, keys: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Append the rows whose keys are not there; `rows` holds the columns after the id, which the database gives."""
    _run(connection, adding(table, keys, connection.dialect.name), rows)


def insert_missing(connection: Connection, table: Table, rows: Mapping[str, Row]) -> dict[str, int]:
    """Row numbers by digest, after adding the rows that are not there; `rows` holds the columns after id and digest."""
    if not rows:
        return {}
    ids: dict[str, int] = {}
    for digests in chunks(list(rows)):
        found = connection.execute(select(table.c.digest, table.c.id).where(table.c.digest.in_(digests)))
        ids.update((digest, row_id) for digest, row_id in found)
    missing = (digest for digest in rows if digest not in ids)
    new = {digest: row_id for row_id, digest in enumerate(missing, next_id(connection, table))}
    insert_rows(connection, table, [(row_id, digest, *rows[digest]) for digest, row_id in new.items()])
    return ids | new


def next_id(connection: Connection, table: Table) -> int:
    """The first free row number."""
    highest = connection.scalar(select(func.max(table.c.id)))
    return (highest or 0) + 1


def digest(parts: Collection[Any]) -> str:
    """A short name for a combination of values, the same in every process."""
    written = json.dumps(list(parts), ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(written.encode(), digest_size=16).hexdigest()


def plain(text: str) -> str:
    """Text that SQLite takes: half characters, which JSON may carry, become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _run(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    if rows:
        connection.exec_driver_sql(statement, list(rows))
