"""Writing many rows at once. The writer holds the lock, so it may number rows itself."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Table, func, select
from sqlalchemy.dialects import sqlite

_CHUNK = 5000
"""Well below the number of parameters that SQLite takes in one statement (32,766)."""


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Append rows, whose values stand in the order of the table's columns and as the database keeps them.

    Past SQLAlchemy's parameter handling, which would take longer than SQLite itself.
    """
    if rows:
        connection.exec_driver_sql(_insert_text(table), list(rows))


def insert_missing(connection: Connection, table: Table, rows: Mapping[str, tuple[Any, ...]]) -> dict[str, int]:
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


def replacing(table: Table) -> Insert:
    """An insert that overwrites the row with the same primary key."""
    statement = sqlite.insert(table)
    keys = table.primary_key.columns.keys()
    rest = {name: statement.excluded[name] for name in table.columns.keys() if name not in keys}  # noqa: SIM118  columns
    return statement.on_conflict_do_update(index_elements=keys, set_=rest)


def chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Parts that fit into one statement."""
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))


def digest(parts: Collection[Any]) -> str:
    """A short name for a combination of values, the same in every process."""
    written = json.dumps(list(parts), ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(written.encode(), digest_size=16).hexdigest()


def plain(text: str) -> str:
    """Text that every database takes: half characters, which JSON may carry, become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


@cache
def _insert_text(table: Table) -> str:
    return str(table.insert().compile(dialect=sqlite.dialect()))
